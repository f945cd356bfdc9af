// What must always be true and can be seen from the store alone. One function per invariant; each says what is broken and
// changes nothing. `status --verify` and the tests ask the same questions.

import type { Problem } from '../../domain/nouns.ts';
import { verifyChain } from './audit.ts';
import type { Sqlite } from './database.ts';

/** Examples told per broken invariant. */
const mostExamples = 5;
type Check = (db: Sqlite) => readonly Problem[];

/** All broken invariants; empty when everything is as it should be. */
export function brokenInvariants(db: Sqlite): readonly Problem[] {
  const checks: readonly Check[] = [
    oneTaskPerEpisode,
    oneOpenTaskPerPlay,
    noEffectVanished,
    finishedPlansAreFinished,
    cursorsHaveTheirRows,
    oneActiveRunPerJob,
    leasesOnlyGrow,
    appliedHasIntent,
    appliedIsAudited,
    auditChainHolds,
  ];
  return checks.flatMap((check) => check(db));
}

/** Each row of `sql` has one column `what`, a sentence about one thing that is broken. */
function broken(db: Sqlite, id: string, sql: string, fix: string): readonly Problem[] {
  return db.all<{ what: string }>(`${sql} LIMIT ${mostExamples}`).map(({ what }) => ({
    code: `E_INVARIANT_${id}`,
    severity: 'error',
    where: db.path,
    what,
    why: `${id} is always true: see the invariants in the documentation.`,
    fix,
  }));
}

/** I1, first half: one task at most per account, play and episode in each CRM, effects under way included. */
function oneTaskPerEpisode(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I1',
    `SELECT format('%d tasks in %s for account %s, play %s, episode %s', count(DISTINCT key), crm, account, play, episode) AS what
     FROM (SELECT crm, account, play, episode, key FROM tasks UNION ALL
       SELECT crm, account, play, episode, key FROM effects
       WHERE op = 'ensure_task' AND state IN ('inflight', 'unknown', 'applied'))
     GROUP BY crm, account, play, episode HAVING count(DISTINCT key) > 1`,
    'Close the surplus task in the CRM; it will not be made again.',
  );
}
/** I1, second half: one open task at most per account and play in each CRM. */
function oneOpenTaskPerPlay(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I1',
    `SELECT format('%d open tasks in %s for account %s, play %s', count(*), crm, account, play) AS what
     FROM tasks WHERE status = 'open' GROUP BY crm, account, play HAVING count(*) > 1`,
    'Close the surplus task in the CRM; it will not be made again.',
  );
}
/** I2: as many effects as there were at the seal. */
function noEffectVanished(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I2',
    `SELECT format('plan %d was sealed with %d effects and has %d', p.id, p.sealed_count, p.n) AS what FROM (
       SELECT id, sealed_count, (SELECT count(*) FROM effects e WHERE e.plan = plans.id) AS n FROM plans
       WHERE sealed_count IS NOT NULL) p WHERE p.n <> p.sealed_count`,
    'Rows were changed from outside; restore the newest backup.',
  );
}
/** I2: a plan that is over has nothing left to decide. Unknown ones may still be settled, and then be free again. */
function finishedPlansAreFinished(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I2',
    `SELECT format('plan %d is %s and effect %d is still %s', p.id, p.state, e.id, e.state) AS what
     FROM plans p JOIN effects e ON e.plan = p.id
     WHERE p.state IN ('applied', 'cancelled') AND e.state IN ('planned', 'held')`,
    'Plan again; a new plan drops what older ones left:\n  kenko plan',
  );
}
/** I3: a cursor stands only with the rows it came with. */
function cursorsHaveTheirRows(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I3',
    `SELECT format('the cursor of %s %s passed a row that is not there', s.name, t.name) AS what
     FROM streams t JOIN sources s ON s.id = t.source
     WHERE t.cursor IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM reads r WHERE r.stream = t.id)
       OR (t.cursor_key IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM facts f WHERE f.source = t.source AND f.key = t.cursor_key AND f.stream = t.id)))`,
    'Rows were changed from outside; restore the newest backup, or read the source again from its beginning.',
  );
}
/** I8: one active run per job. */
function oneActiveRunPerJob(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I8',
    `SELECT format('%d active runs of job %s', count(*), job) AS what FROM runs WHERE state = 'active'
     GROUP BY job HAVING count(*) > 1`,
    'Stop every kenko process and restore the newest backup.',
  );
}
/** I8: who lost the lease claims nothing more, so that the epochs of a job's batches only grow. */
function leasesOnlyGrow(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I8',
    `SELECT format('batch %d was claimed by run %s, which had lost the lease', id, run_id) AS what FROM (
       SELECT b.id, b.run_id, b.epoch, r.epoch AS given,
         max(b.epoch) OVER (PARTITION BY r.job ORDER BY b.id) AS newest
       FROM batches b JOIN runs r ON r.id = b.run_id) WHERE epoch < newest OR epoch <> given`,
    'Stop every kenko process; read the effects of that batch back before going on:\n  kenko status --verify',
  );
}
/** I9: an applied effect has an earlier intent, a before and an after, a run and a configuration. */
function appliedHasIntent(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I9',
    `SELECT format('effect %d was applied without %s', e.id, CASE
         WHEN b.id IS NULL THEN 'an intent' WHEN b.claimed_at > e.settled_at THEN 'an earlier intent'
         WHEN r.id IS NULL THEN 'a run' WHEN p.config_hash = '' THEN 'a configuration'
         ELSE 'what it shows now' END) AS what
     FROM effects e LEFT JOIN batches b ON b.id = e.batch LEFT JOIN runs r ON r.id = e.run_id
       JOIN plans p ON p.id = e.plan
     WHERE e.state IN ('applied', 'undone') AND (b.id IS NULL OR b.claimed_at > e.settled_at OR r.id IS NULL
       OR p.config_hash = '' OR e.after IS NULL OR (e.before IS NULL AND e.expect IS NOT NULL))`,
    'Rows were changed from outside; restore the newest backup.',
  );
}
/** I9: who applied it, and what it was before, stand in the audit. */
function appliedIsAudited(db: Sqlite): readonly Problem[] {
  return broken(
    db,
    'I9',
    `SELECT format('effect %d was applied and the audit does not say by whom', e.id) AS what FROM effects e
     WHERE e.state IN ('applied', 'undone') AND NOT EXISTS (
       SELECT 1 FROM audit a WHERE a.effect_id = e.id AND a.action = 'applied' AND a.actor <> '')`,
    'Rows were changed from outside; restore the newest backup.',
  );
}
/** The audit is the chain that was written, to its last row. */
function auditChainHolds(db: Sqlite): readonly Problem[] {
  const { brokenAt } = verifyChain(db);
  if (brokenAt === null) return [];
  return [
    {
      code: 'E_INVARIANT_AUDIT',
      severity: 'error',
      where: db.path,
      what: `the audit does not hold from row ${brokenAt} on`,
      why: 'The row was changed, taken out or put in from outside.',
      fix: 'Keep this file as evidence and compare it with the newest backup.',
    },
  ];
}
