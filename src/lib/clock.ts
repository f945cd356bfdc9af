// The only clock. Whoever needs "now" is given one of these; tests push their own.

export interface Clock {
  /** Now, as an ISO instant in UTC. */
  now(): string;
  /** Milliseconds for measuring how long something took; not a date. */
  ticks(): number;
  /** Waits; ends early, with the signal's reason, when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  ticks: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};
