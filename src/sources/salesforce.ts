// Accounts, contacts or any other object of Salesforce as facts. Two ways of reading: whole, where what does not come is
// gone, and changes since a cursor, which bring deleted and merged records along. Changes are told by SystemModstamp, which
// shows late at times and repeats, so the cursor stays five minutes behind their clock, each read looks back a little
// further, and pages go on by (SystemModstamp, Id). Only the server says what the last page is; where it lost the place or
// took too long, the read goes on behind the last row, in slices.

import { z } from 'zod';
import { asRow, type ObjectDescription, type Row, type SalesforceClient } from '../clients/salesforce/connect.ts';
import { codeOf } from '../clients/salesforce/errors.ts';
import { isSoqlName, soqlName, soqlText } from '../clients/salesforce/soql.ts';
import type { ColumnSettings, SourceSettings } from '../domain/decisions.ts';
import type { Cursor, Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import { DriftError, KenkoError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { type Cell, mergedRecord, textOf, typeRow } from './row.ts';
import type { Page, ReadOptions, Source, Stream } from './source.ts';

const plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Settings of `kind: salesforce` in config/sources.yaml. */
export const SalesforceSourceSettings = z.strictObject({
  object: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'the API name of an object, for instance Account')
    .optional()
    .describe('API name of the object; Account for a roster, Contact for contacts.'),
  read: z
    .enum(['changes', 'whole'])
    .default('changes')
    .describe(
      'changes: what moved since the last run, and everything once a week. whole: everything each time; always so where a column is a formula or of a related record, or rows are chosen by `only`, because such changes leave no trace.',
    ),
  only: z
    .record(z.string().refine(isSoqlName, 'the API name of a field'), z.union([plain, z.array(z.string()).min(1)]))
    .default({})
    .describe('Rows where each of these fields has this value, or one of these values.'),
});
export type SalesforceSourceSettings = z.infer<typeof SalesforceSourceSettings>;

const pageRows = 1_000;
/** Rows may show up with a stamp that is minutes old. */
const holdBackMs = 5 * 60_000;
const leastOverlapMs = 5 * 60_000;
/** Deleted records leave the recycle bin after 15 days, and by hand earlier: so everything is read again at times. */
const wholeEveryMs = 7 * 86_400_000;

/** Rows of the first slice after a query took too long, and the fewest that are still worth a call. */
const firstSlice = 2_000;
const smallestSlice = 200;
/** How often one read may lose its place: query locators live for two days, so more is no accident. */
const mostLostPlaces = 3;
const tooLong = new Set(['QUERY_TIMEOUT', 'REQUEST_RUNNING_TOO_LONG']);

/** How far a read came. */
interface Mark {
  /** Everything with an older stamp is landed. */
  readonly since: string | null;
  /** When everything was last read in one go. */
  readonly wholeAt: string | null;
  /** A read that is under way: the last row that was given, and where the cursor moves when it ends. */
  readonly after: {
    readonly stamp: string;
    readonly id: string;
    readonly until: string;
    readonly whole: boolean;
  } | null;
}

/** One object as a source with one stream. */
export function openSalesforceSource(given: SourceSettings, client: SalesforceClient): Source {
  const own = SalesforceSourceSettings.parse(given.settings);
  const object = own.object ?? (given.holds === 'contacts' ? 'Contact' : 'Account');
  // Without a key of its own a record is known by its id; a hash of the row would be a new fact with every edit.
  const settings: SourceSettings = { ...given, key: given.key.length === 0 ? ['Id'] : given.key };
  const reader: Reader = { settings, own, object, client };
  const stream: Stream = {
    name: object,
    columns: Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type])),
  };
  return {
    name: settings.name,
    streams: [stream],
    check: async (signal) => await check(reader, signal),
    read: (_stream, cursor, options) => readOrSay(reader, cursor, options),
    // The client belongs to the CRM hand of the same mapping.
    close: async () => undefined,
  };
}

interface Reader {
  readonly settings: SourceSettings;
  readonly own: SalesforceSourceSettings;
  readonly object: string;
  readonly client: SalesforceClient;
}

async function* readOrSay(reader: Reader, cursor: Cursor | null, options: ReadOptions): AsyncGenerator<Page> {
  try {
    yield* readPages(reader, cursor, options);
  } catch (error) {
    rethrowCrash(error);
    throw error instanceof KenkoError ? asFailedRead(reader, error) : error;
  }
}
/** What the client calls away or refused is, for a source, a failed read; the rest keeps its name. */
function asFailedRead(reader: Reader, error: KenkoError): KenkoError {
  if (error.code !== 'E_UNAVAILABLE' && error.code !== 'E_REJECTED') return error;
  const { why, fix } = error;
  return new SourceError(error.message, { where: `source ${reader.settings.name}`, why, fix, cause: error });
}

async function* readPages(reader: Reader, cursor: Cursor | null, options: ReadOptions): AsyncGenerator<Page> {
  const { client, object, settings } = reader;
  await client.identify(options.signal);
  const described = await client.described(object, options.signal);
  requireColumns(reader, described);
  const now = client.now();
  const mark = readMark(cursor);
  const resumed = mark.after;
  const whole = resumed?.whole ?? isWhole(reader, described, mark, now);
  const until = resumed?.until ?? minus(now, holdBackMs);
  const overlap = Math.max(leastOverlapMs, settings.lookbackSeconds * 1_000);
  const lowest = whole || mark.since === null ? null : minus(mark.since, overlap);
  // A whole read that was cut off and goes on has not seen everything in one go: nothing may be taken for gone.
  const complete = whole && resumed === null;
  const cursorAt = (at: Mark): Cursor => ({ source: settings.name, stream: object, at: JSON.stringify(at) });
  // Deleted rows come along where the object keeps them; a whole read finds by itself what is not there any more, but not which
  // record a merge put into its place.
  const withMerged = tellsMerges(reader, described);
  const withDeleted = (!whole || withMerged) && described.fields.has('IsDeleted');
  const unmapped = new Set<string>();
  for await (const rows of sliced(reader, {
    lowest,
    withDeleted,
    withMerged,
    after: resumed,
    signal: options.signal,
  })) {
    for (const part of chunks(rows, pageRows)) {
      const last = part.at(-1) as Row;
      const stamp = normalised(String(last['SystemModstamp']));
      const after = { stamp, id: String(last['Id']), until, whole };
      const deleted = withDeleted ? part.filter((row) => row['IsDeleted'] === true) : [];
      const merged = deleted.filter((row) => typeof row['MasterRecordId'] === 'string');
      const living = typed(
        reader,
        part.filter((row) => !deleted.includes(row)),
        options,
        unmapped,
      );
      yield {
        ...living,
        records: [
          ...living.records,
          ...merged.map((row) =>
            mergedRecord(settings, object, String(row['Id']), String(row['MasterRecordId']), options),
          ),
        ],
        cursor: cursorAt({ since: mark.since, wholeAt: mark.wholeAt, after }),
        last: false,
        complete,
        gone: deleted.filter((row) => !merged.includes(row)).map((row) => keyOf(reader, row)),
        unmapped: [],
      };
    }
  }
  yield {
    records: [],
    rejected: [],
    cursor: cursorAt({ since: until, wholeAt: complete ? now : whole ? null : mark.wholeAt, after: null }),
    last: true,
    complete,
    gone: [],
    unmapped: [...unmapped],
  };
}

interface Asking {
  readonly lowest: string | null;
  readonly withDeleted: boolean;
  readonly withMerged: boolean;
  readonly after: Mark['after'];
  readonly signal: AbortSignal;
}
/** Pages of rows; where the server lost the place or took too long, it is asked again behind the last row, for less. */
async function* sliced(reader: Reader, asking: Asking): AsyncGenerator<readonly Row[]> {
  let after: Pick<NonNullable<Mark['after']>, 'stamp' | 'id'> | null = asking.after;
  let limit: number | null = null;
  let lost = 0;
  for (;;) {
    let came = 0;
    try {
      const soql = rowsQuery(reader, asking.lowest, after, asking);
      const query = limit === null ? soql : `${soql} LIMIT ${limit}`;
      const how = { name: 'source.rows', all: asking.withDeleted, signal: asking.signal };
      for await (const rows of reader.client.query(query, how)) {
        const last = rows.at(-1);
        if (last === undefined) continue;
        came += rows.length;
        yield rows;
        after = { stamp: normalised(String(last['SystemModstamp'])), id: String(last['Id']) };
      }
      if (limit === null || came < limit) return;
    } catch (error) {
      rethrowCrash(error);
      const code = codeOf(error);
      if (code === 'INVALID_QUERY_LOCATOR' && lost < mostLostPlaces) lost += 1;
      else if (tooLong.has(code ?? '') && (limit ?? Infinity) > smallestSlice)
        limit = limit === null ? firstSlice : Math.max(smallestSlice, Math.floor(limit / 4));
      else throw error;
    }
  }
}

/** A list of accounts is told which record took the place of a merged one; the recycle bin remembers for 15 days. */
function tellsMerges({ settings }: Reader, described: ObjectDescription): boolean {
  const [key] = settings.key;
  const isById = settings.key.length === 1 && key === 'Id';
  return (
    settings.holds === 'roster' && isById && described.fields.has('IsDeleted') && described.fields.has('MasterRecordId')
  );
}

function isWhole(reader: Reader, described: ObjectDescription, mark: Mark, now: string): boolean {
  if (reader.own.read === 'whole' || Object.keys(reader.own.only).length > 0) return true;
  if (mark.since === null || mark.wholeAt === null) return true;
  if (Date.parse(now) - Date.parse(mark.wholeAt) > wholeEveryMs) return true;
  // A formula or a field of a related record changes without moving the stamp of this one.
  return fieldsOf(reader.settings).some(
    (name) => name.includes('.') || described.fields.get(name)?.calculated === true,
  );
}

function typed(
  { settings, object }: Reader,
  rows: readonly Row[],
  options: ReadOptions,
  unmapped: Set<string>,
): { readonly records: SourceRecord[]; readonly rejected: RejectedRow[] } {
  const records: SourceRecord[] = [];
  const rejected: RejectedRow[] = [];
  for (const row of rows) {
    const place = `${object} ${String(row['Id'])}`;
    const result = typeRow(settings, object, { place, cells: cellsOf(settings, row) }, options);
    if (unmapped.size < 200) for (const value of result.unmapped) unmapped.add(value);
    if (result.record === null) rejected.push(result.rejected);
    else records.push(result.record);
  }
  return { records, rejected };
}

function keyOf({ settings }: Reader, row: Row): string {
  return settings.key.map((name) => textOf(cellAt(row, name)) ?? '').join('|');
}

function rowsQuery(
  { settings, own, object }: Reader,
  since: string | null,
  after: { readonly stamp: string; readonly id: string } | null,
  { withDeleted, withMerged }: Pick<Asking, 'withDeleted' | 'withMerged'>,
): string {
  const conditions = Object.entries(own.only).map(([field, value]) => condition(field, value));
  if (after !== null) {
    conditions.push(
      `(SystemModstamp > ${after.stamp} OR (SystemModstamp = ${after.stamp} AND Id > ${soqlText(after.id)}))`,
    );
  } else if (since !== null) conditions.push(`SystemModstamp >= ${since}`);
  const fields = [
    ...new Set([
      'Id',
      'SystemModstamp',
      ...(withDeleted ? ['IsDeleted'] : []),
      ...(withMerged ? ['MasterRecordId'] : []),
      ...fieldsOf(settings),
    ]),
  ]
    .map(soqlName)
    .join(', ');
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${fields} FROM ${soqlName(object)}${where} ORDER BY SystemModstamp, Id`;
}
function condition(field: string, value: z.infer<typeof plain> | readonly string[]): string {
  const name = soqlName(field);
  if (Array.isArray(value)) return `${name} IN (${value.map(soqlText).join(', ')})`;
  return `${name} = ${typeof value === 'string' ? soqlText(value) : String(value)}`;
}

/** Every field that the settings name, as Salesforce names it. */
function fieldsOf(settings: SourceSettings): string[] {
  return [
    ...Object.values(settings.columns).map((column) => column.from),
    ...settings.key,
    ...Object.values(settings.ids),
    ...(settings.account === null ? [] : [settings.account.column]),
    ...(settings.contact === null ? [] : [settings.contact]),
    ...(settings.at === null ? [] : [settings.at]),
  ];
}
function cellsOf(settings: SourceSettings, row: Row): Record<string, Cell> {
  return Object.fromEntries(fieldsOf(settings).map((name) => [name, cellAt(row, name)]));
}
/** `Owner.Email` of a row whose owner is null is empty. Compound values (addresses) are no cells. */
function cellAt(row: Row, path: string): Cell {
  let value: unknown = row;
  for (const name of path.split('.')) value = asRow(value)[name];
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T.*[+-]\d{4}$/.test(value) ? normalised(value) : value;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
/** `2026-05-01T07:35:37.000+0000` → `2026-05-01T07:35:37.000Z`: a form that queries take unquoted, too. */
function normalised(stamp: string): string {
  return new Date(stamp.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')).toISOString();
}
function minus(instant: string, ms: number): string {
  return new Date(Date.parse(instant) - ms).toISOString();
}

/** A cursor nobody can read means: from the beginning. To read twice is harmless. */
function readMark(cursor: Cursor | null): Mark {
  const none: Mark = { since: null, wholeAt: null, after: null };
  if (cursor === null) return none;
  try {
    const parsed = markShape.safeParse(JSON.parse(cursor.at));
    return parsed.success ? parsed.data : none;
  } catch {
    return none;
  }
}
// What stands in a cursor goes into a query unquoted, so it is checked like anything that comes from outside.
const stampShape = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const markShape = z.strictObject({
  since: stampShape.nullable(),
  wholeAt: stampShape.nullable(),
  after: z.strictObject({ stamp: stampShape, id: z.string(), until: stampShape, whole: z.boolean() }).nullable(),
});

/** Salesforce's types that can be read as ours; text can be anything. */
const readable: Readonly<Record<ColumnSettings['type'], readonly string[] | null>> = {
  text: null,
  number: ['double', 'int', 'long', 'currency', 'percent', 'string', 'picklist'],
  boolean: ['boolean', 'string', 'picklist'],
  day: ['date', 'datetime', 'string'],
  instant: ['datetime', 'date', 'string'],
};

function columnProblems({ settings, object }: Reader, described: ObjectDescription): Problem[] {
  const where = (name: string) => `source ${settings.name}, ${object}.${name}`;
  const problems: Problem[] = [];
  const add = (name: string, what: string, fix: string) =>
    problems.push({
      code: 'E_DRIFT',
      severity: 'error',
      where: where(name),
      what,
      why: 'Metrics that need it would be missing for every account.',
      fix,
    });
  for (const name of new Set(fieldsOf(settings))) {
    if (!isSoqlName(name))
      add(name, `"${name}" is no API name of a field`, 'Write the API name, e.g. AnnualRevenue or Owner.Email.');
    else if (!name.includes('.') && !described.fields.has(name)) {
      add(
        name,
        `the field "${name}" is missing, or the user may not see it`,
        'Correct the name in config/sources.yaml, or grant read access to the field in a permission set.',
      );
    }
  }
  for (const column of Object.values(settings.columns)) {
    const type = described.fields.get(column.from)?.type;
    const allowed = column.map === null ? readable[column.type] : null;
    if (type === undefined || allowed === null || allowed.includes(type)) continue;
    add(
      column.from,
      `the field is of type ${type}, declared as ${column.type}`,
      'Correct the type in config/sources.yaml.',
    );
  }
  return problems;
}
function requireColumns(reader: Reader, described: ObjectDescription): void {
  const problems = columnProblems(reader, described);
  if (problems.length === 0) return;
  throw new DriftError(`${reader.object} has not the columns of this source`, problems, {
    where: `source ${reader.settings.name}`,
    why: 'A missing column would turn into missing metrics for every account.',
    fix: problems.map((problem) => `${problem.where}: ${problem.fix}`).join('\n'),
  });
}

async function check(reader: Reader, signal: AbortSignal): Promise<readonly Problem[]> {
  const { client, object, settings, own } = reader;
  try {
    await client.identify(signal);
    const problems = columnProblems(reader, await client.describe(object, signal));
    if (problems.length > 0) return problems;
    // Related fields and the filter are proved by asking for one row.
    const soql = `${rowsQuery({ settings, own, object, client }, null, null, { withDeleted: false, withMerged: false })} LIMIT 1`;
    await client.rows(soql, { name: 'source.check', signal });
    return [];
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    const { code, message, why, fix } = asFailedRead(reader, error);
    return [{ code, severity: 'error', where: `source ${settings.name}`, what: message, why, fix }];
  }
}
