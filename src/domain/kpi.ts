// The figures a company steers by: churn, retention, NPS, LTV, early churn, and whether they are where they should be. Shares
// are 0..1 in here; nothing is shown for too few.

import { addDays, daysBetween } from './calendar.ts';
import type { Words } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** Customers lost in a month ÷ customers at the end of the month before; null for none to lose. 6 of 240 is 0.025. */
export function customerChurn(lost: number, atEndOfMonthBefore: number): number | null {
  return atEndOfMonthBefore > 0 ? lost / atEndOfMonthBefore : null;
}
/** (Cancelled + contracted) ÷ revenue of the month before. Expansion never nets off in here. */
export function revenueChurn(cancelled: number, contracted: number, revenueOfMonthBefore: number): number | null {
  return revenueOfMonthBefore > 0 ? (cancelled + contracted) / revenueOfMonthBefore : null;
}
/** 1 − churn. */
export function retention(churn: number): number {
  return 1 - churn;
}
/** Twelve months of the same churn, compounded: 2.5% a month leaves 73.8% a year. */
export function annualRetention(monthlyChurn: number): number {
  return (1 - monthlyChurn) ** 12;
}

/** Fewest answers that an NPS value is made of. */
export const fewestAnswers = 5;
/** Share of promoters (9–10) minus share of detractors (0–6), −100..100; n always, the value only from five answers on. */
export function npsValue(answers: {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}): { readonly value: number | null; readonly n: number } {
  const n = answers.promoters + answers.passives + answers.detractors;
  const value = n < fewestAnswers ? null : roundHalfAway((100 * (answers.promoters - answers.detractors)) / n, 1);
  return { value, n };
}

/** Average price × gross margin × purchases a year × years. */
export function lifetimeValue(price: number, margin: number, perYear: number, years: number): number {
  return price * margin * perYear * years;
}
/** ARPA of a year × gross margin ÷ yearly churn; the years this implies are cut to `maxYears`, so no churn is no infinity. */
export function lifetimeValueByChurn(arpa: number, margin: number, yearlyChurn: number, maxYears = 10): number {
  const years = yearlyChurn > 0 ? Math.min(maxYears, 1 / yearlyChurn) : maxYears;
  return arpa * margin * years;
}

/** A customer as far as KPIs look: when it began, when it ended, what it pays a month. */
export interface CustomerLife {
  readonly startedOn: string;
  readonly endedOn: string | null;
  /** Monthly revenue at the end of the month before, and now; null where unknown. */
  readonly revenueBefore?: number | null;
  readonly revenueNow?: number | null;
}

/** Of those who began in [from, to), the share that ended within so many days; null for nobody. */
export function earlyChurn(
  customers: readonly CustomerLife[],
  cohort: { readonly from: string; readonly to: string },
  withinDays: number,
): { readonly share: number | null; readonly starts: number; readonly lost: number } {
  const starts = customers.filter(({ startedOn }) => startedOn >= cohort.from && startedOn < cohort.to);
  const lost = starts.filter(
    ({ startedOn, endedOn }) => endedOn !== null && daysBetween(startedOn, endedOn) <= withinDays,
  );
  return { share: starts.length === 0 ? null : lost.length / starts.length, starts: starts.length, lost: lost.length };
}

export interface MonthFigures {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly customersBefore: number;
  readonly lost: number;
  readonly customerChurn: number | null;
  readonly retention: number | null;
  readonly revenueChurn: number | null;
}
/** The churn of one month. Who begins and ends inside of it is in neither number. */
export function monthFigures(customers: readonly CustomerLife[], month: string): MonthFigures {
  const first = `${month}-01`;
  const end = endOfMonth(month);
  const before = customers.filter(
    ({ startedOn, endedOn }) => startedOn < first && (endedOn === null || endedOn >= first),
  );
  const lost = before.filter(({ endedOn }) => endedOn !== null && endedOn < end);
  const revenue = before.reduce((sum, { revenueBefore }) => sum + (revenueBefore ?? 0), 0);
  const cancelled = lost.reduce((sum, { revenueBefore }) => sum + (revenueBefore ?? 0), 0);
  const contracted = before
    .filter((customer) => !lost.includes(customer))
    .reduce(
      (sum, { revenueBefore, revenueNow }) =>
        sum + Math.max(0, (revenueBefore ?? 0) - (revenueNow ?? revenueBefore ?? 0)),
      0,
    );
  const churn = customerChurn(lost.length, before.length);
  return {
    month,
    customersBefore: before.length,
    lost: lost.length,
    customerChurn: churn,
    retention: churn === null ? null : retention(churn),
    revenueChurn: revenueChurn(cancelled, contracted, revenue),
  };
}

/** Figures that can be kept at the end of a month, and the unit of each; shares are percent from here on. */
export const kpiUnits = {
  customers: 'count',
  customers_lost: 'count',
  customer_churn: 'percent',
  revenue_churn: 'percent',
  retention: 'percent',
  annual_retention: 'percent',
  early_churn_90: 'percent',
  early_churn_180: 'percent',
  ltv: 'currency',
  nps: 'score',
  accounts_with_score: 'percent',
  red_accounts: 'percent',
  arr_in_red: 'percent',
} as const satisfies Record<string, 'count' | 'percent' | 'currency' | 'score'>;
export type KpiFormula = keyof typeof kpiUnits;

/** The day after the last of a month, `YYYY-MM`. */
export function endOfMonth(month: string): string {
  // 31 days after the first is always a day of the month that follows.
  return `${addDays(`${month}-01`, 31).slice(0, 7)}-01`;
}
/** The month before, `YYYY-MM`. */
export function monthBefore(month: string): string {
  return addDays(`${month}-01`, -1).slice(0, 7);
}
/** The newest month that was over on a day; the last day of a month is the end of it. */
export function lastWholeMonth(asOf: string): string {
  return addDays(asOf, 1).slice(0, 7) === asOf.slice(0, 7) ? monthBefore(asOf.slice(0, 7)) : asOf.slice(0, 7);
}

/** The quarter whose newest customers have been there for so many days by the end of a month: [from, to). */
export function ripeQuarter(month: string, days: number): { readonly from: string; readonly to: string } {
  const newest = addDays(endOfMonth(month), -days);
  const quarter = Math.floor((Number(newest.slice(5, 7)) - 1) / 3);
  const to = `${newest.slice(0, 4)}-${String(quarter * 3 + 1).padStart(2, '0')}-01`;
  const from = `${addDays(to, -80).slice(0, 7)}-01`;
  return { from, to };
}

/** A target that is specific, measurable, owned and dated. */
export interface KpiTarget {
  readonly name: string;
  readonly label?: Words;
  /** Which figure; absent: the one that is called like the target. */
  readonly formula?: KpiFormula;
  readonly direction: 'at_most' | 'at_least';
  readonly target: number;
  readonly by: string;
  readonly owner: string;
}
export interface KpiVerdict {
  readonly name: string;
  readonly actual: number | null;
  readonly onTrack: boolean | null;
  /** How far off, in the unit of the target and positive; 0 when it is reached. */
  readonly offBy: number | null;
  readonly isDue: boolean;
}
/** Actual against target: 2.5 with at most 2.0 is off by 0.5. Null actuals are neither on nor off track. */
export function againstTarget(target: KpiTarget, actual: number | null, asOf: string): KpiVerdict {
  const isDue = asOf >= target.by;
  if (actual === null) return { name: target.name, actual, onTrack: null, offBy: null, isDue };
  const off = target.direction === 'at_most' ? actual - target.target : target.target - actual;
  const offBy = Math.max(0, roundHalfAway(off, 4));
  return { name: target.name, actual, onTrack: offBy === 0, offBy, isDue };
}

/** Success of a person or pool by empirical Bayes: (hits + prior share · strength) / (tries + strength). */
export function shrunkShare(hits: number, tries: number, prior: number, strength: number): number {
  return (hits + prior * strength) / (tries + strength);
}
