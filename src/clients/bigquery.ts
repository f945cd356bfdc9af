// A read-only question to BigQuery by Google's own client, which is loaded only when a source asks for it. A dry run says
// first what kind of statement it is, which columns it gives and how many bytes it reads; only a SELECT is ever run.

import type { BigQuery, Query } from '@google-cloud/bigquery';
import { AuthError, rethrowCrash, SourceError } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import { loadOptional } from './optional.ts';
import { bindNames, type SqlAnswer, type SqlQuestion, type SqlRow, type SqlWriting, sqlRefusals } from './sql.ts';

export interface BigqueryAddress {
  readonly project: string;
  /** The key of a service account as JSON; null: what the machine is signed in with. */
  readonly credentials: Secret | null;
  /** `EU`, `asia-northeast1`; null: wherever the tables are. */
  readonly location: string | null;
  /** A query that would read more is refused by the server, and costs nothing. */
  readonly maxBytesBilled: number;
  /** Another server than Google's: a private endpoint, or a test. */
  readonly endpoint: string | null;
}

export const bigqueryWriting: SqlWriting = {
  pieces:
    /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(\$\w+\$)[\s\S]*?\1|:([a-z_]\w*)|;/gi,
  mark: (name) => `@${name}`,
  repeats: false,
  quote: '`',
};

/** Rows in arrays of at most `rowsAtOnce`; the answer is a table of its own and stays as it is while it is read. */
export async function* askBigquery(
  address: BigqueryAddress,
  question: SqlQuestion,
  signal: AbortSignal,
): AsyncGenerator<SqlAnswer> {
  const { text, names } = bindNames(question.sql, question.values, question.where, bigqueryWriting);
  const { BigQuery: Client } = await loadOptional(() => import('@google-cloud/bigquery'), {
    name: '@google-cloud/bigquery',
    version: '8.3.0',
    where: question.where,
  });
  try {
    const client = new Client(clientOptions(address, question.where));
    const query: Query = {
      query: text,
      params: Object.fromEntries(names.map((name) => [name, question.values[name] ?? null])),
      // A text compares with days and times as well; a null has no type of its own.
      types: Object.fromEntries(
        names.map((name) => [name, typeof question.values[name] === 'number' ? 'FLOAT64' : 'STRING']),
      ),
      useLegacySql: false,
      maximumBytesBilled: String(address.maxBytesBilled),
      jobTimeoutMs: question.timeoutMs,
      ...(address.location === null ? {} : { location: address.location }),
    };
    const columns = await columnsOf(client, query, question.where);
    signal.throwIfAborted();
    const [job] = await client.createQueryJob(query);
    const created = Number(job.metadata?.statistics?.creationTime ?? Number.NaN);
    const now = Number.isNaN(created) ? '' : new Date(created).toISOString();
    let pageToken: string | undefined;
    do {
      signal.throwIfAborted();
      const [rows, next] = await job.getQueryResults({
        autoPaginate: false,
        maxResults: question.rowsAtOnce,
        timeoutMs: question.timeoutMs,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      yield { columns, rows: (rows as Record<string, unknown>[]).map(plainRow), now };
      pageToken = (next as { pageToken?: string } | null)?.pageToken;
    } while (pageToken !== undefined && pageToken !== '');
  } catch (error) {
    throw signal.aborted ? signal.reason : translate(error, question.where);
  }
}

/** What a dry run says: costs nothing, runs nothing. */
async function columnsOf(client: BigQuery, query: Query, where: string): Promise<readonly string[]> {
  const [job] = await client.createQueryJob({ ...query, dryRun: true });
  const said = job.metadata?.statistics?.query;
  if (said?.statementType !== 'SELECT') throw sqlRefusals.write(where, null);
  return (said.schema?.fields ?? []).map((field: { name?: string }) => field.name ?? '');
}

function clientOptions(address: BigqueryAddress, where: string) {
  return {
    projectId: address.project,
    autoRetry: true,
    maxRetries: 2,
    ...(address.endpoint === null ? {} : { apiEndpoint: address.endpoint }),
    ...(address.credentials === null ? {} : { credentials: keyOf(address.credentials, where) }),
  };
}
function keyOf(credentials: Secret, where: string): Record<string, string> {
  try {
    return JSON.parse(credentials.reveal()) as Record<string, string>;
  } catch {
    // The cause would show the key.
    throw new AuthError('the key of the service account is no JSON', {
      where,
      fix: 'Give the whole content of the key file: credentials: ${file:/run/secrets/bigquery.json}',
    });
  }
}

/** Days, times and exact numbers come as objects that hold their text. */
function plainRow(row: Readonly<Record<string, unknown>>): SqlRow {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === undefined) plain[name] = null;
    else if (typeof value !== 'object') plain[name] = value as string | number | boolean;
    else if (value instanceof Uint8Array) plain[name] = Buffer.from(value).toString('hex');
    else if ('value' in value) plain[name] = String(value.value);
    else plain[name] = value.constructor === Object || Array.isArray(value) ? JSON.stringify(value) : String(value);
  }
  return plain;
}

function translate(error: unknown, where: string): unknown {
  rethrowCrash(error);
  if (error instanceof Error && 'exitCode' in error) return error;
  const { code, errors } = error as { code?: number | string; errors?: readonly { reason?: string }[] };
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const reason = errors?.[0]?.reason ?? '';
  if (code === 401 || /invalid_grant|could not load the default credentials/i.test(message))
    return new AuthError('the database refused the sign-in', {
      where,
      fix: 'Check credentials in config/sources.yaml, or what this machine is signed in with.',
      cause: error,
    });
  if (reason === 'bytesBilledLimitExceeded')
    return new SourceError('the query would read more than it may', {
      where,
      why: message,
      fix: 'Filter by the partition, ask for fewer columns, or raise max_gb_billed.',
      cause: error,
    });
  if (code === 403) return sqlRefusals.unread(where, message, error);
  if (code === 400 || code === 404) return sqlRefusals.misunderstood(where, message, error);
  return sqlRefusals.away(where, code === undefined ? message : String(code), error);
}
