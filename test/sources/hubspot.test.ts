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
    expect(all[0]).toMatchObject({ last: true, complete: true, gone: [], rejected: [] });
    expect(all[0]?.records.map((record) => [record.key, record.at, record.fields])).toEqual([
      ['5', '2026-11-21', { name: 'Acme', arr: 1200, id_hubspot: '5', id_domain: 'acme.test' }],
      ['7', '2026-11-21', { name: 'Bolt', arr: null, id_hubspot: '7', id_domain: null }],
    ]);
    expect(asked[0]).toMatchObject({
      limit: '100',
      properties: ['name', 'annualrevenue', 'domain', 'hs_merged_object_ids'],
    });
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

  it('gives each contact its primary company, or its only one; who has none or several belongs to nobody', async () => {
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
      ['3', null, '3', null],
      ['4', null, '4', null],
    ]);
    expect(page?.rejected).toEqual([]);
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

describe('what a row holds besides properties', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const deals = settings({
    name: 'hubspot_deals',
    settings: { object: 'deals' },
    columns: {
      amount: column('amount', 'number'),
      stage: column('stage_label'),
      closed: column('stage_closed', 'boolean'),
      chance: column('stage_probability', 'number'),
      owner: column('owner_email'),
    },
    ids: {},
    account: { column: 'associated_company', kind: 'hubspot' },
  });

  it('is what the stage means, who owns it and the company it belongs to, each asked once', async () => {
    shelf('deals', ['amount', 'number']);
    nock(origin)
      .get('/crm/v3/pipelines/deals')
      .reply(
        200,
        {
          results: [
            {
              id: 'default',
              label: 'Sales',
              displayOrder: 0,
              createdAt: '2026-01-01T00:00:00Z',
              updatedAt: '2026-01-01T00:00:00Z',
              archived: false,
              stages: [
                ['closedwon', 'Won', { isClosed: 'true', probability: '1.0' }],
                ['qualified', 'Qualified', { isClosed: 'false', probability: '0.4' }],
              ].map(([id, label, metadata]) => ({
                id,
                label,
                metadata,
                displayOrder: 0,
                createdAt: '2026-01-01T00:00:00Z',
                updatedAt: '2026-01-01T00:00:00Z',
                archived: false,
              })),
            },
          ],
        },
        json,
      );
    const owner = (id: string, archived: boolean) => ({
      id,
      email: `o${id}@x.test`,
      userId: archived ? null : 1,
      archived,
      type: 'PERSON',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    });
    for (const archived of [false, true])
      nock(origin)
        .get('/crm/v3/owners/')
        .query((query) => query['archived'] === String(archived))
        .reply(200, { results: [owner(archived ? '8' : '9', archived)] }, json);
    const asked: unknown[] = [];
    const results = [
      item('1', { amount: '100', dealstage: 'closedwon', pipeline: 'default', hubspot_owner_id: '9' }),
      item('2', { amount: null, dealstage: 'qualified', pipeline: 'default', hubspot_owner_id: null }),
      item('3', { amount: '5', dealstage: 'gone_stage', pipeline: 'default', hubspot_owner_id: '8' }),
    ];
    nock(origin)
      .get('/crm/v3/objects/deals')
      .query((query) => asked.push(query['properties']) > 0)
      .reply(200, { results }, json);
    const to = { toObjectId: 50, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 5, label: 'Primary' }] };
    nock(origin)
      .post('/crm/v4/associations/deals/companies/batch/read')
      .reply(200, batch(['1', '2', '3'].map((id) => ({ from: { id }, to: [to] }))), json);

    const [page] = await pages(openHubspotSource(deals, client()));

    expect(asked).toEqual([['amount', 'dealstage', 'pipeline', 'hubspot_owner_id']]);
    expect(page?.records.map((record) => record.fields)).toEqual([
      { amount: 100, stage: 'Won', closed: true, chance: 1, owner: 'o9@x.test' },
      { amount: null, stage: 'Qualified', closed: false, chance: 0.4, owner: null },
      { amount: 5, stage: null, closed: null, chance: null, owner: 'o8@x.test' },
    ]);
    expect(page?.records.every((record) => record.account?.value === '50')).toBe(true);
  });
  it('owners are rows of their own', async () => {
    const owner = (id: string, archived: boolean) => ({
      id,
      email: `o${id}@x.test`,
      userId: archived ? null : 1,
      archived,
      type: 'PERSON',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    });
    for (const archived of [false, true])
      nock(origin)
        .get('/crm/v3/owners/')
        .query((query) => query['archived'] === String(archived))
        .reply(200, { results: [owner(archived ? '8' : '9', archived)] }, json);
    const people = settings({
      settings: { object: 'owners' },
      columns: { email: column('email'), active: column('active', 'boolean') },
      ids: {},
    });

    const [page] = await pages(openHubspotSource(people, client()));

    expect(page).toMatchObject({ last: true, complete: true });
    expect(page?.records.map((record) => [record.key, record.fields])).toEqual([
      ['9', { email: 'o9@x.test', active: true }],
      ['8', { email: 'o8@x.test', active: false }],
    ]);
  });
});

describe('what changed since the last read', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const mark = (more: Record<string, unknown> = {}) => ({
    source: 'hubspot_accounts',
    stream: 'companies',
    at: JSON.stringify({
      since: new Date(Date.now() - 86_400_000).toISOString(),
      wholeAt: new Date(Date.now() - 86_400_000).toISOString(),
      rows: 5_000,
      shape: 'name annualrevenue id domain',
      ...more,
    }),
  });
  async function read(cursor: ReturnType<typeof mark>, more: Partial<SourceSettings> = {}): Promise<Page[]> {
    const source = openHubspotSource(settings(more), client());
    const all: Page[] = [];
    for await (const page of source.read(source.streams[0]!, cursor, days)) all.push(page);
    return all;
  }
  function wholeOf(count: number) {
    nock(origin)
      .get(companies)
      .query(true)
      .reply(200, { results: Array.from({ length: count }, (_, at) => item(String(at + 1), { name: 'x' })) }, json);
  }

  it('is searched for, with what was archived and merged away, and the cursor moves only at the end', async () => {
    shelf('companies', ...usual);
    const searched: { filterGroups: { filters: { propertyName: string; value: string }[] }[] }[] = [];
    const full = Array.from({ length: 200 }, (_, at) => item(String(at + 1), { name: 'x' }));
    for (let n = 0; n < 5; n++)
      nock(origin)
        .post(`${companies}/search`, (body) => searched.push(body) > 0)
        .reply(200, { total: 1_001, results: full }, json);
    nock(origin)
      .post(`${companies}/search`)
      .reply(200, { total: 1, results: [item('900', { name: 'Left', hs_merged_object_ids: '7;8' })] }, json);
    nock(origin)
      .get(companies)
      .query((query) => query['archived'] === 'true')
      .reply(200, { results: [{ ...item('4'), archived: true }] }, json);

    const all = await read(mark());

    expect(all.map((page) => [page.records.length, page.gone, page.last, page.complete, page.cursor === null])).toEqual(
      [
        [1_000, ['4'], false, false, true],
        [3, [], true, false, false],
      ],
    );
    expect(all[1]?.records.slice(1).map(({ key, fields }) => [key, fields])).toEqual([
      ['7', { merged_into: '900' }],
      ['8', { merged_into: '900' }],
    ]);
    expect(JSON.parse(all[1]?.cursor?.at ?? '{}')).toMatchObject({ rows: 5_000 });
    const [first] = searched[0]?.filterGroups[0]?.filters ?? [];
    expect(first?.propertyName).toBe('hs_lastmodifieddate');
    // An hour of looking back, as the settings say.
    expect(Date.now() - 86_400_000 - Number(first?.value)).toBeGreaterThan(3_400_000);
  });
  it.each([
    ['the columns are others', { shape: 'name' }],
    ['a week has passed', { wholeAt: new Date(Date.now() - 8 * 86_400_000).toISOString() }],
    ['there are few records', { rows: 2_000 }],
  ])('is not asked for when %s: all is read', async (_, more) => {
    shelf('companies', ...usual);
    wholeOf(3);

    const all = await read(mark(more));

    expect(all).toMatchObject([{ complete: true, last: true, gone: [] }]);
    expect(JSON.parse(all[0]?.cursor?.at ?? '{}')).toMatchObject({ rows: 3 });
  });
  it('is not asked for when the settings say whole, or the cursor is none of ours', async () => {
    shelf('companies', ...usual);
    wholeOf(3);
    shelf('companies', ...usual);
    wholeOf(3);

    const first = await read(mark(), { settings: { object: 'companies', read: 'whole' } });
    const second = await read({ ...mark(), at: '2026-11-20' });

    expect([first[0]?.complete, second[0]?.complete]).toEqual([true, true]);
  });
  it('is read whole where more changed than there was', async () => {
    shelf('companies', ...usual);
    nock(origin).post(`${companies}/search`).reply(200, { total: 6_000, results: [] }, json);
    wholeOf(3);

    const all = await read(mark());

    expect(all[0]?.complete).toBe(true);
  });
});

describe('against the sandbox', () => {
  it('a read of changes knows what people did since, for a handful of calls', async () => {
    const sandbox = await startSandbox({ accounts: 2_300, seed: 5 });
    try {
      const connection = hubspotConnection.parse({
        access_token: sandbox.hubspot.token,
        base_url: sandbox.hubspot.url,
      });
      const clock = { ...systemClock, now: () => sandbox.clock.now() };
      const hubspot = connectHubspot({ connection, clock, chance: seededChance(1), backoffMs: 1 });
      const source = openHubspotSource(settings({ lookbackSeconds: 0 }), hubspot);
      const people = peopleOf(sandbox.hubspot.half);
      const whole = await pages(source);
      const ids = whole.flatMap((page) => page.records.map((record) => record.key));
      const [edited = '', removed = '', winner = '', loser = ''] = ids;
      sandbox.clock.push(20 * 60_000);
      people.edit('account', edited, { name: 'New name' });
      people.remove('account', removed);
      const left = people.merge('account', winner, loser);
      sandbox.clock.push(60_000);
      sandbox.hubspot.forgetRequests();

      const changes: Page[] = [];
      const cursor = whole.at(-1)?.cursor ?? null;
      for await (const page of source.read(source.streams[0]!, cursor, days)) changes.push(page);

      const records = changes.flatMap((page) => page.records);
      const gone = changes.flatMap((page) => page.gone);
      expect(ids.length).toBeGreaterThan(2_000);
      expect(changes.every((page) => !page.complete)).toBe(true);
      const merged = records.filter((record) => record.fields['merged_into'] === left).map((record) => record.key);
      expect(records.map((record) => record.key).sort()).toEqual([edited, left, ...merged].sort());
      expect(merged.sort()).toEqual([winner, loser].filter((id) => id !== left).sort());
      expect(records.find((record) => record.key === edited)?.fields['name']).toBe('New name');
      expect(gone).toEqual([removed]);
      expect(gone).not.toContain(left);
      expect(sandbox.hubspot.counts().total).toBe(3);
    } finally {
      await sandbox.close();
    }
  }, 30_000);
  it('every kind of record that CS people keep in HubSpot can be read', async () => {
    const sandbox = await startSandbox({ accounts: 60, seed: 5 });
    try {
      const connection = hubspotConnection.parse({
        access_token: sandbox.hubspot.token,
        base_url: sandbox.hubspot.url,
      });
      const hubspot = connectHubspot({ connection, clock: systemClock, chance: seededChance(1), backoffMs: 1 });
      const read: Record<string, number> = {};
      const { store } = sandbox.hubspot.half;
      const objects = [
        'contacts',
        'deals',
        'tickets',
        'tasks',
        'meetings',
        'calls',
        'emails',
        'notes',
        'feedback_submissions',
      ];
      for (const object of objects) {
        const source = openHubspotSource(
          settings({
            settings: { object },
            columns: { company: column('associated_company'), owner: column('owner_email') },
            ids: {},
          }),
          hubspot,
        );
        expect(await source.check(signal), object).toEqual([]);
        read[object] = (await pages(source)).reduce((sum, page) => sum + page.records.length, 0);
      }

      expect(read).toEqual(Object.fromEntries(objects.map((object) => [object, [...store.all(object)].length])));
      expect(Object.values(read).filter((count) => count > 0).length).toBeGreaterThan(3);
    } finally {
      await sandbox.close();
    }
  });
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
