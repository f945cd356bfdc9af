// Why a file cannot be read, in words. Each finder proposes slips near the place where reading failed; the first whose mend lets
// the reader get further is told, the mended text is read again, and so on: every slip is told once, at its own place, and
// nothing is told that only follows from it.

import { characterFinders } from './characters.ts';
import { linesOf } from './lines.ts';
import { signFinders } from './signs.ts';
import type { Finder, Said, Slip } from './slip.ts';
import { structureFinders } from './structure.ts';

/** Where reading a text fails first: an offset, or null where it can be read. */
export type FailsAt = (text: string) => number | null;
export interface Explained {
  /** In the order of the file; columns and lines begin with 0. */
  readonly slips: readonly (Said & { readonly line: number; readonly column: number })[];
  /** The text with all of them mended. */
  readonly text: string;
  /** False where something remains that no finder knows. */
  readonly isReadable: boolean;
  /** False where a mend left something out. */
  readonly isWhole: boolean;
}

const finders: readonly Finder[] = [...characterFinders, ...signFinders, ...structureFinders];
/** So many characters may be read again while searching; large files get fewer tries, so that none costs more than a moment. */
const readingBudget = 6_000_000;
const mostTries = 240;
const mostSlips = 12;

/** Explains why a text cannot be read. */
export function explain(given: string, failsAt: FailsAt): Explained {
  const slips: Slip[] = [];
  let text = given;
  let failing = failsAt(text);
  let tries = Math.min(mostTries, Math.floor(readingBudget / (text.length + 1)));
  while (failing !== null && slips.length < mostSlips) {
    const lines = linesOf(text);
    const at = lineOf(text, failing);
    let best: { slip: Slip; text: string; failing: number | null; line: number } | null = null;
    for (const slip of finders.flatMap((find) => find({ lines, at }))) {
      if (tries-- <= 0) break;
      const mended = lines.map((line) => slip.mended.get(line.index) ?? line.raw).join('\n');
      if (mended === text) continue;
      const next = failsAt(mended);
      const line = next === null ? Number.POSITIVE_INFINITY : lineOf(mended, next);
      if (line <= Math.max(at, slip.line) + (slip.isGuess === true ? 3 : 0) || (best !== null && line <= best.line))
        continue;
      best = { slip, text: mended, failing: next, line };
      if (next === null) break;
    }
    if (best === null) break;
    slips.push(best.slip);
    text = best.text;
    failing = best.failing;
  }
  return {
    slips: slips
      .map(({ line, column, what, why, fix }) => ({ line, column, what, why, fix }))
      .sort((a, b) => a.line - b.line || a.column - b.column),
    text,
    isReadable: failing === null,
    isWhole: !slips.some((slip) => slip.isPartial === true),
  };
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
