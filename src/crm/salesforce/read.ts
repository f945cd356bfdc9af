// Records as they are now. They are retrieved by id, which sees every committed write (a search would lag): 2,000 a request,
// five requests in one composite call. Which record a merge left behind is asked only for those that did not answer.

import { asRow, type Row } from '../../clients/salesforce/connect.ts';
import { isRecordId, longId } from '../../clients/salesforce/record-id.ts';
import { inQueries, soqlName } from '../../clients/salesforce/soql.ts';
import type { FieldMapping } from '../../domain/decisions.ts';
import type { Existing, Value } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import { UnavailableError } from '../../lib/errors.ts';
import type { Target } from '../crm.ts';
import { fromSalesforce } from './convert.ts';
import { fieldsOf, type Hand, objectOf, type RecordKind } from './hand.ts';

/** The vendor's limits for one retrieve, and for collections in one composite request. */
const perRetrieve = 2_000;
const perComposite = 5;
/** Records of one read call. */
export const recordsPerRead = perRetrieve * perComposite;
/** Merges of merges; longer chains do not occur by hand. */
const longestMergeChain = 5;
/** Objects whose losing records keep a pointer to the winner. */
const mergeable = new Set(['Account', 'Contact', 'Lead']);
/** The first three characters of ids are fixed for standard objects; one foreign id would refuse the whole request. */
const prefixes: Readonly<Record<string, string>> = { Account: '001', Contact: '003', Opportunity: '006', Task: '00T' };

/** One answer per target; see Crm.read. */
export async function readRecords(
  hand: Hand,
  targets: readonly Target[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<Existing[]> {
  const answers: Existing[] = [];
  for (const kind of new Set(targets.map((target) => target.object))) {
    const mine = targets.filter((target) => target.object === kind);
    answers.push(...(await readKind(hand, kind, mine, words, signal)));
  }
  return answers;
}

async function readKind(
  hand: Hand,
  kind: RecordKind,
  targets: readonly Target[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<Existing[]> {
  const mapping = objectOf(hand, kind);
  const wanted = fieldsOf(mapping, words);
  const names = ['Id', 'OwnerId', ...[...wanted.values()].map((field) => field.field)];
  const ids = targets.map((target) => longId(target.id));
  const rows = await retrieve(hand, mapping.object, ids, names, signal);
  const winners = await followMerges(
    hand,
    mapping.object,
    ids.filter((id) => !rows.has(id)),
    signal,
  );
  const merged = await retrieve(hand, mapping.object, [...new Set(winners.values())], names, signal);
  return targets.map((target): Existing => {
    const own = longId(target.id);
    const winner = winners.get(own);
    const row = rows.get(own) ?? (winner === undefined ? undefined : merged.get(winner));
    if (row === undefined) {
      return { account: target.account, object: kind, target: target.id, id: null, owner: null, fields: {} };
    }
    return {
      account: target.account,
      object: kind,
      target: target.id,
      // In the form it was asked for, so that "the same record" is the same text.
      id: rows.has(own) ? target.id : (winner ?? null),
      ...shownBy(row, wanted),
    };
  });
}

/** Owner and words of a row. */
export function shownBy(row: Row, wanted: ReadonlyMap<string, FieldMapping>): Pick<Existing, 'owner' | 'fields'> {
  const fields: Record<string, Value> = {};
  for (const [word, field] of wanted) fields[word] = fromSalesforce(row[field.field], field);
  return { owner: typeof row['OwnerId'] === 'string' ? longId(row['OwnerId']) : null, fields };
}

/** Live records by their long id. Ids that cannot be of this object are left out, and so are records that are gone. */
export async function retrieve(
  hand: Hand,
  object: string,
  ids: readonly string[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Row>> {
  const prefix = prefixes[object];
  const valid = ids.filter((id) => isRecordId(id) && (prefix === undefined || id.startsWith(prefix)));
  const found = new Map<string, Row>();
  const fields = [...new Set(names)];
  const path = `/composite/sobjects/${encodeURIComponent(object)}`;
  for (const call of chunks(chunks([...new Set(valid)], perRetrieve), perComposite)) {
    for (const rows of await retrieveParts(hand, { object, path, fields, parts: call }, signal)) {
      // By id, not by position: that missing records keep their place is nowhere promised.
      for (const row of rows.map(asRow)) if (typeof row['Id'] === 'string') found.set(longId(row['Id']), row);
    }
  }
  return found;
}

/** Rows of each part: one part as a call of its own, several as one composite call. */
async function retrieveParts(
  hand: Hand,
  ask: {
    readonly object: string;
    readonly path: string;
    readonly fields: readonly string[];
    readonly parts: readonly (readonly string[])[];
  },
  signal: AbortSignal,
): Promise<readonly (readonly unknown[])[]> {
  const { path, fields, parts } = ask;
  const call = { name: 'read', kind: 'read', method: 'POST', signal } as const;
  const alone = async (ids: readonly string[]) => {
    const body = await hand.client.read({ ...call, path, body: { ids, fields } });
    if (!Array.isArray(body)) throw noList(ask.object);
    return body as readonly unknown[];
  };
  if (parts.length === 1) return [await alone(parts[0] ?? [])];
  const body = await hand.client.read({
    ...call,
    path: '/composite',
    body: {
      allOrNone: false,
      compositeRequest: parts.map((ids, n) => ({
        method: 'POST',
        url: `/services/data/v${hand.client.apiVersion}${path}`,
        referenceId: `part${n}`,
        body: { ids, fields },
      })),
    },
  });
  const answers = asRow(body)['compositeResponse'];
  const rows: (readonly unknown[])[] = [];
  for (const [n, ids] of parts.entries()) {
    const found = Array.isArray(answers)
      ? answers.map(asRow).find((one) => one['referenceId'] === `part${n}`)
      : undefined;
    // A part that came to nothing is asked for by itself, with the patience of any read.
    const good = found?.['httpStatusCode'] === 200 && Array.isArray(found['body']);
    rows.push(good ? (found['body'] as readonly unknown[]) : await alone(ids));
  }
  return rows;
}

/** Losing record → the record that took its place; deleted ones without a winner are not in it. */
async function followMerges(
  hand: Hand,
  object: string,
  gone: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const winners = new Map<string, string>();
  if (!mergeable.has(object)) return winners;
  let asking = gone.filter((id) => isRecordId(id) && id.startsWith(prefixes[object] ?? ''));
  const next = new Map<string, string>();
  for (let depth = 0; depth < longestMergeChain && asking.length > 0; depth++) {
    const before = `SELECT Id, MasterRecordId FROM ${soqlName(object)} WHERE IsDeleted = true AND Id IN (`;
    const masters: string[] = [];
    for (const soql of inQueries(before, asking)) {
      for (const row of await hand.client.rows(soql, { name: 'merged', all: true, signal })) {
        if (typeof row['Id'] !== 'string' || typeof row['MasterRecordId'] !== 'string') continue;
        next.set(longId(row['Id']), longId(row['MasterRecordId']));
        masters.push(longId(row['MasterRecordId']));
      }
    }
    asking = [...new Set(masters)].filter((id) => !next.has(id));
  }
  for (const id of gone) {
    let winner = next.get(id);
    for (let depth = 0; depth < longestMergeChain && winner !== undefined && next.has(winner); depth++) {
      winner = next.get(winner);
    }
    if (winner !== undefined) winners.set(id, winner);
  }
  return winners;
}

function noList(object: string): UnavailableError {
  return new UnavailableError('Salesforce answered a read with something else', {
    where: `salesforce ${object}`,
    why: 'The answer is no list of records.',
    fix: 'The next run tries again.',
  });
}
