// How long before a customer left the score had turned red: what a team has to act in. Days in, one number out.

import { addDays, daysBetween } from './calendar.ts';
import { median } from './number.ts';

/** A customer who cancelled, and the colour of each day on which it was scored, oldest first. */
export interface Leaving {
  readonly cancelledOn: string;
  readonly days: readonly { readonly asOf: string; readonly band: string }[];
}
export interface LeadTime {
  /** Middle of the days between the first red and the cancellation; null where nobody was red before. */
  readonly medianDays: number | null;
  /** Customers who cancelled, and those of them that were red before. */
  readonly cancelled: number;
  readonly seen: number;
}

/** A red day longer ago than this has nothing to do with a cancellation. */
export const looksBackDays = 365;

/** Days from the first red within a year to the cancellation; null for a customer who was never red in it. */
export function leadDays({ cancelledOn, days }: Leaving): number | null {
  const from = addDays(cancelledOn, -looksBackDays);
  const first = days.find(({ asOf, band }) => band === 'red' && asOf >= from && asOf < cancelledOn);
  return first === undefined ? null : daysBetween(first.asOf, cancelledOn);
}

/** The lead time of all who cancelled, from the lead days of each ({@link leadDays}). */
export function leadTime(leads: readonly (number | null)[]): LeadTime {
  const seen = leads.filter((lead) => lead !== null);
  return { medianDays: median(seen), cancelled: leads.length, seen: seen.length };
}
