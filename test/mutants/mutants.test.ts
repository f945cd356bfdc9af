// The mutants stay applicable and each names a test that is there; whether they are caught takes longer: npm run mutants.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPatch, readMutants, root } from './patches.ts';

const mutants = readMutants();

describe('the mutants', () => {
  it('are many, and all different', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(20);
    expect(new Set(mutants.map(({ bug }) => bug)).size).toBe(mutants.length);
  });

  it('apply to the code as it is; where one does not, make its patch anew with the same bug', () => {
    const broken = mutants.flatMap((mutant) => {
      const why = applyPatch(mutant, root, 'try');
      return why === null ? [] : [`${mutant.name}: ${why}`];
    });

    expect(broken).toEqual([]);
  });

  it('change our own code only, and little of it', () => {
    for (const { name, path } of mutants) {
      const lines = readFileSync(path, 'utf8').split('\n');
      const changed = lines.filter((line) => /^[+-](?![+-])/.test(line));
      const files = lines.filter((line) => line.startsWith('+++ ')).map((line) => line.slice('+++ b/'.length));

      expect(files.length, name).toBeGreaterThan(0);
      expect(
        files.filter((file) => !file.startsWith('src/')),
        name,
      ).toEqual([]);
      expect(changed.length, name).toBeLessThanOrEqual(12);
    }
  });

  it.each(mutants)('$name names a test that is there', ({ file, test }) => {
    expect(file).toMatch(/^test\/.+\.test\.ts$/);
    expect(existsSync(join(root, file))).toBe(true);
    expect(test.length).toBeGreaterThan(10);
    // Suites of several files tell their tests elsewhere; names of tables are made of a title and a row.
    const isWritten = texts.some((text) => text.includes(test));
    const isMade = titlesOf(readFileSync(join(root, file), 'utf8')).some((title) => title.test(test));
    expect(isWritten || isMade, `no test is called "${test}"; it may have another name now`).toBe(true);
  });
});

/** All that is written in the tests. */
const texts = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(root, 'test', path), 'utf8'));
/** Titles of tests that are made for each row of a table. */
function titlesOf(text: string): readonly RegExp[] {
  return [...text.matchAll(/\)\(\s*'((?:[^'\\\n]|\\.)*%[sjdif](?:[^'\\\n]|\\.)*)'/g)].map((match) => {
    const parts = (match[1] ?? '').split(/%[sjdif]/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}`);
  });
}
