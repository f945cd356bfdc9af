// RavenStack: five dirty files of a B2B SaaS company into both pretend CRMs, with the real hands. Once counted by hand (no
// code of the product in it), once run through the hall as a command would run it.

import type { Outcome, RejectedRow } from '../../src/domain/nouns.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { run } from '../../src/pipeline/run.ts';
import { setUp } from '../../src/pipeline/setup.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { never, openOnSandbox, outcomesOf, rowsOf, type Stage, setClock, stageHome, wholeRun } from './stage.ts';

export const asOf = '2024-10-01';
/** Earlier days that only the negative control looks at. */
export const earlierDays = ['2024-01-01', '2024-04-01', '2024-07-01'] as const;
/** The files end on 2024-12-31; they are read two days later, and looked at as of an earlier day. */
const readOn = '2025-01-02T06:00:00.000Z';
const files = ['accounts', 'subscriptions', 'feature_usage', 'supports_ticket', 'churn_events'] as const;

// ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ByHand {
  readonly usage: number;
  readonly features: number;
  readonly tickets: number;
  readonly escalations: number;
  readonly score: number;
  /** No churn event in the 90 days from the as-of day on. */
  readonly stayed: boolean;
}
export interface Counted {
  /** Scores of accounts that signed up at least 30 days before, by day. */
  readonly days: ReadonlyMap<string, ReadonlyMap<string, ByHand>>;
  /** Lines of the usage file whose id an earlier line has already. */
  readonly doubleLines: readonly number[];
  readonly names: ReadonlyMap<string, string>;
}

/** 27-07-2023 → days since 1970. */
function dayNumber(text: string): number {
  const [day = 0, month = 0, year = 0] = text.slice(0, 10).split('-').map(Number);
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

export async function countByHand(): Promise<Counted> {
  const [accounts, subscriptions, usage, tickets, churn] = await Promise.all(
    files.map((name) => rowsOf(`ravenstack/ravenstack_${name}.csv`)),
  );
  const accountOf = new Map(subscriptions?.map((row) => [row['subscription_id'], row['account_id'] ?? '']));
  const seen = new Set<string>();
  const doubleLines: number[] = [];
  const used: { readonly account: string; readonly day: number; readonly feature: string }[] = [];
  for (const [at, row] of (usage ?? []).entries()) {
    const id = row['usage_id'] ?? '';
    if (seen.has(id)) doubleLines.push(at + 2);
    else
      used.push({
        account: accountOf.get(row['subscription_id']) ?? '',
        day: dayNumber(row['usage_date'] ?? ''),
        feature: row['feature_name'] ?? '',
      });
    seen.add(id);
  }
  const usedBy = Map.groupBy(used, (row) => row.account);
  const ticketsOf = Map.groupBy(tickets ?? [], (row) => row['account_id'] ?? '');
  const leftOn = Map.groupBy(churn ?? [], (row) => row['account_id'] ?? '');
  const days = new Map<string, ReadonlyMap<string, ByHand>>();
  for (const day of [...earlierDays, asOf]) {
    const today = Date.parse(`${day}T00:00:00Z`) / 86_400_000;
    const isRecent = (then: number) => then >= today - 90 && then < today;
    const counted = new Map<string, ByHand>();
    for (const row of accounts ?? []) {
      const account = row['account_id'] ?? '';
      if (today - dayNumber(row['signup_date'] ?? '') < 30) continue;
      const recent = (usedBy.get(account) ?? []).filter((one) => isRecent(one.day));
      const asked = (ticketsOf.get(account) ?? []).filter((one) => isRecent(dayNumber(one['submitted_at'] ?? '')));
      const features = new Set(recent.map((one) => one.feature)).size;
      const escalations = asked.filter((one) => one['escalation_flag'] === 'TRUE').length;
      const calm = asked.length === 0 ? 20 : asked.length === 1 ? 10 : 0;
      counted.set(account, {
        usage: recent.length,
        features,
        tickets: asked.length,
        escalations,
        score: Math.min(40, 5 * recent.length) + Math.min(20, 3 * features) + calm + (escalations === 0 ? 20 : 0),
        stayed: !(leftOn.get(account) ?? []).some((one) => {
          const left = dayNumber(one['churn_date'] ?? '');
          return left >= today && left < today + 90;
        }),
      });
    }
    days.set(day, counted);
  }
  const names = new Map(accounts?.map((row) => [row['account_id'] ?? '', row['account_name'] ?? '']));
  return { days, doubleLines, names };
}

// ── Through the hall ─────────────────────────────────────────────────────────────────────────────────────────────

export interface CrmView {
  /** Our account id → the band the record shows. */
  readonly bands: ReadonlyMap<string, string>;
  /** Keys of the tasks that stand there. */
  readonly taskKeys: readonly string[];
}
export interface RavenStack {
  readonly report: RunReport;
  readonly applied: RunReport;
  readonly again: RunReport;
  /** Requests that could change something, sent by the run after the plan was applied. */
  readonly mutatingAgain: number;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Outcomes of the earlier days, looked at with a memory of their own. */
  readonly earlier: ReadonlyMap<string, ReadonlyMap<string, Outcome>>;
  readonly rejected: readonly RejectedRow[];
  readonly salesforce: CrmView;
  readonly hubspot: CrmView;
  /** From the first run to the end of the apply. */
  readonly wallMs: number;
}

/** The days before, in their order and with a memory of their own: looking back must not touch what is remembered. */
async function lookBack(stage: Stage, env: Readonly<Record<string, string>>): Promise<RavenStack['earlier']> {
  const app = await openOnSandbox(stage, { ...env, KENKO_STATE: 'state/back.sqlite' }, setClock(readOn));
  try {
    const earlier = new Map<string, ReadonlyMap<string, Outcome>>();
    for (const day of earlierDays) {
      const reread = day === earlierDays[0];
      await run(app.hall, { ...wholeRun, asOf: day, until: 'evaluate', reread }, never);
      earlier.set(day, await outcomesOf(app.hall, day));
    }
    return earlier;
  } finally {
    await app.close();
  }
}

/** Furnishes both CRMs with these 500 accounts, then: run, a person's yes, run again, look back. */
export async function playRavenStack(counted: Counted): Promise<RavenStack> {
  const stage = await stageHome('ravenstack');
  const box = await startSandbox({ accounts: 0, now: readOn });
  try {
    for (const name of files) await stage.put(`ravenstack/ravenstack_${name}.csv`);
    const env = {
      SALESFORCE_INSTANCE_URL: box.salesforce.url,
      SALESFORCE_ACCESS_TOKEN: box.salesforce.token,
      HUBSPOT_BASE_URL: box.hubspot.url,
      HUBSPOT_ACCESS_TOKEN: box.hubspot.token,
    };
    const app = await openOnSandbox(stage, env, setClock(readOn));
    try {
      const { hall } = app;
      await setUp(hall, { make: true, onPiece: () => undefined }, never);
      const people = box.world.users.filter((user) => user.isActive).map((user) => user.email);
      const ownersOf = async (name: string) =>
        (await hall.crms.find(({ crm }) => crm.name === name)?.crm.users(people, never))?.map((user) => user.id) ?? [];
      const [salesforceOwners, hubspotOwners] = [await ownersOf('salesforce'), await ownersOf('hubspot')];
      for (const [at, [id, name]] of [...counted.names].entries()) {
        const born = [
          box.salesforce.half.store.insert(
            'Account',
            { Name: name, AccountNumber: id, OwnerId: salesforceOwners[at % salesforceOwners.length] },
            'system',
            { asSystem: true },
          ),
          box.hubspot.half.store.insert(
            'companies',
            { name, kenko_external_account_id: id, hubspot_owner_id: hubspotOwners[at % hubspotOwners.length] },
            'user:1',
            { asSystem: true },
          ),
        ];
        if (born.some((one) => !one.ok)) throw new Error(JSON.stringify(born));
      }

      const started = performance.now();
      const report = await run(hall, { ...wholeRun, asOf }, never);
      const applied = await applyPlan(hall, Number(report.plan?.id), never);
      const wallMs = performance.now() - started;
      const before = box.salesforce.counts().mutating + box.hubspot.counts().mutating;
      const again = await run(hall, { ...wholeRun, asOf }, never);
      const mutatingAgain = box.salesforce.counts().mutating + box.hubspot.counts().mutating - before;
      const outcomes = await outcomesOf(hall, asOf);
      const rejected = await hall.store.facts.rejected(null, 100);
      const view = (
        half: typeof box.salesforce.half,
        account: readonly string[],
        task: readonly string[],
      ): CrmView => ({
        bands: new Map(
          [...half.store.all(account[0] ?? '')].map((record) => [
            String(record.values[account[1] ?? '']),
            String(record.values[account[2] ?? '']),
          ]),
        ),
        taskKeys: [...half.store.all(task[0] ?? '')].map((record) => String(record.values[task[1] ?? ''])),
      });
      return {
        report,
        applied,
        again,
        mutatingAgain,
        outcomes,
        earlier: await lookBack(stage, env),
        rejected,
        salesforce: view(box.salesforce.half, ['Account', 'AccountNumber', 'Health_Band__c'], ['Task', 'Kenko_Key__c']),
        hubspot: view(
          box.hubspot.half,
          ['companies', 'kenko_external_account_id', 'kenko_health_band'],
          ['tasks', 'kenko_key'],
        ),
        wallMs,
      };
    } finally {
      await app.close();
    }
  } finally {
    await box.close();
    await stage.remove();
  }
}
