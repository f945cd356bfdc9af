// SOQL text from parts that cannot change its shape. Names are checked against what an identifier may be, values are
// escaped, backslash first: jsforce escapes the quote only, and `\' OR Name != '` walks through that. Pure.

import { BugError } from '../../lib/errors.ts';

/** URI and headers may hold 16,384 bytes together; this much is left to the query, as it stands on the wire. */
const longestQueryBytes = 12_000;

/**
 * A field, object or relationship path (`Owner.Email`), unchanged.
 * @throws BugError for anything else. Names come from checked settings, so this is the last fence, not the message.
 */
export function soqlName(name: string): string {
  if (!isSoqlName(name)) throw new BugError(`"${name.slice(0, 60)}" is no Salesforce name`);
  return name;
}
/** Whether a text may stand in a query as a name: letters, digits, underscores; at most five dots. */
export function isSoqlName(name: string): boolean {
  return name.length <= 240 && /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$/.test(name);
}

/** A value as a quoted SOQL string. */
export function soqlText(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\f', '\\f')
    .replaceAll('\b', '\\b');
  return `'${escaped}'`;
}

/**
 * Queries that together ask for all `values`: `before` + a list of quoted values + `)`, each short enough for a URI.
 * `before` ends with `IN (`. No values, no query.
 */
export function inQueries(before: string, values: readonly string[], after = ''): string[] {
  const room = longestQueryBytes - encodedLength(`${before})${after}`);
  const queries: string[] = [];
  let list: string[] = [];
  let used = 0;
  const close = () => {
    if (list.length > 0) queries.push(`${before}${list.join(',')})${after}`);
    list = [];
    used = 0;
  };
  for (const value of values) {
    const text = soqlText(value);
    const size = encodedLength(`${text},`);
    if (used + size > room) close();
    list.push(text);
    used += size;
  }
  close();
  return queries;
}

function encodedLength(text: string): number {
  return encodeURIComponent(text).length;
}
