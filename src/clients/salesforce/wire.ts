// One HTTP exchange, whole or not at all. jsforce's own transport crashes the process when an answer breaks off half-way,
// retries by itself, waits half an hour and obeys HTTP_PROXY even for loopback, so every byte to Salesforce passes here
// instead. It sends and reads; it knows no token, no retry and no Salesforce error.

import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch } from 'undici';

export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}
/** How to reach the world, where it is not reached directly. Loopback is never asked through a proxy. */
export interface ProxySettings {
  readonly url: string;
  /** Hosts that are reached directly, as NO_PROXY writes them: `localhost,.example.com`. */
  readonly except: string;
}
export interface Wire {
  /** @throws WireError for everything that is not a complete answer; what `signal` says when it was aborted. */
  send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>;
  close(): Promise<void>;
}

/** No complete answer. `sent: 'no'` only where it is certain that no byte of the request left. */
export class WireError extends Error {
  readonly sent: 'no' | 'maybe';
  readonly code: string;
  constructor(sent: 'no' | 'maybe', code: string, cause: unknown) {
    super(`no complete answer (${code})`, { cause });
    this.name = 'WireError';
    this.sent = sent;
    this.code = code;
  }
}

const connectTimeoutMs = 10_000;
/** Nothing that we ask for is anywhere near this; more would be a fault of the other side, and our memory is bounded. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** The way out for one client. Connections are kept alive and closed by `close`. */
export function createWire(proxy: ProxySettings | null = null): Wire {
  const options = { connect: { allowH2: false, timeout: connectTimeoutMs }, headersTimeout: 0, bodyTimeout: 0 };
  const direct: Dispatcher = new Agent(options);
  const proxied: Dispatcher | null =
    proxy === null
      ? null
      : new EnvHttpProxyAgent({ ...options, httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: proxy.except });
  let closing: Promise<void> | null = null;
  return {
    async send(request, signal) {
      const url = new URL(request.url);
      const dispatcher = proxied === null || isLoopback(url.hostname) ? direct : proxied;
      try {
        const answer = await fetch(url, {
          method: request.method,
          headers: { ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
          redirect: 'manual',
          signal,
          dispatcher,
        });
        const text = await wholeText(answer.body);
        return { status: answer.status, headers: Object.fromEntries(answer.headers), text };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw error instanceof WireError ? error : wireError(error);
      }
    },
    close() {
      // Asked twice where a source and a CRM share one client.
      closing ??= Promise.all([direct.close(), proxied?.close()]).then(() => undefined);
      return closing;
    },
  };
}

/** Whether an address means this machine: the only place where plain http is allowed. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

async function wholeText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > largestAnswerBytes) throw new WireError('maybe', 'ANSWER_TOO_LARGE', null);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** undici says "fetch failed" for all of it; the reason stands in the cause, several levels deep at times. */
function wireError(error: unknown): WireError {
  const cause = deepest(error);
  const code = textAt(cause, 'code') ?? textAt(cause, 'name') ?? 'NETWORK';
  return new WireError(isBeforeBytes(cause) ? 'no' : 'maybe', code, error);
}
function deepest(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 5; depth++) {
    const next = cause instanceof Error ? cause.cause : undefined;
    if (next === undefined || next === null) break;
    cause = next;
  }
  return cause;
}
function isBeforeBytes(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isBeforeBytes);
  const syscall = textAt(cause, 'syscall');
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  const code = textAt(cause, 'code') ?? '';
  return (
    code === 'UND_ERR_CONNECT_TIMEOUT' || /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code)
  );
}
function textAt(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Record<string, unknown>)[name];
  return typeof found === 'string' && found !== '' ? found : undefined;
}
