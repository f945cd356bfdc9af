import { describe, expect, it } from 'vitest';
import type { IdentitySettings } from '../../src/domain/decisions.ts';
import type { SourceRecord } from '../../src/domain/nouns.ts';
import { protectedContact, protectPeople } from '../../src/domain/protect-people.ts';

const settings: IdentitySettings = {
  match: ['account_id'],
  keyFrom: ['account_id'],
  rosters: [],
  byHand: {},
  freeDomains: ['gmail.com'],
  population: null,
};
const people = { holds: 'contacts', ids: { email: 'mail', phone: 'tel', salesforce: 'sf' } } as const;
const events = { holds: 'events', ids: {} } as const;
const record = (fields: SourceRecord['fields'], contact: string | null = null): SourceRecord => ({
  source: 'people',
  stream: 'rows',
  key: 'r1',
  at: '2026-06-01',
  account: null,
  contact,
  fields,
});

describe('what is stored of people', () => {
  it('is a keyed hash of addresses and numbers, the same however they are written, another with another key', () => {
    const one = protectPeople(
      record({ id_email: 'Hanako@Gmail.com', id_phone: '090-1234-5678' }),
      people,
      settings,
      'k',
    );
    const other = protectPeople(
      record({ id_email: ' hanako@gmail.com', id_phone: '＋８１９０１２３４５６７８' }),
      people,
      settings,
      'k',
    );
    const elsewhere = protectPeople(record({ id_email: 'hanako@gmail.com' }), people, settings, 'another');

    expect(one.fields).toEqual(other.fields);
    expect(one.fields['id_email']).toMatch(/^email-[0-9a-f]{24}$/);
    expect(JSON.stringify(one)).not.toMatch(/hanako|5678/i);
    expect(elsewhere.fields['id_email']).not.toBe(one.fields['id_email']);
  });

  it('is the same hash where an event names a person by an address', () => {
    const { contact } = protectPeople(record({}, 'HANAKO@acme.test'), events, settings, 'k');

    expect(contact).toBe(
      protectPeople(record({ id_email: 'hanako@acme.test' }), people, settings, 'k').fields['id_email'],
    );
    expect(protectedContact('U-7', settings, 'k')).toBe('U-7');
  });

  it('is the address itself where the home says so, in the form it is compared in', () => {
    const plain = { ...settings, people: { match: ['email'], keepAddresses: true, forgetAfterDays: 180 } };

    expect(
      protectPeople(record({ id_email: 'Hanako@Acme.test', id_salesforce: ' 003 ' }), people, plain, 'k').fields,
    ).toEqual({
      id_email: 'hanako@acme.test',
      id_salesforce: '003',
    });
  });

  it('leaves out what is no address and no number', () => {
    expect(protectPeople(record({ id_email: 'unknown', id_phone: '-' }), people, settings, 'k').fields).toEqual({
      id_email: null,
      id_phone: null,
    });
  });
});
