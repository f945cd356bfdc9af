// The figures a company steers by, requirement by requirement, with the numbers of the requirement.

import { describe, expect, it } from 'vitest';
import type { Decisions, KpiSettings } from '../../src/domain/decisions.ts';
import {
  annualRetention,
  customerChurn,
  lastWholeMonth,
  lifetimeValue,
  lifetimeValueByChurn,
  monthFigures,
  npsValue,
  revenueChurn,
  ripeQuarter,
} from '../../src/domain/kpi.ts';
import { type Comparison, lifeOf, MonthSum } from '../../src/domain/kpi-month.ts';
import type { Fields } from '../../src/domain/nouns.ts';
import { keepMonth, kpiDocument, monthsAsCsv } from '../../src/pipeline/kpi.ts';
import { run } from '../../src/pipeline/run.ts';
import type { KpiFigure } from '../../src/state/store.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole as wholeRun } from '../support/small-run.ts';
import { decisionsOf, shipped } from './shipped-life.ts';

const attributes: KpiSettings['attributes'] = {
  startedOn: 'started_on',
  endedOn: 'ended_on',
  status: 'status',
  ended: ['churned'],
  revenue: 'arr',
};
const nobody: Comparison = { customers: 0, lost: 0, revenue: 0, cancelled: 0, contracted: 0 };
/** Figures of a month by name, of customers as a roster tells them. */
function figures(month: string, customers: readonly Fields[], compared = nobody): Readonly<Record<string, KpiFigure>> {
  const sum = new MonthSum(month);
  for (const customer of customers) sum.add(lifeOf({ attributes: customer }, attributes), undefined);
  return Object.fromEntries(sum.figures(compared).map((figure) => [figure.name, figure]));
}

/** A home whose roster says contracts; logins and satisfaction as given. */
async function contracts(rows: readonly string[], kpis = 'targets: {}\n'): Promise<SmallHome> {
  const sources = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/contracts.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, started_on: day, ended_on: day, status: text, arr: number, answer: number}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: {type: number, required: true}}
`;
  const home = await smallHome([{ id: 'a', logins: 5, satisfaction: 5 }], {
    'config/sources.yaml': sources,
    'config/kpis.yaml': kpis,
    'data/contracts.csv': rowsOf(rows),
  });
  return home;
}
function rowsOf(rows: readonly string[]): string {
  return `${['id,crm_id,name,started_on,ended_on,status,arr,answer', ...rows].join('\n')}\n`;
}
async function inHall<T>(home: SmallHome, work: (hall: Awaited<ReturnType<SmallHome['open']>>['hall']) => Promise<T>) {
  const { hall, store } = await home.open();
  try {
    return await work(hall);
  } finally {
    await store.close();
  }
}
const whole = { ...wholeRun, until: 'evaluate' } as const;
function setDay(home: SmallHome, day: string): void {
  home.clock.push(Date.parse(`${day}T06:00:00Z`) - Date.parse(home.clock.now()));
}

describe('R44 early churn', () => {
  it('R44 forty starts in the first quarter, six of them cancelled within 180 days, are 15.0%', () => {
    const customers = Array.from({ length: 40 }, (_, i) => ({
      started_on: '2026-02-10',
      status: i < 7 ? 'churned' : 'active',
      ...(i < 6 ? { ended_on: '2026-07-01' } : i === 6 ? { ended_on: '2026-09-30' } : {}),
    }));

    const early = figures('2026-09', customers)['early_churn_180'];

    expect(early).toEqual({ name: 'early_churn_180', value: 15, n: 40 });
  });

  it('R44 counts a quarter only when its newest customer has been there for 180 days', () => {
    expect(ripeQuarter('2026-09', 180)).toEqual({ from: '2026-01-01', to: '2026-04-01' });
    expect(ripeQuarter('2026-08', 180)).toEqual({ from: '2025-10-01', to: '2026-01-01' });
    expect(ripeQuarter('2026-09', 90)).toEqual({ from: '2026-04-01', to: '2026-07-01' });
  });
});

describe('R45 to R49 formulas', () => {
  it('R45 ¥300,000 × 0.7 × 12 × 3 is ¥7,560,000, and no churn is cut to ten years', () => {
    expect(lifetimeValue(300_000, 0.7, 12, 3)).toBe(7_560_000);
    expect(lifetimeValueByChurn(1_000_000, 0.7, 0)).toBe(7_000_000);
    expect(lifetimeValueByChurn(1_000_000, 0.7, 0.25)).toBe(2_800_000);
  });

  it('R46 six of 240 is 2.50%; who starts and cancels inside the month is in neither number', () => {
    const lives = [
      ...Array.from({ length: 240 }, (_, i) => ({
        startedOn: '2025-01-01',
        endedOn: i < 6 ? '2026-03-15' : null,
      })),
      { startedOn: '2026-03-03', endedOn: '2026-03-20' },
    ];

    expect(customerChurn(6, 240)).toBe(0.025);
    expect(monthFigures(lives, '2026-03')).toMatchObject({ customersBefore: 240, lost: 6, customerChurn: 0.025 });
  });

  it('R47 ¥450,000 of ¥18,000,000 is 2.50%, and what others buy more never nets off', () => {
    expect(revenueChurn(300_000, 150_000, 18_000_000)).toBe(0.025);
    expect(
      figures('2026-03', [], { ...nobody, customers: 9, revenue: 18e6, cancelled: 3e5, contracted: 1.5e5 }),
    ).toMatchObject({ revenue_churn: { value: 2.5 } });
  });

  it('R48 2.5% a month leaves 73.8% a year', () => {
    const kept = figures('2026-03', [], { ...nobody, customers: 240, lost: 6 });

    expect((100 * annualRetention(0.025)).toFixed(1)).toBe('73.8');
    expect(kept['retention']).toEqual({ name: 'retention', value: 97.5, n: 240 });
    expect(kept['annual_retention']?.value).toBe(73.8);
  });

  it('R49 48 promoters, 30 passives and 22 detractors are +26; fewer than five answers are no value, only their number', () => {
    expect(npsValue({ promoters: 48, passives: 30, detractors: 22 })).toEqual({ value: 26, n: 100 });
    expect(npsValue({ promoters: 3, passives: 1, detractors: 0 })).toEqual({ value: null, n: 4 });
  });
});

describe('R50 SMART targets', () => {
  const kpis = `
targets:
  customer_churn:
    label: Customer churn
    target: 2.0
    direction: at_most
    by: 2026-06-30
    owner: head of customer success
`;

  it('R50 customer churn of at most 2.0% by 2026-06-30 with 2.5% is off track by 0.5 pt', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      i === 0
        ? `c${i},crm-${i},C${i},2024-01-01,2026-04-20,churned,1200,5`
        : `c${i},crm-${i},C${i},2024-01-01,,active,1200,5`,
    );
    const home = await contracts(rows, kpis);
    setDay(home, '2026-05-02');

    const document = await inHall(home, async (hall) => {
      await run(hall, whole, never);
      return await kpiDocument(hall, '2026-05-02');
    });

    expect(document.rows[0]).toEqual({
      name: 'Customer churn',
      actual: '2.50 %',
      target: '≤ 2.00 %',
      deadline: '2026-06-30',
      owner: 'head of customer success',
      month: '2026-04',
      says: 'off track by 0.5 pt',
    });
    await home.remove();
  });

  it('R50 the shipped targets are complete, and a target for a figure that nobody keeps is refused', async () => {
    const { kpis: settings } = decisionsOf(await shipped()) as Decisions & { kpis: KpiSettings };

    const refused = await shipped({ 'config/kpis.yaml': [['  early_churn_180:', '  happiness:']] });

    expect(settings.targets.map(({ name }) => name)).toEqual([
      'customer_churn',
      'early_churn_180',
      'accounts_with_score',
    ]);
    for (const target of settings.targets) expect(target.owner !== '' && target.by > '2026').toBe(true);
    expect(refused.ok ? [] : refused.problems.map(({ what }) => what)).toEqual(['there is no figure called happiness']);
  });
});

describe('R51 snapshots', () => {
  const january = ['a,crm-a,A,2024-01-01,,active,1200,5', 'b,crm-b,B,2024-01-01,2026-01-15,churned,2400,5'];

  it('R51 a month ends with its last day, and the first run after it keeps it', () => {
    expect(['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-28'].map(lastWholeMonth)).toEqual([
      '2025-12',
      '2026-01',
      '2026-01',
      '2026-02',
    ]);
  });

  it('R51 running January again does not change the stored January, unless it is restated', async () => {
    const home = await contracts(january);
    setDay(home, '2026-02-01');
    const churnOf = async () =>
      await inHall(home, async (hall) =>
        (await hall.store.kpis.months())
          .find(({ month }) => month === '2026-01')
          ?.figures.find(({ name }) => name === 'customer_churn'),
      );

    await inHall(home, (hall) => run(hall, whole, never));
    const first = await churnOf();
    // It turns out that the other one had left in January as well.
    await home.rewrite(
      'data/contracts.csv',
      rowsOf(['a,crm-a,A,2024-01-01,2026-01-20,churned,1200,5', january[1] ?? '']),
    );
    home.clock.push(3_600_000);
    await inHall(home, (hall) => run(hall, whole, never));
    const again = await churnOf();
    await inHall(home, (hall) => keepMonth(hall, '2026-02-01', true));
    const restated = await churnOf();

    expect(first).toEqual({ name: 'customer_churn', value: 50, n: 2 });
    expect(again).toEqual(first);
    expect(restated).toEqual({ name: 'customer_churn', value: 100, n: 2 });
    await home.remove();
  });

  it('R51 a customer without a day of leaving is lost in the month in which the contract first says so', async () => {
    const home = await contracts(['a,crm-a,A,2024-01-01,,active,1200,5', 'b,crm-b,B,2024-01-01,,active,2400,5']);
    setDay(home, '2026-02-01');
    await inHall(home, (hall) => run(hall, whole, never));
    await home.rewrite(
      'data/contracts.csv',
      rowsOf(['a,crm-a,A,2024-01-01,,active,600,5', 'b,crm-b,B,2024-01-01,,churned,2400,5']),
    );
    setDay(home, '2026-03-01');

    const months = await inHall(home, async (hall) => {
      await run(hall, whole, never);
      return await hall.store.kpis.months();
    });

    expect(months.map(({ month }) => month)).toEqual(['2026-01', '2026-02']);
    const february = Object.fromEntries(months[1]?.figures.map(({ name, value }) => [name, value]) ?? []);
    // Of 300 a month, 200 were cancelled and 50 cut down.
    expect(february).toMatchObject({ customers: 1, customers_lost: 1, customer_churn: 50, revenue_churn: 83.33 });
    await home.remove();
  });

  it('R51 the kept months are exported as CSV, a line per figure', async () => {
    const home = await contracts(january);
    setDay(home, '2026-02-01');

    const csv = await inHall(home, async (hall) => {
      await run(hall, whole, never);
      return monthsAsCsv(await hall.store.kpis.months());
    });

    const [head, ...lines] = csv.trimEnd().split('\n');
    expect(head).toBe('month,figure,value,n,unit,as_of,kept_at');
    expect(lines).toHaveLength(13);
    expect(lines).toContain('2026-01,customer_churn,50,2,percent,2026-02-01,2026-02-01T06:00:00.000Z');
    await home.remove();
  });
});
