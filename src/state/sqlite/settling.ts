// What a receipt means: the effect's next state, what we last wrote, the task ledger and the audit, together or not at all.

import { mostAttempts } from '../../domain/effect.ts';
import type { Effect, Fields, Problem, Receipt } from '../../domain/nouns.ts';
import { BugError } from '../../lib/errors.ts';
import type { Lease, Settlement } from '../store.ts';
import { type AuditEntry, addAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { effectOf, effectRow } from './effects.ts';
import { moveEffect } from './moves.ts';
import { toJsonOrNull } from './rows.ts';
import { noteInLedger } from './tasks.ts';
import { noteWritten } from './written.ts';

interface Context {
  readonly now: string;
  readonly actor: string;
}

/** Settles a batch. BugError where an effect was not under way; then nothing of the batch is written. */
export function settleAll(db: Sqlite, lease: Lease, settlements: readonly Settlement[], context: Context): void {
  const told: AuditEntry[] = [];
  for (const settlement of settlements) {
    const row = effectRow(db, settlement.receipt.effectId);
    if (row === undefined) throw new BugError(`there is no effect ${settlement.receipt.effectId}`);
    const effect = effectOf(row);
    const receipt = withinPatience(settlement.receipt, effect);
    // Asked about and still not known: it stays as it was, with the time it was sent.
    if (receipt.state === 'unknown' && effect.state === 'unknown') continue;
    const before = settlement.before ?? effect.expect;
    const after = settlement.after ?? (effect.op === 'close_task' ? { status: 'closed' } : effect.payload);
    move(db, effect, receipt, { before, after, now: context.now });
    if (receipt.state === 'applied') noteApplied(db, effect, receipt);
    if (receipt.state !== 'ready') told.push(auditOf(effect, receipt, { before, after }, { ...context, lease }));
  }
  addAudit(db, told);
}

/** An effect that was sent five times and left no trace will not be sent a sixth time. */
function withinPatience(receipt: Receipt, effect: Effect): Receipt {
  if (receipt.state !== 'ready' || effect.attempts < mostAttempts) return receipt;
  const problem: Problem = {
    code: receipt.problem?.code ?? 'E_REJECTED',
    severity: 'error',
    where: `${effect.crm} ${effect.object} ${effect.target}`,
    what: `tried ${effect.attempts} times and never applied`,
    why: receipt.problem?.what ?? 'The CRM did not take it and gave no definite reason.',
    fix: 'Look at the record in the CRM (locks, automations), then plan it again:\n  kenko retry',
  };
  return { ...receipt, state: 'rejected', problem };
}

function move(
  db: Sqlite,
  effect: Effect,
  receipt: Receipt,
  shown: { readonly before: Fields | null; readonly after: Fields | null; readonly now: string },
): void {
  const isFinal = receipt.state === 'applied' || receipt.state === 'rejected';
  moveEffect(db, effect.id, {
    from: effect.state,
    to: receipt.state,
    set: `crm_id = ifnull(@crmId, crm_id), problem = @problem, before = @before, after = @after, settled_at = @settledAt`,
    values: {
      crmId: receipt.crmId,
      problem: toJsonOrNull(receipt.problem),
      before: receipt.state === 'applied' ? toJsonOrNull(shown.before) : null,
      after: receipt.state === 'applied' ? toJsonOrNull(shown.after) : null,
      settledAt: isFinal ? shown.now : null,
    },
  });
}

function noteApplied(db: Sqlite, effect: Effect, receipt: Receipt): void {
  const isTask = effect.object === 'task' || effect.op === 'ensure_task' || effect.op === 'close_task';
  if (isTask) {
    const plan = db.get<{ as_of: string }>('SELECT as_of FROM plans WHERE id = ?', effect.plan);
    noteInLedger(db, effect, receipt.crmId, plan?.as_of ?? '');
  } else {
    // An account has one record and may have many deals, each with what we wrote into it.
    const record = effect.object === 'account' ? effect.account : effect.target;
    noteWritten(db, effect.crm, effect.object, record, effect.payload);
  }
}

function auditOf(
  effect: Effect,
  receipt: Receipt,
  shown: { readonly before: Fields | null; readonly after: Fields | null },
  context: Context & { readonly lease: Lease },
): AuditEntry {
  const applied = receipt.state === 'applied';
  const reason = applied ? effect.because.join('; ') : (receipt.problem?.what ?? 'no answer');
  return {
    at: context.now,
    actor: context.actor,
    action: receipt.state,
    runId: context.lease.runId,
    effectId: effect.id,
    before: shown.before,
    after: applied ? shown.after : null,
    why: `${effect.op} ${effect.crm} ${effect.object} ${receipt.crmId ?? effect.target} of ${effect.account}: ${reason}`,
  };
}
