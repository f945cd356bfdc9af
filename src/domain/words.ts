// Texts in English and Japanese: the admin's templates, compiled once, values as people read them, and the words of the
// product (whole lines are in reason-words.ts). liquidjs is named only here, without includes, loops, dates or dice, so that a
// text is a pure function of its facts.

import { Liquid } from 'liquidjs';
import { byFactName, type FactAccess, type Facts } from './condition.ts';
import type { MetricDefinition } from './decisions.ts';
import type { Locale, Value, Words } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** What stands where nothing is known. */
export const nothing = '–';

// ── Templates ────────────────────────────────────────────────────────────────────────────────────────────────────

const allowedTags = ['assign', 'capture', 'case', 'comment', 'if', 'unless', 'raw', '#'];
const allowedFilters =
  'abs append at_least at_most capitalize ceil default divided_by downcase escape floor lstrip minus modulo plus prepend remove replace round rstrip strip times truncate truncatewords upcase'.split(
    ' ',
  );

const liquid = new Liquid({
  templates: {},
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  parseLimit: 20_000,
  memoryLimit: 1_000_000,
  cache: false,
  outputEscape: (value: unknown) => shown(value),
});
for (const name of Object.keys(liquid.tags)) if (!allowedTags.includes(name)) delete liquid.tags[name];
for (const [name, filter] of Object.entries(liquid.filters)) {
  if (!allowedFilters.includes(name)) delete liquid.filters[name];
  // liquid reads null as 0; what nobody knows must stay unknown through every calculation.
  else if (typeof filter === 'function' && name !== 'default')
    liquid.registerFilter(name, function (value: unknown, ...rest: unknown[]): unknown {
      return value === null || value === undefined ? null : filter.call(this, value, ...rest);
    });
}
/** `{{arr | grouped}}`: 6,000,000. */
liquid.registerFilter('grouped', (value: unknown) => (typeof value === 'number' ? grouped(value) : value));
/** `{{band | ja}}`: a word of the product in a language. */
liquid.registerFilter('en', (value: unknown) => (typeof value === 'string' ? wordFor(value, 'en') : value));
liquid.registerFilter('ja', (value: unknown) => (typeof value === 'string' ? wordFor(value, 'ja') : value));

/** What a text asks for, or what is wrong with it, in one sentence. `{{account.goal}}` is another way to say `{{goal}}`. */
export function checkTemplate(text: string): { readonly names: string[] } | { readonly problem: string } {
  try {
    const names = new Set<string>();
    for (const path of liquid.globalVariableSegmentsSync(liquid.parse(text))) {
      const [first, second] = path;
      if (path.length === 1 && typeof first === 'string') names.add(first);
      else if (path.length === 2 && first === 'account' && typeof second === 'string') names.add(second);
      else
        return {
          problem: `"${path.map(String).join('.')}" looks inside of a value, but values have no parts; use one name`,
        };
    }
    return { names: [...names] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: (message.split('\n')[0] ?? message).replace(/, file:[^,]*/, '') };
  }
}

/**
 * Compiles a text; throws Error where {@link checkTemplate} finds a problem. A name without a value is written as `–`,
 * numbers with two decimals at most, and control or direction characters of values never get through.
 */
export function compileText(text: string, access: FactAccess = byFactName): (facts: Facts) => string {
  if (!text.includes('{')) return () => text;
  const fill = compiled(text, access);
  // Only a value can be hostile: what the admin wrote at the beginning is meant.
  return /^(?:\s|\{%[^%]*%\})*\{\{/.test(text) ? (facts) => notAFormula(fill(facts)) : fill;
}
/**
 * What stands in a CRM is exported into spreadsheets, and a name like `=HYPERLINK(…)` would be calculated there. A quote before
 * it makes it text; a plain number with its sign stays.
 */
function notAFormula(text: string): string {
  return /^[=+\-@]/.test(text) && !/^[+-]\d[\d.,]*%?(?: [^=+@|!]*)?$/.test(text) ? `'${text}` : text;
}

function compiled(text: string, access: FactAccess): (facts: Facts) => string {
  const checked = checkTemplate(text);
  if ('problem' in checked) throw new Error(checked.problem);
  const plain = withNamesOnly(text, access);
  if (plain !== null) return plain;
  const template = liquid.parse(text);
  const asksInside = /\baccount\./.test(text);
  const reads = checked.names.map((name) => ({ name, read: access.reader(name) }));
  return (facts) => {
    const scope = Object.create(null) as Record<string, unknown>;
    for (const { name, read } of reads) scope[name] = read(facts) ?? null;
    if (asksInside) scope['account'] = { ...scope };
    const rendered: unknown = liquid.renderSync(template, scope);
    return String(rendered);
  };
}

/**
 * Most texts only fill in names. They are put together without the template engine, which takes thirty times as long; what
 * they say is the same. Null where a text has filters, tags or trimmed spaces.
 */
function withNamesOnly(text: string, access: FactAccess): ((facts: Facts) => string) | null {
  const pieces = text.split(/\{\{ *(?:account\.)?([a-z_][a-z0-9_]*) *\}\}/);
  // Every second piece is a name; a brace left in the others means something that only the engine understands.
  if (pieces.some((piece, index) => index % 2 === 0 && /\{[{%]|[}%]\}/.test(piece))) return null;
  if (pieces.some((piece, index) => index % 2 === 1 && reserved.has(piece))) return null;
  const reads = pieces.map((piece, index) => (index % 2 === 1 ? access.reader(piece) : null));
  return (facts) => {
    let filled = '';
    for (let index = 0; index < reads.length; index++) {
      const read = reads[index];
      filled += read == null ? pieces[index] : shown(read(facts));
    }
    return filled;
  };
}
/** Words that the engine reads as values of its own. */
const reserved: ReadonlySet<string> = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank']);

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return nothing;
  if (typeof value === 'number') return Number.isFinite(value) ? plainNumber(value) : nothing;
  if (typeof value === 'string') return plainText(value) || nothing;
  return typeof value === 'boolean' ? String(value) : nothing;
}
/** Text without control and direction characters; line breaks and tabs become spaces. */
export function plainText(text: string): string {
  return text
    .replace(/[\t\r\n\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');
}
// ── Numbers and values ───────────────────────────────────────────────────────────────────────────────────────────

/** At most two decimals, none that are not needed. */
export function plainNumber(value: number): string {
  return String(Number.isInteger(value) ? value : roundHalfAway(value, 2));
}
function grouped(value: number): string {
  const [whole = '', part] = plainNumber(value).split('.');
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? separated : `${separated}.${part}`;
}
/** `41 days`, `62%`, `6,000,000`, `yes`: a value as people read it. */
export function valueText(value: Value | undefined, unit: MetricDefinition['unit'], locale: Locale): string {
  if (value === null || value === undefined) return locale === 'ja' ? 'なし' : 'none';
  if (typeof value === 'boolean') return locale === 'ja' ? (value ? 'はい' : 'いいえ') : value ? 'yes' : 'no';
  if (typeof value === 'string') return plainText(value);
  if (unit === 'percent') return `${plainNumber(roundHalfAway(value, 1))}%`;
  if (unit === 'currency') return grouped(roundHalfAway(value, 0));
  if (unit === 'days')
    return locale === 'ja' ? `${plainNumber(value)}日` : `${plainNumber(value)} ${value === 1 ? 'day' : 'days'}`;
  return Math.abs(value) >= 10_000 ? grouped(value) : plainNumber(value);
}
/** Points with sign: one decimal in English (`-6.0`), as many as needed in Japanese (`−6`), each with its own minus. */
export function signedPoints(points: number, locale: Locale): string {
  const rounded = roundHalfAway(points, 1);
  const sign = rounded < 0 ? (locale === 'ja' ? '−' : '-') : '+';
  const size = Math.abs(rounded);
  return locale === 'ja' ? `${sign}${size}` : `${sign}${size.toFixed(1)}`;
}
/** `(-6.0)`, `(−6点)`. */
export function inBrackets(points: number, locale: Locale): string {
  // Points come in tenths between -100 and 100: some two thousand texts, each written once.
  const tenths = Math.round(points * 10) + 1_000;
  const known = bracketed[locale][tenths];
  if (known !== undefined && (tenths - 1_000) / 10 === points) return known;
  const text = locale === 'ja' ? `(${signedPoints(points, 'ja')}点)` : `(${signedPoints(points, 'en')})`;
  if (tenths >= 0 && tenths <= 2_000 && (tenths - 1_000) / 10 === points) bracketed[locale][tenths] = text;
  return text;
}
const bracketed: Readonly<Record<Locale, (string | undefined)[]>> = { en: [], ja: [] };

// ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bands, confidence, trend and states as people read them. */
export const words: Readonly<Record<string, Words>> = {
  green: { en: 'Green', ja: '良好' },
  yellow: { en: 'Yellow', ja: '注意' },
  red: { en: 'Red', ja: '危険' },
  unknown: { en: 'Unknown', ja: '判定不能' },
  not_scored: { en: 'Not scored', ja: '対象外' },
  high: { en: 'High', ja: '高' },
  medium: { en: 'Medium', ja: '中' },
  low: { en: 'Low', ja: '低' },
  none: { en: 'None', ja: 'なし' },
  up: { en: 'Up', ja: '上昇' },
  flat: { en: 'Flat', ja: '横ばい' },
  down: { en: 'Down', ja: '低下' },
  known: { en: 'known', ja: '取得済み' },
  stale: { en: 'too old', ja: '期限切れ' },
  missing: { en: 'no data', ja: 'データなし' },
  not_applicable: { en: 'not applicable', ja: '対象外' },
  silent: { en: 'no answer', ja: '無回答' },
  alert: { en: 'Alert', ja: 'アラート' },
  parked: { en: 'Parked', ja: '保留' },
};
/** The word of the product for a value, or the value itself. */
export function wordFor(value: string, locale: Locale): string {
  return Object.hasOwn(words, value) ? (words[value]?.[locale] ?? value) : value;
}
