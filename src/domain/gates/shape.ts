// G4, shape: do columns look like themselves? A column that is suddenly empty, constant or ten times as big was changed by
// somebody upstream. What is usual is the median of the last seven reads, so that one bad night does not become the measure
// of the next.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { median } from '../number.ts';
import { exceeds, percent, verdict } from './verdict.ts';

export interface ColumnShape {
  readonly nullShare: number;
  /** Distinct values, counted to 2. */
  readonly distinct: number;
  /** Null for columns without numbers. */
  readonly max: number | null;
}
export interface ShapeFacts {
  readonly columns: readonly {
    readonly source: string;
    readonly column: string;
    /** Of up to seven earlier complete reads, newest first; empty where there was none. */
    readonly earlier: readonly ColumnShape[];
    readonly now: ColumnShape;
    /** True where the read brought only what is new: such rows may well be all alike, and only their empty cells are judged. */
    readonly isPart: boolean;
  }[];
}

/** Value: the number of columns that changed their shape; none is allowed. */
export function shapeGate(facts: ShapeFacts, settings: GateSettings): Verdict {
  const changed = facts.columns.flatMap(({ source, column, earlier, now, isPart }) => {
    const why = changeOf(usualOf(earlier), now, settings.shape, isPart);
    return why === null ? [] : [`${source}.${column} ${why}`];
  });
  const numbers = { value: changed.length, limit: 0 };
  if (changed.length === 0) return verdict('G4', 'pass', numbers, 'All columns look like themselves.');
  const shown = changed.slice(0, 5).join('; ');
  const more = changed.length > 5 ? ` and ${changed.length - 5} more` : '';
  return verdict(
    'G4',
    'hold',
    numbers,
    `Columns changed their shape: ${shown}${more}. Ask the owner of the source; if it is meant so, apply the plan.`,
  );
}

/** The middle of what a column looked like; null where there is nothing to compare with. */
function usualOf(earlier: readonly ColumnShape[]): ColumnShape | null {
  const seven = earlier.slice(0, 7);
  const nullShare = median(seven.map((one) => one.nullShare));
  const distinct = median(seven.map((one) => one.distinct));
  if (nullShare === null || distinct === null) return null;
  return { nullShare, distinct, max: median(seven.flatMap(({ max }) => max ?? [])) };
}

function changeOf(
  usual: ColumnShape | null,
  now: ColumnShape,
  limits: GateSettings['shape'],
  isPart: boolean,
): string | null {
  if (usual === null) return null;
  if (exceeds(now.nullShare - usual.nullShare, limits.nullShareRise)) {
    return `is empty in ${percent(now.nullShare)} of the rows, usually ${percent(usual.nullShare)}`;
  }
  if (isPart) return null;
  if (usual.distinct > 1 && now.distinct === 1) return 'has the same value in every row now';
  if (usual.max !== null && now.max !== null && usual.max > 0 && exceeds(now.max, usual.max * limits.maxJump)) {
    return `goes up to ${now.max}, usually ${usual.max}`;
  }
  return null;
}
