// The lease of a run and its heartbeat. Whoever loses the lease is told through the signal and writes nothing more.

import { rethrowCrash } from '../lib/errors.ts';
import type { Lease } from '../state/store.ts';
import { type Hall, leaseMs } from './hall.ts';

/** Beats until `stop` is called; when a beat is refused, `signal` aborts with the refusal. */
export function keepLease(
  hall: Hall,
  lease: Lease,
  outer: AbortSignal,
): { readonly signal: AbortSignal; stop(): Promise<void> } {
  const lost = new AbortController();
  const over = new AbortController();
  const beating = (async () => {
    while (!over.signal.aborted) {
      try {
        await hall.clock.sleep(leaseMs / 4, over.signal);
      } catch {
        return;
      }
      try {
        await hall.store.runs.beat(lease, hall.clock.now(), leaseMs);
      } catch (error) {
        rethrowCrash(error);
        hall.emit({ kind: 'lease', run: lease.runId, says: 'the lease was lost: another run took over' });
        lost.abort(error);
        return;
      }
    }
  })();
  beating.catch((error) => lost.abort(error));
  return {
    signal: AbortSignal.any([outer, lost.signal]),
    stop: async () => {
      over.abort();
      await beating.catch(() => undefined);
    },
  };
}
