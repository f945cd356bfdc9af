// SELECT of SOQL: which columns a query asks for, and how a found record looks in the answer: nested parents, children,
// TYPEOF, FIELDS(), and the groups of an aggregate query.

import type { FieldFunctionExpression, FieldType, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { FieldDefinition } from '../fields.ts';
import type { StoredRecord } from '../records.ts';
import { error, WholeRefusal } from './answers.ts';
import type { FunctionCall, Place } from './condition.ts';
import { Finder } from './soql-finder.ts';
import { groups } from './soql-groups.ts';
import { findById, planOf, shownValue } from './state.ts';

export interface Shape {
  readonly kind: 'field' | 'count' | 'aggregate' | 'children' | 'typeof';
  /** `Owner.Name` → ['Owner', 'Name'], spelled as the schema spells it. */
  readonly path: readonly string[];
  readonly place: Place | null;
  readonly field: FieldDefinition | null;
  readonly source: FieldType;
}

/** The columns, checked against schema and permissions. */
export function columnsOf(finder: Finder, query: Query): Shape[] {
  const shapes = (query.fields ?? []).flatMap((source): Shape[] => {
    switch (source.type) {
      case 'Field':
      case 'FieldRelationship': {
        const raw = source.type === 'Field' ? source.field : [...source.relationships, source.field].join('.');
        const place = finder.placeOf(raw);
        return [{ kind: 'field', path: spelled(finder, raw, place), place, field: place.field, source }];
      }
      case 'FieldFunctionExpression':
        return functionColumns(finder, source, query);
      case 'FieldSubquery':
        return [{ kind: 'children', path: [source.subquery.relationshipName], place: null, field: null, source }];
      case 'FieldTypeof':
        return [{ kind: 'typeof', path: [source.field], place: null, field: null, source }];
      default:
        throw new WholeRefusal(400, error('MALFORMED_QUERY', 'unexpected token', null));
    }
  });
  refuseTwice(shapes);
  return shapes;
}

/** No field may be selected twice, not even by FIELDS() (SOQL guide). */
function refuseTwice(shapes: readonly Shape[]): void {
  const seen = new Set<string>();
  for (const { kind, path, source } of shapes) {
    const isFunction = source.type === 'FieldFunctionExpression' && source.functionName.toUpperCase() !== 'FIELDS';
    if (kind !== 'field' || isFunction) continue;
    const name = path.join('.');
    if (seen.has(name)) throw new WholeRefusal(400, error('INVALID_FIELD', `duplicate field selected: ${name}`, null));
    seen.add(name);
  }
}

function spelled(finder: Finder, raw: string, place: Place): string[] {
  const steps = raw.split('.');
  let type: string | undefined = finder.type;
  const path = steps.slice(0, -1).map((step) => {
    const link = finder.org.store
      .fields(type ?? '')
      .find((one) => one.relationship?.toLowerCase() === step.toLowerCase());
    type = link?.referenceTo?.length === 1 ? link.referenceTo[0] : undefined;
    return link?.relationship ?? step;
  });
  return [...path, place.field.name];
}

function functionColumns(finder: Finder, source: FieldFunctionExpression, query: Query): Shape[] {
  const name = source.functionName.toUpperCase();
  const [parameter] = source.parameters;
  if (name === 'FIELDS') {
    if (String(parameter).toUpperCase() !== 'STANDARD' && (query.limit ?? 201) > 200)
      throw new WholeRefusal(
        400,
        error('MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200', null),
      );
    const wanted = String(parameter).toUpperCase();
    const { store, integrationUser } = finder.org;
    return store
      .fields(finder.type)
      .filter((field) => store.access(integrationUser, finder.type, field) !== 'none')
      .filter((field) => wanted === 'ALL' || (wanted === 'CUSTOM') === (field.custom === true))
      .map((field) => ({ kind: 'field', path: [field.name], place: finder.placeOf(field.name), field, source }));
  }
  if (name === 'COUNT' && parameter === undefined)
    return [{ kind: 'count', path: [], place: null, field: null, source }];
  if (['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'].includes(name)) {
    const place = finder.placeOf(String(parameter));
    return [{ kind: 'aggregate', path: [], place, field: place.field, source }];
  }
  const place = finder.placeOfFunction(source as FunctionCall);
  // A label stands under the name of its field; what is computed has no name of its own but an alias.
  const isLabel = ['TOLABEL', 'CONVERTCURRENCY', 'FORMAT'].includes(name);
  const path = [source.alias ?? (isLabel ? String(parameter) : 'expr0')];
  return [{ kind: 'field', path, place, field: place.field, source }];
}

export function shapeRows(finder: Finder, query: Query, shapes: readonly Shape[], rows: readonly StoredRecord[]) {
  if (shapes.some((shape) => shape.kind === 'aggregate') || query.groupBy !== undefined)
    return groups(finder, query, shapes, rows);
  return rows.map((row) => shapeRow(finder, shapes, row));
}

function attributesOf(finder: Finder, row: StoredRecord, type = row.type): Record<string, string> {
  return { type, url: `${finder.options.base}/sobjects/${row.type}/${row.id}` };
}

function shapeRow(finder: Finder, shapes: readonly Shape[], row: StoredRecord): Record<string, unknown> {
  const shown: Record<string, unknown> = { attributes: attributesOf(finder, row) };
  for (const shape of shapes) {
    if (shape.kind === 'children') shown[shape.path[0] ?? ''] = childrenOf(finder, shape, row);
    else if (shape.kind === 'typeof') shown[shape.path[0] ?? ''] = typeofOf(finder, shape, row);
    else if (shape.place !== null) nest(finder, shown, shape, row, shape.place);
  }
  return shown;
}

/** Puts a value under its parents: `{"Owner": {"attributes": …, "Name": …}}`, or `"Owner": null` where there is no parent. */
function nest(finder: Finder, shown: Record<string, unknown>, shape: Shape, row: StoredRecord, place: Place): void {
  const { store } = finder.org;
  let into = shown;
  let at: StoredRecord = row;
  for (const step of shape.path.slice(0, -1)) {
    const link = store.fields(at.type).find((one) => one.relationship === step);
    const id = link === undefined ? null : store.value(at, link.name);
    const parent = typeof id === 'string' ? findById(finder.org, id) : null;
    if (parent === null) {
      into[step] = null;
      return;
    }
    const isPolymorphic = (link?.referenceTo?.length ?? 0) > 1;
    into[step] ??= { attributes: attributesOf(finder, parent, isPolymorphic ? 'Name' : parent.type) };
    into = into[step] as Record<string, unknown>;
    at = parent;
  }
  into[shape.path.at(-1) ?? ''] = shownValue(place.field, place.read(row));
}

function childrenOf(finder: Finder, shape: Shape, row: StoredRecord): unknown {
  const subquery = (shape.source as { subquery: Subquery }).subquery;
  const wanted = `${finder.type}.${subquery.relationshipName}`.toLowerCase();
  const [child, link] =
    [...finder.org.plans.values()]
      .flatMap((plan) => Object.entries(plan.children ?? {}).map(([name, field]) => ({ plan, name, field })))
      .filter(({ name }) => name.toLowerCase() === wanted)
      .map(({ plan, field }) => [plan, field] as const)[0] ?? [];
  if (child === undefined || link === undefined)
    throw new WholeRefusal(
      400,
      error(
        'INVALID_TYPE',
        `Didn't understand relationship '${subquery.relationshipName}' in FROM part of query call.`,
        null,
      ),
    );
  const inner: Query = { ...subquery, sObject: child.name };
  const kids = new Finder(finder.org, finder.soql, inner, finder.options);
  const rows = kids.rows(inner, { field: link, id: row.id });
  if (rows.length === 0) return null;
  return { totalSize: rows.length, done: true, records: shapeRows(kids, inner, columnsOf(kids, inner), rows) };
}

function typeofOf(finder: Finder, shape: Shape, row: StoredRecord): unknown {
  const source = shape.source as {
    field: string;
    conditions: { type: string; objectType?: string; fieldList: string[] }[];
  };
  const link = finder.org.store
    .fields(row.type)
    .find((one) => one.relationship?.toLowerCase() === source.field.toLowerCase());
  const id = link === undefined ? null : finder.org.store.value(row, link.name);
  const parent = typeof id === 'string' ? findById(finder.org, id) : null;
  if (parent === null) return null;
  const branch =
    source.conditions.find((one) => one.objectType?.toLowerCase() === parent.type.toLowerCase()) ??
    source.conditions.find((one) => one.type === 'ELSE');
  const shown: Record<string, unknown> = { attributes: attributesOf(finder, parent) };
  for (const name of branch?.fieldList ?? []) {
    const field = finder.org.store.field(planOf(finder.org, parent.type)?.name ?? '', name);
    if (field !== undefined) shown[field.name] = shownValue(field, finder.org.store.value(parent, field.name));
  }
  return shown;
}
