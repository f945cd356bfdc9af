// The four things that can be done to one record, whatever route asked for them: rows, collections, composite and bulk all
// come here. Gives back what happened; each route tells it in its own shape.

import type { FieldDefinition } from '../fields.ts';
import type { Orders } from '../half.ts';
import type { StoredRecord } from '../records.ts';
import { error, type SfError, WholeRefusal, wordRefusals } from './answers.ts';
import { barredChange, barredInsert, duplicatesDetected, worded } from './barriers.ts';
import { isId, to18 } from './ids.ts';
import { findById, type Org, planOf, seenPlan } from './state.ts';

export interface WriteContext {
  readonly org: Org;
  readonly by: string;
  readonly orders: Orders;
  /** `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  readonly allowSave: boolean;
  /** False for `Sforce-Auto-Assign: FALSE`; the vendor's default is true. */
  readonly autoAssign: boolean;
  /** Counts the items of the whole call, over all its parts. */
  readonly counter: { at: number };
}
export type Done =
  | { readonly ok: true; readonly id: string; readonly created: boolean }
  | { readonly ok: false; readonly errors: readonly SfError[]; readonly created?: false };

const fails = (...errors: SfError[]): Done => ({ ok: false, errors });
type Given = Readonly<Record<string, unknown>>;

/** The error that the fault plan wants for the next item of the call; 'skip' when the call is to break off before it. */
function planted(context: WriteContext): Done | 'skip' | null {
  const at = context.counter.at;
  context.counter.at += 1;
  if (context.orders.applyFirst !== null && at >= context.orders.applyFirst) return 'skip';
  const wanted = context.orders.itemError(at);
  if (wanted === null) return null;
  return fails(worded(wanted));
}
/** A duplicate rule that stops the write, unless the caller allowed it to be saved. */
function isDuplicate(context: WriteContext, type: string): boolean {
  return context.org.settings.duplicateRuleOn.includes(type) && !context.allowSave;
}
const skipped = fails(error('UNKNOWN_EXCEPTION', 'not done'));

export function insertOne(context: WriteContext, type: string, given: Given): Done {
  const planned = planted(context);
  if (planned !== null) return planned === 'skip' ? skipped : planned;
  const { org, by } = context;
  const plan = seenPlan(org, type);
  if (plan === undefined) throw unknownType(type);
  if (plan.isWritable === false)
    return fails(error('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type ${plan.name} does not support create`));
  const barred = barredInsert(org, plan.name);
  if (barred !== null) return fails(barred);
  const read = readValues(org, plan.name, given);
  if ('errors' in read) return fails(...read.errors);
  if (isDuplicate(context, plan.name)) return fails(duplicatesDetected(org, plan.name));
  const owned = org.store.field(plan.name, 'OwnerId') !== undefined && read.values['OwnerId'] === undefined;
  const born = org.store.insert(plan.name, { ...read.values, ...(owned ? { OwnerId: by } : {}) }, by);
  if (!born.ok) return fails(...words(org, plan.name, born.refusals));
  return { ok: true, id: born.record.id, created: true };
}

export function updateOne(context: WriteContext, type: string, id: unknown, given: Given): Done {
  const planned = planted(context);
  if (planned !== null) return planned === 'skip' ? skipped : planned;
  const { org, by } = context;
  const plan = seenPlan(org, type);
  if (plan === undefined) throw unknownType(type);
  if (id === undefined || id === null || id === '')
    return fails(error('MISSING_ARGUMENT', 'Id not specified in an update call'));
  const full = typeof id === 'string' ? to18(id) : '';
  if (!isId(full) || !full.startsWith(plan.prefix))
    return fails(error('MALFORMED_ID', `${plan.label} ID: id value of incorrect type: ${String(id)}`, ['Id']));
  const barred = barredChange(org, plan.name, full);
  if (barred !== null) return fails(barred);
  const read = readValues(org, plan.name, given);
  if ('errors' in read) return fails(...read.errors);
  if (isDuplicate(context, plan.name)) return fails(duplicatesDetected(org, plan.name));
  const moved =
    context.autoAssign && ['Account', 'Case', 'Lead'].includes(plan.name) ? org.settings.autoAssignTo : null;
  const kept = org.store.update(plan.name, full, { ...read.values, ...(moved === null ? {} : { OwnerId: moved }) }, by);
  if (!kept.ok) return fails(...words(org, plan.name, kept.refusals));
  return { ok: true, id: full, created: false };
}

export function deleteOne(context: WriteContext, id: string): Done {
  const planned = planted(context);
  if (planned !== null) return planned === 'skip' ? skipped : planned;
  const found = isId(id) ? findById(context.org, id) : null;
  if (!isId(id)) return fails(error('MALFORMED_ID', `malformed id ${id}`));
  if (found === null) return fails(error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'));
  const barred = barredChange(context.org, found.type, found.id);
  if (barred !== null) return fails(barred);
  const gone = context.org.store.remove(found.type, found.id, context.by);
  if (!gone.ok) return fails(...words(context.org, found.type, gone.refusals));
  return { ok: true, id: found.id, created: false };
}

/** Insert or update by an external id. `matches` of more than one is the caller's to tell (300, DUPLICATE_EXTERNAL_ID). */
export function upsertOne(context: WriteContext, type: string, key: string, given: Given, updateOnly = false): Done {
  const { org } = context;
  const value = given[Object.keys(given).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key];
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name.toLowerCase() !== key.toLowerCase()));
  if (key.toLowerCase() === 'id')
    return value === null || value === undefined
      ? insertOne(context, type, rest)
      : unborn(updateOne(context, type, value, rest));
  const found = matchesOf(org, type, key, value);
  if (found.length > 1) {
    const planned = planted(context);
    if (planned === 'skip') return skipped;
    return unborn(
      fails(
        error(
          'DUPLICATE_EXTERNAL_ID',
          `${key}: more than one record found for external id field: [${found.map((one) => one.id).join(', ')}]`,
        ),
      ),
    );
  }
  const [only] = found;
  if (only !== undefined) return unborn(updateOne(context, type, only.id, rest));
  if (updateOnly) return unborn(fails(error('NOT_FOUND', 'The requested resource does not exist')));
  return unborn(insertOne(context, type, given));
}
const unborn = (done: Done): Done => (done.ok ? done : { ...done, created: false });

/** Records that the value of an external-id (or idLookup) field means. Throws for a field that cannot be such a key. */
export function matchesOf(org: Org, type: string, key: string, value: unknown): StoredRecord[] {
  const plan = seenPlan(org, type);
  if (plan === undefined) throw unknownType(type);
  const field = org.store.field(plan.name, key);
  const isKey =
    field !== undefined && (field.externalId === true || field.unique !== undefined || field.kind === 'email');
  const isHidden = field !== undefined && org.store.access(org.integrationUser, plan.name, field) === 'none';
  if (!isKey || isHidden)
    throw new WholeRefusal(
      field === undefined || isHidden ? 404 : 400,
      field === undefined || isHidden
        ? error('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${key}`, null)
        : error(
            'INVALID_FIELD',
            `Field name provided, ${field.name} is not an External ID or indexed field for ${plan.name}`,
            null,
          ),
    );
  return org.store.findBy(plan.name, field.name, value === undefined || value === null ? null : String(value));
}

export function unknownType(type: string): WholeRefusal {
  return new WholeRefusal(
    400,
    error(
      'INVALID_TYPE',
      `sObject type '${type}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
      null,
    ),
  );
}

export function words(org: Org, type: string, refusals: Parameters<typeof wordRefusals>[0]): SfError[] {
  return wordRefusals(refusals, { type, fieldOf: (name) => org.store.field(type, name) });
}

/** JSON of a request → values for the store: ids to 18 characters, parents by their external id to their id. */
function readValues(org: Org, type: string, given: Given): { values: Record<string, unknown> } | { errors: SfError[] } {
  const values: Record<string, unknown> = {};
  const errors: SfError[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name === 'attributes' || name.toLowerCase() === 'id') continue;
    const field = org.store.field(type, name);
    if (field?.kind === 'reference' && typeof value === 'string' && value !== '') {
      const wrong = wrongReference(org, field, value);
      if (wrong === null) values[field.name] = to18(value);
      else errors.push(wrong);
    } else if (field === undefined && typeof value === 'object' && value !== null) {
      const parent = parentOf(org, type, name, value as Given);
      if ('errors' in parent) errors.push(...parent.errors);
      else values[parent.field] = parent.id;
    } else values[field?.name ?? name] = lenient(field, value);
  }
  return errors.length > 0 ? { errors } : { values };
}

const texts: readonly FieldDefinition['kind'][] = ['text', 'long_text', 'option', 'options', 'email', 'phone', 'url'];

/** Numbers and checkboxes may come as texts, as a recorded update of `NumberOfEmployees` to `"10000"` shows. */
function lenient(field: FieldDefinition | undefined, value: unknown): unknown {
  if (typeof value !== 'string' || field === undefined) return value;
  // No text is kept with white space around it (Apex guide, primitive types); a no-break space is none.
  if (texts.includes(field.kind)) return value.replace(/^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g, '');
  if (field.kind === 'number' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  return field.kind === 'boolean' && /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
}

function wrongReference(org: Org, field: FieldDefinition, value: string): SfError | null {
  const malformed = error('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, [field.name]);
  if (!isId(value)) return malformed;
  const fits = (field.referenceTo ?? []).some((type) => value.startsWith(planOf(org, type)?.prefix ?? '???'));
  return fits
    ? null
    : error('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${value}`, [field.name]);
}

function parentOf(
  org: Org,
  type: string,
  name: string,
  given: Given,
): { field: string; id: string | null } | { errors: SfError[] } {
  const field = org.store
    .fields(type)
    .find((one) => one.kind === 'reference' && one.relationship?.toLowerCase() === name.toLowerCase());
  if (field === undefined)
    return { errors: [error('INVALID_FIELD', `No such column '${name}' on sobject of type ${type}`)] };
  const attributes = given['attributes'] as { type?: string } | undefined;
  const types = field.referenceTo ?? [];
  if (types.length > 1 && attributes?.type === undefined)
    return {
      errors: [
        error(
          'JSON_PARSER_ERROR',
          'Nested object for polymorphic foreign key must have an attributes field before any other fields.',
        ),
      ],
    };
  const [key, value] = Object.entries(given).find(([one]) => one !== 'attributes') ?? ['', null];
  const [parent, ...more] = matchesOf(org, attributes?.type ?? types[0] ?? '', key, value);
  if (parent === undefined || more.length > 0)
    return {
      errors: [
        error(
          'INVALID_FIELD',
          `Foreign key external ID: ${String(value)} not found for field ${key} in entity ${types[0]}`,
        ),
      ],
    };
  return { field: field.name, id: parent.id };
}
