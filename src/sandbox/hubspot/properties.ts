// The routes of property definitions and of their groups: what the setup of a connector talks to. Which definitions the
// portal takes is definitions.ts's to say.

import { answer, empty, invalid, notFound, Refusal, refuse } from './answers.ts';
import { badJson, bodyOf, type Call, type Given, idOf, inputsOf, kindNamed, type Routes } from './call.ts';
import { addProperty, archiveProperty, changedProperty, propertyBody } from './definitions.ts';
import type { Kind } from './kinds.ts';
import {
  anyProperty,
  type Group,
  keepProperty,
  most,
  nowText,
  type PortalState,
  propertiesOf,
  propertyOf,
} from './state.ts';
import { needOneOf } from './tokens.ts';
import type { Property } from './values.ts';
import { orderedFailure } from './writing.ts';

const root = '/crm/v3/properties/:type';

function existing(state: PortalState, kind: Kind, name: string, archived = false): Property {
  const property = anyProperty(state, kind, name);
  if (property === undefined || (property.archivedAt !== null) !== archived) throw unknownProperty(kind, name);
  return property;
}
function unknownProperty(kind: Kind, name: string): Refusal {
  return notFound(`No property named ${name} exists for object type ${kind.typeId}`, { context: { name: [name] } });
}
const sensitivities = ['non_sensitive', 'sensitive', 'highly_sensitive'];
/** Which kind of properties is asked for; nothing in this portal is sensitive. */
function sensitivityOf(call: Call): string {
  const asked = call.req.query('dataSensitivity') ?? 'non_sensitive';
  if (!sensitivities.includes(asked)) throw invalid(`${asked} is not a data sensitivity.`);
  return asked;
}

/** Any of the scopes that let one see definitions. The refusal has a form of its own, without a category (recorded). */
function seeing(state: PortalState, call: Call): Kind {
  const kind = kindNamed(call.req.param('type') ?? '');
  const { scopes } = call.env.grant;
  const isEnough = (scope: string) =>
    scope === '*' || /^crm\.(objects|schemas)\..*\.(read|write)$/.test(scope) || scope === 'tickets';
  const mine = scopes.filter(isEnough);
  const allowed = [...kind.readScopes, ...kind.writeScopes, ...kind.schemaWriteScopes];
  const covers = (scope: string) =>
    scope === '*' || allowed.includes(scope) || scope === `crm.schemas.${kind.name}.read`;
  if (mine.some(covers) || (kind.created === 'hs_createdate' && mine.includes('crm.schemas.contacts.read')))
    return kind;
  throw new Refusal(403, {
    status: 'error',
    message: `You do not have permissions to view object type ObjectTypeId{legacyObjectType=${kind.legacy}} in portal ${state.id} (requires one of [${kind.name}-read])`,
  });
}
function furnishing(call: Call): Kind {
  const kind = kindNamed(call.req.param('type') ?? '');
  needOneOf(call.env.grant, kind.schemaWriteScopes);
  return kind;
}
const userOf = (call: Call) => call.env.grant.app;

function completed(
  state: PortalState,
  started: string,
  status: number,
  results: readonly unknown[],
  errors: readonly unknown[],
) {
  const body = { completedAt: nowText(state), status: 'COMPLETE', startedAt: started, results };
  return errors.length === 0 ? answer(status, body) : answer(207, { ...body, errors, numErrors: errors.length });
}
/** A thrown refusal as an entry of `errors[]`. */
function entryOf(thrown: unknown, name: string) {
  if (!(thrown instanceof Refusal) || typeof thrown.body === 'string') throw thrown;
  const { message, category = 'VALIDATION_ERROR', subCategory } = thrown.body;
  return {
    status: 'error',
    category,
    ...(subCategory === undefined ? {} : { subCategory }),
    message,
    context: { name: [name] },
  };
}

function groupBody(group: Group) {
  return { name: group.name, label: group.label, displayOrder: group.displayOrder, archived: group.archived };
}
function groupNamed(state: PortalState, kind: Kind, name: string): Group {
  const group = state.groups.get(kind.name)?.get(name);
  if (group === undefined || group.archived)
    throw notFound(`No property group named ${name} exists`, { context: { name: [name] } });
  return group;
}
/** Adds a group as the API does. */
export function addGroup(state: PortalState, kind: Kind, given: Given): Group {
  const name = idOf(given['name']);
  const label = idOf(given['label']);
  if (name === null || label === null)
    throw badJson('Cannot build PropertyGroupCreate, some of required attributes are not set [name, label]');
  const groups = state.groups.get(kind.name)!;
  if (groups.get(name)?.archived === false)
    throw refuse(409, 'OBJECT_ALREADY_EXISTS', `A property group named '${name}' already exists.`, {
      subCategory: 'PropertyGroupError.PROPERTY_GROUP_WITH_NAME_EXISTS',
    });
  const last = Math.max(...[...groups.values()].map((group) => group.displayOrder));
  const place = given['displayOrder'];
  const group = {
    name,
    label,
    displayOrder: typeof place === 'number' && place >= 0 ? place : last + 1,
    archived: false,
  };
  groups.set(name, group);
  return group;
}

function groupRoutes(routes: Routes, state: PortalState): void {
  routes.get(`${root}/groups`, (call) => {
    const kind = seeing(state, call);
    const groups = [...state.groups.get(kind.name)!.values()].filter((group) => !group.archived);
    return answer(200, { results: groups.map(groupBody) });
  });
  routes.get(`${root}/groups/:group`, (call) =>
    answer(200, groupBody(groupNamed(state, seeing(state, call), call.req.param('group')))),
  );
  routes.post(`${root}/groups`, async (call) => {
    const kind = furnishing(call);
    const group = addGroup(state, kind, await bodyOf(call));
    return answer(201, groupBody(group), {
      location: `${state.url()}/crm/v3/properties/${kind.name}/groups/${group.name}`,
    });
  });
  routes.patch(`${root}/groups/:group`, async (call) => {
    const kind = furnishing(call);
    const group = groupNamed(state, kind, call.req.param('group'));
    const body = await bodyOf(call);
    const after = {
      ...group,
      label: idOf(body['label']) ?? group.label,
      displayOrder: typeof body['displayOrder'] === 'number' ? body['displayOrder'] : group.displayOrder,
    };
    state.groups.get(kind.name)!.set(group.name, after);
    return answer(200, groupBody(after));
  });
  routes.delete(`${root}/groups/:group`, (call) => {
    const kind = furnishing(call);
    const group = groupNamed(state, kind, call.req.param('group'));
    if (propertiesOf(state, kind).some((one) => one.groupName === group.name)) {
      // Observed: the refusal travels as JSON text inside the message of another one.
      const inner = {
        status: 'error',
        message: "Can't delete or purge a group with active properties",
        category: 'VALIDATION_ERROR',
        subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
      };
      throw new Refusal(400, { status: 'error', message: JSON.stringify(inner) });
    }
    state.groups.get(kind.name)!.set(group.name, { ...group, archived: true });
    return empty();
  });
}

/** Properties, their batches and their groups. */
export function propertyRoutes(routes: Routes, state: PortalState): void {
  // Groups first: `groups` would else be taken for the name of a property.
  groupRoutes(routes, state);
  routes.post(`${root}/batch/create`, async (call) => {
    const kind = furnishing(call);
    const started = nowText(state);
    const results: unknown[] = [];
    const errors: unknown[] = [];
    const { itemError, applyFirst } = call.env.orders;
    const inputs = inputsOf(await bodyOf(call), most.batch);
    for (const [at, input] of inputs.slice(0, applyFirst ?? inputs.length).entries())
      try {
        const ordered = itemError(at);
        if (ordered !== null) throw orderedFailure(ordered).refusal;
        results.push(propertyBody(addProperty(state, kind, input, userOf(call)), true));
      } catch (thrown) {
        errors.push(entryOf(thrown, idOf(input['name']) ?? ''));
      }
    return completed(state, started, 201, results, errors);
  });
  routes.post(`${root}/batch/read`, async (call) => {
    const kind = seeing(state, call);
    const started = nowText(state);
    const body = await bodyOf(call);
    const results: unknown[] = [];
    const errors: unknown[] = [];
    for (const input of inputsOf(body, most.batch)) {
      const name = idOf(input['name']) ?? '';
      try {
        results.push(propertyBody(existing(state, kind, name, body['archived'] === true)));
      } catch (thrown) {
        errors.push(entryOf(thrown, name));
      }
    }
    return completed(state, started, 200, results, errors);
  });
  routes.post(`${root}/batch/archive`, async (call) => {
    const kind = furnishing(call);
    for (const input of inputsOf(await bodyOf(call), most.batch)) {
      const property = propertyOf(state, kind, idOf(input['name']) ?? '');
      if (property !== undefined) archiveProperty(state, kind, property);
    }
    return empty();
  });
  routes.get(root, (call) => {
    const kind = seeing(state, call);
    const isPlain = sensitivityOf(call) === 'non_sensitive';
    const listed = isPlain ? propertiesOf(state, kind, call.req.query('archived') === 'true') : [];
    return answer(200, { results: listed.map((property) => propertyBody(property)) });
  });
  routes.get(`${root}/:name`, (call) => {
    const kind = seeing(state, call);
    const name = call.req.param('name');
    const isArchived = call.req.query('archived') === 'true';
    if (sensitivityOf(call) !== 'non_sensitive') throw unknownProperty(kind, name);
    return answer(200, propertyBody(existing(state, kind, name, isArchived)));
  });
  routes.post(root, async (call) => {
    const kind = furnishing(call);
    const property = addProperty(state, kind, await bodyOf(call), userOf(call));
    return answer(201, propertyBody(property), {
      location: `${state.url()}/crm/v3/properties/${kind.name}/${property.name}`,
    });
  });
  routes.patch(`${root}/:name`, async (call) => {
    const kind = furnishing(call);
    const before = existing(state, kind, call.req.param('name'));
    const after = changedProperty(state, kind, before, await bodyOf(call), userOf(call));
    keepProperty(state, kind, after);
    return answer(200, propertyBody(after));
  });
  routes.delete(`${root}/:name`, (call) => {
    const kind = furnishing(call);
    archiveProperty(state, kind, existing(state, kind, call.req.param('name')));
    return empty();
  });
}
