// A text for both languages: one plain text stands for both.

import type { Words } from '../../domain/nouns.ts';
import type { Words as WordsGiven } from '../schema/pieces.ts';

/** Both languages. */
export function words(given: WordsGiven): Words {
  return typeof given === 'string' ? { en: given, ja: given } : given;
}
/** A name made readable where nobody wrote a label: `health_score` → `health score`. */
export function wordsOrName(given: WordsGiven | undefined, name: string): Words {
  return given === undefined ? words(name.replaceAll('_', ' ')) : words(given);
}
