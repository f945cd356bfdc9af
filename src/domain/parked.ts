// Parked accounts: however often somebody helped, nothing moved, so people's time goes elsewhere for a while. Parking stops
// human tasks, never scores, fields or nurture; the reason is visible. Decided from what plays remember, nothing else.

import { addDays, daysBetween } from './calendar.ts';
import type { CompiledCondition, Facts } from './condition.ts';
import type { PlaySettings } from './decisions.ts';
import type { PlayMemory } from './nouns.ts';

export interface ParkingInput {
  readonly settings: PlaySettings['parked'];
  /** The day an earlier parking ends; null where there is none. */
  readonly until: string | null;
  /** The compiled `unless` of the settings. */
  readonly unless: CompiledCondition | null;
  readonly plays: Readonly<Record<string, PlayMemory>>;
  /** Names of the risk plays: only those count. */
  readonly risks: ReadonlySet<string>;
  readonly facts: Facts;
  readonly asOf: string;
}

/**
 * Until when the account is parked, and whether that began today. It begins when enough risk episodes were worked off in
 * the window and the best score after any of them is less than `minGain` above the score before the first. It ends on its
 * day, or as soon as `unless` says yes; unknown neither begins nor ends it.
 */
export function parking(input: ParkingInput): { readonly until: string | null; readonly begins: boolean } {
  const { settings, until, facts, asOf } = input;
  if (settings === null) return { until: null, begins: false };
  const unless = input.unless === null ? 'no' : input.unless.answer(facts);
  if (until !== null && daysBetween(asOf, until) > 0) {
    return { until: unless === 'yes' ? null : until, begins: false };
  }
  if (unless !== 'no') return { until: null, begins: false };
  const worked = Object.entries(input.plays)
    .filter(([name]) => input.risks.has(name))
    .flatMap(([, memory]) => memory.workedOff ?? [])
    .filter(({ on }) => daysBetween(on, asOf) <= settings.withinDays)
    .toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.before - b.before));
  const [first] = worked;
  if (first === undefined || worked.length < settings.closedPlays) return { until: null, begins: false };
  const gain = Math.max(...worked.map(({ after }) => after)) - first.before;
  if (gain >= settings.minGain) return { until: null, begins: false };
  return { until: addDays(asOf, settings.parkDays), begins: true };
}

/**
 * What stays remembered of worked-off episodes: nothing once they led to parking (they do not count twice), nothing that is
 * older than the window, at most twenty.
 */
export function keepWorkedOff(
  memory: PlayMemory,
  settings: PlaySettings['parked'],
  asOf: string,
  begins: boolean,
): PlayMemory {
  if (memory.workedOff === undefined) return memory;
  const kept =
    settings === null || begins
      ? []
      : memory.workedOff.filter(({ on }) => daysBetween(on, asOf) <= settings.withinDays).slice(-20);
  const { workedOff: _, ...rest } = memory;
  return kept.length === 0 ? rest : { ...rest, workedOff: kept };
}
