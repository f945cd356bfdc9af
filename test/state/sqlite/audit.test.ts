// The chain of hashes: what can be changed from outside is found, and what an erasure changed is not mistaken for it.

import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../src/domain/hash.ts';
import { bodyHash } from '../../../src/state/sqlite/audit.ts';
import { openSqliteStore, type SqliteStore } from '../../../src/state/sqlite/store.ts';
import { account, contact, now } from '../../support/builders.ts';
import { startRun } from '../contract/scene.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

const email = 'canary@acme.test';

/** Five rows, the second and the fourth of which name a person. */
async function withRows(path: string): Promise<SqliteStore> {
  const store = await openSqliteStore({ path, clock: stillClock() });
  const lease = await startRun(store);
  await store.accounts.keep(lease, [account('acme')], [], now);
  await store.accounts.keepContacts(lease, new Map([['acme', [contact('person-77', { attributes: { email } })]]]));
  for (let row = 1; row <= 5; row++) {
    await store.audit.note({
      at: now,
      actor: 'cli',
      action: 'note',
      runId: lease.runId,
      effectId: row,
      before: { row, said: row % 2 === 0 ? `write to ${email}` : 'nothing' },
      after: { row },
      why: `row ${row}`,
    });
  }
  return store;
}

describe('the audit', () => {
  it('lets nobody change or delete a row', async () => {
    const path = freshPath();
    const store = await withRows(path);
    const other = await secondHandle(path);

    expect(() => other.script(`UPDATE audit SET why = 'x' WHERE id = 2`)).toThrow('append-only');
    expect(() => other.script('DELETE FROM audit WHERE id = 2')).toThrow('append-only');
    expect(await store.audit.verify()).toEqual({ rows: 5, brokenAt: null });
    await store.close();
  });

  const columns = [
    ['at', `'2026-09-14T06:00:01Z'`],
    ['actor', `'clj'`],
    ['action', `'nope'`],
    ['run_id', 'NULL'],
    ['effect_id', 'effect_id + 1'],
    ['before', `replace(before, 'n', 'm')`],
    ['after', `after || ' '`],
    ['why', `why || '.'`],
    ['body_hash', `replace(body_hash, substr(body_hash, 1, 1), 'x')`],
    ['hash', `replace(hash, substr(hash, 1, 1), 'x')`],
    ['redacted_by', '5'],
  ] as const;
  it.each(columns)('names the row whose %s was changed past the trigger', async (column, change) => {
    const path = freshPath();
    const store = await withRows(path);
    const other = await secondHandle(path);
    other.script('DROP TRIGGER audit_keeps_words');

    other.script(`UPDATE audit SET ${column} = ${change} WHERE id = 3`);

    expect(await store.audit.verify()).toEqual({ rows: 2, brokenAt: 3 });
    expect(await store.verify()).toMatchObject([{ code: 'E_INVARIANT_AUDIT', what: expect.stringContaining('row 3') }]);
    await store.close();
  });

  it.each([
    ['a row in the middle', 'DELETE FROM audit WHERE id = 3', 3],
    ['the last row', 'DELETE FROM audit WHERE id = 5', 5],
    ['all rows', 'DELETE FROM audit', 1],
  ])('misses %s that was taken out', async (_what, sql, brokenAt) => {
    const path = freshPath();
    const store = await withRows(path);
    const other = await secondHandle(path);
    other.script('DROP TRIGGER audit_keeps_rows');

    other.script(sql);

    expect((await store.audit.verify()).brokenAt).toBe(brokenAt);
    await store.close();
  });

  it('finds a row that was written anew with a fitting hash', async () => {
    const path = freshPath();
    const store = await withRows(path);
    const other = await secondHandle(path);
    const rows = other.all<Parameters<typeof bodyHash>[0] & { hash: string }>('SELECT * FROM audit ORDER BY id');
    const body = bodyHash({ ...(rows[2] as (typeof rows)[number]), why: 'it was somebody else' });
    other.script('DROP TRIGGER audit_keeps_words');

    other.run(
      'UPDATE audit SET why = ?, body_hash = ?, hash = ? WHERE id = 3',
      'it was somebody else',
      body,
      hashOf([rows[1]?.hash, body]),
    );

    expect((await store.audit.verify()).brokenAt).toBe(4);
    await store.close();
  });

  it('finds a row that was put in at the end', async () => {
    const path = freshPath();
    const store = await withRows(path);
    const other = await secondHandle(path);

    other.script(`INSERT INTO audit SELECT 6, at, actor, action, run_id, effect_id, before, after, why, body_hash, hash, NULL
      FROM audit WHERE id = 5`);

    expect((await store.audit.verify()).brokenAt).toBe(6);
    await store.close();
  });

  it('holds after an erasure, and still finds a change in a redacted row', async () => {
    const path = freshPath();
    const store = await withRows(path);
    await store.eraseContact('person-77', now);
    const erased = await store.audit.verify();
    const other = await secondHandle(path);
    const redacted = other.all('SELECT id FROM audit WHERE redacted_by IS NOT NULL');
    other.script('DROP TRIGGER audit_keeps_words');

    other.script(`UPDATE audit SET before = replace(before, 'erased', 'Erased') WHERE id = 4`);

    expect(erased).toEqual({ rows: 6, brokenAt: null });
    expect(redacted).toEqual([{ id: 2 }, { id: 4 }]);
    expect((await store.audit.verify()).brokenAt).toBe(4);
    await store.close();
  });

  it('holds after two erasures that touch the same row', async () => {
    const path = freshPath();
    const store = await withRows(path);
    const entry = { at: now, actor: 'cli', action: 'note', runId: null, effectId: null, before: null, why: '' };
    await store.audit.note({ ...entry, after: { text: `${email} and person-88` } });

    await store.eraseContact('person-77', now);
    await store.eraseContact('person-88', now);

    const rows = await store.audit.rows(5, 9);
    expect(rows[0]?.after).toEqual({ text: 'erased-1 and erased-2' });
    expect(await store.audit.verify()).toEqual({ rows: 8, brokenAt: null });
    await store.close();
  });
});
