// What the gate tests share: the default limits, and tallies that say only what a test is about.

import { defaultGates } from '../../../src/domain/gates/gates.ts';
import type { Tally, Verdict } from '../../../src/domain/nouns.ts';
import { emptyTally } from '../../../src/domain/tally.ts';

export const limits = defaultGates;

export function tally(
  change: Partial<Tally> & { readonly seen?: number; readonly newTasks?: number; readonly closed?: number },
): Tally {
  const { seen = 0, newTasks = 0, closed = 0, ...rest } = change;
  const empty = emptyTally();
  return {
    ...empty,
    accounts: { ...empty.accounts, seen },
    effects: { ...empty.effects, ensure_task: newTasks, close_task: closed },
    ...rest,
  };
}

/** Says something a person can read, in one line, with no hole where a number should be. */
export function isPlain({ says }: Verdict): boolean {
  return (
    says.length > 15 && says.length < 600 && !/undefined|NaN|Infinity|\[object|\n/.test(says) && /[.)]$/.test(says)
  );
}
