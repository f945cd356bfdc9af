// Canonical JSON and its hash: the same data is the same text is the same hash, whatever the order of keys. The only place
// of the ground floor that knows node:crypto.

import { createHash, createHmac } from 'node:crypto';

/**
 * JSON with sorted keys and no spaces. Keys that are undefined are left out, −0 is 0; what JSON cannot say (NaN, Infinity,
 * functions) is an error rather than a silent null.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
    return JSON.stringify(value === 0 ? 0 : value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort();
    const pairs: string[] = [];
    for (const key of keys) {
      const item: unknown = (value as Readonly<Record<string, unknown>>)[key];
      if (item !== undefined) pairs.push(`${JSON.stringify(key)}:${canonicalJson(item)}`);
    }
    return `{${pairs.join(',')}}`;
  }
  throw new TypeError(`a ${typeof value} cannot be written as JSON`);
}

/** sha256 of the canonical JSON, 64 hex digits. */
export function hashOf(value: unknown): string {
  return hashOfText(canonicalJson(value));
}
/** sha256 of a text as it stands (UTF-8), 64 hex digits; for keys whose recipe is fixed outside of this house. */
export function hashOfText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** HMAC-SHA-256 of a text, 24 hex digits: the same text is known again, and without the key nobody can try texts out. */
export function keyedHash(key: string, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 24);
}
