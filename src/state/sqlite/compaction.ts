// Forgetting what is old and not needed any more, in small transactions so that nobody waits long. Kept for good: the
// newest of everything, the task ledger, what we last wrote, runs and the audit.

import type { Lease } from '../store.ts';
import type { Sqlite } from './database.ts';
import { noteDeleted } from './landing.ts';
import { toJson } from './rows.ts';
import { holdLease } from './runs.ts';

const rowsAtOnce = 5000;

/** What may go, most dependent first. Each finds at most @limit rows older than @day. */
const steps: readonly { readonly what: string; readonly sql: string }[] = [
  {
    // A newer fact of the same account in the same stream stays, so that "the latest" is never lost.
    what: 'facts',
    sql: `DELETE FROM facts WHERE id IN (
      SELECT f.id FROM facts f JOIN sources s ON s.id = f.source
      WHERE s.name IN (SELECT value FROM json_each(@events)) AND f.day < @day AND f.ref IS NOT NULL AND EXISTS (
        SELECT 1 FROM facts n WHERE n.ref = f.ref AND n.source = f.source AND n.stream = f.stream AND n.day >= @day)
      LIMIT @limit)`,
  },
  {
    what: 'outcomes',
    sql: `DELETE FROM outcomes WHERE id IN (
      SELECT o.id FROM outcomes o WHERE o.as_of < @day AND EXISTS (
        SELECT 1 FROM scores s WHERE s.account = o.account AND s.as_of > o.as_of) LIMIT @limit)`,
  },
  {
    what: 'scores',
    sql: `DELETE FROM scores WHERE (account, as_of) IN (
      SELECT o.account, o.as_of FROM scores o WHERE o.as_of < @day AND NOT EXISTS (
        SELECT 1 FROM outcomes k WHERE k.as_of = o.as_of AND k.account = o.account) LIMIT @limit)`,
  },
  {
    // The newest row before the day is what the day stands on; the newest known one is what is carried forward.
    what: 'metrics',
    sql: `DELETE FROM metrics WHERE (account, name, as_of) IN (
      SELECT m.account, m.name, m.as_of FROM metrics m WHERE m.as_of < @day
        AND EXISTS (SELECT 1 FROM metrics n WHERE n.account = m.account AND n.name = m.name
          AND n.as_of > m.as_of AND n.as_of <= @day)
        AND (m.state <> 'known' OR EXISTS (SELECT 1 FROM metrics n WHERE n.account = m.account AND n.name = m.name
          AND n.as_of > m.as_of AND n.as_of <= @day AND n.state = 'known')) LIMIT @limit)`,
  },
  {
    what: 'effects',
    sql: `DELETE FROM effects WHERE id IN (SELECT e.id FROM effects e WHERE e.plan IN (@plans) LIMIT @limit)`,
  },
  {
    what: 'remarks',
    sql: `DELETE FROM remarks WHERE id IN (SELECT r.id FROM remarks r WHERE r.plan IN (@plans) LIMIT @limit)`,
  },
  {
    what: 'batches',
    sql: `DELETE FROM batches WHERE id IN (SELECT b.id FROM batches b WHERE b.plan IN (@plans) LIMIT @limit)`,
  },
  { what: 'plans', sql: `DELETE FROM plans WHERE id IN (@plans)` },
];
/** Old plans whose effects are all final, but for the newest one that was applied. A quarantined effect keeps its plan. */
const oldPlans = `SELECT p.id FROM plans p WHERE p.created_at < @day AND p.state IN ('applied', 'cancelled', 'stopped')
  AND p.id <> (SELECT max(id) FROM plans)
  AND p.id <> ifnull((SELECT id FROM plans WHERE state = 'applied' ORDER BY applied_at DESC, id DESC LIMIT 1), 0)
  AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.plan = p.id AND (
    e.state IN ('planned', 'held', 'ready', 'inflight', 'unknown') OR (e.state = 'rejected' AND e.lifted_at IS NULL)))`;

/**
 * Deletes what is older than `day` and returns how many rows. Facts are forgotten only of the sources named in `events`:
 * rosters and contacts are states, however old, and what a metric needs only the caller knows.
 */
export async function compact(db: Sqlite, lease: Lease, day: string, events: readonly string[]): Promise<number> {
  let total = 0;
  for (const { what, sql } of steps) {
    const values = { day, events: toJson(events), limit: rowsAtOnce };
    // The plans are chosen once per step; a plan that is half deleted is still old, and still chosen.
    for (;;) {
      const deleted = await db.tx(`compact.${what}`, () => {
        holdLease(db, lease);
        return db.run(sql.replaceAll('@plans', oldPlans), values);
      });
      total += deleted;
      if (deleted < rowsAtOnce) break;
    }
  }
  await db.tx('compact.notes', () => {
    holdLease(db, lease);
    db.run('DELETE FROM refs WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.ref = refs.id)');
    db.run(
      `DELETE FROM skipped_slots WHERE slot < @day AND slot < (SELECT max(slot) FROM skipped_slots s WHERE s.job = skipped_slots.job)`,
      { day },
    );
    for (const stream of db.all<{ id: number; source: number }>('SELECT id, source FROM streams')) {
      noteDeleted(db, stream.source, stream.id);
    }
  });
  await db.outside('compact.checkpoint', () => db.pragma('wal_checkpoint(TRUNCATE)'));
  return total;
}
