// What changed in the portal since an instant: a search by modified date, going on above the last id, because pages end at
// ten thousand and our own writes give thousands of records one date. The index shows changes late, so one asks from a few
// minutes before the last question on; whoever writes looks at the record itself once more. Archived records never show.

import { orThrow } from '../../clients/hubspot/call.ts';
import { type Found, type Item, searchSize } from '../../clients/hubspot/records.ts';
import type { Existing, Value } from '../../domain/nouns.ts';
import { BugError } from '../../lib/errors.ts';
import type { OwnWrites, TellsChanges } from '../crm.ts';
import { fromWire, ownerProperty } from './convert.ts';
import { type Desk, fieldsOf, objectName } from './desk.ts';

/** Index and clocks may be late by so much. */
const lateByMs = 150_000;
/** How long the values of a search may be old. HubSpot promises no time; half a minute is the longest that was reported. */
export const changesLagMs = 5 * 60_000;
/** HubSpot refuses bodies of searches above 3,000 characters; what filters and sorting take is left out of this. */
const longestList = 2_500;
const mergedIds = 'hs_merged_object_ids';

/** From when on to ask next time, for who reads now: by HubSpot's clock, as far as we know it. */
export function changesFrom(desk: Desk): string {
  return new Date(Date.parse(desk.client.now()) - lateByMs).toISOString();
}

/** See TellsChanges.changes. */
export async function readChanges(
  desk: Desk,
  ask: Parameters<TellsChanges['changes']>[0],
  signal: AbortSignal,
): Promise<AsyncIterable<readonly Existing[]> | null> {
  const type = objectName(desk.mapping, ask.object);
  const since = Date.parse(ask.since);
  if (Number.isNaN(since)) throw new BugError('no instant to ask from');
  const words = new Set(ask.words);
  const fields = fieldsOf(desk.mapping, ask.object).filter((field) => words.has(field.word));
  const modified = modifiedProperty(type);
  const names = fields.map((field) => field.field);
  const properties = [...new Set([...names, ownerProperty, mergedIds, modified])];
  // So many properties cannot be asked for in a search; reading by id is what is left.
  if (JSON.stringify(properties).length > longestList) return null;
  const filters = [{ propertyName: modified, operator: 'GTE', value: String(since) }] as const;
  const search = async (above: string | null, newestBy?: string) => {
    const look = newestBy === undefined ? {} : { newestBy };
    return await desk.client.searchRecords(type, { filters, above, properties, ...look }, signal);
  };
  const shown = (item: Item): Existing[] => {
    const values: Record<string, Value> = {};
    for (const field of fields) values[field.word] = fromWire(item.properties[field.field], field);
    const about = { account: '', object: ask.object };
    const now = {
      ...about,
      target: item.id,
      id: item.id,
      owner: item.properties[ownerProperty] || null,
      fields: values,
    };
    // The ids that were merged into it answer to nothing any more but a read by id.
    const old = (item.properties[mergedIds] ?? '').split(';').filter((id) => id !== '' && id !== item.id);
    return [...old.map((id): Existing => ({ ...about, target: id, id: null, owner: null, fields: {} })), now];
  };
  const ours = ask.ours ?? null;
  let reply = await search(null, ours === null ? undefined : modified);
  if (ours !== null && reply.ok) {
    const later = await laterThan(ours, reply.data, modified);
    if (later !== null) return pagesOf(later.length === 0 ? [] : [later.flatMap(shown)]);
    reply = await search(null);
  }
  if (!reply.ok) {
    // All apps of a portal share five searches a second; where ours finds no place, reading by id says the same.
    if (reply.refusal.outcome === 'auth' || reply.refusal.outcome === 'limit' || reply.refusal.outcome === 'drift')
      return orThrow(reply, `hubspot ${type}`);
    return null;
  }
  const first = reply.data;
  if (first.total > ask.atMost) return null;
  return (async function* () {
    let { results } = first;
    for (;;) {
      yield results.flatMap(shown);
      if (results.length < searchSize) return;
      results = orThrow(await search(results.at(-1)?.id ?? null), `hubspot ${type}`).results;
    }
  })();
}
async function* pagesOf<T>(pages: readonly T[]): AsyncIterable<T> {
  yield* pages;
}

/**
 * What changed after our last run, where all the rest of what changed is what that run wrote: the counts say so, and thousands of
 * our own writes need not be told to us. Null where they do not add up (somebody else wrote meanwhile, one of ours is gone) or where
 * so much changed since that it does not fit on one page.
 */
async function laterThan(ours: OwnWrites, newest: Found, modified: string): Promise<readonly Item[] | null> {
  const stampOf = (item: Item) => Date.parse(item.properties[modified] ?? '');
  if (newest.results.some((item) => Number.isNaN(stampOf(item)))) return null;
  const later = newest.results.filter((item) => stampOf(item) > Date.parse(ours.to));
  if (later.length === newest.results.length && newest.total > later.length) return null;
  const rest = newest.total - later.length;
  return rest === ours.records - (await ours.among(later.map(({ id }) => id))) ? later : null;
}

/** The property in which HubSpot keeps when a record was last changed. */
export function modifiedProperty(type: string): string {
  return type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}
