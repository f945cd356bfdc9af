// Rows of a query, whichever database answers. With a cursor column only what is new comes, oldest first, looking back a
// little for rows that were committed late; without one the whole answer comes each time and counts as complete.

import { z } from 'zod';
import { type AskSql, quoteName, type SqlAnswer, type SqlWriting } from '../clients/sql.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import { driftError, missingColumns } from './columns.ts';
import { lookedBack } from './days.ts';
import { typeRow } from './row.ts';
import type { Page, ReadOptions, Source } from './source.ts';
import { createTwins } from './twins.ts';

/** Settings that every kind of query has; a kind adds how the database is reached. */
export const querySettings = {
  query: z
    .string()
    .min(1)
    .describe(
      'One SELECT. :as_of is the as-of day, :cursor the newest cursor seen and :since the same looked back (both null at first). Ask for a row per account, contact and day rather than for every click.',
    ),
  cursor: z
    .string()
    .optional()
    .describe(
      'Column that only grows (updated_at, id): only newer rows are read. Without it the whole answer is read each time.',
    ),
  timeout_seconds: z.number().int().min(1).max(3600).default(300).describe('How long the database may take.'),
  safety_lag_seconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe("A cursor of times never passes the database's clock minus this: a row from the future hides no others."),
  lookback_count: z
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(1_000)
    .describe('How far a cursor of whole numbers looks back; for times that is lookback_seconds.'),
};
export interface QuerySettings {
  readonly query: string;
  readonly cursor?: string | undefined;
  readonly timeout_seconds: number;
  readonly safety_lag_seconds: number;
  readonly lookback_count: number;
}
/** A database that can be asked, and how it wants to be written to. */
export interface Database {
  readonly ask: AskSql;
  readonly writing: SqlWriting;
  /** Where rows without a cursor value stand when sorted; null: they stand first by themselves. */
  readonly nullsFirst: string | null;
}

const pageRows = 1_000;

/** Opens a query as a source with one stream, `rows`. Nothing is connected before `check` or `read`. */
export function openQuerySource(settings: SourceSettings, own: QuerySettings, database: Database): Source {
  const columns = Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type]));
  return {
    name: settings.name,
    streams: [{ name: 'rows', columns }],
    check: (signal) => checkQuery(settings, own, database, signal),
    read: (_stream, cursor, options) => readQuery(settings, own, database, cursor?.at ?? null, options),
    close: async () => undefined,
  };
}

/** Pages of the answer. Exported for kinds that wrap a query (files). */
export async function* readQuery(
  settings: SourceSettings,
  own: QuerySettings,
  database: Database,
  cursorText: string | null,
  options: ReadOptions,
): AsyncGenerator<Page> {
  const where = `source ${settings.name}`;
  const complete = own.cursor === undefined;
  const since = complete ? null : lookedBack(cursorText, settings.lookbackSeconds, own.lookback_count);
  const answers = database.ask(
    {
      sql: question(settings, own, database, since !== null),
      values: { as_of: options.asOf, since, cursor: complete ? null : cursorText },
      timeoutMs: own.timeout_seconds * 1_000,
      rowsAtOnce: pageRows,
      where,
    },
    options.signal,
  );
  const unmapped = new Set<string>();
  const twins = complete ? createTwins() : null;
  let newest = cursorText;
  let row = 0;
  let withoutCursor = 0;
  let isFirst = true;
  const page = (answer: SqlAnswer | null): Page => {
    const records: SourceRecord[] = [];
    const rejected: RejectedRow[] = [];
    for (const cells of answer?.rows ?? []) {
      row += 1;
      const typed = typeRow(settings, 'rows', { place: `${where}, row ${row} of the answer`, cells }, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      const twin = typed.record === null ? null : (twins?.find(typed.record, row) ?? null);
      if (typed.record === null) rejected.push(typed.rejected);
      else if (twin !== null)
        rejected.push({
          source: settings.name,
          stream: 'rows',
          place: `${where}, row ${row} of the answer`,
          why: `the key ${settings.key.join(' + ')} = ${typed.record.key.slice(0, 60)} stands in row ${twin} already, with other values`,
          fix: 'A key names one fact: group by it in the query, or name more columns under key in sources.yaml.',
        });
      else records.push(typed.record);
      const at = own.cursor === undefined ? undefined : cells[own.cursor];
      if (at !== null && at !== undefined) newest = capped(String(at), answer?.now ?? '', own.safety_lag_seconds);
      else if (own.cursor !== undefined) withoutCursor += 1;
    }
    return {
      records,
      rejected,
      cursor: complete || newest === null ? null : { source: settings.name, stream: 'rows', at: newest },
      last: answer === null,
      complete,
      gone: [],
      unmapped: answer === null ? [...unmapped] : [],
      ...(answer === null && withoutCursor > 0 ? { notes: [nullCursors(settings, own, withoutCursor)] } : {}),
    };
  };
  for await (const answer of answers) {
    if (isFirst) {
      const missing = missingColumns(settings, answer.columns, 'the query', own.cursor);
      if (missing.length > 0) throw driftError(settings, answer.columns, missing, 'The query gives');
      isFirst = false;
    }
    if (answer.rows.length > 0) yield page(answer);
  }
  yield page(null);
}

/** What every read of a cursor leaves out of the bargain: rows that never say when they changed. */
function nullCursors(settings: SourceSettings, own: QuerySettings, count: number): Problem {
  return {
    code: 'W_NO_CURSOR',
    severity: 'warning',
    where: `source ${settings.name}`,
    what: `${count} ${count === 1 ? 'row has' : 'rows have'} no ${own.cursor}`,
    why: 'They are read each time, because nothing says whether they changed.',
    fix: `Fill ${own.cursor} where the rows come from, for example with the time they were made.`,
  };
}

/** A time is never kept as cursor when it lies after the database's own clock, less the lag. Numbers have no clock. */
export function capped(at: string, now: string, lagSeconds: number): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(at) || now === '') return at;
  const bound = new Date(Date.parse(now) - lagSeconds * 1_000).toISOString();
  if (at.length === 10) return at > bound.slice(0, 10) ? bound.slice(0, 10) : at;
  // An offset other than UTC only appears where a text column holds it; compared by the instant, kept in its own shape.
  const instant = Date.parse(at.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  const asUtc = /(Z|[+-]\d{2}:?\d{2})$/.test(at) ? instant : Date.parse(`${at.replace(' ', 'T')}Z`);
  if (Number.isNaN(asUtc) || asUtc <= Date.parse(bound)) return at;
  return lookedBack(at, (asUtc - Date.parse(bound)) / 1_000) ?? at;
}

/** The admin's query, in the order of the cursor and, after the first read, from the cursor on. Rows without a cursor value always come. */
function question(settings: SourceSettings, own: QuerySettings, database: Database, filtered: boolean): string {
  const inner = innerQuery(own);
  if (own.cursor === undefined) return inner;
  const quoted = (name: string) => `q.${quoteName(name, database.writing.quote)}`;
  const column = quoted(own.cursor);
  const order = [
    `${column}${database.nullsFirst ?? ''}`,
    ...settings.key.filter((name) => name !== own.cursor).map(quoted),
  ];
  const filter = filtered ? ` WHERE ${column} >= :since OR ${column} IS NULL` : '';
  return `SELECT * FROM (${inner}\n) AS q${filter} ORDER BY ${order.join(', ')}`;
}
function innerQuery(own: QuerySettings): string {
  return own.query.trim().replace(/;\s*$/, '');
}

/** Signs in, asks for one row, and holds the columns against what was promised. */
export async function checkQuery(
  settings: SourceSettings,
  own: QuerySettings,
  database: Database,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const where = `source ${settings.name}`;
  const sql = `SELECT * FROM (${innerQuery(own)}\n) AS q LIMIT 1`;
  const values = { as_of: '2000-01-01', since: null, cursor: null };
  return await problemsOf(where, async () => {
    for await (const answer of database.ask({ sql, values, timeoutMs: 30_000, rowsAtOnce: 1, where }, signal))
      return missingColumns(settings, answer.columns, 'the query', own.cursor);
    return [];
  });
}

/** What `look` throws, as problems; crashes and our own mistakes go on. */
export async function problemsOf(where: string, look: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  try {
    return await look();
  } catch (error) {
    rethrowCrash(error);
    if (!(error instanceof KenkoError)) throw error;
    const { code, message: what, why, fix } = error;
    if ('problems' in error && Array.isArray(error.problems) && error.problems.length > 0) return error.problems;
    return [{ code, severity: 'error', where: error.where === '' ? where : error.where, what, why, fix }];
  }
}
