// Short ways to write down standard fields, and the fields that most objects share.

import type { FieldDefinition, FieldKind } from '../fields.ts';

type More = Partial<FieldDefinition>;
export const make = (kind: FieldKind, name: string, more: More = {}): FieldDefinition => ({
  name,
  label: more.label ?? name.replace(/Id$/, ' ID').replace(/([a-z])([A-Z])/g, '$1 $2'),
  kind,
  ...more,
});
export const text = (name: string, length = 255, more: More = {}) => make('text', name, { length, ...more });
export const long = (name: string, length = 32000) => make('long_text', name, { length });
export const number = (name: string, precision: number, scale: number, more: More = {}) =>
  make('number', name, { precision, scale, ...more });
export const yesNo = (name: string, more: More = {}) => make('boolean', name, more);
export const day = (name: string, more: More = {}) => make('date', name, more);
export const instant = (name: string, more: More = {}) => make('datetime', name, more);
export const option = (name: string, values: readonly string[], more: More = {}) =>
  make('option', name, {
    length: 40,
    options: values.map((value) => ({ value, label: value, isDefault: value === more.defaultValue })),
    ...more,
  });
export const lookup = (name: string, referenceTo: readonly string[], more: More = {}) =>
  make('reference', name, { referenceTo, relationship: name.replace(/Id$/, ''), length: 18, ...more });
export const own = (name: string, length: number) => text(name, length, { readOnly: true });

export const systemFields: readonly FieldDefinition[] = [
  make('id', 'Id', { readOnly: true, length: 18, label: 'Record ID' }),
  yesNo('IsDeleted', { readOnly: true, label: 'Deleted' }),
];
export const stampFields: readonly FieldDefinition[] = [
  instant('CreatedDate', { readOnly: true }),
  lookup('CreatedById', ['User'], { readOnly: true }),
  instant('LastModifiedDate', { readOnly: true }),
  lookup('LastModifiedById', ['User'], { readOnly: true }),
  instant('SystemModstamp', { readOnly: true }),
];
export const address = (kind: 'Billing' | 'Mailing') => [
  text(`${kind}Street`, 255, { extra: { describeType: 'textarea' } }),
  text(`${kind}City`, 40),
  text(`${kind}PostalCode`, 20),
  text(`${kind}Country`, 80),
];
export const masterRecord = (of: string) => lookup('MasterRecordId', [of], { readOnly: true });
export const owner = lookup('OwnerId', ['User']);

/** What a further field may tell besides its name, describe type and label. */
interface Further extends More {
  /** Digits in all, and after the point. */
  readonly digits?: readonly [precision: number, scale: number];
  readonly to?: readonly string[];
  readonly choices?: string;
  /** Keys of the describe that do not follow from the rest. */
  readonly flags?: Readonly<Record<string, unknown>>;
}
const kinds: Readonly<Record<string, FieldKind>> = {
  string: 'text',
  combobox: 'text',
  address: 'text',
  picklist: 'option',
  multipicklist: 'options',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  reference: 'reference',
  phone: 'phone',
  url: 'url',
  email: 'email',
};

/** A field as a describe speaks of it: type, label, length or digits, and whatever is out of the ordinary. */
export function further(name: string, type: string, label: string, more: Further = {}): FieldDefinition {
  const { digits, to, choices, flags, ...rest } = more;
  const kind = type === 'textarea' ? ((rest.length ?? 0) > 255 ? 'long_text' : 'text') : (kinds[type] ?? 'text');
  const options = choices?.split('|').map((value) => ({ value, label: value, isDefault: value === rest.defaultValue }));
  return make(kind, name, {
    label,
    ...rest,
    ...(digits === undefined ? {} : { precision: digits[0], scale: digits[1] }),
    ...(to === undefined ? {} : { referenceTo: to, relationship: name.replace(/Id$/, ''), length: 18 }),
    ...(options === undefined ? {} : { options }),
    ...(rest.relationship === undefined ? {} : { relationship: rest.relationship }),
    extra: { describeType: type, ...(flags === undefined ? {} : { flags }), ...rest.extra },
  });
}
