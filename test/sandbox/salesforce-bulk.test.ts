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
  await finished(`${jobs}/${id}`);
  return id;
}
/** Asks until the job is over, as every client must. */
async function finished(path: string): Promise<Record<string, unknown>> {
  for (let left = 10; left > 0; left -= 1) {
    const { body } = await call(sandbox, 'GET', path);
    const job = body as Record<string, unknown>;
    if (['JobComplete', 'Failed', 'Aborted'].includes(String(job['state']))) return job;
  }
  throw new Error(`${path} does not come to an end`);
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
      `"sf__Id","sf__Created",Id,Health_Score__c,Health_Band__c\n"${good}","false","${good}","71.5","green"\n`,
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

  test.each([
    ['COMMA', ','],
    ['SEMICOLON', ';'],
    ['PIPE', '|'],
    ['TAB', '\t'],
    ['CARET', '^'],
    ['BACKQUOTE', '`'],
  ])('takes %s between cells, and either line ending', async (columnDelimiter, sign) => {
    const account = idOf(sandbox, 'A0008');
    for (const [lineEnding, ending] of [
      ['LF', '\n'],
      ['CRLF', '\r\n'],
    ]) {
      const csv = [`ID${sign}DESCRIPTION`, `${account}${sign}"a${sign} ""x""${ending}${lineEnding}"`, ''].join(ending);

      const id = await run({ object: 'account', operation: 'update', columnDelimiter, lineEnding }, csv);
      const ok = await call(sandbox, 'GET', `${jobs}/${id}/successfulResults`);

      expect(sandbox.salesforce.half.store.get('Account', account)?.values['Description']).toBe(
        `a${sign} "x"${ending}${lineEnding}`,
      );
      expect(ok.text.split(String(ending))[0]).toBe(`"sf__Id"${sign}"sf__Created"${sign}ID${sign}DESCRIPTION`);
    }
  });

  test.each([
    [
      'line endings that are not the job’s',
      'Id,Phone\r\nX,1\r\n',
      /^ClientInputError : LineEnding is invalid on user data/,
    ],
    ['a mark of byte order', '\uFEFFId,Phone\nX,1\n', /^InvalidBatch : Field name not found : \uFEFFId$/],
    ['quotes that do not close', 'Id,Phone\n"X,1\n', /^InvalidBatch/],
    ['a parent of a strange name', 'Id,Nobody.Name\nX,1\n', /Field name not found : Nobody\.Name$/],
    ['a type before a parent of one type', 'Id,Account:Parent.AccountNumber\nX,1\n', /Field name not found/],
  ])('fails as a whole for %s', async (_name, csv, message) => {
    const id = await run({ object: 'Account', operation: 'update' }, csv);

    const job = await finished(`${jobs}/${id}`);

    expect(job).toMatchObject({ state: 'Failed', numberRecordsProcessed: 0 });
    expect(job['errorMessage']).toMatch(message);
  });

  test('refuses every row of those that share a key within 200', async () => {
    const rows = ['d1,a', 'D1,b', 'd2,c'].map((row) => `${row},${idOf(sandbox, 'A0009')}`);
    const job = { object: 'Task', operation: 'upsert', externalIdFieldName: 'Kenko_Key__c' };

    const id = await run(job, `Kenko_Key__c,Subject,WhatId\n${rows.join('\n')}\n`);
    const failed = await call(sandbox, 'GET', `${jobs}/${id}/failedResults`);

    expect(failed.text.match(/DUPLICATE_VALUE:Duplicate external id specified: [dD]1:Kenko_Key__c --/g)).toHaveLength(
      2,
    );
    expect(sandbox.salesforce.half.store.findBy('Task', 'Kenko_Key__c', 'd2')).toHaveLength(1);
  });

  test('joins parents by their key, of several types with the type before it', async () => {
    const account = idOf(sandbox, 'A0010');
    const store = sandbox.salesforce.half.store;
    store.addField('Account', {
      name: 'Ref__c',
      label: 'Ref',
      kind: 'text',
      length: 20,
      externalId: true,
      unique: 'ignore_case',
    });
    store.update('Account', account, { Ref__c: 'r10' }, 'system', { asSystem: true });
    sandbox.salesforce.half.setKnob('fieldAccess', { 'Account.Ref__c': 'edit' });

    await run(
      { object: 'Task', operation: 'upsert', externalIdFieldName: 'Kenko_Key__c' },
      'Kenko_Key__c,Subject,Account:What.Ref__c\np1,x,r10\n',
    );
    await run({ object: 'Contact', operation: 'insert' }, 'LastName,Account.Ref__c\nOf Ten,r10\n');

    expect(store.findBy('Task', 'Kenko_Key__c', 'p1')[0]?.values['WhatId']).toBe(account);
    expect(store.findBy('Contact', 'LastName', 'Of Ten')[0]?.values['AccountId']).toBe(account);
  });

  test('may come whole in one multipart call', async () => {
    const form = new FormData();
    const job = { object: 'Contact', operation: 'insert', contentType: 'CSV', lineEnding: 'LF' };
    form.append('job', new Blob([JSON.stringify(job)], { type: 'application/json' }));
    form.append('content', new Blob(['LastName\nIn One\n'], { type: 'text/csv' }), 'content');

    const answer = await fetch(`${sandbox.salesforce.url}${jobs}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.salesforce.token}` },
      body: form,
    });
    const { id, state } = (await answer.json()) as { id: string; state: string };

    expect([answer.status, state]).toEqual([200, 'UploadComplete']);
    expect(await finished(`${jobs}/${id}`)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1 });
  });

  test('that breaks down half-way says which rows it never tried', async () => {
    const ids = ['A0011', 'A0012', 'A0013'].map((key) => idOf(sandbox, key));
    sandbox.salesforce.half.setKnob('bulkFailAfter', 2);

    const id = await run(
      { object: 'Account', operation: 'update' },
      `Id,Fax\n${ids.map((one) => `${one},9`).join('\n')}\n`,
    );
    sandbox.salesforce.half.setKnob('bulkFailAfter', null);
    const rest = await call(sandbox, 'GET', `${jobs}/${id}/unprocessedrecords`);

    expect(await finished(`${jobs}/${id}`)).toMatchObject({ state: 'Failed', numberRecordsProcessed: 2 });
    expect(rest.text).toBe(`Id,Fax\n${ids[2]},9\n`);
  });

  test('is not closed, filled, aborted or deleted when its state forbids it', async () => {
    const made = await call(sandbox, 'POST', jobs, { object: 'Account', operation: 'update' });
    const path = `${jobs}/${(made.body as { id: string }).id}`;
    const csv = { 'content-type': 'text/csv' };

    const early = [await call(sandbox, 'DELETE', path), await call(sandbox, 'GET', `${path}/successfulResults`)];
    await call(sandbox, 'PUT', `${path}/batches`, `Id\n${idOf(sandbox, 'A0014')}\n`, csv);
    const twice = await call(sandbox, 'PUT', `${path}/batches`, 'Id\n', csv);
    await call(sandbox, 'PATCH', path, { state: 'UploadComplete' });
    const late = [
      await call(sandbox, 'PATCH', path, { state: 'UploadComplete' }),
      await call(sandbox, 'PATCH', path, { state: 'Aborted' }),
    ];
    await finished(path);
    const gone = [await call(sandbox, 'DELETE', path), await call(sandbox, 'GET', path)];

    const codeOf = (answer: { body: unknown }) => (answer.body as { errorCode: string }[])[0]?.errorCode;
    expect([...early, twice, ...late].map(codeOf)).toEqual(Array(5).fill('INVALIDJOBSTATE'));
    expect(gone.map((answer) => answer.status)).toEqual([204, 404]);
  });

  test('uses up the batches of the day', async () => {
    const left = async () => (await jsforce.limits())['DailyBulkApiBatches']?.Remaining ?? 0;
    const before = await left();

    await run({ object: 'Contact', operation: 'insert' }, 'LastName\nBatch\n');

    expect(before - (await left())).toBe(1);
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

    await finished(`${base}/jobs/query/${id}`);

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
