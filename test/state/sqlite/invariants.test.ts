// Each invariant finds the one thing it is there for. The damage is done from outside, past all our functions.

import { describe, expect, it } from 'vitest';
import { openSqliteStore, type SqliteStore } from '../../../src/state/sqlite/store.ts';
import { now, record, setEffect, settlement, taskEffect } from '../../support/builders.ts';
import { endRun, landPage, sealedPlan, startRun } from '../contract/scene.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

/** A file with something of everything: two runs, cursor and facts, an applied set, an applied task, an effect to come. */
async function busyStore(path: string): Promise<SqliteStore> {
  const store = await openSqliteStore({ path, clock: stillClock() });
  await endRun(store, await startRun(store));
  const lease = await startRun(store);
  const cursor = { source: 'usage', stream: 'rows', at: '1' };
  await landPage(store, lease, { records: [record('r-1'), record('r-2')], cursor });
  const plan = await sealedPlan(store, lease, [setEffect('a'), taskEffect('a'), setEffect('b'), setEffect('c')]);
  for (let claims = 0; claims < 2; claims++) {
    const claimed = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
    const settlements = claimed.map((effect) => settlement(effect.id, 'applied'));
    await store.outbox.settle(lease, settlements, { now, actor: 'cli' });
  }
  const task = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
  await store.outbox.settle(
    lease,
    task.map((effect) => settlement(effect.id, 'applied')),
    { now, actor: 'cli' },
  );
  return store;
}

const damages: readonly (readonly [string, string, string, string])[] = [
  [
    'two tasks for one episode',
    `INSERT INTO tasks (crm, key, account, play, episode, crm_id, status, closed_by, opened_on, closed_on, written)
     SELECT crm, key || 'x', account, play, episode, crm_id, 'closed', 'person', opened_on, NULL, written FROM tasks`,
    'I1',
    '2 tasks in salesforce for account a, play renewal_risk',
  ],
  [
    'two open tasks for one play',
    `INSERT INTO tasks (crm, key, account, play, episode, crm_id, status, closed_by, opened_on, closed_on, written)
     SELECT crm, key || 'x', account, play, '2026-10-01', crm_id, 'open', NULL, opened_on, NULL, written FROM tasks`,
    'I1',
    '2 open tasks in salesforce for account a',
  ],
  ['an effect that vanished', `DELETE FROM effects WHERE state = 'ready'`, 'I2', 'was sealed with 4 effects and has 3'],
  [
    'a finished plan with something planned',
    `UPDATE plans SET state = 'applied'; UPDATE effects SET state = 'planned' WHERE state = 'ready'`,
    'I2',
    'is applied and effect',
  ],
  ['a cursor without its rows', `DELETE FROM facts WHERE key = 'r-2'`, 'I3', 'the cursor of usage rows'],
  ['a cursor that nobody read', `DELETE FROM reads`, 'I3', 'the cursor of usage rows'],
  [
    'two active runs',
    `DROP INDEX runs_one_active; UPDATE runs SET state = 'active'`,
    'I8',
    '2 active runs of job kenko',
  ],
  [
    'a claim after the lease was lost',
    `INSERT INTO batches (run_id, epoch, plan, n, claimed_at) SELECT id, epoch, 1, 1, started_at FROM runs WHERE epoch = 1`,
    'I8',
    'which had lost the lease',
  ],
  ['a claim under an epoch nobody was given', `UPDATE batches SET epoch = 9 WHERE id = 3`, 'I8', 'batch 3 was claimed'],
  ['a write without an intent', `DELETE FROM batches WHERE id = 1`, 'I9', 'was applied without an intent'],
  [
    'an intent after the write',
    `UPDATE batches SET claimed_at = '2026-09-14T07:00:00Z' WHERE id = 1`,
    'I9',
    'without an earlier intent',
  ],
  ['a write without an after', `UPDATE effects SET after = NULL WHERE id = 1`, 'I9', 'without what it shows now'],
  ['a write without a configuration', `UPDATE plans SET config_hash = ''`, 'I9', 'without a configuration'],
  ['a write without a run', `UPDATE effects SET run_id = 'nobody' WHERE id = 1`, 'I9', 'without a run'],
  [
    'a write without an audit',
    `UPDATE effects SET state = 'applied', batch = 1, settled_at = '2026-09-15', run_id = (
      SELECT max(id) FROM runs), after = '{}', before = '{}' WHERE state = 'ready'`,
    'I9',
    'the audit does not say by whom',
  ],
];

describe('the invariants of a store', () => {
  it('all hold where only our functions were at work', async () => {
    const store = await busyStore(freshPath());

    expect(await store.verify()).toEqual([]);
    await store.close();
  });

  it.each(damages)('find %s', async (_what, sql, id, says) => {
    const path = freshPath();
    const store = await busyStore(path);
    const other = await secondHandle(path);
    other.pragma('foreign_keys = OFF');

    other.script(sql);

    const broken = await store.verify();
    expect(broken.map((problem) => problem.code)).toContain(`E_INVARIANT_${id}`);
    expect(broken.map((problem) => problem.what).join('\n')).toContain(says);
    expect(broken.every((problem) => problem.fix !== '' && problem.where === path)).toBe(true);
    await store.close();
  });
});
