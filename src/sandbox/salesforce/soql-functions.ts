// Functions of SOQL over one value: parts of dates, labels of picklists, formatted values. Fiscal periods are those of the
// calendar here. Aggregates are soql-shape.ts's.

import type { FieldDefinition, FieldValue } from '../fields.ts';
import type { Place } from './condition.ts';

type OfDay = (day: string) => number;
const part = (from: number, to: number) => (day: string) => Number(day.slice(from, to));
const month = part(5, 7);
const quarter: OfDay = (day) => Math.ceil(month(day) / 3);
const dayOfYear: OfDay = (day) =>
  Math.round((Date.parse(day) - Date.parse(`${day.slice(0, 4)}-01-01`)) / 86_400_000) + 1;
const ofDay: Readonly<Record<string, OfDay>> = {
  CALENDAR_MONTH: month,
  CALENDAR_QUARTER: quarter,
  CALENDAR_YEAR: part(0, 4),
  FISCAL_MONTH: month,
  FISCAL_QUARTER: quarter,
  FISCAL_YEAR: part(0, 4),
  DAY_IN_MONTH: part(8, 10),
  DAY_IN_WEEK: (day) => new Date(`${day}T00:00:00Z`).getUTCDay() + 1,
  DAY_IN_YEAR: dayOfYear,
  WEEK_IN_MONTH: (day) => Math.ceil(part(8, 10)(day) / 7),
  WEEK_IN_YEAR: (day) => Math.ceil(dayOfYear(day) / 7),
};

/** The place that a function of one field means: its value for a record, and the kind of that value. Null: not known. */
export function functionPlace(name: string, inner: Place): Place | null {
  const wanted = name.toUpperCase();
  const asField = (kind: FieldDefinition['kind']): FieldDefinition => ({ name: wanted, label: wanted, kind });
  const text = (value: FieldValue) => (typeof value === 'string' ? value : null);
  const compute = ofDay[wanted];
  if (compute !== undefined)
    return {
      field: asField('number'),
      isOwn: false,
      read: (record) => {
        const value = text(inner.read(record));
        return value === null ? null : compute(value.slice(0, 10));
      },
    };
  switch (wanted) {
    case 'DAY_ONLY':
      return { field: asField('date'), isOwn: false, read: (record) => text(inner.read(record))?.slice(0, 10) ?? null };
    case 'HOUR_IN_DAY':
      return {
        field: asField('number'),
        isOwn: false,
        read: (record) => {
          const value = text(inner.read(record));
          return value === null ? null : Number(value.slice(11, 13));
        },
      };
    case 'TOLABEL':
      return { field: asField('text'), isOwn: false, read: (record) => labelOf(inner.field, inner.read(record)) };
    case 'FORMAT':
      return {
        field: asField('text'),
        isOwn: false,
        read: (record) => {
          const value = inner.read(record);
          return typeof value === 'number' ? value.toLocaleString('en-US') : value === null ? null : String(value);
        },
      };
    case 'CONVERTCURRENCY':
      return { ...inner, isOwn: false };
    default:
      return null;
  }
}

function labelOf(field: FieldDefinition, value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  const label = (one: string) => field.options?.find((option) => option.value === one)?.label ?? one;
  return field.kind === 'options' ? value.split(';').map(label).join(';') : label(value);
}
