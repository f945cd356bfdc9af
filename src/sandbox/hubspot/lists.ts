// Lists, which the UI calls segments: made by hand or by filters over properties. Members of a filtered list are computed
// when asked for; what the filters mean is list-filters.ts's to say.

import { answer, empty, invalid, javaInstant, refuse } from './answers.ts';
import { badJson, bodyOf, type Call, type Given, idOf, kindNamed, namesIn, type Routes, wholeIn } from './call.ts';
import { checkBranch, isIn } from './list-filters.ts';
import { find, nowText, type PortalState } from './state.ts';
import { needOneOf } from './tokens.ts';

const root = '/crm/v3/lists';
const readScopes = ['crm.lists.read', 'crm.lists.write'];
const writeScopes = ['crm.lists.write'];
export const processings: readonly string[] = ['MANUAL', 'DYNAMIC', 'SNAPSHOT'];

export interface PortalList {
  readonly listId: string;
  readonly name: string;
  readonly objectTypeId: string;
  readonly processingType: string;
  readonly filterBranch: Given | null;
  readonly listVersion: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly filtersUpdatedAt: string;
  readonly deletedAt: string | null;
  readonly createdById: string;
  /** Record id → when it joined; empty for DYNAMIC lists. */
  readonly members: ReadonlyMap<string, string>;
}

/** Who is in a list now, and since when, in the order of ids. */
export function membersOf(
  state: PortalState,
  list: PortalList,
): { readonly recordId: string; readonly since: string }[] {
  const kind = kindNamed(list.objectTypeId);
  if (list.processingType !== 'DYNAMIC' || list.filterBranch === null)
    return [...list.members]
      .filter(([id]) => find(state, kind, id) !== null)
      .map(([recordId, since]) => ({ recordId, since }));
  const branch = list.filterBranch;
  return [...state.store.all(kind.name)]
    .filter((record) => isIn(kind, record, branch))
    .map((record) => ({ recordId: record.id, since: javaInstant(Date.parse(record.modifiedAt)) }));
}

// Bodies

function listBody(list: PortalList, withFilters: boolean) {
  return {
    listId: list.listId,
    listVersion: list.listVersion,
    createdAt: list.createdAt,
    updatedAt: list.updatedAt,
    filtersUpdatedAt: list.filtersUpdatedAt,
    ...(list.deletedAt === null ? {} : { deletedAt: list.deletedAt }),
    processingStatus: 'COMPLETE',
    createdById: list.createdById,
    updatedById: list.createdById,
    processingType: list.processingType,
    objectTypeId: list.objectTypeId,
    name: list.name,
    ...(withFilters && list.filterBranch !== null ? { filterBranch: list.filterBranch } : {}),
  };
}
/** A list as searches show it, with what HubSpot counts of it. */
export function foundBody(state: PortalState, list: PortalList) {
  const members = membersOf(state, list);
  const joined = members.map((one) => Date.parse(one.since)).reduce((last, at) => Math.max(last, at), 0);
  return {
    ...listBody(list, false),
    additionalProperties: {
      hs_list_size: String(members.length),
      hs_list_reference_count: '0',
      ...(members.length === 0 ? {} : { hs_last_record_added_at: String(joined) }),
    },
  };
}
/** A list as it is told by itself: since 2026 with who may edit it. */
function wholeBody(list: PortalList, withFilters: boolean) {
  return {
    ...listBody(list, withFilters),
    listPermissions: { teamsWithEditAccess: [], usersWithEditAccess: [] },
    membershipSettings: { membershipTeamId: null, includeUnassigned: null },
  };
}

// Keeping

function keep(state: PortalState, list: PortalList): PortalList {
  state.lists.set(list.listId, list);
  return list;
}
/** A list that is there; throws the 404. */
export function livingList(state: PortalState, id: string): PortalList {
  const list = state.lists.get(id);
  if (list === undefined || list.deletedAt !== null)
    throw refuse(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${id}.`, { subCategory: 'ILS.LIST_NOT_FOUND' });
  return list;
}
function checkName(state: PortalState, name: string, except: string | null): void {
  const other = [...state.lists.values()].find(
    (one) => one.deletedAt === null && one.name === name && one.listId !== except,
  );
  if (other !== undefined)
    throw invalid(`List names must be unique. The name [${name}] is already in use.`, {
      subCategory: 'ILS.DUPLICATE_LIST_NAMES',
    });
}

function make(state: PortalState, given: Given, by: string): PortalList {
  const [name, type, processing] = ['name', 'objectTypeId', 'processingType'].map((one) => idOf(given[one]));
  if (!name || !type || !processing)
    throw badJson(
      'Cannot build ListCreateRequest, some of required attributes are not set [name, objectTypeId, processingType]',
    );
  if (!processings.includes(processing)) throw invalid(`${processing} is not a processing type.`);
  const kind = kindNamed(type);
  checkName(state, name, null);
  const isFiltered = processing === 'DYNAMIC' || (processing === 'SNAPSHOT' && given['filterBranch'] !== undefined);
  const filterBranch = isFiltered ? checkBranch(state, kind, given['filterBranch']) : null;
  const now = nowText(state);
  const list: PortalList = {
    listId: String(state.lists.size + 1),
    name,
    objectTypeId: kind.typeId,
    processingType: processing,
    filterBranch,
    listVersion: 1,
    createdAt: now,
    updatedAt: now,
    filtersUpdatedAt: now,
    deletedAt: null,
    createdById: by,
    members: new Map(),
  };
  if (processing !== 'SNAPSHOT' || filterBranch === null) return keep(state, list);
  // A snapshot is filled once, by its filters as they are now.
  const first = membersOf(state, { ...list, processingType: 'DYNAMIC' });
  return keep(state, { ...list, members: new Map(first.map((one) => [one.recordId, now])) });
}

function changeMembers(state: PortalState, list: PortalList, add: readonly string[], remove: readonly string[]) {
  if (list.processingType === 'DYNAMIC')
    throw invalid('Memberships of DYNAMIC lists cannot be changed by hand.', {
      subCategory: 'ILS.INVALID_LIST_PROCESSING_TYPE',
    });
  const kind = kindNamed(list.objectTypeId);
  const members = new Map(list.members);
  const there = add.filter((id) => find(state, kind, id) !== null);
  const recordsIdsAdded = there.filter((id) => !members.has(id));
  const recordIdsRemoved = remove.filter((id) => members.has(id));
  for (const id of recordsIdsAdded) members.set(id, nowText(state));
  for (const id of recordIdsRemoved) members.delete(id);
  keep(state, { ...list, members });
  return { recordIdsRemoved, recordsIdsAdded, recordIdsMissing: add.filter((id) => !there.includes(id)) };
}

async function idsIn(call: Call): Promise<string[]> {
  const text = await call.req.text();
  const parsed: unknown = text === '' ? [] : JSON.parse(text);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function membershipRoutes(routes: Routes, state: PortalState): void {
  const page = (call: Call, id: string) => {
    needOneOf(call.env.grant, readScopes);
    const limit = wholeIn(call, 'limit', 100, 250);
    const all = membersOf(state, livingList(state, id));
    const after = call.req.query('after') ?? '';
    const start = after === '' ? 0 : all.findIndex((one) => one.recordId === after) + 1;
    const shown = all.slice(start, start + limit);
    const last = start + limit < all.length ? shown.at(-1)!.recordId : null;
    return answer(200, {
      results: shown.map((one) => ({ recordId: one.recordId, membershipTimestamp: one.since })),
      total: all.length,
      ...(last === null
        ? {}
        : { paging: { next: { after: last, link: `${state.url()}${root}/${id}/memberships?after=${last}` } } }),
    });
  };
  routes.get(`${root}/records/:type/:record/memberships`, (call) => {
    needOneOf(call.env.grant, readScopes);
    const kind = kindNamed(call.req.param('type'));
    const results = [...state.lists.values()].flatMap((list) => {
      if (list.deletedAt !== null || list.objectTypeId !== kind.typeId) return [];
      const mine = membersOf(state, list).find((one) => one.recordId === call.req.param('record'));
      if (mine === undefined) return [];
      return [
        {
          listId: list.listId,
          listVersion: list.listVersion,
          firstAddedTimestamp: mine.since,
          lastAddedTimestamp: mine.since,
        },
      ];
    });
    return answer(200, { results, total: results.length });
  });
  routes.get(`${root}/:id/memberships`, (call) => page(call, call.req.param('id')));
  routes.get(`${root}/:id/memberships/join-order`, (call) => page(call, call.req.param('id')));
  routes.put(`${root}/:id/memberships/add`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    return answer(200, changeMembers(state, livingList(state, call.req.param('id')), await idsIn(call), []));
  });
  routes.put(`${root}/:id/memberships/add-from/:source`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const source = membersOf(state, livingList(state, call.req.param('source'))).map((one) => one.recordId);
    changeMembers(state, livingList(state, call.req.param('id')), source, []);
    return empty();
  });
  routes.delete(`${root}/:id/memberships`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const list = livingList(state, call.req.param('id'));
    changeMembers(state, list, [], [...list.members.keys()]);
    return empty();
  });
  routes.put(`${root}/:id/memberships/remove`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    return answer(200, changeMembers(state, livingList(state, call.req.param('id')), [], await idsIn(call)));
  });
  routes.put(`${root}/:id/memberships/add-and-remove`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    const body = await bodyOf(call);
    const ids = (name: string) => (Array.isArray(body[name]) ? body[name].map(String) : []);
    return answer(
      200,
      changeMembers(state, livingList(state, call.req.param('id')), ids('recordIdsToAdd'), ids('recordIdsToRemove')),
    );
  });
}

/** Lists and their members. */
export function listRoutes(routes: Routes, state: PortalState): void {
  membershipRoutes(routes, state);
  const withFilters = (call: Call) => call.req.query('includeFilters') === 'true';
  routes.post(root, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    return answer(200, { list: wholeBody(make(state, await bodyOf(call), call.env.grant.app), true) });
  });
  routes.get(root, (call) => {
    needOneOf(call.env.grant, readScopes);
    const lists = namesIn(call, 'listIds').flatMap((id) => state.lists.get(id) ?? []);
    return answer(200, {
      lists: lists.filter((list) => list.deletedAt === null).map((list) => wholeBody(list, withFilters(call))),
    });
  });
  routes.post(`${root}/search`, async (call) => {
    needOneOf(call.env.grant, readScopes);
    const body = await bodyOf(call);
    const query = (idOf(body['query']) ?? '').toLowerCase();
    const types = Array.isArray(body['processingTypes']) ? body['processingTypes'].map(String) : [];
    const found = [...state.lists.values()].filter(
      (list) =>
        list.deletedAt === null &&
        list.name.toLowerCase().includes(query) &&
        (types.length === 0 || types.includes(list.processingType)),
    );
    const offset = Number(body['offset'] ?? 0);
    const end = offset + Math.min(Number(body['count'] ?? 20), 500);
    return answer(200, {
      offset: Math.min(end, found.length),
      hasMore: end < found.length,
      lists: found.slice(offset, end).map((list) => foundBody(state, list)),
      total: found.length,
    });
  });
  routes.get(`${root}/object-type-id/:type/name/:name`, (call) => {
    needOneOf(call.env.grant, readScopes);
    const name = call.req.param('name');
    const { typeId } = kindNamed(call.req.param('type'));
    const list = [...state.lists.values()].find(
      (one) => one.deletedAt === null && one.name === name && one.objectTypeId === typeId,
    );
    if (list === undefined)
      throw refuse(404, 'OBJECT_NOT_FOUND', `List does not exist with name ${name}.`, {
        subCategory: 'ILS.LIST_NOT_FOUND',
      });
    return answer(200, { list: wholeBody(list, withFilters(call)) });
  });
  routes.get(`${root}/:id`, (call) => {
    needOneOf(call.env.grant, readScopes);
    return answer(200, { list: wholeBody(livingList(state, call.req.param('id')), withFilters(call)) });
  });
  routes.put(`${root}/:id/update-list-filters`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    const list = livingList(state, call.req.param('id'));
    if (list.processingType !== 'DYNAMIC')
      throw invalid('Only DYNAMIC lists have filters that can be updated.', {
        subCategory: 'ILS.INVALID_LIST_PROCESSING_TYPE',
      });
    const filterBranch = checkBranch(state, kindNamed(list.objectTypeId), (await bodyOf(call))['filterBranch']);
    const now = nowText(state);
    const after = keep(state, {
      ...list,
      filterBranch,
      listVersion: list.listVersion + 1,
      updatedAt: now,
      filtersUpdatedAt: now,
    });
    return answer(200, { updatedList: wholeBody(after, true) });
  });
  routes.put(`${root}/:id/update-list-name`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const list = livingList(state, call.req.param('id'));
    const name = call.req.query('listName') ?? list.name;
    checkName(state, name, list.listId);
    return answer(200, {
      updatedList: wholeBody(keep(state, { ...list, name, updatedAt: nowText(state) }), withFilters(call)),
    });
  });
  routes.put(`${root}/:id/restore`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const list = state.lists.get(call.req.param('id'));
    if (list !== undefined) keep(state, { ...list, deletedAt: null });
    return empty();
  });
  routes.delete(`${root}/:id`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    keep(state, { ...livingList(state, call.req.param('id')), deletedAt: nowText(state) });
    return empty();
  });
}
