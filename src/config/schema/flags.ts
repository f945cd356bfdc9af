// config/flags.yaml: upsell and its kin, raised when health and demand both say yes.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { Name, Words } from './pieces.ts';

export const FlagsFile = z.strictObject({
  flags: z
    .record(
      Name,
      z.strictObject({
        label: Words.describe('What it is called for people.'),
        gate: Condition.describe('Health: must hold.'),
        veto: Condition.describe('Never while this holds.').optional(),
        signals: z
          .array(
            z.strictObject({
              type: Name.describe('What to offer: seats, plan, product, limit.'),
              when: Condition.describe('The demand.'),
              text: Words.describe('The evidence for sales. {{names}} of facts are filled in.'),
            }),
          )
          .min(1)
          .describe('Demand: one of these is enough.'),
        expires_days: z
          .number()
          .int()
          .min(1)
          .max(366)
          .default(30)
          .describe('Lowered after so many days without a signal.'),
      }),
    )
    .describe('Every flag, by a name of yours.'),
});
export type FlagsFile = z.infer<typeof FlagsFile>;
