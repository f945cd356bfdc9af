// What is left of the portal's day. All integrations of a portal share its daily calls, so ours stops while there is still
// something left for the others, and goes on after the portal's midnight.

import type { Clock } from '../../lib/clock.ts';

export interface Day {
  /** What an answer said: the day's calls, and how many of them are left. */
  learn(limit: number, left: number): void;
  /** How many calls are left of how many, when that is at or below the floor; null while we may go on. */
  exhausted(): { readonly left: number; readonly limit: number } | null;
  /** Used share 0..1 and the limit, as last seen; null before any answer told it. */
  used(): { readonly share: number; readonly limit: number } | null;
}

/** After this long one call may look again: the portal's midnight may have passed meanwhile. */
const believedMs = 15 * 60_000;

/** `reserve` is the share of the day's calls that is left to others, 0..1. */
export function createDay(clock: Clock, reserve: number): Day {
  let seen: { readonly limit: number; readonly left: number; readonly at: number } | null = null;
  return {
    learn(limit, left) {
      if (limit > 0 && left >= 0) seen = { limit, left, at: clock.ticks() };
    },
    exhausted() {
      if (seen === null || seen.left > seen.limit * reserve) return null;
      if (reserve === 0 || clock.ticks() - seen.at > believedMs) return null;
      return { left: seen.left, limit: seen.limit };
    },
    used: () => (seen === null ? null : { share: Math.max(0, 1 - seen.left / seen.limit), limit: seen.limit }),
  };
}
