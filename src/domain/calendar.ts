// Days, windows and business days. Plain day arithmetic runs on integers (days since 1970-01-01), because it happens for
// every row; time zones and holidays are asked of their libraries once per span and once per year. No clock in here.

import { createRequire } from 'node:module';
import type HolidaysClass from 'date-holidays';
import { Temporal } from 'temporal-polyfill';

/** `YYYY-MM-DD`. */
export type Day = string;

const msPerDay = 86_400_000;

/** Days since 1970-01-01; NaN where the text does not begin with a day. A longer text is read by its first ten characters. */
export function dayNumber(day: Day): number {
  const year = digits(day, 0, 4);
  const month = digits(day, 5, 7);
  const date = digits(day, 8, 10);
  const separated = day.charCodeAt(4) === 45 && day.charCodeAt(7) === 45;
  if (!separated || !(month >= 1 && month <= 12 && date >= 1 && date <= monthLength(year, month))) return Number.NaN;
  // Counted from 1 March, so that the leap day is the last of its year; the arithmetic of the proleptic Gregorian calendar.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const written = new Map<number, Day>();
/** The day with this number; the inverse of {@link dayNumber}. The few days a run looks at are written once. */
export function dayFrom(number: number): Day {
  let day = written.get(number);
  if (day === undefined) {
    day = writeDay(number);
    if (written.size > 10_000) written.clear();
    written.set(number, day);
  }
  return day;
}
function writeDay(number: number): Day {
  const z = number + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}-${date < 10 ? '0' : ''}${date}`;
}

/** The day `n` days later (earlier where negative). */
export function addDays(day: Day, n: number): Day {
  return dayFrom(dayNumber(day) + n);
}
/** Days from `a` to `b`; negative where `b` is earlier. NaN where either is no day. */
export function daysBetween(a: Day, b: Day): number {
  return dayNumber(b) - dayNumber(a);
}

/** Whole months from `a` to `b`; 2024-04-01 to 2026-01-01 is 21. Negative where `b` is earlier. */
export function monthsBetween(a: Day, b: Day): number {
  if (b < a) return -monthsBetween(b, a) || 0;
  const months = (digits(b, 0, 4) - digits(a, 0, 4)) * 12 + digits(b, 5, 7) - digits(a, 5, 7);
  // The last day of a shorter month ends a month that began on a later date: 31 January to 28 February is one month.
  const isMonthEnd = addDays(b, 1).slice(8, 10) === '01';
  return digits(b, 8, 10) < digits(a, 8, 10) && !isMonthEnd ? months - 1 : months;
}

/** The half-open window of so many whole days before `asOf`: `from` belongs to it, `to` (the as-of day) does not. */
export function windowOf(asOf: Day, days: number): { readonly from: Day; readonly to: Day } {
  return { from: addDays(asOf, -days), to: asOf };
}

// ── Instants in a zone ───────────────────────────────────────────────────────────────────────────────────────────

/**
 * The calendar day of an ISO instant in a zone. What is a day already stays that day; an instant without an offset is read
 * as UTC. Throws RangeError where it is neither.
 */
export function dayOf(instant: string, zone: string): Day {
  const number = dayNumberOf(instant, zone);
  if (Number.isNaN(number)) throw new RangeError(`"${instant.slice(0, 40)}" is neither a day nor an instant`);
  return dayFrom(number);
}
/** {@link dayOf} as a number, NaN instead of an error: for the hot path. */
export function dayNumberOf(instant: string, zone: string): number {
  if (instant.length <= 10) return instant.length === 10 ? dayNumber(instant) : Number.NaN;
  const ms = instantMs(instant);
  return Number.isNaN(ms) ? ms : Math.floor((ms + offsetAt(ms, zone)) / msPerDay);
}

function instantMs(instant: string): number {
  const day = dayNumber(instant);
  const hour = digits(instant, 11, 13);
  const minute = digits(instant, 14, 16);
  const separator = instant.charAt(10);
  if ((separator !== 'T' && separator !== ' ') || hour > 24 || minute > 59) return Number.NaN;
  let second = 0;
  let at = 16;
  if (instant.charAt(16) === ':') {
    second = digits(instant, 17, 19);
    at = 19;
    if (instant.charAt(at) === '.') while (instant.charCodeAt(++at) >= 48 && instant.charCodeAt(at) <= 57);
  }
  let offset = 0;
  const sign = instant.charAt(at);
  if (sign === '+' || sign === '-') {
    const colon = instant.charAt(at + 3) === ':' ? 1 : 0;
    const hours = digits(instant, at + 1, at + 3);
    const minutes = instant.length > at + 3 ? digits(instant, at + 3 + colon, at + 5 + colon) : 0;
    offset = (hours * 60 + minutes) * (sign === '-' ? -1 : 1);
  } else if (sign !== '' && sign !== 'Z' && sign !== 'z') return Number.NaN;
  return day * msPerDay + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly offsetMs: number;
}
const spansOf = new Map<string, Span[]>();
/** A zone keeps its offset between two transitions, so the library is asked once per span and not once per row. */
function offsetAt(ms: number, zone: string): number {
  let spans = spansOf.get(zone);
  if (spans === undefined) {
    spans = [];
    spansOf.set(zone, spans);
  }
  for (const span of spans) if (ms >= span.from && ms < span.to) return span.offsetMs;
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  // `previous` is strictly earlier: asked a little later, it also finds a transition at this very moment.
  const previous = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const next = local.getTimeZoneTransition('next');
  const span: Span = {
    from: previous?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: local.offsetNanoseconds / 1_000_000,
  };
  spans.unshift(span);
  return span.offsetMs;
}

// ── Business days ────────────────────────────────────────────────────────────────────────────────────────────────

/** Which days are worked: Monday to Friday but for holidays. Opaque; made by {@link businessCalendar}. */
export interface BusinessCalendar {
  readonly country: string | null;
  readonly isHoliday: (number: number) => boolean;
  /** Business days of spans that were asked for before. */
  readonly counted: Map<number, number>;
}

/** Loaded at the first question about a holiday: the library knows all countries, and that is 25 MB of memory. */
let Holidays: typeof HolidaysClass | null = null;
function holidayLibrary(): typeof HolidaysClass {
  Holidays ??= createRequire(import.meta.url)('date-holidays') as typeof HolidaysClass;
  return Holidays;
}

const holidaysOf = new Map<string, ReadonlySet<number>>();
/** Public holidays of a country in a year, as day numbers; `JP`, or with a state `DE-BY`. */
function publicHolidays(country: string, year: number): ReadonlySet<number> {
  const key = `${country} ${year}`;
  let days = holidaysOf.get(key);
  if (days === undefined) {
    const [code, state, region] = country.split('-');
    const library = new (holidayLibrary())({
      country: code ?? country,
      ...(state === undefined ? {} : { state }),
      ...(region === undefined ? {} : { region }),
    });
    const found = new Set<number>();
    for (const holiday of library.getHolidays(year)) {
      if (holiday.type !== 'public') continue;
      const first = dayNumber(holiday.date);
      const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / msPerDay));
      for (let offset = 0; offset < length; offset++) found.add(first + offset);
    }
    days = found;
    holidaysOf.set(key, days);
  }
  return days;
}

/** A calendar of business days. `country` is an ISO 3166 code (null: weekends only), `extra` are further free days. */
export function businessCalendar(settings: {
  readonly country: string | null;
  readonly extra: readonly Day[];
}): BusinessCalendar {
  const { country } = settings;
  const extra = new Set(settings.extra.map(dayNumber));
  return {
    country,
    isHoliday: (number) =>
      extra.has(number) || (country !== null && publicHolidays(country, digits(dayFrom(number), 0, 4)).has(number)),
    counted: new Map(),
  };
}

/** True for Monday to Friday that are no holidays. */
export function isBusinessDay(calendar: BusinessCalendar, day: Day): boolean {
  return isBusinessNumber(calendar, dayNumber(day));
}
/** {@link isBusinessDay} for a day number. */
export function isBusinessNumber(calendar: BusinessCalendar, number: number): boolean {
  // Day 0 was a Thursday; 0 is Sunday here.
  const weekday = (((number + 4) % 7) + 7) % 7;
  return weekday !== 0 && weekday !== 6 && !calendar.isHoliday(number);
}

/** The nth business day after `day` (before, where negative); `day` itself for 0. */
export function addBusinessDays(calendar: BusinessCalendar, day: Day, n: number): Day {
  const step = n < 0 ? -1 : 1;
  let number = dayNumber(day);
  // A calendar in which every day is free would never end; ten years are the most that is looked at.
  for (let left = Math.abs(n), tries = 0; left > 0 && tries < 3_660; tries++) {
    number += step;
    if (isBusinessNumber(calendar, number)) left--;
  }
  return dayFrom(number);
}

/** Business days in [from, to). */
export function businessDaysIn(calendar: BusinessCalendar, from: Day, to: Day): number {
  return businessDaysBetween(calendar, dayNumber(from), dayNumber(to));
}
/** {@link businessDaysIn} for day numbers; remembered, since every account asks for the same windows. */
export function businessDaysBetween(calendar: BusinessCalendar, from: number, to: number): number {
  if (!(to > from)) return 0;
  const key = from * 100_000 + (to - from);
  let count = calendar.counted.get(key);
  if (count === undefined) {
    count = 0;
    for (let number = from; number < to; number++) if (isBusinessNumber(calendar, number)) count++;
    // A run asks for a handful of windows; the bound only keeps a process that lives for years small.
    if (calendar.counted.size > 10_000) calendar.counted.clear();
    calendar.counted.set(key, count);
  }
  return count;
}
