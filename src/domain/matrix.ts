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
  /** Row by row; null where the table has no cell. */
  readonly cells: readonly (readonly (MatrixCell | null)[])[];
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
  return definitions.map((definition) => {
    const rows = cuts(definition.rows);
    const columns = cuts(definition.columns);
    const cells = rows.map((row) =>
      columns.map((column) => {
        const cell = definition.cells[`${row.name}/${column.name}`];
        return cell === undefined ? null : { row: row.name, column: column.name, ...cell };
      }),
    );
    return { definition, rows, columns, cells };
  });
}

/** The cell of the first row and the first column that say yes; null where either side knows none. */
export function cellOf(matrix: CompiledMatrix, facts: Facts): MatrixCell | null {
  const row = firstOf(matrix.rows, facts);
  return row < 0 ? null : (matrix.cells[row]?.[firstOf(matrix.columns, facts)] ?? null);
}
function firstOf(cuts: readonly Cut[], facts: Facts): number {
  for (let index = 0; index < cuts.length; index++) if (cuts[index]?.when.answer(facts) === 'yes') return index;
  return -1;
}
