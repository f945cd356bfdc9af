// Files → the table `rows` that a query may ask: one CREATE VIEW per source, with every column declared. The engine never
// guesses a delimiter or a type, because a file with a few bad rows would quietly become one column of text.

import { name, text } from '../../clients/duckdb.ts';
import type { FoundFile } from './list.ts';

export type FileFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet';
export type CellType = 'text' | 'number' | 'boolean' | 'day' | 'instant';

const sqlTypes: Readonly<Record<CellType, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  day: 'DATE',
  instant: 'TIMESTAMP WITH TIME ZONE',
};
/** Refused rows that the engine remembers; so many mean that the file is not what it was declared to be. */
export const mostRejects = 1_000_000;
/** A line longer than this is no data. */
export const longestLine = 1_048_576;

/** A file ready for the engine: where it is read from, and what its header says (CSV and TSV). */
export interface ReadyFile {
  readonly file: FoundFile;
  readonly readFrom: string;
  readonly packed: boolean;
  readonly header: readonly string[];
}
export interface Scan {
  readonly format: FileFormat;
  readonly delimiter: string;
  /** Columns with a declared type; the others are text. */
  readonly cells: Readonly<Record<string, CellType>>;
}

/** SQL that gives the rows of CSV files; files that order their columns differently are read apart and joined by name. */
export function csvScan(scan: Scan, files: readonly ReadyFile[]): string {
  const groups = new Map<string, ReadyFile[]>();
  for (const file of files) {
    const like = JSON.stringify([file.header, file.packed]);
    groups.set(like, [...(groups.get(like) ?? []), file]);
  }
  return [...groups.values()]
    .map((group) => {
      const columns = (group[0]?.header ?? []).map(
        (column) => `${text(column)}: ${text(sqlTypes[scan.cells[column] ?? 'text'])}`,
      );
      const settings = [
        'auto_detect = false',
        'header = true',
        `delim = ${text(scan.format === 'tsv' ? '\t' : scan.delimiter)}`,
        `quote = '"'`,
        `escape = '"'`,
        "nullstr = ''",
        `columns = {${columns.join(', ')}}`,
        `max_line_size = ${longestLine}`,
        'store_rejects = true',
        `rejects_limit = ${mostRejects}`,
        ...(group[0]?.packed === true ? ["compression = 'gzip'"] : []),
      ];
      return `SELECT * FROM read_csv([${pathsOf(group)}], ${settings.join(', ')})`;
    })
    .join('\nUNION ALL BY NAME\n');
}

/**
 * SQL that gives the rows of JSON Lines: each cell by its path (`user.id`), typed where declared. A line that is no JSON
 * object comes as a row whose `bad` is true, so that it is counted and not lost.
 */
export function jsonScan(scan: Scan, files: readonly ReadyFile[], wanted: readonly string[]): string {
  const paths = [...new Set([...wanted, ...Object.keys(scan.cells)])];
  const cells = paths.map((path) => {
    const value = `json ->> ${pointer(path)}`;
    const type = scan.cells[path] ?? 'text';
    return `${type === 'text' ? `(${value})` : `TRY_CAST(${value} AS ${sqlTypes[type]})`} AS ${name(path)}`;
  });
  return `SELECT ${[...cells, `${badCondition(scan)} AS ${name(badColumn)}`].join(', ')} FROM ${jsonLines(files)}`;
}
/** SQL that counts: `rows`, `bad`, and for the nth path `there0`, `there1`… the rows that have it at all. */
export function jsonCount(
  scan: Scan,
  files: readonly ReadyFile[],
  paths: readonly string[],
  most: number | null,
): string {
  const there = paths.map(
    (path, i) => `CAST(count(*) FILTER (WHERE json_exists(json, ${pointer(path)})) AS VARCHAR) AS there${i}`,
  );
  const bad = `CAST(count(*) FILTER (WHERE ${badCondition(scan)}) AS VARCHAR) AS bad`;
  return `SELECT ${['CAST(count(*) AS VARCHAR) AS rows', bad, ...there].join(', ')} FROM (SELECT json FROM ${jsonLines(files)}${most === null ? '' : ` LIMIT ${most}`})`;
}
function badCondition(scan: Scan): string {
  const misfits = Object.entries(scan.cells)
    .filter(([, type]) => type !== 'text')
    .map(([path, type]) => {
      const value = `(json ->> ${pointer(path)})`;
      return `(${value} IS NOT NULL AND TRY_CAST(${value} AS ${sqlTypes[type]}) IS NULL)`;
    });
  return `coalesce(${["json IS NULL OR json_type(json) <> 'OBJECT'", ...misfits].join(' OR ')}, true)`;
}
function pointer(path: string): string {
  return text(`/${path.split('.').map(pointerPart).join('/')}`);
}
/** The column that marks lines which cannot be used. */
export const badColumn = 'kenko bad line';

/** SQL that gives the lines that `jsonScan` calls bad, with file and number; asked only when there are some. */
export function badJsonLines(scan: Scan, files: readonly ReadyFile[], wanted: readonly string[], most: number): string {
  const each = files.map(
    (file) =>
      `SELECT ${text(file.file.path)} AS path, line FROM (SELECT row_number() OVER () AS line, ${name(badColumn)} AS bad FROM (${jsonScan(scan, [file], wanted)})) WHERE bad`,
  );
  return `SELECT * FROM (${each.join('\nUNION ALL\n')}) LIMIT ${most}`;
}
function jsonLines(files: readonly ReadyFile[]): string {
  const read = (packed: boolean) => {
    const group = files.filter((file) => file.packed === packed);
    const how = packed ? 'gzip' : 'uncompressed';
    return group.length === 0
      ? []
      : [
          `SELECT json FROM read_json_objects([${pathsOf(group)}], format = 'newline_delimited', ignore_errors = true, maximum_object_size = ${longestLine}, compression = '${how}')`,
        ];
  };
  return `(${[...read(false), ...read(true)].join(' UNION ALL ')})`;
}
function pointerPart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** SQL that gives the rows of Parquet files, by the names inside them. */
export function parquetScan(files: readonly ReadyFile[]): string {
  return `SELECT * FROM read_parquet([${pathsOf(files)}], union_by_name = true)`;
}
function pathsOf(files: readonly ReadyFile[]): string {
  return files.map((file) => text(file.readFrom)).join(', ');
}

/** The cells of a header line. */
export function headerOf(beginning: string, delimiter: string): readonly string[] {
  const names: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = beginning.startsWith('\uFEFF') ? 1 : 0; i < beginning.length; i++) {
    const char = beginning[i] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (beginning[i + 1] === '"') cell += beginning[++i];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === delimiter) {
      names.push(cell.trim());
      cell = '';
    } else if (char === '\n' || char === '\r') break;
    else cell += char;
  }
  names.push(cell.trim());
  return names.length === 1 && names[0] === '' ? [] : names;
}
