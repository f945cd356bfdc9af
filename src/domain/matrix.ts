// Two facts → a label: usage × NPS, touch × NPS, usage × ROI. Rows and columns are cut by conditions; what no cut knows is no
// cell, not the nearest one.

import { byFactName, type CompiledCondition, compile, type FactAccess, type Facts } from './condition.ts';
import type { MatrixDefinition } from './decisions.ts';
import type { Words } from './nouns.ts';

interface Cut {
  readonly name: string;
  readonly when: CompiledCondition;
}
export interface CompiledMatrix {
  readonly definition: MatrixDefinition;
  readonly rows: readonly Cut[];
  readonly columns: readonly Cut[];
}
export interface MatrixCell {
  readonly row: string;
  readonly column: string;
  readonly value: string | number;
  readonly label: Words;
}

export function compileMatrices(
  definitions: readonly MatrixDefinition[],
  access: FactAccess = byFactName,
): readonly CompiledMatrix[] {
  const cuts = (side: MatrixDefinition['rows']): readonly Cut[] =>
    side.cuts.map(({ name, when }) => ({ name, when: compile(when, access) }));
  return definitions.map((definition) => ({
    definition,
    rows: cuts(definition.rows),
    columns: cuts(definition.columns),
  }));
}

/** The cell of the first row and the first column that say yes; null where either side knows none. */
export function cellOf(matrix: CompiledMatrix, facts: Facts): MatrixCell | null {
  const fits = ({ when }: Cut): boolean => when.answer(facts) === 'yes';
  const row = matrix.rows.find(fits);
  const column = matrix.columns.find(fits);
  if (row === undefined || column === undefined) return null;
  const cell = matrix.definition.cells[`${row.name}/${column.name}`];
  return cell === undefined ? null : { row: row.name, column: column.name, ...cell };
}
