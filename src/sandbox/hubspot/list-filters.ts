// The filters of a list: which trees HubSpot takes, and whom they let in. Only filters over properties are computed;
// those over activities, forms or other lists let nobody in.

import type { StoredRecord } from '../records.ts';
import { invalid } from './answers.ts';
import { asGiven, type Given, idOf } from './call.ts';
import type { Kind } from './kinds.ts';
import { type PortalState, propertyOf, valueIn } from './state.ts';
import { momentOf } from './values.ts';

function childrenOf(branch: Given): Given[] {
  return Array.isArray(branch['filterBranches']) ? branch['filterBranches'].map(asGiven) : [];
}
function filtersOf(branch: Given): Given[] {
  return Array.isArray(branch['filters']) ? branch['filters'].map(asGiven) : [];
}

/** A filter tree must be one OR of ANDs of filters over properties that are there. */
export function checkBranch(state: PortalState, kind: Kind, given: unknown): Given {
  const branch = asGiven(given);
  if (branch['filterBranchType'] !== 'OR')
    throw invalid('The root filter branch must be of type OR.', { subCategory: 'ILS.INVALID_FILTER_BRANCH' });
  if (filtersOf(branch).length > 0)
    throw invalid('The root OR filter branch must not have filters of its own.', {
      subCategory: 'ILS.INVALID_FILTER_BRANCH',
    });
  const children = childrenOf(branch);
  if (children.length === 0 || children.some((child) => child['filterBranchType'] !== 'AND'))
    throw invalid('The root OR filter branch must have one or more AND branches.', {
      subCategory: 'ILS.INVALID_FILTER_BRANCH',
    });
  for (const filter of children.flatMap(filtersOf)) {
    const name = idOf(filter['property']) ?? '';
    if (filter['filterType'] !== 'PROPERTY') continue;
    const property = propertyOf(state, kind, name);
    if (property === undefined)
      throw invalid(`Property ${name} does not exist for object type ${kind.typeId}.`, {
        context: { propertyName: [name] },
      });
    checkOperation(property.type, name, asGiven(filter['operation']));
  }
  return branch;
}

/** Which operations fit which type of property, and which operators they have (HubSpot's list filters overview). */
const operations: Readonly<
  Record<string, { readonly fits: readonly string[]; readonly operators: readonly string[] }>
> = {
  NUMBER: {
    fits: ['number'],
    operators: [
      ...['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'IS_GREATER_THAN', 'IS_GREATER_THAN_OR_EQUAL_TO', 'IS_LESS_THAN'],
      ...[
        'IS_LESS_THAN_OR_EQUAL_TO',
        'HAS_EVER_BEEN_EQUAL_TO',
        'HAS_NEVER_BEEN_EQUAL_TO',
        'IS_BETWEEN',
        'IS_NOT_BETWEEN',
      ],
    ],
  },
  ENUMERATION: {
    fits: ['enumeration'],
    operators: [
      ...['IS_ANY_OF', 'IS_NONE_OF', 'IS_EXACTLY', 'IS_NOT_EXACTLY', 'CONTAINS_ALL', 'DOES_NOT_CONTAIN_ALL'],
      ...['HAS_EVER_BEEN_ANY_OF', 'HAS_NEVER_BEEN_ANY_OF', 'HAS_EVER_BEEN_EXACTLY', 'HAS_NEVER_BEEN_EXACTLY'],
    ],
  },
  BOOL: {
    fits: ['bool'],
    operators: ['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'HAS_EVER_BEEN_EQUAL_TO', 'HAS_NEVER_BEEN_EQUAL_TO'],
  },
  ALL_PROPERTY: {
    fits: ['number', 'enumeration', 'bool', 'string', 'date', 'datetime'],
    operators: ['IS_KNOWN', 'IS_UNKNOWN', 'IS_BLANK', 'IS_NOT_BLANK'],
  },
};
function checkOperation(type: string, property: string, operation: Given): void {
  const name = String(operation['operationType'] ?? '');
  const known = operations[name];
  // Operations over texts and times are many; what they may be is not checked.
  if (known === undefined) return;
  if (!known.fits.includes(type))
    throw invalid(`Operation type ${name} does not fit property ${property} of type ${type}.`, {
      subCategory: 'ILS.INVALID_FILTER_OPERATION',
    });
  const operator = String(operation['operator'] ?? '');
  if (!known.operators.includes(operator))
    throw invalid(`${operator} is not an operator of ${name}.`, { subCategory: 'ILS.INVALID_FILTER_OPERATION' });
}

/** Is what stands in a property what the operation wants? Unknown operations want what nobody has. */
function satisfies(stored: string | null, operation: Given): boolean {
  const operator = String(operation['operator'] ?? '');
  if (operator === 'IS_KNOWN') return stored !== null;
  if (operator === 'IS_UNKNOWN') return stored === null;
  if (stored === null) return operation['includeObjectsWithNoValueSet'] === true;
  const wanted = Array.isArray(operation['values']) ? operation['values'].map(String) : [];
  const value = operation['value'] === undefined ? (wanted[0] ?? '') : String(operation['value']);
  const parts = stored.split(';');
  const order = (other: string) => {
    const [a, b] = [momentOf(stored) ?? Number(stored), momentOf(other) ?? Number(other)];
    return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : a - b;
  };
  const isSame = (other: string) => stored.toLowerCase() === other.toLowerCase() || order(other) === 0;
  switch (operator) {
    case 'IS_ANY_OF':
      return wanted.some((one) => parts.includes(one));
    case 'IS_NONE_OF':
      return !wanted.some((one) => parts.includes(one));
    case 'IS_EXACTLY':
      return wanted.length === parts.length && wanted.every((one) => parts.includes(one));
    case 'IS_EQUAL_TO':
    case 'IS':
      return wanted.length > 0 ? wanted.some(isSame) : isSame(value);
    case 'IS_NOT_EQUAL_TO':
    case 'IS_NOT':
      return wanted.length > 0 ? !wanted.some(isSame) : !isSame(value);
    case 'CONTAINS':
      return stored.toLowerCase().includes(value.toLowerCase());
    case 'IS_GREATER_THAN':
      return order(value) > 0;
    case 'IS_GREATER_THAN_OR_EQUAL_TO':
      return order(value) >= 0;
    case 'IS_LESS_THAN':
      return order(value) < 0;
    case 'IS_LESS_THAN_OR_EQUAL_TO':
      return order(value) <= 0;
    case 'IS_BETWEEN':
      return order(String(operation['lowerBound'])) >= 0 && order(String(operation['upperBound'])) <= 0;
    default:
      return false;
  }
}
/** Whether a record satisfies a checked tree: one of its ANDs, all filters of it. */
export function isIn(kind: Kind, record: StoredRecord, branch: Given): boolean {
  return childrenOf(branch).some((child) =>
    filtersOf(child).every(
      (filter) =>
        filter['filterType'] === 'PROPERTY' &&
        satisfies(valueIn(kind, record, idOf(filter['property']) ?? ''), asGiven(filter['operation'])),
    ),
  );
}
