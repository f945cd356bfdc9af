// G3, coverage: do accounts have the inputs that a score needs? Many without them at once is a missing feed, not many
// quiet customers.

import type { GateSettings } from '../decisions.ts';
import type { Tally, Verdict } from '../nouns.ts';
import { fallsShort, percent, verdict } from './verdict.ts';

/** Value: share of the accounts that are to be scored and can be. */
export function coverageGate(tally: Pick<Tally, 'accounts'>, settings: GateSettings): Verdict {
  const limit = settings.coverage.holdBelowShare;
  const { seen, notScored, complete } = tally.accounts;
  const base = seen - notScored;
  if (base <= 0) return verdict('G3', 'pass', { value: 1, limit }, 'There is no account to score.');
  const value = complete / base;
  const what = `${complete} of ${base} accounts (${percent(value)}) have the data that a score needs, ${percent(limit)} wanted`;
  if (fallsShort(value, limit)) {
    return verdict(
      'G3',
      'hold',
      { value, limit },
      `${what}. See with \`kenko status\` which source is thin; if it is right so, apply the plan.`,
    );
  }
  return verdict('G3', 'pass', { value, limit }, `${what}.`);
}
