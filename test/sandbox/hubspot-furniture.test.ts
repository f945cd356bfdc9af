// What stands around the records of the portal: pipelines that an admin changes, folders of lists, schemas, how much of the
// limits is used, and definitions that are not known at once.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller();
});
afterEach(async () => {
  await caller.sandbox.close();
});

const pipelines = '/crm/v3/pipelines/deals';
const stage = (label: string, displayOrder = 0) => ({ label, displayOrder, metadata: { probability: '0.5' } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a pipeline', () => {
  it('that an admin makes is one that deals may stand in, with its stages in their order', async () => {
    const made = await caller.call('POST', pipelines, {
      label: 'Renewals',
      displayOrder: 1,
      stages: [stage('Second', 1), stage('First', 0)],
    });
    const stages = made.body['stages'] as { id: string; label: string }[];
    const deal = await caller.call('POST', '/crm/v3/objects/deals', {
      properties: { dealname: 'R', pipeline: made.body['id'], dealstage: stages[0]!.id },
    });
    const nowhere = await caller.call('POST', '/crm/v3/objects/deals', { properties: { dealstage: 'nowhere' } });

    expect(made.status).toBe(201);
    expect(stages.map((one) => one.label)).toEqual(['First', 'Second']);
    expect(deal.status).toBe(201);
    expect(nowhere.body['errors']).toMatchObject([{ code: 'INVALID_OPTION' }]);
  });

  it('needs probabilities for deals, and labels that differ', async () => {
    const bare = await caller.call('POST', `${pipelines}/default/stages`, {
      label: 'Bare',
      displayOrder: 9,
      metadata: {},
    });
    const twice = await caller.call('POST', `${pipelines}/default/stages`, stage('Closed Won', 9));

    expect([bare.status, twice.status]).toEqual([400, 400]);
  });

  it('is not taken away under records for who asks to look first', async () => {
    const path = `${pipelines}/default/stages/closedwon`;
    const [deal] = await caller.ids('deals', 1);
    await caller.call('PATCH', `/crm/v3/objects/deals/${deal}`, { properties: { dealstage: 'closedwon' } });

    const asked = await caller.call('DELETE', `${path}?validateReferencesBeforeDelete=true`);
    const taken = await caller.call('DELETE', path);
    const gone = await caller.call('GET', path);

    expect([asked.status, taken.status, gone.status]).toEqual([400, 204, 404]);
  });

  it('remembers who did what, and is changed by those alone who may', async () => {
    caller.portal.setKnob('token', { token: 'pretend-reader', scopes: ['crm.objects.deals.read'] });
    await caller.call('PATCH', `${pipelines}/default`, { label: 'Sales' });

    const audit = await caller.call('GET', `${pipelines}/default/audit`);
    const refused = await caller.call('PATCH', `${pipelines}/default`, { label: 'Mine' }, bearer('pretend-reader'));
    const seen = await caller.call('GET', pipelines, undefined, bearer('pretend-reader'));

    expect(resultsOf(audit)).toMatchObject([{ identifier: 'default', action: 'UPDATE' }]);
    expect([refused.status, seen.status]).toEqual([403, 200]);
  });
});

describe('a folder of lists', () => {
  const folders = '/crm/v3/lists/folders';

  it('holds lists and folders, moves with them, and goes when it is empty', async () => {
    await caller.call('POST', '/crm/v3/lists', { name: 'L', objectTypeId: '0-2', processingType: 'MANUAL' });
    await caller.call('POST', folders, { name: 'Upper' });
    await caller.call('POST', folders, { name: 'Lower', parentFolderId: '1' });
    await caller.call('PUT', `${folders}/move-list`, { listId: '1', newFolderId: '2' });

    const upper = await caller.call('GET', `${folders}?folderId=1`);
    const round = await caller.call('PUT', `${folders}/1/move/2`);
    const full = await caller.call('DELETE', `${folders}/2`);
    await caller.call('PUT', `${folders}/move-list`, { listId: '1', newFolderId: '0' });
    const empty = await caller.call('DELETE', `${folders}/2`);

    expect(upper.body['folder']).toMatchObject({
      name: 'Upper',
      childNodes: [{ id: 2, name: 'Lower', childLists: [1] }],
    });
    expect([round.status, full.status, empty.status]).toEqual([400, 400, 204]);
  });
});

describe('a list made by filters', () => {
  it('may be told to become a fixed one on a day', async () => {
    const path = '/crm/v3/lists/1/schedule-conversion';
    const filterBranch = {
      filterBranchType: 'OR',
      filters: [],
      filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [] }],
    };
    await caller.call('POST', '/crm/v3/lists', {
      name: 'F',
      objectTypeId: '0-2',
      processingType: 'DYNAMIC',
      filterBranch,
    });
    const day = { conversionType: 'CONVERSION_DATE', year: 2027, month: 1, day: 1 };

    const none = await caller.call('GET', path);
    const planned = await caller.call('PUT', path, day);
    const wrong = await caller.call('PUT', path, { conversionType: 'SOMEDAY' });
    const cancelled = await caller.call('DELETE', path);

    expect([none.status, planned.status, wrong.status, cancelled.status]).toEqual([404, 200, 400, 204]);
    expect(planned.body['requestedConversionTime']).toEqual(day);
  });
});

describe('the portal', () => {
  it('tells how many custom properties it has and may have', async () => {
    const usage = await caller.call('GET', '/crm/v3/limits/custom-properties');
    const before = Number(usage.body['overallUsage']);
    await caller.call('POST', '/crm/v3/properties/companies', {
      ...{ name: 'one_more', label: 'M', type: 'string', fieldType: 'text', groupName: 'companyinformation' },
    });
    const after = await caller.call('GET', '/crm/v3/limits/custom-properties');

    expect(after.body).toMatchObject({ overallLimit: 10_000, overallUsage: before + 1 });
    expect(after.body['byObjectType']).toContainEqual(expect.objectContaining({ objectTypeId: '0-2', limit: 1000 }));
  });

  it('tells how object types are called and bound, and has no custom ones', async () => {
    const company = await caller.call('GET', '/crm/v3/schemas/companies');
    const custom = await caller.call('GET', '/crm/v3/schemas');

    expect(company.body).toMatchObject({ objectTypeId: '0-2', labels: { singular: 'Company', plural: 'Companies' } });
    expect((company.body['associations'] as { name: string }[]).map((one) => one.name)).toContain(
      'COMPANY_TO_CONTACT_UNLABELED',
    );
    expect(resultsOf(custom)).toEqual([]);
  });

  it('may need a moment before it knows a new property', async () => {
    caller.portal.setKnob('propertyLagMs', 600);
    const [id] = await caller.ids('companies', 1);
    const definition = { name: 'late', label: 'L', type: 'string', fieldType: 'text', groupName: 'companyinformation' };
    const write = () => caller.call('PATCH', `/crm/v3/objects/companies/${id}`, { properties: { late: 'x' } });

    const made = await caller.call('POST', '/crm/v3/properties/companies', definition);
    const soon = await write();
    const again = await caller.call('POST', '/crm/v3/properties/companies', definition);
    caller.sandbox.clock.push(60_000);
    const later = await write();

    expect(made.status).toBe(201);
    expect(soon.body['errors']).toMatchObject([{ code: 'PROPERTY_DOESNT_EXIST' }]);
    expect(again.status).toBe(409);
    expect(propertiesOf(later.body)['late']).toBe('x');
  });
});

describe('an association', () => {
  it('put anew has the labels that were put, and no others', async () => {
    const [contact] = await caller.ids('contacts', 1);
    const made = await caller.call('POST', '/crm/v3/objects/companies', { properties: { name: 'Labelled' } });
    const path = `/crm/v4/objects/contacts/${contact}/associations/companies`;
    const put = (id: number) =>
      caller.call('PUT', `${path}/${made.body['id']}`, [
        { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: id },
      ]);
    const typesNow = async () =>
      (resultsOf(await caller.call('GET', path)) as { toObjectId: number; associationTypes: { typeId: number }[] }[])
        .find((far) => String(far.toObjectId) === made.body['id'])
        ?.associationTypes.map((type) => type.typeId);

    await put(1);
    const primary = await typesNow();
    await put(279);
    const bare = await typesNow();

    expect(primary).toEqual([1, 279]);
    expect(bare).toEqual([279]);
  });
});
