// Rows of a PostgreSQL query. With a cursor column only what is new comes, oldest first, looking back a little for rows
// that were committed late; without one the whole answer comes each time and counts as complete.

import { z } from 'zod';
import { askPostgres, type PostgresRow, quoteName } from '../clients/postgres.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { DriftError, KenkoError, rethrowCrash } from '../lib/errors.ts';
import { Secret } from '../lib/secret.ts';
import { typeRow } from './row.ts';
import type { Page, ReadOptions, Source, Stream } from './source.ts';

/** Settings of `kind: postgres` in config/sources.yaml. */
export const PostgresSettings = z.strictObject({
  url: z.union([z.instanceof(Secret), z.string()]).meta({
    type: 'string',
    description: 'postgres://user:password@host:5432/database, from the environment: ${WAREHOUSE_URL}',
  }),
  query: z
    .string()
    .min(1)
    .describe(
      'One SELECT. :as_of is the as-of day. Ask for a row per account, contact and day rather than for every click.',
    ),
  cursor: z
    .string()
    .optional()
    .describe(
      'Column that only grows (updated_at, id): only newer rows are read. Without it the whole answer is read each time.',
    ),
  timeout_seconds: z.number().int().min(1).max(3600).default(300).describe('How long the database may take.'),
});
export type PostgresSettings = z.infer<typeof PostgresSettings>;

const pageRows = 1_000;

/** Opens a query as a source with one stream, `rows`. Nothing is connected before `check` or `read`. */
export function openPostgresSource(settings: SourceSettings): Source {
  const own = PostgresSettings.parse(settings.settings);
  const stream: Stream = {
    name: 'rows',
    columns: Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type])),
  };
  return {
    name: settings.name,
    streams: [stream],
    check: (signal) => check(settings, own, signal),
    read: (_stream, cursor, options) => read(settings, own, cursor?.at ?? null, options),
    close: async () => undefined,
  };
}

async function* read(
  settings: SourceSettings,
  own: PostgresSettings,
  cursorText: string | null,
  options: ReadOptions,
): AsyncGenerator<Page> {
  const where = `source ${settings.name}`;
  const since = own.cursor === undefined ? null : lookedBack(cursorText, settings.lookbackSeconds);
  const pages = askPostgres(
    {
      url: own.url,
      sql: question(settings, own, since !== null),
      values: { as_of: options.asOf, since },
      timeoutMs: own.timeout_seconds * 1_000,
      rowsAtOnce: pageRows,
      where,
    },
    options.signal,
  );
  const unmapped = new Set<string>();
  let newest = cursorText;
  let row = 0;
  for await (const rows of pages) {
    const records: SourceRecord[] = [];
    const rejected: RejectedRow[] = [];
    if (row === 0 && rows[0] !== undefined) requireColumns(settings, own, rows[0]);
    for (const cells of rows) {
      row += 1;
      const typed = typeRow(settings, 'rows', { place: `${where}, row ${row} of the answer`, cells }, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      if (typed.record === null) rejected.push(typed.rejected);
      else records.push(typed.record);
      const at = own.cursor === undefined ? null : cells[own.cursor];
      if (at !== null && at !== undefined) newest = String(at);
    }
    yield {
      records,
      rejected,
      cursor: cursorOf(settings, own, newest),
      last: false,
      complete: own.cursor === undefined,
      gone: [],
      unmapped: [],
    };
  }
  yield {
    records: [],
    rejected: [],
    cursor: cursorOf(settings, own, newest),
    last: true,
    complete: own.cursor === undefined,
    gone: [],
    unmapped: [...unmapped],
  };
}

/** The admin's query, in the order of the cursor and, after the first read, from the cursor on. Rows without a cursor value always come. */
function question(settings: SourceSettings, own: PostgresSettings, filtered: boolean): string {
  const inner = own.query.trim().replace(/;\s*$/, '');
  if (own.cursor === undefined) return inner;
  const column = quoteName(own.cursor);
  const order = [column, ...settings.key.filter((name) => name !== own.cursor).map(quoteName)].map(
    (name) => `q.${name}`,
  );
  return `SELECT * FROM (${inner}\n) AS q${filtered ? ` WHERE q.${column} >= :since OR q.${column} IS NULL` : ''} ORDER BY ${order[0]} NULLS FIRST${order
    .slice(1)
    .map((name) => `, ${name}`)
    .join('')}`;
}
function cursorOf(settings: SourceSettings, own: PostgresSettings, at: string | null): Page['cursor'] {
  return own.cursor === undefined || at === null ? null : { source: settings.name, stream: 'rows', at };
}
/** A cursor a little earlier: instants and days go back by the look-back, numbers stay. */
export function lookedBack(at: string | null, seconds: number): string | null {
  if (at === null || !/^\d{4}-\d{2}-\d{2}/.test(at)) return at;
  if (at.length === 10)
    return new Date(Date.parse(`${at}T00:00:00Z`) - Math.max(seconds * 1_000, 86_400_000)).toISOString().slice(0, 10);
  return new Date(Date.parse(at) - seconds * 1_000).toISOString();
}

function requireColumns(settings: SourceSettings, own: PostgresSettings, row: PostgresRow): void {
  const missing = missingColumns(settings, own, row);
  if (missing.length > 0) {
    throw new DriftError(`a column is gone: ${missing.map((problem) => problem.what).join('; ')}`, missing, {
      where: `source ${settings.name}`,
      why: 'A missing column would turn into missing metrics for every account.',
      fix: `The query gives: ${Object.keys(row).join(', ')}. Correct it, or the names in config/sources.yaml.`,
    });
  }
}
function missingColumns(settings: SourceSettings, own: PostgresSettings, row: PostgresRow): Problem[] {
  const wanted = new Set([
    ...Object.values(settings.columns).map((column) => column.from),
    ...settings.key,
    ...Object.values(settings.ids),
    ...[settings.account?.column, settings.contact, settings.at, own.cursor].filter(
      (name): name is string => typeof name === 'string',
    ),
  ]);
  return [...wanted]
    .filter((name) => !(name in row))
    .map((name) => ({
      code: 'E_DRIFT',
      severity: 'error' as const,
      where: `source ${settings.name}`,
      what: `the query gives no column "${name}"`,
      why: 'Metrics that need it would be missing for every account.',
      fix: `It gives: ${Object.keys(row).join(', ')}. Add it to the SELECT, or correct config/sources.yaml.`,
    }));
}

async function check(
  settings: SourceSettings,
  own: PostgresSettings,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const where = `source ${settings.name}`;
  try {
    const sql = `SELECT * FROM (${own.query.trim().replace(/;\s*$/, '')}\n) AS q LIMIT 1`;
    for await (const rows of askPostgres(
      { url: own.url, sql, values: { as_of: '2000-01-01', since: null }, timeoutMs: 30_000, rowsAtOnce: 1, where },
      signal,
    )) {
      if (rows[0] !== undefined) return missingColumns(settings, own, rows[0]);
    }
    return [];
  } catch (error) {
    rethrowCrash(error);
    if (!(error instanceof KenkoError)) throw error;
    return [
      {
        code: error.code,
        severity: 'error',
        where: error.where === '' ? where : error.where,
        what: error.message,
        why: error.why,
        fix: error.fix,
      },
    ];
  }
}
