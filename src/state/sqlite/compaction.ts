// Forgetting what is old and not needed any more, in small transactions so that nobody waits long. Kept for good: the
// newest of everything, the task ledger, what we last wrote, runs and the audit.

import type { Lease } from '../store.ts';
import type { Bind, Binds, Sqlite } from './database.ts';
import { noteDeleted } from './landing.ts';
import { toJson } from './rows.ts';
import { holdLease } from './runs.ts';

const rowsAtOnce = 5000;

/** A table walked once, key by key: `upTo` finds the end of the next stretch, `forget` deletes inside (after, upTo]. */
interface Walk {
  readonly what: string;
  readonly start: Bind;
  readonly upTo: string;
  readonly forget: string;
}
const accountStretch = `SELECT max(account) AS upTo FROM (
  SELECT account FROM scores WHERE account > @after GROUP BY account ORDER BY account LIMIT 200)`;
const walks: readonly Walk[] = [
  {
    // A newer fact of the same account in the same stream stays, so that "the latest" is never lost. The plus keeps SQLite from
    // walking whole sources for each stretch of accounts.
    what: 'facts',
    start: 0,
    upTo: 'SELECT max(id) AS upTo FROM (SELECT id FROM refs WHERE id > @after ORDER BY id LIMIT 200)',
    forget: `DELETE FROM facts WHERE id IN (
      SELECT f.id FROM facts f WHERE f.ref > @after AND f.ref <= @upTo AND f.day < @day
        AND +f.source IN (SELECT s.id FROM sources s JOIN json_each(@events) e ON e.value = s.name)
        AND EXISTS (SELECT 1 FROM facts n
          WHERE n.ref = f.ref AND n.source = f.source AND n.day >= @day AND n.stream = f.stream))`,
  },
  {
    what: 'outcomes',
    start: '',
    upTo: accountStretch,
    forget: `DELETE FROM outcomes WHERE id IN (
      SELECT o.id FROM scores s JOIN outcomes o ON o.as_of = s.as_of AND o.account = s.account
      WHERE s.account > @after AND s.account <= @upTo AND s.as_of < @day
        AND EXISTS (SELECT 1 FROM scores n WHERE n.account = s.account AND n.as_of > s.as_of))`,
  },
  {
    what: 'scores',
    start: '',
    upTo: accountStretch,
    forget: `DELETE FROM scores AS s WHERE s.account > @after AND s.account <= @upTo AND s.as_of < @day
      AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.as_of = s.as_of AND o.account = s.account)`,
  },
];

/** Old plans whose effects are all final, but for the newest one that was applied. A quarantined effect keeps its plan. */
const oldPlans = `SELECT p.id FROM plans p WHERE p.created_at < ? AND p.state IN ('applied', 'cancelled', 'stopped')
  AND p.id <> (SELECT max(id) FROM plans)
  AND p.id <> ifnull((SELECT id FROM plans WHERE state = 'applied' ORDER BY applied_at DESC, id DESC LIMIT 1), 0)
  AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.plan = p.id AND (
    e.state IN ('planned', 'held', 'ready', 'inflight', 'unknown') OR (e.state = 'rejected' AND e.lifted_at IS NULL)))
  ORDER BY p.id`;

/**
 * Deletes what is older than `day` and returns how many rows. Facts are forgotten only of the sources named in `events`:
 * rosters and contacts are states, however old, and what a metric needs only the caller knows.
 */
export async function compact(db: Sqlite, lease: Lease, day: string, events: readonly string[]): Promise<number> {
  let deleted = 0;
  for (const walk of walks) deleted += await walkOnce(db, lease, walk, { day, events: toJson(events) });
  for (const { id } of await db.read(() => db.all<{ id: number }>(oldPlans, day))) {
    deleted += await forgetPlan(db, lease, id);
  }
  await db.tx('compact.notes', () => {
    holdLease(db, lease);
    db.run('DELETE FROM refs WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.ref = refs.id)');
    db.run(
      `DELETE FROM skipped_slots AS o WHERE o.slot < ? AND EXISTS (
         SELECT 1 FROM skipped_slots n WHERE n.job = o.job AND n.slot > o.slot)`,
      day,
    );
    shortenRuns(db, day);
    for (const { id, source } of db.all<{ id: number; source: number }>('SELECT id, source FROM streams')) {
      noteDeleted(db, source, id);
    }
  });
  await db.outside('compact.checkpoint', () => db.pragma('wal_checkpoint(TRUNCATE)'));
  return deleted;
}

/**
 * The row says for good when a run was and how it ended; its long report goes, but for the last ten. Taken out and put back: an
 * update would leave each row alone on the page that its report needed.
 */
function shortenRuns(db: Sqlite, day: string): void {
  const old = db.all<Record<string, Bind>>(
    `SELECT * FROM runs WHERE report IS NOT NULL AND ended_at < ? AND seq <= (SELECT max(seq) FROM runs) - 10`,
    day,
  );
  if (old.length === 0) return;
  db.pragma('defer_foreign_keys = ON');
  for (const row of old) {
    const names = Object.keys(row);
    db.run('DELETE FROM runs WHERE seq = @seq', { seq: row['seq'] as number });
    db.run(`INSERT INTO runs (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`, {
      ...row,
      report: null,
    });
  }
}

async function walkOnce(db: Sqlite, lease: Lease, walk: Walk, values: Binds): Promise<number> {
  let deleted = 0;
  for (let after = walk.start; ; ) {
    const stretch = await db.tx(`compact.${walk.what}`, () => {
      holdLease(db, lease);
      const upTo = db.get<{ upTo: Bind }>(walk.upTo, { after })?.upTo ?? null;
      return { upTo, rows: upTo === null ? 0 : db.run(walk.forget, { ...values, after, upTo }) };
    });
    if (stretch.upTo === null) return deleted;
    deleted += stretch.rows;
    after = stretch.upTo;
  }
}

/** Effects before their plan, so that a crash leaves a plan that is old still and is found again. */
async function forgetPlan(db: Sqlite, lease: Lease, plan: number): Promise<number> {
  let total = 0;
  for (const table of ['effects', 'remarks', 'batches', 'plans'] as const) {
    const column = table === 'plans' ? 'id' : 'plan';
    const sql = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${column} = ? LIMIT ${rowsAtOnce})`;
    for (let deleted = rowsAtOnce; deleted === rowsAtOnce; total += deleted) {
      deleted = await db.tx(`compact.${table}`, () => {
        holdLease(db, lease);
        // Half deleted is not vanished: the plan is on its way out.
        db.run('UPDATE plans SET sealed_count = NULL WHERE id = ? AND sealed_count IS NOT NULL', plan);
        return db.run(sql, plan);
      });
    }
  }
  return total;
}
