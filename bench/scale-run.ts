// Whole nights of a company: events in one file → one row per account → score → plan → Salesforce. A first load, then a night
// on which one account in a hundred changed. Every score that stands in the org afterwards is compared with one that was
// counted while the file was written. The org is the sandbox without latency, in this process; the program runs in its own.

import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHome } from '../src/cli/init.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/server.ts';
import { kenko } from './night.ts';

const eventsPerAccount = 50;
const changedShare = 0.01;
const dayMs = 86_400_000;
/** Later than any overlap of reads, and still the same day where the night begins early enough. */
const nightMs = 20 * 60_000;

export interface NightCost {
  readonly accounts: number;
  /** Rows of the file that is read. */
  readonly events: number;
  readonly changed: number;
  readonly stage: 'first load' | '1 % changed';
  readonly wallMs: number;
  /** Processor time of the program: what it costs on a machine that others use as well. */
  readonly cpuMs: number;
  readonly peakMb: number;
  /** Rows landed, and accounts updated in the org. */
  readonly rows: number;
  readonly written: number;
  readonly callsOfOrg: number;
  /** Wall time by stage. */
  readonly stagesMs: Readonly<Record<string, number>>;
}

/** Two nights over so many accounts. @throws where a score in the org is not the one that was counted beside. */
export async function benchNights(accounts: number): Promise<readonly [NightCost, NightCost]> {
  const home = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
  const box = await startSandbox({ accounts: 1 });
  try {
    foundAccounts(box, accounts);
    await writeHome({ home, crm: 'salesforce', model: 'b2b_saas_default', locale: 'en' });
    await writeBenchHome(home);
    const today = box.clock.now().slice(0, 10);
    const changed = Math.round(accounts * changedShare);
    await kenko(box, home, ['setup']);

    const firstEvents = await writeEvents(home, today, accounts, 0);
    const first = await night(box, home, { accounts, events: firstEvents, changed: accounts, passedMs: nightMs });
    requireScores(box, accounts, 0);
    const laterEvents = await writeEvents(home, today, accounts, changed);
    const second = await night(box, home, { accounts, events: laterEvents, changed, passedMs: 2 * nightMs });
    requireScores(box, accounts, changed);
    return [
      { ...first, stage: 'first load' },
      { ...second, stage: '1 % changed' },
    ];
  } finally {
    await box.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Accounts without anything else: a world with contacts and cases would fill this process, and is read by nobody here. */
function foundAccounts(box: Sandbox, accounts: number): void {
  const { store } = box.salesforce.half;
  for (const record of [...store.all('Account')]) store.remove('Account', record.id, 'system');
  const owners = [...store.all('User')].filter((user) => user.values['IsActive'] === true);
  const at = new Date(Date.parse(box.clock.now()) - 30 * dayMs).toISOString();
  for (let index = 0; index < accounts; index++) {
    const owner = owners[index % owners.length];
    const values = { Name: `Customer ${index}`, AccountNumber: keyOf(index), OwnerId: owner?.id ?? null };
    const born = store.insert('Account', values, 'system', { asSystem: true, at });
    if (!born.ok) throw new Error(JSON.stringify(born.refusals));
  }
}
function keyOf(index: number): string {
  return `C${String(index).padStart(7, '0')}`;
}

/** Login days of an account within the window; one more where it changed. */
function loginDays(index: number, changed: boolean): number {
  return 1 + (index % 10) + (changed ? 1 : 0);
}
/** Fifty events per account, in the order of time as exports are, on as many days as the account has. Returns the lines. */
async function writeEvents(home: string, today: string, accounts: number, changed: number): Promise<number> {
  await mkdir(join(home, 'data'), { recursive: true });
  const day = (back: number) => new Date(Date.parse(`${today}T00:00:00Z`) - back * dayMs).toISOString().slice(0, 10);
  const days = Array.from({ length: 28 }, (_, back) => day(back));
  const file = createWriteStream(join(home, 'data/usage.csv'), { highWaterMark: 2 ** 20 });
  file.write('account_id,user_id,day,logins\n');
  let lines = 0;
  for (let nth = 0; nth < eventsPerAccount; nth++) {
    for (let from = 0; from < accounts; from += 5_000) {
      let text = '';
      for (let index = from; index < Math.min(accounts, from + 5_000); index++) {
        const back = 1 + (nth % loginDays(index, index < changed)) * 2;
        text += `${keyOf(index)},u${nth % 7},${days[back]},1\n`;
        lines++;
      }
      if (!file.write(text)) await new Promise<void>((resolve) => file.once('drain', () => resolve()));
    }
  }
  await new Promise<void>((resolve) => file.end(() => resolve()));
  return lines;
}

/** What must stand in the org: 100 points for 20 days, counted here and not by the program. */
function requireScores(box: Sandbox, accounts: number, changed: number): void {
  let seen = 0;
  for (const record of box.salesforce.half.store.all('Account')) {
    if (record.deletedAt !== null) continue;
    const index = Number(String(record.values['AccountNumber']).slice(1));
    const wanted = loginDays(index, index < changed) * 5;
    if (record.values['Health_Score__c'] !== wanted)
      throw new Error(`${keyOf(index)} has the score ${record.values['Health_Score__c']}, counted beside: ${wanted}`);
    seen++;
  }
  if (seen !== accounts) throw new Error(`${seen} of ${accounts} accounts are in the org`);
}

async function night(
  box: Sandbox,
  home: string,
  given: { readonly accounts: number; readonly events: number; readonly changed: number; readonly passedMs: number },
): Promise<Omit<NightCost, 'stage'>> {
  box.clock.push(nightMs);
  box.salesforce.forgetRequests();
  const run = await kenko(box, home, ['run', '--json'], given.passedMs);
  const report = JSON.parse(run.stdout) as {
    readonly exitCode: number;
    readonly effects: { readonly applied: number };
    readonly sources: readonly { readonly rows: number }[];
    readonly durationMs: Readonly<Record<string, number>>;
  };
  if (report.exitCode !== 0 || report.effects.applied !== given.changed)
    throw new Error(`${report.effects.applied} of ${given.changed} effects applied\n${run.stdout}`);
  const { accounts, events, changed } = given;
  return {
    accounts,
    events,
    changed,
    wallMs: run.wallMs,
    cpuMs: run.cpuMs,
    peakMb: run.peakMb,
    rows: report.sources.reduce((sum, { rows }) => sum + rows, 0),
    written: report.effects.applied,
    callsOfOrg: box.salesforce.counts().total,
    stagesMs: report.durationMs,
  };
}

/** A home with one file of events and two metrics: little of each, but the whole way. */
async function writeBenchHome(home: string): Promise<void> {
  const write = (name: string, text: string) => writeFile(join(home, name), text);
  await write(
    'config/sources.yaml',
    `sources:
  crm_accounts:
    kind: salesforce
    holds: roster
    settings: {object: account}
    key: [record_id]
    ids: {salesforce: record_id, account_id: account_number}
    columns: {name: text, owner: text}
  usage:
    kind: files
    holds: events
    settings:
      path: data/usage.csv
      cells: {day: day, logins: number}
      query: |
        SELECT account_id, count(DISTINCT day) FILTER (WHERE logins > 0) AS login_days, count(DISTINCT user_id) AS users,
          max(day) AS last_seen
        FROM rows WHERE day > CAST(:as_of AS DATE) - 28 AND day <= CAST(:as_of AS DATE) GROUP BY account_id
    key: [account_id]
    account: account_id
    at: last_seen
    columns: {login_days: number, users: number}
    fresh_within_days: 7
`,
  );
  await write(
    'mappings/identity.yaml',
    'match: [account_id]\nkey_from: [account_id, salesforce]\nrosters: [crm_accounts]\n',
  );
  await write(
    'config/metrics.yaml',
    `metrics:
  login_days: {label: Login days, why: habits stay, unit: days, measure: {kind: latest, source: usage, field: login_days, days: 60}, normalise: {kind: linear, zero: 0, full: 20}}
  users: {label: Users, why: many hands, unit: count, measure: {kind: latest, source: usage, field: users, days: 60}}
`,
  );
  await write(
    'config/scorecard.yaml',
    `id: bench
version: 1.0.0
dimensions: {usage: Usage}
models: [{id: bench, weights: {usage: {login_days: 100}}}]
`,
  );
  await write(
    'config/gates.yaml',
    'novelty: {on: false}\noutcome: {band_change_share: 1, mean_shift: 100, psi: 100}\ntasks: {new_share: 1, per_owner_per_day: 1000000}\n',
  );
  for (const file of ['segments', 'flags', 'plays', 'examples', 'kpis', 'contacts'])
    await rm(join(home, `config/${file}.yaml`), { force: true });
}
