// Every row of both classifiers, said twice: once in the tables of src/clients, once here as the vendors' documents have it,
// and asked of the classifier in the shape in which the vendor answers. A code that is added without a row here fails.

import { describe, expect, it } from 'vitest';
import { codes as hubspotCodes, type Outcome, statuses } from '../../src/clients/hubspot/codes.ts';
import { classify, classifyItem } from '../../src/clients/hubspot/errors.ts';
import { adviceFor, type Fate, codes as salesforceCodes } from '../../src/clients/salesforce/codes.ts';
import { answerFault, recordFault, wireFault } from '../../src/clients/salesforce/errors.ts';
import { WireError } from '../../src/clients/salesforce/wire.ts';

/** Code → what it means of a whole request, and of one record where that is another thing. */
const salesforceRows: Readonly<Record<string, Fate | readonly [Fate, Fate]>> = {
  UNTRUSTED_SERVER: 'auth',
  INVALID_SESSION_ID: 'auth',
  INVALID_AUTH_HEADER: 'auth',
  API_DISABLED_FOR_ORG: 'auth',
  API_CURRENTLY_DISABLED: 'auth',
  INSUFFICIENT_SCOPE: 'auth',
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD: 'auth',
  REQUEST_LIMIT_EXCEEDED: 'limit',
  UNABLE_TO_LOCK_ROW: 'ready',
  ENTITY_IS_LOCKED: 'ready',
  REQUEST_RUNNING_TOO_LONG: 'unknown',
  QUERY_TIMEOUT: 'ready',
  SERVER_UNAVAILABLE: 'ready',
  TOO_MANY_APEX_REQUESTS: 'ready',
  LIMIT_EXCEEDED: 'ready',
  ALL_OR_NONE_OPERATION_ROLLED_BACK: 'ready',
  PROCESSING_HALTED: 'ready',
  STORAGE_LIMIT_EXCEEDED: 'ready',
  BATCH_REFUSED: 'ready',
  NOT_SENT: 'ready',
  NOT_SIGNED_IN: 'ready',
  INVALID_FIELD: 'drift',
  INVALID_FIELD_FOR_INSERT_UPDATE: 'drift',
  INVALID_TYPE: 'drift',
  NOT_FOUND: ['drift', 'rejected'],
  INSUFFICIENT_ACCESS: ['drift', 'rejected'],
  GONE: 'drift',
  UNSUPPORTED_API_VERSION: 'drift',
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: 'rejected',
  FIELD_CUSTOM_VALIDATION_EXCEPTION: 'rejected',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 'rejected',
  CANNOT_EXECUTE_FLOW_TRIGGER: 'rejected',
  APEX_ERROR: 'rejected',
  STRING_TOO_LONG: 'rejected',
  NUMBER_OUTSIDE_VALID_RANGE: 'rejected',
  INVALID_TYPE_ON_FIELD_IN_RECORD: 'rejected',
  JSON_PARSER_ERROR: 'rejected',
  REQUIRED_FIELD_MISSING: 'rejected',
  DUPLICATE_VALUE: 'rejected',
  DUPLICATES_DETECTED: 'rejected',
  DUPLICATE_EXTERNAL_ID: 'rejected',
  ENTITY_IS_DELETED: 'rejected',
  INVALID_CROSS_REFERENCE_KEY: 'rejected',
  MALFORMED_ID: 'rejected',
  INVALID_ID_FIELD: 'rejected',
  INSUFFICIENT_ACCESS_OR_READONLY: 'rejected',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'rejected',
  INACTIVE_OWNER_OR_USER: 'rejected',
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: 'rejected',
  MISSING_ARGUMENT: 'rejected',
  INVALID_ARGUMENT_TYPE: 'rejected',
  EXCEEDED_ID_LIMIT: 'rejected',
  INVALID_QUERY_LOCATOR: 'rejected',
  MALFORMED_QUERY: 'rejected',
  QUERY_TOO_COMPLICATED: 'rejected',
  FIELD_INTEGRITY_EXCEPTION: 'rejected',
  FIELD_FILTER_VALIDATION_EXCEPTION: 'rejected',
  INVALID_STATUS: 'rejected',
  TRANSFER_REQUIRES_READ: 'rejected',
  METHOD_NOT_ALLOWED: 'rejected',
};
/** Code or category → outcome, the same of a request and of one item of a batch. */
const hubspotRows: Readonly<Record<string, Outcome>> = {
  UNTRUSTED_SERVER: 'auth',
  INVALID_AUTHENTICATION: 'auth',
  EXPIRED_AUTHENTICATION: 'auth',
  BAD_REFRESH_TOKEN: 'auth',
  BAD_HUB: 'auth',
  BAD_CLIENT_ID: 'auth',
  BAD_CLIENT_SECRET: 'auth',
  MISSING_SCOPES: 'drift',
  PROPERTY_DOESNT_EXIST: 'drift',
  READ_ONLY_VALUE: 'drift',
  INVALID_OPTION: 'drift',
  INVALID_INTEGER: 'rejected',
  INVALID_LONG: 'rejected',
  INVALID_DATE: 'rejected',
  INVALID_EMAIL: 'rejected',
  INVALID_BOOLEAN_OPTION: 'rejected',
  OBJECT_NOT_FOUND: 'rejected',
  INVALID_OBJECT_IDS: 'rejected',
  VALUE_TAKEN: 'rejected',
  DUPLICATE_IDS: 'rejected',
  VALIDATION_ERROR: 'rejected',
  MISSING_REQUIRED_PROPERTY: 'rejected',
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: 'rejected',
  CONFLICT: 'rejected',
  OBJECT_ALREADY_EXISTS: 'rejected',
  GROUP_WITH_ACTIVE_PROPERTIES: 'rejected',
  CANNOT_DELETE_PROPERTY_IN_USE: 'rejected',
  RATE_LIMITS: 'ready',
  TEN_SECONDLY_ROLLING: 'ready',
  SECONDLY: 'ready',
  LOCKED: 'ready',
  DAILY: 'limit',
  DAILY_RESERVE: 'limit',
  MIGRATING: 'limit',
};

const requestOf = (fate: Fate | readonly [Fate, Fate]): Fate => (typeof fate === 'string' ? fate : fate[0]);
const recordOf = (fate: Fate | readonly [Fate, Fate]): Fate => (typeof fate === 'string' ? fate : fate[1]);
const answered = (status: number, errorCode: string, message = 'told by the org') =>
  answerFault({ status, headers: {}, text: '' }, [{ errorCode, message, fields: [] }]);
const thrown = (status: number, body: unknown) =>
  Object.assign(new Error('refused'), { code: status, body, headers: {} });
const network = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });

describe('the classifier of Salesforce', () => {
  it('has a row here for every code, and no row for a code that is gone', () => {
    expect(Object.keys(salesforceRows).sort()).toEqual(Object.keys(salesforceCodes).sort());
  });

  it.each(Object.entries(salesforceRows))('%s', (code, fate) => {
    const status = requestOf(fate) === 'auth' ? 403 : 400;

    expect(recordFault([{ statusCode: code, message: 'x', fields: [] }])).toMatchObject({ fate: recordOf(fate), code });
    expect(answered(status, code)).toMatchObject({ fate: requestOf(fate), code });
    expect(adviceFor(code).fix.length).toBeGreaterThan(5);
    expect(adviceFor(code).why.length).toBeGreaterThan(10);
    // A server in trouble may have acted, whatever it says; only a refused lock is certain.
    expect(answered(503, code).fate).toBe(
      code === 'UNABLE_TO_LOCK_ROW' ? 'ready' : code === 'REQUEST_LIMIT_EXCEEDED' ? 'limit' : 'unknown',
    );
    // 401 asks for a new session, with whatever code.
    expect(answered(401, code).fate).toBe('auth');
  });

  it.each([
    [300, 'unknown'],
    [401, 'auth'],
    [403, 'unknown'],
    [404, 'drift'],
    [405, 'rejected'],
    [408, 'unknown'],
    [410, 'drift'],
    [412, 'ready'],
    [414, 'rejected'],
    [415, 'rejected'],
    [420, 'unknown'],
    [429, 'limit'],
    [431, 'rejected'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
  ] as const)('a bare %s is %s', (status, fate) => {
    expect(answerFault({ status, headers: {}, text: '' }, '<html>no code</html>').fate).toBe(fate);
  });

  it.each(['FUNCTIONALITY_TEMPORARILY_UNAVAILABLE', 'UNKNOWN_EXCEPTION', 'A_CODE_OF_NEXT_YEAR'])(
    '%s of one record is in no table, so nobody knows',
    (code) => {
      expect(recordFault([{ statusCode: code, message: 'x' }]).fate).toBe('unknown');
    },
  );

  it.each([
    ['no', 'ready'],
    ['maybe', 'unknown'],
  ] as const)('a broken line of which a request was sent: %s is %s', (sent, fate) => {
    expect(wireFault(new WireError(sent, 'ECONNRESET', null)).fate).toBe(fate);
  });

  it('a result without a code is unknown', () => {
    expect([recordFault([]).fate, recordFault(null).fate, recordFault([{ message: 'x' }]).fate]).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});

describe('the classifier of HubSpot', () => {
  it('has a row here for every code, and no row for a code that is gone', () => {
    expect(Object.keys(hubspotRows).sort()).toEqual(Object.keys(hubspotCodes).sort());
  });

  it.each(Object.entries(hubspotRows))('%s', (code, outcome) => {
    const listed = { status: 'error', message: 'x', category: 'VALIDATION_ERROR', errors: [{ code, message: 'x' }] };
    const item = classifyItem({ category: code, subCategory: null, message: 'x', context: {} });

    expect(classify(thrown(400, { status: 'error', message: 'x', category: code }))).toMatchObject({ outcome, code });
    expect(classify(thrown(400, listed))).toMatchObject({ outcome, code });
    expect(item).toMatchObject({ outcome, code });
    // A server in trouble may have acted, whatever it says.
    expect(classify(thrown(502, { status: 'error', message: 'x', category: code })).outcome).toBe('unknown');
    expect(hubspotCodes[code]?.fix.length).toBeGreaterThan(5);
  });

  it.each([
    [400, 'rejected'],
    [401, 'auth'],
    [403, 'drift'],
    [404, 'rejected'],
    [405, 'rejected'],
    [408, 'unknown'],
    [409, 'rejected'],
    [413, 'rejected'],
    [414, 'rejected'],
    [415, 'rejected'],
    [418, 'unknown'],
    [422, 'rejected'],
    [423, 'ready'],
    [429, 'ready'],
    [477, 'limit'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
    [521, 'unknown'],
    [524, 'unknown'],
  ] as const)('a bare %s is %s', (status, outcome) => {
    expect(classify(thrown(status, '<html>no code</html>')).outcome).toBe(outcome);
  });
  it('has a bare status here for every one in the table', () => {
    expect(
      Object.keys(statuses)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 423, 477]);
  });

  it.each([
    ['DAILY', 'You have reached your daily limit.', 'limit'],
    ['TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.', 'ready'],
    ['SECONDLY', 'You have reached your secondly limit.', 'ready'],
  ] as const)('429 by the policy %s', (policyName, message, outcome) => {
    expect(classify(thrown(429, { status: 'error', message, policyName }))).toMatchObject({
      outcome,
      code: policyName,
    });
  });

  it.each([
    ['ENOTFOUND', 'ready'],
    ['EAI_AGAIN', 'ready'],
    ['ECONNREFUSED', 'ready'],
    ['EHOSTUNREACH', 'ready'],
    ['ENETUNREACH', 'ready'],
    ['UND_ERR_CONNECT_TIMEOUT', 'ready'],
    ['ECONNRESET', 'unknown'],
    ['EPIPE', 'unknown'],
    ['UND_ERR_SOCKET', 'unknown'],
    ['UND_ERR_HEADERS_TIMEOUT', 'unknown'],
    ['UND_ERR_BODY_TIMEOUT', 'unknown'],
  ] as const)('the network says %s: %s', (code, outcome) => {
    expect(classify(network(code))).toMatchObject({ outcome, code });
  });

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('a server that cannot prove who it is (%s) is left at once', (code) => {
    expect(classify(network(code))).toMatchObject({ outcome: 'auth', code: 'UNTRUSTED_SERVER' });
  });

  it('a category that nobody has listed is unknown for one item, and a definite no to a request', () => {
    expect(classifyItem({ category: 'SOMETHING_NEW', subCategory: null, message: 'x', context: {} }).outcome).toBe(
      'unknown',
    );
    expect(classify(thrown(400, { status: 'error', message: 'x', category: 'SOMETHING_NEW' })).outcome).toBe(
      'rejected',
    );
  });
});
