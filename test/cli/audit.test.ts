// kenko audit on a home with a past: the chain is checked to the byte, rows are handed on by account, run and day, and no cell
// is a formula. What people do besides writing stands in it as well.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvLine } from '../../src/lib/csv-text.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { typed } from '../support/command-line.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const day = 86_400_000;
const gates = (more: string) => `
${more}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
`;
let home: SmallHome;
let runs: readonly string[];

beforeEach(async () => {
  home = await smallHome(
    [
      { id: 'a', logins: 20, satisfaction: 10 },
      { id: 'b', logins: 1, satisfaction: 2 },
    ],
    { 'config/gates.yaml': gates('novelty: {on: true}') },
  );
  const first = await home.open();
  const held = await run(first.hall, whole, never);
  const applied = await applyPlan(first.hall, Number(held.plan?.id), never);
  await first.store.close();
  home.clock.push(day);
  await home.save();
  await home.rewrite('config/gates.yaml', gates('novelty: {on: false}'));
  const second = await home.open();
  const undone = await undoRun({ ...second.hall, actor: 'cli:ann' }, applied.runId, never);
  await second.store.close();
  runs = [held.runId, applied.runId, undone.runId];
});
afterEach(async () => await home.remove());

const rowsOf = async (...options: string[]) => {
  const { out } = await typed(home.folder, 'audit', 'export', '--format', 'jsonl', ...options);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the audit', () => {
  it('holds what people did: a yes with the gates it overrode, other rules, an undo with its actor', async () => {
    const rows = await rowsOf();

    expect(rows.find((row) => row['action'] === 'approve')).toMatchObject({
      actor: 'test',
      after: { state: 'ready', gates: 'G11' },
    });
    expect(rows.filter((row) => row['action'] === 'config')).toHaveLength(1);
    expect(rows.filter((row) => row['action'] === 'undone').map((row) => row['actor'])).toEqual(
      expect.arrayContaining(['cli:ann']),
    );
  });

  it('holds, and says so with its number of rows', async () => {
    const { exit, out } = await typed(home.folder, 'audit', 'verify', '--json');

    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({ rows: (await rowsOf()).length, brokenAt: null });
  });

  it('names the row in which one byte was changed, with exit code 74', async () => {
    const file = new Database(join(home.folder, 'state.sqlite'));
    const trigger = file.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'audit_keeps_words'`).get() as {
      sql: string;
    };
    file.exec('DROP TRIGGER audit_keeps_words');
    file.prepare(`UPDATE audit SET why = replace(why, 'yes', 'yea') WHERE action = 'approve'`).run();
    file.exec(trigger.sql);
    file.close();

    const { exit, err } = await typed(home.folder, 'audit', 'verify');

    expect(exit).toBe(74);
    expect(err).toContain('the audit does not hold from row 1 on');
    expect(err).toContain('Keep this file as evidence');
  });

  it('is handed on by run, by account and by day', async () => {
    const [, applied = '', undone = ''] = runs;
    const all = await rowsOf();

    const ofRun = await rowsOf('--run', applied);
    const ofAccount = await rowsOf('--account', 'b');
    const ofDay = await rowsOf('--since', '2026-06-02');

    expect(ofRun.length).toBeGreaterThan(2);
    expect(new Set(ofRun.map((row) => row['runId']))).toEqual(new Set([applied]));
    expect(ofAccount.length).toBeGreaterThan(2);
    expect(new Set(ofAccount.map((row) => row['account']))).toEqual(new Set(['b']));
    expect(ofAccount.length).toBeLessThan(all.length);
    expect(new Set(ofDay.map((row) => row['runId']))).toEqual(new Set([null, undone]));
    expect(await rowsOf('--account', "b' OR 1=1 --")).toEqual([]);
  });

  it('is written as CSV with a row per entry into a file of its owner', async () => {
    const out = join(home.folder, 'audit.csv');

    const first = await typed(home.folder, 'audit', 'export', '--out', out);
    const again = await typed(home.folder, 'audit', 'export', '--out', out);

    const rows = parse(await readFile(out, 'utf8'), { columns: true }) as Record<string, string>[];
    expect(first.exit).toBe(0);
    expect(again.exit).toBe(2);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(rows.map((row) => Number(row['id']))).toEqual((await rowsOf()).map((row) => row['id']));
    expect(rows.every((row) => /^[0-9a-f]{64}$/.test(row['hash'] ?? ''))).toBe(true);
  });

  it('is one document with --json, and refuses what it does not know', async () => {
    const { out } = await typed(home.folder, 'audit', 'export', '--json');
    const wrong = await typed(home.folder, 'audit', 'erase');

    expect((JSON.parse(out) as { rows: unknown[] }).rows).toHaveLength((await rowsOf()).length);
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('verify, export');
  });
});

describe('a cell of an export', () => {
  const inert = [
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '＝1+1',
    '＋1',
    '－1',
    '＠x',
    '|cmd',
    '%0A=1',
    '\n=1',
    '　=1',
  ];
  it.each(inert)('that would be a formula is a text: %j', (text) => {
    const [[cell = ''] = []] = parse(csvLine([text, 'x'])) as string[][];

    expect(cell).toBe(`'${text}`);
  });

  it.each(['plain', 'a,b', 'a"b', 'two\nlines', '-12.5', '+3', '', ' padded '])(
    'is given back as it was: %j',
    (text) => {
      const [[cell = ''] = []] = parse(csvLine([text, 'x'])) as string[][];

      expect(cell).toBe(text);
    },
  );
});
