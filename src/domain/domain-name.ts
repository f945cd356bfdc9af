// The domain of a company, read from whatever people and systems write: addresses of pages, of people, of hosts, in any width
// and script. What the public-suffix list calls one registration is one domain; a suffix alone (co.jp) is nobody.

import { parse } from 'tldts';

/** Looking a suffix up costs some microseconds, and a million rows name few domains: so many answers are kept. */
const mostKept = 20_000;
const kept = new Map<string, string | null>();

/**
 * The registered domain in ASCII: `https://www.Acme.co.jp:8080/about`, `info@tokyo.acme.co.jp` and `ａｃｍｅ．ｃｏ．ｊｐ` are
 * all `acme.co.jp`, `日本語.jp` is `xn--wgv71a119e.jp`. Below shared hosts the customer's own name counts
 * (`acme.github.io`). Null where there is no domain, or only a public suffix.
 */
export function domainOf(text: string): string | null {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const found = registered(hostOf(text));
  if (kept.size >= mostKept) kept.clear();
  kept.set(text, found);
  return found;
}
function registered(host: string | null): string | null {
  if (host === null) return null;
  const { domain, isIp } = parse(host, { allowPrivateDomains: true });
  return isIp === true || domain === null || !domain.includes('.') ? null : domain;
}

/** The host inside of an address, as it stands on the wire: lower case, ASCII. Null where there is none. */
export function hostOf(text: string): string | null {
  const plain = text.normalize('NFKC').trim().toLowerCase();
  // A plain name is what most rows hold.
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(plain)) return plain;
  const inBrackets = /<([^<>\s]+)>$/.exec(plain)?.[1] ?? plain;
  const authority = inBrackets
    .replace(/^mailto:/, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^\/\//, '')
    .replace(/[/?#\\].*$/s, '');
  const host = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .replace(/\.+$/, '');
  const ascii = /^[\0-\x7f]*$/.test(host) ? host : asciiOf(host);
  return ascii?.includes('.') && !/[\s,;:[\]]/.test(ascii) ? ascii : null;
}
function asciiOf(host: string): string | null {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return null;
  }
}
