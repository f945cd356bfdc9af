// Every route once by HubSpot's own client. The client throws on any status it does not expect, good ones included, so
// that a call which comes back proves the status; what it makes of the body proves the shape.

import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/companies/models/AssociationSpec.js';
import { FilterOperatorEnum as Operator } from '@hubspot/api-client/lib/codegen/crm/companies/models/Filter.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './hubspot-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await openCaller();
});
afterAll(async () => {
  await caller.sandbox.close();
});

const spec = (associationTypeId: number) => ({ associationCategory: Category.HubspotDefined, associationTypeId });

describe('records', () => {
  it('lists, gets, makes, changes and archives companies', async () => {
    const { basicApi } = caller.client.crm.companies;

    const page = await basicApi.getPage(5, undefined, ['name', 'domain'], undefined, ['contacts'], false);
    const made = await basicApi.create({ properties: { name: 'Birch' }, associations: [] });
    const got = await basicApi.getById(made.id, ['name']);
    const changed = await basicApi.update(made.id, { properties: { name: 'Birch & Sons' } });
    await basicApi.archive(made.id);

    expect(page.results).toHaveLength(5);
    expect(page.paging?.next?.after).toMatch(/^\d+$/);
    expect(got.properties['name']).toBe('Birch');
    expect(changed.properties['name']).toBe('Birch & Sons');
    await expect(basicApi.getById(made.id)).rejects.toMatchObject({ code: 404 });
    expect((await basicApi.getPage(100, undefined, [], [], [], true)).results.map((one) => one.id)).toContain(made.id);
  });

  it('reads, makes, changes, upserts and archives in batches', async () => {
    const { batchApi } = caller.client.crm.companies;
    const input = (name: string) => ({ properties: { name }, associations: [] });

    const made = await batchApi.create({ inputs: [input('Fir'), input('Elm')] });
    const ids = made.results.map((one) => ({ id: one.id }));
    const read = await batchApi.read({ inputs: ids, properties: ['name'], propertiesWithHistory: [] });
    const changed = await batchApi.update({ inputs: ids.map((one) => ({ ...one, properties: { city: 'Oslo' } })) });
    const upserted = await batchApi.upsert({
      inputs: [{ idProperty: 'kenko_external_account_id', id: 'Z1', properties: { name: 'Ash' } }],
    });
    await batchApi.archive({ inputs: ids });

    expect(read.results.map((one) => one.properties['name']).sort()).toEqual(['Elm', 'Fir']);
    expect(changed.results).toHaveLength(2);
    expect(upserted.results[0]).toMatchObject({ _new: true, properties: { kenko_external_account_id: 'Z1' } });
    const gone = await batchApi.read({ inputs: ids, properties: [], propertiesWithHistory: [] });
    expect(gone).toMatchObject({ results: [], numErrors: 1 });
  });

  it('gives every object type a page, a get and a batch read', async () => {
    const { crm } = caller.client;
    const { objects } = crm;
    const apis = [
      crm.companies,
      crm.contacts,
      crm.deals,
      crm.tickets,
      objects.tasks,
      objects.notes,
      objects.meetings,
      objects.calls,
      objects.emails,
      objects.feedbackSubmissions,
    ];

    const pages = await Promise.all(apis.map((api) => api.basicApi.getPage(2)));
    const reads = await Promise.all(
      apis.map((api, at) =>
        api.batchApi.read({
          inputs: pages[at]!.results.map((one) => ({ id: one.id })),
          properties: [],
          propertiesWithHistory: [],
        }),
      ),
    );

    expect(pages.map((page) => page.results.length)).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 0, 2]);
    expect(reads.map((read) => read.results.length)).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 0, 2]);
  });

  it('makes each engagement with an association, and one by type id', async () => {
    const [company] = await caller.ids('companies', 1);
    const { objects } = caller.client.crm;
    const given = (typeId: number, properties: Record<string, string>) => ({
      properties: { hs_timestamp: '2026-11-25T09:00:00Z', ...properties },
      associations: [{ to: { id: company! }, types: [spec(typeId)] }],
    });

    const task = await objects.tasks.basicApi.create(
      given(192, { hs_task_subject: 'Call', hs_task_status: 'NOT_STARTED' }),
    );
    await objects.notes.basicApi.create(given(190, { hs_note_body: 'Met' }));
    await objects.meetings.basicApi.create(given(188, { hs_meeting_title: 'QBR' }));
    await objects.calls.basicApi.create(given(182, { hs_call_title: 'Call' }));
    await objects.emails.basicApi.create(given(186, { hs_email_subject: 'Hello', hs_email_direction: 'EMAIL' }));
    const byNumber = await objects.basicApi.getById('0-27', task.id, ['hs_task_subject']);

    expect(byNumber.properties['hs_task_subject']).toBe('Call');
    const far = await Promise.all(
      ['tasks', 'notes', 'meetings', 'calls', 'emails'].map((to) =>
        caller.client.crm.associations.v4.basicApi.getPage('companies', company!, to),
      ),
    );
    expect(far.map((page) => page.results.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('searches', async () => {
    const { searchApi } = caller.client.crm.companies;

    const found = await searchApi.doSearch({
      filterGroups: [
        { filters: [{ propertyName: 'kenko_external_account_id', operator: Operator.Eq, value: 'a0002' }] },
      ],
      sorts: ['hs_object_id'],
      properties: ['name'],
      limit: 10,
      after: '0',
    });

    expect(found.total).toBe(1);
  });

  it('merges companies and contacts into new records, and purges a contact', async () => {
    const { companies, contacts } = caller.client.crm;
    const [first, second] = await caller.ids('companies', 12).then((ids) => ids.slice(-2));
    const [one, other, third] = await caller.ids('contacts', 3);

    const merged = await companies.basicApi.merge({ primaryObjectId: first!, objectIdToMerge: second! });
    const person = await contacts.basicApi.merge({ primaryObjectId: one!, objectIdToMerge: other! });
    await contacts.basicApi.purge({ objectId: third! });

    expect([first, second]).not.toContain(merged.id);
    expect((await companies.basicApi.getById(second!)).id).toBe(merged.id);
    expect((await contacts.basicApi.getById(one!)).id).toBe(person.id);
    await expect(contacts.basicApi.getById(third!)).rejects.toMatchObject({ code: 404 });
  });
});

describe('definitions', () => {
  it('makes, lists, gets, changes and archives properties and groups', async () => {
    const { coreApi, groupsApi, batchApi } = caller.client.crm.properties;
    const given = { label: 'X', groupName: 'x_group', type: 'string', fieldType: 'text' } as Parameters<
      typeof coreApi.create
    >[1];

    const group = await groupsApi.create('companies', { name: 'x_group', label: 'X', displayOrder: -1 });
    const made = await coreApi.create('companies', { ...given, name: 'x_one' });
    const batch = await batchApi.create('companies', { inputs: [{ ...given, name: 'x_two' }] });
    const changed = await coreApi.update('companies', 'x_one', { label: 'One' });
    const listed = await coreApi.getAll('companies');
    const got = await coreApi.getByName('companies', 'x_two');
    const read = await batchApi.read('companies', {
      inputs: [{ name: 'x_one' }, { name: 'x_none' }],
      archived: false,
    });
    await coreApi.archive('companies', 'x_one');
    await batchApi.archive('companies', { inputs: [{ name: 'x_two' }] });
    const renamed = await groupsApi.update('companies', 'x_group', { label: 'Y' });
    await groupsApi.archive('companies', 'x_group');

    expect(group.displayOrder).toBeGreaterThan(0);
    expect(made).toMatchObject({ name: 'x_one', archived: false });
    expect(batch.results).toHaveLength(1);
    expect(changed.label).toBe('One');
    expect(listed.results.map((one) => one.name)).toContain('x_two');
    expect(got.name).toBe('x_two');
    expect(read).toMatchObject({ numErrors: 1 });
    expect(renamed.label).toBe('Y');
    expect((await groupsApi.getAll('companies')).results.map((one) => one.name)).not.toContain('x_group');
    expect((await groupsApi.getByName('companies', 'customer_health')).label).toBe('Customer Health');
  });

  it('tells pipelines and their stages', async () => {
    const { pipelinesApi, pipelineStagesApi } = caller.client.crm.pipelines;

    const tickets = await pipelinesApi.getAll('tickets');
    const deals = await pipelinesApi.getById('deals', 'default');
    const stages = await pipelineStagesApi.getAll('deals', 'default');

    expect(tickets.results[0]).toMatchObject({ id: '0' });
    expect(deals.stages.find((stage) => stage.id === 'closedwon')?.metadata?.['isClosed']).toBe('true');
    expect(stages.results).toHaveLength(deals.stages.length);
  });
});

describe('associations', () => {
  it('reads, makes and takes away by all its routes', async () => {
    const { batchApi, basicApi } = caller.client.crm.associations.v4;
    const [company] = await caller.ids('companies', 1);
    const [deal, other] = await caller.ids('deals', 2);
    const pair = { _from: { id: company! }, to: { id: deal! } };

    const read = await batchApi.getPage('companies', 'contacts', { inputs: [{ id: company! }] });
    await batchApi.create('companies', 'deals', { inputs: [{ ...pair, types: [spec(342)] }] });
    const made = await batchApi.createDefault('companies', 'deals', { inputs: [pair] });
    await basicApi.createDefault('companies', company!, 'deals', other!);
    await basicApi.create('companies', company!, 'deals', other!, [spec(6)] as never);
    const page = await basicApi.getPage('companies', company!, 'deals', undefined, 500);
    await basicApi.archive('companies', company!, 'deals', other!);
    await batchApi.archiveLabels('companies', 'deals', { inputs: [{ ...pair, types: [spec(342)] }] });
    await batchApi.archive('companies', 'deals', { inputs: [{ _from: { id: company! }, to: [{ id: deal! }] }] });

    expect(read.results[0]?.to.length).toBeGreaterThan(0);
    expect(made.results).toHaveLength(2);
    expect(page.results.map((far) => String(far.toObjectId))).toEqual(expect.arrayContaining([deal, other]));
    const after = await basicApi.getPage('companies', company!, 'deals');
    expect(after.results.map((far) => String(far.toObjectId))).not.toContain(other);
  });

  it('tells the labels of a pair', async () => {
    const labels = await caller.client.crm.associations.v4.schema.definitionsApi.getAll('contacts', 'companies');

    expect(labels.results.map((label) => label.typeId)).toEqual([279, 1]);
  });
});

describe('owners and lists', () => {
  it('lists owners, active and archived, and gets one', async () => {
    const { ownersApi } = caller.client.crm.owners;

    const active = await ownersApi.getPage(undefined, undefined, 100);
    const archived = await ownersApi.getPage(undefined, undefined, 100, true);
    const one = await ownersApi.getById(Number(active.results[0]!.id), 'id', false);
    const byMail = await ownersApi.getPage(active.results[0]!.email);

    expect(active.results.every((owner) => !owner.archived)).toBe(true);
    expect(archived.results).toHaveLength(1);
    expect(one.id).toBe(active.results[0]!.id);
    expect(byMail.results).toHaveLength(1);
  });

  it('makes, finds, changes, deletes and restores lists', async () => {
    const { listsApi, membershipsApi } = caller.client.crm.lists;
    const filterBranch = (band: string) =>
      ({
        filterBranchType: 'OR',
        filterBranchOperator: 'OR',
        filters: [],
        filterBranches: [
          {
            filterBranchType: 'AND',
            filterBranchOperator: 'AND',
            filterBranches: [],
            filters: [
              {
                filterType: 'PROPERTY',
                property: 'kenko_health_band',
                operation: {
                  operationType: 'ENUMERATION',
                  operator: 'IS_ANY_OF',
                  values: [band],
                  includeObjectsWithNoValueSet: false,
                },
              },
            ],
          },
        ],
      }) as never;
    const [red] = await caller.ids('companies', 1);
    await caller.client.crm.companies.basicApi.update(red!, { properties: { kenko_health_band: 'red' } });

    const made = await listsApi.create({
      name: 'Red accounts',
      objectTypeId: '0-2',
      processingType: 'DYNAMIC',
      filterBranch: filterBranch('red'),
    });
    const id = made.list.listId;
    const found = await listsApi.getByName('Red accounts', '0-2', true);
    const members = await membershipsApi.getPage(id);
    const changed = await listsApi.updateListFilters(id, { filterBranch: filterBranch('green') }, false);
    const named = await listsApi.updateName(id, 'Green accounts');
    const searched = await listsApi.doSearch({ query: 'green', offset: 0, count: 10 } as never);
    const of = await membershipsApi.getLists('0-2', red!);
    await listsApi.remove(id);
    await listsApi.restore(id);
    const got = await listsApi.getById(id, false);
    const several = await listsApi.getAll([id]);

    expect(found.list.filterBranch).toMatchObject({ filterBranchType: 'OR' });
    expect(members.results.map((one) => one.recordId)).toEqual([red]);
    expect(changed.updatedList?.listVersion).toBe(2);
    expect(named.updatedList?.name).toBe('Green accounts');
    expect(searched.total).toBe(1);
    expect(of.results).toEqual([]);
    expect(got.list.name).toBe('Green accounts');
    expect(several.lists).toHaveLength(1);
  });

  it('keeps lists made by hand', async () => {
    const { listsApi, membershipsApi } = caller.client.crm.lists;
    const [first, second] = await caller.ids('companies', 2);

    const made = await listsApi.create({ name: 'By hand', objectTypeId: '0-2', processingType: 'MANUAL' });
    const id = made.list.listId;
    const added = await membershipsApi.add(id, [first!, second!, '1']);
    const moved = await membershipsApi.addAndRemove(id, { recordIdsToAdd: [], recordIdsToRemove: [first!] });
    const removed = await membershipsApi.remove(id, ['1']);
    const page = await membershipsApi.getPageOrderedByAddedToListDate(id);
    const copy = await listsApi.create({ name: 'Copy', objectTypeId: '0-2', processingType: 'MANUAL' });
    await membershipsApi.addAllFromList(copy.list.listId, id);
    const copied = await membershipsApi.getPage(copy.list.listId);
    await membershipsApi.removeAll(copy.list.listId);
    const emptied = await membershipsApi.getPage(copy.list.listId);

    expect(added).toMatchObject({ recordsIdsAdded: [first, second], recordIdsMissing: ['1'] });
    expect(moved.recordIdsRemoved).toEqual([first]);
    expect(removed.recordIdsRemoved).toEqual([]);
    expect(page.results.map((one) => one.recordId)).toEqual([second]);
    expect(copied.results.map((one) => one.recordId)).toEqual([second]);
    expect(emptied.results).toEqual([]);
  });
});

describe('the portal itself', () => {
  it('exchanges and refreshes tokens, and tells about them', async () => {
    const { tokensApi, accessTokensApi, refreshTokensApi } = caller.client.oauth;
    const refresh = 'pretend-refresh-not-a-secret';

    const token = await tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      'pretend-client-id',
      'pretend-client-not-a-secret',
      refresh,
    );
    const told = await accessTokensApi.get(token.accessToken);
    const about = await refreshTokensApi.get(refresh);
    const page = await caller.call('GET', '/crm/v3/owners', undefined, {
      authorization: `Bearer ${token.accessToken}`,
    });
    await refreshTokensApi.archive(refresh);

    expect(token).toMatchObject({ expiresIn: 1800, tokenType: 'bearer', refreshToken: refresh });
    expect(told.hubId).toBe(44_237_313);
    expect(about.clientId).toBe('pretend-client-id');
    expect(page.status).toBe(200);
    await expect(refreshTokensApi.get(refresh)).rejects.toMatchObject({ code: 404 });
  });

  it('tells its number and zone by apiRequest', async () => {
    const response = await caller.client.apiRequest({ path: '/account-info/v3/details' });

    expect(await response.json()).toMatchObject({ portalId: 44_237_313, timeZone: 'US/Eastern', utcOffset: '-05:00' });
  });
});
