// Slips inside of a value: a number with a percent sign, a date as people write dates, yes in place of true. Given the text and
// what was wanted, it says what kind of slip it is and what to write instead. Whether the value is allowed is not its question.

import { daySlip } from './day.ts';
import { wordsForSigns } from './signs.ts';

/** What is wrong with a text, as the end of a sentence that begins with the text itself, and what to write in its place. */
export interface ValueSlip {
  /** `has a percent sign`. */
  readonly is: string;
  /** What to write; null where nobody can know. */
  readonly instead: string | null;
  /** One more sentence where the value alone would not be enough. */
  readonly hint?: string;
}
export type Wanted = 'number' | 'boolean' | 'day' | 'span' | 'business_days';

/** The slip in a value, or null where it is none of those we know. `most` is the largest number allowed, where there is one. */
export function slipOfValue(given: unknown, wanted: Wanted, most: number | null = null): ValueSlip | null {
  if (typeof given !== 'string') return wanted === 'boolean' ? numberAsYes(given) : null;
  switch (wanted) {
    case 'number':
      return numberSlip(given, most);
    case 'boolean':
      return booleanSlip(given);
    case 'day':
      return daySlip(given);
    case 'span':
      return spanSlip(given);
    case 'business_days':
      return businessDaysSlip(given);
  }
}

const invisible = /[\u200b\u2060\ufeff\u2028\u2029\u00a0\u3000\t]/;
const minus = /^[−–—﹣－ー‐]\s*/;
const plainNumber = /^-?\d+(\.\d+)?$/;

function numberSlip(text: string, most: number | null): ValueSlip | null {
  const given = text.trim();
  if (plainNumber.test(given)) return { is: 'stands in quotes, so it is text', instead: given };
  const note = /^([^#＃]*?\d[^#＃]*?)\s*[#＃]/.exec(given);
  if (note !== null) {
    const number = plainNumber.test(narrow(note[1] as string)) ? narrow(note[1] as string) : null;
    return given.includes('＃')
      ? {
          is: 'holds a note after a full-width ＃',
          instead: number,
          hint: 'A note begins with a space and a half-width #.',
        }
      : { is: 'holds a note without a space before #', instead: number, hint: 'A note begins with a space and #.' };
  }
  if (invisible.test(text) && plainNumber.test(text.replaceAll(new RegExp(invisible, 'g'), '')))
    return { is: 'holds a character that cannot be seen', instead: text.replaceAll(new RegExp(invisible, 'g'), '') };
  const sign = /^(>=|<=|=>|=<|==|!=|<>|[≧≥≦≤＞＜＝≠<>=])\s*(.+)$/.exec(given);
  if (sign !== null) {
    const word = wordsForSigns[sign[1] as string] ?? 'is';
    return {
      is: `holds the sign ${sign[1]}; comparing is written in words`,
      instead: `{${word}: ${narrow(sign[2] as string)}}`,
    };
  }
  const plain = narrow(given);
  const percent = /^(-?\d+(?:[.,]\d+)?) ?(%|percent|パーセント)$/i.exec(plain);
  if (percent !== null) {
    const number = Number((percent[1] as string).replace(',', '.'));
    return most !== null && most <= 1
      ? { is: 'has a percent sign; shares run from 0 to 1', instead: String(Number((number / 100).toFixed(6))) }
      : { is: 'has a percent sign', instead: String(number) };
  }
  if (plainNumber.test(plain) && plain !== given && !minus.test(given))
    return { is: 'is written in full-width digits', instead: plain };
  if (/^-?[\d.]+[,、]$/.test(given) || /^-?[\d.]+,$/.test(plain))
    return { is: 'ends with a comma', instead: plain.replace(/[,、]$/, '') };
  const whole = plain.replaceAll(/(?<=\d)[,_'’ ](?=\d{3}(?!\d))/g, '');
  if (whole !== plain && plainNumber.test(whole)) return { is: 'has marks between its thousands', instead: whole };
  if (/^-?\d+,\d+$/.test(plain))
    return { is: 'has a comma in place of the decimal point', instead: plain.replace(',', '.') };
  if (minus.test(given) && plainNumber.test(narrow(given.replace(minus, ''))))
    return {
      is: `has a dash (${given[0]}) in place of the minus sign`,
      instead: `-${narrow(given.replace(minus, ''))}`,
    };
  const money = amount(plain);
  if (money !== null) return money;
  const kanji = kanjiNumber(plain);
  if (kanji !== null) return { is: 'is written in kanji', instead: String(kanji) };
  const unit = /^(-?\d+(?:\.\d+)?) ?([^\d\s.,]\D*)$/.exec(plain);
  if (unit !== null) return { is: `has a unit behind it (${(unit[2] as string).trim()})`, instead: unit[1] as string };
  return null;
}

/** `¥2,000,000`, `200万`, `2000000円`. */
function amount(text: string): ValueSlip | null {
  const found = /^(?:[¥￥$€£]|JPY|USD|EUR)? ?([\d,.]+) ?(千|万|億)?(円|yen|JPY|USD|EUR|ドル)?$/i.exec(text);
  if (found === null || /^[\d,.]+$/.test(text)) return null;
  const factor = { 千: 1e3, 万: 1e4, 億: 1e8 }[found[2] ?? ''] ?? 1;
  const number = Number((found[1] as string).replaceAll(',', '')) * factor;
  if (!Number.isFinite(number)) return null;
  return {
    is: found[2] === undefined ? 'has a currency beside it' : `has ${found[2]} in place of its zeros`,
    instead: String(number),
  };
}
const kanjiDigits = '〇一二三四五六七八九';
/** 七十 → 70; null for what is no number in kanji. */
function kanjiNumber(text: string): number | null {
  if (!/^[〇零一二三四五六七八九十百千]+$/.test(text)) return null;
  let sum = 0;
  let digit: number | null = null;
  for (const char of text.replaceAll('零', '〇')) {
    const factor = { 十: 10, 百: 100, 千: 1000 }[char];
    if (factor === undefined) digit = (digit ?? 0) * 10 + kanjiDigits.indexOf(char);
    else {
      sum += (digit ?? 1) * factor;
      digit = null;
    }
  }
  return sum + (digit ?? 0);
}

const yes = [
  'yes',
  'y',
  'on',
  'true',
  '1',
  'はい',
  '有効',
  'オン',
  'する',
  '○',
  '〇',
  '◯',
  'ok',
  'enabled',
  'ja',
  'oui',
  'sí',
  'si',
];
const no = [
  'no',
  'n',
  'off',
  'false',
  '0',
  'いいえ',
  '無効',
  'オフ',
  'しない',
  '×',
  '✕',
  'x',
  'disabled',
  'nein',
  'non',
];
function booleanSlip(text: string): ValueSlip | null {
  const word = narrow(text).toLowerCase().replace(/,$/, '');
  const instead = yes.includes(word) ? 'true' : no.includes(word) ? 'false' : null;
  if (instead === null) return null;
  return word === 'true' || word === 'false'
    ? { is: text === word ? 'stands in quotes, so it is text' : 'is not written in plain small letters', instead }
    : { is: `is an everyday word for ${instead}`, instead };
}
function numberAsYes(given: unknown): ValueSlip | null {
  if (given !== 0 && given !== 1) return null;
  return { is: 'is a number', instead: given === 1 ? 'true' : 'false' };
}

/** `6 weeks`, `45日`, `1ヶ月`. */
function spanSlip(text: string): ValueSlip | null {
  const found =
    /^(\d+) ?(d|days?|日間?|w|weeks?|週間?|months?|[かヶケカ箇]月間?|years?|年間?|営業日|business days?)?,?$/i.exec(
      narrow(text),
    );
  if (found === null) return null;
  const count = Number(found[1]);
  const unit = (found[2] ?? '').toLowerCase();
  if (unit.includes('営業') || unit.includes('business'))
    return {
      is: 'is given in business days',
      instead: `${Math.ceil((count * 7) / 5)}d`,
      hint: 'Here calendar days are counted.',
    };
  const days = /^(w|週)/.test(unit) ? 7 : /month|月/.test(unit) ? 30 : /^(y|年)/.test(unit) ? 365 : 1;
  const instead = `${count * days}d`;
  if (days > 1) return { is: 'is not given in days', instead };
  return { is: unit === '' ? 'has no unit, or stands in quotes' : 'is not written the short way', instead };
}

/** `3 days`, `3営業日`, `3d`, `3`. */
function businessDaysSlip(text: string): ValueSlip | null {
  const found = /^(\d+) ?(d|days?|日|business ?days?|working ?days?|workdays?|営業日|w|weeks?|週間?)?,?$/i.exec(
    narrow(text),
  );
  if (found === null) return null;
  const count = Number(found[1]) * (/^(w|weeks?|週間?)$/i.test(found[2] ?? '') ? 5 : 1);
  return { is: 'does not say "business days"', instead: `${count} business day${count === 1 ? '' : 's'}` };
}

/** Full-width letters and digits as half-width ones. */
export function narrow(text: string): string {
  return text.normalize('NFKC').trim();
}
