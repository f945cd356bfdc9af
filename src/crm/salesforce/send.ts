// How records travel: sObject Collections of 200, five of them in one composite call, which Salesforce counts as one.
// Results come by position; whatever is missing, garbled or late is unknown, and after it nothing more is sent. A definite
// no that may pass is met with patience here, once for all: locks with a pause, Apex at its limit and failing triggers with
// ever smaller collections, until the culprit stands alone. What is not as configured stops the object for this run.

import { answerFault, errorOf, type Fault, garbled, recordFault } from '../../clients/salesforce/errors.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import { chunks } from '../../lib/batches.ts';
import { rethrowCrash } from '../../lib/errors.ts';
import type { Hand } from './hand.ts';

/** Records in one collections request, and collections in one composite request: the vendor's limits. */
const perCollection = 200;
const perComposite = 5;
/** One call of ours: 1,000 records. */
export const recordsPerCall = perCollection * perComposite;
/** Salesforce waits ten seconds for a lock by itself; we come back after about 2, 6 and 18 more, each by chance. */
const lockTries = 3;
const lockWaitMs = 2_000;
/** Too many long calls at once, in the whole org: how often one call of ours asks again. */
const crowdTries = 2;
const longestCrowdWaitMs = 60_000;
/** Calls that one batch may spend on finding culprits: 200 → 1 takes eight, and there may be several. */
const mostSearchCalls = 40;

/** A write must not move territories or owners, and must pass duplicate rules that run on edits of other people's data. */
const everyWrite = { 'Sforce-Auto-Assign': 'FALSE' };
const updates = {
  ...everyWrite,
  'Sforce-Duplicate-Rule-Header': 'allowSave=true; includeRecordDetails=false; runAsCurrentUser=false',
};

export type Outcome = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly fault: Fault };
type Sent = Readonly<Record<string, unknown>>;
export interface Sending {
  /** Names the step and the call: `update`, `tasks.create`. */
  readonly name: string;
  readonly method: 'POST' | 'PATCH';
  /** With `attributes`, and with `id` for updates; all of one object. */
  readonly records: readonly Sent[];
}
/** Positions of records that travel in one collection. */
type Group = readonly number[];

/**
 * Sends records, one outcome per record in the same order.
 * @param started true when an earlier part of the same batch was sent, so that nothing may be thrown any more
 * @throws AuthError, LimitError, DriftError only while nothing was sent.
 */
export async function sendRecords(
  hand: Hand,
  sending: Sending,
  started: boolean,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const stop = hand.stops.get(wayOf(sending));
  if (stop?.fate === 'drift' && !started) throw errorOf(stop, `salesforce ${sentObject(sending)}`);
  if (stop !== undefined) return sending.records.map(() => failed(stop));
  const outcomes = new Array<Outcome>(sending.records.length).fill(failed(notSent));
  const groups = chunks([...outcomes.keys()], perCollection);
  await sendGroups(hand, sending, { groups, outcomes, started, signal });
  const going = { outcomes, started: true, signal };
  await waitForLocks(hand, sending, going);
  await isolateCulprits(hand, sending, groups, going);
  noteStops(hand, sending, outcomes);
  return outcomes;
}

interface Going {
  readonly outcomes: Outcome[];
  readonly started: boolean;
  readonly signal: AbortSignal;
}

/** Rows that were locked by somebody else, and only those, after a pause. */
async function waitForLocks(hand: Hand, sending: Sending, going: Going): Promise<void> {
  for (let turn = 0; turn < lockTries && !going.signal.aborted; turn++) {
    const locked = positionsOf(going.outcomes, (fault) => fault.patience === 'pause');
    if (locked.length === 0 || going.outcomes.some(isUnclear)) return;
    await hand.clock.sleep(Math.round((0.5 + hand.chance.fraction()) * lockWaitMs * 3 ** turn));
    await sendGroups(hand, sending, { ...going, groups: chunks(locked, perCollection) });
  }
}

/**
 * An exception in a trigger, or Apex at its limit, fails all the records that travelled together: halves, and halves of
 * those that failed whole, until who caused it stands alone. What fails although its neighbours went through had its try.
 */
async function isolateCulprits(hand: Hand, sending: Sending, sent: readonly Group[], going: Going): Promise<void> {
  const isHurt = (at: number) => {
    const outcome = going.outcomes[at];
    return outcome?.ok === false && (outcome.fault.patience === 'smaller' || outcome.fault.patience === 'once');
  };
  const isSplit = (at: number) => {
    const outcome = going.outcomes[at];
    return outcome?.ok === false && outcome.fault.patience === 'smaller';
  };
  let groups = sent.flatMap((group) => halves(group.filter(isHurt)));
  let calls = 0;
  while (groups.length > 0 && calls < mostSearchCalls && !going.signal.aborted && !going.outcomes.some(isUnclear)) {
    calls += Math.ceil(groups.length / perComposite);
    await sendGroups(hand, sending, { ...going, groups });
    groups = groups
      .filter((group) => group.length > 1 && (group.every(isHurt) || group.some(isSplit)))
      .flatMap((group) => halves(group.filter(isHurt)));
  }
}
function halves(group: Group): Group[] {
  return group.length === 0 ? [] : chunks(group, Math.ceil(group.length / 2));
}

/** What makes it pointless to send more of the same in this run; `check` at the start of the next one forgets it. */
function noteStops(hand: Hand, sending: Sending, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.ok) continue;
    const { fault } = outcome;
    const isFull = fault.code === 'STORAGE_LIMIT_EXCEEDED' && sending.method === 'POST';
    if (fault.fate === 'drift' || isFull) hand.stops.set(wayOf(sending), fault);
  }
}
/** Which object these records are of. */
export const sentObject = ({ records }: Sending) =>
  String((records[0]?.['attributes'] as { type?: unknown } | undefined)?.type ?? '');
export const wayOf = (sending: Sending) => `${sending.method} ${sentObject(sending)}`;

/** Sends each group as a collection of its own, five in a call, and writes down what became of its records. */
async function sendGroups(
  hand: Hand,
  sending: Sending,
  work: Going & { readonly groups: readonly Group[] },
): Promise<void> {
  const { outcomes, signal } = work;
  let started = work.started;
  for (const part of chunks(work.groups, perComposite)) {
    if (outcomes.some(isUnclear)) return;
    const collections = part.map((group) => group.map((at) => sending.records[at] as Sent));
    const got = await sendCall(hand, sending, collections, started, signal);
    started = true;
    for (const [n, group] of part.entries()) {
      for (const [m, at] of group.entries()) outcomes[at] = got[n]?.[m] ?? failed(garbled('a result is missing'));
    }
  }
}

/** One call; one list of outcomes per collection. */
async function sendCall(
  hand: Hand,
  sending: Sending,
  collections: readonly (readonly Sent[])[],
  started: boolean,
  signal: AbortSignal,
): Promise<Outcome[][]> {
  const headers = sending.method === 'PATCH' ? updates : everyWrite;
  const single = collections.length === 1;
  const call = {
    name: sending.name,
    kind: 'write',
    method: single ? sending.method : 'POST',
    path: single ? '/composite/sobjects' : '/composite',
    headers,
    body: single
      ? { allOrNone: false, records: collections[0] }
      : compositeOf(hand, sending.method, collections, headers),
    // Once something was sent, the batch is carried to its end: stopping is for between batches.
    ...(started ? {} : { signal }),
  } as const;
  const count = collections.flat().length;
  for (let turn = 0; ; turn++) {
    const answer = await hand.client.send(call).catch((error: unknown) => {
      rethrowCrash(error);
      if (!started) throw error;
      return { ok: false, fault: notSent } as const;
    });
    if (answer.ok) return await settle(hand, sending, { collections, body: answer.body, single }, signal);
    const { fault } = answer;
    if (fault.retryAfterMs !== null && turn < crowdTries && !signal.aborted) {
      const wait = Math.min(fault.retryAfterMs, longestCrowdWaitMs);
      await hand.clock.sleep(Math.round((0.5 + hand.chance.fraction()) * wait));
      continue;
    }
    if (!started && (fault.fate === 'auth' || fault.fate === 'limit'))
      throw errorOf(fault, `salesforce ${sending.name}`);
    return collections.map((records) => records.map(() => failed(refusedWhole(fault, count))));
  }
}

async function settle(
  hand: Hand,
  sending: Sending,
  got: { readonly collections: readonly (readonly Sent[])[]; readonly body: unknown; readonly single: boolean },
  signal: AbortSignal,
): Promise<Outcome[][]> {
  const { collections, body } = got;
  if (got.single) return collections.map((records) => rowsOf(sending, body, records));
  const parts = collections.map((records, n) => innerRows(sending, body, records, n));
  const refused = parts.map((part) => part.every(isRefusedWhole));
  // Refused all: the caller halves the batch. Refused in part: the culprits are found here.
  if (refused.every(Boolean)) return parts;
  const settled: Outcome[][] = [];
  for (const [n, part] of parts.entries()) {
    const search = refused[n] === true && !settled.flat().some(isUnclear);
    settled.push(search ? await sendHalves(hand, sending, collections[n] ?? [], signal) : part);
  }
  return settled;
}

/** Halves a collection that is refused as a whole until the culprit stands alone. */
async function sendHalves(
  hand: Hand,
  sending: Sending,
  records: readonly Sent[],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const half of chunks(records, Math.ceil(records.length / 2))) {
    const got = (await sendCall(hand, sending, [half], true, signal)).flat();
    const again = half.length > 1 && got.every(isRefusedWhole);
    outcomes.push(...(again ? await sendHalves(hand, sending, half, signal) : got));
  }
  return outcomes;
}

function compositeOf(
  hand: Hand,
  method: string,
  collections: readonly (readonly Sent[])[],
  httpHeaders: Readonly<Record<string, string>>,
) {
  return {
    allOrNone: false,
    compositeRequest: collections.map((records, n) => ({
      method,
      url: `/services/data/v${hand.client.apiVersion}/composite/sobjects`,
      referenceId: `part${n}`,
      httpHeaders,
      body: { allOrNone: false, records },
    })),
  };
}
function innerRows(sending: Sending, body: unknown, records: readonly Sent[], n: number): Outcome[] {
  const parts = (body as { compositeResponse?: unknown }).compositeResponse;
  const part = Array.isArray(parts) ? parts.find((entry) => entry?.referenceId === `part${n}`) : undefined;
  if (typeof part?.httpStatusCode !== 'number')
    return records.map(() => failed(garbled('a part of the answer is missing')));
  if (part.httpStatusCode >= 200 && part.httpStatusCode < 300) return rowsOf(sending, part.body, records);
  const fault = answerFault({ status: part.httpStatusCode, headers: {}, text: '' }, part.body);
  return records.map(() => failed(refusedWhole(fault, records.length)));
}

function rowsOf(sending: Sending, body: unknown, records: readonly Sent[]): Outcome[] {
  if (!Array.isArray(body) || body.length !== records.length) {
    const got = Array.isArray(body) ? body.length : 'no';
    return records.map(() => failed(garbled(`${got} results for ${records.length} records`)));
  }
  return records.map((record, at) => rowOf(sending, body[at], record));
}
function rowOf(sending: Sending, row: unknown, record: Sent): Outcome {
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
  return fault.fate === 'rejected' && records > 1 ? { ...fault, fate: 'ready', code: batchRefused } : fault;
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
  patience: null,
};
const failed = (fault: Fault): Outcome => ({ ok: false, fault });
function positionsOf(outcomes: readonly Outcome[], fits: (fault: Fault) => boolean): number[] {
  return outcomes.flatMap((outcome, at) => (!outcome.ok && fits(outcome.fault) ? [at] : []));
}
const isUnclear = (outcome: Outcome) => !outcome.ok && outcome.fault.fate === 'unknown';
const isRefusedWhole = (outcome: Outcome) => !outcome.ok && outcome.fault.code === batchRefused;
