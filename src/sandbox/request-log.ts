// What was asked of a pretend vendor: one entry per call, and the counts that benches and tests look at.

import type { CallKind } from './half.ts';

export interface RequestLogEntry {
  readonly n: number;
  readonly at: string;
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly kind: CallKind;
  readonly mutating: boolean;
  /** 0: no answer left the server. */
  readonly status: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** What the fault plan did to it. */
  readonly faults: readonly string[];
}
export interface RequestCounts {
  readonly total: number;
  readonly auth: number;
  readonly read: number;
  readonly write: number;
  /** The same as `write`: calls that change something. */
  readonly mutating: number;
  readonly byMethod: Readonly<Record<string, number>>;
}

export function countsOf(log: readonly RequestLogEntry[]): RequestCounts {
  const kinds = { auth: 0, read: 0, write: 0 };
  const byMethod: Record<string, number> = {};
  for (const entry of log) {
    kinds[entry.kind] += 1;
    byMethod[entry.method] = (byMethod[entry.method] ?? 0) + 1;
  }
  return { total: log.length, ...kinds, mutating: kinds.write, byMethod };
}
