// What changed in the org since an instant, deleted records included. SystemModstamp shows late at times, so one asks from a
// few minutes before the last question on; whoever writes looks at the record itself once more.

import { type Row, TooManyRows } from '../../clients/salesforce/connect.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import { soqlName } from '../../clients/salesforce/soql.ts';
import type { Existing } from '../../domain/nouns.ts';
import { BugError } from '../../lib/errors.ts';
import type { TellsChanges } from '../crm.ts';
import { fieldsOf, type Hand, objectOf, type RecordKind } from './hand.ts';
import { shownBy } from './read.ts';

/** Rows may show up with a stamp that is minutes old. */
const lateByMs = 5 * 60_000;

/** From when on to ask next time, for who reads now. */
export function changesFrom(hand: Hand): string {
  return new Date(Date.parse(hand.client.now()) - lateByMs).toISOString();
}

/** See TellsChanges.changes. */
export async function readChanges(
  hand: Hand,
  ask: Parameters<TellsChanges['changes']>[0],
  signal: AbortSignal,
): Promise<AsyncIterable<readonly Existing[]> | null> {
  const mapping = objectOf(hand, ask.object);
  const wanted = fieldsOf(mapping, ask.words);
  // It goes into the query unquoted.
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/.test(ask.since)) throw new BugError('no instant to ask from');
  const names = [...new Set(['Id', 'OwnerId', 'IsDeleted', ...[...wanted.values()].map((field) => field.field)])];
  const soql = `SELECT ${names.map(soqlName).join(', ')} FROM ${soqlName(mapping.object)} WHERE SystemModstamp >= ${ask.since}`;
  const pages = hand.client.query(soql, { name: 'changes', all: true, atMost: ask.atMost, signal });
  let first: IteratorResult<readonly Row[]>;
  try {
    first = await pages.next();
  } catch (error) {
    if (error instanceof TooManyRows) return null;
    throw error;
  }
  const existing = (row: Row): Existing => {
    const id = longId(String(row['Id']));
    const about = { account: '', object: ask.object as RecordKind, target: id };
    if (row['IsDeleted'] === true) return { ...about, id: null, owner: null, fields: {} };
    return { ...about, id, ...shownBy(row, wanted) };
  };
  return (async function* () {
    if (first.done !== true) yield first.value.map(existing);
    for await (const rows of pages) yield rows.map(existing);
  })();
}
