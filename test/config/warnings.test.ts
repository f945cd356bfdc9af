// Every warning that check can give is documented in both languages, and no other; the figures of others stand there with their
// source and nowhere else.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Edits, told } from './home.ts';

const root = join(import.meta.dirname, '../..');
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const codesIn = (text: string): string[] => [...new Set(text.match(/\bW_[A-Z_]*[A-Z]\b/g) ?? [])].sort();

const said = (folder: string): string[] => codesIn(filesIn(folder).map(read).join('\n'));
const documented = (name: string): string[] =>
  codesIn(
    read(name)
      .split('\n')
      .filter((line) => line.startsWith('| `W_'))
      .map((line) => line.split('|')[1])
      .join('\n'),
  );

describe('warnings', () => {
  it.each(['docs/scoring.md', 'docs/scoring.ja.md'])('are all in %s, and only those that exist', (name) => {
    const codes = documented(name);

    expect(said('src/config').filter((code) => !codes.includes(code))).toEqual([]);
    expect(codes.filter((code) => !said('src').includes(code))).toEqual([]);
    expect(codes.length).toBeGreaterThan(30);
  });

  it('are the same in both languages', () => {
    expect(documented('docs/scoring.ja.md')).toEqual(documented('docs/scoring.md'));
  });

  it('have a test each', () => {
    const tests = filesIn('test')
      .filter((file) => file.endsWith('.ts'))
      .map(read)
      .join('\n');

    expect(said('src/config').filter((code) => !tests.includes(`'${code}`) && !tests.includes(`${code}(`))).toEqual([]);
  });

  const plays = 'config/plays.yaml';
  const subject = '"Call {{name}}"';
  const cases: readonly [code: string, column: number, edits: Edits][] = [
    ['W_CURLY_QUOTES', 21, { [plays]: [subject, '“Call them”'] }],
    ['W_NOT_FILLED_IN', 27, { [plays]: [subject, '"Call {name}"'] }],
    ['W_NOT_FILLED_IN', 27, { [plays]: [subject, '"Call ｛｛name｝｝"'] }],
  ];
  it.each(cases)('%s is said of a text that would be printed as it stands', async (code, column, edits) => {
    const problems = await told(edits);

    expect(problems.map((problem) => `${problem.code} ${problem.where} ${problem.path}`)).toEqual([
      `${code} config/plays.yaml:20:${column} plays.detractor.task.subject`,
    ]);
  });

  it('are not said of braces around what is no fact, nor of quotes inside of a text', async () => {
    const problems = await told({ [plays]: [subject, '"Say “thanks” to {{name}}, and {smile}"'] });

    expect(problems).toEqual([]);
  });

  it('W_SOURCE_LEFT_OUT is said of a source whose CRM has no mapping', async () => {
    const other =
      'connection: {access_token: "${ACME_TOKEN}"}\nobjects: {account: {object: Company, reads: {record_id: Id}, fields: {}}}\n';

    const problems = await told({ 'mappings/acme_crm.yaml': null, 'mappings/other_crm.yaml': other });

    expect(problems.filter((problem) => problem.code === 'W_SOURCE_LEFT_OUT').map((problem) => problem.path)).toEqual([
      'sources.crm_accounts',
    ]);
  });
});
