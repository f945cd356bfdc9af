import type { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCsv } from '../../src/sandbox/salesforce/csv.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf } from './salesforce-connect.ts';

let sandbox: Sandbox;
let jsforce: Connection;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 20, setUp: true });
  jsforce = await connect(sandbox);
});
afterAll(() => sandbox.close());

const jobs = `${base}/jobs/ingest`;
async function run(job: Record<string, unknown>, csv: string): Promise<string> {
  const made = await call(sandbox, 'POST', jobs, { contentType: 'CSV', lineEnding: 'LF', ...job });
  const { id } = made.body as { id: string };
  await call(sandbox, 'PUT', `${jobs}/${id}/batches`, csv, { 'content-type': 'text/csv; charset=UTF-8' });
  await call(sandbox, 'PATCH', `${jobs}/${id}`, { state: 'UploadComplete' });
  return id;
}

describe('an ingest job', () => {
  test('goes from Open by UploadComplete and InProgress to JobComplete', async () => {
    const made = await call(sandbox, 'POST', jobs, {
      object: 'account',
      operation: 'update',
      contentType: 'CSV',
      lineEnding: 'LF',
    });
    const { id, contentUrl } = made.body as { id: string; contentUrl: string };
    const put = await call(sandbox, 'PUT', `/${contentUrl}`, `Id,Phone\n${idOf(sandbox, 'A0001')},1\n`, {
      'content-type': 'text/csv',
    });
    const closed = await call(sandbox, 'PATCH', `${jobs}/${id}`, { state: 'UploadComplete' });
    const polls = [await call(sandbox, 'GET', `${jobs}/${id}`), await call(sandbox, 'GET', `${jobs}/${id}`)];

    expect([made.status, put.status, put.text, closed.status]).toEqual([200, 201, '', 200]);
    expect(
      [made.body, closed.body, ...polls.map((poll) => poll.body)].map((body) => (body as { state: string }).state),
    ).toEqual(['Open', 'UploadComplete', 'InProgress', 'JobComplete']);
    expect(closed.body).not.toHaveProperty('contentUrl');
    expect(polls[1]?.body).toMatchObject({ jobType: 'V2Ingest', numberRecordsProcessed: 1, numberRecordsFailed: 0 });
  });

  test('tells good and bad rows apart, with the header as it was sent', async () => {
    const good = idOf(sandbox, 'A0002');
    const id = await run(
      { object: 'Account', operation: 'update' },
      `Id,Health_Score__c,Health_Band__c\n${good},71.5,green\n${idOf(sandbox, 'A0003')},1,blue\n${idOf(sandbox, 'A0004')},many,red\n`,
    );

    const [ok, failed, rest] = await Promise.all(
      ['successfulResults', 'failedResults', 'unprocessedrecords'].map((name) =>
        call(sandbox, 'GET', `${jobs}/${id}/${name}`),
      ),
    );

    expect(ok?.text).toBe(
      `"sf__Id","sf__Created",Id,Health_Score__c,Health_Band__c\n"${good}","false",${good},71.5,green\n`,
    );
    expect(failed?.text).toContain(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:Health Band: bad value for restricted picklist field: blue:Health_Band__c --',
    );
    expect(failed?.text).toContain(
      "INVALID_FIELD:Failed to deserialize field at col 1. Due to, 'many' is not a valid value for the type xsd:double:Health_Score__c --",
    );
    expect(rest?.text).toBe('Id,Health_Score__c,Health_Band__c\n');
  });

  test('an empty cell changes nothing, #N/A empties', async () => {
    const id = idOf(sandbox, 'A0005');
    await run({ object: 'Account', operation: 'update' }, `Id,Phone,Health_Band__c\n${id},1,red\n`);

    await run({ object: 'Account', operation: 'update' }, `Id,Phone,Health_Band__c\n${id},,#N/A\n`);

    expect(sandbox.salesforce.half.store.get('Account', id)?.values).toMatchObject({
      Phone: '1',
      Health_Band__c: null,
    });
  });

  test('upserts tasks about accounts, quoted lines and all', async () => {
    const csv = `Kenko_Key__c,Subject,Description,WhatId\nb1,Call,"one,\n""two""",${idOf(sandbox, 'A0006')}\n`;

    await run({ object: 'Task', operation: 'upsert', externalIdFieldName: 'Kenko_Key__c' }, csv);
    await run(
      { object: 'Task', operation: 'upsert', externalIdFieldName: 'Kenko_Key__c' },
      csv.replace('Call', 'Meet'),
    );

    const tasks = sandbox.salesforce.half.store.findBy('Task', 'Kenko_Key__c', 'b1');
    expect(tasks.map((task) => task.values)).toMatchObject([{ Subject: 'Meet', Description: 'one,\n"two"' }]);
  });

  test('an unknown column fails the whole job before any row', async () => {
    const id = await run({ object: 'Account', operation: 'update' }, `Id,Nope__c\n${idOf(sandbox, 'A0007')},1\n`);
    await call(sandbox, 'GET', `${jobs}/${id}`);

    const polled = await call(sandbox, 'GET', `${jobs}/${id}`);

    expect(polled.body).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : Field name not found : Nope__c',
      numberRecordsProcessed: 0,
    });
  });

  test('an unknown object is refused at once', async () => {
    await expect(jsforce.requestPost('/jobs/ingest', { object: 'Foo__c', operation: 'insert' })).rejects.toMatchObject({
      errorCode: 'INVALIDJOB',
      message: 'Unable to find object: Foo__c',
    });
  });

  test('the real client loads and reads results', async () => {
    const job = jsforce.bulk2.createJob({ object: 'Contact', operation: 'insert' });
    await job.open();
    await job.uploadData([{ LastName: 'Bulk One' }, { LastName: 'Bulk Two' }]);
    await job.close();
    await job.poll(10, 5000);

    const results = await job.getAllResults();

    expect(results.successfulResults).toHaveLength(2);
    expect(results.failedResults).toEqual([]);
    expect(results.unprocessedRecords).toEqual([]);
  });
});

describe('a query job', () => {
  test('gives pages by locator, each with its header', async () => {
    const made = await call(sandbox, 'POST', `${base}/jobs/query`, {
      operation: 'query',
      query: 'SELECT Id, Owner.Name FROM Account',
    });
    const { id, state } = made.body as { id: string; state: string };

    const first = await call(sandbox, 'GET', `${base}/jobs/query/${id}/results?maxRecords=12`);
    const last = await call(
      sandbox,
      'GET',
      `${base}/jobs/query/${id}/results?maxRecords=12&locator=${first.headers.get('sforce-locator')}`,
    );
    const other = await call(sandbox, 'GET', `/services/data/v65.0/jobs/query/${id}/results`);

    expect(state).toBe('UploadComplete');
    expect([first.headers.get('sforce-numberofrecords'), last.headers.get('sforce-locator')]).toEqual(['12', 'null']);
    expect(first.text.split('\n')[0]).toBe('"Id","Owner.Name"');
    expect(last.text.split('\n')[0]).toBe('"Id","Owner.Name"');
    expect(other.status).toBe(409);
  });
});

describe('CSV', () => {
  test.each([
    [
      'a,b\n1,2',
      ',',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a|"b|c"\n"x ""y"""|',
      '|',
      [
        ['a', 'b|c'],
        ['x "y"', ''],
      ],
    ],
    ['a,"b\nc"\n', ',', [['a', 'b\nc']]],
  ])('%j', (text, delimiter, expected) => {
    expect(readCsv(text, delimiter, '\n')?.map((record) => record.cells)).toEqual(expected);
  });

  test('that ends inside quotes is none', () => {
    expect(readCsv('a,"b', ',', '\n')).toBeNull();
  });
});
