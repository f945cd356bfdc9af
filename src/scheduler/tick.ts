// node-cron wakes us each minute; it decides nothing. What is due comes from the slots in the database, because a timer
// forgets what passed while the process was down, and the hour that a clock change skips.

import cron from 'node-cron';

/** Calls `onTick` at the start of each minute until stopped; never two at once. */
export function startTick(onTick: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const task = cron.schedule(
    '* * * * *',
    () => {
      running = onTick();
      return running;
    },
    { noOverlap: true, timezone: 'Etc/UTC' },
  );
  return {
    stop: async () => {
      await task.destroy();
      await running.catch(() => undefined);
    },
  };
}
