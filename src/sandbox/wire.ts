// Sockets and bytes of the two servers: a port on loopback, a whole request in, an answer out, whole or broken off. Knows no
// routes and no faults.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PushableClock } from './clock.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** Ports that fetch refuses to speak to (Fetch standard, "port blocking"); only those above 1023 matter here. */
const blockedPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

export async function listen(server: Server, port: number): Promise<number> {
  if (blockedPorts.has(port)) throw new Error(`port ${port} is one that fetch refuses; choose another`);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const got = (server.address() as AddressInfo).port;
  if (!blockedPorts.has(got)) return got;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return listen(server, 0);
}

export async function readAll(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}

export function requestOf(incoming: IncomingMessage, body: Uint8Array<ArrayBuffer>): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.length > 0;
  return new Request(`http://127.0.0.1${incoming.url ?? '/'}`, { method, headers, ...(hasBody ? { body } : {}) });
}

export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: new Headers(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

export function send(outgoing: ServerResponse, answer: Answer, clock: PushableClock): void {
  outgoing.statusCode = answer.status;
  answer.headers.forEach((value, name) => {
    outgoing.setHeader(name, value);
  });
  outgoing.setHeader('date', new Date(clock.now()).toUTCString());
  if (answer.status !== 204) outgoing.setHeader('content-length', answer.body.length);
  outgoing.end(answer.body);
}

/** Half of the body, then the connection is gone. */
export function breakOff(outgoing: ServerResponse, answer: Answer): void {
  outgoing.statusCode = answer.status;
  outgoing.setHeader('content-type', answer.headers.get('content-type') ?? 'application/json');
  outgoing.setHeader('content-length', answer.body.length);
  outgoing.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => outgoing.socket?.destroy());
}

export function json(status: number, body: unknown): Answer {
  return {
    status,
    headers: new Headers({ 'content-type': 'application/json;charset=UTF-8' }),
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
