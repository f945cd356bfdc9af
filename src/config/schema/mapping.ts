// mappings/salesforce.yaml, mappings/hubspot.yaml: our words → their objects and fields, and who may write them. The
// connection is checked by the CRM's own schema, which is handed to load.ts.

import { z } from 'zod';
import { Name, Words } from './pieces.ts';

const WritePolicy = z.enum(['unless_edited', 'always', 'once', 'never']);

export const Field = z
  .union([
    z.string().min(1),
    z.strictObject({
      field: z.string().min(1).describe('Their name of the field.'),
      write: WritePolicy.optional().describe(
        'unless_edited: a value that a person changed is theirs. always: an edit is corrected. once: only while empty. never: only read.',
      ),
      type: z
        .enum([
          'text',
          'long_text',
          'number',
          'percent',
          'currency',
          'checkbox',
          'date',
          'datetime',
          'picklist',
          'multi_picklist',
        ])
        .optional()
        .describe('Type of the field. Left out: the type of our word.'),
      digits: z.number().int().min(0).max(8).optional().describe('Decimals of a number.'),
      length: z.number().int().min(1).max(131_072).optional().describe('Longest text; longer ones are cut.'),
      options: z.array(z.string().min(1)).optional().describe('Values of a picklist.'),
      label: Words.describe('Label, when setup makes the field.').optional(),
      help: Words.describe('Help text, when setup makes the field.').optional(),
    }),
  ])
  .meta({ id: 'Field', description: 'Their field for our word: its name, or its name and more about it.' });

const MappedObject = z.strictObject({
  object: z.string().min(1).describe('Their name of the object.'),
  reads: z
    .record(Name, z.string().min(1))
    .default({})
    .describe('Our name → a standard field that sources read (name, owner, id…); never written.'),
  fields: z.record(Name, Field).default({}).describe('Our word → their field.'),
  only: z
    .record(z.string().min(1), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Their field → the values that count: only such records are written. For opportunities.'),
});

export const MappingFile = z.strictObject({
  connection: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('How to sign in. Secrets only from the environment or from files, never written here.'),
  id_kind: Name.optional().describe(
    'The numbering that holds the record ids of this CRM. Left out: the name of the CRM.',
  ),
  objects: z
    .strictObject({
      account: MappedObject.describe('The customer.'),
      contact: MappedObject.describe('A person at the customer.').optional(),
      opportunity: MappedObject.describe('A deal.').optional(),
    })
    .describe('Our objects and theirs.'),
  task: z
    .strictObject({
      mode: z
        .enum(['exactly_once', 'at_least_once'])
        .default('exactly_once')
        .describe('exactly_once needs a unique key field. at_least_once: your yes to a rare double task without it.'),
      fields: z.record(Name, z.string().min(1)).describe('Our word of a task → their field.'),
      priorities: z
        .strictObject({
          high: z.string().min(1).describe('Their word for high.'),
          medium: z.string().min(1).describe('Their word for medium.'),
          low: z.string().min(1).describe('Their word for low.'),
        })
        .describe('Our priority → theirs.'),
      closed_status: z
        .string()
        .min(1)
        .optional()
        .describe('Status of a task that we close. Left out: the CRM is asked.'),
      owner_fallback: z
        .array(z.string().min(1))
        .default([])
        .describe('Who gets tasks when the owner is gone: ids or e-mail addresses, tried in order.'),
      owners: z
        .record(Name, z.string().min(1))
        .default({})
        .describe(
          'Roles that plays name → a user, by id or e-mail address. A role that is not listed is the owner of the account.',
        ),
      pools: z
        .record(Name, z.array(z.string().min(1)).min(1))
        .default({})
        .describe('Pools that plays route to → users, by id or e-mail address.'),
    })
    .optional()
    .describe('Tasks. Left out: none are written.'),
});
export type MappingFile = z.infer<typeof MappingFile>;
