// A row as a system gave it → a fact, or a refusal that says where and why. Every kind of source ends here, so that dates,
// numbers and maps mean the same wherever a row came from. Ids of a roster row stand in `fields` as `id_<numbering>`.

import { createHash } from 'node:crypto';
import type { ColumnSettings, SourceSettings } from '../domain/decisions.ts';
import type { AccountRef, RejectedRow, SourceRecord, Value } from '../domain/nouns.ts';
import { phoneOf } from '../domain/phone.ts';
import { parseDay, parseInstant } from './days.ts';

/** A cell as a driver gives it. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;
export interface RawRow {
  /** For messages: `data/usage.csv:12`, `row 5 of query`. */
  readonly place: string;
  readonly cells: Readonly<Record<string, Cell>>;
}
export type TypedRow =
  | { readonly record: SourceRecord; readonly rejected: null; readonly unmapped: readonly string[] }
  | { readonly record: null; readonly rejected: RejectedRow; readonly unmapped: readonly string[] };

/** Which day a run looks at, and which day it is. */
export interface Days {
  readonly asOf: string;
  readonly today: string;
}

/** Types one row by the source's settings. `asOf` stands in where the source has no column that says when. */
export function typeRow(settings: SourceSettings, stream: string, row: RawRow, days: Days): TypedRow {
  const unmapped: string[] = [];
  const refuse = (why: string, fix: string): TypedRow => ({
    record: null,
    rejected: { source: settings.name, stream, place: row.place, why, fix },
    unmapped,
  });
  const fields: Record<string, Value> = {};
  for (const name in settings.columns) {
    const column = settings.columns[name] as ColumnSettings;
    const typed = typeCell(row.cells[column.from], column);
    if (typed.problem !== null) return refuse(`${column.from}: ${typed.problem}`, typed.fix);
    if (typed.value === null && column.required)
      return refuse(`${column.from} is empty`, `Fill ${column.from}, or set required: false for it.`);
    if (typed.unmapped !== null) unmapped.push(`${column.from}=${typed.unmapped}`);
    fields[name] = typed.value;
  }
  for (const [numbering, column] of Object.entries(settings.ids)) fields[`id_${numbering}`] = textOf(row.cells[column]);

  let account: AccountRef | null = null;
  if (settings.account !== null) {
    const value = textOf(row.cells[settings.account.column]);
    if (value === null && !mayBelongToNobody(settings))
      return refuse(
        `${settings.account.column} is empty`,
        'A row that names no account belongs to nobody; name it or leave the row out.',
      );
    account = value === null ? null : { kind: settings.account.kind, value };
  }
  let at: string | null = days.asOf;
  if (settings.at !== null) {
    const declared = Object.values(settings.columns).find((column) => column.from === settings.at);
    const typed = typeCell(row.cells[settings.at], declared ?? { ...plainDay, from: settings.at });
    if (typed.problem !== null) return refuse(`${settings.at}: ${typed.problem}`, typed.fix);
    at = typed.value === null ? null : String(typed.value);
    if (at === null)
      return refuse(
        `${settings.at} is empty`,
        'A row without a day belongs to no window; fill it or leave the row out.',
      );
    if (at.slice(0, 10) > nextDay(days.today))
      return refuse(
        `${settings.at} ${at.slice(0, 10)} lies in the future`,
        'Check the date format in sources.yaml (dd-mm or mm-dd?) and the clock of the source.',
      );
  }
  const key =
    settings.key.length === 0
      ? hashOfRow(row.cells)
      : settings.key.map((column) => textOf(row.cells[column]) ?? '').join('|');
  if (key.includes('\0') || account?.value.includes('\0'))
    return refuse('there is a NUL byte in what names the row', 'The export is damaged: export the row again.');
  if (key.replaceAll('|', '') === '')
    return refuse(
      `the key ${settings.key.join(', ')} is empty`,
      'Each row needs a key, or landing it twice would count it twice.',
    );
  return {
    record: {
      source: settings.name,
      stream,
      key,
      at: at ?? days.asOf,
      account,
      contact: settings.contact === null ? null : textOf(row.cells[settings.contact]),
      fields,
    },
    rejected: null,
    unmapped,
  };
}

/** A record that was merged into another: it stays as a pointer to that one, and is no account and no person any more. */
export function mergedRecord(
  settings: SourceSettings,
  stream: string,
  key: string,
  into: string,
  days: Days,
): SourceRecord {
  return {
    source: settings.name,
    stream,
    key,
    at: days.asOf,
    account: null,
    contact: null,
    fields: { merged_into: into },
  };
}

/**
 * People without a company, and a CRM's records that hang on nothing, are everyday and no fault of an export. In a file or a
 * query of events an empty account is.
 */
function mayBelongToNobody({ holds, kind }: SourceSettings): boolean {
  return holds === 'contacts' || kind === 'salesforce' || kind === 'hubspot';
}

const plainDay: ColumnSettings = {
  from: '',
  type: 'day',
  format: null,
  required: false,
  map: null,
  min: null,
  max: null,
};

interface TypedCell {
  readonly value: Value;
  readonly problem: string | null;
  readonly fix: string;
  readonly unmapped: string | null;
}
const good = (value: Value): TypedCell => ({ value, problem: null, fix: '', unmapped: null });
const bad = (problem: string, fix: string): TypedCell => ({ value: null, problem, fix, unmapped: null });

/** One cell → a typed value. Empty is null; what does not fit the type is a problem, never a guess. */
export function typeCell(cell: Cell, column: ColumnSettings): TypedCell {
  const text = textOf(cell);
  if (text === null) return good(null);
  if (text.includes('\0'))
    return bad('there is a NUL byte in it', 'The export is damaged, or not text at all: export the row again.');
  if (column.map !== null) {
    // Own names only: a cell that says "constructor" is an unknown word like any other.
    const mapped = Object.hasOwn(column.map, text) ? column.map[text] : undefined;
    return mapped === undefined ? { value: null, problem: null, fix: '', unmapped: text.slice(0, 60) } : good(mapped);
  }
  const shown = () => `"${text.slice(0, 40)}"`;
  switch (column.type) {
    case 'text': {
      if (column.format?.startsWith('phone') !== true) return good(text);
      const phone = phoneOf(text, column.format.slice('phone_'.length).toUpperCase() || undefined);
      return phone === null
        ? bad(`${shown()} is not a phone number`, 'Write it with its area code, or leave it empty.')
        : good(phone);
    }
    case 'number': {
      const plain = /^-?\d{1,15}$/.test(text)
        ? text
        : text
            .normalize('NFKC')
            .replace(/^[¥$€£]\s*/, '')
            .replace(/(\d),(?=\d{3}(\D|$))/g, '$1');
      const value = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?%?$/i.test(plain)
        ? Number(plain.replace('%', '')) * (plain.endsWith('%') ? 0.01 : 1)
        : Number.NaN;
      if (!Number.isFinite(value))
        return bad(`${shown()} is not a number`, 'Write digits, a point for decimals, or leave it empty.');
      if (column.min !== null && value < column.min)
        return bad(`${value} is below ${column.min}`, 'Correct the value; it is outside the declared range.');
      if (column.max !== null && value > column.max)
        return bad(`${value} is above ${column.max}`, 'Correct the value; it is outside the declared range.');
      return good(value);
    }
    case 'boolean': {
      const word = text.toLowerCase();
      if (['true', 't', 'yes', 'y', '1', 'on', 'はい', '○'].includes(word)) return good(true);
      if (['false', 'f', 'no', 'n', '0', 'off', 'いいえ', '×'].includes(word)) return good(false);
      return bad(`${shown()} is neither yes nor no`, 'Write true or false, or give the column a map.');
    }
    case 'day': {
      const day = cell instanceof Date ? cell.toISOString().slice(0, 10) : parseDay(text, column.format);
      return day === null
        ? bad(
            `${shown()} is not a date${column.format === null ? '' : ` of the form ${column.format}`}`,
            column.format === null
              ? 'Declare the format of this column in sources.yaml (format: dd-mm-yyyy), or correct the row.'
              : 'Correct the row, or the format of this column in sources.yaml.',
          )
        : good(day);
    }
    case 'instant': {
      const instant = cell instanceof Date ? cell.toISOString() : parseInstant(text, column.format);
      return instant === null
        ? bad(
            `${shown()} is not a point in time`,
            'Write ISO 8601 with a zone (2026-11-21T09:00:00Z), declare format: unix for seconds since 1970, or type: day.',
          )
        : good(instant);
    }
  }
}

/** Text without surrounding space; null when empty. */
export function textOf(cell: Cell): string | null {
  if (cell === null || cell === undefined) return null;
  const text = cell instanceof Date ? cell.toISOString() : String(cell).trim();
  return text === '' ? null : text;
}

let lastNext = { of: '', day: '' };
/** Asked for each row with the same day, so the last answer is kept. */
function nextDay(day: string): string {
  if (lastNext.of !== day)
    lastNext = { of: day, day: new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) };
  return lastNext.day;
}
function hashOfRow(cells: Readonly<Record<string, Cell>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(cells).sort()) hash.update(`${name}\0${textOf(cells[name]) ?? ''}\0`);
  return hash.digest('hex').slice(0, 24);
}
