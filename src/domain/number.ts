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
  const count = values.length;
  const units = new Array<number>(count);
  const remainders = new Array<number>(count);
  let left = Math.round(roundHalfAway(total, digits) * factor);
  for (let index = 0; index < count; index++) {
    const scaled = (values[index] as number) * factor;
    // Sums of floats end a hair below whole units; the tolerance keeps 5.9999999999 from being cut down to 5.
    const unit = Math.floor(scaled + 1e-7);
    units[index] = unit;
    remainders[index] = scaled - unit;
    left -= unit;
  }
  const step = Math.sign(left);
  for (let given = Math.abs(left), turn = 0; given > 0 && count > 0; given--, turn++) {
    // Everyone has one turn before anybody has a second.
    const best = turn < count ? nextInTurn(remainders, step) : -1;
    const index = best >= 0 ? best : turnOrder(values, factor, step)[turn % count];
    if (index === undefined) break;
    units[index] = (units[index] as number) + step;
    if (best >= 0) remainders[best] = Number.NaN;
  }
  for (let index = 0; index < count; index++) {
    const unit = units[index] as number;
    units[index] = unit === 0 ? 0 : unit / factor;
  }
  return units;
}
/** Giving begins with the largest remainder, taking with the smallest: those were rounded up the least. NaN had its turn. */
function nextInTurn(remainders: readonly number[], step: number): number {
  let best = -1;
  for (let index = 0; index < remainders.length; index++) {
    const remainder = remainders[index] as number;
    if (Number.isNaN(remainder)) continue;
    const leading = remainders[best];
    if (leading === undefined || (step > 0 ? remainder > leading : remainder <= leading)) best = index;
  }
  return best;
}
function turnOrder(values: readonly number[], factor: number, step: number): readonly number[] {
  const remainders = values.map((value) => value * factor - Math.floor(value * factor + 1e-7));
  const order: number[] = [];
  for (let best = nextInTurn(remainders, step); best >= 0; best = nextInTurn(remainders, step)) {
    order.push(best);
    remainders[best] = Number.NaN;
  }
  return order;
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
