// A clock in whose hours nobody waits: sleeping moves it on at once. What would have been waited is written down.

import type { Clock } from '../../../src/lib/clock.ts';

export interface SwiftClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  readonly slept: number[];
  push(ms: number): void;
}
export function swiftClock(start = '2026-11-20T10:00:00.000Z'): SwiftClock {
  let at = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(at).toISOString(),
    ticks: () => at,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      at += ms;
    },
    push: (ms) => {
      at += ms;
    },
  };
}
