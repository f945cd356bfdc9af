import { describe, expect, it } from 'vitest';
import { allowedMoves, assertMove, isFinal, mayMove } from '../../src/domain/effect.ts';
import type { EffectState } from '../../src/domain/nouns.ts';

const states = Object.keys(allowedMoves) as EffectState[];
const moves: readonly (readonly [EffectState, EffectState])[] = [
  ['planned', 'ready'],
  ['planned', 'held'],
  ['planned', 'skipped'],
  ['planned', 'cancelled'],
  ['held', 'ready'],
  ['held', 'cancelled'],
  ['ready', 'inflight'],
  ['ready', 'skipped'],
  ['ready', 'superseded'],
  ['ready', 'cancelled'],
  ['inflight', 'applied'],
  ['inflight', 'rejected'],
  ['inflight', 'ready'],
  ['inflight', 'unknown'],
  ['unknown', 'applied'],
  ['unknown', 'ready'],
  ['unknown', 'rejected'],
  ['applied', 'undone'],
];

describe('the life of an effect', () => {
  it.each(moves)('lets %s become %s', (from, to) => {
    expect(() => assertMove(from, to)).not.toThrow();
  });

  it('refuses every move that is not in the table, a state to itself included', () => {
    const listed = new Set(moves.map(([from, to]) => `${from}>${to}`));

    const refused = states
      .flatMap((from) => states.map((to) => [from, to] as const))
      .filter(([from, to]) => !mayMove(from, to));

    expect(refused).toHaveLength(states.length ** 2 - listed.size);
    for (const [from, to] of refused) expect(() => assertMove(from, to)).toThrow(RangeError);
  });

  it('never supersedes what may still land', () => {
    expect(mayMove('unknown', 'superseded')).toBe(false);
    expect(mayMove('inflight', 'superseded')).toBe(false);
  });

  it('ends in exactly the states that answer the intent', () => {
    expect(states.filter(isFinal)).toEqual(['applied', 'rejected', 'skipped', 'superseded', 'cancelled', 'undone']);
  });

  it('leads from every state to a final one', () => {
    for (const start of states) {
      const seen = new Set<EffectState>([start]);
      for (const state of seen) for (const next of allowedMoves[state]) seen.add(next);

      expect([...seen].some(isFinal)).toBe(true);
    }
  });
});
