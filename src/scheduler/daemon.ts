// The long-lived process: slot, lease, run, heartbeat. One run at a time; on SIGTERM the batch in flight is finished, the
// lease given back, and the process ends.

import { BusyError, KenkoError, rethrowCrash } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { RunReport } from '../pipeline/report.ts';
import type { Store } from '../state/store.ts';
import { decideSlots, dueSlots, nextSlot, type Schedule } from './slots.ts';
import { startTick } from './tick.ts';

export interface DaemonOptions {
  readonly schedule: Schedule | null;
  readonly missedRuns: 'run_once' | 'skip';
  readonly job: string;
  readonly store: Store;
  readonly now: () => string;
  readonly log: Log;
  /** Runs the whole way for a slot; throws KenkoErrors. */
  readonly run: (slot: string, signal: AbortSignal) => Promise<RunReport>;
  /** Told after each run that ended well: the heartbeat. */
  readonly onSuccess: (report: RunReport) => Promise<void>;
  /** Called after each look at the clock, whether something ran or not. */
  readonly onLook?: () => Promise<void>;
}

export interface Daemon {
  /** Looks at the clock once; what the tick calls each minute. */
  look(): Promise<void>;
  readonly draining: boolean;
  nextSlot(): Promise<string | null>;
  /** Finishes what is under way and stops. */
  stop(reason: unknown): Promise<void>;
}

/** Starts the tick; `stop` ends it. */
export function startDaemon(options: DaemonOptions): Daemon {
  const ending = new AbortController();
  let busy: Promise<void> | null = null;
  const look = async () => {
    if (ending.signal.aborted || busy !== null) return;
    busy = lookOnce(options, ending.signal)
      .finally(async () => {
        if (!ending.signal.aborted) await options.onLook?.();
      })
      .finally(() => {
        busy = null;
      });
    await busy;
  };
  const tick = startTick(look);
  return {
    look,
    get draining() {
      return ending.signal.aborted;
    },
    nextSlot: async () => {
      if (options.schedule === null) return null;
      const last = await options.store.runs.lastSlot(options.job);
      const now = options.now();
      return nextSlot(options.schedule, last !== null && last > now ? last : now);
    },
    stop: async (reason) => {
      ending.abort(reason);
      await tick.stop();
      await busy?.catch(() => undefined);
    },
  };
}

async function lookOnce(options: DaemonOptions, signal: AbortSignal): Promise<void> {
  if (options.schedule === null) return;
  const now = options.now();
  const last = await options.store.runs.lastSlot(options.job);
  const { run, skip } = decideSlots(dueSlots(options.schedule, last, now), options.missedRuns, now);
  for (const slot of skip) {
    await options.store.runs.skipSlot(options.job, slot, now);
    options.log.warn('slot.skipped', { slot, job: options.job });
  }
  if (run === null) return;
  try {
    options.log.info('slot.due', { slot: run, job: options.job });
    const report = await options.run(run, signal);
    options.log.info('run.end', {
      run: report.runId,
      state: report.state,
      exitCode: report.exitCode,
      applied: report.effects.applied,
      rejected: report.effects.rejected,
    });
    if (report.exitCode === 0) await options.onSuccess(report);
  } catch (error) {
    rethrowCrash(error);
    // A scheduler outlives a failed run: the journal has it, the missing heartbeat is the alarm.
    if (error instanceof BusyError) options.log.warn('slot.busy', { slot: run, error });
    else
      options.log.error('run.failed', { slot: run, error, code: error instanceof KenkoError ? error.code : 'E_BUG' });
  }
}
