// config/segments.yaml: touch models and named groups of accounts.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { Name, Share, Words } from './pieces.ts';

export const SegmentsFile = z.strictObject({
  segments: z
    .record(
      Name,
      z.strictObject({
        label: Words.describe('What it is called for people.'),
        values: z
          .array(
            z.strictObject({
              value: Name.describe('The value that is written.'),
              label: Words.describe('What it is called for people.').optional(),
              when: Condition.describe('Who belongs here. The first that fits; the last has none.').optional(),
            }),
          )
          .min(1)
          .describe('In order.'),
        min_days: z.number().int().min(0).max(366).default(0).describe('A value stays at least so long.'),
        hysteresis: Share.default(0).describe('A cut must be passed by this share (0.1 is 10 %).'),
        fact: Name.optional().describe('The fact that is cut, for hysteresis.'),
        recompute: z.enum(['every_run', 'monthly']).default('every_run').describe('How often it is looked at.'),
        frozen_when: Condition.describe('While this holds, nothing changes.').optional(),
        lock: Name.optional().describe('A fact that a person sets: while it is true, we never change it.'),
      }),
    )
    .describe('Every grouping, by a name of yours.'),
});
export type SegmentsFile = z.infer<typeof SegmentsFile>;
