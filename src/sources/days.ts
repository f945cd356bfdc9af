// Days and points in time as people and systems write them. What is read without being declared is unmistakable: ISO,
// 2026年11月21日 and the Japanese eras. Everything else follows a declared format, because a guess that is right on Monday
// is wrong on the 13th.

/** Calendar year before the first of an era, and the day it began. */
const eras: Readonly<Record<string, { readonly before: number; readonly from: string }>> = {
  R: { before: 2018, from: '2019-05-01' },
  H: { before: 1988, from: '1989-01-08' },
  S: { before: 1925, from: '1926-12-25' },
  T: { before: 1911, from: '1912-07-30' },
  M: { before: 1867, from: '1868-10-23' },
};
const eraLetters: Readonly<Record<string, string>> = { 令和: 'R', 平成: 'H', 昭和: 'S', 大正: 'T', 明治: 'M' };
const eraDay = /^(令和|平成|昭和|大正|明治|[RHSTM])\s?(元|\d{1,2})[年./-]\s?(\d{1,2})[月./-]\s?(\d{1,2})日?$/i;
const kanjiDay = /^(\d{4})年\s?(\d{1,2})月\s?(\d{1,2})日(?:\s?\d{1,2}(?::\d{2}){1,2}|\s?\d{1,2}時(?:\d{1,2}分)?)?$/;

/**
 * A day by its declared pattern of `yyyy`, `mm`, `dd`; `unix` and `unix_ms` count from 1970 in UTC. Without a pattern:
 * ISO, 2026年11月21日, 令和8年11月21日 or R8.11.21, in whatever width. Impossible days (31-02) are null.
 */
export function parseDay(text: string, format: string | null): string | null {
  if (format === 'unix' || format === 'unix_ms') return parseInstant(text, format)?.slice(0, 10) ?? null;
  const isoDay = format === null && /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (isoDay) return calendarDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8)));
  const plain = text.normalize('NFKC');
  if (format === null) {
    const japanese = japaneseDay(plain);
    if (japanese !== null) return japanese;
  }
  const { pattern, order } = patternOf(format);
  const match = pattern.exec(plain);
  if (match === null) return null;
  const part = (name: string) => Number(match[order.indexOf(name) + 1]);
  return calendarDay(part('y'), part('m'), part('d'));
}

function japaneseDay(text: string): string | null {
  const kanji = kanjiDay.exec(text);
  if (kanji !== null) return calendarDay(Number(kanji[1]), Number(kanji[2]), Number(kanji[3]));
  const match = eraDay.exec(text);
  if (match === null) return null;
  const letter = match[1] ?? '';
  const era = eras[eraLetters[letter] ?? letter.toUpperCase()];
  if (era === undefined) return null;
  const year = era.before + (match[2] === '元' ? 1 : Number(match[2]));
  const day = calendarDay(year, Number(match[3]), Number(match[4]));
  // Before its era began there was no such day. After its end there was: contracts of 2018 run until 平成33年.
  return day === null || day < era.from || year === era.before ? null : day;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
function calendarDay(year: number, month: number, day: number): string | null {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (!(day >= 1 && day <= (monthDays[month - 1] ?? 0) + leap) || year < 1) return null;
  const two = (part: number) => String(part).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const patterns = new Map<string, { readonly pattern: RegExp; readonly order: readonly string[] }>();
function patternOf(format: string | null) {
  const name = format ?? '';
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const order: string[] = [];
  const source = (format ?? 'yyyy-mm-dd')
    .toLowerCase()
    .split(/(y+|m+|d+)/)
    .map((piece) => {
      if (!/^(y+|m+|d+)$/.test(piece)) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      order.push(piece.charAt(0));
      return piece.startsWith('y') ? '(\\d{4})' : '(\\d{1,2})';
    })
    .join('');
  // A day may be the first half of a timestamp; a declared format is taken at its word, but a time of day may follow it.
  const rest = format === null ? '.*' : '\\d{1,2}:\\d{2}(?::\\d{2})?';
  const made = { pattern: new RegExp(`^${source}(?:[T ]${rest})?$`), order };
  patterns.set(name, made);
  return made;
}

/** A point in time as ISO in UTC: ISO 8601 with a zone, a bare day, or with `unix`/`unix_ms` a count from 1970. */
export function parseInstant(text: string, format: string | null): string | null {
  if (format === 'unix' || format === 'unix_ms') {
    if (!/^-?\d{1,14}(\.\d+)?$/.test(text)) return null;
    const date = new Date(Number(text) * (format === 'unix' ? 1_000 : 1));
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
  }
  // A declared format reads days only: an hour without a zone is no point in time.
  if (format !== null) return /\d:\d/.test(text) ? null : parseDay(text, format);
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2}))?$/.test(text)) return null;
  const date = new Date(
    text.length === 10 ? `${text}T00:00:00Z` : text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'),
  );
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * A cursor a little earlier, in the shape it was written in, so that a database that compares texts still compares like
 * with like: instants go back by `seconds`, days by at least one, whole numbers by `count`.
 */
export function lookedBack(at: string | null, seconds: number, count = 0): string | null {
  if (at === null) return null;
  if (/^-?\d{1,15}$/.test(at)) return String(Number(at) - count);
  const match = /^(\d{4}-\d{2}-\d{2})(?:([T ])(\d{2}:\d{2}(?::\d{2})?)(\.\d+)?(.*))?$/.exec(at);
  if (match === null) return at;
  const [, day, separator, time, fraction = '', zone = ''] = match;
  if (separator === undefined || time === undefined)
    return new Date(Date.parse(`${day}T00:00:00Z`) - Math.max(seconds * 1_000, 86_400_000)).toISOString().slice(0, 10);
  const earlier = new Date(Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`) - seconds * 1_000);
  const iso = earlier.toISOString();
  return `${iso.slice(0, 10)}${separator}${iso.slice(11, 11 + time.length)}${fraction}${zone}`;
}
