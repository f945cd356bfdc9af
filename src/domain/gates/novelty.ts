// G11, novelty: the first run, or other rules than last time? Somebody looks once at what new rules do before they do it.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { verdict } from './verdict.ts';

export interface NoveltyFacts {
  readonly configHash: string;
  /** Configuration of the last plan that was applied; null for none. */
  readonly appliedConfig: string | null;
  /** When the state was restored from a backup, if nobody has looked at a plan since; null otherwise. */
  readonly restoredAt?: string | null;
}

/** Value: 1 when there is something new. */
export function noveltyGate(facts: NoveltyFacts, settings: GateSettings): Verdict {
  const { configHash, appliedConfig } = facts;
  const same = { value: 0, limit: 0 };
  const restoredAt = facts.restoredAt ?? null;
  if (restoredAt !== null)
    return verdict(
      'G11',
      'hold',
      { value: 1, limit: 0 },
      `The state was restored from a backup on ${restoredAt.slice(0, 10)}: what was written after that backup may look like somebody else's. Look at the plan, above all at its tasks, then apply it once.`,
    );
  if (!settings.novelty.on) return verdict('G11', 'pass', same, 'New rules are not asked about (novelty: off).');
  if (appliedConfig === configHash)
    return verdict('G11', 'pass', same, 'The configuration is the one that was applied last.');
  const changed = { value: 1, limit: 0 };
  return appliedConfig === null
    ? verdict(
        'G11',
        'hold',
        changed,
        'Nothing was ever applied from this home. Look at the plan, then apply it once; that sets the baseline.',
      )
    : verdict(
        'G11',
        'hold',
        changed,
        'The configuration differs from the one that was applied last. Look at the plan, then apply it once.',
      );
}
