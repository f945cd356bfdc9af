import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Normaliser } from '../../src/domain/decisions.ts';
import { compileNormaliser } from '../../src/domain/normalise.ts';
import type { Value } from '../../src/domain/nouns.ts';
import { noPeers, type Peers } from '../../src/domain/peers.ts';

const normalise = (normaliser: Normaliser, value: Value, peers: Peers = noPeers): number | null =>
  compileNormaliser(normaliser)(value, peers);
const tiers = (...pairs: [number, number][]): Normaliser => ({
  kind: 'tiers',
  tiers: pairs.map(([atLeast, value]) => ({ atLeast, value })),
});
const points = (...pairs: [number, number][]): Normaliser => ({
  kind: 'piecewise',
  points: pairs.map(([at, value]) => ({ at, value })),
});

describe('tiers', () => {
  const login = tiers([20, 30 / 30], [4, 20 / 30], [1, 10 / 30], [0, 0]);
  const nps = tiers([9, 30 / 30], [7, 10 / 30], [0, 0]);

  it.each([
    [0, 0],
    [1, 10],
    [3, 10],
    [4, 20],
    [19, 20],
    [20, 30],
    [28, 30],
  ])('%d active days in 28 are %d of 30 points', (days, given) => {
    expect(30 * (normalise(login, days) ?? -1)).toBeCloseTo(given, 12);
  });

  it.each([
    [0, 0],
    [6, 0],
    [7, 10],
    [8, 10],
    [9, 30],
    [10, 30],
  ])('an NPS of %d is %d of 30 points', (answer, given) => {
    expect(30 * (normalise(nps, answer) ?? -1)).toBeCloseTo(given, 12);
  });

  it('may be given in any order, and below the lowest is nothing', () => {
    expect(normalise(tiers([1, 0.3], [10, 1], [3, 0.6]), 4)).toBe(0.6);
    expect(normalise(tiers([1, 0.3]), 0)).toBe(0);
  });

  it('can count the other way round: no login for 31 days is no point', () => {
    expect(normalise(tiers([31, 0], [8, 0.5], [0, 1]), 31)).toBe(0);
    expect(normalise(tiers([31, 0], [8, 0.5], [0, 1]), 30)).toBe(0.5);
  });
});

describe('lines', () => {
  it('run from zero to full and stop at both ends', () => {
    const rule: Normaliser = { kind: 'linear', zero: 7, full: 30 };

    expect(normalise(rule, 18)).toBeCloseTo(0.4783, 4);
    expect(normalise(rule, 5)).toBe(0);
    expect(normalise(rule, 45)).toBe(1);
  });

  it('run backwards where lower is better', () => {
    expect(normalise({ kind: 'linear', zero: 100, full: 20 }, 40)).toBe(0.75);
    expect(normalise({ kind: 'linear', zero: 100, full: 20 }, 10)).toBe(1);
  });

  it('go through points', () => {
    const touch = points([30, 1], [60, 0.5], [90, 0]);

    expect(normalise(touch, 41)).toBeCloseTo(0.8167, 4);
    expect(normalise(touch, 3)).toBe(1);
    expect(normalise(touch, 95)).toBe(0);
    expect(normalise(points([0.4, 0], [0.6, 0.3], [0.8, 0.7], [0.95, 1]), 0.72)).toBeCloseTo(0.54, 12);
  });

  it('have an optimum in a band, where none and many are both bad', () => {
    const contacts: Normaliser = { kind: 'band', zeroBelow: 0, from: 1, to: 3, zeroAbove: 7 };

    expect([0, 0.5, 1, 2, 3, 5, 7, 9].map((value) => normalise(contacts, value))).toEqual([0, 0.5, 1, 1, 1, 0.5, 0, 0]);
  });

  it('bend for counts with a long tail', () => {
    expect(normalise({ kind: 'log', full: 99 }, 9)).toBeCloseTo(0.5, 12);
    expect(normalise({ kind: 'log', full: 99 }, 10_000)).toBe(1);
    expect(normalise({ kind: 'log', full: 99 }, -5)).toBe(0);
  });
});

describe('words', () => {
  it('need a map; a word that is not in it is missing, not zero', () => {
    const plan: Normaliser = { kind: 'map', values: { basic: 0.2, enterprise: 1, true: 0.5 } };

    expect(normalise(plan, 'enterprise')).toBe(1);
    expect(normalise(plan, true)).toBe(0.5);
    expect(normalise(plan, 'Enterprise+')).toBeNull();
    expect(normalise(plan, 'constructor')).toBeNull();
  });

  it('are no numbers, yes and no are 1 and 0', () => {
    const rule: Normaliser = { kind: 'linear', zero: 0, full: 1 };

    expect(normalise(rule, '1')).toBeNull();
    expect(normalise(rule, true)).toBe(1);
    expect(normalise(rule, false)).toBe(0);
    expect(normalise(rule, null)).toBeNull();
  });
});

describe('peers', () => {
  const set = Array.from({ length: 40 }, (_, index) => index);

  it('give the share below, equals half', () => {
    const rule: Normaliser = {
      kind: 'percentile',
      reference: 'calls',
      fallback: { kind: 'linear', zero: 0, full: 100 },
    };

    expect(normalise(rule, 10, { calls: set })).toBe(10.5 / 40);
    expect(normalise(rule, 99, { calls: set })).toBe(1);
  });

  it('are replaced by the fallback where there are fewer than thirty', () => {
    const rule: Normaliser = {
      kind: 'percentile',
      reference: 'calls',
      fallback: { kind: 'linear', zero: 0, full: 100 },
    };

    expect(normalise(rule, 10, { calls: set.slice(0, 29) })).toBe(0.1);
    expect(normalise(rule, 10)).toBe(0.1);
  });

  it('all alike give the middle', () => {
    expect(normalise({ kind: 'robust_z', reference: 'calls', spread: 2 }, 9, { calls: [5, 5, 5] })).toBe(0.5);
  });

  it('give the distance from their middle in robust deviations', () => {
    const rule: Normaliser = { kind: 'robust_z', reference: 'calls', spread: 2 };
    const calls = [1, 2, 3, 4, 5];

    expect(normalise(rule, 3, { calls })).toBe(0.5);
    expect(normalise(rule, 3 + 1.4826, { calls })).toBeCloseTo(0.75, 12);
    expect(normalise({ ...rule, spread: -2 }, 3 + 1.4826, { calls })).toBeCloseTo(0.25, 12);
    expect(normalise(rule, 3)).toBeNull();
  });
});

it('stays between 0 and 1, and rises where the rule rises', () => {
  const rising: Normaliser[] = [
    tiers([9, 1], [7, 1 / 3], [0, 0]),
    { kind: 'linear', zero: 10, full: 80 },
    points([0.4, 0], [0.6, 0.3], [0.95, 1]),
    { kind: 'log', full: 50 },
    { kind: 'percentile', reference: 'set', fallback: { kind: 'linear', zero: 0, full: 1 } },
  ];
  const peers = { set: Array.from({ length: 50 }, (_, index) => (index * 7) % 31) };
  const number = fc.double({ min: -1_000, max: 1_000, noNaN: true });

  fc.assert(
    fc.property(fc.constantFrom(...rising), number, number, (rule, a, b) => {
      const low = normalise(rule, Math.min(a, b), peers) ?? Number.NaN;
      const high = normalise(rule, Math.max(a, b), peers) ?? Number.NaN;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThanOrEqual(low);
    }),
  );
});
