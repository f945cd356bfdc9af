// What is kept of people before anything is stored: addresses and numbers only as keyed hashes, unless the home says otherwise,
// so that the same person is known again and nobody can read who it was.

import type { IdentitySettings, SourceSettings } from './decisions.ts';
import { emailOf } from './email.ts';
import { keyedHash } from './hash.ts';
import { normaliseId } from './normalise-id.ts';
import type { Fields, SourceRecord, Value } from './nouns.ts';

/** Numberings that name a person to the world, not only to a system. */
export const personalNumberings: readonly string[] = ['email', 'phone'];

/**
 * A record as it may be stored. Ids of a contact row (`id_email`, `id_phone`…) are brought into the form they are compared in;
 * e-mail addresses and telephone numbers become keyed hashes. So does an address that stands where a record names who did it.
 */
export function protectPeople(
  record: SourceRecord,
  source: Pick<SourceSettings, 'holds' | 'ids'>,
  settings: IdentitySettings,
  key: string,
): SourceRecord {
  const contact = record.contact === null ? null : protectedContact(record.contact, settings, key);
  if (source.holds !== 'contacts' || Object.keys(source.ids).length === 0)
    return contact === record.contact ? record : { ...record, contact };
  const fields: Record<string, Value> = { ...record.fields };
  for (const kind of Object.keys(source.ids)) {
    const value = fields[`id_${kind}`];
    if (value === null || value === undefined || value === '') continue;
    const ref = normaliseId({ kind, value: String(value) }, settings);
    fields[`id_${kind}`] = ref === null ? null : protectedId(ref.kind, ref.value, settings, key);
  }
  return { ...record, contact, fields: fields as Fields };
}

/** How a person is called who is named by an e-mail address; any other name stays as it is. */
export function protectedContact(contact: string, settings: Pick<IdentitySettings, 'people'>, key: string): string {
  const address = contact.includes('@') || contact.includes('＠') ? emailOf(contact) : null;
  return address === null ? contact : protectedId('email', address, settings, key);
}
function protectedId(kind: string, value: string, { people }: Pick<IdentitySettings, 'people'>, key: string): string {
  if (!personalNumberings.includes(kind) || people?.keepAddresses === true) return value;
  return `${kind}-${keyedHash(key, `${kind}:${value}`)}`;
}
