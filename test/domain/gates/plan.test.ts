import { describe, expect, it } from 'vitest';
import { budgetGate } from '../../../src/domain/gates/budget.ts';
import { destructionGate } from '../../../src/domain/gates/destruction.ts';
import { noveltyGate } from '../../../src/domain/gates/novelty.ts';
import { outcomeGate } from '../../../src/domain/gates/outcome.ts';
import { tasksGate } from '../../../src/domain/gates/tasks.ts';
import { isPlain, limits, tally } from './support.ts';

describe('G5 outcome', () => {
  it.each([
    [100, 20, 'pass', 0.2, 0.2],
    [100, 21, 'hold', 0.21, 0.2],
    [99, 20, 'pass', 20 / 99, 0.2],
    [99, 21, 'hold', 21, 20],
    [3, 3, 'pass', 1, 0.2],
    [0, 0, 'pass', 0, 0.2],
  ] as const)('of %i accounts %i change band → %s', (base, bandChanges, answer, value, limit) => {
    const bandsBefore = base === 0 ? {} : { green: base };

    const verdict = outcomeGate(tally({ bandsBefore, bands: bandsBefore, bandChanges }), limits);

    expect(verdict).toMatchObject({ gate: 'G5', answer, limit });
    expect(verdict.value).toBeCloseTo(value, 5);
    expect(isPlain(verdict)).toBe(true);
  });

  it.each([
    [150, 10, 'pass'],
    [150.1, 10, 'hold'],
    [-150, 10, 'pass'],
    [-151, 10, 'hold'],
    [0, 0, 'pass'],
  ] as const)('a shift of %d points over %i accounts → %s', (scoreShiftSum, scoreShiftCount, answer) => {
    const verdict = outcomeGate(tally({ bandsBefore: { green: 10 }, scoreShiftSum, scoreShiftCount }), limits);

    expect(verdict.answer).toBe(answer);
    expect(isPlain(verdict)).toBe(true);
  });

  it('sees a distribution that moved although few accounts are said to have changed', () => {
    const bandsBefore = { green: 600, yellow: 300, red: 100 };
    const bands = { green: 600, yellow: 300, red: 100, unknown: 600 };

    const verdict = outcomeGate(tally({ bandsBefore, bands }), limits);

    expect(verdict).toMatchObject({ answer: 'hold', limit: 0.25 });
    expect(verdict.says).toContain('PSI');
  });

  it('does not read a distribution into a handful of accounts', () => {
    const verdict = outcomeGate(tally({ bandsBefore: { green: 3 }, bands: { red: 3 }, bandChanges: 3 }), limits);

    expect(verdict.answer).toBe('pass');
  });
});

describe('G6 tasks', () => {
  it.each([
    [25, 100, 'pass', 25],
    [26, 100, 'hold', 25],
    [50, 1_000, 'pass', 50],
    [51, 1_000, 'hold', 50],
    [26, 510, 'hold', 25.5],
    [0, 0, 'pass', 25],
  ] as const)('%i new tasks for %i accounts → %s', (newTasks, seen, answer, limit) => {
    const verdict = tasksGate(tally({ newTasks, seen }), limits);

    expect(verdict).toMatchObject({ gate: 'G6', answer, value: newTasks, limit });
    expect(isPlain(verdict)).toBe(true);
  });

  it.each([
    [10, 0, 'pass'],
    [11, 0, 'hold'],
    [5, 5, 'pass'],
    [5, 6, 'hold'],
  ] as const)('%i new tasks for one owner who got %i earlier that day → %s', (count, earlier, answer) => {
    const given = tally({ newTasks: count, seen: 1_000, tasksPerOwner: { '005A': count, '005B': 1 } });

    const verdict = tasksGate(given, limits, { '005A': earlier });

    expect(verdict.answer).toBe(answer);
    expect(isPlain(verdict)).toBe(true);
  });

  it('does not mind what an owner got earlier who gets nothing now', () => {
    expect(tasksGate(tally({ newTasks: 0 }), limits, { '005A': 50 }).answer).toBe('pass');
  });
});

describe('G7 destruction', () => {
  it.each([
    [20, 0, 0, 'pass'],
    [21, 0, 0, 'hold'],
    [10, 10, 0, 'pass'],
    [10, 11, 0, 'hold'],
    [5, 5, 1_000, 'pass'],
    [6, 5, 1_000, 'hold'],
    [0, 0, 0, 'pass'],
    [0, 1, 99, 'hold'],
  ] as const)(
    '%i fields cleared and %i tasks closed where %i stand → %s',
    (fieldsCleared, closed, standing, answer) => {
      const verdict = destructionGate(tally({ fieldsCleared, closed }), limits, standing);

      expect(verdict).toMatchObject({ gate: 'G7', answer });
      expect(isPlain(verdict)).toBe(true);
    },
  );
});

describe('G10 budget', () => {
  const ask = (usedOfDay: number | null, ofRun: number | null, stage?: 'plan' | 'apply') =>
    budgetGate({ crms: [{ crm: 'salesforce', usedOfDay, ofRun }] }, limits, stage);

  it.each([
    [0.8, 0.25, 'pass'],
    [0.81, 0, 'hold'],
    [0, 0.26, 'hold'],
    [null, null, 'pass'],
    [null, 0.3, 'hold'],
    [0.9, null, 'hold'],
  ] as const)('%s of the day used, %s by this run → %s', (usedOfDay, ofRun, answer) => {
    const verdict = ask(usedOfDay, ofRun);

    expect(verdict).toMatchObject({ gate: 'G10', answer });
    expect(isPlain(verdict)).toBe(true);
  });

  it('stops while applying, because nobody is there to ask', () => {
    expect(ask(0.9, 0, 'apply').answer).toBe('stop');
    expect(ask(0.8, 0, 'apply').answer).toBe('pass');
  });

  it("takes a CRM's own limits before the general ones", () => {
    const own = { shareOfDay: 0.5, shareOfRun: 0.1 };

    const verdict = budgetGate({ crms: [{ crm: 'hubspot', usedOfDay: 0.51, ofRun: 0, limits: own }] }, limits);

    expect(verdict).toMatchObject({ answer: 'hold', value: 0.51, limit: 0.5 });
  });

  it('tells the worst of several CRMs', () => {
    const crms = [
      { crm: 'salesforce', usedOfDay: 0.1, ofRun: 0.01 },
      { crm: 'hubspot', usedOfDay: 0.95, ofRun: 0.01 },
    ];

    const verdict = budgetGate({ crms }, limits);

    expect(verdict).toMatchObject({ answer: 'hold', value: 0.95, limit: 0.8 });
    expect(verdict.says).toContain('hubspot 95%');
    expect(verdict.says).not.toContain('salesforce');
  });
});

describe('G11 novelty', () => {
  it.each([
    ['a', null, 'hold', 'baseline'],
    ['b', 'a', 'hold', 'differs'],
    ['a', 'a', 'pass', 'applied last'],
  ] as const)('configuration %s after %s → %s', (configHash, appliedConfig, answer, words) => {
    const verdict = noveltyGate({ configHash, appliedConfig }, limits);

    expect(verdict).toMatchObject({ gate: 'G11', answer });
    expect(verdict.says).toContain(words);
    expect(isPlain(verdict)).toBe(true);
  });

  it('is quiet when it is switched off', () => {
    const off = { ...limits, novelty: { on: false } };

    expect(noveltyGate({ configHash: 'b', appliedConfig: null }, off).answer).toBe('pass');
  });
});
