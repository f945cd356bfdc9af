// The people of an account as `kenko explain` prints them: by key, never by name, with what their score is made of.

import type { Locale, Value } from './nouns.ts';
import type { Person } from './people.ts';
import { recordWord } from './record-words.ts';

const texts = {
  en: { people: 'People', none: 'not known', of: 'of', inactiveDays: 'Days inactive' },
  ja: { people: '担当者', none: '不明', of: '/', inactiveDays: '未利用日数' },
} as const;
/** Lines below the explanation; empty where there is nobody. */
export function peopleText(people: readonly Person[], locale: Locale): string {
  if (people.length === 0) return '';
  const words = texts[locale];
  const lines = people.map(({ contact, values, parts }) => {
    const role = values['customer_role'];
    const told = Object.entries(values)
      .filter(([word, value]) => word !== 'customer_role' && value !== null && value !== false)
      .map(([word, value]) => `${labelOf(word, locale)} ${value === true ? '✓' : String(value)}`);
    const made = parts.map(
      ({ fact, weight, normalised }) =>
        `${fact === 'days_inactive' ? words.inactiveDays : labelOf(fact, locale)} ${
          normalised === null ? words.none : Math.round(normalised * weight * 10) / 10
        }${normalised === null ? '' : ` ${words.of} ${weight}`}`,
    );
    const head = `  ${contact.key}${role == null ? '' : `  ${roleLabel(role, locale)}`}`;
    const because = made.length === 0 || values['contact_health_score'] == null ? '' : `\n    = ${made.join(', ')}`;
    return `${head}${told.length === 0 ? '' : `\n    ${told.join(' · ')}`}${because}`;
  });
  return ['', words.people, ...lines].join('\n');
}

function labelOf(word: string, locale: Locale): string {
  return recordWord('contact', word)?.label[locale] ?? word;
}
function roleLabel(role: Value, locale: Locale): string {
  const options = recordWord('contact', 'customer_role')?.options ?? [];
  return options.find(({ value }) => value === role)?.label[locale] ?? String(role);
}
