// A read-only question to PostgreSQL, streamed through a server-side cursor inside one snapshot. One statement, no write, a
// time limit; values are bound, never pasted. Days stay days and instants become ISO text, whatever zone this machine is in.

import { Client, type ClientConfig, types as pgTypes } from 'pg';
import QueryStream from 'pg-query-stream';
import { AuthError, rethrowCrash, SourceError, UsageError } from '../lib/errors.ts';
import { Secret } from '../lib/secret.ts';

export interface PostgresQuestion {
  readonly url: Secret | string;
  /** One SELECT; `:name` stands for a value. */
  readonly sql: string;
  readonly values: Readonly<Record<string, string | number | null>>;
  readonly timeoutMs: number;
  readonly rowsAtOnce: number;
  /** What to call it in messages: `source product_usage`. */
  readonly where: string;
}
export type PostgresRow = Readonly<Record<string, string | number | boolean | null>>;

/** Rows in arrays of at most `rowsAtOnce`. Throws SourceError (away, refused, cut off) or AuthError. */
export async function* askPostgres(
  question: PostgresQuestion,
  signal: AbortSignal,
): AsyncGenerator<readonly PostgresRow[]> {
  const { text, values } = bindNames(question.sql, question.values, question.where);
  const client = new Client(clientSettings(question));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${Math.round(question.timeoutMs)}`);
    const stream = client.query(new QueryStream(text, values, { batchSize: question.rowsAtOnce, types: plainTypes }));
    const stop = () => stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    let rows: PostgresRow[] = [];
    try {
      for await (const row of stream as AsyncIterable<PostgresRow>) {
        rows.push(row);
        if (rows.length === question.rowsAtOnce) {
          yield rows;
          rows = [];
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    if (rows.length > 0) yield rows;
    await client.query('ROLLBACK');
  } catch (error) {
    throw translate(error, question.where);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function clientSettings(question: PostgresQuestion): ClientConfig {
  const url = question.url instanceof Secret ? question.url.reveal() : question.url;
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

/**
 * `:name` → `$n`, outside of quotes, comments and `::` casts. Refuses a second statement and names nobody gave.
 * @throws UsageError with the place of the question.
 */
export function bindNames(
  sql: string,
  given: Readonly<Record<string, string | number | null>>,
  where: string,
): { readonly text: string; readonly values: (string | number | null)[] } {
  const order: string[] = [];
  const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$\w*\$)[\s\S]*?\1|::|:([a-z_]\w*)|;/gi;
  const trimmed = sql.trim().replace(/;\s*$/, '');
  const text = trimmed.replace(pieces, (whole: string, _tag: string | undefined, name: string | undefined) => {
    if (whole === ';')
      throw new UsageError('the query holds more than one statement', {
        where,
        why: 'A source asks one question and changes nothing.',
        fix: 'Leave one SELECT.',
      });
    if (name === undefined) return whole;
    if (!(name in given))
      throw new UsageError(`the query asks for :${name}`, {
        where,
        fix: `There are: ${Object.keys(given)
          .map((known) => `:${known}`)
          .join(', ')}.`,
      });
    if (!order.includes(name)) order.push(name);
    return `$${order.indexOf(name) + 1}`;
  });
  if (!/^\s*(select|with|table|values)\b/i.test(text))
    throw new UsageError('the query is no SELECT', {
      where,
      why: 'A source only reads.',
      fix: 'Begin with SELECT or WITH.',
    });
  return { text, values: order.map((name) => given[name] ?? null) };
}

/** A name as an identifier in SQL. */
export function quoteName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(name))
    throw new UsageError(`"${name}" cannot be a column name here`, {
      fix: 'Use letters, digits and underscores, or rename it in the query with AS.',
    });
  return `"${name}"`;
}

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === '28P01' || code === '28000')
    return new AuthError('the database refused the sign-in', {
      where,
      fix: 'Check user and password in the environment variable that the url names.',
      cause: error,
    });
  if (code === '42501')
    return new SourceError('the database refused the read', {
      where,
      why: message,
      fix: 'Grant SELECT on what the query names to this user, and nothing else.',
      cause: error,
    });
  if (code === '25006')
    return new SourceError('the query tries to write', {
      where,
      why: 'Sources are asked in a read-only transaction.',
      fix: 'Leave out functions and statements that change something.',
      cause: error,
    });
  if (code === '57014')
    return new SourceError('the query took too long', {
      where,
      why: 'It was stopped at its time limit.',
      fix: 'Aggregate to a row per account, contact and day, or add an index; timeout_seconds raises the limit.',
      cause: error,
    });
  if (code.startsWith('42'))
    return new SourceError(`the database does not understand the query: ${message}`, {
      where,
      fix: 'Try it in psql as the same user.',
      cause: error,
    });
  if (error instanceof Error && 'exitCode' in error) return error;
  return new SourceError(`the database could not be read (${code === '' ? message : code})`, {
    where,
    why: 'What it gave before stays; nothing is taken for gone.',
    fix: 'Is it running and reachable from here? The next run reads again.',
    cause: error,
  });
}
