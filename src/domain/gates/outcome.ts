// G5, outcome: how many accounts change band, and how far does the whole move? Customers change one by one; when everybody
// moves at once it is the data or the rules.

import type { GateSettings } from '../decisions.ts';
import type { Tally, Verdict } from '../nouns.ts';
import { meanShift, psi } from '../tally.ts';
import { exceeds, percent, verdict } from './verdict.ts';

/**
 * Value: the share of accounts that changed band, or what was held. Shares and the stability index are asked from
 * `smallBase` accounts on; below that a count stands for the share, and the index would be noise.
 */
export function outcomeGate(
  tally: Pick<Tally, 'bandChanges' | 'bands' | 'bandsBefore' | 'scoreShiftSum' | 'scoreShiftCount'>,
  settings: GateSettings,
): Verdict {
  const limits = settings.outcome;
  const base = Object.values(tally.bandsBefore).reduce((sum, count) => sum + count, 0);
  const changes = tally.bandChanges;
  const share = base === 0 ? 0 : changes / base;
  const isSmall = base < limits.smallBase;
  const todo = 'Look at the plan: if the customers really moved, apply it; else mend data or rules and plan again.';
  const changed = `${changes} of ${base} accounts (${percent(share)}) change band`;
  if (isSmall ? changes > limits.smallCount : exceeds(share, limits.bandChangeShare)) {
    const allowed = isSmall ? `${limits.smallCount} allowed` : `${percent(limits.bandChangeShare)} allowed`;
    const numbers = isSmall
      ? { value: changes, limit: limits.smallCount }
      : { value: share, limit: limits.bandChangeShare };
    return verdict('G5', 'hold', numbers, `${changed}, ${allowed}. ${todo}`);
  }
  const shift = meanShift(tally as Tally);
  if (exceeds(Math.abs(shift), limits.meanShift)) {
    const numbers = { value: Math.abs(shift), limit: limits.meanShift };
    return verdict(
      'G5',
      'hold',
      numbers,
      `The mean score moves by ${oneDecimal(shift)} points, ${limits.meanShift} allowed. ${todo}`,
    );
  }
  const index = isSmall ? 0 : psi(tally.bandsBefore, tally.bands);
  if (exceeds(index, limits.psi)) {
    const numbers = { value: index, limit: limits.psi };
    return verdict(
      'G5',
      'hold',
      numbers,
      `The bands are distributed otherwise than before (PSI ${index.toFixed(2)}, ${limits.psi} allowed). ${todo}`,
    );
  }
  return verdict(
    'G5',
    'pass',
    { value: share, limit: limits.bandChangeShare },
    `${changed}; the mean score moves by ${oneDecimal(shift)} points.`,
  );
}
function oneDecimal(x: number): string {
  const rounded = Math.round(x * 10) / 10;
  return `${rounded > 0 ? '+' : ''}${rounded === 0 ? 0 : rounded}`;
}
