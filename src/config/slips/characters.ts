// Slips of the keyboard: tabs, blanks and marks that look right and are not, as Japanese input, word processors and chat
// programs make them. Each finder names the mark it saw and the one that is meant.

import { type Line, oddBlanks } from './lines.ts';
import { type Finder, glance, near, type Slip, slipOn } from './slip.ts';

const wide: Readonly<Record<string, string>> = {
  '：': ': ',
  '﹕': ': ',
  '︓': ': ',
  '、': ', ',
  '，': ', ',
  '﹐': ', ',
  '︑': ', ',
  '；': ',',
  '｛': '{',
  '｝': '}',
  '［': '[',
  '］': ']',
  '\u3000': ' ',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u200b': '',
  '\u2060': '',
  '\ufeff': '',
};
/** The line with every wide mark exchanged that stands outside of quotes and notes: where there is one, there are more. */
function narrowed(line: Line, from = 0): string {
  return line.raw
    .split('')
    .map((char, at) => (at >= from && line.code[at] === char ? (wide[char] ?? char) : char))
    .join('')
    .replace(/: {2,}/g, ': ');
}

const blankNames: readonly (readonly [RegExp, string])[] = [
  [/\t/, 'a tab'],
  [/\u3000/, 'a full-width space'],
  [/[\u00a0\u202f\u2000-\u200a]/, 'a no-break space'],
  [/[\u200b\u2060\ufeff]/, 'an invisible character'],
];

/** Tabs and odd blanks before the first word. */
const blanksAsIndent: Finder = (sight) => {
  const { lines } = sight;
  const odd = near(sight, 3).filter((line) => new RegExp(`[${oddBlanks}]`).test(line.raw.slice(0, line.indent)));
  return odd.flatMap((line) => {
    const column = line.raw.search(new RegExp(`[${oddBlanks}]`));
    const [, name = 'a tab'] = blankNames.find(([pattern]) => pattern.test(line.raw.slice(0, line.indent))) ?? [];
    // How wide it was on the admin's screen nobody knows: every depth that may have been meant is tried, the likeliest first.
    const blanks = line.raw.slice(0, line.indent).replaceAll(/[\u200b\u2060\ufeff]/g, '');
    const likely = /\t/.test(blanks) ? [] : [blanks.replaceAll('\u3000', '  ').length, blanks.length];
    return [...new Set([...likely, ...aboveBlock(line, lines), widthAround(line.index, lines), 2, 4, 6, 8])].map(
      (spaces) =>
        slipOn(line, column, `${' '.repeat(spaces)}${line.raw.slice(line.indent)}`, {
          what: `${name} stands at the beginning of the line, where spaces are needed`,
          why: 'how far a line stands in says what it belongs to, and only ordinary spaces are counted',
          fix: `Delete the empty part before "${glance(line.raw.slice(line.indent))}" and type spaces, as many as the lines beside it have.`,
        }),
    );
  });
};
/** A line that opens a block stands two before the block. */
function aboveBlock(line: Line, lines: readonly Line[]): readonly number[] {
  const next = lines.slice(line.index + 1).find((one) => !one.isBlank);
  const depth = next === undefined || !/^ +\S/.test(next.raw) ? 0 : next.raw.search(/\S/);
  return /:\s*$/.test(line.raw) && depth >= 4 ? [depth - 2] : [];
}
function widthAround(index: number, lines: readonly { readonly raw: string; readonly isBlank: boolean }[]): number {
  const plain = (one: { readonly raw: string; readonly isBlank: boolean } | undefined) =>
    one !== undefined && !one.isBlank && /^ +\S/.test(one.raw) ? one.raw.search(/\S/) : null;
  for (let step = 1; step < 4; step++) {
    const found = plain(lines[index + step]) ?? plain(lines[index - step]);
    if (found !== null) return found;
  }
  return 2;
}

/** `yellow： 40`: the colon of a Japanese keyboard. */
const wideColon: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = /^(\s*(?:- )*["']?[A-Za-z_][\w-]*["']?)\s*[：﹕︓]\s*/.exec(line.code);
    if (found === null) return wideColonInside(line);
    const column = line.code.search(/[：﹕︓]/);
    const name = line.raw.slice(0, (found[1] as string).length);
    const rest = line.raw.slice(found[0].length);
    return [`${name}: ${rest}`, narrowed(line)].map((mended) => slipOn(line, column, mended, wideColonSaid));
  });
const wideColonSaid = {
  what: 'the colon is a full-width one (：)',
  why: 'only the half-width colon (:) parts a name from its value, so the two are read as one text',
  fix: 'Switch the keyboard to half-width (英数) and write a half-width colon and one space:   name: value',
};
function wideColonInside(line: Line): Slip[] {
  const column = line.code.search(/(?<=[{,]\s*[a-z_][a-z0-9_]*\s*)[：﹕︓]/);
  if (column < 0) return [];
  return [slipOn(line, column, narrowed(line), wideColonSaid)];
}

/** `{high: task、low: task}`. */
const wideComma: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const column = line.code.search(/[、，﹐︑](?=\s*["']?[A-Za-z_][\w-]*["']?\s*:)/);
    if (column < 0 || !/[{[]/.test(line.code.slice(0, column))) return [];
    return [
      slipOn(line, column, narrowed(line), {
        what: `the comma is a full-width one (${line.code[column]})`,
        why: 'only the half-width comma (,) parts entries inside of braces and brackets',
        fix: 'Switch the keyboard to half-width (英数) and write a half-width comma and one space:   {high: task, low: task}',
      }),
    ];
  });
/** `{high: task; low: task}`. */
const semicolon: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const column = line.code.search(/[;；](?=\s*["']?[A-Za-z_][\w-]*["']?\s*:)/);
    if (column < 0 || !/[{[]/.test(line.code.slice(0, column))) return [];
    return [
      slipOn(line, column, narrowed(line).replaceAll(';', ','), {
        what: `a semicolon (${line.code[column]}) stands between two entries`,
        why: 'only commas part entries inside of braces and brackets',
        fix: 'Write a comma in its place:   {high: task, low: task}',
      }),
    ];
  });

/** `touch: ｛high: task｝`. */
const wideBracket: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const column = line.code.search(/(?<=[:[{,-]\s*)[｛［]|[｝］](?=\s*$)/);
    if (column < 0) return [];
    const char = line.code[column] as string;
    return [
      slipOn(line, column, narrowed(line), {
        what: `the bracket is a full-width one (${char})`,
        why: 'only half-width brackets { } [ ] make groups and lists, so this is read as text',
        fix: `Switch the keyboard to half-width (英数) and write ${wide[char]} in its place.`,
      }),
    ];
  });

const curly = /[“”„‟«»＂]|[‘’‚‛＇]/;
/** `subject: “Call: now”`: quotes of a word processor. */
const curlyQuotes: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const column = line.code.search(/(?<=(?:[:[{,]|-)\s+|[[{])[“”„‟«»＂‘’‚‛＇「『]/);
    if (column < 0) return [];
    const end = line.raw.slice(column + 1).search(/[“”„‟«»＂’‚‛＇」』](?=\s*($|[,}\]]|#))/);
    if (end < 0) return [];
    const inner = line.raw.slice(column + 1, column + 1 + end);
    const mended = `${line.raw.slice(0, column)}"${inner.replaceAll('"', "'")}"${line.raw.slice(column + 2 + end)}`;
    const char = line.raw[column] as string;
    return [
      slipOn(line, column, mended, {
        what: curly.test(char)
          ? `the quotes are curly ones (${char})`
          : `Japanese brackets (${char}) stand where quotes are needed`,
        why: 'only the straight quotes " and \' hold a text together; these are read as letters',
        fix: 'Write straight quotes around the text:   "…"',
      }),
    ];
  });

/** `– name: notice`, `・score: …`, `-score: …`: marks of a list that are none. */
const listMark: Finder = ({ lines, at }) => {
  const isMark = (line: (typeof lines)[number]) =>
    /^\s*([–—−‐‑‒―ー－•・･●○◦▪■□◆◇※*＊+＋]|-(?=[A-Za-z_"'{[]))/.test(line.code) && !line.isText;
  return lines
    .slice(Math.max(0, at - 12), at + 3)
    .filter(isMark)
    .flatMap((line) => {
      const char = line.raw[line.indent] as string;
      const rest = line.raw.slice(line.indent + 1).trimStart();
      // A mark of its own width or of two: what belongs to the entry stands below its first word.
      return [`- ${rest}`].map((mended) =>
        slipOn(line, line.indent, `${' '.repeat(line.indent)}${mended}`, {
          what:
            char === '-'
              ? 'the dash of the list has no space behind it'
              : `the entry of the list begins with ${char}, not with a dash`,
          why: 'entries of a list begin with a dash (-) and a space; other marks are read as text',
          fix: `Write a dash and a space in its place:   - ${glance(rest)}`,
        }),
      );
    });
};

/** `// note` and `＃ note`. */
const strangeComment: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = /^\s*(\/\/|\/\*|＃|;|<!--)/.exec(line.code);
    if (found === null) return [];
    const mark = found[1] as string;
    return [
      slipOn(line, line.indent, `${' '.repeat(line.indent)}# ${line.raw.slice(line.indent)}`, {
        what: `a note begins with ${mark}`,
        why: 'only a half-width # begins a note; anything else is read as a setting',
        fix: `Write # in its place:   # ${glance(line.raw.slice(line.indent + mark.length))}`,
      }),
    ];
  });

/** A note that goes on in the next line without its #: an editor broke it, or somebody pressed Enter. */
const brokenNote: Finder = ({ lines, at }) =>
  lines
    .slice(Math.max(1, at - 40), at + 1)
    .filter((line) => {
      const above = lines[line.index - 1];
      const isNote = above !== undefined && /^\s*#/.test(above.raw);
      return isNote && !line.isBlank && !line.isText && !/^\s*(- |[\w"'-]+\s*:(\s|$))/.test(line.code);
    })
    .flatMap((line) => [
      slipOn(line, line.indent, `${' '.repeat(line.indent)}# ${line.raw.slice(line.indent)}`, {
        what: 'the note above goes on here without its #',
        why: 'every line of a note begins with #; this one is read as a setting',
        fix: `Write # before it:   # ${glance(line.raw)}`,
      }),
    ]);

/** Blanks inside of a line that are no spaces: after the colon, or after the dash. */
const blankInside: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const column = line.code.search(/(?<=[:,-]) ?[\u3000\u00a0\u202f\u200b\u2060\ufeff]/);
    if (column < 0) return [];
    const [, name = 'a full-width space'] =
      blankNames.find(([pattern]) => pattern.test(line.code.slice(column, column + 2))) ?? [];
    return [
      slipOn(line, line.code[column] === ' ' ? column + 1 : column, narrowed(line), {
        what: `${name} stands behind the colon, where a space is needed`,
        why: 'only an ordinary space ends the name of a setting, so name and value are read as one text',
        fix: 'Delete it, and type one space.',
      }),
    ];
  });

export const characterFinders: readonly Finder[] = [
  blanksAsIndent,
  wideColon,
  blankInside,
  wideComma,
  semicolon,
  wideBracket,
  listMark,
  strangeComment,
  brokenNote,
  curlyQuotes,
];
