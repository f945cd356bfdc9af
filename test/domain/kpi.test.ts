import { describe, expect, it } from 'vitest';
import {
  againstTarget,
  annualRetention,
  type CustomerLife,
  customerChurn,
  earlyChurn,
  lifetimeValue,
  lifetimeValueByChurn,
  monthFigures,
  npsValue,
  retention,
  revenueChurn,
  shrunkShare,
} from '../../src/domain/kpi.ts';

describe('churn', () => {
  it('of 6 of 240 customers is 2.5%', () => {
    expect(customerChurn(6, 240)).toBe(0.025);
    expect(customerChurn(0, 0)).toBeNull();
  });

  it('of ¥450,000 of ¥18,000,000 is 2.5%; expansion never nets off', () => {
    expect(revenueChurn(300_000, 150_000, 18_000_000)).toBe(0.025);
  });

  it('of 2.5% a month leaves 73.8% a year', () => {
    expect(retention(0.025)).toBe(0.975);
    expect(annualRetention(0.025)).toBeCloseTo(0.738, 3);
  });

  it('of a month leaves out who begins and ends inside of it, and adds what was cut down', () => {
    const stays: CustomerLife = { startedOn: '2025-01-01', endedOn: null, revenueBefore: 100, revenueNow: 100 };
    const customers: CustomerLife[] = [
      ...Array.from({ length: 7 }, () => stays),
      { ...stays, revenueNow: 60 },
      { ...stays, revenueNow: 500 },
      { ...stays, endedOn: '2026-01-31' },
      { ...stays, endedOn: '2026-02-01' },
      { ...stays, endedOn: '2025-12-31' },
      { startedOn: '2026-01-05', endedOn: '2026-01-20', revenueBefore: null, revenueNow: null },
    ];

    const figures = monthFigures(customers, '2026-01');

    expect(figures).toMatchObject({ customersBefore: 11, lost: 1 });
    expect(figures.customerChurn).toBeCloseTo(1 / 11, 12);
    expect(figures.revenueChurn).toBeCloseTo(140 / 1100, 12);
    expect(monthFigures(customers, '2026-02')).toMatchObject({ lost: 1 });
  });

  it('of the first 180 days is 15% when 6 of 40 starts end', () => {
    const customers: CustomerLife[] = [
      ...Array.from({ length: 34 }, () => ({ startedOn: '2026-02-01', endedOn: null })),
      ...Array.from({ length: 5 }, () => ({ startedOn: '2026-01-01', endedOn: '2026-04-01' })),
      { startedOn: '2026-01-01', endedOn: '2026-06-30' },
      { startedOn: '2025-12-31', endedOn: '2026-01-15' },
    ];

    expect(earlyChurn(customers, { from: '2026-01-01', to: '2026-04-01' }, 180)).toEqual({
      share: 0.15,
      starts: 40,
      lost: 6,
    });
    expect(earlyChurn([], { from: '2026-01-01', to: '2026-04-01' }, 180).share).toBeNull();
  });
});

describe('NPS', () => {
  it('of 48 promoters, 30 passives and 22 detractors is +26', () => {
    expect(npsValue({ promoters: 48, passives: 30, detractors: 22 })).toEqual({ value: 26, n: 100 });
  });

  it('of fewer than five answers is no value, only their number', () => {
    expect(npsValue({ promoters: 4, passives: 0, detractors: 0 })).toEqual({ value: null, n: 4 });
  });
});

describe('lifetime value', () => {
  it('is price × margin × purchases × years', () => {
    expect(lifetimeValue(300_000, 0.7, 12, 3)).toBeCloseTo(7_560_000, 6);
  });

  it('without churn is cut to the longest time that is believed', () => {
    expect(lifetimeValueByChurn(1_000_000, 0.7, 0)).toBeCloseTo(7_000_000, 6);
    expect(lifetimeValueByChurn(1_000_000, 0.7, 0.25)).toBeCloseTo(2_800_000, 6);
  });
});

describe('a target', () => {
  const churn = { name: 'customer churn', direction: 'at_most', target: 2, by: '2026-06-30', owner: 'CS' } as const;

  it('of at most 2.0% is missed by half a point at 2.5%', () => {
    expect(againstTarget(churn, 2.5, '2026-01-15')).toEqual({
      name: 'customer churn',
      actual: 2.5,
      onTrack: false,
      offBy: 0.5,
      isDue: false,
    });
    expect(againstTarget(churn, 2, '2026-06-30')).toMatchObject({ onTrack: true, offBy: 0, isDue: true });
  });

  it('of at least 95% counts the other way', () => {
    expect(againstTarget({ ...churn, direction: 'at_least', target: 95 }, 93.5, '2026-01-15')).toMatchObject({
      onTrack: false,
      offBy: 1.5,
    });
  });

  it('without an actual is neither on nor off track', () => {
    expect(againstTarget(churn, null, '2026-01-15')).toMatchObject({ onTrack: null, offBy: null });
  });
});

it('three of three is less than forty of fifty, once few cases are drawn to what is usual', () => {
  expect(shrunkShare(3, 3, 0.6, 20)).toBeCloseTo(0.652, 3);
  expect(shrunkShare(40, 50, 0.6, 20)).toBeCloseTo(0.743, 3);
});
