// What stands between a connector and a record: rights of the user, rules of an admin, and a clock that moves things.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, idOf, query } from './salesforce-connect.ts';

let sandbox: Sandbox;
let account: string;
beforeEach(async () => {
  sandbox = await startSandbox({ accounts: 3, setUp: true, now: '2026-11-18T10:00:00.500Z' });
  account = idOf(sandbox, 'A0001');
});
afterEach(() => sandbox.close());

const turn = (name: string, value: unknown) => sandbox.salesforce.half.setKnob(name, value);
const change = (fields: Record<string, unknown>) =>
  call(sandbox, 'PATCH', `${base}/sobjects/Account/${account}`, fields);
const task = (fields: Record<string, unknown> = {}) =>
  call(sandbox, 'POST', `${base}/sobjects/Task`, { Subject: 'x', WhatId: account, ...fields });
const codeOf = (answer: { body: unknown }) => (answer.body as { errorCode: string }[])[0]?.errorCode;
const first = async (soql: string, path = 'query') => {
  const answer = await call(sandbox, 'GET', `${base}/${path}?q=${encodeURIComponent(soql)}`);
  return (answer.body as { records: Record<string, unknown>[] }).records[0];
};

describe('rights', () => {
  test.each([
    ['an object one may only read', 'objectAccess', { Account: 'read' }, 'INSUFFICIENT_ACCESS_OR_READONLY'],
    ['an object one does not see', 'objectAccess', { Account: 'none' }, 'NOT_FOUND'],
    ['no API for the user', 'lacks', ['ApiEnabled'], 'API_DISABLED_FOR_ORG'],
  ])('%s', async (_name, knob, value, code) => {
    turn(knob, value);

    expect(codeOf(await change({ Phone: '1' }))).toBe(code);
  });

  test('a record one may only read, or that somebody else has locked', async () => {
    turn('recordAccess', { [account]: 'read' });
    const read = await change({ Phone: '1' });
    turn('recordAccess', {});
    turn('recordErrors', { [account]: { code: 'ENTITY_IS_LOCKED' } });
    const locked = await change({ Phone: '1' });

    expect([codeOf(read), codeOf(locked)]).toEqual(['INSUFFICIENT_ACCESS_OR_READONLY', 'ENTITY_IS_LOCKED']);
  });

  test('a record one may not see is not there, for reads and for writes', async () => {
    turn('recordAccess', { [account]: 'none' });

    const row = await first(`SELECT Id FROM Account WHERE Id = '${account}'`);
    const written = await call(sandbox, 'PATCH', `${base}/composite/sobjects`, {
      records: [{ attributes: { type: 'Account' }, id: account, Phone: '1' }],
    });

    expect(row).toBeUndefined();
    expect(written.body).toMatchObject([{ errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] }]);
  });

  test('tasks need a right of their own, and may find the storage full', async () => {
    turn('lacks', ['EditTask']);
    const barred = await task();
    turn('lacks', []);
    turn('insertErrors', { Task: { code: 'STORAGE_LIMIT_EXCEEDED' } });
    const full = await task();

    expect([codeOf(barred), codeOf(full)]).toEqual(['INSUFFICIENT_ACCESS_OR_READONLY', 'STORAGE_LIMIT_EXCEEDED']);
  });

  test('the user can be asked what rights they have; the setup is not shown to all', async () => {
    turn('lacks', ['ViewSetup']);
    turn('updateWithInactiveOwners', false);

    const rights = await first(
      'SELECT PermissionsApiEnabled, PermissionsViewSetup, PermissionsUpdateWithInactiveOwner FROM UserPermissionAccess',
    );
    const setup = await query(sandbox, 'SELECT Id FROM FieldPermissions');

    expect(rights).toMatchObject({
      PermissionsApiEnabled: true,
      PermissionsViewSetup: false,
      PermissionsUpdateWithInactiveOwner: false,
    });
    expect(codeOf(setup)).toBe('INVALID_TYPE');
  });

  test('a sign-in can be refused in the vendor’s words, or lead to another host', async () => {
    const signIn = () =>
      fetch(`${sandbox.salesforce.url}/services/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: '3MVG9pretend.client.id',
          client_secret: 'pretend-client-secret-not-a-secret',
        }),
      });
    turn('signInError', { error: 'invalid_grant', error_description: 'no client credentials user enabled' });
    const refused = await signIn();
    turn('signInError', null);
    turn('instanceUrl', 'http://127.0.0.1:9');
    const moved = (await (await signIn()).json()) as { instance_url: string };

    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'no client credentials user enabled' },
    ]);
    expect(moved.instance_url).toBe('http://127.0.0.1:9');
  });
});

describe('rules of an admin', () => {
  test('a validation rule refuses what its condition fits, with the admin’s words and field', async () => {
    const rule = { object: 'Account', where: "Health_Score__c > 90 AND Type != 'Prospect'", message: 'Ask Mia first.' };
    turn('validationRules', [{ ...rule, field: 'Health_Score__c' }]);

    const answers = [await change({ Health_Score__c: 95 }), await change({ Health_Score__c: 89 })];

    expect(answers.map((answer) => answer.status)).toEqual([400, 204]);
    expect(answers[0]?.body).toEqual([
      { message: 'Ask Mia first.', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Health_Score__c'] },
    ]);
  });

  test('a duplicate rule tells what it took for the same, and lets pass who asks for it', async () => {
    turn('duplicateRuleOn', ['Account']);
    const allow = { 'sforce-duplicate-rule-header': 'allowSave=true' };

    const refused = await change({ Phone: '1' });
    const allowed = await call(sandbox, 'PATCH', `${base}/sobjects/Account/${account}`, { Phone: '1' }, allow);
    const row = await call(sandbox, 'PATCH', `${base}/composite/sobjects`, {
      records: [{ attributes: { type: 'Account' }, id: account, Phone: '2' }],
    });

    expect([refused.status, allowed.status]).toEqual([400, 204]);
    expect(refused.body).toMatchObject([
      { errorCode: 'DUPLICATES_DETECTED', duplicateResult: { allowSave: true, matchResults: [{ size: 1 }] } },
    ]);
    expect(row.body).toMatchObject([{ success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED' }] }]);
  });
});

describe('stamps', () => {
  const stamps = () =>
    first(`SELECT LastModifiedDate, SystemModstamp, LastActivityDate FROM Account WHERE Id = '${account}'`);

  test('are whole seconds, in answers and in conditions', async () => {
    await change({ Phone: '1' });
    const now = await stamps();
    const later = await first(
      `SELECT Id FROM Account WHERE Id = '${account}' AND SystemModstamp > 2026-11-18T10:00:00Z`,
    );

    expect(String(now?.['SystemModstamp'])).toMatch(/^2026-11-18T10:00:0\d\.000\+0000$/);
    if (String(now?.['SystemModstamp']).startsWith('2026-11-18T10:00:00')) expect(later).toBeUndefined();
  });

  test('a task that moves the last activity moves SystemModstamp and not LastModifiedDate', async () => {
    const before = await stamps();
    sandbox.clock.push(60_000);
    const open = await task({ ActivityDate: '2026-11-17' });
    const whileOpen = await stamps();
    const path = `${base}/sobjects/Task/${(open.body as { id: string }).id}`;
    await call(sandbox, 'PATCH', path, { Status: 'Completed' });
    const closed = await stamps();
    sandbox.clock.push(60_000);
    await call(sandbox, 'PATCH', path, { Subject: 'renamed' });
    const renamed = await stamps();

    expect(whileOpen).toEqual(before);
    expect(closed?.['LastActivityDate']).toBe('2026-11-17');
    expect(closed?.['LastModifiedDate']).toBe(before?.['LastModifiedDate']);
    expect(closed?.['SystemModstamp']).not.toBe(before?.['SystemModstamp']);
    expect(renamed?.['SystemModstamp']).toBe(closed?.['SystemModstamp']);
  });

  test('a picklist value that is renamed moves the records that hold it, and no others', async () => {
    const store = sandbox.salesforce.half.store;
    await change({ Health_Band__c: 'red' });
    const before = await stamps();
    const other = store.get('Account', idOf(sandbox, 'A0002'))?.stampedAt;
    sandbox.clock.push(60_000);
    const values = ['green', 'yellow', 'unknown', 'not_scored']
      .map((name) => `<value><fullName>${name}</fullName><default>false</default><label>${name}</label></value>`)
      .join('');
    const renamed = '<value><fullName>red</fullName><default>false</default><label>At risk</label></value>';
    const field = `<metadata xsi:type="CustomField"><fullName>Account.Health_Band__c</fullName><label>Health Band</label><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>${values}${renamed}</valueSetDefinition></valueSet></metadata>`;
    const known = store.field('Account', 'Health_Band__c')!;
    store.addField('Account', { ...known, extra: { metadataType: 'Picklist' } });
    await call(
      sandbox,
      'POST',
      '/services/Soap/m/66.0',
      `<Envelope xmlns:xsi="x"><Header><SessionHeader><sessionId>${sandbox.salesforce.token}</sessionId></SessionHeader></Header><Body><upsertMetadata>${field}</upsertMetadata></Body></Envelope>`,
      { 'content-type': 'text/xml' },
    );
    const after = await stamps();

    expect(after?.['SystemModstamp']).not.toBe(before?.['SystemModstamp']);
    expect(after?.['LastModifiedDate']).toBe(before?.['LastModifiedDate']);
    expect(store.get('Account', idOf(sandbox, 'A0002'))?.stampedAt).toBe(other);
  });

  test('a closed task is archived a year after its day: hidden from queries, seen by queryAll, its key still held', async () => {
    const made = await task({ Status: 'Completed', ActivityDate: '2026-11-17', Kenko_Key__c: 'old' });
    const { id } = made.body as { id: string };
    sandbox.clock.push('2027-11-17T09:00:00Z');
    const soql = `SELECT IsArchived FROM Task WHERE Id = '${id}'`;

    const [hidden, seen] = [await first(soql), await first(soql, 'queryAll')];
    const again = await task({ Kenko_Key__c: 'OLD' });

    expect(hidden).toBeUndefined();
    expect(seen).toMatchObject({ IsArchived: true });
    expect(codeOf(again)).toBe('DUPLICATE_VALUE');
  });
});

describe('texts', () => {
  test('are kept without the white space around them, and nothing but that is nothing', async () => {
    await change({ Health_Strengths__c: '  two words \n', Description: ' \t ', Site: '\u00a0kept' });

    const values = sandbox.salesforce.half.store.get('Account', account)?.values;

    expect(values).toMatchObject({ Health_Strengths__c: 'two words', Description: null, Site: '\u00a0kept' });
  });
});

describe('the recycle bin', () => {
  test.each([
    [false, 201],
    [true, 400],
  ])('may hold unique values or not: %s', async (isHeld, status) => {
    turn('binHoldsUnique', isHeld);
    const made = await task({ Kenko_Key__c: 'bin' });
    await call(sandbox, 'DELETE', `${base}/sobjects/Task/${(made.body as { id: string }).id}`);

    expect((await task({ Kenko_Key__c: 'bin' })).status).toBe(status);
  });
});

describe('a describe', () => {
  test('is not sent again to who has seen it, until something changes', async () => {
    const path = `${base}/sobjects/Account/describe`;
    const seen = await call(sandbox, 'GET', path);
    const since = { 'if-modified-since': seen.headers.get('last-modified') ?? '' };
    sandbox.clock.push(120_000);

    const same = await call(sandbox, 'GET', path, undefined, since);
    turn('fieldAccess', { 'Account.Industry': 'none' });
    const changed = await call(sandbox, 'GET', path, undefined, since);

    expect([seen.status, same.status, changed.status]).toEqual([200, 304, 200]);
    expect(changed.headers.get('etag')).not.toBe(seen.headers.get('etag'));
  });
});
