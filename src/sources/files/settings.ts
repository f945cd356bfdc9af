// Settings of `kind: files`, and the question they come to: the admin's query, a declared grouping, or every row as it is.

import { z } from 'zod';
import { name } from '../../clients/duckdb.ts';
import { bindNames, type SqlValue, standardPieces } from '../../clients/sql.ts';

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

/** Settings of `kind: files` in config/sources.yaml. */
export const FilesSettings = z
  .strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('One or more files relative to the home folder; * and ? fit names, ** folders: data/usage/**/*.csv.gz'),
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
