// Records one at a time: list, get, make, change, archive, merge. Batches and searches have files of their own.

import type { StoredRecord } from '../records.ts';
import { answer, empty, invalid, javaInstant, refuse, resourceNotFound } from './answers.ts';
import {
  authorOf,
  bodyOf,
  type Call,
  type Given,
  idOf,
  namesIn,
  type Routes,
  readable,
  wholeIn,
  writable,
} from './call.ts';
import { type Kind, kindOf } from './kinds.ts';
import { find, isUnique, type PortalState, propertyOf, recordBody, shownAfter } from './state.ts';
import { change, create, orderedFailure, type Written } from './writing.ts';

const root = '/crm/v3/objects/:type';

/** 400 for a property that names no record. */
export function notUnique(state: PortalState, kind: Kind, name: string) {
  return invalid(
    `Unable to perform update/upsert by non-unique ${kind.typeId} property ${name} in portal ID ${state.id}`,
  );
}

/** The record of the path; throws the 404 in the form that the caller's Accept header earns. */
function named(state: PortalState, call: Call, kind: Kind): StoredRecord {
  const id = call.req.param('id') ?? '';
  const accept = call.req.header('accept') ?? '';
  const isArchived = call.req.query('archived') === 'true';
  const property = call.req.query('idProperty');
  if (property !== undefined && property !== '') {
    if (!isUnique(state, kind, property)) throw notUnique(state, kind, property);
    const found = state.store.findBy(kind.name, property, id, { deleted: isArchived });
    const record = found.find((one) => (one.deletedAt !== null) === isArchived);
    if (record === undefined) throw resourceNotFound(accept);
    return record;
  }
  if (!/^\d+$/.test(id))
    throw refuse(404, 'OBJECT_NOT_FOUND', 'Object not found.  objectId are usually numeric.', {
      context: { id: [id] },
    });
  const record = find(state, kind, id, isArchived);
  if (record === null) throw resourceNotFound(accept);
  return record;
}

/** How an object type is called in the names of associations: a meeting is an event there. */
const inTypes = (kind: Kind) => (kind.name === 'meetings' ? 'meeting_event' : kind.singular);

/** `associations` of a record as GET shows them, for the types asked for; left out where there are none. */
function associationsOf(state: PortalState, kind: Kind, record: StoredRecord, types: readonly string[]) {
  const listed: Record<string, { results: { id: string; type: string }[] }> = {};
  for (const segment of types) {
    const to = kindOf(segment);
    if (to === undefined) continue;
    const results = state.links.of(kind.name, record.id, to.name).flatMap((far) =>
      far.types.map((spec) => {
        const isPlainOfLabelled = spec.label === null && far.types.length > 1;
        return { id: far.id, type: `${inTypes(kind)}_to_${inTypes(to)}${isPlainOfLabelled ? '_unlabeled' : ''}` };
      }),
    );
    if (results.length > 0) listed[to.name] = { results };
  }
  return Object.keys(listed).length === 0 ? {} : { associations: listed };
}

/** Every value that the named properties of a record ever had, newest first. */
export function historyOf(state: PortalState, kind: Kind, record: StoredRecord, names: readonly string[]) {
  const changes = state.store
    .changes()
    .filter((one) => one.id === record.id && one.type === kind.name && one.after !== null);
  const listed: Record<string, { value: string; timestamp: string; sourceType: string; sourceId: string }[]> = {};
  for (const name of names) {
    if (propertyOf(state, kind, name) === undefined) continue;
    listed[name] = changes
      .filter((one) => (one.before?.values[name] ?? null) !== (one.after?.values[name] ?? null))
      .map((one) => ({
        value: String(one.after?.values[name] ?? ''),
        timestamp: javaInstant(Date.parse(one.at)),
        sourceType: one.by.startsWith('api:') ? 'INTEGRATION' : 'CRM_UI',
        sourceId: one.by.replace(/^\w+:/, ''),
      }))
      .reverse();
  }
  return listed;
}

function shownBy(call: Call, kind: Kind): readonly string[] {
  const asked = namesIn(call, 'properties');
  return asked.length === 0 ? kind.shown : asked;
}

function whole(state: PortalState, call: Call, kind: Kind, record: StoredRecord) {
  const history = namesIn(call, 'propertiesWithHistory');
  return {
    ...recordBody(state, kind, record, [...shownBy(call, kind), ...history]),
    ...(history.length === 0 ? {} : { propertiesWithHistory: historyOf(state, kind, record, history) }),
    ...associationsOf(state, kind, record, namesIn(call, 'associations')),
  };
}

/** Ids in the order of their making, without trusting them to fit a number. */
function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}

function list(state: PortalState, call: Call, kind: Kind): Response {
  const limit = wholeIn(call, 'limit', 10, namesIn(call, 'propertiesWithHistory').length > 0 ? 50 : 100);
  const after = call.req.query('after') ?? '';
  const isArchived = call.req.query('archived') === 'true';
  const page: StoredRecord[] = [];
  let next: string | null = null;
  for (const record of state.store.all(kind.name, { deleted: isArchived })) {
    if ((record.deletedAt !== null) !== isArchived || record.mergedInto !== null) continue;
    if (after !== '' && isBefore(record.id, after)) continue;
    if (page.length === limit) {
      next = record.id;
      break;
    }
    page.push(record);
  }
  const { rows } = call.env.orders;
  if (rows === 'drop') page.pop();
  if (rows === 'duplicate' && page[0] !== undefined) page.push(page[0]);
  const query = new URLSearchParams(new URL(call.req.url).search);
  if (next !== null) query.set('after', next);
  const link = `${state.url()}${new URL(call.req.url).pathname}?${query.toString()}`;
  return answer(200, {
    results: page.map((record) => whole(state, call, kind, record)),
    ...(next === null ? {} : { paging: { next: { after: next, link } } }),
  });
}

/** The record that was written, or the refusal thrown. */
function settled(written: Written) {
  if (!written.ok) throw written.failure.refusal;
  return written;
}

function obey(call: Call): void {
  const ordered = call.env.orders.itemError(0);
  if (ordered !== null) throw orderedFailure(ordered).refusal;
}

/** A merge makes a third record; both old ids lead to it from then on. */
export function merge(
  state: PortalState,
  kind: Kind,
  primary: StoredRecord,
  other: StoredRecord,
  by: string,
): StoredRecord {
  const born = state.store.insert(kind.name, {}, by, { asSystem: true });
  if (!born.ok) throw new Error('an empty record was refused');
  const id = born.record.id;
  const merged = [primary, other].flatMap((one) => [
    one.id,
    ...String(one.values['hs_merged_object_ids'] ?? '').split(';'),
  ]);
  for (const old of [primary, other]) {
    state.store.merge(kind.name, id, old.id, by);
    state.links.move(kind.name, old.id, id);
  }
  const ids = { hs_merged_object_ids: [...new Set(merged.filter((one) => one !== ''))].join(';') };
  state.store.update(kind.name, id, ids, by, { asSystem: true });
  return state.store.get(kind.name, id)!;
}

function mergeGiven(state: PortalState, kind: Kind, given: Given, by: string): StoredRecord {
  const ids = ['primaryObjectId', 'objectIdToMerge'].map((name) => idOf(given[name]) ?? '');
  const [primary, other] = ids.map((id) => find(state, kind, id));
  if (!primary || !other || primary.id === other.id)
    throw refuse(404, 'OBJECT_NOT_FOUND', `Could not find ${kind.legacy} objects to merge`, { context: { ids } });
  return merge(state, kind, primary, other, by);
}

/** List, get, create, update, archive, merge, purge. */
export function objectRoutes(routes: Routes, state: PortalState): void {
  routes.get(root, (call) => list(state, call, readable(call, call.req.param('type'))));
  routes.get(`${root}/:id`, (call) => {
    const kind = readable(call, call.req.param('type'));
    return answer(200, whole(state, call, kind, named(state, call, kind)));
  });
  routes.post(root, async (call) => {
    const kind = writable(call, call.req.param('type'));
    const body = await bodyOf(call);
    obey(call);
    const { record } = settled(create(state, kind, body, { by: authorOf(call), version: call.env.version }));
    const location = `${state.url()}${new URL(call.req.url).pathname}/${record.id}`;
    return answer(201, recordBody(state, kind, record, 'set'), { location });
  });
  routes.patch(`${root}/:id`, async (call) => {
    const kind = writable(call, call.req.param('type'));
    const body = await bodyOf(call);
    const record = named(state, call, kind);
    obey(call);
    const done = settled(change(state, kind, record, body, { by: authorOf(call), version: call.env.version }));
    return answer(200, recordBody(state, kind, done.record, shownAfter(kind, done.sent, done.record)));
  });
  routes.delete(`${root}/:id`, (call) => {
    const kind = writable(call, call.req.param('type'));
    const record = find(state, kind, call.req.param('id'));
    if (record !== null) state.store.remove(kind.name, record.id, authorOf(call));
    return empty();
  });
  routes.post(`${root}/merge`, async (call) => {
    const kind = writable(call, call.req.param('type'));
    const record = mergeGiven(state, kind, await bodyOf(call), authorOf(call));
    return answer(200, recordBody(state, kind, record, 'set'));
  });
  routes.post('/crm/v3/objects/contacts/gdpr-delete', async (call) => {
    const kind = writable(call, 'contacts');
    const body = await bodyOf(call);
    const id = idOf(body['objectId']) ?? '';
    const record =
      body['idProperty'] === 'email' ? (state.store.findBy('contacts', 'email', id)[0] ?? null) : find(state, kind, id);
    if (record !== null) {
      const blank = Object.fromEntries(Object.keys(record.values).map((name) => [name, null]));
      state.store.update(kind.name, record.id, blank, authorOf(call), { asSystem: true });
      state.store.remove(kind.name, record.id, authorOf(call));
    }
    return empty();
  });
}
