// What a slip is: a mistake of writing that can be named, and the line as it was probably meant. A finder proposes; only what
// makes the file readable again is believed (explain.ts).

import type { Line } from './lines.ts';

/** What happened, why it matters, how to mend it. */
export interface Said {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}
/** A slip at a place, and the lines that would mend it, by their index. */
export interface Slip extends Said {
  readonly line: number;
  readonly column: number;
  readonly mended: ReadonlyMap<number, string>;
  /** Could explain nearly anything: believed only when reading gets well beyond it. */
  readonly isGuess?: true;
  /** The mend leaves something out: what the rest of the file says then cannot be looked at. */
  readonly isPartial?: true;
}
/** What a finder sees: all lines, and the one where reading failed. */
export interface Sight {
  readonly lines: readonly Line[];
  readonly at: number;
}
export type Finder = (sight: Sight) => readonly Slip[];

/** A slip on one line that another text mends. */
export function slipOn(line: Line, column: number, mended: string, said: Said): Slip {
  return { line: line.index, column, mended: new Map([[line.index, mended]]), ...said };
}
/** The lines near the place where reading failed: a slip is seldom further away. */
export function near({ lines, at }: Sight, before = 2, after = 1): readonly Line[] {
  return lines.slice(Math.max(0, at - before), at + after + 1).filter((line) => !line.isText && !line.isBlank);
}
/** Some text of a line in a message: short. */
export function glance(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 48 ? `${trimmed.slice(0, 47)}…` : trimmed;
}
/** A text in double quotes, as YAML wants it. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
