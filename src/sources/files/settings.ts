// Settings of `kind: files`, and the question they come to: the admin's query, a declared grouping, or every row as it is.

import { z } from 'zod';
import { name } from '../../clients/duckdb.ts';
import { bindNames, type SqlValue, standardPieces } from '../../clients/sql.ts';
import { Secret } from '../../lib/secret.ts';

const cellType = z.enum(['text', 'number', 'boolean', 'day', 'instant']);
const cell = z.string().min(1);
const measure = z.union([
  z.literal('count'),
  z.strictObject({ sum: cell }),
  z.strictObject({ distinct: cell }),
  z.strictObject({ min: cell }),
  z.strictObject({ max: cell }),
  z.strictObject({ average: cell }),
]);
type Measure = z.infer<typeof measure>;

const secret = z.union([z.instanceof(Secret), z.string()]);

/** S3-compatible storage: Amazon S3, MinIO, Cloudflare R2, Google Cloud Storage with HMAC keys. */
export const StorageSettings = z.strictObject({
  endpoint: z
    .url()
    .optional()
    .describe(
      'Address of the storage; the bucket stands in the path of each question. Left out: Amazon S3 in this region.',
    ),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, {
      error: 'needs a region like eu-central-1; storages without regions want auto or us-east-1',
    })
    .default('us-east-1'),
  access_key: secret.describe('Only as ${NAME} or ${file:PATH}.'),
  secret_access_key: secret.describe('Only as ${NAME} or ${file:PATH}.'),
  session_token: secret.optional().describe('Only with keys that last for hours.'),
  max_mb: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_240)
    .describe('Most that may lie on this disk for one reading.'),
  timeout_seconds: z.number().int().min(1).max(600).default(60).describe('How long the storage may be silent.'),
  allow_addresses: z
    .array(z.string())
    .default([])
    .describe('Address ranges of your own network that may be asked besides public ones: 10.1.2.3/32.'),
});
export type StorageSettings = z.infer<typeof StorageSettings>;

/** Settings of `kind: files` in config/sources.yaml. */
export const FilesSettings = z
  .strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        'One or more files relative to the home folder; * and ? fit names, ** folders: data/usage/**/*.csv.gz. With storage: s3://bucket/usage/**/*.csv.gz',
      ),
    storage: StorageSettings.optional().describe('Where the files lie when they do not lie below the home.'),
    format: z.enum(['csv', 'tsv', 'jsonl', 'parquet']).optional().describe('Left out: as the name ends, before .gz.'),
    encoding: z
      .enum(['utf8', 'cp932'])
      .default('utf8')
      .describe('utf8 (a BOM is fine) or cp932 (Shift_JIS as Windows writes it).'),
    delimiter: z.string().min(1).max(1).default(',').describe('One character between the cells of a CSV file.'),
    cells: z
      .record(cell, cellType)
      .default({})
      .describe(
        'Columns of the file that a query or a grouping needs typed: {day: day, logins: number}. Others are text.',
      ),
    query: z
      .string()
      .min(1)
      .optional()
      .describe('One SELECT from the table rows, in the SQL of DuckDB. :as_of is the as-of day.'),
    per: z.array(cell).min(1).optional().describe('Instead of a query: columns to group by.'),
    make: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/), measure)
      .optional()
      .describe('With per: columns to make, like {users: {distinct: user_id}, logins: {sum: logins}, rows: count}.'),
    cursor: z
      .string()
      .optional()
      .describe(
        'Column of the answer that only grows (day): later readings give only what is newer, and nothing while no file changed.',
      ),
    new_files_are_newer: z
      .boolean()
      .default(false)
      .describe(
        'With a cursor, true: a file that is new holds only days from the look-back on. Otherwise a new file means that everything comes again.',
      ),
    memory_mb: z
      .number()
      .int()
      .min(64)
      .max(65_536)
      .default(256)
      .describe('Memory the engine may use; the rest goes to disk.'),
    max_unpacked_mb: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(20_480)
      .describe('Most that one .gz may unpack to.'),
    timeout_seconds: z.number().int().min(1).max(7_200).default(600).describe('How long one reading may take.'),
  })
  .refine((own) => (own.per === undefined) === (own.make === undefined), {
    error: 'per and make belong together: what to group by, and what to make of each group',
  })
  .refine((own) => [own.path].flat().every((path) => /^s3:\/\//.test(path) === (own.storage !== undefined)), {
    error: 'paths that begin with s3:// need storage beside them, and with storage all paths begin so',
    path: ['path'],
  })
  .refine(
    (own) =>
      [own.path].flat().every((path) => !path.startsWith('s3:') || /^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}\/[^/]/.test(path)),
    {
      error: 'needs s3://bucket/key, with stars only in the key',
      path: ['path'],
    },
  )
  .refine((own) => own.query === undefined || own.per === undefined, { error: 'either query, or per and make' });
export type FilesSettings = z.infer<typeof FilesSettings>;

export interface FilesQuestion {
  readonly sql: string;
  readonly values: Readonly<Record<string, SqlValue>>;
}

/** What is asked of the table `rows`. @throws UsageError for a query that is not one SELECT. */
export function questionOf(own: FilesSettings, asOf: string, where: string): FilesQuestion {
  if (own.query !== undefined) {
    const writing = { pieces: standardPieces, mark: (parameter: string) => `$${parameter}`, repeats: false };
    const { text, names } = bindNames(own.query, { as_of: asOf }, where, writing);
    return { sql: text, values: Object.fromEntries(names.map((parameter) => [parameter, asOf])) };
  }
  if (own.per === undefined || own.make === undefined) return { sql: 'SELECT * FROM rows', values: {} };
  const per = own.per.map(name).join(', ');
  const made = Object.entries(own.make).map(([word, how]) => `${measured(how)} AS ${name(word)}`);
  return { sql: `SELECT ${[per, ...made].join(', ')} FROM rows GROUP BY ${per}`, values: {} };
}
function measured(how: Measure): string {
  if (how === 'count') return 'count(*)';
  if ('sum' in how) return `sum(${name(how.sum)})`;
  if ('distinct' in how) return `count(DISTINCT ${name(how.distinct)})`;
  if ('min' in how) return `min(${name(how.min)})`;
  if ('max' in how) return `max(${name(how.max)})`;
  return `avg(${name(how.average)})`;
}

/** Columns of the files that the settings name themselves; what a query names is its own affair. */
export function cellsNamed(own: FilesSettings): readonly string[] {
  const measures = Object.values(own.make ?? {}).flatMap((how) => (how === 'count' ? [] : Object.values(how)));
  return [...new Set([...Object.keys(own.cells), ...(own.per ?? []), ...measures])];
}
/** True where the rows of the files are the rows of the source. */
export function isPlain(own: FilesSettings): boolean {
  return own.query === undefined && own.per === undefined;
}
