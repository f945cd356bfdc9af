// R01 to R17: every metric that customers asked for can be written in YAML, and gives the number they expect.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { smallHome } from '../support/small-home.ts';
import { daysBefore, filesOf, homeOf, loadTexts, metricsOf, outcomeOf, person, rows } from '../support/yaml-home.ts';

const asOf = '2026-01-01';

const seven = `
  use: {label: Usage, why: w, measure: {kind: distinct_days, source: usage, days: 28}, normalise: {kind: linear, zero: 0, full: 20}, missing: zero}
  tenure: {label: Contract length, why: w, measure: {kind: months_since, field: started_on}, normalise: {kind: linear, zero: 0, full: 24}}
  services_used: {label: Services, why: w, measure: {kind: attribute, field: services}, normalise: {kind: linear, zero: 0, full: 3}}
  nps: {label: NPS, why: w, measure: {kind: attribute, field: nps_answer}, normalise: {kind: tiers, out_of: 30, tiers: [{at_least: 9, points: 30}, {at_least: 7, points: 10}], otherwise: 0}}
  calls: {label: Calls, why: w, measure: {kind: attribute, field: calls_30d}, normalise: {kind: band, zero_below: -1, from: 1, to: 3, zero_above: 7}}
  licences_held: {label: Licences, why: w, measure: {kind: attribute, field: licences}, normalise: {kind: linear, zero: 0, full: 100}}
  seminar: {label: Seminar, why: w, measure: {kind: attribute, field: seminars}, normalise: {kind: tiers, tiers: [{at_least: 1, points: 1}], otherwise: 0}}
`;
const sevenSources = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/all.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, started_on: day, services: number, nps_answer: number, calls_30d: number, licences: number, seminars: number}
  usage:
    kind: csv
    holds: events
    settings: {path: data/days.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: number}
`;
const sevenScorecard = `
id: seven
version: 1.0.0
dimensions: {health: Health}
models:
  - id: seven
    weights: {health: {use: 20, tenure: 10, services_used: 10, nps: 20, calls: 10, licences_held: 20, seminar: 10}}
`;

describe('metrics', () => {
  it('R01 scores twenty accounts of a CSV with exactly the seven metrics that a seed names', async () => {
    const texts = { metrics: seven, sources: sevenSources, scorecard: sevenScorecard };
    const home = await smallHome([], filesOf(texts));
    const ids = Array.from({ length: 20 }, (_, index) => `C-${index + 1}`);
    const customers = ids.map(
      (id, index) => `${id},crm-${id},Company ${id},2024-01-01,${index % 4},${index % 11},2,${index * 5},1`,
    );
    const head = 'id,crm_id,name,started_on,services,nps_answer,calls_30d,licences,seminars';
    await writeFile(join(home.folder, 'data/all.csv'), [head, ...customers, ''].join('\n'));
    await writeFile(
      join(home.folder, 'data/days.csv'),
      ['id,day,logins', ...ids.map((id) => `${id},2026-05-30,1`), ''].join('\n'),
    );
    const { hall, store } = await home.open();

    const request = {
      kind: 'run',
      source: null,
      account: null,
      asOf: null,
      slot: null,
      reread: true,
      lifted: false,
    } as const;
    const report = await run(hall, { ...request, until: 'evaluate' }, new AbortController().signal);

    const scores = await store.history.outcomes(report.asOf, null, 100);
    expect(report.accounts).toMatchObject({ seen: 20, scored: 20, unknown: 0 });
    expect(scores.filter(({ score }) => score.value !== null && score.parts.length === 7)).toHaveLength(20);
    await store.close();
    await home.remove();
  });

  it('R01 names file and line of a metric whose source does not exist', async () => {
    const { decisions, problems } = await loadTexts({
      metrics: '  ghost: {label: Ghost, measure: {kind: count, source: nowhere}}\n',
    });

    expect(decisions).toBeNull();
    expect(problems).toContainEqual(
      expect.objectContaining({
        where: expect.stringMatching(/config\/metrics.yaml:\d+:\d+/),
        what: 'there is no source nowhere',
      }),
    );
  });

  it('R02 reads contract fields of the CRM: 21 months of tenure, 89 days to renewal, the rank of a plan', async () => {
    const home = await homeOf({
      metrics: `
  tenure_months: {label: Tenure, measure: {kind: months_since, field: started_on}}
  days_to_renewal: {label: Renewal, measure: {kind: days_until, field: renewal_on}}
  yearly: {label: ARR, measure: {kind: attribute, field: arr}}
  plan_rank:
    label: Plan
    measure:
      kind: points
      rules: [{when: {plan: basic}, points: 1}, {when: {plan: pro}, points: 2}, {when: {plan: enterprise}, points: 3}]
`,
    });
    const attributes = { started_on: '2024-04-01', renewal_on: '2026-03-31', arr: 1_200_000, plan: 'pro' };

    const metrics = metricsOf(home, { asOf, attributes });

    expect(metrics['tenure_months']?.value).toBe(21);
    expect(metrics['days_to_renewal']?.value).toBe(89);
    expect(metrics['yearly']?.value).toBe(1_200_000);
    expect(metrics['plan_rank']?.value).toBe(2);
  });

  it('R03 counts an interview within a year as 1, an older one as 0, and none as a true 0', async () => {
    const home = await homeOf({
      metrics: `
  interview_days: {label: Days since the interview, measure: {kind: days_since_date, field: interview_on}}
  advocacy:
    label: Advocacy
    measure:
      kind: points
      rules: [{when: {interview_days: {at_most: 365}}, points: 1}, {when: {interview_on: {missing: true}}, points: 0}]
`,
    });
    const given = (interview_on: string | null) => metricsOf(home, { asOf, attributes: { interview_on } })['advocacy'];

    expect(given('2025-01-01')).toMatchObject({ value: 1, state: 'known' });
    expect(given('2024-12-31')).toMatchObject({ value: 0, state: 'known' });
    expect(given(null)).toMatchObject({ value: 0, state: 'known' });
  });

  it('R04 sees 60% of the onboarding done after weights 10, 30 and 20, and ten days late on day 40 of 30', async () => {
    const home = await homeOf({
      metrics: `
  onboarding_completion: {label: Onboarding, unit: percent, measure: {kind: milestones, source: milestones}}
  onboarding_days_late: {label: Late, unit: days, measure: {kind: milestones, source: milestones, give: days_late}}
`,
    });
    const weights = [10, 20, 30, 20, 20];
    const done = new Set([1, 3, 4]);
    const records = weights.flatMap((weight, index) =>
      rows('milestones', {
        at: asOf,
        position: index + 1,
        name: `step ${index + 1}`,
        weight,
        planned_on: '2025-12-22',
        done_on: done.has(index + 1) ? '2025-12-01' : null,
      }),
    );

    const metrics = metricsOf(home, { asOf, attributes: { started_on: '2025-11-22' }, records });

    expect(metrics['onboarding_completion']?.value).toBeCloseTo(60, 9);
    expect(metrics['onboarding_days_late']?.value).toBe(10);
  });

  it('R05 counts two people at one seminar as one event and as two attendees', async () => {
    const home = await homeOf({
      metrics: `
  events_attended: {label: Events, measure: {kind: distinct, source: touches, field: event, days: 180}}
  attendees: {label: Attendees, measure: {kind: distinct, source: touches, field: contact, days: 180}}
`,
    });
    const seminar = { at: '2025-12-01', event: 'winter seminar' };

    const metrics = metricsOf(home, {
      asOf,
      records: rows('touches', { ...seminar, contact: 'p1' }, { ...seminar, contact: 'p2' }),
    });

    expect(metrics['events_attended']?.value).toBe(1);
    expect(metrics['attendees']?.value).toBe(2);
  });

  it('R06 asks once for a missing goal, and tells the goal of the hand-over in the text of a task', async () => {
    const home = await homeOf({
      metrics: '  attained: {label: Goals, unit: percent, measure: {kind: goal_attainment, source: goals}}\n',
      plays: `
first_run: open_tasks
plays:
  set_goals:
    kind: data
    when: {attained: {missing: true}}
    task: {subject: "Set goals for {{name}}", body: "Hand-over: {{account.goal}}", due: 10 business days}
    cool_down: 90d
`,
    });
    const attributes = { goal: 'shorter waiting times' };

    const first = outcomeOf(home, { asOf, attributes });
    const second = outcomeOf(home, { asOf: '2026-01-02', attributes }, [first]);

    expect(first.actions.map(({ subject, body }) => [subject, body])).toEqual([
      ['Set goals for Company A-1', expect.stringContaining('Hand-over: shorter waiting times')],
    ]);
    expect(second.plays.map(({ outcome }) => outcome)).toEqual(['open']);
    expect(second.actions.map(({ episode }) => episode)).toEqual(first.actions.map(({ episode }) => episode));
  });

  it('R07 keeps the upsell flag while an upsell opportunity is open, and makes no further task of it', async () => {
    const home = await homeOf({
      metrics: `
  open_upsell: {label: Open upsells, measure: {kind: count, source: deals, where: {type: Upsell, closed_on: {missing: true}}}}
  meetings_90d: {label: Meetings, measure: {kind: count, source: touches, where: {kind: meeting}, days: 90}}
`,
      flags: `
flags:
  upsell:
    label: Upsell
    gate: {score: {at_least: 50}}
    veto: {notice_on: {missing: false}}
    signals: [{type: seats, when: {seats: {at_least: 40}}, text: "{{seats}} seats"}]
`,
      plays: `
first_run: open_tasks
suppress: [{name: open_opportunity, when: {open_upsell: {at_least: 1}}, plays: [offer]}]
plays:
  offer: {kind: growth, when: {upsell_flag: true}, task: {subject: "Offer seats to {{name}}", due: 5 business days}}
`,
    });
    const attributes = { seats: 48 };
    const meeting = rows('touches', { at: '2025-12-30', kind: 'meeting' }, { at: '2025-12-30', kind: 'email' });

    const open = outcomeOf(home, {
      asOf,
      attributes,
      records: [...rows('deals', { at: asOf, type: 'Upsell', closed_on: null }), ...meeting],
    });
    const none = outcomeOf(home, { asOf, attributes });

    expect(open.flags[0]?.up).toBe(true);
    expect(open.actions).toEqual([]);
    expect(none.actions).toHaveLength(1);
    expect(open.metrics.find(({ name }) => name === 'meetings_90d')?.value).toBe(1);
  });

  it('R08 counts three users with five logins each on one day as 15 logins, 3 users and 1 day', async () => {
    const home = await homeOf({
      metrics: `
  login_days: {label: Login days, measure: {kind: distinct_days, source: usage, days: 28}}
  login_count: {label: Logins, measure: {kind: sum, source: usage, field: logins, days: 28}}
  active_users: {label: Users, measure: {kind: distinct, source: usage, field: contact, days: 28}}
  seats_used: {label: Seats used, unit: percent, measure: {kind: ratio, factor: 100, numerator: {kind: metric, name: active_users}, denominators: [{kind: attribute, field: seats}]}}
  usage_minutes: {label: Minutes, measure: {kind: sum, source: usage, field: minutes, days: 28}}
  key_feature_uses: {label: Key features, measure: {kind: count, source: usage, where: {is_key: true}, days: 28}}
`,
    });
    const day = { at: '2025-12-20', logins: 5, minutes: 30, is_key: true };
    const records = rows(
      'usage',
      { ...day, contact: 'a' },
      { ...day, contact: 'b' },
      { ...day, contact: 'c', is_key: false },
    );

    const metrics = metricsOf(home, { asOf, attributes: { seats: 12 }, records });

    expect(metrics['login_count']?.value).toBe(15);
    expect(metrics['active_users']?.value).toBe(3);
    expect(metrics['login_days']?.value).toBe(1);
    expect(metrics['seats_used']?.value).toBe(25);
    expect(metrics['usage_minutes']?.value).toBe(90);
    expect(metrics['key_feature_uses']?.value).toBe(2);
  });

  it('R09 gives a CSAT of 3.67 and a top-2-box of 66.7%, and reads CES in either direction', async () => {
    const ces = (zero: number, full: number) =>
      `{label: CES, why: w, measure: {kind: mean, source: surveys, field: score, where: {kind: ces}, days: 90}, normalise: {kind: linear, zero: ${zero}, full: ${full}}}`;
    const home = await homeOf({
      metrics: `
  csat: {label: CSAT, measure: {kind: mean, source: surveys, field: score, where: {kind: csat}, days: 90}}
  csat_top2: {label: Content, unit: percent, measure: {kind: share, source: surveys, of: {score: {at_least: 4}}, where: {kind: csat}, days: 90}}
  ease: ${ces(1, 7)}
  effort: ${ces(7, 1)}
`,
      scorecard: `
id: ces
version: 1.0.0
dimensions: {voice: Voice}
models: [{id: standard, weights: {voice: {ease: 50, effort: 50}}}]
`,
    });
    const answer = (kind: string, score: number) => ({ at: '2025-12-01', kind, score });
    const records = rows('surveys', answer('csat', 5), answer('csat', 4), answer('csat', 2), answer('ces', 7));

    const metrics = metricsOf(home, { asOf, records });
    const { score } = outcomeOf(home, { asOf, records });

    expect(metrics['csat']?.value).toBeCloseTo(3.67, 2);
    expect(metrics['csat_top2']?.value).toBeCloseTo(66.7, 1);
    expect(score.parts.map(({ metric, normalised }) => [metric, normalised])).toEqual([
      ['ease', 1],
      ['effort', 0],
    ]);
  });

  it('R10 makes a touch score of one event, four calls or mails and six help views, in a field of its own', async () => {
    const home = await homeOf({
      metrics: `
  events: {label: Events, why: w, measure: {kind: distinct, source: touches, field: event, days: 90}, normalise: {kind: linear, zero: 0, full: 2}}
  contacts_made: {label: Calls and mails, why: w, measure: {kind: count, source: touches, where: {kind: [call, email]}, days: 90}, normalise: {kind: linear, zero: 0, full: 8}}
  help_views: {label: Help pages, why: w, measure: {kind: sum, source: usage, field: views, days: 90}, normalise: {kind: linear, zero: 0, full: 6}}
`,
      scorecard: `
id: touch
version: 1.0.0
dimensions: {usage: Usage, engagement: {en: Touch score, ja: タッチスコア}}
models: [{id: standard, weights: {usage: {steady: 60}, engagement: {events: 10, contacts_made: 20, help_views: 10}}}]
`,
      mapping: `
connection: {}
objects:
  account:
    object: Account
    fields: {health_score: Health_Score__c, dimension_engagement: Touch_Score__c}
`,
    });
    const records = [
      ...rows('touches', { at: '2025-12-01', kind: 'seminar', event: 'winter seminar' }),
      ...rows(
        'touches',
        ...['call', 'call', 'email', 'email'].map((kind) => ({ at: '2025-12-02', kind, event: null })),
      ),
      ...rows('usage', { at: '2025-12-03', views: 6 }),
    ];

    const { score } = outcomeOf(home, { asOf, records });

    // (10·½ + 20·½ + 10·1) of 40
    expect(score.dimensions.find(({ name }) => name === 'engagement')?.value).toBe(62.5);
    expect(home.decisions.crms[0]?.objects.account?.fields.map(({ field }) => field)).toContain('Touch_Score__c');
  });

  it('R11 knows how deep the use goes, and how long ago an executive was met: 120 days, or nobody knows', async () => {
    const home = await homeOf({
      metrics: `
  depth:
    label: Depth of use
    unit: percent
    measure:
      kind: ratio
      factor: 100
      numerator: {kind: distinct, source: usage, field: feature, where: {is_key: true}, days: 28}
      denominators: [{kind: attribute, field: key_features}]
  exec_touch_days:
    label: Days since an executive was met
    unit: days
    measure:
      kind: days_since
      source: touches
      where:
        direction: two_way
        any: [{contact_title: {contains: 取締役}}, {contact_title: {contains: 部長}}, {contact_title: {contains: CFO}}]
`,
    });
    const contacts = [person('boss', 'decision_maker', { title: '取締役' }), person('user', 'user', { title: '主任' })];
    const mails = rows(
      'touches',
      { at: '2025-09-03', direction: 'two_way', contact: 'boss' },
      { at: '2025-12-30', direction: 'two_way', contact: 'user' },
    );
    const uses = ['f1', 'f2', 'f3'].map((feature) => ({ at: '2025-12-20', feature, is_key: true }));

    const metrics = metricsOf(home, {
      asOf,
      contacts,
      attributes: { key_features: 6 },
      records: [...mails, ...rows('usage', ...uses)],
    });
    const never = metricsOf(home, { asOf, contacts, records: mails.slice(1) });

    expect(metrics['depth']?.value).toBe(50);
    expect(metrics['exec_touch_days']?.value).toBe(120);
    expect(never['exec_touch_days']).toMatchObject({ value: null, state: 'missing' });
  });

  it('R12 counts the people we are in touch with: five mails with one are 1, one each with three are 3', async () => {
    const home = await homeOf({
      metrics:
        '  stakeholder_coverage: {label: People, measure: {kind: distinct, source: touches, field: contact, where: {direction: two_way}, days: 90}}\n',
    });
    const mails = (...people: string[]) =>
      rows('touches', ...people.map((contact) => ({ at: '2025-12-01', direction: 'two_way', contact })));

    expect(metricsOf(home, { asOf, records: mails('a', 'a', 'a', 'a', 'a') })['stakeholder_coverage']?.value).toBe(1);
    expect(metricsOf(home, { asOf, records: mails('a', 'b', 'c') })['stakeholder_coverage']?.value).toBe(3);
  });

  it('R13 sees a champion who has not logged in for 61 days, and the star player among ten users', async () => {
    const home = await homeOf({
      metrics: `
  champion_days: {label: Champion last seen, measure: {kind: days_since, source: people, field: last_login_on, where: {role: champion}}}
  champion_inactive: {label: Champion inactive, measure: {kind: points, rules: [{when: {champion_days: {above: 60}}, points: 1}]}}
  star_players: {label: Star players, measure: {kind: star_players, source: usage, field: events, days: 28}}
`,
    });
    const users = Array.from({ length: 10 }, (_, index) => ({
      at: '2025-12-20',
      contact: `u${index}`,
      events: index === 7 ? 90 : 10 + index,
    }));
    const champion = (last_login_on: string) =>
      rows('people', { at: asOf, contact: 'u7', role: 'champion', last_login_on });

    const metrics = metricsOf(home, { asOf, records: [...rows('usage', ...users), ...champion('2025-11-01')] });
    const level = metricsOf(home, {
      asOf,
      records: [...rows('usage', ...users.map((row) => ({ ...row, events: 10 }))), ...champion('2025-11-02')],
    });

    expect(metrics['champion_days']?.value).toBe(61);
    expect(metrics['champion_inactive']?.value).toBe(1);
    expect(metrics['star_players']).toMatchObject({ value: 1, detail: { star: 'u7' } });
    expect(level['champion_inactive']?.value).toBe(0);
    expect(level['star_players']?.value).toBe(0);
  });

  const goals =
    '  attained: {label: Goal attainment, unit: percent, measure: {kind: goal_attainment, source: goals}}\n';
  const waiting = { at: asOf, name: 'waiting time', baseline: 60, target: 30, current: 45, unit: 'min' };

  it('R14 has half of a goal from 60 to 30 minutes at 45, three quarters with a second one reached, and never divides by zero', async () => {
    const home = await homeOf({ metrics: goals });
    const reached = { at: asOf, name: 'bookings', baseline: 0, target: 100, current: 100 };
    const flat = { at: asOf, name: 'flat', baseline: 5, target: 5, current: 5 };
    const attained = (...given: (typeof reached)[]) =>
      metricsOf(home, { asOf, records: rows('goals', ...given) })['attained'];

    expect(attained(waiting)?.value).toBe(50);
    expect(attained(waiting, reached)?.value).toBe(75);
    expect(attained(waiting, flat)).toMatchObject({ value: 50, detail: { unusable: 1 } });
    expect(attained(flat)).toMatchObject({ value: null, state: 'missing', detail: { unusable: 1 } });
  });

  it('R15 shows a goal in its own unit, be it minutes or trucks a day: 45 min (target 30)', async () => {
    const play = `
first_run: open_tasks
plays:
  talk: {kind: value, when: {attained: {below: 60}}, task: {subject: "{{name}}: {{goal_progress}}", due: 5 business days}}
`;
    const kenko = (locale: string) => `
name: Goals
purpose: p
zone: Asia/Tokyo
locale: ${locale}
schedule: "0 5 * * *"
`;
    const english = await homeOf({ metrics: goals, plays: play });
    const japanese = await homeOf({ metrics: goals, plays: play, kenko: kenko('ja') });
    const trucks = { at: asOf, name: 'trucks', baseline: 10, target: 40, current: 22, unit: 'trucks/day' };

    expect(outcomeOf(english, { asOf, records: rows('goals', waiting) }).actions[0]?.subject).toBe(
      'Company A-1: 45 min (target 30)',
    );
    expect(outcomeOf(english, { asOf, records: rows('goals', trucks) }).actions[0]?.subject).toBe(
      'Company A-1: 22 trucks/day (target 40)',
    );
    expect(outcomeOf(japanese, { asOf, records: rows('goals', waiting) }).actions[0]?.subject).toBe(
      'Company A-1: 45 min(目標30)',
    );
  });

  it('R16 says what was saved in the text of the review talk: 64 bookings of 2 hours at ¥3,000 are ¥384,000', async () => {
    const home = await homeOf({
      metrics: `
  bookings: {label: Bookings, measure: {kind: sum, source: usage, field: events}}
  hours_saved: {label: Hours saved, measure: {kind: calculate, op: multiply, of: [{kind: metric, name: bookings}, {kind: constant, value: 2}]}}
  yen_saved: {label: Saved, unit: currency, measure: {kind: calculate, op: multiply, of: [{kind: metric, name: hours_saved}, {kind: constant, value: 3000}]}}
`,
      plays: `
first_run: open_tasks
plays:
  quarterly_review:
    id: P21
    kind: value
    when: {yen_saved: {above: 0}}
    task: {subject: Quarterly review, body: "Saved {{hours_saved}} h (= ¥{{yen_saved | grouped}} @¥3,000)", due: 10 business days}
`,
    });

    const [action] = outcomeOf(home, { asOf, records: rows('usage', { at: '2025-12-01', events: 64 }) }).actions;

    expect(action?.body).toContain('Saved 128 h (= ¥384,000 @¥3,000)');
  });

  it('R17 takes a pulse older than 60 days for missing, and lists it', async () => {
    const home = await homeOf({
      metrics: `
  pulse: {label: CSM pulse, why: w, unit: text, measure: {kind: attribute, field: csm_pulse}, normalise: {kind: map, values: {good: 1, so_so: 0.5, bad: 0}}, stale_after_days: 60}
  told_roi: {label: ROI, measure: {kind: attribute, field: manual_roi}, stale_after_days: 60}
`,
      scorecard: `
id: pulse
version: 1.0.0
dimensions: {usage: Usage, pulse: Pulse}
models: [{id: standard, weights: {usage: {steady: 55}, pulse: {pulse: 45}}}]
`,
    });
    const given = (csm_pulse_date: string) => ({
      asOf,
      attributes: { csm_pulse: 'good', csm_pulse_date, manual_roi: 1.8, manual_roi_date: csm_pulse_date },
    });

    const young = outcomeOf(home, given('2025-11-02'));
    const old = outcomeOf(home, given('2025-11-01'));

    expect(young.score).toMatchObject({ value: 72.5, coverage: 1 });
    expect(old.score).toMatchObject({ value: 50, coverage: 0.55 });
    expect(old.score.parts[1]).toMatchObject({ state: 'stale', text: 'Too old: CSM pulse 2025-11-01 (coverage -45%)' });
    expect(old.metrics.find(({ name }) => name === 'told_roi')?.state).toBe('stale');
  });
});

describe('windows', () => {
  it('R08 looks at 28 days and at the day before the run last', async () => {
    const home = await homeOf({
      metrics: '  login_days: {label: Login days, measure: {kind: distinct_days, source: usage, days: 28}}\n',
    });
    const records = rows('usage', ...[asOf, ...daysBefore(asOf, 40)].map((at) => ({ at })));

    expect(metricsOf(home, { asOf, records })['login_days']?.value).toBe(28);
  });
});
