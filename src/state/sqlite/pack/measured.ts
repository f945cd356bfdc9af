// The metrics and the score of an outcome as numbers: what they are called and how much they weigh is said by the shape.

import { dayFrom, dayNumber } from '../../../domain/calendar.ts';
import type { Metric, MetricState, Part, Score, Value } from '../../../domain/nouns.ts';
import type { Shape } from './shapes.ts';

/**
 * Per metric: value, state, days from the newest fact to the as-of day, detail where there is one. States and ages have a letter
 * per metric, since a text is read in one piece; ages that no letter tells stand beside it by place.
 */
export type PackedMetrics = readonly [
  values: readonly Value[],
  states: string,
  ages: string,
  otherAges: Readonly<Record<string, PackedDay>> | 0,
  details: Readonly<Record<string, Metric['detail']>> | 0,
];
/** Per part: effective weight and normalised value; its state where it is not the metric's. Points are their product. */
export type PackedParts = readonly [
  weights: readonly number[],
  normalised: readonly (number | null)[],
  states: Readonly<Record<string, MetricState>> | 0,
  dimensions: readonly (number | null)[],
];
/** What a score says besides its parts. */
export type PackedScore = readonly [
  value: number | null,
  raw: number | null,
  calculated: number | null,
  coverage: number,
  confidence: Score['confidence'],
  reason: string | null,
  caps: Score['caps'] | 0,
  override: Score['override'],
];
/** A day by its distance from the as-of day; what is no day stays as it is. */
export type PackedDay = number | string | null;

export function packedDay(day: string | null, today: number): PackedDay {
  if (day === null || day.length !== 10) return day;
  const number = dayNumber(day);
  return Number.isNaN(number) ? day : today - number;
}
export function dayOf(packed: PackedDay, today: number): string | null {
  return typeof packed === 'number' ? dayFrom(today - packed) : packed;
}

const letters: Readonly<Record<MetricState, string>> = {
  known: 'k',
  stale: 's',
  missing: 'm',
  not_applicable: 'n',
  silent: 'q',
};
const states = new Map(Object.entries(letters).map(([state, letter]) => [letter.charCodeAt(0), state as MetricState]));
function stateAt(told: string, index: number): MetricState {
  return states.get(told.charCodeAt(index)) ?? 'missing';
}

const noAge = '-';
const otherAge = ' ';
/** Ages of 0 to 43 days: the letters from `0` on, before the first that JSON has to escape. */
const firstAge = 48;
const mostLettersOfAge = 44;
function letterOfAge(packed: PackedDay): string {
  if (packed === null) return noAge;
  const isNear = typeof packed === 'number' && packed >= 0 && packed < mostLettersOfAge;
  return isNear ? String.fromCharCode(firstAge + packed) : otherAge;
}
function dayAt([, , ages, others]: PackedMetrics, index: number, today: number): string | null {
  const code = ages.charCodeAt(index);
  if (code >= firstAge) return dayFrom(today - (code - firstAge));
  return others === 0 ? null : dayOf(others[index] ?? null, today);
}

export function packedMetrics(metrics: readonly Metric[], today: number): PackedMetrics {
  let letterOf = '';
  let ages = '';
  let others: Record<string, PackedDay> | 0 = 0;
  let details: Record<string, Metric['detail']> | 0 = 0;
  const values: Value[] = new Array(metrics.length);
  for (let index = 0; index < metrics.length; index++) {
    const { value, state, at, detail } = metrics[index] as Metric;
    values[index] = value;
    letterOf += letters[state];
    const age = packedDay(at, today);
    const letter = letterOfAge(age);
    ages += letter;
    if (letter === otherAge) {
      if (others === 0) others = {};
      others[index] = age;
    }
    if (!isEmpty(detail)) {
      if (details === 0) details = {};
      details[index] = detail;
    }
  }
  return [values, letterOf, ages, others, details];
}
function isEmpty(detail: Metric['detail']): boolean {
  for (const _ in detail) return false;
  return true;
}
const noDetail: Metric['detail'] = {};

/** One metric of the outcome. */
export function metricFrom(packed: PackedMetrics, shape: Shape, index: number, today: number): Metric {
  const [values, told, , , details] = packed;
  const [name, from] = shape.metrics[index] as Shape['metrics'][number];
  return {
    name,
    value: values[index] ?? null,
    state: stateAt(told, index),
    at: dayAt(packed, index, today),
    from,
    detail: details === 0 ? noDetail : (details[index] ?? noDetail),
  };
}
/** All metrics of the outcome, in the order of the shape. */
export function metricsFrom(packed: PackedMetrics, shape: Shape, today: number): Metric[] {
  const metrics: Metric[] = new Array(shape.metrics.length);
  for (let index = 0; index < metrics.length; index++) metrics[index] = metricFrom(packed, shape, index, today);
  return metrics;
}
/** The metrics that were known, by name. */
export function knownFrom(packed: PackedMetrics, shape: Shape, today: number): Record<string, Metric> {
  const known: Record<string, Metric> = {};
  for (let index = 0; index < shape.metrics.length; index++) {
    if (stateAt(packed[1], index) !== 'known') continue;
    const metric = metricFrom(packed, shape, index, today);
    known[metric.name] = metric;
  }
  return known;
}

/** Null where parts are not made of the metrics in the usual way: a score of children, one that was carried on. */
export function packedParts(score: Score, metrics: readonly Metric[], shape: Shape): PackedParts | null {
  const { parts } = score;
  if (parts.length !== shape.parts.length) return null;
  let other: Record<string, MetricState> | 0 = 0;
  const weights: number[] = [];
  const normalised: (number | null)[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    const metric = metrics[shape.parts[index]?.[0] ?? -1];
    if (metric === undefined || metric.value !== part.value || metric.at !== part.at || part.text !== '') return null;
    if (!isProduct(part)) return null;
    weights.push(part.effectiveWeight);
    normalised.push(part.normalised);
    if (part.state !== metric.state) {
      if (other === 0) other = {};
      other[index] = part.state;
    }
  }
  return [weights, normalised, other, score.dimensions.map(({ value }) => value)];
}
function isProduct({ normalised, effectiveWeight, points, lost }: Part): boolean {
  if (normalised === null) return points === null && lost === 0;
  return points === effectiveWeight * normalised && lost === effectiveWeight - points;
}
export function packedScore(score: Score): PackedScore {
  const { value, raw, calculated, coverage, confidence, reason, caps, override } = score;
  return [value, raw, calculated, coverage, confidence, reason, caps.length === 0 ? 0 : caps, override];
}

const noCaps: Score['caps'] = [];
/** The score again; its metrics need not be made for it. */
export function scoreFrom(
  told: PackedScore,
  parts: PackedParts,
  metrics: PackedMetrics,
  shape: Shape,
  whose: { readonly account: string; readonly asOf: string; readonly today: number },
): Score {
  return {
    account: whose.account,
    asOf: whose.asOf,
    model: shape.model,
    value: told[0],
    raw: told[1],
    calculated: told[2],
    coverage: told[3],
    confidence: told[4],
    reason: told[5],
    dimensions: shape.dimensions.map(([name, weight], index) => ({ name, value: parts[3][index] ?? null, weight })),
    parts: partsFrom(parts, metrics, shape, whose.today),
    caps: told[6] === 0 ? noCaps : told[6],
    override: told[7],
  };
}
function partsFrom(
  [weights, normalised, other]: PackedParts,
  metrics: PackedMetrics,
  shape: Shape,
  today: number,
): Part[] {
  const [values, told] = metrics;
  const parts: Part[] = new Array(shape.parts.length);
  for (let index = 0; index < parts.length; index++) {
    const [place, dimension, weight] = shape.parts[index] as Shape['parts'][number];
    const effectiveWeight = weights[index] ?? 0;
    const share = normalised[index] ?? null;
    const points = share === null ? null : effectiveWeight * share;
    const state = stateAt(told, place);
    parts[index] = {
      metric: shape.metrics[place]?.[0] ?? '',
      dimension,
      value: values[place] ?? null,
      state: other === 0 ? state : (other[index] ?? state),
      at: dayAt(metrics, place, today),
      weight,
      effectiveWeight,
      normalised: share,
      points,
      lost: points === null ? 0 : effectiveWeight - points,
      text: '',
    };
  }
  return parts;
}
