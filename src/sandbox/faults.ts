// A plan of faults, keyed by the nth matching call: what shall go wrong, when and how often. It only decides; the server
// and the halves carry it out. Nothing here is by chance.

import type { CallKind, ItemError, Orders } from './half.ts';

/** Which calls a fault is about; what is left out matches all. */
export interface FaultMatch {
  readonly method?: string;
  /** A part of the path, or between slashes a regular expression: `/composite\/sobjects$/`. */
  readonly path?: string;
  readonly kind?: CallKind;
}
export type FaultAction =
  /** Answers with the status and does nothing. `code`: a vendor code or policy; `body`: the whole answer. */
  | {
      readonly do: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | { readonly do: 'delay'; readonly ms: number }
  /** Never answers; with `applied` the work is done first. */
  | { readonly do: 'hang'; readonly applied?: boolean }
  | { readonly do: 'reset_before' }
  | { readonly do: 'reset_after' }
  /** The connection is reset now; the work is done when so many further calls have come. */
  | { readonly do: 'zombie'; readonly calls: number }
  /** The first k items are done, then the answer is a 500. */
  | { readonly do: 'apply_first'; readonly items: number; readonly status?: number }
  /** The work is done, the answer is spoilt. `drop`: the connection breaks half-way through the body. */
  | {
      readonly do: 'body';
      readonly variant: 'html' | 'truncated' | 'garbage_gzip' | 'wrong_type' | 'empty' | 'drop';
    }
  | { readonly do: 'items'; readonly items: readonly number[] | 'all'; readonly error: ItemError }
  | { readonly do: 'expire_token' }
  | { readonly do: 'refresh'; readonly answer: 'works' | 'fails' | 'useless' }
  | { readonly do: 'daily_limit'; readonly max?: number; readonly used?: number }
  | { readonly do: 'rows'; readonly variant: 'drop' | 'duplicate' }
  | { readonly do: 'drop_field'; readonly object: string; readonly field: string }
  /** A person acts just before the call is done; see people.ts for the acts. */
  | { readonly do: 'human'; readonly act: Readonly<Record<string, unknown>> }
  | { readonly do: 'clock'; readonly push: number | string }
  | { readonly do: 'knob'; readonly name: string; readonly value: unknown };

export interface Fault {
  readonly match?: FaultMatch;
  /** The first matching call that it hits, counted from 1 and from the planting. Default 1. */
  readonly nth?: number;
  /** How many matching calls in a row it hits; 0 means all from then on. Default 1. */
  readonly times?: number;
  readonly action: FaultAction;
}
export interface FaultCall {
  readonly method: string;
  readonly path: string;
  readonly kind: CallKind;
}

function fits(match: FaultMatch | undefined, call: FaultCall): boolean {
  if (match?.method !== undefined && match.method.toUpperCase() !== call.method.toUpperCase()) return false;
  if (match?.kind !== undefined && match.kind !== call.kind) return false;
  if (match?.path === undefined) return true;
  const pattern = /^\/(.+)\/$/.exec(match.path);
  return pattern?.[1] !== undefined && match.path.includes('\\')
    ? new RegExp(pattern[1]).test(call.path)
    : call.path.includes(match.path);
}

/** The faults of one half, each with its own count of matching calls. */
export class FaultPlan {
  #faults: { readonly fault: Fault; seen: number }[] = [];

  /** Adds faults; the counting of each begins now. */
  plant(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, seen: 0 });
  }
  clear(): void {
    this.#faults = [];
  }
  /** What is planted, with how many matching calls each has seen. */
  planted(): readonly { readonly fault: Fault; readonly seen: number }[] {
    return this.#faults.map((one) => ({ ...one }));
  }
  /** Counts the call and says what shall happen to it. */
  take(call: FaultCall): FaultAction[] {
    return this.#faults.flatMap((one) => {
      if (!fits(one.fault.match, call)) return [];
      one.seen += 1;
      const first = one.fault.nth ?? 1;
      const times = one.fault.times ?? 1;
      const hit = one.seen >= first && (times === 0 || one.seen < first + times);
      return hit ? [one.fault.action] : [];
    });
  }
}

/** What the actions ask of the handling of the call itself. */
export function ordersOf(actions: readonly FaultAction[]): Orders {
  const items = actions.filter((action) => action.do === 'items');
  const first = actions.find((action) => action.do === 'apply_first');
  const rows = actions.find((action) => action.do === 'rows');
  return {
    itemError: (index) => items.find((one) => one.items === 'all' || one.items.includes(index))?.error ?? null,
    applyFirst: first?.items ?? null,
    rows: rows?.variant ?? null,
  };
}

/** A finished answer, spoilt on its way. `drop` is the server's to do, for it needs the socket. */
export function spoil(response: { status: number; headers: Headers; body: Uint8Array }, variant: string): void {
  if (variant === 'html') {
    response.body = new TextEncoder().encode(
      '<html><head><title>Error</title></head><body>Please try later.</body></html>',
    );
    response.headers.set('content-type', 'text/html;charset=UTF-8');
  } else if (variant === 'truncated') response.body = response.body.slice(0, Math.floor(response.body.length / 2));
  else if (variant === 'garbage_gzip') {
    response.body = new TextEncoder().encode('this is not gzip');
    response.headers.set('content-encoding', 'gzip');
  } else if (variant === 'wrong_type') response.headers.set('content-type', 'text/plain');
  else if (variant === 'empty') response.body = new Uint8Array();
}
