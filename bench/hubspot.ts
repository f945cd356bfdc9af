// What nights cost a HubSpot portal: a first load, then nights on which 5 % changed, then one on which nothing did. The
// portal keeps its real limits (190 calls in ten seconds, 5 searches a second) and answers after 50 ms; calls and records
// are counted by it. Each night is a process of its own, and later than the one before by more than HubSpot's index may lag; on
// one and the same day, so that no trend adds changes of its own.
//
// node bench/hubspot.ts [--accounts N] [--latency MS] [--nights 1..4] [--json]      the targets are those of 10,000 and 100,000

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

interface Case {
  readonly night: string;
  readonly accounts: number;
  readonly changed: number;
  /** Counted by the portal, sign-in included. */
  readonly calls: number;
  readonly writeCalls: number;
  readonly otherCalls: number;
  /** Updates of companies that the portal carried out. */
  readonly rows: number;
  readonly wallMs: number;
  /** The time in the CRM's part alone: meeting, planning, applying, reading back. */
  readonly crmMs: number;
  /** Processor time of the whole process: what is left of the wall time is waiting. */
  readonly cpuMs: number;
  /** The time in which the portal's rate allows as many calls. */
  readonly portalMs: number;
  readonly peakMb: number;
  readonly byPath: Readonly<Record<string, number>>;
}
/** The most that a night may cost. */
interface Target {
  readonly writeCalls: number;
  readonly otherCalls?: number;
  /** Wall time, as a multiple of what the portal's rate allows. */
  readonly pace?: number;
  readonly peakMb?: number;
}
const first = 'first load';
const after = 'the night after, 5 % changed';
const steady = 'steady state, 5 % changed';
const quiet = 'steady state, nothing changed';
const targets: Readonly<Record<string, Readonly<Record<string, Target>>>> = {
  '10000': {
    [first]: { writeCalls: 100, pace: 1.2, peakMb: 200 },
    [after]: { writeCalls: 5, peakMb: 200 },
    [steady]: { writeCalls: 5, otherCalls: 8, peakMb: 200 },
    [quiet]: { writeCalls: 0, otherCalls: 8, peakMb: 200 },
  },
  '100000': {
    [first]: { writeCalls: 1_000, pace: 1.2, peakMb: 200 },
    [after]: { writeCalls: 50, peakMb: 200 },
    [steady]: { writeCalls: 50, peakMb: 200 },
    [quiet]: { writeCalls: 0, peakMb: 200 },
  },
};
const callsPerSecond = 19;

const home = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
// A few customers of the sandbox's world are in no CRM; with some more of them the wanted number is.
const box = await startSandbox({ accounts: Math.ceil(accounts * 1.01), latencyMs });
const cases: Case[] = [];
let passedMs = 0;
try {
  await writeHome({ home, crm: 'hubspot', model: 'b2b_saas_default', locale: 'en' });
  const companies = [...box.hubspot.half.store.all('companies')].map(({ id }) => id).slice(0, accounts);
  if (companies.length < accounts) throw new Error(`only ${companies.length} companies are in the portal`);
  const some = Math.round(companies.length * 0.05);
  await slimDown();
  await save(companies, () => 8);
  await kenko(box, home, ['setup'], passedMs);

  cases.push(await night(first, companies.length));
  const wanted = Number(values.nights);
  for (const n of [1, 2].filter((one) => one < wanted)) {
    await save(companies, (index) => (index < n * some ? 9 : 8));
    cases.push(await night(n === 1 ? after : steady, some));
  }
  if (wanted > 3) cases.push(await night(quiet, 0));
} finally {
  await box.close();
  await rm(home, { recursive: true, force: true });
}
const verdicts = cases.flatMap(judge);
if (values.json) console.log(JSON.stringify({ machine, latencyMs, cases }, null, 2));
else {
  console.log(`${machine}, ${latencyMs} ms per answer\n`);
  console.table(cases.map(({ byPath, ...rest }) => rest));
  for (const { night: name, byPath } of cases) console.log(name, byPath);
  for (const [what, figure, limit, reached] of verdicts)
    console.log(`${reached ? 'reached' : 'MISSED '}  ${what.padEnd(60)} ${figure.padStart(10)}  (${limit})`);
}
if (verdicts.some(([, , , reached]) => !reached)) process.exitCode = 1;

function judge(seen: Case): (readonly [what: string, figure: string, limit: string, reached: boolean])[] {
  const target = targets[String(accounts)]?.[seen.night];
  const exactly = [
    `${seen.night}: records`,
    `${seen.rows}`,
    `exactly ${seen.changed}`,
    seen.rows === seen.changed,
  ] as const;
  if (target === undefined) return [exactly];
  const most = (what: string, figure: number, limit: number | undefined, unit = '') =>
    limit === undefined
      ? []
      : [[`${seen.night}: ${what}`, `${figure}${unit}`, `at most ${limit}${unit}`, figure <= limit] as const];
  return [
    exactly,
    ...most('write calls', seen.writeCalls, target.writeCalls),
    ...most('other calls', seen.otherCalls, target.otherCalls),
    ...most('wall time by the rate of the portal', Math.round((seen.wallMs / seen.portalMs) * 100) / 100, target.pace),
    ...most('peak memory', seen.peakMb, target.peakMb, ' MB'),
  ];
}

async function night(name: string, changed: number): Promise<Case> {
  passedMs += nightMs;
  box.clock.push(nightMs);
  box.hubspot.forgetRequests();
  const { store } = box.hubspot.half;
  const mark = store.mark();
  const run = await kenko(box, home, ['run', '--json'], passedMs);
  const report = JSON.parse(run.stdout) as {
    effects: { applied: number };
    durationMs: Record<string, number>;
  };
  const rows = store
    .changes()
    .slice(mark)
    .filter(({ type, op }) => type === 'companies' && op === 'update').length;
  if (report.effects.applied !== changed)
    throw new Error(`${name}: ${report.effects.applied} effects applied, ${changed} wanted\n${run.stdout}`);
  const counts = box.hubspot.counts();
  const byPath: Record<string, number> = {};
  for (const { method, path } of box.hubspot.requests()) {
    const what = `${method} ${(path.split('?')[0] ?? '').replace(/\/\d+/g, '/:id')}`;
    byPath[what] = (byPath[what] ?? 0) + 1;
  }
  const part = (...stages: string[]) => stages.reduce((sum, stage) => sum + (report.durationMs[stage] ?? 0), 0);
  return {
    night: name,
    accounts,
    changed,
    calls: counts.total,
    writeCalls: counts.write,
    otherCalls: counts.total - counts.write,
    rows,
    wallMs: run.wallMs,
    crmMs: part('start', 'settle', 'plan', 'apply', 'reconcile'),
    cpuMs: run.cpuMs,
    portalMs: Math.round((counts.total / callsPerSecond) * 1_000),
    peakMb: run.peakMb,
    byPath,
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
  for (const file of ['segments', 'flags', 'plays', 'kpis', 'contacts', 'examples'])
    await rm(join(home, `config/${file}.yaml`), { force: true });
}
async function save(companies: readonly string[], score: (index: number) => number): Promise<void> {
  await mkdir(join(home, 'data'), { recursive: true });
  const rows = companies.map((company, index) => `${company},${score(index)}`);
  await writeFile(join(home, 'data/customers.csv'), `company,answer\n${rows.join('\n')}\n`);
}
