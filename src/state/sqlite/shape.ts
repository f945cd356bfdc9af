// What the columns of a read look like, counted row by row as it lands: how many are empty, whether they vary, how large
// they get. For the shape gate; it never grows with the number of rows.

import { hashOf } from '../../domain/hash.ts';
import type { SourceRecord, Value } from '../../domain/nouns.ts';

/**
 * Counted over one read of one stream. `mark` is a short hash of the first value, to tell "constant" from "varies" across
 * pages: the value itself may be a person's and has no business here.
 */
interface Column {
  readonly filled: number;
  readonly mark: string | null;
  readonly distinct: number;
  readonly max: number | null;
}
export type ReadShape = Readonly<Record<string, Column>>;
export interface ColumnShape {
  readonly nullShare: number;
  readonly distinct: number;
  readonly max: number | null;
}

/** The shape so far with these records added. A column that a record lacks is empty in it. */
export function addToShape(shape: ReadShape, records: readonly SourceRecord[]): ReadShape {
  const columns = new Map(Object.entries(shape).map(([name, column]) => [name, { ...column }]));
  const firsts = new Map<string, Value>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record.fields)) {
      let column = columns.get(name);
      if (column === undefined) {
        column = { filled: 0, mark: null, distinct: 0, max: null };
        columns.set(name, column);
      }
      if (value === null) continue;
      column.filled++;
      if (typeof value === 'number' && (column.max === null || value > column.max)) column.max = value;
      if (column.distinct === 2) continue;
      // One hash per page and column; within a page values are compared as they are.
      const first = firsts.get(name);
      if (first === undefined) {
        firsts.set(name, value);
        const mark = hashOf(value).slice(0, 8);
        column.distinct = column.mark === null || column.mark === mark ? 1 : 2;
        column.mark ??= mark;
      } else if (first !== value) {
        column.distinct = 2;
      }
    }
  }
  return Object.fromEntries(columns);
}

/** Several streams of one source as one: a column counts over the streams that have it. */
export function joinShapes(
  streams: readonly { readonly shape: ReadShape; readonly rows: number }[],
): Readonly<Record<string, ColumnShape>> {
  const names = [...new Set(streams.flatMap((stream) => Object.keys(stream.shape)))].sort();
  return Object.fromEntries(names.map((name) => [name, joinColumn(name, streams)]));
}
function joinColumn(
  name: string,
  streams: readonly { readonly shape: ReadShape; readonly rows: number }[],
): ColumnShape {
  let rows = 0;
  let filled = 0;
  let max: number | null = null;
  const marks = new Set<string>();
  let varies = false;
  for (const stream of streams) {
    const column = stream.shape[name];
    if (column === undefined) continue;
    rows += stream.rows;
    filled += column.filled;
    if (column.mark !== null) marks.add(column.mark);
    varies ||= column.distinct > 1;
    if (column.max !== null && (max === null || column.max > max)) max = column.max;
  }
  return {
    nullShare: rows === 0 ? 0 : 1 - filled / rows,
    distinct: varies ? 2 : Math.min(marks.size, 2),
    max,
  };
}
