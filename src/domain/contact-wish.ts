// What a person's contact record should show: the numbers of people.ts, as far as they are mapped for writing. Names and addresses
// are no words of ours, so none can be written. Pure.

import type { CrmMapping } from './decisions.ts';
import type { Existing, Fields, Value, Wish } from './nouns.ts';
import type { Person } from './people.ts';
import { canonical } from './wish.ts';

/**
 * The wish for one contact record; null where nothing of it is mapped for writing, or nothing is known. What is not known any
 * more is emptied only where it is ours: about a value that somebody else wrote we have no opinion.
 */
export function contactWish(input: {
  readonly person: Person;
  readonly account: string;
  /** False for accounts that are not scored: their people have no score either. */
  readonly isScored: boolean;
  readonly existing: Existing;
  readonly written: Fields | undefined;
  readonly mapping: CrmMapping;
}): Wish | null {
  const { person, existing, written = {}, mapping } = input;
  const values: Fields = input.isScored ? person.values : { ...person.values, contact_health_score: null };
  const wished: Record<string, Value> = {};
  for (const field of mapping.objects.contact?.fields ?? []) {
    const value = values[field.word];
    if (value === undefined || field.write === 'never') continue;
    const stands = existing.fields[field.word] ?? null;
    const isOurs = stands !== null && stands === written[field.word];
    if (value === null && !isOurs) continue;
    wished[field.word] = canonical(value, field);
  }
  if (Object.keys(wished).length === 0) return null;
  return { account: input.account, crm: mapping.crm, object: 'contact', target: existing.target, fields: wished };
}

/** The record that a person has in one CRM: told by its numbering, or by a contact source that reads this CRM. */
export function contactIdIn(
  ids: Readonly<Record<string, string>>,
  mapping: Pick<CrmMapping, 'idKind'>,
  sourcesOfCrm: readonly string[],
): string | null {
  return ids[mapping.idKind] ?? sourcesOfCrm.map((name) => ids[name]).find((id) => id !== undefined) ?? null;
}
