// Texts in English and Japanese: the admin's templates, compiled once, and the fixed words of the product. Everything that
// people read in a CRM is written here; it decides nothing. liquidjs is named only here, without includes, loops, dates or
// dice, so that a text is a pure function of its facts.

import { Liquid } from 'liquidjs';
import type { Facts } from './condition.ts';
import { cutText } from './cut.ts';
import type { MetricDefinition, Normaliser } from './decisions.ts';
import type { Locale, MetricState, Trace, Value, Words } from './nouns.ts';
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
export function compileText(text: string): (facts: Facts) => string {
  if (!text.includes('{')) return () => text;
  const checked = checkTemplate(text);
  if ('problem' in checked) throw new Error(checked.problem);
  const template = liquid.parse(text);
  const asksInside = /\baccount\./.test(text);
  return (facts) => {
    const scope: Record<string, unknown> = {};
    for (const name of checked.names) scope[name] = facts[name] ?? null;
    if (asksInside) scope['account'] = { ...scope };
    const rendered: unknown = liquid.renderSync(template, scope);
    return String(rendered);
  };
}

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

function plainNumber(value: number): string {
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
function inBrackets(points: number, locale: Locale): string {
  return locale === 'ja' ? `(${signedPoints(points, 'ja')}点)` : `(${signedPoints(points, 'en')})`;
}

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

// ── Reason lines ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What a metric should reach, as the words that follow its value: `of 80%`, `target 9+`; `/期待80%`, `目標9以上`. From the
 * admin's own words where there are any, else from the best that the normaliser gives. Empty where there is nothing to say.
 */
export function expectedText(definition: MetricDefinition, locale: Locale): string {
  if (definition.expected !== null) return definition.expected[locale];
  const best = definition.normalise === null ? null : bestOf(definition.normalise);
  if (best === null) return '';
  const text = typeof best.value === 'string' ? best.value : valueText(best.value, definition.unit, locale);
  if (best.kind === 'of') return locale === 'ja' ? `期待${text}` : `of ${text}`;
  if (best.kind === 'at_least')
    return locale === 'ja' ? `目標${text}以上` : `target ${text.endsWith('s') ? `${text} or more` : `${text}+`}`;
  if (best.kind === 'at_most') return locale === 'ja' ? `目標${text}以下` : `target ${text} or less`;
  return locale === 'ja' ? `目標${text}` : `target ${text}`;
}
interface Best {
  readonly kind: 'of' | 'at_least' | 'at_most' | 'is';
  readonly value: number | string;
}
function bestOf(normaliser: Normaliser): Best | null {
  switch (normaliser.kind) {
    case 'linear':
      return { kind: normaliser.full >= normaliser.zero ? 'of' : 'at_most', value: normaliser.full };
    case 'tiers': {
      const best = normaliser.tiers.reduce(
        (a, b) => (b.value > a.value ? b : a),
        normaliser.tiers[0] ?? { atLeast: 0, value: 0 },
      );
      const above = normaliser.tiers.some((tier) => tier.atLeast > best.atLeast);
      return above || !Number.isFinite(best.atLeast) ? null : { kind: 'at_least', value: best.atLeast };
    }
    case 'piecewise': {
      const points = [...normaliser.points].sort((a, b) => a.at - b.at);
      const [first, last] = [points[0], points.at(-1)];
      if (first === undefined || last === undefined) return null;
      const top = Math.max(...points.map((point) => point.value));
      if (last.value === top) return { kind: 'of', value: points.find((point) => point.value === top)?.at ?? last.at };
      if (first.value === top)
        return { kind: 'at_most', value: points.findLast((point) => point.value === top)?.at ?? first.at };
      return null;
    }
    case 'band':
      return { kind: 'is', value: `${plainNumber(normaliser.from)}–${plainNumber(normaliser.to)}` };
    case 'log':
      return { kind: 'of', value: normaliser.full };
    case 'map': {
      const best = Object.entries(normaliser.values).sort((a, b) => b[1] - a[1])[0];
      return best === undefined ? null : { kind: 'is', value: best[0] };
    }
    case 'percentile':
    case 'robust_z':
      return null;
  }
}

/** What {@link partText} tells about. */
export interface PartFacts {
  readonly label: string;
  readonly value: Value;
  readonly state: MetricState;
  readonly at: string | null;
  readonly unit: MetricDefinition['unit'];
  /** {@link expectedText}, made once per metric. */
  readonly expected: string;
  readonly counts: boolean;
  readonly points: number;
  readonly lost: number;
  /** 0..1: what the metric is of the weight of its model. */
  readonly share: number;
}
const longestLine = 90;

/** The reason line of a part, at most 90 characters: `NPS 8, target 9+ (-6.0)`, `No data: CSAT (coverage -5%)`. */
export function partText(part: PartFacts, locale: Locale): string {
  const ja = locale === 'ja';
  if (!part.counts) {
    const less = plainNumber(roundHalfAway(part.share * 100, 1));
    const since = part.state === 'stale' && part.at !== null ? ` ${part.at.slice(0, 10)}` : '';
    const what = wordFor(part.state === 'known' ? 'missing' : part.state, locale);
    if (ja) return inOneLine(`${what}: ${part.label}${since}`, `(充足率−${less}%)`);
    return inOneLine(`${what.charAt(0).toUpperCase()}${what.slice(1)}: ${part.label}${since}`, ` (coverage -${less}%)`);
  }
  const actual = part.state === 'silent' ? wordFor('silent', locale) : valueText(part.value, part.unit, locale);
  const start = `${part.label} ${actual}`;
  if (roundHalfAway(part.lost, 1) === 0) return inOneLine(start, `${ja ? '' : ' '}${inBrackets(part.points, locale)}`);
  const end = inBrackets(-part.lost, locale);
  const { expected } = part;
  if (ja)
    return inOneLine(
      start,
      `${expected === '' ? '' : expected.startsWith('期待') ? `/${expected}` : `(${expected})`}${end}`,
    );
  return inOneLine(
    start,
    `${expected === '' ? '' : expected.startsWith('of ') ? ` ${expected}` : `, ${expected}`} ${end}`,
  );
}
/** The end of a line says what it costs, so a long label gives way and the end stays. */
function inOneLine(start: string, end: string): string {
  const room = longestLine - end.length;
  return room < 10 ? cutText(start + end, longestLine) : cutText(start, room) + end;
}
/** `Capped at 59: champion left 2025-12-12`. */
export function capText(limit: number, what: string, locale: Locale): string {
  return cutText(locale === 'ja' ? `上限${limit}点: ${what}` : `Capped at ${limit}: ${what}`, longestLine);
}
/** Why there is no score, for people. */
export function scoreReason(
  kind: 'coverage' | 'forbidden' | 'population' | 'frozen' | 'no_model',
  facts: { readonly label?: string; readonly coverage?: number; readonly needs?: number },
  locale: Locale,
): string {
  const percent = (share = 0): string => `${plainNumber(roundHalfAway(share * 100, 0))}%`;
  const texts: Readonly<Record<typeof kind, Words>> = {
    coverage: {
      en: `Not enough data: ${percent(facts.coverage)} of the weight is covered, a score needs ${percent(facts.needs)}`,
      ja: `データ不足: 充足率${percent(facts.coverage)}(算出には${percent(facts.needs)}が必要)`,
    },
    forbidden: { en: `No score without ${facts.label ?? ''}`, ja: `${facts.label ?? ''}がないため算出なし` },
    population: { en: 'Not in the scored population', ja: '算出対象外' },
    frozen: { en: 'The score is frozen and there is no earlier one', ja: 'スコア凍結中・過去のスコアなし' },
    no_model: { en: 'No model fits this account', ja: '該当するモデルなし' },
  };
  return texts[kind][locale];
}
/** One line of what moved: `Seats 62→48 (-9.0); caps and corrections (-9.4)`. Empty where nothing did. */
export function changeNote(
  facts: {
    readonly moved: readonly {
      readonly label: string;
      readonly before: string;
      readonly after: string;
      readonly points: number;
    }[];
    readonly vetoes: number;
    readonly byModel: number | null;
  },
  locale: Locale,
): string {
  const ja = locale === 'ja';
  const gap = ja ? '' : ' ';
  const lines = facts.moved.map(({ label, before, after, points }) => {
    const values = before === after ? '' : ` ${before}→${after}`;
    return `${label}${values}${gap}${inBrackets(points, locale)}`;
  });
  if (facts.vetoes !== 0)
    lines.push(`${ja ? '上限・補正' : 'caps and corrections'}${gap}${inBrackets(facts.vetoes, locale)}`);
  if (facts.byModel !== null)
    lines.push(`${ja ? 'モデル変更' : 'model changed'}${gap}${inBrackets(facts.byModel, locale)}`);
  return cutText(lines.join(ja ? '、' : '; '), 255);
}

// ── Flags ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Why a flag is down, or still up: `health below 70`, `last signal 2026-01-01`. */
export function flagReason(
  kind: 'gate' | 'veto' | 'quiet' | 'no_signal' | 'unknown',
  trace: Trace | null,
  locale: Locale,
  day?: string,
): string {
  const ja = locale === 'ja';
  if (kind === 'quiet') return ja ? `最終シグナル ${day ?? ''}` : `last signal ${day ?? ''}`;
  if (kind === 'no_signal') return ja ? 'シグナルなし' : 'no demand signal';
  const leaf =
    trace === null ? null : decidingLeaf(trace, kind === 'veto' ? 'yes' : kind === 'gate' ? 'no' : 'unknown');
  if (leaf === null) return ja ? '条件を満たさない' : 'the condition does not hold';
  const name = leaf.fact === 'score' ? (ja ? '健康度' : 'health') : (leaf.fact ?? '').replaceAll('_', ' ');
  if (kind === 'unknown') return ja ? `${name}が不明` : `${name} is unknown`;
  const expected = String(leaf.expected ?? '');
  if (kind === 'gate' && leaf.kind === 'at_least') return ja ? `${name}が${expected}未満` : `${name} below ${expected}`;
  if (kind === 'gate' && leaf.kind === 'at_most') return ja ? `${name}が${expected}超` : `${name} above ${expected}`;
  const actual = typeof leaf.actual === 'string' ? wordFor(leaf.actual, locale) : String(leaf.actual ?? nothing);
  return ja ? `${name}: ${actual}` : `${name} is ${actual}`;
}
/** The first leaf that made the answer what it is. Under `not` it is the opposite answer that decided. */
function decidingLeaf(trace: Trace, answer: Trace['answer']): Trace | null {
  if (trace.answer !== answer) return null;
  if (trace.of === undefined) return trace;
  const below = trace.kind !== 'not' || answer === 'unknown' ? answer : answer === 'yes' ? 'no' : 'yes';
  for (const part of trace.of) {
    const found = decidingLeaf(part, below);
    if (found !== null) return found;
  }
  return null;
}

// ── The way up ───────────────────────────────────────────────────────────────────────────────────────────────────

/** `NPS 8→9 (+6.0)`. */
export function liftText(
  step: {
    readonly label: string;
    readonly from: Value;
    readonly to: Value;
    readonly unit: MetricDefinition['unit'];
    readonly gain: number;
  },
  locale: Locale,
): string {
  const values = `${valueText(step.from, step.unit, locale)}→${valueText(step.to, step.unit, locale)}`;
  return inOneLine(`${step.label} ${values}`, `${locale === 'ja' ? '' : ' '}${inBrackets(step.gain, locale)}`);
}
/** `Resolve first: capped at 59: champion left (+9.4)`. */
export function capLiftText(text: string, gain: number, locale: Locale): string {
  return locale === 'ja'
    ? inOneLine(`まず解消: ${text}`, inBrackets(gain, locale))
    : inOneLine(`Resolve first: ${text.charAt(0).toLowerCase()}${text.slice(1)}`, ` ${inBrackets(gain, locale)}`);
}
