// G4, shape: do columns look like themselves? A column that is suddenly empty, constant or ten times as big was changed by
// somebody upstream.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
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
    /** Of the read before; null where there was none. */
    readonly before: ColumnShape | null;
    readonly now: ColumnShape;
  }[];
}

/** Value: the number of columns that changed their shape; none is allowed. */
export function shapeGate(facts: ShapeFacts, settings: GateSettings): Verdict {
  const changed = facts.columns.flatMap(({ source, column, before, now }) => {
    if (before === null) return [];
    const why = changeOf(before, now, settings.shape);
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

function changeOf(before: ColumnShape, now: ColumnShape, limits: GateSettings['shape']): string | null {
  if (exceeds(now.nullShare - before.nullShare, limits.nullShareRise)) {
    return `is empty in ${percent(now.nullShare)} of the rows, before ${percent(before.nullShare)}`;
  }
  if (before.distinct > 1 && now.distinct === 1) return 'has the same value in every row now';
  if (before.max !== null && now.max !== null && before.max > 0 && exceeds(now.max, before.max * limits.maxJump)) {
    return `goes up to ${now.max}, before ${before.max}`;
  }
  return null;
}
