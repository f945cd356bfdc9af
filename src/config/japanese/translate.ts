// Messages of check in Japanese. English is written where it is said; here stands, sentence for sentence, what it is in Japanese.
// A sentence that is not listed stays English rather than being lost; the tests see to it that none is.

import { checkSentences } from './check.ts';
import { conditionSentences } from './conditions.ts';
import { contactSentences } from './contacts.ts';
import { descriptions } from './descriptions.ts';
import { fileSentences } from './files.ts';
import { modelSentences } from './model.ts';
import { readingSentences } from './reading.ts';
import { schemaSentences } from './schema.ts';
import { valueSentences } from './values.ts';

/**
 * An English sentence and its Japanese. ⟨name⟩ stands for what changes and is taken over; ⟨Name⟩ is translated as well, and the
 * sentence only fits when that can be; ⟨q⟩ is a value as messages show it: in quotes, a number, a group of settings.
 */
export type Sentence = readonly [english: string, japanese: string];

interface Compiled {
  readonly pattern: RegExp;
  readonly slots: readonly string[];
  readonly japanese: string;
  /** Letters that are fixed: of two sentences that fit, the one that says more is meant. */
  readonly fixed: number;
}
let compiled: readonly Compiled[] | null = null;
function sentences(): readonly Compiled[] {
  compiled ??= [
    ...readingSentences,
    ...valueSentences,
    ...schemaSentences,
    ...conditionSentences,
    ...modelSentences,
    ...fileSentences,
    ...checkSentences,
    ...contactSentences,
    ...descriptions,
  ]
    .map(compile)
    .sort((a, b) => b.fixed - a.fixed);
  return compiled;
}
const shownValue = '"[^"]*"|-?[\\d.]+|true|false|nothing|yes/no|a group of settings|a list of \\d+|what stands there';
function compile([english, japanese]: Sentence): Compiled {
  const slots: string[] = [];
  const source = english
    .split(/⟨(\w+)⟩/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      slots.push(part);
      return part === 'q' ? `(${shownValue})` : '([^\\n]+?)';
    })
    .join('');
  return { pattern: new RegExp(`^${source}$`), slots, japanese, fixed: english.replaceAll(/⟨\w+⟩/g, '').length };
}

/** A sentence in Japanese; null where it is not known. Lines are translated one by one where the whole is not. */
export function inJapanese(english: string): string | null {
  if (english === '') return '';
  for (const one of sentences()) {
    const found = one.pattern.exec(english);
    if (found === null) continue;
    const filled = one.slots.map((slot, index) => slotText(slot, found[index + 1] as string));
    if (filled.some((text) => text === null)) continue;
    return one.japanese.replaceAll(/⟨(\w+)⟩/g, (_, slot: string) => filled[one.slots.indexOf(slot)] ?? '');
  }
  if (!english.includes('\n')) return null;
  const lines = english.split('\n').map((line) => inJapanese(line));
  return lines.every((line) => line !== null) ? lines.join('\n') : null;
}
function slotText(slot: string, text: string): string | null {
  if (slot === 'q') return text.startsWith('"') ? text : (inJapanese(text) ?? text);
  return /^[A-Z]/.test(slot) ? inJapanese(text) : text;
}
