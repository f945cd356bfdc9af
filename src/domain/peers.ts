// What one account is compared with: sets of numbers, frozen per model version by whoever keeps them, so that one customer's
// score never moves because another's did. Only arithmetic in here; nothing is collected or kept.

import type { Measure, MetricDefinition, Normaliser } from './decisions.ts';
import type { Metric } from './nouns.ts';
import { median } from './number.ts';

/** Reference set → its numbers. A set that is absent or too small is no reference. */
export type Peers = Readonly<Record<string, readonly number[]>>;
export const noPeers: Peers = {};

/** Fewer numbers than this say nothing about a rank. */
export const smallestReference = 30;

/** Share of the set below the value, equals half; null where the set is too small to rank in. */
export function percentileIn(peers: Peers, reference: string, value: number): number | null {
  const set = peers[reference];
  if (set === undefined || set.length < smallestReference) return null;
  let below = 0;
  let equal = 0;
  for (const other of set) {
    if (other < value) below++;
    else if (other === value) equal++;
  }
  return (below + 0.5 * equal) / set.length;
}

/** Share of the whole sum that numbers above the value make together, 0..1; null where the set is too small or sums to nothing. */
export function paretoIn(peers: Peers, reference: string, value: number): number | null {
  const set = peers[reference];
  if (set === undefined || set.length < smallestReference) return null;
  const whole = set.reduce((sum, other) => sum + Math.max(0, other), 0);
  if (whole === 0) return null;
  return set.reduce((sum, other) => sum + (other > value ? Math.max(0, other) : 0), 0) / whole;
}

/** (value − median) / (1.4826 · MAD): how many robust deviations from the middle; 0 where all peers are alike, null for no set. */
export function robustZ(peers: Peers, reference: string, value: number): number | null {
  const set = peers[reference];
  if (set === undefined) return null;
  const middle = median(set);
  if (middle === null) return null;
  const spread = median(set.map((other) => Math.abs(other - middle))) ?? 0;
  return spread === 0 ? 0 : (value - middle) / (1.4826 * spread);
}

/** The middle of a reference set; null where there is none. */
export function peerMedian(peers: Peers, reference: string): number | null {
  const set = peers[reference];
  return set === undefined ? null : median(set);
}

/**
 * Which sets these metrics compare with, and the metric whose values make each: percentile and robust_z name theirs,
 * `peer_median` and a peer-adjusted baseline use the metric's own name.
 */
export function referencesOf(definitions: readonly MetricDefinition[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const definition of definitions) {
    for (const name of namedBy(definition.normalise)) found[name] = definition.name;
    if (definition.measure.kind === 'rank') found[definition.measure.reference] = definition.measure.metric;
    if (definition.missing.kind === 'peer_median' || adjusts(definition.measure))
      found[definition.name] = definition.name;
  }
  return found;
}
function namedBy(normaliser: Normaliser | null): string[] {
  if (normaliser === null) return [];
  if (normaliser.kind === 'percentile') return [normaliser.reference, ...namedBy(normaliser.fallback)];
  return normaliser.kind === 'robust_z' ? [normaliser.reference] : [];
}
function adjusts(measure: Measure): boolean {
  return measure.kind === 'own_baseline' && measure.peerAdjusted;
}

/** The numbers that an account adds to each set; unadjusted where a peer adjustment was made, or a median would divide itself. */
export function contributionTo(
  references: Readonly<Record<string, string>>,
  metrics: readonly Metric[],
): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [reference, name] of Object.entries(references)) {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric === undefined || metric.state !== 'known') continue;
    const number = metric.detail['unadjusted'] ?? metric.value;
    if (typeof number === 'number') found[reference] = number;
  }
  return found;
}
