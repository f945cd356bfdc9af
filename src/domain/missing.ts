// Four kinds of missing and what each does to a score: a true zero, not applicable, not collected, failed just now. Here it
// is decided whether a metric counts, as how much, and how much of its weight is covered by data. Never let silence score.

import { daysBetween } from './calendar.ts';
import { byFactName, type CompiledCondition, compile, type FactAccess } from './condition.ts';
import type { Condition, MetricDefinition } from './decisions.ts';
import type { Normalise } from './normalise.ts';
import type { Answer, Metric, MetricState } from './nouns.ts';
import { clamp } from './number.ts';
import { type Peers, peerMedian } from './peers.ts';

/** How one metric enters a score. */
export interface Counted {
  /** 0..1; null where it does not count and its weight goes to others. */
  readonly normalised: number | null;
  /** 0..1: how much of its weight stands on data that is there and fresh. */
  readonly covered: number;
  readonly state: MetricState;
  /** True where the admin wants no score at all without this metric. */
  readonly forbids: boolean;
}
export interface Circumstances {
  readonly asOf: string;
  /** Is the account known to be active? Unknown is not no: a feed that is away must not clear a good support record. */
  readonly active: Answer;
  readonly peers: Peers;
}

/** Who is known to be active, where the scorecard does not say it otherwise. */
export const activeByDefault: Condition = {
  any: [
    { fact: 'active_user_rate', operator: 'at_least', value: 20 },
    { fact: 'login_frequency', operator: 'at_least', value: 4 },
  ],
};
export function compileActive(
  condition: Condition | null | undefined,
  access: FactAccess = byFactName,
): CompiledCondition {
  return compile(condition ?? activeByDefault, access);
}

/**
 * What a metric counts as. Known values lose half of their distance to 0.5 per half-life, and as much of their coverage.
 * Silence in a survey has a fixed value that does not decay and is not covered. "Nothing happened" of an account that is
 * known to be inactive does not apply.
 */
export function count(metric: Metric, definition: MetricDefinition, normalise: Normalise, now: Circumstances): Counted {
  const { state } = metric;
  if (state === 'known') {
    if (definition.countsOnlyWhenActive && now.active === 'no' && metric.value === 0) return none('not_applicable');
    const plain = normalise(metric.value, now.peers);
    if (plain === null) return filled(metric, definition, normalise, now, 'missing');
    const left = freshShare(metric, definition, now.asOf);
    return { normalised: 0.5 + (plain - 0.5) * left, covered: left, state, forbids: false };
  }
  if (state === 'not_applicable') return none(state);
  if (state === 'silent' && definition.nonRespondent !== null)
    return { normalised: definition.nonRespondent.normalised, covered: 0, state, forbids: false };
  return filled(metric, definition, normalise, now, state === 'silent' ? 'missing' : state);
}

/** Share of a value that age has left: 0.5^(age / half-life); 1 where it does not age. */
export function freshShare(metric: Metric, definition: MetricDefinition, asOf: string): number {
  if (definition.halfLifeDays === null || metric.at === null) return 1;
  const age = Math.max(0, daysBetween(metric.at, asOf));
  return Number.isNaN(age) ? 1 : 0.5 ** (age / definition.halfLifeDays);
}

/** True where a value of this age is older than its metric promises. */
export function isStale(at: string | null, definition: MetricDefinition, asOf: string): boolean {
  return definition.staleAfterDays !== null && at !== null && daysBetween(at, asOf) > definition.staleAfterDays;
}

function filled(
  metric: Metric,
  definition: MetricDefinition,
  normalise: Normalise,
  now: Circumstances,
  state: MetricState,
): Counted {
  const policy = definition.missing;
  switch (policy.kind) {
    case 'zero':
      return { normalised: 0, covered: metric.detail['true_zero'] === true ? 1 : 0, state, forbids: false };
    case 'neutral':
      return { normalised: 0.5, covered: 0, state, forbids: false };
    case 'constant':
      return { normalised: clamp(policy.value, 0, 1), covered: 0, state, forbids: false };
    case 'peer_median': {
      const middle = peerMedian(now.peers, definition.name);
      return middle === null
        ? none(state)
        : { normalised: normalise(middle, now.peers), covered: 0, state, forbids: false };
    }
    case 'no_score':
      return { normalised: null, covered: 0, state, forbids: true };
    // What could be carried forward or was a true zero, measure has already turned into a known value.
    case 'redistribute':
    case 'carry_forward':
    case 'zero_if_fresh':
      return none(state);
  }
}
function none(state: MetricState): Counted {
  return notCounted[state];
}
const notCounted = Object.fromEntries(
  (['known', 'stale', 'missing', 'not_applicable', 'silent'] as const).map((state) => [
    state,
    { normalised: null, covered: 0, state, forbids: false },
  ]),
) as Readonly<Record<MetricState, Counted>>;
