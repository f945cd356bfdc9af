// What a command prints: results on stdout, as text or as exactly one JSON document; everything else on stderr. Colour
// only on a terminal, progress only on a terminal. Tables count wide characters right.

import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { ErrorProblem, KenkoError } from '../lib/errors.ts';
import { ConfigError, DriftError } from '../lib/errors.ts';
import { scrub } from '../lib/log.ts';

export interface Output {
  readonly json: boolean;
  readonly color: boolean;
  readonly interactive: boolean;
  /** Results. Secrets that this process was given are taken out, here and in `err`. */
  out(text: string): void;
  err(text: string): void;
  /** Results as they are: for the pretend tokens of the sandbox, which are there to be copied. */
  asIs(text: string): void;
}
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export function paint(output: Pick<Output, 'color'>, style: Style, text: string): string {
  return output.color ? styleText(style, text, { validateStream: false }) : text;
}

/** Prints lines of text on stdout; nothing with --json. */
export function say(output: Output, ...lines: readonly string[]): void {
  if (!output.json) output.out(`${lines.join('\n')}\n`);
}
/** Prints the one JSON document; nothing without --json. */
export function sayJson(output: Output, document: unknown): void {
  if (output.json) output.out(`${JSON.stringify(document, null, 2)}\n`);
}

/** A table without vertical noise. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  align: readonly ('left' | 'right')[] = [],
): string {
  const made = new Table({
    head: [...head],
    colAligns: [...align],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
  made.push(...rows.map((row) => row.map(String)));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A problem on three lines: where, what with why, how to fix. */
export function problemText(output: Pick<Output, 'color'>, problem: ErrorProblem): string {
  const mark = problem.severity === 'error' ? paint(output, 'red', 'error') : paint(output, 'yellow', 'warning');
  const lines = [
    `${mark}  ${paint(output, 'bold', scrub(problem.where))}  ${problem.code}`,
    `  ${scrub(problem.what)}`,
  ];
  if (problem.why !== '') lines.push(`  ${scrub(problem.why)}`);
  if (problem.fix !== '')
    lines.push(
      ...scrub(problem.fix)
        .split('\n')
        .map((line) => `  ${paint(output, 'cyan', line)}`),
    );
  return lines.join('\n');
}

/** An error for people: summary, where, why, what to do. */
export function errorText(output: Pick<Output, 'color'>, error: KenkoError): string {
  const lines = [`${paint(output, 'red', 'error')}  ${error.code}  ${scrub(error.message)}`];
  if (error.where !== '') lines.push(`  at    ${scrub(error.where)}`);
  if (error.why !== '') lines.push(`  why   ${scrub(error.why)}`);
  if (error.fix !== '')
    lines.push(
      ...scrub(error.fix)
        .split('\n')
        .map((line, index) => `  ${index === 0 ? 'do    ' : ''}${line}`),
    );
  const problems = error instanceof ConfigError || error instanceof DriftError ? error.problems : [];
  return [lines.join('\n'), ...problems.map((problem) => problemText(output, problem))].join('\n\n');
}

/** The same as data, for --json. */
export function errorJson(error: KenkoError): Readonly<Record<string, unknown>> {
  const problems = error instanceof ConfigError || error instanceof DriftError ? error.problems : [];
  return {
    error: {
      code: error.code,
      exitCode: error.exitCode,
      what: scrub(error.message),
      where: scrub(error.where),
      why: scrub(error.why),
      fix: scrub(error.fix),
      problems: problems.map((problem) => ({
        ...problem,
        where: scrub(problem.where),
        what: scrub(problem.what),
        why: scrub(problem.why),
        fix: scrub(problem.fix),
      })),
    },
  };
}

/** A value as a plan shows it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string')
    return value.includes('\n') ? `${value.split('\n')[0]} …` : value.length > 60 ? `${value.slice(0, 59)}…` : value;
  return String(value);
}
