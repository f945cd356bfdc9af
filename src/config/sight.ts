// What a place of a file is: its value, and what the schema of the file says about it. Messages look here for the names that are
// known, the kinds there are and the sentence that describes a setting.

import type { JsonSchema } from './json-schema.ts';
import type { Path } from './problem.ts';
import type { YamlFile } from './read.ts';

/** A file and the schema that speaks about it. */
export interface Sight {
  readonly file: YamlFile;
  readonly schema: JsonSchema | null;
  /** Where the schema begins in the file. */
  readonly base: Path;
}

/** The value at a path; undefined where the path is not in the data. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The parts of the JSON Schema that speak about a path. */
function schemasAt(sight: Sight, path: Path): JsonSchema[] {
  if (sight.schema === null) return [];
  const root = sight.schema;
  let level = opened(root, root);
  let value: unknown = valueAt(sight.file.data, sight.base);
  for (const step of path.slice(sight.base.length)) {
    level = level.flatMap((schema) => {
      if (!fits(schema, value)) return [];
      const next = typeof step === 'number' ? schema.items : (schema.properties?.[step] ?? schema.additionalProperties);
      return typeof next === 'object' ? opened(next, root) : [];
    });
    value = valueAt(value, [step]);
  }
  return level;
}
function opened(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const to = schema.$ref === undefined ? undefined : root.definitions?.[schema.$ref.replace('#/definitions/', '')];
  const inner = [
    ...(to === undefined ? [] : [to]),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ];
  return [schema, ...inner.flatMap((one) => opened(one, root))];
}
/** Of kinds with the same keys only the one that was written. */
function fits(schema: JsonSchema, value: unknown): boolean {
  const kind = schema.properties?.['kind']?.const;
  return kind === undefined || kind === (value as { kind?: unknown } | null)?.kind;
}
/** The settings that a place knows. */
export function keysAt(sight: Sight, path: Path): string[] {
  const value = valueAt(sight.file.data, path);
  return [
    ...new Set(
      schemasAt(sight, path)
        .filter((schema) => fits(schema, value))
        .flatMap((schema) => Object.keys(schema.properties ?? {})),
    ),
  ];
}
/** The kinds that a group may be of. */
export function kindsAt(sight: Sight, path: Path): string[] {
  return [
    ...new Set(
      schemasAt(sight, path)
        .flatMap((schema) => schema.properties?.['kind']?.const ?? [])
        .map(String),
    ),
  ];
}
/** What a setting is for, as the end of a message. */
export function describe(sight: Sight, path: Path): string {
  const text = schemasAt(sight, path).find((schema) => schema.description !== undefined)?.description ?? '';
  return text === '' ? 'the program would not know what to do' : `it stands for: ${text.replace(/\.$/, '')}`;
}

/** Whether what follows an empty group is a setting of that group. */
export function settingsBeside(path: Path, sight: Sight): boolean {
  const group = path.slice(0, -1);
  const keys = Object.keys((valueAt(sight.file.data, group) as object | null | undefined) ?? {});
  const next = keys[keys.indexOf(String(path.at(-1))) + 1];
  return next !== undefined && keysAt(sight, path).includes(next) && !keysAt(sight, group).includes(next);
}
/** What misplaced settings are looked for in. */
export function sightOf(sight: Sight) {
  return { data: sight.file.data, keysAt: (path: Path) => keysAt(sight, path) };
}
/** The largest number that a setting takes; null where there is no limit. */
export function mostAt(sight: Sight, path: Path): number | null {
  return schemasAt(sight, path).find((schema) => schema.maximum !== undefined)?.maximum ?? null;
}
