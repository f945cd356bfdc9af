// metrics.yaml → metric definitions: short forms long, points into shares of the best.

import type { Measure, MetricDefinition, MissingPolicy, Normaliser } from '../../domain/decisions.ts';
import type { MeasureGiven, NormaliserGiven } from '../schema/measure.ts';
import type { MetricsFile } from '../schema/metrics.ts';
import { condition, conditionOrNull } from './condition.ts';
import { words } from './words.ts';

/** Below the lowest tier; JSON has no minus infinity. */
export const belowAll = -Number.MAX_VALUE;

/** All metrics, in the order of the file. */
export function completeMetrics(file: MetricsFile): MetricDefinition[] {
  return Object.entries(file.metrics).map(([name, given]) => {
    const normalise = given.normalise === undefined ? null : normaliser(given.normalise);
    const measured = measure(given.measure);
    return {
      name,
      label: words(given.label),
      why: given.why,
      unit: given.unit,
      measure: measured,
      normalise,
      missing: missing(given.missing),
      staleAfterDays: given.stale_after_days ?? null,
      halfLifeDays: given.half_life_days ?? null,
      countsOnlyWhenActive: given.counts_only_when_active,
      nonRespondent:
        given.non_respondent === undefined
          ? null
          : {
              normalised: given.non_respondent.points / outOf(given.normalise),
              invitations: given.non_respondent.invitations,
              withinDays: given.non_respondent.within_days,
              source: given.non_respondent.source ?? sourceOf(measured),
            },
      expected: given.expected === undefined ? null : words(given.expected),
    };
  });
}

function measure(given: MeasureGiven): Measure {
  switch (given.kind) {
    case 'attribute':
      return { kind: 'attribute', field: given.field };
    case 'constant':
      return { kind: 'constant', value: given.value };
    case 'metric':
      return { kind: 'metric', name: given.name };
    case 'ratio':
      return {
        kind: 'ratio',
        numerator: measure(given.numerator),
        denominators: given.denominators.map(measure),
        factor: given.factor,
        minDenominator: given.min_denominator ?? null,
      };
    case 'own_baseline':
      return {
        kind: 'own_baseline',
        source: given.source,
        field: given.field ?? null,
        where: conditionOrNull(given.where),
        windowDays: given.days,
        baselines: given.baselines,
        minBaselineWindows: given.min_baselines,
        minBase: given.min_base,
        peerAdjusted: given.peer_adjusted,
      };
    case 'goal_attainment':
      return {
        kind: 'goal_attainment',
        source: given.source,
        maxAgeDays: given.max_age_days ?? null,
        give: given.give,
      };
    case 'milestones':
      return { kind: 'milestones', source: given.source, give: given.give };
    case 'days_until':
    case 'days_since_date':
    case 'months_since':
      return { kind: given.kind, field: given.field };
    case 'calculate':
      return { kind: 'arithmetic', op: given.op, of: given.of.map(measure) };
    case 'peak':
      return { kind: 'peak', of: measure(given.of), windows: given.windows };
    case 'rank':
      return { kind: 'rank', metric: given.metric, reference: given.metric, give: given.give };
    case 'points':
      return {
        kind: 'points',
        rules: given.rules.map((rule) => ({ when: condition(rule.when), points: rule.points })),
        veto: conditionOrNull(given.veto),
        min: given.min,
        max: given.max,
      };
    default:
      return {
        kind: 'aggregate',
        of: given.kind,
        source: given.source,
        field: 'field' in given ? (given.field ?? null) : null,
        where: conditionOrNull(given.where),
        share: given.kind === 'share' ? conditionOrNull(given.of) : null,
        windowDays: given.days ?? null,
        prior: given.kind === 'share' ? (given.prior ?? null) : null,
        whenEmpty: given.when_empty ?? (zeroWhenEmpty.has(given.kind) ? 'zero' : 'missing'),
        roleWeights: 'role_weights' in given ? (given.role_weights ?? null) : null,
      };
  }
}
/** Counting nothing is zero; the newest of nothing is unknown. */
const zeroWhenEmpty: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'distinct',
  'distinct_days',
  'distinct_business_days',
  'star_players',
]);

/** The first source a measure reads; null when it reads none. */
export function sourceOf(given: Measure): string | null {
  switch (given.kind) {
    case 'aggregate':
    case 'own_baseline':
    case 'goal_attainment':
    case 'milestones':
      return given.source;
    case 'ratio':
      return sourceOf(given.numerator) ?? given.denominators.map(sourceOf).find((source) => source !== null) ?? null;
    case 'arithmetic':
      return given.of.map(sourceOf).find((source) => source !== null) ?? null;
    case 'peak':
      return sourceOf(given.of);
    default:
      return null;
  }
}

function outOf(given: NormaliserGiven | undefined): number {
  return given !== undefined && 'out_of' in given ? given.out_of : 1;
}
/** A normaliser, its points as shares of the best. */
export function normaliser(given: NormaliserGiven): Normaliser {
  switch (given.kind) {
    case 'tiers':
      return {
        kind: 'tiers',
        tiers: [
          ...given.tiers.map((tier) => ({ atLeast: tier.at_least, value: tier.points / given.out_of })),
          ...(given.otherwise === undefined ? [] : [{ atLeast: belowAll, value: given.otherwise / given.out_of }]),
        ],
      };
    case 'piecewise':
      return {
        kind: 'piecewise',
        points: given.at.map((point) => ({ at: point.value, value: point.points / given.out_of })),
      };
    case 'band':
      return {
        kind: 'band',
        zeroBelow: given.zero_below,
        from: given.from,
        to: given.to,
        zeroAbove: given.zero_above,
      };
    case 'map':
      return {
        kind: 'map',
        values: Object.fromEntries(Object.entries(given.values).map(([word, points]) => [word, points / given.out_of])),
      };
    case 'percentile':
      return { kind: 'percentile', reference: given.reference, fallback: normaliser(given.fallback) };
    default:
      return given;
  }
}

function missing(given: MetricsFile['metrics'][string]['missing']): MissingPolicy {
  if (typeof given === 'string') return { kind: given };
  switch (given.kind) {
    case 'zero_if_fresh':
      return { kind: 'zero_if_fresh', carryDays: given.carry_days };
    case 'carry_forward':
      return { kind: 'carry_forward', days: given.days };
    case 'constant':
      return { kind: 'constant', value: given.value };
  }
}
