// How a gate says its answer: a number against a limit, and one plain sentence. Helpers of the gates, nothing else.

import type { GateId, Verdict } from '../nouns.ts';

/** A verdict. Non-finite numbers have no place in a stored plan and are bounded. */
export function verdict(
  gate: GateId,
  answer: Verdict['answer'],
  numbers: { readonly value: number; readonly limit: number },
  says: string,
): Verdict {
  const bounded = (x: number) =>
    Number.isFinite(x) ? Math.round(x * 1e6) / 1e6 : Number.isNaN(x) ? 0 : 1e9 * Math.sign(x);
  return { gate, answer, value: bounded(numbers.value), limit: bounded(numbers.limit), says };
}

/** Above the limit. At the limit passes, also where binary fractions add up to a hair more (0.9 − 0.7). */
export function exceeds(value: number, limit: number): boolean {
  return value > limit + 1e-9 * Math.max(1, Math.abs(limit));
}
/** Below the limit; at the limit passes. */
export function fallsShort(value: number, limit: number): boolean {
  return value < limit - 1e-9 * Math.max(1, Math.abs(limit));
}

/** `4%`, `12.5%`. */
export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10}%`;
}
/** `3 tasks`, `1 task`. */
export function many(count: number, one: string, more: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
