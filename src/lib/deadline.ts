// A promise that may not linger. Neither vendor's client has a usable timeout of its own, so every call out of the house
// passes here. What passes its deadline may still have happened: for a write the outcome is unknown, never "failed".

import { InterruptedError, UnavailableError } from './errors.ts';

/**
 * Runs `work` with a signal that aborts after `ms` milliseconds or with the outer signal, whichever comes first.
 * @throws UnavailableError when the deadline passes first; the outer signal's reason when that comes first.
 */
export async function deadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  what: string,
  outer?: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const signal = outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]);
  if (signal.aborted) throw reasonOf(signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new UnavailableError(`${what} gave no answer within ${ms} ms`, {
        why: 'Whether it happened on the other side is not known.',
        fix: 'Nothing to do: what may have been written is read back before anything is sent again.',
      });
      own.abort(error);
      reject(error);
    }, ms);
    outer?.addEventListener('abort', () => reject(reasonOf(outer)), { once: true });
  });
  late.catch(() => undefined);
  const running = work(signal);
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof Error ? signal.reason : new InterruptedError('SIGTERM');
}
