// Labels, help texts and options of our fields in Japanese, for orgs whose people work in it. English is the label itself.

import { recordWord } from '../../domain/record-words.ts';
import { type Component, isCustom, type NeededField } from './components.ts';

/** The vendor's limits for a translated label and help text. */
const longestLabel = 40;
const longestHelp = 510;

/** One translation per object: `Account-ja`, `Activity-ja`. */
export function translations(fields: readonly NeededField[]): Component[] {
  const byObject = Map.groupBy(
    fields.filter(({ field }) => isCustom(field.field)),
    ({ kind, object }) => (kind === 'task' ? 'Activity' : object),
  );
  return [...byObject].map(([object, needed]) => ({
    type: 'CustomObjectTranslation',
    fullName: `${object}-ja`,
    body: { fields: needed.map(fieldTranslation) },
  }));
}

/** One field in Japanese. */
export function fieldTranslation({ kind, field }: NeededField): Record<string, unknown> {
  const known = recordWord(kind, field.word)?.options ?? [];
  const options = field.options.flatMap((value) => {
    const option = known.find((candidate) => candidate.value === value);
    return option === undefined ? [] : [{ masterLabel: option.label.en, translation: option.label.ja }];
  });
  return {
    ...(field.help.ja === '' ? {} : { help: field.help.ja.slice(0, longestHelp) }),
    label: field.label.ja.slice(0, longestLabel) || field.word,
    name: field.field,
    ...(options.length === 0 ? {} : { picklistValues: options }),
  };
}
