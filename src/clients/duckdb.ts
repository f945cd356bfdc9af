// An in-memory DuckDB that may read exactly the files it is shown and nothing else: no network, no extension from outside,
// no setting that could be changed afterwards, a memory limit, and a private folder to spill into.

import type { DuckDBConnection } from '@duckdb/node-api';
import { rethrowCrash, SourceError } from '../lib/errors.ts';
import { loadOptional } from './optional.ts';
import { type SqlRow, type SqlValue, sqlRefusals } from './sql.ts';

export interface DuckdbOptions {
  /** Absolute paths of the files that may be read. */
  readonly files: readonly string[];
  /** Absolute path of an existing private folder. */
  readonly spillFolder: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly where: string;
}
export interface Duckdb {
  /** Runs one statement of our own making. */
  run(sql: string, values?: Readonly<Record<string, SqlValue>>): Promise<void>;
  /** All rows of a question whose answer is known to be small. */
  all(sql: string): Promise<readonly SqlRow[]>;
  /** Rows as texts, in arrays of about 2,000. */
  rows(sql: string, values?: Readonly<Record<string, SqlValue>>): AsyncGenerator<readonly SqlRow[]>;
  close(): void;
}

/** Opens a locked database. @throws UsageError where DuckDB is not installed; SourceError from its questions. */
export async function openDuckdb(options: DuckdbOptions, signal: AbortSignal): Promise<Duckdb> {
  const { DuckDBInstance } = await loadOptional(() => import('@duckdb/node-api'), {
    name: '@duckdb/node-api',
    version: '1.5.5-r.5',
    where: options.where,
  });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  // The order matters: after the last line nothing of this can be taken back, not even by the query.
  const settings = [
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    `SET memory_limit = '${Math.round(options.memoryMb)}MiB'`,
    `SET temp_directory = ${text(options.spillFolder)}`,
    "SET TimeZone = 'UTC'",
    `SET allowed_paths = [${options.files.map(text).join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ];
  try {
    for (const setting of settings) await connection.run(setting);
  } catch (error) {
    close();
    throw error;
  }
  const limit = createLimit(connection, options.timeoutMs, signal);
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw limit.isOver() ? sqlRefusals.slow(options.where, error) : translate(error, options.where);
    }
  };
  return {
    run: (sql, values) =>
      asked(async () => {
        await connection.run(sql, values as Record<string, string | number | null>);
      }),
    all: (sql) =>
      asked(async () => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as SqlRow[];
      }),
    async *rows(sql, values) {
      const result = await asked(() => connection.stream(sql, values as Record<string, string | number | null>));
      const chunks = result.yieldRowObjectJson();
      for (;;) {
        const next = await asked(() => chunks.next());
        if (next.done === true) return;
        yield next.value as SqlRow[];
      }
    },
    close: () => {
      limit.stop();
      close();
    },
  };
}

/** Interrupts a question that takes too long or that nobody wants any more. */
function createLimit(connection: DuckDBConnection, timeoutMs: number, signal: AbortSignal) {
  let over = false;
  const stopAsking = () => connection.interrupt();
  const timer = setTimeout(() => {
    over = true;
    stopAsking();
  }, timeoutMs);
  signal.addEventListener('abort', stopAsking, { once: true });
  return {
    isOver: () => over,
    stop: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopAsking);
    },
  };
}

/** A text as a literal. Paths and names come from the home's own files; the engine takes no parameters in these places. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
/** A name as an identifier; any name a file's header may hold. */
export function name(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const message = (error instanceof Error ? error.message : String(error)).split('\n\n')[0] ?? '';
  if (/^Permission Error/.test(message))
    return new SourceError('the query reaches for something that is not its file', {
      where,
      why: message,
      fix: 'A query may only ask the table rows; name further files under path.',
      cause: error,
    });
  if (/^Out of Memory/.test(message))
    return new SourceError('the question needs more memory than it may have', {
      where,
      why: message,
      fix: 'Group by fewer columns, or raise memory_mb.',
      cause: error,
    });
  if (/^(Parser|Binder|Catalog) Error/.test(message)) return sqlRefusals.misunderstood(where, message, error);
  return new SourceError(`the files could not be read: ${message.slice(0, 300)}`, {
    where,
    why: 'Nothing can be derived from half of them, so the scores that need them stay as they are.',
    fix: 'Look at the file and place named; export it again if it is cut off.',
    cause: error,
  });
}
