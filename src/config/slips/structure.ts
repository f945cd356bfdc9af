// Slips of structure: a quote or a bracket that nobody closed, a colon inside of a text, a comma that is lacking, a line that
// stands too far in or out. The most general ones come last, because they can explain nearly everything.

import type { Line } from './lines.ts';
import { type Finder, glance, near, quoted, type Slip, slipOn } from './slip.ts';

/** A text whose quote is never closed. */
const openQuote: Finder = ({ lines, at }) =>
  lines
    .slice(Math.max(0, at - 60), at + 1)
    .filter((line) => line.open !== null && !line.isText)
    .flatMap((line) => {
      const { quote, column } = line.open as { quote: string; column: number };
      // Behind a bracket the quote belonged before it closed.
      const inFlow = /[{[]/.test(line.code.slice(0, column));
      const close = inFlow ? line.raw.slice(column + 1).search(/[\]}]+\s*$/) : -1;
      const end = close < 0 ? line.raw.trimEnd().length : column + 1 + close;
      const mended = `${line.raw.slice(0, end)}${quote}${line.raw.slice(end)}`;
      return [
        slipOn(line, column, mended, {
          what: `the quote ${quote} that opens here is never closed`,
          why: 'everything below it is read as one long text',
          fix: `Write ${quote} at the end of the text:   ${glance(line.raw.slice(column, end))}${quote}`,
        }),
      ];
    });

/** A quote at the end of a text that does not begin with one, or in the middle of one that does. */
const innerQuote: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) => {
    const found = /(?<=(?:: |- ))"([^"]*)"(?=[^\s,}\]])/.exec(line.raw);
    if (found === null) return [];
    const rest = line.raw.slice(found.index).trimEnd();
    const inner = rest.replace(/^"|"$/g, '').replaceAll('"', "'");
    return [
      slipOn(line, found.index + (found[0] as string).length - 1, `${line.raw.slice(0, found.index)}"${inner}"`, {
        what: 'the text in quotes ends here, and something follows',
        why: 'a second quote inside of a text ends it',
        fix: `Write single quotes inside:   "${glance(inner)}"`,
      }),
    ];
  });

/** A `{` or `[` without its counterpart, or one too many. */
const bracket: Finder = ({ lines, at }) =>
  lines
    .slice(Math.max(0, at - 12), at + 1)
    .filter((line) => line.bracket !== null && !line.isText)
    .reverse()
    .flatMap((line) => {
      const { column, is } = line.bracket as { column: number; is: 'open' | 'extra' };
      const char = line.code[column] as string;
      if (is === 'extra') {
        return [
          slipOn(line, column, `${line.raw.slice(0, column)}${line.raw.slice(column + 1)}`, {
            what: `the bracket ${char} closes nothing`,
            why: `there is one ${char} more than there are ${char === '}' ? '{' : '['}`,
            fix: `Delete one ${char}, or add the ${char === '}' ? '{' : '['} that is lacking.`,
          }),
        ];
      }
      const end = line.code.trimEnd().length;
      const lacking = closersOf(line.code);
      return [
        slipOn(line, column, `${line.raw.slice(0, end)}${lacking}${line.raw.slice(end)}`, {
          what: `the bracket ${char} that opens here is never closed`,
          why: 'the lines below are read as if they stood inside of it',
          fix: `Write ${lacking} at the end of the line.`,
        }),
      ];
    });
/** The brackets that a line opens and does not close, closed. */
function closersOf(code: string): string {
  const open: string[] = [];
  for (const char of code) {
    if (char === '{') open.push('}');
    else if (char === '[') open.push(']');
    else if (char === '}' || char === ']') open.pop();
  }
  return open.reverse().join('');
}

/** `{at_least: 20 points: 3}`: no comma between two entries. */
const lackingComma: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) => {
    const found = /(?<=: *(?:-?[\d.]+|true|false|"x*"|[a-z_]+|[\]}])) +(?=[a-z_]+: )/.exec(line.code);
    if (found === null || !/[{]/.test(line.code.slice(0, found.index))) return [];
    const before = line.raw.slice(0, found.index);
    const next = line.raw.slice(found.index).trimStart();
    return [
      slipOn(line, found.index, `${before}, ${next}`, {
        what: `a comma is lacking before ${/^[\w-]+/.exec(next)?.[0] ?? glance(next)}`,
        why: 'inside of braces, entries are parted by commas',
        fix: `Write a comma:   ${glance(before.slice(before.lastIndexOf('{')))}, ${glance(next)}`,
      }),
    ];
  });

/** `why: Seats: nobody uses them`: a colon and a space inside of a text without quotes. */
const colonInText: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line): Slip[] => {
    const first = /^(\s*(?:- )*(?:"[^"]*"|'[^']*'|[^\s:{[][^:{[]*?):\s+)(?=[^\s"'{[|>&*!#])/.exec(line.code);
    const block = first === null ? -1 : line.code.slice(first[0].length).search(/:(\s|$)/);
    if (first !== null && block >= 0) {
      const start = first[0].length;
      const text = line.code.slice(start).trimEnd();
      const value = line.raw.slice(start, start + text.length);
      return [
        slipOn(
          line,
          start + block,
          `${line.raw.slice(0, start)}${quoted(value)}${line.raw.slice(start + text.length)}`,
          colonSaid(value),
        ),
      ];
    }
    const flow = /(?<=[{,] *[A-Za-z_]\w*: +)([^\s"'{[,}\]][^,}\]"]*?: [^,}\]"]*)/.exec(line.code);
    if (flow === null) return [];
    const value = line.raw.slice(flow.index, flow.index + flow[0].length).trimEnd();
    const after = line.raw.slice(flow.index + value.length);
    return [
      slipOn(
        line,
        flow.index + value.search(/:\s/),
        `${line.raw.slice(0, flow.index)}${quoted(value)}${after}`,
        colonSaid(value),
      ),
    ];
  });
function colonSaid(value: string) {
  return {
    what: 'a colon followed by a space stands inside of a text without quotes',
    why: 'a colon and a space end the name of a setting, so the text is cut in two',
    fix: `Put the whole text into quotes:   "${glance(value)}"`,
  };
}

/** Two settings on one line: somebody deleted the end of the first. */
const joinedLines: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) => {
    const found = /(?<=[}\]"'\w])( +)(- |[A-Za-z_][\w-]*:(?: |$))/.exec(line.code.slice(line.code.search(/: /) + 2));
    if (found === null) return [];
    const column = line.code.search(/: /) + 2 + found.index + (found[1] as string).length;
    // The second one is only put aside, so that the lines below keep their numbers.
    return [
      {
        ...slipOn(line, column, `${line.raw.slice(0, column)}# ${line.raw.slice(column)}`, {
          what: 'a second setting begins on the same line',
          why: 'each setting stands on a line of its own, except inside of braces',
          fix: `Begin a new line before it:   ${glance(line.raw.slice(column))}`,
        }),
        isPartial: true as const,
      },
    ];
  });

/** A single mark without which the line can be read: typed by accident, or the beginning of something that is not finished. */
const strayMark: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) =>
    (/^\s*\?/.test(line.code) ? '' : line.code).split('').flatMap((char, column) => {
      if (!/[^\w\s\-.,:?]|,|:/.test(char) || (char === ':' && /\s/.test(line.code[column + 1] ?? ' '))) return [];
      const isQuote = /["']/.test(char);
      if (isQuote && line.open === null) return [];
      return [
        {
          ...slipOn(line, column, `${line.raw.slice(0, column)}${line.raw.slice(column + 1)}`, {
            what: `the mark ${char} does not belong here`,
            why: 'without it the line can be read',
            fix: 'Delete it. If it belongs to a text, put the whole text into quotes:   "…"',
          }),
          isGuess: true as const,
        },
      ];
    }),
  );

/** A line whose depth is none of those around it: moved to each depth that its neighbours have. */
const depth: Finder = ({ lines, at }) => {
  const written = lines.filter((line) => !line.isBlank && !line.isText);
  const position = written.findIndex((line) => line.index >= at);
  if (position < 0) return [];
  const around = written.slice(Math.max(0, position - 8), position + 6);
  const depths = [
    ...new Set(around.flatMap((line) => (isEntry(line) ? [line.indent, line.indent + 2] : [line.indent]))),
  ];
  const suspects = [written[position], written[position + 1], written[position - 1]].filter(
    (line): line is Line => line !== undefined && !/^(---|\.\.\.)/.test(line.raw),
  );
  return suspects.flatMap((line) =>
    [...depths]
      .sort((a, b) => Math.abs(a - line.indent) - Math.abs(b - line.indent))
      .filter((wanted) => wanted !== line.indent)
      .map((wanted) => ({
        ...slipOn(line, line.indent, `${' '.repeat(wanted)}${line.raw.slice(line.indent)}`, {
          what: `the line stands ${spaces(line.indent)} in; its neighbours stand ${spaces(wanted)} in`,
          why: 'how far a line stands in says what it belongs to',
          fix: `Write ${spaces(wanted)} before it:   ${' '.repeat(wanted)}${glance(line.raw)}`,
        }),
        isGuess: true as const,
      })),
  );
};
function isEntry(line: Line): boolean {
  return /^\s*- /.test(line.code);
}
function spaces(count: number): string {
  return count === 1 ? '1 space' : `${count} spaces`;
}

/** A line between entries that lacks its colon, or its dash. */
const lackingColon: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) => {
    const found = /^(\s*(?:- )*)([A-Za-z_][\w-]*)(\s+)(\S.*)$/.exec(line.raw);
    if (found === null || /^[^"']*:(\s|$)/.test(line.code)) return [];
    const [, before = '', name = '', , value = ''] = found;
    return [
      slipOn(line, before.length + name.length, `${before}${name}: ${value}`, {
        what: `there is no colon behind ${name}`,
        why: 'a setting is a name, a colon, a space and a value',
        fix: `Write:   ${name}: ${glance(value)}`,
      }),
    ];
  });
/** The first line of an entry without its dash, where other entries below it have one. */
const lackingDash: Finder = ({ lines, at }) =>
  lines
    .slice(Math.max(0, at - 12), at + 1)
    .filter((line, index, all) => {
      const before = all.slice(0, index).findLast((one) => !one.isBlank);
      return line.indent >= 2 && !line.isText && !isEntry(line) && before !== undefined && /:\s*$/.test(before.code);
    })
    .flatMap((line) => {
      const rest = line.raw.slice(line.indent);
      return [
        slipOn(line, line.indent, `${' '.repeat(line.indent - 2)}- ${rest}`, {
          what: 'the entry of the list does not begin with a dash',
          why: 'each entry of a list begins with a dash and a space; the lines below belong to it',
          fix: `Write:   - ${glance(rest)}`,
        }),
      ];
    });

/** A name alone on its line, without a colon. */
const bareName: Finder = (sight) =>
  near(sight, 1, 0).flatMap((line) => {
    const found = /^(\s*(?:- )*)([A-Za-z_][\w-]*)\s*$/.exec(line.code);
    if (found === null) return [];
    const [, before = '', name = ''] = found;
    return [
      slipOn(line, before.length + name.length, `${before}${name}:${line.raw.slice(before.length + name.length)}`, {
        what: `there is no colon behind ${name}`,
        why: 'a setting is a name, a colon, a space and a value',
        fix: `Write:   ${name}:`,
      }),
    ];
  });

export const structureFinders: readonly Finder[] = [
  openQuote,
  innerQuote,
  bracket,
  lackingComma,
  colonInText,
  lackingColon,
  bareName,
  lackingDash,
  joinedLines,
  depth,
  strayMark,
];
