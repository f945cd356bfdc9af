// Objects of an admin's making: they get a prefix of their own, the fields that every custom object has, and go into the
// schema of the org like any other. What metadata says of them is read in metadata.ts and deploy.ts.

import type { FieldDefinition } from '../fields.ts';
import { error, type SfError } from './answers.ts';
import { owner, stampFields, systemFields, text } from './standard-fields.ts';
import { type Org, planOf } from './state.ts';
import { childOf, textOf, type XmlElement } from './xml.ts';

export interface CustomObject {
  /** Ends in `__c`. */
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  /** A custom setting: no owner, no layouts. */
  readonly isSetting?: boolean;
  readonly nameLabel?: string;
}

/** Prefixes of custom objects count up from `a00`. */
function nextPrefix(org: Org): string {
  const count = [...org.plans.values()].filter((plan) => plan.custom === true).length;
  return `a${count.toString(36).padStart(2, '0')}`;
}

export function addCustomObject(org: Org, object: CustomObject): void {
  const fields: FieldDefinition[] = [
    ...systemFields,
    text('Name', 80, { label: object.nameLabel ?? `${object.label} Name` }),
    ...(object.isSetting === true ? [] : [owner]),
    ...stampFields,
  ];
  org.addObject({
    name: object.name,
    label: object.label,
    plural: object.plural,
    prefix: nextPrefix(org),
    custom: true,
    fields,
    ...(object.isSetting === true ? { outline: { customSetting: true, layoutable: false }, resources: [] } : {}),
  });
}

/** Takes up the object that metadata describes, unless it is there; gives back what is wrong with the description. */
export function putObject(
  org: Org,
  element: XmlElement,
  mode: 'create' | 'update' | 'upsert',
): { created: boolean } | { errors: readonly SfError[] } {
  const name = textOf(element, 'fullName') ?? '';
  const known = planOf(org, name);
  if (known !== undefined && mode === 'create')
    return {
      errors: [error('DUPLICATE_DEVELOPER_NAME', `The name ${name} is already used on component type CustomObject`)],
    };
  if (known === undefined && mode === 'update')
    return { errors: [error('INVALID_CROSS_REFERENCE_KEY', `no CustomObject named ${name} found`)] };
  if (known !== undefined) {
    const label = textOf(element, 'label') ?? known.label;
    org.plans.set(name.toLowerCase(), { ...known, label, plural: textOf(element, 'pluralLabel') ?? known.plural });
    return { created: false };
  }
  if (!/^[A-Za-z][A-Za-z0-9_]*__c$/.test(name))
    return { errors: [error('INVALID_FIELD', `The object name provided ${name} is not a valid developer name`)] };
  const missing = ['label', 'pluralLabel', 'nameField', 'deploymentStatus', 'sharingModel'].find(
    (key) => childOf(element, key) === undefined,
  );
  if (missing !== undefined)
    return { errors: [error('REQUIRED_FIELD_MISSING', `Must specify a non-empty ${missing} for the CustomObject`)] };
  const nameLabel = textOf(childOf(element, 'nameField'), 'label');
  addCustomObject(org, {
    name,
    label: textOf(element, 'label') ?? name,
    plural: textOf(element, 'pluralLabel') ?? name,
    ...(nameLabel === null ? {} : { nameLabel }),
  });
  return { created: true };
}
