// Rows of a bulk job: cells to values by the type of their column, parents by a key of theirs, and the one thing that the
// job does with each. An empty cell is left alone, `#N/A` empties the field.

import type { FieldDefinition } from '../fields.ts';
import { error, type SfError } from './answers.ts';
import type { Org } from './state.ts';
import { type Done, deleteOne, insertOne, updateOne, upsertOne, type WriteContext } from './writes.ts';

export interface Column {
  readonly name: string;
  /** Null for a parent by its key: `Account.Ext__c`, `Account:What.Ext__c`. */
  readonly field: FieldDefinition | null;
}

/** The columns of a header, or what is wrong with the first that does not fit. */
export function columnsOf(org: Org, type: string, names: readonly string[]): Column[] | { readonly wrong: string } {
  const columns: Column[] = [];
  for (const name of names) {
    const strange = { wrong: `InvalidBatch : Field name not found : ${name}` };
    if (!name.includes('.')) {
      const field = org.store.field(type, name);
      if (field === undefined || org.store.access(org.integrationUser, type, field) === 'none') return strange;
      columns.push({ name, field });
      continue;
    }
    const [parent = '', key = ''] = name.split('.');
    const [of, relation] = parent.includes(':') ? (parent.split(':') as [string, string]) : [null, parent];
    const link = org.store.fields(type).find((one) => one.relationship?.toLowerCase() === relation.toLowerCase());
    const targets = link?.referenceTo ?? [];
    const target = of ?? targets[0] ?? '';
    // The type before the colon is a must where a parent may be of several types, and wrong where it may not.
    const isFitting = (of === null) === targets.length <= 1 && targets.some((one) => one === target);
    if (link === undefined || !isFitting || org.store.field(target, key) === undefined) return strange;
    columns.push({ name, field: null });
  }
  return columns;
}

export type ReadRow =
  | { readonly values: Record<string, unknown>; readonly id: string }
  | { readonly wrong: SfError; readonly id: string };

export function readRow(columns: readonly Column[], cells: readonly string[]): ReadRow {
  const values: Record<string, unknown> = {};
  let id = '';
  let wrong: SfError | null = null;
  for (const [at, { name, field }] of columns.entries()) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    if (name.toLowerCase() === 'id') id = cell;
    if (field === null) {
      const [parent = '', key = ''] = name.split('.');
      const [of, relation] = parent.includes(':') ? parent.split(':') : [undefined, parent];
      values[relation ?? parent] = { ...(of === undefined ? {} : { attributes: { type: of } }), [key]: cell };
      continue;
    }
    const value = cell === '#N/A' ? null : typed(field, cell);
    if (value === undefined) {
      const xsd = xsdTypes[field.kind] ?? 'string';
      const text = `Failed to deserialize field at col ${at}. Due to, '${cell}' is not a valid value for the type xsd:${xsd}`;
      wrong ??= error('INVALID_FIELD', text, [field.name]);
    } else values[field.name] = value;
  }
  return wrong === null ? { values, id } : { wrong, id };
}
const xsdTypes: Partial<Record<FieldDefinition['kind'], string>> = {
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'dateTime',
};

function typed(field: FieldDefinition, cell: string): unknown {
  if (field.kind === 'number') return Number.isFinite(Number(cell)) ? Number(cell) : undefined;
  if (field.kind === 'boolean')
    return /^(true|1|yes)$/i.test(cell) ? true : /^(false|0|no)$/i.test(cell) ? false : undefined;
  if (field.kind === 'date')
    return /^\d{4}-\d{2}-\d{2}$/.test(cell) && !Number.isNaN(Date.parse(cell)) ? cell : undefined;
  if (field.kind === 'datetime') return Number.isNaN(Date.parse(cell)) ? undefined : cell;
  return cell;
}

export function doRow(
  context: WriteContext,
  operation: string,
  type: string,
  key: string,
  values: Record<string, unknown>,
): Done {
  const { Id: id, ...rest } = values;
  if (operation === 'insert') return insertOne(context, type, rest);
  if (operation === 'update') return updateOne(context, type, id, rest);
  if (operation === 'upsert') return upsertOne(context, type, key, key.toLowerCase() === 'id' ? values : rest);
  return deleteOne(context, String(id ?? ''));
}

/** `CODE:message:fields --`, the way a failed row tells its error. */
export function errorCell(done: Extract<Done, { ok: false }>): string {
  const [first] = done.errors;
  const fields = first?.fields ?? [];
  return `${first?.code}:${first?.message}:${fields.length === 0 ? '--' : `${fields.join(' ')} --`}`;
}
