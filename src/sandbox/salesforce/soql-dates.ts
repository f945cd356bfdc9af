// Date literals of SOQL as spans of days, in the time of the sandbox (UTC). Only those that a connector would use; others
// are not known.

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
      return { from: `${year}-01-01`, to: `${year}-12-31` };
    case 'LAST_YEAR':
      return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
    default:
      return null;
  }
}

function months(year: number, month: number, offset: number): DayRange {
  const day = (months: number) => new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  return { from: day(offset), to: plusDays(day(offset + 1), -1) };
}
