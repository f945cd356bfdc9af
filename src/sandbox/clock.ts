// The sandbox's own clock. It runs on with the machine from wherever it was set, and a test may push it: both pretend
// vendors stamp, date and expire by this clock and by no other.

import { type Clock, systemClock } from '../lib/clock.ts';

export interface PushableClock {
  /** Now, as an ISO instant in UTC with milliseconds. */
  now(): string;
  /** Forward (or back) by milliseconds, or to an ISO instant. Returns the new now. */
  push(by: number | string): string;
}

/** A clock that starts at `start` (the machine's now by default) and goes on at the machine's pace. */
export function pushableClock(start?: string, machine: Clock = systemClock): PushableClock {
  let base = Date.parse(start ?? machine.now());
  if (Number.isNaN(base)) throw new Error(`not an instant: ${start}`);
  let since = machine.ticks();
  const millis = () => base + Math.floor(machine.ticks() - since);
  return {
    now: () => new Date(millis()).toISOString(),
    push(by) {
      const to = typeof by === 'number' ? millis() + by : Date.parse(by);
      if (Number.isNaN(to)) throw new Error(`not an instant: ${by}`);
      base = to;
      since = machine.ticks();
      return new Date(base).toISOString();
    },
  };
}
