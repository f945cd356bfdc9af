// Writing, by raw calls: exact statuses, bodies and texts of single and batch writes, of refusals and of silences.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, linkTo, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller();
});
afterEach(async () => {
  await caller.sandbox.close();
});

const companies = '/crm/v3/objects/companies';
const tasks = '/crm/v3/objects/tasks';
const task = (key: string, more: Record<string, unknown> = {}) => ({
  properties: { hs_timestamp: '2026-11-25T09:00:00Z', hs_task_subject: 'Call', kenko_key: key },
  ...more,
});
const idsIn = (records: readonly unknown[]) => records.map((one) => (one as { id: string }).id);

describe('a single record', () => {
  it('is made with 201, a Location, and the values HubSpot stamps', async () => {
    const made = await caller.call('POST', companies, {
      properties: { name: 'Birch', domain: 'birch.example', city: '' },
    });

    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${caller.sandbox.hubspot.url}${companies}/${made.body['id']}`);
    expect(propertiesOf(made.body)).toMatchObject({
      name: 'Birch',
      domain: 'birch.example',
      website: 'birch.example',
      lifecyclestage: 'lead',
      hs_object_id: made.body['id'],
      hs_object_source: 'INTEGRATION',
    });
    expect(Object.keys(propertiesOf(made.body))).toEqual(Object.keys(propertiesOf(made.body)).sort());
    expect(propertiesOf(made.body)).not.toHaveProperty('city');
  });

  it('answers a PATCH with what was sent and what is stamped, not with everything', async () => {
    const [id] = await caller.ids('companies', 1);

    const changed = await caller.call('PATCH', `${companies}/${id}`, { properties: { city: 'Oslo' } });

    expect(changed.status).toBe(200);
    expect(Object.keys(propertiesOf(changed.body))).toEqual([
      'city',
      'createdate',
      'hs_lastmodifieddate',
      'hs_object_id',
      'hs_pipeline',
      'lifecyclestage',
    ]);
  });

  it('lists every bad value in the message and again in errors', async () => {
    const [id] = await caller.ids('companies', 1);

    const refused = await caller.call('PATCH', `${companies}/${id}`, {
      properties: { nope: '1', hs_object_id: '2', kenko_health_score: 'much', kenko_health_band: 'blue' },
    });

    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      status: 'error',
      category: 'VALIDATION_ERROR',
      correlationId: refused.headers.get('x-hubspot-correlation-id'),
      errors: [
        {
          message: 'Property "nope" does not exist',
          code: 'PROPERTY_DOESNT_EXIST',
          context: { propertyName: ['nope'] },
        },
        { message: '"hs_object_id" is a calculated property; its value cannot be set.', code: 'READ_ONLY_VALUE' },
        { message: 'much was not a valid number', code: 'INVALID_INTEGER' },
        { code: 'INVALID_OPTION' },
      ],
    });
    const message = String(refused.body['message']);
    expect(message).toMatch(
      /^Property values were not valid: \[\{"isValid":false,"message":"Property \\"nope\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"nope"/,
    );
    expect(JSON.parse(message.slice(message.indexOf('[')))).toHaveLength(4);
    expect(message).toContain('blue was not one of the allowed options: [label: \\"green\\"');
  });

  it('keeps numbers, dates, instants, booleans and choices as HubSpot tells them', async () => {
    const [id] = await caller.ids('companies', 1);
    const midnight = Date.UTC(2026, 10, 3);

    const changed = await caller.call('PATCH', `${companies}/${id}`, {
      properties: {
        kenko_health_score: 71.5,
        kenko_health_alert: true,
        kenko_next_action_due: String(midnight),
        kenko_health_scored_at: '2026-11-20T10:00:00+09:00',
        kenko_upsell_type: 'seats',
        city: '',
      },
    });
    const added = await caller.call('PATCH', `${companies}/${id}`, { properties: { kenko_upsell_type: ';plan' } });
    const read = await caller.call('GET', `${companies}/${id}?properties=city,unknown_one`);

    expect(propertiesOf(changed.body)).toMatchObject({
      kenko_health_score: '71.5',
      kenko_health_alert: 'true',
      kenko_next_action_due: '2026-11-03',
      kenko_health_scored_at: '2026-11-20T01:00:00Z',
      kenko_upsell_type: 'seats',
    });
    expect(propertiesOf(added.body)['kenko_upsell_type']).toBe('seats;plan');
    expect(propertiesOf(read.body)['city']).toBeNull();
    expect(propertiesOf(read.body)).not.toHaveProperty('unknown_one');
  });

  it.each([
    ['kenko_next_action_due', '1/1/1', 'INVALID_LONG', '1/1/1 was not a valid long.'],
    ['kenko_next_action_due', '2026-02-30', 'INVALID_LONG', '2026-02-30 was not a valid long.'],
    ['kenko_next_action_due', '1763632800000', 'INVALID_DATE', '1763632800000 is at 10:0:0.0 UTC, not midnight!'],
    ['kenko_health_scored_at', 'soon', 'INVALID_LONG', 'soon was not a valid long.'],
    ['kenko_health_score', '5,333', 'INVALID_INTEGER', '5,333 was not a valid number'],
    ['kenko_health_score', '0x10', 'INVALID_INTEGER', '0x10 was not a valid number'],
    ['kenko_health_score', ' 71', 'LEADING_TRAILING_WHITESPACE', '" 71" includes leading or trailing whitespace.'],
    ['kenko_health_band', 'red ', 'LEADING_TRAILING_WHITESPACE', '"red " includes leading or trailing whitespace.'],
    ['hubspot_owner_id', '1', 'INVALID_OPTION', '1 was not one of the allowed options: []'],
  ])('refuses %s = %s with %s', async (name, value, code, message) => {
    const [id] = await caller.ids('companies', 1);

    const refused = await caller.call('PATCH', `${companies}/${id}`, { properties: { [name]: value } });

    expect(refused.status).toBe(400);
    expect(refused.body['errors']).toEqual([{ message, code, context: { propertyName: [name] } }]);
  });

  it('accepts a deactivated owner unless the portal says otherwise', async () => {
    const [id] = await caller.ids('companies', 1);
    const gone = [...caller.portal.state.owners.values()].find((owner) => owner.archived)!;
    const assign = () => caller.call('PATCH', `${companies}/${id}`, { properties: { hubspot_owner_id: gone.id } });

    const accepted = await assign();
    caller.portal.setKnob('inactiveOwners', 'refused');
    const refused = await assign();

    expect([accepted.status, refused.status]).toEqual([200, 400]);
  });

  it('refuses a value that another record holds, naming the holder second', async () => {
    const [first, second] = await caller.ids('companies', 2);

    const refused = await caller.call('PATCH', `${companies}/${second}`, {
      properties: { kenko_external_account_id: 'A0001' },
    });

    expect(refused.status).toBe(400);
    expect(refused.body['category']).toBe('VALIDATION_ERROR');
    expect(refused.body['message']).toBe(
      `Cannot set PropertyValueCoordinates{portalId=44237313, objectTypeId=ObjectTypeId{legacyObjectType=COMPANY}, propertyName=kenko_external_account_id, value=A0001} on ${second}. ${first} already has that value.`,
    );
  });

  it('lets two companies share a domain but no two contacts an e-mail', async () => {
    const one = { properties: { name: 'Twin', domain: 'twin.example' } };
    const person = { properties: { email: 'Twin@twin.example' } };

    const made = [await caller.call('POST', companies, one), await caller.call('POST', companies, one)];
    const first = await caller.call('POST', '/crm/v3/objects/contacts', person);
    const again = await caller.call('POST', '/crm/v3/objects/contacts', { properties: { email: 'twin@twin.example' } });

    expect(made.map((answer) => answer.status)).toEqual([201, 201]);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      message: `Contact already exists. Existing ID: ${first.body['id']}`,
      category: 'CONFLICT',
    });
  });

  it('needs a timestamp on a task', async () => {
    const refused = await caller.call('POST', tasks, { properties: { hs_task_subject: 'Call' } });

    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      message: 'Error creating TASK. Some required properties were not set.',
      context: { properties: ['hs_timestamp'] },
    });
  });

  it('enforces the admin rules of a portal from version 2026-09 on and not before', async () => {
    caller.portal.setKnob('requiredProperties', { companies: ['industry'] });
    const body = { properties: { name: 'Bare' } };

    const older = await Promise.all(
      ['/crm/v3/objects', '/crm/objects/2026-03'].map((root) => caller.call('POST', `${root}/companies`, body)),
    );
    const refused = await caller.call('POST', '/crm/objects/2026-09/companies', body);
    const changed = await caller.call('PATCH', `/crm/objects/2026-09/companies/${older[0]?.body['id']}`, body);
    caller.portal.setKnob('conditionalProperties', { companies: [{ when: 'city', is: 'Oslo', needs: 'industry' }] });
    const path = `objects/2026-09/companies/${older[0]?.body['id']}`;
    const oslo = await caller.call('PATCH', `/crm/${path}`, { properties: { city: 'Oslo' } });
    const both = await caller.call('PATCH', `/crm/${path}`, { properties: { city: 'Oslo', industry: 'FISHERY' } });

    expect(older.map((answer) => answer.status)).toEqual([201, 201]);
    expect(refused.body['errors']).toMatchObject([
      { code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['industry'] } },
    ]);
    // The form for new records asks; a later change may leave it empty.
    expect(changed.status).toBe(200);
    expect(oslo.body['errors']).toMatchObject([
      { code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', context: { propertyName: ['industry'] } },
    ]);
    expect(both.status).toBe(200);
  });

  it('cannot write surveys', async () => {
    const refused = await caller.call('POST', '/crm/v3/objects/feedback_submissions', { properties: {} });

    expect(refused.status).toBe(405);
  });
});

describe('associations made with a record', () => {
  it('appear on both sides and move the modified date of the company', async () => {
    const [company] = await caller.ids('companies', 1);
    const before = await caller.call('GET', `${companies}/${company}`);

    const made = await caller.call('POST', tasks, task('k1', { associations: [linkTo(company!, 192)] }));
    const after = await caller.call('GET', `${companies}/${company}?associations=tasks`);

    expect(made.status).toBe(201);
    expect(after.body['associations']).toEqual({
      tasks: { results: [{ id: made.body['id'], type: 'company_to_task' }] },
    });
    expect(String(after.body['updatedAt']) > String(before.body['updatedAt'])).toBe(true);
  });

  it('are refused in the wrong direction, and nothing is made', async () => {
    const [company] = await caller.ids('companies', 1);

    const refused = await caller.call('POST', tasks, task('k1', { associations: [linkTo(company!, 203)] }));

    expect(refused.status).toBe(400);
    expect(refused.body['message']).toBe('invalid from object type 0-27 for associations to be created. expected: 0-1');
    expect(await caller.ids('tasks', 10)).toEqual([]);
  });

  it('are refused when the target is gone', async () => {
    const refused = await caller.call('POST', tasks, task('k1', { associations: [linkTo('999', 192)] }));

    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      message: 'One or more associations are invalid',
      context: { INVALID_OBJECT_IDS: ['999'] },
    });
    expect(await caller.ids('tasks', 10)).toEqual([]);
  });
});

describe('a batch', () => {
  it('writes nothing when one input is bad and none is traced', async () => {
    const refused = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: [task('k1'), { properties: { hs_timestamp: 'soon', nope: 'x' } }],
    });

    expect(refused.status).toBe(400);
    expect((refused.body['errors'] as { code: string }[]).map((error) => error.code)).toEqual([
      'INVALID_LONG',
      'PROPERTY_DOESNT_EXIST',
    ]);
    expect(await caller.ids('tasks', 10)).toEqual([]);
  });

  it('writes the good ones and answers 207 when every input is traced', async () => {
    const answered = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: [
        task('k1', { objectWriteTraceId: 'a' }),
        { properties: { hs_timestamp: 'soon' }, objectWriteTraceId: 'b' },
      ],
    });

    expect(answered.status).toBe(207);
    expect(Object.keys(answered.body)).toEqual([
      'completedAt',
      'status',
      'startedAt',
      'results',
      'errors',
      'numErrors',
    ]);
    expect(resultsOf(answered)).toHaveLength(1);
    expect(answered.body['errors']).toEqual([
      {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: expect.stringContaining('soon was not a valid long.'),
        context: { objectWriteTraceId: ['b'] },
      },
    ]);
  });

  it('takes trace ids that repeat for none', async () => {
    const refused = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: [
        task('k1', { objectWriteTraceId: 'a' }),
        { properties: { hs_timestamp: 'soon' }, objectWriteTraceId: 'a' },
      ],
    });

    expect(refused.status).toBe(400);
    expect(await caller.ids('tasks', 10)).toEqual([]);
  });

  it('refuses the replay of a task with the same unique key, and the key reads it back', async () => {
    const inputs = [task('k1'), task('k2')];
    const first = await caller.call('POST', `${tasks}/batch/create`, { inputs });

    const replay = await caller.call('POST', `${tasks}/batch/create`, { inputs });
    const read = await caller.call('POST', `${tasks}/batch/read`, {
      idProperty: 'kenko_key',
      properties: ['kenko_key'],
      inputs: [{ id: 'k1' }, { id: 'k2' }],
    });

    expect(replay.status).toBe(400);
    expect(replay.body['message']).toMatch(/propertyName=kenko_key, value=k1\} on \d+\. \d+ already has that value\.$/);
    expect(idsIn(resultsOf(read)).sort()).toEqual(idsIn(resultsOf(first)).sort());
    expect(await caller.ids('tasks', 10)).toHaveLength(2);
  });

  it('never answers in the order of the question', async () => {
    const made = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: ['k1', 'k2', 'k3', 'k4', 'k5'].map((key) => task(key)),
    });

    const keys = resultsOf(made).map((one) => propertiesOf(one)['kenko_key']);
    expect(keys).not.toEqual(['k1', 'k2', 'k3', 'k4', 'k5']);
    expect([...keys].sort()).toEqual(['k1', 'k2', 'k3', 'k4', 'k5']);
  });

  it('tells its refusals in any order too', async () => {
    const traces = ['a', 'b', 'c', 'd', 'e'];

    const answered = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: traces.map((objectWriteTraceId) => ({ objectWriteTraceId, properties: { hs_timestamp: 'soon' } })),
    });

    const told = (answered.body['errors'] as { context: { objectWriteTraceId: string[] } }[]).map(
      (one) => one.context.objectWriteTraceId[0],
    );
    expect(told).not.toEqual(traces);
    expect([...told].sort()).toEqual(traces);
  });

  it('says who has a unique value in the message alone, when traced', async () => {
    await caller.call('POST', tasks, task('k1'));

    const answered = await caller.call('POST', `${tasks}/batch/create`, {
      inputs: [task('k1', { objectWriteTraceId: 'a' })],
    });

    expect(answered.body['errors']).toEqual([
      {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: expect.stringMatching(/propertyName=kenko_key, value=k1\} on \d+\. \d+ already has that value\.$/),
        context: { objectWriteTraceId: ['a'] },
      },
    ]);
  });

  it.each(['create', 'update', 'upsert', 'archive', 'read'])('of 101 inputs to %s is refused', async (what) => {
    const inputs = Array.from({ length: 101 }, (_, at) => ({ id: String(at), properties: {} }));

    const refused = await caller.call('POST', `${companies}/batch/${what}`, { inputs });

    expect([refused.status, refused.body['category']]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('with an id twice is refused whole, even when traced', async () => {
    const [id] = await caller.ids('companies', 1);
    const input = (trace: string) => ({ id, objectWriteTraceId: trace, properties: { city: 'Oslo' } });

    const refused = await caller.call('POST', `${companies}/batch/update`, { inputs: [input('a'), input('b')] });

    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
      context: { ids: [id] },
      category: 'VALIDATION_ERROR',
    });
  });

  it('tells unknown and archived ids in one entry and writes the others', async () => {
    const [first, second] = await caller.ids('companies', 2);
    await caller.call('DELETE', `${companies}/${second}`);

    const answered = await caller.call('POST', `${companies}/batch/update`, {
      inputs: [first, second, '999'].map((id) => ({ id, properties: { city: 'Oslo' } })),
    });

    expect(answered.status).toBe(207);
    expect(idsIn(resultsOf(answered))).toEqual([first]);
    expect(answered.body['numErrors']).toBe(1);
    expect(answered.body['errors']).toEqual([
      {
        status: 'error',
        category: 'OBJECT_NOT_FOUND',
        message: 'Could not get some COMPANY objects, they may be deleted or not exist. Check that ids are valid.',
        context: { ids: [second, '999'] },
      },
    ]);
  });

  it('says the trace id of a missing record', async () => {
    const answered = await caller.call('POST', `${companies}/batch/update`, {
      inputs: [{ id: '999', objectWriteTraceId: 'a', properties: {} }],
    });

    expect(answered.body['errors']).toMatchObject([{ context: { ids: ['999'], objectWriteTraceId: ['a'] } }]);
  });

  it('leaves the old id of a merged record out without a word, while GET and batch read follow it', async () => {
    const [first, second, third] = await caller.ids('companies', 3);
    const merged = await caller.call('POST', `${companies}/merge`, { primaryObjectId: first, objectIdToMerge: second });

    const updated = await caller.call('POST', `${companies}/batch/update`, {
      inputs: [second, third].map((id) => ({ id, properties: { city: 'Oslo' } })),
    });
    const got = await caller.call('GET', `${companies}/${second}?properties=hs_merged_object_ids`);
    const read = await caller.call('POST', `${companies}/batch/read`, { properties: [], inputs: [{ id: first }] });
    const patched = await caller.call('PATCH', `${companies}/${second}`, { properties: { city: 'Bergen' } });

    expect(merged.status).toBe(200);
    expect(updated.status).toBe(200);
    expect(idsIn(resultsOf(updated))).toEqual([third]);
    expect(got.body['id']).toBe(merged.body['id']);
    expect(propertiesOf(got.body)['hs_merged_object_ids']).toBe(`${first};${second}`);
    expect(idsIn(resultsOf(read))).toEqual([merged.body['id']]);
    expect(patched.body['id']).toBe(merged.body['id']);
  });

  it('keeps the unique value of the primary record of a merge and frees that of the other', async () => {
    const [first, second] = await caller.ids('companies', 2);
    const merged = await caller.call('POST', `${companies}/merge`, { primaryObjectId: first, objectIdToMerge: second });

    const read = await caller.call('POST', `${companies}/batch/read`, {
      idProperty: 'kenko_external_account_id',
      properties: ['kenko_external_account_id'],
      inputs: [{ id: 'A0001' }, { id: 'A0002' }],
    });

    expect(read.status).toBe(207);
    expect(idsIn(resultsOf(read))).toEqual([merged.body['id']]);
    expect(read.body['errors']).toMatchObject([{ context: { ids: ['A0002'] } }]);
  });

  it('upserts by a unique property, says which are new, and refuses others', async () => {
    const upsert = (idProperty: string | undefined, id: string) =>
      caller.call('POST', `${companies}/batch/upsert`, {
        inputs: [{ ...(idProperty === undefined ? {} : { idProperty }), id, properties: { city: 'Oslo' } }],
      });

    const known = await upsert('kenko_external_account_id', 'A0001');
    const fresh = await upsert('kenko_external_account_id', 'Z9');
    const byDomain = await upsert('domain', 'x.example');
    const byId = await upsert('hs_object_id', '1');

    expect([known.status, fresh.status]).toEqual([200, 200]);
    expect(resultsOf(known)[0]?.['new']).toBe(false);
    expect(resultsOf(fresh)[0]?.['new']).toBe(true);
    expect([byDomain.status, byId.status]).toEqual([400, 400]);
    expect(byId.body['message']).toBe(
      'Unable to perform update/upsert by non-unique 0-2 property hs_object_id in portal ID 44237313',
    );
  });

  it('updates contacts by e-mail in no batch, but upserts them', async () => {
    const [id] = await caller.ids('contacts', 1);
    const person = await caller.call('GET', `/crm/v3/objects/contacts/${id}`);
    const inputs = [{ idProperty: 'email', id: propertiesOf(person.body)['email'], properties: { jobtitle: 'CTO' } }];

    const updated = await caller.call('POST', '/crm/v3/objects/contacts/batch/update', { inputs });
    const upserted = await caller.call('POST', '/crm/v3/objects/contacts/batch/upsert', { inputs });

    expect([updated.status, upserted.status]).toEqual([400, 200]);
    expect(resultsOf(upserted)[0]).toMatchObject({ id, new: false });
  });

  it('of contacts with a taken e-mail is a conflict: plain when whole, with the existing id when traced', async () => {
    const [id] = await caller.ids('contacts', 1);
    const person = await caller.call('GET', `/crm/v3/objects/contacts/${id}`);
    const properties = { email: propertiesOf(person.body)['email'] };

    const whole = await caller.call('POST', '/crm/v3/objects/contacts/batch/create', { inputs: [{ properties }] });
    const traced = await caller.call('POST', '/crm/v3/objects/contacts/batch/create', {
      inputs: [{ properties, objectWriteTraceId: '0' }],
    });

    expect(whole.status).toBe(409);
    expect(whole.body).toMatchObject({ message: 'Contact already exists', category: 'CONFLICT' });
    expect(traced.status).toBe(207);
    expect(traced.body['errors']).toEqual([
      {
        status: 'error',
        category: 'CONFLICT',
        message: `Contact already exists. Existing ID: ${id}`,
        context: { objectWriteTraceId: ['0'], existingId: [id] },
      },
    ]);
  });

  it('archives what is there and answers 204 whatever is not', async () => {
    const [id] = await caller.ids('companies', 1);

    const archived = await caller.call('POST', `${companies}/batch/archive`, { inputs: [{ id }, { id: 999 }] });
    const listed = await caller.call('GET', `${companies}?archived=true`);
    const got = await caller.call('GET', `${companies}/${id}?archived=true`);

    expect([archived.status, archived.text]).toEqual([204, '']);
    expect(idsIn(resultsOf(listed))).toEqual([id]);
    expect(got.body).toMatchObject({ archived: true, archivedAt: expect.stringMatching(/Z$/) });
  });
});
