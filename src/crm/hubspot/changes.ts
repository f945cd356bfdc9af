// What changed in the portal since an instant: a search by modified date, going on above the last id, because pages end at
// ten thousand and our own writes give thousands of records one date. The index shows changes late, so one asks from a few
// minutes before the last question on; whoever writes looks at the record itself once more. Archived records never show.

import { orThrow } from '../../clients/hubspot/call.ts';
import { type Found, type Item, searchSize } from '../../clients/hubspot/records.ts';
import type { Existing, Value } from '../../domain/nouns.ts';
import { BugError } from '../../lib/errors.ts';
import type { TellsChanges } from '../crm.ts';
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
  const properties = [...new Set([...fields.map((field) => field.field), ownerProperty, mergedIds])];
  // So many properties cannot be asked for in a search; reading by id is what is left.
  if (JSON.stringify(properties).length > longestList) return null;
  const filters = [{ propertyName: modifiedProperty(type), operator: 'GTE', value: String(since) }] as const;
  const searched = async (above: string | null) =>
    await desk.client.searchRecords(type, { filters, above, properties }, signal);
  const page = async (above: string | null): Promise<Found> => orThrow(await searched(above), `hubspot ${type}`);
  const reply = await searched(null);
  if (!reply.ok) {
    // All apps of a portal share five searches a second; where ours finds no place, reading by id says the same.
    if (reply.refusal.outcome === 'auth' || reply.refusal.outcome === 'limit' || reply.refusal.outcome === 'drift')
      return orThrow(reply, `hubspot ${type}`);
    return null;
  }
  const first = reply.data;
  if (first.total > ask.atMost) return null;
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
  return (async function* () {
    let { results } = first;
    for (;;) {
      yield results.flatMap(shown);
      if (results.length < searchSize) return;
      results = (await page(results.at(-1)?.id ?? null)).results;
    }
  })();
}

/** The property in which HubSpot keeps when a record was last changed. */
export function modifiedProperty(type: string): string {
  return type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}
