// A YAML text as lines, looked at the way a person does: what stands in quotes or behind a # is blanked out, so that the
// finders of slips see only marks and names, in their true columns. It decides nothing.

/** One line. */
export interface Line {
  readonly index: number;
  /** As written. */
  readonly raw: string;
  /** The same length: insides of quotes are `x`, comments are spaces. */
  readonly code: string;
  /** Characters before the first one that can be seen, whatever kind of blank they are. */
  readonly indent: number;
  readonly isBlank: boolean;
  /** Inside of a text that `|` or `>` opened. */
  readonly isText: boolean;
  /** The quote that is opened and not closed on this line, and its column; null where all are closed. */
  readonly open: { readonly quote: string; readonly column: number } | null;
  /** Column of a bracket that is opened and not closed on this line, or closed and not opened; null where all match. */
  readonly bracket: { readonly column: number; readonly is: 'open' | 'extra' } | null;
}

/** Blanks that people cannot tell from a space: tabs, full-width, no-break and zero-width ones. */
export const oddBlanks = '\\t\\u3000\\u00a0\\u2000-\\u200b\\u202f\\u2060\\ufeff';
const indentOf = new RegExp(`^[ ${oddBlanks}]*`);

/** The lines of a text. */
export function linesOf(text: string): Line[] {
  let textIndent: number | null = null;
  return text.split('\n').map((given, index): Line => {
    const raw = given.replace(/\r$/, '');
    const indent = (indentOf.exec(raw)?.[0] ?? '').length;
    const isBlank = indent === raw.length;
    if (textIndent !== null && (isBlank || indent > textIndent))
      return { index, raw, code: ' '.repeat(raw.length), indent, isBlank, isText: true, open: null, bracket: null };
    textIndent = null;
    const { code, open } = blanked(raw);
    if (/(^|[\s:])[|>][+-]?\d?\s*$/.test(code)) textIndent = indent;
    return {
      index,
      raw,
      code,
      indent,
      isBlank: code.trim() === '',
      isText: false,
      open,
      bracket: open === null ? bracketOf(code) : null,
    };
  });
}

function blanked(raw: string): Pick<Line, 'code' | 'open'> {
  let code = '';
  let quote: { readonly quote: string; readonly column: number } | null = null;
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at] as string;
    if (quote !== null) {
      if (quote.quote === '"' && char === '\\') {
        code += at + 1 < raw.length ? 'xx' : 'x';
        at += 1;
      } else if (char === quote.quote && !(quote.quote === "'" && raw[at + 1] === "'")) {
        code += char;
        quote = null;
      } else if (char === quote.quote) {
        code += 'xx';
        at += 1;
      } else code += 'x';
      continue;
    }
    if ((char === '"' || char === "'") && opensHere(code)) {
      quote = { quote: char, column: at };
      code += char;
    } else if (char === '#' && (at === 0 || /\s/.test(raw[at - 1] as string))) {
      code += ' '.repeat(raw.length - at);
      break;
    } else code += char;
  }
  return { code, open: quote };
}
/** A quote opens a text only where a value or a name begins; elsewhere it is an apostrophe. */
function opensHere(before: string): boolean {
  return /(^|[[{,]|:|^\s*-|\s-)\s*$/.test(before);
}

function bracketOf(code: string): Line['bracket'] {
  const open: { readonly char: string; readonly column: number }[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code[at] as string;
    if (char === '{' || char === '[') open.push({ char, column: at });
    else if (char === '}' || char === ']') {
      const last = open.pop();
      if (last === undefined || last.char !== (char === '}' ? '{' : '[')) return { column: at, is: 'extra' };
    }
  }
  const last = open.pop();
  return last === undefined ? null : { column: last.column, is: 'open' };
}
