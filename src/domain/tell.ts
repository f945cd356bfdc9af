// The lines that a record shows of a score, written when they are shown: a run decides about many accounts and few of them are
// read. What a line says depends on nothing but the score, the trend and the words of the metrics.

import type { MetricDefinition } from './decisions.ts';
import type { Locale, Outcome, Part, Score, Trend } from './nouns.ts';
import { largestRemainder, roundHalfAway } from './number.ts';
import { changeNote, partText } from './reason-words.ts';
import { reasonPlaces, shownParts, tenthsLost } from './score.ts';
import { valueText } from './words.ts';

/** The words of one metric, in the language of the home. */
export interface MetricWords {
  readonly label: string;
  readonly expected: string;
  readonly unit: MetricDefinition['unit'];
}
export interface Wording {
  readonly locale: Locale;
  readonly metrics: ReadonlyMap<string, MetricWords>;
}

/** An outcome with the lines that its record shows: reasons, strengths, what changed. Lines that are there already stay. */
export function tellOutcome(outcome: Outcome, wording: Wording): Outcome {
  return { ...outcome, score: tellScore(outcome.score, wording), trend: tellTrend(outcome.trend, wording) };
}

/**
 * A score with the lines of its parts: those that a record can show, or all. Lines show tenths; the largest remainder makes
 * them add up to what the whole score shows as lost.
 */
export function tellScore(score: Score, wording: Wording, which: 'shown' | 'all' = 'shown'): Score {
  const { parts } = score;
  if (parts.length === 0 || parts.some(({ text }) => text !== '')) return score;
  const shown = which === 'all' ? null : shownParts(parts);
  const lost = tenthsLost(
    parts.map((part) => part.lost),
    score.raw,
  );
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  return {
    ...score,
    parts: parts.map((part, index) =>
      shown === null || shown.has(index)
        ? { ...part, text: lineOf(part, lost[index] ?? 0, whole === 0 ? 0 : part.weight / whole, wording) }
        : part,
    ),
  };
}
/** The reason lines of a score alone: caps that lowered it, then what costs most, then what is missing. At most three. */
export function reasonTexts(score: Score, wording: Wording): readonly string[] {
  const { parts } = score;
  const lost = tenthsLost(
    parts.map((part) => part.lost),
    score.raw,
  );
  let whole = 0;
  for (const { weight } of parts) whole += weight;
  const line = (place: number): string => {
    const part = parts[place] as Part;
    return part.text === ''
      ? lineOf(part, lost[place] ?? 0, whole === 0 ? 0 : part.weight / whole, wording)
      : part.text;
  };
  return reasonPlaces(score).map((reason) => (typeof reason === 'number' ? line(reason) : reason));
}
function lineOf(part: Part, lost: number, share: number, { metrics, locale }: Wording): string {
  const { metric, value, state, at } = part;
  const words = metrics.get(metric) ?? { label: metric, expected: '', unit: 'number' };
  const counts = part.normalised !== null;
  return partText({ ...words, value, state, at, counts, points: part.points ?? 0, lost, share }, locale);
}

const shownMovers = 3;
/** A trend with its note: the three biggest movers, then what caps and corrections moved, then what the model did. */
export function tellTrend(trend: Trend, wording: Wording): Trend {
  const note = trend.note === '' ? noteOf(trend, wording) : trend.note;
  return note === trend.note ? trend : { ...trend, note };
}
export function noteOf(trend: Pick<Trend, 'changes' | 'byModel' | 'byVetoes'>, { metrics, locale }: Wording): string {
  const { changes, byModel, byVetoes } = trend;
  const points = changes.map((change) => change.points);
  const total = roundHalfAway(
    points.reduce((sum, point) => sum + point, 0),
    1,
  );
  const moved = largestRemainder(points, total, 1)
    .flatMap((tenths, index) => {
      const change = changes[index];
      return change === undefined || tenths === 0 ? [] : [{ ...change, points: tenths }];
    })
    .slice(0, shownMovers)
    .map((change) => {
      const { label, unit } = metrics.get(change.metric) ?? { label: change.metric, unit: 'number' as const };
      return {
        label,
        before: valueText(change.before, unit, locale),
        after: valueText(change.after, unit, locale),
        points: change.points,
      };
    });
  return changeNote({ moved, vetoes: byVetoes ?? 0, byModel }, locale);
}
