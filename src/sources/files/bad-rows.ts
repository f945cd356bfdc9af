// Rows of files that could not be read: counted against all rows of the files, not against the few that a grouping leaves,
// and told with file and line.

import type { Duckdb } from '../../clients/duckdb.ts';
import type { SourceSettings } from '../../domain/decisions.ts';
import type { RejectedRow } from '../../domain/nouns.ts';
import { SourceError } from '../../lib/errors.ts';
import { driftError, missingColumns, wantedColumns } from '../columns.ts';
import { badJsonLines, jsonCount, mostRejects, type ReadyFile, type Scan } from './scan.ts';

export interface BadRows {
  readonly count: number;
  /** Rows of the files, good and bad; 0 where nobody had to count. */
  readonly of: number;
  /** Some of them, with their places. */
  readonly told: readonly RejectedRow[];
}
export const noBadRows: BadRows = { count: 0, of: 0, told: [] };

export interface Judging {
  readonly db: Duckdb;
  readonly settings: SourceSettings;
  readonly ready: readonly ReadyFile[];
  readonly wanted: readonly string[];
  readonly scan: Scan & { readonly isPlain: boolean };
}
/** Refused rows that are listed; the rest is counted. */
const mostTold = 100;

/** What the engine refused while it read CSV. @throws SourceError when it is more than the limit. */
export async function csvBadRows(judging: Judging): Promise<BadRows> {
  const { db, settings, ready } = judging;
  const [counted] = await db.all(
    `SELECT CAST(count(DISTINCT (scan_id, file_id, line)) AS VARCHAR) AS bad,
       CAST(count(DISTINCT (scan_id, file_id, line)) FILTER (WHERE error_type <> 'CAST') AS VARCHAR) AS broken FROM reject_errors`,
  );
  const count = Number(counted?.['bad'] ?? 0);
  if (count === 0) return noBadRows;
  const rows = await db.all(
    `SELECT s.file_path AS path, CAST(e.line AS VARCHAR) AS line, first(e.column_name) AS cell, first(e.error_type::VARCHAR) AS kind, e.line AS nth
     FROM reject_errors e JOIN reject_scans s ON s.scan_id = e.scan_id AND s.file_id = e.file_id
     GROUP BY path, e.line ORDER BY path, nth LIMIT ${mostTold}`,
  );
  // Counting alone looks at no cell: what does not fit its type is among these rows, what is no row at all is not.
  const [rowCount] = await db.all('SELECT CAST(count(*) AS VARCHAR) AS rows FROM rows');
  const of = Number(rowCount?.['rows'] ?? 0) + Number(counted?.['broken'] ?? 0);
  const written = new Map(ready.map((file) => [file.readFrom, file.file.path]));
  const told = rows.map((row) => ({
    source: settings.name,
    stream: 'rows',
    place: `${written.get(String(row['path'])) ?? String(row['path'])}:${String(row['line'])}`,
    ...reasonOf(String(row['kind']), row['cell'] === null ? null : String(row['cell'])),
  }));
  return judge(settings, { count, of, told }, count >= mostRejects);
}
function reasonOf(kind: string, cell: string | null): { readonly why: string; readonly fix: string } {
  const quotes = 'Quote cells that contain the delimiter, double the quotes inside, and close every quote.';
  if (kind === 'CAST')
    return {
      why: `${cell ?? 'a cell'} does not fit its type`,
      fix: 'Correct the row, or the type under cells in sources.yaml; text takes anything.',
    };
  if (kind === 'MISSING COLUMNS') return { why: 'fewer cells than the header has', fix: quotes };
  if (kind === 'TOO MANY COLUMNS') return { why: 'more cells than the header has', fix: quotes };
  if (kind === 'LINE SIZE OVER MAXIMUM')
    return {
      why: 'the line is longer than 1 MiB',
      fix: 'Such a line is no data; look for a quote that is not closed.',
    };
  if (kind === 'INVALID ENCODING')
    return { why: 'the line is not UTF-8', fix: 'Set encoding: cp932 in sources.yaml, or export it as UTF-8.' };
  return { why: `the line cannot be read: ${kind.toLowerCase()}`, fix: quotes };
}

/** Lines that are no JSON object, or whose cells do not fit their type. @throws SourceError when there are too many. */
export async function jsonBadRows(judging: Judging): Promise<BadRows> {
  const { db, settings, ready, wanted, scan } = judging;
  const { count, of } = await countJson(judging, null);
  if (count === 0) return noBadRows;
  const rows = await db.all(badJsonLines(scan, ready, wanted, mostTold));
  const told = rows.map((row) => ({
    source: settings.name,
    stream: 'rows',
    place: `${String(row['path'])}:${String(row['line'])}`,
    why: 'the line is no JSON object, or a cell does not fit its type',
    fix: 'Write one object per line; correct the type under cells in sources.yaml if it is the cell.',
  }));
  return judge(settings, { count, of, told }, false);
}

/**
 * How many lines there are and how many of them are bad, in the first `most` lines or all.
 * @throws DriftError for a name that not a single object has: that is a renamed column; one that some leave out is only
 * empty there.
 */
export async function countJson(
  judging: Judging,
  most: number | null,
): Promise<{ readonly count: number; readonly of: number }> {
  const { db, settings, ready, scan } = judging;
  const promised = wantedColumns(settings);
  const [counted = {}] = await db.all(jsonCount(scan, ready, promised, most));
  const count = Number(counted['bad'] ?? 0);
  const of = Number(counted['rows'] ?? 0);
  const gone = promised.filter((_, i) => scan.isPlain && of > count && Number(counted[`there${i}`]) === 0);
  if (gone.length === 0) return { count, of };
  const there = promised.filter((path) => !gone.includes(path));
  throw driftError(settings, there, missingColumns(settings, there, 'the file'), 'The lines have');
}

function judge(settings: SourceSettings, bad: BadRows, atTheEnd: boolean): BadRows {
  if (!atTheEnd && bad.count / bad.of <= settings.rejectLimit) return bad;
  const first = bad.told[0];
  throw new SourceError(`${bad.count}${atTheEnd ? ' or more' : ''} of ${bad.of} rows could not be read`, {
    where: `source ${settings.name}${first === undefined ? '' : `, ${first.place}`}`,
    why: `More than ${(settings.rejectLimit * 100).toFixed(1)} % refused rows mean that the export changed, not that a few rows are bad${first === undefined ? '' : ` (the first: ${first.why})`}.`,
    fix: first?.fix ?? 'Correct the export or the columns in config/sources.yaml.',
  });
}
