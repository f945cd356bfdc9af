// Online Retail, twice: the customer base of a wholesaler as its nightly exports would have shown it on two Thursdays, once
// counted by hand (no code of the product in it) and once run through the hall with a CRM in a Map that knows everybody.

import type { Outcome, Score } from '../../src/domain/nouns.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { run } from '../../src/pipeline/run.ts';
import { type MapCrm, mapCrm } from '../support/map-crm.ts';
import { never, openOnMap, outcomesOf, rowsOf, setClock, stageHome, wholeRun } from './stage.ts';

export const file = 'uci_online_retail_customer_day.csv';
export const weeks = ['2011-09-01', '2011-09-08'] as const;
/** What an account team of this size would be; the data names no owners. */
const ownerCount = 40;

export interface Row {
  readonly customer: string;
  readonly date: string;
  readonly country: string;
  readonly invoices: number;
  readonly skus: number;
  readonly amount: number;
  readonly cancelled: number;
  /** The line as it stands in the file. */
  readonly line: string;
}

export async function readRows(): Promise<readonly Row[]> {
  return (await rowsOf(file)).map((cells) => ({
    customer: cells['customer_id'] ?? '',
    date: cells['date'] ?? '',
    country: cells['country'] ?? '',
    invoices: Number(cells['invoices']),
    skus: Number(cells['distinct_skus']),
    amount: Number(cells['amount_gbp']),
    cancelled: Number(cells['cancel_invoices']),
    line: Object.values(cells).join(','),
  }));
}

// ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ByHand {
  readonly recency: number;
  readonly freq: number;
  /** Null without spending in the quarter before. */
  readonly trend: number | null;
  readonly breadth: number;
  readonly tenure: number;
  /** Null without an order in 90 days. */
  readonly cancel: number | null;
  /** One decimal. */
  readonly score: number;
}

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

/** The score of every customer with an order in the 180 days before `day`; the others are absent. */
export function scoresByHand(rows: readonly Row[], day: string): ReadonlyMap<string, ByHand> {
  const today = dayNumber(day);
  const found = new Map<string, ByHand>();
  for (const [customer, all] of Map.groupBy(rows, (row) => row.customer)) {
    const past = all.map((row) => ({ ...row, ago: today - dayNumber(row.date) })).filter((row) => row.ago > 0);
    const orders = past.filter((row) => row.invoices > 0).map((row) => row.ago);
    const recency = Math.min(...orders);
    if (recency > 180) continue;
    const sum = (from: number, to: number, of: 'invoices' | 'skus' | 'amount' | 'cancelled') =>
      past.filter((row) => row.ago > from && row.ago <= to).reduce((total, row) => total + row[of], 0);
    const freq = sum(0, 90, 'invoices');
    const before = sum(90, 180, 'amount');
    const breadth = sum(0, 90, 'skus');
    const tenure = Math.max(...orders);
    const trend = before > 0 ? sum(0, 90, 'amount') / before : null;
    const cancel = freq > 0 ? sum(0, 90, 'cancelled') / freq : null;
    const points: (readonly [points: number, of: number])[] = [
      [recency <= 14 ? 30 : recency <= 30 ? 24 : recency <= 60 ? 12 : recency <= 90 ? 5 : 0, 30],
      [freq >= 4 ? 25 : freq >= 2 ? 16 : freq >= 1 ? 8 : 0, 25],
      [breadth >= 30 ? 10 : breadth >= 10 ? 7 : breadth >= 1 ? 4 : 0, 10],
      [tenure >= 120 ? 10 : tenure >= 60 ? 6 : 2, 10],
    ];
    if (trend !== null) points.push([trend >= 1 ? 15 : trend >= 0.7 ? 10 : trend >= 0.3 ? 5 : 0, 15]);
    if (cancel !== null) points.push([cancel === 0 ? 10 : cancel < 0.1 ? 6 : cancel < 0.3 ? 3 : 0, 10]);
    const got = points.reduce((total, [point]) => total + point, 0);
    const whole = points.reduce((total, [, of]) => total + of, 0);
    found.set(customer, {
      recency,
      freq,
      trend,
      breadth,
      tenure,
      cancel,
      score: Math.round((1000 * got) / whole) / 10,
    });
  }
  return found;
}

export type Colour = 'green' | 'yellow' | 'red';
const order: readonly Colour[] = ['red', 'yellow', 'green'];
const colour = (score: number, green: number, yellow: number): Colour =>
  score >= green ? 'green' : score >= yellow ? 'yellow' : 'red';

/** First by the plain edges; a week later an edge has to be passed by three points, unless the alert is on. */
export function bandsByHand(
  first: ReadonlyMap<string, ByHand>,
  second: ReadonlyMap<string, ByHand>,
): readonly [ReadonlyMap<string, Colour>, ReadonlyMap<string, Colour>] {
  const before = new Map([...first].map(([customer, { score }]) => [customer, colour(score, 70, 40)] as const));
  const after = new Map(
    [...second].map(([customer, { score }]) => {
      const plain = colour(score, 70, 40);
      const was = before.get(customer);
      if (was === undefined) return [customer, plain] as const;
      const down = colour(score, 67, 37);
      const up = colour(score, 73, 43);
      const alert = score <= 20 || ((first.get(customer)?.score ?? 100) <= 20 && score <= 23);
      if (alert && order.indexOf(plain) < order.indexOf(was)) return [customer, plain] as const;
      if (order.indexOf(down) < order.indexOf(was)) return [customer, down] as const;
      return [customer, order.indexOf(up) > order.indexOf(was) ? up : was] as const;
    }),
  );
  return [before, after];
}

// ── Through the hall ─────────────────────────────────────────────────────────────────────────────────────────────

export interface Week {
  readonly day: string;
  /** The run as a schedule would have started it. */
  readonly report: RunReport;
  /** A person's yes to its plan; null where no gate held it. */
  readonly applied: RunReport | null;
  /** Another run on the same day; in the second week only, for it takes its time. */
  readonly again: RunReport | null;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Accounts that got a task this week, and those whose task was closed, with the play. */
  readonly opened: readonly (readonly [account: string, play: string])[];
  readonly closed: readonly (readonly [account: string, play: string])[];
  readonly wallMs: number;
}
export interface Retail {
  readonly rows: readonly Row[];
  readonly weeks: readonly Week[];
  readonly crm: MapCrm;
}

/** The file as it was in the morning of that day: nothing of the day itself, nothing after it. */
export function exportOf(rows: readonly Row[], day: string): string {
  const head =
    'customer_id,date,country,invoices,lines,distinct_skus,units,amount_gbp,cancel_invoices,cancel_amount_gbp';
  return [head, ...rows.filter((row) => row.date < day).map((row) => row.line), ''].join('\n');
}
/** Everybody who ever ordered or will: the CRM knows them all. An owner each, by the number of the customer. */
export function rosterOf(rows: readonly Row[]): string {
  const countries = new Map(rows.map((row) => [row.customer, row.country]));
  const lines = [...countries].map(([id, country]) => `${id},Customer ${id},${country},${ownerOf(id)}`);
  return ['customer_id,name,country,owner', ...lines, ''].join('\n');
}
export function ownerOf(customer: string): string {
  return `rep${String(Number(customer) % ownerCount).padStart(2, '0')}`;
}
export function crmOf(rows: readonly Row[]): MapCrm {
  const crm = mapCrm('salesforce', [...new Set(rows.map((row) => row.customer))], {
    limits: { batchSize: 200, readSize: 2_000 },
  });
  crm.users_ = Array.from({ length: ownerCount }, (_, at) => ({ id: ownerOf(String(at)), email: null, active: true }));
  return crm;
}

/** Two weeks in a row: export, run, a person's yes where a gate asks for it, and a second run that must find nothing. */
export async function playOnlineRetail(): Promise<Retail> {
  const rows = await readRows();
  const crm = crmOf(rows);
  const stage = await stageHome('online-retail');
  const clock = setClock('');
  const played: Week[] = [];
  try {
    await stage.put('customers.csv', rosterOf(rows));
    for (const day of weeks) {
      const started = performance.now();
      clock.set(`${day}T05:00:00.000Z`);
      await stage.put(file, exportOf(rows, day));
      const openBefore = openTasks(crm);
      const { hall, close } = await openOnMap(stage, crm, clock);
      const report = await run(hall, wholeRun, never);
      const applied = report.state === 'held' ? await applyPlan(hall, Number(report.plan?.id), never) : null;
      const wallMs = performance.now() - started;
      const again = day === weeks[1] ? await run(hall, wholeRun, never) : null;
      const outcomes = await outcomesOf(hall, day);
      await close();
      const openAfter = openTasks(crm);
      const seen = new Set(openBefore.map(([key]) => key));
      const open = new Set(openAfter.map(([key]) => key));
      played.push({
        day,
        report,
        applied,
        again,
        outcomes,
        opened: openAfter.filter(([key]) => !seen.has(key)).map(([, account, play]) => [account, play] as const),
        closed: openBefore.filter(([key]) => !open.has(key)).map(([, account, play]) => [account, play] as const),
        wallMs,
      });
    }
  } finally {
    await stage.remove();
  }
  return { rows, weeks: played, crm };
}
function openTasks(crm: MapCrm): readonly (readonly [key: string, account: string, play: string])[] {
  return [...crm.tasks.values()]
    .filter((task) => task.state === 'open')
    .map((task) => [task.key, task.target, String(task.fields['play'])] as const);
}

/** Today's whole file, looked at as of an earlier day: what came after it must not matter. */
export async function scoresInHindsight(rows: readonly Row[], day: string): Promise<ReadonlyMap<string, Score>> {
  const stage = await stageHome('online-retail');
  try {
    await stage.put('customers.csv', rosterOf(rows));
    await stage.put(file);
    const { hall, close } = await openOnMap(stage, crmOf(rows), setClock('2011-12-10T05:00:00.000Z'));
    await run(hall, { ...wholeRun, asOf: day, until: 'evaluate' }, never);
    const outcomes = await outcomesOf(hall, day);
    await close();
    return new Map([...outcomes].map(([key, outcome]) => [key, outcome.score]));
  } finally {
    await stage.remove();
  }
}

/** The whole file on a day in the middle of it: most of its rows are of the future. */
export async function runFromTheFuture(rows: readonly Row[], day: string) {
  const stage = await stageHome('online-retail');
  try {
    await stage.put('customers.csv', rosterOf(rows));
    await stage.put(file);
    const crm = crmOf(rows);
    const { hall, close } = await openOnMap(stage, crm, setClock(`${day}T05:00:00.000Z`));
    const report = await run(hall, wholeRun, never);
    const rejected = await hall.store.facts.rejected('orders', 1);
    await close();
    return { report, rejected, writes: crm.writes };
  } finally {
    await stage.remove();
  }
}
