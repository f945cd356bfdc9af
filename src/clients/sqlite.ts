// A read-only question to a SQLite file, row by row. The file is opened for reading only, and SQLite itself says whether the
// statement would write; extensions stay out, and no other database can be attached.

import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { rethrowCrash, SourceError } from '../lib/errors.ts';
import {
  bindNames,
  type SqlAnswer,
  type SqlQuestion,
  type SqlRow,
  type SqlWriting,
  sqlRefusals,
  standardPieces,
} from './sql.ts';

export const sqliteWriting: SqlWriting = {
  // Square brackets and backticks quote names here too.
  pieces: new RegExp(`\\[[^\\]]*\\]|\`[^\`]*\`|${standardPieces.source}`, 'gi'),
  mark: (name) => `@${name}`,
  repeats: false,
  quote: '"',
};

/** Rows in arrays of at most `rowsAtOnce`; one statement is one snapshot. `path` must have been checked by the caller. */
export async function* askSqlite(path: string, question: SqlQuestion, signal: AbortSignal): AsyncGenerator<SqlAnswer> {
  const { text, names } = bindNames(question.sql, question.values, question.where, sqliteWriting);
  let db: Database.Database | null = null;
  const until = performance.now() + question.timeoutMs;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: Math.min(question.timeoutMs, 15_000) });
    db.pragma('query_only = ON');
    // Views and triggers of a stranger's file may not call functions with side effects.
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    const statement = db.prepare<[Record<string, unknown>], Record<string, unknown>>(text);
    if (!statement.readonly || !statement.reader) throw sqlRefusals.write(question.where, null);
    statement.safeIntegers(true);
    const columns = statement.columns().map((column) => column.name);
    const now = String(db.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')").pluck().get());
    const values = Object.fromEntries(names.map((name) => [name, question.values[name] ?? null]));
    let rows: SqlRow[] = [];
    for (const row of statement.iterate(values)) {
      rows.push(plainRow(row));
      if (rows.length === question.rowsAtOnce) {
        yield { columns, rows, now };
        rows = [];
        // The driver answers at once and would keep the loop to itself: others get their turn between two pages.
        await setImmediate();
        signal.throwIfAborted();
        if (performance.now() > until) throw sqlRefusals.slow(question.where, null);
      }
    }
    yield { columns, rows, now };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw translate(error, question.where);
  } finally {
    db?.close();
  }
}

function plainRow(row: Readonly<Record<string, unknown>>): SqlRow {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'bigint')
      plain[name] =
        value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    else if (value instanceof Uint8Array) plain[name] = Buffer.from(value).toString('hex');
    else plain[name] = value as string | number | null;
  }
  return plain;
}

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'SQLITE_READONLY' || /not authorized|attach/i.test(message)) return sqlRefusals.write(where, error);
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED')
    return new SourceError('the database file is locked', {
      where,
      why: 'Another program is writing to it and does not let anybody read.',
      fix: 'Set it to WAL mode, or read a copy. The next run reads again.',
      cause: error,
    });
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT' || code.startsWith('SQLITE_CORRUPT'))
    return new SourceError('the database file is damaged, or no SQLite file at all', {
      where,
      why: message,
      fix: 'Copy it again from where it came, while nobody writes to it.',
      cause: error,
    });
  if (code === 'SQLITE_ERROR' || error instanceof RangeError) return sqlRefusals.misunderstood(where, message, error);
  return sqlRefusals.away(where, code === '' ? message : code, error);
}
