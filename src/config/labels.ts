// What a person sees on the record is the label of a metric; what the files want is its name. Where a problem is about a name
// that is somebody's label, the name is told.

import type { ConfigProblem } from './problem.ts';
import type { Parts } from './rules/rule.ts';
import type { Words } from './schema/pieces.ts';

/** Problems about names that nobody knows, with the name that has such a label. */
export function withLabels(problems: readonly ConfigProblem[], parts: Partial<Parts>): ConfigProblem[] {
  return problems.map((problem) => {
    const written = /^"(.+)" cannot be the name of a fact$/.exec(problem.what)?.[1];
    const name = written === undefined ? undefined : nameOf(written, parts);
    return name === undefined ? problem : { ...problem, fix: `That is its label. Write its name:   ${name}` };
  });
}

function nameOf(label: string, parts: Partial<Parts>): string | undefined {
  const asked = plain(label);
  const labelled: [string, Words | undefined][] = [
    ...Object.entries(parts.metrics?.metrics ?? {}).map(([name, { label }]): [string, Words | undefined] => [
      name,
      label,
    ]),
    ...Object.entries(parts.segments?.segments ?? {}).map(([name, { label }]): [string, Words | undefined] => [
      name,
      label,
    ]),
    ...Object.entries(parts.scorecard?.dimensions ?? {}).map(([name, label]): [string, Words | undefined] => [
      `dimension_${name}`,
      label,
    ]),
  ];
  return labelled.find(([, words]) => words !== undefined && labelsOf(words).map(plain).includes(asked))?.[0];
}
function labelsOf(words: Words): string[] {
  return typeof words === 'string' ? [words] : [words.en, words.ja];
}
function plain(text: string): string {
  return text.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toLowerCase();
}
