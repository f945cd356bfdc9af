// config/gates.yaml: limits of the gates, where the defaults do not fit.

import { z } from 'zod';
import { Share } from './pieces.ts';

export const GatesFile = z.strictObject({
  freshness: z
    .strictObject({ on: z.boolean().default(true).describe('Ask it at all.') })
    .prefault({})
    .describe('G1: is the newest row younger than its source promises?'),
  volume: z
    .strictObject({ hold_below_share: Share.default(0.5).describe('Hold below this share of the usual rows.') })
    .prefault({})
    .describe('G2: as many rows as usual? None where there were some always stops.'),
  coverage: z
    .strictObject({ hold_below_share: Share.default(0.9).describe('Hold below this share of accounts.') })
    .prefault({})
    .describe('G3: do accounts have their required inputs?'),
  shape: z
    .strictObject({
      null_share_rise: Share.default(0.2).describe('Hold when so many more cells of a column are empty.'),
      max_jump: z.number().min(1).default(10).describe('Hold when the greatest value grows by this factor.'),
    })
    .prefault({})
    .describe('G4: do the columns look like themselves?'),
  outcome: z
    .strictObject({
      band_change_share: Share.default(0.2).describe('Hold when more accounts change their band.'),
      small_base: z.number().int().min(1).default(100).describe('With fewer accounts…'),
      small_count: z.number().int().min(0).default(20).describe('…hold when more than so many change their band.'),
      mean_shift: z.number().min(0).default(15).describe('Hold when scores move by more points on average.'),
      psi: z
        .number()
        .min(0)
        .default(0.25)
        .describe('Hold when the spread of scores shifts by more (population stability index).'),
    })
    .prefault({})
    .describe('G5: how much changes at once?'),
  tasks: z
    .strictObject({
      new_share: Share.default(0.05).describe('Hold above this share of accounts with new tasks…'),
      new_min: z.number().int().min(0).default(25).describe('…and above this number.'),
      per_owner_per_day: z.number().int().min(1).default(10).describe('Hold above so many new tasks for one owner.'),
    })
    .prefault({})
    .describe('G6: how many new tasks?'),
  destruction: z
    .strictObject({
      share: Share.default(0.01).describe('Hold above this share of fields cleared and tasks closed…'),
      count: z.number().int().min(0).default(20).describe('…or above this number.'),
    })
    .prefault({})
    .describe('G7: how much is taken away?'),
  matching: z
    .strictObject({ orphan_share: Share.default(0.1).describe('Hold above this share.') })
    .prefault({})
    .describe('G8: how many rows belong to nobody?'),
  breaker: z
    .strictObject({
      rejected_share: Share.default(0.05).describe('Stop above this share of refused writes.'),
      unclear_batches: z.number().int().min(1).default(3).describe('Stop after so many unclear answers in a row.'),
    })
    .prefault({})
    .describe('G9: does the CRM still want this?'),
  budget: z
    .strictObject({
      of_day: Share.default(0.8).describe('Pause when this share of the day allowance is used.'),
      of_run: Share.default(0.25).describe('Pause when this run has used this share.'),
    })
    .prefault({})
    .describe('G10: what will it cost?'),
  novelty: z
    .strictObject({ on: z.boolean().default(true).describe('Ask it at all.') })
    .prefault({})
    .describe('G11: first run, or another configuration than last time?'),
  canary: z
    .strictObject({
      records: z.number().int().min(1).max(200).default(20).describe('So many are written and read back first.'),
    })
    .prefault({})
    .describe('G12: do the first records read back as written?'),
  clock: z
    .strictObject({
      max_skew_seconds: z.number().int().min(1).default(120).describe('Hold when the clocks differ by more.'),
    })
    .prefault({})
    .describe('G13: do our clock and theirs agree?'),
});
export type GatesFile = z.infer<typeof GatesFile>;
