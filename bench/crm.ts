// What a night costs a CRM: 10,000 accounts of which 5 % changed, and the same again with nothing changed. Calls are counted
// by the server, not by us. Each case is a process of its own, so that peak memory is the program's and not the sandbox's.
//
// node bench/crm.ts salesforce|hubspot|both [--accounts N] [--latency MS] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeHome } from '../src/cli/init.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/server.ts';
import { machine } from './machine.ts';
import { kenko, slimHome, writeScores } from './night.ts';

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

const cases: Case[] = [];
for (const crm of which === 'both' ? ['salesforce', 'hubspot'] : [which])
  cases.push(...(await measure(crm as 'salesforce' | 'hubspot')));
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
    await slimHome(home, crm);
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
