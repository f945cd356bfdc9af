// Conditions written as in other languages or as a sentence: score >= 70, a and b, greater_than. What was meant is clear
// enough to write it out.

import { wordsForSigns } from './signs.ts';
import type { Said } from './slip.ts';
import { narrow } from './value.ts';

const signs = /^(>=|<=|=>|=<|==|!=|<>|[≧≥≦≤＞＜＝≠<>=])$/;
const words = 'is_not|is|one_of|above|below|at_least|at_most|between|contains|missing';
const clause = new RegExp(
  `^\\s*([A-Za-z_]\\w*)\\s*(>=|<=|=>|=<|==|!=|<>|[≧≥≦≤＞＜＝≠<>=]|\\b(?:${words})\\b)\\s*(\\S.*?)\\s*$`,
);
const joins: Readonly<Record<string, string>> = {
  and: 'all',
  '&&': 'all',
  かつ: 'all',
  すべて: 'all',
  every: 'all',
  or: 'any',
  '||': 'any',
  または: 'any',
  いずれか: 'any',
  some: 'any',
  either: 'any',
  none: 'not',
};
const synonyms: Readonly<Record<string, string>> = {
  ...wordsForSigns,
  gte: 'at_least',
  ge: 'at_least',
  min: 'at_least',
  from: 'at_least',
  not_below: 'at_least',
  以上: 'at_least',
  lte: 'at_most',
  le: 'at_most',
  max: 'at_most',
  up_to: 'at_most',
  以下: 'at_most',
  gt: 'above',
  greater: 'above',
  greater_than: 'above',
  more_than: 'above',
  over: 'above',
  after: 'above',
  超: 'above',
  lt: 'below',
  less: 'below',
  less_than: 'below',
  fewer_than: 'below',
  under: 'below',
  before: 'below',
  未満: 'below',
  eq: 'is',
  equals: 'is',
  equal: 'is',
  等しい: 'is',
  ne: 'is_not',
  not: 'is_not',
  not_equal: 'is_not',
  in: 'one_of',
  any_of: 'one_of',
  includes: 'contains',
  like: 'contains',
  exists: 'missing',
  empty: 'missing',
  is_null: 'missing',
};

/** A condition written as a sentence, taken apart; null where that cannot be done. */
export function conditionSlip(text: string): Said | null {
  const pieces = text
    .split(/\s+(and|or|AND|OR|&&|\|\|)\s+|(?:、|，)?(かつ|または)/)
    .filter((piece) => piece !== undefined);
  const clauses = pieces.filter((_, index) => index % 2 === 0).map((piece) => clause.exec(piece));
  if (clauses.some((found) => found === null)) return null;
  const written = (clauses as RegExpExecArray[]).map(([, fact = '', mark = '', value = '']) => {
    const word = signs.test(mark) ? (wordsForSigns[mark] ?? 'is') : mark;
    return word === 'is' ? `${fact}: ${narrow(value)}` : `${fact}: {${word}: ${narrow(value)}}`;
  });
  const mark = (clauses[0] as RegExpExecArray)[2] as string;
  const join = joins[(pieces[1] ?? '').toLowerCase()];
  return {
    what: signs.test(mark)
      ? `the sign ${mark} stands where a word for comparing is needed`
      : 'the condition is written as a sentence',
    why: 'conditions are written as settings: the fact, a colon, and in braces the word and the value',
    fix:
      written.length === 1
        ? `Write:   {${written[0]}}`
        : `Write:   {${join ?? 'all'}: [${written.map((one) => `{${one}}`).join(', ')}]}`,
  };
}

/** `or:` and `and:` in place of any and all. */
export function joinSlip(key: string, value: unknown): Said | null {
  const word = joins[key.toLowerCase()];
  if (word === undefined || typeof value !== 'object' || value === null) return null;
  return {
    what: `${key} cannot join conditions`,
    why: 'conditions are joined by all (every one must hold), any (one is enough) and not',
    fix: `Write ${word}: in place of ${key}:`,
  };
}

/** The word for comparing that another word or a sign stands for; null for words nobody uses for it. */
export function operatorSlip(word: string): string | null {
  return synonyms[word.toLowerCase()] ?? null;
}
