import type { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf, query } from './salesforce-connect.ts';

let sandbox: Sandbox;
let jsforce: Connection;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 40, setUp: true, now: '2026-11-21T00:00:00Z' });
  jsforce = await connect(sandbox);
});
afterAll(() => sandbox.close());

async function keys(where: string): Promise<string[]> {
  const found = await jsforce.query<{ AccountNumber: string }>(
    `SELECT AccountNumber FROM Account WHERE ${where} ORDER BY AccountNumber`,
  );
  return found.records.map((row) => row.AccountNumber);
}

describe('conditions', () => {
  test.each([
    ["AccountNumber = 'a0001'", ['A0001']],
    ["AccountNumber IN ('A0001','A0002') AND AccountNumber != 'A0002'", ['A0001']],
    ["AccountNumber LIKE 'a000_' AND AccountNumber > 'A0007'", ['A0008', 'A0009']],
    ["(AccountNumber = 'A0001' OR AccountNumber = 'A0002') AND NOT AccountNumber = 'A0001'", ['A0002']],
    ["AccountNumber = 'A0003' AND Health_Score__c = null AND Health_Alert__c = false", ['A0003']],
    ["AccountNumber NOT IN ('A0001') AND AccountNumber < 'A0003'", ['A0002']],
    ["AccountNumber = 'A0001' AND CreatedDate < TODAY AND CreatedDate >= 2001-01-01T00:00:00Z", ['A0001']],
    ["AccountNumber = 'A0001' AND CreatedDate = NEXT_N_DAYS:3", []],
    ["AccountNumber = 'A0001' AND Owner.Name != null AND Owner.IsActive IN (true,false)", ['A0001']],
    ["Id IN (SELECT AccountId FROM Contact WHERE AccountId != null) AND AccountNumber = 'A0001'", ['A0001']],
  ])('%s', async (where, expected) => {
    expect(await keys(where)).toEqual(expected);
  });

  test('an apostrophe and a percent sign can be asked for', async () => {
    await jsforce.sobject('Account').create([{ Name: "O'Hara 100%", AccountNumber: 'Q1' }]);

    expect(await keys(String.raw`Name = 'O\'Hara 100%'`)).toEqual(['Q1']);
    expect(await keys(String.raw`Name LIKE '%100\%'`)).toEqual(['Q1']);
  });

  test('tasks can be asked for by the type of what they are about', async () => {
    const about = idOf(sandbox, 'A0001');
    await jsforce.sobject('Task').create([{ Subject: 'about', WhatId: about }, { Subject: 'about' }]);

    const found = await jsforce.query<Record<string, unknown>>(
      "SELECT Subject, What.Name, What.Type, Who.Name FROM Task WHERE What.Type = 'Account' AND Subject = 'about'",
    );

    expect(found.records).toMatchObject([
      {
        Subject: 'about',
        What: { attributes: { type: 'Name' }, Type: 'Account', Name: expect.any(String) },
        Who: null,
      },
    ]);
  });
});

describe('shapes', () => {
  test('a row has attributes, fields as the schema spells them, and parents as objects or null', async () => {
    const answer = await query(
      sandbox,
      "select id, name, parent.name, owner.profile.name from account where accountnumber = 'A0002'",
    );

    const id = idOf(sandbox, 'A0002');
    expect(answer.body).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: { type: 'Account', url: `${base}/sobjects/Account/${id}` },
          Id: id,
          Name: expect.any(String),
          Parent: null,
          Owner: { attributes: { type: 'User', url: expect.stringMatching(/User\/005/) }, Profile: null },
        },
      ],
    });
  });

  test('no rows are an empty answer that is done', async () => {
    const answer = await query(sandbox, "SELECT Id FROM Account WHERE Name = 'nobody'");

    expect(answer.body).toEqual({ totalSize: 0, done: true, records: [] });
  });

  test('children come nested, or as null where there are none', async () => {
    const found = await jsforce.query<Record<string, unknown>>(
      "SELECT Name, (SELECT LastName FROM Contacts LIMIT 1), (SELECT Id FROM Tasks) FROM Account WHERE AccountNumber = 'A0005'",
    );

    expect(found.records[0]).toMatchObject({ Contacts: { totalSize: 1, done: true, records: [{}] }, Tasks: null });
  });

  test('counts and groups', async () => {
    const all = await jsforce.query('SELECT COUNT() FROM Contact');
    const groups = await jsforce.query<Record<string, number>>(
      'SELECT AccountId, COUNT(Id) n, MAX(CreatedDate) FROM Contact GROUP BY AccountId',
    );

    const sum = groups.records.reduce((total, row) => total + (row['n'] ?? 0), 0);
    expect([all.totalSize, all.records]).toEqual([sum, []]);
    expect(groups.records[0]).toMatchObject({
      attributes: { type: 'AggregateResult' },
      expr0: expect.stringMatching(/\+0000$/),
    });
  });

  test('TYPEOF shows the fields of the branch', async () => {
    await jsforce.sobject('Task').create([{ Subject: 'typed', WhatId: idOf(sandbox, 'A0004') }]);

    const found = await jsforce.query<Record<string, unknown>>(
      "SELECT TYPEOF What WHEN Account THEN AccountNumber ELSE Id END FROM Task WHERE Subject = 'typed'",
    );

    expect(found.records).toMatchObject([{ What: { attributes: { type: 'Account' }, AccountNumber: 'A0004' } }]);
  });
});

describe('pages', () => {
  test('jsforce walks all pages, and no row is missing or doubled', async () => {
    sandbox.salesforce.half.setKnob('pageSize', 7);

    const first = await jsforce.query<{ Id: string }>('SELECT Id FROM Contact');
    const all = await jsforce.query<{ Id: string }>('SELECT Id FROM Contact', { autoFetch: true, maxFetch: 10_000 });

    sandbox.salesforce.half.setKnob('pageSize', null);
    expect([first.done, first.records.length]).toEqual([false, 7]);
    expect(first.nextRecordsUrl).toContain('/query/0r8');
    expect(new Set(all.records.map((row) => row.Id)).size).toBe(first.totalSize);
  });

  test('the asked size is kept between 200 and 2,000, and long texts make pages smaller', async () => {
    const many = Array.from({ length: 450 }, (_one, at) => ({ LastName: `Page ${at}` }));
    for (const from of [0, 200, 400]) await jsforce.sobject('Contact').create(many.slice(from, from + 200));
    for (const name of ['Long1__c', 'Long2__c'])
      sandbox.salesforce.half.store.addField('Contact', { name, label: name, kind: 'long_text', length: 5000 });
    for (const name of ['Long3__c', 'Long4__c'])
      sandbox.salesforce.half.store.addField('Contact', {
        name,
        label: name,
        kind: 'long_text',
        length: 5000,
        custom: true,
        required: true,
      });
    const size = async (fields: string, batchSize: number) => {
      const answer = await query(sandbox, `SELECT ${fields} FROM Contact`, {
        'sforce-query-options': `batchSize=${batchSize}`,
      });
      return (answer.body as { records: unknown[] }).records.length;
    };

    expect(await size('Id', 10)).toBe(200);
    expect(await size('Id, Long3__c, Long4__c', 2000)).toBe(200);
    expect(await size('Id', 2000)).toBeGreaterThan(450);
  });

  test('a locator lives two days and no longer', async () => {
    sandbox.salesforce.half.setKnob('pageSize', 5);
    const first = await jsforce.query('SELECT Id FROM Account');
    sandbox.salesforce.half.setKnob('pageSize', null);
    sandbox.clock.push(3 * 86_400_000);

    const late = await call(sandbox, 'GET', new URL(first.nextRecordsUrl ?? '').pathname);

    expect([late.status, late.body]).toEqual([
      400,
      [{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }],
    ]);
  });
});

describe('queries that do not fit', () => {
  test.each([
    ['SELECT Id FROM Accout', 'INVALID_TYPE', "sObject type 'Accout' is not supported."],
    ['SELECT Nope__c FROM Account', 'INVALID_FIELD', "No such column 'Nope__c' on entity 'Account'."],
    ['SELECT Nope.Name FROM Account', 'INVALID_FIELD', "Didn't understand relationship 'Nope'"],
    ["SELECT Id FROM Account WHERE CreatedDate > '2026-01-01'", 'INVALID_FIELD', 'should not be enclosed in quotes'],
    ["SELECT Id FROM Account WHERE Description = 'x'", 'INVALID_FIELD', 'can not be filtered'],
    ['SELECT Id FROM Account WHERE Name = 5', 'INVALID_FIELD', 'should be enclosed in quotes'],
    ['SELECT Id FROM', 'MALFORMED_QUERY', 'unexpected token'],
    ['SELECT Id, FROM Account', 'MALFORMED_QUERY', 'unexpected token'],
    ["SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 'MALFORMED_QUERY', 'unexpected token'],
    ['SELECT Id FROM Account LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', '2000'],
  ])('%s', async (soql, code, words) => {
    const answer = await query(sandbox, soql);

    const [error] = answer.body as { errorCode: string; message: string }[];
    expect(answer.status).toBe(400);
    expect(error?.errorCode).toBe(code);
    expect(error?.message).toContain(words);
    expect(error).not.toHaveProperty('fields');
  });

  test('the place of a mistake is pointed at as in a recorded answer', async () => {
    const answer = await query(sandbox, 'select count() from XYZZY');

    const [error] = answer.body as { message: string }[];
    expect(error?.message).toBe(
      "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    );
  });
});

describe('reading by stamp', () => {
  test('deleted rows are seen by queryAll, with the winner of their merge', async () => {
    const [one, two] = await jsforce.sobject('Account').create([
      { Name: 'W', AccountNumber: 'W1' },
      { Name: 'L', AccountNumber: 'L1' },
    ]);
    sandbox.salesforce.half.store.merge('Account', one?.id ?? '', two?.id ?? '', 'system');
    const soql = "SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE AccountNumber = 'L1'";

    const [plain, all] = [await jsforce.query(soql), await jsforce.query(soql, { scanAll: true })];

    expect(plain.totalSize).toBe(0);
    expect(all.records).toMatchObject([{ Id: two?.id, IsDeleted: true, MasterRecordId: one?.id }]);
  });

  test('rows can become visible late, as real ones do', async () => {
    const id = idOf(sandbox, 'A0006');
    await jsforce.sobject('Account').update([{ Id: id, Phone: '2' }]);
    sandbox.salesforce.half.setKnob('visibilityLagMs', 5000);
    const soql = `SELECT Id FROM Account WHERE SystemModstamp >= 2026-11-01T00:00:00Z AND Id = '${id}'`;

    const early = await jsforce.query(soql);
    sandbox.clock.push(6000);
    const late = await jsforce.query(soql);

    sandbox.salesforce.half.setKnob('visibilityLagMs', 0);
    expect([early.totalSize, late.totalSize]).toEqual([0, 1]);
  });
});

describe('describe and the roots', () => {
  test('a field of our own is described with type, length, precision and options', async () => {
    const { fields } = await jsforce.sobject('Account').describe();
    const of = (name: string) => fields.find((field) => field.name === name);

    expect(of('Health_Score__c')).toMatchObject({
      type: 'double',
      precision: 4,
      scale: 1,
      length: 0,
      custom: true,
      updateable: true,
    });
    expect(of('Health_Band__c')).toMatchObject({ type: 'picklist', restrictedPicklist: true });
    expect(of('Health_Band__c')?.picklistValues?.[0]).toEqual({
      active: true,
      defaultValue: false,
      label: 'green',
      validFor: null,
      value: 'green',
    });
    expect(of('Health_Strengths__c')).toMatchObject({ type: 'string', length: 255, byteLength: 765 });
    expect(of('SystemModstamp')).toMatchObject({ updateable: false, createable: false, nillable: false });
  });

  test('the task key is described on Task as unique external id', async () => {
    const { fields } = await jsforce.sobject('Task').describe();

    expect(fields.find((field) => field.name === 'Kenko_Key__c')).toMatchObject({
      unique: true,
      externalId: true,
      idLookup: true,
      createable: true,
    });
  });

  test('all objects are listed, an unknown one is 404', async () => {
    const all = await jsforce.describeGlobal();
    const none = await call(sandbox, 'GET', `${base}/sobjects/Nope__c/describe`);

    expect(all.sobjects.map((one) => one.name)).toEqual(
      expect.arrayContaining(['Account', 'Contact', 'Task', 'User', 'Case']),
    );
    expect(none.status).toBe(404);
  });

  test('versions need no token and cost no call', async () => {
    const before = await jsforce.limits();
    const answer = await fetch(`${sandbox.salesforce.url}/services/data/`);
    const after = await jsforce.limits();

    const versions = (await answer.json()) as { label: string; version: string; url: string }[];
    expect(versions[0]).toEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' });
    expect(versions.find((one) => one.version === '66.0')?.label).toBe("Spring '26");
    expect(answer.headers.get('sforce-limit-info')).toBeNull();
    expect((before['DailyApiRequests']?.Remaining ?? 0) - (after['DailyApiRequests']?.Remaining ?? 0)).toBe(1);
  });

  test('calls are counted in a header that jsforce reads', async () => {
    await jsforce.query('SELECT Id FROM Organization');

    expect(jsforce.limitInfo.apiUsage).toMatchObject({ limit: 15_000, used: expect.any(Number) });
  });

  test('a retired version is gone, an unborn one is not found, double slashes do not matter', async () => {
    const [old, young, double] = await Promise.all(
      ['/services/data/v30.0/limits', '/services/data/v99.0/limits', '//services//data/v66.0//limits/'].map((path) =>
        call(sandbox, 'GET', path),
      ),
    );

    expect([old?.status, young?.status, double?.status]).toEqual([410, 404, 200]);
  });
});
