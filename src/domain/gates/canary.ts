// G12, canary: do the first records read back as they were written? If not, the rest would be wrong in the same way.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { many, verdict } from './verdict.ts';

export interface CanaryFacts {
  readonly checked: number;
  readonly wrong: number;
  /** Short texts for people; no values of persons. */
  readonly examples: readonly string[];
}

/** Value: records that show something else than what was written; none is allowed. */
export function canaryGate(facts: CanaryFacts, _settings: GateSettings): Verdict {
  const { checked, wrong, examples } = facts;
  const numbers = { value: wrong, limit: 0 };
  if (wrong === 0) return verdict('G12', 'pass', numbers, `The first ${many(checked, 'record')} read back as written.`);
  const shown = examples.length === 0 ? '' : ` (${examples.join('; ')})`;
  return verdict(
    'G12',
    'stop',
    numbers,
    `${wrong} of the first ${many(checked, 'record')} read back otherwise than written${shown}. Nothing more is sent; look for an automation that changes our fields.`,
  );
}
