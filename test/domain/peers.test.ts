import { expect, it } from 'vitest';
import { contributionTo, peerMedian, percentileIn, referencesOf, robustZ } from '../../src/domain/peers.ts';
import { aggregate, definition, metric } from './models.ts';

const thirty = Array.from({ length: 30 }, (_, index) => index);

it('ranks a value by the share below it, equals half', () => {
  expect(percentileIn({ set: thirty }, 'set', 15)).toBe(15.5 / 30);
  expect(percentileIn({ set: thirty }, 'set', -1)).toBe(0);
  expect(percentileIn({ set: thirty.slice(1) }, 'set', 15)).toBeNull();
  expect(percentileIn({}, 'set', 15)).toBeNull();
});

it('measures the distance from the middle in robust deviations, and none where all are alike', () => {
  expect(robustZ({ set: [1, 2, 3, 4, 100] }, 'set', 4)).toBeCloseTo(1 / 1.4826, 12);
  expect(robustZ({ set: [5, 5, 5] }, 'set', 9)).toBe(0);
  expect(robustZ({ set: [] }, 'set', 9)).toBeNull();
  expect(peerMedian({ set: [3, 1, 2] }, 'set')).toBe(2);
  expect(peerMedian({}, 'set')).toBeNull();
});

it('names the sets that metrics compare with, and what an account adds to each', () => {
  const baseline = {
    kind: 'own_baseline',
    source: 'usage',
    field: null,
    where: null,
    windowDays: 28,
    baselines: 3,
    minBaselineWindows: 2,
    minBase: 20,
    peerAdjusted: true,
  } as const;
  const fallback = { kind: 'robust_z', reference: 'calls_z', spread: 2 } as const;
  const definitions = [
    definition('calls', {
      measure: aggregate({}),
      normalise: { kind: 'percentile', reference: 'calls_by_size', fallback },
    }),
    definition('trend', { measure: baseline }),
    definition('mood', { missing: { kind: 'peer_median' } }),
    definition('plain'),
  ];
  const references = referencesOf(definitions);

  expect(references).toEqual({ calls_by_size: 'calls', calls_z: 'calls', trend: 'trend', mood: 'mood' });
  expect(
    contributionTo(references, [
      metric('calls', 12),
      metric('trend', 0.96, { detail: { unadjusted: 0.72, peer_median: 0.75 } }),
      metric('mood', null),
    ]),
  ).toEqual({ calls_by_size: 12, calls_z: 12, trend: 0.72 });
});
