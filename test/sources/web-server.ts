// A web server on loopback that answers as it is told, counts what it was asked, and can break off, wait or lie.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import { seededChance } from '../../src/lib/chance.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openRestSource } from '../../src/sources/rest/rest.ts';
import type { Source } from '../../src/sources/source.ts';
import { sourceSettings } from './settings.ts';

/** What was asked, body included. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body?: unknown;
  /** Takes the answer into its own hands. */
  readonly raw?: (response: ServerResponse) => void;
}
export interface WebServer {
  readonly url: string;
  readonly asked: Asked[];
  answer: (asked: Asked, nth: number) => Told;
  close(): Promise<void>;
}

/** Starts one; set `answer` before asking. */
export async function startWebServer(): Promise<WebServer> {
  const asked: Asked[] = [];
  const one: { server: Server; web: WebServer } = {} as never;
  one.server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const now: Asked = {
        method: request.method ?? '',
        url: new URL(request.url ?? '/', one.web.url),
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      asked.push(now);
      const told = one.web.answer(now, asked.length);
      if (told.raw !== undefined) return told.raw(response);
      const text = typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? {});
      response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers });
      response.end(Buffer.isBuffer(told.body) ? told.body : text);
    });
  });
  await new Promise<void>((resolve) => one.server.listen(0, '127.0.0.1', resolve));
  one.web = {
    url: `http://127.0.0.1:${(one.server.address() as AddressInfo).port}`,
    asked,
    answer: () => ({ status: 404 }),
    close: async () => {
      one.server.closeAllConnections();
      await new Promise((resolve) => one.server.close(resolve));
    },
  };
  return one.web;
}

/** A source that asks this server; waits of its own are short. */
export function openRest(
  settings: Readonly<Record<string, unknown>>,
  more: Partial<SourceSettings> = {},
  clock: Clock = systemClock,
): Source {
  return openRestSource(
    sourceSettings('rest', { allow_addresses: ['127.0.0.1/32'], per_minute: 6_000, ...settings }, more),
    { clock, chance: seededChance(7), backoffMs: 1 },
  );
}
