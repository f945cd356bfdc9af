import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type JsonSchema, jsonSchemas } from '../../src/config/json-schema.ts';
import { files } from './home.ts';
import { misfits } from './json-schema-check.ts';

const schemas = jsonSchemas();
const root = join(import.meta.dirname, '../..');
const homes = ['.', 'config/models/callcenter_ja'];

/** Every YAML file of a shipped home, with its text. */
function shipped(home: string): { readonly path: string; readonly text: string }[] {
  return ['config', 'mappings'].flatMap((folder) =>
    readdirSync(join(root, home, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, home, folder, name), 'utf8') })),
  );
}
function schemaFor(path: string): JsonSchema {
  const name = path.replace(/^.*\//, '');
  const found = schemas[name] ?? (path.startsWith('mappings/') ? schemas['mapping.yaml'] : undefined);
  if (found === undefined) throw new Error(`no schema for ${path}`);
  return found;
}

/** Every key that an editor may offer, with its description. */
function keys(schema: JsonSchema, at: string, seen: Set<JsonSchema>): [string, string | undefined][] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const below = [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...Object.values(schema.definitions ?? {}),
  ];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]): [string, string | undefined][] => [
      [`${at}.${name}`, one.description],
      ...keys(one, `${at}.${name}`, seen),
    ]),
    ...below.flatMap((one) => keys(one, at, seen)),
  ];
}

describe('JSON Schemas', () => {
  it('are there for every file of a home', () => {
    expect(Object.keys(schemas).sort()).toEqual([
      'contacts.yaml',
      'examples.yaml',
      'flags.yaml',
      'gates.yaml',
      'identity.yaml',
      'kenko.yaml',
      'kpis.yaml',
      'mapping.yaml',
      'metrics.yaml',
      'plays.yaml',
      'scorecard.yaml',
      'segments.yaml',
      'sources.yaml',
    ]);
  });

  it.each(Object.keys(schemas))('%s is draft-7 and explains every key', (name) => {
    const schema = schemas[name] as JsonSchema & { readonly $schema?: string };

    const unexplained = keys(schema, name, new Set()).filter(([, description]) => !description);

    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.description).not.toBe('');
    expect(unexplained).toEqual([]);
  });

  it.each(homes.flatMap((home) => shipped(home).map((file) => ({ ...file, home }))))(
    'accept $path of $home',
    ({ path, text }) => {
      expect(misfits(parse(text), schemaFor(path))).toEqual([]);
    },
  );

  it.each(Object.entries(files))('accept %s of the small home', (path, text) => {
    expect(misfits(parse(text), schemaFor(path))).toEqual([]);
  });

  it.each([
    ['plays.yaml', { plays: { a: { when: { band: 'red' }, task: { subject: 'x', due: 'soon' } } } }],
    ['plays.yaml', { plays: { a: { when: { band: { bellow: 3 } }, task: { subject: 'x', due: '1 business day' } } } }],
    ['metrics.yaml', { metrics: { a: { label: 'A', measure: { kind: 'distinct_dais', source: 's' } } } }],
    ['metrics.yaml', { metrics: { a: { label: 'A', measure: { kind: 'count', source: 's', dais: 3 } } } }],
    ['scorecard.yaml', { id: 'a', version: '1', dimensions: {}, models: [] }],
    ['kenko.yaml', { name: 'x', budgets: { crm: { share_of_day: 80 } } }],
    ['identity.yaml', { match: [] }],
  ])('refuse what %s may not say: %j', (name, value) => {
    expect(misfits(value, schemas[name] as JsonSchema)).not.toEqual([]);
  });

  it.each(homes)('are named in the first line of every file of %s', (home) => {
    const wrong = shipped(home).filter(({ path, text }) => {
      const name = path.replace(/^.*\//, '').replace('.yaml', '');
      const schema = path.startsWith('mappings/') && name !== 'identity' ? 'mapping' : name;
      return text.split('\n')[0] !== `# yaml-language-server: $schema=../.schema/${schema}.schema.json`;
    });

    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
