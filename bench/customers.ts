// Customers for the benches of the domain: metrics with values between the worst and the best that their rules know, the same
// for the same seed. A quarter of them are badly off, so that plays have something to do; some metrics nobody knows.

import type { MetricDefinition } from '../src/domain/decisions.ts';
import type { Account, Metric, Value } from '../src/domain/nouns.ts';

/** Numbers from 0 to 1 (mulberry32); the same seed gives the same numbers. */
export function chance(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function customer(index: number): Account {
  const next = chance(index);
  return {
    key: `customer-${String(index).padStart(7, '0')}`,
    name: `Customer ${index}`,
    ids: { salesforce: `001${index}`, hubspot: String(index) },
    owners: { salesforce: `005${index % 40}`, hubspot: String(index % 40) },
    parent: null,
    attributes: {
      plan: next() < 0.5 ? 'pro' : 'basic',
      status: 'active',
      seats: 5 + Math.floor(next() * 200),
      arr: Math.round(10 ** (5 + next() * 2)),
      started_on: '2023-04-01',
      payment_overdue_days: next() < 0.05 ? 40 : 0,
    },
    contacts: [],
  };
}

/** The customer's metrics on a day: from one day to the next about one in twenty moves. */
export function metricsOf(definitions: readonly MetricDefinition[], index: number, day: string): Metric[] {
  const mood = chance(index)();
  const seed = Number(day.replaceAll('-', ''));
  const moves = chance(index * 7 + seed);
  return definitions.map((definition, place) => {
    const next = chance(index * 1_009 + place * 31 + (moves() < 0.05 ? seed : 0));
    const x = next();
    const level = mood < 0.25 ? 0.6 * x * x : mood < 0.6 ? 0.8 * x : x;
    const value = next() < rarity(definition) ? null : valueAt(definition, level, day);
    const at = value === null ? null : day;
    return {
      name: definition.name,
      value,
      state: value === null ? 'missing' : 'known',
      at,
      from: ['bench'],
      detail: {},
    };
  });
}
/** Share of the customers of whom nobody knows it: incidents are rare, usage is known of nearly all. */
function rarity({ unit, measure }: MetricDefinition): number {
  if (measure.kind === 'constant' || unit === 'text') return 0.95;
  return unit === 'date' ? 0.6 : 0.06;
}
function valueAt({ name, unit, normalise }: MetricDefinition, level: number, day: string): Value {
  const whole = ['count', 'days', 'score'].includes(unit);
  const rounded = (x: number): number => (whole ? Math.round(x) : Math.round(x * 100) / 100);
  if (normalise?.kind === 'linear') return rounded(normalise.zero + (normalise.full - normalise.zero) * level * 1.2);
  if (normalise?.kind === 'tiers')
    return rounded(Math.max(...normalise.tiers.map(({ atLeast }) => atLeast)) * level * 1.3);
  if (normalise?.kind === 'piecewise') {
    const [first, last] = [normalise.points[0], normalise.points.at(-1)];
    if (first !== undefined && last !== undefined) {
      const share = last.value > first.value ? 0.3 + level : (1 - level) * 0.8;
      return rounded(first.at + (last.at - first.at) * share);
    }
  }
  if (unit === 'currency') return Math.round(10 ** (5.3 + level * 2.2));
  if (unit === 'date') return day;
  if (unit === 'text') return 'something';
  if (name === 'tenure_days') return 100 + Math.floor(level * 1_400);
  if (name === 'days_to_renewal') return Math.floor(level * 365);
  return rounded(unit === 'percent' ? level * 100 : unit === 'ratio' ? level * 2 : level * 10);
}
