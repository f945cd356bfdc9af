// What one CRM's record should show: the values of record-values.ts, narrowed to what the mapping maps and may write, each
// in the canonical form of its field's type (the list in crm/crm.ts). Canonical means: two values are the same if and only
// if they are equal, so that the differ compares nothing but values. It reads no CRM and knows no field name of theirs.

import { cutText, oneLine } from './cut.ts';
import type { CrmMapping, FieldMapping, FieldType } from './decisions.ts';
import type { Account, Fields, Locale, Outcome, Remark, Value, Wish } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { humanWords, recordValues } from './record-values.ts';

export { recordValues } from './record-values.ts';

/**
 * Words that say when something was written. They never cause a write; they go along with one, so that an unchanged world
 * costs nothing (diff.ts honours it).
 */
export const accompanies: ReadonlySet<string> = new Set(['health_scored_at']);

/**
 * Words that come and go in an ordinary week: emptying them is news, not loss, and gate G7 does not count it. Everything
 * else that is emptied (a score, a segment, a metric) is.
 */
export const comesAndGoes: ReadonlySet<string> = new Set([
  'health_strengths',
  'health_reasons',
  'health_change_7d',
  'health_change_30d',
  'health_change_note',
  'health_trend',
  'next_action',
  'next_action_due',
  'next_guide_url',
  'nurture_track',
  'parked_until',
  'support_priority_rank',
  'upsell_type',
  'upsell_reason',
  'upsell_flag_since',
  // Of single people: answers grow old, and so does use.
  'nps_score',
  'nps_answer_date',
  'active_days_28d',
]);

export interface WishInput {
  readonly outcome: Outcome;
  readonly account: Account;
  readonly mapping: CrmMapping;
  readonly locale: Locale;
  /** Words that one account alone cannot know (support_priority_rank), or an instant for health_scored_at. */
  readonly extra?: Fields;
}

/** The wish for the account's record in one CRM; null where the account has none there or nothing is mapped. */
export function wishOf(input: WishInput): Wish | null {
  const { outcome, account, mapping, locale } = input;
  const target = account.ids[mapping.idKind];
  const fields = mapping.objects.account?.fields ?? [];
  if (target === undefined || target === '' || fields.length === 0) return null;
  const values = { ...recordValues(outcome, account, locale), ...input.extra };
  const wished: Record<string, Value> = {};
  for (const field of fields) {
    const value = values[field.word] === undefined && isDimension(field.word) ? null : values[field.word];
    if (value === undefined || field.write === 'never' || humanWords.has(field.word)) continue;
    wished[field.word] = canonical(value, field);
  }
  if (Object.keys(wished).length === 0) return null;
  return { account: account.key, crm: mapping.crm, object: 'account', target, fields: wished };
}

/** A dimension that the account's model does not have is empty, not what an earlier model left there. */
function isDimension(word: string): boolean {
  return word.startsWith('dimension_');
}

/** What was left unwished, for the plan: a segment that a person locked, an account that this CRM does not know. */
export function wishRemarks(input: Pick<WishInput, 'outcome' | 'account' | 'mapping'>): readonly Remark[] {
  const { outcome, account, mapping } = input;
  const about = { account: account.key, crm: mapping.crm };
  const target = account.ids[mapping.idKind];
  if (target === undefined || target === '') {
    const says = `${account.name || account.key} is in no ${mapping.crm} record that we know; give that record the account's id (${account.key})`;
    return [{ ...about, word: '', kind: 'unmatched', says }];
  }
  const mapped = new Set(mapping.objects.account?.fields.map(({ word }) => word));
  return outcome.segments
    .filter(({ name, locked }) => locked && mapped.has(name))
    .map(({ name }) => ({
      ...about,
      word: name,
      kind: 'locked',
      says: `${name} is locked by a person and stays as it is (skipped_locked)`,
    }));
}

/** A value in the canonical form of a field; null for what is empty or does not fit the type at all. */
export function canonical(value: Value, field: Pick<FieldMapping, 'type' | 'digits' | 'length'>): Value {
  const form = forms[field.type];
  // A checkbox has no third state in most CRMs: what is not yes is no.
  if (value === null) return field.type === 'checkbox' ? false : null;
  return form(value, field);
}

type Form = (value: string | number | boolean, field: Pick<FieldMapping, 'digits' | 'length'>) => Value;

const number: Form = (value, { digits }) => {
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isFinite(given)) return null;
  const rounded = roundHalfAway(given, digits);
  return rounded === 0 ? 0 : rounded;
};
const text = (value: string): string | null => (value === '' ? null : value);

const forms: Readonly<Record<FieldType, Form>> = {
  number,
  percent: number,
  currency: number,
  checkbox: (value) => value === true || value === 'true' || value === 1,
  date: (value) => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null),
  datetime: (value) => {
    const instant =
      typeof value === 'string' ? Date.parse(value.length === 10 ? `${value}T00:00:00Z` : value) : Number.NaN;
    return Number.isNaN(instant) ? null : new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
  },
  picklist: (value) => text(String(value).trim()),
  multi_picklist: (value) => {
    const parts = String(value)
      .split(';')
      .map((part) => part.trim());
    return text([...new Set(parts.filter((part) => part !== ''))].toSorted().join(';'));
  },
  text: (value, { length }) => text(cutText(oneLine(String(value)), length)),
  long_text: (value, { length }) => {
    const lines = String(value).replace(/\r\n?/g, '\n').split('\n');
    // Both CRMs drop white space at the ends of a text; sent with it, it would come back different.
    return text(
      cutText(
        lines
          .map((line) => line.trimEnd())
          .join('\n')
          .trim(),
        length,
      ),
    );
  },
};
