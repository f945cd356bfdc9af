// Identity over whole lists, through a real store: what one record cannot know of the others, and what must not depend on the
// order in which they came.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withHandMap } from '../../src/config/hand-map.ts';
import { IdentityFile } from '../../src/config/schema/identity.ts';
import type { Decisions, IdentitySettings, SourceSettings } from '../../src/domain/decisions.ts';
import type { Fields, SourceRecord } from '../../src/domain/nouns.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { identifyAll } from '../../src/pipeline/identities.ts';
import { unmatchedAsCsv, unmatchedReport } from '../../src/pipeline/unmatched.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import type { Lease, Store } from '../../src/state/store.ts';
import { pushedClock } from '../support/small-home.ts';

const clock = pushedClock('2026-06-01T06:00:00.000Z');
const signal = new AbortController().signal;
const day = '2026-06-01';

const list = (name: string, kind: string, ids: readonly string[]): SourceSettings => ({
  name,
  kind,
  holds: 'roster',
  settings: {},
  key: ['id'],
  account: null,
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
  list('contracts', 'csv', ['account_id', 'domain', 'phone']),
  list('crm', 'salesforce', ['salesforce', 'account_id', 'domain', 'phone']),
  list('hub', 'hubspot', ['hubspot', 'account_id', 'domain']),
  { ...list('sf_people', 'salesforce', ['email']), holds: 'contacts' as const },
  { ...list('people', 'csv', ['email']), holds: 'contacts' as const },
  { ...list('usage', 'csv', []), holds: 'events' as const, account: { column: 'id', kind: 'account_id' } },
];
const identity: IdentitySettings = {
  match: ['account_id', 'domain', 'phone'],
  keyFrom: ['account_id', 'salesforce', 'hubspot', 'domain'],
  rosters: ['contracts', 'crm', 'hub'],
  byHand: {},
  freeDomains: ['gmail.com'],
  population: null,
};

/** A row by its own key: `{A-1: {domain: 'acme.test', seats: 5}}`; ids by their numbering, all else is an attribute. */
type Rows = Readonly<Record<string, Fields>>;
interface World {
  contracts?: Rows;
  crm?: Rows;
  hub?: Rows;
  /** Facts: the reference → how many rows. */
  usage?: Readonly<Record<string, number>>;
}

let folder: string;
let store: Store;
let lease: Lease;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-identity-'));
  ({ store, lease } = await opened('state.sqlite'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
async function opened(name: string): Promise<{ store: Store; lease: Lease }> {
  const open = await openSqliteStore({ path: name === ':memory:' ? name : join(folder, name), clock });
  const run = { kind: 'run' as const, job: 'test', slot: null, asOf: day, configHash: '', owner: 'test' };
  const { lease: taken } = await open.runs.open({ ...run, now: clock.now(), ttlMs: 3_600_000 });
  return { store: open, lease: taken };
}

const numberings = ['account_id', 'domain', 'phone', 'salesforce', 'hubspot'];
const ownNumbering: Readonly<Record<string, string>> = { contracts: 'account_id', crm: 'salesforce', hub: 'hubspot' };
function recordsOf(source: string, rows: Rows): SourceRecord[] {
  return Object.entries(rows).map(([key, given]) => ({
    source,
    stream: 'rows',
    key,
    at: day,
    account: null,
    contact: null,
    fields: Object.fromEntries(
      Object.entries('merged_into' in given ? given : { [ownNumbering[source] as string]: key, ...given }).map(
        ([name, value]) => [numberings.includes(name) ? `id_${name}` : name, value],
      ),
    ),
  }));
}
async function land(source: string, records: readonly SourceRecord[], into: { store: Store; lease: Lease }) {
  await into.store.facts.land(into.lease, {
    source,
    stream: 'rows',
    records,
    rejected: [],
    cursor: null,
    first: true,
    last: true,
    complete: true,
    gone: [],
    unmapped: [],
    now: clock.now(),
  });
}
/** One night: the lists as they are, then identity. */
async function night(world: World, given: Partial<IdentitySettings> = {}, into = { store, lease }) {
  for (const name of ['contracts', 'crm', 'hub'] as const) await land(name, recordsOf(name, world[name] ?? {}), into);
  const facts = Object.entries(world.usage ?? {}).flatMap(([text, count]) =>
    Array.from({ length: count }, (_, i): SourceRecord => {
      const at = text.indexOf(':');
      const account = { kind: text.slice(0, at), value: text.slice(at + 1) };
      return { source: 'usage', stream: 'rows', key: `${text} ${i}`, at: day, account, contact: null, fields: {} };
    }),
  );
  await land('usage', facts, into);
  const decisions = {
    sources,
    crms: [{ crm: 'salesforce' }, { crm: 'hubspot' }],
    identity: { ...identity, ...given },
  } as unknown as Decisions;
  const hall = { decisions, store: into.store, clock, emit: () => undefined } as unknown as Hall;
  return await identifyAll(hall, into.lease, signal);
}
/** Accounts that are there: key → ids by which it is known. */
async function accounts(of: Store = store): Promise<Record<string, Record<string, string>>> {
  return Object.fromEntries((await of.accounts.pages(null, 1_000)).map(({ key, ids }) => [key, { ...ids }]));
}
async function factsOf(key: string): Promise<number> {
  return (await store.facts.ofAccounts([key], { usage: null }, day)).get(key)?.length ?? 0;
}
async function refusals(): Promise<readonly string[]> {
  return (await store.accounts.refused(100)).map(({ kind, value, why }) => `${kind} ${value}: ${why}`);
}

describe('many rows, one account', () => {
  it('by domain, where the list is named under many_to_one; their facts and seats are counted together', async () => {
    const world: World = {
      contracts: {
        'A-1': { domain: 'acme.test', seats: 30, renewal_on: '2027-03-31', plan: 'pro' },
        'A-2': { domain: 'www.acme.test', seats: 20, renewal_on: '2026-09-30', plan: 'basic' },
      },
      crm: { '001': { domain: 'https://acme.test/' } },
      usage: { 'account_id:A-1': 3, 'account_id:A-2': 4 },
    };
    const many: Partial<IdentitySettings> = {
      manyToOne: ['contracts'],
      together: { seats: 'sum', renewal_on: 'least' },
    };

    await night(world, many);
    await night(world, many);

    expect(await accounts()).toEqual({ 'A-1': { account_id: 'A-1', domain: 'acme.test', salesforce: '001' } });
    expect(await factsOf('A-1')).toBe(7);
    expect((await store.accounts.get('A-1'))?.attributes).toEqual({ seats: 50, renewal_on: '2026-09-30', plan: 'pro' });
  });

  it('never by domain where nobody said so: the second is told, with what to write', async () => {
    await night({ contracts: { 'A-1': { domain: 'acme.test' }, 'A-2': { domain: 'acme.test' } } });

    expect(Object.keys(await accounts())).toEqual(['A-1']);
    expect(await refusals()).toEqual([
      'account_id A-2: its domain acme.test belongs to A-1, whose account_id is A-1 and not A-2; tie it by hand in mappings/identity.yaml, or name this list under many_to_one there',
    ]);
  });
});

describe('one source account and several records of a CRM', () => {
  it('that share a domain belong to none of them, and each record is an account of its own', async () => {
    await night({
      contracts: { 'A-1': { domain: 'acme.test' } },
      crm: { '001': { domain: 'acme.test' }, '002': { domain: 'www.acme.test' } },
    });

    expect(await accounts()).toEqual({
      'A-1': { account_id: 'A-1', domain: 'acme.test' },
      '001': { salesforce: '001' },
      '002': { salesforce: '002' },
    });
    expect(await refusals()).toEqual([
      'domain acme.test: 2 records of crm have the domain acme.test (001, 002), so it identifies none of them; merge them there, correct one, or tie it by hand',
    ]);
  });

  it('with the same account number are refused, and are matched the night after the CRM was corrected', async () => {
    const contracts = { 'A-1': { domain: 'acme.test' } };
    await night({ contracts, crm: { '001': { account_id: 'A-1' }, '002': { account_id: 'A-1' } } });
    const before = await accounts();
    await night({ contracts, crm: { '001': { account_id: 'A-1' }, '002': {} } });

    expect(before).toEqual({ 'A-1': { account_id: 'A-1', domain: 'acme.test' } });
    expect(await accounts()).toEqual({
      'A-1': { account_id: 'A-1', domain: 'acme.test', salesforce: '001' },
      '002': { salesforce: '002' },
    });
  });

  it('leave the one alone that was matched before the other came', async () => {
    const contracts = { 'A-1': {} };
    await night({ contracts, crm: { '005': { account_id: 'A-1' } } });
    await night({ contracts, crm: { '001': { account_id: 'A-1' }, '005': { account_id: 'A-1' } } });

    expect(await accounts()).toEqual({ 'A-1': { account_id: 'A-1', salesforce: '005' } });
    expect(await refusals()).toHaveLength(2);
  });

  it('of which one names the account number: the one that shares only the domain is refused, whichever comes first', async () => {
    for (const [strong, weaker] of [
      ['001', '002'],
      ['002', '001'],
    ] as const) {
      const into = await opened(`${strong}.sqlite`);
      await night(
        {
          contracts: { 'A-1': { domain: 'acme.test' } },
          crm: { [strong]: { account_id: 'A-1' }, [weaker]: { domain: 'acme.test' } },
        },
        {},
        into,
      );

      expect(await accounts(into.store)).toMatchObject({ 'A-1': { salesforce: strong } });
      expect((await into.store.accounts.refused(9)).map(({ value }) => value)).toEqual([weaker]);
      await into.store.close();
    }
  });

  it('are matched by the domain that somebody enters later, though the record was an account of its own until then', async () => {
    const contracts = { 'A-1': { domain: 'acme.test' } };
    await night({ contracts, crm: { '001': {} } });
    const before = Object.keys(await accounts());
    await night({ contracts, crm: { '001': { domain: 'acme.test' } } });

    expect(before.sort()).toEqual(['001', 'A-1']);
    expect(await accounts()).toEqual({ 'A-1': { account_id: 'A-1', domain: 'acme.test', salesforce: '001' } });
  });

  it('a website that was corrected in the list that gave it is believed', async () => {
    await night({ crm: { '001': { domain: 'acmee.test' } }, usage: { 'domain:acme.test': 2 } });
    const before = await factsOf('001');
    await night({ crm: { '001': { domain: 'acme.test' } }, usage: { 'domain:acme.test': 2 } });

    expect([before, await factsOf('001')]).toEqual([0, 2]);
  });
});

describe('the hand-made map', () => {
  it('ties rows and facts to an account, by its key or by another id, and lets go of what is taken out of it', async () => {
    const world: World = {
      contracts: { 'A-1': {} },
      crm: { '001': { account_id: 'A-1' } },
      usage: { 'domain:acme-group.test': 2, 'account_id:OLD-7': 1, 'account_id:A-1': 1 },
    };
    const byHand = { 'domain:acme-group.test': 'A-1', 'account_id:OLD-7': 'salesforce:001' };

    await night(world, { byHand });
    const tied = await factsOf('A-1');
    await night(world, { byHand: { 'domain:acme-group.test': 'A-1' } });

    expect([tied, await factsOf('A-1')]).toEqual([4, 3]);
    expect((await store.facts.orphans(10)).rows.map(({ value }) => value)).toEqual(['OLD-7']);
  });

  it('parts two records that share a domain', async () => {
    await night(
      {
        contracts: { 'A-1': { domain: 'acme.test' } },
        crm: { '001': { domain: 'acme.test' }, '002': { domain: 'acme.test' } },
      },
      { byHand: { 'salesforce:002': 'A-1' } },
    );

    expect(await accounts()).toMatchObject({ 'A-1': { salesforce: '002' }, '001': { salesforce: '001' } });
  });

  it('says which of its lines lead to nobody', async () => {
    const { problems } = await night({ contracts: { 'A-1': {} } }, { byHand: { 'domain:acme.test': 'A-9' } });

    expect(problems).toMatchObject([
      { code: 'W_TIE', what: 'domain:acme.test is tied by hand to A-9, and there is no such account' },
    ]);
  });
});

describe('records that were merged in a CRM', () => {
  it('the surviving record answers for both: facts and contracts of the other count as its own', async () => {
    const contracts = { 'A-1': { seats: 30 }, 'A-2': { seats: 20 } };
    const usage = { 'account_id:A-1': 3, 'account_id:A-2': 4, 'salesforce:002': 1 };
    const together = { together: { seats: 'sum' } } as const;
    await night({ contracts, crm: { '001': { account_id: 'A-1' }, '002': { account_id: 'A-2' } }, usage }, together);
    const merged: World = { contracts, crm: { '001': { account_id: 'A-1' }, '002': { merged_into: '001' } }, usage };

    const { problems } = await night(merged, together);
    const facts = await factsOf('A-1');
    const again = await night(merged, together);
    const after = await night({ ...merged, crm: { '001': { account_id: 'A-1' } } }, together);

    expect(problems).toMatchObject([{ code: 'W_MERGED', what: expect.stringContaining('all of A-2 counts as A-1') }]);
    expect([again.problems, after.problems]).toEqual([[], []]);
    expect(facts).toBe(8);
    expect(await factsOf('A-1')).toBe(8);
    expect(await accounts()).toEqual({ 'A-1': { account_id: 'A-1', salesforce: '001' } });
    expect((await store.accounts.get('A-1'))?.attributes).toEqual({ seats: 50 });
  });

  it('a record that a merge gave a new id is the account it was', async () => {
    await night({ hub: { '77': { domain: 'acme.test' }, '78': {} } });
    await night({ hub: { '99': {}, '77': { merged_into: '99' }, '78': { merged_into: '99' } } });

    expect(await accounts()).toEqual({ '77': { hubspot: '99', domain: 'acme.test' } });
    expect((await store.accounts.byIds([{ kind: 'hubspot', value: '78' }])).map(({ key }) => key)).toEqual(['77']);
  });

  it('is followed over several merges', async () => {
    await night({ crm: { '001': {}, '002': {}, '003': {} }, usage: { 'salesforce:003': 2 } });
    await night({
      crm: { '001': {}, '002': { merged_into: '001' }, '003': { merged_into: '002' } },
      usage: { 'salesforce:003': 2 },
    });

    expect(Object.keys(await accounts())).toEqual(['001']);
    expect(await factsOf('001')).toBe(2);
  });

  it('can be parted again by hand', async () => {
    const contracts = { 'A-1': {}, 'A-2': {} };
    const crm = { '001': { account_id: 'A-1' }, '002': { merged_into: '001' } };
    await night({ contracts, crm: { '001': { account_id: 'A-1' }, '002': { account_id: 'A-2' } } });
    await night({ contracts, crm });
    await night({ contracts, crm }, { byHand: { 'account_id:A-2': 'A-2' } });

    expect(await accounts()).toMatchObject({ 'A-1': { salesforce: '001' }, 'A-2': { account_id: 'A-2' } });
  });
});

describe('people', () => {
  const person = (source: string, key: string, fields: Fields, contact: string | null = null): SourceRecord => ({
    source,
    stream: 'rows',
    key,
    at: day,
    account: {
      kind: source === 'sf_people' ? 'salesforce' : 'account_id',
      value: source === 'sf_people' ? '001' : 'A-1',
    },
    contact,
    fields,
  });
  const world: World = { contracts: { 'A-1': {} }, crm: { '001': { account_id: 'A-1' } } };
  const contacts = async () => (await store.accounts.get('A-1'))?.contacts ?? [];

  it('of two sources are matched over the ids of their account, and are gone when no source has them', async () => {
    await land('sf_people', [person('sf_people', '003A', { id_email: 'h-1' })], { store, lease });
    await land('people', [person('people', 'U-7', { id_email: 'h-1', role: 'champion' }, 'U-7')], { store, lease });
    await night(world);
    const both = await contacts();
    await land('people', [], { store, lease });
    await night(world);
    const one = await contacts();
    await land('sf_people', [], { store, lease });
    await night(world);

    expect(both).toMatchObject([{ key: 'U-7', role: 'champion', ids: { salesforce: '003A', people: 'U-7' } }]);
    expect(one).toMatchObject([{ key: '003A', role: null, ids: { salesforce: '003A' } }]);
    expect(await contacts()).toEqual([]);
  });

  it('whom no reading brought for a long time lose what is said of them in words, and keep their role and days', async () => {
    const told = { id_email: 'h-1', role: 'champion', title: 'Head of sales', left_on: '2026-05-01' };
    await land('people', [person('people', 'U-7', told, 'U-7')], { store, lease });
    const texts = [{ source: 'people', columns: ['title', 'id_email'] }];

    const early = await store.facts.forgetPeople(lease, day, texts);
    const late = await store.facts.forgetPeople(lease, '2026-06-02', texts);
    await night(world);

    expect([early, late]).toEqual([0, 2]);
    expect(await contacts()).toMatchObject([{ role: 'champion', attributes: { left_on: '2026-05-01' } }]);
    expect(JSON.stringify(await contacts())).not.toMatch(/Head|h-1/);
  });

  it('who are erased are erased with the facts that name them by their address', async () => {
    await land('people', [person('people', 'U-7', { id_email: 'email-1f' }, 'U-7')], { store, lease });
    await night(world);
    const seen = { ...person('usage', 'x', {}, 'email-1f'), source: 'usage' };
    await land('usage', [seen], { store, lease });

    const rows = await store.eraseContact('U-7', clock.now());
    await land('usage', [seen], { store, lease });

    expect(rows).toBeGreaterThanOrEqual(3);
    expect(await factsOf('A-1')).toBe(0);
  });
});

describe('what belongs to no account', () => {
  const world: World = {
    contracts: { 'A-1': { domain: 'acme-trading.co.jp', name: 'Acme Trading K.K.' }, 'A-2': { name: 'Bolt' } },
    crm: { '001': { domain: 'shared.test' }, '002': { domain: 'shared.test' } },
    usage: { 'domain:acmetrading.com': 5, 'domain:shared.test': 2, 'account_id:a1': 1, 'phone:+81312345678': 1 },
  };

  it('is told with the account it is most like, and is not matched by it', async () => {
    await night(world);

    const { total, records, rows } = await unmatchedReport({ store }, 10);

    expect([total, records]).toEqual([4, 9]);
    expect(rows.map(({ value, likely }) => [value, likely?.account ?? null])).toEqual([
      ['acmetrading.com', 'A-1'],
      ['shared.test', null],
      ['a1', 'A-1'],
      ['+81312345678', null],
    ]);
    expect(rows[1]?.why).toContain('2 records of crm have the domain shared.test (001, 002)');
    expect(await factsOf('A-1')).toBe(0);
  });

  it('becomes the hand-made map when somebody fills in the accounts, and nothing before', async () => {
    await night(world);
    const csv = unmatchedAsCsv(await unmatchedReport({ store }, 10));
    await mkdir(join(folder, 'mappings'));
    const file = join(folder, 'mappings/identity.csv');
    const settings = IdentityFile.parse({ match: ['account_id'], key_from: ['account_id'], rosters: ['contracts'] });

    await writeFile(file, csv);
    const untouched = await withHandMap(folder, settings);
    await writeFile(file, csv.replace('acmetrading.com,,', 'acmetrading.com,A-1,').replace('5678,,', '5678,A-2,'));
    const filled = await withHandMap(folder, settings);
    await night(world, { byHand: filled.identity.by_hand });

    expect(untouched).toMatchObject({ identity: { by_hand: {} }, problems: [] });
    expect([await factsOf('A-1'), await factsOf('A-2')]).toEqual([5, 1]);
    expect((await unmatchedReport({ store }, 10)).rows.map(({ value }) => value)).toEqual(['shared.test', 'a1']);
  });
});

describe('laws', () => {
  const idIn = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const someRows = (keys: readonly string[]) =>
    fc.uniqueArray(
      fc.record({
        key: fc.constantFrom(...keys),
        account_id: idIn(['A-1', 'A-2', 'A-3']),
        domain: idIn(['acme.test', 'bolt.test', 'gmail.com']),
        phone: idIn(['03-1234-5678']),
      }),
      { selector: ({ key }) => key, maxLength: 4 },
    );
  const rowsOf = (rows: readonly { key: string; [name: string]: string | undefined }[], own: boolean): Rows =>
    Object.fromEntries(
      rows.map(({ key, ...ids }) => [
        key,
        Object.fromEntries(
          Object.entries(ids).filter(([name, value]) => value !== undefined && (own || name !== 'account_id')),
        ) as Fields,
      ]),
    );

  it('who is matched with whom does not depend on the order of rows; every CRM record is one account’s, and no account has two', async () => {
    await fc.assert(
      fc.asyncProperty(
        someRows(['A-1', 'A-2', 'A-3']),
        someRows(['001', '002', '003', '004']),
        someRows(['71', '72']),
        async (contracts, crm, hub) => {
          const world: World = { contracts: rowsOf(contracts, false), crm: rowsOf(crm, true), hub: rowsOf(hub, true) };
          const turned = Object.fromEntries(
            Object.entries(world).map(([name, rows]) => [name, Object.fromEntries(Object.entries(rows).reverse())]),
          );
          const one = await opened(':memory:');
          const other = await opened(':memory:');

          await night(world, {}, one);
          await night(turned, {}, other);
          const first = await accounts(one.store);
          await night(world, {}, one);

          expect(await accounts(other.store)).toEqual(first);
          expect(await accounts(one.store)).toEqual(first);
          for (const numbering of numberings) {
            const held = Object.values(first).flatMap((ids) => ids[numbering] ?? []);
            expect(new Set(held).size).toBe(held.length);
          }
          // What several records of a CRM carry brought none of them an account.
          for (const [name, own] of [
            ['crm', 'salesforce'],
            ['hub', 'hubspot'],
          ] as const)
            for (const [record, ids] of Object.entries(world[name] ?? {})) {
              const account = Object.entries(first).find(([, known]) => known[own] === record);
              const others = Object.entries(world[name] ?? {}).filter(([key]) => key !== record);
              const isShared = ['account_id', 'domain', 'phone'].every(
                (kind) => ids[kind] === undefined || others.some(([, other]) => other[kind] === ids[kind]),
              );
              if (account !== undefined && isShared) expect(account[0]).toBe(record);
            }
          await one.store.close();
          await other.store.close();
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
