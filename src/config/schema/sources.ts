// config/sources.yaml: where rows come from, which columns count, how late they may be. The settings of a kind are
// checked by that kind's own schema, which is handed to load.ts.

import { z } from 'zod';
import { Name, Plain, Share, Words } from './pieces.ts';

const ColumnType = z.enum(['text', 'number', 'boolean', 'day', 'instant']);

export const Column = z
  .union([
    ColumnType,
    z.strictObject({
      from: z.string().min(1).optional().describe('The name in the source. Left out: the same as ours.'),
      type: ColumnType.describe('text, number, boolean, day or instant.'),
      format: z
        .string()
        .regex(/^(phone(_[a-z]{2})?|unix|unix_ms|(?=.*y{4})(?=.*m{1,2})(?=.*d{1,2})[ymd/.年月日 -]+)$/, {
          error: 'needs a pattern of yyyy, mm and dd, like dd-mm-yyyy; or unix, unix_ms, phone',
        })
        .nullable()
        .default(null)
        .describe(
          'How days are written, like dd-mm-yyyy or yyyy/mm/dd; unix or unix_ms for a count since 1970; phone for texts that are telephone numbers, phone_us for those of another country. Left out: YYYY-MM-DD, 2026年11月21日, R8.11.21.',
        ),
      required: z.boolean().default(false).describe('Rows without it are refused.'),
      map: z
        .record(z.string(), Plain)
        .nullable()
        .default(null)
        .describe('Their words → ours. A word that is not listed becomes unknown, with one warning.'),
      min: z.number().nullable().default(null).describe('Rows below are refused.'),
      max: z.number().nullable().default(null).describe('Rows above are refused.'),
    }),
  ])
  .meta({ id: 'Column', description: 'A column: its type, or its type and more about it.' });

export const Source = z
  .strictObject({
    definition: z
      .string()
      .optional()
      .describe('A ready-made definition to begin with, like zendesk/tickets; what stands beside it wins.'),
    label: Words.describe('What it is called for people.').optional(),
    kind: z
      .string()
      .min(1)
      .describe('csv, files, postgres, mysql, sqlite, snowflake, bigquery, rest, salesforce or hubspot.'),
    holds: z
      .enum(['roster', 'contacts', 'events'])
      .describe('roster: each row is an account. contacts: each row is a person. events: rows in time.'),
    settings: z.record(z.string(), z.unknown()).default({}).describe('What this kind of source needs to know.'),
    key: z
      .array(z.string().min(1))
      .default([])
      .describe('Columns that together name a row. Empty: the whole row (only csv).'),
    account: z
      .union([
        z.string().min(1),
        z.strictObject({
          column: z.string().min(1).describe('The column that names the account.'),
          kind: Name.describe('Which numbering it is, like account_id or domain.'),
        }),
      ])
      .nullable()
      .default(null)
      .describe('The column that names the account; with kind where it is not a numbering of the same name.'),
    contact: z.string().min(1).nullable().default(null).describe('The column that names the person, if there is one.'),
    at: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('The column that says when. Left out: the row tells of today.'),
    columns: z.record(Name, Column).default({}).describe('Our name → the column. What is not listed is not read.'),
    ids: z
      .record(Name, z.string().min(1))
      .default({})
      .describe('For rosters and contacts: our numbering → the column with that id; email and phone for people.'),
    fresh_within_days: z
      .number()
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('The newest row may be this many days old; older, and nothing is written. Empty: any age.'),
    lookback_seconds: z.number().int().min(0).default(3_600).describe('How far each reading looks back for late rows.'),
    min_match_share: Share.default(0.8).describe(
      'Share of its rows that must belong to an account before it may carry weight, 0 to 1. Below it, its metrics count as missing.',
    ),
    force: z.boolean().default(false).describe('true: it carries weight however few of its rows find their account.'),
    reject_limit: Share.default(0.01).describe('Share of rows that may be refused before the source stops, 0 to 1.'),
  })
  // In a file that begins with a definition neither has to stand there; by the time this schema is asked, both do.
  .meta({ required: [], anyOf: [{ required: ['definition'] }, { required: ['kind', 'holds'] }] });

export const SourcesFile = z.strictObject({
  at_once: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe('So many sources are read at the same time, so that a slow one does not hold back the others.'),
  sources: z
    .record(Name, Source)
    .refine((sources) => Object.keys(sources).length > 0, { error: 'needs at least one source' })
    .describe('Every place where rows come from, by a name of yours.'),
});
export type SourcesFile = z.infer<typeof SourcesFile>;
