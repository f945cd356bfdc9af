// Records → metrics: the numbers that scores, conditions and texts are made of, each with its state, its age and its
// sources. It looks at one account at a time, in whole days of the home's zone, and never turns "nobody knows" into a zero.

import { aggregate, ownBaseline } from './aggregate.ts';
import { type BusinessCalendar, type Day, dayFrom, dayNumber, monthsBetween } from './calendar.ts';
import { compileOnce, type Facts, factsOf } from './condition.ts';
import type { Measure, MetricDefinition } from './decisions.ts';
import { goalAttainment, milestones } from './goals.ts';
import type { Account, Metric, SourceRecord, Value } from './nouns.ts';
import { clamp } from './number.ts';
import { noPeers, type Peers, paretoIn, peerMedian, percentileIn } from './peers.ts';
import { sourcesOf } from './reach.ts';
import {
  dayIn,
  missingReading,
  noDetail,
  type Reading,
  rowsBetween,
  rowsBySource,
  rowTest,
  type Scene,
} from './rows.ts';

/** The attribute that says when the customer began; with it, windows of new customers are read with care. */
export const startAttribute = 'started_on';

export interface MeasureInput {
  readonly account: Account;
  readonly records: readonly SourceRecord[];
  readonly definitions: readonly MetricDefinition[];
  readonly asOf: Day;
  readonly zone: string;
  readonly calendar: BusinessCalendar;
  /** Sources whose facts are complete up to the as-of day. */
  readonly freshSources: ReadonlySet<string>;
  /** The newest known metrics of earlier days, for what may be carried forward. */
  readonly before: Readonly<Record<string, Metric>>;
  readonly peers?: Peers;
}

/** Every defined metric of one account on one day, in the order of the definitions. */
export function measureAccount(input: MeasureInput): Metric[] {
  const today = dayNumber(input.asOf);
  const start = dayIn(input.account.attributes[startAttribute], input.zone);
  const scene: Scene = {
    account: input.account,
    rows: rowsBySource(input.records, input.zone),
    today,
    zone: input.zone,
    calendar: input.calendar,
    freshSources: input.freshSources,
    tenureDays: start === null ? null : today - start,
    newest: new Map(),
  };
  const book = new Book(input, scene);
  return input.definitions.map((definition) => book.metric(definition));
}

/** Metrics that are made of metrics: each is made once, when it is first asked for. */
class Book {
  private readonly input: MeasureInput;
  private readonly scene: Scene;
  private readonly definitions: ReadonlyMap<string, MetricDefinition>;
  private readonly made = new Map<string, Metric | 'in the making'>();

  constructor(input: MeasureInput, scene: Scene) {
    this.input = input;
    this.scene = scene;
    this.definitions = byName(input.definitions);
  }

  metric(definition: MetricDefinition): Metric {
    const known = this.made.get(definition.name);
    // A metric that asks for itself is a fault of the configuration; here it is only kept from running for ever.
    if (known === 'in the making') return settled(definition, missingReading, this.input, this.scene);
    if (known !== undefined) return known;
    this.made.set(definition.name, 'in the making');
    const metric = settled(
      definition,
      scaled(definition, this.read(definition.measure, definition)),
      this.input,
      this.scene,
    );
    this.made.set(definition.name, metric);
    return metric;
  }

  private named(name: string): Reading {
    const definition = this.definitions.get(name);
    if (definition === undefined) return this.attribute(name);
    const metric = this.metric(definition);
    return {
      value: metric.value,
      state: metric.state === 'silent' ? 'missing' : metric.state,
      at: metric.at === null ? null : dayNumber(metric.at),
      ages: false,
      detail: metric.detail,
    };
  }

  private attribute(field: string): Reading {
    const value = this.scene.account.attributes[field] ?? null;
    if (value === null || value === '') return missingReading;
    // What people enter by hand has the day of its entry beside it: csm_pulse, csm_pulse_date.
    const at = dayIn(this.scene.account.attributes[`${field}_date`], this.scene.zone);
    return { value, state: 'known', at, ages: true, detail: noDetail };
  }

  private read(measure: Measure, definition: MetricDefinition): Reading {
    const { scene } = this;
    switch (measure.kind) {
      case 'attribute':
        return this.attribute(measure.field);
      case 'constant':
        return measure.value === null ? missingReading : known(measure.value);
      case 'metric':
        return this.named(measure.name);
      case 'aggregate':
        return aggregate(measure, scene);
      case 'ratio':
        return this.ratio(measure, definition);
      case 'own_baseline':
        return ownBaseline(measure, scene, peerMedian(this.input.peers ?? noPeers, definition.name));
      case 'goal_attainment':
        return goalAttainment(measure, scene);
      case 'milestones':
        return milestones(measure, scene);
      case 'days_until':
      case 'days_since_date':
      case 'months_since':
        return this.dateDistance(measure);
      case 'arithmetic':
        return this.arithmetic(measure, definition);
      case 'peak':
        return peak(measure, scene);
      case 'points':
        return this.points(measure);
      case 'rank':
        return this.rank(measure);
    }
  }

  /** The first denominator that is known and above zero is used: seats may be empty, 0 or the word "unlimited". */
  private ratio(measure: Extract<Measure, { kind: 'ratio' }>, definition: MetricDefinition): Reading {
    const above = this.read(measure.numerator, definition);
    if (above.state !== 'known' || typeof above.value !== 'number')
      return above.state === 'known' ? missingReading : above;
    for (const candidate of measure.denominators) {
      const below = this.read(candidate, definition);
      if (below.state !== 'known' || typeof below.value !== 'number' || below.value <= 0) continue;
      const value = (above.value * measure.factor) / Math.max(below.value, measure.minDenominator ?? 0);
      // More than all is shared logins or overage: health counts it as all, the raw share stays beside it for sales.
      const isOver = definition.unit === 'percent' && measure.factor === 100 && value > 100;
      const detail = { numerator: above.value, denominator: below.value };
      return {
        value: isOver ? 100 : value,
        state: 'known',
        at: newest(above.at, below.at),
        ages: above.ages,
        detail: isOver ? { ...detail, raw: value } : detail,
      };
    }
    return missingReading;
  }

  private dateDistance(
    measure: Extract<Measure, { kind: 'days_until' | 'days_since_date' | 'months_since' }>,
  ): Reading {
    const { scene } = this;
    const found = this.named(measure.field);
    const day = found.state === 'known' ? dayIn(found.value, scene.zone) : null;
    if (day === null) return missingReading;
    if (measure.kind === 'days_until') return known(day - scene.today, { on: dayFrom(day) });
    if (measure.kind === 'days_since_date') return known(scene.today - day, { on: dayFrom(day) });
    return known(monthsBetween(dayFrom(day), dayFrom(scene.today)), { on: dayFrom(day) });
  }

  private arithmetic(measure: Extract<Measure, { kind: 'arithmetic' }>, definition: MetricDefinition): Reading {
    const readings = measure.of.map((part) => this.read(part, definition));
    const unknown = readings.find((reading) => reading.state !== 'known' || typeof reading.value !== 'number');
    if (unknown !== undefined) return unknown.state === 'known' ? missingReading : unknown;
    const value = calculate(
      measure.op,
      readings.map((reading) => reading.value as number),
    );
    if (!Number.isFinite(value)) return missingReading;
    const at = readings.reduce<number | null>((day, reading) => newest(day, reading.at), null);
    return { value, state: 'known', at, ages: readings.some((reading) => reading.ages), detail: noDetail };
  }

  private rank(measure: Extract<Measure, { kind: 'rank' }>): Reading {
    const found = this.named(measure.metric);
    if (found.state !== 'known' || typeof found.value !== 'number') return missingReading;
    const of = measure.give === 'percentile' ? percentileIn : paretoIn;
    const share = of(this.input.peers ?? noPeers, measure.reference, found.value);
    return share === null ? missingReading : known(100 * share);
  }

  private points(measure: Extract<Measure, { kind: 'points' }>): Reading {
    const conditions = [...measure.rules.map((rule) => rule.when), ...(measure.veto === null ? [] : [measure.veto])];
    const facts: Record<string, Value> = {};
    for (const name of conditions.flatMap(factsOf)) {
      const reading = this.named(name);
      facts[name] = reading.state === 'known' ? reading.value : null;
    }
    const asked: Facts = facts;
    if (measure.veto !== null && compileOnce(measure.veto).answer(asked) === 'yes') return known(measure.min);
    let sum = 0;
    let isKnown = false;
    for (const rule of measure.rules) {
      const answer = compileOnce(rule.when).answer(asked);
      if (answer !== 'unknown') isKnown = true;
      if (answer === 'yes') sum += rule.points;
    }
    return isKnown ? known(clamp(sum, measure.min, measure.max)) : missingReading;
  }
}

const indexes = new WeakMap<readonly MetricDefinition[], ReadonlyMap<string, MetricDefinition>>();
/** Definitions by name; made once per list, since every account asks with the same one. */
export function byName(definitions: readonly MetricDefinition[]): ReadonlyMap<string, MetricDefinition> {
  let index = indexes.get(definitions);
  if (index === undefined) {
    index = new Map(definitions.map((definition) => [definition.name, definition]));
    indexes.set(definitions, index);
  }
  return index;
}

/** Metrics in the order of their definitions, undefined where one is not given; nearly always they come so. */
export function inOrderOf(
  definitions: readonly MetricDefinition[],
  metrics: readonly Metric[],
): readonly (Metric | undefined)[] {
  if (isInOrder(definitions, metrics)) return metrics;
  const given = new Map(metrics.map((metric) => [metric.name, metric]));
  return definitions.map(({ name }) => given.get(name));
}
function isInOrder(definitions: readonly MetricDefinition[], metrics: readonly Metric[]): boolean {
  if (metrics.length !== definitions.length) return false;
  for (let index = 0; index < metrics.length; index++)
    if (metrics[index]?.name !== definitions[index]?.name) return false;
  return true;
}

function known(value: Value, detail: Reading['detail'] = noDetail): Reading {
  return { value, state: 'known', at: null, ages: false, detail };
}
function newest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
function calculate(op: Extract<Measure, { kind: 'arithmetic' }>['op'], values: readonly number[]): number {
  if (op === 'min') return Math.min(...values);
  if (op === 'max') return Math.max(...values);
  if (op === 'geometric_mean') return values.reduce((product, value) => product * value, 1) ** (1 / values.length);
  const [first = Number.NaN, ...rest] = values;
  return rest.reduce((sum, value) => {
    if (op === 'add') return sum + value;
    if (op === 'subtract') return sum - value;
    return op === 'multiply' ? sum * value : sum / value;
  }, first);
}
function peak(measure: Extract<Measure, { kind: 'peak' }>, scene: Scene): Reading {
  const { of } = measure;
  if (of.kind !== 'aggregate' || of.windowDays === null) return missingReading;
  let best: Reading = missingReading;
  for (let index = 0; index < measure.windows; index++) {
    const reading = aggregate(of, scene, scene.today - of.windowDays * index);
    if (typeof reading.value !== 'number') continue;
    if (typeof best.value !== 'number' || reading.value > best.value) best = reading;
  }
  return best;
}

/** Shares are 0..1; a metric in percent gives them as 0..100. Ratios bring their own factor. */
function scaled(definition: MetricDefinition, reading: Reading): Reading {
  const { measure, unit } = definition;
  if (unit !== 'percent' || typeof reading.value !== 'number') return reading;
  const isShare =
    measure.kind === 'goal_attainment' ||
    (measure.kind === 'milestones' && measure.give === 'completion') ||
    (measure.kind === 'aggregate' && (measure.of === 'share' || measure.of === 'top_share'));
  return isShare ? { ...reading, value: reading.value * 100 } : reading;
}

/** Age, silence, true zeros and what is carried forward: the state of a metric. */
function settled(definition: MetricDefinition, reading: Reading, input: MeasureInput, scene: Scene): Metric {
  const from = sourcesOf(definition.measure);
  const at = reading.at === null ? null : dayFrom(reading.at);
  const metric: Metric = {
    name: definition.name,
    value: reading.value,
    state: reading.state,
    at,
    from,
    detail: reading.detail,
  };
  if (reading.state === 'known')
    return reading.ages && isTooOld(reading, definition, scene.today) ? { ...metric, state: 'stale' } : metric;
  if (reading.state !== 'missing') return metric;
  if (isSilent(definition, from, scene)) return { ...metric, state: 'silent' };
  const isFresh = from.every((source) => scene.freshSources.has(source));
  const policy = definition.missing;
  if (policy.kind === 'zero') return isFresh ? { ...metric, detail: { ...metric.detail, true_zero: true } } : metric;
  if (policy.kind === 'zero_if_fresh')
    return isFresh && from.length > 0
      ? { ...metric, value: 0, state: 'known', detail: { ...metric.detail, true_zero: true } }
      : carried(metric, definition, policy.carryDays, input);
  return policy.kind === 'carry_forward' ? carried(metric, definition, policy.days, input) : metric;
}
function isTooOld(reading: Reading, definition: MetricDefinition, today: number): boolean {
  return definition.staleAfterDays !== null && reading.at !== null && today - reading.at > definition.staleAfterDays;
}
function carried(metric: Metric, definition: MetricDefinition, days: number, input: MeasureInput): Metric {
  const before = input.before[definition.name];
  if (before === undefined || before.state !== 'known' || before.value === null || before.at === null) return metric;
  const age = dayNumber(input.asOf) - dayNumber(before.at);
  return age >= 0 && age <= days ? { ...before, detail: { ...before.detail, carried_days: age } } : metric;
}
/** Days that a value may be carried forward; 0 where the policy never carries. */
function carryDays({ missing }: MetricDefinition): number {
  if (missing.kind === 'carry_forward') return missing.days;
  return missing.kind === 'zero_if_fresh' ? missing.carryDays : 0;
}
/**
 * What is worth remembering of metrics that nobody knows today: values that a later day may still carry forward. Null for
 * nothing, which is the rule: what can be carried today is known today.
 */
export function stillCarried(
  definitions: readonly MetricDefinition[],
  metrics: readonly (Metric | undefined)[],
  past: { readonly metrics: Readonly<Record<string, Metric>> } | null,
  asOf: Day,
): Readonly<Record<string, Metric>> | null {
  let found: Record<string, Metric> | null = null;
  for (let index = 0; index < metrics.length; index++) {
    if (metrics[index]?.state === 'known') continue;
    const definition = definitions[index] as MetricDefinition;
    const days = carryDays(definition);
    // Asked for only here: a past that is read from a file makes its metrics when somebody wants them.
    const last = days === 0 ? undefined : past?.metrics[definition.name];
    if (last === undefined || last.at === null || last.state !== 'known') continue;
    if (dayNumber(asOf) - dayNumber(last.at) >= days) continue;
    found ??= {};
    found[definition.name] = last;
  }
  return found;
}
/** Asked often enough and never answered. Known only where the source of the answers is alive. */
function isSilent(definition: MetricDefinition, from: readonly string[], scene: Scene): boolean {
  const rule = definition.nonRespondent;
  if (rule === null || !from.every((source) => scene.freshSources.has(source))) return false;
  const asked = askedOf(definition.measure);
  const source = rule.source ?? asked?.source ?? from[0];
  if (source === undefined) return false;
  // Rows of the survey itself are invitations of this survey only where they fit its condition (nps, not csat).
  const where = asked !== null && asked.source === source ? asked.where : null;
  const test = where === null ? null : rowTest(where);
  const rows = rowsBetween(scene, source, scene.today - rule.withinDays, scene.today);
  return (test === null ? rows : rows.filter((row) => test(row, scene.account))).length >= rule.invitations;
}
/** The aggregate of answers inside of a measure: the first one met. */
function askedOf(measure: Measure): Extract<Measure, { kind: 'aggregate' }> | null {
  if (measure.kind === 'aggregate') return measure;
  if (measure.kind === 'arithmetic') return measure.of.map(askedOf).find((part) => part !== null) ?? null;
  return null;
}
