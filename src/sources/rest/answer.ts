// The text of an answer → its rows and the document around them. What is cut off, no JSON, or without the list that was
// promised is a failed read, never an empty one.

import { DriftError, SourceError } from '../../lib/errors.ts';
import { parseCsvText } from '../csv.ts';
import { at, isGroup } from './paths.ts';
import type { RestSettings } from './settings.ts';

export interface RestAnswer {
  /** The whole document, for paging; null for CSV and JSON Lines. */
  readonly document: unknown;
  /** Each row as it came; anything but an object is a row that cannot be read. */
  readonly rows: readonly unknown[];
}

/** @throws SourceError for an answer that cannot be read; DriftError where the list of rows is gone. */
export function answerOf(own: RestSettings, text: string, where: string): RestAnswer {
  if (own.answer === 'csv') return { document: null, rows: csvRows(text, where) };
  if (own.answer === 'jsonl') return { document: null, rows: jsonLines(text) };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw notJson(where, text, error);
  }
  if (own.matrix !== undefined) return { document, rows: matrixRows(own.matrix, document, where) };
  const list = own.rows === undefined ? document : at(document, own.rows);
  if (!Array.isArray(list)) throw listGone(own, document, where);
  const names = own.names === undefined ? null : at(document, own.names);
  if (own.names === undefined) return { document, rows: list };
  if (!Array.isArray(names)) throw listGone({ ...own, rows: own.names }, document, where);
  const rows = list.map((row) =>
    Array.isArray(row) ? Object.fromEntries(names.map((name, i) => [nameOf(name), row[i]])) : row,
  );
  return { document, rows };
}
function nameOf(name: unknown): string {
  return isGroup(name) ? String(name['name'] ?? '') : String(name);
}

function csvRows(text: string, where: string): readonly unknown[] {
  const [header, ...rows] = parseCsvText(text, where);
  if (header === undefined)
    throw new SourceError('an answer is empty, without even a header', {
      where,
      why: 'An answer without a header cannot be told from a broken one, so nothing is derived from it.',
      fix: 'Open the address in a browser; a sign-in page or an empty sheet is the usual cause.',
    });
  return rows.map((row) =>
    row.length === header.length ? Object.fromEntries(header.map((name, i) => [name.trim(), row[i]])) : row,
  );
}
/** A line that is no JSON stays text and becomes a refused row. */
function jsonLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        return line;
      }
    });
}
/** Labels × days → a row each. A label may itself be a list; its last part names it. */
function matrixRows(matrix: NonNullable<RestSettings['matrix']>, document: unknown, where: string): readonly unknown[] {
  const [labels, days, values] = [at(document, matrix.labels), at(document, matrix.days), at(document, matrix.values)];
  if (!Array.isArray(labels) || !Array.isArray(days) || !Array.isArray(values))
    throw listGone({ rows: matrix.values }, document, where);
  return labels.flatMap((label, i) =>
    days.map((day, k) => ({
      label: Array.isArray(label) ? label.at(-1) : label,
      day,
      value: Array.isArray(values[i]) ? plainOf(values[i][k]) : undefined,
    })),
  );
}
function plainOf(value: unknown): unknown {
  return isGroup(value) ? value['value'] : value;
}

function notJson(where: string, text: string, cause: unknown): SourceError {
  const isPage = /^\s*</.test(text);
  return new SourceError(isPage ? 'the answer is a web page, not data' : 'an answer is cut off, or no JSON', {
    where,
    why: 'What is missing at its end cannot be told from rows that are gone.',
    fix: isPage
      ? 'A sign-in page is the usual cause: check auth and url.'
      : 'The next run asks again; if it stays, say answer: csv or jsonl.',
    cause,
  });
}
function listGone(own: Pick<RestSettings, 'rows'>, document: unknown, where: string): DriftError {
  const path = own.rows ?? '';
  const there = isGroup(document) ? Object.keys(document).slice(0, 20).join(', ') : `a ${typeof document}`;
  const what = path === '' ? 'the answer is no list' : `the answer has no list at ${path}`;
  const fix = `It has: ${there}. Correct rows in config/sources.yaml.`;
  return new DriftError(
    what,
    [{ code: 'E_DRIFT', severity: 'error', where, what, why: 'Without it there are no rows at all.', fix }],
    { where, why: 'An answer without its list is not an empty list.', fix },
  );
}
