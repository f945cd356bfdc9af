// Whatever a caller sends, the portal answers in HubSpot's manner: no call makes it fall over, and every answer says what
// type it is of and under which id it can be found again.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noOrders } from '../../src/sandbox/half.ts';
import { type Caller, openCaller } from './hubspot-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await openCaller();
  caller.portal.setKnob('searches', 1_000_000);
});
afterAll(async () => {
  await caller.sandbox.close();
});

const paths = [
  '/crm/v3/objects/companies',
  '/crm/v3/objects/companies/merge',
  '/crm/v3/objects/companies/search',
  '/crm/v3/objects/contacts/gdpr-delete',
  '/crm/v3/objects/tasks',
  '/crm/v3/objects/0-27/30000000003',
  '/crm/v3/objects/companies/A0001?idProperty=kenko_external_account_id',
  ...['create', 'read', 'update', 'upsert', 'archive'].map((what) => `/crm/v3/objects/tasks/batch/${what}`),
  '/crm/v3/properties/companies',
  '/crm/v3/properties/companies/name',
  '/crm/v3/properties/companies/kenko_health_band',
  '/crm/v3/properties/companies/groups',
  ...['create', 'read', 'archive'].map((what) => `/crm/v3/properties/companies/batch/${what}`),
  ...['read', 'create', 'associate/default', 'archive', 'labels/archive'].map(
    (what) => `/crm/v4/associations/companies/tasks/batch/${what}`,
  ),
  '/crm/v4/objects/companies/1/associations/tasks/2',
  '/crm/v3/lists',
  '/crm/v3/lists/search',
  '/crm/v3/lists/1/update-list-filters',
  '/crm/v3/lists/1/memberships/add',
  '/crm/v3/owners/1',
  '/crm/v3/pipelines/deals/x',
  '/account-info/v3/details',
  '/oauth/v1/token',
  '/nothing/here',
  '/crm/objects/2026-09/%E0%A4%A/x',
];
const words = [
  'id',
  'inputs',
  'properties',
  'name',
  'hs_timestamp',
  'kenko_health_score',
  'filters',
  'filterGroups',
  'to',
  'from',
  'types',
  'associations',
  'options',
  'type',
  'fieldType',
  'groupName',
  'idProperty',
  'filterBranch',
  'filterBranches',
  'operation',
  'propertyName',
  'operator',
  'sorts',
  'limit',
  'after',
  'listIds',
];
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      '',
      '1',
      'A0001',
      'EQ',
      'OR',
      'AND',
      '1e400',
      '99999999999999999999',
      0,
      -1,
      0.5,
      null,
      true,
    ),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('any'), { maxKeys: 4 }),
  ),
})).any;

it('no nonsense makes the portal fall over', async () => {
  const call = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE'),
    path: fc.constantFrom(...paths),
    body: value,
  });

  await fc.assert(
    fc.asyncProperty(call, async ({ method, path, body }) => {
      const response = await caller.portal.fetch(
        new Request(`http://127.0.0.1${path}`, {
          method,
          headers: { authorization: `Bearer ${caller.sandbox.hubspot.token}`, accept: 'application/json' },
          ...(method === 'GET' ? {} : { body: JSON.stringify(body) ?? '' }),
        }),
        noOrders,
      );

      expect(response.status).toBeLessThan(500);
      expect(response.headers.get('x-hubspot-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
      if (response.status !== 204)
        expect(response.headers.get('content-type')).toMatch(/^(application\/json|text\/html);/);
    }),
    { numRuns: 1_500, seed: 20_261_120 },
  );
});
