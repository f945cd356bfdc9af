// The contract between the server of the sandbox and its two halves, one per pretend vendor. The server owns sockets,
// the request log and the fault plan; a half owns its store, its tokens and its vendor's words.

import type { Chance } from '../lib/chance.ts';
import type { PushableClock } from './clock.ts';
import type { RecordStore } from './records.ts';
import type { SetupField } from './world/setup-fields.ts';
import type { World } from './world.ts';

/** `write` is what changes records or metadata; a search or a batch read by POST is `read`. */
export type CallKind = 'auth' | 'read' | 'write';

/** An error to be answered for one item of a batch: a vendor code, as the half knows it (`UNABLE_TO_LOCK_ROW`). */
export interface ItemError {
  readonly code: string;
  readonly message?: string;
  readonly fields?: readonly string[];
}
/** What the fault plan asks of the handling of one call. A half gets it as `env.orders` of its Hono app. */
export interface Orders {
  /** The error that the item at this place (from 0, over the whole call) shall have instead of being done; else null. */
  readonly itemError: (index: number) => ItemError | null;
  /** Do only the first k items of the call (the server then answers 500); null: all. */
  readonly applyFirst: number | null;
  /** Pages of results lose a row, or hold one twice. */
  readonly rows: 'drop' | 'duplicate' | null;
}
export const noOrders: Orders = { itemError: () => null, applyFirst: null, rows: null };

/** What a half is given at its opening. */
export interface Surroundings {
  readonly clock: PushableClock;
  readonly chance: Chance;
  readonly world: World;
  /** The half's own address, `http://127.0.0.1:PORT`; known once the server listens, so ask late. */
  readonly url: () => string;
}

export interface Half {
  readonly vendor: 'salesforce' | 'hubspot';
  /** The org id or the portal id. */
  readonly identity: string;
  /** A token that works from the start; it says that it is pretend. */
  readonly token: string;
  readonly store: RecordStore;
  /** Answers one call. Never throws for what a caller can cause. */
  fetch(request: Request, orders: Orders): Promise<Response>;
  /** Which kind of call this is; decided from method, path and body alone. */
  kindOf(method: string, path: string, body: string): CallKind;
  /** A planted refusal in the vendor's words and with its headers; nothing is done. */
  refuse(status: number, hint: RefusalHint): Response;
  /** All access tokens given so far, the first one included, stop working. */
  expireTokens(): void;
  /** What a token request gets from now on: a good token, a refusal, or a token that does not work. */
  setRefresh(answer: 'works' | 'fails' | 'useless'): void;
  /** How many calls the vendor allows per day, and how many were used already. */
  setDailyLimit(limit: { readonly max?: number; readonly used?: number }): void;
  /** Furnishes the half with custom fields by the short way, permissions included. */
  setUp(fields: readonly SetupField[]): void;
  /** Slower or refused searches and the like; what the half does not know it ignores. */
  setKnob(name: string, value: unknown): void;
}
export interface RefusalHint {
  /** A vendor code to answer with (`REQUEST_LIMIT_EXCEEDED`, `ConcurrentRequests`), or a policy (`DAILY`). */
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body instead of the vendor's words. */
  readonly body?: unknown;
}
