// Words as operators, three-valued: a condition answers yes, no or unknown, and the same tree with the facts filled in is
// the explanation. Compiled once to closures, without eval; it must never turn a fact that nobody knows into a no.

import type { Condition, Operator } from './decisions.ts';
import type { Answer, Trace, Value } from './nouns.ts';

/** What conditions and texts read: metrics, attributes, dimensions and built-in names, flat. */
export type Facts = Readonly<Record<string, Value | undefined>>;
/** How one fact is read from a table of facts. */
export type ReadFact = (facts: Facts) => Value | undefined;
/** Finds the way to a fact by its name: once, when a configuration is compiled. */
export interface FactAccess {
  reader(name: string): ReadFact;
  /** The same facts with another value in one place. */
  changer(name: string): (facts: Facts, value: Value) => Facts;
}
/** Facts in a plain object. A run reads them from rows of a fixed layout instead (fact-layout.ts). */
export const byFactName: FactAccess = {
  // Every object has a `toString`; no customer has.
  reader: (name) => (facts) => (Object.hasOwn(facts, name) ? facts[name] : undefined),
  changer: (name) => (facts, value) => ({ ...facts, [name]: value }),
};

/** How much is told: `brief` is what a run keeps, `explained` also says why, down to each fact. Both decide the same. */
export type Depth = 'brief' | 'explained';
/** An answer without its reasons. */
export const answered: Readonly<Record<Answer, Trace>> = {
  yes: { answer: 'yes', kind: 'answer' },
  no: { answer: 'no', kind: 'answer' },
  unknown: { answer: 'unknown', kind: 'answer' },
};
/** The answer of a condition with as much of its reasons as are asked for. */
export function told(condition: CompiledCondition, facts: Facts, depth: Depth): Trace {
  return depth === 'explained' ? condition.trace(facts) : answered[condition.answer(facts)];
}

export interface CompiledCondition {
  answer(facts: Facts): Answer;
  /** The condition with the facts filled in; the same answer, every branch looked at. */
  trace(facts: Facts): Trace;
}

/**
 * Compiles a condition. `all`: one no decides, else one unknown makes it unknown; `any`: one yes decides; `not` leaves
 * unknown as it is. A leaf is unknown when its fact is undefined or null, or of another kind than the comparison (text
 * above a number); only `missing` answers for absent facts. Nothing in `all` is yes, nothing in `any` is no.
 */
export function compile(condition: Condition, access: FactAccess = byFactName): CompiledCondition {
  const below = (part: Condition): CompiledCondition => compile(part, access);
  if ('all' in condition) return many('all', condition.all.map(below));
  if ('any' in condition) return many('any', condition.any.map(below));
  if ('not' in condition) return not(below(condition.not));
  return leaf(condition.fact, access.reader(condition.fact), condition.operator, condition.value);
}

const compiled = new WeakMap<Condition, CompiledCondition>();
/** {@link compile}, remembered for as long as the condition itself is. For conditions met inside of loops. */
export function compileOnce(condition: Condition): CompiledCondition {
  let known = compiled.get(condition);
  if (known === undefined) {
    known = compile(condition);
    compiled.set(condition, known);
  }
  return known;
}

/** Names of the facts a condition asks for, each once, in the order of asking. */
export function factsOf(condition: Condition): string[] {
  const names = new Set<string>();
  const visit = (part: Condition): void => {
    if ('all' in part) part.all.forEach(visit);
    else if ('any' in part) part.any.forEach(visit);
    else if ('not' in part) visit(part.not);
    else names.add(part.fact);
  };
  visit(condition);
  return [...names];
}

function many(kind: 'all' | 'any', parts: readonly CompiledCondition[]): CompiledCondition {
  const [decides, otherwise] = (kind === 'all' ? ['no', 'yes'] : ['yes', 'no']) as [Answer, Answer];
  return {
    answer(facts) {
      let answer: Answer = otherwise;
      for (const part of parts) {
        const given = part.answer(facts);
        if (given === decides) return decides;
        if (given === 'unknown') answer = 'unknown';
      }
      return answer;
    },
    trace(facts) {
      const of = parts.map((part) => part.trace(facts));
      let answer: Answer = otherwise;
      for (const part of of) {
        if (part.answer === decides) answer = decides;
        else if (part.answer === 'unknown' && answer !== decides) answer = 'unknown';
      }
      return { answer, kind, of };
    },
  };
}

function not(part: CompiledCondition): CompiledCondition {
  const turn = (answer: Answer): Answer => (answer === 'unknown' ? answer : answer === 'yes' ? 'no' : 'yes');
  return {
    answer: (facts) => turn(part.answer(facts)),
    trace(facts) {
      const inner = part.trace(facts);
      return { answer: turn(inner.answer), kind: 'not', of: [inner] };
    },
  };
}

type Known = string | number | boolean;
type Test = (actual: Known) => Answer;

function leaf(fact: string, read: ReadFact, operator: Operator, expected: Value | readonly Value[]): CompiledCondition {
  const answer =
    operator === 'missing'
      ? missing(read, expected !== false)
      : (numeric(read, operator, expected) ?? present(read, testFor(operator, expected)));
  return {
    answer,
    trace(facts) {
      const actual = read(facts);
      return { answer: answer(facts), kind: operator, fact, expected, actual: isKnown(actual) ? actual : null };
    },
  };
}
function present(read: ReadFact, test: Test): (facts: Facts) => Answer {
  return (facts) => {
    const actual = read(facts);
    return isKnown(actual) ? test(actual) : 'unknown';
  };
}
/** Comparisons with a number in one step: they are most of all leaves, and every account is asked all of them. */
function numeric(
  read: ReadFact,
  operator: Operator,
  expected: Value | readonly Value[],
): ((facts: Facts) => Answer) | null {
  const [low, high] = typeof expected === 'object' && expected !== null ? expected : [expected, null];
  if (typeof low !== 'number') return null;
  const asked =
    (holds: (actual: number) => boolean) =>
    (facts: Facts): Answer => {
      const actual = read(facts);
      return typeof actual === 'number' && !Number.isNaN(actual) ? (holds(actual) ? 'yes' : 'no') : 'unknown';
    };
  switch (operator) {
    case 'above':
      return asked((actual) => actual > low);
    case 'below':
      return asked((actual) => actual < low);
    case 'at_least':
      return asked((actual) => actual >= low);
    case 'at_most':
      return asked((actual) => actual <= low);
    case 'between':
      return typeof high === 'number' ? asked((actual) => actual >= low && actual <= high) : null;
    default:
      return null;
  }
}
function missing(read: ReadFact, wanted: boolean): (facts: Facts) => Answer {
  return (facts) => (isKnown(read(facts)) === wanted ? 'no' : 'yes');
}
// Names like "constructor" find functions on plain objects; by type they are as absent as any other name.
function isKnown(value: Value | undefined): value is Known {
  const type = typeof value;
  return type === 'string' || type === 'boolean' || (type === 'number' && !Number.isNaN(value));
}

function testFor(operator: Operator, expected: Value | readonly Value[]): Test {
  const list: readonly Value[] = typeof expected === 'object' && expected !== null ? expected : [expected];
  const first = list[0] ?? null;
  switch (operator) {
    case 'is':
    case 'one_of':
      return list.length === 1 ? (actual) => yesNo(actual === first) : (actual) => yesNo(list.includes(actual));
    case 'is_not':
      return list.length === 1 ? (actual) => yesNo(actual !== first) : (actual) => yesNo(!list.includes(actual));
    case 'above':
      return compared(first, (order) => order > 0);
    case 'below':
      return compared(first, (order) => order < 0);
    case 'at_least':
      return compared(first, (order) => order >= 0);
    case 'at_most':
      return compared(first, (order) => order <= 0);
    case 'between': {
      const low = compared(first, (order) => order >= 0);
      const high = compared(list[1] ?? null, (order) => order <= 0);
      return (actual) => {
        const above = low(actual);
        return above === 'yes' ? high(actual) : above;
      };
    }
    case 'contains':
      return (actual) =>
        typeof actual === 'string'
          ? yesNo(list.some((part) => part !== null && actual.includes(String(part))))
          : 'unknown';
    case 'missing':
      return () => 'no';
  }
}
/** Numbers with numbers, days with days; anything else cannot be compared and is unknown. */
function compared(expected: Value, holds: (order: number) => boolean): Test {
  if (typeof expected === 'number')
    return (actual) => (typeof actual === 'number' ? yesNo(holds(actual - expected)) : 'unknown');
  if (typeof expected === 'string' && isDay(expected)) {
    const day = expected.slice(0, 10);
    return (actual) => {
      if (typeof actual !== 'string' || !isDay(actual)) return 'unknown';
      const other = actual.slice(0, 10);
      return yesNo(holds(other < day ? -1 : other > day ? 1 : 0));
    };
  }
  return () => 'unknown';
}
function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(text);
}
function yesNo(holds: boolean): Answer {
  return holds ? 'yes' : 'no';
}
