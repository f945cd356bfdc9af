import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../src/domain/decisions.ts';
import { gapToNextBand } from '../../src/domain/lift.ts';
import type { Fields, Lift, Outcome, Value } from '../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../src/domain/outcome.ts';
import { account, accountA, accountB, accountC, b2b, definition, metricsOf, model, scorecard } from './models.ts';

const asOf = '2026-01-15';

function outcome(
  values: Readonly<Record<string, Value>>,
  attributes: Fields = {},
  decisions: Decisions = b2b(),
): Outcome {
  return decideOutcome({
    account: account({ attributes }),
    metrics: metricsOf(values, asOf),
    before: null,
    asOf,
    isFirstRun: false,
    prepared: prepare(decisions),
  });
}
const told = (lifts: readonly Lift[]) => lifts.map(({ text, enough }) => `${text}${enough ? ' enough' : ''}`);

describe('the gap', () => {
  const { bands } = scorecard({});

  it('is counted to the edge that applies to the present band, hysteresis included', () => {
    expect(gapToNextBand(68.4, 'yellow', bands)).toEqual({ edge: 73, gap: 4.6, band: 'green' });
    expect(gapToNextBand(15.4, 'red', bands)).toEqual({ edge: 43, gap: 27.6, band: 'yellow' });
    expect(gapToNextBand(74, 'yellow', bands)).toEqual({ edge: 73, gap: 0, band: 'green' });
  });

  it('is none for green and where there is no score', () => {
    expect(gapToNextBand(80, 'green', bands)).toBeNull();
    expect(gapToNextBand(null, 'unknown', bands)).toBeNull();
  });
});

describe('the way up', () => {
  it('of account A begins with NPS 8→9, which is enough for 73; more features are not', () => {
    const { lift } = outcome(accountA);

    expect(told(lift)).toEqual([
      'NPS 8→9 (+6.0) enough',
      'Goal attainment 55%→100% (+4.5)',
      'Usage trend 0.72→0.95 (+3.7)',
      'active_user_rate 62%→80% (+3.1)',
      'login_frequency 12→20 (+3.0)',
    ]);
    const breadth = outcome({ ...accountA, feature_breadth: 8 }).score.raw ?? 0;
    expect(breadth - (outcome(accountA).score.raw ?? 0)).toBeCloseTo(1.8, 9);
    expect(breadth).toBeCloseTo(70.17, 2);
  });

  it('to the plain edge of 70 would also be open by features 6→8', () => {
    const base = b2b();
    const plain = { ...base, scorecard: { ...base.scorecard, bands: { ...base.scorecard.bands, hysteresis: 0 } } };
    const { lift } = outcome(accountA, {}, plain);

    expect(lift.filter(({ enough }) => enough).map(({ metric, to }) => [metric, to])).toContainEqual([
      'feature_breadth',
      8,
    ]);
  });

  it('takes only as much as is needed where the rule is a line', () => {
    const wide: Decisions = b2b({
      metrics: [definition('x', { unit: 'count', normalise: { kind: 'linear', zero: 0, full: 100 } })],
      scorecard: scorecard({ models: [model([['x', 'usage', 100]])] }),
    });

    expect(outcome({ x: 60 }, {}, wide).lift).toMatchObject([{ from: 60, to: 73, gain: 13, enough: true }]);
  });

  it('begins with a cap, whose cause must go first', () => {
    const { lift } = outcome(accountA, { champion_left: true, champion_left_on: '2025-12-12' });

    expect(lift[0]).toMatchObject({ metric: 'cap_champion_left', gain: 9.4, enough: false });
    expect(lift[0]?.text).toBe('Resolve first: capped at 59: champion left 2025-12-12 (+9.4)');
    expect(lift.slice(1).some(({ enough }) => enough)).toBe(false);
  });

  it('of a dying account is told by gain, none being enough', () => {
    const { lift } = outcome(accountB);

    expect(lift.map(({ metric }) => metric)).toEqual([
      'active_user_rate',
      'onboarding_completion',
      'usage_trend',
      'key_feature_adoption',
      'stakeholder_coverage',
    ]);
    expect(lift.every(({ enough }) => !enough)).toBe(true);
  });

  it('is empty for green', () => {
    expect(outcome(accountC).lift).toEqual([]);
  });

  it('does not ask anybody to make a customer older', () => {
    const old: Decisions = b2b({
      metrics: [
        definition('tenure', {
          measure: { kind: 'months_since', field: 'started_on' },
          normalise: { kind: 'linear', zero: 0, full: 24 },
        }),
        definition('x', { normalise: { kind: 'linear', zero: 0, full: 100 } }),
      ],
      scorecard: scorecard({
        models: [
          model([
            ['tenure', 'usage', 50],
            ['x', 'usage', 50],
          ]),
        ],
      }),
    });

    expect(outcome({ tenure: 1, x: 90 }, {}, old).lift.map(({ metric }) => metric)).toEqual(['x']);
  });

  it('keeps its promise: with the step made, the raw score has risen by the gain', () => {
    const prepared = prepare(b2b());
    const names = Object.keys(accountA);
    const random = fc.tuple(
      ...names.map((name) => fc.integer({ min: 0, max: Math.ceil(2 * Number(accountA[name] ?? 1)) + 1 })),
    );

    fc.assert(
      fc.property(random, (numbers) => {
        const values: Record<string, Value> = Object.fromEntries(
          names.map((name, index) => [name, numbers[index] ?? 0]),
        );
        values['usage_trend'] = Number(values['usage_trend']) / 2;
        const before = outcome(values);
        for (const step of before.lift) {
          // The silence gate turns on who is active; a step that opens it moves more than its own metric.
          if (['active_user_rate', 'login_frequency'].includes(step.metric)) continue;
          const after = decideOutcome({
            account: account(),
            metrics: metricsOf({ ...values, [step.metric]: step.to }, asOf),
            before: null,
            asOf,
            isFirstRun: false,
            prepared,
          });
          expect((after.score.raw ?? 0) - (before.score.raw ?? 0)).toBeCloseTo(step.gain, 0);
          if (step.enough) expect(after.score.value ?? 0).toBeGreaterThanOrEqual(before.band === 'red' ? 43 : 73);
        }
      }),
      { numRuns: 60 },
    );
  });
});
