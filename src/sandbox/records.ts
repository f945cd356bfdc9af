// One strict store of records under each pretend CRM: typed fields, unique indexes, permissions per user, records that
// stay after deletion, stamps from the sandbox's clock. Refusals are neutral data; this file knows no vendor's words.

import type { PushableClock } from './clock.ts';
import { type FieldDefinition, type FieldValue, fitValue, type Refusal, refusal } from './fields.ts';
import { FieldIndexes, isSame, wantsIndex } from './indexes.ts';

/** What a user may do with a field; `none` means that it does not exist for them. */
export type Access = 'none' | 'read' | 'edit';
export type Values = Readonly<Record<string, FieldValue>>;

export interface StoredRecord {
  readonly id: string;
  readonly type: string;
  readonly values: Values;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly modifiedAt: string;
  readonly modifiedBy: string;
  /** Moves with every change, also with those that are not edits. */
  readonly stampedAt: string;
  readonly deletedAt: string | null;
  /** The winner, when this record lost a merge. */
  readonly mergedInto: string | null;
  /** Old closed activities are hidden from ordinary queries but live on. */
  readonly isArchived: boolean;
}
/** Asked before a change is kept; what it returns refuses the change. `before` is null for an insert. */
export type Rule = (after: StoredRecord, before: StoredRecord | null, by: string) => readonly Refusal[];
export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly fields: readonly FieldDefinition[];
  /** Gives the id of each new record. */
  readonly nextId: () => string;
  readonly rules?: readonly Rule[];
  /** Values computed when read, by field name; such fields must be `readOnly`. */
  readonly calculated?: Readonly<Record<string, (record: StoredRecord) => FieldValue>>;
  /** Runs after a kept change, inside the same undo; may write other records as the system. */
  readonly afterChange?: (after: StoredRecord, before: StoredRecord | null) => void;
}
export type Outcome =
  | { readonly ok: true; readonly record: StoredRecord }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };
export interface Change {
  readonly at: string;
  readonly by: string;
  readonly type: string;
  readonly id: string;
  readonly op: 'insert' | 'update' | 'remove' | 'restore' | 'merge' | 'touch';
  readonly before: StoredRecord | null;
  readonly after: StoredRecord | null;
}
export interface WriteOptions {
  /** The system itself: no permissions, no read-only fields, no rules. Types, lengths and uniqueness still hold. */
  readonly asSystem?: boolean;
  /** The instant of the change instead of now; for seeding a past. */
  readonly at?: string;
  /** The id to be born with instead of the next one. */
  readonly id?: string;
}
export interface StoreOptions {
  readonly clock: PushableClock;
  /** Names of types and fields match whatever their case. Default false. */
  readonly ignoreCase?: boolean;
  /** Whether a deleted record keeps its unique values to itself; a function is asked at each write. Default false. */
  readonly deletedHoldUnique?: boolean | (() => boolean);
}

interface Table {
  definition: ObjectDefinition;
  readonly fields: Map<string, FieldDefinition>;
  readonly rows: Map<string, StoredRecord>;
  readonly indexes: FieldIndexes;
  /** The unique ones of the fields; null until somebody asks. */
  uniques: readonly FieldDefinition[] | null;
}

/** The store of one pretend CRM. Synchronous on purpose: one call, one change, nothing in between. */
export class RecordStore {
  readonly #clock: PushableClock;
  readonly #ignoreCase: boolean;
  readonly #deletedHoldUnique: () => boolean;
  readonly #tables = new Map<string, Table>();
  readonly #changes: Change[] = [];
  readonly #merges = new Map<string, string>();
  #access: (by: string, type: string, field: FieldDefinition) => Access = () => 'edit';

  constructor(options: StoreOptions) {
    this.#clock = options.clock;
    this.#ignoreCase = options.ignoreCase ?? false;
    const held = options.deletedHoldUnique ?? false;
    this.#deletedHoldUnique = typeof held === 'function' ? held : () => held;
  }

  // Types and fields

  define(definition: ObjectDefinition): void {
    const table: Table = { definition, fields: new Map(), rows: new Map(), indexes: new FieldIndexes(), uniques: null };
    this.#tables.set(this.#fold(definition.name), table);
    for (const field of definition.fields) this.#addTo(table, field);
  }
  types(): ObjectDefinition[] {
    return [...this.#tables.values()].map((table) => this.#definitionOf(table));
  }
  type(name: string): ObjectDefinition | undefined {
    const table = this.#tables.get(this.#fold(name));
    return table === undefined ? undefined : this.#definitionOf(table);
  }
  fields(type: string): FieldDefinition[] {
    return [...(this.#tables.get(this.#fold(type))?.fields.values() ?? [])];
  }
  field(type: string, name: string): FieldDefinition | undefined {
    return this.#tables.get(this.#fold(type))?.fields.get(this.#fold(name));
  }
  /** Adds a field, or replaces the definition of one that is there; values stay. */
  addField(type: string, field: FieldDefinition): void {
    this.#addTo(this.#table(type), field);
  }
  /** Takes a field away as an admin would; values are lost. */
  dropField(type: string, name: string): boolean {
    const table = this.#table(type);
    const field = table.fields.get(this.#fold(name));
    if (field === undefined) return false;
    table.fields.delete(this.#fold(name));
    table.uniques = null;
    table.indexes.drop(field.name);
    for (const [id, row] of table.rows) {
      if (!(field.name in row.values)) continue;
      const { [field.name]: _gone, ...values } = row.values;
      table.rows.set(id, { ...row, values });
    }
    return true;
  }
  /** Adds a rule of an admin's making: a validation rule, a trigger that refuses. Returns a function that takes it away. */
  addRule(type: string, rule: Rule): () => void {
    const table = this.#table(type);
    table.definition = { ...table.definition, rules: [...(table.definition.rules ?? []), rule] };
    return () => {
      const rules = (table.definition.rules ?? []).filter((one) => one !== rule);
      table.definition = { ...table.definition, rules };
    };
  }
  setAccess(access: (by: string, type: string, field: FieldDefinition) => Access): void {
    this.#access = access;
  }
  access(by: string, type: string, field: FieldDefinition): Access {
    return this.#access(by, type, field);
  }

  // Reading

  /** The record, deleted or not; null when there never was one. */
  get(type: string, id: string): StoredRecord | null {
    return this.#tables.get(this.#fold(type))?.rows.get(id) ?? null;
  }
  /** All records that are not deleted, in order of birth; with `deleted: true` the deleted ones too. */
  *all(type: string, options: { readonly deleted?: boolean } = {}): Generator<StoredRecord> {
    for (const row of this.#tables.get(this.#fold(type))?.rows.values() ?? [])
      if (options.deleted === true || row.deletedAt === null) yield row;
  }
  /** Records whose field holds the value (deleted ones only when asked); uses an index where there is one. */
  findBy(type: string, field: string, value: FieldValue, options: { readonly deleted?: boolean } = {}): StoredRecord[] {
    const table = this.#tables.get(this.#fold(type));
    const known = table?.fields.get(this.#fold(field));
    if (table === undefined || known === undefined || value === null) return [];
    const ids = table.indexes.ids(known.name, value);
    const candidates = ids === null ? [...table.rows.values()] : [...ids].flatMap((id) => table.rows.get(id) ?? []);
    const rows = candidates.filter((row) => {
      const stored = this.value(row, known.name);
      return stored !== null && isSame(known, stored, value);
    });
    return options.deleted === true ? rows : rows.filter((row) => row.deletedAt === null);
  }
  hasIndex(type: string, field: string): boolean {
    const table = this.#tables.get(this.#fold(type));
    const known = table?.fields.get(this.#fold(field));
    return known !== undefined && table?.indexes.has(known.name) === true;
  }
  /** What a reader sees in a field: the stored value, or the calculated one. */
  value(record: StoredRecord, field: string): FieldValue {
    const table = this.#tables.get(this.#fold(record.type));
    const calculate = table?.definition.calculated?.[field];
    if (calculate !== undefined) return calculate(record);
    const value = record.values[field] ?? null;
    // A checkbox that was added after the record was born is not empty, it is not ticked.
    return value === null && table?.fields.get(this.#fold(field))?.kind === 'boolean' ? false : value;
  }
  /** The last winner of the merges that a record lost, or the id itself. */
  survivorOf(type: string, id: string): string {
    let at = id;
    for (let next = this.#merges.get(`${this.#fold(type)}/${at}`); next !== undefined; ) {
      at = next;
      next = this.#merges.get(`${this.#fold(type)}/${at}`);
    }
    return at;
  }
  /** Everything that ever happened, oldest first. */
  changes(): readonly Change[] {
    return this.#changes;
  }

  // Writing

  insert(type: string, given: Readonly<Record<string, unknown>>, by: string, options: WriteOptions = {}): Outcome {
    const table = this.#tables.get(this.#fold(type));
    if (table === undefined) return refused(refusal('unknown_type', null, type));
    const { values, refusals } = this.#fitAll(table, given, by, options, null);
    for (const field of table.fields.values()) {
      if (field.name in values || refusals.some((one) => one.field === field.name)) continue;
      const fallback = defaultOf(field);
      if (fallback !== null) values[field.name] = fallback;
      else if (field.required && !field.readOnly) refusals.push(refusal('required', field.name));
    }
    const at = options.at ?? this.#clock.now();
    const after: StoredRecord = {
      id: options.id ?? '',
      type: table.definition.name,
      values,
      createdAt: at,
      createdBy: by,
      modifiedAt: at,
      modifiedBy: by,
      stampedAt: at,
      deletedAt: null,
      mergedInto: null,
      isArchived: false,
    };
    refusals.push(...this.#clashes(table, after));
    if (refusals.length === 0 && !options.asSystem) refusals.push(...this.#askRules(table, after, null, by));
    if (refusals.length > 0) return { ok: false, refusals };
    const born = { ...after, id: options.id ?? table.definition.nextId() };
    this.#keep(table, 'insert', null, born, by);
    return { ok: true, record: born };
  }

  /** Fields that are not given stay as they are; null empties. Equal values still stamp the record, as the vendors do. */
  update(
    type: string,
    id: string,
    given: Readonly<Record<string, unknown>>,
    by: string,
    options: WriteOptions = {},
  ): Outcome {
    const table = this.#tables.get(this.#fold(type));
    if (table === undefined) return refused(refusal('unknown_type', null, type));
    const before = table.rows.get(id);
    if (before === undefined) return refused(refusal('not_found', null, id));
    if (before.deletedAt !== null) return refused(refusal('gone', null, id, { otherId: before.mergedInto }));
    const { values, refusals } = this.#fitAll(table, given, by, options, before);
    const at = options.at ?? this.#clock.now();
    const after: StoredRecord = {
      ...before,
      values: { ...before.values, ...values },
      modifiedAt: at,
      modifiedBy: by,
      stampedAt: at,
    };
    refusals.push(...this.#clashes(table, after));
    if (refusals.length === 0 && !options.asSystem) refusals.push(...this.#askRules(table, after, before, by));
    if (refusals.length > 0) return { ok: false, refusals };
    this.#keep(table, 'update', before, after, by);
    return { ok: true, record: after };
  }

  /** Marks the record deleted; it stays and can be found by those who ask for deleted ones. */
  remove(type: string, id: string, by: string): Outcome {
    return this.#turn('remove', type, id, by, (row, at) =>
      row.deletedAt === null ? { ...row, deletedAt: at, modifiedAt: at, stampedAt: at } : null,
    );
  }
  restore(type: string, id: string, by: string): Outcome {
    return this.#turn('restore', type, id, by, (row, at) => ({
      ...row,
      deletedAt: null,
      mergedInto: null,
      stampedAt: at,
    }));
  }
  /** A change that is no edit: it moves only `stampedAt` (and `isArchived`, when given). */
  touch(type: string, id: string, isArchived?: boolean): Outcome {
    return this.#turn('touch', type, id, 'system', (row, at) => ({
      ...row,
      stampedAt: at,
      isArchived: isArchived ?? row.isArchived,
    }));
  }
  /** The loser is deleted and points at the winner; references to it move over; the winner fills its empty fields. */
  merge(type: string, winnerId: string, loserId: string, by: string): Outcome {
    const table = this.#tables.get(this.#fold(type));
    const winner = table?.rows.get(winnerId);
    const loser = table?.rows.get(loserId);
    if (table === undefined || winner === undefined || loser === undefined || winnerId === loserId)
      return refused(refusal('not_found', null, loser === undefined ? loserId : winnerId));
    if (winner.deletedAt !== null) return refused(refusal('gone', null, winnerId, { otherId: winner.mergedInto }));
    if (loser.deletedAt !== null) return refused(refusal('gone', null, loserId, { otherId: loser.mergedInto }));
    const at = this.#clock.now();
    this.#keep(table, 'merge', loser, { ...loser, deletedAt: at, mergedInto: winnerId, stampedAt: at }, by);
    this.#merges.set(`${this.#fold(type)}/${loserId}`, winnerId);
    const filled = Object.entries(loser.values).filter(([name]) => (winner.values[name] ?? null) === null);
    const after = {
      ...winner,
      values: { ...winner.values, ...Object.fromEntries(filled) },
      modifiedAt: at,
      modifiedBy: by,
      stampedAt: at,
    };
    this.#keep(table, 'update', winner, after, by);
    this.#repoint(table.definition.name, loserId, winnerId, by);
    return { ok: true, record: after };
  }

  /** A place in time to which {@link rollback} can return. */
  mark(): number {
    return this.#changes.length;
  }
  /** Undoes everything since the mark, stamps included. */
  rollback(mark: number): void {
    while (this.#changes.length > mark) {
      const change = this.#changes.pop()!;
      const table = this.#table(change.type);
      if (change.after !== null) table.indexes.take(change.after);
      if (change.op === 'merge') this.#merges.delete(`${this.#fold(change.type)}/${change.id}`);
      if (change.before === null) table.rows.delete(change.id);
      else {
        table.rows.set(change.id, change.before);
        table.indexes.put(change.before);
      }
    }
  }

  // Inside

  #fold(name: string): string {
    return this.#ignoreCase ? name.toLowerCase() : name;
  }
  #table(type: string): Table {
    const table = this.#tables.get(this.#fold(type));
    if (table === undefined) throw new Error(`no such type: ${type}`);
    return table;
  }
  #definitionOf(table: Table): ObjectDefinition {
    return { ...table.definition, fields: [...table.fields.values()] };
  }
  #addTo(table: Table, field: FieldDefinition): void {
    table.fields.set(this.#fold(field.name), field);
    table.uniques = null;
    if (!wantsIndex(field) || table.definition.calculated?.[field.name] !== undefined) return;
    table.indexes.add(field, table.rows.values());
  }
  #fitAll(
    table: Table,
    given: Readonly<Record<string, unknown>>,
    by: string,
    options: WriteOptions,
    before: StoredRecord | null,
  ): { values: Record<string, FieldValue>; refusals: Refusal[] } {
    const values: Record<string, FieldValue> = {};
    const refusals: Refusal[] = [];
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      const field = table.fields.get(this.#fold(name));
      if (field === undefined) {
        refusals.push(refusal('unknown_field', name, value));
        continue;
      }
      const access = options.asSystem ? 'edit' : this.#access(by, table.definition.name, field);
      if (access === 'none') refusals.push(refusal('hidden_field', field.name, value));
      else if (access === 'read') refusals.push(refusal('no_permission', field.name, value));
      else if (!options.asSystem && (field.readOnly || (field.createOnly && before !== null)))
        refusals.push(refusal('read_only', field.name, value));
      else {
        const got = fitValue(field, value);
        if ('refused' in got) refusals.push(got.refused);
        else if (field.kind === 'reference' && !this.#leadsSomewhere(field, got.value))
          refusals.push(refusal('bad_reference', field.name, value));
        else values[field.name] = got.value;
      }
    }
    return { values, refusals };
  }
  #leadsSomewhere(field: FieldDefinition, value: FieldValue): boolean {
    if (value === null || field.referenceTo === undefined) return true;
    return field.referenceTo.some(
      (type) => this.#tables.get(this.#fold(type))?.rows.get(String(value))?.deletedAt === null,
    );
  }
  #clashes(table: Table, after: StoredRecord): Refusal[] {
    const found: Refusal[] = [];
    table.uniques ??= [...table.fields.values()].filter((field) => field.unique !== undefined);
    for (const field of table.uniques) {
      const value = after.values[field.name] ?? null;
      if (value === null) continue;
      const other = this.findBy(table.definition.name, field.name, value, { deleted: this.#deletedHoldUnique() }).find(
        (row) => row.id !== after.id,
      );
      if (other !== undefined) found.push(refusal('duplicate', field.name, value, { otherId: other.id }));
    }
    return found;
  }
  #askRules(table: Table, after: StoredRecord, before: StoredRecord | null, by: string): Refusal[] {
    return (table.definition.rules ?? []).flatMap((rule) => rule(after, before, by));
  }
  #turn(
    op: Change['op'],
    type: string,
    id: string,
    by: string,
    change: (row: StoredRecord, at: string) => StoredRecord | null,
  ): Outcome {
    const table = this.#tables.get(this.#fold(type));
    const before = table?.rows.get(id);
    if (table === undefined || before === undefined) return refused(refusal('not_found', null, id));
    const after = change(before, this.#clock.now());
    if (after === null) return refused(refusal('gone', null, id, { otherId: before.mergedInto }));
    this.#keep(table, op, before, after, by);
    return { ok: true, record: after };
  }
  #keep(table: Table, op: Change['op'], before: StoredRecord | null, after: StoredRecord, by: string): void {
    if (before !== null) table.indexes.take(before);
    table.rows.set(after.id, after);
    table.indexes.put(after);
    this.#changes.push({ at: after.stampedAt, by, type: table.definition.name, id: after.id, op, before, after });
    if (op !== 'touch') table.definition.afterChange?.(after, before);
  }
  #repoint(target: string, from: string, to: string, by: string): void {
    for (const table of this.#tables.values())
      for (const field of table.fields.values())
        if (field.kind === 'reference' && field.referenceTo?.includes(target) === true)
          for (const row of this.findBy(table.definition.name, field.name, from))
            this.update(table.definition.name, row.id, { [field.name]: to }, by, { asSystem: true });
  }
}

function refused(...refusals: Refusal[]): Outcome {
  return { ok: false, refusals };
}
function defaultOf(field: FieldDefinition): FieldValue {
  if (field.defaultValue !== undefined) return field.defaultValue;
  if (field.kind === 'boolean') return false;
  return field.options?.find((option) => option.isDefault)?.value ?? null;
}
