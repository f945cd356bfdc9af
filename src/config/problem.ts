// A problem in the admin's files: where it stands, what is wrong, why it matters, how to mend it. Every problem of every
// file is told at once, in one form. Nothing here decides what is a problem.

import type { Problem } from '../domain/nouns.ts';

/** A problem with the path inside its file and the name of the rule that found it. */
export interface ConfigProblem extends Problem {
  /** `plays.renewal_risk.when.all[0].days_to_renewal.at_most`; empty for the file as a whole. */
  readonly path: string;
  /** `weights_add_up`, `schema`, `yaml`, `secrets`: what found it. */
  readonly rule: string;
}

/** A way through a file: keys and positions in lists. */
export type Path = readonly (string | number)[];

/** Writes a path as people do: `plays.renewal_risk.when.all[0].band`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

/**
 * Three lines for a terminal: place and path; what and why; how to mend it. A fix may hold several lines.
 * `config/plays.yaml:5:38  plays.renewal_risk.when.all[0].days_to_renewal.at_most`
 */
export function formatProblem(problem: Problem & { readonly path?: string }): string {
  const place = problem.path ? `${problem.where}  ${problem.path}` : problem.where;
  const code = problem.severity === 'warning' ? `warning ${problem.code}: ` : '';
  const said = `${code}${problem.what}${problem.why === '' ? '' : `; ${problem.why}`}`.replace(/\.?$/, '.');
  const lines = [place, `  ${said}`];
  if (problem.fix !== '') lines.push(...problem.fix.split('\n').map((line) => `  ${line}`));
  return lines.join('\n');
}

/** Sorted by file, line and column, so that a person walks through each file once, from the top. */
export function inReadingOrder<P extends Problem>(problems: readonly P[]): P[] {
  const place = (problem: Problem) => {
    const match = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(problem.where);
    return { file: match?.[1] ?? '', line: Number(match?.[2] ?? 0), column: Number(match?.[3] ?? 0) };
  };
  return problems
    .map((problem) => ({ problem, ...place(problem) }))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
    .map(({ problem }) => problem);
}

/** Shows a given value in a message: short, quoted when it is text, never more than a glance. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`;
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a group of settings';
  return String(value);
}

/** What kind of value it is, in a word an admin knows. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of settings';
  if (typeof value === 'boolean') return 'yes/no';
  return 'a number';
}

/** The nearest of the known names, for "did you mean"; null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  // Full-width letters, hyphens and blanks are the same word to a person.
  const given = name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  let best: string | null = null;
  let least = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of known) {
    const far = distance(given, candidate.toLowerCase(), least);
    if (far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** Edits between two words, neighbours swapped counting as one (optimal string alignment); given up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] as number) + 1 : change;
      next.push(Math.min(change, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
