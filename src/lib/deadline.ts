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
  let stop: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const lateness = error(ms, what);
      own.abort(lateness);
      reject(lateness);
    }, ms);
    stop = () => reject(outer === undefined ? error(ms, what) : reasonOf(outer));
    outer?.addEventListener('abort', stop, { once: true });
  });
  late.catch(() => undefined);
  const running = work(signal);
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
    // A signal lives as long as a run; a listener per call would pile up on it.
    outer?.removeEventListener('abort', stop);
  }
}

function error(ms: number, what: string): UnavailableError {
  return new UnavailableError(`${what} gave no answer within ${ms} ms`, {
    why: 'Whether it happened on the other side is not known.',
    fix: 'Nothing to do: what may have been written is read back before anything is sent again.',
  });
}
function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof Error ? signal.reason : new InterruptedError('SIGTERM');
}
