// The same components as files: as an SFDX project, for admins who give a connector no metadata rights and deploy once with the
// vendor's own tool; and as the package of a deployment, for setup. Text only; nothing is written here.

import type { Needs } from '../crm.ts';
import {
  type Component,
  customField,
  healthLight,
  isCustom,
  lightPermission,
  type NeededField,
  neededFields,
  permissionSet,
} from './components.ts';
import { listViews } from './list-views.ts';
import { reports } from './reports.ts';
import { fieldTranslation, translations } from './translations.ts';

const standard = 'force-app/main/default';
/** A package directory of its own: an org without Japanese refuses translations, and must not refuse the rest with them. */
const japanese = 'japanese/main/default';
/** The traffic light and the list views that show it, for admins who want a field of pictures. */
const lights = 'light/main/default';
const namespace = 'http://soap.sforce.com/2006/04/metadata';

/** Files by relative path: `sfdx-project.json`, fields, the permission set, list views, reports, dashboards, translations. */
export function deployFiles(needs: Needs, apiVersion = '66.0'): Readonly<Record<string, string>> {
  const fields = neededFields(needs).filter(({ field }) => isCustom(field.field));
  const light = healthLight(needs.mapping);
  const project = {
    packageDirectories: [{ path: 'force-app', default: true }, { path: 'light' }, { path: 'japanese' }],
    namespace: '',
    sourceApiVersion: apiVersion,
  };
  const files: Record<string, string> = {
    'sfdx-project.json': `${JSON.stringify(project, null, 2)}\n`,
    'README.md': readme,
  };
  const components = [
    ...fields.map(customField),
    permissionSet(fields),
    ...listViews(needs.mapping, false),
    ...reports(needs.mapping),
  ];
  for (const component of components) files[pathOf(component)] = xmlFile(component);
  const lit = light === null ? [] : [light, lightPermission(light), ...listViews(needs.mapping, true)];
  for (const component of lit) files[pathOf(component, lights)] = xmlFile(component);
  for (const [path, text] of translationFiles(fields)) files[path] = text;
  return files;
}

const readme = `# Fields, permissions, lists, reports and dashboards for Kenko

    sf project deploy start --source-dir force-app --target-org my-org
    sf org assign permset --name Kenko_Sync --on-behalf-of integration.user@example.com --target-org my-org

The first line adds fields, list views, a report type, reports, two dashboards and the permission set; it changes nothing
that exists. The second gives the permission set to the user that Kenko signs in as. Dashboards show what the user who
deploys them may see; choose another under "View Dashboard As".

A traffic light (a formula field, red, yellow or green) in front of the accounts of the list views, and the permission set
with which people see it:

    sf project deploy start --source-dir light --target-org my-org
    sf org assign permset --name Kenko_Light --target-org my-org

Where people work in Japanese (Setup > Translation Language Settings has Japanese switched on):

    sf project deploy start --source-dir japanese --target-org my-org

To remove it all, delete dashboards and reports, the permission set, then the fields.
`;

/** As the vendor's tool lays translations out: one folder per object, one file per field. */
function translationFiles(fields: readonly NeededField[]): (readonly [string, string])[] {
  return translations(fields).flatMap(({ fullName }) => {
    const [object] = fullName.split('-');
    const folder = `${japanese}/objectTranslations/${fullName}`;
    const own = fields.filter(({ kind, object: on }) => (kind === 'task' ? 'Activity' : on) === object);
    return [
      [`${folder}/${fullName}.objectTranslation-meta.xml`, document('CustomObjectTranslation', {})] as const,
      ...own.map((needed) => {
        const path = `${folder}/${needed.field.field}.fieldTranslation-meta.xml`;
        return [path, document('CustomFieldTranslation', fieldTranslation(needed))] as const;
      }),
    ];
  });
}

function pathOf({ type, fullName }: Component, root = standard): string {
  const [object, name] = fullName.split('.');
  switch (type) {
    case 'CustomField':
      return `${root}/objects/${object}/fields/${name}.field-meta.xml`;
    case 'ListView':
      return `${root}/objects/${object}/listViews/${name}.listView-meta.xml`;
    case 'PermissionSet':
      return `${root}/permissionsets/${fullName}.permissionset-meta.xml`;
    case 'ReportType':
      return `${root}/reportTypes/${fullName}.reportType-meta.xml`;
    case 'ReportFolder':
      return `${root}/reports/${fullName}.reportFolder-meta.xml`;
    case 'Report':
      return `${root}/reports/${fullName}.report-meta.xml`;
    case 'DashboardFolder':
      return `${root}/dashboards/${fullName}.dashboardFolder-meta.xml`;
    case 'Dashboard':
      return `${root}/dashboards/${fullName}.dashboard-meta.xml`;
    case 'CustomObjectTranslation':
      return `${japanese}/objectTranslations/${fullName}/${fullName}.objectTranslation-meta.xml`;
  }
}

/** Where a component lies in the package of a deployment; null for kinds that setup makes one by one. */
function packagePath({ type, fullName }: Component): string | null {
  switch (type) {
    case 'ReportType':
      return `reportTypes/${fullName}.reportType`;
    case 'ReportFolder':
      return `reports/${fullName}-meta.xml`;
    case 'Report':
      return `reports/${fullName}.report`;
    case 'DashboardFolder':
      return `dashboards/${fullName}-meta.xml`;
    case 'Dashboard':
      return `dashboards/${fullName}.dashboard`;
    case 'CustomObjectTranslation':
      return `objectTranslations/${fullName}.objectTranslation`;
    default:
      return null;
  }
}

/** The files of a deployment, `package.xml` first. */
export function packageFiles(components: readonly Component[], apiVersion: string): Readonly<Record<string, string>> {
  // A folder is a member of the type it holds.
  const typeOf = ({ type }: Component) => type.replace(/Folder$/, '');
  const types = [...Map.groupBy(components, typeOf)].map(([name, members]) => ({
    members: members.map(({ fullName }) => fullName),
    name,
  }));
  const files: Record<string, string> = { 'package.xml': document('Package', { types, version: apiVersion }) };
  for (const component of components) {
    const path = packagePath(component);
    if (path !== null) files[path] = xmlFile(component);
  }
  return files;
}

function xmlFile({ type, fullName, body }: Component): string {
  const isInObject = type === 'CustomField' || type === 'ListView';
  return document(type, isInObject ? { fullName: fullName.split('.')[1], ...body } : body);
}
function document(type: string, body: Readonly<Record<string, unknown>>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="${namespace}">\n${elements(body, '    ')}</${type}>\n`;
}
function elements(body: Readonly<Record<string, unknown>>, indent: string): string {
  return Object.entries(body)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => element(name, item, indent)))
    .join('');
}
function element(name: string, value: unknown, indent: string): string {
  if (typeof value === 'object' && value !== null) {
    return `${indent}<${name}>\n${elements(value as Record<string, unknown>, `${indent}    `)}${indent}</${name}>\n`;
  }
  return `${indent}<${name}>${escaped(String(value))}</${name}>\n`;
}
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
