// Companies, contacts and other records of a HubSpot portal as rows. The whole list is read each time, by pages in the
// order of ids: it is strongly consistent and has no ceiling, while the search index lags behind, stops at 10,000 and
// never shows what was archived. What is no longer in the list is gone.

import { z } from 'zod';
import { orThrow } from '../clients/hubspot/call.ts';
import type { HubspotClient } from '../clients/hubspot/connect.ts';
import type { Property } from '../clients/hubspot/furniture.ts';
import type { Item, ItemPage } from '../clients/hubspot/records.ts';
import type { ColumnSettings, SourceSettings } from '../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { DriftError, KenkoError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { type Cell, typeRow } from './row.ts';
import type { Page, ReadOptions, Source, Stream } from './source.ts';

/** Settings of `kind: hubspot` in config/sources.yaml. */
export const HubspotSettings = z.strictObject({
  object: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'an object of HubSpot: companies, contacts, deals, tickets, …')
    .optional()
    .describe(
      'Which records to read: companies, contacts, deals, tickets… Companies for a roster, contacts for contacts.',
    ),
});
export type HubspotSettings = z.infer<typeof HubspotSettings>;

/** Columns that are no properties: the record's id, and the id of the company it belongs to first of all. */
const recordId = 'id';
const companyOfRecord = 'associated_company';

/** HubSpot's limit for one page of a list, and ours for one transaction. */
const listSize = 100;
const pageSize = 1_000;

/** Opens a source with one stream, named after its object. Nothing is asked before `check` or `read`. */
export function openHubspotSource(settings: SourceSettings, client: HubspotClient): Source {
  const object =
    HubspotSettings.parse(settings.settings).object ?? (settings.holds === 'contacts' ? 'contacts' : 'companies');
  const stream: Stream = {
    name: object,
    columns: Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type])),
  };
  return {
    name: settings.name,
    streams: [stream],
    check: async (signal) => await checkColumns(settings, object, client, signal),
    read: (_stream, _cursor, options) => readPages(settings, object, client, options),
    close: async () => undefined,
  };
}

async function* readPages(
  settings: SourceSettings,
  object: string,
  client: HubspotClient,
  options: ReadOptions,
): AsyncGenerator<Page> {
  const where = `source ${settings.name}, hubspot ${object}`;
  const names = columnsOf(settings);
  const properties = names.filter((name) => name !== recordId && name !== companyOfRecord);
  // A property that is gone is left out of the answers without a word, and every value of it would look empty.
  const problems = await asked(where, async () =>
    missingColumns(settings, object, await shelf(client, object, where, options.signal)),
  );
  if (problems.length > 0) {
    throw new DriftError('a column of a source is gone', problems, {
      where,
      fix: 'Correct config/sources.yaml, or restore the property.',
    });
  }
  const unmapped = new Set<string>();
  let after: string | null = null;
  do {
    const items: Item[] = [];
    do {
      const page: string | null = after;
      const list: ItemPage = await asked(where, async () =>
        orThrow(
          await client.listRecords(
            object,
            { properties, after: page, archived: false, limit: listSize },
            options.signal,
          ),
          where,
        ),
      );
      items.push(...list.results);
      after = list.after;
    } while (after !== null && items.length + listSize <= pageSize);
    const companies = names.includes(companyOfRecord)
      ? await companiesOf(client, object, items, where, options.signal)
      : null;
    const records: SourceRecord[] = [];
    const rejected: RejectedRow[] = [];
    for (const item of items) {
      const typed = typeRow(
        keyed(settings),
        object,
        { place: `${object}/${item.id}`, cells: cellsOf(item, companies) },
        options,
      );
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      if (typed.record === null) rejected.push(typed.rejected);
      else records.push(typed.record);
    }
    const last = after === null;
    yield { records, rejected, cursor: null, last, complete: true, gone: [], unmapped: last ? [...unmapped] : [] };
  } while (after !== null);
}

/** A record without a declared key is its own key: HubSpot's ids are unique per object. */
function keyed(settings: SourceSettings): SourceSettings {
  return settings.key.length > 0 ? settings : { ...settings, key: [recordId] };
}
function cellsOf(item: Item, companies: ReadonlyMap<string, string> | null): Readonly<Record<string, Cell>> {
  return { ...item.properties, [recordId]: item.id, [companyOfRecord]: companies?.get(item.id) ?? null };
}

/** Record → its primary company; where none is marked primary, the only one. Several without a mark belong to nobody. */
async function companiesOf(
  client: HubspotClient,
  object: string,
  items: readonly Item[],
  where: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (items.length === 0) return new Map();
  const ids = items.map((item) => item.id);
  const all = await asked(where, () => client.associations(object, 'companies', ids, signal));
  const chosen = new Map<string, string>();
  for (const [id, associations] of all) {
    const company =
      associations.find((one) => one.primary) ?? (associations.length === 1 ? associations[0] : undefined);
    if (company !== undefined) chosen.set(id, company.to);
  }
  return chosen;
}

/** Every column that the settings name. */
function columnsOf(settings: SourceSettings): readonly string[] {
  const names = [
    ...Object.values(settings.columns).map((column) => column.from),
    ...Object.values(settings.ids),
    ...settings.key,
    settings.account?.column,
    settings.contact,
    settings.at,
  ];
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))];
}

async function shelf(
  client: HubspotClient,
  object: string,
  where: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Property>> {
  const list = orThrow(await client.properties(object, signal), where);
  return new Map(list.filter((property) => !property.archived).map((property) => [property.name, property]));
}
function missingColumns(
  settings: SourceSettings,
  object: string,
  there: ReadonlyMap<string, Property>,
): readonly Problem[] {
  return columnsOf(settings)
    .filter((name) => name !== recordId && name !== companyOfRecord && !there.has(name))
    .map((name) => ({
      code: 'E_DRIFT',
      severity: 'error',
      where: `source ${settings.name}, hubspot ${object}.${name}`,
      what: `${object} have no property ${name}`,
      why: 'HubSpot would leave it out without a word, and every value would look empty.',
      fix: `Use the internal name of a property (or ${recordId}, ${companyOfRecord}) in config/sources.yaml.`,
    }));
}

/** HubSpot's types that can hold a column's type; text holds anything, and a map reads text. */
const holds: Readonly<Record<ColumnSettings['type'], readonly string[] | null>> = {
  text: null,
  number: ['number', 'string', 'enumeration'],
  boolean: ['bool', 'enumeration', 'string'],
  day: ['date', 'datetime', 'string'],
  instant: ['datetime', 'date', 'string'],
};
function mistyped(settings: SourceSettings, object: string, there: ReadonlyMap<string, Property>): readonly Problem[] {
  return Object.values(settings.columns).flatMap((column) => {
    const property = there.get(column.from);
    const allowed = column.map === null ? holds[column.type] : null;
    if (property === undefined || allowed === null || allowed.includes(property.type)) return [];
    return [
      {
        code: 'E_DRIFT',
        severity: 'error' as const,
        where: `source ${settings.name}, hubspot ${object}.${column.from}`,
        what: `it is ${property.type} in HubSpot and declared as ${column.type}`,
        why: 'Every row would be refused.',
        fix: 'Correct the type in config/sources.yaml.',
      },
    ];
  });
}

async function checkColumns(
  settings: SourceSettings,
  object: string,
  client: HubspotClient,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const where = `source ${settings.name}, hubspot ${object}`;
  try {
    const there = await shelf(client, object, where, signal);
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
