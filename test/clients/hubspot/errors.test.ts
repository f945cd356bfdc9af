import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/clients/hubspot/codes.ts';
import { classify, classifyItem, isTaken, toError, toProblem } from '../../../src/clients/hubspot/errors.ts';
import { AuthError, DriftError, LimitError, UnavailableError } from '../../../src/lib/errors.ts';
import { burst, daily, refusal, secondly } from './wire.ts';

function thrown(status: number, body: unknown, headers: Record<string, string> = {}) {
  return Object.assign(new Error(`HTTP-Code: ${status}\nBody: ${JSON.stringify(body)}`), {
    code: status,
    body,
    headers,
  });
}
function network(code: string) {
  return Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });
}

describe('what a refusal means', () => {
  const cases: readonly (readonly [string, number, unknown, Outcome, string])[] = [
    [
      'no or wrong token',
      401,
      refusal('INVALID_AUTHENTICATION', 'Authentication credentials not found.'),
      'auth',
      'INVALID_AUTHENTICATION',
    ],
    [
      'expired or malformed token',
      401,
      refusal('EXPIRED_AUTHENTICATION', 'expired 75 second(s) ago.'),
      'auth',
      'EXPIRED_AUTHENTICATION',
    ],
    ['a 401 without a category', 401, {}, 'auth', 'HTTP_401'],
    ['a revoked refresh token', 400, { status: 'BAD_REFRESH_TOKEN', message: 'revoked' }, 'auth', 'BAD_REFRESH_TOKEN'],
    ['an uninstalled portal', 400, { status: 'BAD_HUB', message: 'missing or unknown hub id' }, 'auth', 'BAD_HUB'],
    ['a bad client', 400, { status: 'BAD_CLIENT_ID', message: 'x' }, 'auth', 'BAD_CLIENT_ID'],
    ['a missing scope', 403, refusal('MISSING_SCOPES', 'no scope'), 'drift', 'MISSING_SCOPES'],
    ['a record that is gone', 404, refusal('OBJECT_NOT_FOUND', 'x'), 'rejected', 'OBJECT_NOT_FOUND'],
    ['a 404 without a category', 404, { status: 'error', message: 'resource not found' }, 'rejected', 'HTTP_404'],
    ['a validation error', 400, refusal('VALIDATION_ERROR', 'x'), 'rejected', 'VALIDATION_ERROR'],
    ['an address that is too long', 414, '', 'rejected', 'HTTP_414'],
    [
      'a contact that exists',
      409,
      refusal('CONFLICT', 'Contact already exists. Existing ID: 512'),
      'rejected',
      'CONFLICT',
    ],
    ['a property that exists', 409, refusal('OBJECT_ALREADY_EXISTS', 'x'), 'rejected', 'OBJECT_ALREADY_EXISTS'],
    [
      'a required property of the portal',
      400,
      refusal('MISSING_REQUIRED_PROPERTY', 'x'),
      'rejected',
      'MISSING_REQUIRED_PROPERTY',
    ],
    ['an association target that is gone', 400, refusal('INVALID_OBJECT_IDS', 'x'), 'rejected', 'INVALID_OBJECT_IDS'],
    ['the burst limit', 429, burst, 'ready', 'TEN_SECONDLY_ROLLING'],
    ['the search limit', 429, secondly, 'ready', 'RATE_LIMITS'],
    ['the daily limit', 429, daily, 'limit', 'DAILY'],
    ['a lock', 423, {}, 'ready', 'LOCKED'],
    ['a portal that is being moved', 477, {}, 'limit', 'MIGRATING'],
    ['a request that took too long', 408, {}, 'unknown', 'HTTP_408'],
    ['a server error', 500, {}, 'unknown', 'HTTP_500'],
    ['a gateway page', 502, '<html>Bad gateway</html>', 'unknown', 'HTTP_502'],
    ['a gateway that is gone', 521, '', 'unknown', 'HTTP_521'],
    ['a server error that names a validation', 500, refusal('VALIDATION_ERROR', 'x'), 'unknown', 'VALIDATION_ERROR'],
    ['a status that nobody listed', 418, {}, 'unknown', 'HTTP_418'],
  ];
  it.each(cases)('%s', (_, status, body, outcome, code) => {
    const found = classify(thrown(status, body));

    expect(found).toMatchObject({ outcome, code, status });
  });

  it.each(['ENOTFOUND', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])(
    'a network that failed before a byte left (%s) did not act',
    (code) => {
      expect(classify(network(code))).toMatchObject({ outcome: 'ready', code });
    },
  );
  it.each(['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'a server that cannot prove who it is (%s) was sent nothing and is not asked again',
    (code) => {
      expect(classify(network(code))).toMatchObject({ outcome: 'auth', code: 'UNTRUSTED_SERVER' });
    },
  );
  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'])(
    'a network that failed on the way (%s) may have acted',
    (code) => {
      expect(classify(network(code))).toMatchObject({ outcome: 'unknown', code });
    },
  );
  it('an error that nobody listed may have happened', () => {
    expect(classify(new SyntaxError('Unexpected end of JSON input'))).toMatchObject({
      outcome: 'unknown',
      code: 'GARBLED',
    });
  });

  it('the more special code of a validation error is the one that is told, with the property', () => {
    const message =
      'Property values were not valid: [{"isValid":false,"message":"x","error":"PROPERTY_DOESNT_EXIST","name":"kenko_x"}]';
    const found = classify(thrown(400, { ...refusal('VALIDATION_ERROR', message), errors: [] }));

    expect(found).toMatchObject({ outcome: 'drift', code: 'PROPERTY_DOESNT_EXIST', properties: ['kenko_x'] });
  });
  it('retry-after is taken in seconds, whatever the kind of refusal', () => {
    expect(classify(thrown(429, burst, { 'retry-after': '3' })).waitMs).toBe(3_000);
    expect(classify(thrown(477, {}, { 'retry-after': '7200' })).waitMs).toBe(7_200_000);
  });
  it('without retry-after each limit has its own wait', () => {
    const wait = (status: number, body: unknown) => classify(thrown(status, body)).waitMs;

    expect([wait(429, burst), wait(429, secondly), wait(429, daily), wait(423, {})]).toEqual([
      10_000,
      1_100,
      null,
      2_500,
    ]);
  });
});

describe('one refused item of a batch', () => {
  const entry = (category: string, message: string, context: Record<string, string[]> = {}) =>
    classifyItem({ category, subCategory: null, message, context });

  it('names the effect by its trace and the record by its id', () => {
    const found = entry('OBJECT_NOT_FOUND', 'gone', { objectWriteTraceId: ['7'], ids: ['999'] });

    expect(found).toMatchObject({ outcome: 'rejected', traces: ['7'], ids: ['999'] });
  });
  it('of an unlisted category has an unknown outcome', () => {
    expect(entry('SOMETHING_NEW', 'x').outcome).toBe('unknown');
    expect(entry('', 'x')).toMatchObject({ outcome: 'unknown', code: 'UNLISTED' });
  });
  it('that says another record has the value is told apart from other refusals', () => {
    const says = 'Cannot set PropertyValueCoordinates{propertyName=kenko_key} on 1. 2 already has that value.';

    expect(isTaken(entry('VALIDATION_ERROR', says))).toBe(true);
    expect(isTaken(entry('VALIDATION_ERROR', 'not a valid number'))).toBe(false);
  });
});

describe('a refusal as an error or as problems', () => {
  it.each([
    [401, {}, AuthError],
    [429, daily, LimitError],
    [429, burst, LimitError],
    [403, {}, DriftError],
    [502, {}, UnavailableError],
    [423, {}, UnavailableError],
  ] as const)('%s becomes the error it stands for', (status, body, kind) => {
    expect(toError(classify(thrown(status, body)), 'here')).toBeInstanceOf(kind);
  });
  it('names the missing scopes of the object at hand, of all those that HubSpot lists', () => {
    const scopes = ['e-commerce', 'crm.objects.companies.read', 'crm.objects.deals.read', 'crm.objects.contacts.write'];
    const body = { ...refusal('MISSING_SCOPES', 'x'), errors: [{ context: { requiredGranularScopes: scopes } }] };
    const told = (where: string) => toProblem(classify(thrown(403, body)), where).what;

    expect(told('hubspot companies')).toBe('the access token lacks the scope crm.objects.companies.read');
    expect(told('hubspot tasks')).toBe('the access token lacks the scope crm.objects.contacts.write');
    expect(told('hubspot owners')).toBe(`the access token lacks all of the scopes ${scopes.join(', ')}; one is needed`);
  });
  it('reads the scopes from the message where a property route names them only there', () => {
    const message = 'You do not have permissions to view object type (requires one of [companies-read])';
    const found = classify(thrown(403, { status: 'error', message }));

    expect(found.scopes).toEqual(['companies-read']);
    expect(toProblem(found, 'hubspot companies').fix).toContain('companies-read');
  });
  it('carries no person, no token and no endless list of options', () => {
    const long = `bad value of jo@example.com, Bearer abcdefgh12345678, options: ${'[label: "x"\nvalue: "y"]'.repeat(200)}`;
    const found = classify(
      thrown(400, refusal('VALIDATION_ERROR', long), { authorization: 'Bearer secret-in-header' }),
    );
    const all = JSON.stringify([found, toProblem(found, 'here'), toError(found, 'here').message]);

    expect(found.says.length).toBeLessThanOrEqual(300);
    expect(all).not.toMatch(/jo@example\.com|abcdefgh12345678|secret-in-header/);
  });
});
