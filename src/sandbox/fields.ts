// What a field of a pretend CRM is, and whether a value may stand in it. Refusals are neutral data; each vendor half
// words them its own way. Knows no vendor, no record and no user.

/** What stands in a field. Several options are one text, joined by `;` in the order of the definition. */
export type FieldValue = string | number | boolean | null;
export type FieldKind =
  | 'text'
  | 'long_text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'option'
  | 'options'
  | 'reference'
  | 'id'
  | 'email'
  | 'phone'
  | 'url';

export interface FieldOption {
  readonly value: string;
  readonly label: string;
  /** True by default; an inactive option is refused in a restricted field. */
  readonly active?: boolean;
  readonly isDefault?: boolean;
}
export interface FieldDefinition {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  /** Most characters of a text. */
  readonly length?: number;
  /** Most digits of a number, and how many of them after the point; further decimals are rounded half away from zero. */
  readonly precision?: number;
  readonly scale?: number;
  readonly options?: readonly FieldOption[];
  /** True: only active options. False (default): any text. */
  readonly restricted?: boolean;
  /** Types a reference may point at. */
  readonly referenceTo?: readonly string[];
  /** How a query walks along the reference: `Owner` for `OwnerId`. */
  readonly relationship?: string;
  readonly required?: boolean;
  /** `exact` or `ignore_case`; absent: not unique. */
  readonly unique?: 'exact' | 'ignore_case';
  readonly externalId?: boolean;
  /** Set by the system only. */
  readonly readOnly?: boolean;
  /** May be given at birth, never changed. */
  readonly createOnly?: boolean;
  /** Taken when an insert leaves the field out. */
  readonly defaultValue?: FieldValue;
  /** Keeps an index for `findBy`; references, unique fields and external ids have one anyway. */
  readonly indexed?: boolean;
  readonly custom?: boolean;
  readonly help?: string;
  /** Whatever else a vendor half wants to remember (group, field type, display order). */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type RefusalKind =
  | 'unknown_type'
  | 'unknown_field'
  | 'hidden_field'
  | 'no_permission'
  | 'read_only'
  | 'wrong_type'
  | 'too_long'
  | 'out_of_range'
  | 'bad_option'
  | 'bad_reference'
  | 'bad_format'
  | 'duplicate'
  | 'required'
  | 'gone'
  | 'not_found'
  | 'rule'
  | 'locked'
  | 'inactive_user';
/** Why something was not done. `otherId` is the record in the way (duplicate) or the winner of a merge (gone). */
export interface Refusal {
  readonly kind: RefusalKind;
  readonly field: string | null;
  readonly value: unknown;
  readonly otherId: string | null;
  /** Words of an admin's rule, or a vendor code that a rule wants to be known by. */
  readonly message?: string;
  readonly code?: string;
}

export function refusal(
  kind: RefusalKind,
  field: string | null,
  value: unknown = null,
  more?: Partial<Refusal>,
): Refusal {
  return { kind, field, value, otherId: null, ...more };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

function instantOf(text: string): string | null {
  if (!INSTANT.test(text)) return null;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text);
  const parsed = new Date(hasZone ? text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2') : `${text}Z`);
  return Number.isNaN(parsed.getTime()) ? null : parsed.toISOString();
}

/** Rounded to `scale` digits, halves away from zero, without the artefacts of binary fractions. */
function roundTo(value: number, scale: number): number {
  const sign = value < 0 ? -1 : 1;
  const shifted = Number(`${Math.abs(value)}e${scale}`);
  if (!Number.isFinite(shifted)) return value;
  return sign * Number(`${Math.round(shifted)}e-${scale}`);
}

export type Fit = { readonly value: FieldValue } | { readonly refused: Refusal };

function fitText(field: FieldDefinition, given: unknown): Fit {
  if (typeof given !== 'string') return { refused: refusal('wrong_type', field.name, given) };
  if (field.length !== undefined && given.length > field.length)
    return { refused: refusal('too_long', field.name, given) };
  if (field.kind === 'email' && !MAIL.test(given)) return { refused: refusal('bad_format', field.name, given) };
  return { value: given };
}

function fitNumber(field: FieldDefinition, given: unknown): Fit {
  if (typeof given !== 'number' || !Number.isFinite(given))
    return { refused: refusal('wrong_type', field.name, given) };
  const value = field.scale === undefined ? given : roundTo(given, field.scale);
  if (field.precision !== undefined && Math.abs(value) >= 10 ** (field.precision - (field.scale ?? 0)))
    return { refused: refusal('out_of_range', field.name, given) };
  return { value };
}

function fitOptions(field: FieldDefinition, given: unknown): Fit {
  if (typeof given !== 'string') return { refused: refusal('wrong_type', field.name, given) };
  const chosen = field.kind === 'options' ? given.split(';').filter((part) => part !== '') : [given];
  const known = field.options ?? [];
  if (field.restricted) {
    const stranger = chosen.find((one) => !known.some((option) => option.value === one && option.active !== false));
    if (stranger !== undefined) return { refused: refusal('bad_option', field.name, stranger) };
  }
  if (field.kind === 'option') return { value: given };
  const place = (one: string) => {
    const at = known.findIndex((option) => option.value === one);
    return at < 0 ? known.length : at;
  };
  const sorted = [...new Set(chosen)].sort((a, b) => place(a) - place(b));
  return { value: sorted.join(';') || null };
}

/** The value as it would stand in the field, or why it may not. Null and '' mean: empty. */
export function fitValue(field: FieldDefinition, given: unknown): Fit {
  if (given === null || given === undefined || given === '') {
    if (field.required) return { refused: refusal('required', field.name, null) };
    if (field.kind === 'boolean') return { value: false };
    return { value: null };
  }
  switch (field.kind) {
    case 'number':
      return fitNumber(field, given);
    case 'boolean':
      return typeof given === 'boolean' ? { value: given } : { refused: refusal('wrong_type', field.name, given) };
    case 'date': {
      if (typeof given !== 'string') return { refused: refusal('wrong_type', field.name, given) };
      const day = isDay(given) ? given : instantOf(given)?.slice(0, 10);
      return day === undefined ? { refused: refusal('wrong_type', field.name, given) } : { value: day };
    }
    case 'datetime': {
      const instant = typeof given === 'string' ? (isDay(given) ? `${given}T00:00:00.000Z` : instantOf(given)) : null;
      return instant === null ? { refused: refusal('wrong_type', field.name, given) } : { value: instant };
    }
    case 'option':
    case 'options':
      return fitOptions(field, given);
    default:
      return fitText(field, given);
  }
}
