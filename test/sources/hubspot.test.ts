import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectHubspot, hubspotConnection } from '../../src/clients/hubspot/connect.ts';
import type { ColumnSettings, SourceSettings } from '../../src/domain/decisions.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { AuthError, DriftError, LimitError, SourceError } from '../../src/lib/errors.ts';
import { peopleOf } from '../../src/sandbox/people.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { openHubspotSource } from '../../src/sources/hubspot.ts';
import type { Page, Source } from '../../src/sources/source.ts';
import { batch, client, closeWire, daily, item, json, openWire, origin, refusal } from '../clients/hubspot/wire.ts';

const signal = new AbortController().signal;
const days = { asOf: '2026-11-21', today: '2026-11-21', signal };
const column = (
  from: string,
  type: ColumnSettings['type'] = 'text',
  more: Partial<ColumnSettings> = {},
): ColumnSettings => ({
  from,
  type,
  format: null,
  required: false,
  map: null,
  min: null,
  max: null,
  ...more,
});
function settings(more: Partial<SourceSettings> = {}): SourceSettings {
  return {
    name: 'hubspot_accounts',
    kind: 'hubspot',
    holds: 'roster',
    settings: { object: 'companies' },
    key: ['id'],
    account: null,
    contact: null,
    at: null,
    columns: { name: column('name'), arr: column('annualrevenue', 'number') },
    ids: { hubspot: 'id', domain: 'domain' },
    freshWithinDays: null,
    lookbackSeconds: 3_600,
    rejectLimit: 0.01,
    label: { en: 'x', ja: 'x' },
    ...more,
  };
}
async function pages(source: Source): Promise<Page[]> {
  const [stream] = source.streams;
  const all: Page[] = [];
  for await (const page of source.read(stream!, null, days)) all.push(page);
  return all;
}
const companies = '/crm/v3/objects/companies';
function shelf(object: string, ...names: readonly (readonly [string, string])[]) {
  const results = names.map(([name, type]) => ({
    name,
    label: name,
    type,
    fieldType: 'text',
    groupName: 'g',
    description: '',
    options: [],
  }));
  nock(origin).get(`/crm/v3/properties/${object}`).reply(200, { results }, json);
}
const usual = [
  ['name', 'string'],
  ['annualrevenue', 'number'],
  ['domain', 'string'],
] as const;

describe('records of a portal as rows', () => {
  beforeEach(openWire);
  afterEach(closeWire);

  it('reads the whole list by pages of a hundred, in the order of ids, and ends it as a full copy', async () => {
    shelf('companies', ...usual);
    const asked: unknown[] = [];
    const page = (after: string | null, results: readonly unknown[], next: string | null) =>
      nock(origin)
        .get(companies)
        .query((query) => (query['after'] ?? null) === after && asked.push(query) > 0)
        .reply(200, { results, ...(next === null ? {} : { paging: { next: { after: next, link: 'x' } } }) }, json);
    page(null, [item('5', { name: 'Acme', annualrevenue: '1200', domain: 'acme.test' })], '6');
    page('6', [item('7', { name: 'Bolt', annualrevenue: null, domain: '' })], null);

    const all = await pages(openHubspotSource(settings(), client()));

    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ last: true, complete: true, cursor: null, gone: [], rejected: [] });
    expect(all[0]?.records.map((record) => [record.key, record.at, record.fields])).toEqual([
      ['5', '2026-11-21', { name: 'Acme', arr: 1200, id_hubspot: '5', id_domain: 'acme.test' }],
      ['7', '2026-11-21', { name: 'Bolt', arr: null, id_hubspot: '7', id_domain: null }],
    ]);
    expect(asked[0]).toMatchObject({ limit: '100', properties: ['name', 'annualrevenue', 'domain'] });
  });

  it('yields at most a thousand records at a time', async () => {
    shelf('companies', ...usual);
    for (let n = 0; n < 11; n++) {
      const results = Array.from({ length: 100 }, (_, at) => item(String(n * 100 + at + 1), { name: 'x' }));
      const paging = n === 10 ? {} : { paging: { next: { after: String((n + 1) * 100 + 1), link: 'x' } } };
      nock(origin)
        .get(companies)
        .query(true)
        .reply(200, { results, ...paging }, json);
    }

    const all = await pages(openHubspotSource(settings(), client()));

    expect(all.map((page) => [page.records.length, page.last])).toEqual([
      [1000, false],
      [100, true],
    ]);
  });

  it('an empty portal says so: one last page without records', async () => {
    shelf('companies', ...usual);
    nock(origin).get(companies).query(true).reply(200, { results: [] }, json);

    const all = await pages(openHubspotSource(settings(), client()));

    expect(all).toMatchObject([{ records: [], last: true, complete: true }]);
  });

  it('gives each contact its primary company, or its only one, and refuses those of nobody', async () => {
    const people = settings({
      name: 'hubspot_contacts',
      holds: 'contacts',
      settings: {},
      key: [],
      account: { column: 'associated_company', kind: 'hubspot' },
      contact: 'id',
      columns: { role: column('kenko_customer_role', 'text', { map: { champion: 'champion' } }) },
      ids: {},
    });
    shelf('contacts', ['kenko_customer_role', 'enumeration']);
    const results = [
      item('1', { kenko_customer_role: 'champion' }),
      item('2', { kenko_customer_role: 'boss' }),
      item('3'),
      item('4'),
    ];
    nock(origin).get('/crm/v3/objects/contacts').query(true).reply(200, { results }, json);
    const to = (id: number, label: string | null) => ({
      toObjectId: id,
      associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 1, label }],
    });
    const links = [
      { from: { id: '1' }, to: [to(50, null), to(51, 'Primary')] },
      { from: { id: '2' }, to: [to(52, null)] },
      { from: { id: '3' }, to: [to(53, null), to(54, null)] },
    ];
    const none = {
      ...refusal('OBJECT_NOT_FOUND', 'none', { fromObjectId: ['4'] }),
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    };
    nock(origin)
      .post('/crm/v4/associations/contacts/companies/batch/read')
      .reply(207, batch(links, [none]), json);

    const [page] = await pages(openHubspotSource(people, client()));

    expect(page?.records.map((record) => [record.key, record.account, record.contact, record.fields['role']])).toEqual([
      ['1', { kind: 'hubspot', value: '51' }, '1', 'champion'],
      ['2', { kind: 'hubspot', value: '52' }, '2', null],
    ]);
    expect(page?.rejected.map((row) => row.place)).toEqual(['contacts/3', 'contacts/4']);
    expect(page?.unmapped).toEqual(['kenko_customer_role=boss']);
  });

  it('a property that is gone stops the stream before a row is read, for HubSpot would leave it out in silence', async () => {
    shelf('companies', ['name', 'string'], ['domain', 'string']);

    const reading = pages(openHubspotSource(settings(), client()));

    await expect(reading).rejects.toBeInstanceOf(DriftError);
    await expect(reading).rejects.toMatchObject({
      problems: [{ where: 'source hubspot_accounts, hubspot companies.annualrevenue' }],
    });
  });

  it.each([
    ['a portal that does not answer', 502, {}, 5, SourceError],
    ['a refused token', 401, {}, 1, AuthError],
    ['a used-up day', 429, daily, 1, LimitError],
    ['a missing scope', 403, refusal('MISSING_SCOPES', 'x'), 1, DriftError],
  ] as const)('%s is told for what it is, and what came before stays good', async (_, status, body, times, kind) => {
    shelf('companies', ...usual);
    const results = Array.from({ length: 100 }, (_each, at) => item(String(at + 1)));
    for (let n = 0; n < 10; n++)
      nock(origin)
        .get(companies)
        .query(true)
        .reply(200, { results, paging: { next: { after: '9', link: 'x' } } }, json);
    nock(origin).get(companies).query(true).times(times).reply(status, body, json);
    const source = openHubspotSource(settings(), client());
    const seen: Page[] = [];

    const reading = (async () => {
      for await (const page of source.read(source.streams[0]!, null, days)) seen.push(page);
    })();

    await expect(reading).rejects.toBeInstanceOf(kind);
    expect(seen.map((page) => page.last)).toEqual([false]);
  });

  it('checks that columns are there and of the declared type, all at once, and throws nothing', async () => {
    shelf('companies', ['name', 'number'], ['annualrevenue', 'datetime']);
    nock(origin).get(companies).query(true).reply(200, { results: [] }, json);

    const problems = await openHubspotSource(settings(), client()).check(signal);

    expect(problems.map((problem) => problem.what)).toEqual([
      'companies have no property domain',
      'it is datetime in HubSpot and declared as number',
    ]);
  });

  it('a check that is refused names the missing scopes', async () => {
    const body = {
      ...refusal('MISSING_SCOPES', 'x'),
      errors: [{ context: { requiredGranularScopes: ['crm.objects.companies.read'] } }],
    };
    nock(origin).get('/crm/v3/properties/companies').reply(403, body, json);

    const problems = await openHubspotSource(settings(), client()).check(signal);

    expect(problems.map((problem) => problem.what)).toEqual([
      'the access token lacks the scope crm.objects.companies.read',
    ]);
  });
});

describe('against the sandbox', () => {
  it('archived companies vanish from the next full copy, new ones are there at once', async () => {
    const sandbox = await startSandbox({ accounts: 230, seed: 5 });
    try {
      const connection = hubspotConnection.parse({
        access_token: sandbox.hubspot.token,
        base_url: sandbox.hubspot.url,
      });
      const hubspot = connectHubspot({ connection, clock: systemClock, chance: seededChance(1), backoffMs: 1 });
      const source = openHubspotSource(settings(), hubspot);

      const before = (await pages(source)).flatMap((page) => page.records);
      peopleOf(sandbox.hubspot.half).remove('account', before[0]?.key ?? '');
      const after = (await pages(source)).flatMap((page) => page.records);

      expect(before.length).toBeGreaterThan(200);
      expect(new Set(before.map((record) => record.key)).size).toBe(before.length);
      expect(after.map((record) => record.key)).toEqual(before.slice(1).map((record) => record.key));
      expect(sandbox.hubspot.counts().mutating).toBe(0);
    } finally {
      await sandbox.close();
    }
  });
});
