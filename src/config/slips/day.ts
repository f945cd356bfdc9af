// Dates as people write them → the one way that nobody can misread.

import type { ValueSlip } from './value.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** First years of the eras of Japan, minus one. */
const eras: Readonly<Record<string, number>> = { 令和: 2018, R: 2018, 平成: 1988, H: 1988, 昭和: 1925, S: 1925 };

/** What is wrong with a day that is not written YYYY-MM-DD; null where it is no day at all. */
export function daySlip(given: string): ValueSlip | null {
  const text = given.normalize('NFKC').trim().replace(/,$/, '');
  const is = 'is a day in another form';
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso !== null) {
    const [, year, month, day] = iso.map(Number) as [number, number, number, number];
    if (dayOf(year, month, day) === null) return { is: 'is no day of the calendar', instead: lastOf(year, month) };
    return { is: 'is written in full-width letters', instead: text };
  }
  const instant = /^(\d{4}-\d{2}-\d{2})[T ]\d/.exec(text);
  if (instant !== null) return { is: 'holds a time as well', instead: instant[1] as string };
  const yearFirst =
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (yearFirst !== null)
    return { is, instead: dayOf(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3])) };
  const era = /^(令和|平成|昭和|R|H|S)\s*(\d{1,2}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$/.exec(text);
  if (era !== null) {
    const year = (eras[era[1] as string] as number) + (era[2] === '元' ? 1 : Number(era[2]));
    return { is: 'is a day of a Japanese era', instead: dayOf(year, Number(era[3]), Number(era[4])) };
  }
  const named = /^(?:(\d{1,2})\.? ?([A-Za-z]{3,9})|([A-Za-z]{3,9})\.? (\d{1,2})),? ?(\d{4})$/.exec(text);
  if (named !== null) {
    const month = months.indexOf((named[2] ?? named[3] ?? '').slice(0, 3).toLowerCase()) + 1;
    return month === 0 ? null : { is, instead: dayOf(Number(named[5]), month, Number(named[1] ?? named[4])) };
  }
  const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/.exec(text);
  if (yearLast === null) return null;
  const [first, second, year] = [Number(yearLast[1]), Number(yearLast[3]), Number(yearLast[4])];
  const dayFirst = dayOf(year, second, first);
  const monthFirst = dayOf(year, first, second);
  // 4/1/2026 is January here and April there; with points the day comes first everywhere.
  if (dayFirst !== null && monthFirst !== null && dayFirst !== monthFirst && yearLast[2] !== '.')
    return { is: `can mean ${dayFirst} or ${monthFirst}`, instead: null };
  return { is, instead: dayFirst ?? monthFirst };
}

function dayOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}
function lastOf(year: number, month: number): string | null {
  return month < 1 || month > 12 ? null : new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
