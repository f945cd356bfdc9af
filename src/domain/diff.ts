// The difference between what a record should show, what it shows, and what we last wrote: three values, one decision per
// word. A value that a person changed is theirs; equal values are never sent; what is gone is left alone. Tasks have rules
// of their own in diff-tasks.ts. Pure: whether an effect may still be sent is asked again right before sending.

import type { CrmMapping, FieldMapping } from './decisions.ts';
import { setKey } from './key.ts';
import type { EffectDraft, Existing, Fields, Remark, Value, Wish } from './nouns.ts';
import { accompanies } from './wish.ts';

export { diffTasks } from './diff-tasks.ts';

export interface RecordDiff {
  /** At most one `set` and one `clear`. */
  readonly effects: readonly EffectDraft[];
  readonly remarks: readonly Remark[];
  /** Words that stand as wished although we do not remember writing them: to be remembered as ours. */
  readonly adopt: Fields;
}

/** What is to be done about one word. */
type Decision =
  | { readonly kind: 'equal' | 'leave' }
  | { readonly kind: 'write'; readonly remark: string | null }
  | { readonly kind: 'theirs'; readonly remark: string };

/**
 * What it takes to make a record show the wish. `written` is what we last wrote there, undefined where we never did. Only
 * words that are both wished and mapped are looked at. `because` is passed on into the effects.
 */
export function diffRecord(input: {
  readonly wish: Wish;
  readonly existing: Existing | undefined;
  readonly written: Fields | undefined;
  readonly mapping: CrmMapping;
  readonly because?: readonly string[];
}): RecordDiff {
  const { wish, existing, mapping } = input;
  const about = { account: wish.account, crm: wish.crm };
  if (existing === undefined || existing.id === null) {
    const says = `the record ${wish.target} is gone from ${wish.crm}; nothing is written until it is matched again`;
    return { effects: [], remarks: [{ ...about, word: '', kind: 'unmatched', says }], adopt: {} };
  }
  const written = input.written ?? {};
  const set: Record<string, Value> = {};
  const clear: Record<string, Value> = {};
  const adopt: Record<string, Value> = {};
  const remarks: Remark[] = [];
  const riding: string[] = [];
  for (const field of fieldsOf(mapping, wish.object)) {
    const { word } = field;
    const wished = wish.fields[word];
    if (wished === undefined || field.write === 'never') continue;
    const stands = existing.fields[word] ?? null;
    const last = written[word];
    const decision = decide(field, wished, stands, last);
    if (decision.kind === 'equal') {
      if (last === undefined || !same(last, wished)) adopt[word] = wished;
    } else if (decision.kind === 'theirs') {
      if (!accompanies.has(word)) remarks.push({ ...about, word, kind: 'edited_by_person', says: decision.remark });
    } else if (decision.kind === 'write') {
      if (accompanies.has(word)) {
        if (wished !== null) riding.push(word);
        continue;
      }
      if (decision.remark !== null) remarks.push({ ...about, word, kind: 'corrects_edit', says: decision.remark });
      if (wished === null) clear[word] = null;
      else set[word] = wished;
    }
  }
  if (Object.keys(set).length > 0) for (const word of riding) set[word] = wish.fields[word] ?? null;
  const because = input.because ?? [];
  // After a merge the record answers to another id; writing to the old one would fail.
  const target = existing.id;
  const effect = (op: 'set' | 'clear', payload: Fields): EffectDraft => ({
    ...about,
    object: wish.object,
    target,
    op,
    key: setKey({ crm: wish.crm, object: wish.object, target, op, payload: withoutTimes(payload) }),
    play: '',
    episode: '',
    payload,
    expect: Object.fromEntries(Object.keys(payload).map((word) => [word, existing.fields[word] ?? null])),
    because,
  });
  const effects = [
    ...(Object.keys(set).length > 0 ? [effect('set', set)] : []),
    ...(Object.keys(clear).length > 0 ? [effect('clear', clear)] : []),
  ];
  return { effects, remarks, adopt };
}

/** What was refused yesterday is the same effect today, although the hour that goes along is another. */
function withoutTimes(payload: Fields): Fields {
  return Object.fromEntries(Object.entries(payload).filter(([word]) => !accompanies.has(word)));
}

function fieldsOf(mapping: CrmMapping, object: Wish['object']): readonly FieldMapping[] {
  return object === 'task' ? [] : (mapping.objects[object]?.fields ?? []);
}

/** The three-way rule for one word. */
function decide(field: FieldMapping, wished: Value, stands: Value, last: Value | undefined): Decision {
  if (same(wished, stands)) return { kind: 'equal' };
  const empty = isEmpty(field, stands, last);
  switch (field.write) {
    case 'never':
      return { kind: 'leave' };
    case 'once':
      // Once written it is theirs, even if they emptied it.
      return empty && last === undefined && wished !== null ? { kind: 'write', remark: null } : { kind: 'leave' };
    case 'always':
      return {
        kind: 'write',
        remark: empty || isOurs(stands, last) ? null : told(field, stands, wished, 'is set back'),
      };
    case 'unless_edited':
      if (empty || isOurs(stands, last)) return { kind: 'write', remark: null };
      return { kind: 'theirs', remark: told(field, stands, wished, 'stays: a person or another system wrote it') };
  }
}

/** A checkbox cannot be empty; unticked and never written by us is as empty as it gets. */
function isEmpty(field: FieldMapping, stands: Value, last: Value | undefined): boolean {
  return stands === null || stands === '' || (field.type === 'checkbox' && stands === false && last === undefined);
}
function isOurs(stands: Value, last: Value | undefined): boolean {
  return last !== undefined && same(stands, last);
}
/** Canonical values are the same if equal; an empty checkbox and an unticked one show the same. */
function same(a: Value, b: Value): boolean {
  return a === b || (isUnticked(a) && isUnticked(b) && (a === false || b === false));
}
function isUnticked(value: Value): boolean {
  return value === false || value === null;
}

function told(field: FieldMapping, stands: Value, wished: Value, what: string): string {
  const shown = (value: Value) => (value === null ? 'empty' : JSON.stringify(value));
  return `${field.word} shows ${shown(stands)} instead of ${shown(wished)}, and ${what}`;
}
