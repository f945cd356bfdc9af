// A CRM in a Map: a real implementation of the contract for tests of the hall, with a hand to play the person and another
// to play the fault. It knows nothing of Salesforce or HubSpot.

import { type Crm, type CrmUser, type Limits, notNow } from '../../src/crm/crm.ts';
import type { Effect, ExistingTask, Fields, Problem, Receipt, Value } from '../../src/domain/nouns.ts';
import { AuthError, LimitError, UnavailableError } from '../../src/lib/errors.ts';
import { step } from '../../src/lib/step.ts';

export interface MapTask {
  readonly id: string;
  readonly key: string;
  /** What it answers, as the effect said that made it. */
  readonly play: string;
  readonly episode: string;
  target: string;
  owner: string | null;
  state: 'open' | 'closed' | 'deleted';
  fields: Record<string, Value>;
}
/** What happens to the nth write call: the fault, and whether the CRM had acted before it. */
export type WriteFault = 'busy' | 'lost_answer' | 'lost_request' | 'short_answer';

/**
 * What happens to the nth call of any kind. A write: `lost_answer` and `garbage` are done and not told, `lost_request` is
 * neither, `server_error` is half done and not told, `zombie` is done some minutes later, `short_answer` tells half,
 * `shuffled` tells in another order, `row_lock` leaves the first item out, `rate_limit` and `unauthorised` are refused
 * before anything is sent. A read answers or does not; `shuffled` answers in another order.
 */
export const callFaults = [
  'lost_answer',
  'lost_request',
  'short_answer',
  'zombie',
  'shuffled',
  'rate_limit',
  'server_error',
  'unauthorised',
  'row_lock',
  'garbage',
] as const;
export type CallFault = (typeof callFaults)[number];
/** Faults that a call which only reads can show; the others look the same from outside. */
export const readFaults: readonly CallFault[] = ['lost_answer', 'shuffled', 'rate_limit', 'unauthorised'];
export type CallName = 'identify' | 'check' | 'read' | 'find' | 'users' | 'write';

/** Who looks over the shoulder of this CRM. Told before anything happens. */
export interface Watcher {
  /** A call has come in, with the number it has. */
  call?(name: CallName, number: number): void;
  read?(ids: readonly string[], words: readonly string[]): void;
  find?(tasks: readonly MapTask[]): void;
  write?(batch: readonly Effect[]): void;
}

export interface MapCrm extends Crm {
  readonly records: Map<string, Record<string, Value>>;
  readonly tasks: Map<string, MapTask>;
  /** Every write that changed something, in order, as `op target`. */
  readonly journal: string[];
  writes: number;
  readonly faults: Map<number, WriteFault>;
  /** Records that became part of another: old id → the id that is left. */
  readonly merged: Map<string, string>;
  /** Effects that are refused for good: by target. */
  readonly refused: Set<string>;
  checkProblems: readonly Problem[];
  users_: CrmUser[];
  /** Share of the day's calls that everybody has used. */
  quotaUsed: number;
  /** Their clock minus ours. */
  skewMs: number;
  /** An automation of the CRM that changes a record right after it was written; null: none. */
  automation: ((record: Record<string, Value>) => void) | null;
  /** Calls so far, of all kinds. */
  callCount: number;
  /** Faults by the number of the call. */
  readonly callFaults: Map<number, CallFault>;
  watcher: Watcher;
  /** What it takes for its time; zombies wake by it. */
  now: () => number;
  /** Does what is due of late writes; with `all` every one of them. */
  wake(all?: boolean): void;
}
/** How long after it was sent a zombie acts: later than any answer is waited for, sooner than a doubt may be settled. */
const zombieMs = 140_000;

const limits: Limits = {
  batchSize: 50,
  canarySize: 5,
  readSize: 100,
  writesAtOnce: 1,
  timeoutMs: 1_000,
  settleMs: 150_000,
};

/** A CRM with one record per id. `name` is both its name and the numbering of its ids. */
export function mapCrm(
  name: string,
  ids: readonly string[],
  options: { readonly limits?: Partial<Limits> } = {},
): MapCrm {
  let calls = { auth: 0, read: 0, write: 0 };
  let lastId = 0;
  let late: { readonly at: number; readonly batch: readonly Effect[] }[] = [];

  /** Counts the call, and throws what a client throws for the fault that was planted for it. */
  const come = (called: CallName): CallFault | undefined => {
    crm.callCount += 1;
    crm.wake();
    crm.watcher.call?.(called, crm.callCount);
    const fault = crm.callFaults.get(crm.callCount);
    if (fault === 'rate_limit') throw new LimitError(`${name} asks us to slow down`);
    if (fault === 'unauthorised') throw new AuthError(`${name} does not accept the token`);
    if (called !== 'write' && fault !== undefined && fault !== 'shuffled' && fault !== 'row_lock') throw away(name);
    return fault;
  };
  /** A call that reads: announced before and after, answered in the order that the fault wants. */
  const reading = <T>(called: CallName, answer: () => readonly T[]): readonly T[] => {
    calls = { ...calls, read: calls.read + 1 };
    step(`http.${name}.${called}:before`);
    const fault = come(called);
    const all = answer();
    step(`http.${name}.${called}:after`);
    return fault === 'shuffled' ? [...all].reverse() : all;
  };
  const crm: MapCrm = {
    name,
    limits: { ...limits, ...options.limits },
    records: new Map(ids.map((id) => [id, {}])),
    tasks: new Map(),
    journal: [],
    writes: 0,
    faults: new Map(),
    merged: new Map(),
    refused: new Set(),
    checkProblems: [],
    quotaUsed: 0.01,
    skewMs: 0,
    automation: null,
    users_: [{ id: 'u1', email: 'owner@example.test', active: true }],
    callCount: 0,
    callFaults: new Map(),
    watcher: {},
    now: () => 0,
    wake: (all = false) => {
      const due = late.filter(({ at }) => all || at <= crm.now());
      late = late.filter((one) => !due.includes(one));
      for (const { batch } of due) for (const effect of batch) act(effect);
    },
    identify: async () => {
      calls = { ...calls, auth: calls.auth + 1 };
      step(`http.${name}.identify:before`);
      come('identify');
      step(`http.${name}.identify:after`);
      return { org: `${name}-org`, name, sandbox: true, clockSkewMs: crm.skewMs };
    },
    check: async () => reading('check', () => crm.checkProblems),
    read: async (targets, words) =>
      reading('read', () => {
        const answer = targets.map((target) => {
          const id = crm.merged.get(target.id) ?? target.id;
          const record = crm.records.get(id);
          const fields = Object.fromEntries(words.map((word) => [word, record?.[word] ?? null]));
          return {
            account: target.account,
            object: target.object,
            target: target.id,
            id: record === undefined ? null : id,
            owner: 'u1',
            fields,
          };
        });
        crm.watcher.read?.(
          answer.flatMap(({ id }) => id ?? []),
          words,
        );
        return answer;
      }),
    find: async (refs) =>
      reading('find', () =>
        refs.map((ref): ExistingTask => {
          const task = [...crm.tasks.values()].find((one) =>
            ref.id === null ? one.key === ref.key : one.id === ref.id,
          );
          if (task !== undefined) crm.watcher.find?.([task]);
          if (task === undefined)
            return { key: ref.key, id: null, state: 'absent', target: null, owner: null, fields: {} };
          return {
            key: task.key,
            id: task.id,
            state: task.state,
            target: task.target,
            owner: task.owner,
            fields: { ...task.fields },
          };
        }),
      ),
    users: async (references) =>
      reading('users', () =>
        crm.users_.filter(
          (user) => references.includes(user.id) || (user.email !== null && references.includes(user.email)),
        ),
      ),
    write: async (batch) => {
      calls = { ...calls, write: calls.write + 1 };
      crm.writes += 1;
      step(`http.${name}.write:before`);
      const fault = come('write') ?? crm.faults.get(crm.writes);
      crm.watcher.write?.(batch);
      if (fault === 'zombie') {
        late.push({ at: crm.now() + zombieMs, batch });
        return batch.map((effect) => unknown(effect));
      }
      if (fault === 'server_error') {
        for (const effect of batch.slice(0, Math.ceil(batch.length / 2))) act(effect);
        return batch.map((effect) => unknown(effect));
      }
      if (fault === 'row_lock') return batch.map((effect, at) => (at === 0 ? locked(effect) : act(effect)));
      if (fault === 'lost_request') return batch.map((effect) => unknown(effect));
      if (fault === 'busy') return batch.map((effect) => busy(effect));
      const receipts = batch.map((effect) => act(effect));
      step(`http.${name}.write:after`);
      if (fault === 'lost_answer' || fault === 'garbage') return batch.map((effect) => unknown(effect));
      if (fault === 'short_answer') return receipts.slice(0, Math.floor(receipts.length / 2));
      return fault === 'shuffled' ? [...receipts].reverse() : receipts;
    },
    usage: () => ({
      ...calls,
      total: calls.auth + calls.read + calls.write,
      quotaUsed: crm.quotaUsed,
      quotaLimit: 100_000,
    }),
    close: async () => undefined,
  };

  function act(effect: Effect): Receipt {
    const applied = (crmId: string): Receipt => ({ effectId: effect.id, state: 'applied', crmId, problem: null });
    if (crm.refused.has(effect.target)) return rejected(effect);
    if (effect.op === 'ensure_task') {
      const twin = [...crm.tasks.values()].find((task) => task.key === effect.key);
      if (twin !== undefined) return applied(twin.id);
      lastId += 1;
      const id = `task${lastId}`;
      const { owner, ...fields } = effect.payload;
      crm.tasks.set(id, {
        id,
        key: effect.key,
        play: effect.play,
        episode: effect.episode,
        target: effect.target,
        owner: owner === null || owner === undefined ? null : String(owner),
        state: 'open',
        fields: { ...fields },
      });
      crm.journal.push(`ensure_task ${effect.target}`);
      return applied(id);
    }
    if (effect.object === 'task') {
      const task = crm.tasks.get(effect.target);
      if (task === undefined || task.state !== 'open') return rejected(effect);
      if (effect.op === 'close_task') task.state = 'closed';
      else {
        const { owner = task.owner, ...fields } = effect.payload;
        task.owner = owner === null ? null : String(owner);
        Object.assign(task.fields, fields);
      }
      crm.journal.push(`${effect.op} ${effect.target}`);
      return applied(task.id);
    }
    const record = crm.records.get(effect.target);
    if (record === undefined) return rejected(effect);
    Object.assign(record, effect.payload);
    crm.automation?.(record);
    crm.journal.push(`${effect.op} ${effect.target}`);
    return applied(effect.target);
  }
  return crm;
}

function unknown(effect: Effect): Receipt {
  return { effectId: effect.id, state: 'unknown', crmId: null, problem: problem('E_UNAVAILABLE', 'no answer came') };
}
function busy(effect: Effect): Receipt {
  return { effectId: effect.id, state: 'ready', crmId: null, problem: problem('E_UNAVAILABLE', 'try again later') };
}
function locked(effect: Effect): Receipt {
  return { effectId: effect.id, state: 'ready', crmId: null, problem: problem(notNow, 'the record is locked') };
}
function rejected(effect: Effect): Receipt {
  return { effectId: effect.id, state: 'rejected', crmId: null, problem: problem('REFUSED', 'the CRM said no') };
}
function problem(code: string, what: string): Problem {
  return { code, severity: 'error', where: 'map crm', what, why: 'The test wants it so.', fix: 'Nothing to do.' };
}

/** What a CRM shows, without ids and instants: to compare two worlds. */
export function shownBy(crm: MapCrm): unknown {
  const records = [...crm.records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, fields]) => [id, sorted(fields)]);
  const tasks = [...crm.tasks.values()]
    .map(({ key, target, state, owner, fields }) => ({ key, target, state, owner, fields: sorted(fields) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { records, tasks };
}
function sorted(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([word]) => word !== 'health_scored_at')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
/** The error of a CRM that cannot be reached. */
export function away(name: string): UnavailableError {
  return new UnavailableError(`${name} does not answer`);
}
