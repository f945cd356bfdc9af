// Days of the sandbox's world, and chance that depends on nothing but a name: the same account on the same day always
// behaves alike, whenever one looks. Pure.

const DAY_MS = 86_400_000;
// The same few hundred days are asked for hundreds of thousands of times.
const numbers = new Map<string, number>();
const names = new Map<number, string>();

/** Days since 1970-01-01. */
export function dayNumber(day: string): number {
  let number = numbers.get(day);
  if (number === undefined) {
    number = Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
    numbers.set(day, number);
  }
  return number;
}
function dayName(number: number): string {
  let name = names.get(number);
  if (name === undefined) {
    name = new Date(number * DAY_MS).toISOString().slice(0, 10);
    names.set(number, name);
  }
  return name;
}
/** The day so many days after (or, negative, before) another. */
export function plusDays(day: string, days: number): string {
  return dayName(dayNumber(day) + days);
}
/** How many days from `a` to `b`; negative when `b` is earlier. */
export function daysBetween(a: string, b: string): number {
  return dayNumber(b) - dayNumber(a);
}
/** Monday to Friday; the sandbox keeps no holidays. */
export function isWorkday(number: number): boolean {
  const weekday = (number + 4) % 7;
  return weekday !== 0 && weekday !== 6;
}
/** A fraction in [0, 1) that belongs to this name (FNV-1a with a final mix). */
export function fractionOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
/** A whole number from `low` to `high`, both included, that belongs to this name. */
export function wholeOf(name: string, low: number, high: number): number {
  return low + Math.floor(fractionOf(name) * (high - low + 1));
}
