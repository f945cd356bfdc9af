// The journal of runs, which is the lock as well: one active run per job, by a unique index, and an epoch that grows with
// every run. Whoever writes shows run and epoch in the same transaction; who lost the lease is refused there (I8).

import { BusyError } from '../../lib/errors.ts';
import type { Lease, RunKind, RunRow, Runs } from '../store.ts';
import { addAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { moveEffects } from './moves.ts';

interface Row {
  readonly id: string;
  readonly kind: RunKind;
  readonly job: string;
  readonly slot: string | null;
  readonly as_of: string;
  readonly config_hash: string;
  readonly state: RunRow['state'];
  readonly stage: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly exit_code: number | null;
  readonly report: string | null;
  readonly owner: string;
  readonly lease_until: string;
}

function runOf(row: Row): RunRow {
  return {
    id: row.id,
    kind: row.kind,
    job: row.job,
    slot: row.slot,
    asOf: row.as_of,
    configHash: row.config_hash,
    state: row.state,
    stage: row.stage,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    exitCode: row.exit_code,
    report: row.report,
  };
}

/** Refuses whoever is not the active run any more. Called in the transaction of each write. */
export function holdLease(db: Sqlite, lease: Lease): void {
  const held = db.get(
    'SELECT 1 FROM runs WHERE id = ? AND epoch = ? AND state = ?',
    lease.runId,
    lease.epoch,
    'active',
  );
  if (held !== undefined) return;
  throw new BusyError(`run ${lease.runId} no longer holds the lease`, {
    why: 'Another run took over, or this one was closed; nothing was written.',
    fix: 'Let the other run finish; see it with:\n  kenko status',
  });
}

function instantAfter(now: string, ms: number): string {
  return new Date(Date.parse(now) + ms).toISOString();
}

/** Closes a run whose lease has run out; what it had under way may or may not have happened. */
function abort(db: Sqlite, run: Row, now: string): RunRow {
  moveEffects(db, {
    from: ['inflight'],
    to: 'unknown',
    where: 'run_id = @run',
    set: `why = 'its run ended in the middle'`,
    values: { run: run.id },
  });
  db.run(`UPDATE runs SET state = 'aborted', ended_at = ? WHERE id = ?`, now, run.id);
  return runOf({ ...run, state: 'aborted', ended_at: now });
}

export function sqliteRuns(db: Sqlite): Runs {
  return {
    open: (run) =>
      db.tx('runs.open', () => {
        const active = db.get<Row>(`SELECT * FROM runs WHERE job = ? AND state = 'active'`, run.job);
        const leftMs = active === undefined ? 0 : Date.parse(active.lease_until) - Date.parse(run.now);
        if (active !== undefined && leftMs > 0) throw busyWith(active, leftMs);
        if (run.slot !== null && wasSlot(db, run.job, run.slot)) throw slotTaken(run.job, run.slot);
        const aborted = active === undefined ? [] : [abort(db, active, run.now)];
        const epoch =
          (db.get<{ n: number | null }>('SELECT max(epoch) AS n FROM runs WHERE job = ?', run.job)?.n ?? 0) + 1;
        const number = (db.get<{ n: number | null }>('SELECT max(seq) AS n FROM runs')?.n ?? 0) + 1;
        noteConfig(db, run);
        // Readable and the same for the same history: the day and a number that is never given twice.
        const runId = `${run.asOf}-${number}`;
        db.run(
          `INSERT INTO runs (id, kind, job, slot, as_of, config_hash, state, started_at, owner, epoch, lease_until)
           VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)`,
          runId,
          run.kind,
          run.job,
          run.slot,
          run.asOf,
          run.configHash,
          run.now,
          run.owner,
          epoch,
          instantAfter(run.now, run.ttlMs),
        );
        return { lease: { runId, epoch }, aborted };
      }),
    beat: (lease, now, ttlMs) =>
      db.tx('runs.beat', () => {
        holdLease(db, lease);
        db.run('UPDATE runs SET lease_until = ? WHERE id = ?', instantAfter(now, ttlMs), lease.runId);
      }),
    stage: (lease, stage) =>
      db.tx('runs.stage', () => {
        holdLease(db, lease);
        db.run('UPDATE runs SET stage = ? WHERE id = ?', stage, lease.runId);
      }),
    close: (lease, end) =>
      db.tx('runs.close', () => {
        holdLease(db, lease);
        db.run(
          'UPDATE runs SET state = ?, exit_code = ?, report = ?, ended_at = ? WHERE id = ?',
          end.state,
          end.exitCode,
          end.report,
          end.now,
          lease.runId,
        );
      }),
    get: (runId) =>
      db.read(() => {
        const row = db.get<Row>('SELECT * FROM runs WHERE id = ?', runId);
        return row === undefined ? null : runOf(row);
      }),
    last: (count, kind) =>
      db.read(() =>
        db
          .all<Row>('SELECT * FROM runs WHERE kind = ifnull(?, kind) ORDER BY seq DESC LIMIT ?', kind ?? null, count)
          .map(runOf),
      ),
    lastSlot: (job) =>
      db.read(() => {
        const sql = `SELECT max(slot) AS slot FROM (
          SELECT slot FROM runs WHERE job = @job AND slot IS NOT NULL UNION ALL SELECT slot FROM skipped_slots WHERE job = @job)`;
        return db.get<{ slot: string | null }>(sql, { job })?.slot ?? null;
      }),
    skipSlot: (job, slot, now) =>
      db.tx('runs.skipSlot', () => {
        db.run('INSERT OR IGNORE INTO skipped_slots (job, slot, at) VALUES (?, ?, ?)', job, slot, now);
      }),
  };
}

/** The first run under other rules says so in the audit: who changed a file is not known, when it came into force is. */
function noteConfig(db: Sqlite, run: Parameters<Runs['open']>[0]): void {
  const last = db.get<{ config_hash: string }>(
    'SELECT config_hash FROM runs WHERE job = ? ORDER BY seq DESC LIMIT 1',
    run.job,
  );
  if (last === undefined || last.config_hash === run.configHash) return;
  addAudit(db, [
    {
      at: run.now,
      actor: run.owner,
      action: 'config',
      runId: null,
      effectId: null,
      before: { config: last.config_hash },
      after: { config: run.configHash },
      why: 'the files of the home say something else than at the run before',
    },
  ]);
}

function wasSlot(db: Sqlite, job: string, slot: string): boolean {
  const sql = `SELECT 1 FROM runs WHERE job = @job AND slot = @slot
    UNION ALL SELECT 1 FROM skipped_slots WHERE job = @job AND slot = @slot`;
  return db.get(sql, { job, slot }) !== undefined;
}
function busyWith(active: Row, leftMs: number): BusyError {
  return new BusyError(`run ${active.id} (${active.kind}) holds the lease until ${active.lease_until}`, {
    where: `job ${active.job}, held by ${active.owner}`,
    why: 'Two runs at once could write against each other.',
    fix: 'Wait until it ends; if its process died, the lease runs out by itself.',
    retryAfterMs: leftMs,
  });
}
function slotTaken(job: string, slot: string): BusyError {
  return new BusyError(`slot ${slot} was answered already`, {
    where: `job ${job}`,
    why: 'Each slot of the schedule is run once, or noted as skipped.',
    fix: 'Nothing to do; to run again by hand:\n  kenko run',
  });
}
