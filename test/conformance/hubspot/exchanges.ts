// What was said between a caller and the pretend portal: every request and every answer, whole, as they passed the server.

import type { Orders } from '../../../src/sandbox/half.ts';
import type { Portal } from '../../../src/sandbox/hubspot/portal.ts';

export interface Exchange {
  readonly n: number;
  /** The portal's time, ISO. */
  readonly at: string;
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly requestHeaders: Headers;
  readonly requestText: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Listens at the portal from now on. The list grows while the portal is asked. */
export function listen(portal: Portal, now: () => string): { readonly heard: Exchange[]; stop(): void } {
  const heard: Exchange[] = [];
  const plain = portal.fetch;
  const door = portal as { fetch: Portal['fetch'] };
  door.fetch = async (request: Request, orders: Orders) => {
    const requestText = await request.clone().text();
    const response = await plain(request, orders);
    const { pathname, search } = new URL(request.url);
    heard.push({
      n: heard.length + 1,
      at: now(),
      method: request.method,
      path: pathname + search,
      requestHeaders: request.headers,
      requestText,
      status: response.status,
      headers: response.headers,
      text: await response.clone().text(),
    });
    return response;
  };
  return {
    heard,
    stop: () => {
      door.fetch = plain;
    },
  };
}

/** The JSON of a body; undefined where there is none. */
export function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
/** Method and address without the ids and names in it: what counts as the same call. */
export function callOf(exchange: Pick<Exchange, 'method' | 'path'>): string {
  const path = (exchange.path.split('?')[0] ?? '').replaceAll(/\/\d{4,}(?=\/|$)/g, '/{id}');
  return `${exchange.method} ${path}`;
}
