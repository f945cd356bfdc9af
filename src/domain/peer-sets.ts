// Which sets of peers a configuration compares with, and what must be measured to fill them. Two kinds: sets that are frozen
// per model (ranks, medians that stand in for what is missing), so that one customer's score never moves because another's
// did; and sets of the day (what a window did to everybody), which remove holidays and outages from a trend.

import { factsOf } from './condition.ts';
import type { Measure, MetricDefinition } from './decisions.ts';
import { hashOf } from './hash.ts';
import { type Peers, referencesOf, smallestReference } from './peers.ts';
import { reachOf } from './reach.ts';

export interface PeerSets {
  /** Reference → metric, frozen by {@link hash}. */
  readonly frozen: Readonly<Record<string, string>>;
  /** Reference → metric, made anew for each day. */
  readonly daily: Readonly<Record<string, string>>;
  /** The definitions that all of these need, and no others. */
  readonly definitions: readonly MetricDefinition[];
  /** How many days back those look, by source; null: everything. */
  readonly reach: Readonly<Record<string, number | null>>;
  /** Over the models and the metrics compared with: another hash, another set. */
  readonly hash: string;
}

export function peerSetsOf(definitions: readonly MetricDefinition[], modelHashes: readonly string[]): PeerSets {
  const all = Object.entries(referencesOf(definitions));
  const index = new Map(definitions.map((definition) => [definition.name, definition]));
  const isDaily = ([, metric]: readonly [string, string]): boolean => {
    const measure = index.get(metric)?.measure;
    return measure?.kind === 'own_baseline' && measure.peerAdjusted;
  };
  const frozen = all.filter((one) => !isDaily(one));
  const needed = neededFor(
    all.map(([, metric]) => metric),
    index,
  );
  return {
    frozen: Object.fromEntries(frozen),
    daily: Object.fromEntries(all.filter(isDaily)),
    definitions: definitions.filter(({ name }) => needed.has(name)),
    reach: reachOf(definitions.filter(({ name }) => needed.has(name))),
    hash: hashOf({ modelHashes, compared: frozen.map(([, metric]) => index.get(metric)?.measure ?? null) }).slice(
      0,
      12,
    ),
  };
}

/** These metrics and every metric they are made of. */
function neededFor(names: readonly string[], index: ReadonlyMap<string, MetricDefinition>): ReadonlySet<string> {
  const needed = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const definition = index.get(name);
    if (definition === undefined || needed.has(name)) continue;
    needed.add(name);
    open.push(...asked(definition.measure));
  }
  return needed;
}
function asked(measure: Measure): readonly string[] {
  switch (measure.kind) {
    case 'metric':
      return [measure.name];
    case 'days_until':
    case 'days_since_date':
    case 'months_since':
      return [measure.field];
    case 'ratio':
      return [measure.numerator, ...measure.denominators].flatMap(asked);
    case 'arithmetic':
      return measure.of.flatMap(asked);
    case 'peak':
      return asked(measure.of);
    case 'points':
      return [...measure.rules.map(({ when }) => when), ...(measure.veto === null ? [] : [measure.veto])].flatMap(
        factsOf,
      );
    case 'rank':
      return [measure.metric];
    default:
      return [];
  }
}

/** The sets that are large enough to say something. A median of three would mostly be the account itself. */
export function largeEnough(peers: Peers): Peers {
  return Object.fromEntries(Object.entries(peers).filter(([, set]) => set.length >= smallestReference));
}
