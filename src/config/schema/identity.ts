// mappings/identity.yaml: how records of many systems become one account.

import { z } from 'zod';
import { isCountry, usualCountry } from '../../domain/phone.ts';
import { Condition } from './condition.ts';
import { Name } from './pieces.ts';

export const IdentityFile = z.strictObject({
  match: z.array(Name).min(1).describe('Numberings by which two records are the same account, the surest first.'),
  key_from: z
    .array(Name)
    .min(1)
    .describe('Which numbering names the account here: the first of these that a record has.'),
  rosters: z.array(Name).min(1).describe('Lists of accounts; where two know the same, the first of these wins.'),
  by_hand: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*:.+$/, { error: 'needs numbering:value, like domain:acme.test' }),
      z.string().min(1),
    )
    .default({})
    .describe('What no rule finds: numbering:value → account, like "domain:acme.test": A-001.'),
  many_to_one: z
    .array(Name)
    .default([])
    .describe('Lists of which several rows may be one account by domain or phone, each with an id of its own.'),
  together: z
    .record(Name, z.enum(['sum', 'least', 'most']))
    .default({})
    .describe('What several rows of one list come to, like seats: sum. Left out: the first row that says something.'),
  free_domains: z
    .array(z.string().min(1))
    .default([])
    .describe('Mail domains that say nothing about the company, like gmail.com.'),
  people: z
    .strictObject({
      match: z
        .array(z.enum(['email', 'phone']))
        .default(['email', 'phone'])
        .describe('What rows about people are matched by besides their ids, the surest first.'),
      keep_addresses: z
        .boolean()
        .default(false)
        .describe('true: e-mail addresses and telephone numbers are stored as they are, not as keyed hashes.'),
      forget_after_days: z
        .number()
        .int()
        .min(1)
        .default(180)
        .describe('After so many days in which no reading brought a person, texts about them are forgotten.'),
    })
    .prefault({})
    .describe('How people are matched, and what is kept of them.'),
  phone_country: z
    .string()
    .refine(isCountry, { error: 'needs the two capital letters of a country, like JP' })
    .default(usualCountry)
    .describe('Where telephone numbers are from that name no country: two capital letters, like JP.'),
  population: Condition.describe(
    'Only accounts for which this holds are scored; the others show "not scored". Left out: all.',
  ).optional(),
});
export type IdentityFile = z.infer<typeof IdentityFile>;
