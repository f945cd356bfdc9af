// Small schemas that several files share: names, texts in two languages, spans of days, calendar days. What a setting is
// called and for what stays with the file it belongs to.

import { z } from 'zod';

/** Our names: snake_case, so that they read the same in YAML, SQL and texts. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, { error: 'needs a name of small letters, digits and _, starting with a letter' });

/** A text in both languages; a plain text stands for both. */
export const Words = z
  .union([
    z.string(),
    z.strictObject({
      en: z.string().describe('The text in English.'),
      ja: z.string().describe('The text in Japanese.'),
    }),
  ])
  .meta({ id: 'Words', description: 'A text in English and Japanese; one plain text stands for both.' });
export type Words = z.infer<typeof Words>;

/** A calendar day. */
export const Day = z
  .string()
  .refine(isDay, { error: 'needs a day of the calendar, written YYYY-MM-DD' })
  .meta({ id: 'Day', description: 'A day, written YYYY-MM-DD.', pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/** True for a day that is in the calendar (2026-02-30 is not). */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** A span of calendar days as people write it: `45d`, `45 days`, `none`. */
export const Span = z
  .union([
    z.string().regex(/^(\d{1,4} ?(d|days?)|none)$/, { error: 'needs a number of days, like 45d' }),
    z.number().int().min(0),
  ])
  .meta({ id: 'Span', description: 'A number of days, like 45d; none for no days at all.' });
/** Days of a span. */
export function daysOf(span: z.infer<typeof Span>): number {
  return typeof span === 'number' ? span : span === 'none' ? 0 : Number.parseInt(span, 10);
}

/** Business days as people write them: `5 business days`. */
export const BusinessDays = z
  .string()
  .regex(/^\d{1,3} business days?$/, { error: 'needs business days, like: 5 business days' })
  .meta({ id: 'BusinessDays', description: 'Business days, like: 5 business days.' });

/** A share, 0 to 1. */
export const Share = z.number().min(0).max(1);

/** A plain value. */
export const Plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);
