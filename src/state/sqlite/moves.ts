// The one way an effect changes its state. The table of moves is domain's; whoever needs a move that is not in it has found
// a bug, and the transaction is undone. The lease is checked by the method that moves, in the same transaction.

import { mayMove } from '../../domain/effect.ts';
import type { EffectState } from '../../domain/nouns.ts';
import { BugError } from '../../lib/errors.ts';
import type { Binds, Sqlite } from './database.ts';

/** SQL in here is written by us and never holds a value; values come by name. */
export interface Move {
  readonly from: readonly EffectState[];
  readonly to: EffectState;
  /** Which effects, besides their state: `plan = @plan`. */
  readonly where: string;
  /** What else changes with the state: `why = @why`. */
  readonly set?: string;
  readonly values: Binds;
  /** Leaves out what another live effect stands in the way of, instead of failing. */
  readonly unlessLive?: boolean;
}

/** Moves all effects that fit and returns how many they were. */
export function moveEffects(db: Sqlite, move: Move): number {
  for (const from of move.from) {
    if (!mayMove(from, move.to)) throw new BugError(`an effect that is ${from} cannot become ${move.to}`);
  }
  const states = move.from.map((state) => `'${state}'`).join(', ');
  const also = move.set === undefined ? '' : `, ${move.set}`;
  return db.run(
    `UPDATE ${move.unlessLive === true ? 'OR IGNORE ' : ''}effects SET state = '${move.to}'${also}
     WHERE (${move.where}) AND state IN (${states})`,
    move.values,
  );
}

/** Moves exactly one effect; BugError when it is not where it was thought to be. */
export function moveEffect(
  db: Sqlite,
  id: number,
  move: { readonly from: EffectState; readonly to: EffectState; readonly set?: string; readonly values?: Binds },
): void {
  const moved = moveEffects(db, {
    from: [move.from],
    to: move.to,
    where: 'id = @id',
    ...(move.set === undefined ? {} : { set: move.set }),
    values: { ...move.values, id },
  });
  if (moved !== 1) throw new BugError(`effect ${id} is not ${move.from} and cannot become ${move.to}`);
}
