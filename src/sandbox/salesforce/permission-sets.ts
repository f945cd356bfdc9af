// Permission sets as the metadata API speaks of them. What a set is given replaces what it granted before, so whoever
// writes one must bring along the grants that are already there.

import { error } from './answers.ts';
import { carriers, type Made } from './custom-fields.ts';
import { grant, permissionSet } from './furnish.ts';
import { type Org, systemUser } from './state.ts';
import { childrenOf, textOf, type XmlElement } from './xml.ts';

export function putPermissionSet(org: Org, element: XmlElement, mode: 'create' | 'update' | 'upsert'): Made {
  const name = textOf(element, 'fullName') ?? '';
  const [known] = org.store.findBy('PermissionSet', 'Name', name);
  if (known !== undefined && mode === 'create')
    return {
      errors: [error('DUPLICATE_DEVELOPER_NAME', `The name ${name} is already used on component type PermissionSet`)],
    };
  if (known === undefined && mode === 'update')
    return { errors: [error('INVALID_CROSS_REFERENCE_KEY', `no PermissionSet named ${name} found`)] };
  if (!textOf(element, 'label'))
    return { errors: [error('REQUIRED_FIELD_MISSING', 'Required field is missing: label')] };
  const wanted = childrenOf(element, 'fieldPermissions').map((one) => ({
    field: textOf(one, 'field') ?? '',
    read: textOf(one, 'readable') === 'true',
    edit: textOf(one, 'editable') === 'true',
  }));
  const wrong = wanted.map((one) => wrongField(org, one.field)).find((message) => message !== null);
  if (wrong !== undefined && wrong !== null) return { errors: [error('INVALID_CROSS_REFERENCE_KEY', wrong)] };
  const set = permissionSet(org, name, textOf(element, 'label') ?? name);
  for (const old of org.store.findBy('FieldPermissions', 'ParentId', set))
    org.store.remove('FieldPermissions', old.id, systemUser);
  for (const one of wanted) {
    const [object = '', field = ''] = one.field.split('.');
    grant(org, set, object, field, one.read || one.edit, one.edit);
  }
  return { created: known === undefined };
}

/** Fields of activities are granted as those of Task; required fields cannot be granted at all. */
function wrongField(org: Org, fullName: string): string | null {
  const [object = '', name = ''] = fullName.split('.');
  const type = object === 'Task' || object === 'Event' ? object : (carriers(org, object)[0] ?? '');
  const field = object === 'Activity' ? undefined : org.store.field(type, name);
  if (field === undefined) return `In field: field - no CustomField named ${fullName} found`;
  return field.required === true ? `You cannot deploy to a required field: ${fullName}` : null;
}

export function readPermissionSet(org: Org, name: string): Record<string, unknown> | null {
  const [known] = org.store.findBy('PermissionSet', 'Name', name);
  if (known === undefined) return null;
  return {
    fieldPermissions: org.store.findBy('FieldPermissions', 'ParentId', known.id).map((one) => ({
      editable: one.values['PermissionsEdit'],
      field: one.values['Field'],
      readable: one.values['PermissionsRead'],
    })),
    hasActivationRequired: false,
    label: known.values['Label'] ?? name,
  };
}

export function deletePermissionSet(org: Org, name: string): Made {
  const [known] = org.store.findBy('PermissionSet', 'Name', name);
  if (known === undefined)
    return { errors: [error('INVALID_CROSS_REFERENCE_KEY', `no PermissionSet named ${name} found`)] };
  for (const old of org.store.findBy('FieldPermissions', 'ParentId', known.id))
    org.store.remove('FieldPermissions', old.id, systemUser);
  for (const one of org.store.findBy('PermissionSetAssignment', 'PermissionSetId', known.id))
    org.store.remove('PermissionSetAssignment', one.id, systemUser);
  org.store.remove('PermissionSet', known.id, systemUser);
  return { created: false };
}
