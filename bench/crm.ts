// What a night costs a CRM: 10,000 accounts of which 5 % changed, and the same again with nothing changed. Calls are counted
// by the server, not by us. Each case is a process of its own, so that peak memory is the program's and not the sandbox's.
//
// node bench/crm.ts salesforce|hubspot|both [--accounts N] [--latency MS] [--json]

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeHome } from '../src/cli/init.ts';
import { environmentOf } from '../src/cli/sandbox.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    accounts: { type: 'string', default: '10000' },
    latency: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const which = positionals[0] ?? 'both';
const accounts = Number(values.accounts);
const latencyMs = Number(values.latency);
const changed = Math.round(accounts * 0.05);

interface Case {
  readonly crm: string;
  readonly what: string;
  readonly accounts: number;
  readonly changed: number;
  readonly calls: number;
  readonly writeCalls: number;
  readonly rows: number;
  readonly wallMs: number;
  readonly peakMb: number;
}

/** As the command and the image start it (src/kenko.js, Dockerfile). */
const shippedFlags = ['--max-semi-space-size=4', '--heap-growing-percent=20'];

const cases: Case[] = [];
for (const crm of which === 'both' ? ['salesforce', 'hubspot'] : [which])
  cases.push(...(await measure(crm as 'salesforce' | 'hubspot')));
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
if (values.json) console.log(JSON.stringify({ machine, latencyMs, cases }, null, 2));
else {
  console.log(`${machine}, ${latencyMs} ms per answer\n`);
  console.table(cases);
}

async function measure(crm: 'salesforce' | 'hubspot'): Promise<readonly Case[]> {
  const home = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
  const box = await startSandbox({ accounts, latencyMs });
  try {
    await writeHome({ home, crm, model: 'b2b_saas_default', locale: 'en' });
    await slimDown(home, crm);
    const keys = box.world.accounts.filter((account) => account.inCrm).map((account) => account.key);
    await writeScores(home, keys, () => 8);
    await kenko(box, home, ['setup']);
    const first = await kenko(box, home, ['plan', '--json']);
    const plan = (JSON.parse(first.stdout) as { plan: { id: string } }).plan.id;
    await kenko(box, home, ['apply', plan, '--json']);

    await writeScores(home, keys, (index) => (index < changed ? 9 : 8));
    const found = [await counted(box, crm, home, 'five percent changed', changed)];
    found.push(await counted(box, crm, home, 'nothing changed', 0));
    return found;
  } finally {
    await box.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function counted(
  box: Sandbox,
  crm: 'salesforce' | 'hubspot',
  home: string,
  what: string,
  wanted: number,
): Promise<Case> {
  const side = box[crm];
  side.forgetRequests();
  const run = await kenko(box, home, ['run', '--json']);
  const report = JSON.parse(run.stdout) as { effects: { applied: number }; accounts: { seen: number } };
  if (report.effects.applied !== wanted)
    throw new Error(`${crm}, ${what}: ${report.effects.applied} effects applied, ${wanted} wanted\n${run.stdout}`);
  const counts = side.counts();
  return {
    crm,
    what,
    accounts: report.accounts.seen,
    changed: wanted,
    calls: counts.total,
    writeCalls: counts.write,
    rows: report.effects.applied,
    wallMs: run.wallMs,
    peakMb: run.peakMb,
  };
}

/** One CSV with a number per account is enough to move a score; what is measured is the CRM. */
async function slimDown(home: string, crm: string): Promise<void> {
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
  for (const file of ['segments', 'flags', 'plays', 'gates', 'examples'])
    await rm(join(home, `config/${file}.yaml`), { force: true });
}
async function writeScores(home: string, keys: readonly string[], score: (index: number) => number): Promise<void> {
  await mkdir(join(home, 'data'), { recursive: true });
  await writeFile(
    join(home, 'data/survey.csv'),
    `account_id,answer\n${keys.map((key, index) => `${key},${score(index)}`).join('\n')}\n`,
  );
}

async function kenko(
  box: Sandbox,
  home: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly peakMb: number; readonly wallMs: number }> {
  const child = spawn(
    process.execPath,
    [...shippedFlags, join(import.meta.dirname, 'child.mjs'), ...args, '--home', home],
    {
      env: { ...process.env, ...environmentOf(box), KENKO_STATE: undefined, MALLOC_ARENA_MAX: '1' },
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
  const facts = line === undefined ? null : (JSON.parse(line) as { exitCode: number; peakMb: number; wallMs: number });
  if (facts === null || ![0, 3].includes(facts.exitCode))
    throw new Error(`kenko ${args.join(' ')} ended with ${facts?.exitCode}\n${stdout}\n${stderr}`);
  return { stdout, peakMb: facts.peakMb, wallMs: facts.wallMs };
}
