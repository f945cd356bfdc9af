// Metrics and a model → a score made of explained parts. Weights of missing metrics go to the rest of their dimension first,
// so that a dimension keeps its say; override before caps, because a cap is a veto. Rounded once, at the very end.

import { daysBetween } from './calendar.ts';
import type { CompiledCondition, Facts } from './condition.ts';
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
  /** Dimension → weight, in the order of the model. */
  readonly dimensions: ReadonlyMap<string, number>;
  /** Sum of all weights; 100 where `check` was listened to. */
  readonly whole: number;
}
export interface ModelMetric {
  readonly name: string;
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
  metrics: ReadonlyMap<string, Metric>,
  now: Circumstances,
  scorecard: Pick<Scorecard, 'coverage' | 'requiredDimension'>,
  locale: Locale,
): RawScore {
  const entries = model.metrics.map((metric) => {
    const measured = metrics.get(metric.name) ?? absent(metric.name);
    return { metric, measured, counted: count(measured, metric.definition, metric.normalise, now) };
  });
  const presentIn = new Map<string, number>();
  let covered = 0;
  for (const { metric, counted } of entries) {
    covered += metric.weight * counted.covered;
    if (counted.normalised !== null)
      presentIn.set(metric.dimension, (presentIn.get(metric.dimension) ?? 0) + metric.weight);
  }
  let presentWeight = 0;
  for (const dimension of presentIn.keys()) presentWeight += model.dimensions.get(dimension) ?? 0;

  const gained = new Map<string, number>();
  let raw: number | null = null;
  const bare: BarePart[] = entries.map(({ metric, measured, counted }) => {
    const { normalised } = counted;
    if (normalised === null) return { metric, measured, counted, effectiveWeight: 0, points: null, lost: 0 };
    const inDimension = (model.dimensions.get(metric.dimension) ?? 0) / (presentIn.get(metric.dimension) ?? 1);
    const effectiveWeight = metric.weight * inDimension * (100 / presentWeight);
    const points = effectiveWeight * normalised;
    raw = (raw ?? 0) + points;
    gained.set(metric.dimension, (gained.get(metric.dimension) ?? 0) + metric.weight * normalised);
    return { metric, measured, counted, effectiveWeight, points, lost: effectiveWeight - points };
  });

  const coverage = model.whole === 0 ? 0 : roundHalfAway(covered / model.whole, 4);
  const { requiredDimension } = scorecard;
  const lacksRequired = requiredDimension !== null && !presentIn.has(requiredDimension);
  const forbidding = entries.find(({ counted }) => counted.forbids);
  return {
    raw,
    coverage,
    confidence: confidenceOf(coverage, scorecard.coverage, lacksRequired),
    parts: withTexts(bare, raw, model.whole, locale),
    dimensions: [...model.dimensions].map(([name, weight]) => {
      const present = presentIn.get(name);
      const value = present === undefined ? null : roundHalfAway((100 * (gained.get(name) ?? 0)) / present, 1);
      return { name, value, weight };
    }),
    forbiddenBy: forbidding?.metric.label ?? null,
  };
}
interface BarePart {
  readonly metric: ModelMetric;
  readonly measured: Metric;
  readonly counted: Counted;
  readonly effectiveWeight: number;
  readonly points: number | null;
  readonly lost: number;
}
function absent(name: string): Metric {
  return { name, value: null, state: 'missing', at: null, from: [], detail: {} };
}

/** Lines show tenths; the largest remainder makes them add up to what the whole score shows as lost. */
function withTexts(bare: readonly BarePart[], raw: number | null, whole: number, locale: Locale): readonly Part[] {
  const lost = tenthsLost(
    bare.map((part) => part.lost),
    raw,
  );
  return bare.map(({ metric, measured, counted, effectiveWeight, points, lost: exact }, index) => ({
    metric: metric.name,
    dimension: metric.dimension,
    value: measured.value,
    state: counted.state,
    at: measured.at,
    weight: metric.weight,
    effectiveWeight,
    normalised: counted.normalised,
    points,
    lost: exact,
    text: partText(
      {
        label: metric.label,
        value: measured.value,
        state: counted.state,
        at: measured.at,
        unit: metric.definition.unit,
        expected: metric.expected,
        counts: counted.normalised !== null,
        points: points ?? 0,
        lost: lost[index] ?? 0,
        share: whole === 0 ? 0 : metric.weight / whole,
      },
      locale,
    ),
  }));
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
}

/** Override, then caps, then 0..100, then one decimal. Without enough data there is no value, but parts and caps are told. */
export function finishScore(raw: RawScore, context: ScoreContext): Score {
  const { scorecard, locale } = context;
  const override = overrideOf(context.attributes, scorecard.override, context.asOf);
  const reason = reasonForNone(raw, scorecard, locale);
  const matching = context.caps
    .map((cap) => ({ cap, answer: cap.when.answer(context.facts) }))
    .filter(({ answer }) => answer === 'yes');
  const lowest = matching.reduce((limit, { cap }) => Math.min(limit, cap.limit), Number.POSITIVE_INFINITY);
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
        ({ cap }): Cap => ({
          name: cap.name,
          limit: cap.limit,
          applied: isLowered && cap.limit === lowest,
          text: capText(cap.limit, cap.text(context.facts), locale),
          trace: cap.when.trace(context.facts),
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

/** Parts that count by what they cost: lost points, then weight, then name. */
export function byLoss<T extends Pick<Part, 'points' | 'lost' | 'weight' | 'metric'>>(
  parts: readonly T[],
): readonly T[] {
  return parts
    .filter((part) => part.points !== null)
    .sort((a, b) => b.lost - a.lost || b.weight - a.weight || (a.metric < b.metric ? -1 : 1));
}

/** Up to three reason lines: caps that lowered the score, then lost points, then missing data. */
export function reasonLines(score: Score, most = 3): readonly string[] {
  const caps = score.caps.filter((cap) => cap.applied).map((cap) => cap.text);
  const lost = byLoss(score.parts).filter((part) => roundHalfAway(part.lost, 1) > 0);
  const gone = score.parts
    .filter((part) => part.points === null && part.state !== 'not_applicable')
    .sort((a, b) => b.weight - a.weight || (a.metric < b.metric ? -1 : 1));
  return [...caps, ...lost.map((part) => part.text), ...gone.map((part) => part.text)].slice(0, most);
}
/** The parts that carry the score: most points first, and only where at least two thirds of them were earned. */
export function strongest(score: Score, most = 2): readonly Part[] {
  return score.parts
    .filter((part) => part.points !== null && (part.normalised ?? 0) >= 2 / 3 && part.points > 0)
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0) || (a.metric < b.metric ? -1 : 1))
    .slice(0, most);
}
