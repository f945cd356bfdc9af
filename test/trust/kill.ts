// L5: the real program, started as a person starts it, against the sandbox on loopback, and killed with SIGKILL at a moment
// by chance. The clocks of both are pushed between the starts, so that no lease and no settling time is waited out.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { seededChance } from '../../src/lib/chance.ts';
import { pretendClient } from '../../src/sandbox/salesforce/oauth.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { setupFields } from '../../src/sandbox/world/setup-fields.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import type { Broken } from './watch.ts';

const program = resolve(import.meta.dirname, '../../src/kenko.js');
const shift = resolve(import.meta.dirname, 'later.js');
const customers = 12;

interface Stage {
  readonly box: Sandbox;
  readonly home: SmallHome;
  readonly ids: readonly string[];
  readonly owner: string;
}

/** Kills so many starts, and lets the program go through twice after every fifth; what was broken then. */
export async function killOften(
  count: number,
  seed: number,
): Promise<{ readonly kills: number; readonly broken: readonly Broken[] }> {
  const chance = seededChance(seed + 5);
  const stage = await open();
  const broken: Broken[] = [];
  let kills = 0;
  try {
    const clean = await start(stage, null);
    if (clean.code !== 0) throw new Error(`the undisturbed first run ended with ${clean.code}: ${clean.said}`);
    while (kills < count) {
      for (let at = 0; at < 5 && kills < count; at++) {
        await change(stage, chance.fraction);
        // The later half of a run is where it writes.
        const { killed } = await start(stage, clean.ms * (0.35 + 0.75 * chance.fraction()));
        if (killed) kills += 1;
        stage.box.clock.push(5 * 60_000);
      }
      for (let times = 0; times < 2; times++) {
        const { code, said } = await start(stage, null);
        if (code !== 0 && times === 1)
          broken.push({ id: 'exit', what: `a clean run after kills ended with ${code}: ${said}` });
        stage.box.clock.push(5 * 60_000);
      }
      broken.push(...(await look(stage)));
    }
    return { kills, broken };
  } finally {
    await stage.box.close();
    await stage.home.remove();
  }
}

async function open(): Promise<Stage> {
  const box = await startSandbox({ accounts: customers + 8, seed: 5, setUp: setupFields });
  const { half, url } = box.salesforce;
  const ids = [...half.store.all('Account')]
    .filter((record) => record.deletedAt === null)
    .slice(0, customers)
    .map(({ id }) => id);
  const owner = [...half.store.all('User')].find((user) => user.values['IsActive'] === true)?.id ?? '';
  const home = await smallHome(ids.map((_, at) => ({ id: `c${at}`, logins: (at * 7) % 20, satisfaction: at % 11 })));
  const path = 'mappings/salesforce.yaml';
  const text = await readFile(join(home.folder, path), 'utf8');
  const connection = `connection: {login_url: "${url}", client_id: "${pretendClient.id}", client_secret: "\${SALESFORCE_CLIENT_SECRET}"}`;
  await home.rewrite(path, text.replace('connection: {}', connection).replace('[u1]', `[${owner}]`));
  const stage = { box, home, ids, owner };
  await change(stage, null);
  return stage;
}

/** The sources say something else; without chance, what the customers have. */
async function change({ box, home, ids, owner }: Stage, fraction: (() => number) | null): Promise<void> {
  const today = Date.parse(box.clock.now());
  for (const customer of home.customers) {
    if (fraction === null || fraction() < 0.5) continue;
    customer.logins = Math.floor(fraction() * 21);
    customer.satisfaction = Math.floor(fraction() * 11);
  }
  const yesterday = new Date(today - 86_400_000).toISOString().slice(0, 10);
  const rows = home.customers.map(
    ({ id, satisfaction }, at) => `${id},${ids[at] ?? ''},Company ${id},${owner},${satisfaction ?? ''}`,
  );
  await home.rewrite('data/customers.csv', ['id,crm_id,name,owner,satisfaction', ...rows, ''].join('\n'));
  const usage = home.customers.map(({ id, logins }) => `${id},${yesterday},${logins}`);
  await home.rewrite('data/usage.csv', ['id,day,logins', ...usage, ''].join('\n'));
}

/** Starts a run; kills it after so many milliseconds, or lets it end. */
async function start(
  { box, home }: Stage,
  killAfterMs: number | null,
): Promise<{ readonly code: number | null; readonly killed: boolean; readonly ms: number; readonly said: string }> {
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, ['--import', shift, program, 'run', '--home', home.folder], {
    env: {
      PATH: process.env['PATH'],
      SALESFORCE_CLIENT_SECRET: pretendClient.secret,
      LATER_MS: String(Date.parse(box.clock.now()) - Date.now()),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return await new Promise((done) => {
    child.once('close', (code, signal) => {
      if (timer !== null) clearTimeout(timer);
      const ms = performance.now() - started;
      done({ code, killed: signal === 'SIGKILL', ms, said: said.slice(-1_500) });
    });
  });
}

/** What must be true in the org and in the file after two runs that went through. */
async function look({ box, home, ids }: Stage): Promise<Broken[]> {
  const { half } = box.salesforce;
  const broken: Broken[] = [];
  const keys = new Map<string, number>();
  const open = new Map<string, number>();
  for (const { values, deletedAt } of half.store.all('Task')) {
    const key = values['Kenko_Key__c'];
    if (typeof key !== 'string' || deletedAt !== null) continue;
    keys.set(key, (keys.get(key) ?? 0) + 1);
    if (values['IsClosed'] !== true && values['Status'] !== 'Completed')
      open.set(String(values['WhatId']), (open.get(String(values['WhatId'])) ?? 0) + 1);
  }
  for (const [key, count] of [...keys, ...open])
    if (count > 1) broken.push({ id: 'I1', what: `${count} tasks for ${key}` });
  for (const [at, { id, logins, satisfaction }] of home.customers.entries()) {
    const shown = half.store.get('Account', ids[at] ?? '')?.values['Health_Score__c'];
    const wanted = Math.round(logins * 3 + (satisfaction ?? 0) * 4);
    if (Number(shown) !== wanted) broken.push({ id: 'I4', what: `${id} shows ${String(shown)} instead of ${wanted}` });
  }
  const clock = { now: () => box.clock.now(), ticks: () => 0, sleep: async () => undefined };
  const store = await openSqliteStore({ path: join(home.folder, 'state.sqlite'), clock });
  broken.push(...(await store.verify()).map(({ code, what }) => ({ id: code, what })));
  for (const plan of await store.plans.last(30)) {
    const { inflight = 0, unknown = 0, planned = 0 } = await store.plans.counts(plan.id);
    if (inflight + unknown + planned > 0)
      broken.push({
        id: 'I2',
        what: `plan ${plan.id} has ${inflight} in flight, ${unknown} unknown, ${planned} planned`,
      });
  }
  await store.close();
  return broken;
}
