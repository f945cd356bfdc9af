// Takes back what a deployment changed: fields, objects, kept metadata and records of permission sets. Deleted fields lose
// their values for good, so whoever deletes does it last.

import type { FieldDefinition } from '../fields.ts';
import type { Org } from './state.ts';

/** Remembers the schema as it is; the function given back restores it. */
export function rememberSchema(org: Org): () => void {
  const mark = org.store.mark();
  const plans = new Map(org.plans);
  const shelf = new Map(org.shelf);
  const fields = new Map<string, readonly FieldDefinition[]>(
    org.store.types().map((type) => [type.name, org.store.fields(type.name)]),
  );
  return () => {
    org.store.rollback(mark);
    for (const [type, before] of fields) {
      const known = new Map(before.map((field) => [field.name, field]));
      for (const field of org.store.fields(type)) {
        const old = known.get(field.name);
        if (old === undefined) org.store.dropField(type, field.name);
        else if (old !== field) org.store.addField(type, old);
      }
    }
    for (const [into, from] of [
      [org.plans, plans],
      [org.shelf, shelf],
    ] as [Map<string, unknown>, Map<string, unknown>][]) {
      into.clear();
      for (const [key, value] of from) into.set(key, value);
    }
  };
}
