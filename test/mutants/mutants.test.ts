// The mutants stay applicable and each names a test that is there; whether they are caught takes longer: npm run mutants.

import { existsSync, readFileSync } from 'node:fs';
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
    const path = join(root, file);

    expect(file).toMatch(/^test\/.+\.test\.ts$/);
    expect(existsSync(path)).toBe(true);
    expect(test.length).toBeGreaterThan(10);
  });
});
