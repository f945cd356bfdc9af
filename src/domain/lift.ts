// The way up: which single changes would lift an account to the next band, cheapest first. The edge is the one that applies
// to the present band, hysteresis included; gains are counted with the weights this account really has today.

import { edgeOf } from './band.ts';
import type { BandSettings, MetricDefinition, Normaliser } from './decisions.ts';
import type { Band, Lift, Locale, Part, Score, Value } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { noPeers, type Peers } from './peers.ts';
import { capLiftText, liftText } from './reason-words.ts';
import type { CompiledModel, ModelMetric } from './score.ts';

export interface LiftInput {
  readonly score: Score;
  readonly band: Band;
  readonly model: CompiledModel;
  readonly settings: BandSettings;
  readonly locale: Locale;
  readonly peers?: Peers;
  /** Steps told at most. */
  readonly most?: number;
}

/** The score an account needs for the next band, and what it lacks; null for green and where there is no score. */
export function gapToNextBand(
  value: number | null,
  band: Band,
  settings: BandSettings,
): { readonly edge: number; readonly gap: number; readonly band: 'yellow' | 'green' } | null {
  if (value === null || (band !== 'yellow' && band !== 'red')) return null;
  const next = band === 'red' ? 'yellow' : 'green';
  const edge = edgeOf(next, 'up', settings);
  return { edge, gap: Math.max(0, roundHalfAway(edge - value, 1)), band: next };
}

/**
 * Steps that gain something. A cap comes first: until its cause is gone nothing else can lift the score above it. Then the
 * steps that are enough alone, the smallest move on the metric's own scale first; then the others by gain.
 */
export function liftOf(input: LiftInput): readonly Lift[] {
  const { score, model, locale } = input;
  const target = gapToNextBand(score.value, input.band, input.settings);
  if (target === null || score.value === null || score.raw === null) return [];
  const uncapped = score.raw + (score.override?.delta ?? 0);
  const limits = score.caps.map((cap) => cap.limit);
  const lowest = Math.min(Number.POSITIVE_INFINITY, ...limits);
  const capSteps = uncapped > lowest ? capLifts(score, uncapped, target.edge, locale) : [];
  // Points needed so that the stored value of one decimal reaches the edge.
  const needed = target.edge - 0.05 - uncapped;
  const steps: Step[] = [];
  for (const metric of model.metrics) {
    const part = score.parts.find((candidate) => candidate.metric === metric.name);
    if (part === undefined || part.normalised === null || part.effectiveWeight <= 0 || !canAct(metric.definition))
      continue;
    const step = stepFor(metric, part, needed, input.peers ?? noPeers);
    if (step !== null) steps.push(step);
  }
  const isEnough = (step: Step): boolean => step.gain >= needed && target.edge <= lowest;
  steps.sort(
    (a, b) =>
      Number(isEnough(b)) - Number(isEnough(a)) ||
      (isEnough(a) ? a.move - b.move : b.gain - a.gain) ||
      (a.metric.name < b.metric.name ? -1 : 1),
  );
  return [
    ...capSteps,
    ...steps.map((step): Lift => {
      const { definition, label } = step.metric;
      const gain = roundHalfAway(step.gain, 1);
      return {
        metric: step.metric.name,
        from: step.from,
        to: step.to,
        gain,
        enough: isEnough(step),
        text: liftText({ label, from: step.from, to: step.to, unit: definition.unit, gain }, locale),
      };
    }),
  ].slice(0, input.most ?? 5);
}

function capLifts(score: Score, uncapped: number, edge: number, locale: Locale): readonly Lift[] {
  return score.caps
    .filter((cap) => cap.applied)
    .map((cap) => {
      const rest = Math.min(uncapped, ...score.caps.filter((other) => other !== cap).map((other) => other.limit));
      const after = roundHalfAway(Math.min(100, rest), 1);
      const gain = roundHalfAway(after - (score.value ?? 0), 1);
      return {
        metric: `cap_${cap.name}`,
        from: true,
        to: false,
        gain,
        enough: after >= edge,
        text: capLiftText(cap.text, gain, locale),
      };
    });
}

interface Step {
  readonly metric: ModelMetric;
  readonly from: Value;
  readonly to: Value;
  readonly gain: number;
  /** How far on the metric's own scale, 0..1. */
  readonly move: number;
}
/** Nobody can make a customer older or a renewal come later. */
function canAct(definition: MetricDefinition): boolean {
  return !['days_until', 'months_since', 'constant'].includes(definition.measure.kind);
}

/** The first value that gives what is needed, else the best one; a fresh value, so age takes nothing from it. */
function stepFor(metric: ModelMetric, part: Part, needed: number, peers: Peers): Step | null {
  const now = part.normalised ?? 0;
  const normaliser = metric.definition.normalise;
  if (normaliser === null || now >= 1) return null;
  const wanted = now + needed / part.effectiveWeight;
  const value = typeof part.value === 'number' || typeof part.value === 'boolean' ? Number(part.value) : null;
  const to = targetOf(normaliser, wanted, value, metric.definition);
  if (to === null || to === part.value) return null;
  const reached = metric.normalise(to, peers);
  if (reached === null || reached <= now + 1e-9) return null;
  const rank = metric.normalise(part.value, peers) ?? 0;
  return { metric, from: part.value, to, gain: part.effectiveWeight * (reached - now), move: reached - rank };
}

const whole: readonly MetricDefinition['unit'][] = ['count', 'days'];

/** The least change of value that reaches `wanted` (0..1), or the best value there is. */
function targetOf(normaliser: Normaliser, wanted: number, value: number | null, definition: MetricDefinition): Value {
  switch (normaliser.kind) {
    case 'tiers': {
      const better = normaliser.tiers
        .filter((tier) => Number.isFinite(tier.atLeast))
        .toSorted((a, b) => a.atLeast - b.atLeast);
      const above = better.filter((tier) => value === null || tier.atLeast > value);
      return (
        (above.find((tier) => tier.value >= wanted - 1e-9) ?? above.toSorted((a, b) => b.value - a.value)[0])
          ?.atLeast ?? null
      );
    }
    case 'linear':
      return along(
        [
          { at: normaliser.zero, value: 0 },
          { at: normaliser.full, value: 1 },
        ],
        wanted,
        value,
        definition,
      );
    case 'piecewise':
      return along(normaliser.points, wanted, value, definition);
    case 'band':
      if (value === null) return normaliser.from;
      return value < normaliser.from ? normaliser.from : value > normaliser.to ? normaliser.to : null;
    case 'log':
      return Math.min(normaliser.full, Math.ceil(Math.expm1(Math.min(1, wanted) * Math.log1p(normaliser.full)) - 1e-9));
    case 'map': {
      const better = Object.entries(normaliser.values).toSorted((a, b) => a[1] - b[1]);
      return (better.find(([, points]) => points >= wanted - 1e-9) ?? better.at(-1))?.[0] ?? null;
    }
    case 'percentile':
      return targetOf(normaliser.fallback, wanted, value, definition);
    case 'robust_z':
      return null;
  }
}

/** On a line through points: the value nearest to the present one whose height is `wanted`, else the nearest of the top. */
function along(
  points: readonly { readonly at: number; readonly value: number }[],
  wanted: number,
  value: number | null,
  definition: MetricDefinition,
): Value {
  const top = Math.max(...points.map((point) => point.value));
  const height = Math.min(top, wanted);
  const sorted = points.toSorted((a, b) => a.at - b.at);
  const found: number[] = [];
  for (const [index, b] of sorted.entries()) {
    if (b.value >= height) found.push(b.at);
    const a = sorted[index - 1];
    if (a === undefined || a.value === b.value || (a.value - height) * (b.value - height) >= 0) continue;
    found.push(a.at + ((b.at - a.at) * (height - a.value)) / (b.value - a.value));
  }
  const start = value ?? sorted[0]?.at ?? 0;
  const nearest = found.toSorted((a, b) => Math.abs(a - start) - Math.abs(b - start))[0];
  return nearest === undefined
    ? null
    : readable(nearest, start, whole.includes(definition.unit), definition.unit === 'percent' ? 0 : 2);
}
/** Rounded away from where it started, so that the rounded step still reaches what the exact one did. */
function readable(to: number, from: number, isWhole: boolean, digits: number): number {
  const factor = isWhole ? 1 : 10 ** digits;
  return to >= from ? Math.ceil(to * factor - 1e-9) / factor : Math.floor(to * factor + 1e-9) / factor;
}
