// Salesforce's words for what went wrong, and the shapes of its answers: `statusCode` inside the rows of collections,
// `errorCode` in refusals of a whole request. Texts are those of the published documents and of recorded answers.

import type { FieldDefinition, Refusal } from '../fields.ts';
import { to15 } from './ids.ts';

/** One error, before it is known in which shape it will be told. */
export interface SfError {
  readonly code: string;
  readonly message: string;
  /** Null: the answer has no `fields` at all, as errors of reading have none. */
  readonly fields: readonly string[] | null;
  /** What else a refused request tells: the records that a duplicate rule found. */
  readonly more?: Readonly<Record<string, unknown>>;
}
/** Thrown inside a handler to refuse the whole request. */
export class WholeRefusal extends Error {
  readonly status: number;
  readonly errors: readonly SfError[];
  constructor(status: number, ...errors: readonly SfError[]) {
    super(errors[0]?.code ?? String(status));
    this.status = status;
    this.errors = errors;
  }
}
export function error(code: string, message: string, fields: readonly string[] | null = []): SfError {
  return { code, message, fields };
}
export const notFound = () => new WholeRefusal(404, error('NOT_FOUND', 'The requested resource does not exist', null));
/** The error as a row of collections tells it. */
export function rowError(one: SfError): Record<string, unknown> {
  return { statusCode: one.code, message: one.message, fields: one.fields ?? [] };
}
/** The error as a refused request tells it. */
export function wholeError(one: SfError): Record<string, unknown> {
  if (one.more !== undefined) return { ...one.more, errorCode: one.code, message: one.message };
  return { message: one.message, errorCode: one.code, ...(one.fields === null ? {} : { fields: one.fields }) };
}
export const jsonType = 'application/json;charset=UTF-8';
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': jsonType, ...headers } });
}
export function refuseWhole(status: number, ...errors: readonly SfError[]): Response {
  return json(
    status,
    errors.map((one) => wholeError(one)),
  );
}

/** `2026-05-01T07:35:37.000+0000`: UTC without a Z and with whole seconds, as Salesforce writes instants. */
export function sfInstant(iso: string): string {
  return `${iso.slice(0, 19)}.000+0000`;
}

interface Wording {
  readonly type: string;
  readonly fieldOf: (name: string) => FieldDefinition | undefined;
}
const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const javaTypes: Partial<Record<FieldDefinition['kind'], string>> = {
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
};

/** Words refusals of the store. Missing and forbidden fields are told together, as Salesforce does. */
export function wordRefusals(refusals: readonly Refusal[], wording: Wording): SfError[] {
  const required = refusals.filter((one) => one.kind === 'required').map((one) => one.field ?? '');
  const forbidden = refusals
    .filter((one) => one.kind === 'no_permission' || one.kind === 'read_only')
    .map((one) => one.field ?? '');
  const errors = refusals
    .filter((one) => one.kind !== 'required' && one.kind !== 'no_permission' && one.kind !== 'read_only')
    .map((one) => wordOne(one, wording));
  if (forbidden.length > 0)
    errors.unshift(
      error(
        'INVALID_FIELD_FOR_INSERT_UPDATE',
        `Unable to create/update fields: ${forbidden.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
        forbidden,
      ),
    );
  if (required.length > 0)
    errors.push(error('REQUIRED_FIELD_MISSING', `Required fields are missing: [${required.join(', ')}]`, required));
  // A column that does not exist ends the reading of the row: nothing else is told.
  const column = errors.find((one) => one.code === 'INVALID_FIELD');
  return column === undefined ? errors : [column];
}

function wordOne(one: Refusal, wording: Wording): SfError {
  const name = one.field ?? '';
  const field = wording.fieldOf(name);
  const label = field?.label ?? name;
  switch (one.kind) {
    case 'unknown_field':
    case 'hidden_field':
      return error('INVALID_FIELD', `No such column '${name}' on sobject of type ${wording.type}`);
    case 'wrong_type':
      return error(
        'JSON_PARSER_ERROR',
        `Cannot deserialize instance of ${javaTypes[field?.kind ?? 'text'] ?? 'string'} from ${javaToken(one.value)} value ${shown(one.value)} or request may be missing a required field at [line:1, column:1]`,
      );
    case 'too_long':
      return error(
        'STRING_TOO_LONG',
        `${label}: data value too large: ${shown(one.value)} (max length=${field?.length})`,
        [name],
      );
    case 'out_of_range':
      return error(
        'NUMBER_OUTSIDE_VALID_RANGE',
        `${label}: value outside of valid range on numeric field: ${shown(one.value)}`,
        [name],
      );
    case 'bad_option':
      return error(
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `${label}: bad value for restricted picklist field: ${shown(one.value)}`,
        [name],
      );
    case 'bad_format':
      return error('INVALID_EMAIL_ADDRESS', `${label}: invalid email address: ${shown(one.value)}`, [name]);
    case 'bad_reference':
      return one.code === undefined
        ? error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name])
        : error(one.code, one.message ?? '', [name]);
    case 'duplicate':
      return error(
        'DUPLICATE_VALUE',
        `duplicate value found: ${name} duplicates value on record with id: ${to15(one.otherId ?? '<unknown>')}`,
      );
    case 'gone':
      return error('ENTITY_IS_DELETED', 'entity is deleted');
    case 'not_found':
      return error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    case 'inactive_user':
      return error(
        'INACTIVE_OWNER_OR_USER',
        `operation performed with inactive user [${to15(String(one.value))}] as owner of ${wording.type.toLowerCase()}`,
      );
    case 'locked':
      return error(
        'UNABLE_TO_LOCK_ROW',
        `unable to obtain exclusive access to this record or 1 records: ${shown(one.value)}`,
      );
    default:
      return error(
        one.code ?? 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        one.message ?? '',
        one.field === null ? [] : name.split(','),
      );
  }
}

function javaToken(value: unknown): string {
  if (typeof value === 'string') return 'VALUE_STRING';
  if (typeof value === 'number') return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  if (typeof value === 'boolean') return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
}

/** The usual text of a code that a fault plan asks for without words of its own. */
export function usualText(code: string): string {
  const texts: Readonly<Record<string, string>> = {
    UNABLE_TO_LOCK_ROW: 'unable to obtain exclusive access to this record or 1 records: 001ak0000000001',
    ENTITY_IS_DELETED: 'entity is deleted',
    DUPLICATES_DETECTED: 'Use one of these records?',
    DUPLICATE_VALUE: 'duplicate value found: <unknown> duplicates value on record with id: <unknown>',
    INVALID_FIELD: "No such column 'X' on sobject of type Account",
    INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: 'bad value for restricted picklist field: X',
    REQUEST_LIMIT_EXCEEDED: 'TotalRequests Limit exceeded.',
    FIELD_CUSTOM_VALIDATION_EXCEPTION: 'Refused by a validation rule of your administrator.',
    CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:
      'Account_Trigger: execution of BeforeUpdate caused by: System.NullPointerException',
    INSUFFICIENT_ACCESS_OR_READONLY: 'insufficient access rights on object id',
    ENTITY_IS_LOCKED: 'the entity is locked for editing',
    STORAGE_LIMIT_EXCEEDED: 'storage limit exceeded',
    INVALID_SESSION_ID: 'Session expired or invalid',
    SERVER_UNAVAILABLE: 'Server is unavailable',
    QUERY_TIMEOUT: 'Your query request was running for too long.',
    ALL_OR_NONE_OPERATION_ROLLED_BACK:
      'Record rolled back because not all records were valid and the request was using AllOrNone header',
  };
  return texts[code] ?? code;
}
