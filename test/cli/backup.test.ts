// A backup and its return: taken in the middle of a night, put back after that night was over, the program makes no task a second
// time, asks before it writes, and a person looks at the first plan. Bad backups and running processes change nothing.

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { onStep } from '../../src/lib/step.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { run } from '../../src/pipeline/run.ts';
import { restoreState } from '../../src/state/sqlite/restore.ts';
import { typed } from '../support/command-line.ts';
import { type Customer, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const day = 86_400_000;
const troubled: readonly Customer[] = Array.from({ length: 8 }, (_, i) => ({
  id: `c${i}`,
  logins: 1,
  satisfaction: 2,
}));

let home: SmallHome;
let stopListening: () => void = () => undefined;
afterEach(async () => {
  stopListening();
  await home.remove();
});

const statePath = () => join(home.folder, 'state.sqlite');
const file = (name: string) => join(home.folder, name);
async function runOnce(): Promise<RunReport> {
  const { hall, store } = await home.open();
  try {
    return await run(hall, whole, never);
  } finally {
    await store.close();
  }
}
async function sayYes(report: RunReport): Promise<RunReport> {
  const { hall, store } = await home.open();
  try {
    return await applyPlan(hall, Number(report.plan?.id), never);
  } finally {
    await store.close();
  }
}
const restoreFrom = (name: string) =>
  restoreState({ path: statePath(), from: file(name), clock: home.clock, actor: 'test', job: 'kenko' });
/** Copies the state at the nth time a step is passed, as another process would: between two transactions. */
async function backupAt(step: string, name: string): Promise<void> {
  let taken = false;
  stopListening = onStep((at) => {
    if (taken || at !== step) return;
    taken = true;
    const other = new Database(statePath());
    other.prepare('VACUUM INTO ?').run(file(name));
    other.close();
  });
}
async function whatIsWrong(): Promise<readonly string[]> {
  const { store } = await home.open();
  const broken = (await store.verify()).map(({ what }) => what);
  await store.close();
  return broken;
}

describe('a backup put back after the night in which it was taken', () => {
  it.each([
    ['after the seal, before anything was claimed', 'db.plans.seal:after'],
    ['after the claim, before a byte left', 'db.outbox.claim:after'],
    ['after the bytes, before the receipts', 'http.salesforce.write:after'],
    ['after the receipts of the first batch', 'db.outbox.settle:after'],
  ])('makes no task twice: taken %s', async (_name, step) => {
    home = await smallHome(troubled);
    await backupAt(step, 'backup.sqlite');
    await runOnce();
    stopListening();
    expect(home.crm.tasks.size).toBe(8);
    const journal = home.crm.journal.length;
    // The worst case: what stood there is lost as well.
    await writeFile(statePath(), 'not a database any more');

    const restored = await restoreFrom('backup.sqlite');
    home.clock.push(600_000);
    const first = await runOnce();

    expect(restored.unknown).toBeGreaterThan(0);
    expect(restored.carriedOver).toBe(0);
    expect(home.crm.journal).toHaveLength(journal);
    expect(first.effects.applied).toBe(0);
    home.clock.push(600_000);
    const next = await runOnce();
    if (next.state === 'held') await sayYes(next);
    expect(home.crm.tasks.size).toBe(8);
    expect([...home.crm.tasks.values()].filter((task) => task.state === 'open')).toHaveLength(8);
    expect(await whatIsWrong()).toEqual([]);
  });

  it('knows the tasks of later nights where the replaced file can still be read', async () => {
    home = await smallHome([{ id: 'a', logins: 20, satisfaction: 10 }]);
    await runOnce();
    const { store } = await home.open();
    await store.backup(file('backup.sqlite'));
    await store.close();
    home.clock.push(day);
    Object.assign(home.customers[0] as Customer, { logins: 1, satisfaction: 2 });
    await home.save();
    await runOnce();
    expect(home.crm.tasks.size).toBe(1);

    const restored = await restoreFrom('backup.sqlite');
    home.clock.push(day);
    await home.save();
    const held = await runOnce();

    expect(restored.carriedOver).toBe(2);
    await sayYes(held);
    expect(home.crm.tasks.size).toBe(1);
    expect(held.effects.conflicts).toBe(0);
    expect(await whatIsWrong()).toEqual([]);
  });

  it('holds the first plan that would write, whatever the gates say, until a person has looked', async () => {
    home = await smallHome(troubled);
    await runOnce();
    const { store } = await home.open();
    await store.backup(file('backup.sqlite'));
    await store.close();
    await restoreFrom('backup.sqlite');
    home.clock.push(day);
    for (const customer of home.customers) customer.satisfaction = 10;
    await home.save();
    const written = home.crm.writes;

    const held = await runOnce();
    expect(held).toMatchObject({ state: 'held', exitCode: 3 });
    expect(held.gates.filter((gate) => gate.held).map(({ id }) => id)).toEqual(['G11']);
    expect(held.gates.find((gate) => gate.held)?.says).toContain('restored from a backup on 2026-06-01');
    expect(home.crm.writes).toBe(written);
    expect(Number(held.plan?.id)).toBeGreaterThan(1_000_000);

    expect((await sayYes(held)).exitCode).toBe(0);
    home.clock.push(day);
    for (const customer of home.customers) customer.satisfaction = 3;
    await home.save();
    expect((await runOnce()).exitCode).toBe(0);
  });
});

describe('kenko backup', () => {
  it('writes a whole copy for its owner only, notes it in the audit, and overwrites none', async () => {
    home = await smallHome(troubled);
    await runOnce();

    const made = await typed(home.folder, 'backup', file('copy.sqlite'), '--json');
    const again = await typed(home.folder, 'backup', file('copy.sqlite'));
    const nowhere = await typed(home.folder, 'backup', file('missing/copy.sqlite'));

    expect(made.exit).toBe(0);
    expect((await stat(file('copy.sqlite'))).mode & 0o777).toBe(0o600);
    expect(existsSync(file('copy.sqlite.part'))).toBe(false);
    expect(JSON.parse(made.out)).toMatchObject({ newestRunAt: '2026-06-01T06:00:00.000Z' });
    expect(again).toMatchObject({ exit: 2, err: expect.stringContaining('a file is there already') });
    expect(nowhere).toMatchObject({ exit: 2, err: expect.stringContaining('mkdir -p') });
    const { out } = await typed(home.folder, 'audit', 'export', '--format', 'jsonl');
    expect(out.trim().split('\n').at(-1)).toContain('"action":"backup"');
  });
});

describe('kenko restore', () => {
  it('puts what stood there aside, and says what comes next', async () => {
    home = await smallHome(troubled);
    await runOnce();
    await typed(home.folder, 'backup', file('copy.sqlite'));

    const restored = await typed(home.folder, 'restore', file('copy.sqlite'));
    const json = JSON.parse((await typed(home.folder, 'audit', 'verify', '--json')).out) as { brokenAt: null };

    expect(restored).toMatchObject({ exit: 0, out: expect.stringContaining('kenko plan') });
    expect(restored.out).toMatch(/What stood there before: .*state\.sqlite\.replaced-\d{8}T\d{6}/);
    expect(json.brokenAt).toBe(null);
    expect((await stat(statePath())).mode & 0o777).toBe(0o600);
  });

  it('makes a home whole again whose state is gone, on another machine', async () => {
    home = await smallHome(troubled);
    await runOnce();
    await typed(home.folder, 'backup', file('copy.sqlite'));
    await rm(statePath());

    const restored = await typed(home.folder, 'restore', file('copy.sqlite'));

    expect(restored).toMatchObject({ exit: 0, out: expect.stringContaining('There was no state before.') });
    expect(await whatIsWrong()).toEqual([]);
  });

  it('refuses while a process has the state open, and changes nothing', async () => {
    home = await smallHome(troubled);
    await runOnce();
    await typed(home.folder, 'backup', file('copy.sqlite'));
    const { store } = await home.open();

    const refused = await typed(home.folder, 'restore', file('copy.sqlite'));

    expect(refused).toMatchObject({ exit: 9, err: expect.stringContaining('Stop kenko start') });
    expect((await store.about()).restoredAt).toBe(null);
    await store.runs.skipSlot('kenko', '2026-06-01T05:00:00.000Z', home.clock.now());
    await store.close();
    expect((await typed(home.folder, 'restore', file('copy.sqlite'))).exit).toBe(0);
  });

  it.each([
    ['that is not there', async () => undefined, 2],
    ['of another program', (path: string) => otherProgram(path), 74],
    ['that is no database', (path: string) => writeFile(path, 'x'.repeat(5_000)), 74],
    ['that is damaged in its middle', (path: string) => damaged(path), 74],
    ['of a newer version', (path: string) => newer(path), 74],
    ['in whose audit a word was changed', (path: string) => forged(path), 74],
  ])('refuses a backup %s, and changes nothing', async (_name, make, exit) => {
    home = await smallHome(troubled);
    await runOnce();
    await make(file('bad.sqlite'));
    const before = await readFile(statePath());

    const refused = await typed(home.folder, 'restore', file('bad.sqlite'));

    expect(refused.exit).toBe(exit);
    expect((await readFile(statePath())).equals(before)).toBe(true);
    expect(existsSync(`${statePath()}.restoring`)).toBe(false);
  });
});

async function otherProgram(path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const other = new Database(path);
  other.exec('CREATE TABLE theirs (id INTEGER)');
  other.close();
}
async function newer(path: string): Promise<void> {
  await typed(home.folder, 'backup', path);
  const copy = new Database(path);
  copy.pragma('user_version = 999');
  copy.close();
}
async function forged(path: string): Promise<void> {
  await typed(home.folder, 'backup', path);
  const copy = new Database(path);
  copy.exec(`DROP TRIGGER audit_keeps_words; UPDATE audit SET actor = 'somebody else' WHERE id = 1`);
  copy.close();
}
async function damaged(path: string): Promise<void> {
  await typed(home.folder, 'backup', path);
  const bytes = await readFile(path);
  bytes.fill(0xff, 20_000, 60_000);
  await writeFile(path, bytes);
}
