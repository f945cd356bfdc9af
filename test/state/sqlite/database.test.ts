// What only a file can go through: pragmas, locks, full disks, damage, other programs' files.

import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BugError, StoreError } from '../../../src/lib/errors.ts';
import { applicationId, openDatabase, type Sqlite } from '../../../src/state/sqlite/database.ts';
import { migrate, newestVersion } from '../../../src/state/sqlite/migrations.ts';
import { joined, openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { account, now, record, setEffect, settlement } from '../../support/builders.ts';
import { landPage, sealedPlan, startRun } from '../contract/scene.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

/** An open handle of ours, migrated, to look at and to hurt. */
async function openHandle(path: string): Promise<Sqlite> {
  const db = await openDatabase(path, stillClock(), newestVersion);
  await migrate(db);
  return db;
}
async function makeStore(path: string): Promise<void> {
  const store = await openSqliteStore({ path, clock: stillClock() });
  const lease = await startRun(store);
  await landPage(store, lease, { records: Array.from({ length: 500 }, (_, index) => record(`r-${index}`)) });
  await store.close();
}

describe('an open state file', () => {
  it('waits for the disk at every commit, on the handle that made it and on every later one', async () => {
    const path = freshPath();

    const first = await openHandle(path);
    const madeWith = [first.pragma('synchronous'), first.pragma('journal_mode')];
    first.close();
    const second = await openHandle(path);
    await second.tx('touch', () => second.run('DELETE FROM bindings'));
    const openedWith = [second.pragma('synchronous'), second.pragma('journal_mode')];
    second.close();

    expect(madeWith).toEqual([2, 'wal']);
    expect(openedWith).toEqual([2, 'wal']);
  });

  it('has every safety switched on', async () => {
    const db = await openHandle(freshPath());

    const settings = [
      'foreign_keys',
      'busy_timeout',
      'trusted_schema',
      'secure_delete',
      'application_id',
      'user_version',
    ];
    const values = settings.map((name) => db.pragma(name));
    db.close();

    expect(values).toEqual([1, 250, 0, 1, applicationId, newestVersion]);
  });

  it('is readable by its owner only', async () => {
    const path = freshPath();

    await makeStore(path);

    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps what was written when it is opened again', async () => {
    const path = freshPath();
    await makeStore(path);

    const store = await openSqliteStore({ path, clock: stillClock() });
    const rows = await store.facts.records('usage', null, 1000);
    const about = await store.about();
    await store.close();

    expect(rows).toHaveLength(500);
    expect(about).toMatchObject({ path, version: newestVersion });
    expect(about.bytes).toBe(statSync(path).size);
  });

  it('is migrated once, and says when', async () => {
    const path = freshPath();
    await makeStore(path);

    const db = await openHandle(path);
    const steps = db.all('SELECT version, at FROM migrations');
    db.close();

    expect(steps).toEqual([
      { version: 1, at: now },
      { version: 2, at: now },
      { version: 3, at: now },
      { version: 4, at: now },
      { version: 5, at: now },
      { version: 6, at: now },
      { version: 7, at: now },
      { version: 8, at: now },
      { version: 9, at: now },
    ]);
  });

  it('a transaction that would wait is refused and undone', async () => {
    const db = await openHandle(freshPath());

    const waiting = db.tx('waits', () => {
      db.run(`INSERT INTO bindings (crm, org) VALUES ('salesforce', '1')`);
      return Promise.resolve();
    });

    await expect(waiting).rejects.toThrow(BugError);
    expect(db.all('SELECT * FROM bindings')).toEqual([]);
    db.close();
  });

  it('undoes the whole transaction when its work fails', async () => {
    const db = await openHandle(freshPath());

    const failing = db.tx('fails', () => {
      db.run(`INSERT INTO bindings (crm, org) VALUES ('salesforce', '1')`);
      throw new RangeError('no');
    });

    await expect(failing).rejects.toThrow(RangeError);
    expect(db.all('SELECT * FROM bindings')).toEqual([]);
    db.close();
  });

  it('tells a broken rule of ours as a bug, not as trouble with the disk', async () => {
    const db = await openHandle(freshPath());

    const broken = db.tx('broken', () => db.run(`INSERT INTO bindings (crm, org) VALUES (NULL, '1')`));

    await expect(broken).rejects.toThrow(BugError);
    await expect(db.tx('next', () => db.run(`INSERT INTO bindings (crm, org) VALUES ('a', 'b')`))).resolves.toBe(1);
    db.close();
  });

  it('says so when it is used after it was closed', async () => {
    const store = await openSqliteStore({ path: freshPath(), clock: stillClock() });
    await store.close();

    await expect(store.about()).rejects.toThrow(StoreError);
  });
});

describe('a file that is not ours to open', () => {
  it('refuses a missing folder and makes none', async () => {
    const path = join(dirname(freshPath()), 'nowhere', 'kenko.db');

    const opening = openSqliteStore({ path, clock: stillClock() });

    await expect(opening).rejects.toMatchObject({ code: 'E_STORE', fix: expect.stringContaining('mkdir -p') });
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('refuses a folder', async () => {
    const path = freshPath();
    mkdirSync(path);

    await expect(openSqliteStore({ path, clock: stillClock() })).rejects.toThrow('no file');
  });

  it('refuses a file that is no database, and leaves it as it is', async () => {
    const path = freshPath();
    const text = 'name,plan\nacme,pro\n'.repeat(100);
    writeFileSync(path, text);

    await expect(openSqliteStore({ path, clock: stillClock() })).rejects.toMatchObject({
      code: 'E_STORE',
      message: 'this is not a state file of kenko',
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuses a database of another program, and leaves it as it is', async () => {
    const path = freshPath();
    const theirs = await openDatabase(path, stillClock(), newestVersion);
    theirs.script('CREATE TABLE theirs (a)');
    theirs.pragma('journal_mode = DELETE');
    theirs.close();
    const before = readFileSync(path);

    await expect(openSqliteStore({ path, clock: stillClock() })).rejects.toThrow('this is not a state file of kenko');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a file of a newer version', async () => {
    const path = freshPath();
    await makeStore(path);
    const newer = await secondHandle(path);
    newer.pragma(`user_version = ${newestVersion + 1}`);

    await expect(openSqliteStore({ path, clock: stillClock() })).rejects.toThrow('newer version');
  });

  it('takes an empty file for a new one', async () => {
    const path = freshPath();
    writeFileSync(path, '');

    const store = await openSqliteStore({ path, clock: stillClock() });

    expect((await store.about()).version).toBe(newestVersion);
    await store.close();
  });
});

describe('damage', () => {
  it('is found when the file is opened', async () => {
    const path = freshPath();
    await makeStore(path);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8192, bytes.length - 8192);
    writeFileSync(path, bytes);

    const opening = openSqliteStore({ path, clock: stillClock() });

    await expect(opening).rejects.toMatchObject({ code: 'E_STORE', message: 'the state file is damaged' });
    await expect(opening).rejects.toMatchObject({ fix: expect.stringContaining('backup') });
  });

  it('a large file is looked through once a week, and not at every command', async () => {
    const path = freshPath();
    await makeStore(path);
    const made = await openHandle(path);
    made.script('CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(70000000))');
    made.close();
    let now = '2026-09-14T06:00:00.000Z';
    const clock = { ...stillClock(), now: () => now };
    await (await openSqliteStore({ path, clock })).close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 40_000);
    writeFileSync(path, bytes);

    const sameDay = await openSqliteStore({ path, clock });
    await sameDay.close();
    now = '2026-09-21T06:00:01.000Z';

    await expect(openSqliteStore({ path, clock })).rejects.toThrow('damaged');
  });

  it('a file that was cut short is damaged too', async () => {
    const path = freshPath();
    await makeStore(path);
    truncateSync(path, 20_000);

    await expect(openSqliteStore({ path, clock: stillClock() })).rejects.toThrow('damaged');
  });
});

describe('a full disk', () => {
  it('undoes the whole transaction, says so, and nothing is written after it', async () => {
    const db = await openHandle(freshPath());
    const store = joined(db, 'UTC');
    const lease = await startRun(store);
    await landPage(store, lease, { records: [record('r-0')], cursor: { source: 'usage', stream: 'rows', at: '1' } });
    db.pragma(`max_page_count = ${Number(db.pragma('page_count')) + 2}`);
    const many = Array.from({ length: 900 }, (_, index) => record(`r-${index}`, { fields: { text: 'x'.repeat(200) } }));

    const landing = landPage(store, lease, { records: many, cursor: { source: 'usage', stream: 'rows', at: '2' } });

    await expect(landing).rejects.toMatchObject({ code: 'E_STORE', message: expect.stringContaining('full') });
    expect((await store.facts.records('usage', null, 10)).map((row) => row.key)).toEqual(['r-0']);
    expect(await store.facts.cursor('usage', 'rows')).toMatchObject({ at: '1' });
    // Room again: this handle still refuses, because nobody has looked at the disk.
    db.pragma('max_page_count = 100000');
    await expect(landPage(store, lease, { records: [record('r-1')] })).rejects.toThrow('full');
    expect(db.pragma('integrity_check')).toBe('ok');
    expect(await store.verify()).toEqual([]);
    await store.close();
  });

  it('between claim and receipts leaves the effect under way, to be asked about by the next run', async () => {
    const path = freshPath();
    const db = await openHandle(path);
    const store = joined(db, 'UTC');
    const lease = await startRun(store);
    const plan = await sealedPlan(store, lease, [setEffect('a')]);
    const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
    db.pragma(`max_page_count = ${Number(db.pragma('page_count'))}`);
    const after = { text: 'x'.repeat(500_000) };

    const settling = store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'applied', { after })], {
      now,
      actor: 'cli',
    });

    await expect(settling).rejects.toThrow(StoreError);
    await store.close();
    const again = await openSqliteStore({ path, clock: stillClock() });
    const next = await startRun(again, { now: '2026-09-15T06:00:00Z' });
    expect((await again.outbox.unsettled(next, 0, 9)).map((effect) => effect.id)).toEqual([claimed?.id]);
    expect(await again.verify()).toEqual([]);
    await again.close();
  });
});

describe('a locked file', () => {
  it('is tried again until the lock is gone, without blocking in between', async () => {
    const path = freshPath();
    await makeStore(path);
    const other = await secondHandle(path);
    other.script('BEGIN IMMEDIATE');
    const waits: number[] = [];
    const clock = stillClock((ms) => {
      waits.push(ms);
      if (waits.length === 2) other.script('COMMIT');
    });
    const store = await openSqliteStore({ path, clock });

    await store.bind('salesforce', '00D000000000001AAA');

    expect(waits).toEqual([50, 100]);
    await store.close();
  });

  it('that stays locked is told after a bounded number of tries, and nothing was changed', async () => {
    const path = freshPath();
    await makeStore(path);
    const other = await secondHandle(path);
    other.script('BEGIN IMMEDIATE');
    const waits: number[] = [];
    const store = await openSqliteStore({ path, clock: stillClock((ms) => waits.push(ms)) });

    const binding = store.bind('salesforce', '00D000000000001AAA');

    await expect(binding).rejects.toMatchObject({ code: 'E_STORE', message: expect.stringContaining('locked') });
    expect(waits).toHaveLength(10);
    // Reading goes on beside the lock, and writing as soon as it is gone.
    expect(await store.facts.records('usage', null, 1)).toHaveLength(1);
    other.script('COMMIT');
    await store.bind('salesforce', '00D000000000002AAA');
    await store.close();
  });
});

describe('a copy', () => {
  it('taken in the middle of a run is whole and stands the checks', async () => {
    const path = freshPath();
    const store = await openSqliteStore({ path, clock: stillClock() });
    const lease = await startRun(store);
    const plan = await sealedPlan(store, lease, [setEffect('a')]);
    await store.outbox.claim(lease, plan, 'salesforce', 1, now);
    const copy = join(dirname(path), 'copy.db');

    await store.backup(copy);
    await store.close();

    const restored = await openSqliteStore({ path: copy, clock: stillClock() });
    expect(await restored.plans.counts(plan)).toEqual({ inflight: 1 });
    expect(await restored.verify()).toEqual([]);
    await restored.close();
  });
});

describe('the zone of the home', () => {
  it('cuts instants into days, and a move to another zone cuts them anew', async () => {
    const path = freshPath();
    const late = record('late', { at: '2026-09-14T16:00:00Z' });
    const store = await openSqliteStore({ path, clock: stillClock(), zone: 'Asia/Tokyo' });
    const lease = await startRun(store);
    await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);
    await landPage(store, lease, { records: [late] });
    const inTokyo = await store.facts.ofAccounts(['acme'], { usage: null }, '2026-09-14');
    await store.close();

    const moved = await openSqliteStore({ path, clock: stillClock(), zone: 'America/New_York' });
    const inNewYork = await moved.facts.ofAccounts(['acme'], { usage: null }, '2026-09-14');
    await moved.close();

    expect(inTokyo.size).toBe(0);
    expect(inNewYork.get('acme')).toEqual([late]);
  });
});
