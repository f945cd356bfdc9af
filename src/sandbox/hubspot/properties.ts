// Property definitions and their groups: what setup of a connector talks to. Definitions live in the store's fields, so
// that a property an admin takes away is away for records too.

import { answer, empty, invalid, notFound, Refusal, refuse } from './answers.ts';
import { asGiven, badJson, bodyOf, type Call, type Given, idOf, inputsOf, kindNamed, type Routes } from './call.ts';
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
import type { Property, PropertyOption } from './values.ts';

const root = '/crm/v3/properties/:type';

/** Which field types each type may have (the vendor's table). */
const fieldTypes: Readonly<Record<string, readonly string[]>> = {
  number: ['number', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  bool: ['booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  string: ['text', 'textarea', 'html', 'phonenumber', 'file', 'calculation_equation'],
  phone_number: ['phonenumber'],
};

/** A definition as it travels; in answers to a batch/create it is told without its dates and makers. */
export function propertyBody(property: Property, isShort = false) {
  const { readOnlyDefinition, readOnlyValue, archivedAt, createdAt, updatedAt, hubspotDefined, ...rest } = property;
  const { createdUserId, updatedUserId, ...plain } = rest;
  return {
    ...(isShort ? {} : { updatedAt, createdAt }),
    ...plain,
    ...(isShort || createdUserId === undefined ? {} : { createdUserId }),
    ...(isShort || updatedUserId === undefined ? {} : { updatedUserId }),
    ...(hubspotDefined ? { hubspotDefined } : {}),
    ...(isShort ? {} : { archived: archivedAt !== null }),
    ...(archivedAt === null ? {} : { archivedAt }),
    modificationMetadata: { archivable: true, readOnlyDefinition, readOnlyValue },
    dataSensitivity: 'non_sensitive',
  };
}

/** Options as they are kept: those without a place come after those with one. */
function optionsIn(given: unknown): PropertyOption[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw badJson('Cannot deserialize options');
  const listed = given.map((one) => asGiven(one));
  let next = Math.max(-1, ...listed.map((one) => (typeof one['displayOrder'] === 'number' ? one['displayOrder'] : -1)));
  const options = listed.map((one) => {
    const label = idOf(one['label']);
    const value = idOf(one['value']);
    if (label === null || value === null)
      throw badJson('Cannot build OptionInput, some of required attributes are not set [label, value]');
    const place = one['displayOrder'];
    if (typeof place !== 'number') next += 1;
    return {
      label,
      value,
      ...(typeof one['description'] === 'string' ? { description: one['description'] } : {}),
      displayOrder: typeof place === 'number' ? place : next,
      hidden: one['hidden'] === true,
    };
  });
  const values = options.map((option) => option.value);
  if (new Set(values).size !== values.length) throw invalid('Property options must have unique values.');
  return options;
}

function checkShape(type: string, fieldType: string, options: readonly PropertyOption[]): void {
  const fitting = fieldTypes[type];
  if (fitting === undefined) throw invalid(`${type} is not a valid property type.`);
  if (!fitting.includes(fieldType))
    throw invalid(`Property type ${type} is not compatible with field type ${fieldType}.`, {
      subCategory: 'PropertyValidationError.INVALID_FIELD_TYPE',
    });
  const values = [...options].map((option) => option.value).sort();
  if (type === 'bool' && (values.length !== 2 || values[0] !== 'false' || values[1] !== 'true'))
    throw invalid('Boolean properties must have exactly the options true and false.', {
      subCategory: 'PropertyValidationError.INVALID_BOOLEAN_OPTION',
    });
  if (type === 'enumeration' && options.length === 0) throw invalid('Enumeration properties must have options.');
}

function checkGroup(state: PortalState, kind: Kind, name: string): void {
  const group = state.groups.get(kind.name)?.get(name);
  if (group === undefined || group.archived) throw invalid(`Property group ${name} does not exist.`);
}

/** A new definition, checked against the rules of the portal; 409 when the name is taken. */
function newProperty(state: PortalState, kind: Kind, given: Given, by: string): Property {
  const needed = ['name', 'label', 'type', 'fieldType', 'groupName'];
  const unset = needed.filter((name) => idOf(given[name]) === null);
  if (unset.length > 0)
    throw badJson(`Cannot build PropertyCreate, some of required attributes are not set [${unset.join(', ')}]`);
  const [name, label, type, fieldType, groupName] = needed.map((one) => idOf(given[one])!) as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(name))
    throw invalid(`Property name ${name} is invalid: lower-case letters, digits and _ only.`);
  if (name.startsWith('hs_')) throw invalid(`Property name ${name} is invalid: names starting with hs_ are reserved.`);
  const known = anyProperty(state, kind, name);
  if (known !== undefined && known.archivedAt === null)
    throw refuse(409, 'OBJECT_ALREADY_EXISTS', `A property named '${name}' already exists.`, {
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
      context: { name: [name] },
    });
  const options = optionsIn(given['options']);
  const isExternal = given['externalOptions'] === true;
  if (!isExternal) checkShape(type, fieldType, options);
  checkGroup(state, kind, groupName);
  const now = nowText(state);
  // The name of an archived property brings that property back, with its old uniqueness and its values.
  const hasUniqueValue = known?.hasUniqueValue ?? given['hasUniqueValue'] === true;
  if (known === undefined && hasUniqueValue) checkUnique(state, kind, type);
  const isCalculated = fieldType === 'calculation_equation';
  return {
    name,
    label,
    type,
    fieldType,
    description: idOf(given['description']) ?? '',
    groupName,
    options,
    displayOrder: typeof given['displayOrder'] === 'number' ? given['displayOrder'] : -1,
    calculated: isCalculated,
    externalOptions: isExternal,
    hasUniqueValue,
    hidden: given['hidden'] === true,
    hubspotDefined: false,
    formField: given['formField'] === true,
    readOnlyDefinition: false,
    readOnlyValue: isCalculated,
    ...(idOf(given['referencedObjectType']) === null
      ? {}
      : { referencedObjectType: idOf(given['referencedObjectType'])! }),
    ...(idOf(given['calculationFormula']) === null ? {} : { calculationFormula: idOf(given['calculationFormula'])! }),
    createdUserId: by,
    updatedUserId: by,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    archivedAt: null,
  };
}

function checkUnique(state: PortalState, kind: Kind, type: string): void {
  if (type !== 'string') throw invalid(`Properties of type ${type} cannot have unique values.`);
  if (kind.name === 'tasks' && !state.settings.uniqueTasks)
    throw invalid('Unique properties are not supported for object type TASK.');
  const taken = propertiesOf(state, kind).filter((one) => one.hasUniqueValue && !one.hubspotDefined).length;
  if (taken >= most.uniqueProperties)
    throw invalid(`The maximum number of unique properties for ${kind.legacy} is ${most.uniqueProperties}.`);
}

/** Adds a property as the API does; also used by the short way of `setUp`. */
export function addProperty(state: PortalState, kind: Kind, given: Given, by: string): Property {
  const custom = propertiesOf(state, kind).filter((one) => !one.hubspotDefined).length;
  if (custom >= most.customProperties)
    throw invalid(`The maximum number of custom properties for ${kind.legacy} is ${most.customProperties}.`);
  const property = newProperty(state, kind, given, by);
  keepProperty(state, kind, property);
  return property;
}

/** The definition after a PATCH. What cannot change is ignored, as the real one does. */
function changed(state: PortalState, kind: Kind, before: Property, given: Given, by: string): Property {
  if (before.readOnlyDefinition) throw invalid(`Property ${before.name} has a read-only definition.`);
  const text = (name: 'label' | 'description' | 'groupName' | 'type' | 'fieldType') =>
    typeof given[name] === 'string' ? given[name] : before[name];
  // A list of options replaces the old one; none leaves it alone.
  const options = given['options'] === undefined ? before.options : optionsIn(given['options']);
  const after: Property = {
    ...before,
    label: text('label'),
    description: text('description'),
    groupName: text('groupName'),
    type: text('type'),
    fieldType: text('fieldType'),
    options,
    displayOrder: typeof given['displayOrder'] === 'number' ? given['displayOrder'] : before.displayOrder,
    hidden: typeof given['hidden'] === 'boolean' ? given['hidden'] : before.hidden,
    formField: typeof given['formField'] === 'boolean' ? given['formField'] : before.formField,
    updatedAt: nowText(state),
    updatedUserId: by,
  };
  if (!after.externalOptions) checkShape(after.type, after.fieldType, after.options);
  checkGroup(state, kind, after.groupName);
  return after;
}

/** Puts a property into the bin. */
export function archiveProperty(state: PortalState, kind: Kind, property: Property): void {
  if (property.hubspotDefined) throw invalid(`Property ${property.name} is defined by HubSpot and cannot be deleted.`);
  const users = propertiesOf(state, kind).filter((one) => one.calculationFormula?.includes(property.name) === true);
  if (users.length > 0)
    throw invalid(
      `Property: ${property.name} of object type ${kind.typeId} is currently used in ${users.length} places and cannot be deleted`,
      { subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE' },
    );
  keepProperty(state, kind, { ...property, archivedAt: nowText(state), updatedAt: nowText(state) });
}

function existing(state: PortalState, kind: Kind, name: string, archived = false): Property {
  const property = anyProperty(state, kind, name);
  if (property === undefined || (property.archivedAt !== null) !== archived)
    throw notFound(`No property named ${name} exists for object type ${kind.typeId}`, { context: { name: [name] } });
  return property;
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
    return answer(201, groupBody(addGroup(state, kind, await bodyOf(call))));
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
    for (const input of inputsOf(await bodyOf(call), most.batch))
      try {
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
    const listed = propertiesOf(state, kind, call.req.query('archived') === 'true');
    return answer(200, { results: listed.map((property) => propertyBody(property)) });
  });
  routes.get(`${root}/:name`, (call) => {
    const kind = seeing(state, call);
    return answer(
      200,
      propertyBody(existing(state, kind, call.req.param('name'), call.req.query('archived') === 'true')),
    );
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
    const after = changed(state, kind, before, await bodyOf(call), userOf(call));
    keepProperty(state, kind, after);
    return answer(200, propertyBody(after));
  });
  routes.delete(`${root}/:name`, (call) => {
    const kind = furnishing(call);
    archiveProperty(state, kind, existing(state, kind, call.req.param('name')));
    return empty();
  });
}
