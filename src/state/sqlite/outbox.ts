// The outbox: what may be sent, what is under way, what became of it. An effect is `inflight` on the disk before any byte of
// it leaves; that row is the intent a crash leaves behind.

import type { Effect, Fields } from '../../domain/nouns.ts';
import type { Lease, Outbox } from '../store.ts';
import { addAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { type EffectRow, effectOf, effectRow } from './effects.ts';
import { moveEffect, moveEffects } from './moves.ts';
import { fromJson, fromJsonOrNull, toJson } from './rows.ts';
import { holdLease } from './runs.ts';
import { settleAll } from './settling.ts';
import { noteWritten } from './written.ts';

export function sqliteOutbox(db: Sqlite): Outbox {
  return {
    claim: (lease, plan, crm, limit, now) =>
      db.tx('outbox.claim', () => {
        holdLease(db, lease);
        return claim(db, lease, { plan, crm, limit, now });
      }),
    noteJob: (lease, effects, job) =>
      db.tx('outbox.noteJob', () => {
        holdLease(db, lease);
        db.run(
          `UPDATE batches SET job = ? WHERE id IN (
             SELECT batch FROM effects WHERE id IN (SELECT value FROM json_each(?)) AND state = 'inflight')`,
          job,
          toJson(effects),
        );
      }),
    release: (lease, effects) =>
      db.tx('outbox.release', () => {
        holdLease(db, lease);
        for (const id of effects) giveBack(db, id);
      }),
    settle: (lease, settlements, context) =>
      db.tx('outbox.settle', () => {
        holdLease(db, lease);
        settleAll(db, lease, settlements, context);
      }),
    drop: (lease, effects, now) =>
      db.tx('outbox.drop', () => {
        holdLease(db, lease);
        for (const { id, state, why } of effects) {
          // Claimed but not sent: it goes back before it goes.
          if (effectRow(db, id)?.state === 'inflight') giveBack(db, id);
          const from = effectRow(db, id)?.state ?? 'ready';
          moveEffect(db, id, { from, to: state, set: 'why = @why, settled_at = @now', values: { why, now } });
        }
      }),
    unsettled: (lease, after, limit) =>
      db.tx('outbox.unsettled', () => {
        holdLease(db, lease);
        return unsettled(db, after, limit);
      }),
    rejected: (limit) => db.read(() => rejected(db, limit)),
    applied: (runId, after, limit) => db.read(() => applied(db, runId, after, limit)),
    markUndone: (lease, effects, now, actor = 'kenko') =>
      db.tx('outbox.markUndone', () => {
        holdLease(db, lease);
        markUndone(db, lease, effects, { now, actor });
      }),
    written: (crm, object, accounts) =>
      db.read(() => {
        const rows = db.all<{ account: string; fields: string }>(
          `SELECT account, fields FROM written WHERE crm = ? AND object = ?
             AND account IN (SELECT value FROM json_each(?))`,
          crm,
          object,
          toJson(accounts),
        );
        return new Map(rows.map(({ account, fields }) => [account, fromJson<Fields>(fields)]));
      }),
    adopt: (lease, crm, object, values) =>
      db.tx('outbox.adopt', () => {
        holdLease(db, lease);
        for (const [account, fields] of values) noteWritten(db, crm, object, account, fields);
      }),
    quarantined: (crm, keys) =>
      db.read(() => {
        const rows = db.all<{ key: string }>(
          `SELECT DISTINCT key FROM effects WHERE crm = ? AND state = 'rejected' AND lifted_at IS NULL
             AND key IN (SELECT value FROM json_each(?))`,
          crm,
          toJson(keys),
        );
        return new Set(rows.map((row) => row.key));
      }),
    liftQuarantine: (lease, crm, now) =>
      db.tx('outbox.liftQuarantine', () => {
        holdLease(db, lease);
        const shut = `state = 'rejected' AND lifted_at IS NULL AND crm = ifnull(?, crm)`;
        const rows = db.all<{ account: string }>(
          `SELECT DISTINCT account FROM effects WHERE ${shut} ORDER BY account`,
          crm,
        );
        db.run(`UPDATE effects SET lifted_at = ? WHERE ${shut}`, now, crm);
        return rows.map((row) => row.account);
      }),
    live: (crm, object, targets) =>
      db.read(() => {
        const rows = db.all<{ target: string }>(
          `SELECT DISTINCT target FROM effects WHERE crm = ? AND state IN ('ready', 'inflight', 'unknown')
             AND iif(op = 'ensure_task', 'account', object) = ? AND target IN (SELECT value FROM json_each(?))`,
          crm,
          object,
          toJson(targets),
        );
        return new Set(rows.map((row) => row.target));
      }),
  };
}

/** One CRM, op and object, in plan order, no target twice. The batch row and the effects' `inflight` commit together. */
function claim(
  db: Sqlite,
  lease: Lease,
  ask: { readonly plan: number; readonly crm: string; readonly limit: number; readonly now: string },
): readonly Effect[] {
  const ids = nextIds(db, ask.plan, ask.crm, ask.limit);
  if (ids.length === 0) return [];
  const batch = db.insert(
    'INSERT INTO batches (run_id, epoch, plan, n, claimed_at) VALUES (?, ?, ?, ?, ?)',
    lease.runId,
    lease.epoch,
    ask.plan,
    ids.length,
    ask.now,
  );
  for (const id of ids) {
    moveEffect(db, id, {
      from: 'ready',
      to: 'inflight',
      set: 'attempts = attempts + 1, run_id = @run, batch = @batch, sent_at = @now, problem = NULL',
      values: { run: lease.runId, batch, now: ask.now },
    });
  }
  return ids.flatMap((id) => {
    const row = effectRow(db, id);
    return row === undefined ? [] : [effectOf(row)];
  });
}
function nextIds(db: Sqlite, plan: number, crm: string, limit: number): readonly number[] {
  const queue = `FROM effects WHERE plan = @plan AND state = 'ready' AND crm = @crm`;
  const first = db.get<{ op: string; object: string }>(`SELECT op, object ${queue} ORDER BY id LIMIT 1`, { plan, crm });
  if (first === undefined) return [];
  const ids: number[] = [];
  const targets = new Set<string>();
  for (let after = 0; ids.length < limit; ) {
    const rows = db.all<{ id: number; target: string }>(
      `SELECT id, target ${queue} AND op = @op AND object = @object AND id > @after ORDER BY id LIMIT @limit`,
      { plan, crm, ...first, after, limit },
    );
    for (const { id, target } of rows) {
      if (ids.length === limit || targets.has(target)) continue;
      targets.add(target);
      ids.push(id);
    }
    if (rows.length < limit) break;
    after = rows.at(-1)?.id ?? after;
  }
  return ids;
}

/** Claimed and not sent after all: as if it had never been claimed. */
function giveBack(db: Sqlite, id: number): void {
  moveEffect(db, id, { from: 'inflight', to: 'ready', set: 'attempts = attempts - 1, sent_at = NULL' });
}

function unsettled(
  db: Sqlite,
  after: number,
  limit: number,
): readonly (Effect & { readonly sentAt: string; readonly job: string | null })[] {
  moveEffects(db, {
    from: ['inflight'],
    to: 'unknown',
    where: `state IN ('inflight', 'unknown') AND run_id IN (SELECT id FROM runs WHERE state <> 'active')`,
    set: 'why = @why',
    values: { why: 'its run ended in the middle' },
  });
  return db
    .all<EffectRow & { readonly job: string | null }>(
      `SELECT e.*, (SELECT b.job FROM batches b WHERE b.id = e.batch) AS job FROM effects e
       WHERE e.state IN ('inflight', 'unknown') AND e.state = 'unknown' AND e.id > ? ORDER BY e.id LIMIT ?`,
      after,
      limit,
    )
    .map((row) => ({ ...effectOf(row), sentAt: row.sent_at ?? '', job: row.job }));
}

/** Rejected, and nothing newer was sent to the same place. */
export const stillRejected = `effects e WHERE state = 'rejected' AND NOT EXISTS (
  SELECT 1 FROM effects n WHERE n.crm = e.crm AND n.target = e.target AND n.object = e.object AND n.grp = e.grp
    AND n.id > e.id AND (e.op IN ('set', 'clear') OR n.key = e.key)
    AND n.state IN ('inflight', 'unknown', 'applied', 'rejected', 'undone'))`;

function rejected(db: Sqlite, limit: number): readonly (Effect & { readonly at: string })[] {
  return db
    .all<EffectRow>(`SELECT * FROM ${stillRejected} ORDER BY id DESC LIMIT ?`, limit)
    .map((row) => ({ ...effectOf(row), at: row.settled_at ?? '' }));
}

function applied(
  db: Sqlite,
  runId: string,
  after: number,
  limit: number,
): readonly (Effect & { readonly before: Fields | null; readonly after: Fields | null })[] {
  return db
    .all<EffectRow>(
      `SELECT * FROM effects WHERE run_id = ? AND state = 'applied' AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?`,
      runId,
      after,
      after,
      limit,
    )
    .map((row) => ({
      ...effectOf(row),
      before: fromJsonOrNull<Fields>(row.before),
      after: fromJsonOrNull<Fields>(row.after),
    }));
}

function markUndone(
  db: Sqlite,
  lease: Lease,
  effects: readonly number[],
  by: { readonly now: string; readonly actor: string },
): void {
  for (const id of effects) {
    const row = effectRow(db, id);
    moveEffect(db, id, { from: 'applied', to: 'undone' });
    addAudit(db, [
      {
        at: by.now,
        actor: by.actor,
        action: 'undone',
        runId: lease.runId,
        effectId: id,
        before: fromJsonOrNull<Fields>(row?.after ?? null),
        after: fromJsonOrNull<Fields>(row?.before ?? null),
        why:
          row === undefined ? '' : `${row.op} ${row.crm} ${row.object} ${row.target} of ${row.account} was taken back`,
      },
    ]);
  }
}
