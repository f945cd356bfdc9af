// When the next call may leave. HubSpot counts the calls of a key over any ten seconds, and the searches of a whole portal
// over any second; searches are exempt from the first count. Whoever waits here has sent nothing yet.
// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines

import type { Clock } from '../../lib/clock.ts';

export type TurnKind = 'call' | 'search';
export interface Turns {
  /** Resolves when one more call fits; rejects with the signal's reason when it is aborted while waiting. */
  take(kind: TurnKind, signal: AbortSignal): Promise<void>;
  /** What an answer says of the ten-second window: calls it allows, and how many of them are left. */
  learn(allowed: number, left: number): void;
}

/** The smallest published limit is 100 per ten seconds (Free and Starter); the portal's own figure replaces it. */
const smallestAllowed = 100;
/** A call may arrive a little later than it left, so that two windows of ours overlap in one of theirs. */
const headroom = 0.95;
/** Of five searches a second for all apps of the portal together one is left to the others. */
const searchesPerSecond = 4;
const marginMs = 20;

/** Sliding windows over the starts of calls, by the given clock. */
export function createTurns(clock: Clock): Turns {
  const calls = slidingWindow(clock, 10_000 + marginMs);
  const searches = slidingWindow(clock, 1_000 + marginMs);
  let allowed = Math.floor(smallestAllowed * headroom);
  /** Calls in the window that were not ours: another process works with the same key. */
  let others = 0;
  let othersAt = 0;
  return {
    take: (kind, signal) =>
      kind === 'search'
        ? searches.take(() => searchesPerSecond, signal)
        : calls.take(() => {
            // What others did ages like our own calls do.
            if (clock.ticks() - othersAt > 10_000) others = 0;
            return Math.max(1, allowed - others);
          }, signal),
    learn(max, left) {
      if (!(max > 0)) return;
      allowed = Math.max(1, Math.floor(max * headroom));
      if (!(left >= 0)) return;
      const strangers = max - left - calls.count();
      // A few may be calls of ours that have just left our window, and not yet theirs.
      others = strangers > max * 0.05 ? strangers : 0;
      othersAt = clock.ticks();
    },
  };
}

interface SlidingWindow {
  take(allowed: () => number, signal: AbortSignal): Promise<void>;
  count(): number;
}
function slidingWindow(clock: Clock, windowMs: number): SlidingWindow {
  let starts: number[] = [];
  let line: Promise<void> = Promise.resolve();
  const age = () => {
    const now = clock.ticks();
    const first = starts.findIndex((at) => now - at < windowMs);
    starts = first === -1 ? [] : first === 0 ? starts : starts.slice(first);
    return now;
  };
  async function turn(allowed: () => number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = age();
      const most = allowed();
      if (starts.length < most) {
        starts.push(now);
        return;
      }
      const next = starts[starts.length - most] ?? now;
      await clock.sleep(Math.max(1, next + windowMs - now), signal);
    }
  }
  return {
    // One after the other: whoever came first goes first, and nobody looks at a count that is about to change.
    take(allowed, signal) {
      const mine = line.then(() => turn(allowed, signal));
      line = mine.catch(() => undefined);
      return mine;
    },
    count() {
      age();
      return starts.length;
    },
  };
}
