// What zod found → what an admin understands: the place in the file, the name that was meant, the value to write. It
// translates; it never decides what is allowed.

import type { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { type ConfigProblem, kindOf, nearest, type Path, pathText, shown as shownPlainly } from './problem.ts';
import type { YamlFile } from './read.ts';
import { isSecretName, looksSecret } from './secrets.ts';
import { describe, keysAt, kindsAt, mostAt, type Sight, settingsBeside, sightOf, valueAt } from './sight.ts';
import { misplaced } from './slips/misplaced.ts';
import type { Said } from './slips/slip.ts';
import { narrow, slipOfValue, type ValueSlip, type Wanted } from './slips/value.ts';

type Issue = z.core.$ZodIssue;

/** Problems of one file (or of one part of it, below `base`), each with its place. */
export function problemsOf(
  issues: readonly Issue[],
  file: YamlFile,
  schema: JsonSchema | null,
  base: Path = [],
): ConfigProblem[] {
  return issues.flatMap((issue) => problemsOfOne(issue, base, { file, schema, base }));
}

/** A value in a message, unless it may be a secret. */
function shown(value: unknown, path: Path = []): string {
  const isHidden = isSecretName(String(path.at(-1) ?? '')) || (typeof value === 'string' && looksSecret(value));
  return isHidden ? 'what stands there' : shownPlainly(value);
}

function problemsOfOne(issue: Issue, above: Path, sight: Sight): ConfigProblem[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const given = valueAt(sight.file.data, path);
  const problem = (said: Said, at: 'key' | 'value' = 'value', where = path): ConfigProblem => ({
    code: 'E_CONFIG',
    severity: 'error',
    where: sight.file.place(where, at),
    path: pathText(where),
    rule: 'schema',
    ...said,
  });
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(sight, path);
    return issue.keys.map((key) =>
      problem(strangeKey(key, known, misplaced([...path, key], sightOf(sight))), 'key', [...path, key]),
    );
  }
  if (issue.code === 'invalid_union' && issue.errors.length === 0 && path.at(-1) === 'kind') {
    return [problem(strangeKind(sight, path, given))];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = nearestBranch(issue.errors, given);
    if (branch !== null) return branch.flatMap((inner) => problemsOfOne(inner, path, sight));
    return [problem(unfit(sight, path, given))];
  }
  if ((issue.code === 'invalid_key' || issue.code === 'invalid_element') && issue.issues.length > 0) {
    const key = String(path.at(-1));
    const inner = issue.issues[0] as Issue;
    return [
      problem(
        {
          what: `the name ${shown(key)} ${inner.message.startsWith('needs') ? inner.message : 'is not allowed here'}`,
          why: 'names are used in conditions, texts and reports',
          fix: `Write it in small letters, digits and _:   ${asName(key) ?? 'health_score'}`,
        },
        'key',
      ),
    ];
  }
  // A group that is empty because its settings stand beside it: they are told, and that is enough.
  if (issue.code === 'invalid_type' && given === null && settingsBeside(path, sight)) return [];
  if (issue.code === 'invalid_type' && given === undefined) return [problem(absent(sight, path), 'key')];
  const at = issue.code === 'custom' && (issue.params as { at?: unknown } | undefined)?.at === 'key' ? 'key' : 'value';
  return [problem(said(issue, given, sight, path), at)];
}

function said(issue: Issue, given: unknown, sight: Sight, path: Path): Said {
  const name = String(path.at(-1) ?? 'the file');
  const about = describe(sight, path);
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = wantedKinds[issue.expected] ?? issue.expected;
      if (given === null) return emptied(name, wanted, about, sight.file.written(path));
      const place = issue.expected === 'object' ? misplaced(path, sightOf(sight)) : null;
      if (place !== null) return place;
      const kind = { number: 'number', int: 'number', boolean: 'boolean' }[issue.expected as string] as Wanted;
      const slip = kind === undefined ? null : slipOfValue(given, kind, mostAt(sight, path));
      if (slip !== null) return slipped(slip, { name, needs: `needs ${wanted}`, given: shown(given, path), about });
      if (issue.expected === 'string' && (typeof given === 'number' || typeof given === 'boolean')) {
        const written = sight.file.written(path).replace(/[\s,}\]].*$/, '');
        return {
          what: `${named(name)} needs text; ${shown(given, path)} is ${kindOf(given)}`,
          why: about,
          fix: `Put it in quotes:   ${entry(name, `"${written}"`)}`,
        };
      }
      return {
        what: `${named(name)} needs ${wanted}; ${shown(given, path)} is ${kindOf(given)}`,
        why: about,
        fix: issue.expected === 'boolean' ? 'Write true or false.' : (howTo[issue.expected] ?? 'Correct the value.'),
      };
    }
    case 'invalid_value': {
      const words = issue.values.map(String);
      const near = typeof given === 'string' ? nearest(bare(given), words) : null;
      if (given === undefined) return absent(sight, path);
      return {
        what: `${named(name)} cannot be ${shown(given, path)}`,
        why: `it is one of ${words.join(', ')}`,
        fix: near === null ? 'Use one of them.' : `Did you mean ${near}?`,
      };
    }
    case 'too_small':
      return {
        what: `${named(name)} is too small: ${shown(given, path)}`,
        why: about,
        fix: `Write ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${counted(issue.origin)}.`,
      };
    case 'too_big':
      return {
        what: `${named(name)} is too large: ${shown(given, path)}`,
        why: about,
        fix: `Write at most ${issue.maximum}${counted(issue.origin)}.`,
      };
    case 'custom': {
      const slip = issue.message.startsWith('needs a day') ? slipFor(issue.message, given) : null;
      if (slip !== null) return slipped(slip, { name, needs: issue.message, given: shown(given, path), about });
      const params = (issue.params ?? {}) as { why?: string; fix?: string };
      return {
        what: issue.message.startsWith('needs') ? `${named(name)} ${issue.message}` : issue.message,
        why: params.why ?? about,
        fix: params.fix ?? 'Correct the value.',
      };
    }
    case 'invalid_format': {
      const slip = slipFor(issue.message, given);
      if (slip !== null) return slipped(slip, { name, needs: issue.message, given: shown(given, path), about });
      return {
        what: issue.message.startsWith('needs')
          ? `${named(name)} ${issue.message}; ${shown(given, path)} is not that`
          : `${named(name)} cannot be ${shown(given, path)}`,
        why: about,
        fix: 'Correct the value.',
      };
    }
    case 'invalid_union':
      return unfit(sight, path, given);
    default:
      return { what: `${named(name)}: ${issue.message}`, why: about, fix: 'Correct the value.' };
  }
}

/** The slip in a text that a schema refused: which one may be looked for is said by what the schema wants. */
function slipFor(needs: string, given: unknown): ValueSlip | null {
  if (needs.startsWith('needs a day')) return slipOfValue(given, 'day');
  if (needs.startsWith('needs a number of days')) return slipOfValue(given, 'span');
  if (needs.startsWith('needs business days')) return slipOfValue(given, 'business_days');
  if (typeof given !== 'string') return null;
  if (/,\s*$/.test(given)) return { is: 'ends with a comma', instead: given.replace(/,\s*$/, '') };
  return narrow(given) === given.trim() ? null : { is: 'is written in full-width letters', instead: narrow(given) };
}
function slipped(
  slip: ValueSlip,
  { name, needs, given, about }: { name: string; needs: string; given: string; about: string },
): Said {
  const hint = slip.hint === undefined ? '' : ` ${slip.hint}`;
  return {
    what: `${named(name)} ${needs}; ${given} ${slip.is}`,
    why: about,
    fix:
      slip.instead === null
        ? `Write the one that is meant.${hint}`
        : `Write:   ${entry(name, slip.instead)}${hint === '' ? '' : `\n${slip.hint}`}`,
  };
}
/** `name: value`, or the value alone where it stands in a list. */
function entry(name: string, value: string): string {
  return /^\d+$/.test(name) ? value : `${name}: ${value}`;
}
/** A setting that has nothing behind its colon, or only a note. */
function emptied(name: string, wanted: string, about: string, written: string): Said {
  const note = /^\s*#\s*(\S.*)$/.exec(written);
  return {
    what:
      note === null
        ? `${named(name)} is empty; it needs ${wanted}`
        : `${named(name)} is empty: everything behind # is a note`,
    why: about,
    fix:
      note === null
        ? `Write ${wanted} behind the colon.`
        : `If it belongs to the text, put all of it into quotes:   ${entry(name, `"#${note[1]}"`)}`,
  };
}
/** A word without the brackets, quotes and commas that were typed around it. */
function bare(text: string): string {
  return text.replaceAll(/[“”‘’「」『』"',、，]/g, '').trim();
}
/** A name as names are written here; null where nothing would be left of it. */
function asName(text: string): string | null {
  const name = narrow(text)
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '');
  return name === '' ? null : name;
}
const wantedKinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
};
const howTo: Readonly<Record<string, string>> = {
  string: 'Put it in quotes if it is meant as text.',
  number: 'Write digits without quotes.',
  int: 'Write digits without quotes and without a point.',
  array: 'Write it in brackets, [a, b], or one per line with a dash.',
  object: 'Write its settings below it, indented.',
  record: 'Write its entries below it, indented.',
};
function counted(origin: string): string {
  if (origin === 'string') return ' characters';
  if (origin === 'array' || origin === 'set') return ' entries';
  return '';
}
function named(name: string): string {
  return /^\d+$/.test(name) ? `entry ${Number(name) + 1}` : name;
}

function strangeKey(key: string, known: readonly string[], place: Said | null): Said {
  const near = nearest(key, known);
  const why = known.length === 0 ? 'nothing would read it' : `known here: ${known.join(', ')}`;
  if (/[\u200b\u2060\ufeff\u00a0\u3000]/.test(key)) {
    return {
      what: `an invisible character stands in the name ${key.replaceAll(/[\u200b\u2060\ufeff\u00a0\u3000]/g, '')}`,
      why: 'names are compared letter by letter',
      fix: 'Delete the name, and type it again.',
    };
  }
  // A capital letter or a hyphen is a slip of the pen; a name that is right elsewhere stands in the wrong place.
  if (place !== null && (near === null || asName(key) !== asName(near))) return place;
  return {
    what: `${key} is not a setting here`,
    why:
      near !== null && key.toLowerCase() === near && key !== near
        ? 'names of settings are written in small letters'
        : why,
    fix:
      near !== null
        ? `Did you mean ${near}?`
        : /\s/.test(key)
          ? 'A comma inside of braces ends a value: put the whole text into quotes.'
          : 'Remove it, or check the indentation.',
  };
}
function absent(sight: Sight, path: Path): Said {
  const name = String(path.at(-1) ?? 'the file');
  return {
    what: path.length === 0 ? 'the file is empty' : `${named(name)} is missing`,
    why: describe(sight, path),
    fix: path.length === 0 ? 'Start from the shipped file of the same name.' : `Add ${named(name)}: here.`,
  };
}
function unfit(sight: Sight, path: Path, given: unknown): Said {
  if (given === undefined) return absent(sight, path);
  return {
    what: `${named(String(path.at(-1) ?? 'the file'))} cannot be ${shown(given, path)}`,
    why: describe(sight, path),
    fix: 'Correct the value.',
  };
}
/** A group whose kind is none of those there are, or that says none. `path` ends with the kind. */
function strangeKind(sight: Sight, path: Path, kind: unknown): Said {
  const group = path.slice(0, -1);
  const kinds = kindsAt(sight, group);
  const near = typeof kind === 'string' ? nearest(kind, kinds) : null;
  return {
    what: kind === undefined ? `${named(String(group.at(-1)))} needs a kind` : `kind cannot be ${shown(kind, path)}`,
    why: `the kinds are ${kinds.join(', ')}`,
    fix: near === null ? 'Use one of them.' : `Did you mean ${near}?`,
  };
}

const plainKinds: ReadonlySet<string> = new Set(['string', 'number', 'int', 'boolean']);
/** Of a union's branches the one that the value was meant for: it got furthest before it failed. */
function nearestBranch(branches: readonly (readonly Issue[])[], given: unknown): readonly Issue[] | null {
  const ranked = branches
    .map((issues) => ({
      issues,
      // Complaints about the value itself mean another branch was meant; deeper ones mean this one was.
      wrongKind: issues.some(
        (issue) => issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'),
      ),
    }))
    .filter((branch) => !branch.wrongKind);
  if (ranked.length > 0) return [...ranked].sort((a, b) => a.issues.length - b.issues.length)[0]?.issues ?? null;
  // A plain value where a plain value or a group may stand: the plain one was meant.
  if (typeof given !== 'object') {
    const plain = branches.find((issues) => {
      const [issue, ...others] = issues;
      return others.length === 0 && issue?.code === 'invalid_type' && plainKinds.has(issue.expected);
    });
    if (plain !== undefined) return plain;
  }
  const enumerated = branches.find((issues) => issues.some((issue) => issue.code === 'invalid_value'));
  if (typeof given === 'string' && enumerated !== undefined) return enumerated;
  return null;
}
