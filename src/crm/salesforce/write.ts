// Effects out, receipts back: sObject Collections of 200, five of them in one composite call, which Salesforce counts as
// one. Records are updated by id and never upserted, because a missing record must not be born. Results come by position;
// whatever is missing, garbled or late is unknown.

import type { SalesforceClient } from '../../clients/salesforce/connect.ts';
import { answerFault, errorOf, type Fault, garbled, problemOf, recordFault } from '../../clients/salesforce/errors.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import type { Effect, Receipt } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import { rethrowCrash } from '../../lib/errors.ts';
import { toSalesforce } from './convert.ts';
import { answered, applied, fieldsOf, type Hand, objectOf, type RecordKind } from './hand.ts';

/** Records in one collections request, and collections in one composite request: the vendor's limits. */
const perCollection = 200;
const perComposite = 5;
/** One call of ours: 1,000 records. */
export const recordsPerCall = perCollection * perComposite;
/** Salesforce waits ten seconds for a lock by itself; we come back after one to six more, three times. */
const lockTries = 3;
const lockWaitMs = 1_500;

/** A write must not move territories or owners, and must pass duplicate rules that run on edits of other people's data. */
const everyWrite = { 'Sforce-Auto-Assign': 'FALSE' };
const updates = {
  ...everyWrite,
  'Sforce-Duplicate-Rule-Header': 'allowSave=true; includeRecordDetails=false; runAsCurrentUser=false',
};

export type Outcome = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly fault: Fault };
export interface Sending {
  /** Names the step and the call: `update`, `tasks.create`. */
  readonly name: string;
  readonly method: 'POST' | 'PATCH';
  /** With `attributes`, and with `id` for updates. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** Sets and clears fields of records. */
export async function writeRecords(hand: Hand, batch: readonly Effect[], signal: AbortSignal): Promise<Receipt[]> {
  // Rows of one parent together, so that they wait for one lock and not for each other.
  const order = batch.map((_, at) => at).sort((a, b) => compare(batch[a]?.target ?? '', batch[b]?.target ?? ''));
  const receipts = new Array<Receipt>(batch.length);
  let started = false;
  for (const wave of waves(order, (at) => longId(batch[at]?.target ?? ''))) {
    const effects = wave.map((at) => batch[at] as Effect);
    const records = effects.map((effect) => recordOf(hand, effect));
    const outcomes = await sendRecords(hand, { name: 'update', method: 'PATCH', records }, started, signal);
    started = true;
    wave.forEach((at, n) => {
      receipts[at] = receiptOf(effects[n] as Effect, outcomes[n] as Outcome);
    });
  }
  return receipts;
}

function recordOf(hand: Hand, effect: Effect): Record<string, unknown> {
  const object = objectOf(hand, effect.object as RecordKind);
  const record: Record<string, unknown> = { attributes: { type: object.object }, id: effect.target };
  for (const [word, field] of fieldsOf(object, Object.keys(effect.payload))) {
    const value = effect.op === 'clear' ? null : (effect.payload[word] ?? null);
    record[field.field] = toSalesforce(value, field);
  }
  return record;
}

/** Lists in which nothing stands twice: the same id twice in one request would fail both rows. */
export function waves<T>(items: readonly T[], identity: (item: T) => string): T[][] {
  const lists: { items: T[]; seen: Set<string> }[] = [];
  for (const item of items) {
    const id = identity(item);
    let list = lists.find((candidate) => !candidate.seen.has(id));
    if (list === undefined) {
      list = { items: [], seen: new Set() };
      lists.push(list);
    }
    list.items.push(item);
    list.seen.add(id);
  }
  return lists.map((list) => list.items);
}

/** What became of an effect, said as its receipt. */
export function receiptOf(effect: Effect, outcome: Outcome): Receipt {
  if (outcome.ok) return applied(effect, outcome.id);
  const { fault } = outcome;
  const problem = problemOf(fault, `salesforce ${effect.object} ${effect.target}`);
  switch (fault.fate) {
    case 'rejected':
    case 'drift':
      return answered(effect, 'rejected', problem);
    case 'unknown':
      return answered(effect, 'unknown', problem);
    default:
      return answered(effect, 'ready', problem);
  }
}

/**
 * Sends records, one outcome per record in the same order. Rows that were locked by somebody else are sent again a few
 * times, since a lock is a definite no. After an unclear answer nothing more is sent.
 * @param started true when an earlier part of the same batch was sent, so that nothing may be thrown any more
 * @throws AuthError, LimitError only while nothing was applied.
 */
export async function sendRecords(
  hand: Hand,
  sending: Sending,
  started: boolean,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes = await sendOnce(hand.client, sending, started, signal);
  for (let turn = 1; turn <= lockTries && !signal.aborted; turn++) {
    const locked = outcomes.flatMap((outcome, at) => (isLocked(outcome) ? [at] : []));
    if (locked.length === 0 || outcomes.some(isUnclear)) break;
    await hand.clock.sleep(Math.round((0.5 + hand.chance.fraction()) * lockWaitMs * turn));
    const records = locked.map((at) => sending.records[at] as Sending['records'][number]);
    const again = await sendOnce(hand.client, { ...sending, records }, true, signal);
    locked.forEach((at, n) => {
      outcomes[at] = again[n] as Outcome;
    });
  }
  return outcomes;
}

async function sendOnce(
  client: SalesforceClient,
  sending: Sending,
  started: boolean,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const part of chunks(sending.records, recordsPerCall)) {
    if (outcomes.some(isUnclear)) outcomes.push(...part.map(() => failed(notSent)));
    else outcomes.push(...(await sendCall(client, sending, part, started || outcomes.length > 0, signal)));
  }
  return outcomes;
}

async function sendCall(
  client: SalesforceClient,
  sending: Sending,
  records: Sending['records'],
  started: boolean,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const headers = sending.method === 'PATCH' ? updates : everyWrite;
  const collections = chunks(records, perCollection);
  const single = collections.length === 1;
  const answer = await client
    .send({
      name: sending.name,
      kind: 'write',
      method: single ? sending.method : 'POST',
      path: single ? '/composite/sobjects' : '/composite',
      headers,
      body: single ? { allOrNone: false, records } : compositeOf(client, sending.method, collections, headers),
      // Once something was sent, the batch is carried to its end: stopping is for between batches.
      ...(started ? {} : { signal }),
    })
    .catch((error: unknown) => {
      rethrowCrash(error);
      if (!started) throw error;
      return { ok: false, fault: notSent } as const;
    });
  if (!answer.ok) {
    const { fault } = answer;
    if (!started && (fault.fate === 'auth' || fault.fate === 'limit'))
      throw errorOf(fault, `salesforce ${sending.name}`);
    return records.map(() => failed(refusedWhole(fault, records.length)));
  }
  if (single) return rowsOf(sending, answer.body, records);
  const parts = collections.map((collection, n) => innerRows(sending, answer.body, collection, n));
  const refused = parts.map((part) => part.every(isRefusedWhole));
  if (refused.every(Boolean)) return parts.flat();
  // Some parts went through, so the caller cannot halve the batch as one: the culprits are found here.
  const settled: Outcome[] = [];
  for (const [n, part] of parts.entries()) {
    const culprits = refused[n] === true && !settled.some(isUnclear);
    settled.push(...(culprits ? await sendHalves(client, sending, collections[n] ?? [], signal) : part));
  }
  return settled;
}

/** Halves a collection that is refused as a whole until the culprit stands alone. */
async function sendHalves(
  client: SalesforceClient,
  sending: Sending,
  records: Sending['records'],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const half of chunks(records, Math.ceil(records.length / 2))) {
    const got = await sendCall(client, sending, half, true, signal);
    const again = half.length > 1 && got.every(isRefusedWhole);
    outcomes.push(...(again ? await sendHalves(client, sending, half, signal) : got));
  }
  return outcomes;
}

function compositeOf(
  client: SalesforceClient,
  method: string,
  collections: readonly Sending['records'][],
  httpHeaders: Readonly<Record<string, string>>,
) {
  return {
    allOrNone: false,
    compositeRequest: collections.map((records, n) => ({
      method,
      url: `/services/data/v${client.apiVersion}/composite/sobjects`,
      referenceId: `part${n}`,
      httpHeaders,
      body: { allOrNone: false, records },
    })),
  };
}
function innerRows(sending: Sending, body: unknown, records: Sending['records'], n: number): Outcome[] {
  const parts = (body as { compositeResponse?: unknown }).compositeResponse;
  const part = Array.isArray(parts) ? parts.find((entry) => entry?.referenceId === `part${n}`) : undefined;
  if (typeof part?.httpStatusCode !== 'number')
    return records.map(() => failed(garbled('a part of the answer is missing')));
  if (part.httpStatusCode >= 200 && part.httpStatusCode < 300) return rowsOf(sending, part.body, records);
  const fault = answerFault({ status: part.httpStatusCode, headers: {}, text: '' }, part.body);
  return records.map(() => failed(refusedWhole(fault, records.length)));
}

function rowsOf(sending: Sending, body: unknown, records: Sending['records']): Outcome[] {
  if (!Array.isArray(body) || body.length !== records.length) {
    const got = Array.isArray(body) ? body.length : 'no';
    return records.map(() => failed(garbled(`${got} results for ${records.length} records`)));
  }
  return records.map((record, at) => rowOf(sending, body[at], record));
}
function rowOf(sending: Sending, row: unknown, record: Readonly<Record<string, unknown>>): Outcome {
  const { success, id, errors } = (row ?? {}) as { success?: unknown; id?: unknown; errors?: unknown };
  if (success === false) return failed(recordFault(errors));
  if (success !== true || typeof id !== 'string') return failed(garbled('a result says neither yes nor no'));
  if (sending.method === 'PATCH' && longId(id) !== longId(String(record['id']))) {
    return failed(garbled('a result is about another record'));
  }
  return { ok: true, id: longId(id) };
}

/** A request refused as a whole says nothing about each record, unless there is only one: then it is the culprit. */
function refusedWhole(fault: Fault, records: number): Fault {
  const definite = fault.fate === 'rejected' || fault.fate === 'drift';
  return definite && records > 1 ? { ...fault, fate: 'ready', code: batchRefused } : fault;
}
/** What tells a caller to halve the batch. */
const batchRefused = 'BATCH_REFUSED';
const notSent: Fault = {
  fate: 'ready',
  code: 'NOT_SENT',
  says: 'not sent, because an earlier part of the batch had no clear answer',
  fields: [],
  status: null,
  retryAfterMs: null,
};
const failed = (fault: Fault): Outcome => ({ ok: false, fault });
const isUnclear = (outcome: Outcome) => !outcome.ok && outcome.fault.fate === 'unknown';
const isLocked = (outcome: Outcome) => !outcome.ok && outcome.fault.code === 'UNABLE_TO_LOCK_ROW';
const isRefusedWhole = (outcome: Outcome) => !outcome.ok && outcome.fault.code === batchRefused;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
