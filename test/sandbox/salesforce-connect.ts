// Connects the real jsforce client and plain fetch to a pretend org, for the tests of the sandbox.

import { Connection } from 'jsforce';
import { pretendClient } from '../../src/sandbox/salesforce/oauth.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';

export const version = '66.0';
export const base = `/services/data/v${version}`;

/** jsforce, signed in by client credentials as a headless connector would. */
export async function connect(sandbox: Sandbox): Promise<Connection> {
  const loginUrl = sandbox.salesforce.url;
  const connection = new Connection({
    loginUrl,
    version,
    oauth2: { loginUrl, clientId: pretendClient.id, clientSecret: pretendClient.secret },
  });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** One plain call with the sandbox's own token; the body is sent as JSON, or as it is when it is a text. */
export async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  const answer = await fetch(sandbox.salesforce.url + path, {
    method,
    headers: { authorization: `Bearer ${sandbox.salesforce.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : null,
  };
}

/** A query by plain fetch. */
export function query(
  sandbox: Sandbox,
  soql: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return call(sandbox, 'GET', `${base}/query?q=${encodeURIComponent(soql)}`, undefined, headers);
}

/** The id that the org gave to something of the world. */
export function idOf(sandbox: Sandbox, key: string, type = 'Account', field = 'AccountNumber'): string {
  const [found] = sandbox.salesforce.half.store.findBy(type, field, key);
  if (found === undefined) throw new Error(`no ${type} with ${field} ${key}`);
  return found.id;
}
