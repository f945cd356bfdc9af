// Furnishing a portal, by raw calls: properties, groups and lists with the rules that make setups fail.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller({ setUp: false });
});
afterEach(async () => {
  await caller.sandbox.close();
});

const root = '/crm/v3/properties/companies';
const band = {
  name: 'kenko_health_band',
  label: 'Health band',
  type: 'enumeration',
  fieldType: 'select',
  groupName: 'customer_health',
  options: [
    { label: 'Green', value: 'green', displayOrder: 1, hidden: false },
    { label: 'Red', value: 'red', displayOrder: 2, hidden: false },
  ],
};
const text = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  label: name,
  type: 'string',
  fieldType: 'text',
  groupName: 'customer_health',
  ...more,
});

describe('a portal before any setup', () => {
  it('has the join key and its group, and none of the health properties', async () => {
    const listed = await caller.call('GET', root);

    const names = resultsOf(listed).map((one) => String(one['name']));
    expect(names.filter((name) => name.startsWith('kenko_'))).toEqual(['kenko_external_account_id']);
    expect(resultsOf(listed).find((one) => one['name'] === 'kenko_external_account_id')).toMatchObject({
      hasUniqueValue: true,
      groupName: 'customer_health',
    });
  });

  it('refuses values of a property that nobody made', async () => {
    const [id] = await caller.ids('companies', 1);

    const refused = await caller.call('PATCH', `/crm/v3/objects/companies/${id}`, {
      properties: { kenko_health_band: 'red' },
    });

    expect(refused.body['errors']).toMatchObject([{ code: 'PROPERTY_DOESNT_EXIST' }]);
  });
});

describe('a property', () => {
  it('is made with 201 and a Location, and told whole', async () => {
    const made = await caller.call('POST', root, band);

    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${caller.sandbox.hubspot.url}${root}/kenko_health_band`);
    expect(made.body).toMatchObject({
      ...band,
      archived: false,
      hasUniqueValue: false,
      displayOrder: -1,
      modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
    });
  });

  it('that is there already is a 409 and stays as it was', async () => {
    await caller.call('POST', root, band);

    const refused = await caller.call('POST', root, { ...band, label: 'Other' });

    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
      message: "A property named 'kenko_health_band' already exists.",
    });
    expect((await caller.call('GET', `${root}/kenko_health_band`)).body['label']).toBe('Health band');
  });

  it('comes back from the bin, values and all, when its name is made again', async () => {
    const [id] = await caller.ids('companies', 1);
    await caller.call('POST', root, band);
    await caller.call('PATCH', `/crm/v3/objects/companies/${id}`, { properties: { kenko_health_band: 'red' } });
    const first = await caller.call('GET', `${root}/kenko_health_band`);

    const archived = await caller.call('DELETE', `${root}/kenko_health_band`);
    const gone = await caller.call('GET', `${root}/kenko_health_band`);
    const binned = await caller.call('GET', `${root}/kenko_health_band?archived=true`);
    const again = await caller.call('POST', root, band);
    const read = await caller.call('GET', `/crm/v3/objects/companies/${id}?properties=kenko_health_band`);

    expect([archived.status, gone.status, binned.status, again.status]).toEqual([204, 404, 200, 201]);
    expect(gone.body['category']).toBe('OBJECT_NOT_FOUND');
    expect(binned.body).toMatchObject({ archived: true, archivedAt: expect.any(String) });
    expect(again.body['createdAt']).toBe(first.body['createdAt']);
    expect(propertiesOf(read.body)['kenko_health_band']).toBe('red');
  });

  it('loses the options that a PATCH leaves out, and keeps all when it names none', async () => {
    await caller.call('POST', root, band);

    const kept = await caller.call('PATCH', `${root}/kenko_health_band`, { label: 'Band' });
    const replaced = await caller.call('PATCH', `${root}/kenko_health_band`, {
      options: [{ label: 'Blue', value: 'blue', displayOrder: 1, hidden: false }],
    });

    expect(kept.body['options']).toHaveLength(2);
    expect(replaced.body['options']).toMatchObject([{ value: 'blue' }]);
  });

  it('cannot become unique, or change its name, later: the PATCH is a 200 that does nothing', async () => {
    await caller.call('POST', root, text('plain'));

    const changed = await caller.call('PATCH', `${root}/plain`, { hasUniqueValue: true, name: 'other' });

    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: 'plain', hasUniqueValue: false });
  });

  it('can be unique ten times per object type, for texts only', async () => {
    const made = [];
    for (let at = 1; at <= 10; at += 1)
      made.push((await caller.call('POST', root, text(`unique_${at}`, { hasUniqueValue: true }))).status);
    const number = await caller.call('POST', '/crm/v3/properties/deals', {
      ...text('n', { hasUniqueValue: true }),
      type: 'number',
      fieldType: 'number',
      groupName: 'dealinformation',
    });

    // One of the ten is the join key.
    expect(made).toEqual([201, 201, 201, 201, 201, 201, 201, 201, 201, 400]);
    expect(number.status).toBe(400);
  });

  it('of a task is unique only where the portal lets it', async () => {
    const key = { ...text('kenko_key', { hasUniqueValue: true }), groupName: 'task' };
    caller.portal.setKnob('uniqueTasks', false);

    const refused = await caller.call('POST', '/crm/v3/properties/tasks', key);
    const plain = await caller.call('POST', '/crm/v3/properties/tasks', {
      ...key,
      name: 'plain_key',
      hasUniqueValue: false,
    });
    caller.portal.setKnob('uniqueTasks', true);
    const allowed = await caller.call('POST', '/crm/v3/properties/tasks', key);

    expect([refused.status, plain.status, allowed.status]).toEqual([400, 201, 201]);
  });

  it.each([
    [
      'a bool without exactly true and false',
      {
        type: 'bool',
        fieldType: 'booleancheckbox',
        options: [{ label: 'Yes', value: 'yes', displayOrder: 0, hidden: false }],
      },
    ],
    ['a choice without options', { type: 'enumeration', fieldType: 'select', options: [] }],
    ['a field type that does not fit', { type: 'number', fieldType: 'textarea' }],
    ['a group that is not there', { groupName: 'nowhere' }],
    ['a reserved name', { name: 'hs_mine' }],
    ['a name with capitals', { name: 'Mine' }],
    ['nothing but a name', { label: undefined, type: undefined }],
  ])('is refused with %s', async (_what, wrong) => {
    const refused = await caller.call('POST', root, { ...text('mine'), ...wrong });

    expect(refused.status).toBe(400);
  });

  it('names the rule that a wrong bool breaks', async () => {
    const refused = await caller.call('POST', root, { ...text('flag'), type: 'bool', fieldType: 'booleancheckbox' });

    expect(refused.body['subCategory']).toContain('INVALID_BOOLEAN_OPTION');
  });

  it('that a calculation uses cannot be archived', async () => {
    await caller.call('POST', root, { ...text('base'), type: 'number', fieldType: 'number' });
    await caller.call('POST', root, {
      ...text('sum'),
      type: 'number',
      fieldType: 'calculation_equation',
      calculationFormula: 'base + 1',
    });

    const refused = await caller.call('DELETE', `${root}/base`);

    expect(refused.status).toBe(400);
    expect(refused.body['subCategory']).toBe('PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE');
  });

  it('in a batch stands beside one that exists in a 207', async () => {
    await caller.call('POST', root, text('one'));

    const answered = await caller.call('POST', `${root}/batch/create`, { inputs: [text('one'), text('two')] });

    expect(answered.status).toBe(207);
    expect(resultsOf(answered).map((one) => one['name'])).toEqual(['two']);
    expect(answered.body['errors']).toEqual([
      {
        status: 'error',
        category: 'OBJECT_ALREADY_EXISTS',
        subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
        message: "A property named 'one' already exists.",
        context: { name: ['one'] },
      },
    ]);
  });
});

describe('a group', () => {
  it('with properties in it cannot be archived, and says so inside its message', async () => {
    const refused = await caller.call('DELETE', `${root}/groups/customer_health`);

    expect(refused.status).toBe(400);
    expect(refused.body).not.toHaveProperty('category');
    expect(JSON.parse(String(refused.body['message']))).toMatchObject({
      category: 'VALIDATION_ERROR',
      subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
    });
  });

  it('is made once', async () => {
    const made = await caller.call('POST', `${root}/groups`, { name: 'fresh', label: 'Fresh' });
    const again = await caller.call('POST', `${root}/groups`, { name: 'fresh', label: 'Fresh' });

    expect([made.status, again.status]).toEqual([201, 409]);
    expect(made.body).toEqual({ name: 'fresh', label: 'Fresh', displayOrder: expect.any(Number), archived: false });
  });
});

describe('a list', () => {
  const branch = (filters: unknown[]) => ({
    filterBranchType: 'OR',
    filterBranchOperator: 'OR',
    filters: [],
    filterBranches: [{ filterBranchType: 'AND', filterBranchOperator: 'AND', filterBranches: [], filters }],
  });
  const filter = (operation: Record<string, unknown>, property = 'kenko_health_band') => ({
    filterType: 'PROPERTY',
    property,
    operation: { includeObjectsWithNoValueSet: false, ...operation },
  });
  const list = (filterBranch: unknown, name = 'L') => ({
    name,
    objectTypeId: '0-2',
    processingType: 'DYNAMIC',
    filterBranch,
  });

  it('has a name of its own, a root OR with ANDs below, and filters over properties that exist', async () => {
    await caller.call('POST', root, band);
    const good = branch([filter({ operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: ['red'] })]);

    const made = await caller.call('POST', '/crm/v3/lists', list(good));
    const again = await caller.call('POST', '/crm/v3/lists/', list(good));
    const flat = await caller.call('POST', '/crm/v3/lists', list({ ...good, filterBranchType: 'AND' }, 'Flat'));
    const unknown = await caller.call('POST', '/crm/v3/lists', list(branch([filter({}, 'nope')]), 'Unknown'));

    expect(made.status).toBe(200);
    expect(made.body['list']).toMatchObject({ listId: '1', objectTypeId: '0-2', listVersion: 1, filterBranch: good });
    expect([again.status, flat.status, unknown.status]).toEqual([400, 400, 400]);
  });

  it('shows its filters only to those who ask', async () => {
    await caller.call('POST', root, band);
    await caller.call('POST', '/crm/v3/lists', list(branch([filter({ operator: 'IS_KNOWN' })])));

    const plain = await caller.call('GET', '/crm/v3/lists/1');
    const whole = await caller.call('GET', '/crm/v3/lists/1?includeFilters=true');
    const missing = await caller.call('GET', '/crm/v3/lists/object-type-id/0-2/name/Nobody');

    expect(plain.body['list']).not.toHaveProperty('filterBranch');
    expect(whole.body['list']).toHaveProperty('filterBranch');
    expect(missing.status).toBe(404);
  });

  it.each([
    [{ operationType: 'NUMBER', operator: 'IS_LESS_THAN', value: 50 }, 1],
    [{ operationType: 'NUMBER', operator: 'IS_GREATER_THAN_OR_EQUAL_TO', value: 40 }, 2],
    [{ operationType: 'NUMBER', operator: 'IS_BETWEEN', lowerBound: 0, upperBound: 39 }, 0],
    [{ operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' }, 2],
  ])('counts by %o', async (operation, count) => {
    const [first, second] = await caller.ids('companies', 2);
    await caller.call('POST', root, { ...text('score'), type: 'number', fieldType: 'number' });
    await caller.call('PATCH', `/crm/v3/objects/companies/${first}`, { properties: { score: '40' } });
    await caller.call('PATCH', `/crm/v3/objects/companies/${second}`, { properties: { score: '90' } });

    await caller.call('POST', '/crm/v3/lists', list(branch([filter(operation, 'score')])));
    const members = await caller.call('GET', '/crm/v3/lists/1/memberships');

    expect(members.body['total']).toBe(count);
  });

  it.each([
    ['an operator that numbers do not have', { operationType: 'NUMBER', operator: 'IS_ANY_OF', values: ['1'] }],
    ['an operation for another type', { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: ['1'] }],
  ])('is refused for %s', async (_what, operation) => {
    await caller.call('POST', root, { ...text('score'), type: 'number', fieldType: 'number' });

    const refused = await caller.call('POST', '/crm/v3/lists', list(branch([filter(operation, 'score')])));

    expect([refused.status, refused.body['subCategory']]).toEqual([400, 'ILS.INVALID_FILTER_OPERATION']);
  });

  it('keeps what a snapshot saw', async () => {
    const [first] = await caller.ids('companies', 1);
    await caller.call('POST', root, band);
    await caller.call('PATCH', `/crm/v3/objects/companies/${first}`, { properties: { kenko_health_band: 'red' } });
    const red = branch([filter({ operator: 'IS_ANY_OF', values: ['red'] })]);

    await caller.call('POST', '/crm/v3/lists', { ...list(red), processingType: 'SNAPSHOT' });
    await caller.call('PATCH', `/crm/v3/objects/companies/${first}`, { properties: { kenko_health_band: 'green' } });
    const members = await caller.call('GET', '/crm/v3/lists/1/memberships');

    expect(members.body['total']).toBe(1);
  });
});
