// Date literals of SOQL as spans of days, in the time of the sandbox (UTC). Fiscal
// years are those of the calendar.

import { plusDays } from '../world/days.ts';

export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** The days that a literal means (`TODAY`, `LAST_N_DAYS:30`); null for a literal that is not known here. */
export function dateRange(literal: string, now: string): DayRange | null {
  const today = now.slice(0, 10);
  const [name = '', count = '0'] = literal.toUpperCase().split(':');
  const n = Number(count);
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  switch (name) {
    case 'TODAY':
      return { from: today, to: today };
    case 'YESTERDAY':
      return { from: plusDays(today, -1), to: plusDays(today, -1) };
    case 'TOMORROW':
      return { from: plusDays(today, 1), to: plusDays(today, 1) };
    case 'LAST_N_DAYS':
      return { from: plusDays(today, -n), to: today };
    case 'NEXT_N_DAYS':
      return { from: plusDays(today, 1), to: plusDays(today, n) };
    case 'N_DAYS_AGO':
      return { from: plusDays(today, -n), to: plusDays(today, -n) };
    case 'LAST_90_DAYS':
      return { from: plusDays(today, -90), to: today };
    case 'NEXT_90_DAYS':
      return { from: plusDays(today, 1), to: plusDays(today, 90) };
    case 'THIS_MONTH':
      return months(year, month, 0);
    case 'LAST_MONTH':
      return months(year, month, -1);
    case 'NEXT_MONTH':
      return months(year, month, 1);
    case 'THIS_YEAR':
    case 'THIS_FISCAL_YEAR':
      return { from: `${year}-01-01`, to: `${year}-12-31` };
    case 'LAST_YEAR':
    case 'LAST_FISCAL_YEAR':
      return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
    case 'NEXT_YEAR':
    case 'NEXT_FISCAL_YEAR':
      return { from: `${year + 1}-01-01`, to: `${year + 1}-12-31` };
    case 'LAST_N_MONTHS':
      return { from: months(year, month, -n).from, to: months(year, month, -1).to };
    case 'NEXT_N_MONTHS':
      return { from: months(year, month, 1).from, to: months(year, month, n).to };
    case 'LAST_N_YEARS':
      return { from: `${year - n}-01-01`, to: `${year - 1}-12-31` };
    case 'NEXT_N_YEARS':
      return { from: `${year + 1}-01-01`, to: `${year + n}-12-31` };
    case 'LAST_N_WEEKS':
      return { from: week(today, -n).from, to: week(today, -1).to };
    case 'NEXT_N_WEEKS':
      return { from: week(today, 1).from, to: week(today, n).to };
    case 'LAST_N_QUARTERS':
      return { from: quarter(year, month, -n).from, to: quarter(year, month, -1).to };
    case 'NEXT_N_QUARTERS':
      return { from: quarter(year, month, 1).from, to: quarter(year, month, n).to };
    case 'THIS_WEEK':
    case 'LAST_WEEK':
    case 'NEXT_WEEK':
      return week(today, offsets[name.slice(0, 4)] ?? 0);
    case 'THIS_QUARTER':
    case 'LAST_QUARTER':
    case 'NEXT_QUARTER':
    case 'THIS_FISCAL_QUARTER':
    case 'LAST_FISCAL_QUARTER':
    case 'NEXT_FISCAL_QUARTER':
      return quarter(year, month, offsets[name.slice(0, 4)] ?? 0);
    default:
      return null;
  }
}

const offsets: Readonly<Record<string, number>> = { THIS: 0, LAST: -1, NEXT: 1 };
/** Weeks begin on Sunday, as they do for a user of the locale en_US. */
function week(today: string, offset: number): DayRange {
  const sunday = plusDays(today, -new Date(`${today}T00:00:00Z`).getUTCDay() + 7 * offset);
  return { from: sunday, to: plusDays(sunday, 6) };
}
function quarter(year: number, month: number, offset: number): DayRange {
  const first = month - ((month - 1) % 3) + 3 * offset;
  return { from: months(year, first, 0).from, to: months(year, first, 2).to };
}

function months(year: number, month: number, offset: number): DayRange {
  const day = (months: number) => new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  return { from: day(offset), to: plusDays(day(offset + 1), -1) };
}
