// People in both CRMs: what they do at the screen shows through the vendors' APIs, and not before it was done.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peopleOf } from '../../src/sandbox/people.ts';
import { type Caller, linkTo, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller();
});
afterEach(async () => {
  await caller.sandbox.close();
});

const companies = '/crm/v3/objects/companies';
const people = () => peopleOf(caller.sandbox.hubspot.half);
const record = async (type: string, id: string, query = '') =>
  (await caller.call('GET', `/crm/v3/objects/${type}/${id}${query}`)).body;

describe('in HubSpot, people', () => {
  it('edit a field, as a user and not as an integration', async () => {
    const [id] = await caller.ids('companies', 1);

    people().edit('account', id!, { kenko_health_band: 'red' });

    const read = await record('companies', id!, '?propertiesWithHistory=kenko_health_band');
    expect(propertiesOf(read)['kenko_health_band']).toBe('red');
    expect(read['propertiesWithHistory']).toMatchObject({
      kenko_health_band: [{ value: 'red', sourceType: 'CRM_UI' }],
    });
  });

  it('cannot enter what the property does not allow', async () => {
    const [id] = await caller.ids('companies', 1);

    expect(() => people().edit('account', id!, { kenko_health_band: 'blue' })).toThrow(
      /not one of the allowed options/,
    );
  });

  it('name an account by the key that all systems share', async () => {
    people().edit('account', 'A0003', { city: 'Oslo' });

    const read = await caller.call('GET', `${companies}/A0003?idProperty=kenko_external_account_id&properties=city`);
    expect(propertiesOf(read.body)['city']).toBe('Oslo');
  });

  it('close, reassign, delete and restore a task', async () => {
    const [company] = await caller.ids('companies', 1);
    const owner = [...caller.portal.state.owners.keys()][1]!;
    const made = await caller.call('POST', '/crm/v3/objects/tasks', {
      properties: { hs_timestamp: '2026-11-25', hs_task_status: 'NOT_STARTED' },
      associations: [linkTo(company!, 192)],
    });
    const id = String(made.body['id']);

    people().reassign('task', id, owner);
    const open = people().tasks();
    people().closeTask(id);
    const read = await record('tasks', id, '?properties=hs_task_status,hubspot_owner_id,hs_task_completion_date');
    people().remove('task', id);
    const gone = await caller.call('GET', `/crm/v3/objects/tasks/${id}`);
    people().restore('task', id);
    const back = await caller.call('GET', `/crm/v3/objects/tasks/${id}`);

    expect(open).toEqual([id]);
    expect(people().tasks()).toEqual([]);
    expect(people().tasks('all')).toEqual([id]);
    expect(propertiesOf(read)).toMatchObject({ hs_task_status: 'COMPLETED', hubspot_owner_id: owner });
    expect(propertiesOf(read)['hs_task_completion_date']).not.toBeNull();
    expect([gone.status, back.status]).toEqual([404, 200]);
  });

  it('merge two companies into a third id that has the contacts of both', async () => {
    const [first, second] = await caller.ids('companies', 2);
    const contactsOf = async (id: string) => {
      const page = await caller.call('GET', `/crm/v4/objects/companies/${id}/associations/contacts`);
      return resultsOf(page).map((far) => far['toObjectId']);
    };
    const both = [...(await contactsOf(first!)), ...(await contactsOf(second!))];

    const merged = people().merge('account', first!, second!);

    expect([first, second]).not.toContain(merged);
    expect((await record('companies', second!))['id']).toBe(merged);
    expect((await contactsOf(merged)).sort()).toEqual(both.sort());
    expect(await caller.ids('companies', 50)).not.toContain(first);
  });

  it('leave the company and keep what they own', async () => {
    const owner = [...caller.portal.state.owners.values()].find((one) => !one.archived)!;
    const before = await caller.call('GET', '/crm/v3/owners?limit=100');

    people().deactivate(owner.id);

    const active = await caller.call('GET', '/crm/v3/owners?limit=100');
    const archived = await caller.call('GET', `/crm/v3/owners/${owner.id}?archived=true`);
    expect(resultsOf(active)).toHaveLength(resultsOf(before).length - 1);
    expect(archived.body).toMatchObject({ archived: true, userId: null, userIdIncludingInactive: owner.userId });
    expect(archived.body['updatedAt']).toBe(owner.updatedAt);
  });

  it('add an option and take a property away', async () => {
    const [id] = await caller.ids('companies', 1);
    const patch = (value: string) =>
      caller.call('PATCH', `${companies}/${id}`, { properties: { kenko_health_band: value } });

    const before = await patch('amber');
    people().addOption('account', 'kenko_health_band', 'amber');
    const after = await patch('amber');
    people().dropField('account', 'kenko_health_band');
    const gone = await patch('red');

    expect([before.status, after.status, gone.status]).toEqual([400, 200, 400]);
  });

  it('are not held up by limits, tokens or faults', async () => {
    caller.portal.setKnob('burst', 0);
    caller.sandbox.hubspot.half.expireTokens();

    people().edit('account', 'A0001', { city: 'Oslo' });

    const [company] = caller.portal.state.store.findBy('companies', 'kenko_external_account_id', 'A0001');
    expect(company?.values['city']).toBe('Oslo');
  });
});

describe('in Salesforce, people', () => {
  const people = () => peopleOf(caller.sandbox.salesforce.half);
  const store = () => caller.sandbox.salesforce.half.store;
  const accounts = () => [...store().all('Account')];

  it('edit, reassign, delete and restore', () => {
    const [account, other] = accounts();
    const user = [...store().all('User')].at(-1)!;

    people().edit('account', account!.id, { Industry: 'Energy' });
    people().reassign('account', account!.id, user.id);
    people().remove('account', other!.id);
    const deleted = store().get('Account', other!.id)?.deletedAt;
    people().restore('account', other!.id);

    expect(store().get('Account', account!.id)?.values).toMatchObject({ Industry: 'Energy', OwnerId: user.id });
    expect(store().get('Account', account!.id)?.modifiedBy).not.toBe('system');
    expect(deleted).not.toBeNull();
    expect(store().get('Account', other!.id)?.deletedAt).toBeNull();
  });

  it('close tasks', () => {
    const [account] = accounts();
    const task = store().insert('Task', { Subject: 'Call', WhatId: account!.id, Status: 'Not Started' }, 'system', {
      asSystem: true,
    });
    const id = task.ok ? task.record.id : '';

    const open = people().tasks();
    people().closeTask(id);

    expect(open).toContain(id);
    expect(people().tasks()).not.toContain(id);
    expect(store().get('Task', id)?.values['Status']).toBe('Completed');
  });

  it('merge two accounts into the first of them', () => {
    const [first, second] = accounts();

    const left = people().merge('account', first!.id, second!.id);

    expect(left).toBe(first!.id);
    expect(store().get('Account', second!.id)).toMatchObject({ mergedInto: first!.id });
    expect(store().survivorOf('Account', second!.id)).toBe(first!.id);
  });

  it('leave, add options and take fields away', () => {
    const user = [...store().all('User')].find((one) => one.values['IsActive'] === true)!;

    people().deactivate(user.id);
    people().addOption('case', 'Status', 'On Hold');
    people().dropField('account', 'Health_Band__c');

    expect(store().get('User', user.id)?.values['IsActive']).toBe(false);
    expect(
      store()
        .field('Case', 'Status')
        ?.options?.map((option) => option.value),
    ).toContain('On Hold');
    expect(store().field('Account', 'Health_Band__c')).toBeUndefined();
  });
});

describe('the control route', () => {
  it('lets people act in the CRM that is asked, or in the one that is named', async () => {
    const edit = { do: 'edit', object: 'account', id: 'A0002' };

    const here = await caller.call('POST', '/__people', { ...edit, fields: { city: 'Oslo' } });
    const there = await caller.call('POST', '/__people', { ...edit, crm: 'salesforce', fields: { Industry: 'Food' } });

    const read = await caller.call('GET', `${companies}/A0002?idProperty=kenko_external_account_id&properties=city`);
    const [account] = caller.sandbox.salesforce.half.store.findBy('Account', 'AccountNumber', 'A0002');
    expect(here.body).toMatchObject({ done: 'edit', crm: 'hubspot' });
    expect(there.body).toMatchObject({ done: 'edit', crm: 'salesforce' });
    expect(propertiesOf(read.body)['city']).toBe('Oslo');
    expect(account?.values['Industry']).toBe('Food');
  });

  it.each([
    ['an act that nobody knows', { do: 'dance' }],
    ['an object that nobody knows', { do: 'delete', object: 'cat', id: '1' }],
    ['a record that is not there', { do: 'delete', object: 'account', id: '1' }],
    ['no id', { do: 'close_task' }],
    ['a CRM that nobody knows', { do: 'tasks', crm: 'excel' }],
  ])('refuses %s aloud', async (_what, act) => {
    const refused = await caller.call('POST', '/__people', act);

    expect(refused.status).toBe(500);
    expect(refused.text).toContain('sandboxError');
  });

  it('lets a person act between two calls of a run, by a planted fault', async () => {
    const [id] = await caller.ids('companies', 1);
    await caller.call('POST', '/__faults', {
      match: { path: 'batch/update' },
      action: { do: 'human', act: { do: 'delete', object: 'account', id } },
    });

    const late = await caller.call('POST', `${companies}/batch/update`, {
      inputs: [{ id, properties: { city: 'Oslo' } }],
    });

    expect(late.status).toBe(207);
    expect(resultsOf(late)).toEqual([]);
  });
});
