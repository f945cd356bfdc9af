// Groups of SOQL: GROUP BY with fields and functions, aggregates, HAVING, and the order of groups.

import type { FieldFunctionExpression, Query } from '@jetstreamapp/soql-parser-js';
import type { FieldValue } from '../fields.ts';
import type { StoredRecord } from '../records.ts';
import { error, sfInstant, WholeRefusal } from './answers.ts';
import type { FunctionCall, Place } from './condition.ts';
import type { Finder } from './soql-finder.ts';
import type { Shape } from './soql-shape.ts';
import { shownValue } from './state.ts';

interface GroupKey {
  readonly place: Place;
  readonly name: string;
}
/** The rows of an aggregate query, shaped. */
export function groups(
  finder: Finder,
  query: Query,
  shapes: readonly Shape[],
  rows: readonly StoredRecord[],
): Record<string, unknown>[] {
  const clauses = query.groupBy === undefined ? [] : Array.isArray(query.groupBy) ? query.groupBy : [query.groupBy];
  const keys = clauses.map((clause): GroupKey => {
    if ('field' in clause) return { place: finder.placeOf(clause.field), name: clause.field.toLowerCase() };
    const { fn } = clause as { fn: FunctionCall };
    return { place: finder.placeOfFunction(fn), name: spelling(fn) };
  });
  const loose = shapes.find(
    (shape) =>
      shape.kind === 'field' &&
      !keys.some((key) => key.place.field === shape.field || key.name === spelling(shape.source as FunctionCall)),
  );
  if (loose !== undefined)
    throw new WholeRefusal(
      400,
      error('MALFORMED_QUERY', `\nField must be grouped or aggregated: ${loose.path.join('.')}`, null),
    );
  const byKey = new Map<string, StoredRecord[]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map(({ place }) => place.read(row)));
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [row]);
    else group.push(row);
  }
  if (keys.length === 0 && byKey.size === 0) byKey.set('[]', []);
  const wanted = [...byKey.values()].filter((group) => fitsHaving(finder, query, group));
  const sorted = inOrder(finder, query, wanted);
  const from = query.offset ?? 0;
  return sorted
    .slice(from, query.limit === undefined ? undefined : from + query.limit)
    .map((group) => shapeGroup(shapes, group));
}

/** `CALENDAR_YEAR(CreatedDate)` whatever its case and spaces. */
function spelling(call: FunctionCall): string {
  return `${call.functionName ?? ''}(${(call.parameters ?? []).map(String).join(',')})`.toLowerCase();
}

function shapeGroup(shapes: readonly Shape[], group: readonly StoredRecord[]): Record<string, unknown> {
  const shown: Record<string, unknown> = { attributes: { type: 'AggregateResult' } };
  let unnamed = 0;
  for (const shape of shapes) {
    const source = shape.source as FieldFunctionExpression;
    const isCall = source.type === 'FieldFunctionExpression';
    if (shape.kind === 'field' && shape.place !== null) {
      const [first] = group;
      const name = source.alias ?? (isCall ? `expr${unnamed++}` : (shape.path.at(-1) ?? ''));
      shown[name] = first === undefined ? null : shownValue(shape.place.field, shape.place.read(first));
      continue;
    }
    const name = source.alias ?? `expr${unnamed++}`;
    const value = shape.place === null ? group.length : fold(source.functionName.toUpperCase(), group, shape.place);
    shown[name] = shape.field?.kind === 'datetime' && typeof value === 'string' ? sfInstant(value) : value;
  }
  return shown;
}

/** The value of an aggregate, or of what the group has in common. */
function valueOfGroup(finder: Finder, call: FunctionCall, group: readonly StoredRecord[]): FieldValue {
  const [parameter] = call.parameters ?? [];
  const name = String(call.functionName).toUpperCase();
  if (name === 'COUNT' && parameter === undefined) return group.length;
  if (['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'].includes(name))
    return fold(name, group, finder.placeOf(String(parameter)));
  const [first] = group;
  return first === undefined ? null : finder.placeOfFunction(call).read(first);
}

/** HAVING: comparisons of aggregates with numbers and texts, joined by AND or OR from left to right. */
function fitsHaving(finder: Finder, query: Query, group: readonly StoredRecord[]): boolean {
  interface Having {
    readonly left: { fn?: FunctionCall; field?: string; operator: string; value: string | string[] } | null;
    readonly operator?: string;
    readonly right?: Having;
  }
  const ask = (having: Having | undefined): boolean => {
    if (having?.left === undefined || having.left === null) return true;
    const { fn, field, operator, value } = having.left;
    const first = group[0];
    const own =
      fn === undefined
        ? first === undefined
          ? null
          : finder.placeOf(field ?? '').read(first)
        : valueOfGroup(finder, fn, group);
    const holds = compares(
      own,
      operator,
      [value].flat().map((one) => one.replace(/^'|'$/g, '')),
    );
    if (having.right === undefined) return holds;
    return having.operator === 'OR' ? holds || ask(having.right) : holds && ask(having.right);
  };
  return ask(query.having as Having | undefined);
}
function compares(own: FieldValue, operator: string, values: readonly string[]): boolean {
  const [value = ''] = values;
  const other = typeof own === 'number' ? Number(value) : value;
  const [a, b] = [own as string | number, other];
  switch (operator.toUpperCase()) {
    case '=':
      return own === other;
    case '!=':
    case '<>':
      return own !== other;
    case '>':
      return own !== null && a > b;
    case '>=':
      return own !== null && a >= b;
    case '<':
      return own !== null && a < b;
    case '<=':
      return own !== null && a <= b;
    case 'IN':
      return values.includes(String(own));
    case 'LIKE':
      return new RegExp(`^${value.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i').test(String(own ?? ''));
    default:
      return false;
  }
}

function inOrder(finder: Finder, query: Query, all: StoredRecord[][]): StoredRecord[][] {
  const clauses = query.orderBy === undefined ? [] : Array.isArray(query.orderBy) ? query.orderBy : [query.orderBy];
  if (clauses.length === 0) return all;
  const values = new Map(
    all.map((group) => [
      group,
      clauses.map((clause) => {
        const { fn, field } = clause as { fn?: FunctionCall; field?: string };
        const [first] = group;
        if (fn !== undefined) return valueOfGroup(finder, fn, group);
        return first === undefined ? null : finder.placeOf(field ?? '').read(first);
      }),
    ]),
  );
  return [...all].sort((a, b) => {
    for (const [at, clause] of clauses.entries()) {
      const [left, right] = [values.get(a)?.[at] ?? null, values.get(b)?.[at] ?? null];
      if (left === right) continue;
      if (left === null || right === null) return (left === null) === (clause.nulls === 'LAST') ? 1 : -1;
      return (left < right ? -1 : 1) * (clause.order === 'DESC' ? -1 : 1);
    }
    return 0;
  });
}

function fold(name: string, group: readonly StoredRecord[], place: Place): FieldValue {
  const values = group.map((row) => place.read(row)).filter((value) => value !== null);
  if (name === 'COUNT') return values.length;
  if (name === 'COUNT_DISTINCT') return new Set(values).size;
  if (values.length === 0) return null;
  if (name === 'SUM' || name === 'AVG') {
    const sum = values.reduce<number>((all, value) => all + Number(value), 0);
    return name === 'SUM' ? sum : sum / values.length;
  }
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return (name === 'MIN' ? sorted[0] : sorted.at(-1)) ?? null;
}
