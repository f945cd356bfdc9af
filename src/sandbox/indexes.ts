// Who holds which value: an index for each field that needs one, so that a key is found without looking at every record.
// Keeps ids only; the records are the store's.

import type { FieldDefinition, FieldValue } from './fields.ts';

interface Row {
  readonly id: string;
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** Whether two values of a field are the same: texts whatever their case, but ids and exact keys to the letter. */
export function isSame(field: FieldDefinition, a: FieldValue, b: FieldValue): boolean {
  const isExact = field.unique === 'exact' || field.kind === 'reference' || field.kind === 'id';
  return isExact ? String(a) === String(b) : fold(a) === fold(b);
}
const fold = (value: FieldValue) => String(value).toLowerCase();

export function wantsIndex(field: FieldDefinition): boolean {
  return (
    field.indexed === true || field.externalId === true || field.unique !== undefined || field.kind === 'reference'
  );
}

/** The indexes of one table. */
export class FieldIndexes {
  readonly #byField = new Map<string, Map<string, Set<string>>>();

  /** Starts an index, or builds it anew, over the rows there are. */
  add(field: FieldDefinition, rows: Iterable<Row>): void {
    this.#byField.set(field.name, new Map());
    for (const row of rows) this.#put(field.name, row);
  }
  drop(field: string): void {
    this.#byField.delete(field);
  }
  has(field: string): boolean {
    return this.#byField.has(field);
  }
  /** Ids that may hold the value; whoever needs the case to fit looks again. Null without an index. */
  ids(field: string, value: FieldValue): Iterable<string> | null {
    const index = this.#byField.get(field);
    return index === undefined ? null : (index.get(fold(value)) ?? []);
  }
  put(row: Row): void {
    for (const field of this.#byField.keys()) this.#put(field, row);
  }
  take(row: Row): void {
    for (const [field, index] of this.#byField) {
      const value = row.values[field] ?? null;
      if (value === null) continue;
      const ids = index.get(fold(value));
      ids?.delete(row.id);
      if (ids?.size === 0) index.delete(fold(value));
    }
  }

  #put(field: string, row: Row): void {
    const value = row.values[field] ?? null;
    if (value === null) return;
    const index = this.#byField.get(field)!;
    const ids = index.get(fold(value));
    if (ids === undefined) index.set(fold(value), new Set([row.id]));
    else ids.add(row.id);
  }
}
