// The world is not as it should be, and the real command meets it: a damaged state file, another org, a newer version, a
// configuration that changes under a running process, a plan whose world moved on, two processes at once, SIGTERM in the
// middle of a batch. Each ends with its exit code and a sentence that tells what to do, and nothing is written after it.

import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peopleOf } from '../src/sandbox/people.ts';
import { openDatabase, type Sqlite } from '../src/state/sqlite/database.ts';
import { newestVersion } from '../src/state/sqlite/migrations.ts';
import { stillClock } from './state/sqlite/files.ts';
import { type CliHome, cliHome, type Ended } from './support/cli-home.ts';

let home: CliHome;
beforeAll(async () => {
  home = await cliHome();
  await home.edit('config/plays.yaml', (text) => text.replace(/^first_run: \w+/m, 'first_run: open_tasks'));
}, 60_000);
afterAll(async () => await home.close());

/** Holds the first request that fits until it is released; what the org does with it comes after that. */
function hold(fits: (request: Request) => boolean): { readonly arrived: Promise<void>; release(): void } {
  const { half } = home.box.salesforce;
  const original = half.fetch.bind(half);
  const arrival = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  Object.assign(half, {
    fetch: async (...args: Parameters<typeof original>) => {
      if (fits(args[0])) {
        Object.assign(half, { fetch: original });
        arrival.resolve();
        await leave.promise;
      }
      return await original(...args);
    },
  });
  return { arrived: arrival.promise, release: () => leave.resolve() };
}
const updates = () => home.box.salesforce.requests().filter(({ method }) => method === 'PATCH');
/** How many accounts show a score in the org. */
function scored(): number {
  const { store } = home.box.salesforce.half;
  return [...store.all('Account')].filter((account) => (store.value(account, 'Health_Score__c') ?? null) !== null)
    .length;
}
const taskKeys = () => [...home.box.salesforce.half.store.all('Task')].map((task) => task.values['Kenko_Key__c']);
const json = (ended: Ended) => JSON.parse(ended.stdout) as { effects: Record<string, number>; plan: { id: string } };

/** Does something to the state file while nobody has it open, runs, and puts the file back. */
async function withState(
  damage: (path: string) => Promise<void>,
  command: () => Promise<Ended> = () => home.kenko('run'),
): Promise<Ended> {
  const kept = `${home.state}.kept`;
  for (const end of ['-wal', '-shm']) await rm(`${home.state}${end}`, { force: true });
  await copyFile(home.state, kept);
  await damage(home.state);
  home.box.salesforce.forgetRequests();
  const ended = await command();
  for (const end of ['', '-wal', '-shm']) await rm(`${home.state}${end}`, { force: true });
  await copyFile(kept, home.state);
  return ended;
}
async function inState(path: string, work: (db: Sqlite) => void): Promise<void> {
  const db = await openDatabase(path, stillClock(), newestVersion);
  work(db);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

describe('a configuration that changes', () => {
  it('while a run is under way: nothing of the old plan is sent, and the next run goes by the new files', async () => {
    home.box.salesforce.forgetRequests();
    const question = hold(({ url }) => url.includes('/query'));
    const running = home.start('run');
    await question.arrived;
    await home.edit('config/kenko.yaml', (text) => text.replace(/^zone: .*$/m, 'zone: Europe/Berlin'));
    question.release();

    const ended = await running.ended;

    expect(ended.exitCode, ended.stderr).toBe(3);
    expect(ended.stdout).toContain('the configuration changed while this was under way');
    expect(ended.stdout).toContain('kenko plan');
    expect(home.writes()).toBe(0);
  });
});

describe('SIGTERM in the middle of a batch', () => {
  let stopped: Ended;
  let second: Ended;
  it('finishes the batch, writes it down and ends with 143; meanwhile a second process is told to wait', async () => {
    home.box.salesforce.forgetRequests();
    const update = hold(({ method }) => method === 'PATCH');
    const running = home.start('run');
    await update.arrived;
    second = await home.kenko('run');
    running.child.kill('SIGTERM');
    update.release();
    stopped = await running.ended;

    expect(stopped.exitCode, stopped.stderr).toBe(143);
    expect(stopped.stderr).toContain('E_INTERRUPTED');
    expect(updates()).toHaveLength(1);
    expect(scored()).toBeGreaterThan(10);
    expect(scored()).toBeLessThanOrEqual(20);
  }, 60_000);

  it('the second process ended with 9, said who holds the lease, and wrote nothing', () => {
    expect(second.exitCode, second.stderr).toBe(9);
    expect(second.stderr).toMatch(/holds the lease until.*held by/s);
    expect(second.stderr).toContain('Wait until it ends');
  });

  it('the next run does the rest, once', async () => {
    home.box.salesforce.forgetRequests();

    const next = await home.kenko('run', '--json');
    const after = await home.kenko('run', '--json');

    const verified = await home.kenko('status', '--verify');
    expect(next.exitCode, next.stdout).toBe(0);
    expect(json(next).effects).toMatchObject({ rejected: 0, unknown: 0 });
    expect(json(after).effects).toMatchObject({ applied: 0 });
    expect(scored()).toBeGreaterThan(20);
    expect(taskKeys().length).toBeGreaterThan(0);
    expect(new Set(taskKeys()).size).toBe(taskKeys().length);
    expect(verified.exitCode, verified.stdout).toBe(0);
  });
});

describe('a state file', () => {
  it.each<[string, (path: string) => Promise<void>, string, string]>([
    [
      'that is damaged',
      async (path) => {
        const bytes = await readFile(path);
        bytes.fill(0x5a, 8_192, bytes.length - 8_192);
        await writeFile(path, bytes);
      },
      'the state file is damaged',
      'Put the newest backup in its place',
    ],
    [
      'that is none of ours',
      async (path) => await writeFile(path, 'name,plan\nacme,pro\n'.repeat(500)),
      'this is not a state file of kenko',
      'state.path',
    ],
    [
      'of a newer version',
      (path) => inState(path, (db) => db.pragma(`user_version = ${newestVersion + 1}`)),
      'of a newer version',
      'Use the newer kenko again, or restore the backup',
    ],
    [
      'of another org',
      (path) => inState(path, (db) => db.run(`UPDATE bindings SET org = '00Dak0000000099EAA'`)),
      'belongs to another salesforce org',
      'a state file of its own for each org',
    ],
  ])('%s: 74, what to do, and no write', async (_what, damage, says, todo) => {
    const ended = await withState(damage);

    expect(ended.exitCode, ended.stderr).toBe(74);
    expect(ended.stderr).toContain('E_STORE');
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).toContain(todo);
    expect(home.writes()).toBe(0);
  });

  it('that is none of ours is told before the signal that came at the same time', async () => {
    const ended = await withState(
      async (path) => await writeFile(path, 'name,plan\nacme,pro\n'.repeat(500)),
      () => home.interrupted('run'),
    );

    expect(ended.exitCode, ended.stderr).toBe(74);
  });

  it('is as it was afterwards', async () => {
    const ended = await home.kenko('run', '--json');

    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(json(ended).effects).toMatchObject({ applied: 0 });
  });
});

describe('a plan whose world has changed', () => {
  it('is applied but for what a person wrote meanwhile', async () => {
    await home.edit('data/surveys.csv', (text) =>
      text.replaceAll(/,(\d+),(?=[a-z_]+$)/gm, (_, score) => `,${10 - Number(score)},`),
    );
    const planned = await home.kenko('plan', '--json');
    expect(planned.exitCode, planned.stdout).toBe(0);
    let target = '';
    await inState(home.state, (db) => {
      const sql = `SELECT target FROM effects WHERE state = 'ready' AND op = 'set' AND payload LIKE '%health_score%'`;
      target = db.get<{ target: string }>(sql)?.target ?? '';
    });
    peopleOf(home.box.salesforce.half).edit('account', target, { Health_Score__c: 99.9 });

    const applied = await home.kenko('apply', json(planned).plan.id, '--json');

    const { store } = home.box.salesforce.half;
    const record = [...store.all('Account')].find(({ id }) => id === target);
    expect(applied.exitCode, applied.stdout).toBe(0);
    expect(json(applied).effects['skipped']).toBe(1);
    expect(json(applied).effects['applied']).toBeGreaterThan(5);
    expect(record === undefined ? null : store.value(record, 'Health_Score__c')).toBe(99.9);
  });
});
