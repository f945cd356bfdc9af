// WHERE of SOQL: from the parsed list with its parentheses to a test of one record, with SOQL's own rules: texts compare
// without case, `!=` and NOT IN let empty values pass, dates are not written in quotes, AND and OR do not mix unbracketed.

import type { WhereClause } from '@jetstreamapp/soql-parser-js';
import type { FieldDefinition, FieldValue } from '../fields.ts';
import type { StoredRecord } from '../records.ts';
import { to18 } from './ids.ts';
import { dateRange } from './soql-dates.ts';

/** A place that a query names: how to read it from a record, and the field at its end. */
export interface Place {
  readonly field: FieldDefinition;
  readonly read: (record: StoredRecord) => FieldValue;
  /** True when the value stands in the record itself, so that an index may answer. */
  readonly isOwn: boolean;
}
/** A function of one field, as the parser has it. */
export interface FunctionCall {
  readonly functionName?: string;
  readonly rawValue?: string;
  readonly parameters?: readonly unknown[];
}
export interface ConditionTools {
  readonly placeOf: (path: string) => Place;
  readonly placeOfFunction: (call: FunctionCall) => Place;
  readonly now: string;
  /** Values of the one column of a semi-join. */
  readonly valuesOf: (query: unknown) => Set<FieldValue>;
  readonly malformed: (message: string) => Error;
  readonly invalidField: (message: string) => Error;
}
export type Test = (record: StoredRecord) => boolean;
export interface Where {
  readonly test: Test;
  /** Conditions that must hold whatever else does: `field` equals one of `values`. */
  readonly musts: readonly { readonly field: string; readonly values: readonly FieldValue[] }[];
  readonly fields: ReadonlySet<string>;
}

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Leaf;
interface Leaf {
  readonly field: string;
  readonly operator: string;
  readonly value?: string | string[];
  readonly literalType?: string | string[];
  readonly valueQuery?: unknown;
  readonly fn?: unknown;
}
type Loose = Leaf & { openParen?: number; closeParen?: number };

function tokensOf(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  let at: WhereClause | undefined = where;
  while (at !== undefined) {
    const left = at.left as Loose | null;
    for (let open = left?.openParen ?? 0; open > 0; open -= 1) tokens.push('(');
    if (left !== null && (left.field !== undefined || left.fn !== undefined)) tokens.push(left);
    for (let close = left?.closeParen ?? 0; close > 0; close -= 1) tokens.push(')');
    if (!('operator' in at)) break;
    tokens.push(at.operator as 'AND' | 'OR' | 'NOT');
    at = at.right;
  }
  return tokens;
}

export function compileWhere(where: WhereClause, tools: ConditionTools): Where {
  const tokens = tokensOf(where);
  const fields = new Set<string>();
  const musts: { field: string; values: readonly FieldValue[] }[] = [];
  let at = 0;
  const one = (isTop: boolean): Test => {
    const token = tokens[at];
    at += 1;
    if (token === 'NOT') {
      const inner = one(false);
      return (record) => !inner(record);
    }
    if (token === '(') {
      const inner = chain(isTop);
      at += 1;
      return inner;
    }
    if (token === undefined || typeof token === 'string')
      throw tools.malformed(`unexpected token: ${token ?? '<EOF>'}`);
    if (token.field !== undefined) fields.add(token.field.toLowerCase());
    const leaf = compileLeaf(token, tools);
    if (isTop && leaf.must !== null) musts.push(leaf.must);
    return leaf.test;
  };
  const chain = (isTop: boolean): Test => {
    const isAnd = topOperator(tokens, at) !== 'OR';
    const tests = [one(isTop && isAnd)];
    let joined: Token | null = null;
    while (tokens[at] === 'AND' || tokens[at] === 'OR') {
      const operator = tokens[at] as Token;
      if (joined !== null && joined !== operator) throw tools.malformed(`unexpected token: ${String(operator)}`);
      joined = operator;
      at += 1;
      tests.push(one(isTop && isAnd));
    }
    if (tests.length === 1) return tests[0]!;
    return joined === 'OR'
      ? (record) => tests.some((test) => test(record))
      : (record) => tests.every((test) => test(record));
  };
  return { test: chain(true), musts, fields };
}

/** The first AND or OR on this level, looking ahead. */
function topOperator(tokens: readonly Token[], from: number): Token | null {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === '(') depth += 1;
    else if (token === ')') {
      depth -= 1;
      if (depth < 0) return null;
    } else if (depth === 0 && (token === 'AND' || token === 'OR')) return token;
  }
  return null;
}

interface CompiledLeaf {
  readonly test: Test;
  readonly must: { readonly field: string; readonly values: readonly FieldValue[] } | null;
}

function compileLeaf(leaf: Leaf, tools: ConditionTools): CompiledLeaf {
  const place = leaf.fn === undefined ? tools.placeOf(leaf.field) : tools.placeOfFunction(leaf.fn as FunctionCall);
  const { field } = place;
  if (field.kind === 'long_text') throw tools.invalidField(`field '${field.name}' can not be filtered in a query call`);
  const operator = leaf.operator.toUpperCase();
  if (leaf.valueQuery !== undefined) {
    const values = tools.valuesOf(leaf.valueQuery);
    const isIn = operator === 'IN';
    return { test: (record) => values.has(place.read(record)) === isIn, must: null };
  }
  const raws = (Array.isArray(leaf.value) ? leaf.value : [leaf.value ?? '']).map(String);
  const types = Array.isArray(leaf.literalType) ? leaf.literalType : raws.map(() => String(leaf.literalType));
  if (types.some((type) => type === 'DATE_LITERAL' || type === 'DATE_N_LITERAL')) {
    const range = dateRange(raws[0] ?? '', tools.now);
    if (range === null) throw tools.malformed(`unexpected token: ${raws[0]}`);
    return { test: (record) => inRange(operator, dayOf(place.read(record)), range), must: null };
  }
  const values = raws.map((raw, at) => literalOf(field, raw, types[at] ?? '', tools));
  const must =
    place.isOwn && (operator === '=' || operator === 'IN') && !values.includes(null)
      ? { field: field.name, values }
      : null;
  return { test: testOf(place, operator, values, tools), must };
}

const dayOf = (value: FieldValue) => (typeof value === 'string' ? value.slice(0, 10) : null);
function inRange(operator: string, day: string | null, range: { from: string; to: string }): boolean {
  if (operator === '!=') return day === null || day < range.from || day > range.to;
  if (day === null) return false;
  if (operator === '<') return day < range.from;
  if (operator === '<=') return day <= range.to;
  if (operator === '>') return day > range.to;
  if (operator === '>=') return day >= range.from;
  return day >= range.from && day <= range.to;
}

/** A literal of the query as a value that the field could hold. */
function literalOf(field: FieldDefinition, raw: string, type: string, tools: ConditionTools): FieldValue {
  const wrong = (wanted: string, quotes: string) =>
    tools.invalidField(`value of filter criterion for field '${field.name}' must be of type ${wanted}${quotes}`);
  if (type === 'NULL') return null;
  switch (field.kind) {
    case 'boolean':
      if (type !== 'BOOLEAN') throw wrong('boolean', ' and should not be enclosed in quotes');
      return raw.toLowerCase() === 'true';
    case 'number':
      if (!/^(INTEGER|DECIMAL)/.test(type)) throw wrong('double', ' and should not be enclosed in quotes');
      return Number(raw);
    case 'date':
      if (type !== 'DATE') throw wrong('date', ' and should not be enclosed in quotes');
      return raw;
    case 'datetime':
      if (type !== 'DATETIME') throw wrong('dateTime', ' and should not be enclosed in quotes');
      return new Date(raw.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')).toISOString();
    default: {
      if (type !== 'STRING') throw wrong('string', ' and should be enclosed in quotes');
      const text = unquote(raw);
      if (text.length > 4000) throw tools.malformed('string literal too long');
      return field.kind === 'id' || field.kind === 'reference' ? to18(text) : text;
    }
  }
}

/** Takes the quotes off and the escapes out; `\%` and `\_` stay for LIKE. */
function unquote(raw: string): string {
  const inner = raw.startsWith("'") && raw.endsWith("'") ? raw.slice(1, -1) : raw;
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return inner.replace(/\\([nrtbf'"\\])/gi, (_whole, letter: string) => escapes[letter.toLowerCase()] ?? letter);
}

const fold = (value: FieldValue) => (typeof value === 'string' ? value.toLowerCase() : value);

function testOf(place: Place, operator: string, values: readonly FieldValue[], tools: ConditionTools): Test {
  const isExact = place.field.kind === 'id' || place.field.kind === 'reference' || place.field.unique === 'exact';
  const same = isExact ? (value: FieldValue) => value : fold;
  const [first = null] = values;
  const wanted = same(first);
  const set = new Set(values.map(same));
  const compare =
    (ask: (a: number | string, b: number | string) => boolean): Test =>
    (record) => {
      const value = same(place.read(record));
      return value !== null && wanted !== null && ask(value as number | string, wanted as number | string);
    };
  switch (operator) {
    case '=':
      return (record) => same(place.read(record)) === wanted;
    case '!=':
    case '<>':
      return (record) => same(place.read(record)) !== wanted;
    case 'IN':
      return (record) => set.has(same(place.read(record)));
    case 'NOT IN':
      return (record) => !set.has(same(place.read(record)));
    case '<':
      return compare((a, b) => a < b);
    case '<=':
      return compare((a, b) => a <= b);
    case '>':
      return compare((a, b) => a > b);
    case '>=':
      return compare((a, b) => a >= b);
    case 'LIKE': {
      const pattern = likePattern(String(first));
      return (record) => pattern.test(String(place.read(record) ?? ''));
    }
    case 'INCLUDES':
    case 'EXCLUDES': {
      const groups = values.map((value) => String(value).split(';'));
      const isIn = operator === 'INCLUDES';
      return (record) => {
        const chosen = String(place.read(record) ?? '').split(';');
        return groups.some((group) => group.every((one) => chosen.includes(one))) === isIn;
      };
    }
    default:
      throw tools.malformed(`unexpected token: ${operator}`);
  }
}

function likePattern(text: string): RegExp {
  const parts = text.split(/(\\[%_]|[%_])/).map((part) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    return (part === '\\%' || part === '\\_' ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'i');
}
