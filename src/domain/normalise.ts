// A metric's value → 0..1, by the rule the admin chose. A value that a rule cannot read (text without a map entry) is null,
// never 0.

import type { Normaliser } from './decisions.ts';
import type { Value } from './nouns.ts';
import { clamp } from './number.ts';
import { type Peers, percentileIn, robustZ } from './peers.ts';

/** 0..1, or null where the rule does not know the value. */
export type Normalise = (value: Value, peers: Peers) => number | null;

/** Compiles a normaliser. Formulas: the table of normalisers in the documentation of metrics.yaml. */
export function compileNormaliser(normaliser: Normaliser): Normalise {
  switch (normaliser.kind) {
    case 'map': {
      const values = new Map(Object.entries(normaliser.values));
      return (value) => (value === null ? null : (values.get(String(value)) ?? null));
    }
    case 'tiers': {
      const tiers = [...normaliser.tiers].sort((a, b) => b.atLeast - a.atLeast);
      return ofNumber((x) => tiers.find((tier) => x >= tier.atLeast)?.value ?? 0);
    }
    case 'linear': {
      const { zero, full } = normaliser;
      return ofNumber((x) => clamp((x - zero) / (full - zero), 0, 1));
    }
    case 'piecewise': {
      const points = [...normaliser.points].sort((a, b) => a.at - b.at);
      return ofNumber((x) => interpolate(points, x));
    }
    case 'band': {
      const { zeroBelow, from, to, zeroAbove } = normaliser;
      return ofNumber((x) => {
        if (x < from) return from === zeroBelow ? 0 : clamp((x - zeroBelow) / (from - zeroBelow), 0, 1);
        if (x > to) return to === zeroAbove ? 0 : clamp((zeroAbove - x) / (zeroAbove - to), 0, 1);
        return 1;
      });
    }
    case 'log': {
      const whole = Math.log1p(normaliser.full);
      return ofNumber((x) => clamp(Math.log1p(Math.max(0, x)) / whole, 0, 1));
    }
    case 'percentile': {
      const fallback = compileNormaliser(normaliser.fallback);
      const { reference } = normaliser;
      return (value, peers) => {
        const x = numberOf(value);
        return x === null ? null : (percentileIn(peers, reference, x) ?? fallback(value, peers));
      };
    }
    case 'robust_z': {
      // `spread` deviations above the middle are 1, as many below are 0; a negative spread turns the direction.
      const { reference, spread } = normaliser;
      return (value, peers) => {
        const x = numberOf(value);
        const z = x === null ? null : robustZ(peers, reference, x);
        return z === null ? null : clamp(0.5 + z / (2 * spread), 0, 1);
      };
    }
  }
}

function ofNumber(rule: (x: number) => number): Normalise {
  return (value) => {
    const x = numberOf(value);
    return x === null ? null : rule(x);
  };
}
/** Yes and no count as 1 and 0; text is no number, whatever it looks like. */
function numberOf(value: Value): number | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  return typeof value === 'boolean' ? Number(value) : null;
}
function interpolate(points: readonly { readonly at: number; readonly value: number }[], x: number): number {
  let before = points[0];
  if (before === undefined) return 0;
  if (x <= before.at) return before.value;
  for (const point of points) {
    if (x <= point.at) {
      const width = point.at - before.at;
      return width === 0 ? point.value : before.value + ((point.value - before.value) * (x - before.at)) / width;
    }
    before = point;
  }
  return before.value;
}
