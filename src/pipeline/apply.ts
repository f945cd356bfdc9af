// Apply: claim, look once more, send, write down the receipts; first a canary that is read back, then the rest. One
// in-flight batch per CRM and kind of effect. What may have happened is never sent again here: it becomes `unknown` and is
// settled by a later run. A batch that is refused for one item's sake is halved until the culprit stands alone.

import { type NoteJob, notNow } from '../crm/crm.ts';
import { breakerGate } from '../domain/gates/breaker.ts';
import { budgetGate } from '../domain/gates/budget.ts';
import { canaryGate } from '../domain/gates/canary.ts';
import type { Effect, Existing, Fields, Problem, Receipt, Verdict } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import { step } from '../lib/step.ts';
import type { Lease, Settlement } from '../state/store.ts';
import {
  beginWriting,
  endWriting,
  forgetSeen,
  type OwnSpan,
  rememberRead,
  rememberWritten,
  type Written,
} from './existing.ts';
import { type CrmHand, type Hall, leaseMs } from './hall.ts';
import { noProof, type Proof } from './proof.ts';
import { holds, pick, recordKey } from './settle.ts';

/** What became of a plan's effects in this run. */
export interface Applied {
  readonly applied: number;
  readonly rejected: number;
  readonly skipped: number;
  readonly unknown: number;
  /** Gate verdicts of the way: breaker and canary. */
  readonly verdicts: readonly Verdict[];
  /** What stopped a CRM before all was sent: authentication, limit. */
  readonly failures: readonly KenkoError[];
  /** What a CRM would not take now, counted by reason: left for the next run. */
  readonly waiting: readonly Problem[];
  /** Which writes need not be read back any more, by CRM. */
  readonly proofs: ReadonlyMap<string, Proof>;
}

interface Sums {
  sent: number;
  applied: number;
  rejected: number;
  skipped: number;
  unknown: number;
  unclearInRow: number;
  /** Effects that were left for the next run, by the code that the CRM gave. */
  readonly waiting: Map<string, { readonly first: Problem; count: number }>;
  readonly span: OwnSpan;
  readonly proof: Proof;
}

/** Sends the ready effects of a sealed plan, CRM by CRM. */
export async function apply(hall: Hall, lease: Lease, plan: number, signal: AbortSignal): Promise<Applied> {
  const all = { applied: 0, rejected: 0, skipped: 0, unknown: 0 };
  const verdicts: Verdict[] = [];
  const failures: KenkoError[] = [];
  const waiting: Problem[] = [];
  const proofs = new Map<string, Proof>();
  for (const hand of hall.crms) {
    const sums: Sums = {
      sent: 0,
      applied: 0,
      rejected: 0,
      skipped: 0,
      unknown: 0,
      unclearInRow: 0,
      waiting: new Map(),
      span: { from: null, to: null, records: 0 },
      proof: noProof(),
    };
    proofs.set(hand.crm.name, sums.proof);
    try {
      await beginWriting(hall, lease, hand);
      verdicts.push(...(await applyTo(hall, lease, plan, hand, sums, signal)));
      await endWriting(hall, lease, hand, sums.span);
    } catch (error) {
      rethrowCrash(error);
      if (!(error instanceof KenkoError) || !['E_AUTH', 'E_LIMIT', 'E_UNAVAILABLE', 'E_DRIFT'].includes(error.code))
        throw error;
      failures.push(error);
    }
    all.applied += sums.applied;
    all.rejected += sums.rejected;
    all.skipped += sums.skipped;
    all.unknown += sums.unknown;
    waiting.push(...waitingProblems(hand.crm.name, sums));
  }
  return { ...all, verdicts, failures, waiting, proofs };
}

async function applyTo(
  hall: Hall,
  lease: Lease,
  plan: number,
  hand: CrmHand,
  sums: Sums,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const settings = hall.decisions.gates;
  const { limits } = hand.crm;
  const verdicts: Verdict[] = [];
  const claimSize = limits.claimSize ?? limits.batchSize;
  // A configuration that has proved itself needs no small first batch: the first whole call is read back before more goes
  // out, and where there is only one, the reading back at the end of the run says the same (G12).
  const isProven = await wasAppliedBefore(hall, plan);
  let canary: readonly Effect[] | null = null;
  for (;;) {
    signal.throwIfAborted();
    const smallest = Math.min(limits.batchSize, Math.max(limits.canarySize, settings.canary.records));
    const limit = canary !== null ? claimSize : isProven ? limits.batchSize : smallest;
    const claimed = await hall.store.outbox.claim(lease, plan, hand.crm.name, limit, hall.clock.now());
    if (claimed.length === 0 && (isProven || canary === null || canary.length === 0)) return verdicts;
    if (canary !== null && canary.length > 0) {
      const verdict = await canaryVerdict(hall, lease, hand, { canary, claimed, proof: sums.proof }, signal);
      verdicts.push(verdict);
      if (verdict.answer !== 'pass' || claimed.length === 0) return verdicts;
      canary = [];
    }
    const sent = await sendBatch(hall, lease, hand, claimed, sums, signal);
    if (canary === null && sent.length > 0) canary = sent;
    const breaker = breakerGate(
      { sent: sums.sent, rejected: sums.rejected, unclearInRow: sums.unclearInRow },
      settings,
    );
    if (breaker.answer !== 'pass') {
      hall.emit({ kind: 'verdict', verdict: breaker });
      return [...verdicts, breaker];
    }
    // Others use the calls of the day as well: what was free when the plan was made may be gone now.
    const budget = hall.decisions.home.budgets[hand.crm.name];
    const asked = { crm: hand.crm.name, usedOfDay: hand.crm.usage().quotaUsed, ofRun: null };
    const left = budgetGate(
      { crms: [{ ...asked, ...(budget === undefined ? {} : { limits: budget }) }] },
      settings,
      'apply',
    );
    if (left.answer !== 'pass' && (await hasMore(hall, plan, hand))) {
      hall.emit({ kind: 'verdict', verdict: left });
      return [...verdicts, left];
    }
  }
}

async function hasMore(hall: Hall, plan: number, hand: CrmHand): Promise<boolean> {
  const [next] = (await hall.store.plans.effects(plan, 0, 1, ['ready'])).filter(({ crm }) => crm === hand.crm.name);
  return next !== undefined;
}

async function wasAppliedBefore(hall: Hall, plan: number): Promise<boolean> {
  const configHash = (await hall.store.plans.get(plan))?.configHash ?? '';
  return configHash !== '' && (await hall.store.plans.appliedConfig()) === configHash;
}

/** Reads the canary back before what was claimed meanwhile may go; what may not is given back. */
async function canaryVerdict(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  batch: { readonly canary: readonly Effect[]; readonly claimed: readonly Effect[]; readonly proof: Proof },
  signal: AbortSignal,
): Promise<Verdict> {
  const { canary, claimed, proof } = batch;
  const giveBack = () =>
    hall.store.outbox.release(
      lease,
      claimed.map((effect) => effect.id),
    );
  let verdict: Verdict;
  try {
    const { wrong, right, read } = await readBack(hand, canary, signal);
    await rememberRead(hall, lease, hand, read);
    for (const { id } of right) proof.read.add(id);
    const found = { checked: canary.length, wrong: wrong.length, examples: wrong.slice(0, 3) };
    verdict = canaryGate(found, hall.decisions.gates);
  } catch (error) {
    rethrowCrash(error);
    await giveBack();
    throw error;
  }
  hall.emit({ kind: 'verdict', verdict });
  if (verdict.answer !== 'pass') await giveBack();
  return verdict;
}

/** Sends one claimed batch; returns the effects that were applied, with what they show. */
async function sendBatch(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  claimed: readonly Effect[],
  sums: Sums,
  signal: AbortSignal,
): Promise<Effect[]> {
  const look = (await isFreshPlan(hall, claimed)) ? lookOnceMore : lookAtTasks;
  const looked = await look(hand, claimed, signal).catch(async (error: unknown) => {
    rethrowCrash(error);
    await hall.store.outbox.release(
      lease,
      claimed.map((effect) => effect.id),
    );
    throw error;
  });
  if (looked.changed.length > 0) {
    await hall.store.outbox.drop(
      lease,
      looked.changed.map((effect) => ({
        id: effect.id,
        state: 'skipped' as const,
        why: 'the record changed after the plan was made',
      })),
      hall.clock.now(),
    );
    await forgetSeen(hall, lease, hand, looked.changed);
    sums.skipped += looked.changed.length;
  }
  if (looked.same.length === 0) return [];
  let receipts: readonly Receipt[];
  try {
    const noteJob: NoteJob = (job) =>
      hall.store.outbox.noteJob(
        lease,
        looked.same.map((effect) => effect.id),
        job,
      );
    receipts = await sendHalving(hand, looked.same, { signal, noteJob, fence: () => holdOn(hall, lease) });
  } catch (error) {
    rethrowCrash(error);
    if (error instanceof KenkoError && ['E_BUSY', 'E_STORE'].includes(error.code)) throw error;
    if (error instanceof KenkoError && ['E_AUTH', 'E_LIMIT', 'E_DRIFT'].includes(error.code)) {
      // A hand throws only before the first byte has left, so these were not sent.
      await hall.store.outbox.release(
        lease,
        looked.same.map((effect) => effect.id),
      );
      throw error;
    }
    receipts = looked.same.map((effect) => unclear(effect, error));
  }
  step('apply.receipts:before');
  const byId = new Map(looked.same.map((effect) => [effect.id, effect]));
  const settlements: Settlement[] = receipts.map((receipt) => {
    const effect = byId.get(receipt.effectId);
    return {
      receipt,
      before: effect?.expect ?? null,
      after: receipt.state === 'applied' ? (effect?.payload ?? null) : null,
    };
  });
  await hall.store.outbox.settle(lease, settlements, { now: hall.clock.now(), actor: hall.actor });
  step('apply.receipts:after');
  await noteShown(hall, lease, hand, { receipts, byId, sums });
  const later = await leaveForNextRun(hall, lease, receipts, sums);
  const count = (state: Receipt['state']) => receipts.filter((receipt) => receipt.state === state).length;
  sums.sent += receipts.length;
  sums.applied += count('applied');
  sums.rejected += count('rejected');
  sums.unknown += count('unknown');
  // Neither taken nor refused: a CRM that is down answers so at once, and asking on would use up every effect's tries.
  sums.unclearInRow = count('applied') + count('rejected') + later === 0 ? sums.unclearInRow + 1 : 0;
  hall.emit({
    kind: 'batch',
    crm: hand.crm.name,
    object: claimed[0]?.object ?? '',
    op: claimed[0]?.op ?? '',
    sent: receipts.length,
    applied: count('applied'),
    rejected: count('rejected'),
    unknown: count('unknown'),
  });
  return receipts.flatMap((receipt) => {
    const effect = byId.get(receipt.effectId);
    return receipt.state === 'applied' && effect !== undefined ? [{ ...effect, crmId: receipt.crmId }] : [];
  });
}

/** Where the answer to a write showed the record, it is remembered so; and it is known which records it showed as meant. */
async function noteShown(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  batch: { readonly receipts: readonly Receipt[]; readonly byId: ReadonlyMap<number, Effect>; readonly sums: Sums },
): Promise<void> {
  const written: Written[] = [];
  for (const { state, effectId, shown } of batch.receipts) {
    const effect = batch.byId.get(effectId);
    if (state !== 'applied' || shown === undefined || effect === undefined) continue;
    if (holds(effect.payload, shown.fields)) batch.sums.proof.answered.add(effectId);
    written.push({ object: effect.object, target: effect.target, shown });
  }
  await rememberWritten(hall, lease, hand, written, batch.sums.span);
}

/** What the CRM would not take now although the hand came back several times: not sent again today, and no quarantine. */
async function leaveForNextRun(hall: Hall, lease: Lease, receipts: readonly Receipt[], sums: Sums): Promise<number> {
  const later = receipts.filter(({ state, problem }) => state === 'ready' && problem?.code === notNow);
  if (later.length === 0) return 0;
  for (const { problem } of later) {
    if (problem === null) continue;
    const known = sums.waiting.get(problem.why);
    if (known === undefined) sums.waiting.set(problem.why, { first: problem, count: 1 });
    else known.count += 1;
  }
  const why = (problem: Problem | null) => `not now: ${problem?.what ?? 'the CRM would not take it'}`;
  const dropped = later.map(({ effectId, problem }) => ({
    id: effectId,
    state: 'skipped' as const,
    why: why(problem),
  }));
  await hall.store.outbox.drop(lease, dropped, hall.clock.now());
  sums.skipped += later.length;
  return later.length;
}
function waitingProblems(crm: string, sums: Sums): Problem[] {
  return [...sums.waiting.values()].map(({ first, count }) => ({
    ...first,
    code: 'E_UNAVAILABLE',
    severity: 'warning',
    where: count === 1 ? first.where : `${crm}, ${count} writes`,
    what: count === 1 ? `not written now: ${first.what}` : `not written now, for example ${first.where}: ${first.what}`,
  }));
}

/**
 * The last thing before the first byte: is the lease still ours? No CRM can tell an old sender from a new one, so the lease
 * is renewed here for longer than a call may take. A machine that slept sends nothing that another run has taken over.
 */
async function holdOn(hall: Hall, lease: Lease): Promise<void> {
  await hall.store.runs.beat(lease, hall.clock.now(), leaseMs);
}

/** Splits a batch that came back whole as `ready` (refused for somebody's sake) until the culprit stands alone. */
async function sendHalving(
  hand: CrmHand,
  batch: readonly Effect[],
  way: { readonly signal: AbortSignal; readonly fence: () => Promise<void>; readonly noteJob?: NoteJob },
): Promise<readonly Receipt[]> {
  await way.fence();
  const receipts = await hand.crm.write(batch, way.signal, way.noteJob);
  const refusedWhole =
    batch.length > 1 &&
    receipts.every((receipt) => receipt.state === 'ready') &&
    receipts[0]?.problem?.code === 'BATCH_REFUSED';
  if (!refusedWhole)
    return receipts.length === batch.length
      ? receipts
      : batch.map(
          (effect) => receipts.find((receipt) => receipt.effectId === effect.id) ?? unclear(effect, 'short answer'),
        );
  const middle = Math.ceil(batch.length / 2);
  const halves = { signal: way.signal, fence: way.fence };
  const first = await sendHalving(hand, batch.slice(0, middle), halves);
  const second = await sendHalving(hand, batch.slice(middle), halves);
  return [...first, ...second];
}

function unclear(effect: Effect, cause: unknown): Receipt {
  const problem: Problem = {
    code: 'E_UNAVAILABLE',
    severity: 'warning',
    where: `${effect.crm} ${effect.object} ${effect.target}`,
    what: cause instanceof Error ? cause.message : String(cause),
    why: 'Whether it was written is not known.',
    fix: 'Nothing to do: a later run reads it back before anything is sent again.',
  };
  return { effectId: effect.id, state: 'unknown', crmId: null, problem };
}

/** The last look before sending: an effect whose record no longer shows what the plan saw is not sent. */
async function lookOnceMore(
  hand: CrmHand,
  effects: readonly Effect[],
  signal: AbortSignal,
): Promise<{ readonly same: readonly Effect[]; readonly changed: readonly Effect[] }> {
  const checked = effects.filter(
    (effect) => effect.expect !== null && effect.object !== 'task' && (effect.op === 'set' || effect.op === 'clear'),
  );
  if (checked.length === 0) return { same: effects, changed: [] };
  const words = [...new Set(checked.flatMap((effect) => Object.keys(effect.payload)))];
  const existing = await hand.crm.read(
    checked.map((effect) => ({ account: effect.account, object: effect.object as 'account', id: effect.target })),
    words,
    signal,
  );
  const found = new Map(existing.map((record) => [record.target, record]));
  const changed = checked.filter((effect) => {
    const record = found.get(effect.target);
    return record === undefined || record.id !== effect.target || !holds(effect.expect as Fields, record.fields);
  });
  const changedIds = new Set(changed.map((effect) => effect.id));
  return { same: effects.filter((effect) => !changedIds.has(effect.id)), changed };
}

/** A plan that was made just now has seen its tasks just now; one that waited for its yes has not. */
const freshMs = 60_000;
async function isFreshPlan(hall: Hall, [first]: readonly Effect[]): Promise<boolean> {
  if (first?.object !== 'task' || first.op === 'ensure_task') return true;
  const plan = await hall.store.plans.get(first.plan);
  return plan !== null && Date.parse(hall.clock.now()) - Date.parse(plan.createdAt) < freshMs;
}

/** The same last look at tasks: whoever closed, moved or rewrote one while the plan waited keeps what they did. */
async function lookAtTasks(
  hand: CrmHand,
  effects: readonly Effect[],
  signal: AbortSignal,
): Promise<{ readonly same: readonly Effect[]; readonly changed: readonly Effect[] }> {
  const same: Effect[] = [];
  const changed: Effect[] = [];
  for (const part of chunks(effects, hand.crm.limits.readSize)) {
    const found = await hand.crm.find(
      part.map(({ key, target }) => ({ key, id: target, target: null })),
      signal,
    );
    const byId = new Map(found.map((task) => [task.id, task]));
    for (const effect of part) {
      const task = byId.get(effect.target);
      const { state: _open, ...words } = effect.expect ?? {};
      const stands = task?.state === 'open' && holds(words, { ...task.fields, owner: task.owner });
      (stands ? same : changed).push(effect);
    }
  }
  return { same, changed };
}

/** What reading back needs to know of an effect. */
export type Sent = Pick<Effect, 'id' | 'op' | 'object' | 'account' | 'target' | 'key' | 'crmId' | 'payload'>;

/**
 * Effects that do not stand in the CRM as written, as short texts for a report; those that do; and the records as they were
 * read.
 */
export async function readBack<T extends Sent>(
  hand: CrmHand,
  sent: readonly T[],
  signal: AbortSignal,
): Promise<{ readonly wrong: readonly string[]; readonly right: readonly T[]; readonly read: readonly Existing[] }> {
  const wrong: string[] = [];
  const right: T[] = [];
  const read: Existing[] = [];
  const records = sent.filter((effect) => effect.object !== 'task' && (effect.op === 'set' || effect.op === 'clear'));
  if (records.length > 0) {
    const words = [...new Set(records.flatMap((effect) => Object.keys(effect.payload)))];
    const existing = await hand.crm.read(
      records.map((effect) => ({ account: effect.account, object: effect.object as 'account', id: effect.target })),
      words,
      signal,
    );
    read.push(...existing);
    const found = new Map(existing.map((record) => [recordKey(record), record]));
    for (const effect of records) {
      const now = found.get(recordKey(effect))?.fields ?? {};
      if (holds(effect.payload, now)) right.push(effect);
      else
        wrong.push(
          `${effect.target}: ${JSON.stringify(pick(now, effect.payload))} instead of ${JSON.stringify(effect.payload)}`,
        );
    }
  }
  const tasks = sent.filter((effect) => effect.op === 'ensure_task');
  if (tasks.length > 0) {
    const existing = await hand.crm.find(
      tasks.map((effect) => ({ key: effect.key, id: effect.crmId, target: effect.target })),
      signal,
    );
    for (const effect of tasks) {
      const task = existing.find(
        (candidate) => candidate.key === effect.key || (candidate.id !== null && candidate.id === effect.crmId),
      );
      if (task === undefined || task.state === 'absent') wrong.push(`task for ${effect.account} is not there`);
      else right.push(effect);
    }
  }
  return { wrong, right, read };
}
