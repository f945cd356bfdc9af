// Builders for the tests of the domain: the two models of the documentation as decisions, and accounts, metrics and records
// with sensible defaults. No test in here.

import type {
  Condition,
  Decisions,
  Measure,
  MetricDefinition,
  MissingPolicy,
  ModelDefinition,
  Normaliser,
  Scorecard,
} from '../../src/domain/decisions.ts';
import type { Account, Metric, SourceRecord, Value } from '../../src/domain/nouns.ts';

const asWords = (text: string): { en: string; ja: string } => ({ en: text, ja: text });

export function leaf(
  fact: string,
  operator: Extract<Condition, { fact: string }>['operator'],
  value: Value | Value[],
): Condition {
  return { fact, operator, value };
}
export function account(given: Partial<Account> = {}): Account {
  return {
    key: 'A-1',
    name: 'Aozora Logistics',
    ids: {},
    owners: {},
    parent: null,
    attributes: {},
    contacts: [],
    ...given,
  };
}
export function metric(name: string, value: Value, given: Partial<Metric> = {}): Metric {
  return { name, value, state: value === null ? 'missing' : 'known', at: null, from: [], detail: {}, ...given };
}
export function record(given: Partial<SourceRecord> & { at: string }): SourceRecord {
  return {
    source: 'usage',
    stream: 'rows',
    key: `${given.at} ${given.contact ?? ''} ${JSON.stringify(given.fields ?? {})}`,
    account: { kind: 'account_id', value: 'A-1' },
    contact: null,
    fields: {},
    ...given,
  };
}
export function definition(name: string, given: Partial<MetricDefinition> = {}): MetricDefinition {
  return {
    name,
    label: asWords(name),
    why: 'it says something',
    unit: 'number',
    measure: { kind: 'attribute', field: name },
    normalise: null,
    missing: { kind: 'redistribute' },
    staleAfterDays: null,
    halfLifeDays: null,
    countsOnlyWhenActive: false,
    nonRespondent: null,
    expected: null,
    ...given,
  };
}
export function aggregate(
  given: Partial<Extract<Measure, { kind: 'aggregate' }>>,
): Extract<Measure, { kind: 'aggregate' }> {
  return {
    kind: 'aggregate',
    of: 'count',
    source: 'usage',
    field: null,
    where: null,
    share: null,
    windowDays: null,
    prior: null,
    whenEmpty: 'zero',
    roleWeights: null,
    ...given,
  };
}

const tiers = (...pairs: [number, number][]): Normaliser => ({
  kind: 'tiers',
  tiers: pairs.map(([atLeast, value]) => ({ atLeast, value })),
});
const points = (...pairs: [number, number][]): Normaliser => ({
  kind: 'piecewise',
  points: pairs.map(([at, value]) => ({ at, value })),
});
const linear = (zero: number, full: number): Normaliser => ({ kind: 'linear', zero, full });

const zero: MissingPolicy = { kind: 'zero' };

export function scorecard(given: Partial<Scorecard>): Scorecard {
  return {
    id: 'test',
    version: '1.0.0',
    dimensions: {},
    models: [],
    bands: {
      yellow: 40,
      green: 70,
      hysteresis: 3,
      dwellRuns: 2,
      alertAtOrBelow: 20,
      alertRearm: 3,
      trendDeadZone: 5,
      dropAlert30d: 15,
      dropAlert7d: 10,
    },
    caps: [],
    override: {
      limit: 15,
      maxDays: 90,
      value: 'health_override',
      reason: 'health_override_reason',
      until: 'health_override_until',
    },
    coverage: { none: 0.4, low: 0.6, medium: 0.8 },
    requiredDimension: null,
    matrices: [],
    ...given,
  };
}
export function model(
  weights: readonly [metric: string, dimension: string, weight: number][],
  given: Partial<ModelDefinition> = {},
): ModelDefinition {
  return {
    id: 'default',
    label: asWords('Default'),
    when: null,
    weights: weights.map(([name, dimension, weight]) => ({ metric: name, dimension, weight })),
    frozen: false,
    ...given,
  };
}
export function decisions(given: Partial<Decisions>): Decisions {
  return {
    hash: 'test',
    home: {
      name: 'test',
      purpose: '',
      zone: 'Asia/Tokyo',
      locale: 'en',
      holidays: null,
      extraHolidays: [],
      currency: 'JPY',
      schedule: null,
      missedRuns: 'run_once',
      state: { path: '', keepDays: 400 },
      budgets: {},
      console: { host: '127.0.0.1', port: 0, tokenEnv: '', publicUrl: null },
      heartbeatUrl: null,
      notifyUrl: null,
      notifyFormat: 'auto',
      notifyAllowAddresses: [],
    },
    sources: [],
    identity: {
      match: ['account_id'],
      keyFrom: ['account_id'],
      rosters: [],
      byHand: {},
      freeDomains: [],
      population: null,
    },
    metrics: [],
    scorecard: scorecard({}),
    segments: [],
    flags: [],
    plays: {
      plays: [],
      firstRun: 'alerts_only',
      caps: { newPerOwnerPerDay: 5, openPerOwner: 15, openPerAccount: 2, openPerAccountHigh: 3, backlogDays: 14 },
      mergeOrder: [],
      suppress: [],
      parked: null,
    },
    gates: {
      freshness: { on: true },
      volume: { holdBelowShare: 0.5 },
      coverage: { holdBelowShare: 0.9 },
      shape: { nullShareRise: 0.2, maxJump: 10 },
      outcome: { bandChangeShare: 0.2, smallBase: 100, smallCount: 20, meanShift: 15, psi: 0.25 },
      tasks: { newShare: 0.05, newMin: 25, perOwnerPerDay: 10 },
      destruction: { share: 0.01, count: 20 },
      matching: { orphanShare: 0.1 },
      breaker: { rejectedShare: 0.05, unclearBatches: 3 },
      budget: { ofDay: 0.8, ofRun: 0.25 },
      novelty: { on: true },
      canary: { records: 20 },
      clock: { maxSkewSeconds: 120 },
    },
    crms: [],
    examples: [],
    ...given,
  };
}

// ── b2b_saas_default ─────────────────────────────────────────────────────────────────────────────────────────────

export const b2bMetrics: readonly MetricDefinition[] = [
  definition('active_user_rate', { unit: 'percent', normalise: linear(10, 80) }),
  definition('login_frequency', { unit: 'count', normalise: tiers([20, 1], [4, 2 / 3], [1, 1 / 3], [0, 0]) }),
  definition('key_feature_adoption', { unit: 'percent', normalise: linear(0, 80) }),
  definition('usage_trend', {
    label: asWords('Usage trend'),
    unit: 'ratio',
    normalise: points([0.4, 0], [0.6, 0.3], [0.8, 0.7], [0.95, 1]),
  }),
  definition('feature_breadth', { unit: 'count', normalise: tiers([8, 1], [5, 0.7], [3, 0.4], [1, 0.15], [0, 0]) }),
  definition('goal_attainment', { label: asWords('Goal attainment'), unit: 'percent', normalise: linear(0, 100) }),
  definition('onboarding_completion', { unit: 'percent', normalise: linear(0, 100) }),
  definition('touch_recency', { unit: 'days', normalise: points([30, 1], [60, 0.5], [90, 0]), missing: zero }),
  definition('stakeholder_coverage', {
    unit: 'count',
    normalise: tiers([3, 1], [2, 0.6], [1, 0.3], [0, 0]),
    missing: zero,
  }),
  definition('program_participation', { unit: 'count', normalise: tiers([2, 1], [1, 0.6], [0, 0]), missing: zero }),
  definition('self_service', { unit: 'count', normalise: tiers([10, 1], [3, 0.6], [1, 0.3], [0, 0]) }),
  definition('nps', {
    label: asWords('NPS'),
    normalise: tiers([9, 1], [7, 1 / 3], [0, 0]),
    staleAfterDays: 365,
    halfLifeDays: 180,
    nonRespondent: { normalised: 0.2, invitations: 2, withinDays: 180, source: null },
  }),
  definition('csat', { label: asWords('CSAT'), normalise: linear(2.5, 4.5) }),
  definition('complaints', { normalise: points([1, 1], [4, 0.4], [8, 0]), countsOnlyWhenActive: true }),
  definition('escalation_age', {
    unit: 'days',
    normalise: points([0, 1], [7, 0.5], [14, 0]),
    countsOnlyWhenActive: true,
  }),
];
export const b2bWeights: readonly [string, string, number][] = [
  ['active_user_rate', 'usage', 12],
  ['login_frequency', 'usage', 9],
  ['key_feature_adoption', 'usage', 10],
  ['usage_trend', 'usage', 8],
  ['feature_breadth', 'usage', 6],
  ['goal_attainment', 'value', 10],
  ['onboarding_completion', 'value', 5],
  ['touch_recency', 'engagement', 6],
  ['stakeholder_coverage', 'engagement', 7],
  ['program_participation', 'engagement', 3],
  ['self_service', 'engagement', 2],
  ['nps', 'sentiment', 9],
  ['csat', 'sentiment', 5],
  ['complaints', 'support', 5],
  ['escalation_age', 'support', 3],
];
export function b2b(given: Partial<Decisions> = {}): Decisions {
  return decisions({
    metrics: b2bMetrics,
    scorecard: scorecard({
      id: 'b2b_saas_default',
      models: [model(b2bWeights)],
      requiredDimension: 'usage',
      caps: [
        {
          name: 'champion_left',
          when: leaf('champion_left', 'is', true),
          limit: 59,
          text: { en: 'champion left {{champion_left_on}}', ja: '推進者離脱 {{champion_left_on}}' },
        },
        {
          name: 'notice',
          when: leaf('notice', 'is', true),
          limit: 10,
          text: { en: 'cancellation notice', ja: '解約申出' },
        },
      ],
    }),
    ...given,
  });
}
type Values = Readonly<Record<string, Value>>;
export const accountA: Values = {
  active_user_rate: 62,
  login_frequency: 12,
  key_feature_adoption: (100 * 4) / 6,
  usage_trend: 0.72,
  feature_breadth: 6,
  goal_attainment: 55,
  onboarding_completion: 100,
  touch_recency: 41,
  stakeholder_coverage: 2,
  program_participation: 1,
  self_service: 4,
  nps: 8,
  csat: 4.1,
  complaints: 2,
  escalation_age: 0,
};
export const accountB: Values = {
  active_user_rate: 8,
  login_frequency: 1,
  key_feature_adoption: 100 / 6,
  usage_trend: 0.35,
  feature_breadth: 1,
  goal_attainment: null,
  onboarding_completion: 40,
  touch_recency: 95,
  stakeholder_coverage: 0,
  program_participation: 0,
  self_service: 0,
  nps: null,
  csat: null,
  complaints: null,
  escalation_age: 0,
};
export const accountC: Values = {
  active_user_rate: 97,
  login_frequency: 22,
  key_feature_adoption: 500 / 6,
  usage_trend: 1.18,
  feature_breadth: 9,
  goal_attainment: 90,
  onboarding_completion: 100,
  touch_recency: 12,
  stakeholder_coverage: 4,
  program_participation: 2,
  self_service: 14,
  nps: 9,
  csat: 4.6,
  complaints: 0.5,
  escalation_age: 0,
};
export const accountD: Values = {
  ...Object.fromEntries(Object.keys(accountA).map((name) => [name, null])),
  onboarding_completion: 30,
  touch_recency: 3,
  stakeholder_coverage: 2,
  program_participation: 1,
  self_service: 6,
  escalation_age: 0,
};
/** Metrics of these values, all of the as-of day. */
export function metricsOf(values: Values, asOf: string): Metric[] {
  return Object.entries(values).map(([name, value]) => metric(name, value, value === null ? {} : { at: asOf }));
}

// ── callcenter_ja ────────────────────────────────────────────────────────────────────────────────────────────────

export const callcenterWeights: readonly [string, string, number][] = [
  ['login_frequency', 'usage', 30],
  ['nps', 'sentiment', 30],
  ['licence_use', 'usage', 10],
  ['services_used', 'usage', 5],
  ['contract_tenure', 'relation', 5],
  ['contact_frequency', 'engagement', 8],
  ['complaint_tag_rate', 'support', 7],
  ['seminar', 'engagement', 5],
];
export function callcenter(): Decisions {
  const base = decisions({});
  return decisions({
    home: { ...base.home, locale: 'ja' },
    metrics: [
      definition('login_frequency', { normalise: tiers([20, 1], [4, 20 / 30], [1, 10 / 30], [0, 0]) }),
      definition('nps', {
        label: asWords('NPS'),
        normalise: tiers([9, 1], [7, 10 / 30], [0, 0]),
        nonRespondent: { normalised: 0.2, invitations: 2, withinDays: 180, source: null },
      }),
      definition('licence_use', { unit: 'percent', normalise: linear(20, 90) }),
      definition('services_used', { normalise: tiers([3, 1], [2, 0.6], [1, 0.2], [0, 0]) }),
      definition('contract_tenure', { normalise: tiers([24, 1], [12, 0.8], [6, 0.4], [0, 0.2]) }),
      definition('contact_frequency', { normalise: tiers([7, 0], [4, 0.5], [1, 1], [0, 0.25]) }),
      definition('complaint_tag_rate', {
        unit: 'percent',
        normalise: points([0, 1], [1e-9, 5 / 7], [9.999999999, 5 / 7], [10, 2 / 7], [24.999999999, 2 / 7], [25, 0]),
      }),
      definition('seminar', { normalise: tiers([2, 1], [1, 0.6], [0, 0]) }),
    ],
    scorecard: scorecard({ id: 'callcenter_ja', models: [model(callcenterWeights)] }),
  });
}
const callcenterNames = callcenterWeights.map(([name]) => name);
/** J1 to J5 in the order of the weights. */
export function callcenterValues(...values: readonly Value[]): Values {
  return Object.fromEntries(callcenterNames.map((name, index) => [name, values[index] ?? null]));
}
