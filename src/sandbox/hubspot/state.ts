// Everything the pretend portal remembers, and how its records look when read. Handlers are given this; it answers no
// request itself. Values of all properties are kept as text, as HubSpot keeps them.

import type { Chance } from '../../lib/chance.ts';
import type { PushableClock } from '../clock.ts';
import type { FieldDefinition } from '../fields.ts';
import { RecordStore, type StoredRecord } from '../records.ts';
import { javaInstant } from './answers.ts';
import { type Kind, kinds } from './kinds.ts';
import { LimitBook } from './limits.ts';
import { Links } from './links.ts';
import type { ListFolder } from './list-extras.ts';
import type { PortalList } from './lists.ts';
import { PipelineBook } from './pipeline-book.ts';
import { mainGroups, standardProperties } from './standard.ts';
import { TokenBook } from './tokens.ts';
import type { Property } from './values.ts';

/** What may differ between portals; changed by tests and by the control routes while the portal is open. */
export interface Settings {
  /** How long after a change a search sees it, milliseconds of the sandbox's clock. */
  searchLagMs: number;
  /** Whether the portal lets tasks have properties with `hasUniqueValue`; nobody has verified it for real ones. */
  uniqueTasks: boolean;
  /** What happens when a deactivated owner is assigned; unverified, so either. */
  inactiveOwners: 'accepted' | 'refused';
  /** Whether results of writes repeat the trace id; recorded answers do not. */
  echoTraceIds: boolean;
  /** Properties that an admin's form for new records requires, by object type; enforced from version 2026-09 on. */
  requiredProperties: Readonly<Record<string, readonly string[]>>;
  /** Properties that become required when another has a certain value, by object type; from version 2026-09 on. */
  conditionalProperties: Readonly<Record<string, readonly ConditionalProperty[]>>;
  /** How long a new property is known to nobody: 250 to 700 ms were reported. Milliseconds of the sandbox's clock. */
  propertyLagMs: number;
  /** Versions that answer no more: `v4`, `v3`, `2026-03`. */
  closedVersions: readonly string[];
  /**
   * Which success codes associations have from 2026-09 on: those of v4, or the 200 that the specification of August 2026
   * has for batch/create and batch/archive. Nobody has verified either.
   */
  datedCodes: 'as_v4' | 'as_specified';
}
/** When `when` has the value `is`, `needs` must not be empty. */
export interface ConditionalProperty {
  readonly when: string;
  readonly is: string;
  readonly needs: string;
}

export interface Owner {
  readonly id: string;
  readonly userId: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}
export interface Group {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

/** The most of one thing that the portal allows. */
export const most = { uniqueProperties: 10, customProperties: 1000, batch: 100, searchResults: 10_000 } as const;

export interface PortalState {
  readonly id: number;
  readonly timeZone: string;
  readonly clock: PushableClock;
  readonly chance: Chance;
  readonly url: () => string;
  readonly store: RecordStore;
  readonly settings: Settings;
  readonly links: Links;
  readonly tokens: TokenBook;
  readonly limits: LimitBook;
  readonly owners: Map<string, Owner>;
  readonly groups: Map<string, Map<string, Group>>;
  readonly lists: Map<string, PortalList>;
  readonly folders: Map<string, ListFolder>;
  readonly pipelines: PipelineBook;
}

export interface StateOptions {
  readonly clock: PushableClock;
  readonly chance: Chance;
  readonly url: () => string;
  readonly id: number;
  readonly token: string;
}

/** A portal without records, owners or custom properties. */
export function newState(options: StateOptions): PortalState {
  const timeZone = 'US/Eastern';
  const store = new RecordStore({ clock: options.clock });
  const groups = new Map<string, Map<string, Group>>();
  for (const kind of kinds) {
    let next = 30_000_000_000;
    store.define({
      name: kind.name,
      label: kind.singular,
      plural: kind.name,
      fields: standardProperties(kind.name).map((property) => fieldOf(kind, property)),
      // Ids are unique per object type only: a company and a contact may well bear the same one.
      nextId: () => {
        next += 1 + Math.floor(options.chance.fraction() * 9);
        return String(next);
      },
    });
    const main = mainGroups[kind.name]!;
    groups.set(kind.name, new Map([[main.name, { ...main, displayOrder: 0, archived: false }]]));
  }
  return {
    id: options.id,
    timeZone,
    clock: options.clock,
    chance: options.chance,
    url: options.url,
    store,
    settings: {
      searchLagMs: 3000,
      uniqueTasks: true,
      inactiveOwners: 'accepted',
      echoTraceIds: false,
      requiredProperties: {},
      conditionalProperties: {},
      propertyLagMs: 0,
      closedVersions: [],
      datedCodes: 'as_v4',
    },
    links: new Links(),
    tokens: new TokenBook(options),
    limits: new LimitBook({ clock: options.clock, timeZone, portal: options.id }),
    owners: new Map(),
    groups,
    lists: new Map(),
    folders: new Map(),
    pipelines: new PipelineBook(),
  };
}

/** Milliseconds of the portal's clock. */
export function nowMs(state: PortalState): number {
  return Date.parse(state.clock.now());
}
/** Now, as HubSpot prints it. */
export function nowText(state: PortalState): string {
  return javaInstant(nowMs(state));
}

// Properties live in the store's field definitions, so that whatever takes a field away there takes the property away.

/** The store's field for a property. */
export function fieldOf(kind: Kind, property: Property): FieldDefinition {
  const unique = property.hasUniqueValue
    ? 'exact'
    : kind.alsoUnique.includes(property.name)
      ? 'ignore_case'
      : undefined;
  return {
    name: property.name,
    label: property.label,
    kind: 'text',
    ...(unique === undefined ? {} : { unique }),
    extra: { property },
  };
}
/** A property whether archived or not; undefined for a name that nobody knows. */
export function anyProperty(state: PortalState, kind: Kind, name: string): Property | undefined {
  return state.store.field(kind.name, name)?.extra?.['property'] as Property | undefined;
}
/** A property that is there, and known by now. */
export function propertyOf(state: PortalState, kind: Kind, name: string): Property | undefined {
  const property = anyProperty(state, kind, name);
  return property === undefined || property.archivedAt !== null || isTooNew(state, property) ? undefined : property;
}
function isTooNew(state: PortalState, property: Property): boolean {
  const { propertyLagMs } = state.settings;
  return propertyLagMs > 0 && nowMs(state) - Date.parse(property.updatedAt) < propertyLagMs && !property.hubspotDefined;
}
/** All properties of a type, archived ones or the others. */
export function propertiesOf(state: PortalState, kind: Kind, archived = false): Property[] {
  return state.store
    .fields(kind.name)
    .map((field) => field.extra?.['property'] as Property)
    .filter((property) => (property.archivedAt !== null) === archived && (archived || !isTooNew(state, property)));
}
/** Adds a property or replaces its definition; values stay. */
export function keepProperty(state: PortalState, kind: Kind, property: Property): void {
  state.store.addField(kind.name, fieldOf(kind, property));
}

/** The value of a property as it is read: the dates and the id come from the record itself. */
export function valueIn(kind: Kind, record: StoredRecord, name: string): string | null {
  if (name === 'hs_object_id') return record.id;
  if (name === kind.created) return javaInstant(Date.parse(record.createdAt));
  if (name === kind.modified) return javaInstant(Date.parse(record.stampedAt));
  const value = record.values[name] ?? null;
  return value === null ? null : String(value);
}

/** Which properties an answer shows: those asked for (nulls included), or of a write all that have a value. */
export type Shown = readonly string[] | 'set';

/** A record as it travels. */
export function recordBody(state: PortalState, kind: Kind, record: StoredRecord, shown: Shown) {
  const names = new Set([kind.created, kind.modified, 'hs_object_id']);
  if (shown === 'set') for (const [name, value] of Object.entries(record.values)) if (value !== null) names.add(name);
  if (shown !== 'set') for (const name of shown) names.add(name);
  const properties: Record<string, string | null> = {};
  for (const name of [...names].sort())
    if (propertyOf(state, kind, name) !== undefined) properties[name] = valueIn(kind, record, name);
  return {
    id: record.id,
    properties,
    createdAt: javaInstant(Date.parse(record.createdAt)),
    updatedAt: javaInstant(Date.parse(record.stampedAt)),
    archived: record.deletedAt !== null,
    ...(record.deletedAt === null ? {} : { archivedAt: javaInstant(Date.parse(record.deletedAt)) }),
    url: `https://app.hubspot.com/contacts/${state.id}/record/${kind.typeId}/${record.id}`,
  };
}

/** What an answer to an update shows: what was sent, and what HubSpot itself stamps on records. */
export function shownAfter(kind: Kind, sent: Iterable<string>, record: StoredRecord, isBatch = false): string[] {
  const repeated = Object.keys(kind.stamped).filter((name) => !isBatch || !kind.notInBatches.includes(name));
  const stamped = [...repeated, 'hs_object_source', 'hs_object_source_id', 'hs_object_source_label'];
  const known = stamped.filter((name) => (record.values[name] ?? null) !== null);
  return [...known, ...sent];
}

/** The record that an id means, merges followed; null when there is none or it is archived (unless asked for). */
export function find(state: PortalState, kind: Kind, id: string, archived = false): StoredRecord | null {
  const record = state.store.get(kind.name, state.store.survivorOf(kind.name, id));
  return record === null || (record.deletedAt !== null) !== archived ? null : record;
}

/** May a record be named by this property? */
export function isUnique(state: PortalState, kind: Kind, name: string): boolean {
  return propertyOf(state, kind, name)?.hasUniqueValue === true || kind.alsoUnique.includes(name);
}

/** Any order but the caller's: HubSpot promises none for the results of a batch. */
export function shuffled<T>(state: PortalState, items: readonly T[]): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(state.chance.fraction() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  // A shuffle may by chance leave everything in place; a caller who trusts the order must not get away with it.
  if (mixed.length > 1 && mixed.every((item, at) => item === items[at])) mixed.push(mixed.shift()!);
  return mixed;
}
