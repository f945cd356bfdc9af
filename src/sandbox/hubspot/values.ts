// Whether a value may stand in a property, and how it is kept. HubSpot keeps everything as text; the type of the
// property decides what the text may be. Pure: it sees one definition and one value, never a record or a request.

import { javaInstant } from './answers.ts';

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}
/** A property as the portal keeps it; properties.ts turns it into what travels. */
export interface Property {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly description: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  readonly displayOrder: number;
  readonly calculated: boolean;
  readonly externalOptions: boolean;
  readonly hasUniqueValue: boolean;
  readonly hidden: boolean;
  readonly hubspotDefined: boolean;
  readonly formField: boolean;
  readonly readOnlyDefinition: boolean;
  readonly readOnlyValue: boolean;
  readonly referencedObjectType?: string;
  readonly calculationFormula?: string;
  readonly showCurrencySymbol?: boolean;
  readonly createdUserId?: string;
  readonly updatedUserId?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archivedAt: string | null;
}

/** Why a value was refused: HubSpot's code and its sentence. */
export interface ValueProblem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly value: string;
}
/** The text to keep (null: empty), or why not. */
export type Fit = { readonly text: string | null } | { readonly problem: ValueProblem };

const longest = 65_536;
/** The last millisecond that a date can hold. */
const farthest = 8.64e15;
const mail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** No commas, one point at most, no hexadecimals. */
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const isoDay = /^\d{4}-\d{2}-\d{2}$/;
const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of an ISO day, an ISO instant or epoch milliseconds; null for anything else. */
export function momentOf(text: string): number | null {
  if (/^-?\d+$/.test(text)) return Math.abs(Number(text)) <= farthest ? Number(text) : null;
  if (!isoDay.test(text) && !isoInstant.test(text)) return null;
  const ms = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(ms)) return null;
  // Date.parse lets 30 February roll over; a day that does not come back as it went in is none.
  return isoDay.test(text) && !new Date(ms).toISOString().startsWith(text) ? null : ms;
}

function refused(property: Property, code: string, message: string, value: string): Fit {
  return { problem: { name: property.name, code, message, value } };
}

function optionList(property: Property): string {
  const options = property.options.map(
    (option) =>
      `label: ${JSON.stringify(option.label)}\nvalue: ${JSON.stringify(option.value)}\ndisplay_order: ${option.displayOrder}\nhidden: ${option.hidden}\nread_only: false\n`,
  );
  return `[${options.join(', ')}]`;
}

function fitOptions(property: Property, text: string, standing: string | null): Fit {
  // Stages and owners are checked against the portal; a life cycle has its options here although it calls them external.
  if (property.externalOptions && property.options.length === 0) return { text };
  const many = property.fieldType === 'checkbox';
  const parts = many ? text.split(';').filter((part) => part !== '') : [text];
  for (const part of parts)
    if (!property.options.some((option) => option.value === part))
      return refused(
        property,
        'INVALID_OPTION',
        `${part} was not one of the allowed options: ${optionList(property)}`,
        text,
      );
  if (!many) return { text };
  // A leading semicolon adds to what is there instead of replacing it.
  const kept = text.startsWith(';') ? (standing ?? '').split(';').filter((part) => part !== '') : [];
  return { text: [...new Set([...kept, ...parts])].join(';') || null };
}

function fitDate(property: Property, text: string): Fit {
  const ms = momentOf(text);
  if (ms === null) return refused(property, 'INVALID_LONG', `${text} was not a valid long.`, text);
  const at = new Date(ms);
  if (ms % 86_400_000 !== 0) {
    const clock = `${at.getUTCHours()}:${at.getUTCMinutes()}:${at.getUTCSeconds()}.${at.getUTCMilliseconds()}`;
    return refused(property, 'INVALID_DATE', `${ms} is at ${clock} UTC, not midnight!`, text);
  }
  return { text: at.toISOString().slice(0, 10) };
}

/** The text as it would stand in the property after `standing`, or the refusal. */
export function fitValue(property: Property, given: string, standing: string | null): Fit {
  if (given === '') return { text: null };
  if (given.length > longest)
    return refused(
      property,
      'VALUE_TOO_LONG',
      `${property.name} was too long: ${given.length} characters, at most ${longest}`,
      given,
    );
  // https://developers.hubspot.com/changelog, "Enhanced Validations for Non-String Properties", April 2025.
  if (property.type !== 'string' && given !== given.trim())
    return refused(
      property,
      'LEADING_TRAILING_WHITESPACE',
      `"${given}" includes leading or trailing whitespace.`,
      given,
    );
  switch (property.type) {
    case 'number':
      return plainNumber.test(given) && Number.isFinite(Number(given))
        ? { text: given }
        : refused(property, 'INVALID_INTEGER', `${given} was not a valid number`, given);
    case 'bool': {
      const text = given.toLowerCase();
      if (text === 'true' || text === 'false') return { text };
      return refused(
        property,
        'INVALID_OPTION',
        `${given} was not one of the allowed options: ${optionList(property)}`,
        given,
      );
    }
    case 'enumeration':
      return fitOptions(property, given, standing);
    case 'date':
      return fitDate(property, given);
    case 'datetime': {
      const ms = momentOf(given);
      return ms === null
        ? refused(property, 'INVALID_LONG', `${given} was not a valid long.`, given)
        : { text: javaInstant(ms) };
    }
    default:
      if (property.name === 'email' && !mail.test(given))
        return refused(property, 'INVALID_EMAIL', `Email address ${given} is invalid`, given);
      return { text: given };
  }
}
