// Metrics and a model → a score made of explained parts. Weights of missing metrics go to the rest of their dimension first,
// so that a dimension keeps its say; override before caps, because a cap is a veto. Rounded once, at the very end.

import { daysBetween } from './calendar.ts';
import { type CompiledCondition, type Depth, type Facts, told } from './condition.ts';
import type { MetricDefinition, ModelDefinition, Scorecard } from './decisions.ts';
import { type Circumstances, type Counted, count } from './missing.ts';
import type { Normalise } from './normalise.ts';
import type {
  Cap,
  Confidence,
  DimensionScore,
  Fields,
  Locale,
  Metric,
  ModelRef,
  Override,
  Part,
  Score,
} from './nouns.ts';
import { clamp, largestRemainder, roundHalfAway } from './number.ts';
import { capText, partText, scoreReason } from './reason-words.ts';

/** A model with everything about its metrics at hand; made once per configuration. */
export interface CompiledModel {
  readonly definition: ModelDefinition;
  readonly ref: ModelRef;
  /** Null: fits every account. */
  readonly when: CompiledCondition | null;
  readonly metrics: readonly ModelMetric[];
  /** In the order of the model. */
  readonly dimensionList: readonly { readonly name: string; readonly weight: number }[];
  /** Sum of all weights; 100 where `check` was listened to. */
  readonly whole: number;
}
export interface ModelMetric {
  readonly name: string;
  /** Its place in the list of definitions, which is the order of an account's metrics. */
  readonly index: number;
  /** The place of its dimension among the dimensions of the model. */
  readonly dimensionIndex: number;
  readonly dimension: string;
  readonly weight: number;
  readonly definition: MetricDefinition;
  readonly normalise: Normalise;
  /** In the language of the home. */
  readonly label: string;
  readonly expected: string;
}
export interface CompiledCap {
  readonly name: string;
  readonly when: CompiledCondition;
  readonly limit: number;
  readonly text: (facts: Facts) => string;
}

/** A score before override and caps. */
export interface RawScore {
  /** Σ points, unrounded; null where nothing is present. */
  readonly raw: number | null;
  readonly coverage: number;
  readonly confidence: Confidence;
  readonly parts: readonly Part[];
  readonly dimensions: readonly DimensionScore[];
  /** Label of a metric without which the admin wants no score. */
  readonly forbiddenBy: string | null;
}

/** The first model whose condition says yes; unknown does not fit. */
export function chooseModel(models: readonly CompiledModel[], facts: Facts): CompiledModel | null {
  return models.find((model) => model.when === null || model.when.answer(facts) === 'yes') ?? null;
}

/**
 * Dimension d: s_d = Σ w·n / Σ w over its present metrics. Whole: Σ W_d·s_d / Σ W_d over dimensions with a present metric,
 * times 100. Written as parts: the effective weight of metric i is w_i · (W_d / Σ w present in d) · (100 / Σ W_d).
 */
export function scoreMetrics(
  model: CompiledModel,
  metrics: readonly (Metric | undefined)[],
  now: Circumstances,
  scorecard: Pick<Scorecard, 'coverage' | 'requiredDimension'>,
  locale: Locale,
  depth: Depth = 'explained',
): RawScore {
  const { metrics: weighed, dimensionList } = model;
  const entries: Counted[] = [];
  const presentIn: number[] = dimensionList.map(() => 0);
  const isPresent: boolean[] = dimensionList.map(() => false);
  const gained: number[] = dimensionList.map(() => 0);
  let covered = 0;
  let forbiddenBy: string | null = null;
  for (const metric of weighed) {
    const counted = count(metrics[metric.index] ?? absent(metric.name), metric.definition, metric.normalise, now);
    entries.push(counted);
    covered += metric.weight * counted.covered;
    if (counted.forbids) forbiddenBy ??= metric.label;
    if (counted.normalised === null) continue;
    const at = metric.dimensionIndex;
    isPresent[at] = true;
    presentIn[at] = (presentIn[at] as number) + metric.weight;
    gained[at] = (gained[at] as number) + metric.weight * counted.normalised;
  }
  let presentWeight = 0;
  for (const [index, { weight }] of dimensionList.entries()) if (isPresent[index]) presentWeight += weight;

  let raw: number | null = null;
  const parts: Writable<Part>[] = [];
  for (let index = 0; index < weighed.length; index++) {
    const metric = weighed[index] as ModelMetric;
    const counted = entries[index] as Counted;
    const measured = metrics[metric.index];
    const { normalised } = counted;
    let effectiveWeight = 0;
    let points: number | null = null;
    let lost = 0;
    if (normalised !== null) {
      const at = metric.dimensionIndex;
      const inDimension = (dimensionList[at]?.weight ?? 0) / (presentIn[at] as number);
      effectiveWeight = metric.weight * inDimension * (100 / presentWeight);
      points = effectiveWeight * normalised;
      raw = (raw ?? 0) + points;
      lost = effectiveWeight - points;
    }
    parts.push({
      metric: metric.name,
      dimension: metric.dimension,
      value: measured?.value ?? null,
      state: counted.state,
      at: measured?.at ?? null,
      weight: metric.weight,
      effectiveWeight,
      normalised,
      points,
      lost,
      text: '',
    });
  }
  addTexts(parts, model, raw, locale, depth);

  const coverage = model.whole === 0 ? 0 : roundHalfAway(covered / model.whole, 4);
  const { requiredDimension } = scorecard;
  const lacksRequired =
    requiredDimension !== null &&
    !dimensionList.some(({ name }, index) => name === requiredDimension && isPresent[index] === true);
  return {
    raw,
    coverage,
    confidence: confidenceOf(coverage, scorecard.coverage, lacksRequired),
    parts,
    dimensions: dimensionList.map(({ name, weight }, index) => {
      const value = isPresent[index]
        ? roundHalfAway((100 * (gained[index] as number)) / (presentIn[index] as number), 1)
        : null;
      return { name, value, weight };
    }),
    forbiddenBy,
  };
}
type Writable<T> = { -readonly [K in keyof T]: T[K] };
function absent(name: string): Metric {
  return { name, value: null, state: 'missing', at: null, from: [], detail: {} };
}

/**
 * Lines show tenths; the largest remainder makes them add up to what the whole score shows as lost. In brief only the lines
 * that a record can show are written: what costs most, what carries most, what is missing.
 */
function addTexts(
  parts: readonly Writable<Part>[],
  model: CompiledModel,
  raw: number | null,
  locale: Locale,
  depth: Depth,
): void {
  const lost = tenthsLost(
    parts.map((part) => part.lost),
    raw,
  );
  const write = (part: Writable<Part>): void => {
    const index = parts.indexOf(part);
    const { label, definition, expected, weight } = model.metrics[index] as ModelMetric;
    part.text = partText(
      {
        label,
        value: part.value,
        state: part.state,
        at: part.at,
        unit: definition.unit,
        expected,
        counts: part.normalised !== null,
        points: part.points ?? 0,
        lost: lost[index] ?? 0,
        share: model.whole === 0 ? 0 : weight / model.whole,
      },
      locale,
    );
  };
  if (depth === 'explained') parts.forEach(write);
  else {
    bestOf(parts, costs, comparedByLoss, shownReasons).forEach(write);
    bestOf(parts, isGone, comparedByWeight, shownReasons).forEach(write);
    bestOf(parts, carries, comparedByPoints, shownStrengths).forEach((part) => {
      if (part.text === '') write(part);
    });
  }
}
/** Lost points in tenths that add up to 100 minus the rounded raw score. */
export function tenthsLost(lost: readonly number[], raw: number | null): number[] {
  return raw === null ? lost.map(() => 0) : largestRemainder(lost, roundHalfAway(100 - roundHalfAway(raw, 1), 1), 1);
}

/** From coverage; at most low without the required dimension. */
export function confidenceOf(coverage: number, limits: Scorecard['coverage'], lacksRequired: boolean): Confidence {
  if (coverage < limits.none) return 'none';
  if (coverage < limits.low || lacksRequired) return 'low';
  return coverage < limits.medium ? 'medium' : 'high';
}

/** What a score is made of besides its parts. */
export interface ScoreContext {
  readonly account: string;
  readonly asOf: string;
  readonly model: ModelRef;
  readonly attributes: Fields;
  /** Facts that caps read: metrics, attributes, dimensions. */
  readonly facts: Facts;
  readonly caps: readonly CompiledCap[];
  readonly scorecard: Scorecard;
  readonly locale: Locale;
  readonly depth: Depth;
}

/** Override, then caps, then 0..100, then one decimal. Without enough data there is no value, but parts and caps are told. */
export function finishScore(raw: RawScore, context: ScoreContext): Score {
  const { scorecard, locale } = context;
  const override = overrideOf(context.attributes, scorecard.override, context.asOf);
  const reason = reasonForNone(raw, scorecard, locale);
  const matching = context.caps.filter((cap) => cap.when.answer(context.facts) === 'yes');
  const lowest = matching.reduce((limit, cap) => Math.min(limit, cap.limit), Number.POSITIVE_INFINITY);
  const moved = raw.raw === null ? null : raw.raw + (override?.delta ?? 0);
  const value = reason !== null || moved === null ? null : roundHalfAway(clamp(Math.min(moved, lowest), 0, 100), 1);
  const isLowered = value !== null && moved !== null && moved > lowest;
  return {
    account: context.account,
    asOf: context.asOf,
    model: context.model,
    value,
    raw: raw.raw,
    calculated: reason !== null || raw.raw === null ? null : roundHalfAway(raw.raw, 1),
    coverage: raw.coverage,
    confidence: reason === null ? raw.confidence : 'none',
    reason,
    dimensions: raw.dimensions,
    parts: raw.parts,
    caps: matching
      .map(
        (cap): Cap => ({
          name: cap.name,
          limit: cap.limit,
          applied: isLowered && cap.limit === lowest,
          text: capText(cap.limit, cap.text(context.facts), locale),
          trace: told(cap.when, context.facts, context.depth),
        }),
      )
      .sort((a, b) => a.limit - b.limit || (a.name < b.name ? -1 : 1)),
    override,
  };
}

function reasonForNone(raw: RawScore, scorecard: Scorecard, locale: Locale): string | null {
  if (raw.forbiddenBy !== null) return scoreReason('forbidden', { label: raw.forbiddenBy }, locale);
  if (raw.raw === null || raw.coverage < scorecard.coverage.none)
    return scoreReason('coverage', { coverage: raw.coverage, needs: scorecard.coverage.none }, locale);
  return null;
}

/** A correction by hand: only with a reason and an end that is not over and not too far away; cut to its limit. */
export function overrideOf(attributes: Fields, rule: Scorecard['override'], asOf: string): Override | null {
  if (rule === null) return null;
  const [delta, reason, until] = [attributes[rule.value], attributes[rule.reason], attributes[rule.until]];
  if (typeof delta !== 'number' || delta === 0 || Number.isNaN(delta)) return null;
  if (typeof reason !== 'string' || reason.trim() === '' || typeof until !== 'string') return null;
  const left = daysBetween(asOf, until);
  if (!(left >= 0 && left <= rule.maxDays)) return null;
  return { delta: clamp(delta, -rule.limit, rule.limit), reason, until: until.slice(0, 10) };
}

/** A score that is not made: outside of the population, or of a model that only keeps what was. */
export function noScore(context: Pick<ScoreContext, 'account' | 'asOf' | 'model'>, reason: string): Score {
  return {
    account: context.account,
    asOf: context.asOf,
    model: context.model,
    value: null,
    raw: null,
    calculated: null,
    coverage: 0,
    confidence: 'none',
    reason,
    dimensions: [],
    parts: [],
    caps: [],
    override: null,
  };
}

const shownReasons = 3;
const shownStrengths = 2;
type Ranked = Pick<Part, 'points' | 'lost' | 'weight' | 'metric'>;
function comparedByName(a: Pick<Part, 'metric'>, b: Pick<Part, 'metric'>): number {
  return a.metric < b.metric ? -1 : 1;
}
function comparedByLoss(a: Ranked, b: Ranked): number {
  return b.lost - a.lost || comparedByWeight(a, b);
}
function comparedByWeight(a: Pick<Part, 'weight' | 'metric'>, b: Pick<Part, 'weight' | 'metric'>): number {
  return b.weight - a.weight || comparedByName(a, b);
}
function comparedByPoints(a: Ranked, b: Ranked): number {
  return (b.points ?? 0) - (a.points ?? 0) || comparedByName(a, b);
}
function costs(part: Part): boolean {
  return part.points !== null && roundHalfAway(part.lost, 1) > 0;
}
function isGone(part: Part): boolean {
  return part.points === null && part.state !== 'not_applicable';
}
/** The parts that carry a score: at least two thirds of them were earned. */
function carries(part: Part): boolean {
  return part.points !== null && (part.normalised ?? 0) >= 2 / 3 && part.points > 0;
}
/** The first so many of those that fit, in order. Few of many are wanted, so they are picked and not sorted. */
function bestOf<T>(
  parts: readonly T[],
  fits: (part: T) => boolean,
  compare: (a: T, b: T) => number,
  most: number,
): readonly T[] {
  const best: T[] = [];
  for (const part of parts) {
    if (!fits(part)) continue;
    let at = best.length;
    while (at > 0 && compare(part, best[at - 1] as T) < 0) at--;
    if (at >= most) continue;
    best.splice(at, 0, part);
    if (best.length > most) best.length = most;
  }
  return best;
}

/** Parts that count by what they cost: lost points, then weight, then name. */
export function byLoss<T extends Ranked>(parts: readonly T[]): readonly T[] {
  return parts.filter((part) => part.points !== null).sort(comparedByLoss);
}

/** Up to three reason lines: caps that lowered the score, then lost points, then missing data. */
export function reasonLines(score: Score, most = shownReasons): readonly string[] {
  const caps = score.caps.filter((cap) => cap.applied).map((cap) => cap.text);
  const lost = bestOf(score.parts, costs, comparedByLoss, most);
  const gone = bestOf(score.parts, isGone, comparedByWeight, most);
  return [...caps, ...lost.map((part) => part.text), ...gone.map((part) => part.text)].slice(0, most);
}
/** The parts that carry the score: most points first, and only where at least two thirds of them were earned. */
export function strongest(score: Score, most = shownStrengths): readonly Part[] {
  return bestOf(score.parts, carries, comparedByPoints, most);
}
