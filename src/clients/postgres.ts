// A read-only question to PostgreSQL, streamed through a server-side cursor inside one snapshot. One statement, no write, a
// time limit; values are bound, never pasted. Days stay days and instants become ISO text, whatever zone this machine is in.

import { Client, type ClientConfig, types as pgTypes } from 'pg';
import QueryStream from 'pg-query-stream';
import { AuthError, rethrowCrash, UsageError } from '../lib/errors.ts';
import { Secret } from '../lib/secret.ts';
import {
  bindNames,
  briefly,
  isUntrusted,
  rowsOf,
  type SqlAnswer,
  type SqlQuestion,
  type SqlRow,
  type SqlWriting,
  sqlRefusals,
  standardPieces,
} from './sql.ts';

/** How PostgreSQL writes parameters and names. */
export const postgresWriting: SqlWriting = {
  pieces: standardPieces,
  mark: (_name, nth) => `$${nth}`,
  repeats: false,
  quote: '"',
};

/** Rows in arrays of at most `rowsAtOnce`. Throws SourceError (away, refused, cut off) or AuthError. */
export async function* askPostgres(
  url: Secret | string,
  question: SqlQuestion,
  signal: AbortSignal,
): AsyncGenerator<SqlAnswer> {
  const { text, values } = bindNames(question.sql, question.values, question.where, postgresWriting);
  const client = new Client(clientSettings(url, question));
  let lost: (error: Error) => void = () => undefined;
  client.on('error', (error) => lost(error));
  client.on('end', () => lost(new Error('the connection was closed')));
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${Math.round(question.timeoutMs)}`);
    // Asked for no rows at all, the server still tells the columns: an answer may be empty and drifted at once.
    const shape = await client.query(`SELECT * FROM (${text}\n) AS q LIMIT 0`, [...values]);
    const clock = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const columns = shape.fields.map((field) => field.name);
    const now = clock.rows[0]?.now.toISOString() ?? '';
    const stream = client.query(
      new QueryStream(text, [...values], { batchSize: question.rowsAtOnce, types: plainTypes }),
    );
    stream.on('error', (error) => lost(error));
    const limits = {
      rowsAtOnce: question.rowsAtOnce,
      quietMs: question.timeoutMs,
      onLost: (end: typeof lost) => {
        lost = end;
      },
    };
    for await (const rows of rowsOf<SqlRow>(stream, limits, signal)) yield { columns, rows, now };
    await briefly(async () => {
      await client.query('ROLLBACK');
      await client.end();
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : translate(error, question.where);
  } finally {
    hangUp(client);
  }
}

/** Ends the connection without waiting for an answer that may never come; the server undoes what was open. */
function hangUp(client: Client): void {
  const { connection } = client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
  void client.end().catch(() => undefined);
  // The farewell is written by then; what does not leave any more is not needed.
  setImmediate(() => connection.stream.destroy());
}

function clientSettings(given: Secret | string, question: SqlQuestion): ClientConfig {
  const url = given instanceof Secret ? given.reveal() : given;
  if (!URL.canParse(url))
    throw new UsageError('the database address is no URL', {
      where: question.where,
      fix: 'Write postgres://user@host:5432/database, with the password from the environment.',
    });
  const address = new URL(url);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  // Elsewhere than on this machine the server must prove who it is, unless the address says otherwise by name.
  if (!local && !address.searchParams.has('sslmode')) address.searchParams.set('sslmode', 'verify-full');
  return {
    connectionString: address.toString(),
    application_name: 'kenko',
    connectionTimeoutMillis: 15_000,
    query_timeout: question.timeoutMs,
  };
}

const dayType = 1082;
const timestampType = 1114;
const instantType = 1184;
const plainTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === dayType) return (text: string) => text;
    if (oid === timestampType) return (text: string) => `${text.replace(' ', 'T')}Z`;
    if (oid === instantType)
      return (text: string) => new Date(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')).toISOString();
    return format === 'binary' ? pgTypes.getTypeParser(oid, 'binary') : pgTypes.getTypeParser(oid, 'text');
  }) as typeof pgTypes.getTypeParser,
};

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === '28P01' || code === '28000')
    return new AuthError('the database refused the sign-in', {
      where,
      fix: 'Check user and password in the environment variable that the url names.',
      cause: error,
    });
  if (code === '42501') return sqlRefusals.unread(where, message, error);
  if (code === '25006' || (code === '0A000' && message.includes('data-modifying')))
    return sqlRefusals.write(where, error);
  if (code === '57014' || message === 'Query read timeout') return sqlRefusals.slow(where, error);
  if (isUntrusted(code) || message === 'The server does not support SSL connections')
    return sqlRefusals.untrusted(where, code === '' ? message : code, error);
  if (code.startsWith('42')) return sqlRefusals.misunderstood(where, message, error);
  return sqlRefusals.away(where, code === '' ? message : code, error);
}
