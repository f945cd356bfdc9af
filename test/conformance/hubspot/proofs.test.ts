// The quick proofs of the HubSpot half, in the ordinary suite, and the proof of the proofs: each finds what is wrong when
// something is. The connector's own weeks in a portal are lived through by `node test/conformance/run.ts hubspot`.

import { describe, expect, it } from 'vitest';
import { methodsInUse, proveMethods } from './client-methods.ts';
import { clientRoutes, routesFor } from './client-routes.ts';
import type { Exchange } from './exchanges.ts';
import { codesOf, differences, type Told } from './likeness.ts';
import { lost, proveModels, unfit } from './models.ts';
import { proveObserved } from './observed.ts';
import { proveReading } from './reading.ts';
import { proveBodies } from './recorded-bodies.ts';
import { proveExchanges } from './recorded-exchanges.ts';
import { proveRefusals } from './refusals.ts';
import { requestProblems } from './request-checks.ts';
import { asksForChanges } from './requests.ts';

describe('the pretend portal', () => {
  it.each([
    ['exchanges', proveExchanges],
    ['bodies', proveBodies],
  ])('answers as the recorded %s do', async (_what, prove) => {
    const proof = await prove();

    expect(proof.differences).toEqual([]);
    expect(proof.agreed).toBe(proof.compared);
    expect(proof.compared > 30 || proof.skipped !== undefined).toBe(true);
  });

  it('does what others saw the real one do', async () => {
    expect((await proveObserved()).differences).toEqual([]);
  });

  it('refuses in the words that are documented', async () => {
    const { proof, heard } = await proveRefusals();

    expect(proof.differences).toEqual([]);
    expect(proveModels(heard).differences).toEqual([]);
  });

  it('is read by the connector, every kind of record, by calls that HubSpot has', async () => {
    const { proof, heard } = await proveReading('v3');

    expect(proof.differences).toEqual([]);
    expect(proof.compared).toBeGreaterThan(30);
    expect(proveModels(heard).differences).toEqual([]);
  });

  it("satisfies every method of HubSpot's client that is of use, and loses no key in its models", async () => {
    const { proof, heard } = await proveMethods();
    const models = proveModels(heard);

    expect(proof.differences).toEqual([]);
    expect(models.differences).toEqual([]);
    expect(models.compared).toBeGreaterThan(150);
  });

  it("is held against the methods that stand in the connector's code, and against hundreds of the client's", () => {
    // A new version of the client that is written another way would leave the proofs without a witness.
    expect(clientRoutes().length).toBeGreaterThan(300);
    expect(methodsInUse()).toEqual(
      expect.arrayContaining([
        'crm.objects.batchApi.update',
        'crm.objects.batchApi.create',
        'crm.lists.listsApi.create',
      ]),
    );
  });
});

describe('a comparison', () => {
  const told = (body: unknown, more: Partial<Told> = {}): Told => ({
    status: 200,
    headers: new Map([['content-type', 'application/json;charset=utf-8']]),
    body,
    ...more,
  });
  const good = {
    results: [{ id: '1', archived: false }],
    errors: [{ category: 'CONFLICT', message: 'Existing ID: 12345' }],
  };

  it('lets ids and times differ and nothing else', () => {
    const other = {
      results: [{ id: '2', archived: true }],
      errors: [{ category: 'CONFLICT', message: 'Existing ID: 99999' }],
    };

    expect(differences(told(other), told(good))).toEqual([]);
  });

  it.each([
    ['a status', told(good, { status: 201 }), 'status 201'],
    ['a content type', told(good, { headers: new Map([['content-type', 'text/html']]) }), 'header content-type'],
    ['a header', told(good, { headers: new Map([...told(good).headers, ['x-hubspot-new', '1']]) }), 'x-hubspot-new'],
    ['a key that is missing', told({ ...good, results: [{ id: '1' }] }), 'results[].archived is missing'],
    ['a key too many', told({ ...good, total: 1 }), 'total is more'],
    ['a type', told({ ...good, results: [{ id: 1, archived: false }] }), 'results[].id is number'],
    ['a code', told({ ...good, errors: [{ category: 'OTHER', message: 'Existing ID: 1' }] }), 'says errors[].category'],
    ['a body', told('<html>'), 'body'],
  ])('finds %s', (_what, ours, words) => {
    expect(differences(ours, told(good)).join('\n')).toContain(words);
  });

  it('reads codes wherever they stand', () => {
    expect(codesOf({ errors: [{ code: 'X', context: { a: ['b'] } }] })).toEqual(['errors[].code: X']);
  });
});

describe('a model', () => {
  const route = routesFor(clientRoutes(), 'POST', '/crm/v3/objects/companies/batch/read')[0]!;

  it('loses a key that HubSpot does not have', () => {
    const body = {
      status: 'COMPLETE',
      startedAt: '2026-01-01T00:00:00Z',
      completedAt: '2026-01-01T00:00:00Z',
      result: [],
    };

    expect(lost(route, 'BatchResponseSimplePublicObject', body)).toEqual(['result']);
  });

  it('tells what is missing and what has another type', () => {
    const body = {
      status: 'COMPLETE',
      startedAt: 'soon',
      results: [{ id: 1, properties: {}, updatedAt: '2026-01-01T00:00:00Z' }],
    };

    expect(unfit('crm/companies', 'BatchResponseSimplePublicObject', body)).toEqual([
      'BatchResponseSimplePublicObject has no completedAt',
      '.startedAt is no time',
      'SimplePublicObject has no createdAt',
      '.results[].id is a number, not a string',
    ]);
  });

  it('that the client has not is told as none', () => {
    expect(lost(route, 'NoSuchModel', {})).toBeNull();
  });
});

describe('a request', () => {
  const routes = clientRoutes();
  const exchange = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Exchange => ({
    n: 1,
    at: '2026-11-20T10:00:00Z',
    method,
    path,
    requestHeaders: new Headers({
      authorization: 'Bearer pretend',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }),
    requestText: body === undefined ? '' : JSON.stringify(body),
    status: 200,
    headers: new Headers(),
    text: '{}',
  });
  const update = '/crm/v3/objects/companies/batch/update';
  const input = (more: object = {}) => ({ id: '1', objectWriteTraceId: 'a', properties: { city: 'Oslo' }, ...more });
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => input({ id: `${at}`, objectWriteTraceId: `${at}` }));
  const task = (associationTypeId: number, properties: object = { hs_timestamp: '2026-11-25' }) => ({
    inputs: [
      {
        objectWriteTraceId: 'a',
        properties,
        associations: [{ to: { id: '1' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] }],
      },
    ],
  });
  const search = (filters: object[], more: object = {}) => ({ filterGroups: [{ filters }], limit: 10, ...more });

  it.each([
    ['an update', exchange('POST', update, { inputs: [input()] })],
    [
      'an update of a dated version',
      exchange('POST', '/crm/objects/2026-09/companies/batch/update', { inputs: [input()] }),
    ],
    ['a page', exchange('GET', '/crm/v3/objects/companies?limit=100&properties=a&properties=b&archived=false')],
    ['a task', exchange('POST', '/crm/v3/objects/tasks/batch/create', task(192))],
    ['account details', exchange('GET', '/account-info/2026-03/details')],
  ])('that is right passes: %s', (_what, one) => {
    expect(requestProblems(one, routes)).toEqual([]);
  });

  it.each([
    ['an unknown route', exchange('GET', '/crm/v3/butterflies'), 'no route'],
    ['an unknown query', exchange('GET', '/crm/v3/objects/companies?size=1'), 'size'],
    ['a query of another type', exchange('GET', '/crm/v3/objects/companies?limit=ten'), 'is no number'],
    ['a page too long', exchange('GET', '/crm/v3/objects/companies?limit=101'), '100 is allowed'],
    ['no token', exchange('GET', '/crm/v3/objects/companies', undefined, { authorization: '' }), 'no bearer'],
    [
      'a body without its type',
      exchange('POST', update, { inputs: [input()] }, { 'content-type': 'text/plain' }),
      'not labelled',
    ],
    [
      'a key that no model has',
      exchange('POST', update, { inputs: [input({ traceId: 'a' })] }),
      'inputs[0].traceId is unknown',
    ],
    ['an id that is a number', exchange('POST', update, { inputs: [input({ id: 1 })] }), 'inputs[0].id is a number'],
    [
      'a value that is a number',
      exchange('POST', update, { inputs: [input({ properties: { a: 1 } })] }),
      'not as text',
    ],
    [
      'a value too long',
      exchange('POST', update, { inputs: [input({ properties: { a: 'x'.repeat(65_537) } })] }),
      '65536',
    ],
    ['nothing to change', exchange('POST', update, { inputs: [input({ properties: {} })] }), 'changes nothing'],
    ['101 inputs', exchange('POST', update, { inputs: many(101) }), '101 inputs'],
    ['no inputs', exchange('POST', update, { inputs: [] }), 'a batch of nothing'],
    [
      'an id twice',
      exchange('POST', update, { inputs: [input(), input({ objectWriteTraceId: 'b' })] }),
      'an id stands twice',
    ],
    ['no trace id', exchange('POST', update, { inputs: [{ id: '1', properties: { a: '1' } }] }), 'no trace id'],
    [
      'a trace id twice',
      exchange('POST', update, { inputs: [input(), input({ id: '2' })] }),
      'a trace id stands twice',
    ],
    [
      'an association the wrong way',
      exchange('POST', '/crm/v3/objects/tasks/batch/create', task(191)),
      'does not lead away',
    ],
    [
      'a task without a day',
      exchange('POST', '/crm/v3/objects/tasks/batch/create', task(192, { a: 'b' })),
      'no hs_timestamp',
    ],
    [
      '1,001 associations',
      exchange('POST', '/crm/v4/associations/companies/tasks/batch/read', {
        inputs: many(1001).map(({ id }) => ({ id })),
      }),
      '1001 inputs',
    ],
    [
      'an unknown operator',
      exchange('POST', '/crm/v3/objects/companies/search', search([{ propertyName: 'a', operator: 'LIKE' }])),
      'is LIKE',
    ],
    [
      'seven filters',
      exchange(
        'POST',
        '/crm/v3/objects/companies/search',
        search(Array.from({ length: 7 }, () => ({ propertyName: 'a', operator: 'EQ', value: '1' }))),
      ),
      'more than 6 filters',
    ],
    [
      'a page past 10,000',
      exchange('POST', '/crm/v3/objects/companies/search', search([], { after: '9995' })),
      'past 10,000',
    ],
    [
      'IN with capitals',
      exchange(
        'POST',
        '/crm/v3/objects/companies/search',
        search([{ propertyName: 'a', operator: 'IN', values: ['Oslo'] }]),
      ),
      'capitals',
    ],
  ])('that is wrong is found: %s', (_what, one, words) => {
    expect(requestProblems(one, routes).join('\n')).toContain(words);
  });
});

describe('a search', () => {
  const filter = (propertyName: string, operator: string) => ({ propertyName, operator, value: '1' });
  const body = (filters: object[], more: object = {}) =>
    JSON.stringify({ filterGroups: [{ filters }], sorts: ['hs_object_id'], limit: 200, ...more });
  const since = filter('hs_lastmodifieddate', 'GTE');

  it('for what changed, page by page above the last id, may be trusted', () => {
    expect(asksForChanges(body([since]))).toBe(true);
    expect(asksForChanges(body([since, filter('hs_object_id', 'GT')]))).toBe(true);
  });

  it.each([
    ['for a key', body([filter('kenko_key', 'EQ')])],
    ['for a changed key', body([since, filter('kenko_key', 'EQ')])],
    ['in the order of time', body([since], { sorts: ['hs_lastmodifieddate'] })],
    ['page by page with after', body([since], { after: '200' })],
    ['for everything', body([])],
  ])('%s may not', (_what, text) => {
    expect(asksForChanges(text)).toBe(false);
  });
});
