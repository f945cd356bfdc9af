// G1, freshness: is the newest fact younger than the source's promise? Stale inputs would be scored as if nothing had
// happened since, so nothing is written from them.

import { dayOf, daysBetween } from '../calendar.ts';
import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { exceeds, many, verdict } from './verdict.ts';

export interface FreshnessFacts {
  readonly asOf: string;
  /** Zone of the home: days are cut there. */
  readonly zone: string;
  readonly sources: readonly {
    readonly source: string;
    readonly newestAt: string | null;
    /** Null: this source never grows stale. */
    readonly freshWithinDays: number | null;
  }[];
}

/** Days between the newest fact and the as-of day; null where there is no fact at all. */
export function ageInDays(newestAt: string | null, asOf: string, zone: string): number | null {
  return newestAt === null ? null : Math.max(0, daysBetween(dayOf(newestAt, zone), asOf));
}
/** Whether a source keeps its promise on that day. */
export function isFresh(source: FreshnessFacts['sources'][number], asOf: string, zone: string): boolean {
  if (source.freshWithinDays === null) return true;
  const age = ageInDays(source.newestAt, asOf, zone);
  return age !== null && !exceeds(age, source.freshWithinDays);
}

/** Value: age in days of the source that is furthest behind its promise. */
export function freshnessGate(facts: FreshnessFacts, settings: GateSettings): Verdict {
  const { asOf, zone } = facts;
  if (!settings.freshness.on)
    return verdict('G1', 'pass', { value: 0, limit: 0 }, 'Freshness is not asked about (freshness: off).');
  const promised = facts.sources.filter(({ freshWithinDays }) => freshWithinDays !== null);
  const aged = promised
    .map((source) => ({ ...source, age: ageInDays(source.newestAt, asOf, zone), limit: source.freshWithinDays ?? 0 }))
    .toSorted((a, b) => behind(b) - behind(a));
  const [worst] = aged;
  if (worst === undefined) return verdict('G1', 'pass', { value: 0, limit: 0 }, 'No source promises how fresh it is.');
  const numbers = { value: worst.age ?? Number.POSITIVE_INFINITY, limit: worst.limit };
  const stale = aged.filter((source) => !isFresh(source, asOf, zone));
  if (stale.length === 0) {
    return verdict(
      'G1',
      'pass',
      numbers,
      `All sources are fresh; ${worst.source} is the oldest at ${many(worst.age ?? 0, 'day')}, ${worst.limit} allowed.`,
    );
  }
  const each = stale.map(({ source, age, limit }) =>
    age === null ? `${source} has no facts at all` : `${source} is ${many(age, 'day')} old, ${limit} allowed`,
  );
  return verdict(
    'G1',
    'hold',
    numbers,
    `Stale input: ${each.join('; ')}. Scores from it stay as they were; see why the source stopped, then run again.`,
  );
}
function behind(source: { readonly age: number | null; readonly limit: number }): number {
  return source.age === null ? Number.POSITIVE_INFINITY : source.age - source.limit;
}
