// Values between our words and HubSpot's wire, both ways. On the wire everything is text, and empty text clears. Pure:
// what comes back from HubSpot equals what was sent, or a run would write for ever.

import type { FieldMapping, FieldType, TaskMapping } from '../../domain/decisions.ts';
import type { Fields, Value } from '../../domain/nouns.ts';

/** A field's type and decimals: all that conversion needs of a mapping. */
export type Kind = Pick<FieldMapping, 'type' | 'digits'>;

/** Our value → what is sent. Null becomes '', which clears the property. */
export function toWire(value: Value, kind: Kind): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return plain(value, kind.digits);
  switch (kind.type) {
    case 'number':
    case 'percent':
    case 'currency':
      return value.trim() === '' || Number.isNaN(Number(value)) ? value : plain(Number(value), kind.digits);
    case 'date':
      return value.slice(0, 10);
    case 'multi_picklist':
      // A leading semicolon would append to what is there instead of replacing it.
      return sortedValues(value);
    default:
      return value.replace(/\r\n?/g, '\n');
  }
}

/** What HubSpot shows → our value in canonical form. What does not fit its type stays text, so that it equals nothing. */
export function fromWire(text: string | null | undefined, kind: Kind): Value {
  if (text === null || text === undefined || text === '') return null;
  switch (kind.type) {
    case 'number':
    case 'percent':
    case 'currency': {
      const number = Number(text);
      return Number.isNaN(number) ? text : Number(plain(number, kind.digits));
    }
    case 'checkbox':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'date':
      return /^-?\d{9,}$/.test(text) ? new Date(Number(text)).toISOString().slice(0, 10) : text.slice(0, 10);
    case 'datetime':
      return instant(text);
    case 'multi_picklist': {
      const values = sortedValues(text);
      return values === '' ? null : values;
    }
    default:
      return text.replace(/\r\n?/g, '\n');
  }
}

/** HubSpot's property types that hold a field of ours: type → field types that fit. The first is what setup makes. */
export const propertyTypes: Readonly<Record<FieldType, readonly (readonly [type: string, fieldType: string])[]>> = {
  text: [
    ['string', 'text'],
    ['string', 'textarea'],
  ],
  long_text: [
    ['string', 'textarea'],
    ['string', 'text'],
  ],
  number: [['number', 'number']],
  percent: [['number', 'number']],
  currency: [['number', 'number']],
  checkbox: [
    ['bool', 'booleancheckbox'],
    ['enumeration', 'booleancheckbox'],
  ],
  date: [['date', 'date']],
  datetime: [['datetime', 'date']],
  picklist: [
    ['enumeration', 'select'],
    ['enumeration', 'radio'],
  ],
  multi_picklist: [['enumeration', 'checkbox']],
};

// ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Properties every portal has for a task; the mapping may name others. */
const standardTask = {
  key: 'kenko_key',
  subject: 'hs_task_subject',
  body: 'hs_task_body',
  due_on: 'hs_timestamp',
  priority: 'hs_task_priority',
} as const;
export const taskStatus = 'hs_task_status';
export const ownerProperty = 'hubspot_owner_id';
const done = 'COMPLETED';

/** Our words of a task → their properties, with HubSpot's own where the mapping is silent. */
export function taskProperties(mapping: TaskMapping): Readonly<Record<string, string>> {
  return { ...standardTask, ...mapping.fields };
}
/** The status that closes a task. */
export function closedStatus(mapping: TaskMapping): string {
  return mapping.closedStatus ?? done;
}

/** Words of a task → properties. A word without a property is left out; `owner` is HubSpot's own property. */
export function taskToWire(words: Fields, mapping: TaskMapping, zone: string): Record<string, string> {
  const names = taskProperties(mapping);
  const properties: Record<string, string> = {};
  for (const [word, value] of Object.entries(words)) {
    if (word === 'owner') properties[ownerProperty] = value === null ? '' : String(value);
    const name = names[word];
    if (name === undefined) continue;
    properties[name] = taskWord(word, name, value, mapping, zone);
  }
  return properties;
}
function taskWord(word: string, name: string, value: Value, mapping: TaskMapping, zone: string): string {
  if (value === null) return '';
  if (name === standardTask.due_on) return dueInstant(String(value).slice(0, 10), zone);
  if (name === standardTask.body) return toHtml(String(value));
  if (word === 'priority') return mapping.priorities[value as 'high' | 'medium' | 'low'] ?? String(value);
  return toWire(value, { type: 'text', digits: 6 });
}

/** Properties of a task → our words. */
export function taskFromWire(
  properties: Readonly<Record<string, string | null>>,
  mapping: TaskMapping,
  zone: string,
): Fields {
  const fields: Record<string, Value> = {};
  for (const [word, name] of Object.entries(taskProperties(mapping))) {
    if (word === 'key') continue;
    const text = properties[name] ?? null;
    if (text === null || text === '') fields[word] = null;
    else if (name === standardTask.due_on) fields[word] = dayIn(text, zone);
    else if (name === standardTask.body) fields[word] = fromHtml(text);
    else if (word === 'priority') fields[word] = ourPriority(text, mapping);
    else if (word === 'score_when_created') fields[word] = fromWire(text, { type: 'number', digits: 1 });
    else if (word === 'snooze_until') fields[word] = fromWire(text, { type: 'date', digits: 0 });
    else fields[word] = text.replace(/\r\n?/g, '\n');
  }
  return fields;
}
function ourPriority(text: string, mapping: TaskMapping): string {
  return Object.entries(mapping.priorities).find(([, theirs]) => theirs === text)?.[0] ?? text;
}

/**
 * A due day as the instant HubSpot wants: 17:00 of that day in `zone`. Midnight would be the day before for everyone to
 * the west, and a morning hour would show the task as overdue on its own day.
 */
export function dueInstant(day: string, zone: string): string {
  const guess = Date.parse(`${day}T17:00:00Z`);
  if (Number.isNaN(guess)) return day;
  const shown = Date.parse(`${wallClock(new Date(guess), zone)}Z`);
  return `${new Date(guess - (shown - guess)).toISOString().slice(0, 19)}Z`;
}
/** The day of an instant in `zone`; text that is no instant stays as it is. */
export function dayIn(text: string, zone: string): string {
  const at = /^\d{9,}$/.test(text) ? new Date(Number(text)) : new Date(text);
  return Number.isNaN(at.getTime()) ? text : wallClock(at, zone).slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();
function wallClock(at: Date, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format.format(at).replace(' ', 'T');
}

/** Notes of a task are rich text: our plain text must not turn into markup, and its lines must stay lines. */
export function toHtml(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', '<br>');
}
/** The way back for what {@link toHtml} made. Markup of another hand stays visible, so that it counts as edited. */
export function fromHtml(html: string): string {
  return html
    .replace(/\r\n?/g, '\n')
    .replace(/<br\s*\/?>/g, '\n')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

function plain(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
function sortedValues(text: string): string {
  const values = text.split(';').map((value) => value.trim());
  return [...new Set(values.filter((value) => value !== ''))].sort().join(';');
}
function instant(text: string): string {
  const at = /^-?\d{9,}$/.test(text) ? new Date(Number(text)) : new Date(text);
  return Number.isNaN(at.getTime()) ? text : `${at.toISOString().slice(0, 19)}Z`;
}
