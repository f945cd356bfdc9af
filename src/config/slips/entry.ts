// Entries inside of braces that are no entries: pieces of a number that a comma cut apart, a name glued to its value, a sign in
// place of words. YAML reads each as a name without a value, and says nothing.

import { wordsForSigns } from './signs.ts';
import type { Said } from './slip.ts';

export interface EntrySlip extends Said {
  /** Characters from the entry back to where the eye should fall; 0: within the entry. */
  readonly back: number;
  /** Characters from the beginning of the entry, where `back` is 0. */
  readonly ahead: number;
  /** False where the entry before has told it already. */
  readonly isNew: boolean;
}

/** What is wrong with a name that has no value, if anything is. `before` is the text of the entry before it, `after` what follows. */
export function entrySlip(key: string, before: string | null, after: string): EntrySlip | null {
  return cutNumber(key, before, after) ?? glued(key);
}

function cutNumber(key: string, before: string | null, after: string): EntrySlip | null {
  if (before === null || !/^[\d０-９]+$/.test(key)) return null;
  const number = /(-?[\d０-９.]+)(\s*[,，]\s*)$/.exec(before);
  if (number === null) return null;
  const [whole, head = ''] = number;
  if (/^[\d０-９]{3}$/.test(key)) {
    const isFirst = /:\s*-?[\d０-９]/.test(before);
    const rest = /^(\s*[,，]\s*[\d０-９]{3}(?![\d０-９]))*/.exec(after)?.[0].replaceAll(/[,，\s]/g, '') ?? '';
    return {
      what: 'commas stand inside of a number',
      why: 'inside of braces a comma begins the next entry, so the number ends before it',
      fix: `Write the number without commas:   ${narrow(head + key + rest)}`,
      back: whole.length,
      ahead: 0,
      isNew: isFirst,
    };
  }
  return {
    what: 'a comma stands in a number in place of the decimal point',
    why: 'inside of braces a comma begins the next entry, so the number ends before it',
    fix: `Write a point:   ${narrow(head)}.${narrow(key)}`,
    back: whole.length,
    ahead: 0,
    isNew: true,
  };
}

function glued(key: string): EntrySlip | null {
  const here = (ahead: number, said: Said): EntrySlip => ({ ...said, back: 0, ahead, isNew: true });
  const colon = /^([A-Za-z_]\w*)\s*([：:])\s*(\S.*)$/.exec(key);
  if (colon !== null) {
    const [, name = '', mark = '', value = ''] = colon;
    return here(key.indexOf(mark), {
      what: mark === '：' ? 'the colon is a full-width one (：)' : `there is no space behind the colon of ${name}`,
      why: 'name and value are read as one text',
      fix: `Write a half-width colon and one space:   ${name}: ${value}`,
    });
  }
  const sign = /^([A-Za-z_]\w*)\s*(>=|<=|=>|=<|==|!=|<>|[≧≥≦≤＞＜＝≠<>=])\s*(\S.*)$/.exec(key);
  if (sign !== null) {
    const [, name = '', mark = '', value = ''] = sign;
    const word = wordsForSigns[mark] ?? 'is';
    return here(key.indexOf(mark), {
      what: `the sign ${mark} stands where a word for comparing is needed`,
      why: 'signs mean nothing in these files; comparing is written in words',
      fix: `Write:   ${name}: ${word === 'is' ? value : `{${word}: ${value}}`}`,
    });
  }
  return null;
}
/** Full-width digits as half-width ones. */
function narrow(text: string): string {
  return text.normalize('NFKC');
}
