// What the org says about its objects and fields: describe of one object and of all, filtered by what the running user may
// see. The keys of a field are those of a recorded describe, all of them.

import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import type { FieldDefinition, FieldKind } from '../fields.ts';
import { json, jsonType, notFound } from './answers.ts';
import { baseOf, type Call, type OrgEnv } from './env.ts';
import type { ObjectPlan } from './objects.ts';
import { type Org, objectAccess, seenPlan } from './state.ts';

export function describeRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/sobjects';
  app.get(base, (call) =>
    unlessKnown(call, {
      encoding: 'UTF-8',
      maxBatchSize: 200,
      sobjects: visiblePlans(call.get('org')).map((plan) => outline(plan, baseOf(call))),
    }),
  );
  app.get(`${base}/:type/describe`, (call) =>
    unlessKnown(call, describe(call.get('org'), planned(call), baseOf(call))),
  );
  app.get(`${base}/:type`, (call) => {
    const plan = planned(call);
    return json(200, { objectDescribe: outline(plan, baseOf(call)), recentItems: [] });
  });
  app.get('/services/data/:version/quickActions/:name/defaultValues', (call) => quickAction(call));
  app.get('/services/data/:version/sobjects/:type/quickActions/:name/defaultValues', (call) => quickAction(call));
}

const seen = new WeakMap<Org, Map<string, { readonly etag: string; readonly since: string }>>();

/** The describe with its ETag and the time of its last change; 304 for a caller who has seen that one. */
function unlessKnown(call: Call, body: Record<string, unknown>): Response {
  const org = call.get('org');
  const mine = seen.get(org) ?? new Map<string, { etag: string; since: string }>();
  seen.set(org, mine);
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 8)}"`;
  const before = mine.get(call.req.path);
  const since = before?.etag === etag ? before.since : new Date(org.clock.now()).toUTCString();
  mine.set(call.req.path, { etag, since });
  const headers = { etag, 'last-modified': since };
  const asked = call.req.header('if-modified-since');
  const isKnown =
    call.req.header('if-none-match') === etag || (asked !== undefined && Date.parse(asked) >= Date.parse(since));
  return isKnown
    ? new Response(null, { status: 304, headers })
    : new Response(text, { headers: { 'content-type': jsonType, ...headers } });
}

function planned(call: Call): ObjectPlan {
  const plan = seenPlan(call.get('org'), call.req.param('type') ?? '');
  if (plan === undefined) throw notFound();
  return plan;
}

function quickAction(call: Call): Response {
  if (call.req.param('name') !== 'NewTask') throw notFound();
  return json(200, {
    attributes: { type: 'Task' },
    Subject: null,
    ActivityDate: null,
    WhoId: null,
    WhatId: null,
    OwnerId: call.get('user'),
    Status: 'Not Started',
  });
}

const usualResources = ['compactLayouts', 'approvalLayouts', 'listviews', 'quickActions', 'layouts'];

function outline(plan: ObjectPlan, base: string): Record<string, unknown> {
  const url = `${base}/sobjects/${plan.name}`;
  const isData = plan.isWritable !== false;
  const under = new Set(['compactLayouts', 'approvalLayouts', 'layouts']);
  const resources = plan.resources ?? (isData ? usualResources : []);
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: isData,
    custom: plan.custom === true,
    customSetting: false,
    deepCloneable: false,
    deletable: isData,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: plan.prefix,
    label: plan.label,
    labelPlural: plan.plural,
    layoutable: isData,
    mergeable: false,
    mruEnabled: isData,
    name: plan.name,
    queryable: true,
    replicateable: isData,
    retrieveable: true,
    searchable: isData,
    triggerable: isData,
    undeletable: isData,
    updateable: isData,
    ...plan.outline,
    urls: {
      ...Object.fromEntries(resources.map((name) => [name, `${url}/${under.has(name) ? `describe/${name}` : name}`])),
      rowTemplate: `${url}/{ID}`,
      describe: `${url}/describe`,
      sobject: url,
    },
  };
}

function describe(org: Org, plan: ObjectPlan, base: string): Record<string, unknown> {
  const visible = org.store
    .fields(plan.name)
    .filter((field) => org.store.access(org.integrationUser, plan.name, field) !== 'none');
  return {
    actionOverrides: [],
    childRelationships: childrenOf(org, plan),
    compactLayoutable: true,
    ...outline(plan, base),
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: visible.map((field) => describeField(org, plan, field)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
        urls: { layout: `${base}/sobjects/${plan.name}/describe/layouts/012000000000000AAA` },
      },
    ],
    searchLayoutable: plan.isWritable !== false,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${plan.plural.toLowerCase()}`, name: 'everything' }],
  };
}

function childrenOf(org: Org, plan: ObjectPlan): unknown[] {
  return visiblePlans(org).flatMap((child) =>
    child.fields
      .filter((field) => field.referenceTo?.includes(plan.name) === true)
      .map((field) => ({
        cascadeDelete: false,
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: nameOfChildren(plan, child, field.name),
        restrictedDelete: false,
      })),
  );
}

function nameOfChildren(plan: ObjectPlan, child: ObjectPlan, field: string): string | null {
  const found = Object.entries(child.children ?? {}).find(
    ([name, link]) => link === field && name.startsWith(`${plan.name}.`),
  );
  return found?.[0].slice(plan.name.length + 1) ?? null;
}
function visiblePlans(org: Org): ObjectPlan[] {
  return [...org.plans.values()].filter((plan) => objectAccess(org, plan.name) !== 'none');
}

const types: Readonly<Record<FieldKind, readonly [type: string, soap: string]>> = {
  text: ['string', 'xsd:string'],
  long_text: ['textarea', 'xsd:string'],
  number: ['double', 'xsd:double'],
  boolean: ['boolean', 'xsd:boolean'],
  date: ['date', 'xsd:date'],
  datetime: ['datetime', 'xsd:dateTime'],
  option: ['picklist', 'xsd:string'],
  options: ['multipicklist', 'xsd:string'],
  reference: ['reference', 'tns:ID'],
  id: ['id', 'tns:ID'],
  email: ['email', 'xsd:string'],
  phone: ['phone', 'xsd:string'],
  url: ['url', 'xsd:string'],
};
const currencies = ['AnnualRevenue', 'Amount'];
const integers = ['NumberOfEmployees', 'SortOrder', 'WhoCount', 'WhatCount', 'DurationInMinutes'];

function typeOf(field: FieldDefinition): readonly [string, string] {
  const told = field.extra?.['describeType'];
  if (typeof told === 'string')
    return [told, told === 'int' ? 'xsd:int' : told === 'address' ? 'urn:address' : types[field.kind][1]];
  if (currencies.includes(field.name)) return ['currency', 'xsd:double'];
  if (integers.includes(field.name)) return ['int', 'xsd:int'];
  return types[field.kind];
}

function describeField(org: Org, plan: ObjectPlan, field: FieldDefinition): Record<string, unknown> {
  const [type, soapType] = typeOf(field);
  const isNumber = field.kind === 'number' && type !== 'int';
  const isInteger = type === 'int';
  const length =
    isNumber || isInteger || ['boolean', 'date', 'datetime'].includes(field.kind) ? 0 : (field.length ?? 255);
  const mayEdit = org.store.access(org.integrationUser, plan.name, field) === 'edit';
  const isWritable = mayEdit && field.readOnly !== true && plan.isWritable !== false;
  const isCalculated = field.extra?.['formula'] !== undefined;
  const hasNamedDefault = plan.name !== 'Task' && field.kind === 'option' && field.defaultValue !== undefined;
  const hasDefault =
    (field.defaultValue !== undefined && field.defaultValue !== null) ||
    (field.custom === true && field.options?.some((option) => option.isDefault === true) === true);
  return {
    aggregatable: !['long_text', 'boolean', 'options'].includes(field.kind) && field.name !== 'ActivityDate',
    aiPredictionField: false,
    autoNumber: field.name === 'CaseNumber',
    byteLength: ['id', 'reference', 'options'].includes(field.kind) ? length : length * 3,
    calculated: isCalculated,
    calculatedFormula: isCalculated ? field.extra?.['formula'] : null,
    cascadeDelete: false,
    caseSensitive: field.unique === 'exact',
    compoundFieldName: compoundOf(plan, field),
    controllerName: null,
    createable: isWritable,
    custom: field.custom === true,
    defaultValue:
      field.kind === 'boolean' ? (field.defaultValue ?? false) : hasNamedDefault ? field.defaultValue : null,
    defaultValueFormula: null,
    defaultedOnCreate: hasDefault || isNameOfCustom(plan, field) || isGiven(field) || field.name === 'Probability',
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: isInteger ? (field.precision ?? 9) : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId === true,
    extraTypeInfo: isPersonName(plan, field) ? 'personname' : type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.kind !== 'long_text',
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable:
      !['long_text', 'datetime', 'options'].includes(field.kind) &&
      !isNumber &&
      type !== 'combobox' &&
      field.name !== 'CaseNumber',
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup:
      field.kind === 'id' ||
      field.externalId === true ||
      (field.kind === 'email' && field.custom !== true) ||
      isNameOfCustom(plan, field) ||
      lookupNames.includes(`${plan.name}.${field.name}`),
    inlineHelpText: field.help ?? null,
    label: field.label,
    length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.name === nameFieldOf(plan),
    namePointing: (field.referenceTo?.length ?? 0) > 1,
    nillable: field.required !== true && !isGiven(field) && !(field.name === 'Name' && field.readOnly === true),
    permissionable: isPermissionable(plan, field),
    picklistValues: (field.options ?? []).map((option) => ({
      active: option.active !== false,
      defaultValue: option.isDefault === true,
      label: option.label,
      validFor: null,
      value: option.value,
    })),
    polymorphicForeignKey: (field.referenceTo?.length ?? 0) > 1,
    precision: isNumber ? (field.precision ?? 18) : Number(field.extra?.['visibleLines'] ?? 0),
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo ?? [],
    relationshipName: field.relationship ?? null,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restricted === true,
    scale: isNumber ? (field.scale ?? 0) : 0,
    searchPrefilterable:
      field.kind === 'reference' && field.readOnly !== true && !['OwnerId', 'ContactId'].includes(field.name),
    soapType,
    sortable: field.kind !== 'long_text' && field.kind !== 'options',
    type,
    unique: field.unique !== undefined,
    updateable: isWritable && field.createOnly !== true,
    writeRequiresMasterRead: false,
    ...(field.extra?.['flags'] as Readonly<Record<string, unknown>> | undefined),
  };
}

const stampNames = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'];
const lookupNames = ['Opportunity.Name', 'Case.CaseNumber'];

const isNameOfCustom = (plan: ObjectPlan, field: FieldDefinition) => plan.custom === true && field.name === 'Name';

/** Fields that the system fills at birth and that are therefore never empty. */
function isGiven(field: FieldDefinition): boolean {
  return field.kind === 'boolean' || ['Id', 'OwnerId', 'CaseNumber', ...stampNames].includes(field.name);
}
function isPersonName(plan: ObjectPlan, field: FieldDefinition): boolean {
  const isPerson = plan.name === 'Contact' || plan.name === 'Lead';
  return isPerson && ['Name', 'FirstName', 'LastName', 'Salutation'].includes(field.name);
}
function compoundOf(plan: ObjectPlan, field: FieldDefinition): string | null {
  if (isPersonName(plan, field) && field.name !== 'Name') return 'Name';
  const part =
    /^(Billing|Mailing|Shipping|Other|)(Street|City|State|PostalCode|Country|Latitude|Longitude|GeocodeAccuracy)$/;
  const address = part.exec(field.name)?.[1];
  const whole = `${address}Address`;
  return address !== undefined && plan.fields.some((one) => one.name === whole) ? whole : null;
}
function nameFieldOf(plan: ObjectPlan): string {
  if (plan.name === 'Case') return 'CaseNumber';
  return plan.name === 'Task' || plan.name === 'Event' ? 'Subject' : 'Name';
}
/** Standard fields that no permission set speaks of, besides required and system ones. */
const alwaysOpen = [
  'OwnerId',
  'FirstName',
  'Salutation',
  'Subject',
  'ActivityDate',
  'ActivityDateTime',
  'DurationInMinutes',
];
function isPermissionable(plan: ObjectPlan, field: FieldDefinition): boolean {
  if (field.required === true || isNameOfCustom(plan, field) || plan.name === 'Organization') return false;
  if (field.custom === true || field.name === 'ClosedDate') return true;
  const isStatus = plan.name === 'Case' && field.name === 'Status';
  const isOpen = isStatus || (plan.name === 'Opportunity' && field.name === 'ContactId') || isOpenHere(plan, field);
  return field.readOnly !== true && !isOpen;
}
function isOpenHere(plan: ObjectPlan, field: FieldDefinition): boolean {
  return alwaysOpen.includes(field.name) && !(plan.name === 'Case' && field.name === 'Subject');
}
