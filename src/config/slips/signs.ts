// Slips of people who have seen other languages: = and > in place of words, JSON pasted into YAML, a colon without its space,
// marks that YAML keeps for itself at the beginning of a text.

import { type Finder, glance, near, quoted, type Slip, slipOn } from './slip.ts';

/** The words for signs, as they stand in conditions. */
export const wordsForSigns: Readonly<Record<string, string>> = {
  '>=': 'at_least',
  '=>': 'at_least',
  '≧': 'at_least',
  '≥': 'at_least',
  '<=': 'at_most',
  '=<': 'at_most',
  '≦': 'at_most',
  '≤': 'at_most',
  '>': 'above',
  '＞': 'above',
  '<': 'below',
  '＜': 'below',
  '==': 'is',
  '=': 'is',
  '＝': 'is',
  '!=': 'is_not',
  '<>': 'is_not',
  '≠': 'is_not',
};
const sign = '>=|<=|=>|=<|==|!=|<>|[≧≥≦≤＞＜＝≠<>=]';

/** `yellow = 40`: a sign of equality in place of the colon. */
const equals: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = /^(\s*(?:- )*[A-Za-z_][\w-]*)\s*[=＝]\s*(?=\S)/.exec(line.code);
    if (found === null) return [];
    const name = (found[1] as string).replace(/^[\s-]*/, '');
    const rest = line.raw.slice(found[0].length);
    return [
      slipOn(line, line.code.search(/[=＝]/), `${found[1]}: ${rest}`, {
        what: '= stands in place of the colon',
        why: 'a setting is a name, a colon, a space and a value',
        fix: `Write:   ${name}: ${glance(rest)}`,
      }),
    ];
  });

/** `{score: >= 70}`: a sign where a word is needed. */
const comparison: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = new RegExp(`(?<=:\\s*)(${sign})\\s*(-?[\\d０-９][\\d０-９.,%％]*|[A-Za-z_]\\w*)`).exec(line.code);
    if (found === null) return [];
    const [whole, mark = '', operand = ''] = found;
    const word = `{${wordsForSigns[mark]}: ${operand}}`;
    const mended = `${line.raw.slice(0, found.index)}${word}${line.raw.slice(found.index + whole.length)}`;
    const fact = /([A-Za-z_]\w*)\s*:\s*$/.exec(line.code.slice(0, found.index))?.[1] ?? 'score';
    return [
      slipOn(line, found.index, mended, {
        what: `the sign ${mark} stands where a word for comparing is needed`,
        why: 'signs mean other things in these files; comparing is written in words',
        fix: `Write:   ${fact}: ${word}`,
      }),
    ];
  });

/** `yellow:40`: no space behind the colon. */
const noSpace: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = /^(\s*(?:- )*[A-Za-z_][\w-]*):(?=[^\s:/])/.exec(line.code);
    if (found === null) return [];
    const name = (found[1] as string).replace(/^[\s-]*/, '');
    const rest = line.raw.slice(found[0].length);
    return [
      slipOn(line, found[0].length - 1, `${found[1]}: ${rest}`, {
        what: `there is no space behind the colon of ${name}`,
        why: 'without it, name and value are read as one text',
        fix: `Write:   ${name}: ${glance(rest)}`,
      }),
    ];
  });

/** Lines of JSON: `"limit": 15,` or a brace alone. */
const json: Finder = (sight) => {
  const trailing = near(sight).flatMap((line): Slip[] => {
    const found = /^(\s*)(["']?)([A-Za-z_x][\w-]*)\2\s*:(.*?),\s*$/.exec(line.code);
    if (found === null || /[[{][^\]}]*$/.test(line.code)) return [];
    const comma = line.code.lastIndexOf(',');
    return [
      slipOn(line, comma, `${line.raw.slice(0, comma)}${line.raw.slice(comma + 1)}`, {
        what: 'a comma ends the line, as in JSON',
        why: 'lines are parted by themselves; the comma is read as part of the value',
        fix: 'Delete the comma.',
      }),
    ];
  });
  return [...trailing, ...pastedObject(sight)];
};
/** A whole `{ … }` pasted over several lines, below settings that stand there already. */
function pastedObject({ lines, at }: { readonly lines: Parameters<Finder>[0]['lines']; readonly at: number }): Slip[] {
  const from = lines.slice(Math.max(0, at - 2), at + 2).find((line) => /^\s*\{\s*$/.test(line.code) && !line.isText);
  if (from === undefined) return [];
  const to = lines.slice(from.index + 1, from.index + 400).find((line) => /^\s*\},?\s*$/.test(line.code));
  if (to === undefined) return [];
  const inner = lines.slice(from.index + 1, to.index);
  const depth = Math.min(...inner.filter((line) => !line.isBlank).map((line) => line.indent));
  if (!Number.isFinite(depth)) return [];
  const mended = new Map([
    [from.index, ''],
    [to.index, ''],
  ]);
  for (const line of inner)
    mended.set(line.index, `${' '.repeat(from.indent)}${line.raw.slice(depth).replace(/,\s*$/, '')}`);
  return [
    {
      line: from.index,
      column: from.indent,
      mended,
      what: 'JSON is pasted here: braces and commas around whole settings',
      why: 'below settings that are written line by line, a group in braces has no name and no place',
      fix: 'Take away the outer { and } and the commas at the ends of lines:   override: {limit: 15, max_days: 90}',
    },
  ];
}

/** A text that begins with a mark YAML keeps for itself. */
const reserved: Finder = (sight) =>
  near(sight).flatMap((line) => {
    const found = /(?<=(?:: |- |[{,] *[a-z_]+: ))\s*([@`*&!%|>]|\[(?=[^\]]*\]\s*[^\s,}\]])|\{\{|\{%)/.exec(line.code);
    if (found === null) return [];
    const column = found.index + found[0].length - (found[1] as string).length;
    const isFlow = /[{[]/.test(line.code.slice(0, column));
    const stop = isFlow ? line.code.slice(column).search(/, *[a-z_]+: |[\]}]+\s*$/) : -1;
    const text = (stop < 0 ? line.raw.slice(column) : line.raw.slice(column, column + stop)).trimEnd();
    const after = stop < 0 ? '' : line.raw.slice(column + stop);
    const mark = found[1] as string;
    return [
      slipOn(line, column, `${line.raw.slice(0, column)}${quoted(text.replace(/"$/, ''))}${after}`, {
        what: `a text that begins with ${mark} stands without quotes`,
        why: `${mark} at the beginning means something else in these files`,
        fix: `Put the whole text into quotes:   "${glance(text.replace(/"$/, ''))}"`,
      }),
    ];
  });

/** `"C:\data"`: in double quotes a backslash begins a special character. */
const backslash: Finder = (sight) =>
  near(sight, 0, 0).flatMap((line) => {
    const column = line.raw.search(/\\(?!["\\/nrtbfeavx0uUNLP_ ])/);
    if (column < 0) return [];
    return [
      slipOn(line, column, line.raw.replaceAll('\\', '/'), {
        what: 'a backslash (\\) stands inside of double quotes',
        why: 'there it begins a special character, and this one does not exist',
        fix: 'In paths write / in its place:   data/contracts.csv   elsewhere write it twice:   \\\\',
      }),
    ];
  });

/** What a version control system leaves behind when two people changed the same lines. */
const conflict: Finder = ({ lines, at }) => {
  const begin = lines.slice(Math.max(0, at - 400), at + 2).findLast((line) => /^<{7}/.test(line.raw));
  if (begin === undefined) return [];
  const end = lines.slice(begin.index).find((line) => /^>{7}/.test(line.raw));
  const middle = lines.slice(begin.index).find((line) => /^={7}/.test(line.raw));
  if (end === undefined || middle === undefined) return [];
  const mended = new Map([[begin.index, '']]);
  for (let index = middle.index; index <= end.index; index++) mended.set(index, '');
  return [
    {
      line: begin.index,
      column: 0,
      mended,
      what: 'two versions of the same lines stand here, between <<<<<<< and >>>>>>>',
      why: 'two people changed them at the same time, and nobody has decided which holds',
      fix: 'Keep the lines that are right, and delete the others and the three lines <<<<<<<, ======= and >>>>>>>.',
    },
  ];
};

export const signFinders: readonly Finder[] = [conflict, comparison, equals, noSpace, json, backslash, reserved];
