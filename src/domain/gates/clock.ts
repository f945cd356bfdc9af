// G13, clock: do our clock and the CRM's agree, and is it later than last time? Ages, slots and leases are worth nothing on
// a wrong clock.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { exceeds, verdict } from './verdict.ts';

export interface ClockFacts {
  /** Their clock minus ours, the furthest of all CRMs; 0 where none said. */
  readonly skewMs: number;
  readonly now: string;
  /** When the run before this one started; null for none. */
  readonly lastRunAt: string | null;
}

/** Value: seconds apart, or seconds back in time. */
export function clockGate(facts: ClockFacts, settings: GateSettings): Verdict {
  const limit = settings.clock.maxSkewSeconds;
  const apart = Math.abs(facts.skewMs) / 1_000;
  const back = facts.lastRunAt === null ? 0 : (Date.parse(facts.lastRunAt) - Date.parse(facts.now)) / 1_000;
  const todo = 'Set the clock of this machine, then run again.';
  if (back > 0) {
    return verdict(
      'G13',
      'hold',
      { value: back, limit: 0 },
      `Our clock says ${facts.now}, but the last run started later, at ${facts.lastRunAt}. ${todo}`,
    );
  }
  if (exceeds(apart, limit)) {
    return verdict(
      'G13',
      'hold',
      { value: apart, limit },
      `Our clock and the CRM's are ${Math.round(apart)} seconds apart, ${limit} allowed. ${todo}`,
    );
  }
  return verdict(
    'G13',
    'pass',
    { value: apart, limit },
    `Our clock and the CRM's are ${Math.round(apart)} seconds apart.`,
  );
}
