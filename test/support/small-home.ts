// A small home on disk for tests of the hall: one CSV of customers, one of usage; a score of two metrics; one play. The
// numbers are easy to work out by hand: score = logins × 5 (60 of 100) + satisfaction × 4 (40 of 100).

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { kindSchemas } from '../../src/app.ts';
import { loadDecisions } from '../../src/config/load.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { prepare } from '../../src/domain/outcome.ts';
import { seededChance } from '../../src/lib/chance.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { sourceKinds } from '../../src/sources/kinds.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import type { Store } from '../../src/state/store.ts';
import { type MapCrm, mapCrm } from './map-crm.ts';

export interface Customer {
  readonly id: string;
  /** Login days in the window. */
  logins: number;
  /** 0..10; null: never asked. */
  satisfaction: number | null;
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
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, owner_salesforce: {from: owner, type: text}, answer: {from: satisfaction, type: number, min: 0, max: 10}}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: {type: number, required: true}}
    fresh_within_days: 7
    reject_limit: 0.2
`,
  'mappings/identity.yaml': `
match: [account_id, salesforce]
key_from: [account_id]
rosters: [customers]
`,
  'config/metrics.yaml': `
metrics:
  logins:
    label: Logins
    why: people who come stay
    unit: count
    measure: {kind: sum, source: usage, field: logins, days: 28}
    normalise: {kind: linear, zero: 0, full: 20}
    missing: zero
  satisfaction:
    label: Satisfaction
    why: people who are content stay
    unit: number
    measure: {kind: attribute, field: answer}
    normalise: {kind: linear, zero: 0, full: 10}
`,
  'config/scorecard.yaml': `
id: small
version: 1.0.0
dimensions: {usage: Usage, sentiment: Sentiment}
models:
  - id: small
    weights: {usage: {logins: 60}, sentiment: {satisfaction: 40}}
`,
  'config/plays.yaml': `
first_run: open_tasks
caps: {new_per_owner_per_day: 50, open_per_owner: 100}
plays:
  call:
    kind: risk
    when: {score: {below: 40}}
    task:
      subject: "Call {{name}}: score {{score}}"
      body: "Logins {{logins}}"
      due: 2 business days
      priority: high
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
`,
  'mappings/salesforce.yaml': `
connection: {}
objects:
  account:
    object: Account
    fields:
      health_score: Health_Score__c
      health_band: Health_Band__c
      health_alert: Health_Alert__c
      next_action: Next_Action__c
      health_scored_at: Health_Scored_At__c
task:
  fields: {key: Kenko_Key__c, subject: Subject, body: Description, due_on: ActivityDate, priority: Priority, play: Play_Id__c}
  priorities: {high: High, medium: Normal, low: Low}
  owner_fallback: [u1]
`,
};

export interface SmallHome {
  readonly folder: string;
  readonly crm: MapCrm;
  readonly events: PipelineEvent[];
  readonly customers: Customer[];
  clock: Clock & { push(ms: number): void };
  /** Writes the customers and their usage as of today into the CSV files. */
  save(): Promise<void>;
  /** Writes one file of the home anew. */
  rewrite(path: string, text: string): Promise<void>;
  decisions(): Promise<Decisions>;
  /** Opens the hall on the home's own database file; close the store afterwards. */
  open(path?: string): Promise<{ readonly hall: Hall; readonly store: Store }>;
  remove(): Promise<void>;
}

/** A clock that stands still until it is pushed; sleeping never ends, so no heartbeat disturbs a test. */
export function pushedClock(start: string): Clock & { push(ms: number): void } {
  let at = Date.parse(start);
  return {
    now: () => new Date(at).toISOString(),
    ticks: () => at,
    sleep: (_ms, signal) =>
      new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    push: (ms) => {
      at += ms;
    },
  };
}

/** A home with these customers; `overrides` replaces files by path. */
export async function smallHome(
  customers: readonly Customer[],
  overrides: Readonly<Record<string, string>> = {},
): Promise<SmallHome> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-test-'));
  for (const [path, text] of Object.entries({ ...files, ...overrides })) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text.trimStart());
  }
  const list = customers.map((customer) => ({ ...customer }));
  const crm = mapCrm(
    'salesforce',
    list.map((customer) => crmId(customer.id)),
  );
  const events: PipelineEvent[] = [];
  const home: SmallHome = {
    folder,
    crm,
    events,
    customers: list,
    clock: pushedClock('2026-06-01T06:00:00.000Z'),
    save: async () => {
      await mkdir(join(folder, 'data'), { recursive: true });
      const today = home.clock.now().slice(0, 10);
      const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
      const rows = list.map(({ id, satisfaction }) => `${id},${crmId(id)},Company ${id},u1,${satisfaction ?? ''}`);
      await writeFile(
        join(folder, 'data/customers.csv'),
        ['id,crm_id,name,owner,satisfaction', ...rows, ''].join('\n'),
      );
      const usage = list.map(({ id, logins }) => `${id},${yesterday},${logins}`);
      await writeFile(join(folder, 'data/usage.csv'), ['id,day,logins', ...usage, ''].join('\n'));
    },
    rewrite: (path, text) => writeFile(join(folder, path), text),
    decisions: async () => {
      const loaded = await loadDecisions({
        home: folder,
        env: {},
        kinds: { sources: (await kindSchemas()).sources, crms: { salesforce: z.record(z.string(), z.unknown()) } },
        allowMissingSecrets: true,
      });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
      return loaded.decisions;
    },
    open: async (path = join(folder, 'state.sqlite')) => {
      const decisions = await home.decisions();
      const store = await openSqliteStore({ path, clock: home.clock });
      const sources = await Promise.all(
        decisions.sources.map(async (settings) => {
          const open = sourceKinds[settings.kind];
          if (open === undefined) throw new Error(settings.kind);
          return await open(settings, { root: folder, clients: {} });
        }),
      );
      const mapping = decisions.crms[0];
      if (mapping === undefined) throw new Error('no mapping');
      const hall: Hall = {
        decisions,
        prepared: prepare(decisions),
        store,
        sources,
        crms: [{ crm, mapping }],
        clock: home.clock,
        chance: seededChance(1),
        actor: 'test',
        owner: 'test:1',
        emit: (event) => events.push(event),
      };
      return { hall, store };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await home.save();
  return home;
}
export function crmId(id: string): string {
  return `crm-${id}`;
}
