// R18 to R27 (without the plays): points, tables, limits, the way up, alerts and trends, each written in YAML.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainAccount } from '../../src/domain/explanation.ts';
import { liftOf } from '../../src/domain/lift.ts';
import type { Fields, Outcome } from '../../src/domain/nouns.ts';
import { exampleOutcome, type Prepared, prepare } from '../../src/domain/outcome.ts';
import { run } from '../../src/pipeline/run.ts';
import { smallHome } from '../support/small-home.ts';
import { whole as wholeRun } from '../support/small-run.ts';
import {
  accountOf,
  daysBefore,
  errorsOf,
  filesOf,
  homeOf,
  loadTexts,
  outcomeOf,
  rows,
  scoreByHand,
} from '../support/yaml-home.ts';
import { decisionsOf, shipped } from './shipped-life.ts';

const asOf = '2026-01-01';
/** One metric of 30 points beside one that never moves. */
const thirty = (metric: string) => `
id: points
version: 1.0.0
dimensions: {usage: Usage, rest: Rest}
models: [{id: standard, weights: {usage: {${metric}: 30}, rest: {steady: 70}}}]
`;
const pointsOf = (outcome: Outcome) => outcome.score.parts[0]?.points ?? null;
const whole = { ...wholeRun, until: 'evaluate' } as const;

const nps = `
  nps: {label: NPS, why: w, unit: score, measure: {kind: latest, source: surveys, field: score, days: 365}, normalise: {kind: tiers, out_of: 30, tiers: [{at_least: 9, points: 30}, {at_least: 7, points: 10}], otherwise: 0}}
`;

describe('tables of points', () => {
  it('R18 gives 0, 10, 20, 30 points at 0, 3, 4 and 20 active days', async () => {
    const home = await homeOf({
      metrics: `
  logins: {label: Logins, why: w, measure: {kind: distinct_days, source: usage, days: 28}, normalise: {kind: tiers, out_of: 30, tiers: [{at_least: 20, points: 30}, {at_least: 4, points: 20}, {at_least: 1, points: 10}], otherwise: 0}}
`,
      scorecard: thirty('logins'),
    });
    const days = daysBefore(asOf, 28);
    const points = (active: number) =>
      pointsOf(outcomeOf(home, { asOf, records: rows('usage', ...days.slice(0, active).map((at) => ({ at }))) }));

    expect([0, 1, 3, 4, 19, 20, 28].map(points)).toEqual([0, 10, 10, 20, 20, 30, 30]);
  });

  it('R19 gives 0 points to a 6, 10 to 7 and 8, 30 to 9 and 10, and no points but less coverage without an answer', async () => {
    const home = await homeOf({ metrics: nps, scorecard: thirty('nps') });
    const answered = (score: number) =>
      outcomeOf(home, { asOf, records: rows('surveys', { at: '2025-12-01', score }) });

    expect([6, 7, 8, 9, 10].map((score) => pointsOf(answered(score)))).toEqual([0, 10, 10, 30, 30]);
    expect(outcomeOf(home, { asOf }).score).toMatchObject({
      coverage: 0.7,
      parts: [{ state: 'missing', points: null }, {}],
    });
  });

  it('R19 refuses an answer of 11 or -1 as a row, and counts it in the report of the run', async () => {
    const sources = `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/customers.csv}, key: [id], ids: {account_id: id, salesforce: crm_id}, columns: {name: text}}
  surveys:
    kind: csv
    holds: events
    settings: {path: data/answers.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {score: {type: number, min: 0, max: 10}}
    reject_limit: 0.5
`;
    const home = await smallHome(
      ['a', 'b', 'c', 'd'].map((id) => ({ id, logins: 1, satisfaction: 5 })),
      filesOf({ metrics: nps, scorecard: thirty('nps'), sources }),
    );
    const answers = ['a,2026-05-01,9', 'b,2026-05-01,11', 'c,2026-05-01,-1', 'd,2026-05-01,7'];
    await writeFile(join(home.folder, 'data/answers.csv'), ['id,day,score', ...answers, ''].join('\n'));
    const { hall, store } = await home.open();

    const report = await run(hall, whole, new AbortController().signal);

    expect(report.sources.find(({ name }) => name === 'surveys')).toMatchObject({ rows: 2, rejectedRows: 2 });
    const unanswered = await store.history.outcome('b', null);
    expect(unanswered?.score.parts[0]).toMatchObject({ state: 'missing', points: null });
    await store.close();
    await home.remove();
  });

  const eight = (last: number, more = '') => ({
    metrics: 'abcdefgh'
      .split('')
      .map(
        (name) =>
          `  m_${name}: {label: ${name}, why: w, measure: {kind: constant, value: 1}, normalise: {kind: linear, zero: 0, full: 1}}\n`,
      )
      .join(''),
    scorecard: `
id: eight
version: 1.0.0
dimensions: {all_of_it: All}
models: [{id: eight, weights: {all_of_it: {m_a: 30, m_b: 30, m_c: 10, m_d: 5, m_e: 5, m_f: 8, m_g: 7, m_h: ${last}}}${more}}]
`,
  });

  it('R20 passes where the best tiers add up to 100, and fails at 99', async () => {
    const right = await loadTexts(eight(5));
    const wrong = await loadTexts(eight(4));

    expect(errorsOf(right.problems)).toEqual([]);
    expect(errorsOf(wrong.problems)).toEqual([
      expect.objectContaining({
        what: 'weights sum to 99, expected 100',
        where: expect.stringMatching(/scorecard.yaml:\d+:\d+/),
      }),
    ]);
  });

  it('R20 brings other weights to 100 where the model says normalise: true', async () => {
    const home = await homeOf(eight(4, ', normalise: true'));

    const { score } = outcomeOf(home, { asOf });

    expect(score.value).toBe(100);
    expect(score.parts[0]?.points).toBeCloseTo((30 / 99) * 100, 9);
    expect(score.parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(100, 9);
  });

  it('R21 takes a plan that the map does not know for missing, with one warning per word', async () => {
    const sources = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/plans.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, plan: {type: text, map: {Basic: basic, Pro: pro}}}
`;
    const metrics = `
  plan_rank: {label: Plan, why: w, unit: text, measure: {kind: attribute, field: plan}, normalise: {kind: map, values: {basic: 0.5, pro: 1}}}
`;
    const home = await smallHome([], filesOf({ metrics, sources, scorecard: thirty('plan_rank') }));
    const plans = ['a,crm-a,A,Enterprise+', 'b,crm-b,B,Enterprise+', 'c,crm-c,C,Pro'];
    await writeFile(join(home.folder, 'data/plans.csv'), ['id,crm_id,name,plan', ...plans, ''].join('\n'));
    const { hall, store } = await home.open();

    await run(hall, whole, new AbortController().signal);

    const [health] = await store.facts.health();
    expect(health?.unmapped).toEqual([expect.stringContaining('Enterprise+')]);
    expect((await store.history.outcome('a', null))?.score.parts[0]).toMatchObject({ state: 'missing', points: null });
    expect((await store.history.outcome('c', null))?.score.parts[0]).toMatchObject({ state: 'known', points: 30 });
    await store.close();
    await home.remove();
  });

  it('R22 warns about eighteen metrics and about weights that move nothing, and goes on', async () => {
    const names = Array.from({ length: 18 }, (_, index) => `m_${index}`);
    const { decisions, problems } = await loadTexts({
      metrics: names
        .map(
          (name) =>
            `  ${name}: {label: ${name}, why: w, measure: {kind: constant, value: 1}, normalise: {kind: linear, zero: 0, full: 1}}\n`,
        )
        .join(''),
      scorecard: `
id: many
version: 1.0.0
dimensions: {all_of_it: All}
models: [{id: many, weights: {all_of_it: {${names.map((name, index) => `${name}: ${index === 0 ? 14 : index === 1 ? 1 : index < 7 ? 6 : 5}`).join(', ')}}}}]
`,
    });

    expect(decisions).not.toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['W_TOO_MANY_METRICS', 'W_SMALL_WEIGHT']));
  });

  it('R24 gives nothing for 31 days without a login, and points for counts beside it', async () => {
    const home = await homeOf({
      metrics: `
  since_login: {label: Days since login, why: w, unit: days, measure: {kind: days_since, source: usage}, normalise: {kind: tiers, tiers: [{at_least: 31, points: 0}, {at_least: 8, points: 0.5}], otherwise: 1}}
  logins: {label: Logins, why: w, measure: {kind: sum, source: usage, field: logins, days: 90}, normalise: {kind: tiers, out_of: 20, tiers: [{at_least: 10, points: 20}, {at_least: 5, points: 10}], otherwise: 0}}
`,
      scorecard: `
id: both
version: 1.0.0
dimensions: {usage: Usage}
models: [{id: standard, weights: {usage: {since_login: 30, logins: 20, steady: 50}}}]
`,
    });
    const last = (at: string) =>
      outcomeOf(home, { asOf, records: rows('usage', { at, logins: 5 }) })
        .score.parts.slice(0, 2)
        .map(({ value, points }) => [value, points]);

    expect(last('2025-12-01')).toEqual([
      [31, 0],
      [5, 10],
    ]);
    expect(last('2025-12-02')).toEqual([
      [30, 15],
      [5, 10],
    ]);
  });
});

describe('the way up', () => {
  it('R23 tells account A what lifts it: NPS 8→9 gives 6.0 and is enough, more features give 1.8 and are not', async () => {
    const decisions = decisionsOf(await shipped());
    const example = decisions.examples.find(({ name }) => name === 'A Aozora Logistics');
    if (example === undefined) throw new Error('no example A');

    const outcome = exampleOutcome(example, decisions);
    const { nextBand } = explainAccount(outcome, accountOf({ asOf }), decisions, 'en');

    expect(outcome.score.value).toBe(68.4);
    // Green begins at 70, but a yellow account turns green at 73, for two runs.
    expect(nextBand).toMatchObject({ band: 'green', edge: 73, gap: 4.6, runs: 2 });
    expect(outcome.lift.find(({ metric }) => metric === 'nps')).toMatchObject({
      from: 8,
      to: 9,
      gain: 6,
      enough: true,
      text: 'NPS 8→9 (+6.0)',
    });
    expect(
      exampleOutcome(
        { ...example, given: { ...example.given, metrics: { ...example.given.metrics, feature_breadth: 8 } } },
        decisions,
      ).score.raw,
    ).toBeCloseTo(68.37 + 1.8, 2);
    const model = prepare(decisions).models.find(({ ref }) => ref.id === outcome.score.model.id);
    if (model === undefined) throw new Error('no model');
    const all = liftOf({ ...outcome, model, settings: decisions.scorecard.bands, locale: 'en', most: 20 });
    expect(all.find(({ metric }) => metric === 'feature_breadth')).toMatchObject({
      from: 6,
      to: 8,
      gain: 1.8,
      enough: false,
    });
  });
});

/** An account that has these scores, day after day. */
function lived(home: Prepared, scores: readonly number[], days: readonly string[]): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const [index, given_score] of scores.entries()) {
    const attributes: Fields = { given_score };
    outcomes.push(outcomeOf(home, { asOf: days[index] ?? '', attributes }, outcomes));
  }
  return outcomes;
}

describe('alerts and trends', () => {
  const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05', '2026-01-06'];

  it('R26 alerts at 20.0 on the first run, and at 19.9 after 20.4, once, until the score was above 23', async () => {
    const home = await homeOf(scoreByHand);

    const atOnce = lived(home, [20], days);
    const later = lived(home, [20.4, 19.9, 18, 23, 24, 20], days);

    expect(atOnce.map(({ alert, alertIsNew }) => [alert, alertIsNew])).toEqual([[true, true]]);
    expect(later.map(({ alertIsNew }) => alertIsNew)).toEqual([false, true, false, false, false, true]);
    expect(later.map(({ alert }) => alert)).toEqual([false, true, true, true, false, true]);
  });

  it('R26 compares the value that is shown: 20.04 is a 20.0, and a 20.0 alerts', async () => {
    const home = await homeOf(scoreByHand);

    const [outcome] = lived(home, [20.04], days);

    expect(outcome).toMatchObject({ score: { value: 20 }, alert: true });
  });

  it('R27 says "Down -6" from 74 to 68 in 30 days, and "Flat" from 74 to 72', async () => {
    const home = await homeOf({
      ...scoreByHand,
      flags: `
flags:
  moved:
    label: Moved
    gate: {score: {at_least: 0}}
    veto: {notice_on: {missing: false}}
    signals: [{type: trend, when: {trend: {missing: false}}, text: {en: "{{trend | en}} {{delta_30d}} ({{delta_7d}} in 7 days)", ja: "{{trend | ja}} {{delta_30d}}"}}]
`,
    });
    const month = ['2026-01-01', '2026-01-24', '2026-01-31'];

    const down = lived(home, [74, 70, 68], month).at(-1);
    const flat = lived(home, [74, 73, 72], month).at(-1);

    expect(down?.trend).toMatchObject({ direction: 'down', delta30d: -6, delta7d: -2 });
    expect(down?.flags[0]?.because).toEqual(['Down -6 (-2 in 7 days)']);
    expect(flat?.trend).toMatchObject({ direction: 'flat', delta30d: -2 });
    expect(flat?.flags[0]?.because).toEqual(['Flat -2 (-1 in 7 days)']);
  });
});
