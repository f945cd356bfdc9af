// Records of a HubSpot portal as rows: companies, contacts, deals, tickets, activities, answers to surveys, or its owners.
// Two ways of reading. Whole: the list by pages in the order of ids, which is strongly consistent and has no ceiling; what
// is no longer in it is gone. Changes: a search by modified date, going on above the last id, with the archived records
// beside it, for a search never shows those. The index lags behind, so each read looks back; and once a week, whenever the
// columns changed, and for small objects always, everything is read.

import { z } from 'zod';
import { orThrow } from '../clients/hubspot/call.ts';
import type { HubspotClient } from '../clients/hubspot/connect.ts';
import type { Property } from '../clients/hubspot/furniture.ts';
import { type Found, type Item, type ItemPage, searchSize } from '../clients/hubspot/records.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import type { Cursor, Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { DriftError, KenkoError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { columnsOf, missingColumns, mistyped, propertiesOf, recordId } from './hubspot/columns.ts';
import { type CellsOf, cellReader } from './hubspot/extras.ts';
import { ownerRows } from './hubspot/owners.ts';
import { mergedRecord, typeRow } from './row.ts';
import type { Page, ReadOptions, Source, Stream } from './source.ts';

/** Settings of `kind: hubspot` in config/sources.yaml. */
export const HubspotSettings = z.strictObject({
  object: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'an object of HubSpot: companies, contacts, deals, tickets, …')
    .optional()
    .describe(
      'Which records to read: companies, contacts, deals, tickets, tasks, meetings, calls, emails, notes, feedback_submissions, owners… Companies for a roster, contacts for contacts.',
    ),
  read: z
    .enum(['changes', 'whole'])
    .default('changes')
    .describe(
      'changes: what moved since the last run, and everything once a week. whole: everything each time. Objects of up to 2,000 records are always read whole.',
    ),
});
export type HubspotSettings = z.infer<typeof HubspotSettings>;

/** HubSpot's limit for one page of a list, and ours for one transaction. */
const listSize = 100;
const pageSize = 1_000;
/** So few records cost no more than twenty calls, and a list knows of everything. */
const alwaysWhole = 2_000;
/** Searches do not show what was archived or merged long ago, so everything is read again at times. */
const wholeEveryMs = 7 * 86_400_000;
/** How late the index and the clocks may be. */
const leastOverlapMs = 150_000;
/** With more archived records than this the whole list is the shorter way to know what is gone. */
const mostArchivedPages = 10;
const mergedIds = 'hs_merged_object_ids';

/** How far a stream was read: the cursor's text. */
const Mark = z.object({
  since: z.string(),
  wholeAt: z.string(),
  /** Rows of the last whole read. */
  rows: z.number(),
  /** Which columns were read: others need a whole read. */
  shape: z.string(),
});
type Mark = z.infer<typeof Mark>;

interface Reader {
  readonly settings: SourceSettings;
  readonly own: HubspotSettings;
  readonly object: string;
  readonly client: HubspotClient;
  readonly where: string;
}

/** Opens a source with one stream, named after its object. Nothing is asked before `check` or `read`. */
export function openHubspotSource(given: SourceSettings, client: HubspotClient): Source {
  const own = HubspotSettings.parse(given.settings);
  const object = own.object ?? (given.holds === 'contacts' ? 'contacts' : 'companies');
  // A record without a declared key is its own key: HubSpot's ids are unique per object.
  const settings = given.key.length > 0 ? given : { ...given, key: [recordId] };
  const reader: Reader = { settings, own, object, client, where: `source ${settings.name}, hubspot ${object}` };
  const stream: Stream = {
    name: object,
    columns: Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type])),
  };
  return {
    name: settings.name,
    streams: [stream],
    check: async (signal) => await checkColumns(reader, signal),
    read: (_stream, cursor, options) =>
      object === 'owners' ? ownerRows(settings, client, options) : readPages(reader, cursor, options),
    close: async () => undefined,
  };
}

async function* readPages(reader: Reader, cursor: Cursor | null, options: ReadOptions): AsyncGenerator<Page> {
  const { settings, object, client, where } = reader;
  const { signal } = options;
  // A property that is gone is left out of the answers without a word, and every value of it would look empty.
  const problems = await asked(where, async () => missingColumns(settings, object, await shelf(reader, signal)));
  if (problems.length > 0)
    throw new DriftError('a column of a source is gone', problems, {
      where,
      fix: 'Correct config/sources.yaml, or restore the property.',
    });
  const names = columnsOf(settings);
  const shape = names.join(' ');
  const now = client.now();
  const mark = readMark(cursor);
  const since = new Date(Date.parse(now) - leastOverlapMs).toISOString();
  const cellsOf = await asked(where, () => cellReader(client, object, names, signal));
  const typed = typer(reader, cellsOf, options);
  const changes =
    mark === null || isWhole(reader, mark, shape, now) ? null : await asked(where, () => changed(reader, mark, signal));
  const unmapped = new Set<string>();
  let rows = 0;
  for await (const page of changes ?? wholeList(reader, signal)) {
    const { gone, ...part } = await asked(where, () => typed(page.items, page.archived, unmapped));
    rows += part.records.length;
    const next: Mark = {
      since,
      shape,
      ...(changes === null || mark === null ? { wholeAt: now, rows } : { wholeAt: mark.wholeAt, rows: mark.rows }),
    };
    yield {
      ...part,
      // Only the end says how far it got: a read that broke off is begun again.
      cursor: page.last ? { source: settings.name, stream: object, at: JSON.stringify(next) } : null,
      last: page.last,
      complete: changes === null,
      gone: changes === null ? [] : gone,
      unmapped: page.last ? [...unmapped] : [],
    };
  }
}

function readMark(cursor: Cursor | null): Mark | null {
  if (cursor === null) return null;
  try {
    return Mark.parse(JSON.parse(cursor.at));
  } catch {
    // A cursor that another program wrote says nothing to us; everything is read.
    return null;
  }
}
function isWhole(reader: Reader, mark: Mark, shape: string, now: string): boolean {
  if (reader.own.read === 'whole' || mark.rows <= alwaysWhole || mark.shape !== shape) return true;
  return Date.parse(now) - Date.parse(mark.wholeAt) >= wholeEveryMs;
}

/** Records as they come: living ones, and in a read of changes the archived ones. */
interface Portion {
  readonly items: readonly Item[];
  readonly archived: readonly Item[];
  readonly last: boolean;
}

async function* wholeList(reader: Reader, signal: AbortSignal): AsyncGenerator<Portion> {
  const { client, object, where } = reader;
  const named = propertiesOf(object, columnsOf(reader.settings));
  const properties = tellsMerges(reader.settings, object) ? [...new Set([...named, mergedIds])] : named;
  let after: string | null = null;
  do {
    const items: Item[] = [];
    do {
      const page: string | null = after;
      const list: ItemPage = await asked(where, async () =>
        orThrow(
          await client.listRecords(object, { properties, after: page, archived: false, limit: listSize }, signal),
          where,
        ),
      );
      items.push(...list.results);
      after = list.after;
    } while (after !== null && items.length + listSize <= pageSize);
    yield { items, archived: [], last: after === null };
  } while (after !== null);
}

/** What changed since, or null where a whole read is the shorter way. */
async function changed(reader: Reader, mark: Mark, signal: AbortSignal): Promise<AsyncGenerator<Portion> | null> {
  const { client, object, where, settings } = reader;
  const named = propertiesOf(object, columnsOf(settings));
  const properties = object === 'companies' || object === 'contacts' ? [...new Set([...named, mergedIds])] : named;
  const overlap = Math.max(leastOverlapMs, settings.lookbackSeconds * 1_000) - leastOverlapMs;
  const from = String(Date.parse(mark.since) - overlap);
  const filters = [
    { propertyName: object === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate', operator: 'GTE', value: from },
  ] as const;
  const page = async (above: string | null): Promise<Found> =>
    orThrow(await client.searchRecords(object, { filters, above, properties }, signal), where);
  // So many property names do not fit into a search.
  if (JSON.stringify(properties).length > 2_500) return null;
  const first = await page(null);
  if (first.total > mark.rows) return null;
  const archived: Item[] = [];
  let after: string | null = null;
  for (let pages = 0; pages === 0 || after !== null; pages++) {
    if (pages === mostArchivedPages) return null;
    const list: ItemPage = orThrow(
      await client.listRecords(object, { properties: named, after, archived: true, limit: listSize }, signal),
      where,
    );
    archived.push(...list.results);
    after = list.after;
  }
  return (async function* () {
    let { results } = first;
    let gone: readonly Item[] = archived;
    for (;;) {
      const items = [...results];
      while (results.length === searchSize && items.length + searchSize <= pageSize) {
        const above = results.at(-1)?.id ?? null;
        results = (await asked(where, () => page(above))).results;
        items.push(...results);
      }
      const last = results.length < searchSize;
      yield { items, archived: gone, last };
      if (last) return;
      gone = [];
      const above = results.at(-1)?.id ?? null;
      results = (await asked(where, () => page(above))).results;
    }
  })();
}

type Typed = Pick<Page, 'records' | 'rejected' | 'gone'>;
function typer(reader: Reader, cellsOf: CellsOf, options: ReadOptions) {
  const { settings, object } = reader;
  return async (items: readonly Item[], archived: readonly Item[], unmapped: Set<string>): Promise<Typed> => {
    const cells = await cellsOf(items);
    const records: SourceRecord[] = [];
    const rejected: RejectedRow[] = [];
    for (const item of items) {
      const row = { place: `${object}/${item.id}`, cells: cells.get(item.id) ?? {} };
      const typed = typeRow(settings, object, row, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      if (typed.record === null) rejected.push(typed.rejected);
      else records.push(typed.record);
    }
    if (tellsMerges(settings, object))
      for (const item of items)
        for (const old of oldIdsOf(item)) records.push(mergedRecord(settings, object, old, item.id, options));
    return { records, rejected, gone: goneOf(settings, object, items, archived) };
  };
}
/** Keys of archived records, and the old ids of merged ones. Where something else than the id is the key, it is read off. */
function goneOf(
  settings: SourceSettings,
  object: string,
  items: readonly Item[],
  archived: readonly Item[],
): readonly string[] {
  const [key] = settings.key;
  if (settings.key.length !== 1 || key === undefined) return [];
  if (key !== recordId && key !== 'hs_object_id') return archived.flatMap((item) => item.properties[key] ?? []);
  const merged = new Set(items.flatMap(oldIdsOf));
  // In a list of accounts an old id leads on to the record that took its place; elsewhere it is gone.
  const staying = tellsMerges(settings, object) ? merged : new Set<string>();
  return [...archived.map((item) => item.id), ...merged].filter((id) => !staying.has(id));
}
function oldIdsOf(item: Item): readonly string[] {
  return (item.properties[mergedIds] ?? '').split(';').filter((id) => id !== '' && id !== item.id);
}
function tellsMerges({ holds, key }: SourceSettings, object: string): boolean {
  const [first] = key;
  const isById = key.length === 1 && (first === recordId || first === 'hs_object_id');
  return holds === 'roster' && object === 'companies' && isById;
}

async function shelf(reader: Reader, signal: AbortSignal): Promise<ReadonlyMap<string, Property>> {
  const list = orThrow(await reader.client.properties(reader.object, signal), reader.where);
  return new Map(list.filter((property) => !property.archived).map((property) => [property.name, property]));
}

async function checkColumns(reader: Reader, signal: AbortSignal): Promise<readonly Problem[]> {
  const { settings, object, client, where } = reader;
  try {
    if (object === 'owners') {
      await client.owners(signal);
      return [];
    }
    const there = await shelf(reader, signal);
    orThrow(
      await client.listRecords(object, { properties: [], after: null, archived: false, limit: 1 }, signal),
      where,
    );
    return [...missingColumns(settings, object, there), ...mistyped(settings, object, there)];
  } catch (error) {
    rethrowCrash(error);
    if (!(error instanceof KenkoError)) throw error;
    if (error instanceof DriftError && error.problems.length > 0) return error.problems;
    return [{ code: error.code, severity: 'error', where, what: error.message, why: error.why, fix: error.fix }];
  }
}

/** What a source may throw: a portal that does not answer is a source that is away. */
async function asked<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    rethrowCrash(error);
    if (!(error instanceof KenkoError) || (error.code !== 'E_UNAVAILABLE' && error.code !== 'E_REJECTED')) throw error;
    throw new SourceError('HubSpot could not be read', {
      where,
      why: error.why || error.message,
      fix: error.fix,
      cause: error,
    });
  }
}
