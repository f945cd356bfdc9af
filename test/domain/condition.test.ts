import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, compileOnce, type Facts, factsOf } from '../../src/domain/condition.ts';
import type { Condition, Operator } from '../../src/domain/decisions.ts';
import type { Answer, Value } from '../../src/domain/nouns.ts';
import { leaf } from './models.ts';

const answer = (condition: Condition, facts: Facts): Answer => compile(condition).answer(facts);
const yes = leaf('a', 'is', 1);
const no = leaf('a', 'is', 2);
const unknown = leaf('nobody_knows', 'is', 1);
const facts = { a: 1 };

describe('a leaf', () => {
  const table: [Operator, Value | Value[], Value | undefined, Answer][] = [
    ['is', 'red', 'red', 'yes'],
    ['is', 'red', 'green', 'no'],
    ['is', ['red', 'yellow'], 'yellow', 'yes'],
    ['is', true, true, 'yes'],
    ['is', 1, '1', 'no'],
    ['is_not', 'red', 'green', 'yes'],
    ['is_not', ['red', 'yellow'], 'red', 'no'],
    ['one_of', ['red', 'yellow'], 'red', 'yes'],
    ['one_of', ['red', 'yellow'], 'green', 'no'],
    ['above', 10, 10, 'no'],
    ['above', 10, 10.1, 'yes'],
    ['below', 10, 10, 'no'],
    ['below', 10, 9.9, 'yes'],
    ['at_least', 10, 10, 'yes'],
    ['at_most', 10, 10, 'yes'],
    ['at_most', 10, 10.1, 'no'],
    ['between', [1, 3], 1, 'yes'],
    ['between', [1, 3], 3, 'yes'],
    ['between', [1, 3], 3.1, 'no'],
    ['between', [1, 3], 0.9, 'no'],
    ['contains', 'seat', 'seats, plan', 'yes'],
    ['contains', 'api', 'seats, plan', 'no'],
    ['missing', true, null, 'yes'],
    ['missing', true, undefined, 'yes'],
    ['missing', true, 0, 'no'],
    ['missing', false, '', 'yes'],
    ['missing', false, null, 'no'],
  ];

  it.each(table)('%s %j of %j is %s', (operator, expected, actual, answered) => {
    expect(answer(leaf('fact', operator, expected), { fact: actual })).toBe(answered);
  });

  it('is unknown for every operator but missing when nobody knows the fact', () => {
    const operators: Operator[] = [
      'is',
      'is_not',
      'one_of',
      'above',
      'below',
      'at_least',
      'at_most',
      'between',
      'contains',
    ];

    for (const operator of operators)
      for (const fact of [null, undefined, Number.NaN])
        expect(answer(leaf('fact', operator, operator === 'between' ? [1, 2] : 1), { fact })).toBe('unknown');
  });

  it('is unknown rather than wrong when text is compared with a number', () => {
    expect(answer(leaf('seats', 'at_least', 10), { seats: 'unlimited' })).toBe('unknown');
    expect(answer(leaf('seats', 'at_least', 'many'), { seats: 10 })).toBe('unknown');
    expect(answer(leaf('seats', 'contains', 'x'), { seats: 10 })).toBe('unknown');
  });

  it('compares days with days', () => {
    expect(answer(leaf('renewal_on', 'at_most', '2026-03-31'), { renewal_on: '2026-03-31' })).toBe('yes');
    expect(answer(leaf('renewal_on', 'below', '2026-03-31'), { renewal_on: '2026-03-30T23:00:00Z' })).toBe('yes');
    expect(answer(leaf('renewal_on', 'above', '2026-03-31'), { renewal_on: 'soon' })).toBe('unknown');
  });

  it('does not take what every object has for a fact', () => {
    expect(answer(leaf('constructor', 'missing', true), {})).toBe('yes');
    expect(answer(leaf('toString', 'is', 'x'), {})).toBe('unknown');
  });
});

describe('together', () => {
  it('one no decides all, else one unknown makes it unknown', () => {
    expect(answer({ all: [yes, yes] }, facts)).toBe('yes');
    expect(answer({ all: [unknown, no] }, facts)).toBe('no');
    expect(answer({ all: [yes, unknown] }, facts)).toBe('unknown');
    expect(answer({ all: [] }, facts)).toBe('yes');
  });

  it('one yes decides any, else one unknown makes it unknown', () => {
    expect(answer({ any: [no, yes] }, facts)).toBe('yes');
    expect(answer({ any: [unknown, yes] }, facts)).toBe('yes');
    expect(answer({ any: [no, unknown] }, facts)).toBe('unknown');
    expect(answer({ any: [] }, facts)).toBe('no');
  });

  it('not turns yes and no and leaves unknown as it is', () => {
    expect(answer({ not: yes }, facts)).toBe('no');
    expect(answer({ not: no }, facts)).toBe('yes');
    expect(answer({ not: unknown }, facts)).toBe('unknown');
  });
});

describe('a trace', () => {
  it('is the condition with the facts filled in', () => {
    const condition: Condition = {
      all: [
        leaf('days_to_renewal', 'at_most', 90),
        { any: [leaf('champion_active', 'is', false), leaf('users', 'below', 5)] },
      ],
    };

    const trace = compile(condition).trace({ days_to_renewal: 41, users: 3 });

    expect(trace).toEqual({
      answer: 'yes',
      kind: 'all',
      of: [
        { answer: 'yes', kind: 'at_most', fact: 'days_to_renewal', expected: 90, actual: 41 },
        {
          answer: 'yes',
          kind: 'any',
          of: [
            { answer: 'unknown', kind: 'is', fact: 'champion_active', expected: false, actual: null },
            { answer: 'yes', kind: 'below', fact: 'users', expected: 5, actual: 3 },
          ],
        },
      ],
    });
  });

  it('always comes to the same answer as the condition', () => {
    const tree = fc.letrec<{ node: Condition }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.record({
          fact: fc.constantFrom('a', 'b', 'c', 'd'),
          operator: fc.constantFrom<Operator>('is', 'above', 'at_most', 'missing', 'is_not'),
          value: fc.integer({ min: 0, max: 3 }),
        }),
        fc.record({ all: fc.array(tie('node'), { maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('node'), { maxLength: 3 }) }),
        fc.record({ not: tie('node') }),
      ),
    })).node;
    const known = fc.record({
      a: fc.integer({ min: 0, max: 3 }),
      b: fc.constantFrom(null, 1),
      c: fc.constantFrom('x', true),
    });

    fc.assert(
      fc.property(tree, known, (condition, given) => {
        const compiled = compile(condition);
        expect(compiled.trace(given).answer).toBe(compiled.answer(given));
        expect(compile({ not: { not: condition } }).answer(given)).toBe(compiled.answer(given));
      }),
    );
  });
});

describe('the facts of a condition', () => {
  it('are named once each, in the order of asking', () => {
    const condition: Condition = {
      all: [leaf('b', 'is', 1), { not: leaf('a', 'is', 1) }, { any: [leaf('b', 'is', 2)] }],
    };

    expect(factsOf(condition)).toEqual(['b', 'a']);
  });

  it('are compiled once per condition', () => {
    expect(compileOnce(yes)).toBe(compileOnce(yes));
    expect(compileOnce(yes).answer(facts)).toBe('yes');
  });
});

it('answers the same on self-service: many views are good, many views of one article with tickets are not (stuck)', () => {
  const stuck: Condition = {
    all: [leaf('help_views', 'at_least', 10), leaf('help_top_share', 'at_least', 80), leaf('tickets', 'at_least', 1)],
  };

  expect(answer(stuck, { help_views: 12, help_top_share: 40, tickets: 0 })).toBe('no');
  expect(answer(stuck, { help_views: 12, help_top_share: 100, tickets: 2 })).toBe('yes');
});
