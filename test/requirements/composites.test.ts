// R36 to R43: several numbers read together. Dimensions, tables of two facts, silence, correction by hand, models by stage of
// life; all of it from YAML.

import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/calendar.ts';
import { exampleOutcome } from '../../src/domain/outcome.ts';
import { recordValues } from '../../src/domain/record-values.ts';
import { run } from '../../src/pipeline/run.ts';
import { smallHome } from '../support/small-home.ts';
import { accountOf, errorsOf, homeOf, loadTexts, outcomeOf, rows, scoreByHand } from '../support/yaml-home.ts';
import { decisionsOf, shipped } from './shipped-life.ts';

const asOf = '2026-01-01';

/** Usage is what the account says; sentiment is NPS; 80 and 20 of 100. */
const two = {
  metrics: `
  use: {label: Usage, why: w, measure: {kind: attribute, field: given_score}, normalise: {kind: linear, zero: 0, full: 100}}
  nps: {label: NPS, why: w, unit: score, measure: {kind: latest, source: surveys, field: score, days: 365}, normalise: {kind: linear, zero: 0, full: 10}, missing: redistribute}
`,
  scorecard: `
id: two
version: 1.0.0
dimensions: {usage: Usage, sentiment: Sentiment}
models: [{id: two, weights: {usage: {use: 80}, sentiment: {nps: 20}}}]
matrices:
  usage_sentiment_quadrant:
    rows:
      fact: dimension_usage
      cuts:
        - {name: high, when: {dimension_usage: {at_least: 70}}}
        - {name: mid, when: {dimension_usage: {at_least: 40}}}
        - {name: low, when: {dimension_usage: {below: 40}}}
    columns:
      fact: nps
      cuts:
        - {name: promoter, when: {nps: {at_least: 9}}}
        - {name: passive, when: {nps: {at_least: 7}}}
        - {name: detractor, when: {nps: {below: 7}}}
        - {name: silent, when: {nps: {missing: true}}}
    cells:
${['high', 'mid', 'low']
  .flatMap((row) => ['promoter', 'passive', 'detractor', 'silent'].map((column) => `${row}/${column}`))
  .map((cell) =>
    cell === 'high/detractor'
      ? `      ${cell}: {value: using_unhappy, label: {en: At-risk heavy user, ja: 不満ヘビーユーザー}}`
      : `      ${cell}: {value: ${cell.replace('/', '_')}, label: ${cell}}`,
  )
  .join('\n')}
`,
  plays: `
first_run: open_tasks
plays:
  detractor: {id: P12, kind: risk, when: {usage_sentiment_quadrant: using_unhappy}, task: {subject: "Call {{name}}", due: 2 business days}}
`,
} as const;
const answer = (score: number) => rows('surveys', { at: '2025-12-01', score });

describe('dimensions and tables', () => {
  it('R36 stores usage 92 and sentiment 10 apart, and sees "using but unhappy" although the whole is above 70', async () => {
    const home = await homeOf(two);

    const outcome = outcomeOf(home, { asOf, attributes: { given_score: 92 }, records: answer(1) });

    expect(outcome.score).toMatchObject({
      value: 75.6,
      dimensions: [
        { name: 'usage', value: 92 },
        { name: 'sentiment', value: 10 },
      ],
    });
    expect(recordValues(outcome, accountOf({ asOf }), 'en')).toMatchObject({
      health_usage_score: 92,
      health_sentiment_score: 10,
      usage_sentiment_quadrant: 'using_unhappy',
    });
  });

  it('R37 calls usage 80 with NPS 4 an at-risk heavy user, plays P12, and has a column for no answer', async () => {
    const home = await homeOf(two);
    const given = { asOf, attributes: { given_score: 80 } };

    const unhappy = outcomeOf(home, { ...given, records: answer(4) });
    const silent = outcomeOf(home, given);

    const cell = home.decisions.scorecard.matrices[0]?.cells['high/detractor'];
    expect(cell?.label).toEqual({ en: 'At-risk heavy user', ja: '不満ヘビーユーザー' });
    expect(unhappy.matrices).toEqual({ usage_sentiment_quadrant: cell?.value });
    expect(unhappy.actions.map(({ play }) => play)).toEqual(['detractor']);
    expect(silent.matrices).toEqual({ usage_sentiment_quadrant: 'high_silent' });
    expect(silent.actions).toEqual([]);
  });

  it('R37 misses no cell: a table with a hole is refused', async () => {
    const { problems } = await loadTexts({ ...two, scorecard: two.scorecard.replace(/\n {6}low\/silent.*/, '') });

    expect(errorsOf(problems).map(({ what }) => what)).toEqual([
      'the matrix usage_sentiment_quadrant has no cell low/silent',
    ]);
  });

  it('R39 makes of touch score and NPS whom to support first: low and detractor 1, high and promoter 9', async () => {
    const decisions = decisionsOf(await shipped({}, 'config/models/callcenter_ja'));
    const j4 = decisions.examples.find(({ name }) => name.startsWith('J4 すべて'));
    if (j4 === undefined) throw new Error('no J4');
    const priority = (metrics: Record<string, number>) =>
      exampleOutcome({ ...j4, given: { ...j4.given, metrics: { ...j4.given.metrics, ...metrics } } }, decisions)
        .matrices?.['touch_nps_priority'];

    expect(priority({ contact_frequency: 7, seminar: 0, nps: 4 })).toBe(1);
    expect(priority({ contact_frequency: 7, seminar: 0, nps: 8 })).toBe(2);
    expect(priority({ nps: 4 })).toBe(4);
    expect(priority({ nps: 10 })).toBe(9);
  });

  it('R40 multiplies usage 0.9 and goals 0.1 to 0.30, where a mean would say 0.50, and puts both in a table', async () => {
    const home = await homeOf({
      metrics: `
  u: {label: Usage, unit: ratio, measure: {kind: attribute, field: given_score}}
  g: {label: Goals, unit: ratio, measure: {kind: goal_attainment, source: goals}}
  product: {label: Usage × goals, why: w, unit: ratio, measure: {kind: calculate, op: geometric_mean, of: [{kind: metric, name: u}, {kind: metric, name: g}]}, normalise: {kind: linear, zero: 0, full: 1}}
`,
      scorecard: `
id: product
version: 1.0.0
dimensions: {value: Value}
models: [{id: product, weights: {value: {product: 100}}}]
matrices:
  usage_goal:
    rows: {fact: u, cuts: [{name: high, when: {u: {at_least: 0.5}}}, {name: low, when: {u: {below: 0.5}}}]}
    columns: {fact: g, cuts: [{name: reached, when: {g: {at_least: 0.5}}}, {name: open, when: {g: {below: 0.5}}}]}
    cells:
      high/reached: {value: fine, label: Fine}
      high/open: {value: busy_without_result, label: Busy without result}
      low/reached: {value: done, label: Done}
      low/open: {value: stuck, label: Stuck}
`,
    });
    const records = rows('goals', { at: asOf, name: 'bookings', baseline: 0, target: 100, current: 10 });

    const outcome = outcomeOf(home, { asOf, attributes: { given_score: 0.9 }, records });

    expect(outcome.metrics.find(({ name }) => name === 'product')?.value).toBeCloseTo(0.3, 9);
    expect(outcome.score.value).toBe(30);
    expect(outcome.matrices).toEqual({ usage_goal: 'busy_without_result' });
  });
});

describe('silence', () => {
  const nps = `
  nps:
    label: NPS
    why: w
    unit: score
    measure: {kind: latest, source: surveys, field: score, days: 365}
    normalise: {kind: tiers, out_of: 30, tiers: [{at_least: 9, points: 30}, {at_least: 7, points: 10}], otherwise: 0}
    missing: redistribute
    non_respondent: {points: 6, invitations: 2, within_days: 180}
  rest: {label: Rest, why: w, measure: {kind: attribute, field: given_score}, normalise: {kind: linear, zero: 0, full: 70}}
`;
  const scorecard = (points: number) =>
    `
id: silence
version: 1.0.0
dimensions: {rest: Rest, voice: Voice}
models: [{id: silence, weights: {rest: {rest: 70}, voice: {nps: 30}}}]
`.replace('POINTS', String(points));
  const texts = { metrics: nps, scorecard: scorecard(6) };

  it('R38 gives 55 and not 70 to an account that was asked twice and is silent, and never lets silence beat an 8', async () => {
    const home = await homeOf(texts);
    const attributes = { given_score: 49 };
    const invited = (...days: string[]) => rows('surveys', ...days.map((at) => ({ at, score: null })));

    const answered = outcomeOf(home, { asOf, attributes, records: answer(8) }).score;
    const silent = outcomeOf(home, { asOf, attributes, records: invited('2025-09-01', '2025-12-01') }).score;
    const once = outcomeOf(home, { asOf, attributes, records: invited('2025-12-01') }).score;
    const never = outcomeOf(home, { asOf, attributes }).score;

    expect([answered, silent, once, never].map(({ value }) => value)).toEqual([59, 55, 70, 70]);
    expect([answered, silent, never].map(({ coverage }) => coverage)).toEqual([1, 0.7, 0.7]);
    expect(silent.parts.find(({ metric }) => metric === 'nps')).toMatchObject({ state: 'silent', normalised: 0.2 });
  });

  it('R38 refuses silence that beats an answer in the middle', async () => {
    const { problems } = await loadTexts({ ...texts, metrics: nps.replace('points: 6,', 'points: 11,') });

    expect(errorsOf(problems).map(({ what }) => what)).toEqual([
      'silence (11 points) beats an answer in the middle (10 points)',
    ]);
  });
});

describe('a person knows better', () => {
  const texts = {
    metrics: `${scoreByHand.metrics}
  pulse: {label: Pulse, why: w, unit: text, measure: {kind: attribute, field: csm_pulse}, normalise: {kind: map, values: {good: 1, so_so: 0.5, bad: 0}}, stale_after_days: 60}
`,
    scorecard: `
id: by_hand
version: 1.0.0
dimensions: {hand: Hand, pulse: Pulse}
models: [{id: by_hand, weights: {hand: {by_hand: 90}, pulse: {pulse: 10}}}]
override: {limit: 15, max_days: 90}
caps: [{name: notice, when: {notice_on: {missing: false}}, limit: 10, text: notice}]
`,
  };
  const override = {
    health_override: 15,
    health_override_reason: 'happy on the phone',
    health_override_until: '2026-02-28',
  };

  it('R42 shows 44 as calculated and 59 as final until 28 February, and 44 again on 1 March', async () => {
    const home = await homeOf(texts);
    const attributes = { given_score: 44, ...override };
    const shown = (day: string, more = {}) => {
      const outcome = outcomeOf(home, { asOf: day, attributes: { ...attributes, ...more } });
      const { health_score, health_score_calculated } = recordValues(outcome, accountOf({ asOf: day }), 'en');
      return [health_score_calculated, health_score];
    };

    expect(shown('2026-02-28')).toEqual([44, 59]);
    expect(shown('2026-03-01')).toEqual([44, 44]);
    // A reason is required, fifteen points are the most, and a veto stays a veto.
    expect(shown('2026-02-28', { health_override_reason: null })).toEqual([44, 44]);
    expect(shown('2026-02-28', { health_override: 40 })).toEqual([44, 59]);
    expect(shown('2026-02-28', { notice_on: '2026-02-01' })).toEqual([44, 10]);
  });

  it('R42 counts ○, △ and × of the CSM as a metric', async () => {
    const home = await homeOf(texts);
    const points = (csm_pulse: string) =>
      outcomeOf(home, { asOf, attributes: { given_score: 50, csm_pulse, csm_pulse_date: asOf } }).score.value;

    expect(['good', 'so_so', 'bad'].map(points)).toEqual([55, 50, 45]);
  });
});

describe('stages of life', () => {
  it('R43 takes the onboarding model on day 45 with 2 of 5 milestones done, where completion weighs 40', async () => {
    const decisions = decisionsOf(await shipped());
    const a = decisions.examples.find(({ name }) => name === 'A Aozora Logistics');
    if (a === undefined) throw new Error('no A');
    const at = (tenure_days: number, onboarding_completion: number) =>
      exampleOutcome(
        { ...a, given: { ...a.given, metrics: { ...a.given.metrics, tenure_days, onboarding_completion } } },
        decisions,
      ).score;

    expect(at(45, 40).model.id).toBe('onboarding');
    expect(at(45, 40).parts.find(({ metric }) => metric === 'onboarding_completion')).toMatchObject({
      weight: 40,
      normalised: 0.4,
      points: 16,
    });
    expect(at(180, 80).model.id).toBe('onboarding');
    expect(at(180, 100).model.id).toBe('adoption');
  });
});

describe('what was measured', () => {
  it('R41 is stored per account, metric and day, so that it can be held against renewals later', async () => {
    const home = await smallHome([{ id: 'a', logins: 20, satisfaction: 9 }]);
    const { hall, store } = await home.open();
    const request = {
      kind: 'run',
      until: 'evaluate',
      source: null,
      account: null,
      asOf: null,
      slot: null,
      reread: true,
      lifted: false,
    } as const;
    const [customer] = home.customers;
    if (customer === undefined) throw new Error('no customer');

    await run(hall, request, new AbortController().signal);
    customer.logins = 5;
    home.clock.push(86_400_000);
    await home.save();
    await run(hall, request, new AbortController().signal);

    const at = async (metric: string, day: string) => (await store.history.metricAt('a', metric, day))?.value;
    expect(await at('logins', '2026-06-01')).toBe(20);
    expect(await at('logins', addDays('2026-06-01', 1))).not.toBe(20);
    expect(await at('satisfaction', '2026-06-02')).toBe(9);
    expect(await store.history.metricAt('a', 'logins', '2026-05-31')).toBeNull();
    await store.close();
    await home.remove();
  });
});
