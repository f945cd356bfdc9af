// Metrics and a model → a score made of explained parts. Weights of missing metrics go to the rest of their dimension first,
// so that a dimension keeps its say; override before caps, because a cap is a veto. Rounded once, at the very end.

import { daysBetween } from './calendar.ts';
import { type CompiledCondition, type Depth, type Facts, told } from './condition.ts';
import type { MetricDefinition, ModelDefinition, Scorecard } from './decisions.ts';
import { type Circumstances, count } from './missing.ts';
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
import { capText, scoreReason } from './reason-words.ts';
import { shareInGroups, type WeightTree } from './weight-tree.ts';

/** A model with everything about its metrics at hand; made once per configuration. */
export interface CompiledModel {
  readonly definition: ModelDefinition;
  readonly ref: ModelRef;
  /** Null: fits every account. */
  readonly when: CompiledCondition | null;
  readonly metrics: readonly ModelMetric[];
  /** In the order of the model. */
  readonly dimensionList: readonly ModelDimension[];
  /** The groups inside of its dimensions; null where it has none. */
  readonly tree: WeightTree | null;
  /** Sum of all weights; 100 where `check` was listened to. */
  readonly whole: number;
}
export interface ModelDimension {
  readonly name: string;
  readonly weight: number;
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
 * times 100. Written as parts: the effective weight of metric i is w_i · (W_d / Σ w present in d) · (100 / Σ W_d). Where metrics
 * stand in groups, what is missing goes to the rest of its group first (weight-tree.ts).
 */
export function scoreMetrics(
  model: CompiledModel,
  metrics: readonly (Metric | undefined)[],
  now: Circumstances,
  scorecard: Pick<Scorecard, 'coverage' | 'requiredDimension'>,
): RawScore {
  const { metrics: weighed, dimensionList } = model;
  const many = dimensionList.length;
  const presentIn = sums(presentBook, many);
  const gained = sums(gainedBook, many);
  const isPresent = new Array<boolean>(many).fill(false);
  const parts: Writable<Part>[] = new Array(weighed.length);
  let covered = 0;
  let forbiddenBy: string | null = null;
  for (let index = 0; index < weighed.length; index++) {
    const metric = weighed[index] as ModelMetric;
    const measured = metrics[metric.index] ?? absent;
    const counted = count(measured, metric.definition, metric.normalise, now);
    const { normalised } = counted;
    covered += metric.weight * counted.covered;
    if (counted.forbids) forbiddenBy ??= metric.label;
    if (normalised !== null) {
      const at = metric.dimensionIndex;
      isPresent[at] = true;
      presentIn[at] = (presentIn[at] as number) + metric.weight;
      gained[at] = (gained[at] as number) + metric.weight * normalised;
    }
    parts[index] = {
      metric: metric.name,
      dimension: metric.dimension,
      value: measured.value,
      state: counted.state,
      at: measured.at,
      weight: metric.weight,
      effectiveWeight: 0,
      normalised,
      points: null,
      lost: 0,
      text: '',
    };
  }
  let presentWeight = 0;
  for (let at = 0; at < many; at++) if (isPresent[at]) presentWeight += dimensionList[at]?.weight ?? 0;

  if (model.tree !== null) shareByTree(model.tree, model, parts, presentWeight);
  let raw = 0;
  let isKnown = false;
  for (let index = 0; index < weighed.length; index++) {
    const metric = weighed[index] as ModelMetric;
    const part = parts[index] as Writable<Part>;
    if (part.normalised === null) continue;
    const at = metric.dimensionIndex;
    if (model.tree === null) {
      const inDimension = (dimensionList[at]?.weight ?? 0) / (presentIn[at] as number);
      part.effectiveWeight = metric.weight * inDimension * (100 / presentWeight);
    }
    const { effectiveWeight } = part;
    const points = effectiveWeight * part.normalised;
    part.points = points;
    part.lost = effectiveWeight - points;
    raw += points;
    isKnown = true;
  }

  const coverage = model.whole === 0 ? 0 : roundHalfAway(covered / model.whole, 4);
  const { requiredDimension } = scorecard;
  const dimensions: DimensionScore[] = new Array(many);
  let lacksRequired = requiredDimension !== null;
  for (let at = 0; at < many; at++) {
    const { name, weight } = dimensionList[at] as ModelDimension;
    if (isPresent[at] && name === requiredDimension) lacksRequired = false;
    const of100 =
      model.tree === null
        ? (100 * (gained[at] as number)) / (presentIn[at] as number)
        : valueOfDimension(parts, weighed, at);
    dimensions[at] = { name, value: isPresent[at] ? roundHalfAway(of100, 1) : null, weight };
  }
  return {
    raw: isKnown ? raw : null,
    coverage,
    confidence: confidenceOf(coverage, scorecard.coverage, lacksRequired),
    parts,
    dimensions,
    forbiddenBy,
  };
}
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Sets the effective weights of a model with groups. */
function shareByTree(
  tree: WeightTree,
  { metrics, dimensionList }: CompiledModel,
  parts: readonly Writable<Part>[],
  presentWeight: number,
): void {
  const given = metrics.map(({ weight, dimensionIndex }, index) => {
    return { weight, dimensionIndex, isPresent: (parts[index]?.normalised ?? null) !== null };
  });
  const ofDimension = dimensionList.map(({ weight }) => (weight * 100) / presentWeight);
  const factors = shareInGroups(tree, given, ofDimension);
  for (const [index, { weight, dimensionIndex, isPresent }] of given.entries()) {
    if (!isPresent) continue;
    const group = tree.groupOf[index] ?? -1;
    const factor = group < 0 ? factors.dimension[dimensionIndex] : factors.group[group];
    (parts[index] as Writable<Part>).effectiveWeight = weight * (factor ?? 0);
  }
}
/** 0..100 for one dimension of a model with groups: the points of its parts by what they could have been. */
function valueOfDimension(parts: readonly Part[], metrics: readonly ModelMetric[], dimensionIndex: number): number {
  let points = 0;
  let whole = 0;
  for (const [index, part] of parts.entries()) {
    if (metrics[index]?.dimensionIndex !== dimensionIndex || part.points === null) continue;
    points += part.points;
    whole += part.effectiveWeight;
  }
  return (100 * points) / whole;
}
// Sums by dimension while one score is made; nothing is kept in them from one call to the next.
const presentBook: number[] = [];
const gainedBook: number[] = [];
function sums(book: number[], many: number): number[] {
  for (let index = 0; index < many; index++) book[index] = 0;
  return book;
}
const absent: Metric = { name: '', value: null, state: 'missing', at: null, from: [], detail: {} };

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
  let matching = noMatch;
  let lowest = Number.POSITIVE_INFINITY;
  for (const cap of context.caps) {
    if (cap.when.answer(context.facts) !== 'yes') continue;
    matching = [...matching, cap];
    lowest = Math.min(lowest, cap.limit);
  }
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
    caps: matching.length === 0 ? noCaps : capsOf(matching, isLowered ? lowest : null, context),
    override,
  };
}
function capsOf(matching: readonly CompiledCap[], applied: number | null, context: ScoreContext): readonly Cap[] {
  const { facts, depth, locale } = context;
  return matching
    .map(({ name, limit, text, when }): Cap => {
      const line = capText(limit, text(facts), locale);
      return { name, limit, applied: limit === applied, text: line, trace: told(when, facts, depth) };
    })
    .sort(byLimit);
}
const noMatch: readonly CompiledCap[] = [];
const noCaps: readonly Cap[] = [];
function byLimit(a: Cap, b: Cap): number {
  return a.limit - b.limit || (a.name < b.name ? -1 : 1);
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
/** Places of the parts whose lines a record can show: what costs most, what is missing, what carries most. */
export function shownParts(parts: readonly Part[]): ReadonlySet<number> {
  return new Set([
    ...bestOf(parts, costs, comparedByLoss, shownReasons),
    ...bestOf(parts, isGone, comparedByWeight, shownReasons),
    ...bestOf(parts, carries, comparedByPoints, shownStrengths),
  ]);
}

/** Places of the first so many of those that fit, in order. Few of many are wanted, so they are picked and not sorted. */
function bestOf(
  parts: readonly Part[],
  fits: (part: Part) => boolean,
  compare: (a: Part, b: Part) => number,
  most: number,
): readonly number[] {
  const best: number[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    if (!fits(part)) continue;
    let at = best.length;
    while (at > 0 && compare(part, parts[best[at - 1] as number] as Part) < 0) at--;
    if (at >= most) continue;
    if (best.length < most) best.push(index);
    for (let after = best.length - 1; after > at; after--) best[after] = best[after - 1] as number;
    best[at] = index;
  }
  return best;
}
/** Parts that count by what they cost: lost points, then weight, then name. */
export function byLoss<T extends Ranked>(parts: readonly T[]): readonly T[] {
  return parts.filter((part) => part.points !== null).sort(comparedByLoss);
}

/** What stands in a score's reasons, in order: the texts of caps, and places of parts. */
export function reasonPlaces(score: Score, most = shownReasons): readonly (string | number)[] {
  const { parts } = score;
  const caps = score.caps.filter((cap) => cap.applied).map((cap) => cap.text);
  const lost = bestOf(parts, costs, comparedByLoss, most);
  const room = most - caps.length - lost.length;
  const gone = room > 0 ? bestOf(parts, isGone, comparedByWeight, room) : [];
  return [...caps, ...lost, ...gone].slice(0, most);
}
/** Up to three reason lines: caps that lowered the score, then lost points, then missing data. */
export function reasonLines(score: Score, most = shownReasons): readonly string[] {
  return reasonPlaces(score, most).map((reason) =>
    typeof reason === 'number' ? (score.parts[reason]?.text ?? '') : reason,
  );
}
/** The parts that carry the score: most points first, and only where at least two thirds of them were earned. */
export function strongest(score: Score, most = shownStrengths): readonly Part[] {
  return bestOf(score.parts, carries, comparedByPoints, most).flatMap((place) => score.parts[place] ?? []);
}
