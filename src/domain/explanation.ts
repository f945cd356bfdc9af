// An outcome → the document behind `explain --json`: the score with its parts, what capped it, what carries it, which band and
// segment and flag, which next action and why, and what would lift it. It decides nothing; it tells what was decided.

import type { Decisions } from './decisions.ts';
import { factsOf, goalProgress } from './fact-sheet.ts';
import { gapToNextBand } from './lift.ts';
import { cellOf, compileMatrices } from './matrix.ts';
import { byName } from './measure.ts';
import type {
  Account,
  Band,
  Confidence,
  Flag,
  Lift,
  Locale,
  Metric,
  MetricState,
  ModelRef,
  Outcome,
  Override,
  PlayVerdict,
  Segment,
  Trace,
  Trend,
  Value,
} from './nouns.ts';
import { largestRemainder, roundHalfAway } from './number.ts';
import { expectedText, partText } from './reason-words.ts';
import { reasonLines, strongest, tenthsLost } from './score.ts';

/** `explain --json`; the caller adds `written`. Points and lost points are tenths that add up. */
export interface Explanation {
  readonly account: string;
  readonly name: string;
  readonly asOf: string;
  readonly model: ModelRef & { readonly label: string };
  readonly score: number | null;
  /** Why there is no score; null when there is one. */
  readonly reason: string | null;
  /** Before corrections and caps. */
  readonly calculated: number | null;
  readonly override: Override | null;
  readonly band: Band;
  readonly bandBefore: Band | null;
  readonly bandSince: string;
  /** The band that is waiting for its second run; null for none. */
  readonly bandPending: Band | null;
  readonly alert: boolean;
  readonly coverage: number;
  readonly confidence: Confidence;
  readonly trend: Trend;
  readonly dimensions: readonly {
    readonly name: string;
    readonly label: string;
    readonly value: number | null;
    readonly weight: number;
  }[];
  readonly parts: readonly ExplainedPart[];
  readonly caps: readonly {
    readonly name: string;
    readonly limit: number;
    readonly applied: boolean;
    readonly text: string;
    readonly trace: Trace;
  }[];
  readonly reasons: readonly string[];
  readonly strengths: readonly string[];
  readonly segments: Readonly<Record<string, ExplainedSegment>>;
  readonly matrices: Readonly<Record<string, { readonly value: string | number; readonly label: string }>>;
  readonly flags: readonly (Flag & { readonly label: string })[];
  readonly plays: readonly (PlayVerdict & { readonly fired: boolean })[];
  readonly liftToNextBand: readonly Lift[];
  /** What the next band asks for; null for green and where there is no score. */
  readonly nextBand: { readonly band: Band; readonly edge: number; readonly gap: number; readonly runs: number } | null;
  /** The goal that is furthest from its target: `45 min (target 30)`; null where none is set. */
  readonly goalProgress: string | null;
  /** Metrics that no model weighs; conditions and texts use them. */
  readonly otherMetrics: readonly Metric[];
}
export interface ExplainedPart {
  readonly metric: string;
  readonly label: string;
  readonly dimension: string;
  readonly value: Value;
  readonly asOf: string | null;
  readonly state: MetricState;
  readonly weight: number;
  readonly effectiveWeight: number;
  readonly normalised: number | null;
  readonly points: number | null;
  readonly lost: number;
  readonly text: string;
}
export interface ExplainedSegment {
  readonly value: string;
  readonly label: string;
  readonly since: string;
  readonly locked: boolean;
  readonly trace: Trace;
}

export function explainAccount(outcome: Outcome, account: Account, decisions: Decisions, locale: Locale): Explanation {
  const { score, memory } = outcome;
  const { scorecard } = decisions;
  const parts = partsOf(outcome, decisions, locale);
  const weighed = new Set(score.parts.map((part) => part.metric));
  const told = {
    ...score,
    parts: score.parts.map((part, index) => ({ ...part, text: parts[index]?.text ?? part.text })),
  };
  const gap = gapToNextBand(score.value, outcome.band, scorecard.bands);
  const model = scorecard.models.find(({ id }) => id === score.model.id);
  return {
    account: account.key,
    name: account.name,
    asOf: outcome.asOf,
    model: { ...score.model, label: model?.label[locale] ?? score.model.id },
    score: score.value,
    reason: score.reason,
    calculated: score.calculated,
    override: score.override,
    band: outcome.band,
    bandBefore: outcome.bandBefore,
    bandSince: memory.bandSince,
    bandPending: memory.pendingBand,
    alert: outcome.alert,
    coverage: score.coverage,
    confidence: score.confidence,
    trend: outcome.trend,
    dimensions: score.dimensions.map(({ name, value, weight }) => ({
      name,
      label: scorecard.dimensions[name]?.[locale] ?? name,
      value,
      weight,
    })),
    parts,
    caps: score.caps,
    reasons: reasonLines(told),
    strengths: strongest(told).map((part) => part.text),
    segments: Object.fromEntries(
      outcome.segments.map((segment) => [segment.name, segmentOf(segment, decisions, locale)]),
    ),
    matrices: matricesOf(outcome, account, decisions, locale),
    flags: outcome.flags.map((flag) => ({
      ...flag,
      label: decisions.flags.find(({ name }) => name === flag.name)?.label[locale] ?? flag.name,
    })),
    plays: outcome.plays.map((play) => ({ ...play, fired: play.outcome === 'fired' || play.outcome === 'open' })),
    liftToNextBand: outcome.lift,
    nextBand: gap === null ? null : { ...gap, runs: scorecard.bands.dwellRuns },
    goalProgress: goalProgress(outcome.metrics, locale),
    otherMetrics: outcome.metrics.filter((metric) => !weighed.has(metric.name)),
  };
}

/** Parts in the order of the model; numbers in tenths that add up to the score and to what it lacks. */
function partsOf(outcome: Outcome, decisions: Decisions, locale: Locale): readonly ExplainedPart[] {
  const { score } = outcome;
  const index = byName(decisions.metrics);
  const whole = score.parts.reduce((sum, { weight }) => sum + weight, 0);
  const points = largestRemainder(
    score.parts.map((part) => part.points ?? 0),
    score.raw ?? 0,
    1,
  );
  const lost = tenthsLost(
    score.parts.map((part) => part.lost),
    score.raw,
  );
  return score.parts.map((part, position): ExplainedPart => {
    const definition = index.get(part.metric);
    const label = definition?.label[locale] ?? part.metric;
    return {
      metric: part.metric,
      label,
      dimension: part.dimension,
      value: part.value,
      asOf: part.at,
      state: part.state,
      weight: part.weight,
      effectiveWeight: roundHalfAway(part.effectiveWeight, 4),
      normalised: part.normalised === null ? null : roundHalfAway(part.normalised, 4),
      points: part.points === null ? null : (points[position] ?? 0),
      lost: lost[position] ?? 0,
      // A stored line is in the language of the home; in another one it is written anew, where the metric still exists.
      text:
        locale === decisions.home.locale || definition === undefined
          ? part.text
          : partText(
              {
                label,
                value: part.value,
                state: part.state,
                at: part.at,
                unit: definition.unit,
                expected: expectedText(definition, locale),
                counts: part.normalised !== null,
                points: points[position] ?? 0,
                lost: lost[position] ?? 0,
                share: whole === 0 ? 0 : part.weight / whole,
              },
              locale,
            ),
    };
  });
}

function matricesOf(outcome: Outcome, account: Account, decisions: Decisions, locale: Locale): Explanation['matrices'] {
  const { score, metrics, memory, asOf } = outcome;
  const facts: Record<string, Value | undefined> = factsOf({ account, metrics, memory, asOf });
  facts['score'] = score.value;
  facts['coverage'] = score.coverage;
  facts['confidence'] = score.confidence;
  facts['model'] = score.model.id;
  facts['band'] = outcome.band;
  for (const { name, value } of score.dimensions) facts[`dimension_${name}`] = value;
  for (const segment of outcome.segments) facts[segment.name] = segment.value;
  return Object.fromEntries(
    compileMatrices(decisions.scorecard.matrices).flatMap((matrix) => {
      const cell = cellOf(matrix, facts);
      return cell === null ? [] : [[matrix.definition.name, { value: cell.value, label: cell.label[locale] }]];
    }),
  );
}

function segmentOf(segment: Segment, decisions: Decisions, locale: Locale): ExplainedSegment {
  const definition = decisions.segments.find(({ name }) => name === segment.name);
  const label = definition?.values.find(({ value }) => value === segment.value)?.label[locale] ?? segment.value;
  return { value: segment.value, label, since: segment.since, locked: segment.locked, trace: segment.trace };
}
