// `npm run mutants`: are our own bugs caught? Copies the project, and for each patch runs the test that it names, which must
// pass without the bug and fail with it. Prints a table; ends with 1 where a mutant survives or does not apply any more.
// `npm run mutants -- NAME …` tries some; `--json` prints one document instead.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Table from 'cli-table3';
import { applyPatch, type Mutant, readMutants, root } from './patches.ts';

interface Tried {
  readonly mutant: Mutant;
  readonly result:
    | 'caught'
    | 'survived'
    | 'fails without the bug'
    | 'names no test'
    | 'does not run'
    | 'does not apply';
  readonly seconds: number;
  readonly says: string;
}
/** Full names of the tests that ran, and whether they passed; a text where the file could not be run. */
type TestRun = ReadonlyMap<string, boolean> | string;
/** Longer than any of the named tests takes; a mutant that never ends is no caught one. */
const longestMs = 300_000;
const leftOut = new Set(['node_modules', '.git', 'dist', 'coverage', 'report']);

const args = process.argv.slice(2);
const asJson = args.includes('--json');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const mutants = readMutants().filter(({ name }) => wanted.length === 0 || wanted.includes(name));

/** What each file says without a bug: run once for all its mutants. */
const healthy = new Map<string, TestRun>();
const scratch = mkdtempSync(join(tmpdir(), 'kenko-mutants-'));
const tried: Tried[] = [];
try {
  cpSync(root, scratch, { recursive: true, filter: (path) => path === root || !leftOut.has(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'), 'dir');
  for (const mutant of mutants) {
    const one = tryMutant(mutant);
    tried.push(one);
    if (!asJson) process.stderr.write(`${one.result === 'caught' ? '.' : `\n${mutant.name}: ${one.result}\n`}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
report();
process.exitCode = tried.length > 0 && tried.every(({ result }) => result === 'caught') ? 0 : 1;

function tryMutant(mutant: Mutant): Tried {
  const started = performance.now();
  const told = (result: Tried['result'], says = ''): Tried => ({
    mutant,
    result,
    says,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  const without = named(mutant, healthyRun(mutant.file));
  if (typeof without === 'string') return told('does not run', without);
  if (without.includes(false)) return told('fails without the bug');
  if (without.length === 0) return told('names no test');
  const trouble = applyPatch(mutant, scratch, 'apply');
  if (trouble !== null) return told('does not apply', trouble);
  const withBug = named(mutant, runTests(mutant.file, [mutant]));
  const stuck = applyPatch(mutant, scratch, 'take back');
  if (stuck !== null) throw new Error(`${mutant.name} cannot be taken back: ${stuck}`);
  // A file that cannot even be loaded proves nothing about the test.
  if (typeof withBug === 'string') return told('does not run', withBug);
  return told(withBug.includes(false) ? 'caught' : 'survived');
}

function healthyRun(file: string): TestRun {
  const known = healthy.get(file);
  if (known !== undefined) return known;
  const ran = runTests(
    file,
    mutants.filter((mutant) => mutant.file === file),
  );
  healthy.set(file, ran);
  return ran;
}
/** Whether the tests that a mutant names passed. */
function named({ test }: Mutant, ran: TestRun): readonly boolean[] | string {
  return typeof ran === 'string' ? ran : [...ran].flatMap(([name, passed]) => (name.includes(test) ? [passed] : []));
}

/** Runs in the copy what these mutants name. */
function runTests(file: string, about: readonly Mutant[]): TestRun {
  const out = join(scratch, 'mutants-result.json');
  rmSync(out, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const pattern = about.map(({ test, story }) => (story ?? test).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const ran = spawnSync(
    process.execPath,
    [vitest, 'run', file, '-t', pattern, '--reporter=json', `--outputFile=${out}`],
    {
      cwd: scratch,
      encoding: 'utf8',
      timeout: longestMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  if (ran.error !== undefined) return ran.error.message;
  const { testResults } = JSON.parse(readFileSync(out, 'utf8')) as {
    readonly testResults: readonly {
      readonly message: string;
      readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
    }[];
  };
  const results = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed' || status === 'failed'),
  );
  if (results.length === 0 && testResults.some(({ message }) => message !== ''))
    return testResults.map(({ message }) => message).join('\n');
  return new Map(results.map(({ fullName, status }) => [fullName, status === 'passed']));
}

function report(): void {
  const caught = tried.filter(({ result }) => result === 'caught').length;
  if (asJson) {
    const rows = tried.map(({ mutant: { name, bug, file, test }, result, seconds }) => ({
      name,
      bug,
      file,
      test,
      result,
      seconds,
    }));
    process.stdout.write(`${JSON.stringify({ mutants: tried.length, caught, results: rows }, null, 2)}\n`);
    return;
  }
  const table = new Table({
    head: ['mutant', 'the bug', 'caught by', 'result'],
    colWidths: [30, 46, 56, 14],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { mutant, result } of tried)
    table.push([mutant.name, mutant.bug, `${mutant.file}\n${mutant.test}`, result]);
  process.stdout.write(`\n${table.toString()}\n`);
  for (const { mutant, result, says } of tried)
    if (says !== '') process.stdout.write(`\n${mutant.name} ${result}: ${says}\n`);
  process.stdout.write(`\n${caught} of ${tried.length} mutants caught\n`);
}
