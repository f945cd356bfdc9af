import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeCondition, mentions } from '../../src/config/schema/condition.ts';
import type { Condition } from '../../src/domain/decisions.ts';

function complete(given: unknown): Condition | null {
  return completeCondition(given, () => undefined);
}
const leaf = (fact: string, operator: string, value: unknown) => ({ fact, operator, value });

describe('conditions as people write them', () => {
  it.each([
    ['a bare value means is', { band: 'red' }, leaf('band', 'is', 'red')],
    ['a number too', { logins: 0 }, leaf('logins', 'is', 0)],
    ['a yes or no too', { alert: false }, leaf('alert', 'is', false)],
    ['a list means one_of', { band: ['yellow', 'red'] }, leaf('band', 'one_of', ['yellow', 'red'])],
    ['words compare', { score: { below: 40 } }, leaf('score', 'below', 40)],
    ['days compare', { renewal_on: { at_most: '2026-04-01' } }, leaf('renewal_on', 'at_most', '2026-04-01')],
    ['between has two ends', { score: { between: [40, 70] } }, leaf('score', 'between', [40, 70])],
    ['missing asks whether it is known', { nps: { missing: true } }, leaf('nps', 'missing', true)],
    ['contains looks into text', { products: { contains: 'a' } }, leaf('products', 'contains', 'a')],
    ['not turns it round', { not: { band: 'red' } }, { not: leaf('band', 'is', 'red') }],
    ['any joins', { any: [{ a: 1 }, { b: 2 }] }, { any: [leaf('a', 'is', 1), leaf('b', 'is', 2)] }],
    ['several facts are all of them', { a: 1, b: { above: 2 } }, { all: [leaf('a', 'is', 1), leaf('b', 'above', 2)] }],
    [
      'several words about one fact too',
      { score: { at_least: 40, below: 70 } },
      { all: [leaf('score', 'at_least', 40), leaf('score', 'below', 70)] },
    ],
  ])('%s', (_name, given, expected) => {
    expect(complete(given)).toEqual(expected);
  });

  it('tells every fault at once', () => {
    const faults: string[] = [];

    completeCondition({ all: [{ a: { at_most: 'x' } }, { b: null }, { any: [] }] }, (fault) => faults.push(fault.what));

    expect(faults).toHaveLength(3);
  });

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        complete(given);
      }),
    );
  });

  it('mentions every fact of what it accepts', () => {
    const facts = fc.constantFrom('score', 'band', 'nps');
    const { condition } = fc.letrec((tie) => ({
      condition: fc.oneof(
        { maxDepth: 4 },
        fc.tuple(facts, fc.integer()).map(([fact, value]) => ({ [fact]: { at_least: value } })),
        fc.tuple(facts, fc.string({ minLength: 1 })).map(([fact, value]) => ({ [fact]: value })),
        fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
        tie('condition').map((not) => ({ not })),
      ),
    }));

    fc.assert(
      fc.property(condition, (given) => {
        const long = complete(given);
        const leaves = (part: Condition): string[] => {
          if ('all' in part) return part.all.flatMap(leaves);
          if ('any' in part) return part.any.flatMap(leaves);
          return 'not' in part ? leaves(part.not) : [part.fact];
        };

        expect(long).not.toBeNull();
        expect(mentions(given).map((mention) => mention.fact)).toEqual(long === null ? [] : leaves(long));
      }),
    );
  });
});
