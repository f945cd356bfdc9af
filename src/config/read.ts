// YAML → plain values, and for every path the line and column it came from. Only the plain part of YAML is read: no
// tags, anchors, aliases or merges, keys are text and unique, sizes and depths are bounded, so that a hostile or
// damaged file costs milliseconds and a message. It reads text; which files there are is decided in load.ts.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { type ConfigProblem, type Path, pathText } from './problem.ts';
import { decode } from './slips/encoding.ts';
import { entrySlip } from './slips/entry.ts';
import { explain } from './slips/explain.ts';

/** A file that was read: plain values and their places. */
export interface YamlFile {
  /** Relative to the home, with slashes: `config/plays.yaml`. */
  readonly file: string;
  readonly data: unknown;
  /** `config/plays.yaml:5:38` for a path; the nearest parent's place where the path itself is not in the file. */
  readonly place: (path: Path, at?: 'key' | 'value') => string;
  /** The value of a path as it is written: with its quotes, up to the end of the line; empty where there is none. */
  readonly written: (path: Path) => string;
}

export type ReadResult =
  | { readonly ok: true; readonly file: YamlFile }
  | {
      readonly ok: false;
      readonly problems: readonly ConfigProblem[];
      /** The file as it was probably meant, so that the rest of it can be looked at as well; null where nobody can tell. */
      readonly guessed: YamlFile | null;
    };

/** Bytes a file may have. */
export const largestFile = 1_048_576;
const deepest = 40;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one file's bytes. Every problem has its place; nothing is thrown. */
export function readYaml(file: string, bytes: Uint8Array): ReadResult {
  const refuse = (where: string, what: string, why: string, fix: string): ReadResult => ({
    ok: false,
    problems: [{ code: 'E_CONFIG', severity: 'error', where, path: '', rule: 'yaml', what, why, fix }],
    guessed: null,
  });
  if (bytes.length > largestFile) {
    return refuse(
      file,
      `the file is larger than 1 MiB (${bytes.length} bytes)`,
      'no model needs that much',
      'Remove what does not belong here; data belongs in sources.',
    );
  }
  const decoded = decode(bytes);
  if (!('text' in decoded)) return refuse(`${file}:${decoded.line}:1`, decoded.what, decoded.why, decoded.fix);
  const { text } = decoded;
  const steps = nestingOf(text);
  if (steps !== null) {
    return refuse(
      `${file}:${steps.line}:${steps.column}`,
      `brackets are nested deeper than ${deepest}`,
      'no setting is that deep',
      'Close the brackets, or write the part out line by line.',
    );
  }
  const { document, where } = parsed(file, text);
  if (document.errors.some((error) => /call stack|stack overflow/i.test(error.message))) {
    return refuse(
      file,
      `settings are nested deeper than ${deepest}`,
      'no setting is that deep',
      'Check the indentation.',
    );
  }
  const unreadable = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (unreadable.length > 0) return mended(file, text, unreadable, where);
  const problems: ConfigProblem[] = [];
  const read = contentsOf(file, text, document, where, problems);
  return problems.length > 0 ? { ok: false, problems, guessed: read } : { ok: true, file: read };
}

type Where = (offset: number) => string;
type Parsed = ReturnType<typeof parseDocument>;

function parsed(file: string, text: string): { readonly document: Parsed; readonly where: Where } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    merge: false,
    resolveKnownTags: false,
    customTags: [],
    // Names that stand twice are told by plain(), with both places.
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const where = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  return { document, where };
}

/** What is wrong with a text that cannot be read: the slips that explain it, and what else is wrong once they are mended. */
function mended(file: string, text: string, errors: readonly YAMLError[], where: Where): ReadResult {
  const failsAt = (given: string): number | null => {
    const { document } = parsed(file, given);
    return document.errors.length === 0 ? null : Math.min(...document.errors.map((error) => error.pos[0]));
  };
  const explained = explain(text, failsAt);
  const problems: ConfigProblem[] = explained.slips.map(({ line, column, what, why, fix }) => ({
    code: 'E_CONFIG',
    severity: 'error',
    where: `${file}:${line + 1}:${column + 1}`,
    path: '',
    rule: 'yaml',
    what,
    why,
    fix,
  }));
  const rest = parsed(file, explained.text);
  if (!explained.isReadable) {
    // What follows from the first thing that nobody can name would only lead astray.
    const first =
      explained.slips.length === 0 ? errors[0] : [...rest.document.errors].sort((a, b) => a.pos[0] - b.pos[0])[0];
    if (first !== undefined) problems.push(told(first, explained.slips.length === 0 ? where : rest.where));
    return { ok: false, problems, guessed: null };
  }
  const guessed = contentsOf(file, explained.text, rest.document, rest.where, problems);
  return { ok: false, problems, guessed: explained.isWhole ? guessed : null };
}

/** The values of a readable document, with the place of each; what is not plain is told to `problems`. */
function contentsOf(file: string, text: string, document: Parsed, where: Where, problems: ConfigProblem[]): YamlFile {
  problems.push(...document.warnings.map((error) => told(error, where)));
  const offsets = new Map<string, { key: number; value: number }>([['', { key: 0, value: 0 }]]);
  const data = plain(document.contents as Node | null, [], {
    problems,
    where,
    text,
    note: (path, key, value) => offsets.set(pathText(path), { key, value }),
  });
  return {
    file,
    data,
    place: (path, at = 'value') => {
      for (let length = path.length; length >= 0; length--) {
        const found = offsets.get(pathText(path.slice(0, length)));
        // A parent stands for what is not written at all; its key is what the eye looks for.
        if (found !== undefined) return where(length < path.length || at === 'key' ? found.key : found.value);
      }
      return `${file}:1:1`;
    },
    written: (path) => {
      const found = offsets.get(pathText(path));
      return found === undefined ? '' : (text.slice(found.value).split(/\r?\n/, 1)[0] as string);
    },
  };
}

interface Notes {
  readonly problems: ConfigProblem[];
  readonly where: Where;
  readonly text: string;
  readonly note: (path: Path, key: number, value: number) => void;
}

function plain(node: Node | null | undefined, path: Path, notes: Notes): unknown {
  if (node === null || node === undefined) return null;
  const offset = node.range?.[0] ?? 0;
  const refuse = (what: string, why: string, fix: string, at = offset) => {
    notes.problems.push({
      code: 'E_CONFIG',
      severity: 'error',
      where: notes.where(at),
      path: pathText(path),
      rule: 'yaml',
      what,
      why,
      fix,
    });
    return null;
  };
  if (path.length > deepest)
    return refuse(`settings are nested deeper than ${deepest}`, 'no setting is that deep', 'Check the indentation.');
  if (isAlias(node))
    return refuse(
      `the alias *${node.source} is not allowed`,
      'a leading * asks for a copy of another part, and copies of copies can fill any memory',
      `If it is a text, put it into quotes:   "*${node.source}"\nElse write the value out where it is used.`,
    );
  if ('anchor' in node && node.anchor)
    refuse(
      `the anchor &${node.anchor} is not allowed`,
      'anchors are only good for aliases, and those are refused',
      'Remove it.',
    );
  // The reader has warned of it already, at the place of the tag.
  if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) return null;
  if (isScalar(node)) return (node as Scalar).value;
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const child = item as Node | null;
      const at = child?.range?.[0] ?? offset;
      notes.note([...path, index], at, at);
      return plain(child, [...path, index], notes);
    });
  }
  if (!isMap(node))
    return refuse(
      'this is not a value that a setting can have',
      'settings are text, numbers, yes/no, lists and groups',
      'Write it plainly.',
    );
  return groupOf(node.items as Pair<Scalar, Node | null>[], {
    path,
    notes,
    offset,
    isFlow: node.flow === true,
    refuse,
  });
}

interface Group {
  readonly path: Path;
  readonly notes: Notes;
  readonly offset: number;
  /** Written in braces. */
  readonly isFlow: boolean;
  readonly refuse: (what: string, why: string, fix: string, at?: number) => null;
}
function groupOf(pairs: readonly Pair<Scalar, Node | null>[], group: Group): Record<string, unknown> {
  const { path, notes, offset, isFlow, refuse } = group;
  const values: Record<string, unknown> = {};
  const first = new Map<string, number>();
  for (const [index, pair] of pairs.entries()) {
    const key = String(pair.key.value);
    const at = pair.key.range?.[0] ?? offset;
    if (isFlow && pair.value === null) {
      const before = pairs[index - 1];
      const said = entrySlip(
        key,
        before === undefined ? null : notes.text.slice(before.key.range?.[0] ?? at, at),
        notes.text.slice(at + key.length),
      );
      if (said !== null) {
        // What is wrong with a number split in three is told once.
        if (said.isNew) refuse(said.what, said.why, said.fix, said.back === 0 ? at + said.ahead : at - said.back);
        continue;
      }
    }
    if (forbiddenKeys.has(key)) {
      refuse(`the key ${key} is not allowed`, 'it means something to the machine', 'Choose another name.', at);
      continue;
    }
    const other = first.get(key);
    if (other !== undefined) {
      refuse(
        `${key} stands twice in one group: here and in line ${lineOf(notes.where(other))}`,
        'only one of the two could count',
        'Remove one of them, or give it another name.',
        at,
      );
      continue;
    }
    first.set(key, at);
    notes.note([...path, key], at, pair.value?.range?.[0] ?? at);
    values[key] = plain(pair.value, [...path, key], notes);
  }
  return values;
}
function lineOf(place: string): string {
  return place.split(':').at(-2) ?? '';
}

/** A reader's error in an admin's words. */
function told(error: YAMLError, where: (offset: number) => string): ConfigProblem {
  const say = (what: string, why: string, fix: string): ConfigProblem => ({
    code: 'E_CONFIG',
    severity: 'error',
    where: where(error.pos[0]),
    path: '',
    rule: 'yaml',
    what,
    why,
    fix,
  });
  switch (error.code) {
    case 'NON_STRING_KEY':
      return say(
        'a key must be text',
        'lists, groups, numbers and yes/no cannot be names here',
        'Put quotes around it.',
      );
    case 'TAB_AS_INDENT':
      return say('a tab is used for indentation', 'YAML counts spaces', 'Replace the tab by spaces.');
    case 'MULTIPLE_DOCS':
      return say('the file holds more than one document', 'only the first would be read', 'Remove the --- line.');
    case 'TAG_RESOLVE_FAILED':
      return say(
        `a tag is not allowed (${lowered(error.message)})`,
        'a leading ! asks for something to be built, and a file holds plain values',
        'If it is a text, put it into quotes; else remove the tag.',
      );
    default:
      return say(
        `the line cannot be read: ${plainly(error.message)}`,
        'the file stops making sense here',
        'Check indentation, colons, brackets and quotes on this line and the one above.',
      );
  }
}
/** What the reader's words mean to somebody who does not know them. */
const plainWords: readonly (readonly [RegExp, string])[] = [
  [/implicit (map )?keys? need/i, 'it is no setting, which is a name, a colon and a value'],
  [
    /must start at the same column|block sequence|sequence item without/i,
    'it stands at another depth than what is around it',
  ],
  [/at node end|not a YAML token|unexpected scalar token$/i, 'something stands behind a value that has ended'],
  [/missing ,|unexpected , |flow map items|flow sequence/i, 'a comma or a colon is lacking inside of the brackets'],
  [/in YAML stream/i, 'it belongs to nothing that stands above'],
  [/plain value cannot start|block scalar header/i, 'a text begins with a mark that needs quotes'],
  [/compact mappings|flow collections/i, 'a colon stands where a text is'],
  [/missing closing/i, 'a quote is never closed'],
  [/escape sequence/i, 'a backslash in quotes begins a special character'],
  [/comments must be separated/i, 'a note needs a space before its #'],
  [/must be sufficiently indented|flow (map|seq)/i, 'a bracket is never closed'],
  [/alias|anchor/i, 'a text begins with * or &, and stands without quotes'],
];
function plainly(message: string): string {
  return plainWords.find(([pattern]) => pattern.test(message))?.[1] ?? lowered(message);
}
function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/**
 * Where flow brackets are nested too deep; null when they are not. The parser recurses on them, so they are counted
 * before it sees them. Brackets inside quotes and comments count too: deeper than 40 there is no setting either.
 */
function nestingOf(text: string): { line: number; column: number } | null {
  let depth = 0;
  let line = 1;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 10) {
      line += 1;
      start = i + 1;
    } else if (char === 91 || char === 123) {
      depth += 1;
      if (depth > deepest) return { line, column: i - start + 1 };
    } else if ((char === 93 || char === 125) && depth > 0) depth -= 1;
  }
  return null;
}
