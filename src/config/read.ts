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

/** A file that was read: plain values and their places. */
export interface YamlFile {
  /** Relative to the home, with slashes: `config/plays.yaml`. */
  readonly file: string;
  readonly data: unknown;
  /** `config/plays.yaml:5:38` for a path; the nearest parent's place where the path itself is not in the file. */
  readonly place: (path: Path, at?: 'key' | 'value') => string;
}

export type ReadResult =
  | { readonly ok: true; readonly file: YamlFile }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Bytes a file may have. */
export const largestFile = 1_048_576;
const deepest = 40;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one file's bytes. Every problem has its place; nothing is thrown. */
export function readYaml(file: string, bytes: Uint8Array): ReadResult {
  const refuse = (where: string, what: string, why: string, fix: string): ReadResult => ({
    ok: false,
    problems: [{ code: 'E_CONFIG', severity: 'error', where, path: '', rule: 'yaml', what, why, fix }],
  });
  if (bytes.length > largestFile) {
    return refuse(
      file,
      `the file is larger than 1 MiB (${bytes.length} bytes)`,
      'no model needs that much',
      'Remove what does not belong here; data belongs in sources.',
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse(
      file,
      'the file is not UTF-8',
      'other encodings would garble names and texts',
      'Save it as UTF-8 in your editor.',
    );
  }
  const steps = nestingOf(text);
  if (steps !== null) {
    return refuse(
      `${file}:${steps.line}:${steps.column}`,
      `brackets are nested deeper than ${deepest}`,
      'no setting is that deep',
      'Close the brackets, or write the part out line by line.',
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    merge: false,
    resolveKnownTags: false,
    customTags: [],
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const where = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  if (document.errors.some((error) => /call stack|stack overflow/i.test(error.message))) {
    return refuse(
      file,
      `settings are nested deeper than ${deepest}`,
      'no setting is that deep',
      'Check the indentation.',
    );
  }
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map((error) => told(error, where));
  const offsets = new Map<string, { key: number; value: number }>([['', { key: 0, value: 0 }]]);
  const data = plain(document.contents as Node | null, [], {
    problems,
    where,
    note: (path, key, value) => offsets.set(pathText(path), { key, value }),
  });
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    file: {
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
    },
  };
}

interface Notes {
  readonly problems: ConfigProblem[];
  readonly where: (offset: number) => string;
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
      'aliases can blow a small file up into gigabytes',
      'Write the value out where it is used.',
    );
  if ('anchor' in node && node.anchor)
    refuse(
      `the anchor &${node.anchor} is not allowed`,
      'anchors are only good for aliases, and those are refused',
      'Remove it.',
    );
  if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
    return refuse(
      `the tag ${node.tag} is not allowed`,
      'a file holds plain values, nothing that is built when read',
      'Remove the tag, and quote the value if it is text.',
    );
  }
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
  const group: Record<string, unknown> = {};
  for (const pair of node.items as Pair<Scalar, Node | null>[]) {
    const key = String(pair.key.value);
    const at = pair.key.range?.[0] ?? offset;
    if (forbiddenKeys.has(key)) {
      refuse(`the key ${key} is not allowed`, 'it means something to the machine', 'Choose another name.', at);
      continue;
    }
    notes.note([...path, key], at, pair.value?.range?.[0] ?? at);
    group[key] = plain(pair.value, [...path, key], notes);
  }
  return group;
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
    case 'DUPLICATE_KEY':
      return say(
        'the same key stands twice in one group',
        'only one of the two could count',
        'Remove one, or give it another name.',
      );
    case 'NON_STRING_KEY':
      return say(
        'a key must be text',
        'lists, groups, numbers and yes/no cannot be names here',
        'Put quotes around it.',
      );
    case 'TAB_AS_INDENT':
      return say('a tab is used for indentation', 'YAML counts spaces', 'Replace the tab by spaces.');
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
    case 'BLOCK_IN_FLOW':
      return say(
        `the line cannot be read: ${lowered(error.message)}`,
        'the file stops making sense here',
        'Check indentation, colons, brackets and quotes on this line and the one above.',
      );
    case 'MULTIPLE_DOCS':
      return say('the file holds more than one document', 'only the first would be read', 'Remove the --- line.');
    case 'TAG_RESOLVE_FAILED':
      return say(
        `a tag is not allowed (${lowered(error.message)})`,
        'a file holds plain values, nothing that is built when read',
        'Remove the tag, and quote the value if it is text.',
      );
    default:
      return say(
        `the line cannot be read: ${lowered(error.message)}`,
        'the file stops making sense here',
        'Check this line; text with : # { [ or a leading * & ! needs quotes.',
      );
  }
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
