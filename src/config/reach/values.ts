// Sets of values that a fact may have: stretches of numbers and days, or lists of words. Small on purpose: to cut, to turn round,
// to ask whether anything is left and for one value that is.

/** A stretch from `low` to `high`; an end counts where its `…In` says so. Days are numbers here: days since 1970. */
export interface Stretch {
  readonly low: number;
  readonly lowIn: boolean;
  readonly high: number;
  readonly highIn: boolean;
}
/**
 * numbers: the value lies in one of the stretches; `whole`: only whole numbers count. words: one of the list, or, turned round,
 * anything but these. anything: nobody can tell, every value is possible.
 */
export type ValueSet =
  | { readonly kind: 'numbers'; readonly stretches: readonly Stretch[]; readonly whole: boolean }
  | { readonly kind: 'words'; readonly words: ReadonlySet<string>; readonly isTurned: boolean }
  | { readonly kind: 'anything' };

export const anything: ValueSet = { kind: 'anything' };
export const nothing: ValueSet = { kind: 'words', words: new Set(), isTurned: false };

/** From one number to another, both included. */
export function between(low: number, high: number, whole = false): ValueSet {
  return { kind: 'numbers', stretches: [{ low, lowIn: true, high, highIn: true }], whole };
}
export function words(list: Iterable<string>): ValueSet {
  return { kind: 'words', words: new Set(list), isTurned: false };
}
/** Numbers above or below an edge, with the edge or without it. */
export function beyond(side: 'above' | 'below', edge: number, isIn: boolean): ValueSet {
  const stretch =
    side === 'above'
      ? { low: edge, lowIn: isIn, high: Number.POSITIVE_INFINITY, highIn: false }
      : { low: Number.NEGATIVE_INFINITY, lowIn: false, high: edge, highIn: isIn };
  return { kind: 'numbers', stretches: [stretch], whole: false };
}

/** What is in both. Sets of different kinds cannot be compared; then the first stands. */
export function both(a: ValueSet, b: ValueSet): ValueSet {
  if (a.kind === 'anything') return b;
  if (b.kind === 'anything') return a;
  if (a.kind === 'words' && b.kind === 'words') return bothWords(a, b);
  if (a.kind !== 'numbers' || b.kind !== 'numbers') return isEmpty(a) ? a : isEmpty(b) ? b : a;
  const stretches = a.stretches.flatMap((one) => b.stretches.flatMap((other) => cut(one, other)));
  return { kind: 'numbers', stretches, whole: a.whole || b.whole };
}
type Words = Extract<ValueSet, { kind: 'words' }>;
function bothWords(a: Words, b: Words): ValueSet {
  if (a.isTurned && b.isTurned) return { kind: 'words', words: new Set([...a.words, ...b.words]), isTurned: true };
  if (a.isTurned) return bothWords(b, a);
  return words([...a.words].filter((word) => b.words.has(word) !== b.isTurned));
}
function cut(a: Stretch, b: Stretch): Stretch[] {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  const lowIn = (a.low < low || a.lowIn) && (b.low < low || b.lowIn);
  const highIn = (a.high > high || a.highIn) && (b.high > high || b.highIn);
  return low > high || (low === high && !(lowIn && highIn)) ? [] : [{ low, lowIn, high, highIn }];
}

/** Everything else of the same kind. */
export function turned(set: ValueSet): ValueSet {
  if (set.kind === 'anything') return set;
  if (set.kind === 'words') return { ...set, isTurned: !set.isTurned };
  let rest: ValueSet = between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  for (const { low, lowIn, high, highIn } of set.stretches) {
    const outside: Stretch[] = [];
    if (low > Number.NEGATIVE_INFINITY)
      outside.push({ low: Number.NEGATIVE_INFINITY, lowIn: false, high: low, highIn: !lowIn });
    if (high < Number.POSITIVE_INFINITY)
      outside.push({ low: high, lowIn: !highIn, high: Number.POSITIVE_INFINITY, highIn: false });
    rest = both(rest, { kind: 'numbers', stretches: outside, whole: false });
  }
  return rest;
}

export function isEmpty(set: ValueSet): boolean {
  if (set.kind === 'anything') return false;
  if (set.kind === 'words') return !set.isTurned && set.words.size === 0;
  return set.stretches.every((stretch) => set.whole && wholeIn(stretch) === null);
}
/** A whole number of a stretch; null where there is none. */
function wholeIn({ low, lowIn, high, highIn }: Stretch): number | null {
  if (!Number.isFinite(low)) return Number.isFinite(high) ? Math.ceil(high) - 1 : 0;
  const first = lowIn && Number.isInteger(low) ? low : Math.floor(low) + 1;
  return first < high || (first === high && highIn) ? first : null;
}

/** True when everything of `inner` is in `outer`. */
export function isInside(inner: ValueSet, outer: ValueSet): boolean {
  return inner.kind !== 'anything' && outer.kind !== 'anything' && isEmpty(both(inner, turned(outer)));
}

/** One value of the set, as people write it; null where there is none, or none can be named. */
export function example(set: ValueSet): string | null {
  if (set.kind === 'anything') return null;
  if (set.kind === 'words') return set.isTurned ? null : ([...set.words][0] ?? null);
  for (const stretch of set.stretches) {
    const whole = wholeIn(stretch);
    if (whole !== null && (set.whole || (whole > stretch.low && whole < stretch.high) || isOn(stretch, whole)))
      return String(whole);
    if (!set.whole) return String(Number(((stretch.low + stretch.high) / 2).toFixed(3)));
  }
  return null;
}
function isOn({ low, lowIn, high, highIn }: Stretch, value: number): boolean {
  return (lowIn && value === low) || (highIn && value === high);
}
