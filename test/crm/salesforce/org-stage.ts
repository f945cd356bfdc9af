// A small home whose CRM is the real hand on a pretend org, for stories that go through the whole run: what is wrong on the
// wire, and what a run makes of it. No time is spent waiting; the clock of the home and that of the org stand at the same hour.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSalesforceClient } from '../../../src/clients/salesforce/connect.ts';
import { salesforceSettings } from '../../../src/crm/salesforce/connection.ts';
import { openSalesforce } from '../../../src/crm/salesforce/open.ts';
import type { Effect } from '../../../src/domain/nouns.ts';
import { onStep } from '../../../src/lib/step.ts';
import type { Hall } from '../../../src/pipeline/hall.ts';
import type { RunReport } from '../../../src/pipeline/report.ts';
import { type RunRequest, run } from '../../../src/pipeline/run.ts';
import { undoRun } from '../../../src/pipeline/undo.ts';
import { pretendClient } from '../../../src/sandbox/salesforce/oauth.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { type SetupField, setupFields } from '../../../src/sandbox/world/setup-fields.ts';
import { noChance } from '../../clients/salesforce/wire-server.ts';
import { type Customer, type SmallHome, smallHome } from '../../support/small-home.ts';
import { whole } from '../../support/small-run.ts';

const start = '2026-06-01T06:00:00.000Z';

export interface OrgStage {
  readonly box: Sandbox;
  readonly home: SmallHome;
  /** Ids of the accounts, in the order of the customers. */
  readonly ids: readonly string[];
  /** One run, or another way through the hall. */
  run(changed?: Partial<RunRequest>): Promise<RunReport>;
  /** Takes a run back. */
  undo(runId: string): Promise<RunReport>;
  /** Every effect of the newest plan. */
  effects(): Promise<readonly Effect[]>;
  scores(): readonly unknown[];
  /** Tasks of ours in the org. */
  tasks(): readonly { readonly id: string; readonly values: Readonly<Record<string, unknown>> }[];
  /** Mutating calls since the last look. */
  writes(): number;
  /** Broken invariants, as texts. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Customers with these numbers, known to the org. `changed` replaces files of the home. */
export async function orgStage(
  customers: readonly Omit<Customer, 'id'>[],
  changed: Readonly<Record<string, string>> = {},
  options: { readonly timeoutMs?: number; readonly bulkFrom?: number; readonly fields?: readonly SetupField[] } = {},
): Promise<OrgStage> {
  const box = await startSandbox({
    accounts: customers.length + 8,
    seed: 5,
    setUp: [...setupFields, ...(options.fields ?? [])],
    now: start,
  });
  const { url, half } = box.salesforce;
  const ids = [...half.store.all('Account')]
    .filter((record) => record.deletedAt === null)
    .slice(0, customers.length)
    .map(({ id }) => id);
  const owner = [...half.store.all('User')].find((user) => user.values['IsActive'] === true)?.id ?? '';
  const named = customers.map((customer, at) => ({ ...customer, id: `c${at}` }));
  const home = await smallHome(named, changed);
  const mappingPath = 'mappings/salesforce.yaml';
  const text = await readFile(join(home.folder, mappingPath), 'utf8');
  await home.rewrite(mappingPath, text.replace('[u1]', `[${owner}]`));
  const save = async () => {
    await home.save();
    const rows = home.customers.map(
      ({ id, satisfaction }, at) => `${id},${ids[at] ?? ''},Company ${id},${owner},${satisfaction ?? ''}`,
    );
    await home.rewrite('data/customers.csv', ['id,crm_id,name,owner,satisfaction', ...rows, ''].join('\n'));
  };
  const settings = salesforceSettings(
    { login_url: url, client_id: pretendClient.id, client_secret: pretendClient.secret },
    null,
    options.timeoutMs ?? 5_000,
  );
  // Sleeping is over at once, and a signed-in hour is an hour of the home.
  const clock = { now: () => home.clock.now(), ticks: () => home.clock.ticks(), sleep: async () => undefined };
  const isMutating = () => box.salesforce.requests().filter((request) => request.mutating).length;
  let seen = 0;
  const inHall = async (work: (hall: Hall) => Promise<RunReport>): Promise<RunReport> => {
    await save();
    const { hall, store } = await home.open();
    const mapping = hall.crms[0]?.mapping;
    if (mapping === undefined) throw new Error('no mapping');
    const client = openSalesforceClient(settings, { clock, chance: noChance });
    const bulk = options.bulkFrom === undefined ? {} : { bulkFrom: options.bulkFrom };
    const crm = openSalesforce({ mapping, client, clock, chance: noChance, ...bulk });
    try {
      return await work({ ...hall, crms: [{ crm, mapping }] });
    } finally {
      await crm.close();
      await store.close();
    }
  };

  return {
    box,
    home,
    ids,
    run: (request = {}) => inHall((hall) => run(hall, { ...whole, ...request }, new AbortController().signal)),
    undo: (runId) => inHall((hall) => undoRun(hall, runId, new AbortController().signal)),
    async effects() {
      const { store } = await home.open();
      const [plan] = await store.plans.last(1);
      const effects = plan === undefined ? [] : await store.plans.effects(plan.id, 0, 1_000);
      await store.close();
      return effects;
    },
    scores: () => ids.map((id) => half.store.get('Account', id)?.values['Health_Score__c'] ?? null),
    tasks: () => [...half.store.all('Task')].filter((record) => record.values['Kenko_Key__c'] != null),
    writes() {
      const now = isMutating();
      const since = now - seen;
      seen = now;
      return since;
    },
    async broken() {
      const { store } = await home.open();
      const problems = await store.verify();
      await store.close();
      return problems.map((problem) => problem.what);
    },
    async close() {
      onStep(() => undefined)();
      await box.close();
      await home.remove();
    },
  };
}
