// Two scores → what moved, and by how much. Attribution is exact: the change of each metric's points, which add up to the
// change of the raw score; what a new model changed is told apart from what the customer changed.

import type { BandSettings } from './decisions.ts';
import type { MetricChange, Part, Score, Trend } from './nouns.ts';
import { median, roundHalfAway } from './number.ts';

/** An earlier score as it was stored. */
export interface Earlier {
  readonly asOf: string;
  readonly value: number | null;
  readonly score: Score;
}
export interface TrendInput {
  readonly score: Score;
  readonly last: Earlier | null;
  readonly days7: Earlier | null;
  readonly days30: Earlier | null;
  /** The inputs of an earlier score, scored with the model of today. */
  readonly rescore: (earlier: Score) => Score;
  /** Business days of the last seven; fewer than three say nothing about a week. */
  readonly businessDaysOfWeek: () => number;
  readonly settings: BandSettings;
}

export const noTrend: Trend = {
  delta7d: null,
  delta30d: null,
  direction: null,
  dropAlert: false,
  changes: [],
  byModel: null,
  byVetoes: null,
  note: '',
};
const shortWeek = 3;

/** True when the score was made by another model, or another version of it. */
export function isOtherModel(a: Score['model'], b: Score['model']): boolean {
  return a.id !== b.id || a.hash !== b.hash;
}

export function trendOf(input: TrendInput): Trend {
  const { score, last, settings } = input;
  if (score.value === null) return noTrend;
  const week = input.days7 === null || input.businessDaysOfWeek() < shortWeek ? null : comparable(input, input.days7);
  const month = comparable(input, input.days30);
  const delta7d = week === null ? null : difference(score.value, week.value);
  const delta30d = month === null ? null : difference(score.value, month.value);
  // On the run in which the model changed nobody should be woken: the next comparison is fair again.
  const switched = last !== null && isOtherModel(last.score.model, score.model);
  const base = month ?? week ?? comparable(input, input.days7) ?? comparable(input, last);
  const changes = base === null ? [] : changesBetween(base.score, score);
  const byModel = base === null || !base.isOther ? null : difference(base.value, base.asStored);
  return {
    delta7d,
    delta30d,
    direction: delta30d === null ? null : directionOf(delta30d, settings.trendDeadZone),
    dropAlert:
      !switched &&
      ((delta30d !== null && delta30d <= -settings.dropAlert30d) ||
        (delta7d !== null && delta7d <= -settings.dropAlert7d)),
    changes,
    byModel,
    byVetoes: base === null ? null : roundHalfAway(vetoOf(score) - vetoOf(base.score), 1),
    note: '',
  };
}

interface Comparable {
  readonly score: Score;
  readonly value: number;
  /** What was stored then, by the model of then. */
  readonly asStored: number;
  readonly isOther: boolean;
}
function comparable(input: TrendInput, earlier: Earlier | null): Comparable | null {
  if (earlier === null || earlier.value === null) return null;
  const isOther = isOtherModel(earlier.score.model, input.score.model);
  const score = isOther ? input.rescore(earlier.score) : earlier.score;
  const value = isOther ? score.value : earlier.value;
  return value === null ? null : { score, value, asStored: earlier.value, isOther };
}
function difference(now: number, then: number): number {
  return roundHalfAway(now - then, 1);
}
function directionOf(delta: number, deadZone: number): Trend['direction'] {
  return Math.abs(delta) < deadZone ? 'flat' : delta > 0 ? 'up' : 'down';
}

/** Δ_i = points now − points then, for every metric of either score; biggest first. Σ Δ_i is the change of the raw score. */
export function changesBetween(before: Score, after: Score): readonly MetricChange[] {
  const changes = changesInPlace(before.parts, after.parts) ?? changesByName(before.parts, after.parts);
  return sortedBySize(changes);
}
/** In place, by insertion: a dozen changes of every account of a run. */
function sortedBySize(changes: MetricChange[]): readonly MetricChange[] {
  for (let index = 1; index < changes.length; index++) {
    const change = changes[index] as MetricChange;
    let at = index;
    for (; at > 0 && isBigger(change, changes[at - 1] as MetricChange); at--)
      changes[at] = changes[at - 1] as MetricChange;
    changes[at] = change;
  }
  return changes;
}
function isBigger(a: MetricChange, b: MetricChange): boolean {
  const [one, other] = [Math.abs(a.points), Math.abs(b.points)];
  return one > other || (one === other && a.metric < b.metric);
}
/** Scores of one model have their parts in one order; null where they have not. */
function changesInPlace(then: readonly Part[], now: readonly Part[]): MetricChange[] | null {
  if (then.length !== now.length) return null;
  let changes: MetricChange[] | null = null;
  for (let index = 0; index < now.length; index++) {
    const part = now[index] as Part;
    const earlier = then[index] as Part;
    if (earlier.metric !== part.metric) return null;
    const points = pointsOf(part) - pointsOf(earlier);
    if (points === 0) continue;
    changes ??= [];
    changes.push({ metric: part.metric, before: earlier.value, after: part.value, points });
  }
  return changes ?? [];
}
function changesByName(before: readonly Part[], after: readonly Part[]): MetricChange[] {
  const then = new Map(before.map((part) => [part.metric, part]));
  const now = new Map(after.map((part) => [part.metric, part]));
  const changes: MetricChange[] = [];
  for (const metric of new Set([...now.keys(), ...then.keys()])) {
    const points = pointsOf(now.get(metric)) - pointsOf(then.get(metric));
    if (points === 0) continue;
    changes.push({ metric, before: then.get(metric)?.value ?? null, after: now.get(metric)?.value ?? null, points });
  }
  return changes;
}
function pointsOf(part: Part | undefined): number {
  return part?.points ?? 0;
}

/** What caps and corrections add to the raw score (mostly: take from it). */
function vetoOf(score: Score): number {
  return score.value === null || score.raw === null ? 0 : score.value - roundHalfAway(score.raw, 1);
}

/**
 * Slope per day by Theil and Sen: the median of the slopes of all pairs, which one outlier cannot turn. Null below four points.
 */
export function theilSen(points: readonly { readonly day: number; readonly value: number }[]): number | null {
  if (points.length < 4) return null;
  const slopes: number[] = [];
  for (const [index, a] of points.entries())
    for (const b of points.slice(index + 1)) if (a.day !== b.day) slopes.push((b.value - a.value) / (b.day - a.day));
  return median(slopes);
}
