import { expect, it } from 'vitest';
import { reachOf, sourcesOf } from '../../src/domain/reach.ts';
import { aggregate, definition } from './models.ts';

it('says how far back each source is needed', () => {
  const definitions = [
    definition('a', { measure: aggregate({ windowDays: 28 }) }),
    definition('b', { measure: { kind: 'peak', of: aggregate({ windowDays: 30 }), windows: 6 } }),
    definition('c', {
      measure: aggregate({ source: 'surveys', windowDays: 90, of: 'latest', field: 'score' }),
      nonRespondent: { normalised: 0.2, invitations: 2, withinDays: 180, source: null },
    }),
    definition('d', { measure: { kind: 'goal_attainment', source: 'goals', maxAgeDays: null } }),
  ];

  expect(reachOf(definitions)).toEqual({ usage: 180, surveys: 180, goals: null });
});

it('names the sources of a measure once each, through everything it is made of', () => {
  const inner = aggregate({ source: 'calls' });

  expect(
    sourcesOf({
      kind: 'ratio',
      numerator: aggregate({}),
      denominators: [inner, aggregate({})],
      factor: 1,
      minDenominator: null,
    }),
  ).toEqual(['usage', 'calls']);
  expect(sourcesOf({ kind: 'attribute', field: 'seats' })).toEqual([]);
});
