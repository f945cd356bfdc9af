// A small home that works with a portal in the sandbox: a CSV of customers, one score, one play. Hall, transport and portal
// live by one clock, so that whoever waits moves it on and no test does.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { kindSchemas } from '../../../src/app.ts';
import { connectHubspot, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import { loadDecisions } from '../../../src/config/load.ts';
import type { Crm, Setup } from '../../../src/crm/crm.ts';
import { openHubspot } from '../../../src/crm/hubspot/open.ts';
import type { Effect } from '../../../src/domain/nouns.ts';
import { prepare } from '../../../src/domain/outcome.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { Hall } from '../../../src/pipeline/hall.ts';
import type { RunReport } from '../../../src/pipeline/report.ts';
import { run } from '../../../src/pipeline/run.ts';
import type { FaultAction } from '../../../src/sandbox/faults.ts';
import { type People, peopleOf } from '../../../src/sandbox/people.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { sourceKinds } from '../../../src/sources/kinds.ts';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import type { Store } from '../../../src/state/store.ts';
import { calm } from '../../clients/hubspot/wire.ts';
import { whole as request } from '../../support/small-run.ts';

export interface Customer {
  readonly id: string;
  /** The company's id in the portal. */
  readonly company: string;
  /** 0..10; the score is ten times it. */
  answer: number;
}
export interface Ended {
  readonly report: RunReport;
  /** What the plan's effects came to: state → how many. */
  readonly states: Readonly<Record<string, number>>;
  /** Sentences for the admin: of the run, of its gates and of every refused effect. */
  readonly told: string;
}
export interface PortalHome {
  readonly sandbox: Sandbox;
  readonly people: People;
  readonly customers: Customer[];
  /** One whole run; `lifted` as after `kenko retry --rejected`; `token`: with another service key. */
  run(options?: { readonly lifted?: boolean; readonly token?: string | null }): Promise<Ended>;
  /** Minutes pass, for the portal and for us. */
  wait(minutes: number): void;
  /** Writes one file of the home anew. */
  write(path: string, text: string): Promise<void>;
  /** Every effect of the newest plan. */
  effects(): Promise<readonly Effect[]>;
  /** Company → the band it shows; what stands in the portal. */
  scores(): Record<string, string | null>;
  /** Our tasks in the portal, archived ones left out: company → how many. */
  tasks(): Promise<Record<string, number>>;
  /** What is wrong with the books; effects whose fate nobody settled count as wrong. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const files: Readonly<Record<string, string>> = {
  'config/kenko.yaml': `
name: Small
purpose: tests
zone: UTC
locale: en
schedule: "0 5 * * *"
state: {path: state.sqlite}
`,
  'config/sources.yaml': `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: customers.csv}
    key: [id]
    ids: {account_id: id, hubspot: company}
    columns: {name: text, answer: {type: number, min: 0, max: 10}}
`,
  'mappings/identity.yaml': 'match: [account_id, hubspot]\nkey_from: [account_id]\nrosters: [customers]\n',
  'config/metrics.yaml': `
metrics:
  satisfaction: {label: Satisfaction, why: content people stay, unit: number, measure: {kind: attribute, field: answer}, normalise: {kind: linear, zero: 0, full: 10}}
`,
  'config/scorecard.yaml': `
id: small
version: 1.0.0
dimensions: {sentiment: Sentiment}
models: [{id: small, weights: {sentiment: {satisfaction: 100}}}]
`,
  'config/plays.yaml': `
first_run: open_tasks
caps: {new_per_owner_per_day: 50, open_per_owner: 100}
plays:
  call:
    kind: risk
    when: {score: {below: 40}}
    task: {subject: "Call {{name}}", body: "Score {{score}}", due: 2 business days, priority: high}
    closes_when: {score: {at_least: 50}}
    closing_runs: 1
    cool_down: 30d
`,
  'config/gates.yaml': `
novelty: {on: false}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
tasks: {new_min: 1000, per_owner_per_day: 1000}
destruction: {count: 1000, share: 1}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
breaker: {rejected_share: 1}
`,
};
const mapping = (owner: string, mode: string, objects: string, fields: string) => `
connection: {access_token: "\${HUBSPOT_ACCESS_TOKEN}", base_url: "\${HUBSPOT_BASE_URL}", api_version: "\${VERSION}"}
objects:
  account:
    object: companies
    fields: {health_score: kenko_health_score, health_band: kenko_health_band${fields}}
${objects}task:
  mode: ${mode}
  fields: {key: kenko_key, subject: hs_task_subject, body: hs_task_body, due_on: hs_timestamp, priority: hs_task_priority}
  priorities: {high: HIGH, medium: MEDIUM, low: LOW}
  owner_fallback: ["${owner}"]
`;

/** Opens the home over a furnished portal. `answers`: one customer per figure. */
export async function portalHome(
  answers: readonly number[] = [2, 5, 8],
  options: {
    readonly version?: string;
    readonly mode?: 'exactly_once' | 'at_least_once';
    readonly timeoutMs?: number;
    readonly settings?: Readonly<Record<string, unknown>>;
    /** Files of the home besides the usual ones, or in their place. */
    readonly files?: Readonly<Record<string, string>>;
    /** More objects of the mapping: lines of YAML. */
    readonly objects?: string;
    /** Words that the company shows besides score and band. */
    readonly fields?: readonly string[];
  } = {},
): Promise<PortalHome> {
  const sandbox = await startSandbox({ accounts: Math.max(8, answers.length * 2) });
  const { half } = sandbox.hubspot;
  for (const [name, value] of Object.entries(options.settings ?? {})) half.setKnob(name, value);
  const millis = () => Date.parse(sandbox.clock.now());
  const clock: Clock = {
    now: () => sandbox.clock.now(),
    ticks: millis,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sandbox.clock.push(ms);
    },
  };
  // The lease beats by sleeping; with a clock that never waits it would never end.
  const still: Clock = {
    ...clock,
    sleep: (_ms, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const ask = async (path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.hubspot.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${sandbox.hubspot.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as { readonly results: readonly Record<string, unknown>[] };
  };
  const companies = (await ask('/crm/v3/objects/companies?limit=100')).results.map((company) => String(company['id']));
  const owner = String((await ask('/crm/v3/owners?limit=1')).results[0]?.['id']);
  const customers = answers.map((answer, at) => ({ id: `c${at + 1}`, company: companies[at] ?? '', answer }));

  const folder = await mkdtemp(join(tmpdir(), 'kenko-portal-'));
  for (const [path, text] of Object.entries({
    ...files,
    ...options.files,
    'mappings/hubspot.yaml': mapping(
      owner,
      options.mode ?? 'exactly_once',
      options.objects ?? '',
      (options.fields ?? []).map((word) => `, ${word}: kenko_${word}`).join(''),
    ),
  })) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text.trimStart());
  }
  await save();
  const loaded = await loadDecisions({
    home: folder,
    env: {
      HUBSPOT_ACCESS_TOKEN: sandbox.hubspot.token,
      HUBSPOT_BASE_URL: sandbox.hubspot.url,
      VERSION: options.version ?? 'v3',
    },
    kinds: await kindSchemas(),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  const { decisions } = loaded;
  const [wanted] = decisions.crms;
  if (wanted === undefined) throw new Error('no mapping');
  const hand = (token: string | null = null): Crm & Setup =>
    openHubspot({
      mapping: wanted,
      client: connectHubspot({
        connection: hubspotConnection.parse({
          ...(wanted.connection as object),
          ...(token === null ? {} : { access_token: token }),
        }),
        clock,
        chance: seededChance(1),
        timeoutMs: options.timeoutMs ?? 5_000,
      }),
      clock,
      zone: 'UTC',
    });
  const setter = hand();
  for (const piece of await setter.missing({ mapping: wanted, tasks: true }, calm)) {
    const problem = await setter.make(piece, calm);
    if (problem?.severity !== 'error') continue;
    await sandbox.close();
    throw new Error(problem.what);
  }
  sandbox.hubspot.forgetRequests();

  async function save(): Promise<void> {
    const rows = customers.map(({ id, company, answer }) => `${id},${company},Company ${id},${answer}`);
    await writeFile(join(folder, 'customers.csv'), ['id,company,name,answer', ...rows, ''].join('\n'));
  }
  async function opened<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openSqliteStore({ path: join(folder, 'state.sqlite'), clock: still });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }
  return {
    sandbox,
    people: peopleOf(half),
    customers,
    async write(path, text) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    effects: () =>
      opened(async (store) => {
        const [plan] = await store.plans.last(1);
        return plan === undefined ? [] : await store.plans.effects(plan.id, 0, 1_000);
      }),
    wait: (minutes) => void sandbox.clock.push(minutes * 60_000),
    run: ({ lifted = false, token = null } = {}) =>
      opened(async (store) => {
        await save();
        const sources = await Promise.all(
          decisions.sources.map((settings) => sourceKinds['csv']?.(settings, { root: folder, clients: {} })),
        );
        const hall: Hall = {
          decisions,
          prepared: prepare(decisions),
          store,
          sources: sources.filter((source) => source !== undefined),
          crms: [{ crm: hand(token), mapping: wanted }],
          clock: still,
          chance: seededChance(1),
          actor: 'test',
          owner: 'test:1',
          emit: () => undefined,
        };
        const report = await run(hall, { ...request, lifted }, calm);
        const plan = report.plan === null ? null : (await store.plans.last(1))[0];
        const effects = plan == null ? [] : await store.plans.effects(plan.id, 0, 1_000);
        const states: Record<string, number> = {};
        for (const effect of effects) states[effect.state] = (states[effect.state] ?? 0) + 1;
        const sentences = [...report.problems, ...effects.flatMap(({ problem }) => problem ?? [])];
        return {
          report,
          states,
          told: [
            ...sentences.map(({ where, what, why, fix }) => `${where}: ${what} ${why} ${fix}`),
            ...report.gates.filter(({ held, stopped }) => held || stopped).map(({ says }) => says),
          ].join('\n'),
        };
      }),
    scores: () =>
      Object.fromEntries(
        customers.map(({ id, company }) => [
          id,
          (half.store.get('companies', company)?.values['kenko_health_score'] as string | undefined) ?? null,
        ]),
      ),
    async tasks() {
      const { results } = (await ask('/crm/v4/associations/companies/tasks/batch/read', {
        inputs: customers.map(({ company }) => ({ id: company })),
      })) as unknown as { results: readonly { from: { id: string }; to: readonly { toObjectId: number }[] }[] };
      const ours = await ask('/crm/v3/objects/tasks/batch/read', {
        properties: ['kenko_key'],
        inputs: results.flatMap(({ to }) => to.map(({ toObjectId }) => ({ id: String(toObjectId) }))).slice(0, 100),
      });
      const keyed = new Set(
        ours.results
          .filter((task) => (task['properties'] as Record<string, unknown> | undefined)?.['kenko_key'])
          .map((task) => String(task['id'])),
      );
      return Object.fromEntries(
        customers.map(({ id, company }) => [
          id,
          results
            .filter(({ from }) => String(from.id) === company)
            .flatMap(({ to }) => to)
            .filter(({ toObjectId }) => keyed.has(String(toObjectId))).length,
        ]),
      );
    },
    broken: () =>
      opened(async (store) => {
        const left = (await store.plans.last(20)).map(async (plan) => await store.plans.counts(plan.id));
        const counts = await Promise.all(left);
        const open = counts.flatMap((one) =>
          (['inflight', 'unknown', 'planned'] as const).flatMap((state) =>
            (one[state] ?? 0) > 0 ? [`${one[state]} ${state}`] : [],
          ),
        );
        return [...(await store.verify()).map((problem) => problem.what), ...open];
      }),
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Plants one fault: as long as it is there, or once. */
export function plant(
  home: PortalHome,
  fault: { readonly at: string | null; readonly answer: FaultAction; readonly once?: true },
): void {
  home.sandbox.faults.plant('hubspot', {
    match: fault.at === null ? {} : { path: fault.at },
    times: fault.once === true ? 1 : 0,
    action: fault.answer,
  });
}
/** How many calls the portal got whose path contains this. */
export function callsTo(home: PortalHome, path: string | null): number {
  return home.sandbox.hubspot.requests().filter((request) => path !== null && request.path.includes(path)).length;
}
/** What must be true of every story in the end: of three customers with 2, 3 and 8, and of the run that said so. */
export async function expectAllWell(home: PortalHome, last: Ended): Promise<void> {
  expect([last.report.exitCode, last.states, last.told]).toEqual([0, {}, '']);
  expect(home.scores()).toEqual({ c1: '20', c2: '30', c3: '80' });
  expect(await home.tasks()).toEqual({ c1: 1, c2: 1, c3: 0 });
  expect(await home.broken()).toEqual([]);
}
