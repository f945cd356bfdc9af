// Finds what a SOQL query names: objects, fields along relationships, and the records that match, in order. Refuses in
// Salesforce's words what does not exist or may not be seen.

import type { OrderByFieldClause, Query } from '@jetstreamapp/soql-parser-js';
import type { FieldDefinition, FieldValue } from '../fields.ts';
import type { StoredRecord } from '../records.ts';
import { error, WholeRefusal } from './answers.ts';
import { isArchived } from './calculated.ts';
import { compileWhere, type FunctionCall, type Place, type Test, type Where } from './condition.ts';
import { functionPlace } from './soql-functions.ts';
import { findById, type Org, seenPlan } from './state.ts';

export interface QueryOptions {
  readonly base: string;
  /** Deleted and archived rows too (`queryAll`). */
  readonly all: boolean;
  /** Past the permissions of the running user, as an admin's own rules see. */
  readonly asSystem?: boolean;
}

export function malformed(soql: string, token: string): WholeRefusal {
  const text = token === '' ? "unexpected token: '<EOF>'" : `unexpected token: '${token}'`;
  return new WholeRefusal(400, error('MALFORMED_QUERY', `${pointAt(soql, token)}${text}`, null));
}

/** The three lines with which Salesforce points at the place of an error. */
function pointAt(soql: string, token: string): string {
  const found = token === '' ? soql.length : soql.toLowerCase().lastIndexOf(token.toLowerCase());
  const at = found < 0 ? 0 : found;
  const start = Math.max(0, at - 32);
  return `\n${soql.slice(start, at + token.length + 20)}\n${' '.repeat(at - start)}^\nERROR at Row:1:Column:${at + 1}\n`;
}

const aggregates = ['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'];
/** Whether the query asks for one row made of many: an aggregate of a field, without groups. */
function isAggregate(query: Query): boolean {
  return (query.fields ?? []).some(
    (field) =>
      field.type === 'FieldFunctionExpression' &&
      aggregates.includes(field.functionName.toUpperCase()) &&
      field.parameters.length > 0,
  );
}

/** Finds and reads places and rows for one query; made anew for each. */
export class Finder {
  readonly org: Org;
  readonly soql: string;
  readonly options: QueryOptions;
  readonly type: string;
  readonly #alias: string;

  constructor(org: Org, soql: string, query: Query, options: QueryOptions) {
    this.org = org;
    this.soql = soql;
    this.options = options;
    const plan = seenPlan(org, query.sObject ?? '');
    if (plan === undefined) throw this.#unknownType(query.sObject ?? '');
    this.type = plan.name;
    this.#alias = query.sObjectAlias?.toLowerCase() ?? plan.name.toLowerCase();
  }

  /** The matching rows in order; with `under` only those whose field points at that record. */
  rows(query: Query, under?: { readonly field: string; readonly id: string }): StoredRecord[] {
    const { org } = this;
    const where = this.#whereOf(query);
    const lateAfter = where?.fields.has('systemmodstamp') === true ? this.#lateAfter() : null;
    const candidates =
      under === undefined
        ? this.#candidates(where)
        : org.store.findBy(this.type, under.field, under.id, { deleted: this.options.all });
    const today = org.clock.now().slice(0, 10);
    const scope = query.usingScope?.toLowerCase() ?? 'everything';
    if (scope !== 'everything' && scope !== 'mine') throw malformed(this.soql, query.usingScope ?? '');
    const found = candidates.filter(
      (row) =>
        (this.options.all || (row.deletedAt === null && !isArchived(row, today))) &&
        org.settings.recordAccess[row.id] !== 'none' &&
        (scope === 'everything' || row.values['OwnerId'] === org.integrationUser) &&
        (lateAfter === null || row.stampedAt <= lateAfter) &&
        (where === null || where.test(row)),
    );
    // Groups are put in order by whoever makes them.
    const isGrouped = query.groupBy !== undefined || isAggregate(query);
    const sorted = isGrouped ? found : this.#sort(found, query);
    if ((query.offset ?? 0) > 2000)
      throw new WholeRefusal(400, error('NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000', null));
    const from = query.offset ?? 0;
    return isGrouped ? sorted : sorted.slice(from, query.limit === undefined ? undefined : from + query.limit);
  }

  /** The WHERE alone, to be asked of a record that need not be kept yet; null without one. */
  testOf(query: Query): Test | null {
    return this.#whereOf(query)?.test ?? null;
  }

  #whereOf(query: Query): Where | null {
    if (query.where === undefined || query.where === null) return null;
    return compileWhere(query.where, {
      placeOf: (path) => this.placeOf(path),
      placeOfFunction: (call) => this.placeOfFunction(call),
      now: this.org.clock.now(),
      valuesOf: (inner) => this.#semiJoin(inner as Query),
      malformed: (token) => malformed(this.soql, token.replace(/^unexpected token: /, '')),
      invalidField: (message) => new WholeRefusal(400, error('INVALID_FIELD', `\n${message}`, null)),
    });
  }
  #isHidden(type: string, field: FieldDefinition): boolean {
    return this.options.asSystem !== true && this.org.store.access(this.org.integrationUser, type, field) === 'none';
  }

  /** Reads `Name`, `Owner.Name`, `What.Type`, with an alias or the object's own name before it. */
  placeOf(path: string): Place {
    const steps = path.split('.');
    if (steps.length > 1 && steps[0]?.toLowerCase() === this.#alias) steps.shift();
    return this.#walk(this.type, steps, path);
  }

  /** Reads `CALENDAR_YEAR(CreatedDate)` and the like. */
  placeOfFunction(call: FunctionCall): Place {
    const [parameter] = call.parameters ?? [];
    const inner =
      typeof parameter === 'object' && parameter !== null
        ? this.placeOfFunction(parameter as FunctionCall)
        : this.placeOf(String(parameter ?? ''));
    const place = functionPlace(call.functionName ?? '', inner);
    if (place === null) throw malformed(this.soql, call.functionName ?? '(');
    return place;
  }

  #walk(type: string, steps: readonly string[], path: string): Place {
    const { store } = this.org;
    const [step = '', ...rest] = steps;
    if (rest.length === 0) {
      const field = store.field(type, step);
      if (field === undefined || this.#isHidden(type, field)) throw this.#noColumn(step, type);
      return { field, read: (row) => store.value(row, field.name), isOwn: type === this.type && !path.includes('.') };
    }
    const link = store.fields(type).find((one) => one.relationship?.toLowerCase() === step.toLowerCase());
    if (link === undefined || this.#isHidden(type, link)) throw this.#noRelation(step, type);
    const targets = link.referenceTo ?? [];
    const parentOf = (row: StoredRecord) => {
      const id = store.value(row, link.name);
      return typeof id === 'string' ? findById(this.org, id) : null;
    };
    if (targets.length === 1) {
      const inner = this.#walk(targets[0] ?? '', rest, path);
      return { field: inner.field, isOwn: false, read: (row) => readFrom(parentOf(row), inner) };
    }
    return this.#polymorphic(parentOf, rest, path);
  }

  /** Of a parent that may be of several types only the fields of Name can be read. */
  #polymorphic(parentOf: (row: StoredRecord) => StoredRecord | null, rest: readonly string[], path: string): Place {
    const [last = ''] = rest;
    const known = [
      'Id',
      'Name',
      'Type',
      'FirstName',
      'LastName',
      'Email',
      'IsActive',
      'Title',
      'Phone',
      'Username',
      'Alias',
    ];
    const name = known.find((one) => one.toLowerCase() === last.toLowerCase());
    if (rest.length > 1 || name === undefined) throw this.#noColumn(path.split('.').at(-1) ?? '', 'Name');
    const field: FieldDefinition = { name, label: name, kind: name === 'Id' ? 'id' : 'text', readOnly: true };
    const read = (row: StoredRecord): FieldValue => {
      const parent = parentOf(row);
      if (parent === null) return null;
      if (name === 'Type') return parent.type;
      return this.org.store.field(parent.type, name) === undefined ? null : this.org.store.value(parent, name);
    };
    return { field, read, isOwn: false };
  }

  #candidates(where: Where | null): StoredRecord[] {
    const { store } = this.org;
    for (const must of where?.musts ?? []) {
      if (must.field === 'Id') return must.values.flatMap((id) => store.get(this.type, String(id)) ?? []);
      if (store.hasIndex(this.type, must.field))
        return [...new Set(must.values)].flatMap((value) =>
          store.findBy(this.type, must.field, value, { deleted: true }),
        );
    }
    return [...store.all(this.type, { deleted: this.options.all })];
  }

  #sort(rows: StoredRecord[], query: Query): StoredRecord[] {
    const clauses = query.orderBy === undefined ? [] : Array.isArray(query.orderBy) ? query.orderBy : [query.orderBy];
    if (clauses.length === 0) return rows;
    const keys = clauses.map((clause) => {
      const { field, order, nulls } = clause as OrderByFieldClause;
      const { fn } = clause as { fn?: FunctionCall };
      const place = fn === undefined ? this.placeOf(field) : this.placeOfFunction(fn);
      if (place.field.kind === 'long_text')
        throw new WholeRefusal(
          400,
          error('INVALID_FIELD', `\nfield '${place.field.name}' can not be sorted in a query call`, null),
        );
      return { place, sign: order === 'DESC' ? -1 : 1, nullsLast: nulls === 'LAST' };
    });
    // Values are read once for each row, not once for each comparison.
    const valued = rows.map((row) => ({
      row,
      values: keys.map(({ place }) => {
        const value = place.read(row);
        return typeof value === 'string' ? value.toLowerCase() : value;
      }),
    }));
    valued.sort((a, b) => {
      for (const [at, { sign, nullsLast }] of keys.entries()) {
        const [left = null, right = null] = [a.values[at], b.values[at]];
        if (left === right) continue;
        if (left === null || right === null) return (left === null) === nullsLast ? 1 : -1;
        return left < right ? -sign : sign;
      }
      return 0;
    });
    return valued.map(({ row }) => row);
  }

  #semiJoin(query: Query): Set<FieldValue> {
    const inner = new Finder(this.org, this.soql, query, this.options);
    const [column] = query.fields ?? [];
    if (column?.type !== 'Field') throw malformed(this.soql, 'SELECT');
    const place = inner.placeOf(column.field);
    return new Set(inner.rows(query).map((row) => place.read(row)));
  }

  #lateAfter(): string | null {
    const lag = this.org.settings.visibilityLagMs;
    return lag <= 0 ? null : new Date(Date.parse(this.org.clock.now()) - lag).toISOString();
  }

  #unknownType(name: string): WholeRefusal {
    const text = `${pointAt(this.soql, name)}sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`;
    return new WholeRefusal(400, error('INVALID_TYPE', text, null));
  }
  #noColumn(name: string, type: string): WholeRefusal {
    const text = `${pointAt(this.soql, name)}No such column '${name}' on entity '${type}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`;
    return new WholeRefusal(400, error('INVALID_FIELD', text, null));
  }
  #noRelation(name: string, type: string): WholeRefusal {
    const text = `${pointAt(this.soql, name)}Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names. (${type})`;
    return new WholeRefusal(400, error('INVALID_FIELD', text, null));
  }
}

function readFrom(parent: StoredRecord | null, place: Place): FieldValue {
  return parent === null ? null : place.read(parent);
}
