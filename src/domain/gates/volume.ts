// G2, volume: as many rows as usual? None at all where there were some is a broken source, never an empty world.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { median } from '../number.ts';
import { fallsShort, many, percent, verdict } from './verdict.ts';

export interface VolumeFacts {
  readonly sources: readonly {
    readonly source: string;
    /** Rows of this read. */
    readonly rows: number;
    /** Rows of up to seven earlier complete reads, newest first. */
    readonly earlierRows: readonly number[];
  }[];
}

/** Value: rows of the source that fell furthest, as a share of its median. */
export function volumeGate(facts: VolumeFacts, settings: GateSettings): Verdict {
  const limit = settings.volume.holdBelowShare;
  const judged = facts.sources.flatMap(({ source, rows, earlierRows }) => {
    const last = earlierRows[0] ?? 0;
    const usual = median(earlierRows.slice(0, 7)) ?? 0;
    if (usual <= 0 && last <= 0) return [];
    const share = usual > 0 ? rows / usual : rows > 0 ? 1 : 0;
    return [{ source, rows, last, usual, share, gone: rows === 0 && last > 0 }];
  });
  const [worst] = judged.toSorted((a, b) => Number(b.gone) - Number(a.gone) || a.share - b.share);
  if (worst === undefined)
    return verdict('G2', 'pass', { value: 1, limit }, 'No earlier read to compare the number of rows with.');
  const numbers = { value: worst.share, limit };
  const gone = judged.filter((source) => source.gone);
  if (gone.length > 0) {
    const each = gone.map(({ source, last }) => `${source} gave no rows, last time ${last}`);
    return verdict(
      'G2',
      'stop',
      numbers,
      `Empty input: ${each.join('; ')}. Nothing is written; mend the source, then run again.`,
    );
  }
  const short = judged.filter(({ share }) => fallsShort(share, limit));
  if (short.length > 0) {
    const each = short.map(({ source, rows, usual }) => `${source} gave ${many(rows, 'row')}, usually ${usual}`);
    return verdict(
      'G2',
      'hold',
      numbers,
      `Too few rows: ${each.join('; ')} (below ${percent(limit)}). Look whether the source is complete; if it is, apply the plan.`,
    );
  }
  return verdict(
    'G2',
    'pass',
    numbers,
    `As many rows as usual; ${worst.source} has ${percent(worst.share)} of its median, ${percent(limit)} needed.`,
  );
}
