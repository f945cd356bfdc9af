// A read-only question to Snowflake by its own driver, which is loaded only when a source asks for it. Not yet run against
// the real service. Snowflake has no read-only transaction: the question stands in brackets, where nothing but a SELECT is
// grammar, and the role should have no right but to read.

import type { Readable } from 'node:stream';
import { AuthError, rethrowCrash } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import { loadOptional } from './optional.ts';
import {
  bindNames,
  rowsOf,
  type SqlAnswer,
  type SqlQuestion,
  type SqlRow,
  type SqlWriting,
  sqlRefusals,
  standardPieces,
} from './sql.ts';

export interface SnowflakeAddress {
  /** `xy12345.ap-northeast-1.aws`, or organisation-account. */
  readonly account: string;
  readonly user: string;
  /** One of the two: a private key in PEM, or a programmatic access token in the place of a password. */
  readonly privateKey: Secret | null;
  readonly token: Secret | null;
  readonly role: string | null;
  readonly warehouse: string;
  readonly database: string;
  readonly schema: string | null;
}

export const snowflakeWriting: SqlWriting = {
  pieces: new RegExp(`\\$\\$[\\s\\S]*?\\$\\$|'(?:[^'\\\\]|\\\\[\\s\\S]|'')*'|//[^\\n]*|${standardPieces.source}`, 'gi'),
  mark: () => '?',
  repeats: true,
  quote: '"',
};

/** As much of the driver as is used; its own types come along only where it is installed. */
interface Driver {
  configure(options: { readonly logLevel: string }): void;
  createConnection(options: Readonly<Record<string, unknown>>): DriverConnection;
}
interface DriverConnection {
  connectAsync(): Promise<unknown>;
  execute(options: {
    readonly sqlText: string;
    readonly binds?: readonly (string | number | null)[];
    readonly streamResult?: boolean;
    readonly fetchAsString?: readonly string[];
    readonly complete: (error: Error | undefined, statement: DriverStatement, rows?: Record<string, unknown>[]) => void;
  }): unknown;
  destroy(done: (error: Error | undefined) => void): void;
}
interface DriverStatement {
  getColumns(): readonly { getName(): string }[];
  streamRows(): Readable;
}

/** Rows in arrays of at most `rowsAtOnce`; a result of Snowflake is a snapshot by itself. */
export async function* askSnowflake(
  address: SnowflakeAddress,
  question: SqlQuestion,
  signal: AbortSignal,
): AsyncGenerator<SqlAnswer> {
  const { text, values } = bindNames(question.sql, question.values, question.where, snowflakeWriting);
  const name = 'snowflake-sdk';
  const loaded = await loadOptional(async () => (await import(name)) as { readonly default: Driver }, {
    name,
    version: '3.3.0',
    where: question.where,
  });
  const driver = loaded.default;
  // The driver would write a log file of its own, queries included.
  driver.configure({ logLevel: 'OFF' });
  const connection = driver.createConnection(connectionOptions(address));
  try {
    await connection.connectAsync();
    await run(
      connection,
      `ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = ${Math.ceil(question.timeoutMs / 1_000)}`,
      [],
    );
    await run(
      connection,
      "ALTER SESSION SET TIMEZONE = 'UTC', TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DDTHH24:MI:SS.FF3Z'",
      [],
    );
    const clock = await run(connection, "SELECT TO_CHAR(SYSDATE(), 'YYYY-MM-DDTHH24:MI:SS.FF3Z') AS now", []);
    const now = String(clock.rows[0]?.['NOW'] ?? '');
    const { statement } = await run(connection, `SELECT * FROM (${text}\n) AS q`, values, true);
    const columns = statement.getColumns().map((column) => column.getName());
    const stream = statement.streamRows();
    const limits = {
      rowsAtOnce: question.rowsAtOnce,
      quietMs: question.timeoutMs,
      onLost: (lost: (error: Error) => void) => void stream.on('error', lost),
    };
    for await (const rows of rowsOf<Record<string, unknown>>(stream, limits, signal))
      yield { columns, rows: rows.map(plainRow), now };
  } catch (error) {
    throw signal.aborted ? signal.reason : translate(error, question.where);
  } finally {
    connection.destroy(() => undefined);
  }
}

async function run(
  connection: DriverConnection,
  sqlText: string,
  binds: readonly (string | number | null)[],
  streamResult = false,
): Promise<{ readonly statement: DriverStatement; readonly rows: readonly Record<string, unknown>[] }> {
  return await new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...(binds.length === 0 ? {} : { binds }),
      streamResult,
      fetchAsString: ['Date', 'Number', 'JSON'],
      complete: (error, statement, rows) => (error ? reject(error) : resolve({ statement, rows: rows ?? [] })),
    });
  });
}

function connectionOptions(address: SnowflakeAddress): Readonly<Record<string, unknown>> {
  return {
    account: address.account,
    username: address.user,
    warehouse: address.warehouse,
    database: address.database,
    application: 'kenko',
    ...(address.schema === null ? {} : { schema: address.schema }),
    ...(address.role === null ? {} : { role: address.role }),
    ...(address.privateKey === null
      ? { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: address.token?.reveal() ?? '' }
      : { authenticator: 'SNOWFLAKE_JWT', privateKey: address.privateKey.reveal() }),
  };
}

function plainRow(row: Readonly<Record<string, unknown>>): SqlRow {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === undefined) plain[name] = null;
    else if (value instanceof Uint8Array) plain[name] = Buffer.from(value).toString('hex');
    else plain[name] = typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);
  }
  return plain;
}

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const { code, sqlState } = error as { code?: string | number; sqlState?: string };
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const number = String(code ?? '').padStart(6, '0');
  if (number === '390100' || number === '390144' || sqlState === '28000')
    return new AuthError('the database refused the sign-in', {
      where,
      fix: 'Check user and private_key in config/sources.yaml, and that the public key is set for that user.',
      cause: error,
    });
  if (number === '003001') return sqlRefusals.unread(where, message, error);
  if (number === '000630' || number === '000604') return sqlRefusals.slow(where, error);
  if (sqlState?.startsWith('42') === true) return sqlRefusals.misunderstood(where, message, error);
  return sqlRefusals.away(where, code === undefined ? message : String(code), error);
}
