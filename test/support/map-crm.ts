// A CRM in a Map: a real implementation of the contract for tests of the hall, with a hand to play the person and another
// to play the fault. It knows nothing of Salesforce or HubSpot.

import type { Crm, CrmUser, Limits } from '../../src/crm/crm.ts';
import type { Effect, ExistingTask, Fields, Problem, Receipt, Value } from '../../src/domain/nouns.ts';
import { UnavailableError } from '../../src/lib/errors.ts';
import { step } from '../../src/lib/step.ts';

interface Task {
  readonly id: string;
  readonly key: string;
  target: string;
  owner: string | null;
  state: 'open' | 'closed' | 'deleted';
  fields: Record<string, Value>;
}
/** What happens to the nth write call: the fault, and whether the CRM had acted before it. */
export type WriteFault = 'busy' | 'lost_answer' | 'lost_request' | 'short_answer';

export interface MapCrm extends Crm {
  readonly records: Map<string, Record<string, Value>>;
  readonly tasks: Map<string, Task>;
  /** Every write that changed something, in order, as `op target`. */
  readonly journal: string[];
  writes: number;
  readonly faults: Map<number, WriteFault>;
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
}

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
  const crm: MapCrm = {
    name,
    limits: { ...limits, ...options.limits },
    records: new Map(ids.map((id) => [id, {}])),
    tasks: new Map(),
    journal: [],
    writes: 0,
    faults: new Map(),
    refused: new Set(),
    checkProblems: [],
    quotaUsed: 0.01,
    skewMs: 0,
    automation: null,
    users_: [{ id: 'u1', email: 'owner@example.test', active: true }],
    identify: async () => {
      calls = { ...calls, auth: calls.auth + 1 };
      return { org: `${name}-org`, name, sandbox: true, clockSkewMs: crm.skewMs };
    },
    check: async () => crm.checkProblems,
    read: async (targets, words) => {
      calls = { ...calls, read: calls.read + 1 };
      return targets.map((target) => {
        const record = crm.records.get(target.id);
        const fields = Object.fromEntries(words.map((word) => [word, record?.[word] ?? null]));
        return {
          account: target.account,
          object: target.object,
          target: target.id,
          id: record === undefined ? null : target.id,
          owner: 'u1',
          fields,
        };
      });
    },
    find: async (refs) => {
      calls = { ...calls, read: calls.read + 1 };
      return refs.map((ref): ExistingTask => {
        const task = [...crm.tasks.values()].find((one) => (ref.id === null ? one.key === ref.key : one.id === ref.id));
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
      });
    },
    users: async (references) =>
      crm.users_.filter(
        (user) => references.includes(user.id) || (user.email !== null && references.includes(user.email)),
      ),
    write: async (batch) => {
      calls = { ...calls, write: calls.write + 1 };
      crm.writes += 1;
      const fault = crm.faults.get(crm.writes);
      step(`http.${name}.write:before`);
      if (fault === 'lost_request') return batch.map((effect) => unknown(effect));
      if (fault === 'busy') return batch.map((effect) => busy(effect));
      const receipts = batch.map((effect) => act(effect));
      step(`http.${name}.write:after`);
      if (fault === 'lost_answer') return batch.map((effect) => unknown(effect));
      if (fault === 'short_answer') return receipts.slice(0, Math.floor(receipts.length / 2));
      return receipts;
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
