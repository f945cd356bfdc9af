// E-mail addresses as they are compared: in lower case and one width, their domain in ASCII. What stands after a plus stays,
// because whether it means the same person is known to the mail server alone.

import { hostOf } from './domain-name.ts';

/** `Hanako <Hanako+CRM@Acme.test>` and `ｈａｎａｋｏ＋ｃｒｍ＠ａｃｍｅ．ｔｅｓｔ` are `hanako+crm@acme.test`; null where it is no address. */
export function emailOf(text: string): string | null {
  const plain = text.normalize('NFKC').trim().toLowerCase();
  const address = (/<([^<>\s]+)>$/.exec(plain)?.[1] ?? plain).replace(/^mailto:/, '').replace(/\?.*$/s, '');
  const at = address.lastIndexOf('@');
  const person = address.slice(0, at);
  const host = at < 1 ? null : hostOf(address.slice(at + 1));
  if (host === null || /[\s,;:<>()[\]\\"@/?]/.test(person) || person.startsWith('.') || person.endsWith('.'))
    return null;
  return `${person}@${host}`;
}
