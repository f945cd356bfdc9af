// G8, matching: how many records belong to nobody? Facts that find no account are missing from somebody's score.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { exceeds, percent, verdict } from './verdict.ts';

export interface MatchingFacts {
  readonly orphanRecords: number;
  readonly allRecords: number;
}

/** Value: share of the records that belong to no account. */
export function matchingGate(facts: MatchingFacts, settings: GateSettings): Verdict {
  const limit = settings.matching.orphanShare;
  const { orphanRecords, allRecords } = facts;
  const value = allRecords <= 0 ? 0 : orphanRecords / allRecords;
  const what = `${orphanRecords} of ${allRecords} records (${percent(value)}) belong to no account, ${percent(limit)} allowed`;
  if (exceeds(value, limit)) {
    return verdict(
      'G8',
      'hold',
      { value, limit },
      `${what}. See them with \`kenko status\` and mend mappings/identity.yaml.`,
    );
  }
  return verdict('G8', 'pass', { value, limit }, `${what}.`);
}
