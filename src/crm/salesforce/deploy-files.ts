// The same components as an SFDX project, for admins who give a connector no metadata rights: they look at the files and
// deploy them once with the vendor's own tool. Text only; nothing is written here.

import type { Needs } from '../crm.ts';
import { type Component, customField, isCustom, listViews, neededFields, permissionSet } from './components.ts';

const root = 'force-app/main/default';
const namespace = 'http://soap.sforce.com/2006/04/metadata';

/** Files by relative path: `sfdx-project.json`, fields, the permission set, list views. */
export function deployFiles(needs: Needs, apiVersion = '66.0'): Readonly<Record<string, string>> {
  const fields = neededFields(needs).filter(({ field }) => isCustom(field.field));
  const files: Record<string, string> = {
    'sfdx-project.json': `${JSON.stringify(
      { packageDirectories: [{ path: 'force-app', default: true }], namespace: '', sourceApiVersion: apiVersion },
      null,
      2,
    )}\n`,
    'README.md': readme,
  };
  for (const component of [...fields.map(customField), permissionSet(fields), ...listViews(needs.mapping)]) {
    files[pathOf(component)] = xmlFile(component);
  }
  return files;
}

const readme = `# Fields and permissions for Kenko

    sf project deploy start --source-dir force-app --target-org my-org
    sf org assign permset --name Kenko_Sync --on-behalf-of integration.user@example.com --target-org my-org

The first line adds fields, two list views and the permission set; it changes nothing that exists. The second gives the
permission set to the user that Kenko signs in as. To remove it all, delete the permission set, then the fields.
`;

function pathOf({ type, fullName }: Component): string {
  const [object, name] = fullName.split('.');
  switch (type) {
    case 'CustomField':
      return `${root}/objects/${object}/fields/${name}.field-meta.xml`;
    case 'ListView':
      return `${root}/objects/${object}/listViews/${name}.listView-meta.xml`;
    case 'PermissionSet':
      return `${root}/permissionsets/${fullName}.permissionset-meta.xml`;
  }
}

function xmlFile({ type, fullName, body }: Component): string {
  const own = type === 'PermissionSet' ? body : { fullName: fullName.split('.')[1], ...body };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="${namespace}">\n${elements(own, '    ')}</${type}>\n`;
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
