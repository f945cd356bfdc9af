// A score → green, yellow, red, without flapping: an edge must be passed by some points and for some runs. Caps and alerts do
// not wait; the first score and the one after "unknown" take the plain edges. The alert fires once and is re-armed higher up.

import type { BandSettings } from './decisions.ts';
import type { Band, Memory } from './nouns.ts';

export interface BandInput {
  /** Stored score of one decimal; null gives `unknown`. */
  readonly value: number | null;
  /** False: outside of the population. */
  readonly inPopulation: boolean;
  /** A cap lowered the score. */
  readonly isCapped: boolean;
  /** Another model, or another version of it, than last time: waiting begins anew. */
  readonly isNewModel: boolean;
  readonly before: Pick<Memory, 'band' | 'bandSince' | 'pendingBand' | 'pendingRuns' | 'alert'> | null;
  readonly asOf: string;
  readonly settings: BandSettings;
}
export interface BandDecision {
  readonly band: Band;
  readonly since: string;
  readonly pendingBand: Band | null;
  readonly pendingRuns: number;
  readonly alert: boolean;
  readonly alertIsNew: boolean;
}

const ranks = ['red', 'yellow', 'green'] as const;
type Colour = (typeof ranks)[number];

/** The band by the plain edges; lower edges belong to the upper band. */
export function plainBand(value: number, settings: BandSettings): Colour {
  return value >= settings.green ? 'green' : value >= settings.yellow ? 'yellow' : 'red';
}
/** The edge that has to be passed to leave `from` in a direction: h points beyond the plain one. */
export function edgeOf(edge: 'yellow' | 'green', direction: 'up' | 'down', settings: BandSettings): number {
  return settings[edge] + (direction === 'up' ? settings.hysteresis : -settings.hysteresis);
}

export function decideBand(input: BandInput): BandDecision {
  const { value, before, settings } = input;
  const alert = alertOn(input);
  if (!input.inPopulation) return moved(input, 'not_scored', { alert: false, alertIsNew: false });
  if (value === null) return moved(input, 'unknown', alert);
  const plain = plainBand(value, settings);
  const present = colourOf(before?.band);
  if (before === null || present === null) return moved(input, plain, alert);
  // A veto or an alert does not wait, and takes the plain edge: a cap of 39 means red.
  if ((input.isCapped || alert.alert) && ranks.indexOf(plain) < ranks.indexOf(present))
    return moved(input, plain, alert);

  const wished = steadyBand(value, present, settings);
  if (wished === present) return moved(input, present, alert);
  const earlier = input.isNewModel ? null : colourOf(before.pendingBand);
  const sameSide = earlier !== null && side(earlier, present) === side(wished, present);
  // Two runs beyond an edge count also when the second went further: the nearer of both bands has been held for both.
  const held = sameSide && side(earlier, wished) === -side(wished, present) ? earlier : wished;
  const runs = sameSide ? before.pendingRuns + 1 : 1;
  if (runs >= settings.dwellRuns) {
    const next = moved(input, held, alert);
    return held === wished ? next : { ...next, pendingBand: wished, pendingRuns: 1 };
  }
  return { ...moved(input, present, alert), pendingBand: held, pendingRuns: runs };
}

/** The band that a score asks for, seen from the present one: edges stand `hysteresis` further away. */
function steadyBand(value: number, present: Colour, settings: BandSettings): Colour {
  const shift = settings.hysteresis;
  const down = value >= settings.green - shift ? 'green' : value >= settings.yellow - shift ? 'yellow' : 'red';
  if (side(down, present) < 0) return down;
  const up = value >= settings.green + shift ? 'green' : value >= settings.yellow + shift ? 'yellow' : 'red';
  return side(up, present) > 0 ? up : present;
}
function side(band: Colour, from: Colour): number {
  return Math.sign(ranks.indexOf(band) - ranks.indexOf(from));
}
function colourOf(band: Band | null | undefined): Colour | null {
  return ranks.find((colour) => colour === band) ?? null;
}

function moved(input: BandInput, band: Band, alert: Pick<BandDecision, 'alert' | 'alertIsNew'>): BandDecision {
  const { before } = input;
  const since = before !== null && before.band === band ? before.bandSince : input.asOf;
  return { band, since, pendingBand: null, pendingRuns: 0, ...alert };
}

/** On at or below the threshold, off again only above the threshold plus its margin; a score that is away changes nothing. */
function alertOn(input: BandInput): Pick<BandDecision, 'alert' | 'alertIsNew'> {
  const was = input.before?.alert ?? false;
  const { value, settings } = input;
  if (value === null) return { alert: was, alertIsNew: false };
  if (value <= settings.alertAtOrBelow) return { alert: true, alertIsNew: !was };
  return { alert: was && value <= settings.alertAtOrBelow + settings.alertRearm, alertIsNew: false };
}
