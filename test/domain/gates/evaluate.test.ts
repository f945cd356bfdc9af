import { describe, expect, it } from 'vitest';
import { coverageGate } from '../../../src/domain/gates/coverage.ts';
import { matchingGate } from '../../../src/domain/gates/matching.ts';
import { type ColumnShape, shapeGate } from '../../../src/domain/gates/shape.ts';
import { emptyTally } from '../../../src/domain/tally.ts';
import { isPlain, limits } from './support.ts';

describe('G3 coverage', () => {
  it.each([
    [90, 100, 0, 'pass'],
    [89, 100, 0, 'hold'],
    [90, 150, 50, 'pass'],
    [89, 150, 50, 'hold'],
    [0, 0, 0, 'pass'],
    [0, 20, 20, 'pass'],
    [0, 1, 0, 'hold'],
  ] as const)('%i complete of %i seen, %i of them not to be scored → %s', (complete, seen, notScored, answer) => {
    const accounts = { ...emptyTally().accounts, complete, seen, notScored };

    const verdict = coverageGate({ accounts }, limits);

    expect(verdict).toMatchObject({ gate: 'G3', answer, limit: 0.9 });
    expect(isPlain(verdict)).toBe(true);
  });
});

describe('G4 shape', () => {
  const usual: ColumnShape = { nullShare: 0.5, distinct: 2, max: 30 };
  const ask = (now: Partial<ColumnShape>, ...earlier: readonly Partial<ColumnShape>[]) => of(false, now, ...earlier);
  const of = (isPart: boolean, now: Partial<ColumnShape>, ...earlier: readonly Partial<ColumnShape>[]) =>
    shapeGate(
      {
        columns: [
          {
            source: 'usage',
            column: 'logins',
            earlier: earlier.map((one) => ({ ...usual, ...one })),
            now: { ...usual, ...now },
            isPart,
          },
        ],
      },
      limits,
    );

  it.each([
    ['twenty points more nulls', { nullShare: 0.7 }, {}, 'pass'],
    ['twenty points more nulls, in binary a hair above', { nullShare: 0.9 }, { nullShare: 0.7 }, 'pass'],
    ['more than twenty points more nulls', { nullShare: 0.71 }, {}, 'hold'],
    ['fewer nulls', { nullShare: 0 }, {}, 'pass'],
    ['a column that became constant', { distinct: 1 }, {}, 'hold'],
    ['a column that always was constant', { distinct: 1 }, { distinct: 1 }, 'pass'],
    ['a column without any value, with as many nulls as before', { distinct: 0, max: null }, {}, 'pass'],
    ['ten times the maximum', { max: 300 }, {}, 'pass'],
    ['more than ten times the maximum', { max: 301 }, {}, 'hold'],
    ['a maximum where there was zero', { max: 5_000 }, { max: 0 }, 'pass'],
    ['a maximum where there were no numbers', { max: 5_000 }, { max: null }, 'pass'],
  ] as const)('%s → as it should be', (_, now, before, answer) => {
    const verdict = ask(now, before);

    expect(verdict).toMatchObject({ gate: 'G4', answer, value: answer === 'hold' ? 1 : 0, limit: 0 });
    expect(isPlain(verdict)).toBe(true);
  });

  it('compares a column that is new with nothing', () => {
    expect(ask({ nullShare: 1, distinct: 1, max: 1e12 }).answer).toBe('pass');
  });

  it('takes the middle of the last seven reads for what is usual, so that a bad night is no measure', () => {
    const good = { nullShare: 0.1 };
    const bad = { nullShare: 0.9 };

    expect(ask(bad, bad, good, good).answer).toBe('hold');
    expect(ask(bad, bad, bad, bad, good, good, good, good).answer).toBe('hold');
    expect(ask(bad, bad, bad, bad, bad, good, good, good).answer).toBe('pass');
    expect(ask(good, bad, good, good).answer).toBe('pass');
    expect(ask(bad, ...Array(7).fill(bad), good, good, good, good, good, good, good, good).answer).toBe('pass');
  });

  it('judges only the empty cells of a read that brought what is new', () => {
    expect(of(true, { distinct: 1, max: 5_000 }, {}).answer).toBe('pass');
    expect(of(true, { nullShare: 0.9 }, {}).says).toContain('usage.logins is empty in 90% of the rows, usually 50%');
  });

  it('names the columns, the first five and how many more', () => {
    const columns = Array.from({ length: 7 }, (_, i) => ({
      source: 'usage',
      column: `c${i}`,
      earlier: [usual],
      now: { ...usual, distinct: 1 },
      isPart: false,
    }));

    const { says, value } = shapeGate({ columns }, limits);

    expect(value).toBe(7);
    expect(says).toContain('usage.c0 has the same value in every row now');
    expect(says).toContain('and 2 more');
  });
});

describe('G8 matching', () => {
  it.each([
    [100, 1_000, 'pass'],
    [101, 1_000, 'hold'],
    [0, 0, 'pass'],
    [1, 1, 'hold'],
  ] as const)('%i orphans of %i records → %s', (orphanRecords, allRecords, answer) => {
    const verdict = matchingGate({ orphanRecords, allRecords }, limits);

    expect(verdict).toMatchObject({ gate: 'G8', answer, limit: 0.1 });
    expect(isPlain(verdict)).toBe(true);
  });
});
