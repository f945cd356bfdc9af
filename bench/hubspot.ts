// What nights cost a HubSpot portal: a first load, then nights on which 5 % changed, then one on which nothing did. The
// portal keeps its real limits (190 calls in ten seconds, 5 searches a second) and answers after 50 ms; calls and records
// are counted by it. Each night is a process of its own, and later than the one before by more than HubSpot's index may lag; on
// one and the same day, so that no trend adds changes of its own.
//
// node bench/hubspot.ts [--accounts N] [--latency MS] [--nights 1..4] [--json]

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeHome } from '../src/cli/init.ts';
import { startSandbox } from '../src/sandbox/server.ts';
import { machine } from './machine.ts';
import { kenko } from './night.ts';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '10000' },
    latency: { type: 'string', default: '50' },
    nights: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
  },
});
const accounts = Number(values.accounts);
const latencyMs = Number(values.latency);
const nightMs = 10 * 60_000;

interface Night {
  readonly night: string;
  readonly changed: number;
  readonly writeCalls: number;
  readonly records: number;
  readonly otherCalls: number;
  readonly seconds: number;
  /** The time in the CRM's part alone: meeting, planning, applying, reading back. */
  readonly crmSeconds: number;
  /** Processor time of the whole process: what is left of the wall time is waiting. */
  readonly cpuSeconds: number;
  /** The shortest time in which the portal takes so many calls. */
  readonly portalSeconds: number;
  readonly peakMb: number;
  readonly calls: Readonly<Record<string, number>>;
}

const home = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
const box = await startSandbox({ accounts, latencyMs });
const nights: Night[] = [];
let passedMs = 0;
try {
  await writeHome({ home, crm: 'hubspot', model: 'b2b_saas_default', locale: 'en' });
  const companies = [...box.hubspot.half.store.all('companies')].map(({ id }) => id).slice(0, accounts);
  const some = Math.round(companies.length * 0.05);
  await slimDown();
  await save(companies, () => 8);
  await kenko(box, home, ['setup'], passedMs);

  nights.push(await night('first load', companies.length));
  const wanted = Number(values.nights);
  for (const n of [1, 2].filter((one) => one < wanted)) {
    await save(companies, (index) => (index < n * some ? 9 : 8));
    nights.push(await night(n === 1 ? 'the night after, 5 % changed' : 'steady state, 5 % changed', some));
  }
  if (wanted > 3) nights.push(await night('steady state, nothing changed', 0));
} finally {
  await box.close();
  await rm(home, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify({ machine, latencyMs, nights }, null, 2));
else {
  console.log(`${machine}, ${latencyMs} ms per answer\n`);
  console.table(nights.map(({ calls, ...rest }) => rest));
  for (const { night: name, calls } of nights) console.log(name, calls);
}

async function night(name: string, changed: number): Promise<Night> {
  passedMs += nightMs;
  box.clock.push(nightMs);
  box.hubspot.forgetRequests();
  const run = await kenko(box, home, ['run', '--json'], passedMs);
  const report = JSON.parse(run.stdout) as {
    effects: { applied: number };
    durationMs: Record<string, number>;
  };
  if (report.effects.applied !== changed)
    throw new Error(`${name}: ${report.effects.applied} effects applied, ${changed} wanted\n${run.stdout}`);
  const counts = box.hubspot.counts();
  const calls: Record<string, number> = {};
  for (const { method, path } of box.hubspot.requests()) {
    const what = `${method} ${(path.split('?')[0] ?? '').replace(/\/\d+/g, '/:id')}`;
    calls[what] = (calls[what] ?? 0) + 1;
  }
  const part = (...stages: string[]) => stages.reduce((sum, stage) => sum + (report.durationMs[stage] ?? 0), 0) / 1_000;
  return {
    night: name,
    changed,
    writeCalls: counts.write,
    records: report.effects.applied,
    otherCalls: counts.total - counts.write,
    seconds: run.wallMs / 1_000,
    crmSeconds: part('start', 'settle', 'plan', 'apply', 'reconcile'),
    cpuSeconds: run.cpuMs / 1_000,
    portalSeconds: 10 * Math.floor((counts.total - 1) / 190),
    peakMb: run.peakMb,
    calls,
  };
}

/** One CSV with a number and the company's id per account is enough to move a score; what is measured is the CRM. */
async function slimDown(): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'config/sources.yaml': `sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [company]
    ids: {hubspot: company}
    columns: {answer: {type: number, min: 0, max: 10}}
`,
    'mappings/identity.yaml': 'match: [hubspot]\nkey_from: [hubspot]\nrosters: [customers]\n',
    'config/metrics.yaml': `metrics:
  satisfaction: {label: Satisfaction, why: content people stay, unit: number, measure: {kind: attribute, field: answer}, normalise: {kind: linear, zero: 0, full: 10}}
`,
    'config/scorecard.yaml': `id: bench
version: 1.0.0
dimensions: {sentiment: Sentiment}
models: [{id: bench, weights: {sentiment: {satisfaction: 100}}}]
`,
    'config/gates.yaml': 'novelty: {on: false}\n',
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(home, path), text);
  for (const file of ['segments', 'flags', 'plays', 'kpis', 'examples'])
    await rm(join(home, `config/${file}.yaml`), { force: true });
}
async function save(companies: readonly string[], score: (index: number) => number): Promise<void> {
  await mkdir(join(home, 'data'), { recursive: true });
  const rows = companies.map((company, index) => `${company},${score(index)}`);
  await writeFile(join(home, 'data/customers.csv'), `company,answer\n${rows.join('\n')}\n`);
}
