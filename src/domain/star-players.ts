// The people who carry a product at a customer: far more use than their colleagues. One resignation of theirs is news.

import { median } from './number.ts';
import { numberIn, type Row } from './rows.ts';

/** Who is among the first tenth of users, and uses at least so many times what the median user does. */
const timesMedian = 2;

/**
 * How many star players the rows show; the first of them by use, then by key, stands beside the number. Rows without a person
 * are left out; `field` is added up, without one rows are counted.
 */
export function starPlayers(
  rows: readonly Row[],
  field: string | null,
): { readonly value: number; readonly detail: { readonly star: string | null; readonly users: number } } {
  const { stars, users } = starsIn(rows, field, (contact) => contact);
  return { value: stars.length, detail: { star: stars[0] ?? null, users } };
}

/** Star players by use, then by key; `nameOf` says who a row's contact is, null where nobody knows. */
export function starsIn(
  rows: readonly Row[],
  field: string | null,
  nameOf: (contact: string) => string | null,
): { readonly stars: readonly string[]; readonly users: number } {
  const use = new Map<string, number>();
  for (const { record } of rows) {
    // Whom no contact record names is a user all the same: colleagues are compared with everybody.
    const name = record.contact === null ? null : (nameOf(record.contact) ?? record.contact);
    if (name === null) continue;
    const amount = field === null ? 1 : (numberIn(record.fields, field) ?? 0);
    use.set(name, (use.get(name) ?? 0) + amount);
  }
  const users = [...use].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  // The first tenth, rounded up: one of ten, two of eleven.
  const edge = users[Math.ceil(users.length / 10) - 1]?.[1] ?? 0;
  const twice = timesMedian * (median([...use.values()]) ?? 0);
  const stars = users.filter(([, amount]) => amount > 0 && amount >= edge && amount >= twice);
  return { stars: stars.map(([name]) => name), users: users.length };
}
