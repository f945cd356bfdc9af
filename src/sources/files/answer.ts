// Asks the files once and keeps the answer inside the engine until it has been judged: which rows could not be read, whether
// they are too many, whether a column is gone. Only then may anybody have a row.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duckdb, name, openDuckdb } from '../../clients/duckdb.ts';
import type { SqlRow } from '../../clients/sql.ts';
import type { SourceSettings } from '../../domain/decisions.ts';
import { SourceError, UsageError } from '../../lib/errors.ts';
import { driftError, missingColumns, wantedColumns } from '../columns.ts';
import { type BadRows, countJson, csvBadRows, jsonBadRows, noBadRows } from './bad-rows.ts';
import type { FoundFile } from './list.ts';
import { badColumn, csvScan, type FileFormat, headerOf, jsonScan, parquetScan, type ReadyFile } from './scan.ts';
import { cellsNamed, type FilesSettings, isPlain, questionOf } from './settings.ts';
import { beginningOf, isGzip, readied } from './unpack.ts';

export interface FilesAnswer {
  readonly columns: readonly string[];
  readonly bad: BadRows;
  /** What time the engine thinks it is, ISO in UTC. */
  readonly now: string;
  /** The rows, ordered by `cursor` where there is one, from `since` on. */
  rows(cursor: string | null, since: string | null): AsyncGenerator<readonly SqlRow[]>;
  close(): Promise<void>;
}
export interface FilesAsking {
  readonly settings: SourceSettings;
  readonly own: FilesSettings;
  readonly files: readonly FoundFile[];
  readonly asOf: string;
  readonly signal: AbortSignal;
  /** Only the columns: nothing is read beyond a header. */
  readonly columnsOnly: boolean;
}

/** @throws DriftError for a column that is gone; SourceError for files that cannot be read or hold too many bad rows. */
export async function askFiles(asking: FilesAsking): Promise<FilesAnswer> {
  const { settings, own, files, signal } = asking;
  const where = `source ${settings.name}`;
  const folder = await mkdtemp(join(tmpdir(), 'kenko-files-'));
  let db: Duckdb | null = null;
  const close = async () => {
    db?.close();
    db = null;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const format = formatOf(own, files, where);
    const ready = await makeReady(asking, format, folder);
    db = await openDuckdb(
      {
        files: ready.map((file) => file.readFrom),
        spillFolder: folder,
        memoryMb: own.memory_mb,
        timeoutMs: own.timeout_seconds * 1_000,
        where,
      },
      signal,
    );
    const wanted = isPlain(own) ? [...wantedColumns(settings, own.cursor), ...cellsNamed(own)] : cellsNamed(own);
    await db.run(`CREATE TEMP VIEW rows AS ${viewSql(own, format, ready, wanted)}`);
    const question = questionOf(own, asking.asOf, where);
    const described = await describe(db, question);
    const columns = described.map(([column]) => column);
    const missing = missingColumns(settings, columns, isPlain(own) ? 'the file' : 'the query', own.cursor);
    if (missing.length > 0)
      throw driftError(settings, columns, missing, isPlain(own) ? 'The file has' : 'The query gives');
    const answer = { columns, bad: noBadRows, now: await nowOf(db), rows: rowsOf(db), close };
    const scan = { format, delimiter: own.delimiter, cells: own.cells, isPlain: isPlain(own) };
    const judged = { db, settings, ready, wanted, scan };
    if (asking.columnsOnly) {
      if (format === 'jsonl') await countJson(judged, 1_000);
      return answer;
    }
    await db.run(
      `CREATE TEMP TABLE answer AS SELECT ${described.map(plainCell).join(', ')} FROM (${question.sql})`,
      question.values,
    );
    const bad =
      format === 'parquet' ? noBadRows : format === 'jsonl' ? await jsonBadRows(judged) : await csvBadRows(judged);
    return { ...answer, bad };
  } catch (error) {
    await close();
    throw error;
  }
}

function formatOf(own: FilesSettings, files: readonly FoundFile[], where: string): FileFormat {
  if (own.format !== undefined) return own.format;
  const ending = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(files[0]?.path ?? '')?.[1]?.toLowerCase() ?? '';
  const formats: Readonly<Record<string, FileFormat>> = {
    csv: 'csv',
    txt: 'csv',
    tsv: 'tsv',
    jsonl: 'jsonl',
    ndjson: 'jsonl',
    parquet: 'parquet',
  };
  const format = formats[ending];
  if (format !== undefined) return format;
  throw new UsageError(`what is in a .${ending} file is not known`, {
    where,
    fix: 'Say it in sources.yaml:   format: csv   (or tsv, jsonl, parquet)',
  });
}

/** Unpacked to the end once, decoded where needed, header read. */
async function makeReady(asking: FilesAsking, format: FileFormat, folder: string): Promise<ReadyFile[]> {
  const { settings, own, files, signal } = asking;
  const where = `source ${settings.name}`;
  const ready: ReadyFile[] = [];
  for (const [nth, file] of files.entries()) {
    if (file.bytes === 0) throw emptyFile(where, file);
    const gzip = format !== 'parquet' && isGzip(file.path);
    const options = { encoding: own.encoding, folder, nth, maxBytes: own.max_unpacked_mb * 2 ** 20 };
    // To look at the columns a header is enough; to read, a packed file must have been unpacked to its end once.
    const readFrom =
      format === 'parquet' || asking.columnsOnly ? file.absolute : await readied(file, options, where, signal);
    const packed = gzip && readFrom === file.absolute;
    let header: readonly string[] = [];
    if (format === 'csv' || format === 'tsv') {
      header = headerOf(
        await beginningOf(readFrom, packed, readFrom === file.absolute ? own.encoding : 'utf8'),
        format === 'tsv' ? '\t' : own.delimiter,
      );
      if (header.length === 0) throw emptyFile(where, file);
      if (isPlain(own) || own.per !== undefined) {
        const there = isPlain(own) ? wantedColumns(settings, own.cursor) : cellsNamed(own);
        const gone = there.filter((column) => !header.includes(column));
        if (gone.length > 0) throw goneColumns(settings, file, header, gone);
      }
    }
    ready.push({
      file,
      readFrom,
      packed,
      header: header.map((column, i) => (column === '' ? `column ${i + 1}` : column)),
    });
  }
  return ready;
}
function goneColumns(settings: SourceSettings, file: FoundFile, header: readonly string[], gone: readonly string[]) {
  const problems = gone.map((column) => ({
    code: 'E_DRIFT',
    severity: 'error' as const,
    where: `source ${settings.name}, ${file.path}:1`,
    what: `column "${column}" is not in the file`,
    why: 'Metrics that need it would be missing for every account.',
    fix: `The file has: ${header.slice(0, 60).join(', ')}. Correct the export, or the name in config/sources.yaml.`,
  }));
  return driftError(settings, header, problems, 'The file has');
}
function emptyFile(where: string, file: FoundFile): SourceError {
  return new SourceError('a file is empty, without even a header', {
    where: `${where}, ${file.path}`,
    why: 'An empty file cannot be told from a broken export, so nothing is derived from it.',
    fix: 'Export it again; a header without rows is understood as "no rows".',
  });
}

function viewSql(
  own: FilesSettings,
  format: FileFormat,
  ready: readonly ReadyFile[],
  wanted: readonly string[],
): string {
  const scan = { format, delimiter: own.delimiter, cells: own.cells };
  if (format === 'parquet') return parquetScan(ready);
  if (format !== 'jsonl') return csvScan(scan, ready);
  return `SELECT * EXCLUDE (${name(badColumn)}) FROM (${jsonScan(scan, ready, wanted)}) WHERE NOT ${name(badColumn)}`;
}

/** Columns and types of the answer; asks for no row. */
async function describe(
  db: Duckdb,
  question: { readonly sql: string; readonly values: Readonly<Record<string, string | number | null>> },
): Promise<readonly (readonly [column: string, type: string])[]> {
  // DESCRIBE takes no parameters; the as-of day is a plain day and stands in as a literal.
  const sql = Object.entries(question.values).reduce(
    (text, [parameter, value]) => text.replaceAll(`$${parameter}`, `'${String(value).replaceAll("'", "''")}'`),
    question.sql,
  );
  const rows = await db.all(`DESCRIBE ${sql}`);
  return rows.map((row) => [String(row['column_name']), String(row['column_type'])] as const);
}
/** Every cell as text in our form: days as days, times as ISO in UTC. */
function plainCell([column, type]: readonly [column: string, type: string]): string {
  const quoted = name(column);
  if (type.startsWith('TIMESTAMP')) return `strftime(${quoted}, '%Y-%m-%dT%H:%M:%S.%gZ') AS ${quoted}`;
  return type === 'VARCHAR' ? quoted : `CAST(${quoted} AS VARCHAR) AS ${quoted}`;
}
async function nowOf(db: Duckdb): Promise<string> {
  const [row] = await db.all("SELECT strftime(now(), '%Y-%m-%dT%H:%M:%S.%gZ') AS now");
  return String(row?.['now'] ?? '');
}
function rowsOf(db: Duckdb): FilesAnswer['rows'] {
  return (cursor, since) => {
    if (cursor === null) return db.rows('SELECT * FROM answer');
    const column = name(cursor);
    const filter = since === null ? '' : ` WHERE ${column} >= $since OR ${column} IS NULL`;
    return db.rows(`SELECT * FROM answer${filter} ORDER BY ${column} NULLS FIRST`, since === null ? {} : { since });
  };
}
