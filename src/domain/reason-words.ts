// The lines that people read beside a score, in both languages: reasons, caps, what changed, why a flag is down, what would
// help. Texts only, each at most as long as its field; what they are about is decided elsewhere.

import { cutText } from './cut.ts';
import type { MetricDefinition, Normaliser } from './decisions.ts';
import type { Fields, Locale, MetricState, Trace, Value, Words } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { inBrackets, nothing, plainNumber, valueText, wordFor } from './words.ts';

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
/** A goal in its own unit: `45 min (target 30)`, `45 min(目標30)`; null where the metric is about no goal. */
export function goalText(detail: Fields, locale: Locale): string | null {
  const [current, target, unit] = [detail['current'], detail['target'], detail['unit']];
  if (typeof current !== 'number' || typeof target !== 'number' || !('goal' in detail)) return null;
  const now = `${plainNumber(current)}${typeof unit === 'string' && unit !== '' ? ` ${unit}` : ''}`;
  return cutText(
    locale === 'ja' ? `${now}(目標${plainNumber(target)})` : `${now} (target ${plainNumber(target)})`,
    longestLine,
  );
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
