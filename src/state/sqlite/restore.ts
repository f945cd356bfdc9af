// Putting a backup in the place of the state file. An old file holds old intents: what it meant to send may have been sent since,
// so all of it becomes unknown and is read back before anything is written, and a person looks at the first plan. Numbers of runs,
// plans, effects and leases jump ahead, so that nothing of the time that was lost can be taken for something of today.

import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../lib/clock.ts';
import { BusyError, StoreError, UsageError } from '../../lib/errors.ts';
import { addAudit, verifyChain } from './audit.ts';
import { type BackupFacts, lookThrough, syncFile } from './backup.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { brokenInvariants } from './invariants.ts';
import { migrate, newestVersion } from './migrations.ts';
import { moveEffects } from './moves.ts';
import { metaOf, setMeta } from './rows.ts';
import { troubleOf } from './trouble.ts';

/** More runs, plans and effects than are made between a backup and its return. */
const jump = 1_000_000;

export interface RestoreOptions {
  /** The state file of the home; may be missing or damaged. */
  readonly path: string;
  readonly from: string;
  readonly clock: Clock;
  readonly actor: string;
  readonly job: string;
}
export interface Restored {
  readonly backup: BackupFacts;
  /** Effects that are read back before anything is written. */
  readonly unknown: number;
  /** Tasks and written values that the replaced file still knew and the backup did not. */
  readonly carriedOver: number;
  /** Where the file lies now that stood there before; null where there was none. */
  readonly replaced: string | null;
}

/**
 * Restores. Until the last step the state file stands as it was.
 * @throws BusyError when a process has the state file open, UsageError for a missing backup, StoreError for a bad one.
 */
export async function restoreState(options: RestoreOptions): Promise<Restored> {
  const { path, from, clock } = options;
  if (!existsSync(from))
    throw new UsageError('there is no such backup', { where: from, fix: 'Name a file that kenko backup made.' });
  const backup = lookThrough(from);
  const beside = `${path}.restoring`;
  let guard: Database.Database | null = null;
  try {
    for (const rest of ['', '-wal', '-shm']) rmSync(`${beside}${rest}`, { force: true });
    copyFileSync(from, beside);
    chmodSync(beside, 0o600);
    const db = await openDatabase(beside, clock, newestVersion);
    let done: Pick<Restored, 'unknown' | 'carriedOver'>;
    try {
      await migrate(db);
      requireSound(db, from);
      // Only now is the state file touched at all.
      guard = existsSync(path) ? standAlone(path) : null;
      const carriedOver = guard === null ? 0 : await carryOver(db, guard);
      done = { unknown: await distrust(db, options), carriedOver };
      requireSound(db, from);
      await db.outside('restore.whole', () => db.pragma('journal_mode = DELETE'));
    } finally {
      db.close();
    }
    syncFile(beside);
    const replaced = existsSync(path) ? putAside(path, clock.now()) : null;
    renameSync(beside, path);
    return { backup, ...done, replaced };
  } finally {
    for (const rest of ['', '-wal', '-shm']) rmSync(`${beside}${rest}`, { force: true });
    guard?.close();
  }
}

/**
 * Makes sure that nobody else has the file open, and keeps it so: a file leaves its write-ahead log only when it has one user.
 * Null where it is too damaged to be opened: then nobody can work with it either.
 */
function standAlone(path: string): Database.Database | null {
  const handle = new Database(path, { timeout: 250 });
  try {
    handle.pragma('journal_mode = DELETE');
    handle.pragma('locking_mode = EXCLUSIVE');
    handle.exec('BEGIN EXCLUSIVE; COMMIT;');
    return handle;
  } catch (error) {
    handle.close();
    if (troubleOf(error) !== 'locked') return null;
    throw new BusyError('a process has the state file open', {
      where: path,
      why: 'It would go on with the old state, and both would write.',
      fix: 'Stop kenko start, and whatever else reads the file, then restore again.',
    });
  }
}

/**
 * What the replaced file knows of the CRM is newer than the backup: tasks that were made since must not be made again, and what we
 * wrote since must not be taken for a person's. Nothing is carried over from a file of another version or of other orgs.
 */
async function carryOver(db: Sqlite, guard: Database.Database): Promise<number> {
  // The guard holds the file for itself, and loses it when this process opens the file in another way; so it copies.
  const copy = `${db.path}.old`;
  rmSync(copy, { force: true });
  try {
    guard.prepare('VACUUM INTO ?').run(copy);
    lookThrough(copy);
    await db.outside('restore.attach', () => db.run('ATTACH DATABASE ? AS old', copy));
  } catch {
    rmSync(copy, { force: true });
    return 0;
  }
  try {
    return await db.tx('restore.carry', () => {
      const sameShape = Number(db.pragma('old.user_version')) === newestVersion;
      const sameOrgs =
        db.get<{ n: number }>(
          'SELECT count(*) AS n FROM bindings b JOIN old.bindings o ON o.crm = b.crm WHERE o.org <> b.org',
        )?.n === 0;
      if (!sameShape || !sameOrgs) return 0;
      const tasks =
        db.run(`INSERT OR REPLACE INTO tasks SELECT o.* FROM old.tasks o LEFT JOIN tasks t ON t.crm = o.crm AND t.key = o.key
        WHERE t.key IS NULL OR t.status <> o.status OR t.written <> o.written OR t.crm_id IS NOT o.crm_id`);
      const written = db.run(`INSERT OR REPLACE INTO written SELECT o.* FROM old.written o
        LEFT JOIN written w ON w.crm = o.crm AND w.object = o.object AND w.account = o.account WHERE w.fields IS NOT o.fields`);
      return tasks + written;
    });
  } finally {
    await db.outside('restore.detach', () => db.script('DETACH DATABASE old'));
    rmSync(copy, { force: true });
  }
}

/** The epoch rule: nothing that was meant stands, everything that may have been sent is asked about. */
async function distrust(db: Sqlite, { from, clock, actor, job }: RestoreOptions): Promise<number> {
  const now = clock.now();
  return await db.tx('restore.distrust', () => {
    db.run(`UPDATE runs SET state = 'aborted', ended_at = ? WHERE state = 'active'`, now);
    leapAhead(db);
    const newest = db.get<{ as_of: string; config_hash: string; epoch: number | null }>(
      `SELECT as_of, config_hash, (SELECT max(epoch) FROM runs WHERE job = ?) AS epoch FROM runs ORDER BY seq DESC LIMIT 1`,
      job,
    );
    let unknown = 0;
    if (newest !== undefined) {
      const seq = (db.get<{ n: number }>(`SELECT seq AS n FROM sqlite_sequence WHERE name = 'runs'`)?.n ?? 0) + 1;
      const run = `${newest.as_of}-${seq}`;
      const epoch = (newest.epoch ?? 0) + jump;
      db.run(
        `INSERT INTO runs (id, kind, job, slot, as_of, config_hash, state, stage, started_at, ended_at, exit_code, owner, epoch, lease_until)
         VALUES (@run, 'apply', @job, NULL, @asOf, @config, 'done', 'restore', @now, @now, 0, @actor, @epoch, @now)`,
        { run, job, asOf: newest.as_of, config: newest.config_hash, now, actor, epoch },
      );
      unknown = doubtAll(db, { run, epoch, now });
    }
    db.run(`UPDATE plans SET state = 'cancelled' WHERE state IN ('draft', 'ready', 'held')`);
    // What the CRM's records showed then is no guide to what they show now.
    db.run('DELETE FROM seen');
    db.run('DELETE FROM seen_up_to');
    setMeta(db, 'restored_at', now);
    addAudit(db, [
      {
        at: now,
        actor,
        action: 'restore',
        runId: null,
        effectId: null,
        before: null,
        after: { backup: basename(from), unknown },
        why: 'a backup was put in the place of the state file; what it meant to send is read back first',
      },
    ]);
    return unknown;
  });
}
/** Names that people and CRMs may remember from the lost time are never given again. */
function leapAhead(db: Sqlite): void {
  db.run('UPDATE sqlite_sequence SET seq = seq + ?', jump);
}
/** Each effect that waits goes the whole way to unknown, under a batch of the restore: the intent that stood before any byte. */
function doubtAll(db: Sqlite, by: { readonly run: string; readonly epoch: number; readonly now: string }): number {
  const waiting = `state IN ('planned', 'held', 'ready', 'inflight', 'unknown')`;
  moveEffects(db, { from: ['planned', 'held'], to: 'ready', where: '1', values: {}, unlessLive: true });
  moveEffects(db, {
    from: ['planned', 'held'],
    to: 'cancelled',
    where: '1',
    set: 'why = @why',
    values: { why: 'another effect on the same record is read back first' },
  });
  for (const { plan, n } of db.all<{ plan: number; n: number }>(
    `SELECT plan, count(*) AS n FROM effects WHERE state = 'ready' GROUP BY plan ORDER BY plan`,
  )) {
    const batch = db.insert(
      'INSERT INTO batches (run_id, epoch, plan, n, claimed_at) VALUES (?, ?, ?, ?, ?)',
      by.run,
      by.epoch,
      plan,
      n,
      by.now,
    );
    moveEffects(db, {
      from: ['ready'],
      to: 'inflight',
      where: 'plan = @plan',
      set: 'attempts = attempts + 1, run_id = @run, batch = @batch, sent_at = @now',
      values: { plan, run: by.run, batch, now: by.now },
    });
  }
  moveEffects(db, {
    from: ['inflight'],
    to: 'unknown',
    where: '1',
    set: `why = 'the state was restored from a backup'`,
    values: {},
  });
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM effects WHERE ${waiting}`)?.n ?? 0;
}

function requireSound(db: Sqlite, from: string): void {
  const { brokenAt } = verifyChain(db);
  const [broken] = brokenInvariants(db);
  if (broken === undefined && brokenAt === null) return;
  throw new StoreError('the backup does not keep what must always be true', {
    where: from,
    why: broken?.what ?? `its audit does not hold from row ${brokenAt} on`,
    fix: 'Use an older backup; this one was changed from outside.',
  });
}

function putAside(path: string, now: string): string {
  const aside = `${path}.replaced-${now.slice(0, 19).replaceAll(/[-:]/g, '')}`;
  if (existsSync(aside)) throw new UsageError('a replaced file of this very second is there already', { where: aside });
  for (const rest of ['', '-wal', '-shm']) {
    if (existsSync(`${path}${rest}`)) renameSync(`${path}${rest}`, `${aside}${rest}`);
  }
  return aside;
}

/** When the file was put back from a backup and no plan was applied since; null for never. */
export function restoredAt(db: Sqlite): string | null {
  const at = metaOf(db, 'restored_at');
  return at === '' ? null : at;
}
