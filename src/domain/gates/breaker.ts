// G9, breaker: does the CRM still want this? Rejections in numbers, or answers that say nothing, mean that going on would
// make it worse.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { exceeds, many, percent, verdict } from './verdict.ts';

/** Effects below which the share is taken of this many, so that one bad record does not stop a small plan. */
const smallestBase = 20;

export interface BreakerFacts {
  /** Effects answered so far in this run. */
  readonly sent: number;
  readonly rejected: number;
  /** Batches in a row of which the CRM neither took nor refused anything. */
  readonly unclearInRow: number;
}

/** Value: share rejected, or batches without a clear answer. */
export function breakerGate(facts: BreakerFacts, settings: GateSettings): Verdict {
  const limits = settings.breaker;
  const { sent, rejected, unclearInRow } = facts;
  if (unclearInRow >= limits.unclearBatches) {
    const numbers = { value: unclearInRow, limit: limits.unclearBatches };
    return verdict(
      'G9',
      'stop',
      numbers,
      `${many(unclearInRow, 'batch', 'batches')} in a row without a clear answer. Nothing more is sent; the next run reads back what arrived.`,
    );
  }
  const value = rejected / Math.max(sent, smallestBase);
  const numbers = { value, limit: limits.rejectedShare };
  const what = `${rejected} of ${sent} effects were rejected`;
  if (exceeds(value, limits.rejectedShare)) {
    return verdict(
      'G9',
      'stop',
      numbers,
      `${what}, ${percent(limits.rejectedShare)} allowed. Nothing more is sent; see why with \`kenko status\`, then \`kenko retry --rejected\`.`,
    );
  }
  return verdict('G9', 'pass', numbers, `${what}.`);
}
