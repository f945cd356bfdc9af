// How a metric is made of rows, as written in config/metrics.yaml: one group per metric, its `kind` says what is counted.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { Name, Plain, Share } from './pieces.ts';

const source = Name.describe('Name of a source in sources.yaml.');
const where = Condition.describe('Only rows for which this holds. Facts are the columns of the source.').optional();
const days = z
  .number()
  .int()
  .min(1)
  .max(3_650)
  .optional()
  .describe('Window: this many days up to the as-of day. Left out: everything.');
const whenEmpty = z
  .enum(['zero', 'missing'])
  .describe('No rows although the source is fresh: a true zero, or nothing known.')
  .optional();
const roleWeights = z
  .record(Name, z.number().min(0))
  .describe('How much the answer of each role counts; a role that is not listed counts 1.')
  .optional();
const prior = z
  .strictObject({
    alpha: z.number().min(0).describe('Assumed hits.'),
    beta: z.number().min(0).describe('Assumed misses.'),
    below: z.number().int().min(1).describe('Only when there are fewer rows than this.'),
  })
  .describe('Correction for few rows: (k + alpha) / (n + alpha + beta).')
  .optional();

const operation = z.enum(['add', 'subtract', 'multiply', 'divide', 'min', 'max', 'geometric_mean']);

/** Aggregates over one column of the rows. */
const overColumn = (kind: string, says: string) =>
  z.strictObject({
    kind: z.literal(kind).describe(says),
    source,
    field: z.string().min(1).describe('The column, by our name; contact for the people.'),
    where,
    days,
    when_empty: whenEmpty,
    role_weights: roleWeights,
  });
/** Aggregates that only need the rows and their days. */
const overRows = (kind: string, says: string) =>
  z.strictObject({
    kind: z.literal(kind).describe(says),
    source,
    field: z.string().min(1).describe('A column that holds a day, where the day of the row is not meant.').optional(),
    where,
    days,
    when_empty: whenEmpty,
  });
const onField = (kind: string, says: string) =>
  z.strictObject({
    kind: z.literal(kind).describe(says),
    field: Name.describe('An attribute of the account, or a metric, that holds a day.'),
  });

/** The measures, by kind. Long because there is one group per kind; none knows the others. */
export type MeasureGiven =
  | { kind: 'attribute'; field: string }
  | { kind: 'constant'; value: string | number | boolean | null }
  | { kind: 'metric'; name: string }
  | ({ kind: 'share'; of: unknown; prior?: z.infer<typeof prior> } & RowsGiven)
  | ({ kind: ColumnKind; field: string; role_weights?: Record<string, number> | undefined } & RowsGiven)
  | ({ kind: RowKind; field?: string | undefined } & RowsGiven)
  | {
      kind: 'ratio';
      numerator: MeasureGiven;
      denominators: MeasureGiven[];
      factor: number;
      min_denominator?: number | undefined;
    }
  | {
      kind: 'own_baseline';
      source: string;
      field?: string | undefined;
      where?: unknown;
      days: number;
      baselines: number;
      min_baselines: number;
      min_base: number;
      peer_adjusted: boolean;
    }
  | {
      kind: 'goal_attainment';
      source: string;
      max_age_days?: number | undefined;
      give: 'attainment' | 'expected' | 'behind';
    }
  | { kind: 'milestones'; source: string; give: 'completion' | 'days_late' | 'days_since_last' | 'next_name' }
  | { kind: 'days_until' | 'days_since_date' | 'months_since'; field: string }
  | { kind: 'calculate'; op: z.infer<typeof operation>; of: MeasureGiven[] }
  | { kind: 'peak'; of: MeasureGiven; windows: number }
  | { kind: 'rank'; metric: string; give: 'percentile' | 'pareto' }
  | {
      kind: 'points';
      rules: { when?: unknown; points: number }[];
      veto?: unknown;
      min: number;
      max: number;
    };
interface RowsGiven {
  source: string;
  where?: unknown;
  days?: number | undefined;
  when_empty?: 'zero' | 'missing' | undefined;
}
type ColumnKind = 'sum' | 'mean' | 'min' | 'max' | 'latest' | 'distinct' | 'top_share' | 'star_players';
type RowKind = 'count' | 'distinct_days' | 'distinct_business_days' | 'days_since' | 'days_since_oldest';

const inner = z.lazy((): z.ZodType<MeasureGiven> => Measure);

export const Measure: z.ZodType<MeasureGiven> = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('attribute').describe('What a roster says about the account.'),
      field: Name.describe('Name of the attribute.'),
    }),
    z.strictObject({
      kind: z.literal('constant').describe('The same for everyone; empty: nobody knows yet.'),
      value: Plain.describe('The value; leave it empty for "not connected yet".'),
    }),
    z.strictObject({
      kind: z.literal('metric').describe('Another metric.'),
      name: Name.describe('Name of the metric.'),
    }),
    overRows('count', 'How many rows.'),
    overRows('distinct_days', 'On how many different days.'),
    overRows('distinct_business_days', 'On how many different business days.'),
    overRows('days_since', 'Days since the newest row.'),
    overRows('days_since_oldest', 'Days since the oldest row: how long something has been open.'),
    overColumn('sum', 'Sum of a column.'),
    overColumn('mean', 'Mean of a column.'),
    overColumn('min', 'Smallest value of a column.'),
    overColumn('max', 'Greatest value of a column.'),
    overColumn('latest', 'Newest value of a column (of each person, where rows name people).'),
    overColumn('distinct', 'How many different values of a column.'),
    overColumn('top_share', 'Share of the most frequent value of a column.'),
    overColumn(
      'star_players',
      'People in the top tenth of use who use at least twice the median; the column is added up.',
    ),
    z.strictObject({
      kind: z.literal('share').describe('Which share of the rows.'),
      source,
      of: Condition.describe('The rows that count.'),
      where,
      days,
      when_empty: whenEmpty,
      prior,
    }),
    z.strictObject({
      kind: z.literal('ratio').describe('One measure divided by another.'),
      numerator: inner.describe('What is divided.'),
      denominators: z.array(inner).min(1).describe('By what: the first of these that is known and above zero.'),
      factor: z.number().default(1).describe('Times this: 100 for percent.'),
      min_denominator: z.number().optional().describe('A smaller denominator counts as this.'),
    }),
    z.strictObject({
      kind: z.literal('own_baseline').describe('The account compared with its own past: 1 is as usual, 0.5 is half.'),
      source,
      field: z.string().min(1).optional().describe('The column to add up. Left out: rows are counted.'),
      where,
      days: z.number().int().min(7).max(365).default(28).describe('Length of the window.'),
      baselines: z
        .number()
        .int()
        .min(2)
        .max(12)
        .default(3)
        .describe('How many equal windows before it make the usual.'),
      min_baselines: z.number().int().min(1).max(12).default(2).describe('So many of them must have data.'),
      min_base: z.number().min(0).default(20).describe('A usual below this says nothing.'),
      peer_adjusted: z
        .boolean()
        .default(true)
        .describe('Divided by what happened to everyone: removes holidays and outages.'),
    }),
    z.strictObject({
      kind: z.literal('goal_attainment').describe('How much of the goals set with this customer is reached, 0 to 1.'),
      source: source.describe('Rows with baseline, current, target and weight.'),
      max_age_days: z.number().int().min(1).optional().describe('Older measurements do not count.'),
      give: z
        .enum(['attainment', 'expected', 'behind'])
        .default('attainment')
        .describe('attainment, expected (time that is over) or behind (what is lacking of it).'),
    }),
    z.strictObject({
      kind: z.literal('milestones').describe('How far the roll-out got.'),
      source: source.describe('Rows with position, name, weight, planned_on and done_on.'),
      give: z
        .enum(['completion', 'days_late', 'days_since_last', 'next_name'])
        .default('completion')
        .describe('completion (0 to 1), days_late, days_since_last or next_name.'),
    }),
    onField('days_until', 'Days from today to a day.'),
    onField('days_since_date', 'Days from a day to today.'),
    onField('months_since', 'Whole months from a day to today.'),
    z.strictObject({
      kind: z.literal('calculate').describe('Arithmetic; unknown when a part is unknown.'),
      op: operation.describe('What to do with the parts.'),
      of: z.array(inner).min(2).describe('The parts, in order.'),
    }),
    z.strictObject({
      kind: z.literal('peak').describe('The best of several windows, back to back.'),
      of: inner.describe('A count over a window of days.'),
      windows: z.number().int().min(2).max(36).describe('How many windows.'),
    }),
    z.strictObject({
      kind: z.literal('rank').describe('Where the account stands among all, 0 to 100, frozen with the model version.'),
      metric: Name.describe('Name of the metric that is compared.'),
      give: z
        .enum(['percentile', 'pareto'])
        .default('percentile')
        .describe(
          'percentile: share of accounts below. pareto: share of the whole sum that greater accounts make together, 0 for the best.',
        ),
    }),
    z.strictObject({
      kind: z.literal('points').describe('Points for each condition that holds.'),
      rules: z
        .array(
          z.strictObject({
            when: Condition.describe('For whom. Facts are metrics and attributes.'),
            points: z.number().describe('Points for it; below zero takes some away.'),
          }),
        )
        .min(1)
        .describe('Conditions and their points; all that hold add up.'),
      veto: Condition.describe('While this holds it is the least.').optional(),
      min: z.number().default(0).describe('Never less than this.'),
      max: z.number().default(100).describe('Never more than this.'),
    }),
  ])
  .meta({
    id: 'Measure',
    description: 'How the number is made; kind says what is counted.',
  }) as unknown as z.ZodType<MeasureGiven>;

const points = z.number().min(0).describe('Points for it, out of out_of.');
const outOf = z.number().positive().default(1).describe('Points for the best; 1 if left out.');

export type NormaliserGiven =
  | {
      kind: 'tiers';
      out_of: number;
      tiers: { at_least: number; points: number }[];
      otherwise?: number | undefined;
      allow_nonmonotone: boolean;
    }
  | { kind: 'linear'; zero: number; full: number }
  | { kind: 'piecewise'; out_of: number; at: { value: number; points: number }[] }
  | { kind: 'band'; zero_below: number; from: number; to: number; zero_above: number }
  | { kind: 'log'; full: number }
  | { kind: 'map'; out_of: number; values: Record<string, number> }
  | { kind: 'percentile'; reference: string; fallback: NormaliserGiven }
  | { kind: 'robust_z'; reference: string; spread: number };
const innerNormaliser = z.lazy((): z.ZodType<NormaliserGiven> => Normaliser);

/** How a value becomes points. */
export const Normaliser: z.ZodType<NormaliserGiven> = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('tiers').describe('Steps: the first tier that the value reaches.'),
      out_of: outOf,
      tiers: z
        .array(z.strictObject({ at_least: z.number().describe('From this value on (included).'), points }))
        .min(1)
        .describe('Steps from the highest to the lowest.'),
      otherwise: z.number().min(0).optional().describe('Points below the lowest tier.'),
      allow_nonmonotone: z
        .boolean()
        .default(false)
        .describe('true: points may go up and down again, where the middle is best.'),
    }),
    z.strictObject({
      kind: z.literal('linear').describe('A straight line between two values.'),
      zero: z.number().describe('The value that gives no points. Above full: less is better.'),
      full: z.number().describe('The value that gives all points.'),
    }),
    z.strictObject({
      kind: z.literal('piecewise').describe('Straight lines between points; the ends go on level.'),
      out_of: outOf,
      at: z
        .array(z.strictObject({ value: z.number().describe('The value.'), points }))
        .min(2)
        .describe('Values and their points, from the lowest value to the highest.'),
    }),
    z.strictObject({
      kind: z.literal('band').describe('Best in the middle: too little and too much are both bad.'),
      zero_below: z.number().describe('No points at or below this.'),
      from: z.number().describe('All points from here…'),
      to: z.number().describe('…to here.'),
      zero_above: z.number().describe('No points at or above this.'),
    }),
    z.strictObject({
      kind: z.literal('log').describe('For counts with a few giants: ln(1+value) / ln(1+full).'),
      full: z.number().positive().describe('The value that gives all points.'),
    }),
    z.strictObject({
      kind: z.literal('map').describe('Words → points; a word that is not listed is unknown.'),
      out_of: outOf,
      values: z.record(z.string(), z.number().min(0)).describe('Each word and its points.'),
    }),
    z.strictObject({
      kind: z.literal('percentile').describe('Rank among similar accounts, frozen with the model version.'),
      reference: Name.describe('Which frozen set of values.'),
      fallback: innerNormaliser.describe('Used while the set has fewer than 30 values.'),
    }),
    z.strictObject({
      kind: z.literal('robust_z').describe('Distance from the median of similar accounts.'),
      reference: Name.describe('Which frozen set of values.'),
      spread: z.number().positive().default(2).describe('So many spreads from the median give none or all points.'),
    }),
  ])
  .meta({ id: 'Normaliser', description: 'How a value becomes points.' }) as unknown as z.ZodType<NormaliserGiven>;

/** What a missing value does to the score. */
export const Missing = z
  .union([
    z.enum(['redistribute', 'zero', 'neutral', 'peer_median', 'no_score']),
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('constant').describe('Counts as a fixed value.'),
        value: Share.describe('0 (no points) to 1 (all points).'),
      }),
      z.strictObject({
        kind: z.literal('carry_forward').describe('The last value stays for a while, then its weight goes to others.'),
        days: z.number().int().min(1).describe('For so many days.'),
      }),
      z.strictObject({
        kind: z
          .literal('zero_if_fresh')
          .describe('A true zero while the source is fresh; else the last value stays for a while.'),
        carry_days: z.number().int().min(0).default(3).describe('For so many days.'),
      }),
    ]),
  ])
  .meta({
    id: 'Missing',
    description:
      'What a missing value does: redistribute (its weight goes to others), zero, neutral, peer_median, no_score, or a group: constant, carry_forward, zero_if_fresh.',
  });
