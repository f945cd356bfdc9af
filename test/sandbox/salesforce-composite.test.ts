import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf } from './salesforce-connect.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 20, setUp: true, now: '2026-11-21T00:00:00Z' });
});
afterAll(() => sandbox.close());

interface Composite {
  readonly compositeResponse: { body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }[];
}
const part = (method: string, path: string, referenceId: string, body?: unknown) => ({
  method,
  url: base + path,
  referenceId,
  ...(body === undefined ? {} : { body }),
});
const records = (key: string, score: number) => [
  { attributes: { type: 'Account' }, id: idOf(sandbox, key), Health_Score__c: score },
];

describe('composite', () => {
  test('five collections in one call count as one call', async () => {
    const before = (await (await connect(sandbox)).limits())['DailyApiRequests']?.Remaining ?? 0;

    const answer = await call(sandbox, 'POST', `${base}/composite`, {
      allOrNone: false,
      compositeRequest: ['A0001', 'A0002', 'A0003', 'A0004', 'A0005'].map((key, at) =>
        part('PATCH', '/composite/sobjects', `a${at}`, { allOrNone: false, records: records(key, at + 1) }),
      ),
    });

    const after = (await (await connect(sandbox)).limits())['DailyApiRequests']?.Remaining ?? 0;
    const { compositeResponse } = answer.body as Composite;
    expect(compositeResponse.map((one) => one.httpStatusCode)).toEqual([200, 200, 200, 200, 200]);
    expect(compositeResponse[0]?.body).toEqual([{ id: idOf(sandbox, 'A0001'), success: true, errors: [] }]);
    expect(before - after).toBe(2);
    expect(sandbox.salesforce.half.store.get('Account', idOf(sandbox, 'A0005'))?.values['Health_Score__c']).toBe(5);
  });

  test('more than five queries and collections, or more than twenty-five parts, are refused', async () => {
    const heavy = Array.from({ length: 6 }, (_one, at) => part('GET', '/query?q=SELECT+Id+FROM+Account', `q${at}`));
    const many = Array.from({ length: 26 }, (_one, at) => part('GET', '/limits', `l${at}`));

    const answers = await Promise.all(
      [heavy, many].map((compositeRequest) => call(sandbox, 'POST', `${base}/composite`, { compositeRequest })),
    );

    expect(answers.map((answer) => answer.status)).toEqual([400, 400]);
  });

  test('a later part can use the id of an earlier one', async () => {
    const answer = await call(sandbox, 'POST', `${base}/composite`, {
      compositeRequest: [
        part('POST', '/sobjects/Account', 'acc', { Name: 'Chain' }),
        part('POST', '/sobjects/Contact', 'con', { LastName: 'Link', AccountId: '@{acc.id}' }),
        part('GET', '/sobjects/Contact/@{con.id}?fields=AccountId', 'got'),
      ],
    });

    const [acc, con, got] = (answer.body as Composite).compositeResponse;
    expect([acc?.httpStatusCode, con?.httpStatusCode, got?.httpStatusCode]).toEqual([201, 201, 200]);
    expect(acc?.httpHeaders).toEqual({ Location: expect.stringContaining('/sobjects/Account/001') });
    const { id } = (acc?.body ?? {}) as { id?: string };
    expect(got?.body).toMatchObject({ AccountId: id });
  });

  test('all or none undoes every part and says so', async () => {
    const id = idOf(sandbox, 'A0006');

    const answer = await call(sandbox, 'POST', `${base}/composite`, {
      allOrNone: true,
      compositeRequest: [
        part('PATCH', `/sobjects/Account/${id}`, 'good', { Health_Score__c: 5 }),
        part('PATCH', `/sobjects/Account/${id}`, 'bad', { Health_Band__c: 'blue' }),
      ],
    });

    const [good, bad] = (answer.body as Composite).compositeResponse;
    expect([good?.httpStatusCode, good?.body]).toMatchObject([400, [{ errorCode: 'PROCESSING_HALTED' }]]);
    expect(bad?.body).toMatchObject([{ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }]);
    expect(sandbox.salesforce.half.store.get('Account', id)?.values['Health_Score__c'] ?? null).toBeNull();
  });
});

describe('batch and graph', () => {
  test('a batch tells each part’s status and whether any failed', async () => {
    const answer = await call(sandbox, 'POST', `${base}/composite/batch`, {
      batchRequests: [
        { method: 'GET', url: 'v66.0/limits' },
        { method: 'PATCH', url: `v66.0/sobjects/Account/${idOf(sandbox, 'A0001')}`, richInput: { Phone: '3' } },
        { method: 'GET', url: 'v66.0/sobjects/Nope/1' },
      ],
    });

    expect(answer.body).toMatchObject({
      hasErrors: true,
      results: [{ statusCode: 200 }, { statusCode: 204, result: null }, { statusCode: 404 }],
    });
  });

  test('each graph stands or falls alone', async () => {
    const graph = (graphId: string, band: string) => ({
      graphId,
      compositeRequest: [
        part('POST', '/sobjects/Account', 'one', { Name: graphId }),
        part('POST', '/sobjects/Account', 'two', { Name: graphId, Health_Band__c: band }),
      ],
    });

    const answer = await call(sandbox, 'POST', `${base}/composite/graph`, {
      graphs: [graph('good', 'green'), graph('bad', 'blue')],
    });

    const names = [...sandbox.salesforce.half.store.all('Account')].map((row) => row.values['Name']);
    expect(answer.body).toMatchObject({
      graphs: [
        { graphId: 'good', isSuccessful: true },
        { graphId: 'bad', isSuccessful: false },
      ],
    });
    expect(names.filter((name) => name === 'good')).toHaveLength(2);
    expect(names.filter((name) => name === 'bad')).toHaveLength(0);
  });
});

describe('the request log', () => {
  test('knows reading from writing, whatever the method', async () => {
    sandbox.salesforce.forgetRequests();
    const jsforce = await connect(sandbox);
    await jsforce.retrieve('Account', [idOf(sandbox, 'A0001')], { fields: ['Name'] });
    await call(sandbox, 'POST', `${base}/composite`, { compositeRequest: [part('GET', '/limits', 'l')] });
    await call(sandbox, 'POST', `${base}/composite`, {
      compositeRequest: [part('PATCH', '/composite/sobjects', 'w', { records: records('A0001', 3) })],
    });
    await jsforce.metadata.read('CustomField', ['Account.Health_Score__c']);

    expect(sandbox.salesforce.requests().map((entry) => entry.kind)).toEqual(['auth', 'read', 'read', 'write', 'read']);
    expect(sandbox.salesforce.counts()).toMatchObject({
      total: 5,
      auth: 1,
      read: 3,
      write: 1,
      mutating: 1,
      byMethod: { POST: 5 },
    });
  });

  test('can be read from outside', async () => {
    const answer = await call(sandbox, 'GET', '/__requests');

    expect(answer.body).toMatchObject({ counts: { auth: expect.any(Number) }, requests: expect.any(Array) });
  });
});
