import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../src/domain/decisions.ts';
import type { Fields, Metric, Outcome } from '../../src/domain/nouns.ts';
import { decideOutcome, type PastOfAccount, prepare } from '../../src/domain/outcome.ts';
import type { Earlier } from '../../src/domain/trend.ts';
import { changesBetween, theilSen } from '../../src/domain/trend.ts';
import {
  account,
  accountA,
  b2b,
  b2bMetrics,
  b2bWeights,
  definition,
  metric,
  metricsOf,
  model,
  scorecard,
} from './models.ts';

const simple: Decisions = b2b({
  metrics: [
    definition('x', { label: { en: 'Seats', ja: '席数' }, normalise: { kind: 'linear', zero: 0, full: 100 } }),
    definition('y', { normalise: { kind: 'linear', zero: 0, full: 100 } }),
  ],
  scorecard: scorecard({
    models: [
      model([
        ['x', 'usage', 50],
        ['y', 'usage', 50],
      ]),
    ],
  }),
});

function outcome(
  x: number,
  asOf: string,
  before: Partial<PastOfAccount> = {},
  decisions = simple,
  attributes: Fields = {},
): Outcome {
  return decideOutcome({
    account: account({ attributes }),
    metrics: [metric('x', x), metric('y', x)],
    before: { memory: null, last: null, days7: null, days30: null, metrics: {}, ...before },
    asOf,
    isFirstRun: false,
    prepared: prepare(decisions),
  });
}
const stored = (of: Outcome): Earlier => ({ asOf: of.asOf, value: of.score.value, score: of.score });

describe('a trend', () => {
  it.each([
    [74, 68, -6, 'down'],
    [74, 72, -2, 'flat'],
    [68, 74, 6, 'up'],
    [70, 75, 5, 'up'],
    [70, 65.1, -4.9, 'flat'],
  ] as const)('from %d to %d in 30 days is %d: %s', (then, now, delta, direction) => {
    const trend = outcome(now, '2026-01-31', { days30: stored(outcome(then, '2026-01-01')) }).trend;

    expect([trend.delta30d, trend.direction]).toEqual([delta, direction]);
  });

  it('says nothing without an earlier score', () => {
    expect(outcome(70, '2026-01-31').trend).toMatchObject({ delta7d: null, delta30d: null, direction: null, note: '' });
  });

  it('alerts at a fall of 15 in 30 days or of 10 in 7', () => {
    const month = (then: number) =>
      outcome(50, '2026-01-30', { days30: stored(outcome(then, '2026-01-01')) }).trend.dropAlert;
    const week = (then: number) =>
      outcome(50, '2026-01-30', { days7: stored(outcome(then, '2026-01-23')) }).trend.dropAlert;

    expect([month(64.9), month(65), week(59.9), week(60)]).toEqual([false, true, false, true]);
  });

  it('leaves out a week of fewer than three business days', () => {
    const base = {
      ...simple,
      home: { ...simple.home, holidays: 'JP', extraHolidays: ['2025-12-29', '2025-12-30', '2025-12-31'] },
    };
    const days7 = stored(outcome(70, '2025-12-28', {}, base));

    expect(outcome(50, '2026-01-04', { days7 }, base).trend).toMatchObject({ delta7d: null, dropAlert: false });
  });

  it('tells what moved in one line, with tenths that add up', () => {
    const before = stored(outcome(62, '2026-01-01'));

    expect(outcome(48, '2026-01-31', { days30: before }).trend.note).toBe('Seats 62→48 (-7.0); y 62→48 (-7.0)');
  });

  it('tells what a cap took apart from what metrics did', () => {
    const prepared = prepare(b2b());
    const run = (asOf: string, attributes: Fields, days30: Earlier | null) =>
      decideOutcome({
        account: account({ attributes }),
        metrics: metricsOf(accountA, asOf),
        before: { memory: null, last: days30, days7: null, days30, metrics: {} },
        asOf,
        isFirstRun: false,
        prepared,
      });

    const after = run('2026-01-31', { champion_left: true }, stored(run('2026-01-01', {}, null)));

    expect(after.trend.changes).toEqual([]);
    expect(after.trend.note).toBe('caps and corrections (-9.4)');
    expect(after.trend.delta30d).toBe(-9.4);
  });
});

describe('another model in between', () => {
  const heavier: Decisions = {
    ...simple,
    scorecard: {
      ...simple.scorecard,
      version: '1.1.0',
      models: [
        model([
          ['x', 'usage', 90],
          ['y', 'usage', 10],
        ]),
      ],
    },
  };
  const unequal = (asOf: string, decisions: Decisions, before: Partial<PastOfAccount> = {}, x = 80, y = 40) =>
    decideOutcome({
      account: account(),
      metrics: [metric('x', x), metric('y', y)],
      before: { memory: null, last: null, days7: null, days30: null, metrics: {}, ...before },
      asOf,
      isFirstRun: false,
      prepared: prepare(decisions),
    });

  it('scores the old inputs again and tells the customer and the model apart', () => {
    const old = stored(unequal('2026-01-01', simple));

    const now = unequal('2026-01-31', heavier, { last: old, days30: old }, 70, 40);

    expect([old.value, now.score.value]).toEqual([60, 67]);
    expect(now.trend.delta30d).toBe(-9);
    expect(now.trend.byModel).toBe(16);
    expect(now.trend.note).toBe('Seats 80→70 (-9.0); model changed (+16.0)');
  });

  it('wakes nobody on the run in which it changed', () => {
    const old = stored(unequal('2026-01-01', simple));

    const switched = unequal('2026-01-31', heavier, { last: old, days30: old }, 40, 40);
    const nextDay = unequal('2026-02-01', heavier, { last: stored(switched), days30: old }, 40, 40);

    expect([switched.trend.delta30d, switched.trend.dropAlert]).toEqual([-36, false]);
    expect(nextDay.trend.dropAlert).toBe(true);
  });
});

it('attributes the change exactly: the changes of all metrics add up to the change of the raw score', () => {
  const prepared = prepare(b2b());
  const value = fc.double({ min: 0, max: 100, noNaN: true });
  const side = fc.tuple(...b2bMetrics.map(() => fc.option(value)));
  const run = (values: readonly (number | null)[], asOf: string) => {
    const metrics: Metric[] = b2bWeights.map(([name], index) => metric(name, values[index] ?? null, { at: asOf }));
    return decideOutcome({ account: account(), metrics, before: null, asOf, isFirstRun: false, prepared }).score;
  };

  fc.assert(
    fc.property(side, side, (then, now) => {
      const before = run(then, '2026-01-01');
      const after = run(now, '2026-01-31');
      const moved = changesBetween(before, after).reduce((sum, change) => sum + change.points, 0);
      expect(moved).toBeCloseTo((after.raw ?? 0) - (before.raw ?? 0), 9);
    }),
    { numRuns: 60 },
  );
});

describe('a slope', () => {
  it('is the median of all pairs, which one outlier cannot turn', () => {
    const points = [50, 52, 54, 0, 58, 60].map((value, index) => ({ day: index * 7, value }));

    expect(theilSen(points)).toBeCloseTo(2 / 7, 12);
  });

  it('needs four points', () => {
    expect(theilSen([1, 2, 3].map((value, day) => ({ day, value })))).toBeNull();
  });
});
