// What the facts of a home may be at all: a score runs from 0 to 100, a share from 0 to 1, 28 days hold at most 20 business days.
// Only what is sure is said; everything else may be anything.

import { conditionOrNull } from '../complete/condition.ts';
import { accountFacts, type Fact, type FactParts } from '../rules/facts.ts';
import type { Parts } from '../rules/rule.ts';
import type { MeasureGiven } from '../schema/measure.ts';
import type { Goal, May, World } from './solve.ts';
import { anything, between, isInside, type ValueSet, words } from './values.ts';

const everyNumber = between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
const fromZero = between(0, Number.POSITIVE_INFINITY);
const counted = between(0, Number.POSITIVE_INFINITY, true);
const wholeNumbers = between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, true);
const points = between(0, 100);

/** The facts of accounts. */
export function accountWorld(parts: FactParts): World {
  const facts = accountFacts(parts);
  const known = new Map<string, ValueSet>();
  const { bands, caps, families, models } = parts.scorecard;
  // The score of a parent may come from its children, and a frozen one from an earlier day: there a cap says nothing about it.
  const isCapSure = families?.score !== 'roll_up' && !models.some((model) => model.frozen);
  return {
    mayBe(fact) {
      let set = known.get(fact);
      if (set === undefined) {
        set = valuesOf(fact, facts.get(fact), parts);
        known.set(fact, set);
      }
      return { unknown: true, known: set };
    },
    follows(fact, may) {
      if (may.unknown) return [];
      const isOnly = (...list: string[]) => isInside(may.known, words(list));
      const score = (operator: 'at_most', value: number): Goal => ({
        condition: {
          any: [
            { fact: 'score', operator, value },
            { fact: 'score', operator: 'missing', value: true },
          ],
        },
        wish: 'yes',
      });
      if (fact === 'alert' && isOnly('true')) return [score('at_most', bands.alert_at_or_below + bands.alert_rearm)];
      if (fact === 'band' && isOnly('green', 'yellow', 'red'))
        return [{ condition: { fact: 'score', operator: 'missing', value: false }, wish: 'yes' }];
      const cap = caps.find((one) => `cap_${one.name}` === fact);
      if (cap !== undefined && isCapSure && isOnly('true')) {
        const when = conditionOrNull(cap.when);
        return [score('at_most', cap.limit), ...(when === null ? [] : [{ condition: when, wish: 'yes' } as const])];
      }
      return segmentFollows(fact, may, parts);
    },
  };
}

/** A segment that is made anew in every run says something about the facts that it is cut from. */
function segmentFollows(fact: string, may: May, parts: FactParts): Goal[] {
  const segment = parts.segments.segments[fact];
  if (segment === undefined || may.known.kind !== 'words' || may.known.isTurned) return [];
  const isSticky =
    segment.min_days > 0 || segment.hysteresis > 0 || segment.recompute !== 'every_run' || segment.lock !== undefined;
  if (isSticky || segment.frozen_when !== undefined) return [];
  const chosen = segment.values.filter((value) => may.known.kind === 'words' && may.known.words.has(value.value));
  const whens = chosen.map((value) => conditionOrNull(value.when));
  if (whens.some((when) => when === null)) return [];
  return [{ condition: { any: whens.flatMap((when) => when ?? []) }, wish: 'yes' }];
}

function valuesOf(name: string, fact: Fact | undefined, parts: FactParts): ValueSet {
  if (fact === undefined || fact.type === 'any') return anything;
  if (fact.type === 'boolean') return words(['true', 'false']);
  if (fact.type === 'text')
    return fact.values === undefined ? { kind: 'words', words: new Set(), isTurned: true } : words(fact.values);
  if (fact.type === 'day') return wholeNumbers;
  if (name === 'score' || name.startsWith('dimension_') || name === 'worst_child_score') return points;
  if (name === 'coverage') return between(0, 1);
  if (name === 'child_count' || name === 'red_child_count') return counted;
  return metricValues(name, parts);
}

type RangeParts = Pick<Parts, 'metrics' | 'sources'>;
/** What a metric or an attribute may be, by the way it is made. */
export function metricValues(name: string, parts: RangeParts, seen: ReadonlySet<string> = new Set()): ValueSet {
  const metric = parts.metrics.metrics[name];
  if (metric === undefined) return attributeValues(name, parts);
  if (seen.has(name)) return everyNumber;
  return measureValues(metric.measure, metric.unit === 'percent' ? 100 : 1, parts, new Set([...seen, name]));
}

function measureValues(measure: MeasureGiven, scale: number, parts: RangeParts, seen: ReadonlySet<string>): ValueSet {
  switch (measure.kind) {
    case 'count':
    case 'distinct':
    case 'star_players':
      return counted;
    case 'distinct_days':
      return between(0, measure.days ?? Number.POSITIVE_INFINITY, true);
    case 'distinct_business_days':
      return between(0, measure.days === undefined ? Number.POSITIVE_INFINITY : businessDaysIn(measure.days), true);
    case 'days_since':
    case 'days_since_oldest':
      return measure.field === undefined ? counted : wholeNumbers;
    case 'days_until':
    case 'days_since_date':
    case 'months_since':
      return wholeNumbers;
    case 'share':
    case 'top_share':
      return between(0, scale);
    case 'goal_attainment':
      return measure.give === 'behind' ? everyNumber : between(0, scale);
    case 'milestones':
      return measure.give === 'completion' ? between(0, scale) : everyNumber;
    case 'rank':
      return points;
    case 'points':
      return between(measure.min, measure.max);
    case 'constant':
      return typeof measure.value === 'number' ? between(measure.value, measure.value) : everyNumber;
    case 'metric':
      return metricValues(measure.name, parts, seen);
    case 'attribute':
      return attributeValues(measure.field, parts);
    case 'peak':
      return measureValues(measure.of, scale, parts, seen);
    case 'sum':
      return isFromZero(columnValues(measure.source, measure.field, parts)) ? fromZero : everyNumber;
    case 'mean':
    case 'min':
    case 'max':
    case 'latest':
      return withoutWhole(columnValues(measure.source, measure.field, parts));
    case 'ratio':
      return isFromZero(measureValues(measure.numerator, 1, parts, seen)) && measure.factor >= 0
        ? fromZero
        : everyNumber;
    case 'own_baseline':
    case 'calculate':
      return everyNumber;
  }
}
/** At most so many business days lie in a window: five of seven, and of a broken week as many as it has. */
function businessDaysIn(days: number): number {
  return Math.floor(days / 7) * 5 + Math.min(days % 7, 5);
}
function isFromZero(set: ValueSet): boolean {
  return isInside(set, fromZero);
}
function withoutWhole(set: ValueSet): ValueSet {
  return set.kind === 'numbers' ? { ...set, whole: false } : set;
}

type Column = Parts['sources']['sources'][string]['columns'][string];
function columnValues(source: string, field: string, parts: RangeParts): ValueSet {
  return valuesOfColumn(parts.sources.sources[source]?.columns[field]);
}
function attributeValues(name: string, parts: RangeParts): ValueSet {
  const rosters = Object.values(parts.sources.sources).filter((source) => source.holds === 'roster');
  const columns = rosters.flatMap((source) => source.columns[name] ?? []);
  // Two lists may hold it, with different limits: only where there is one, its limits are sure.
  return columns.length === 1 ? valuesOfColumn(columns[0]) : everyNumber;
}
function valuesOfColumn(column: Column | undefined): ValueSet {
  if (column === undefined || typeof column === 'string' || column.type !== 'number' || column.map !== null)
    return everyNumber;
  return between(column.min ?? Number.NEGATIVE_INFINITY, column.max ?? Number.POSITIVE_INFINITY);
}
