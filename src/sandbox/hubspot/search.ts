// Searching: an index that learns of changes a few seconds late, filters, one sort, pages up to ten thousand. What it
// shows is what the index knows, so a search may answer with yesterday's value or miss a record made just now.

import type { StoredRecord } from '../records.ts';
import { answer, invalid, Refusal } from './answers.ts';
import { asGiven, bodyOf, type Given, idOf, namesOf, type Routes, readable } from './call.ts';
import { type Kind, kindOf } from './kinds.ts';
import { most, nowMs, type PortalState, propertyOf, recordBody, valueIn } from './state.ts';
import { momentOf, type Property } from './values.ts';

const mostGroups = 5;
const mostFilters = 6;
const mostInAll = 18;
const mostCharacters = 3000;
const operators = [
  ...['LT', 'LTE', 'GT', 'GTE', 'EQ', 'NEQ', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'],
  ...['CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'],
];

/** The late copy of all records. */
export class SearchIndex {
  readonly #rows = new Map<string, Map<string, StoredRecord>>();
  /** The same in the order of ids, until the next change of the type is learnt. */
  readonly #inOrder = new Map<string, StoredRecord[]>();
  #read = 0;

  /** Records of a type that the index knows now, archived ones left out, in the order of their ids. */
  rows(state: PortalState, kind: Kind): readonly StoredRecord[] {
    const horizon = nowMs(state) - state.settings.searchLagMs;
    const changes = state.store.changes();
    while (this.#read < changes.length) {
      const change = changes[this.#read]!;
      if (Date.parse(change.at) > horizon) break;
      this.#read += 1;
      const table = this.#rows.get(change.type) ?? new Map<string, StoredRecord>();
      this.#rows.set(change.type, table);
      this.#inOrder.delete(change.type);
      if (change.after === null || change.after.deletedAt !== null) table.delete(change.id);
      else table.set(change.id, change.after);
    }
    const known = this.#inOrder.get(kind.name);
    if (known !== undefined) return known;
    const rows = [...(this.#rows.get(kind.name)?.values() ?? [])].sort((a, b) => compareIds(a.id, b.id));
    this.#inOrder.set(kind.name, rows);
    return rows;
  }
}

function compareIds(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}

interface Filter {
  readonly name: string;
  readonly operator: string;
  readonly value: string | null;
  readonly highValue: string | null;
  readonly values: readonly string[];
}

function filterIn(given: unknown): Filter {
  const one = asGiven(given);
  const name = idOf(one['propertyName']);
  const operator = idOf(one['operator']);
  if (name === null || operator === null)
    throw invalid('Invalid input JSON: some of required attributes are not set [propertyName, operator]');
  if (!operators.includes(operator)) throw invalid(`Invalid input JSON: ${operator} is not a known operator`);
  return {
    name,
    operator,
    value: idOf(one['value']) ?? (typeof one['value'] === 'boolean' ? String(one['value']) : null),
    highValue: idOf(one['highValue']),
    values: Array.isArray(one['values']) ? one['values'].map(String) : [],
  };
}

function groupsIn(body: Given): Filter[][] {
  const listed = Array.isArray(body['filterGroups']) ? body['filterGroups'] : [];
  const groups = listed.map((group) => {
    const filters = asGiven(group)['filters'];
    return Array.isArray(filters) ? filters.map(filterIn) : [];
  });
  if (Array.isArray(body['filters']) && body['filters'].length > 0) groups.push(body['filters'].map(filterIn));
  if (groups.length > mostGroups)
    throw invalid(`The maximum number of filterGroups is ${mostGroups}, received ${groups.length}`);
  if (groups.some((group) => group.length > mostFilters))
    throw invalid(`The maximum number of filters in a group is ${mostFilters}`);
  if (groups.flat().length > mostInAll) throw invalid(`The maximum number of filters in all groups is ${mostInAll}`);
  return groups;
}

const isOrdered = (property: Property) => ['number', 'date', 'datetime'].includes(property.type);

/** Less than, equal or greater, by the type of the property; null when a side is no value of that type. */
function compare(property: Property, a: string, b: string): number | null {
  if (property.name === 'hs_object_id') return /^\d+$/.test(b) ? compareIds(a, b) : null;
  if (!isOrdered(property)) return a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0;
  const [left, right] = property.type === 'number' ? [Number(a), Number(b)] : [momentOf(a), momentOf(b)];
  if (left === null || right === null || Number.isNaN(left) || Number.isNaN(right)) return null;
  return left - right;
}

function isEqual(property: Property, stored: string, wanted: string): boolean {
  if (property.type === 'enumeration') return stored.split(';').includes(wanted);
  if (isOrdered(property)) return compare(property, stored, wanted) === 0;
  return stored.toLowerCase() === wanted.toLowerCase();
}

function hasToken(stored: string, wanted: string): boolean {
  const pattern = wanted.toLowerCase();
  const tokens = stored.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const parts = pattern.split(/[^\p{L}\p{N}*]+/u).filter((part) => part !== '');
  return parts.every((part) => {
    const bare = part.replaceAll('*', '');
    if (part.startsWith('*') && part.endsWith('*')) return tokens.some((token) => token.includes(bare));
    if (part.startsWith('*')) return tokens.some((token) => token.endsWith(bare));
    if (part.endsWith('*')) return tokens.some((token) => token.startsWith(bare));
    return tokens.includes(bare);
  });
}

/** Does one record satisfy one filter? */
function satisfies(property: Property, stored: string | null, filter: Filter): boolean {
  const value = filter.value ?? '';
  if (filter.operator === 'HAS_PROPERTY') return stored !== null;
  if (filter.operator === 'NOT_HAS_PROPERTY') return stored === null;
  if (filter.operator === 'NEQ') return stored === null || !isEqual(property, stored, value);
  if (filter.operator === 'NOT_CONTAINS_TOKEN') return stored === null || !hasToken(stored, value);
  if (stored === null) return filter.operator === 'NOT_IN';
  const known = property.type === 'enumeration' ? stored : stored.toLowerCase();
  switch (filter.operator) {
    case 'EQ':
      return isEqual(property, stored, value);
    case 'IN':
      return filter.values.includes(known);
    case 'NOT_IN':
      return !filter.values.includes(known);
    case 'CONTAINS_TOKEN':
      return hasToken(stored, value);
    case 'BETWEEN': {
      const [low, high] = [compare(property, stored, value), compare(property, stored, filter.highValue ?? '')];
      return low !== null && high !== null && low >= 0 && high <= 0;
    }
    default: {
      const order = compare(property, stored, value);
      if (order === null) return false;
      if (filter.operator === 'LT') return order < 0;
      if (filter.operator === 'LTE') return order <= 0;
      if (filter.operator === 'GT') return order > 0;
      return order >= 0;
    }
  }
}

type Test = (record: StoredRecord) => boolean;

/** One filter as a question to a record; whatever is wrong with it is told before any record is looked at. */
function testOf(state: PortalState, kind: Kind, filter: Filter): Test {
  const far = /^associations\.(\w+)$/.exec(filter.name)?.[1];
  if (far !== undefined) {
    const to = kindOf(far);
    if (to === undefined) throw invalid(`Unable to infer object type from: ${far}`);
    return (record) => state.links.has(kind.name, record.id, to.name, filter.value ?? '');
  }
  const property = propertyOf(state, kind, filter.name);
  if (property === undefined)
    throw invalid(`There was a problem with the request.`, {
      errors: [
        {
          message: `Property "${filter.name}" does not exist`,
          code: 'PROPERTY_DOESNT_EXIST',
          context: { propertyName: [filter.name] },
        },
      ],
    });
  return stampTest(kind, filter) ?? ((record) => satisfies(property, valueIn(kind, record, filter.name), filter));
}

/** The dates that every record has, compared as numbers: what changed since is asked of all records of a type. */
function stampTest(kind: Kind, filter: Filter): Test | null {
  const wanted = momentOf(filter.value ?? '');
  const isStamp = filter.name === kind.modified || filter.name === kind.created;
  if (!isStamp || wanted === null) return null;
  const stamp = (record: StoredRecord) =>
    Date.parse(filter.name === kind.modified ? record.stampedAt : record.createdAt);
  switch (filter.operator) {
    case 'LT':
      return (record) => stamp(record) < wanted;
    case 'LTE':
      return (record) => stamp(record) <= wanted;
    case 'GT':
      return (record) => stamp(record) > wanted;
    case 'GTE':
      return (record) => stamp(record) >= wanted;
    default:
      return null;
  }
}

interface Sort {
  readonly name: string;
  readonly isDescending: boolean;
}
/** `-name`, `name`, or `{propertyName, direction}`; the first one counts. */
function sortIn(given: unknown): Sort | null {
  const first = Array.isArray(given) ? given[0] : undefined;
  if (typeof first === 'string') return { name: first.replace(/^-/, ''), isDescending: first.startsWith('-') };
  const name = idOf(asGiven(first)['propertyName']);
  return name === null ? null : { name, isDescending: asGiven(first)['direction'] === 'DESCENDING' };
}
function sorted(
  state: PortalState,
  kind: Kind,
  rows: readonly StoredRecord[],
  sort: Sort | null,
): readonly StoredRecord[] {
  const property = sort === null ? undefined : propertyOf(state, kind, sort.name);
  if (sort === null || property === undefined) return rows;
  const turn = sort.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [valueIn(kind, a, sort.name), valueIn(kind, b, sort.name)];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    return turn * (compare(property, left, right) ?? 0);
  });
}

function whole(value: unknown, name: string, fallback: number, top: number): number {
  if (value === undefined || value === null || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw invalid(`Invalid input JSON: ${name} must be a whole number`);
  if (number > top) throw invalid(`${name} must be at most ${top}. Received ${number}`);
  return number;
}

/** POST …/search. */
export function searchRoutes(routes: Routes, state: PortalState): void {
  const index = new SearchIndex();
  routes.post('/crm/v3/objects/:type/search', async (call) => {
    const kind = readable(call, call.req.param('type'));
    const text = await call.req.text();
    if (text.length > mostCharacters)
      throw new Refusal(400, {
        status: 'error',
        message: `The request body is longer than ${mostCharacters} characters`,
        category: 'VALIDATION_ERROR',
      });
    const body = await bodyOf(call);
    const limit = whole(body['limit'], 'limit', 10, 200);
    const after = whole(body['after'], 'after', 0, Number.MAX_SAFE_INTEGER);
    if (after + limit > most.searchResults)
      throw invalid(`The total number of results that can be paged through is ${most.searchResults}`);
    const groups = groupsIn(body);
    const query = idOf(body['query'])?.toLowerCase() ?? '';
    const tests = groups.map((group) => group.map((filter) => testOf(state, kind, filter)));
    const found = index.rows(state, kind).filter((record) => {
      const inGroups = tests.length === 0 || tests.some((group) => group.every((test) => test(record)));
      return (
        inGroups &&
        (query === '' || kind.shown.some((name) => valueIn(kind, record, name)?.toLowerCase().includes(query)))
      );
    });
    const asked = namesOf(body['properties']);
    const page = sorted(state, kind, found, sortIn(body['sorts'])).slice(after, after + limit);
    if (call.env.orders.rows === 'drop') page.pop();
    if (call.env.orders.rows === 'duplicate' && page[0] !== undefined) page.push(page[0]);
    return answer(200, {
      total: found.length,
      results: page.map((record) => recordBody(state, kind, record, asked.length === 0 ? kind.shown : asked)),
      ...(after + limit < found.length ? { paging: { next: { after: String(after + limit) } } } : {}),
    });
  });
}
