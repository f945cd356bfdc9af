// What stands around lists: folders they lie in, the day on which a filtered one becomes a fixed one, the numbers that the
// first version of lists had, and from 2026-09 on all lists by a cursor.

import { answer, empty, invalid, refuse } from './answers.ts';
import { asGiven, badJson, bodyOf, type Call, type Given, idOf, type Routes } from './call.ts';
import { foundBody, livingList, processings } from './lists.ts';
import { nowText, type PortalState } from './state.ts';
import { needOneOf } from './tokens.ts';

const root = '/crm/v3/lists';
const readScopes = ['crm.lists.read', 'crm.lists.write'];
const writeScopes = ['crm.lists.write'];

export interface ListFolder {
  readonly id: string;
  readonly name: string;
  readonly parent: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly listIds: readonly string[];
}
/** The folder that all others lie in; nobody made it. */
const top = '0';

function folderBody(state: PortalState, id: string): Record<string, unknown> {
  const folder = state.folders.get(id);
  const children = [...state.folders.values()].filter((one) => one.parent === id);
  return {
    id: Number(id),
    parentFolderId: Number(folder?.parent ?? top),
    name: folder?.name ?? '',
    ...(folder === undefined ? {} : { createdAt: folder.createdAt, updatedAt: folder.updatedAt, userId: 1 }),
    childLists: (folder?.listIds ?? []).map(Number),
    childNodes: children.map((one) => folderBody(state, one.id)),
  };
}
function folderNamed(state: PortalState, id: string): ListFolder {
  const folder = state.folders.get(id);
  if (folder === undefined)
    throw refuse(404, 'OBJECT_NOT_FOUND', `Folder does not exist with ID ${id}.`, {
      subCategory: 'ILS.FOLDER_NOT_FOUND',
    });
  return folder;
}
/** A place for a folder or a list: one that is there, or the top. */
function place(state: PortalState, id: string): string {
  return id === top || id === '' ? top : folderNamed(state, id).id;
}

function folderRoutes(routes: Routes, state: PortalState): void {
  routes.post(`${root}/folders`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    const body = await bodyOf(call);
    const name = idOf(body['name']);
    if (name === null) throw badJson('some of required attributes are not set [name]');
    const now = nowText(state);
    const id = String(state.folders.size + 1);
    const parent = place(state, idOf(body['parentFolderId']) ?? '');
    state.folders.set(id, { id, name, parent, createdAt: now, updatedAt: now, listIds: [] });
    return answer(200, { folder: folderBody(state, id) });
  });
  routes.get(`${root}/folders`, (call) => {
    needOneOf(call.env.grant, readScopes);
    return answer(200, { folder: folderBody(state, place(state, call.req.query('folderId') ?? top)) });
  });
  routes.put(`${root}/folders/move-list`, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    const body = await bodyOf(call);
    const list = livingList(state, idOf(body['listId']) ?? '');
    const goal = place(state, idOf(body['newFolderId']) ?? '');
    for (const folder of [...state.folders.values()]) {
      const others = folder.listIds.filter((id) => id !== list.listId);
      state.folders.set(folder.id, { ...folder, listIds: folder.id === goal ? [...others, list.listId] : others });
    }
    return empty();
  });
  routes.put(`${root}/folders/:id/rename`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const folder = folderNamed(state, call.req.param('id'));
    const name = call.req.query('newFolderName') ?? folder.name;
    state.folders.set(folder.id, { ...folder, name, updatedAt: nowText(state) });
    return answer(200, { folder: folderBody(state, folder.id) });
  });
  routes.put(`${root}/folders/:id/move/:parent`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const folder = folderNamed(state, call.req.param('id'));
    const parent = place(state, call.req.param('parent'));
    for (let above = parent; above !== top; above = folderNamed(state, above).parent)
      if (above === folder.id) throw invalid('A folder cannot be moved into itself.');
    state.folders.set(folder.id, { ...folder, parent, updatedAt: nowText(state) });
    return answer(200, { folder: folderBody(state, folder.id) });
  });
  routes.delete(`${root}/folders/:id`, (call) => {
    needOneOf(call.env.grant, writeScopes);
    const folder = folderNamed(state, call.req.param('id'));
    if (folder.listIds.length > 0 || [...state.folders.values()].some((one) => one.parent === folder.id))
      throw invalid(`Folder ${folder.id} is not empty.`, { subCategory: 'ILS.FOLDER_NOT_EMPTY' });
    state.folders.delete(folder.id);
    return empty();
  });
}

function conversionIn(given: Given): Given {
  const kind = given['conversionType'];
  const isDay = kind === 'CONVERSION_DATE' && ['year', 'month', 'day'].every((part) => typeof given[part] === 'number');
  const isQuiet = kind === 'INACTIVITY' && typeof given['offset'] === 'number' && typeof given['timeUnit'] === 'string';
  if (!isDay && !isQuiet) throw badJson('Cannot build PublicListConversionTime');
  return given;
}
function conversionRoutes(routes: Routes, state: PortalState): void {
  const path = `${root}/:id/schedule-conversion`;
  const planned = new Map<string, Given>();
  const told = (call: Call) => {
    const { listId } = livingList(state, call.req.param('id') ?? '');
    const when = planned.get(listId);
    if (when === undefined)
      throw refuse(404, 'OBJECT_NOT_FOUND', `No conversion is scheduled for list ${listId}.`, {
        subCategory: 'ILS.LIST_CONVERSION_NOT_FOUND',
      });
    return { listId, requestedConversionTime: when };
  };
  routes.get(path, (call) => {
    needOneOf(call.env.grant, readScopes);
    return answer(200, told(call));
  });
  routes.put(path, async (call) => {
    needOneOf(call.env.grant, writeScopes);
    const list = livingList(state, call.req.param('id'));
    if (list.processingType !== 'DYNAMIC')
      throw invalid('Only DYNAMIC lists can be converted.', { subCategory: 'ILS.INVALID_LIST_PROCESSING_TYPE' });
    planned.set(list.listId, conversionIn(await bodyOf(call)));
    return answer(200, told(call));
  });
  routes.delete(path, (call) => {
    needOneOf(call.env.grant, writeScopes);
    planned.delete(livingList(state, call.req.param('id')).listId);
    return empty();
  });
}

/** Lists had other numbers once; in this portal no list is old enough to have one. */
function mappingRoutes(routes: Routes): void {
  routes.get(`${root}/idmapping`, (call) => {
    needOneOf(call.env.grant, readScopes);
    const legacyListId = call.req.query('legacyListId') ?? '';
    throw refuse(404, 'OBJECT_NOT_FOUND', `No list has the legacy ID ${legacyListId}.`);
  });
  routes.post(`${root}/idmapping`, async (call) => {
    needOneOf(call.env.grant, readScopes);
    const parsed: unknown = JSON.parse((await call.req.text()) || '[]');
    if (!Array.isArray(parsed)) throw badJson('Cannot deserialize the value');
    return answer(200, { missingLegacyListIds: parsed.map(String), legacyListIdsToIdsMapping: [] });
  });
}

interface Cursor {
  readonly after: string;
  readonly objectTypeId: string | null;
  readonly types: readonly string[];
}
function cursorIn(text: string, asked: Omit<Cursor, 'after'>): string {
  try {
    const cursor = asGiven(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    const isSame = cursor['objectTypeId'] === asked.objectTypeId && String(cursor['types']) === String(asked.types);
    if (isSame && typeof cursor['after'] === 'string') return cursor['after'];
  } catch {
    // What cannot be read is no cursor.
  }
  throw invalid('The cursor is malformed, or the filters changed between pages.', { subCategory: 'INVALID_CURSOR' });
}
function cursorRoute(routes: Routes, state: PortalState): void {
  routes.post(`${root}/all`, async (call, next) => {
    if (call.env.version < '2026-09' || !call.env.version.startsWith('20')) return await next();
    needOneOf(call.env.grant, readScopes);
    const body = await bodyOf(call);
    const types = Array.isArray(body['processingTypes']) ? body['processingTypes'].map(String) : [];
    if (types.some((type) => !processings.includes(type)))
      throw invalid('Unknown processing type.', { subCategory: 'INVALID_PROCESSING_TYPE' });
    const asked = { objectTypeId: idOf(body['objectTypeId']), types };
    const after = idOf(body['after']) === null ? '0' : cursorIn(idOf(body['after'])!, asked);
    const all = [...state.lists.values()].filter(
      (list) =>
        list.deletedAt === null &&
        Number(list.listId) > Number(after) &&
        (asked.objectTypeId === null || list.objectTypeId === asked.objectTypeId) &&
        (types.length === 0 || types.includes(list.processingType)),
    );
    const count = Math.min(Math.max(Number(body['count'] ?? 20) || 20, 1), 500);
    const page = all.slice(0, count);
    const cursor: Cursor = { after: page.at(-1)?.listId ?? '', ...asked };
    const more = Buffer.from(JSON.stringify(cursor)).toString('base64url');
    return answer(200, {
      results: page.map((list) => foundBody(state, list)),
      ...(all.length > count ? { paging: { next: { after: more } } } : {}),
    });
  });
}

/** Folders, conversions, old numbers, and all lists by a cursor. */
export function listExtraRoutes(routes: Routes, state: PortalState): void {
  folderRoutes(routes, state);
  conversionRoutes(routes, state);
  mappingRoutes(routes);
  cursorRoute(routes, state);
}
