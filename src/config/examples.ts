// The admin's own tests of the model, run: each expectation with what came out. How an example is decided is handed in;
// here it is only compared, to the decimals in which people write it.

import type { Decisions, Example } from '../domain/decisions.ts';
import type { Outcome, Value } from '../domain/nouns.ts';
import { roundHalfAway } from '../domain/number.ts';

/** The part of an outcome that examples can expect something of. */
export type Evaluated = Pick<Outcome, 'score' | 'band' | 'alert' | 'segments' | 'flags' | 'plays'>;
/** Decides an example the way a run decides an account. */
export type Evaluate = (example: Example, decisions: Decisions) => Evaluated;

/** One expectation: `score`, `dimensions.usage`, `plays.no_login`. */
export interface Expectation {
  readonly name: string;
  readonly expected: Value;
  readonly actual: Value;
  readonly ok: boolean;
}
export interface ExampleResult {
  readonly name: string;
  /** `config/examples.yaml:12:5`. */
  readonly place: string;
  readonly ok: boolean;
  readonly expectations: readonly Expectation[];
  /** What differs, ready to show: `score is 68.4, expected 70`. */
  readonly differences: readonly string[];
}

/** Runs all examples, in order. An example that cannot be decided at all is a difference, not an end. */
export function runExamples(decisions: Decisions, evaluate: Evaluate): ExampleResult[] {
  return decisions.examples.map((example) => {
    const { name, place } = example;
    let expectations: readonly Expectation[];
    try {
      expectations = compare(example, evaluate(example, decisions));
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      return { name, place, ok: false, expectations: [], differences: [`it cannot be decided: ${says}`] };
    }
    const differences = expectations.filter((one) => !one.ok).map(differenceOf);
    return { name, place, ok: differences.length === 0, expectations, differences };
  });
}

function compare(example: Example, outcome: Evaluated): Expectation[] {
  const { expect } = example;
  const { score } = outcome;
  const found: Expectation[] = [];
  const ask = (name: string, expected: Value | undefined, actual: Value) => {
    if (expected !== undefined) found.push({ name, expected, actual, ok: expected === actual });
  };
  ask('score', rounded(expect.score, 1), rounded(score.value, 1) ?? null);
  ask('raw', rounded(expect.raw, 2), rounded(score.raw, 2) ?? null);
  ask('band', expect.band, outcome.band);
  ask('alert', expect.alert, outcome.alert);
  ask('coverage', rounded(expect.coverage, 2), rounded(score.coverage, 2) ?? null);
  ask('confidence', expect.confidence, score.confidence);
  ask('model', expect.model, score.model.id);
  for (const [name, value] of Object.entries(expect.dimensions ?? {})) {
    const dimension = score.dimensions.find((one) => one.name === name);
    ask(`dimensions.${name}`, rounded(value, 1), rounded(dimension?.value ?? null, 1) ?? null);
  }
  for (const [name, value] of Object.entries(expect.segments ?? {}))
    ask(`segments.${name}`, value, outcome.segments.find((one) => one.name === name)?.value ?? null);
  for (const [name, up] of Object.entries(expect.flags ?? {}))
    ask(`flags.${name}`, up, outcome.flags.find((one) => one.name === name)?.up ?? null);
  for (const name of expect.plays ?? []) ask(`plays.${name}`, 'fires', firing(outcome, name));
  for (const name of expect.quietPlays ?? []) ask(`plays.${name}`, 'stays quiet', firing(outcome, name));
  return found;
}

/** A play asks for something when it fired today, is open, or stands on the checklist of another. */
function firing(outcome: Evaluated, name: string): 'fires' | 'stays quiet' {
  const verdict = outcome.plays.find((one) => one.play === name);
  return verdict !== undefined && ['fired', 'open', 'merged'].includes(verdict.outcome) ? 'fires' : 'stays quiet';
}
function rounded<T extends number | null | undefined>(value: T, digits: number): T | number {
  return typeof value === 'number' ? roundHalfAway(value, digits) : value;
}
function differenceOf({ name, expected, actual }: Expectation): string {
  const text = (value: Value) => (value === null ? 'nothing' : String(value));
  if (expected === 'fires' || expected === 'stays quiet')
    return `${name.replace('plays.', '')} should ${expected === 'fires' ? 'fire' : 'stay quiet'}, but it ${text(actual)}`;
  return `${name} is ${text(actual)}, expected ${text(expected)}`;
}
