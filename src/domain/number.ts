// Numbers rounded once, and shares that add up to the whole. No locale, no formatting: that is words.ts.

/**
 * Rounds half away from zero, as people do by hand. A half that binary floating point shows a hair too low (1.005) still
 * counts as a half.
 */
export function roundHalfAway(x: number, digits: number): number {
  if (!Number.isFinite(x)) return x;
  const factor = digits === 1 ? 10 : digits === 0 ? 1 : 10 ** digits;
  const scaled = Math.abs(x) * factor;
  if (scaled > 2 ** 50) return x;
  // Of huge numbers a hair is a visible part of a unit; there a half that is missed does less harm than one that is made up.
  const hair = Math.min(scaled * 4 * Number.EPSILON, 1e-3);
  const whole = Math.floor(scaled + 0.5 + hair);
  return whole === 0 ? 0 : (Math.sign(x) * whole) / factor;
}

/**
 * Rounds values so that they add up to the rounded total: each is rounded down, and the units that are left go to the
 * largest remainders, the first of equals first.
 */
export function largestRemainder(values: readonly number[], total: number, digits: number): number[] {
  const factor = 10 ** digits;
  const units: number[] = [];
  const remainders: number[] = [];
  let left = Math.round(roundHalfAway(total, digits) * factor);
  for (const value of values) {
    // Sums of floats end a hair below whole units; the tolerance keeps 5.9999999999 from being cut down to 5.
    const unit = Math.floor(value * factor + 1e-7);
    units.push(unit);
    remainders.push(value * factor - unit);
    left -= unit;
  }
  // Taking units away begins with the smallest remainder: those were rounded up the least.
  const isBetter = left > 0 ? (a: number, b: number) => a > b : (a: number, b: number) => a <= b;
  const step = Math.sign(left);
  let open = remainders.slice();
  for (let given = Math.abs(left); given > 0 && values.length > 0; given--) {
    let best = -1;
    for (let index = 0; index < open.length; index++) {
      const remainder = open[index] as number;
      if (!Number.isNaN(remainder) && (best < 0 || isBetter(remainder, open[best] as number))) best = index;
    }
    if (best < 0) {
      if (remainders.every(Number.isNaN)) break;
      // Everyone has had a turn: the next round begins.
      open = remainders.slice();
      given++;
      continue;
    }
    units[best] = (units[best] as number) + step;
    open[best] = Number.NaN;
  }
  return units.map((unit) => (unit === 0 ? 0 : unit / factor));
}

/** Keeps a number inside [low, high]. */
export function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}

/** The middle of numbers, the mean of the middle two where their count is even; null for none. */
export function median(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
