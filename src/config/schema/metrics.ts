// config/metrics.yaml: which numbers are made of the rows, how they become points, what missing means.

import { z } from 'zod';
import { Measure, Missing, Normaliser } from './measure.ts';
import { Name, Words } from './pieces.ts';

export const Metric = z.strictObject({
  label: Words.describe('What it is called for people.'),
  why: z.string().default('').describe('Why it says something about health. Becomes the help text.'),
  unit: z
    .enum(['number', 'percent', 'days', 'count', 'currency', 'score', 'date', 'text', 'yes_no', 'ratio'])
    .default('number')
    .describe('How it is shown and what it may be compared with.'),
  measure: Measure.describe('How the number is made.'),
  normalise: Normaliser.describe(
    'How the number becomes points. Left out: conditions and texts use it, no score does.',
  ).optional(),
  missing: Missing.default('redistribute').describe('What it does to the score when nobody knows it.'),
  stale_after_days: z.number().int().min(1).optional().describe('Older values are stale. Left out: never.'),
  half_life_days: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('After so many days half of its distance to neutral is gone. Left out: no decay.'),
  counts_only_when_active: z
    .boolean()
    .default(false)
    .describe('"Nothing happened" counts as good only where the account is known to be active.'),
  non_respondent: z
    .strictObject({
      points: z.number().min(0).describe('Points for asked and not answered, in the same scale as normalise.'),
      invitations: z.number().int().min(1).default(2).describe('After so many invitations…'),
      within_days: z.number().int().min(1).default(180).describe('…within so many days without an answer.'),
      source: Name.optional().describe('Where invitations are. Left out: the source of the metric.'),
    })
    .optional()
    .describe('Surveys: what silence counts as. Never better than an answer in the middle.'),
  expected: Words.describe('Shown beside the value in a reason, like "target 9+".').optional(),
});

export const MetricsFile = z.strictObject({
  metrics: z.record(Name, Metric).describe('Every number, by a name of yours.'),
});
export type MetricsFile = z.infer<typeof MetricsFile>;
