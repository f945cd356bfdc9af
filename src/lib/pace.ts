// How fast we may go: n at once, m per interval, over any sliding interval (strict), so that a pause is never followed by
// a double burst.

import PQueue from 'p-queue';

export interface PaceLimits {
  readonly atOnce: number;
  /** Starts per interval; null: as many as fit at once. */
  readonly perInterval: number | null;
  readonly intervalMs: number;
}
export interface Pace {
  /** Runs `work` when its turn comes; rejects with the signal's reason when it was aborted while waiting. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Resolves when nothing is waiting or running. */
  idle(): Promise<void>;
}

/** The vendors count intervals a little differently than we do; this margin keeps us on the safe side of theirs. */
const marginMs = 10;

export function createPace(limits: PaceLimits): Pace {
  const queue = new PQueue(
    limits.perInterval === null
      ? { concurrency: limits.atOnce }
      : {
          concurrency: limits.atOnce,
          intervalCap: limits.perInterval,
          interval: limits.intervalMs + marginMs,
          strict: true,
        },
  );
  return {
    // The signal ends the waiting only: work that has begun may have sent something, and its answer must be heard.
    run: async (work, signal) =>
      (await queue.add(async () => {
        signal?.throwIfAborted();
        return await work();
      })) as never,
    idle: () => queue.onIdle(),
  };
}
