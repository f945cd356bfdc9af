// Conditions as an admin writes them: words as operators, short forms for the usual cases. They are parsed by hand,
// because the keys are names of facts and the messages must name the operator, the operand and the way out. Whether
// the facts exist and fit their operands is asked later, by the rules, when all files are known.

import { z } from 'zod';
import type { Condition as LongCondition, Operator } from '../../domain/decisions.ts';
import type { Value } from '../../domain/nouns.ts';
import { kindOf, nearest, type Path, shown } from '../problem.ts';
import { conditionSlip, joinSlip, operatorSlip } from '../slips/condition.ts';
import { slipOfValue } from '../slips/value.ts';
import { isDay } from './pieces.ts';

/** What is wrong with a condition, and where in it. */
export interface ConditionFault {
  readonly path: Path;
  /** Whether the key is at fault rather than its value. */
  readonly at?: 'key';
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

const operators: readonly Operator[] = [
  'is',
  'is_not',
  'one_of',
  'above',
  'below',
  'at_least',
  'at_most',
  'between',
  'contains',
  'missing',
];
/** Operators that compare sizes: numbers with numbers, days with days. */
const comparing: ReadonlySet<string> = new Set(['above', 'below', 'at_least', 'at_most']);

/** Short form → long form; null when there are faults, all of which are told. */
export function completeCondition(
  given: unknown,
  tell: (fault: ConditionFault) => void,
  path: Path = [],
): LongCondition | null {
  if (given === undefined || given === null) {
    tell({
      path,
      what: 'a condition is needed',
      why: 'nothing stands here',
      fix: 'Write for example:   band: [yellow, red]',
    });
    return null;
  }
  if (Array.isArray(given)) {
    tell({
      path,
      what: 'a list of conditions needs a word before it',
      why: 'it is not clear whether all or any of them must hold',
      fix: 'Write all: or any: and the list below it.',
    });
    return null;
  }
  if (typeof given !== 'object') {
    const slip = typeof given === 'string' ? conditionSlip(given) : null;
    tell({
      path,
      ...(slip ?? {
        what: `a condition names a fact and what it should be; ${shown(given)} is ${kindOf(given)}`,
        why: 'there is nothing to compare',
        fix: 'Write for example:   score: {below: 40}',
      }),
    });
    return null;
  }
  const clauses = Object.entries(given).map(([key, value]) => clause(key, value, tell, path));
  if (clauses.length === 0) {
    tell({
      path,
      what: 'a condition is needed',
      why: 'the braces are empty',
      fix: 'Write for example:   score: {below: 40}',
    });
    return null;
  }
  if (clauses.some((one) => one === null)) return null;
  const good = clauses as LongCondition[];
  return good.length === 1 ? (good[0] as LongCondition) : { all: good };
}

function clause(key: string, value: unknown, tell: (fault: ConditionFault) => void, path: Path): LongCondition | null {
  const here = [...path, key];
  if (key === 'all' || key === 'any') {
    if (!Array.isArray(value) || value.length === 0) {
      tell({
        path: here,
        what: `${key} needs a list of conditions; ${shown(value)} is ${kindOf(value)}`,
        why: 'with nothing in it, it would always say the same',
        fix: `Write one condition per line below ${key}:, each with a leading dash.`,
      });
      return null;
    }
    const of = value.map((item, index) => completeCondition(item, tell, [...here, index]));
    if (of.some((one) => one === null)) return null;
    return key === 'all' ? { all: of as LongCondition[] } : { any: of as LongCondition[] };
  }
  if (key === 'not') {
    const inner = completeCondition(value, tell, here);
    return inner === null ? null : { not: inner };
  }
  const join = joinSlip(key, value);
  if (join !== null) {
    tell({ path: here, at: 'key', ...join });
    return null;
  }
  if (!/^[a-z][a-z0-9_]*$/.test(key)) {
    tell({
      path: here,
      at: 'key',
      what: `"${key}" cannot be the name of a fact`,
      why: 'names are small letters, digits and _',
      fix: nameFix(key),
    });
    return null;
  }
  if (operators.includes(key as Operator)) {
    tell({
      path: here,
      at: 'key',
      what: `${key} stands where the name of a fact is expected`,
      why: 'it is not clear what to compare',
      fix: `Name the fact first:   days_to_renewal: {${key}: …}`,
    });
    return null;
  }
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    tell({
      path: here,
      at: 'key',
      what: `${key} cannot join conditions`,
      why: 'conditions are joined by all and any',
      fix: 'Write all: or any: instead.',
    });
    return null;
  }
  return leaf(key, value, tell, here);
}

function nameFix(key: string): string {
  const name = key
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return /^[a-z][a-z0-9_]*$/.test(name)
    ? `Write it in small letters:   ${name}`
    : 'Use the name from metrics.yaml (the word before the colon, not its label) or from a column in sources.yaml.';
}

function leaf(fact: string, value: unknown, tell: (fault: ConditionFault) => void, path: Path): LongCondition | null {
  if (value === null || value === undefined) {
    tell({
      path,
      at: 'key',
      what: `${fact} has nothing to be compared with`,
      why: 'the value is empty',
      fix: `Write ${fact}: {missing: true} to ask whether it is unknown.`,
    });
    return null;
  }
  if (Array.isArray(value)) return operated(fact, 'one_of', value, tell, path);
  if (typeof value !== 'object') return operated(fact, 'is', value, tell, path);
  const parts = Object.entries(value).map(([operator, operand]) => {
    if (!operators.includes(operator as Operator)) {
      const near = operatorSlip(operator) ?? nearest(operator, operators);
      tell({
        path: [...path, operator],
        at: 'key',
        what: `${operator} is no word for comparing`,
        why: `the words are ${operators.join(', ')}`,
        fix: near === null ? 'Use one of them.' : `Did you mean ${near}?`,
      });
      return null;
    }
    return operated(fact, operator as Operator, operand, tell, [...path, operator]);
  });
  if (parts.length === 0) {
    tell({
      path,
      what: `${fact} has nothing to be compared with`,
      why: 'the braces are empty',
      fix: `Write for example:   ${fact}: {at_least: 1}`,
    });
    return null;
  }
  if (parts.some((part) => part === null)) return null;
  return parts.length === 1 ? (parts[0] as LongCondition) : { all: parts as LongCondition[] };
}

/** An operand that fits its operator; whether it fits the fact is a rule's question. */
function operated(
  fact: string,
  operator: Operator,
  value: unknown,
  tell: (fault: ConditionFault) => void,
  path: Path,
): LongCondition | null {
  const refuse = (what: string, why: string, fix: string) => {
    tell({ path, what, why, fix });
    return null;
  };
  if (comparing.has(operator)) {
    if (typeof value === 'number' && Number.isFinite(value)) return { fact, operator, value };
    if (typeof value === 'string' && isDay(value)) return { fact, operator, value };
    const slip = slipOfValue(value, 'number') ?? slipOfValue(value, 'day');
    if (slip !== null) {
      return refuse(
        `${operator} needs a number or a day; ${shown(value)} ${slip.is}`,
        'sizes cannot be compared with that',
        slip.instead === null
          ? 'Write the one that is meant.'
          : `Write:   ${operator}: ${slip.instead}${slip.is.startsWith('has a percent') ? `   or, for a ratio,   ${operator}: ${Number(slip.instead) / 100}` : ''}`,
      );
    }
    return refuse(
      `${operator} needs a number; ${shown(value)} is ${kindOf(value)}`,
      'sizes cannot be compared with that',
      `Write a number:   ${operator}: 90`,
    );
  }
  if (operator === 'between') {
    const pair = Array.isArray(value) && value.length === 2 ? value : null;
    const bothNumbers = pair?.every((end) => typeof end === 'number' && Number.isFinite(end)) ?? false;
    const bothDays = pair?.every((end) => typeof end === 'string' && isDay(end)) ?? false;
    if (pair === null || !(bothNumbers || bothDays)) {
      return refuse(
        'between needs two numbers',
        `${shown(value)} is ${kindOf(value)}`,
        'Write the lower and the upper end:   between: [30, 60]',
      );
    }
    if (pair[0] > pair[1])
      return refuse(
        'between has its ends the wrong way round',
        `${pair[0]} is above ${pair[1]}`,
        `Write:   between: [${pair[1]}, ${pair[0]}]`,
      );
    return { fact, operator, value: pair as readonly Value[] };
  }
  if (operator === 'missing') {
    if (typeof value === 'boolean') return { fact, operator, value };
    return refuse(
      `missing needs true or false; ${shown(value)} is ${kindOf(value)}`,
      'it asks whether the fact is unknown',
      'Write:   missing: true',
    );
  }
  if (operator === 'one_of') {
    if (Array.isArray(value) && value.length > 0 && value.every(isPlain))
      return { fact, operator, value: value as readonly Value[] };
    return refuse(
      'one_of needs a list of plain values',
      `${shown(value)} is ${kindOf(value)}`,
      'Write:   one_of: [yellow, red]',
    );
  }
  if (isPlain(value)) return { fact, operator, value: value as Value };
  return refuse(
    `${operator} needs one plain value; ${shown(value)} is ${kindOf(value)}`,
    'there is nothing to compare with',
    `Write:   ${operator}: yellow`,
  );
}
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** The schema of a condition; JSON Schemas take {@link conditionJsonSchema} in its place. */
export const Condition = z
  .unknown()
  .superRefine((given, context) => {
    completeCondition(given, (fault) =>
      context.addIssue({
        code: 'custom',
        message: fault.what,
        path: [...fault.path],
        params: { why: fault.why, fix: fault.fix, at: fault.at },
      }),
    );
  })
  .meta({
    id: 'Condition',
    description:
      'A condition in words: fact: value, fact: [values], fact: {at_least: 3}; joined by all, any, not. Answers yes, no or unknown.',
  });

const plain = { type: ['string', 'number', 'boolean'] };
const size = { type: ['number', 'string'] };
const operand = (description: string, schema: object) => ({ description, ...schema });
/** What an editor is told about conditions, draft-7. */
export const conditionJsonSchema = {
  description: 'A condition in words. Facts are metrics, dimensions, segments, attributes and built-in names.',
  type: 'object',
  minProperties: 1,
  properties: {
    all: {
      description: 'Every one must hold.',
      type: 'array',
      minItems: 1,
      items: { $ref: '#/definitions/Condition' },
    },
    any: {
      description: 'One of them is enough.',
      type: 'array',
      minItems: 1,
      items: { $ref: '#/definitions/Condition' },
    },
    not: { description: 'Must not hold; an unknown stays unknown.', allOf: [{ $ref: '#/definitions/Condition' }] },
  },
  additionalProperties: {
    description: 'A fact, and what it should be: one value, a list of values, or words with values.',
    anyOf: [
      plain,
      { type: 'array', minItems: 1, items: plain },
      {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: {
          is: operand('Equal to.', plain),
          is_not: operand('Different from.', plain),
          one_of: operand('One of these.', { type: 'array', minItems: 1, items: plain }),
          above: operand('Greater than, not equal.', size),
          below: operand('Less than, not equal.', size),
          at_least: operand('Greater than or equal.', size),
          at_most: operand('Less than or equal.', size),
          between: operand('From the first to the second, both included.', {
            type: 'array',
            minItems: 2,
            maxItems: 2,
            items: size,
          }),
          contains: operand('Has this in it.', plain),
          missing: operand('true: nobody knows it. false: it is known.', { type: 'boolean' }),
        },
      },
    ],
  },
};

/** One place where a condition names a fact. */
export interface Mention {
  readonly fact: string;
  readonly factPath: Path;
  readonly operator: Operator;
  readonly value: unknown;
  readonly path: Path;
}
/** All facts a condition names, each with its place. For conditions that the schema has accepted. */
export function mentions(given: unknown, path: Path = []): Mention[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, value]): Mention[] => {
    const here = [...path, key];
    if (key === 'all' || key === 'any')
      return (value as unknown[]).flatMap((item, index) => mentions(item, [...here, index]));
    if (key === 'not') return mentions(value, here);
    const one = (operator: Operator, operand: unknown, at: Path) => ({
      fact: key,
      factPath: here,
      operator,
      value: operand,
      path: at,
    });
    if (Array.isArray(value)) return [one('one_of', value, here)];
    if (typeof value !== 'object') return [one('is', value, here)];
    return Object.entries(value as object).map(([operator, operand]) =>
      one(operator as Operator, operand, [...here, operator]),
    );
  });
}
