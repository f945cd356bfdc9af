// Plans: a header, a tally and verdicts, with their effects in the order they were added. Drafting drops what older plans had
// not sent, sealing freezes, approving is a person's yes to exactly one hash.

import type { Effect, EffectState, Plan, Remark, Tally, Verdict } from '../../domain/nouns.ts';
import { BugError, BusyError } from '../../lib/errors.ts';
import type { Lease, Plans } from '../store.ts';
import { addAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { addEffect, type EffectRow, effectOf } from './effects.ts';
import { moveEffects } from './moves.ts';
import { fromJson, fromJsonOrNull, toJson } from './rows.ts';
import { holdLease } from './runs.ts';

/** How long a held plan may wait for its yes, and how long a yes stands. */
const approvalMs = 24 * 60 * 60 * 1000;
const inTheWay = 'an effect on the same record is still under way or of unknown fate';
const overtakenWhy = 'a newer plan took its place';

interface Row {
  readonly id: number;
  readonly run_id: string;
  readonly as_of: string;
  readonly config_hash: string;
  readonly hash: string;
  readonly complete: 0 | 1;
  readonly state: Plan['state'];
  readonly expired: 0 | 1;
  readonly created_at: string;
  readonly tally: string | null;
  readonly verdicts: string;
}
const noEffects = { set: 0, clear: 0, ensure_task: 0, close_task: 0 };
/** The tally of a plan that is not sealed: nothing counted yet. */
const emptyTally: Tally = {
  accounts: { seen: 0, matched: 0, unmatched: 0, scored: 0, unknown: 0, notScored: 0, complete: 0 },
  bands: {},
  bandChanges: 0,
  bandsBefore: {},
  scoreShiftSum: 0,
  scoreShiftCount: 0,
  models: {},
  effects: noEffects,
  byCrm: {},
  tasksPerOwner: {},
  fieldsCleared: 0,
  fieldsWritten: 0,
  conflicts: 0,
  waiting: 0,
  alerts: 0,
};
function planOf(row: Row): Plan {
  return {
    id: row.id,
    runId: row.run_id,
    asOf: row.as_of,
    configHash: row.config_hash,
    hash: row.hash,
    complete: row.complete === 1,
    state: row.state,
    expired: row.expired === 1,
    createdAt: row.created_at,
    tally: fromJsonOrNull<Tally>(row.tally) ?? emptyTally,
    verdicts: fromJson<Verdict[]>(row.verdicts),
  };
}
function planRow(db: Sqlite, plan: number): Row | undefined {
  return db.get<Row>('SELECT * FROM plans WHERE id = ?', plan);
}

export function sqlitePlans(db: Sqlite): Plans {
  return {
    draft: (lease, plan) =>
      db.tx('plans.draft', () => {
        holdLease(db, lease);
        overtake(db, lease, plan.now);
        return db.insert(
          `INSERT INTO plans (run_id, as_of, config_hash, state, created_at) VALUES (?, ?, ?, 'draft', ?)`,
          lease.runId,
          plan.asOf,
          plan.configHash,
          plan.now,
        );
      }),
    add: (lease, plan, effects, remarks) =>
      db.tx('plans.add', () => {
        holdLease(db, lease);
        assertDraft(db, plan);
        for (const effect of effects) addEffect(db, plan, effect);
        for (const remark of remarks) addRemark(db, plan, remark);
      }),
    seal: (lease, plan, seal) =>
      db.tx('plans.seal', () => {
        holdLease(db, lease);
        assertDraft(db, plan);
        sealPlan(db, plan, seal);
      }),
    approve: (plan, approval) => db.tx('plans.approve', () => approve(db, plan, approval)),
    cancel: (plan, why, actor, now) => db.tx('plans.cancel', () => cancel(db, plan, why, actor, now)),
    expire: (now) => expire(db, now),
    finish: (lease, plan, now) =>
      db.tx('plans.finish', () => {
        holdLease(db, lease);
        db.run(
          `UPDATE plans SET state = 'applied', applied_at = ? WHERE id = ? AND state IN ('ready', 'held') AND NOT EXISTS (
             SELECT 1 FROM effects e WHERE e.plan = plans.id AND e.state IN ('planned', 'held', 'ready', 'inflight'))`,
          now,
          plan,
        );
        // A person has looked at what the restored state wishes.
        db.run(
          `UPDATE meta SET value = '' WHERE name = 'restored_at' AND EXISTS (
             SELECT 1 FROM plans WHERE id = ? AND state = 'applied' AND approved_at IS NOT NULL)`,
          plan,
        );
      }),
    get: (plan) =>
      db.read(() => {
        const row = planRow(db, plan);
        return row === undefined ? null : planOf(row);
      }),
    last: (count) => db.read(() => db.all<Row>('SELECT * FROM plans ORDER BY id DESC LIMIT ?', count).map(planOf)),
    appliedConfig: () =>
      db.read(() => {
        const sql = `SELECT config_hash FROM plans WHERE state = 'applied' ORDER BY applied_at DESC, id DESC LIMIT 1`;
        return db.get<{ config_hash: string }>(sql)?.config_hash ?? null;
      }),
    effects: (plan, after, limit, states) => db.read(() => effectsOf(db, plan, after, limit, states)),
    remarks: (plan, limit) =>
      db.read(() =>
        db.all<Remark>(
          'SELECT account, crm, word, kind, says FROM remarks WHERE plan = ? ORDER BY id LIMIT ?',
          plan,
          limit,
        ),
      ),
    counts: (plan) =>
      db.read(() => {
        const rows = db.all<{ state: EffectState; n: number }>(
          'SELECT state, count(*) AS n FROM effects WHERE plan = ? GROUP BY state ORDER BY state',
          plan,
        );
        return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
      }),
  };
}

function assertDraft(db: Sqlite, plan: number): void {
  const state = planRow(db, plan)?.state;
  if (state === 'draft') return;
  if (state === undefined) throw new BugError(`there is no plan ${plan}`);
  throw new BusyError(`plan ${plan} is ${state} and no longer a draft`, {
    why: 'It was cancelled, or another run planned anew, while this one was still planning.',
    fix: 'Plan again:\n  kenko plan',
  });
}
function addRemark(db: Sqlite, plan: number, remark: Remark): void {
  db.run(
    'INSERT INTO remarks (plan, account, crm, word, kind, says) VALUES (?, ?, ?, ?, ?, ?)',
    plan,
    remark.account,
    remark.crm,
    remark.word,
    remark.kind,
    remark.says,
  );
}

/**
 * Earlier plans make room. Effects of unknown fate stay as they are: a late write of theirs could still land. A stopped
 * plan keeps its name, since that is what happened to it, but its effects will never be sent.
 */
function overtake(db: Sqlite, lease: Lease, now: string): void {
  const open = db.all<{ id: number; state: string }>(
    `SELECT id, state FROM plans WHERE state IN ('draft', 'ready', 'held') ORDER BY id`,
  );
  dropUnsent(db, 'plan IN (SELECT id FROM plans)', { why: overtakenWhy });
  for (const { id, state } of open) {
    db.run(`UPDATE plans SET state = 'cancelled', overtaken = 1 WHERE id = ?`, id);
    if (state !== 'draft') {
      noteCancelled(db, id, { at: now, actor: 'kenko', runId: lease.runId, why: overtakenWhy, state });
    }
  }
}
function dropUnsent(db: Sqlite, where: string, values: { readonly why: string; readonly plan?: number }): number {
  return moveEffects(db, {
    from: ['planned', 'held', 'ready'],
    to: 'cancelled',
    where,
    set: 'why = @why',
    values,
  });
}
function noteCancelled(
  db: Sqlite,
  plan: number,
  by: {
    readonly at: string;
    readonly actor: string;
    readonly runId: string | null;
    readonly why: string;
    readonly state: string;
  },
): void {
  addAudit(db, [
    {
      at: by.at,
      actor: by.actor,
      action: 'cancel',
      runId: by.runId,
      effectId: null,
      before: { plan, state: by.state },
      after: { plan, state: 'cancelled' },
      why: by.why,
    },
  ]);
}

function sealPlan(db: Sqlite, plan: number, seal: Parameters<Plans['seal']>[2]): void {
  skipSecondTasks(db, plan);
  const standing = seal.as === 'held' ? standingApproval(db, plan, seal.hash, seal.now) : null;
  const as = standing === null ? seal.as : 'ready';
  if (as === 'ready') {
    moveEffects(db, { from: ['planned'], to: 'ready', where: 'plan = @plan', values: { plan }, unlessLive: true });
    moveEffects(db, {
      from: ['planned'],
      to: 'skipped',
      where: 'plan = @plan',
      set: 'why = @why',
      values: { plan, why: inTheWay },
    });
  } else if (as === 'held') {
    moveEffects(db, { from: ['planned'], to: 'held', where: 'plan = @plan', values: { plan } });
  }
  db.run(
    `UPDATE plans SET hash = @hash, complete = 1, state = @as, tally = @tally, verdicts = @verdicts,
       approved_at = @approvedAt, approved_by = @approvedBy,
       sealed_count = (SELECT count(*) FROM effects WHERE plan = @plan) WHERE id = @plan`,
    {
      plan,
      hash: seal.hash,
      as,
      tally: toJson(seal.tally),
      verdicts: toJson(seal.verdicts),
      approvedAt: standing?.approved_at ?? null,
      approvedBy: standing?.approved_by ?? null,
    },
  );
}
/** One open task at most per account and play (I1), whatever the plan was told. */
function skipSecondTasks(db: Sqlite, plan: number): void {
  moveEffects(db, {
    from: ['planned'],
    to: 'skipped',
    where: `plan = @plan AND op = 'ensure_task' AND EXISTS (SELECT 1 FROM tasks t WHERE t.crm = effects.crm
      AND t.account = effects.account AND t.play = effects.play AND t.status = 'open')`,
    set: 'why = @why',
    values: { plan, why: 'a task of this play is still open for this account' },
  });
}
/** A yes that was given to the very same plan before a newer one overtook it, less than a day ago. */
function standingApproval(db: Sqlite, plan: number, hash: string, now: string) {
  const given = db.get<{ approved_at: string; approved_by: string }>(
    `SELECT p.approved_at, p.approved_by FROM plans p WHERE p.hash = ? AND p.id <> ? AND p.approved_at IS NOT NULL
       AND p.state = 'cancelled' AND p.overtaken = 1
       AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.plan = p.id AND e.attempts > 0)
     ORDER BY p.approved_at DESC LIMIT 1`,
    hash,
    plan,
  );
  if (given === undefined || Date.parse(now) - Date.parse(given.approved_at) >= approvalMs) return null;
  return given;
}

function approve(db: Sqlite, plan: number, approval: Parameters<Plans['approve']>[1]): boolean {
  const row = planRow(db, plan);
  if (row === undefined || row.state !== 'held' || row.hash !== approval.hash) return false;
  if (Date.parse(approval.now) - Date.parse(row.created_at) >= approvalMs) return false;
  moveEffects(db, { from: ['held'], to: 'ready', where: 'plan = @plan', values: { plan }, unlessLive: true });
  const why = inTheWay;
  moveEffects(db, {
    from: ['held'],
    to: 'cancelled',
    where: 'plan = @plan',
    set: 'why = @why',
    values: { plan, why },
  });
  db.run(
    `UPDATE plans SET state = 'ready', approved_at = ?, approved_by = ? WHERE id = ?`,
    approval.now,
    approval.actor,
    plan,
  );
  addAudit(db, [
    {
      at: approval.now,
      actor: approval.actor,
      action: 'approve',
      runId: row.run_id,
      effectId: null,
      before: { plan, state: 'held' },
      after: { plan, state: 'ready', hash: row.hash, gates: overridden(row) },
      why: 'a person said yes to exactly this plan',
    },
  ]);
  return true;
}

/** The gates that a yes talked round. */
function overridden(row: Row): string {
  const held = fromJson<Verdict[]>(row.verdicts).filter(({ answer }) => answer === 'hold');
  return held.map(({ gate }) => gate).join(' ');
}

function cancel(db: Sqlite, plan: number, why: string, actor: string, now: string): number {
  const row = planRow(db, plan);
  if (row === undefined || row.state === 'applied' || row.state === 'cancelled') return 0;
  const dropped = dropUnsent(db, 'plan = @plan', { plan, why });
  db.run(`UPDATE plans SET state = 'cancelled' WHERE id = ?`, plan);
  // A no is the last word: an earlier yes to the same plan does not stand any more.
  if (row.hash !== '') db.run('UPDATE plans SET overtaken = 0 WHERE hash = ?', row.hash);
  noteCancelled(db, plan, { at: now, actor, runId: row.run_id, why, state: row.state });
  return dropped;
}

/** Held plans that nobody answered in their day are over. Looks first, so that an ordinary look writes nothing. */
async function expire(db: Sqlite, now: string): Promise<readonly number[]> {
  const before = new Date(Date.parse(now) - approvalMs).toISOString();
  const old = () =>
    db.all<{ id: number }>(`SELECT id FROM plans WHERE state = 'held' AND created_at <= ? ORDER BY id`, before);
  if ((await db.read(old)).length === 0) return [];
  return await db.tx('plans.expire', () =>
    old().map(({ id }) => {
      cancel(db, id, 'nobody answered it within 24 hours', 'kenko', now);
      db.run('UPDATE plans SET expired = 1 WHERE id = ?', id);
      return id;
    }),
  );
}

function effectsOf(
  db: Sqlite,
  plan: number,
  after: number,
  limit: number,
  states: readonly EffectState[] | undefined,
): readonly Effect[] {
  const wanted = states === undefined ? '' : 'AND state IN (SELECT value FROM json_each(@states))';
  return db
    .all<EffectRow>(`SELECT * FROM effects WHERE plan = @plan AND id > @after ${wanted} ORDER BY id LIMIT @limit`, {
      plan,
      after,
      limit,
      ...(states === undefined ? {} : { states: toJson(states) }),
    })
    .map(effectOf);
}
