import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../src/domain/decisions.ts';
import type { Fields, Metric, Part, Score } from '../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../src/domain/outcome.ts';
import { byLoss, overrideOf, reasonLines, strongest, tenthsLost } from '../../src/domain/score.ts';
import {
  account,
  accountA,
  accountB,
  accountD,
  b2b,
  definition,
  leaf,
  metric,
  metricsOf,
  model,
  scorecard,
} from './models.ts';

const asOf = '2026-01-15';

function scoreOf(metrics: readonly Metric[], attributes: Fields = {}, decisions: Decisions = b2b(), on = asOf): Score {
  const prepared = prepare(decisions);
  return decideOutcome({
    account: account({ attributes }),
    metrics,
    before: null,
    asOf: on,
    isFirstRun: false,
    prepared,
  }).score;
}
const a = metricsOf(accountA, asOf);

describe('weights of missing metrics', () => {
  it('go to the rest of their dimension first, so that the dimension keeps its say', () => {
    const score = scoreOf(a.map((one) => (one.name === 'nps' ? metric('nps', null) : one)));

    const csat = score.parts.find((part) => part.metric === 'csat');
    const login = score.parts.find((part) => part.metric === 'login_frequency');

    expect([csat?.weight, csat?.effectiveWeight]).toEqual([5, 14]);
    expect(login?.effectiveWeight).toBe(9);
  });

  it('of a whole dimension go to all the others', () => {
    const score = scoreOf(metricsOf(accountD, asOf));

    const present = score.parts.filter((part) => part.points !== null);
    expect(present.reduce((sum, part) => sum + part.effectiveWeight, 0)).toBeCloseTo(100, 9);
    expect(score.dimensions.find(({ name }) => name === 'usage')?.value).toBeNull();
  });
});

describe('weights of missing metrics in groups', () => {
  const names = ['goal', 'logins', 'seats', 'depth', 'nps'];
  const percent = { kind: 'linear', zero: 0, full: 100 } as const;
  /** usage: goal 20, habit 50 of logins 20, rest 30 of seats 10 and depth 20; voice: nps 30. */
  const grouped = b2b({
    metrics: names.map((name) => definition(name, { normalise: percent })),
    scorecard: scorecard({
      caps: [],
      models: [
        {
          ...model([]),
          weights: [
            { metric: 'goal', dimension: 'usage', weight: 20 },
            { metric: 'logins', dimension: 'usage', weight: 20, groups: ['habit'] },
            { metric: 'seats', dimension: 'usage', weight: 10, groups: ['habit', 'rest'] },
            { metric: 'depth', dimension: 'usage', weight: 20, groups: ['habit', 'rest'] },
            { metric: 'nps', dimension: 'sentiment', weight: 30 },
          ],
        },
      ],
    }),
  });
  const weightsWith = (values: readonly (number | null)[]) => {
    const score = scoreOf(
      names.map((name, index) => metric(name, values[index] ?? null)),
      {},
      grouped,
    );
    return { score, weights: score.parts.map((part) => Math.round(part.effectiveWeight * 1e6) / 1e6) };
  };

  it('go to the rest of their group first, so that the group keeps its say in the dimension', () => {
    expect(weightsWith([50, 50, 50, 50, 50]).weights).toEqual([20, 20, 10, 20, 30]);
    expect(weightsWith([50, 50, 50, null, 50]).weights).toEqual([20, 20, 30, 0, 30]);
    // Nobody knows anything of the inner group: its 30 go to the logins beside it, and the outer group keeps its 50.
    expect(weightsWith([50, 50, null, null, 50]).weights).toEqual([20, 50, 0, 0, 30]);
    expect(weightsWith([null, 50, null, null, 50]).weights).toEqual([0, 70, 0, 0, 30]);
    expect(weightsWith([50, null, null, null, null]).weights).toEqual([100, 0, 0, 0, 0]);
  });

  it('add up to 100, and so do points and losses; a dimension lies between its best and its worst part', () => {
    const value = fc.option(fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(fc.tuple(value, value, value, value, value), (values) => {
        fc.pre(values.some((one) => one !== null));
        const { score } = weightsWith(values);
        const sum = (of: (part: Part) => number) => score.parts.reduce((total, part) => total + of(part), 0);

        expect(sum((part) => part.effectiveWeight)).toBeCloseTo(100, 9);
        expect(sum((part) => part.points ?? 0)).toBeCloseTo(score.raw ?? Number.NaN, 9);
        expect(sum((part) => part.lost)).toBeCloseTo(100 - (score.raw ?? 0), 9);
        for (const { name, value: given } of score.dimensions) {
          const of = score.parts.flatMap((part) => (part.dimension === name ? (part.normalised ?? []) : []));
          if (given === null) expect(of).toEqual([]);
          else expect(given >= 100 * Math.min(...of) - 0.05 && given <= 100 * Math.max(...of) + 0.05).toBe(true);
        }
      }),
    );
  });
});

describe('a correction by hand', () => {
  const corrected = {
    health_override: 15,
    health_override_reason: 'happy on the phone',
    health_override_until: '2026-02-28',
  };
  const low = b2b({
    metrics: [definition('x', { normalise: { kind: 'linear', zero: 0, full: 100 } })],
    scorecard: scorecard({
      models: [model([['x', 'usage', 100]])],
      caps: [
        {
          name: 'notice',
          when: leaf('notice', 'is', true),
          limit: 10,
          text: { en: 'cancellation notice', ja: '解約申出' },
        },
      ],
    }),
  });
  const at44 = [metric('x', 44)];

  it('of +15 makes 59 of 44 until its last day, and both are shown; the day after it is 44 again', () => {
    const until = scoreOf(at44, corrected, low, '2026-02-28');
    const after = scoreOf(at44, corrected, low, '2026-03-01');

    expect([until.calculated, until.value, until.override?.delta]).toEqual([44, 59, 15]);
    expect([after.calculated, after.value, after.override]).toEqual([44, 44, null]);
  });

  it('never lifts an account above its cap', () => {
    const score = scoreOf(at44, { ...corrected, notice: true }, low);

    expect(score.value).toBe(10);
    expect(score.caps[0]?.applied).toBe(true);
  });

  it('stays between 0 and 100', () => {
    expect(scoreOf([metric('x', 95)], corrected, low).value).toBe(100);
    expect(scoreOf([metric('x', 5)], { ...corrected, health_override: -15 }, low).value).toBe(0);
  });

  it('needs a reason, an end that is not too far away, and is cut to its limit', () => {
    const rule = { limit: 15, maxDays: 90, value: 'v', reason: 'r', until: 'u' };
    const given = (v: number, r: string, u: string) => overrideOf({ v, r, u }, rule, '2026-01-01');

    expect(given(10, 'why', '2026-04-01')).toEqual({ delta: 10, reason: 'why', until: '2026-04-01' });
    expect(given(40, 'why', '2026-02-01')?.delta).toBe(15);
    expect(given(-40, 'why', '2026-02-01')?.delta).toBe(-15);
    expect(given(10, ' ', '2026-02-01')).toBeNull();
    expect(given(10, 'why', '2026-04-02')).toBeNull();
    expect(given(10, 'why', '2025-12-31')).toBeNull();
    expect(given(0, 'why', '2026-02-01')).toBeNull();
    expect(overrideOf({ v: 10, r: 'why' }, rule, '2026-01-01')).toBeNull();
    expect(overrideOf({}, null, '2026-01-01')).toBeNull();
  });
});

describe('caps', () => {
  it('are all listed, the lowest wins', () => {
    const score = scoreOf(a, { champion_left: true, notice: true });

    expect(score.value).toBe(10);
    expect(score.caps.map(({ name, applied }) => [name, applied])).toEqual([
      ['notice', true],
      ['champion_left', false],
    ]);
  });

  it('above the score lower nothing, and are told all the same', () => {
    const score = scoreOf(metricsOf(accountB, asOf), { champion_left: true });

    expect(score.value).toBe(15.4);
    expect(score.caps).toMatchObject([{ name: 'champion_left', applied: false }]);
  });

  it('of effort can only lower: a perfect CES gives nothing, a poor one takes', () => {
    const base = b2b();
    const caps = [
      { name: 'effort', when: leaf('ces', 'above', 5), limit: 59, text: { en: 'high effort', ja: '高い負担' } },
    ];
    const withCes = { ...base, metrics: [...base.metrics, definition('ces')], scorecard: { ...base.scorecard, caps } };

    expect(scoreOf([...a, metric('ces', 1)], {}, withCes).value).toBe(68.4);
    expect(scoreOf([...a, metric('ces', 6.5)], {}, withCes).value).toBe(59);
    expect(scoreOf([...a, metric('ces', null)], {}, withCes).value).toBe(68.4);
  });

  it('can ask for dimensions', () => {
    const base = b2b();
    const caps = [
      {
        name: 'unhappy',
        when: leaf('dimension_sentiment', 'at_most', 50),
        limit: 60,
        text: { en: 'unhappy', ja: '不満' },
      },
    ];

    expect(scoreOf(a, {}, { ...base, scorecard: { ...base.scorecard, caps } }).value).toBe(60);
  });
});

describe('coverage and confidence', () => {
  const without = (...names: string[]) => a.map((one) => (names.includes(one.name) ? metric(one.name, null) : one));

  it('go from high to none', () => {
    expect(scoreOf(a).confidence).toBe('high');
    expect(scoreOf(without('active_user_rate', 'login_frequency')).confidence).toBe('medium');
    expect(
      scoreOf(without('active_user_rate', 'login_frequency', 'goal_attainment', 'key_feature_adoption')).confidence,
    ).toBe('low');
    expect(scoreOf(metricsOf(accountD, asOf)).confidence).toBe('none');
  });

  it('are at most low without the dimension that is required', () => {
    const base = b2b();
    const usage = ['active_user_rate', 'login_frequency', 'key_feature_adoption', 'usage_trend', 'feature_breadth'];
    const score = scoreOf(
      without(...usage),
      {},
      { ...base, scorecard: { ...base.scorecard, coverage: { none: 0.1, low: 0.2, medium: 0.3 } } },
    );

    expect([score.coverage, score.confidence]).toEqual([0.55, 'low']);
  });

  it('of a metric without which the admin wants no score: none, and it says which', () => {
    const metrics = b2b().metrics.map((one) =>
      one.name === 'nps' ? { ...one, missing: { kind: 'no_score' as const } } : one,
    );
    const score = scoreOf(without('nps'), {}, b2b({ metrics }));

    expect([score.value, score.reason, score.confidence]).toEqual([null, 'No score without NPS', 'none']);
  });
});

describe('reasons', () => {
  it('of account A are the three biggest losses, as documented', () => {
    expect(reasonLines(scoreOf(a))).toEqual([
      'NPS 8, target 9+ (-6.0)',
      'Goal attainment 55% of 100% (-4.5)',
      'Usage trend 0.72 of 0.95 (-3.7)',
    ]);
  });

  it('begin with a cap that lowered the score and end with missing data', () => {
    const score = scoreOf(
      a.map((one) => (one.name === 'csat' ? metric('csat', null) : { ...one, value: accountA[one.name] ?? null })),
      { champion_left: true, champion_left_on: '2025-12-12' },
    );

    expect(reasonLines(score, 20)[0]).toBe('Capped at 59: champion left 2025-12-12');
    expect(reasonLines(score, 20).at(-1)).toBe('No data: CSAT (coverage -5%)');
  });

  it('are in the language of the home', () => {
    const base = b2b();

    expect(reasonLines(scoreOf(a, {}, { ...base, home: { ...base.home, locale: 'ja' } }))[0]).toBe(
      'NPS 8(目標9以上)(−6点)',
    );
  });

  it('are the same bytes on every run', () => {
    expect(reasonLines(scoreOf(a))).toEqual(reasonLines(scoreOf(a)));
  });

  it('sort by loss, then weight, then name', () => {
    const part = (name: string, lost: number, weight: number) => ({ metric: name, lost, weight, points: 1 }) as Part;

    const sorted = byLoss([part('b', 2, 5), part('a', 2, 5), part('c', 2, 6), part('d', 3, 1)]);

    expect(sorted.map(({ metric: name }) => name)).toEqual(['d', 'c', 'a', 'b']);
  });

  it('show tenths that add up to what the shown score lacks', () => {
    const { raw, parts } = scoreOf(a);

    const tenths = tenthsLost(
      parts.map((part) => part.lost),
      raw,
    );

    expect(tenths.reduce((sum, lost) => sum + Math.round(lost * 10), 0)).toBe(316);
  });

  it('have their counterpart in what carries the score', () => {
    expect(strongest(scoreOf(a)).map(({ metric: name }) => name)).toEqual(['active_user_rate', 'key_feature_adoption']);
  });
});
