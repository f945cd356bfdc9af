import type { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { call, connect, idOf } from './salesforce-connect.ts';

let sandbox: Sandbox;
let jsforce: Connection;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 5 });
  jsforce = await connect(sandbox);
});
afterAll(() => sandbox.close());

const score = { fullName: 'Account.Health_Score__c', label: 'Health Score', type: 'Number', precision: 5, scale: 1 };
const band = {
  fullName: 'Account.Health_Band__c',
  label: 'Health Band',
  type: 'Picklist',
  valueSet: {
    restricted: true,
    valueSetDefinition: {
      sorted: false,
      value: ['green', 'red'].map((name) => ({ fullName: name, default: false, label: name })),
    },
  },
};
const key = {
  fullName: 'Activity.Kenko_Key__c',
  label: 'Kenko Key',
  type: 'Text',
  length: 80,
  unique: true,
  externalId: true,
};
async function visible(object: string): Promise<string[]> {
  const { fields } = await jsforce.sobject(object).describe();
  return fields.flatMap((field) => (field.custom ? [field.name] : []));
}

describe('formula fields', () => {
  test('have no length of their own; a plain text without one is refused', async () => {
    const field = { label: 'Light', type: 'Text', fullName: 'Contact.Light__c' };
    const formula = 'IMAGE("/img/samples/light_red.gif", LastName)';

    const made = await jsforce.metadata.create('CustomField', [
      { ...field, formula },
      { ...field, fullName: 'Contact.Plain__c' },
    ]);

    expect(made.map(({ success }) => success)).toEqual([true, false]);
  });
});

describe('custom fields', () => {
  test('do not exist at the start', async () => {
    expect(await visible('Account')).toEqual([]);
    expect(await visible('Task')).toEqual([]);
  });

  test('are created, but seen by nobody until a permission set grants them and is assigned', async () => {
    const made = await jsforce.metadata.create('CustomField', [score, band, key]);
    const unseen = await visible('Account');
    const [refused] = await jsforce.sobject('Account').update([{ Id: idOf(sandbox, 'A0001'), Health_Score__c: 1 }]);
    const set = await jsforce.metadata.create('PermissionSet', [
      {
        fullName: 'Kenko_Sync',
        label: 'Kenko Sync',
        fieldPermissions: ['Account.Health_Score__c', 'Account.Health_Band__c', 'Task.Kenko_Key__c'].map((field) => ({
          field,
          readable: true,
          editable: true,
        })),
      },
    ]);
    const { records } = await jsforce.query<{ Id: string }>("SELECT Id FROM PermissionSet WHERE Name = 'Kenko_Sync'");
    const stillUnseen = await visible('Account');
    const { user_id } = await jsforce.identity();
    const assign = () =>
      jsforce.sobject('PermissionSetAssignment').create({ AssigneeId: user_id, PermissionSetId: records[0]?.Id });
    const assigned = await assign();

    expect(made).toEqual([score, band, key].map(({ fullName }) => ({ fullName, success: true, errors: [] })));
    expect(set).toEqual([{ fullName: 'Kenko_Sync', success: true, errors: [] }]);
    expect([unseen, stillUnseen]).toEqual([[], []]);
    expect(refused).toMatchObject({ errors: [{ statusCode: 'INVALID_FIELD' }] });
    expect(assigned.success).toBe(true);
    expect(await visible('Account')).toEqual(['Health_Score__c', 'Health_Band__c']);
    expect(await visible('Task')).toEqual(['Kenko_Key__c']);
    await expect(assign()).rejects.toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: expect.stringMatching(
        /^Duplicate PermissionSetAssignment. {2}Assignee: 005\w{12}; Permission Set: 0PS\w{12}$/,
      ),
    });
  });

  test('keep what they were told: precision, options, uniqueness', async () => {
    const account = { Id: idOf(sandbox, 'A0001'), Health_Score__c: 10_000 };

    const [wide] = await jsforce.sobject('Account').update([account]);
    const [blue] = await jsforce
      .sobject('Account')
      .update([{ ...account, Health_Score__c: 9999.94, Health_Band__c: 'blue' }]);
    const twice = await jsforce.sobject('Task').create([
      { Subject: 'x', Kenko_Key__c: 'k' },
      { Subject: 'x', Kenko_Key__c: 'k' },
    ]);

    expect(wide).toMatchObject({ errors: [{ statusCode: 'NUMBER_OUTSIDE_VALID_RANGE' }] });
    expect(blue).toMatchObject({ errors: [{ statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }] });
    expect(twice.map((row) => row.success)).toEqual([true, false]);
  });

  test('an upsert says whether it created, and can be read back', async () => {
    const made = await jsforce.metadata.upsert('CustomField', [
      { ...score, label: 'Score' },
      { ...score, fullName: 'Account.Other__c' },
    ]);
    const read = await jsforce.metadata.read('CustomField', ['Account.Health_Score__c', 'Account.Nope__c']);

    expect(made).toMatchObject([
      { fullName: 'Account.Health_Score__c', created: false, success: true },
      { fullName: 'Account.Other__c', created: true, success: true },
    ]);
    expect(read[0]).toMatchObject({
      fullName: 'Account.Health_Score__c',
      label: 'Score',
      type: 'Number',
      precision: 5,
      scale: 1,
    });
    expect(read[1]?.fullName ?? null).toBeNull();
  });

  test.each([
    ['a field that is there', score, 'DUPLICATE_DEVELOPER_NAME'],
    ['a field on Task itself', { ...key, fullName: 'Task.Foo__c' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['a text without a length', { fullName: 'Account.T__c', label: 'T', type: 'Text' }, 'FIELD_INTEGRITY_EXCEPTION'],
    ['a field without a label', { fullName: 'Account.T__c', type: 'Date' }, 'REQUIRED_FIELD_MISSING'],
    [
      'a checkbox that is required',
      { fullName: 'Account.C__c', label: 'C', type: 'Checkbox', defaultValue: 'false', required: true },
      'FIELD_INTEGRITY_EXCEPTION',
    ],
    ['a name without __c', { fullName: 'Account.Foo', label: 'F', type: 'Date' }, 'INVALID_FIELD'],
  ])('%s is refused', async (_what, field, statusCode) => {
    const [result] = await jsforce.metadata.create('CustomField', [field as typeof score]);

    expect(result).toMatchObject({ success: false, errors: [{ statusCode }] });
  });

  test('ten at most go into one call', async () => {
    const eleven = Array.from({ length: 11 }, (_one, at) => ({ ...score, fullName: `Account.N${at}__c` }));

    await expect(jsforce.metadata.create('CustomField', eleven)).rejects.toMatchObject({
      errorCode: 'sf:LIMIT_EXCEEDED',
    });
  });

  test('can be deleted; what was never there is refused in the recorded words', async () => {
    const result = await jsforce.metadata.delete('CustomField', ['Account.Other__c', 'Account.Never__c']);

    expect(result).toMatchObject([
      { fullName: 'Account.Other__c', success: true },
      {
        success: false,
        errors: [
          {
            statusCode: 'INVALID_CROSS_REFERENCE_KEY',
            message: 'This custom field does not exist or is not accessible',
          },
        ],
      },
    ]);
  });
});

describe('permission sets', () => {
  test('are given what they are given: grants that are left out are lost', async () => {
    const set = (fields: string[]) => ({
      fullName: 'Kenko_Sync',
      label: 'Kenko Sync',
      fieldPermissions: fields.map((field) => ({ field, readable: true, editable: true })),
    });
    await jsforce.metadata.upsert('PermissionSet', [set(['Account.Health_Band__c'])]);
    const without = await visible('Account');
    await jsforce.metadata.upsert('PermissionSet', [
      set(['Account.Health_Band__c', 'Account.Health_Score__c', 'Task.Kenko_Key__c']),
    ]);

    const read = await jsforce.metadata.read('PermissionSet', 'Kenko_Sync');

    expect(without).toEqual(['Health_Band__c']);
    expect(read.fieldPermissions.map((one) => one.field)).toEqual([
      'Account.Health_Band__c',
      'Account.Health_Score__c',
      'Task.Kenko_Key__c',
    ]);
  });

  test('cannot grant what does not exist, nor fields by the name of Activity', async () => {
    const grant = (field: string) =>
      jsforce.metadata.upsert('PermissionSet', [
        { fullName: 'X', label: 'X', fieldPermissions: [{ field, readable: true, editable: true }] },
      ]);

    expect((await grant('Account.Nope__c'))[0]).toMatchObject({ success: false });
    expect((await grant('Activity.Kenko_Key__c'))[0]).toMatchObject({ success: false });
  });

  test('can also be granted by plain rows', async () => {
    const { records } = await jsforce.query<{ Id: string }>("SELECT Id FROM PermissionSet WHERE Name = 'Kenko_Sync'");
    await jsforce.metadata.create('CustomField', [{ ...score, fullName: 'Contact.Contact_Health_Score__c' }]);
    const before = await visible('Contact');

    await jsforce.sobject('FieldPermissions').create({
      ParentId: records[0]?.Id,
      SobjectType: 'Contact',
      Field: 'Contact.Contact_Health_Score__c',
      PermissionsRead: true,
      PermissionsEdit: false,
    });

    const { fields } = await jsforce.sobject('Contact').describe();
    expect(before).toEqual([]);
    expect(fields.find((field) => field.name === 'Contact_Health_Score__c')?.updateable).toBe(false);
  });
});

describe('the metadata door', () => {
  test('is closed to a token that does not work, in the words of SOAP', async () => {
    const envelope = `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>no</sessionId></SessionHeader></e:Header><e:Body><describeMetadata/></e:Body></e:Envelope>`;

    const answer = await call(sandbox, 'POST', '/services/Soap/m/66.0', envelope, { 'content-type': 'text/xml' });

    expect(answer.status).toBe(500);
    expect(answer.text).toContain('<faultcode>sf:INVALID_SESSION_ID</faultcode>');
  });

  test('is closed to a user without the right', async () => {
    sandbox.salesforce.half.setKnob('modifyMetadata', false);

    const refused = await jsforce.metadata
      .create('CustomField', [score])
      .catch((error: Error & { errorCode?: string }) => error.errorCode);

    sandbox.salesforce.half.setKnob('modifyMetadata', true);
    expect(refused).toBe('sf:INSUFFICIENT_ACCESS');
  });

  test('keeps other kinds and lists them', async () => {
    await jsforce.metadata.create('ListView', [
      { fullName: 'Account.At_Risk', label: 'At risk', filterScope: 'Everything', columns: ['ACCOUNT.NAME'] },
    ] as never);

    const listed = await jsforce.metadata.list([{ type: 'ListView' }], '66.0');

    expect(listed).toMatchObject([{ fullName: 'Account.At_Risk', type: 'ListView' }]);
  });
});
