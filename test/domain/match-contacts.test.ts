import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import { matchContacts } from '../../src/domain/match-contacts.ts';
import type { Fields, SourceRecord } from '../../src/domain/nouns.ts';

const source = (name: string, kind: string, ids: readonly string[]): SourceSettings => ({
  name,
  kind,
  holds: 'contacts',
  settings: {},
  key: ['id'],
  account: { column: 'account', kind: 'account_id' },
  contact: null,
  at: null,
  columns: {},
  ids: Object.fromEntries(ids.map((id) => [id, id])),
  freshWithinDays: null,
  lookbackSeconds: 0,
  rejectLimit: 0,
  label: { en: name, ja: name },
});
const sources = [
  source('sf_people', 'salesforce', ['email', 'phone']),
  source('hub_people', 'hubspot', ['email', 'phone']),
  source('people', 'csv', ['email', 'phone', 'salesforce']),
];
const row = (of: string, key: string, fields: Fields, contact: string | null = null): SourceRecord => ({
  source: of,
  stream: 'rows',
  key,
  at: '2026-06-01',
  account: null,
  contact,
  fields,
});
const match = (...records: SourceRecord[]) =>
  matchContacts({ records, sources, settings: {}, crms: ['salesforce', 'hubspot'] });

describe('rows about people', () => {
  it('of three systems with one address are one person, called as the facts call them, with a record in each CRM', () => {
    const people = match(
      row('sf_people', '003A', { id_email: 'h-1', role: null }),
      row('hub_people', '51', { id_email: 'h-1', role: 'decision_maker' }),
      row('people', 'r1', { id_email: 'h-1', role: 'champion', left_on: '2026-05-01' }, 'U-7'),
    );

    expect(people).toEqual([
      {
        key: 'U-7',
        ids: {
          email: 'h-1',
          salesforce: '003A',
          sf_people: '003A',
          hubspot: '51',
          hub_people: '51',
          people: 'r1',
        },
        role: 'decision_maker',
        attributes: { left_on: '2026-05-01' },
      },
    ]);
  });

  it('are matched by an id of the CRM before any address, and by telephone where nothing else is known', () => {
    const byId = match(
      row('sf_people', '003A', { id_email: 'h-1' }),
      row('people', 'r1', { id_salesforce: '003A' }, 'U-7'),
    );
    const byPhone = match(row('sf_people', '003A', { id_phone: 'p-1' }), row('hub_people', '51', { id_phone: 'p-1' }));

    expect(byId.map(({ key, ids }) => [key, ids['salesforce'], ids['email']])).toEqual([['U-7', '003A', 'h-1']]);
    expect(byPhone.map(({ ids }) => [ids['salesforce'], ids['hubspot']])).toEqual([['003A', '51']]);
  });

  it('that share a mailbox or a switchboard stay two, and a third is not given to one of them by chance', () => {
    const people = match(
      row('sf_people', '003A', { id_email: 'info' }),
      row('sf_people', '003B', { id_email: 'info' }),
      row('hub_people', '51', { id_email: 'info' }),
    );

    expect(people.map(({ key }) => key)).toEqual(['003A', '003B', '51']);
  });

  it('whose keys are the same in two systems by chance are two people', () => {
    const people = match(row('hub_people', '51', {}), row('people', '51', {}));

    expect(people.map(({ key, ids }) => [key, ids['hubspot'] ?? null])).toEqual([
      ['51', '51'],
      ['people:51', null],
    ]);
  });

  it('give the same people in whatever order they come, each row to one person, and no person two records in a CRM', () => {
    const some = fc.uniqueArray(
      fc.record({
        of: fc.constantFrom('sf_people', 'hub_people', 'people'),
        key: fc.constantFrom('1', '2', '3'),
        id_email: fc.constantFrom('e-1', 'e-2', null),
        id_phone: fc.constantFrom('p-1', 'p-2', null),
        id_salesforce: fc.constantFrom('1', '2', null),
      }),
      { selector: ({ of, key }) => `${of} ${key}`, maxLength: 9 },
    );
    fc.assert(
      fc.property(
        some.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, turned]) => {
          const records = (given: typeof rows) =>
            given.map(({ of, key, ...fields }) => row(of, key, fields, of === 'people' ? `U-${key}` : null));
          const people = match(...records(rows));

          expect(match(...records(turned))).toEqual(people);
          expect(new Set(people.map(({ key }) => key)).size).toBe(people.length);
          for (const crm of ['sf_people', 'hub_people']) {
            const theirs = rows.filter(({ of }) => of === crm).map(({ key }) => key);
            expect(people.flatMap(({ ids }) => ids[crm] ?? []).sort()).toEqual(theirs.sort());
          }
        },
      ),
    );
  });
});
