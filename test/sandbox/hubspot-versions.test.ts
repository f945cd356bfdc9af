// The dated versions of the API: served by the same handlers under other addresses, with rules of their own from 2026-09
// on, and one day without the old ones beside them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, openCaller, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller();
});
afterEach(async () => {
  await caller.sandbox.close();
});

const spec = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 342 }];

describe.each(['2026-03', '2026-09'])('version %s', (version) => {
  it.each([
    ['objects/companies', 'v3/objects/companies'],
    ['properties/companies', 'v3/properties/companies'],
    ['owners', 'v3/owners'],
    ['pipelines/deals', 'v3/pipelines/deals'],
    ['limits/custom-properties', 'v3/limits/custom-properties'],
  ])('answers %s as %s does', async (dated, older) => {
    const [room, ...rest] = dated.split('/');

    const now = await caller.call('GET', `/crm/${[room, version, ...rest].join('/')}`);
    const before = await caller.call('GET', `/crm/${older}`);

    expect(now.status).toBe(200);
    expect(Object.keys(now.body)).toEqual(Object.keys(before.body));
    expect(JSON.stringify(now.body).length).toBeGreaterThan(100);
  });

  it('has associations, lists, account, schemas and tokens', async () => {
    const [company] = await caller.ids('companies', 1);
    const calls = [
      ['POST', `/crm/associations/${version}/companies/contacts/batch/read`, { inputs: [{ id: company }] }],
      ['GET', `/crm/objects/${version}/companies/${company}/associations/contacts`, undefined],
      ['POST', `/crm/lists/${version}/search`, {}],
      ['GET', `/account-info/${version}/details`, undefined],
      ['GET', `/crm-object-schemas/${version}/schemas/companies`, undefined],
    ] as const;

    const answers = await Promise.all(calls.map(([method, path, body]) => caller.call(method, path, body)));

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  });
});

it('a version that does not exist leads nowhere', async () => {
  const answers = [
    await caller.call('GET', '/crm/objects/2027-03/companies'),
    await caller.call('GET', '/crm/objects/2026-04/companies'),
  ];

  expect(answers.map((answer) => answer.status)).toEqual([404, 404]);
});

it('a version that is switched off answers no more, while the others do', async () => {
  const [company] = await caller.ids('companies', 1);
  const body = { inputs: [{ id: company }] };
  caller.portal.setKnob('closedVersions', ['v4']);

  const v4 = await caller.call('POST', '/crm/v4/associations/companies/contacts/batch/read', body);
  const dated = await caller.call('POST', '/crm/associations/2026-09/companies/contacts/batch/read', body);
  const v3 = await caller.call('GET', '/crm/v3/objects/companies');

  expect([v4.status, dated.status, v3.status]).toEqual([404, 200, 200]);
});

it('associations of 2026-09 may be answered by the codes of its specification', async () => {
  const [company] = await caller.ids('companies', 1);
  const [deal] = await caller.ids('deals', 1);
  const make = { inputs: [{ from: { id: company }, to: { id: deal }, types: spec }] };
  const take = { inputs: [{ from: { id: company }, to: [{ id: deal }] }] };
  const both = async (root: string) => [
    (await caller.call('POST', `${root}/companies/deals/batch/create`, make)).status,
    (await caller.call('POST', `${root}/companies/deals/batch/archive`, take)).status,
  ];

  const before = await both('/crm/associations/2026-09');
  caller.portal.setKnob('datedCodes', 'as_specified');
  const after = await both('/crm/associations/2026-09');
  const older = await both('/crm/v4/associations');

  expect([before, after, older]).toEqual([
    [201, 204],
    [200, 200],
    [201, 204],
  ]);
});

it('all lists come by a cursor from 2026-09 on', async () => {
  for (const name of ['A', 'B', 'C'])
    await caller.call('POST', '/crm/v3/lists', { name, objectTypeId: '0-2', processingType: 'MANUAL' });
  const all = (version: string, body: object) => caller.call('POST', `/crm/lists/${version}/all`, body);

  const first = await all('2026-09', { count: 2 });
  const { after } = (first.body['paging'] as { next: { after: string } }).next;
  const second = await all('2026-09', { count: 2, after });
  const other = await all('2026-09', { count: 2, after, objectTypeId: '0-1' });
  const unknown = await all('2026-09', { processingTypes: ['LIVING'] });
  const older = await all('2026-03', {});

  expect(resultsOf(first).map((one) => one['name'])).toEqual(['A', 'B']);
  expect(resultsOf(second).map((one) => one['name'])).toEqual(['C']);
  expect(second.body).not.toHaveProperty('paging');
  expect([other.body['subCategory'], unknown.body['subCategory']]).toEqual([
    'INVALID_CURSOR',
    'INVALID_PROCESSING_TYPE',
  ]);
  expect(older.status).toBe(404);
});
