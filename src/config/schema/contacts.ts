// config/contacts.yaml: what is said of single people, for the contact records of a CRM. Nothing here moves the score of an
// account, and nothing of it is written where mappings/*.yaml names no field for it.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { Normaliser } from './measure.ts';
import { Name } from './pieces.ts';

const source = Name.describe('Name of a source in sources.yaml.');
const where = Condition.describe('Only rows for which this holds. Facts are the columns of the source.').optional();
const days = (standard: number) =>
  z.number().int().min(28).max(3_650).default(standard).describe('How many days back rows count.');

const Answers = z.strictObject({
  source,
  field: Name.describe('Column with the answer, a number.'),
  where,
  answered_on: Name.optional().describe('Column with the day of the answer. Left out: the day of the row.'),
  take: z
    .enum(['newest', 'mean'])
    .default('newest')
    .describe('newest: the last answer. mean: all answers of the window together.'),
  days: days(365),
});
const Part = z.strictObject({
  weight: z.number().min(0).max(100).describe('How much it counts.'),
  normalise: Normaliser.describe('How the number becomes points.'),
});

export const ContactsFile = z.strictObject({
  use: z
    .strictObject({
      source,
      where,
      amount: Name.optional().describe('Column that is added up to find star users. Left out: rows are counted.'),
      days: days(180),
    })
    .optional()
    .describe('Rows that say who used the product, and when. Left out: nothing is said about use.'),
  last_active: Name.default('last_active_on').describe(
    'Column of contact sources with the day a person was last seen; the later of it and use counts.',
  ),
  left: Name.default('left_on').describe('Column of contact sources with the day a person left.'),
  champion_inactive_days: z
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(60)
    .describe('A champion who was not seen for so many days is inactive.'),
  nps: Answers.optional().describe('Where the answers to the NPS question are.'),
  value_enhancement: Answers.optional().describe('Where the answers about value are, on a scale of 1 to 7.'),
  score: z
    .strictObject({
      active_days_28d: Part.optional().describe('Days of use in 28 days.'),
      days_inactive: Part.optional().describe('Days since the person was last seen.'),
      nps_score: Part.optional().describe('The NPS answer, 0 to 10.'),
      value_enhancement_score: Part.optional().describe('The answer about value, 1 to 7.'),
    })
    .prefault({})
    .describe('What the score of a person is made of. Left out: people have no score.'),
  least_known: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of the weights that must be known; below it a person has no score.'),
});
export type ContactsFile = z.infer<typeof ContactsFile>;
