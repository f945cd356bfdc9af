// Values between Salesforce's forms and ours, both ways. Canonical form is crm.ts's; nothing here rounds twice, cuts or
// guesses: what cannot be read as its type is empty. Pure.

import type { FieldType } from '../../domain/decisions.ts';
import type { Value } from '../../domain/nouns.ts';

/** What a conversion must know of a field. */
export interface Form {
  readonly type: FieldType;
  /** Decimals of numbers. */
  readonly digits: number;
}

/** A value as Salesforce returns it → canonical. */
export function fromSalesforce(value: unknown, form: Form): Value {
  if (value === null || value === undefined || value === '') return null;
  switch (form.type) {
    case 'number':
    case 'percent':
    case 'currency': {
      const number = typeof value === 'number' ? value : Number(value);
      return Number.isFinite(number) ? rounded(number, form.digits) : null;
    }
    case 'checkbox':
      return value === true || value === 'true';
    case 'date':
      return /^\d{4}-\d{2}-\d{2}/.test(String(value)) ? String(value).slice(0, 10) : null;
    case 'datetime':
      return instant(String(value));
    case 'multi_picklist':
      return sortedOptions(String(value));
    case 'picklist':
      return String(value);
    case 'text':
    case 'long_text':
      return String(value).replace(/\r\n?/g, '\n');
  }
}

/** A canonical value → what Salesforce wants. Null clears; a checkbox knows no empty, so it is unchecked. */
export function toSalesforce(value: Value, form: Form): Value {
  if (value === null || value === '') return form.type === 'checkbox' ? false : null;
  switch (form.type) {
    case 'number':
    case 'percent':
    case 'currency':
      return rounded(Number(value), form.digits);
    case 'checkbox':
      return value === true;
    case 'date':
      return String(value).slice(0, 10);
    case 'datetime':
      return (instant(String(value)) ?? '').replace('Z', '.000+0000') || null;
    case 'multi_picklist':
      return sortedOptions(String(value));
    default:
      return String(value);
  }
}

/** An instant in any ISO form, `+0000` included → `2026-05-01T07:35:37Z`. */
export function instant(text: string): string | null {
  const date = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(date.getTime()) ? null : `${date.toISOString().slice(0, 19)}Z`;
}

function sortedOptions(text: string): string | null {
  const options = text.split(';').map((option) => option.trim());
  return options.filter(Boolean).sort().join(';') || null;
}
function rounded(number: number, digits: number): number {
  const factor = 10 ** digits;
  const value = Math.round(number * factor) / factor;
  return value === 0 ? 0 : value;
}
