// A tiny server on loopback that answers a Salesforce client with exactly what a test lays down, and remembers what was
// asked. It knows no Salesforce: a test says status, headers and body, or that the line breaks.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openSalesforceClient, type SalesforceClient } from '../../../src/clients/salesforce/connect.ts';
import type { GrantSettings } from '../../../src/clients/salesforce/grant.ts';
import type { Chance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: unknown;
}
export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** drop: half of the body, then the line breaks. reset: the line breaks before an answer. hang: no answer at all. */
  readonly trouble?: 'drop' | 'reset' | 'hang';
}
export type Teller = (asked: Asked) => Told | Promise<Told>;
export interface WireServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export async function startWire(tell: Teller): Promise<WireServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    serve(request, response, asked, tell).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, asked: Asked[], tell: Teller): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const isJson = String(request.headers['content-type'] ?? '').startsWith('application/json');
  const entry: Asked = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : null,
  };
  asked.push(entry);
  const told = await tell(entry);
  if (told.trouble === 'hang') return;
  if (told.trouble === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const isText = typeof told.body === 'string';
  const body = isText ? String(told.body) : JSON.stringify(told.body ?? null);
  response.writeHead(told.status ?? 200, {
    'content-type': isText ? 'text/html;charset=UTF-8' : 'application/json;charset=UTF-8',
    ...(told.trouble === 'drop' ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
    ...told.headers,
  });
  if (told.trouble === 'drop') {
    response.write(body.slice(0, Math.floor(body.length / 2)), () => request.socket.destroy());
  } else response.end(told.status === 204 ? undefined : body);
}

/** No waiting between tries. */
export const noChance: Chance = { fraction: () => 0, id: () => '0'.repeat(16) };
/** A clock whose sleeps are over at once. */
export const hurriedClock = { ...systemClock, sleep: async () => undefined };

export function given(url: string): GrantSettings {
  return { kind: 'given_token', instanceUrl: url, accessToken: new Secret('00D!pretend') };
}
export function withSecret(url: string): GrantSettings {
  return { kind: 'client_credentials', loginUrl: url, clientId: 'a-key', clientSecret: new Secret('a-secret') };
}
/** The answer to a token request, as Salesforce gives it. */
export function tokenAnswer(url: string, token = '00D!pretend'): Told {
  return {
    body: {
      access_token: token,
      instance_url: url,
      id: `${url}/id/00D000000000001EAA/005000000000001AAA`,
      token_type: 'Bearer',
      issued_at: '1700000000000',
      signature: 'pretend',
    },
  };
}
export function clientOf(grant: GrantSettings, timeoutMs = 5_000): SalesforceClient {
  return openSalesforceClient(
    { grant, apiVersion: '66.0', timeoutMs, proxy: null },
    { clock: hurriedClock, chance: noChance },
  );
}
