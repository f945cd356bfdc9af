import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentitySettings } from '../../src/domain/decisions.ts';
import { identify, type ListFacts, rowIds } from '../../src/domain/identity.ts';
import { mergeRoster } from '../../src/domain/merge-roster.ts';
import { normaliseId, normaliseIds } from '../../src/domain/normalise-id.ts';
import type { Account, AccountRef, Fields, SourceRecord } from '../../src/domain/nouns.ts';
import { account } from './models.ts';

const settings: IdentitySettings = {
  match: ['account_id', 'salesforce', 'domain'],
  keyFrom: ['account_id', 'salesforce', 'hubspot', 'domain'],
  rosters: ['crm', 'hub', 'contracts'],
  byHand: {},
  freeDomains: ['gmail.com'],
  population: null,
};
const id = (kind: string, value: string): AccountRef => ({ kind, value });

function row(source: string, fields: Fields): SourceRecord {
  return { source, stream: 'rows', key: 'r1', at: '2026-01-01', account: null, contact: null, fields };
}
function found(
  source: string,
  ids: AccountRef[],
  candidates: Account[] = [],
  fields: Fields = {},
  given: Partial<IdentitySettings> = {},
  list?: ListFacts,
) {
  const held = candidates.map((one) => ({
    account: one,
    by: Object.entries(one.ids).map(([kind, value]) => id(kind, value)),
  }));
  const all = { ...settings, ...given };
  return identify(row(source, fields), rowIds(ids, all, list?.claims), held, all, list);
}

/** Texts of any script and width. */
const anyText = fc
  .array(fc.integer({ min: 0x20, max: 0xffef }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));

describe('an id', () => {
  it('of a free-mail domain identifies nobody', () => {
    expect(normaliseId(id('domain', 'Gmail.com'), settings)).toBeNull();
    expect(normaliseIds([id('domain', 'gmail.com'), id('account_id', ' A-1 ')], settings)).toEqual([
      id('account_id', 'A-1'),
    ]);
  });

  it('of a host that many share identifies nobody, where the host is listed', () => {
    const free = { freeDomains: ['sites.google.com', 'facebook.com'] };

    expect(normaliseId(id('domain', 'https://sites.google.com/acme'), free)).toBeNull();
    expect(normaliseId(id('domain', 'https://ja-jp.facebook.com/acme'), free)).toBeNull();
    expect(normaliseId(id('domain', 'google.com'), free)).toEqual(id('domain', 'google.com'));
  });

  it('in any width and with a country is compared in one form', () => {
    expect(normaliseId(id('account_id', '　Ａ－００１ '), settings)).toEqual(id('account_id', 'A-001'));
    expect(normaliseId(id('phone', '(415) 555-0100'), { ...settings, phoneCountry: 'US' })).toEqual(
      id('phone', '+14155550100'),
    );
    expect(normaliseId(id('email', 'Hanako+CRM@Acme.TEST'), settings)).toEqual(id('email', 'hanako+crm@acme.test'));
  });

  it('is the same when it is normalised twice', () => {
    fc.assert(
      fc.property(fc.constantFrom('domain', 'phone', 'email', 'account_id'), anyText, (kind, value) => {
        const once = normaliseId(id(kind, value), settings);
        if (once !== null) expect(normaliseId(once, settings)).toEqual(once);
      }),
    );
  });
});

describe('a row', () => {
  const acme = account({
    key: 'A-1',
    name: 'Acme',
    ids: { account_id: 'A-1', domain: 'acme.test', salesforce: '001' },
  });
  const other = account({ key: 'B-2', ids: { account_id: 'B-2', domain: 'other.test' } });

  it('that shares an id with an account belongs to it, and brings its own id along', () => {
    const decided = found('hub', [id('hubspot', '77'), id('domain', 'www.ACME.test')], [acme, other]);

    expect(decided).toMatchObject({
      kind: 'match',
      account: { key: 'A-1', ids: { hubspot: '77', salesforce: '001' } },
    });
  });

  it('from several systems becomes one account: many rows, one account', () => {
    const first = found('crm', [id('salesforce', '001'), id('account_id', 'A-1')], [], { name: 'Acme' });
    if (first.kind === 'refused') throw new Error(first.why);
    const second = found('hub', [id('hubspot', '77'), id('account_id', 'A-1')], [first.account], { name: 'ACME Inc.' });
    if (second.kind === 'refused') throw new Error(second.why);
    const third = found('contracts', [id('account_id', 'A-1')], [second.account], { seats: 50 });

    expect([first.kind, second.kind, third.kind]).toEqual(['new', 'match', 'match']);
    expect(third).toMatchObject({
      account: {
        key: 'A-1',
        name: 'Acme',
        ids: { salesforce: '001', hubspot: '77', account_id: 'A-1' },
        attributes: { seats: 50 },
      },
    });
  });

  it('whose ids point to two accounts is refused, with both', () => {
    const decided = found('hub', [id('account_id', 'A-1'), id('domain', 'other.test')], [acme, other]);

    expect(decided).toEqual({
      kind: 'refused',
      why: 'its account_id A-1 belongs to A-1, its domain other.test to B-2',
    });
  });

  it('of the same system that only shares a domain is another customer until somebody says otherwise', () => {
    const decided = found('crm', [id('salesforce', '002'), id('domain', 'acme.test')], [acme]);

    expect(decided).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('whose salesforce is 001 and not 002'),
    });
  });

  it('of the same system is another customer also where its own id is not among those that match', () => {
    const decided = found(
      'crm',
      [id('salesforce', '002'), id('domain', 'acme.test')],
      [acme],
      {},
      { match: ['account_id', 'domain'] },
    );

    expect(decided.kind).toBe('refused');
  });

  it('is not matched by a weaker id when a stronger one disagrees', () => {
    const decided = found('contracts', [id('account_id', 'C-9'), id('domain', 'acme.test')], [acme]);

    expect(decided).toMatchObject({ kind: 'refused', why: expect.stringContaining('account_id is A-1 and not C-9') });
  });

  it('that survived a merge in its system takes the place of the old id', () => {
    const decided = found('crm', [id('salesforce', '009'), id('account_id', 'A-1')], [acme]);

    expect(decided).toMatchObject({ kind: 'match', account: { ids: { salesforce: '009' } } });
  });

  it('is tied by hand before anything else', () => {
    const byHand = { 'salesforce:002': 'A-1' };

    expect(found('crm', [id('salesforce', '002'), id('domain', 'acme.test')], [acme], {}, { byHand })).toMatchObject({
      kind: 'match',
      account: { key: 'A-1', ids: { salesforce: '002' } },
    });
    expect(found('crm', [id('salesforce', '002')], [], {}, { byHand })).toMatchObject({
      kind: 'new',
      account: { key: 'A-1' },
    });
    expect(
      found('crm', [id('salesforce', '002'), id('hubspot', '7')], [], {}, { byHand: { ...byHand, 'hubspot:7': 'B-2' } })
        .kind,
    ).toBe('refused');
  });

  it('is named by the first numbering it has, and refused where it has none', () => {
    expect(found('hub', [id('hubspot', '77'), id('domain', 'new.test')])).toMatchObject({
      kind: 'new',
      account: { key: '77' },
    });
    expect(found('hub', [id('domain', 'gmail.com')])).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('none of the ids'),
    });
  });

  it('keeps keys readable', () => {
    expect(found('contracts', [id('account_id', 'A 1/b')])).toMatchObject({ account: { key: 'A-1-b' } });
  });
});

describe('attributes', () => {
  const merge = (before: Account, source: string, fields: Fields, refs: AccountRef[] = [id('account_id', 'A-1')]) =>
    mergeRoster(before, row(source, fields), refs, settings);

  it('belong to the first roster that has a value, whatever order rows come in', () => {
    const rows: [string, Fields][] = [
      ['contracts', { plan: 'pro', seats: 50 }],
      ['crm', { plan: 'basic', seats: null }],
      ['hub', { plan: 'free', seats: 40 }],
    ];
    const all = (order: [string, Fields][]) =>
      order.reduce((sum, [source, fields]) => merge(sum, source, fields), account());

    expect(all(rows).attributes).toEqual({ plan: 'basic', seats: 40 });
    expect(all(rows.toReversed()).attributes).toEqual({ plan: 'basic', seats: 40 });
  });

  it('are freshened, and taken back, by the roster that gave them', () => {
    const day1 = merge(merge(account(), 'crm', { name: 'Acme' }), 'contracts', { name: 'ACME', arr: 100 });
    const day2 = merge(day1, 'contracts', { name: 'ACME', arr: 200 });
    const day3 = merge(day2, 'contracts', { name: 'ACME', arr: null });

    expect([day1.attributes['arr'], day2.attributes['arr'], day3.attributes['arr']]).toEqual([100, 200, null]);
    expect(day3.name).toBe('Acme');
  });

  it('do not hold ids; owner and parent become the account’s own', () => {
    const crm = [id('salesforce', '001')];
    const merged = mergeRoster(
      account(),
      row('crm', { id_salesforce: '001', owner: '005', parent: '009', plan: 'pro' }),
      crm,
      settings,
      [account({ key: 'P-1', ids: { salesforce: '009' } })],
    );

    expect(merged).toMatchObject({ owners: { salesforce: '005' }, parent: 'P-1', attributes: { plan: 'pro' } });
    expect(Object.keys(merged.attributes)).toEqual(['plan']);
    expect(merge(merged, 'contracts', { owner_hubspot: '42' }).owners).toEqual({ salesforce: '005', hubspot: '42' });
  });

  it('never make an account its own parent', () => {
    expect(merge(account({ key: 'A-1' }), 'crm', { parent: 'A-1' }).parent).toBeNull();
    expect(merge(account({ parent: 'P' }), 'crm', {}).parent).toBe('P');
    expect(merge(account({ parent: 'P' }), 'crm', { parent: null }).parent).toBeNull();
  });

  it('an account without a name is called by its domain', () => {
    expect(merge(account({ name: '' }), 'hub', {}, [id('hubspot', '7'), id('domain', 'acme.test')]).name).toBe(
      'acme.test',
    );
  });
});
