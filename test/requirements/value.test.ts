// R75 to R83: value, openness, contact reasons, self-service and effort, each written in YAML.

import { describe, expect, it } from 'vitest';
import { homeOf, metricsOf, outcomeOf, person, rows, scoreByHand } from '../support/yaml-home.ts';

const asOf = '2026-01-01';

describe('value', () => {
  it('R75 takes the mean of two answers: 6 and 7 are 6.5; 6.5, 5.0 and 3.0 are 4.83; half an answer is none', async () => {
    const both = 'where: {kind: ves, item_1: {missing: false}, item_2: {missing: false}}, days: 180';
    const home = await homeOf({
      metrics: `
  ves:
    label: VES
    unit: score
    measure:
      kind: calculate
      op: divide
      of:
        - kind: calculate
          op: add
          of: [{kind: mean, source: surveys, field: item_1, ${both}}, {kind: mean, source: surveys, field: item_2, ${both}}]
        - {kind: constant, value: 2}
  ves_top2: {label: VES top 2, unit: percent, measure: {kind: share, source: surveys, of: {item_1: {at_least: 6}, item_2: {at_least: 6}}, ${both}}}
`,
    });
    const answer = (item_1: number, item_2: number | null) => ({ at: '2025-12-01', kind: 'ves', item_1, item_2 });
    const ves = (...answers: ReturnType<typeof answer>[]) =>
      metricsOf(home, { asOf, records: rows('surveys', ...answers) });

    expect(ves(answer(6, 7))['ves']?.value).toBe(6.5);
    const account = ves(answer(6, 7), answer(5, 5), answer(2, 4), answer(7, null));
    expect(account['ves']?.value).toBeCloseTo(4.83, 2);
    expect(account['ves_top2']?.value).toBeCloseTo(33.3, 1);
    expect(ves(answer(7, null))['ves']).toMatchObject({ value: null, state: 'missing' });
  });

  const opportunity = `
  tenure_days: {label: Tenure, measure: {kind: days_since_date, field: started_on}}
  inquiries: {label: Inquiries, measure: {kind: count, source: tickets, where: {category: inquiry}, days: 30}}
  complaints: {label: Complaints, measure: {kind: count, source: tickets, where: {category: complaint, closed_on: {missing: true}}}}
  admin_days: {label: Admin days, measure: {kind: distinct_days, source: usage, where: {contact_title: admin}, days: 28}}
  value_opportunity_score:
    label: Value opportunity
    measure:
      kind: points
      rules:
        - {when: {inquiries: {at_least: 1}}, points: 40}
        - {when: {tenure_days: {between: [30, 180]}}, points: 20}
        - {when: {admin_days: {at_least: 1}}, points: 20}
        - {when: {inquiries: {at_least: 3}}, points: 15}
      veto: {complaints: {at_least: 1}}
`;
  const ticket = (category: string) => ({ at: '2025-12-20', category, closed_on: null });

  it('R76 gives 80 to an inquiry of an admin within half a year, and 0 while a complaint is open', async () => {
    const home = await homeOf({ metrics: opportunity });
    const situation = {
      asOf,
      attributes: { started_on: '2025-10-01' },
      contacts: [person('p1', 'user', { title: 'admin' })],
    };
    const used = rows('usage', { at: '2025-12-20', contact: 'p1' });
    const score = (...categories: string[]) =>
      metricsOf(home, { ...situation, records: [...used, ...rows('tickets', ...categories.map(ticket))] })[
        'value_opportunity_score'
      ]?.value;

    expect(score('inquiry')).toBe(80);
    expect(score('inquiry', 'complaint')).toBe(0);
  });

  it('R78 raises the opportunity by 15 for three inquiries and nothing else; three complaints lower health and leave no opportunity', async () => {
    const home = await homeOf({
      metrics: `${opportunity}
  complaints_30d: {label: Complaints, why: w, measure: {kind: count, source: tickets, where: {category: complaint}, days: 30}, normalise: {kind: linear, zero: 5, full: 0}}
`,
      scorecard: `
id: reasons
version: 1.0.0
dimensions: {usage: Usage, support: Support}
models: [{id: standard, weights: {usage: {steady: 80}, support: {complaints_30d: 20}}}]
`,
    });
    const told = (category: string, times: number) => {
      const records = rows('tickets', ...Array.from({ length: times }, () => ticket(category)));
      const outcome = outcomeOf(home, { asOf, attributes: { started_on: '2020-01-01' }, records });
      return [outcome.score.value, outcome.metrics.find(({ name }) => name === 'value_opportunity_score')?.value];
    };

    const [health, opportunityBefore] = told('inquiry', 1);
    expect(told('inquiry', 3)).toEqual([health, Number(opportunityBefore) + 15]);
    expect(told('complaint', 3)).toEqual([Number(health) - 12, 0]);
  });

  it('R79 takes twelve help views for learning, and twelve views of one article with two tickets for being stuck', async () => {
    const home = await homeOf({
      metrics: `
  help_views: {label: Help views, measure: {kind: sum, source: usage, field: views, days: 28}}
  one_article: {label: Share of one article, unit: percent, measure: {kind: top_share, source: usage, field: article, days: 28}}
  tickets_14d: {label: Tickets, measure: {kind: count, source: tickets, days: 14}}
  stuck: {label: Stuck, measure: {kind: points, rules: [{when: {help_views: {at_least: 10}, one_article: {at_least: 80}, tickets_14d: {at_least: 2}}, points: 1}]}}
  self_service:
    label: Help pages read
    why: Reading help is learning, as long as it does not end in tickets.
    measure: {kind: points, rules: [{when: {help_views: {at_least: 10}}, points: 1}], veto: {stuck: {at_least: 1}}}
    normalise: {kind: linear, zero: 0, full: 1}
`,
      scorecard: `
id: help
version: 1.0.0
dimensions: {usage: Usage, help: Help}
models: [{id: standard, weights: {usage: {steady: 80}, help: {self_service: 20}}}]
`,
    });
    const views = (...articles: string[]) =>
      rows('usage', ...articles.map((article) => ({ at: '2025-12-20', article, views: 1 })));
    const twelve = Array.from({ length: 12 }, (_, index) => `article ${index}`);
    const tickets = rows('tickets', ticket('other'), ticket('other'));

    const learning = outcomeOf(home, { asOf, records: views(...twelve) });
    const stuck = outcomeOf(home, { asOf, records: [...views(...twelve.map(() => 'how to log in')), ...tickets] });
    const none = outcomeOf(home, { asOf });

    const value = (outcome: typeof stuck) => outcome.metrics.find(({ name }) => name === 'stuck')?.value;
    expect([learning.score.value, stuck.score.value, none.score.value]).toEqual([60, 40, 40]);
    expect([value(learning), value(stuck)]).toEqual([0, 1]);
  });

  it('R83 lets effort only lower: perfect ease adds nothing, a bad one takes', async () => {
    const home = await homeOf({
      metrics: `${scoreByHand.metrics}
  ces: {label: CES, measure: {kind: mean, source: surveys, field: score, where: {kind: ces}, days: 90}}
`,
      scorecard: `${scoreByHand.scorecard}
caps: [{name: effort, when: {ces: {at_most: 3}}, limit: 59, text: {en: "effort: CES {{ces}}", ja: "CES {{ces}}"}}]
`,
    });
    const scored = (ces: number | null) =>
      outcomeOf(home, {
        asOf,
        attributes: { given_score: 80 },
        records: ces === null ? [] : rows('surveys', { at: '2025-12-01', kind: 'ces', score: ces }),
      }).score;

    expect([scored(null), scored(7), scored(2)].map(({ value }) => value)).toEqual([80, 80, 59]);
    expect(scored(2).caps[0]?.text).toBe('Capped at 59: effort: CES 2');
  });
});
