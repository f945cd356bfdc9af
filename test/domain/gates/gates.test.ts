import { describe, expect, it } from 'vitest';
import { evaluateGates, exitOfGate, extractGates, gates, planGates, worst } from '../../../src/domain/gates/gates.ts';
import { exceeds, fallsShort, many, percent, verdict } from '../../../src/domain/gates/verdict.ts';
import type { Verdict } from '../../../src/domain/nouns.ts';
import { limits, tally } from './support.ts';

describe('the list of gates', () => {
  it('has thirteen, in order, each with its name in gates.yaml', () => {
    expect(gates.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, i) => `G${i + 1}`));
    expect(gates.map(({ name }) => name).toSorted()).toEqual(Object.keys(limits).toSorted());
  });

  it('asks each gate where the list says', () => {
    const extract = extractGates({ asOf: '2026-11-21', zone: 'UTC', sources: [] }, limits);
    const evaluate = evaluateGates({ tally: tally({}), columns: [], orphanRecords: 0, allRecords: 0 }, limits);
    const plan = planGates(
      { tally: tally({}), standing: 0, openedToday: {}, crms: [], configHash: 'a', appliedConfig: 'a' },
      limits,
    );

    const asked = { extract, evaluate, plan };
    for (const [stage, verdicts] of Object.entries(asked)) {
      expect(verdicts.map(({ gate }) => gate)).toEqual(
        gates.filter((gate) => gate.stage === stage).map(({ id }) => id),
      );
      expect(worst(verdicts)).toBe('pass');
    }
  });

  it.each([
    ['G1', 8],
    ['G2', 8],
    ['G3', 3],
    ['G4', 3],
    ['G5', 3],
    ['G6', 3],
    ['G7', 3],
    ['G8', 3],
    ['G9', 4],
    ['G10', 7],
    ['G11', 3],
    ['G12', 4],
    ['G13', 3],
  ] as const)('%s ends a run with exit %i', (gate, exit) => {
    expect(exitOfGate(gate)).toBe(exit);
  });
});

describe('many verdicts', () => {
  const say = (answer: Verdict['answer']): Verdict => verdict('G5', answer, { value: 0, limit: 0 }, 'Something.');

  it.each([
    [[], 'pass'],
    [['pass', 'pass'], 'pass'],
    [['pass', 'hold', 'pass'], 'hold'],
    [['hold', 'stop', 'pass'], 'stop'],
  ] as const)('%j come to %s', (answers, answer) => {
    expect(worst(answers.map(say))).toBe(answer);
  });
});

describe('numbers of verdicts', () => {
  it('compare without the dust of binary fractions', () => {
    expect(exceeds(0.9 - 0.7, 0.2)).toBe(false);
    expect(exceeds(0.2001, 0.2)).toBe(true);
    expect(fallsShort(0.1 * 3, 0.3)).toBe(false);
    expect(fallsShort(0.2999, 0.3)).toBe(true);
  });

  it('can be stored whatever they are', () => {
    const { value, limit } = verdict(
      'G1',
      'hold',
      { value: Number.POSITIVE_INFINITY, limit: Number.NaN },
      'Something.',
    );

    expect(JSON.parse(JSON.stringify({ value, limit }))).toEqual({ value: 1e9, limit: 0 });
  });

  it('read well', () => {
    expect([
      percent(0.04),
      percent(0.125),
      percent(1),
      many(1, 'task'),
      many(0, 'task'),
      many(2, 'batch', 'batches'),
    ]).toEqual(['4%', '12.5%', '100%', '1 task', '0 tasks', '2 batches']);
  });
});
