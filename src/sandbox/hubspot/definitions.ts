// Property definitions: how they look, which ones the portal takes, how they change and go. Rules only; the routes are in
// properties.ts. Definitions live in the store's fields, so that a property an admin takes away is away for records too.

import { invalid, refuse } from './answers.ts';
import { asGiven, badJson, type Given, idOf } from './call.ts';
import type { Kind } from './kinds.ts';
import { anyProperty, keepProperty, most, nowText, type PortalState, propertiesOf } from './state.ts';
import type { Property, PropertyOption } from './values.ts';

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

/** Properties of HubSpot's own that are told without dates (recorded). */
const undated = new Set([
  'hs_object_id',
  'hs_object_source',
  'hs_object_source_id',
  'hs_object_source_label',
  'hs_unique_creation_key',
]);

/**
 * A definition as it travels; in answers to a batch/create it is told without its dates and makers. HubSpot's own are not
 * said to be archived or not.
 */
export function propertyBody(property: Property, isShort = false) {
  const { archivedAt, hubspotDefined: isHubspots, readOnlyDefinition, readOnlyValue } = property;
  const isDated = !isShort && !(isHubspots && undated.has(property.name));
  /** What a definition has only sometimes. */
  const maybe = <K extends keyof Property>(name: K, isTold = true) =>
    isTold && property[name] !== undefined ? { [name]: property[name] } : {};
  return {
    ...(isDated ? { updatedAt: property.updatedAt, createdAt: property.createdAt } : {}),
    name: property.name,
    label: property.label,
    type: property.type,
    fieldType: property.fieldType,
    description: property.description,
    groupName: property.groupName,
    options: property.options,
    ...maybe('createdUserId', !isShort),
    ...maybe('updatedUserId', !isShort),
    ...maybe('referencedObjectType'),
    displayOrder: property.displayOrder,
    calculated: property.calculated,
    externalOptions: property.externalOptions,
    ...(isShort || isHubspots ? {} : { archived: archivedAt !== null }),
    hasUniqueValue: property.hasUniqueValue,
    hidden: property.hidden,
    ...(isHubspots ? { hubspotDefined: true } : {}),
    ...maybe('showCurrencySymbol'),
    ...(archivedAt === null ? {} : { archivedAt }),
    modificationMetadata: { archivable: true, readOnlyDefinition, readOnlyValue },
    formField: property.formField,
    ...maybe('calculationFormula'),
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
export function changedProperty(state: PortalState, kind: Kind, before: Property, given: Given, by: string): Property {
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
