// What the Metadata API answers, told as problems, and its loosely shaped records made plain.

import { adviceFor } from '../../clients/salesforce/codes.ts';
import { asRow, type MetadataResult, type Row } from '../../clients/salesforce/connect.ts';
import type { Problem } from '../../domain/nouns.ts';

/** What whoever furnishes an org needs. */
export const rights =
  'Setup needs "Customize Application", "Modify Metadata Through Metadata API Functions" and "Manage Permission Sets". Run it as such a user, or write the pieces as files and deploy them:\n  kenko setup --write DIR';

/** Null where it went through. */
export function problemIn(result: MetadataResult | undefined, name: string): Problem | null {
  if (result?.success === true) return null;
  const code = result?.code ?? 'GARBLED';
  return { ...said(name, code, `${code}: ${result?.says ?? 'no answer for this piece'}`), fix: adviceOf(code) };
}
function adviceOf(code: string): string {
  return /INSUFFICIENT|NO_ACCESS|PERMISSION/.test(code) ? rights : adviceFor(code).fix;
}
export function said(name: string, code: string, what: string): Problem {
  return {
    code,
    severity: 'error',
    where: `salesforce ${name}`,
    what,
    why: 'Without it the connector cannot write what it is asked to.',
    fix: rights,
  };
}
/** Without the attributes of the XML (`$`), so that it can be sent back. */
export function plain(value: unknown): Record<string, unknown> {
  const clean = (entry: unknown): unknown => {
    if (Array.isArray(entry)) return entry.map(clean);
    if (typeof entry !== 'object' || entry === null) return entry;
    return Object.fromEntries(
      Object.entries(entry).flatMap(([name, inner]) => (name === '$' ? [] : [[name, clean(inner)]])),
    );
  };
  return clean(value) as Record<string, unknown>;
}
/** One, many or none, as a list. */
export function listOf(value: unknown): Row[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map(asRow);
}
export const isTrue = (value: unknown) => value === true || value === 'true';
