import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, businessCalendar } from '../../src/domain/calendar.ts';
import type { Measure, MetricDefinition } from '../../src/domain/decisions.ts';
import { type MeasureInput, measureAccount, stillCarried } from '../../src/domain/measure.ts';
import type { Fields, Metric, SourceRecord } from '../../src/domain/nouns.ts';
import { account, aggregate, definition, leaf, metric, record } from './models.ts';

const asOf = '2026-01-01';
const calendar = businessCalendar({ country: null, extra: [] });

function measureAll(definitions: readonly MetricDefinition[], given: Partial<MeasureInput> = {}): Metric[] {
  return measureAccount({
    account: account(),
    records: [],
    definitions,
    asOf,
    zone: 'Asia/Tokyo',
    calendar,
    freshSources: new Set(['usage']),
    before: {},
    ...given,
  });
}
function measureOne(
  measure: Measure,
  given: Partial<MeasureInput> = {},
  defined: Partial<MetricDefinition> = {},
): Metric {
  return measureAll([definition('x', { measure, ...defined })], given)[0] as Metric;
}
const valueFrom = (measure: Measure, given: Partial<MeasureInput> = {}, defined: Partial<MetricDefinition> = {}) =>
  measureOne(measure, given, defined).value;
const rows = (...days: (string | [string, Fields] | [string, Fields, string])[]): SourceRecord[] =>
  days.map((day, index) =>
    typeof day === 'string'
      ? record({ at: day, key: String(index) })
      : record({ at: day[0], key: String(index), fields: day[1], contact: day[2] ?? null }),
  );

describe('usage', () => {
  it('counts logins, people and days apart: three people, five logins each, one day', () => {
    const records = ['a', 'b', 'c'].flatMap((contact) =>
      [1, 2, 3, 4, 5].map((n) => record({ at: '2025-12-20', key: `${contact}${n}`, contact })),
    );

    expect(valueFrom(aggregate({ of: 'count', windowDays: 28 }), { records })).toBe(15);
    expect(valueFrom(aggregate({ of: 'distinct', field: 'contact', windowDays: 28 }), { records })).toBe(3);
    expect(valueFrom(aggregate({ of: 'distinct_days', windowDays: 28 }), { records })).toBe(1);
  });

  it('looks at whole days of the zone, from the first of the window to the day before today', () => {
    const records = rows(
      '2025-12-03T14:59:59Z',
      '2025-12-03T15:00:00Z',
      '2025-12-31T14:59:59Z',
      '2025-12-31T15:00:00Z',
    );

    expect(valueFrom(aggregate({ windowDays: 28 }), { records })).toBe(2);
  });

  it('without a window looks at everything up to today, today included', () => {
    expect(valueFrom(aggregate({}), { records: rows('2020-01-01', '2026-01-01', '2026-01-02') })).toBe(2);
  });

  it('adds up, and finds mean, least, most and newest', () => {
    const records = rows(
      ['2025-12-01', { n: 5 }],
      ['2025-12-02', { n: 4 }],
      ['2025-12-03', { n: 2 }],
      ['2025-12-04', { n: null }],
    );

    expect(valueFrom(aggregate({ of: 'sum', field: 'n' }), { records })).toBe(11);
    expect(valueFrom(aggregate({ of: 'mean', field: 'n' }), { records })).toBeCloseTo(3.67, 2);
    expect(valueFrom(aggregate({ of: 'min', field: 'n' }), { records })).toBe(2);
    expect(valueFrom(aggregate({ of: 'max', field: 'n' }), { records })).toBe(5);
    expect(measureOne(aggregate({ of: 'latest', field: 'n' }), { records })).toMatchObject({
      value: 2,
      at: '2025-12-03',
    });
  });

  it('leaves weekends out of business days', () => {
    const records = rows('2025-12-19', '2025-12-20', '2025-12-21', '2025-12-22');

    expect(valueFrom(aggregate({ of: 'distinct_days' }), { records })).toBe(4);
    expect(valueFrom(aggregate({ of: 'distinct_business_days' }), { records })).toBe(2);
  });

  it('counts only rows that fit, also by the role of the person', () => {
    const contacts = [{ key: 'c1', ids: {}, role: 'champion' as const, attributes: {} }];
    const records = rows(
      ['2025-11-01', { way: 'two_way' }, 'c1'],
      ['2025-12-30', { way: 'two_way' }, 'c2'],
      ['2025-12-31', {}],
    );
    const given = { records, account: account({ contacts }) };

    expect(valueFrom(aggregate({ where: leaf('way', 'is', 'two_way') }), given)).toBe(2);
    expect(valueFrom(aggregate({ of: 'days_since', where: leaf('contact_role', 'is', 'champion') }), given)).toBe(61);
  });

  it('says how long ago: the last mail to an executive 120 days, never is nothing', () => {
    const where = leaf('executive', 'is', true);
    const since = aggregate({ of: 'days_since', where, whenEmpty: 'missing' });

    expect(valueFrom(since, { records: rows([addDays(asOf, -120), { executive: true }], ['2025-12-30', {}]) })).toBe(
      120,
    );
    expect(valueFrom(since, { records: rows(['2025-12-30', {}]) })).toBeNull();
  });

  it('says how long something has been open', () => {
    const open = aggregate({ of: 'days_since_oldest', where: leaf('closed_on', 'missing', true), whenEmpty: 'zero' });
    const records = rows(
      ['2025-12-01', { closed_on: '2025-12-02' }],
      ['2025-12-20', { closed_on: null }],
      ['2025-12-30', {}],
    );

    expect(valueFrom(open, { records })).toBe(12);
    expect(valueFrom(open, { records: [] })).toBe(0);
  });

  it('counts people and not mails: five with one are 1, one each with three are 3', () => {
    const coverage = aggregate({ of: 'distinct', field: 'contact', windowDays: 90 });
    const mails = (...people: string[]) =>
      people.map((contact, n) => record({ at: '2025-12-01', key: String(n), contact }));

    expect(valueFrom(coverage, { records: mails('a', 'a', 'a', 'a', 'a') })).toBe(1);
    expect(valueFrom(coverage, { records: mails('a', 'b', 'c') })).toBe(3);
  });

  it('counts an event once, however many came', () => {
    const records = rows(['2025-12-01', { event: 'seminar' }, 'a'], ['2025-12-01', { event: 'seminar' }, 'b']);

    expect(valueFrom(aggregate({ of: 'distinct', field: 'event' }), { records })).toBe(1);
    expect(valueFrom(aggregate({ of: 'distinct', field: 'contact' }), { records })).toBe(2);
  });
});

describe('shares', () => {
  const answers = rows(['2025-12-01', { score: 5 }], ['2025-12-02', { score: 4 }], ['2025-12-03', { score: 2 }]);
  const top = aggregate({ of: 'share', share: leaf('score', 'at_least', 4) });

  it('are 0 to 1, and 0 to 100 where the metric is in percent', () => {
    expect(valueFrom(top, { records: answers })).toBeCloseTo(2 / 3, 12);
    expect(measureOne(top, { records: answers }, { unit: 'percent' })).toMatchObject({
      value: expect.closeTo(66.7, 1),
      detail: { numerator: 2, denominator: 3 },
    });
  });

  it('of twenty calls one complaint is 5%; of two calls it is 9.1% and not half', () => {
    const calls = (n: number) =>
      rows(
        ...Array.from({ length: n }, (_, i): [string, Fields] => [
          '2025-12-01',
          { tag: i === 0 ? 'complaint' : 'other' },
        ]),
      );
    const rate = aggregate({
      of: 'share',
      share: leaf('tag', 'is', 'complaint'),
      prior: { alpha: 1, beta: 19, below: 5 },
    });

    expect(valueFrom(rate, { records: calls(20) }, { unit: 'percent' })).toBe(5);
    expect(valueFrom(rate, { records: calls(5) }, { unit: 'percent' })).toBe(20);
    expect(valueFrom(rate, { records: calls(2) }, { unit: 'percent' })).toBeCloseTo(9.1, 1);
  });

  it('find how much goes to one article', () => {
    const views = rows(
      ['2025-12-01', { article: 'a' }],
      ['2025-12-01', { article: 'a' }],
      ['2025-12-01', { article: 'b' }],
    );

    expect(valueFrom(aggregate({ of: 'top_share', field: 'article' }), { records: views })).toBeCloseTo(2 / 3, 12);
  });
});

describe('surveys', () => {
  const nps = aggregate({
    of: 'latest',
    field: 'score',
    whenEmpty: 'missing',
    windowDays: 365,
    roleWeights: { decision_maker: 3, champion: 2, user: 1 },
  });
  const survey = {
    nonRespondent: { normalised: 0.2, invitations: 2, withinDays: 180, source: null },
    staleAfterDays: 365,
  };

  it('weigh the newest answer of each person by role', () => {
    const contacts = [{ key: 'boss', ids: {}, role: 'decision_maker' as const, attributes: {} }];
    const records = rows(
      ['2025-06-01', { score: 2 }, 'boss'],
      ['2025-12-01', { score: 6 }, 'boss'],
      ['2025-11-01', { score: 10 }, 'u'],
    );

    const found = measureOne(nps, { records, account: account({ contacts }) });

    expect(found).toMatchObject({ value: (3 * 6 + 10) / 4, at: '2025-12-01', detail: { answers: 2 } });
  });

  it('take the role that the answer itself names where the contact is unknown', () => {
    const records = rows(
      ['2025-12-01', { score: 0, role: 'decision_maker' }, 'x'],
      ['2025-12-02', { score: 8, role: 'user' }, 'y'],
    );

    expect(valueFrom(nps, { records })).toBe(2);
  });

  it('twice asked and never answered are silent; asked once or never, only missing', () => {
    const asked = rows(['2025-10-01', { score: null }], ['2025-12-01', { score: null }]);

    expect(measureOne(nps, { records: asked }, survey).state).toBe('silent');
    expect(measureOne(nps, { records: asked.slice(0, 1) }, survey).state).toBe('missing');
    expect(measureOne(nps, { records: [] }, survey).state).toBe('missing');
    expect(measureOne(nps, { records: rows(['2025-03-01', {}], ['2025-12-01', {}]) }, survey).state).toBe('missing');
  });

  it('are not silent where somebody answered, or where the feed of answers is away', () => {
    const asked = rows(['2025-10-01', { score: null }], ['2025-11-01', { score: 7 }], ['2025-12-01', { score: null }]);

    expect(measureOne(nps, { records: asked }, survey)).toMatchObject({ value: 7, state: 'known' });
    expect(measureOne(nps, { records: asked.slice(2), freshSources: new Set() }, survey).state).toBe('missing');
  });

  it('count invitations of their own kind only', () => {
    const where = leaf('kind', 'is', 'nps');
    const records = rows(
      ['2025-10-01', { kind: 'csat' }],
      ['2025-11-01', { kind: 'csat' }],
      ['2025-12-01', { kind: 'nps' }],
    );

    expect(measureOne({ ...nps, where }, { records }, survey).state).toBe('missing');
  });

  it('may count invitations that another source knows', () => {
    const records = [record({ at: '2025-11-01', source: 'mails' }), record({ at: '2025-12-01', source: 'mails' })];
    const rule = { nonRespondent: { ...survey.nonRespondent, source: 'mails' } };

    expect(measureOne(nps, { records }, rule).state).toBe('silent');
  });

  it('of two agreement items need both: 6 and 7 are 6.5, a blank one leaves the answer out', () => {
    const both = { all: [leaf('achieve', 'missing', false), leaf('confident', 'missing', false)] };
    const item = (field: string) => aggregate({ of: 'mean', field, where: both, whenEmpty: 'missing' });
    const ves: Measure = {
      kind: 'arithmetic',
      op: 'divide',
      of: [
        { kind: 'arithmetic', op: 'add', of: [item('achieve'), item('confident')] },
        { kind: 'constant', value: 2 },
      ],
    };
    const answer = (achieve: number | null, confident: number | null): [string, Fields] => [
      '2025-12-01',
      { achieve, confident },
    ];

    expect(valueFrom(ves, { records: rows(answer(6, 7)) })).toBe(6.5);
    expect(valueFrom(ves, { records: rows(answer(6, 7), answer(5, 5), answer(3, 3)) })).toBeCloseTo(4.83, 2);
    expect(valueFrom(ves, { records: rows(answer(6, 7), answer(1, null)) })).toBe(6.5);
  });
});

describe('nothing happened', () => {
  it('is a true zero where the source is alive, and unknown where it is away', () => {
    expect(measureOne(aggregate({ windowDays: 28 }))).toMatchObject({ value: 0, state: 'known', at: null });
    expect(measureOne(aggregate({ windowDays: 28 }), { freshSources: new Set() })).toMatchObject({
      value: null,
      state: 'missing',
    });
  });

  it('is not told from half a feed: rows of a source that is away are not counted', () => {
    const given = { records: rows('2025-12-01'), freshSources: new Set<string>() };

    expect(measureOne(aggregate({ windowDays: 28 }), given).state).toBe('missing');
    expect(measureOne(aggregate({ of: 'days_since' }), given).state).toBe('missing');
  });

  it('says nothing in the first fourteen days of a customer', () => {
    const since = (days: number) => ({ account: account({ attributes: { started_on: addDays(asOf, -days) } }) });

    expect(measureOne(aggregate({ windowDays: 28 }), since(13)).state).toBe('missing');
    expect(measureOne(aggregate({ windowDays: 28 }), since(14))).toMatchObject({ value: 0, state: 'known' });
  });

  it('stays unknown where the definition wants it', () => {
    expect(measureOne(aggregate({ of: 'latest', field: 'score', whenEmpty: 'missing' })).state).toBe('missing');
  });

  it('is a covered zero for a policy of zero when every source is alive: never touched, no advocacy', () => {
    const never = aggregate({ of: 'days_since', whenEmpty: 'missing' });

    expect(measureOne(never, {}, { missing: { kind: 'zero' } }).detail).toEqual({ true_zero: true });
    expect(measureOne(never, { freshSources: new Set() }, { missing: { kind: 'zero' } }).detail).toEqual({});
    expect(
      measureOne({ kind: 'days_since_date', field: 'interview_on' }, {}, { missing: { kind: 'zero' } }).detail,
    ).toEqual({
      true_zero: true,
    });
  });
});

describe('a new customer', () => {
  const records = rows(...Array.from({ length: 10 }, (_, index) => addDays('2025-12-17', index)));
  const since = (days: number) => ({ records, account: account({ attributes: { started_on: addDays(asOf, -days) } }) });

  it('of 14 to 28 days is read as a rate: ten login days in twenty are fourteen in 28', () => {
    expect(measureOne(aggregate({ of: 'distinct_days', windowDays: 28 }), since(20))).toMatchObject({
      value: 14,
      detail: { counted: 10, of_days: 20 },
    });
  });

  it('is not stretched before day 14, after day 28, or over windows longer than a month', () => {
    expect(valueFrom(aggregate({ windowDays: 28 }), since(13))).toBe(10);
    expect(valueFrom(aggregate({ windowDays: 28 }), since(28))).toBe(10);
    expect(valueFrom(aggregate({ windowDays: 180 }), since(20))).toBe(10);
    expect(valueFrom(aggregate({ of: 'distinct', field: 'contact', windowDays: 28 }), since(20))).toBe(0);
  });
});

describe('per licence', () => {
  const active = aggregate({ of: 'distinct', field: 'contact', windowDays: 28 });
  const users = (count: number, day = '2025-12-20') =>
    Array.from({ length: count }, (_, n) => record({ at: day, key: `${day} ${n}`, contact: `u${n}` }));
  const rate: Measure = {
    kind: 'ratio',
    numerator: active,
    denominators: [
      { kind: 'attribute', field: 'seats' },
      { kind: 'attribute', field: 'provisioned' },
      { kind: 'peak', of: active, windows: 6 },
    ],
    factor: 100,
    minDenominator: null,
  };
  const percent = { unit: 'percent' } as const;

  it('31 of 50 seats are 62%', () => {
    expect(
      measureOne(rate, { records: users(31), account: account({ attributes: { seats: 50 } }) }, percent),
    ).toMatchObject({
      value: 62,
      detail: { numerator: 31, denominator: 50 },
    });
  });

  it.each([[null], [0], ['unlimited'], [-1]])('seats of %j fall back to provisioned users', (seats) => {
    const given = { records: users(6), account: account({ attributes: { seats, provisioned: 8 } }) };

    expect(valueFrom(rate, given, percent)).toBe(75);
  });

  it('falls back to its own peak of six months, and at last is missing, never infinite and never 0/0', () => {
    const records = [...users(4), ...users(10, '2025-10-01')];

    expect(valueFrom(rate, { records }, percent)).toBe(40);
    expect(measureOne(rate, { records: [] }, percent)).toMatchObject({ value: null, state: 'missing' });
  });

  it('above 100% counts as 100% for health, and the raw share stays for sales', () => {
    const over = measureOne(rate, { records: users(56), account: account({ attributes: { seats: 50 } }) }, percent);

    expect(over).toMatchObject({ value: 100, detail: { numerator: 56, denominator: 50, raw: 112 } });
  });

  it('counts tickets per 100 seats with at least ten', () => {
    const tickets: Measure = {
      kind: 'ratio',
      numerator: aggregate({ windowDays: 90 }),
      denominators: [{ kind: 'attribute', field: 'seats' }],
      factor: 100,
      minDenominator: 10,
    };
    const given = (seats: number) => ({
      records: rows('2025-12-01', '2025-12-02'),
      account: account({ attributes: { seats } }),
    });

    expect(valueFrom(tickets, given(100))).toBe(2);
    expect(valueFrom(tickets, given(3))).toBe(20);
  });
});

describe('an account against its own past', () => {
  const trend: Extract<Measure, { kind: 'own_baseline' }> = {
    kind: 'own_baseline',
    source: 'usage',
    field: 'events',
    where: null,
    windowDays: 28,
    baselines: 3,
    minBaselineWindows: 2,
    minBase: 20,
    peerAdjusted: true,
  };
  /** So many events on every business day of a window that ends `back` windows ago. */
  const window = (back: number, events: number): SourceRecord[] =>
    Array.from({ length: 28 }, (_, n) => addDays(asOf, -28 * (back + 1) + n))
      .filter((day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()))
      .map((day) => record({ at: day, key: day, fields: { events } }));
  const history = (...perDay: number[]) => perDay.flatMap((events, back) => window(back, events));

  it('compares its rate with the median of the windows before', () => {
    expect(valueFrom(trend, { records: history(72, 100, 90, 110) })).toBeCloseTo(0.72, 12);
  });

  it('divides by what happened to everyone: 0.72 against peers of 0.75 is 0.96, no decline', () => {
    const found = measureOne(trend, { records: history(72, 100, 90, 110), peers: { x: [0.6, 0.75, 0.9] } });

    expect(found.value).toBeCloseTo(0.96, 12);
    expect(found.detail).toMatchObject({ unadjusted: 0.72, peer_median: 0.75 });
  });

  it('needs two windows before it', () => {
    expect(measureOne(trend, { records: history(72, 100) }).state).toBe('missing');
    expect(valueFrom(trend, { records: history(72, 100, 100) })).toBeCloseTo(0.72, 12);
  });

  it('needs enough events to compare with, and a source that is alive', () => {
    expect(measureOne({ ...trend, minBase: 2_001 }, { records: history(72, 100, 100, 100) }).state).toBe('missing');
    expect(measureOne(trend, { records: history(72, 100, 100), freshSources: new Set() }).state).toBe('missing');
  });

  it('a stop is 0, for the source is alive', () => {
    expect(valueFrom(trend, { records: history(0, 100, 100, 100).filter((row) => row.fields['events'] !== 0) })).toBe(
      0,
    );
  });

  it('counts business days, so that holidays are no decline', () => {
    const holidays = businessCalendar({
      country: null,
      extra: ['2025-12-29', '2025-12-30', '2025-12-31', '2025-12-26', '2025-12-25'],
    });
    const records = history(100, 100, 100, 100).filter((row) => row.at < '2025-12-25');

    expect(valueFrom(trend, { records, calendar: holidays })).toBe(1);
    expect(valueFrom(trend, { records })).toBeLessThan(0.8);
  });

  it('of a seasonal account is compared with the same weeks a year ago, or only together with its peers', () => {
    const seasonal = account({ attributes: { seasonal: true } });
    const lastYear = window(13, 80).map((row) => row);
    const long = [
      ...history(72, 200, 200, 200),
      ...lastYear,
      record({ at: '2024-10-01', key: 'first', fields: { events: 1 } }),
    ];

    expect(valueFrom(trend, { records: long, account: seasonal })).toBeCloseTo(0.9, 12);
    expect(measureOne(trend, { records: history(72, 100, 100, 100), account: seasonal }).state).toBe('missing');
    expect(
      valueFrom(trend, { records: history(72, 100, 100, 100), account: seasonal, peers: { x: [0.72] } }),
    ).toBeCloseTo(1, 12);
  });
});

describe('goals', () => {
  const goals: Measure = { kind: 'goal_attainment', source: 'usage', maxAgeDays: 120 };
  const goal = (name: string, given: Fields, at = '2025-12-01') =>
    record({ at, key: `${name} ${at}`, fields: { name, ...given } });

  it('waiting time 60 to 30 minutes, now 45, is half; with a second goal that is reached, three quarters', () => {
    const waiting = goal('waiting time', { baseline: 60, target: 30, current: 45, unit: 'min' });
    const trucks = goal('trucks a day', { baseline: 10, target: 20, current: 25 });

    expect(measureOne(goals, { records: [waiting] })).toMatchObject({
      value: 0.5,
      detail: { goal: 'waiting time', current: 45, target: 30, unit: 'min' },
    });
    expect(valueFrom(goals, { records: [waiting, trucks] })).toBe(0.75);
    expect(valueFrom(goals, { records: [waiting, trucks] }, { unit: 'percent' })).toBe(75);
  });

  it('take the newest row of each goal, and weights', () => {
    const records = [
      goal('a', { baseline: 0, target: 10, current: 1, weight: 3 }, '2025-11-01'),
      goal('a', { baseline: 0, target: 10, current: 10, weight: 3 }, '2025-12-01'),
      goal('b', { baseline: 0, target: 10, current: 0, weight: 1 }),
    ];

    expect(valueFrom(goals, { records })).toBe(0.75);
  });

  it('whose target is the baseline are left out, never divided by', () => {
    const odd = goal('odd', { baseline: 10, target: 10, current: 10 });

    expect(measureOne(goals, { records: [odd] })).toMatchObject({ state: 'missing', detail: { unusable: 1 } });
    expect(valueFrom(goals, { records: [odd, goal('a', { baseline: 0, target: 10, current: 5 })] })).toBe(0.5);
  });

  it('that nobody set do not apply; of a source that is away they are missing', () => {
    expect(measureOne(goals).state).toBe('not_applicable');
    expect(measureOne(goals, { freshSources: new Set() }).state).toBe('missing');
  });

  it('too long not measured are stale', () => {
    expect(
      measureOne(goals, { records: [goal('a', { baseline: 0, target: 10, current: 5 }, '2025-01-01')] }),
    ).toMatchObject({
      state: 'stale',
      value: 0.5,
    });
  });

  it('are behind pace: half of the time over, 30% attained, 20 points behind', () => {
    const records = [goal('a', { baseline: 0, target: 100, current: 30, start: '2025-07-05', due: '2026-06-30' })];

    expect(valueFrom({ ...goals, give: 'expected' }, { records }, { unit: 'percent' })).toBe(50);
    expect(valueFrom({ ...goals, give: 'behind' }, { records }, { unit: 'percent' })).toBeCloseTo(20, 12);
  });
});

describe('milestones', () => {
  const steps: [string, number, string, string | null][] = [
    ['kickoff', 10, '2025-11-25', '2025-11-26'],
    ['import', 20, '2025-12-02', '2025-12-05'],
    ['training', 30, '2025-12-10', '2025-12-20'],
    ['go-live', 20, '2025-12-16', null],
    ['first value', 20, '2025-12-22', null],
  ];
  const records = steps.map(([name, weight, planned_on, done_on]) =>
    record({ at: asOf, key: name, fields: { name, weight, planned_on, done_on } }),
  );
  const give = (what: Extract<Measure, { kind: 'milestones' }>['give']): Measure => ({
    kind: 'milestones',
    source: 'usage',
    give: what,
  });

  it('three of five done, of weights 10, 20 and 30, are 60%', () => {
    expect(valueFrom(give('completion'), { records }, { unit: 'percent' })).toBe(60);
    expect(valueFrom(give('completion'), { records })).toBe(0.6);
  });

  it('ten days after the planned end they are ten days late', () => {
    expect(valueFrom(give('days_late'), { records })).toBe(10);
  });

  it('name the next one, and say when the last was done', () => {
    expect(valueFrom(give('next_name'), { records })).toBe('go-live');
    expect(valueFrom(give('days_since_last'), { records })).toBe(12);
  });

  it('that are done count their lateness to the day of the last', () => {
    const done = records.map((row) => ({
      ...row,
      fields: { ...row.fields, done_on: row.fields['done_on'] ?? '2025-12-24' },
    }));

    expect(valueFrom(give('days_late'), { records: done })).toBe(2);
    expect(measureOne(give('next_name'), { records: done }).state).toBe('missing');
  });

  it('of one planned day come in their position', () => {
    const same = [
      record({ at: asOf, key: '2', fields: { name: 'a later step', position: 2, planned_on: '2025-12-01' } }),
      record({ at: asOf, key: '1', fields: { name: 'the first step', position: 1, planned_on: '2025-12-01' } }),
    ];

    expect(valueFrom(give('next_name'), { records: same })).toBe('the first step');
  });

  it('that are not there do not apply', () => {
    expect(measureOne(give('completion')).state).toBe('not_applicable');
  });
});

describe('dates and attributes', () => {
  const given = { account: account({ attributes: { started_on: '2024-04-01', renewal_on: '2026-03-31', plan: '' } }) };

  it('a contract from 2024-04-01 is 21 months old, and its renewal 89 days away', () => {
    expect(valueFrom({ kind: 'months_since', field: 'started_on' }, given)).toBe(21);
    expect(valueFrom({ kind: 'days_until', field: 'renewal_on' }, given)).toBe(89);
  });

  it('can be a date that another metric holds', () => {
    const definitions = [
      definition('since', { measure: { kind: 'days_since_date', field: 'newest_on' } }),
      definition('newest_on', { measure: aggregate({ of: 'max', field: 'on' }) }),
    ];

    const [since] = measureAll(definitions, { records: rows(['2025-12-01', { on: '2025-12-24' }]) });

    expect(since?.value).toBe(8);
  });

  it('an interview within a year is advocacy; older or none is not', () => {
    const attributes = (interview_on: string | null) => ({ account: account({ attributes: { interview_on } }) });

    expect(valueFrom({ kind: 'days_since_date', field: 'interview_on' }, attributes('2025-06-01'))).toBe(214);
    expect(measureOne({ kind: 'days_since_date', field: 'interview_on' }, attributes(null)).state).toBe('missing');
  });

  it('that are empty are missing; what people enter ages from the day beside it', () => {
    const pulse = (csm_pulse_date: string) => ({
      account: account({ attributes: { csm_pulse: 'good', csm_pulse_date } }),
    });
    const measure: Measure = { kind: 'attribute', field: 'csm_pulse' };

    expect(measureOne({ kind: 'attribute', field: 'plan' }, given).state).toBe('missing');
    expect(measureOne(measure, pulse('2025-12-01'), { staleAfterDays: 60 })).toMatchObject({
      state: 'known',
      at: '2025-12-01',
    });
    expect(measureOne(measure, pulse('2025-10-01'), { staleAfterDays: 60 })).toMatchObject({
      state: 'stale',
      value: 'good',
    });
  });
});

describe('calculations', () => {
  const constant = (value: number | null): Measure => ({ kind: 'constant', value });

  it('lifetime value is price × margin × purchases × years: ¥7,560,000', () => {
    const of = [300_000, 0.7, 12, 3].map(constant);

    expect(valueFrom({ kind: 'arithmetic', op: 'multiply', of })).toBeCloseTo(7_560_000, 6);
  });

  it('the geometric mean punishes imbalance: 0.9 and 0.1 are 0.30, not 0.50', () => {
    const of = [constant(0.9), constant(0.1)];

    expect(valueFrom({ kind: 'arithmetic', op: 'geometric_mean', of })).toBeCloseTo(0.3, 12);
  });

  it('with something unknown are unknown, and so is a division by zero', () => {
    expect(measureOne({ kind: 'arithmetic', op: 'add', of: [constant(1), constant(null)] }).state).toBe('missing');
    expect(measureOne({ kind: 'arithmetic', op: 'divide', of: [constant(1), constant(0)] }).state).toBe('missing');
  });

  it('three inquiries are 15 points of opportunity and complaints none; health is not touched by inquiries', () => {
    const inquiries = aggregate({ where: leaf('reason', 'is', 'inquiry') });
    const opportunity: Measure = {
      kind: 'arithmetic',
      op: 'min',
      of: [constant(15), { kind: 'arithmetic', op: 'multiply', of: [inquiries, constant(5)] }],
    };
    const calls = (reason: string) =>
      rows(...['01', '02', '03'].map((day): [string, Fields] => [`2025-12-${day}`, { reason }]));

    expect(valueFrom(opportunity, { records: calls('inquiry') })).toBe(15);
    expect(valueFrom(opportunity, { records: calls('complaint') })).toBe(0);
  });

  it('an inquiry of an administrator in the first half year is worth 80 points; an open complaint makes it 0', () => {
    const definitions = [
      definition('tenure_days', { measure: { kind: 'days_since_date', field: 'started_on' } }),
      definition('value_opportunity_score', {
        measure: {
          kind: 'points',
          rules: [
            { when: leaf('last_contact_reason', 'is', 'inquiry'), points: 40 },
            { when: leaf('tenure_days', 'between', [30, 180]), points: 25 },
            { when: leaf('persona', 'is', 'admin'), points: 15 },
          ],
          veto: leaf('open_complaints', 'at_least', 1),
          min: 0,
          max: 100,
        },
      }),
    ];
    const attributes = {
      started_on: '2025-10-01',
      persona: 'admin',
      last_contact_reason: 'inquiry',
      open_complaints: 0,
    };
    const score = (more: Fields) =>
      measureAll(definitions, { account: account({ attributes: { ...attributes, ...more } }) })[1]?.value;

    expect(score({})).toBe(80);
    expect(score({ open_complaints: 1 })).toBe(0);
    expect(score({ persona: null })).toBe(65);
  });

  it('a metric that asks for itself ends as missing instead of running for ever', () => {
    const [a] = measureAll([
      definition('a', { measure: { kind: 'metric', name: 'b' } }),
      definition('b', { measure: { kind: 'metric', name: 'a' } }),
    ]);

    expect(a?.state).toBe('missing');
  });
});

describe('a feed that is away', () => {
  const logins = aggregate({ of: 'distinct_days', windowDays: 28 });
  const before = { x: metric('x', 12, { at: '2025-12-30', from: ['usage'] }) };

  it('is bridged by the last value for as many days as allowed, then missing', () => {
    const away = { freshSources: new Set<string>(), before };

    expect(measureOne(logins, away, { missing: { kind: 'carry_forward', days: 3 } })).toMatchObject({
      value: 12,
      state: 'known',
      at: '2025-12-30',
      detail: { carried_days: 2 },
    });
    expect(measureOne(logins, away, { missing: { kind: 'carry_forward', days: 1 } }).state).toBe('missing');
  });

  it('with zero_if_fresh is zero while alive, and carried while away', () => {
    const latest = aggregate({ of: 'latest', field: 'n', whenEmpty: 'missing' });
    const missing = { kind: 'zero_if_fresh', carryDays: 3 } as const;

    expect(measureOne(latest, { before }, { missing })).toMatchObject({ value: 0, state: 'known' });
    expect(measureOne(latest, { before, freshSources: new Set() }, { missing }).value).toBe(12);
    expect(measureOne(latest, { freshSources: new Set() }, { missing }).state).toBe('missing');
  });
});

it('does not depend on the order of records', () => {
  const definitions = [
    definition('logins', { measure: aggregate({ of: 'distinct_days', windowDays: 28 }) }),
    definition('minutes', { measure: aggregate({ of: 'sum', field: 'minutes', windowDays: 28 }) }),
    definition('newest', { measure: aggregate({ of: 'latest', field: 'minutes' }) }),
    definition('mood', { measure: aggregate({ of: 'mean', field: 'minutes', roleWeights: { user: 1 } }) }),
    definition('first', { measure: aggregate({ of: 'days_since_oldest' }) }),
    definition('most', { measure: aggregate({ of: 'top_share', field: 'contact' }) }),
  ];
  const anyRecord = fc
    .record({
      day: fc.integer({ min: 0, max: 60 }),
      minutes: fc.double({ min: 0, max: 1, noNaN: true }),
      contact: fc.constantFrom('a', 'b', null),
      key: fc.uuid(),
    })
    .map(({ day, minutes, contact, key }) => record({ at: addDays(asOf, -day), key, contact, fields: { minutes } }));

  fc.assert(
    fc.property(
      fc.uniqueArray(anyRecord, { selector: ({ key }) => key, maxLength: 25 }),
      fc.infiniteStream(fc.nat()),
      (records, dice) => {
        const shuffled = records.map((row) => ({ row, at: dice.next().value as number })).sort((a, b) => a.at - b.at);
        expect(measureAll(definitions, { records: shuffled.map(({ row }) => row) })).toEqual(
          measureAll(definitions, { records }),
        );
      },
    ),
  );
});

describe('what a later day may still carry', () => {
  const carrying = definition('nps', { missing: { kind: 'carry_forward', days: 3 } });
  const known = metric('nps', 8, { at: '2026-01-10' });

  it('is the last known value of a metric that nobody knows today, as long as it is young enough for tomorrow', () => {
    const gone = metric('nps', null, { state: 'not_applicable' });

    expect(stillCarried([carrying], [gone], { metrics: { nps: known } }, '2026-01-12')).toEqual({ nps: known });
    expect(stillCarried([carrying], [gone], { metrics: { nps: known } }, '2026-01-13')).toBeNull();
  });

  it('is nothing where the metric is known today, where its policy never carries, and where it never was known', () => {
    const gone = metric('nps', null);

    expect(stillCarried([carrying], [known], { metrics: { nps: known } }, '2026-01-12')).toBeNull();
    expect(stillCarried([definition('nps')], [gone], { metrics: { nps: known } }, '2026-01-12')).toBeNull();
    expect(stillCarried([carrying], [gone], null, '2026-01-12')).toBeNull();
  });
});
