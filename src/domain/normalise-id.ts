// Ids as they are compared everywhere: what systems and people write is brought into one form before anything is matched.

import type { IdentitySettings } from './decisions.ts';
import { domainOf, hostOf } from './domain-name.ts';
import { emailOf } from './email.ts';
import type { AccountRef } from './nouns.ts';
import { phoneOf } from './phone.ts';

/** What ids are normalised by. */
export type IdSettings = Pick<IdentitySettings, 'freeDomains'> & Partial<Pick<IdentitySettings, 'phoneCountry'>>;

/**
 * An id as it is compared everywhere: of a `domain` what was registered, `phone` in international form, `email` in lower case,
 * everything else trimmed and in one width. Null where it identifies nobody: free-mail domains, numbers that are none.
 */
export function normaliseId(ref: AccountRef, settings: IdSettings): AccountRef | null {
  const value = normalised(ref, settings);
  return value === null || value === '' ? null : { kind: ref.kind, value };
}
function normalised({ kind, value }: AccountRef, settings: IdSettings): string | null {
  switch (kind) {
    case 'domain': {
      const domain = domainOf(value);
      return domain === null || isFree(domain, value, settings.freeDomains) ? null : domain;
    }
    case 'phone':
      return phoneOf(value, settings.phoneCountry);
    case 'email':
      return emailOf(value);
    default:
      return value.normalize('NFKC').trim();
  }
}
/** A shared host may be listed by itself (`sites.google.com`), a provider by its domain. */
function isFree(domain: string, text: string, free: readonly string[]): boolean {
  if (free.includes(domain)) return true;
  return free.some((one) => one.length > domain.length && one.endsWith(`.${domain}`) && one === hostOf(text));
}
/** Ids in the order given, normalised; those that identify nobody are left out. */
export function normaliseIds(ids: readonly AccountRef[], settings: IdSettings): readonly AccountRef[] {
  return ids.flatMap((ref) => normaliseId(ref, settings) ?? []);
}
