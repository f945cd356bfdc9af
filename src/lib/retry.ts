// Trying again, in one place: full-jitter exponential backoff that obeys retry-after, with a bound on the number of
// tries. Whether another try is safe is the caller's knowledge; this file never guesses.

import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry as retryPolicy } from 'cockatiel';
import type { Chance } from './chance.ts';
import { Crash } from './errors.ts';

export interface RetryOptions {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Milliseconds the vendor asked us to wait, `'backoff'` for our own wait, or null: not again. */
  readonly classify: (error: unknown, attempt: number) => number | 'backoff' | null;
  readonly chance: Chance;
  readonly signal?: AbortSignal;
  /** First and longest own wait. Default 1 s and 60 s. */
  readonly baseMs?: number;
  readonly capMs?: number;
}

/** Runs `work` until it succeeds, `classify` says no, or the tries are used up; then throws the last error. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const baseMs = options.baseMs ?? 1_000;
  const capMs = options.capMs ?? 60_000;
  let attempt = 0;
  const mayTryAgain = (error: unknown) => !(error instanceof Crash) && options.classify(error, attempt) !== null;
  const policy = retryPolicy(handleWhen(mayTryAgain), {
    maxAttempts: options.attempts - 1,
    backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => {
      const failure = 'error' in context.result ? context.result.error : undefined;
      const wait = options.classify(failure, context.attempt);
      if (typeof wait === 'number') return wait;
      return options.chance.fraction() * Math.min(capMs, baseMs * 2 ** (context.attempt - 1));
    }),
  });
  return await policy.execute(async () => {
    attempt += 1;
    return await work(attempt);
  }, options.signal);
}
