// What can never happen is told, with the reason, and nothing else is: the search is held against every account there could be.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Found, solve, type World } from '../../src/config/reach/solve.ts';
import { between, words } from '../../src/config/reach/values.ts';
import { compile } from '../../src/domain/condition.ts';
import type { Condition } from '../../src/domain/decisions.ts';
import type { Value } from '../../src/domain/nouns.ts';
import { files, told } from './home.ts';
import { unreachable } from './unreachable.ts';

describe('what can never happen', () => {
  it.each(unreachable)('$rule: $why', async ({ rule, file, from, to, warning, says, because }) => {
    const marked = (files[file] as string).replace(from, () => to);
    expect(marked).not.toBe(files[file]);
    const at = marked.indexOf('⟦');
    const before = marked.slice(0, Math.max(at, 0)).split('\n');

    const problems = await told({ [file]: marked.replace('⟦', '') });

    const found = problems.find((problem) => problem.rule === rule && problem.what.includes(says));
    expect(found ?? problems.map((problem) => `${problem.rule}: ${problem.what}; ${problem.why}`)).toMatchObject({
      code: warning,
      severity: 'warning',
      ...(at < 0 ? {} : { where: `${file}:${before.length}:${(before.at(-1) as string).length + 1}` }),
    });
    expect(found?.why).toContain(because);
    expect(found?.fix).not.toBe('');
  });

  it.each([
    ['limits that share their end', '{nps: {at_least: 6, at_most: 6}}'],
    ['a whole number between two limits', '{logins: {above: 3, below: 5}}'],
    ['a branch that does not contradict', '{plan: pro, any: [{plan: [basic, pro]}, {nps: 3}]}'],
    ['unknown in one branch, compared in the other', '{any: [{nps: {missing: true}}, {nps: {at_most: 6}}]}'],
    ['a colour of yesterday and a score of today', '{band: yellow, score: {above: 90}}'],
    ['an alert that waits to be re-armed', '{alert: true, score: {above: 20}}'],
    ['facts that nobody limits', '{seats: {above: 100000}, plan: pro}'],
  ])('says nothing of %s', async (_name, when) => {
    const problems = await told({ 'config/plays.yaml': ['{nps: {at_most: 6}}', when] });

    expect(problems.map((problem) => `${problem.code} ${problem.what}`)).toEqual([]);
  });
});

describe('the search', () => {
  const numbers = [0, 1, 2, 3, 4];
  const names = ['x', 'y', 'z'];
  const world: World = {
    mayBe: (fact) => ({
      unknown: true,
      known: fact === 'number' ? between(0, 4, true) : fact === 'word' ? words(names) : words(['true', 'false']),
    }),
    follows: () => [],
  };
  const everyone = [null, ...numbers].flatMap((number) =>
    [null, ...names].flatMap((word) =>
      [null, true, false].map((flag) => ({ number, word, flag }) as Record<string, Value>),
    ),
  );
  const comparison = fc.oneof(
    fc.record({
      fact: fc.constant('number'),
      operator: fc.constantFrom('above', 'below', 'at_least', 'at_most', 'is', 'is_not'),
      value: fc.integer({ min: -1, max: 5 }),
    }),
    fc
      .tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 5 }))
      .map(([a, b]) => ({ fact: 'number', operator: 'between', value: [Math.min(a, b), Math.max(a, b)] })),
    fc.record({
      fact: fc.constant('word'),
      operator: fc.constantFrom('is', 'is_not'),
      value: fc.constantFrom(...names, 'other'),
    }),
    fc.record({
      fact: fc.constant('word'),
      operator: fc.constant('one_of'),
      value: fc.subarray(names, { minLength: 1 }),
    }),
    fc.record({ fact: fc.constant('flag'), operator: fc.constant('is'), value: fc.boolean() }),
    fc.record({
      fact: fc.constantFrom('number', 'word', 'flag'),
      operator: fc.constant('missing'),
      value: fc.boolean(),
    }),
  ) as fc.Arbitrary<Condition>;
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      comparison,
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ) as fc.Arbitrary<Condition>,
  }));
  const wishes = {
    yes: (answer: string) => answer === 'yes',
    no: (answer: string) => answer === 'no',
    'not yes': (answer: string) => answer !== 'yes',
    'not no': (answer: string) => answer !== 'no',
  } as const;

  it('says never exactly where no account gives the wished answers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(condition, fc.constantFrom('yes', 'no', 'not yes', 'not no')), {
          minLength: 1,
          maxLength: 3,
        }),
        (wished) => {
          const found: Found = solve(
            wished.map(([one, wish]) => ({ condition: one, wish })),
            world,
          );
          const isThere = everyone.some((facts) =>
            wished.every(([one, wish]) => wishes[wish](compile(one).answer(facts))),
          );

          expect(found.is).toBe(isThere ? 'possible' : 'never');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gives up on what would take too long, and says so', () => {
    // Nine pigeons in eight holes: there is no way, and no short proof of it.
    const holes = [0, 1, 2, 3, 4, 5, 6, 7];
    const pigeons = Array.from({ length: 9 }, (_, index) => `pigeon_${index}`);
    const is = (fact: string, value: number): Condition => ({ fact, operator: 'is', value });
    const somewhere = pigeons.map((pigeon): Condition => ({ any: holes.map((hole) => is(pigeon, hole)) }));
    const apart = pigeons.flatMap((one, index) =>
      pigeons
        .slice(index + 1)
        .flatMap((other) => holes.map((hole): Condition => ({ not: { all: [is(one, hole), is(other, hole)] } }))),
    );
    const free: World = { mayBe: () => ({ unknown: true, known: between(0, 7, true) }), follows: () => [] };

    const found = solve([{ condition: { all: [...somewhere, ...apart] }, wish: 'yes' }], free);

    expect(found.is).toBe('too hard');
  });
});
