// Every method of HubSpot's own client that a customer-success connector may use, once, with arguments that must succeed:
// the routes of records, definitions, associations, owners, pipelines, lists and tokens. The order matters, for later calls
// look at what earlier ones made. Data and the little that fetches ids; judging is client-methods.ts's.

import { ids, member, results, type Stage } from './portal.ts';

/** What earlier calls left behind: ids by name. */
export interface Found {
  readonly [name: string]: string;
}
export interface ClientCall {
  /** From the client down: `crm.companies.batchApi.read`. */
  readonly name: string;
  /** The arguments; ids come from the portal and from earlier answers. */
  readonly with: (found: Found) => readonly unknown[];
  /** The status that HubSpot's documents have for it. */
  readonly status: number;
  /** Keeps an id of the answer for later calls. */
  readonly keep?: (answer: unknown, found: Record<string, string>) => void;
}

const spec = (associationTypeId: number) => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];
const read = (...inputs: (string | undefined)[]) => ({
  inputs: inputs.map((id) => ({ id })),
  properties: [],
  propertiesWithHistory: [],
});
const idIn = (answer: unknown): string => String((answer as { readonly id: unknown }).id);

interface Family {
  readonly path: string;
  readonly type: string;
  readonly make: Readonly<Record<string, string>>;
  readonly change: Readonly<Record<string, string>>;
}
const activity = (path: string, type: string, name: string): Family => ({
  path,
  type,
  make: { hs_timestamp: '2026-11-25T09:00:00Z', [name]: 'A' },
  change: { [name]: 'B' },
});
const families: readonly Family[] = [
  { path: 'crm.companies', type: 'companies', make: { name: 'Birch' }, change: { city: 'Oslo' } },
  { path: 'crm.contacts', type: 'contacts', make: { firstname: 'Ada' }, change: { jobtitle: 'CTO' } },
  { path: 'crm.deals', type: 'deals', make: { dealname: 'New' }, change: { amount: '12.5' } },
  { path: 'crm.tickets', type: 'tickets', make: { subject: 'Help', hs_pipeline_stage: '1' }, change: { content: 'B' } },
  activity('crm.objects.tasks', 'tasks', 'hs_task_subject'),
  activity('crm.objects.notes', 'notes', 'hs_note_body'),
  activity('crm.objects.meetings', 'meetings', 'hs_meeting_title'),
  activity('crm.objects.calls', 'calls', 'hs_call_title'),
  activity('crm.objects.emails', 'emails', 'hs_email_subject'),
  { path: 'crm.objects', type: '0-2', make: { name: 'Fir' }, change: { city: 'Bergen' } },
];

/** Page, make, get, change, search, four batches whole and three partly, archive; by the API of one object type. */
function familyCalls({ path, type, make, change }: Family): ClientCall[] {
  // The API of all types takes the type first; the others know theirs.
  const lead = path === 'crm.objects' ? [type] : [];
  const at = (found: Found) => found[`${path}.id`]!;
  const second = (found: Found) => found[`${path}.second`]!;
  const key = type === 'companies' || type === '0-2' ? 'kenko_external_account_id' : null;
  const traced = (properties: object) => ({ inputs: [{ objectWriteTraceId: 'a', properties, associations: [] }] });
  const calls: ClientCall[] = [
    {
      name: `${path}.basicApi.getPage`,
      with: () => [...lead, 5, undefined, ['hs_object_id'], undefined, ['contacts']],
      status: 200,
    },
    {
      name: `${path}.basicApi.create`,
      with: () => [...lead, { properties: make, associations: [] }],
      status: 201,
      keep: (answer, found) => {
        found[`${path}.id`] = idIn(answer);
      },
    },
    { name: `${path}.basicApi.getById`, with: (found) => [...lead, at(found), Object.keys(make)], status: 200 },
    { name: `${path}.basicApi.update`, with: (found) => [...lead, at(found), { properties: change }], status: 200 },
    { name: `${path}.searchApi.doSearch`, with: () => [...lead, { filterGroups: [], limit: 2 }], status: 200 },
    {
      name: `${path}.batchApi.create`,
      with: () => [...lead, { inputs: [{ properties: make, associations: [] }] }],
      status: 201,
      keep: (answer, found) => {
        found[`${path}.second`] = idIn((answer as { readonly results: readonly unknown[] }).results[0]);
      },
    },
    { name: `${path}.batchApi.create`, with: () => [...lead, traced({ no_such_property: '1' })], status: 207 },
    { name: `${path}.batchApi.read`, with: (found) => [...lead, read(at(found), second(found))], status: 200 },
    { name: `${path}.batchApi.read`, with: (found) => [...lead, read(at(found), '9')], status: 207 },
    {
      name: `${path}.batchApi.update`,
      with: (found) => [...lead, { inputs: [at(found), second(found)].map((id) => ({ id, properties: change })) }],
      status: 200,
    },
    {
      name: `${path}.batchApi.update`,
      with: (found) => [...lead, { inputs: [at(found), '9'].map((id) => ({ id, properties: change })) }],
      status: 207,
    },
  ];
  const upserts: ClientCall[] =
    key === null
      ? []
      : ['A0001', `new-${path}`].map((id) => ({
          name: `${path}.batchApi.upsert`,
          with: () => [...lead, { inputs: [{ idProperty: key, id, properties: change }] }],
          status: 200,
        }));
  return [
    ...calls,
    ...upserts,
    { name: `${path}.batchApi.archive`, with: (found) => [...lead, { inputs: [{ id: second(found) }] }], status: 204 },
    { name: `${path}.basicApi.archive`, with: (found) => [...lead, at(found)], status: 204 },
  ];
}

const surveys: readonly ClientCall[] = [
  { name: 'crm.objects.feedbackSubmissions.basicApi.getPage', with: () => [2], status: 200 },
  { name: 'crm.objects.feedbackSubmissions.basicApi.getById', with: (found) => [found['survey']], status: 200 },
  { name: 'crm.objects.feedbackSubmissions.batchApi.read', with: (found) => [read(found['survey'])], status: 200 },
  { name: 'crm.objects.feedbackSubmissions.searchApi.doSearch', with: () => [{ limit: 1 }], status: 200 },
];

const merges: readonly ClientCall[] = [
  ...(['companies', 'contacts', 'tickets'] as const).map(
    (type): ClientCall => ({
      name: `crm.${type}.basicApi.merge`,
      with: (found) => [{ primaryObjectId: found[`${type}.8`], objectIdToMerge: found[`${type}.9`] }],
      status: 200,
    }),
  ),
  { name: 'crm.contacts.basicApi.purge', with: (found) => [{ objectId: found['contacts.7'] }], status: 204 },
];

const property = (name: string) => ({ name, label: 'X', groupName: 'x_group', type: 'string', fieldType: 'text' });
const definitions: readonly ClientCall[] = [
  {
    name: 'crm.properties.groupsApi.create',
    with: () => ['companies', { name: 'x_group', label: 'X', displayOrder: -1 }],
    status: 201,
  },
  { name: 'crm.properties.groupsApi.getAll', with: () => ['companies'], status: 200 },
  { name: 'crm.properties.groupsApi.getByName', with: () => ['companies', 'x_group'], status: 200 },
  { name: 'crm.properties.coreApi.create', with: () => ['companies', property('x_one')], status: 201 },
  { name: 'crm.properties.batchApi.create', with: () => ['companies', { inputs: [property('x_two')] }], status: 201 },
  {
    name: 'crm.properties.batchApi.create',
    with: () => ['companies', { inputs: [property('x_two'), property('x_three')] }],
    status: 207,
  },
  { name: 'crm.properties.coreApi.getAll', with: () => ['companies'], status: 200 },
  { name: 'crm.properties.coreApi.getByName', with: () => ['companies', 'x_one'], status: 200 },
  { name: 'crm.properties.coreApi.update', with: () => ['companies', 'x_one', { label: 'One' }], status: 200 },
  {
    name: 'crm.properties.batchApi.read',
    with: () => ['companies', { inputs: [{ name: 'x_one' }], archived: false }],
    status: 200,
  },
  {
    name: 'crm.properties.batchApi.read',
    with: () => ['companies', { inputs: [{ name: 'x_one' }, { name: 'x_no' }], archived: false }],
    status: 207,
  },
  { name: 'crm.properties.coreApi.archive', with: () => ['companies', 'x_one'], status: 204 },
  {
    name: 'crm.properties.batchApi.archive',
    with: () => ['companies', { inputs: [{ name: 'x_two' }, { name: 'x_three' }] }],
    status: 204,
  },
  { name: 'crm.properties.groupsApi.update', with: () => ['companies', 'x_group', { label: 'Y' }], status: 200 },
  { name: 'crm.properties.groupsApi.archive', with: () => ['companies', 'x_group'], status: 204 },
];

const pair = (found: Found) => ({ _from: { id: found['companies.0'] }, to: { id: found['deals.0'] } });
const associations: readonly ClientCall[] = [
  {
    name: 'crm.associations.v4.batchApi.getPage',
    with: (found) => ['companies', 'contacts', { inputs: [{ id: found['companies.0'] }] }],
    status: 200,
  },
  {
    name: 'crm.associations.v4.batchApi.getPage',
    with: (found) => ['companies', 'notes', { inputs: [{ id: found['companies.0'] }] }],
    status: 207,
  },
  {
    name: 'crm.associations.v4.batchApi.create',
    with: (found) => ['companies', 'deals', { inputs: [{ ...pair(found), types: spec(342) }] }],
    status: 201,
  },
  {
    name: 'crm.associations.v4.batchApi.create',
    with: (found) => ['companies', 'deals', { inputs: [{ ...pair(found), to: { id: '9' }, types: spec(342) }] }],
    status: 207,
  },
  {
    name: 'crm.associations.v4.batchApi.createDefault',
    with: (found) => ['companies', 'deals', { inputs: [pair(found)] }],
    status: 200,
  },
  {
    name: 'crm.associations.v4.basicApi.createDefault',
    with: (found) => ['companies', found['companies.0'], 'deals', found['deals.1']],
    status: 200,
  },
  {
    name: 'crm.associations.v4.basicApi.create',
    with: (found) => ['companies', found['companies.0'], 'deals', found['deals.1'], spec(6)],
    status: 201,
  },
  {
    name: 'crm.associations.v4.basicApi.getPage',
    with: (found) => ['companies', found['companies.0'], 'deals', undefined, 500],
    status: 200,
  },
  { name: 'crm.associations.v4.schema.definitionsApi.getAll', with: () => ['contacts', 'companies'], status: 200 },
  {
    name: 'crm.associations.v4.basicApi.archive',
    with: (found) => ['companies', found['companies.0'], 'deals', found['deals.1']],
    status: 204,
  },
  {
    name: 'crm.associations.v4.batchApi.archiveLabels',
    with: (found) => ['companies', 'deals', { inputs: [{ ...pair(found), types: spec(342) }] }],
    status: 204,
  },
  {
    name: 'crm.associations.v4.batchApi.archive',
    with: (found) => [
      'companies',
      'deals',
      { inputs: [{ _from: { id: found['companies.0'] }, to: [{ id: found['deals.0'] }] }] },
    ],
    status: 204,
  },
];

const stage = { label: 'Won it', displayOrder: 0, metadata: { probability: '0.5' } };
const people: readonly ClientCall[] = [
  { name: 'crm.owners.ownersApi.getPage', with: () => [undefined, undefined, 100], status: 200 },
  { name: 'crm.owners.ownersApi.getPage', with: () => [undefined, undefined, 100, true], status: 200 },
  { name: 'crm.owners.ownersApi.getById', with: (found) => [Number(found['owner']), 'id', false], status: 200 },
  { name: 'crm.pipelines.pipelinesApi.getAll', with: () => ['tickets'], status: 200 },
  { name: 'crm.pipelines.pipelinesApi.getById', with: () => ['deals', 'default'], status: 200 },
  {
    name: 'crm.pipelines.pipelinesApi.create',
    with: () => ['deals', { label: 'Renewals', displayOrder: 1, stages: [stage] }],
    status: 201,
    keep: (answer, found) => {
      found['pipeline'] = idIn(answer);
    },
  },
  {
    name: 'crm.pipelines.pipelinesApi.update',
    with: (found) => ['deals', found['pipeline'], { label: 'Renewal' }],
    status: 200,
  },
  {
    name: 'crm.pipelines.pipelinesApi.replace',
    with: (found) => ['deals', found['pipeline'], { label: 'R', displayOrder: 2, stages: [stage] }],
    status: 200,
  },
  { name: 'crm.pipelines.pipelineStagesApi.getAll', with: () => ['deals', 'default'], status: 200 },
  {
    name: 'crm.pipelines.pipelineStagesApi.create',
    with: (found) => ['deals', found['pipeline'], { ...stage, label: 'Lost it' }],
    status: 201,
    keep: (answer, found) => {
      found['stage'] = idIn(answer);
    },
  },
  {
    name: 'crm.pipelines.pipelineStagesApi.getById',
    with: (found) => ['deals', found['pipeline'], found['stage']],
    status: 200,
  },
  {
    name: 'crm.pipelines.pipelineStagesApi.update',
    with: (found) => ['deals', found['pipeline'], found['stage'], { label: 'Lost', metadata: {} }],
    status: 200,
  },
  {
    name: 'crm.pipelines.pipelineStagesApi.replace',
    with: (found) => ['deals', found['pipeline'], found['stage'], { ...stage, label: 'Gone' }],
    status: 200,
  },
  { name: 'crm.pipelines.pipelineAuditsApi.getAudit', with: (found) => ['deals', found['pipeline']], status: 200 },
  {
    name: 'crm.pipelines.pipelineStagesApi.archive',
    with: (found) => ['deals', found['pipeline'], found['stage']],
    status: 204,
  },
  { name: 'crm.pipelines.pipelinesApi.archive', with: (found) => ['deals', found['pipeline']], status: 204 },
  { name: 'crm.schemas.coreApi.getAll', with: () => [], status: 200 },
  { name: 'crm.schemas.coreApi.getById', with: () => ['companies'], status: 200 },
];

const filters = (city: string) => ({
  filterBranchType: 'OR',
  filterBranchOperator: 'OR',
  filters: [],
  filterBranches: [
    {
      filterBranchType: 'AND',
      filterBranchOperator: 'AND',
      filterBranches: [],
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'lifecyclestage',
          operation: {
            operationType: 'ENUMERATION',
            operator: 'IS_ANY_OF',
            values: [city],
            includeObjectsWithNoValueSet: false,
          },
        },
      ],
    },
  ],
});
const keepList = (name: string) => (answer: unknown, found: Record<string, string>) => {
  found[name] = (answer as { readonly list: { readonly listId: string } }).list.listId;
};
const keepFolder = (answer: unknown, found: Record<string, string>) => {
  found['folder'] = idIn((answer as { readonly folder: unknown }).folder);
};
const lists: readonly ClientCall[] = [
  {
    name: 'crm.lists.listsApi.create',
    with: () => [
      { name: 'Filtered', objectTypeId: '0-2', processingType: 'DYNAMIC', filterBranch: filters('customer') },
    ],
    status: 200,
    keep: keepList('list'),
  },
  {
    name: 'crm.lists.listsApi.create',
    with: () => [{ name: 'By hand', objectTypeId: '0-2', processingType: 'MANUAL' }],
    status: 200,
    keep: keepList('manual'),
  },
  {
    name: 'crm.lists.listsApi.create',
    with: () => [{ name: 'Copy', objectTypeId: '0-2', processingType: 'MANUAL' }],
    status: 200,
    keep: keepList('copy'),
  },
  { name: 'crm.lists.listsApi.getById', with: (found) => [found['list'], true], status: 200 },
  { name: 'crm.lists.listsApi.getByName', with: () => ['Filtered', '0-2', true], status: 200 },
  { name: 'crm.lists.listsApi.getAll', with: (found) => [[found['list']], true], status: 200 },
  { name: 'crm.lists.listsApi.doSearch', with: () => [{ query: 'fil', offset: 0, count: 10 }], status: 200 },
  {
    name: 'crm.lists.listsApi.updateListFilters',
    with: (found) => [found['list'], { filterBranch: filters('lead') }, false],
    status: 200,
  },
  { name: 'crm.lists.listsApi.updateName', with: (found) => [found['list'], 'Renamed'], status: 200 },
  {
    name: 'crm.lists.listsApi.scheduleOrUpdateConversion',
    with: (found) => [found['list'], { conversionType: 'CONVERSION_DATE', year: 2027, month: 1, day: 1 }],
    status: 200,
  },
  { name: 'crm.lists.listsApi.getConversionDetails', with: (found) => [found['list']], status: 200 },
  { name: 'crm.lists.listsApi.cancelConversion', with: (found) => [found['list']], status: 204 },
  {
    name: 'crm.lists.membershipsApi.add',
    with: (found) => [found['manual'], [found['companies.0'], found['companies.1']]],
    status: 200,
  },
  { name: 'crm.lists.membershipsApi.getPage', with: (found) => [found['manual']], status: 200 },
  { name: 'crm.lists.membershipsApi.getPageOrderedByAddedToListDate', with: (found) => [found['manual']], status: 200 },
  { name: 'crm.lists.membershipsApi.getLists', with: (found) => ['0-2', found['companies.0']], status: 200 },
  { name: 'crm.lists.membershipsApi.addAllFromList', with: (found) => [found['copy'], found['manual']], status: 204 },
  { name: 'crm.lists.membershipsApi.remove', with: (found) => [found['manual'], [found['companies.1']]], status: 200 },
  {
    name: 'crm.lists.membershipsApi.addAndRemove',
    with: (found) => [found['manual'], { recordIdsToAdd: [], recordIdsToRemove: [found['companies.0']] }],
    status: 200,
  },
  { name: 'crm.lists.membershipsApi.removeAll', with: (found) => [found['copy']], status: 204 },
  { name: 'crm.lists.foldersApi.create', with: () => [{ name: 'Health' }], status: 200, keep: keepFolder },
  { name: 'crm.lists.foldersApi.getAll', with: () => [], status: 200 },
  { name: 'crm.lists.foldersApi.rename', with: (found) => [found['folder'], 'Health lists'], status: 200 },
  {
    name: 'crm.lists.foldersApi.moveList',
    with: (found) => [{ listId: found['list'], newFolderId: found['folder'] }],
    status: 204,
  },
  {
    name: 'crm.lists.foldersApi.moveList',
    with: (found) => [{ listId: found['list'], newFolderId: '0' }],
    status: 204,
  },
  { name: 'crm.lists.foldersApi.move', with: (found) => [found['folder'], '0'], status: 200 },
  { name: 'crm.lists.foldersApi.remove', with: (found) => [found['folder']], status: 204 },
  { name: 'crm.lists.mappingApi.translateLegacyListIdToListIdBatch', with: () => [['17']], status: 200 },
  { name: 'crm.lists.listsApi.remove', with: (found) => [found['list']], status: 204 },
  { name: 'crm.lists.listsApi.restore', with: (found) => [found['list']], status: 204 },
];

const refresh = 'pretend-refresh-not-a-secret';
const tokens: readonly ClientCall[] = [
  {
    name: 'oauth.tokensApi.create',
    with: () => ['refresh_token', undefined, undefined, 'pretend-client-id', 'pretend-client-not-a-secret', refresh],
    status: 200,
    keep: (answer, found) => {
      found['token'] = (answer as { readonly accessToken: string }).accessToken;
    },
  },
  { name: 'oauth.accessTokensApi.get', with: (found) => [found['token']], status: 200 },
  { name: 'oauth.refreshTokensApi.get', with: () => [refresh], status: 200 },
  { name: 'oauth.refreshTokensApi.archive', with: () => [refresh], status: 204 },
];

/**
 * All calls in their order. Left out is pipelineStageAuditsApi.getAudit: 14.0.1 sends the placeholder `{pipelineId}` itself
 * in its address.
 */
export const clientCalls: readonly ClientCall[] = [
  ...families.flatMap(familyCalls),
  ...surveys,
  ...merges,
  ...definitions,
  ...associations,
  ...people,
  ...lists,
  ...tokens,
];

/** The ids that the calls start from: ten of each big type, an owner, a survey. */
export async function startingIds(portal: Stage): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const type of ['companies', 'contacts', 'deals', 'tickets'])
    for (const [at, id] of (await ids(portal, type, 10)).entries()) found[`${type}.${at}`] = id;
  found['survey'] = (await ids(portal, 'feedback_submissions', 1))[0] ?? '';
  found['owner'] = String(results(await portal.ask('GET', '/crm/v3/owners'))[0]?.['id'] ?? '');
  if (member(await portal.ask('GET', '/account-info/v3/details'), 'portalId') === undefined)
    throw new Error('the portal does not say who it is');
  return found;
}
