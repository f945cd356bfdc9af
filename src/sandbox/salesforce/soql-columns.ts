// What a query calls its columns: for the header of a CSV, and for the CLI, which asks with `columns=true` for their types.

import type { FieldType, Query } from '@jetstreamapp/soql-parser-js';
import type { FieldDefinition } from '../fields.ts';

/** `Owner.Name` for a field of a parent, as it was written. */
export function columnNames(query: Query): string[] {
  return (query.fields ?? []).flatMap((field) => nameOf(field) ?? []);
}
function nameOf(field: FieldType): string | null {
  if (field.type === 'Field') return field.field;
  if (field.type === 'FieldRelationship') return [...field.relationships, field.field].join('.');
  return null;
}

interface Shaped {
  readonly kind: string;
  readonly path: readonly string[];
  readonly field: FieldDefinition | null;
  readonly source: FieldType;
}
const apexTypes: Partial<Record<FieldDefinition['kind'], string>> = {
  number: 'Double',
  boolean: 'Boolean',
  date: 'Date',
  datetime: 'Datetime',
  id: 'Id',
  reference: 'Id',
};

/** The columns of a query with their types; a field of a parent stands inside the column of the parent. */
export function columnMetadata(shapes: readonly Shaped[]): Record<string, unknown>[] {
  const columns: Record<string, unknown>[] = [];
  for (const [at, shape] of shapes.entries()) {
    let into = columns;
    for (const step of shape.path.slice(0, -1)) {
      const known = into.find((one) => one['columnName'] === step && Array.isArray(one['joinColumns']));
      const parent = known ?? column(step, null, at);
      if (known === undefined) into.push(parent);
      into = parent['joinColumns'] as Record<string, unknown>[];
    }
    const source = shape.source as { alias?: string };
    into.push(column(source.alias ?? shape.path.at(-1) ?? `expr${at}`, shape, at));
  }
  return columns;
}
function column(name: string, shape: Shaped | null, at: number): Record<string, unknown> {
  const isAggregate = shape?.kind === 'aggregate' || shape?.kind === 'count';
  return {
    aggregate: isAggregate,
    apexType: isAggregate ? 'Integer' : (apexTypes[shape?.field?.kind ?? 'text'] ?? 'String'),
    booleanType: shape?.field?.kind === 'boolean',
    columnName: name,
    custom: shape?.field?.custom === true,
    displayName: name,
    foreignKeyName: null,
    insertable: shape?.field?.readOnly !== true && !isAggregate,
    joinColumns: [],
    numberType: shape?.field?.kind === 'number',
    textType: shape?.field === null ? false : ['text', 'long_text', 'option'].includes(shape?.field.kind ?? ''),
    updatable: shape?.field?.readOnly !== true && !isAggregate,
    ...(shape === null ? { position: at } : {}),
  };
}
