// What the benches of a CRM share: a home with one number per account, and the program as it is shipped, in a process of its
// own that tells its peak memory.

import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentOf } from '../src/cli/sandbox.ts';
import type { Sandbox } from '../src/sandbox/server.ts';

/** As the command and the image start it (src/kenko.js, Dockerfile). */
const shippedFlags = ['--max-semi-space-size=4', '--heap-growing-percent=20'];

function beside(file: string): string {
  return join(import.meta.dirname, file);
}

/** One CSV with a number per account is enough to move a score; what is measured is the CRM. */
export async function slimHome(home: string, crm: string): Promise<void> {
  const id = crm === 'salesforce' ? 'account_number' : 'external_account_id';
  await writeFile(
    join(home, 'config/sources.yaml'),
    `sources:
  ${crm}_accounts:
    kind: ${crm}
    holds: roster
    settings: {object: account}
    key: [record_id]
    ids: {${crm}: record_id, account_id: ${id}}
    columns: {name: text, owner: text}
  survey:
    kind: csv
    holds: roster
    settings: {path: data/survey.csv}
    key: [account_id]
    ids: {account_id: account_id}
    columns: {answer: {type: number, min: 0, max: 10}}
`,
  );
  await writeFile(
    join(home, 'mappings/identity.yaml'),
    `match: [account_id]\nkey_from: [account_id, ${crm}]\nrosters: [${crm}_accounts, survey]\n`,
  );
  await writeFile(
    join(home, 'config/metrics.yaml'),
    `metrics:
  satisfaction: {label: Satisfaction, why: content people stay, unit: number, measure: {kind: attribute, field: answer}, normalise: {kind: linear, zero: 0, full: 10}}
`,
  );
  await writeFile(
    join(home, 'config/scorecard.yaml'),
    `id: bench
version: 1.0.0
dimensions: {sentiment: Sentiment}
models: [{id: bench, weights: {sentiment: {satisfaction: 100}}}]
`,
  );
  for (const file of ['segments', 'flags', 'plays', 'gates', 'contacts', 'examples'])
    await rm(join(home, `config/${file}.yaml`), { force: true });
}
/** The survey anew: one answer per account. */
export async function writeScores(
  home: string,
  keys: readonly string[],
  score: (index: number) => number,
): Promise<void> {
  await mkdir(join(home, 'data'), { recursive: true });
  await writeFile(
    join(home, 'data/survey.csv'),
    `account_id,answer\n${keys.map((key, index) => `${key},${score(index)}`).join('\n')}\n`,
  );
}

/**
 * One command of the built program, in a process of its own, which believes that it is `laterMs` later than it is.
 * @throws where it ends otherwise than done or held.
 */
export async function kenko(
  box: Sandbox,
  home: string,
  args: readonly string[],
  laterMs = 0,
): Promise<{ readonly stdout: string; readonly peakMb: number; readonly wallMs: number; readonly cpuMs: number }> {
  const child = spawn(
    process.execPath,
    [...shippedFlags, '--import', beside('later.mjs'), beside('child.mjs'), ...args, '--home', home],
    {
      env: {
        ...process.env,
        ...environmentOf(box),
        KENKO_STATE: undefined,
        MALLOC_ARENA_MAX: '1',
        BENCH_LATER_MS: String(laterMs),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => err.push(part));
  await new Promise((resolve) => child.on('close', resolve));
  const stderr = Buffer.concat(err).toString();
  const stdout = Buffer.concat(out).toString();
  const line = /BENCH (\{.*\})/.exec(stderr)?.[1];
  const facts =
    line === undefined
      ? null
      : (JSON.parse(line) as { exitCode: number; peakMb: number; wallMs: number; cpuMs: number });
  if (facts === null || ![0, 3].includes(facts.exitCode))
    throw new Error(`kenko ${args.join(' ')} ended with ${facts?.exitCode}\n${stdout}\n${stderr}`);
  return { stdout, peakMb: facts.peakMb, wallMs: facts.wallMs, cpuMs: facts.cpuMs };
}
