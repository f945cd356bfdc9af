// The life of an effect: which state may follow which. Written down before it is done, asked about before it is done
// again. This file knows the table and nothing else; who moves an effect, and when, is decided above.

import type { EffectState } from './nouns.ts';

/**
 * State → the states it may move to. An empty list is the end: no effect ever leaves it, and none ever vanishes.
 * `unknown` may be superseded by nothing before it is settled, because a late write could land on top of a newer one.
 */
export const allowedMoves: Readonly<Record<EffectState, readonly EffectState[]>> = {
  planned: ['ready', 'held', 'skipped', 'cancelled'],
  held: ['ready', 'cancelled'],
  ready: ['inflight', 'skipped', 'superseded', 'cancelled'],
  inflight: ['applied', 'rejected', 'ready', 'unknown'],
  unknown: ['applied', 'ready', 'rejected'],
  applied: ['undone'],
  rejected: [],
  skipped: [],
  superseded: [],
  cancelled: [],
  undone: [],
};

/** Tries of an effect that was found absent each time; after the last it is rejected instead of sent again. */
export const mostAttempts = 5;

/** True when nothing is left to do: the effect has its answer. `applied` is final although it may be undone later. */
export function isFinal(state: EffectState): boolean {
  return state === 'applied' || allowedMoves[state].length === 0;
}

/** True when `to` may follow `from`. */
export function mayMove(from: EffectState, to: EffectState): boolean {
  return allowedMoves[from].includes(to);
}

/** Throws a RangeError when `to` may not follow `from`: a bug of ours, never a thing that data can cause. */
export function assertMove(from: EffectState, to: EffectState): void {
  if (!mayMove(from, to)) throw new RangeError(`an effect that is ${from} cannot become ${to}`);
}
