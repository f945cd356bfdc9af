// The short way to custom fields for tests: fields, a permission set that grants them, and its assignment, as if `setup` and
// an admin had been here.

import type { FieldDefinition } from '../fields.ts';
import type { SetupField } from '../world/setup-fields.ts';
import { type Org, systemUser } from './state.ts';

const objects: Readonly<Record<SetupField['on'], readonly string[]>> = {
  account: ['Account'],
  contact: ['Contact'],
  opportunity: ['Opportunity'],
  task: ['Task', 'Event'],
};

export function furnish(org: Org, fields: readonly SetupField[]): void {
  const set = permissionSet(org, 'Kenko_Sandbox');
  for (const field of fields) {
    for (const type of objects[field.on]) org.store.addField(type, definitionOf(field));
    grant(org, set, objects[field.on][0] ?? '', field.salesforce);
  }
  assign(org, set, org.integrationUser);
}

function definitionOf(field: SetupField): FieldDefinition {
  return {
    name: field.salesforce,
    label: field.label,
    kind: field.kind,
    custom: true,
    ...(field.length === undefined ? {} : { length: field.length }),
    ...(field.precision === undefined ? {} : { precision: field.precision }),
    ...(field.scale === undefined ? {} : { scale: field.scale }),
    ...(field.options === undefined ? {} : { options: field.options, restricted: true }),
    ...(field.unique === true ? { unique: 'ignore_case', externalId: true } : {}),
  };
}

/** The id of the permission set of this name; made when there is none. */
export function permissionSet(org: Org, name: string, label = name): string {
  const [known] = org.store.findBy('PermissionSet', 'Name', name);
  if (known !== undefined) return known.id;
  const made = org.store.insert('PermissionSet', { Name: name, Label: label }, systemUser, { asSystem: true });
  if (!made.ok) throw new Error(`permission set ${name} could not be made`);
  return made.record.id;
}

/** Grants a field in a permission set, over whatever the set said of it before. */
export function grant(org: Org, set: string, type: string, field: string, read = true, edit = true): void {
  const values = {
    ParentId: set,
    SobjectType: type,
    Field: `${type}.${field}`,
    PermissionsRead: read,
    PermissionsEdit: edit,
  };
  const known = org.store
    .findBy('FieldPermissions', 'ParentId', set)
    .find((one) => String(one.values['Field']).toLowerCase() === values.Field.toLowerCase());
  if (known === undefined) org.store.insert('FieldPermissions', values, systemUser, { asSystem: true });
  else org.store.update('FieldPermissions', known.id, values, systemUser, { asSystem: true });
}

export function assign(org: Org, set: string, user: string): void {
  const mine = org.store.findBy('PermissionSetAssignment', 'AssigneeId', user);
  if (mine.some((one) => one.values['PermissionSetId'] === set)) return;
  org.store.insert('PermissionSetAssignment', { PermissionSetId: set, AssigneeId: user }, systemUser, {
    asSystem: true,
  });
}
