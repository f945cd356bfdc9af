import type { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../src/sandbox/fields.ts';
import { checksumOf, isId, to18 } from '../../src/sandbox/salesforce/ids.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf } from './salesforce-connect.ts';

let sandbox: Sandbox;
let jsforce: Connection;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 20, setUp: true, now: '2026-11-21T00:00:00Z' });
  jsforce = await connect(sandbox);
});
afterAll(() => sandbox.close());

const collections = `${base}/composite/sobjects`;
const account = (more: Record<string, unknown>) => ({ attributes: { type: 'Account' }, ...more });
const task = (more: Record<string, unknown>) => ({ attributes: { type: 'Task' }, ...more });

describe('ids', () => {
  test('carry the checksum of real ones', () => {
    // From recorded answers of real orgs.
    for (const id of ['001ak00000OQTieAAH', '003ak00000luKU1AAM', '0015500001QdZPKAA3', '0PSak00000M9uBBGAZ']) {
      expect(id.slice(0, 15) + checksumOf(id.slice(0, 15))).toBe(id);
      expect(isId(id)).toBe(true);
    }
    expect(isId('001ak00000OQTieAAX')).toBe(false);
  });

  test('may be given with 15 characters and come back with 18', async () => {
    const id = idOf(sandbox, 'A0001');

    const row = await jsforce.sobject('Account').retrieve(id.slice(0, 15));

    expect(row.Id).toBe(id);
    expect(to18(id.slice(0, 15))).toBe(id);
  });
});

describe('single rows', () => {
  test('a row is born with 201 and a Location', async () => {
    const answer = await call(sandbox, 'POST', `${base}/sobjects/Account`, { Name: 'Nova' });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ id: expect.stringMatching(/^001/), success: true, errors: [] });
    expect(answer.headers.get('location')).toMatch(/\/sobjects\/Account\/001/);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  });

  test('a change answers 204 with nothing, and moves SystemModstamp', async () => {
    const id = idOf(sandbox, 'A0002');
    const before = await jsforce.sobject('Account').retrieve(id);
    sandbox.clock.push(60_000);

    const answer = await call(sandbox, 'PATCH', `${base}/sobjects/account/${id}`, { Health_Band__c: 'green' });

    const after = await jsforce.sobject('Account').retrieve(id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(after['Health_Band__c']).toBe('green');
    expect(String(after['SystemModstamp']) > String(before['SystemModstamp'])).toBe(true);
    expect(after['SystemModstamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
  });

  test('what is not there is 404, what was deleted is 404 by another name', async () => {
    const born = await call(sandbox, 'POST', `${base}/sobjects/Account`, { Name: 'Brief' });
    const { id } = born.body as { id: string };
    await call(sandbox, 'DELETE', `${base}/sobjects/Account/${id}`);

    const gone = await call(sandbox, 'DELETE', `${base}/sobjects/Account/${id}`);
    const never = await call(sandbox, 'GET', `${base}/sobjects/Account/001000000000000AAA`);

    expect([gone.status, gone.body]).toEqual([
      404,
      [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }],
    ]);
    expect([never.status, never.body]).toEqual([
      404,
      [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    ]);
  });

  test('an upsert by an external id is 201 at first and 200 later, and never inserts when told so', async () => {
    const path = `${base}/sobjects/Task/Kenko_Key__c`;
    const none = await call(sandbox, 'PATCH', `${path}/up-1?updateOnly=true`, { Subject: 'a' });
    const first = await call(sandbox, 'PATCH', `${path}/up-1`, { Subject: 'a' });
    const second = await call(sandbox, 'PATCH', `${path}/up-1`, { Subject: 'b' });

    expect([none.status, first.status, second.status]).toEqual([404, 201, 200]);
    expect(second.body).toMatchObject({ success: true, created: false, errors: [] });
  });

  test('several matches are 300 with their addresses', async () => {
    const email = { LastName: 'Twin', Email: 'twin@aozora.example' };
    await jsforce.sobject('Contact').create([email, email]);

    const answer = await call(sandbox, 'PATCH', `${base}/sobjects/Contact/Email/twin@aozora.example`, { Title: 'x' });

    expect(answer.status).toBe(300);
    expect(answer.body).toEqual([expect.stringContaining('/sobjects/Contact/003'), expect.stringContaining('/003')]);
  });

  test('what changed and what vanished can be asked for by span', async () => {
    const born = await call(sandbox, 'POST', `${base}/sobjects/Account`, { Name: 'Span' });
    const { id } = born.body as { id: string };
    await call(sandbox, 'DELETE', `${base}/sobjects/Account/${id}`);
    const day = Date.parse(sandbox.clock.now());
    const [start, end] = [new Date(day - 3_600_000), new Date(day + 3_600_000)];

    const deleted = await jsforce.sobject('Account').deleted(start, end);
    const updated = await jsforce.sobject('Account').updated(start, end);

    expect(deleted.deletedRecords.map((one) => one.id)).toContain(id);
    expect(updated.ids).not.toContain(id);
    expect(updated.latestDateCovered).toMatch(/\+0000$/);
  });
});

describe('collections', () => {
  test('answer every record in its place, 200 even when rows fail, with statusCode in the rows', async () => {
    const [first, second] = [idOf(sandbox, 'A0001'), idOf(sandbox, 'A0003')];

    const answer = await call(sandbox, 'PATCH', collections, {
      allOrNone: false,
      records: [
        account({ id: first, Health_Score__c: 82.54 }),
        account({ id: second, Nope__c: 1 }),
        account({ Health_Score__c: 1 }),
        account({ id: '001ak0000009999AAA', Health_Score__c: 1 }),
      ],
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { id: first, success: true, errors: [] },
      failure('INVALID_FIELD', "No such column 'Nope__c' on sobject of type Account"),
      failure('MISSING_ARGUMENT', 'Id not specified in an update call'),
      failure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'),
    ]);
  });

  test.each([
    ['a text too long', { Health_Strengths__c: 'x'.repeat(256) }, 'STRING_TOO_LONG', 'Health_Strengths__c'],
    ['a number too large', { Health_Score__c: 1000 }, 'NUMBER_OUTSIDE_VALID_RANGE', 'Health_Score__c'],
    ['a strange option', { Health_Band__c: 'blue' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'Health_Band__c'],
    ['a missing name', { Name: null }, 'REQUIRED_FIELD_MISSING', 'Name'],
    [
      'a field of the system',
      { SystemModstamp: '2026-01-01T00:00:00Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'SystemModstamp',
    ],
    ['an owner of the wrong kind', { OwnerId: '001ak0000000001AAA' }, 'FIELD_INTEGRITY_EXCEPTION', 'OwnerId'],
    ['an owner that is no id', { OwnerId: 'somebody' }, 'MALFORMED_ID', 'OwnerId'],
    ['text for a number', { Health_Score__c: 'many' }, 'JSON_PARSER_ERROR', undefined],
  ])('%s is refused by its code', async (_what, fields, code, field) => {
    const [row] = await jsforce.sobject('Account').update([{ Id: idOf(sandbox, 'A0004'), ...fields }]);

    const error = row?.success === false ? (row.errors[0] as unknown as Record<string, unknown>) : {};
    expect(error['statusCode']).toBe(code);
    expect(error['errorCode']).toBeUndefined();
    expect(error['fields']).toEqual(field === undefined ? [] : [field]);
  });

  test('all or none: the culprit keeps its code, the others are rolled back', async () => {
    const id = idOf(sandbox, 'A0005');
    const before = sandbox.salesforce.half.store.get('Account', id);

    const answer = await call(sandbox, 'PATCH', collections, {
      allOrNone: true,
      records: [account({ id, Health_Score__c: 11 }), account({ id: idOf(sandbox, 'A0006'), Health_Band__c: 'blue' })],
    });

    const codes = (answer.body as { errors: { statusCode: string }[] }[]).map((row) => row.errors[0]?.statusCode);
    expect(codes).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST']);
    expect(sandbox.salesforce.half.store.get('Account', id)).toEqual(before);
  });

  test('take two hundred and not one more, and at least one', async () => {
    const records = Array.from({ length: 201 }, (_one, at) => account({ Name: `n${at}` }));

    const many = await call(sandbox, 'POST', collections, { records });
    const none = await call(sandbox, 'POST', collections, { records: [] });

    expect([many.status, many.body]).toEqual([
      400,
      [
        {
          message: 'record limit reached. cannot submit more than 200 records into this call',
          errorCode: 'EXCEEDED_ID_LIMIT',
        },
      ],
    ]);
    expect([none.status, none.body]).toEqual([
      400,
      [{ message: 'At least 1 record is required', errorCode: 'REQUIRED_FIELD_MISSING' }],
    ]);
  });

  test('the same id twice in one request fails both rows', async () => {
    const id = idOf(sandbox, 'A0007');

    const rows = await jsforce.sobject('Account').update([
      { Id: id, Phone: '1' },
      { Id: id.slice(0, 15), Phone: '2' },
    ]);

    expect(rows.map((row) => row.success)).toEqual([false, false]);
  });

  test('upsert rows say whether they were created', async () => {
    const give = (Subject: string) =>
      jsforce.sobject('Task').upsert([{ Kenko_Key__c: 'ups', Subject }], 'Kenko_Key__c');

    const [first] = await give('a');
    const [second] = await give('b');

    expect(first).toMatchObject({ success: true, created: true });
    expect(second).toMatchObject({ success: true, created: false, id: first?.id });
  });

  test('a retrieve by ids gives null in the place of what is not there', async () => {
    const id = idOf(sandbox, 'A0001');

    const rows = await jsforce.retrieve('Account', ['001ak0000009999AAA', id], { fields: ['Name', 'accountnumber'] });

    expect(rows[0]).toBeNull();
    expect(rows[1]).toMatchObject({ Id: id, AccountNumber: 'A0001', attributes: { type: 'Account' } });
  });

  test('a delete by ids marks the rows deleted', async () => {
    const [born] = await jsforce.sobject('Account').create([{ Name: 'Short' }]);
    const id = born?.id ?? '';

    const rows = await jsforce.sobject('Account').destroy([id]);

    expect(rows).toEqual([{ id, success: true, errors: [] }]);
    expect(sandbox.salesforce.half.store.get('Account', id)?.deletedAt).not.toBeNull();
  });

  test('a parent may be named by its external id, a polymorphic one only with its type', async () => {
    sandbox.salesforce.half.store.addField('Account', {
      name: 'Ext__c',
      label: 'Ext',
      kind: 'text',
      length: 20,
      externalId: true,
      unique: 'ignore_case',
    });
    await call(sandbox, 'PATCH', `${base}/sobjects/Account/${idOf(sandbox, 'A0008')}`, { Ext__c: 'e8' });

    const answer = await call(sandbox, 'POST', collections, {
      records: [
        task({ Subject: 'good', What: { attributes: { type: 'Account' }, Ext__c: 'e8' } }),
        task({ Subject: 'bad', What: { Ext__c: 'e8' } }),
      ],
    });

    const [good, bad] = answer.body as { id: string; success: boolean; errors: { statusCode: string }[] }[];
    expect(sandbox.salesforce.half.store.get('Task', good?.id ?? '')?.values['WhatId']).toBe(idOf(sandbox, 'A0008'));
    expect(bad?.errors[0]?.statusCode).toBe('JSON_PARSER_ERROR');
  });
});

describe('tasks', () => {
  test('a key can be used once; the refusal names the first task with 15 characters', async () => {
    const [first] = await jsforce.sobject('Task').create([{ Subject: 'x', Kenko_Key__c: 'kenko1abc' }]);

    const [second] = await jsforce.sobject('Task').create([{ Subject: 'y', Kenko_Key__c: 'KENKO1ABC' }]);

    expect(second).toMatchObject({
      success: false,
      errors: [
        {
          statusCode: 'DUPLICATE_VALUE',
          message: `duplicate value found: Kenko_Key__c duplicates value on record with id: ${first?.id?.slice(0, 15)}`,
          fields: [],
        },
      ],
    });
  });

  test('a task without an owner is the integration user’s; status and priority have defaults', async () => {
    const [born] = await jsforce.sobject('Task').create([{ Subject: 'x', WhatId: idOf(sandbox, 'A0001') }]);

    const row = await jsforce.sobject('Task').retrieve(born?.id ?? '');

    expect(row).toMatchObject({
      Status: 'Not Started',
      Priority: 'Normal',
      IsClosed: false,
      AccountId: idOf(sandbox, 'A0001'),
    });
    expect(row['OwnerId']).toBe((await jsforce.identity()).user_id);
  });

  test('an inactive owner is refused', async () => {
    const [gone] = (await jsforce.query<{ Id: string }>('SELECT Id FROM User WHERE IsActive = false')).records;

    const [row] = await jsforce.sobject('Task').create([{ Subject: 'x', OwnerId: gone?.Id }]);

    expect(row).toMatchObject({
      success: false,
      errors: [
        {
          statusCode: 'INACTIVE_OWNER_OR_USER',
          message: `operation performed with inactive user [${gone?.Id.slice(0, 15)}] as owner of task`,
          fields: [],
        },
      ],
    });
  });

  test('closing a task moves its account’s SystemModstamp but not LastModifiedDate', async () => {
    const id = idOf(sandbox, 'A0009');
    const [born] = await jsforce.sobject('Task').create([{ Subject: 'x', WhatId: id, ActivityDate: '2026-11-20' }]);
    const before = await jsforce.sobject('Account').retrieve(id);
    sandbox.clock.push(60_000);

    await jsforce.sobject('Task').update([{ Id: born?.id ?? '', Status: 'Completed' }]);

    const after = await jsforce.sobject('Account').retrieve(id);
    expect(String(after['SystemModstamp']) > String(before['SystemModstamp'])).toBe(true);
    expect(after['LastModifiedDate']).toBe(before['LastModifiedDate']);
    expect(after['LastActivityDate']).toBe('2026-11-20');
  });

  test('the org says which statuses it has and what a new task looks like', async () => {
    const statuses = await jsforce.query<Record<string, unknown>>(
      'SELECT MasterLabel, ApiName, IsClosed, IsDefault, SortOrder FROM TaskStatus ORDER BY SortOrder',
    );
    const defaults = await call(sandbox, 'GET', `${base}/quickActions/NewTask/defaultValues`);

    expect(statuses.records.map((one) => one['ApiName'])).toContain('Completed');
    expect(statuses.records.filter((one) => one['IsDefault'])).toMatchObject([{ ApiName: 'Not Started' }]);
    expect(defaults.body).toMatchObject({ attributes: { type: 'Task' }, Status: 'Not Started', Subject: null });
  });

  test('an archived task is hidden from query, seen by queryAll, and still holds its key', async () => {
    const [born] = await jsforce.sobject('Task').create([{ Subject: 'old', Kenko_Key__c: 'archived-1' }]);
    sandbox.salesforce.half.store.touch('Task', born?.id ?? '', true);
    const soql = `SELECT Id, IsArchived FROM Task WHERE Kenko_Key__c = 'archived-1'`;

    const [plain, all] = [await jsforce.query(soql), await jsforce.query(soql, { scanAll: true })];
    const [again] = await jsforce.sobject('Task').create([{ Subject: 'new', Kenko_Key__c: 'archived-1' }]);

    expect([plain.totalSize, all.totalSize, again?.success]).toEqual([0, 1, false]);
  });
});

describe('what an admin may have set up', () => {
  test('a validation rule speaks in its own words', async () => {
    const drop = sandbox.salesforce.half.store.addRule('Account', (after) =>
      after.values['Health_Score__c'] === 13 ? [refusal('rule', null, 13, { message: '縁起が悪い数字です' })] : [],
    );

    const [row] = await jsforce.sobject('Account').update([{ Id: idOf(sandbox, 'A0010'), Health_Score__c: 13 }]);

    drop();
    expect(row).toMatchObject({
      errors: [{ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: '縁起が悪い数字です', fields: [] }],
    });
  });

  test('a duplicate rule stops updates unless saving is allowed', async () => {
    sandbox.salesforce.half.setKnob('duplicateRuleOn', ['Account']);
    const body = { records: [account({ id: idOf(sandbox, 'A0011'), Phone: '1' })] };

    const stopped = await call(sandbox, 'PATCH', collections, body);
    const saved = await call(sandbox, 'PATCH', collections, body, { 'sforce-duplicate-rule-header': 'allowSave=true' });

    sandbox.salesforce.half.setKnob('duplicateRuleOn', []);
    expect(stopped.body).toMatchObject([{ success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED' }] }]);
    expect(saved.body).toMatchObject([{ success: true }]);
  });

  test('an assignment rule moves the record of a careless update', async () => {
    const [id, user] = [idOf(sandbox, 'A0012'), (await jsforce.identity()).user_id];
    const ownerOf = () => sandbox.salesforce.half.store.get('Account', id)?.values['OwnerId'];
    const body = { records: [account({ id, Phone: '1' })] };
    sandbox.salesforce.half.setKnob('autoAssignTo', user);

    await call(sandbox, 'PATCH', collections, body, { 'sforce-auto-assign': 'FALSE' });
    const careful = ownerOf();
    await call(sandbox, 'PATCH', collections, body);

    sandbox.salesforce.half.setKnob('autoAssignTo', null);
    expect(careful).not.toBe(user);
    expect(ownerOf()).toBe(user);
  });

  test('a field that the user may only read, or not see at all, is refused in two ways', async () => {
    const id = idOf(sandbox, 'A0013');
    sandbox.salesforce.half.setKnob('fieldAccess', {
      'Account.Health_Score__c': 'none',
      'Account.Health_Band__c': 'read',
    });

    const [hidden] = await jsforce.sobject('Account').update([{ Id: id, Health_Score__c: 1 }]);
    const [locked] = await jsforce.sobject('Account').update([{ Id: id, Health_Band__c: 'red' }]);
    const fields = (await jsforce.sobject('Account').describe()).fields;

    sandbox.salesforce.half.setKnob('fieldAccess', {});
    expect(hidden).toMatchObject({ errors: [{ statusCode: 'INVALID_FIELD' }] });
    expect(locked).toMatchObject({
      errors: [{ statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['Health_Band__c'] }],
    });
    expect(fields.some((field) => field.name === 'Health_Score__c')).toBe(false);
    expect(fields.find((field) => field.name === 'Health_Band__c')?.updateable).toBe(false);
  });
});

function failure(statusCode: string, message: string, fields: string[] = []) {
  return { success: false, errors: [{ statusCode, message, fields }] };
}
