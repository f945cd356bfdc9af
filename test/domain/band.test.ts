import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BandDecision, type BandInput, decideBand, edgeOf } from '../../src/domain/band.ts';
import type { Band } from '../../src/domain/nouns.ts';
import { scorecard } from './models.ts';

const settings = scorecard({}).bands;
const start: BandInput = {
  value: 0,
  inPopulation: true,
  isCapped: false,
  isNewModel: false,
  before: null,
  asOf: '2026-01-01',
  settings,
};

/** Runs scores one after the other, each remembering the one before. */
function follow(
  values: readonly (number | null)[],
  first: Band | null = null,
  given: Partial<BandInput> = {},
): BandDecision[] {
  const decided: BandDecision[] = [];
  let before: BandInput['before'] =
    first === null ? null : { band: first, bandSince: '2025-01-01', pendingBand: null, pendingRuns: 0, alert: false };
  for (const [index, value] of values.entries()) {
    const asOf = `2026-01-${String(index + 1).padStart(2, '0')}`;
    const decision = decideBand({ ...start, ...given, value, before, asOf });
    decided.push(decision);
    before = { ...decision, bandSince: decision.since };
  }
  return decided;
}
const bands = (values: readonly (number | null)[], first: Band | null = null, given: Partial<BandInput> = {}): Band[] =>
  follow(values, first, given).map(({ band }) => band);

describe('a band', () => {
  it('of a first score is taken by the plain edges, which belong to the upper band', () => {
    expect([39.9, 40, 69.9, 70].map((value) => bands([value])[0])).toEqual(['red', 'yellow', 'yellow', 'green']);
  });

  it('stays yellow through 69, 71, 69, 71, 74 and is green with the second 74', () => {
    expect(bands([69, 71, 69, 71, 74, 74])).toEqual(['yellow', 'yellow', 'yellow', 'yellow', 'yellow', 'green']);
  });

  it.each([
    ['yellow', 73, 'green'],
    ['yellow', 72.9, 'yellow'],
    ['green', 66.9, 'yellow'],
    ['green', 67, 'green'],
    ['red', 43, 'yellow'],
    ['red', 42.9, 'red'],
    ['yellow', 36.9, 'red'],
    ['yellow', 37, 'yellow'],
  ] as const)('%s at %d twice is %s', (before, value, after) => {
    expect(bands([value, value], before)).toEqual([before, after]);
  });

  it('may jump over yellow', () => {
    expect(bands([30, 30], 'green')).toEqual(['green', 'red']);
    expect(bands([90, 90], 'red')).toEqual(['red', 'green']);
  });

  it('takes the nearer band when two runs went different distances in one direction', () => {
    const [first, second, third] = follow([60, 30, 30], 'green');

    expect([first?.band, second?.band, third?.band]).toEqual(['green', 'yellow', 'red']);
    expect(second?.pendingBand).toBe('red');
  });

  it('begins to wait anew when the score comes back in between', () => {
    expect(bands([74, 71, 74, 74], 'yellow')).toEqual(['yellow', 'yellow', 'yellow', 'green']);
    expect(bands([74, 30, 74, 74], 'yellow')).toEqual(['yellow', 'yellow', 'yellow', 'green']);
  });

  it('remembers since when', () => {
    const decided = follow([74, 74, 80], 'yellow');

    expect(decided.map(({ since }) => since)).toEqual(['2025-01-01', '2026-01-02', '2026-01-02']);
  });

  it('does not wait for a cap, and a cap of 39 is red although 37 is not passed', () => {
    expect(bands([39], 'yellow', { isCapped: true })).toEqual(['red']);
    expect(bands([59], 'green', { isCapped: true })).toEqual(['yellow']);
  });

  it('does not wait for an alert', () => {
    expect(bands([20], 'green')).toEqual(['red']);
  });

  it('is unknown at once without a score, and comes back without waiting', () => {
    expect(bands([null, 71], 'yellow')).toEqual(['unknown', 'green']);
  });

  it('is not scored outside of the population, without an alert', () => {
    expect(follow([10], 'red', { inPopulation: false })[0]).toMatchObject({ band: 'not_scored', alert: false });
  });

  it('begins to wait anew with another model', () => {
    const before = {
      band: 'yellow',
      bandSince: '2025-01-01',
      pendingBand: 'green',
      pendingRuns: 1,
      alert: false,
    } as const;

    expect(decideBand({ ...start, value: 75, before }).band).toBe('green');
    expect(decideBand({ ...start, value: 75, before, isNewModel: true })).toMatchObject({
      band: 'yellow',
      pendingRuns: 1,
    });
  });

  it('shows which edge applies to it', () => {
    expect([
      edgeOf('green', 'up', settings),
      edgeOf('green', 'down', settings),
      edgeOf('yellow', 'up', settings),
    ]).toEqual([73, 67, 43]);
  });

  it('never moves while scores stay within the margin of their band', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 370, max: 729 }), { maxLength: 30 }), (tenths) => {
        expect(
          new Set(
            bands(
              tenths.map((tenth) => tenth / 10),
              'yellow',
            ),
          ),
        ).toEqual(new Set(tenths.length === 0 ? [] : ['yellow']));
      }),
    );
  });
});

describe('an alert', () => {
  const alerts = (values: readonly (number | null)[]) =>
    follow(values).map(({ alert, alertIsNew }) => [alert, alertIsNew]);

  it('fires on the first run at exactly 20', () => {
    expect(alerts([20])).toEqual([[true, true]]);
  });

  it('fires once on entry and not again: 20.4, 19.9, 18', () => {
    expect(alerts([20.4, 19.9, 18])).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
  });

  it('is re-armed only above 23', () => {
    expect(alerts([19, 22, 23, 19, 23.1, 19])).toEqual([
      [true, true],
      [true, false],
      [true, false],
      [true, false],
      [false, false],
      [true, true],
    ]);
  });

  it('is not started, and not cleared, by a score that is away', () => {
    expect(alerts([19, null, 19])).toEqual([
      [true, true],
      [true, false],
      [true, false],
    ]);
  });
});
