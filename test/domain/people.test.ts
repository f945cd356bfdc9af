// What the rows of single people say: exact windows, unknown instead of zero, and silence where a source is away.

import { describe, expect, it } from 'vitest';
import type { ContactSettings } from '../../src/domain/decisions.ts';
import type { Account, Contact, SourceRecord } from '../../src/domain/nouns.ts';
import { peopleOf } from '../../src/domain/people.ts';
import { peopleText } from '../../src/domain/people-text.ts';

const settings: ContactSettings = {
  use: { source: 'use', where: null, amount: 'amount', days: 180 },
  lastActive: 'last_active_on',
  left: 'left_on',
  championInactiveDays: 60,
  nps: { source: 'answers', field: 'score', where: null, answeredOn: 'on', take: 'newest', days: 365 },
  valueEnhancement: { source: 'answers', field: 'value', where: null, answeredOn: null, take: 'mean', days: 365 },
  score: [
    { fact: 'active_days_28d', weight: 60, normalise: { kind: 'linear', zero: 0, full: 10 } },
    { fact: 'nps_score', weight: 40, normalise: { kind: 'linear', zero: 0, full: 10 } },
  ],
  leastKnown: 0.5,
};
const person = (key: string, role: Contact['role'] = null, attributes: Contact['attributes'] = {}): Contact => ({
  key,
  ids: {},
  role,
  attributes,
});
const row = (source: string, contact: string, at: string, fields: SourceRecord['fields']): SourceRecord => ({
  source,
  stream: source,
  key: `${contact}|${at}`,
  at,
  account: { kind: 'account_id', value: 'a' },
  contact,
  fields,
});
const used = (contact: string, at: string, amount = 1) => row('use', contact, at, { amount });

function told(
  contacts: readonly Contact[],
  records: readonly SourceRecord[],
  more: { readonly fresh?: readonly string[]; readonly changed?: Partial<ContactSettings> } = {},
) {
  const account: Account = { key: 'a', name: 'A', ids: {}, owners: {}, parent: null, attributes: {}, contacts };
  const people = peopleOf({
    account,
    records,
    settings: { ...settings, ...more.changed },
    asOf: '2026-06-01',
    zone: 'UTC',
    freshSources: new Set(more.fresh ?? ['use', 'answers']),
  });
  return Object.fromEntries(people.map(({ contact, values }) => [contact.key, values]));
}

describe('days of use', () => {
  it('are counted over the 28 days before the day, which is not over yet, and last use may be today', () => {
    const records = ['2026-05-03', '2026-05-04', '2026-05-31', '2026-06-01'].map((day) => used('p', day));

    expect(told([person('p')], records)['p']).toMatchObject({ active_days_28d: 2, last_active_date: '2026-06-01' });
  });

  it('are unknown, not zero, for somebody who never used it, and the last day is not taken back', () => {
    const { p } = told([person('p')], []);

    expect(p).toMatchObject({ active_days_28d: null, contact_health_score: null });
    expect(p).not.toHaveProperty('last_active_date');
  });

  it('take the later of what the rows and what the contact source say, never a day to come', () => {
    const seen = (day: string) => told([person('p', null, { last_active_on: day })], [used('p', '2026-05-20')])['p'];

    expect(
      [seen('2026-05-25'), seen('2026-05-10'), seen('2026-07-01')].map((one) => one?.['last_active_date']),
    ).toEqual(['2026-05-25', '2026-05-20', '2026-05-20']);
  });

  it('are not spoken of while their source is away', () => {
    const { p } = told([person('p', 'champion')], [used('p', '2026-01-20')], { fresh: ['answers'] });

    expect(p).toEqual({
      customer_role: 'champion',
      nps_score: null,
      nps_answer_date: null,
      value_enhancement_score: null,
    });
  });
});

describe('champions', () => {
  it('are inactive from 60 days without use on, and when they left', () => {
    const at = (day: string) => told([person('p', 'champion')], [used('p', day)])['p']?.['champion_inactive'];
    const left = told([person('p', 'champion', { left_on: '2026-05-30' })], [used('p', '2026-05-31')])['p'];

    expect([at('2026-04-03'), at('2026-04-02'), at('2026-04-01')]).toEqual([false, true, true]);
    expect(left?.['champion_inactive']).toBe(true);
  });

  it('of whom nobody knows when they were seen are not called inactive, and others never are', () => {
    const all = told([person('c', 'champion'), person('u', 'user')], [used('u', '2026-01-05')]);

    expect(all['c']).not.toHaveProperty('champion_inactive');
    expect(all['u']?.['champion_inactive']).toBe(false);
  });
});

describe('roles', () => {
  const team = [used('a', '2026-05-30', 50), used('b', '2026-05-30', 10), used('c', '2026-05-30', 12)];

  it('that people gave stay; a star user is found among those without, and is none any more when others caught up', () => {
    const contacts = [person('a'), person('b', 'decision_maker'), person('c', 'star_user')];

    const roles = Object.values(told(contacts, team)).map((values) => values['customer_role']);

    expect(roles).toEqual(['star_user', 'decision_maker', 'user']);
  });

  it('of a plain user who uses it like no colleague become star user: that is what use says', () => {
    expect(told([person('a', 'user'), person('b'), person('c')], team)['a']?.['customer_role']).toBe('star_user');
    expect(told([person('a', 'user')], team, { fresh: [] })['a']?.['customer_role']).toBe('user');
  });

  it('of a champion who is a star as well stay champion', () => {
    expect(told([person('a', 'champion')], team)['a']?.['customer_role']).toBe('champion');
  });
});

describe('answers', () => {
  it('are the newest for NPS, with the day it was given, and the mean for value', () => {
    const records = [
      row('answers', 'p', '2026-03-01', { score: 9, on: '2026-03-20', value: 5 }),
      row('answers', 'p', '2026-03-05', { score: 4, on: '2026-03-10', value: 6 }),
      row('answers', 'p', '2026-04-01', { score: null, on: null, value: null }),
    ];

    expect(told([person('p')], records)['p']).toMatchObject({
      nps_score: 9,
      nps_answer_date: '2026-03-20',
      value_enhancement_score: 5.5,
    });
  });
});

describe('the score of a person', () => {
  it('is made of what is known, and is unknown where too little is', () => {
    const records = [
      used('a', '2026-05-30'),
      row('answers', 'a', '2026-05-01', { score: 5, on: '2026-05-01', value: null }),
      used('b', '2026-05-30'),
      row('answers', 'c', '2026-05-01', { score: 5, on: '2026-05-01', value: null }),
    ];

    const scores = Object.values(told([person('a'), person('b'), person('c')], records)).map(
      (values) => values['contact_health_score'],
    );

    // a: (60 × 0.1 + 40 × 0.5) of 100 · b: 0.1 of the 60 that are known · c: only 40 of 100 are known.
    expect(scores).toEqual([26, 10, null]);
  });
});

describe('an explanation', () => {
  it('names people by their key, with their role, what is known, and what their score is made of', () => {
    const contact = person('p-1', 'champion');
    const account: Account = {
      key: 'a',
      name: 'A',
      ids: {},
      owners: {},
      parent: null,
      attributes: {},
      contacts: [contact],
    };
    const people = peopleOf({
      account,
      records: [used('p-1', '2026-05-30')],
      settings,
      asOf: '2026-06-01',
      zone: 'UTC',
      freshSources: new Set(['use', 'answers']),
    });

    expect(peopleText(people, 'en')).toBe(
      [
        '',
        'People',
        '  p-1  Champion',
        '    Last Active 2026-05-30 · Active Days 28d 1 · Contact Health 10',
        '    = Active Days 28d 6 of 60, NPS not known',
      ].join('\n'),
    );
    expect(peopleText(people, 'ja')).toContain('p-1  推進者');
    expect(peopleText([], 'en')).toBe('');
  });
});
