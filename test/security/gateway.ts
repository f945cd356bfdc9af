// A server before the pretend CRMs that can be spiteful: it lets calls through, with tokens of its own for those of the
// sandbox, or answers them with an error that repeats everything it was sent. So a test may choose secrets of any look, and
// see whether a CRM that talks too much makes us talk too much.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gateway {
  readonly url: string;
  /** Answers calls whose path matches with this status and an echo of them; null: lets everything through. */
  spite: { readonly path: RegExp; readonly status: number; readonly method?: string } | null;
  /** What becomes of an answer on its way back; null: it is let through. A changed one is a good one. */
  retell: ((path: string, answer: string) => string) | null;
  /** Calls that were answered with spite. */
  readonly spited: string[];
  /** Non-GET calls that were let through, but for signing in and searching. */
  readonly writes: string[];
  close(): Promise<void>;
}
export interface Behind {
  readonly url: string;
  /** Ours → theirs, in headers and bodies of calls; and back in answers. */
  readonly swaps: readonly (readonly [string, string])[];
  /** The body of an error in the vendor's shape, saying this. */
  readonly words: (says: string) => unknown;
}

export async function openGateway(behind: Behind): Promise<Gateway> {
  const swap = (text: string, from: 0 | 1) =>
    [...behind.swaps, [gateway.url, behind.url] as const].reduce(
      (now, pair) => now.replaceAll(pair[from], pair[1 - from] as string),
      text,
    );
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const gateway = {
    url: '',
    spite: null as Gateway['spite'],
    retell: null as Gateway['retell'],
    spited: [] as string[],
    writes: [] as string[],
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const { method = 'GET', url: path = '/' } = request;
    const { spite } = gateway;
    if (spite?.path.test(path) && (spite.method === undefined || spite.method === method)) {
      gateway.spited.push(`${method} ${path}`);
      const says = `you sent ${method} ${path} ${JSON.stringify(request.headers)} ${body}`;
      response.writeHead(spite.status, { 'content-type': 'application/json', 'x-echo': 'everything' });
      response.end(JSON.stringify(behind.words(says)));
      return;
    }
    if (method !== 'GET' && !/oauth2?\/|\/search|batch\/read|\/query/.test(path))
      gateway.writes.push(`${method} ${path}`);
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value !== 'string' || ['host', 'connection', 'content-length', 'accept-encoding'].includes(name)
          ? []
          : [[name, swap(value, 0)]],
      ),
    );
    const answer = await fetch(`${behind.url}${path}`, {
      method,
      headers,
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: swap(body, 0) }),
      redirect: 'manual',
    });
    const heard = swap(await answer.text(), 1);
    const told = gateway.retell?.(path, heard) ?? heard;
    const kept = [...answer.headers].filter(
      ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name),
    );
    response.writeHead(told === heard ? answer.status : 200, Object.fromEntries(kept));
    response.end(told);
  }

  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(gateway, {
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}
