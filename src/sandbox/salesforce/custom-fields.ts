// Custom fields as the metadata API speaks of them: its elements to a field of the store, and back, with the refusals for
// fields that are not well described. Fields of tasks are defined on Activity and belong to Task and Event.

import type { FieldDefinition, FieldOption } from '../fields.ts';
import { error, type SfError } from './answers.ts';
import { type Org, planOf } from './state.ts';
import { childOf, childrenOf, textOf, type XmlElement } from './xml.ts';

export type Made = { readonly created: boolean } | { readonly errors: readonly SfError[] };
const refusedWith = (code: string, message: string): Made => ({ errors: [error(code, message)] });

/** The objects that carry the fields of a metadata object. */
export function carriers(org: Org, object: string): readonly string[] {
  if (object === 'Activity') return ['Task', 'Event'];
  if (object === 'Task' || object === 'Event') return [];
  const plan = planOf(org, object);
  return plan === undefined ? [] : [plan.name];
}

export function putField(org: Org, element: XmlElement, mode: 'create' | 'update' | 'upsert'): Made {
  const [object = '', name = ''] = (textOf(element, 'fullName') ?? '').split('.');
  const types = carriers(org, object);
  if (types.length === 0)
    return refusedWith(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `Entity Enumeration Or ID: bad value for restricted picklist field: ${object}`,
    );
  if (!/^[A-Za-z][A-Za-z0-9_]*__c$/.test(name) || /___|__.*__/.test(name) || name.length > 43)
    return refusedWith('INVALID_FIELD', `The field name provided ${name} is not a valid developer name`);
  const known = org.store.field(types[0] ?? '', name);
  if (known !== undefined && mode === 'create')
    return refusedWith(
      'DUPLICATE_DEVELOPER_NAME',
      `There is already a field named ${name.replace(/__c$/, '')} on ${object}.`,
    );
  if (known === undefined && mode === 'update')
    return refusedWith('INVALID_CROSS_REFERENCE_KEY', 'This custom field does not exist or is not accessible');
  const read = readField(element, name);
  if ('errors' in read) return read;
  if (known !== undefined && known.extra?.['metadataType'] !== read.field.extra?.['metadataType'])
    return refusedWith('FIELD_INTEGRITY_EXCEPTION', `Cannot change type of ${object}.${name}`);
  for (const type of types) {
    org.store.addField(type, read.field);
    if (known !== undefined) touchRenamed(org, type, known, read.field);
  }
  return { created: known === undefined };
}

/** A picklist value that is taken away or renamed moves the SystemModstamp of every record that holds it, and nothing else. */
function touchRenamed(org: Org, type: string, before: FieldDefinition, after: FieldDefinition): void {
  const left = new Set(after.options?.map((option) => `${option.value}=${option.label}`));
  const gone = (before.options ?? []).filter((option) => !left.has(`${option.value}=${option.label}`));
  const values = new Set(gone.map((option) => option.value));
  if (values.size === 0) return;
  for (const row of org.store.all(type))
    if (values.has(String(row.values[after.name] ?? ''))) org.store.touch(type, row.id);
}

export function deleteField(org: Org, fullName: string): Made {
  const [object = '', name = ''] = fullName.split('.');
  const dropped = carriers(org, object).map((type) => org.store.dropField(type, name));
  return dropped.includes(true)
    ? { created: false }
    : refusedWith('INVALID_CROSS_REFERENCE_KEY', 'This custom field does not exist or is not accessible');
}

const shapes: Readonly<Record<string, { readonly kind: FieldDefinition['kind']; readonly describe: string }>> = {
  Text: { kind: 'text', describe: 'string' },
  TextArea: { kind: 'text', describe: 'textarea' },
  LongTextArea: { kind: 'long_text', describe: 'textarea' },
  Number: { kind: 'number', describe: 'double' },
  Percent: { kind: 'number', describe: 'percent' },
  Currency: { kind: 'number', describe: 'currency' },
  Checkbox: { kind: 'boolean', describe: 'boolean' },
  Date: { kind: 'date', describe: 'date' },
  DateTime: { kind: 'datetime', describe: 'datetime' },
  Picklist: { kind: 'option', describe: 'picklist' },
  MultiselectPicklist: { kind: 'options', describe: 'multipicklist' },
  Email: { kind: 'email', describe: 'email' },
  Phone: { kind: 'phone', describe: 'phone' },
  Url: { kind: 'url', describe: 'url' },
  Lookup: { kind: 'reference', describe: 'reference' },
};
/** Lengths that describes tell of types that are given none. */
const usualLengths: Partial<Record<FieldDefinition['kind'], number>> = {
  text: 255,
  email: 80,
  phone: 40,
  url: 255,
  options: 4099,
};
/** What each type cannot do without. */
const musts: Readonly<Record<string, readonly string[]>> = {
  Text: ['length'],
  LongTextArea: ['length', 'visibleLines'],
  Number: ['precision', 'scale'],
  Percent: ['precision', 'scale'],
  Currency: ['precision', 'scale'],
  Checkbox: ['defaultValue'],
  MultiselectPicklist: ['visibleLines'],
  Lookup: ['referenceTo', 'relationshipName'],
};

function readField(element: XmlElement, name: string): { field: FieldDefinition } | { errors: SfError[] } {
  const type = textOf(element, 'type') ?? '';
  const shape = shapes[type];
  const formula = textOf(element, 'formula');
  const fail = (code: string, message: string) => ({ errors: [error(code, message)] });
  if (shape === undefined)
    return fail('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `Type: bad value for restricted picklist field: ${type}`);
  if (!textOf(element, 'label')) return fail('REQUIRED_FIELD_MISSING', 'Required fields are missing: [MasterLabel]');
  const missing = formula === null ? (musts[type] ?? []).find((must) => !textOf(element, must)) : undefined;
  if (missing !== undefined)
    return fail('FIELD_INTEGRITY_EXCEPTION', `Must specify '${missing}' for a CustomField of type ${type}`);
  const isRequired = textOf(element, 'required') === 'true';
  if (type === 'Checkbox' && isRequired)
    return fail('FIELD_INTEGRITY_EXCEPTION', "Can not specify 'required' for a CustomField of type Checkbox");
  const [length, precision, scale] = ['length', 'precision', 'scale'].map((key) => numberOf(element, key));
  // What a formula gives has no length of its own.
  if (type === 'Text' && formula === null && ((length ?? 0) < 1 || (length ?? 0) > 255))
    return fail('FIELD_INTEGRITY_EXCEPTION', 'Length must be between 1 and 255');
  if (type === 'LongTextArea' && ((length ?? 0) < 256 || (length ?? 0) > 131_072))
    return fail('FIELD_INTEGRITY_EXCEPTION', 'Length must be between 256 and 131072');
  if (precision !== undefined && (precision > 18 || (scale ?? 0) > precision))
    return fail('FIELD_INTEGRITY_EXCEPTION', 'Precision must be between 1 and 18');
  const isUnique = textOf(element, 'unique') === 'true';
  if (isUnique && !['Text', 'Number', 'Email'].includes(type))
    return fail('FIELD_INTEGRITY_EXCEPTION', `Can not specify 'unique' for a CustomField of type ${type}`);
  const valueSet = childOf(element, 'valueSet');
  const values = optionsOf(valueSet);
  if ((shape.kind === 'option' || shape.kind === 'options') && values.length === 0)
    return fail('FIELD_INTEGRITY_EXCEPTION', `Must specify 'valueSet' for a CustomField of type ${type}`);
  const help = textOf(element, 'inlineHelpText');
  const target = textOf(element, 'referenceTo');
  const isChecked = textOf(element, 'defaultValue') === 'true';
  // Numbers of the metadata API count all digits; lengths are absent where a type has none of its own.
  const field: FieldDefinition = {
    name,
    label: textOf(element, 'label') ?? name,
    kind: shape.kind,
    custom: true,
    ...((length ?? usualLengths[shape.kind]) === undefined ? {} : { length: length ?? usualLengths[shape.kind] ?? 0 }),
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
    ...(isRequired ? { required: true } : {}),
    ...(isUnique
      ? { unique: textOf(element, 'caseSensitive') === 'true' ? ('exact' as const) : ('ignore_case' as const) }
      : {}),
    ...(textOf(element, 'externalId') === 'true' ? { externalId: true } : {}),
    ...(values.length === 0 ? {} : { options: values, restricted: textOf(valueSet, 'restricted') === 'true' }),
    ...(target === null ? {} : { referenceTo: [target], relationship: name.replace(/__c$/, '__r') }),
    ...(help === null ? {} : { help }),
    ...(type === 'Checkbox' ? { defaultValue: isChecked } : {}),
    ...(formula === null ? {} : { readOnly: true }),
    extra: {
      metadataType: type,
      describeType: shape.describe,
      ...(shape.kind === 'options' ? { visibleLines: numberOf(element, 'visibleLines') ?? 0 } : {}),
      ...(formula === null ? {} : { formula }),
      element: plain(element),
    },
  };
  return { field };
}

function numberOf(element: XmlElement, name: string): number | undefined {
  const text = textOf(element, name);
  return text === null || text === '' ? undefined : Number(text);
}

function optionsOf(valueSet: XmlElement | undefined): FieldOption[] {
  return childrenOf(childOf(valueSet, 'valueSetDefinition'), 'value').map((value) => ({
    value: textOf(value, 'fullName') ?? '',
    label: textOf(value, 'label') ?? textOf(value, 'fullName') ?? '',
    isDefault: textOf(value, 'default') === 'true',
    active: textOf(value, 'isActive') !== 'false',
  }));
}

/** An element as plain data: texts, objects, and lists where an element repeats. */
export function plain(element: XmlElement): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const child of element.children) {
    const value = child.children.length === 0 ? child.text.trim() : plain(child);
    const before = found[child.name];
    found[child.name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return found;
}
