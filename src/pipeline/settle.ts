// Effects of unknown fate, of an earlier run or of a process that died: first wait out the settling time, then read back
// by id or key, and only then decide. Found means applied and is never sent a second time; absent means free to be
// planned again. What has not waited long enough stays unknown, and its target is left out of the new plan.

import { resumesJobs } from '../crm/crm.ts';
import type { CrmObject, Effect, Fields, Problem } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import type { Lease, Settlement } from '../state/store.ts';
import type { CrmHand, Hall } from './hall.ts';

/** A job's effects are asked about together, so a page holds many. */
const unsettledAtOnce = 5_000;

export interface Settled {
  readonly applied: number;
  readonly free: number;
  /** Not old enough to be asked about. */
  readonly waiting: number;
}

type Unsettled = Effect & { readonly sentAt: string; readonly job?: string | null };

/** Settles what can be settled. Reads only. */
export async function settleUnknown(hall: Hall, lease: Lease, signal: AbortSignal): Promise<Settled> {
  const sum = { applied: 0, free: 0, waiting: 0 };
  let after = 0;
  for (;;) {
    const page = await hall.store.outbox.unsettled(lease, after, unsettledAtOnce);
    if (page.length === 0) return sum;
    after = page.at(-1)?.id ?? after;
    for (const hand of hall.crms) {
      const all = page.filter((effect) => effect.crm === hand.crm.name);
      const asked = await askJobs(hand, all, signal);
      await hall.store.outbox.settle(lease, asked.settled, { now: hall.clock.now(), actor: hall.actor });
      for (const { receipt } of asked.settled) receipt.state === 'applied' ? sum.applied++ : sum.free++;
      sum.waiting += asked.waiting;
      const mine = asked.rest;
      const now = Date.parse(hall.clock.now());
      const ripe = mine.filter((effect) => now - Date.parse(effect.sentAt) >= hand.crm.limits.settleMs);
      sum.waiting += mine.length - ripe.length;
      for (const part of chunks(ripe, hand.crm.limits.readSize)) {
        const settlements = await readBack(hand, part, signal);
        await hall.store.outbox.settle(lease, settlements, { now: hall.clock.now(), actor: hall.actor });
        for (const { receipt } of settlements) receipt.state === 'applied' ? sum.applied++ : sum.free++;
      }
    }
  }
}

/** Effects that a job of the CRM carries are the job's to tell: nobody may read "absent" while it still waits its turn. */
async function askJobs(
  hand: CrmHand,
  effects: readonly Unsettled[],
  signal: AbortSignal,
): Promise<{ readonly settled: readonly Settlement[]; readonly waiting: number; readonly rest: readonly Unsettled[] }> {
  const { crm } = hand;
  const jobs = resumesJobs(crm) ? Map.groupBy(effects, (effect) => effect.job ?? null) : new Map([[null, effects]]);
  const rest = [...(jobs.get(null) ?? [])];
  const settled: Settlement[] = [];
  let waiting = 0;
  for (const [job, batch] of jobs) {
    if (job === null || !resumesJobs(crm)) continue;
    const receipts = await crm.resume(job, batch, signal);
    if (receipts === null) {
      waiting += batch.length;
      continue;
    }
    for (const receipt of receipts) {
      const effect = batch.find((one) => one.id === receipt.effectId);
      if (effect === undefined) continue;
      if (receipt.state === 'unknown') rest.push(effect);
      else settled.push({ receipt, before: effect.expect, after: receipt.state === 'applied' ? effect.payload : null });
    }
  }
  return { settled, waiting, rest };
}

/** What the CRM shows of these effects now, as settlements: applied where it stands there, ready where it does not. */
export async function readBack(
  hand: CrmHand,
  effects: readonly Unsettled[],
  signal: AbortSignal,
): Promise<readonly Settlement[]> {
  const fields = effects.filter((effect) => effect.op === 'set' || effect.op === 'clear');
  const tasks = effects.filter((effect) => effect.op === 'ensure_task' || effect.op === 'close_task');
  const settlements: Settlement[] = [];
  const records = fields.filter((effect) => effect.object !== 'task');
  if (records.length > 0) {
    const words = [...new Set(records.flatMap((effect) => Object.keys(effect.payload)))];
    const targets = records.map((effect) => ({
      account: effect.account,
      object: effect.object as 'account',
      id: effect.target,
    }));
    const read = await hand.crm.read(targets, words, signal);
    const found = new Map(read.map((existing) => [recordKey(existing), existing]));
    for (const effect of records) {
      const now = found.get(recordKey(effect))?.fields ?? {};
      settlements.push(settlementOf(effect, holds(effect.payload, now), now, null));
    }
  }
  const texts = fields.filter((effect) => effect.object === 'task');
  const refs = [...tasks, ...texts].map((effect) => ({
    key: effect.key,
    id: effect.op === 'ensure_task' ? null : effect.target,
    target: effect.op === 'ensure_task' ? effect.target : null,
  }));
  if (refs.length > 0) {
    const found = await hand.crm.find(refs, signal);
    for (const [index, effect] of [...tasks, ...texts].entries()) {
      const ref = refs[index];
      const task = found.find((candidate) =>
        ref?.id == null ? candidate.key === effect.key : candidate.id === ref.id,
      );
      const there = task !== undefined && task.state !== 'absent';
      const done =
        effect.op === 'ensure_task'
          ? there
          : effect.op === 'close_task'
            ? task?.state === 'closed'
            : there && holds(effect.payload, { ...task.fields, owner: task.owner });
      const now = { ...task?.fields, owner: task?.owner ?? null };
      settlements.push(settlementOf(effect, done, now, task?.id ?? null));
    }
  }
  return settlements;
}

function settlementOf(effect: Effect, done: boolean, now: Fields, crmId: string | null): Settlement {
  return {
    receipt: {
      effectId: effect.id,
      state: done ? 'applied' : 'ready',
      crmId: crmId ?? (effect.op === 'ensure_task' ? null : effect.target),
      problem: done ? null : absent,
    },
    before: effect.expect,
    after: done ? pick(now, effect.payload) : null,
  };
}
const absent: Problem = {
  code: 'E_UNAVAILABLE',
  severity: 'warning',
  where: '',
  what: 'an earlier try left no trace in the CRM',
  why: 'It was read back after the settling time and is not there.',
  fix: 'Nothing to do: the next plan decides anew.',
};

/** A company and a contact may have the same number: an id names a record only together with its object. */
export function recordKey(record: { readonly object: CrmObject; readonly target: string }): string {
  return `${record.object} ${record.target}`;
}

/** Whether a record shows all values of a payload. */
export function holds(payload: Fields, now: Fields): boolean {
  return Object.entries(payload).every(([word, value]) => (now[word] ?? null) === (value ?? null));
}
export function pick(fields: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((word) => [word, fields[word] ?? null]));
}
