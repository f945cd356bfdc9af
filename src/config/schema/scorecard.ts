// config/scorecard.yaml: how metrics become a score, and a score a band; one model per lifecycle or segment.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { Name, Share, Words } from './pieces.ts';

const Weight = z.number().positive().max(100).describe('Of 100 points so many.');
/** Metric → weight, or a group → its weight and its members. */
export interface Weights {
  readonly [name: string]: number | { readonly weight: number; readonly of: Weights };
}
const Weights: z.ZodType<Weights> = z
  .record(
    Name,
    z.union([
      Weight,
      z.strictObject({
        weight: Weight.describe('What the group counts as a whole.'),
        of: z
          .lazy((): z.ZodType<Weights> => Weights)
          .refine((of) => Object.keys(of).length > 0, { error: 'needs at least one metric' })
          .describe('Its members, and how they share that weight: 2 and 1 are two thirds and one third.'),
      }),
    ]),
  )
  .meta({
    id: 'Weights',
    description: 'Metric → weight; or a name of yours → weight and of, for a group that shares one weight.',
  }) as unknown as z.ZodType<Weights>;

const Model = z.strictObject({
  id: Name.describe('Name of the model; shown on the record.'),
  label: Words.describe('What it is called for people.').optional(),
  when: Condition.describe('For which accounts. The first model that fits is taken; the last has none.').optional(),
  frozen: z.boolean().default(false).describe('The last score stays; no new one is made.'),
  weights: z
    .record(Name, Weights)
    .describe('Dimension → metric or group → weight. All weights of a model add up to 100.'),
  normalise: z
    .boolean()
    .default(false)
    .describe('true: weights that do not add up to 100 are brought to 100 together, each keeping its share.'),
});

const Cut = z.strictObject({
  name: Name.describe('Name of this row or column.'),
  when: Condition.describe('When an account is in it.'),
});
const Axis = z.strictObject({
  fact: Name.describe('The fact that is cut.'),
  cuts: z.array(Cut).min(1).describe('In order; the first that fits.'),
});
const Matrix = z.strictObject({
  rows: Axis.describe('Down the side.'),
  columns: Axis.describe('Along the top.'),
  cells: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*\/[a-z][a-z0-9_]*$/, { error: 'needs row/column, like high/promoter' }),
      z.strictObject({
        value: z.union([z.string(), z.number()]).describe('What is written to the record.'),
        label: Words.describe('What it is called for people.'),
      }),
    )
    .describe('row/column → value and label.'),
});

export const ScorecardFile = z.strictObject({
  id: Name.describe('Name of this scorecard.'),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, { error: 'needs a version of three numbers, like 1.0.0' })
    .describe('Raise it when you change weights or points, so that old and new scores are not compared.'),
  dimensions: z.record(Name, Words).describe('Groups of metrics, each with a score of its own.'),
  models: z.array(Model).min(1).describe('Ways to make a score. The first whose condition holds is taken.'),
  bands: z
    .strictObject({
      yellow: z.number().min(0).max(100).default(40).describe('Lowest score of yellow.'),
      green: z.number().min(0).max(100).default(70).describe('Lowest score of green.'),
      hysteresis: z.number().min(0).max(20).default(3).describe('An edge must be passed by so many points…'),
      dwell_runs: z.number().int().min(1).max(10).default(2).describe('…in so many runs in a row.'),
      alert_at_or_below: z.number().min(0).max(100).default(20).describe('Alert at this score or below.'),
      alert_rearm: z.number().min(0).max(20).default(3).describe('A new alert only after the score was so far above.'),
      trend_dead_zone: z.number().min(0).max(50).default(5).describe('Smaller changes in 30 days are "flat".'),
      drop_alert_30d: z.number().min(1).max(100).default(15).describe('Falling by so much in 30 days is a drop alert.'),
      drop_alert_7d: z.number().min(1).max(100).default(10).describe('Falling by so much in 7 days is a drop alert.'),
    })
    .prefault({})
    .describe('Where the colours begin, and how steady they are.'),
  caps: z
    .array(
      z.strictObject({
        name: Name.describe('Name of the cap.'),
        when: Condition.describe('When it holds.'),
        limit: z.number().min(0).max(100).describe('The score is never above this while it holds.'),
        text: Words.describe('What the reason says. {{names}} of facts are filled in.'),
      }),
    )
    .default([])
    .describe('Vetoes: events that no good number may outweigh. The lowest wins.'),
  override: z
    .strictObject({
      limit: z.number().min(0).max(50).default(15).describe('Points up or down, at most.'),
      max_days: z.number().int().min(1).max(366).default(90).describe('Days it may last.'),
      value: Name.default('health_override').describe('The fact with the points.'),
      reason: Name.default('health_override_reason').describe(
        'The fact with the reason; without one it does not count.',
      ),
      until: Name.default('health_override_until').describe('The fact with the last day.'),
    })
    .optional()
    .describe('Corrections by hand. Left out: none.'),
  coverage: z
    .strictObject({
      none: Share.default(0.4).describe('Below this there is no score.'),
      low: Share.default(0.6).describe('Below this the confidence is low.'),
      medium: Share.default(0.8).describe('Below this the confidence is medium.'),
    })
    .prefault({})
    .describe('How much of the weight must have fresh data.'),
  required_dimension: Name.optional().describe('Without any metric of this dimension the confidence is low at best.'),
  active_when: Condition.describe('Who is known to be active, for metrics with counts_only_when_active.').optional(),
  matrices: z.record(Name, Matrix).default({}).describe('Tables of two facts, like usage × NPS.'),
  families: z
    .strictObject({
      score: z
        .enum(['own', 'roll_up'])
        .default('own')
        .describe('own: a parent is scored by its own data. roll_up: by the scores of its children.'),
      weight: Name.default('arr').describe('The attribute or metric by which children count, like revenue.'),
      own_when: Condition.describe(
        'When the score of the parent itself counts beside those of its children. Left out: when it has revenue itself.',
      ).optional(),
    })
    .optional()
    .describe('Accounts that have others below them. Left out: each is scored for itself.'),
});
export type ScorecardFile = z.infer<typeof ScorecardFile>;
