// config/examples.yaml: the admin's own unit tests of the model.

import { z } from 'zod';
import { Day, Name, Plain } from './pieces.ts';

const GivenMetric = z.union([
  Plain,
  z.strictObject({
    state: z
      .enum(['known', 'stale', 'missing', 'not_applicable', 'silent'])
      .describe('silent: asked and not answered.'),
    value: Plain.optional().describe('The value, where there is one.'),
    age_days: z.number().int().min(0).optional().describe('How old it is.'),
  }),
]);

export const Example = z.strictObject({
  name: z.string().min(1).describe('Which customer, which case.'),
  like: z
    .string()
    .min(1)
    .optional()
    .describe('Name of an example above: what is given there is given here too, unless said otherwise.'),
  as_of: Day.describe('The day on which it is looked at.').optional(),
  given: z
    .strictObject({
      attributes: z.record(Name, Plain).default({}).describe('What the rosters say.'),
      metrics: z
        .record(Name, GivenMetric)
        .default({})
        .describe('Metric → value. Empty: missing. {state: silent} for surveys without an answer.'),
      before: z
        .strictObject({
          band: z
            .enum(['green', 'yellow', 'red', 'unknown', 'not_scored'])
            .optional()
            .describe('The band of the run before.'),
          plays: z.array(Name).optional().describe('Plays that were on in the run before.'),
        })
        .optional()
        .describe('How it was before. Left out: the first run.'),
    })
    .prefault({})
    .describe('What is known.'),
  expect: z
    .strictObject({
      score: z
        .number()
        .min(0)
        .max(100)
        .nullable()
        .optional()
        .describe('The stored score, one decimal; empty for no score.'),
      raw: z.number().optional().describe('The score before override and caps, two decimals.'),
      band: z.enum(['green', 'yellow', 'red', 'unknown', 'not_scored']).optional().describe('The band.'),
      alert: z.boolean().optional().describe('Whether the alert is on.'),
      coverage: z.number().min(0).max(1).optional().describe('Share of the weight with fresh data, two decimals.'),
      confidence: z.enum(['high', 'medium', 'low', 'none']).optional().describe('The confidence.'),
      model: Name.optional().describe('Which model made the score.'),
      dimensions: z.record(Name, z.number().nullable()).optional().describe('Dimension → score, one decimal.'),
      segments: z.record(Name, z.string()).optional().describe('Segment → value.'),
      flags: z.record(Name, z.boolean()).optional().describe('Flag → raised or not.'),
      plays: z.array(Name).optional().describe('Plays that must fire.'),
      quiet_plays: z.array(Name).optional().describe('Plays that must not fire.'),
    })
    .describe('What should come out. What is left out is not checked.'),
});

export const ExamplesFile = z.strictObject({
  examples: z.array(Example).default([]).describe('Given these facts, expect this score.'),
});
export type ExamplesFile = z.infer<typeof ExamplesFile>;
