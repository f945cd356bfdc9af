// Associations between records, as the v4 routes speak of them: read many at once, make the default one, take away,
// and the types there are. Ids of the near record are strings, those of the far one numbers: so the wire has it.

import type { StoredRecord } from '../records.ts';
import { answer, empty, invalid, Refusal, refuse } from './answers.ts';
import { asGiven, bodyOf, type Call, type Given, idOf, inputsOf, kindNamed, type Routes, wholeIn } from './call.ts';
import { defaultLink, type Kind, linkTypes } from './kinds.ts';
import type { LinkSpec } from './links.ts';
import { find, nowText, type PortalState, shuffled } from './state.ts';
import { needOneOf } from './tokens.ts';
import { bind, bondType, orderedFailure } from './writing.ts';

const pair = '/crm/v4/associations/:from/:to';
const mostRead = 1000;
const mostMade = 2000;
const mostPerPage = 500;

interface Pair {
  readonly from: Kind;
  readonly to: Kind;
}

/** Both object types of the path; a scope of either side is enough, associations have none of their own. */
function pairOf(call: Call, from: string, to: string, isWrite: boolean): Pair {
  const sides = { from: kindNamed(call.req.param(from) ?? ''), to: kindNamed(call.req.param(to) ?? '') };
  const scopes = (kind: Kind) => (isWrite ? kind.writeScopes : [...kind.readScopes, ...kind.writeScopes]);
  needOneOf(call.env.grant, [...new Set([...scopes(sides.from), ...scopes(sides.to)])]);
  return sides;
}

/** A word of a path that is put together at run time, so that the router's types cannot know it. */
function param(call: Call, name: string): string {
  return call.req.param(name) ?? '';
}

function farBody(far: { readonly id: string; readonly types: readonly LinkSpec[] }) {
  // A number on the wire, whatever the vendor's own types say.
  return { toObjectId: Number(far.id), associationTypes: far.types };
}
/** The far records that still exist. */
function farOf(state: PortalState, { from, to }: Pair, id: string) {
  return state.links.of(from.name, id, to.name).filter((far) => find(state, to, far.id) !== null);
}

function noneEntry({ from, to }: Pair, id: string) {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to.singular} is associated with ${from.singular} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from.singular], toObjectType: [to.singular] },
  };
}
function badId(id: string): Refusal {
  return invalid(`${id} is not a valid ID`, {
    subCategory: 'crm.associations.INVALID_IDENTIFIER',
    context: { id: [id] },
  });
}
/** A refusal as an entry of `errors[]`; one without a context has none there either (recorded). */
function entryOf(refusal: Refusal) {
  const { status, category, subCategory, message, context } = refusal.body as Given;
  return {
    status,
    category,
    ...(subCategory === undefined ? {} : { subCategory }),
    message,
    ...(context === undefined ? {} : { context }),
  };
}

function completed(
  state: PortalState,
  started: string,
  status: number,
  results: readonly unknown[],
  errors: readonly unknown[],
) {
  const body = {
    completedAt: nowText(state),
    status: 'COMPLETE',
    startedAt: started,
    results: shuffled(state, results),
  };
  return errors.length === 0
    ? answer(status, body)
    : answer(207, { ...body, errors: shuffled(state, errors), numErrors: errors.length });
}

/** Where a page of far records begins: after the one that `after` names. */
function pageFrom<T extends { readonly id: string }>(
  far: readonly T[],
  after: string | null,
): { page: readonly T[]; next: string | null } {
  const start = after === null ? 0 : far.findIndex((one) => one.id === after) + 1;
  const page = far.slice(start, start + mostPerPage);
  return { page, next: start + mostPerPage < far.length ? (page.at(-1)?.id ?? null) : null };
}

function readMany(state: PortalState, call: Call, sides: Pair, body: Given): Response {
  const started = nowText(state);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(body, mostRead)) {
    const id = idOf(input['id']) ?? '';
    if (!/^\d+$/.test(id)) {
      errors.push(entryOf(badId(id)));
      continue;
    }
    const { page, next } = pageFrom(farOf(state, sides, id), idOf(input['after']));
    if (page.length === 0) errors.push(noneEntry(sides, id));
    else
      results.push({
        from: { id },
        to: page.map(farBody),
        ...(next === null
          ? {}
          : {
              paging: { next: { after: next, link: `${state.url()}${new URL(call.req.url).pathname}?after=${next}` } },
            }),
      });
  }
  if (call.env.orders.rows === 'drop') results.pop();
  return completed(state, started, 200, results, errors);
}

/** The records at both ends; throws when an id is none, when a record is not there, or when both are one. */
function ends(state: PortalState, { from, to }: Pair, fromId: string, toId: string): [StoredRecord, StoredRecord] {
  const stranger = [fromId, toId].find((id) => !/^\d+$/.test(id));
  if (stranger !== undefined) throw badId(stranger);
  const near = find(state, from, fromId);
  const far = find(state, to, toId);
  if (near === null || far === null)
    throw refuse(404, 'OBJECT_NOT_FOUND', 'One or more objects to be associated do not exist', {
      context: { objectId: [near === null ? fromId : toId] },
    });
  if (from.name === to.name && near.id === far.id)
    throw invalid(`Object ${near.id} cannot be associated to itself (${far.id})`);
  return [near, far];
}

function bindDefault(state: PortalState, sides: Pair, fromId: string, toId: string) {
  const type = defaultLink(sides.from.name, sides.to.name);
  if (type === undefined) throw invalid(`${sides.from.legacy} and ${sides.to.legacy} cannot be associated`);
  const [near, far] = ends(state, sides, fromId, toId);
  bind(state, type, near.id, far.id);
  const back = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type.inverse };
  return [
    {
      from: { id: near.id },
      to: { id: far.id },
      associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type.id },
    },
    { from: { id: far.id }, to: { id: near.id }, associationSpec: back },
  ];
}
function bindAs(state: PortalState, sides: Pair, fromId: string, toId: string, given: unknown, isPut = false) {
  if (!Array.isArray(given) || given.length === 0) throw invalid('At least one association type is needed');
  const types = given.map((spec) => bondType(sides.from, asGiven(spec)));
  const [near, far] = ends(state, sides, fromId, toId);
  // A PUT says which labels there shall be: others go.
  if (isPut) state.links.remove(sides.from.name, near.id, sides.to.name, far.id);
  for (const type of types) bind(state, type, near.id, far.id);
  return {
    fromObjectTypeId: sides.from.typeId,
    fromObjectId: Number(near.id),
    toObjectTypeId: sides.to.typeId,
    toObjectId: Number(far.id),
    labels: types.flatMap((type) => (type.label === null ? [] : [type.label])),
  };
}

/** Whether the call gets the codes that the specification of 2026-09 has instead of those of v4. */
function isSpecified(state: PortalState, call: Call): boolean {
  return call.env.version >= '2026-09' && call.env.version < 'v' && state.settings.datedCodes === 'as_specified';
}

function batchRoutes(routes: Routes, state: PortalState): void {
  /** Runs each input on its own; what one is refused for becomes an entry of `errors[]`. */
  const each = (call: Call, inputs: readonly Given[], one: (near: string, far: string, input: Given) => unknown[]) => {
    const results: unknown[] = [];
    const errors: unknown[] = [];
    const { itemError, applyFirst } = call.env.orders;
    for (const [at, input] of inputs.slice(0, applyFirst ?? inputs.length).entries())
      try {
        const ordered = itemError(at);
        if (ordered !== null) throw orderedFailure(ordered).refusal;
        results.push(...one(idOf(asGiven(input['from'])['id']) ?? '', idOf(asGiven(input['to'])['id']) ?? '', input));
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        errors.push(entryOf(thrown));
      }
    return { results, errors };
  };
  routes.post(`${pair}/batch/read`, async (call) =>
    readMany(state, call, pairOf(call, 'from', 'to', false), await bodyOf(call)),
  );
  routes.post(`${pair}/batch/create`, async (call) => {
    const started = nowText(state);
    const sides = pairOf(call, 'from', 'to', true);
    const inputs = inputsOf(await bodyOf(call), mostMade);
    const done = each(call, inputs, (near, far, input) => [bindAs(state, sides, near, far, input['types'])]);
    return completed(state, started, isSpecified(state, call) ? 200 : 201, done.results, done.errors);
  });
  routes.post(`${pair}/batch/associate/default`, async (call) => {
    const started = nowText(state);
    const sides = pairOf(call, 'from', 'to', true);
    const inputs = inputsOf(await bodyOf(call), mostMade);
    const done = each(call, inputs, (near, far) => bindDefault(state, sides, near, far));
    return completed(state, started, 200, done.results, done.errors);
  });
  routes.post(`${pair}/batch/archive`, async (call) => {
    const sides = pairOf(call, 'from', 'to', true);
    for (const input of inputsOf(await bodyOf(call), mostMade))
      for (const far of Array.isArray(input['to']) ? input['to'] : [])
        state.links.remove(
          sides.from.name,
          idOf(asGiven(input['from'])['id']) ?? '',
          sides.to.name,
          idOf(asGiven(far)['id']) ?? '',
        );
    return isSpecified(state, call) ? completed(state, nowText(state), 200, [], []) : empty();
  });
  routes.post(`${pair}/batch/labels/archive`, async (call) => {
    const sides = pairOf(call, 'from', 'to', true);
    for (const input of inputsOf(await bodyOf(call), mostMade))
      for (const spec of Array.isArray(input['types']) ? input['types'] : [])
        state.links.removeType(
          bondType(sides.from, asGiven(spec)),
          idOf(asGiven(input['from'])['id']) ?? '',
          idOf(asGiven(input['to'])['id']) ?? '',
        );
    return empty();
  });
}

/** All v4 routes; those of single records also under the path that the date-based versions use. */
export function associationRoutes(routes: Routes, state: PortalState): void {
  batchRoutes(routes, state);
  routes.get(`${pair}/labels`, (call) => {
    const sides = pairOf(call, 'from', 'to', false);
    const types = linkTypes.filter((type) => type.from === sides.from.name && type.to === sides.to.name);
    return answer(200, {
      results: types.map((type) => ({ category: 'HUBSPOT_DEFINED', typeId: type.id, label: type.label })),
    });
  });
  for (const version of ['v3', 'v4']) {
    const single = `/crm/${version}/objects/:from/:fromId/associations`;
    routes.get(`${single}/:to`, (call) => {
      const sides = pairOf(call, 'from', 'to', false);
      const limit = wholeIn(call, 'limit', mostPerPage, mostPerPage);
      const far = farOf(state, sides, param(call, 'fromId'));
      const after = call.req.query('after') ?? null;
      const start = after === null ? 0 : far.findIndex((one) => one.id === after) + 1;
      const page = far.slice(start, start + limit);
      const next = start + limit < far.length ? page.at(-1)!.id : null;
      return answer(200, {
        results: page.map(farBody),
        ...(next === null
          ? {}
          : {
              paging: { next: { after: next, link: `${state.url()}${new URL(call.req.url).pathname}?after=${next}` } },
            }),
      });
    });
    routes.put(`${single}/default/:to/:toId`, (call) => {
      const started = nowText(state);
      const sides = pairOf(call, 'from', 'to', true);
      return completed(state, started, 200, bindDefault(state, sides, param(call, 'fromId'), param(call, 'toId')), []);
    });
    routes.put(`${single}/:to/:toId`, async (call) => {
      const sides = pairOf(call, 'from', 'to', true);
      const text = await call.req.text();
      return answer(
        201,
        bindAs(state, sides, param(call, 'fromId'), param(call, 'toId'), JSON.parse(text === '' ? '[]' : text), true),
      );
    });
    routes.delete(`${single}/:to/:toId`, (call) => {
      const sides = pairOf(call, 'from', 'to', true);
      state.links.remove(sides.from.name, param(call, 'fromId'), sides.to.name, param(call, 'toId'));
      return empty();
    });
  }
}
