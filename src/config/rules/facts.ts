// Which facts there are and of what type: what conditions and texts may name. Everything that mentions a fact is checked
// against this one list.

import { builtInFacts } from '../../domain/decisions.ts';
import { familyModel } from '../../domain/family.ts';
import { nearest, shown } from '../problem.ts';
import { type Mention, mentions } from '../schema/condition.ts';
import { isDay } from '../schema/pieces.ts';
import { slipOfValue } from '../slips/value.ts';
import type { Finding, Parts, Tell } from './rule.ts';

/** A fact as far as conditions care. `values` are all it can be, where that is known. */
export interface Fact {
  readonly type: 'number' | 'text' | 'boolean' | 'day' | 'any';
  readonly values?: readonly string[];
}
export type Facts = ReadonlyMap<string, Fact>;

/** What an account's facts are made of. */
export type FactParts = Pick<Parts, 'sources' | 'metrics' | 'scorecard' | 'segments' | 'flags'>;
export const factParts = ['sources', 'metrics', 'scorecard', 'segments', 'flags'] as const;

const bands = ['green', 'yellow', 'red', 'unknown', 'not_scored'];
const builtIn: Readonly<Record<(typeof builtInFacts)[number], Fact>> = {
  score: { type: 'number' },
  band: { type: 'text', values: bands },
  band_before: { type: 'text', values: bands },
  alert: { type: 'boolean' },
  coverage: { type: 'number' },
  confidence: { type: 'text', values: ['high', 'medium', 'low', 'none'] },
  trend: { type: 'text', values: ['up', 'flat', 'down'] },
  delta_7d: { type: 'number' },
  delta_30d: { type: 'number' },
  drop_alert: { type: 'boolean' },
  model: { type: 'text' },
  capped: { type: 'boolean' },
  cap_names: { type: 'text' },
  touch_model: { type: 'text' },
  upsell_flag: { type: 'boolean' },
  name: { type: 'text' },
  account: { type: 'text' },
  owner: { type: 'text' },
  parked: { type: 'boolean' },
  child_count: { type: 'number' },
  red_child_count: { type: 'number' },
  worst_child_score: { type: 'number' },
};

/**
 * All facts of an account: built-in names, metrics, dimensions, caps (`cap_notice`), segments, flags, matrices and what the
 * rosters say.
 */
export function accountFacts(parts: FactParts): Facts {
  const facts = new Map<string, Fact>(attributeFacts(parts));
  for (const name of builtInFacts) facts.set(name, builtIn[name]);
  facts.set('model', { type: 'text', values: [...parts.scorecard.models.map((model) => model.id), familyModel] });
  for (const name of Object.keys(parts.scorecard.dimensions)) facts.set(`dimension_${name}`, { type: 'number' });
  for (const cap of parts.scorecard.caps) facts.set(`cap_${cap.name}`, { type: 'boolean' });
  for (const name of Object.keys(parts.scorecard.matrices)) facts.set(name, { type: 'any' });
  for (const name of Object.keys(parts.flags.flags)) facts.set(name, { type: 'boolean' });
  for (const [name, segment] of Object.entries(parts.segments.segments))
    facts.set(name, { type: 'text', values: segment.values.map((value) => value.value) });
  for (const [name, metric] of Object.entries(parts.metrics.metrics)) facts.set(name, metricFact(metric.unit));
  return facts;
}

/** What the rosters say about an account. */
export function attributeFacts(parts: Pick<Parts, 'sources'>): Facts {
  const facts = new Map<string, Fact>();
  for (const source of Object.values(parts.sources.sources)) {
    if (source.holds !== 'roster') continue;
    for (const [name, column] of Object.entries(source.columns)) {
      const fact = columnFact(column);
      const known = facts.get(name);
      facts.set(name, known === undefined || known.type === fact.type ? fact : { type: 'any' });
    }
  }
  return facts;
}

/** The columns of one source, and what every row has besides. */
export function rowFacts(parts: Pick<Parts, 'sources'>, source: string): Facts {
  const found = parts.sources.sources[source];
  const facts = new Map<string, Fact>([
    ['contact', { type: 'text' }],
    ['contact_role', { type: 'text', values: ['champion', 'decision_maker', 'star_user', 'user'] }],
    ['stream', { type: 'text' }],
  ]);
  // What the contact sources know of the person who did it: contact_title, contact_department.
  for (const people of Object.values(parts.sources.sources)) {
    if (people.holds !== 'contacts') continue;
    for (const [name, column] of Object.entries(people.columns))
      if (name !== 'role') facts.set(`contact_${name}`, columnFact(column));
  }
  for (const [name, column] of Object.entries(found?.columns ?? {})) facts.set(name, columnFact(column));
  return facts;
}

type Column = Parts['sources']['sources'][string]['columns'][string];
export function columnFact(column: Column): Fact {
  const long = typeof column === 'string' ? { type: column, map: null } : column;
  if (long.map !== null) {
    const values = Object.values(long.map).filter((value) => value !== null);
    if (values.every((value) => typeof value === 'number')) return { type: 'number' };
    if (values.every((value) => typeof value === 'boolean')) return { type: 'boolean' };
    if (values.every((value) => typeof value === 'string')) return { type: 'text', values: values as string[] };
    return { type: 'any' };
  }
  if (long.type === 'day' || long.type === 'instant') return { type: 'day' };
  return { type: long.type };
}
function metricFact(unit: Parts['metrics']['metrics'][string]['unit']): Fact {
  if (unit === 'date') return { type: 'day' };
  if (unit === 'yes_no') return { type: 'boolean' };
  return { type: unit === 'text' ? 'text' : 'number' };
}

/** Checks every fact that a condition mentions: it exists, and the operand fits it. */
export function checkCondition(
  given: unknown,
  at: Pick<Finding, 'file' | 'path'>,
  facts: Facts,
  tell: Tell,
  source?: string,
): void {
  for (const mention of mentions(given, at.path)) {
    const fact = facts.get(mention.fact);
    if (fact === undefined) {
      const near = nearest(mention.fact, facts.keys());
      tell({
        file: at.file,
        path: mention.factPath,
        at: 'key',
        what: `nobody knows the fact ${mention.fact}`,
        why:
          source === undefined
            ? 'it is no metric, dimension, segment or attribute'
            : `it is no column of the source ${source}`,
        fix: near === null ? 'Correct the name, or define it first.' : `Did you mean ${near}?`,
      });
    } else checkOperand(mention, fact, at.file, tell);
  }
}

const typeWords: Readonly<Record<Fact['type'], string>> = {
  number: 'a number',
  text: 'text',
  boolean: 'yes/no',
  day: 'a day',
  any: 'anything',
};
const comparing = ['above', 'below', 'at_least', 'at_most', 'between'];

function checkOperand(mention: Mention, fact: Fact, file: string, tell: Tell): void {
  const { operator, fact: name, path } = mention;
  if (fact.type === 'any' || operator === 'missing') return;
  const operands = Array.isArray(mention.value) ? mention.value : [mention.value];
  if (comparing.includes(operator) && fact.type !== 'number' && fact.type !== 'day') {
    tell({
      file,
      path,
      what: `${operator} compares numbers and days; ${name} is ${typeWords[fact.type]}`,
      why: 'the answer would always be unknown',
      fix:
        fact.type === 'boolean'
          ? `Write:   ${name}: true`
          : `Write the values that count:   ${name}: [${(fact.values ?? ['a', 'b']).slice(0, 2).join(', ')}]`,
    });
    return;
  }
  if (operator === 'contains') {
    if (fact.type !== 'text') {
      tell({
        file,
        path,
        what: `contains looks into text; ${name} is ${typeWords[fact.type]}`,
        why: 'the answer would always be unknown',
        fix: 'Use is, at_least or at_most.',
      });
    }
    return;
  }
  for (const operand of operands) {
    if (!fits(operand, fact)) {
      const wanted = fact.type === 'day' ? 'a day, like 2026-04-01' : typeWords[fact.type];
      const slip = fact.type === 'text' ? null : slipOfValue(operand, fact.type);
      if (slip !== null) {
        tell({
          file,
          path,
          what: `${name} needs ${wanted}; ${shown(operand)} ${slip.is}`,
          why: 'the two cannot be compared',
          fix:
            slip.instead === null
              ? 'Write the one that is meant.'
              : `Write:   ${operator === 'is' ? name : operator}: ${slip.instead}`,
        });
        return;
      }
      tell({
        file,
        path,
        what: `${operator} needs ${wanted}; "${String(operand)}" is ${typeOf(operand)}`,
        why: `${name} is ${typeWords[fact.type]}, and the two cannot be compared`,
        fix:
          fact.type === 'number'
            ? `Write a number:   ${operator}: 90`
            : fact.type === 'boolean'
              ? `Write true or false:   ${name}: true`
              : `Write ${wanted}.`,
      });
      return;
    }
    if (fact.values !== undefined && typeof operand === 'string' && !fact.values.includes(operand)) {
      const near = nearest(operand.replaceAll(/[“”‘’「」『』［］｛｝]/g, ''), fact.values);
      if (/^[［｛「『“]/.test(operand)) {
        tell({
          file,
          path,
          what: `${name} is compared with ${shown(operand)}: its brackets or quotes are full-width ones`,
          why: 'only half-width marks make lists and hold texts together; these are read as letters',
          fix: `Switch the keyboard to half-width (英数) and write:   ${name}: [${fact.values.slice(0, 2).join(', ')}]`,
        });
        continue;
      }
      tell({
        file,
        path,
        what: `${name} is never "${operand}"`,
        why: `it is one of ${fact.values.join(', ')}`,
        fix: near === null ? 'Use one of them.' : `Did you mean ${near}?`,
      });
    }
  }
}
function fits(operand: unknown, fact: Fact): boolean {
  if (fact.type === 'number') return typeof operand === 'number';
  if (fact.type === 'boolean') return typeof operand === 'boolean';
  if (fact.type === 'day') return typeof operand === 'string' && isDay(operand);
  return typeof operand === 'string';
}
function typeOf(operand: unknown): string {
  if (typeof operand === 'string') return isDay(operand) ? 'a day' : 'text';
  return typeof operand === 'number' ? 'a number' : 'yes/no';
}
