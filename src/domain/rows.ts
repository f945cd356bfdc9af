// The facts of one account, by source and in order of time, ready to be cut into windows. Order is made here, so that the
// order in which records came can never change a number.

import { type BusinessCalendar, dayNumber, dayNumberOf } from './calendar.ts';
import { compileOnce, type Facts, factsOf } from './condition.ts';
import type { Condition } from './decisions.ts';
import type { Account, Contact, Fields, SourceRecord, Value } from './nouns.ts';

/** A record and the day (as a number, in the home's zone) on which it happened. */
export interface Row {
  readonly record: SourceRecord;
  readonly day: number;
}
/** What the measures of one account on one day look at. */
export interface Scene {
  readonly account: Account;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  /** The as-of day as a number. */
  readonly today: number;
  readonly zone: string;
  readonly calendar: BusinessCalendar;
  readonly freshSources: ReadonlySet<string>;
  /** Days since the customer began; null where nobody says when. */
  readonly tenureDays: number | null;
  /** Goals and milestones by source, once they were looked for: several metrics ask for the same ones. */
  readonly newest: Map<string, readonly Row[]>;
}
/** What a measure came to, before states of age and silence are decided. */
export interface Reading {
  readonly value: Value;
  readonly state: 'known' | 'stale' | 'missing' | 'not_applicable';
  /** Day number of the newest fact behind it. */
  readonly at: number | null;
  /** True for values that grow old (an answer, a date); counts of a live source are true today. */
  readonly ages: boolean;
  readonly detail: Fields;
}
export const noDetail: Fields = {};
export const missingReading: Reading = { value: null, state: 'missing', at: null, ages: false, detail: noDetail };
export const notApplicable: Reading = { ...missingReading, state: 'not_applicable' };

/** Records by source, each list by day, instant and key. Records without a readable day are left out. */
export function rowsBySource(records: readonly SourceRecord[], zone: string): ReadonlyMap<string, readonly Row[]> {
  const bySource = new Map<string, Row[]>();
  let source = '';
  let list: Row[] | undefined;
  for (const record of records) {
    if (record.source !== source || list === undefined) {
      source = record.source;
      list = bySource.get(source);
      if (list === undefined) {
        list = [];
        bySource.set(source, list);
      }
    }
    const day = dayNumberOf(record.at, zone);
    if (!Number.isNaN(day)) list.push({ record, day });
  }
  for (const rows of bySource.values()) if (!isInOrder(rows)) rows.sort(inTime);
  return bySource;
}
function isInOrder(rows: readonly Row[]): boolean {
  for (let i = 1; i < rows.length; i++) if (inTime(rows[i - 1] as Row, rows[i] as Row) > 0) return false;
  return true;
}
function inTime(a: Row, b: Row): number {
  if (a.day !== b.day) return a.day - b.day;
  if (a.record.at !== b.record.at) return a.record.at < b.record.at ? -1 : 1;
  if (a.record.key !== b.record.key) return a.record.key < b.record.key ? -1 : 1;
  return a.record.stream < b.record.stream ? -1 : a.record.stream > b.record.stream ? 1 : 0;
}

const noRows: readonly Row[] = [];
/** Rows of a source with from ≤ day < to; −∞ and +∞ are allowed. */
export function rowsBetween(scene: Scene, source: string, from: number, to: number): readonly Row[] {
  const rows = scene.rows.get(source) ?? noRows;
  const start = lowerBound(rows, from);
  const end = lowerBound(rows, to);
  return start === 0 && end === rows.length ? rows : rows.slice(start, end);
}
function lowerBound(rows: readonly Row[], day: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as Row).day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

const rowNames = ['contact', 'stream'];
const tests = new WeakMap<Condition, (row: Row, account: Account) => boolean>();
/**
 * A condition about rows. It sees the columns, and besides them `contact`, `stream`, and what is known of the person who did
 * it: `contact_role`, and `contact_title` and its kin for the columns of contacts. Unknown is not yes.
 */
export function rowTest(condition: Condition): (row: Row, account: Account) => boolean {
  let test = tests.get(condition);
  if (test === undefined) {
    const compiled = compileOnce(condition);
    const asksRow = factsOf(condition).some((name) => rowNames.includes(name) || name.startsWith('contact_'));
    test = asksRow
      ? (row, account) => compiled.answer(factsOfRow(row, account)) === 'yes'
      : (row) => compiled.answer(row.record.fields) === 'yes';
    tests.set(condition, test);
  }
  return test;
}
function factsOfRow(row: Row, account: Account): Facts {
  const { record } = row;
  const person = personOf(account, record.contact);
  const known = Object.entries(person?.attributes ?? {}).map(([name, value]) => [`contact_${name}`, value] as const);
  return {
    ...Object.fromEntries(known),
    ...record.fields,
    contact: record.contact,
    contact_role: person?.role ?? null,
    stream: record.stream,
  };
}
/** The role of a contact at the account; null where nobody said. */
export function roleOf(account: Account, contact: string | null): string | null {
  return personOf(account, contact)?.role ?? null;
}
/** Whom a row means by its contact; null where no contact source names them. */
export function personOf(account: Account, contact: string | null): Contact | null {
  if (contact === null) return null;
  return (
    account.contacts.find((candidate) => candidate.key === contact) ??
    account.contacts.find(({ ids }) => Object.values(ids).includes(contact)) ??
    null
  );
}

/** A number in a column; null for everything else. */
export function numberIn(fields: Fields, name: string): number | null {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
/** A day in a column, as a number; null for everything else. */
export function dayIn(value: Value | undefined, zone: string): number | null {
  if (typeof value !== 'string') return null;
  const day = value.length === 10 ? dayNumber(value) : dayNumberOf(value, zone);
  return Number.isNaN(day) ? null : day;
}
