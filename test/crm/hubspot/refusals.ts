// Refusals of HubSpot, in the words that others have seen, and how a run ends that gets one. A list; the tests read it.

import type { FaultAction } from '../../../src/sandbox/faults.ts';

export const update = 'companies/batch/update';
export const create = 'tasks/batch/create';
const html = { 'content-type': 'text/html' };

/** A refusal in the words that others have seen. */
function said(category: string, message: string, more: Record<string, unknown> = {}) {
  return { status: 'error', message, correlationId: '5fd5b6a0-8d2c-4b9f-9c8b-0c2f6c1d7a11', category, ...more };
}
export function invalid(code: string, name: string, message: string) {
  const list = [{ isValid: false, message, error: code, name, localizedErrorMessage: message, portalId: 44237313 }];
  return said('VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(list)}`, {
    errors: [{ message, code, context: { propertyName: [name] } }],
  });
}
const burst = {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  correlationId: 'c',
  policyName: 'TEN_SECONDLY_ROLLING',
  groupName: 'publicapi:private_app-api-calls-ten-secondly:1512050:26892217',
};
const daily = {
  status: 'error',
  message: 'You have reached your daily limit.',
  errorType: 'RATE_LIMIT',
  correlationId: 'c',
  policyName: 'DAILY',
};
const noScope = (scope: string) =>
  said(
    'MISSING_SCOPES',
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      errors: [
        { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: [scope] } },
      ],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    },
  );

export interface Row {
  readonly name: string;
  readonly at: string | null;
  readonly answer: FaultAction;
  /** Once, or (default) as long as the cause is there. */
  readonly once?: true;
  readonly exit: number;
  readonly states: Readonly<Record<string, number>>;
  readonly says: RegExp;
  /** Calls that the refused path may get in the first run. */
  readonly calls?: number;
  /** After the cause is gone: a person says so, or the next run goes on by itself. */
  readonly after: 'goes on' | 'is retried';
}
export const answers = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): FaultAction => ({
  do: 'status',
  status,
  body,
  headers,
});
/** Three scores to write and two tasks to make. */
const nothing = {};
const allWait = { ready: 5 };
const allDone = { applied: 5 };

export const refusals: readonly Row[] = [
  {
    name: 'a token that HubSpot does not know',
    at: null,
    answer: answers(
      401,
      said(
        'INVALID_AUTHENTICATION',
        'Authentication credentials not found. This API supports OAuth 2.0 authentication',
      ),
    ),
    exit: 6,
    states: nothing,
    says: /does not accept the access token.*HUBSPOT_ACCESS_TOKEN/s,
    after: 'goes on',
  },
  {
    name: 'a token that is taken back in mid-run',
    at: update,
    answer: answers(401, said('INVALID_AUTHENTICATION', 'Authentication credentials not found.')),
    exit: 6,
    states: allWait,
    says: /does not accept the access token/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'a key that was not copied whole, which HubSpot calls expired since 1970',
    at: null,
    answer: answers(
      401,
      said('EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired 20705 day(s) ago.', {
        context: { 'expire time': ['1970-01-01T00:00:00Z'] },
      }),
    ),
    exit: 6,
    states: nothing,
    says: /copied whole/,
    after: 'goes on',
  },
  {
    name: 'a scope that the key lacks for companies',
    at: update,
    answer: answers(403, noScope('crm.objects.companies.write')),
    exit: 5,
    states: allWait,
    says: /Give the service key or private app crm\.objects\.companies\.write/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'a scope that the key lacks for tasks, after the scores were written',
    at: create,
    answer: answers(403, noScope('crm.objects.contacts.write')),
    exit: 5,
    states: { applied: 3, ready: 2 },
    says: /crm\.objects\.contacts\.write/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'the burst limit, once',
    at: update,
    answer: answers(429, burst),
    once: true,
    exit: 0,
    states: allDone,
    says: /^$/,
    calls: 2,
    after: 'goes on',
  },
  {
    name: 'the burst limit, for good',
    at: update,
    answer: answers(429, burst),
    exit: 7,
    states: allWait,
    says: /asks us to slow down/,
    calls: 5,
    after: 'goes on',
  },
  {
    name: 'the burst limit while tasks are made, once',
    at: create,
    answer: answers(429, burst),
    once: true,
    exit: 0,
    states: allDone,
    says: /^$/,
    calls: 2,
    after: 'goes on',
  },
  {
    name: "the portal's daily limit",
    at: update,
    answer: answers(429, daily),
    exit: 7,
    states: allWait,
    says: /after midnight in the time zone of the portal/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'a lock that goes',
    at: update,
    answer: answers(423, said('LOCKED', 'Locked')),
    once: true,
    exit: 0,
    states: allDone,
    says: /^$/,
    calls: 2,
    after: 'goes on',
  },
  {
    name: 'a lock that does not go',
    at: update,
    answer: answers(423, said('LOCKED', 'Locked')),
    exit: 4,
    states: { applied: 2, skipped: 3 },
    says: /3 writes: not written now.*HubSpot has locked the records/s,
    calls: 5,
    after: 'goes on',
  },
  {
    name: 'a portal that moves to another data centre',
    at: update,
    answer: answers(477, { status: 'error', message: 'Migration in progress' }, { 'retry-after': '3600' }),
    exit: 7,
    states: allWait,
    says: /moving the portal to another data centre/,
    calls: 1,
    after: 'goes on',
  },
  ...[502, 503, 504, 521, 523, 524].map(
    (status): Row => ({
      name: `${status} on every update`,
      at: update,
      answer: answers(status, '<html><body>Error</body></html>', html),
      exit: 4,
      states: { applied: 2, unknown: 3 },
      says: new RegExp(`HTTP status ${status}`),
      calls: 5,
      after: 'goes on',
    }),
  ),
  {
    name: '502 when tasks are made, which is not tried a second time',
    at: create,
    answer: answers(502, '<html><body>Bad gateway</body></html>', html),
    exit: 4,
    states: { applied: 3, unknown: 2 },
    says: /Whether HubSpot acted is not known/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: '500 with a body that says VALIDATION_ERROR keeps its doubt',
    at: create,
    answer: answers(500, said('VALIDATION_ERROR', 'internal error')),
    exit: 4,
    states: { applied: 3, unknown: 2 },
    says: /Whether HubSpot acted is not known/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'a record twice in a batch',
    at: update,
    answer: answers(
      400,
      said('VALIDATION_ERROR', 'Duplicate IDs found in batch input: [12877907025]. IDs must be unique', {
        context: { ids: ['12877907025'] },
      }),
    ),
    exit: 4,
    states: { applied: 2, rejected: 3 },
    says: /a record stood twice in one batch/,
    after: 'is retried',
  },
  ...(
    [
      [
        'READ_ONLY_VALUE',
        '"kenko_health_band" is a calculated property; its value cannot be set.',
        /computed by HubSpot.*Map another property/s,
      ],
      [
        'INVALID_OPTION',
        'red was not one of the allowed options: [label: "Green"\nvalue: "green"\n]',
        /kenko_health_band has no such option.*kenko setup/s,
      ],
      [
        'PROPERTY_DOESNT_EXIST',
        'Property "kenko_health_band" does not exist',
        /the property kenko_health_band does not exist.*kenko setup/s,
      ],
      ['INVALID_INTEGER', 'kenko_health_band was not a valid number', /takes numbers only/],
      ['INVALID_LONG', '1/1/1 was not a valid long.', /takes whole numbers or instants only/],
      ['INVALID_DATE', '1/1/1 was not a valid date.', /takes days only/],
      ['INVALID_EMAIL', 'Email address x is invalid', /takes e-mail addresses only/],
    ] as const
  ).map(
    ([code, message, says]): Row => ({
      name: code,
      at: update,
      answer: answers(400, invalid(code, 'kenko_health_band', message)),
      exit: 4,
      states: { applied: 2, rejected: 3 },
      says,
      after: 'is retried',
    }),
  ),
  {
    name: 'a property that the portal requires (2026-09)',
    at: update,
    answer: answers(
      400,
      said('VALIDATION_ERROR', 'Required property is missing', {
        errors: [{ message: 'x', code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['industry'] } }],
      }),
    ),
    exit: 4,
    states: { applied: 2, rejected: 3 },
    says: /the portal requires industry, which is empty on this record.*Fill it in HubSpot, or relax the rule/s,
    after: 'is retried',
  },
  {
    name: 'a property that the portal requires where another has a value (2026-09)',
    at: update,
    answer: answers(
      400,
      said('VALIDATION_ERROR', 'Required property is missing', {
        errors: [
          { message: 'x', code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', context: { propertyName: ['industry'] } },
        ],
      }),
    ),
    exit: 4,
    states: { applied: 2, rejected: 3 },
    says: /the portal requires industry where another property has a certain value/,
    after: 'is retried',
  },
  {
    name: 'a task key that another task has, though nobody can find it',
    at: create,
    answer: answers(
      400,
      said(
        'VALIDATION_ERROR',
        'Cannot set PropertyValueCoordinates{portalId=44237313, objectTypeId=ObjectTypeId{legacyObjectType=TASK}, propertyName=kenko_key, value=x} on 552148386511. 552239500007 already has that value.',
      ),
    ),
    exit: 4,
    states: { applied: 3, rejected: 2 },
    says: /another record already has this value of kenko_key/,
    after: 'is retried',
  },
  {
    name: 'an association that points nowhere',
    at: create,
    answer: answers(
      400,
      said('VALIDATION_ERROR', 'One or more associations are invalid', { context: { INVALID_OBJECT_IDS: ['5'] } }),
    ),
    exit: 4,
    states: { applied: 3, rejected: 2 },
    says: /the record that it should hang on is gone/,
    after: 'is retried',
  },
  {
    name: 'an association in the wrong direction',
    at: create,
    answer: answers(
      400,
      said('VALIDATION_ERROR', 'invalid from object type 0-47 for associations to be created. expected: 0-1'),
    ),
    exit: 4,
    states: { applied: 3, rejected: 2 },
    says: /invalid from object type/,
    after: 'is retried',
  },
  {
    name: 'more inputs than a batch may hold',
    at: update,
    answer: answers(400, said('VALIDATION_ERROR', 'The maximum number of inputs supported in a batch request is 100.')),
    exit: 4,
    states: { applied: 2, rejected: 3 },
    says: /maximum number of inputs/,
    after: 'is retried',
  },
  {
    name: 'a page instead of an answer where records are read',
    at: 'companies/batch/read',
    answer: answers(502, '<html><body>Bad gateway</body></html>', html),
    exit: 4,
    states: nothing,
    says: /no usable answer \(HTTP_502\)/,
    calls: 5,
    after: 'goes on',
  },
  {
    name: 'the daily limit while records are read',
    at: 'companies/batch/read',
    answer: answers(429, daily),
    exit: 7,
    states: nothing,
    says: /limit is used up/,
    calls: 1,
    after: 'goes on',
  },
  {
    name: 'a missing scope where records are read',
    at: 'companies/batch/read',
    answer: answers(403, noScope('crm.objects.companies.read')),
    exit: 5,
    states: nothing,
    says: /crm\.objects\.companies\.read/,
    after: 'goes on',
  },
  {
    name: 'a missing scope where properties are read',
    at: 'properties/companies',
    answer: answers(403, noScope('crm.objects.companies.read')),
    exit: 5,
    states: nothing,
    says: /crm\.objects\.companies\.read/,
    after: 'goes on',
  },
  {
    name: 'a HTML 404 from the gateway',
    at: 'properties/companies',
    answer: answers(404, '<html><body><h2>HTTP ERROR 404</h2></body></html>', html),
    exit: 5,
    states: nothing,
    says: /HTTP status 404/,
    after: 'goes on',
  },
];
