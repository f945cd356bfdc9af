// SOQL over the store: a real grammar (an independent parser), the running user's permissions, and Salesforce's words for
// queries that do not fit. Gives shaped rows; paging is query.ts's.

import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js';
import { error, WholeRefusal } from './answers.ts';
import { columnMetadata } from './soql-columns.ts';
import { Finder, malformed, type QueryOptions } from './soql-finder.ts';
import { columnsOf, shapeRows } from './soql-shape.ts';
import type { Org } from './state.ts';

export interface QueryRun {
  readonly type: string;
  /** The whole number of matching rows. */
  readonly totalSize: number;
  readonly rows: readonly Record<string, unknown>[];
  /** True for `SELECT COUNT()`: rows is empty, the number is the answer. */
  readonly isCount: boolean;
  /** Types of the columns, as the CLI asks for them. */
  readonly columns: () => readonly Record<string, unknown>[];
  readonly longTexts: number;
  readonly customLongTexts: number;
}
export function runQuery(org: Org, soql: string, options: QueryOptions): QueryRun {
  if (soql.length > 100_000) throw new WholeRefusal(400, error('MALFORMED_QUERY', 'SOQL statement is too long', null));
  const query = parse(soql);
  const finder = new Finder(org, soql, query, options);
  const rows = finder.rows(query);
  const shapes = columnsOf(finder, query);
  const longs = shapes.flatMap((shape) => (shape.field?.kind === 'long_text' ? [shape.field] : []));
  const isCount = shapes.length === 1 && shapes[0]?.kind === 'count';
  const shaped = isCount ? [] : shapeRows(finder, query, shapes, rows);
  return {
    type: finder.type,
    totalSize: isCount ? rows.length : shaped.length,
    rows: shaped,
    isCount,
    columns: () => columnMetadata(shapes),
    longTexts: longs.length,
    customLongTexts: longs.filter((field) => field.custom === true).length,
  };
}

function parse(soql: string): Query {
  try {
    return parseQuery(soql.trim());
  } catch (problem) {
    const found = /found(?: -->|:) '([^']*)'/.exec(problem instanceof Error ? problem.message : '')?.[1] ?? '';
    throw malformed(soql, found);
  }
}
