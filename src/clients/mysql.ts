// A read-only question to MySQL or MariaDB, streamed inside one consistent snapshot. Values travel beside a prepared
// statement, never inside it; days stay days, DATETIME and TIMESTAMP become ISO text in UTC.

import { type Connection, createConnection, type FieldPacket } from 'mysql2';
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
  type SqlValue,
  type SqlWriting,
  sqlRefusals,
} from './sql.ts';

/** How MySQL writes: backticks for names, backslashes inside texts, `#` for comments. */
export const mysqlWriting: SqlWriting = {
  pieces:
    /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(\$\w+\$)[\s\S]*?\1|:=|:([a-z_]\w*)|;/gi,
  mark: () => '?',
  repeats: true,
  quote: '`',
};

/** Rows in arrays of at most `rowsAtOnce`. Throws SourceError (away, refused, cut off) or AuthError. */
export async function* askMysql(
  url: Secret | string,
  question: SqlQuestion,
  signal: AbortSignal,
): AsyncGenerator<SqlAnswer> {
  const { text, values } = bindNames(question.sql, question.values, question.where, mysqlWriting);
  const bound = values.map(asMysql);
  const connection = createConnection(connectionSettings(url, question.where));
  let lost: (error: Error) => void = () => undefined;
  connection.on('error', (error: Error) => lost(error));
  connection.on('end', () => lost(new Error('the connection was closed')));
  try {
    const [about] = await ask(connection, 'SELECT VERSION() AS version, UTC_TIMESTAMP(3) AS now');
    const isMaria = /mariadb/i.test(String(about?.['version']));
    await ask(
      connection,
      isMaria
        ? `SET SESSION max_statement_time = ${Math.ceil(question.timeoutMs / 1_000)}`
        : `SET SESSION max_execution_time = ${Math.round(question.timeoutMs)}`,
    );
    // TIMESTAMP columns are told in the session's zone; DATETIME columns know none and are taken as they stand.
    await ask(connection, "SET SESSION time_zone = '+00:00'");
    await ask(connection, 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await ask(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    // In brackets only a question can stand: what would write a file (INTO OUTFILE) is refused by the grammar.
    const fields = await shapeOf(connection, `SELECT * FROM (${text}\n) AS q LIMIT 0`, bound);
    const columns = fields.map((field) => field.name);
    const now = `${String(about?.['now']).replace(' ', 'T')}Z`;
    const stream = connection.execute(text, bound).stream({ highWaterMark: question.rowsAtOnce });
    stream.on('error', (error: Error) => lost(error));
    const limits = {
      rowsAtOnce: question.rowsAtOnce,
      quietMs: question.timeoutMs,
      onLost: (end: typeof lost) => {
        lost = end;
      },
    };
    for await (const rows of rowsOf<Record<string, unknown>>(stream, limits, signal))
      yield { columns, rows: rows.map((row) => plainRow(row, fields)), now };
    // Said goodbye to, the server does not log a lost client.
    await briefly(async () => {
      await ask(connection, 'ROLLBACK');
      await new Promise((resolve) => connection.end(resolve));
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : translate(error, question.where);
  } finally {
    connection.destroy();
  }
}

/** How long the server may take for what is no work: its settings, and the columns of a question. */
const patienceMs = 60_000;

async function ask(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  return await new Promise((resolve, reject) => {
    connection.query({ sql, timeout: patienceMs }, (error, rows) => {
      if (error) reject(error);
      else resolve(Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []);
    });
  });
}
async function shapeOf(connection: Connection, sql: string, values: readonly SqlValue[]): Promise<FieldPacket[]> {
  return await new Promise((resolve, reject) => {
    connection.execute({ sql, values: [...values], timeout: patienceMs }, (error, _rows, fields) =>
      error ? reject(error) : resolve(fields),
    );
  });
}

function connectionSettings(given: Secret | string, where: string) {
  const url = given instanceof Secret ? given.reveal() : given;
  if (!URL.canParse(url) || !/^(mysql|mariadb):/.test(url))
    throw new UsageError('the database address is no URL', {
      where,
      fix: 'Write mysql://user@host:3306/database, with the password from the environment.',
    });
  const address = new URL(url);
  const host = address.hostname.replace(/^\[(.*)\]$/, '$1');
  const local = ['localhost', '127.0.0.1', '::1'].includes(host);
  // Elsewhere than on this machine the server must prove who it is, unless the address says otherwise by name.
  const sslmode = address.searchParams.get('sslmode') ?? (local ? 'disable' : 'verify-full');
  const proven = sslmode !== 'disable';
  return {
    host,
    port: address.port === '' ? 3306 : Number(address.port),
    user: decodeURIComponent(address.username),
    password: decodeURIComponent(address.password),
    database: decodeURIComponent(address.pathname.slice(1)),
    charset: 'utf8mb4',
    connectTimeout: 15_000,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    // A server may ask a client for any file of the machine it runs on; ours has no such ability.
    flags: ['-LOCAL_FILES'],
    ...(proven ? { ssl: { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' } } : {}),
  };
}

const fieldTypes = { timestamp: 7, datetime: 12, bit: 16 };
function plainRow(row: Readonly<Record<string, unknown>>, fields: readonly FieldPacket[]): SqlRow {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const field of fields) {
    const value = row[field.name];
    if (value === null || value === undefined) plain[field.name] = null;
    else if (field.columnType === fieldTypes.datetime || field.columnType === fieldTypes.timestamp)
      plain[field.name] = asInstant(String(value));
    else if (value instanceof Uint8Array)
      plain[field.name] =
        field.columnType === fieldTypes.bit
          ? Number(`0x${Buffer.from(value).toString('hex')}`)
          : Buffer.from(value).toString('hex');
    else plain[field.name] = typeof value === 'object' ? JSON.stringify(value) : (value as string | number);
  }
  return plain;
}
/** `2026-06-01 10:00:00` → ISO in UTC; the zero date that old servers allow is no date. */
function asInstant(text: string): string | null {
  return text.startsWith('0000-') ? null : `${text.replace(' ', 'T')}Z`;
}
/** ISO instants as MySQL compares them: it knows no `T` and no `Z`. */
function asMysql(value: SqlValue): SqlValue {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)
    ? value.slice(0, -1).replace('T', ' ')
    : value;
}

const unreadable = ['ER_DBACCESS_DENIED_ERROR', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR'];
const slow = ['ER_STATEMENT_TIMEOUT', 'ER_QUERY_TIMEOUT', 'ER_QUERY_INTERRUPTED'];
function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const { code = '', errno = 0 } = error as { code?: string; errno?: number };
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ER_ACCESS_DENIED_ERROR')
    return new AuthError('the database refused the sign-in', {
      where,
      fix: 'Check user and password in the environment variable that the url names.',
      cause: error,
    });
  if (unreadable.includes(code)) return sqlRefusals.unread(where, message, error);
  if (code === 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION') return sqlRefusals.write(where, error);
  if (slow.includes(code) || errno === 1969 || errno === 3024) return sqlRefusals.slow(where, error);
  if (isUntrusted(code) || code === 'HANDSHAKE_NO_SSL_SUPPORT' || code === 'HANDSHAKE_SSL_ERROR')
    return sqlRefusals.untrusted(where, code, error);
  if (
    ['ER_PARSE_ERROR', 'ER_BAD_FIELD_ERROR', 'ER_NO_SUCH_TABLE', 'ER_BAD_DB_ERROR', 'ER_DUP_FIELDNAME'].includes(code)
  )
    return sqlRefusals.misunderstood(where, message, error);
  return sqlRefusals.away(where, code === '' ? message : code, error);
}
