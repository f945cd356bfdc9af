// Answers of the portal put through the models of HubSpot's own client and back: a key that does not survive is one that
// real programs never see, so a slip of ours or something the vendor's models do not know. Those few are named here.

import { ObjectSerializer as Associations } from '@hubspot/api-client/lib/codegen/crm/associations/v4/models/ObjectSerializer.js';
import { ObjectSerializer as Companies } from '@hubspot/api-client/lib/codegen/crm/companies/models/ObjectSerializer.js';
import { ObjectSerializer as Lists } from '@hubspot/api-client/lib/codegen/crm/lists/models/ObjectSerializer.js';
import { ObjectSerializer as Owners } from '@hubspot/api-client/lib/codegen/crm/owners/models/ObjectSerializer.js';
import { ObjectSerializer as Pipelines } from '@hubspot/api-client/lib/codegen/crm/pipelines/models/ObjectSerializer.js';
import { ObjectSerializer as Properties } from '@hubspot/api-client/lib/codegen/crm/properties/models/ObjectSerializer.js';
import { ObjectSerializer as OAuth } from '@hubspot/api-client/lib/codegen/oauth/models/ObjectSerializer.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, linkTo, openCaller } from './hubspot-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await openCaller();
});
afterAll(async () => {
  await caller.sandbox.close();
});

type Serializer = Pick<typeof Companies, 'serialize' | 'deserialize'>;

/** Paths of all keys of an answer, lists flattened; names of a portal's own properties left out. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysOf(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return one === null ? [] : [at, ...(/(^|\.)(properties|context|metadata)$/.test(at) ? [] : keysOf(one, at))];
  });
}
/** Keys that the client's model loses, each once. */
function lost(serializer: Serializer, body: unknown, type: string): string[] {
  // A type that the serializer does not know passes everything through; a stranger of ours must get stuck.
  const given = { ...(body as object), stranger: true };
  const model: unknown = serializer.deserialize(given, type, '');
  const back: unknown = JSON.parse(JSON.stringify(serializer.serialize(model, type, '')));
  const kept = new Set(keysOf(back));
  if (kept.has('stranger')) throw new Error(`the client has no model ${type}`);
  return [...new Set(keysOf(body).filter((key) => !kept.has(key)))].sort();
}
async function body(method: string, path: string, given?: unknown) {
  return (await caller.call(method, path, given)).body;
}

it('records lose nothing but their url', async () => {
  const [id] = await caller.ids('companies', 1);
  const root = '/crm/v3/objects/companies';
  const page = await body('GET', `${root}?limit=2&associations=contacts&propertiesWithHistory=name`);
  const one = await body('GET', `${root}/${id}?associations=contacts`);
  const made = await body('POST', root, { properties: { name: 'A' } });
  const read = await body('POST', `${root}/batch/read`, { inputs: [{ id }], properties: ['name'] });
  const partly = await body('POST', `${root}/batch/read`, { inputs: [{ id }, { id: '9' }], properties: ['name'] });
  const upserted = await body('POST', `${root}/batch/upsert`, {
    inputs: [{ id: 'A0001', idProperty: 'kenko_external_account_id', properties: { city: 'Oslo' } }],
  });
  const found = await body('POST', `${root}/search`, { limit: 1 });

  expect(lost(Companies, page, 'CollectionResponseSimplePublicObjectWithAssociationsForwardPaging')).toEqual([
    'results[].url',
  ]);
  expect(lost(Companies, one, 'SimplePublicObjectWithAssociations')).toEqual(['url']);
  expect(lost(Companies, made, 'SimplePublicObject')).toEqual(['url']);
  expect(lost(Companies, read, 'BatchResponseSimplePublicObject')).toEqual(['results[].url']);
  expect(lost(Companies, partly, 'BatchResponseSimplePublicObjectWithErrors')).toEqual(['results[].url']);
  expect(lost(Companies, upserted, 'BatchResponseSimplePublicUpsertObject')).toEqual(['results[].url']);
  expect(lost(Companies, found, 'CollectionResponseWithTotalSimplePublicObjectForwardPaging')).toEqual([
    'results[].url',
  ]);
});

it('refusals lose nothing but their status', async () => {
  const root = '/crm/v3/objects/companies';
  const invalid = await body('POST', root, { properties: { nope: '1' } });
  const twice = await body('POST', `${root}/batch/update`, { inputs: [{ id: '1' }, { id: '1' }] });
  const missing = await body('GET', `${root}/9`);

  for (const refused of [invalid, twice, missing]) expect(lost(Companies, refused, 'ModelError')).toEqual(['status']);
});

it('definitions lose nothing', async () => {
  const root = '/crm/v3/properties/companies';
  const all = await body('GET', root);
  const groups = await body('GET', `${root}/groups`);
  const batch = await body('POST', `${root}/batch/read`, {
    inputs: [{ name: 'name' }, { name: 'nope' }],
    archived: false,
  });

  // The client's models of 14.0.1 do not know how sensitive a property is.
  expect(lost(Properties, all, 'CollectionResponsePropertyNoPaging')).toEqual(['results[].dataSensitivity']);
  expect(lost(Properties, groups, 'CollectionResponsePropertyGroupNoPaging')).toEqual([]);
  expect(lost(Properties, batch, 'BatchResponsePropertyWithErrors')).toEqual(['results[].dataSensitivity']);
});

it('associations lose nothing', async () => {
  const [company, other] = await caller.ids('companies', 2);
  await caller.call('POST', '/crm/v3/objects/tasks', {
    properties: { hs_timestamp: '2026-11-25' },
    associations: [linkTo(company!, 192)],
  });
  const root = '/crm/v4/associations/companies/tasks/batch';
  const read = await body('POST', `${root}/read`, { inputs: [{ id: company }, { id: other }] });
  const [task] = await caller.ids('tasks', 1);
  const made = await body('PUT', `/crm/v4/objects/companies/${other}/associations/default/tasks/${task}`);
  const page = await body('GET', `/crm/v4/objects/companies/${company}/associations/tasks`);

  expect(lost(Associations, read, 'BatchResponsePublicAssociationMultiWithLabelWithErrors')).toEqual([]);
  expect(lost(Associations, made, 'BatchResponsePublicDefaultAssociation')).toEqual([]);
  expect(lost(Associations, page, 'CollectionResponseMultiAssociatedObjectWithLabelForwardPaging')).toEqual([]);
});

it('owners, pipelines, lists and tokens lose nothing', async () => {
  const owners = await body('GET', '/crm/v3/owners');
  const pipelines = await body('GET', '/crm/v3/pipelines/deals');
  const list = await body('POST', '/crm/v3/lists', { name: 'M', objectTypeId: '0-2', processingType: 'MANUAL' });
  const found = await body('POST', '/crm/v3/lists/search', {});
  const [company] = await caller.ids('companies', 1);
  const added = await body('PUT', '/crm/v3/lists/1/memberships/add', [company]);
  const members = await body('GET', '/crm/v3/lists/1/memberships');
  const of = await body('GET', `/crm/v3/lists/records/0-2/${company}/memberships`);
  const form =
    'grant_type=refresh_token&client_id=pretend-client-id&client_secret=pretend-client-not-a-secret&refresh_token=pretend-refresh-not-a-secret';
  const token = await body('POST', '/oauth/v1/token', form);

  expect(lost(Owners, owners, 'CollectionResponsePublicOwnerForwardPaging')).toEqual([]);
  expect(lost(Pipelines, pipelines, 'CollectionResponsePipelineNoPaging')).toEqual([]);
  expect(lost(Lists, list, 'ListCreateResponse')).toEqual([]);
  expect(lost(Lists, found, 'ListSearchResponse')).toEqual([]);
  expect(lost(Lists, added, 'MembershipsUpdateResponse')).toEqual([]);
  expect(lost(Lists, members, 'ApiCollectionResponseJoinTimeAndRecordId')).toEqual([]);
  expect(lost(Lists, of, 'ApiCollectionResponseRecordListMembershipNoPaging')).toEqual([]);
  // The portal's number and the scopes come with the token, and the client's model of it knows neither.
  expect(lost(OAuth, token, 'TokenResponseIF')).toEqual(['hub_id', 'scopes']);
});
