// Kinds of metadata: in which folder of a package each lies, which of them stand inside an object's file, and how one
// component of any kind is put into the org, checked as far as the pretend org knows it.

import { error, type SfError } from './answers.ts';
import { carriers, deleteField, type Made, plain, putField } from './custom-fields.ts';
import { putObject } from './custom-objects.ts';
import { deletePermissionSet, putPermissionSet } from './permission-sets.ts';
import { type Org, planOf, systemUser } from './state.ts';
import { childOf, childrenOf, textOf, type XmlElement } from './xml.ts';

/** Folder of a package → kind, and the ending of its files. */
export const folders: Readonly<Record<string, { readonly kind: string; readonly ending: string }>> = {
  objects: { kind: 'CustomObject', ending: 'object' },
  permissionsets: { kind: 'PermissionSet', ending: 'permissionset' },
  layouts: { kind: 'Layout', ending: 'layout' },
  flexipages: { kind: 'FlexiPage', ending: 'flexipage' },
  reportTypes: { kind: 'ReportType', ending: 'reportType' },
  reports: { kind: 'Report', ending: 'report' },
  dashboards: { kind: 'Dashboard', ending: 'dashboard' },
  objectTranslations: { kind: 'CustomObjectTranslation', ending: 'objectTranslation' },
  translations: { kind: 'Translations', ending: 'translation' },
  customPermissions: { kind: 'CustomPermission', ending: 'customPermission' },
  tabs: { kind: 'CustomTab', ending: 'tab' },
  applications: { kind: 'CustomApplication', ending: 'app' },
  labels: { kind: 'CustomLabels', ending: 'labels' },
  globalValueSets: { kind: 'GlobalValueSet', ending: 'globalValueSet' },
  standardValueSets: { kind: 'StandardValueSet', ending: 'standardValueSet' },
  settings: { kind: 'Settings', ending: 'settings' },
};
/** Elements of an object's file that are components of their own. */
export const inObjects: Readonly<Record<string, string>> = {
  fields: 'CustomField',
  listViews: 'ListView',
  validationRules: 'ValidationRule',
  compactLayouts: 'CompactLayout',
  recordTypes: 'RecordType',
  fieldSets: 'FieldSet',
  webLinks: 'WebLink',
  businessProcesses: 'BusinessProcess',
  indexes: 'Index',
};

/** Puts one component, of whatever kind: new, changed, or refused with what is wrong. */
export function putComponent(org: Org, kind: string, element: XmlElement, mode: 'create' | 'update' | 'upsert'): Made {
  if (kind === 'CustomField') return putField(org, element, mode);
  if (kind === 'PermissionSet') return putPermissionSet(org, element, mode);
  const name = textOf(element, 'fullName') ?? '';
  if (kind === '' || name === '') return refused('REQUIRED_FIELD_MISSING', 'Required field is missing: fullName');
  if (kind === 'CustomObject' && name.endsWith('__c')) {
    const made = putObject(org, element, mode);
    if (!('errors' in made))
      org.shelf.set(`CustomObject/${name}`, { ...org.shelf.get(`CustomObject/${name}`), ...plain(element) });
    const fields = 'errors' in made ? [] : childrenOf(element, 'fields');
    for (const field of fields) {
      const one = putField(org, named(field, `${name}.${textOf(field, 'fullName') ?? ''}`), 'upsert');
      if ('errors' in one) return one;
    }
    return made;
  }
  const wrong = kind === 'ListView' ? wrongColumn(org, name, element) : strangeField(org, kind, element);
  if (wrong !== null) return { errors: [wrong] };
  const key = `${kind}/${name}`;
  const known = org.shelf.has(key);
  if (known && mode === 'create')
    return refused('DUPLICATE_DEVELOPER_NAME', `The name ${name} is already used on component type ${kind}`);
  if (!known && mode === 'update') return refused('INVALID_CROSS_REFERENCE_KEY', `no ${kind} named ${name} found`);
  org.shelf.set(key, plain(element));
  if (!known) putRow(org, kind, name, element);
  return { created: !known };
}

export function removeComponent(org: Org, kind: string, name: string): Made {
  if (kind === 'CustomField') return deleteField(org, name);
  if (kind === 'PermissionSet') return deletePermissionSet(org, name);
  const isObject = kind === 'CustomObject' && planOf(org, name)?.custom === true;
  const wasKept = org.shelf.delete(`${kind}/${name}`);
  for (const row of rowsOf(org, kind, name)) org.store.remove(kind, row.id, systemUser);
  const gone = isObject ? org.plans.delete(name.toLowerCase()) : wasKept;
  return gone ? { created: false } : refused('INVALID_CROSS_REFERENCE_KEY', `no ${kind} named ${name} found`);
}

/** Kinds that queries find as rows too, and how they call what a person reads. */
const titles: Readonly<Record<string, string>> = { ListView: 'Name', Report: 'Name', Dashboard: 'Title' };
/** `Account.At_Risk` of a list view, `Folder/Name` of a report or a dashboard. */
const ownName = (name: string) => name.split(/[./]/).at(-1) ?? name;

function putRow(org: Org, kind: string, name: string, element: XmlElement): void {
  const title = titles[kind];
  if (title === undefined) return;
  const [place = ''] = name.split(/[./]/);
  const values = {
    DeveloperName: ownName(name),
    [title]: (textOf(element, 'label') ?? textOf(element, 'name') ?? textOf(element, 'title') ?? ownName(name)).slice(
      0,
      40,
    ),
    ...(kind === 'ListView' ? { SobjectType: place } : { FolderName: place }),
  };
  org.store.insert(kind, values, systemUser, { asSystem: true });
}
function rowsOf(org: Org, kind: string, name: string) {
  const place = kind === 'ListView' ? 'SobjectType' : 'FolderName';
  return titles[kind] === undefined
    ? []
    : org.store
        .findBy(kind, 'DeveloperName', ownName(name))
        .filter((row) => row.values[place] === name.split(/[./]/)[0]);
}

function refused(code: string, message: string): Made {
  return { errors: [error(code, message)] };
}
/** The element with its full name put first, as components of an object's file want it. */
export function named(element: XmlElement, fullName: string): XmlElement {
  const rest = element.children.filter((child) => child.name !== 'fullName');
  return { ...element, children: [{ name: 'fullName', attributes: {}, children: [], text: fullName }, ...rest] };
}

/** Kinds that speak of fields by name, besides list views and permission sets. */
const speakOfFields = [
  'Report',
  'ReportType',
  'Dashboard',
  'Layout',
  'CompactLayout',
  'FlexiPage',
  'CustomObjectTranslation',
];
/** A custom field that any of them names must be there, on whatever object. */
function strangeField(org: Org, kind: string, element: XmlElement): SfError | null {
  if (!speakOfFields.includes(kind)) return null;
  const known = new Set(org.store.types().flatMap((type) => org.store.fields(type.name).map((field) => field.name)));
  const spoken = (at: XmlElement): string[] => [
    ...(at.children.length === 0 && /(^|\.|\$)\w+__c$/.test(at.text.trim()) ? [at.text.trim()] : []),
    ...at.children.flatMap(spoken),
  ];
  const stranger = spoken(element).find((one) => {
    const name = one.split(/[.$]/).at(-1) ?? '';
    return !known.has(name) && planOf(org, name) === undefined;
  });
  return stranger === undefined
    ? null
    : error('INVALID_CROSS_REFERENCE_KEY', `In field: field - no CustomField named ${stranger} found`);
}

/** A custom field that a list view shows or asks for must be there. */
function wrongColumn(org: Org, name: string, element: XmlElement): SfError | null {
  const [object = ''] = name.split('.');
  const type = carriers(org, object)[0] ?? object;
  const asked = [
    ...childrenOf(element, 'columns').map((one) => one.text.trim()),
    ...childrenOf(element, 'filters').flatMap((one) => childOf(one, 'field')?.text.trim() ?? []),
  ];
  const stranger = asked.find((one) => one.endsWith('__c') && org.store.field(type, one) === undefined);
  return stranger === undefined
    ? null
    : error('INVALID_CROSS_REFERENCE_KEY', `Could not resolve list view column: ${stranger}`);
}
