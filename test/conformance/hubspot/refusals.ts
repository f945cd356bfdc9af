// The refusals that HubSpot documents or that were seen of it, each provoked once: status, keys, category and wording. The
// words are HubSpot's, taken from its documents, its changelog and reports of live portals; a recording would be better, and
// where there is one it is in the recorded proofs.

import type { Proof } from '../report.ts';
import { type Exchange, listen } from './exchanges.ts';
import type { Told } from './likeness.ts';
import { ids, member, openStage, type Stage } from './portal.ts';

interface Refusal {
  readonly what: string;
  readonly ask: (stage: Stage) => Promise<Told>;
  readonly status: number;
  /** Keys of the body, in any order; null: a page of HTML. */
  readonly keys: readonly string[] | null;
  /** What the body says, as JSON text. */
  readonly says: RegExp;
  readonly headers?: Readonly<Record<string, RegExp | null>>;
}

const companies = '/crm/v3/objects/companies';
const tasks = '/crm/v3/objects/tasks';
const json = { accept: 'application/json' };
const plain = ['status', 'message', 'correlationId'];
const invalid = [...plain, 'category'];
const listed = [...plain, 'errors', 'category'];
const batch = ['completedAt', 'status', 'startedAt', 'results', 'errors', 'numErrors'];
const pageful = { 'content-type': /^text\/html;charset=/ };
const limitsTold = { 'x-hubspot-ratelimit-max': /^\d+$/, 'x-hubspot-ratelimit-daily': /^\d+$/ };
const limitsUntold = { 'x-hubspot-ratelimit-max': null, 'x-hubspot-ratelimit-daily': null };
const bearer = (token: string) => ({ authorization: `Bearer ${token}`, ...json });
const task = (more: object = {}) => ({ properties: { hs_timestamp: '2026-11-25', ...more } });
const linked = (id: string, type: number) => ({
  ...task(),
  associations: [{ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type }] }],
});

const form = (more: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'pretend-client-id',
    client_secret: 'pretend-client-not-a-secret',
    refresh_token: 'pretend-refresh-not-a-secret',
    ...more,
  }).toString();
const token = (stage: Stage, body: string) =>
  stage.ask('POST', '/oauth/v1/token', body, { 'content-type': 'application/x-www-form-urlencoded' });
/** What a planted fault answers. */
const planted = async (stage: Stage, status: number, code?: string): Promise<Told> => {
  stage.box.hubspot.faults.plant({ action: { do: 'status', status, ...(code === undefined ? {} : { code }) } });
  return await stage.ask('GET', companies, undefined, json);
};

const access: readonly Refusal[] = [
  {
    what: 'no token',
    ask: (stage) => stage.ask('GET', companies, undefined, { authorization: '', ...json }),
    status: 401,
    keys: invalid,
    says: /"message":"Authentication credentials not found\. This API supports OAuth 2\.0.*"category":"INVALID_AUTHENTICATION"/,
    headers: limitsUntold,
  },
  {
    what: 'a key that cannot be read',
    ask: (stage) => stage.ask('GET', companies, undefined, bearer('pat-na1-unreadable')),
    status: 401,
    keys: [...invalid, 'context'],
    says: /expired \d+ day\(s\) ago\..*"expire time":\["1970-01-01T00:00:00Z"\].*"category":"EXPIRED_AUTHENTICATION"/,
    headers: limitsUntold,
  },
  {
    what: 'an OAuth token whose time is over',
    ask: async (stage) => {
      const fresh = String(member(await token(stage, form()), 'access_token'));
      stage.box.clock.push(1_875_000);
      return await stage.ask('GET', companies, undefined, bearer(fresh));
    },
    status: 401,
    keys: [...invalid, 'context'],
    says: /The OAuth token used to make this call expired 7\d second\(s\) ago\./,
    headers: limitsUntold,
  },
  {
    what: 'scopes that are missing',
    ask: (stage) => {
      stage.portal.setKnob('token', { token: 'pretend-companies-only', scopes: ['crm.objects.companies.read'] });
      return stage.ask('GET', '/crm/v3/objects/deals', undefined, bearer('pretend-companies-only'));
    },
    status: 403,
    keys: [...plain, 'errors', 'links', 'category'],
    says: /This app hasn't been granted all required scopes.*"requiredGranularScopes":\["crm\.objects\.deals\.read"\].*MISSING_SCOPES/,
    headers: limitsUntold,
  },
  ...(
    [
      [
        'BAD_REFRESH_TOKEN',
        ['error', 'error_description', 'status', 'message'],
        /invalid_grant.*refresh token is invalid/,
      ],
      ['BAD_HUB', ['status', 'message', 'error'], /missing or unknown hub id.*access_denied/],
      ['BAD_CLIENT_ID', ['error', 'error_description', 'status', 'message'], /invalid_client/],
    ] as const
  ).map(
    ([refusal, keys, says]): Refusal => ({
      what: `a refresh refused: ${refusal}`,
      ask: async (stage) => {
        stage.portal.setKnob('refresh_refusal', refusal);
        stage.portal.setRefresh('fails');
        const told = await token(stage, form());
        stage.portal.setRefresh('works');
        return told;
      },
      status: 400,
      keys,
      says,
    }),
  ),
];

const reading: readonly Refusal[] = [
  {
    what: 'a record that is not there, for who asks for JSON',
    ask: (stage) => stage.ask('GET', `${companies}/999`, undefined, json),
    status: 404,
    keys: plain,
    says: /"message":"resource not found"/,
    headers: limitsTold,
  },
  {
    what: 'the same for who does not',
    ask: (stage) => stage.ask('GET', `${companies}/999`, undefined, { accept: '*/*' }),
    status: 404,
    keys: null,
    says: /Resource not found/,
    headers: pageful,
  },
  {
    what: 'an id that is no number',
    ask: (stage) => stage.ask('GET', `${companies}/abc`, undefined, json),
    status: 404,
    keys: [...invalid, 'context'],
    says: /Object not found\. {2}objectId are usually numeric\..*"id":\["abc"\].*OBJECT_NOT_FOUND/,
  },
  {
    what: 'an id of a batch that is not there',
    ask: (stage) => stage.ask('POST', `${companies}/batch/read`, { inputs: [{ id: '999' }] }),
    status: 207,
    keys: batch,
    says: /OBJECT_NOT_FOUND.*Could not get some COMPANY objects, they may be deleted or not exist\..*"ids":\["999"\].*"numErrors":1/,
  },
  {
    what: 'a record without associations',
    ask: async (stage) => {
      const [id] = await ids(stage, 'companies', 1);
      return await stage.ask('POST', '/crm/v4/associations/companies/notes/batch/read', { inputs: [{ id }] });
    },
    status: 207,
    keys: batch,
    says: /"subCategory":"crm\.associations\.NO_ASSOCIATIONS_FOUND".*No note is associated with company \d+\./,
  },
  {
    what: 'too many names in one address',
    ask: (stage) => stage.ask('GET', `${companies}?properties=${'x'.repeat(9000)}`, undefined, json),
    status: 414,
    keys: null,
    says: /414/,
    headers: pageful,
  },
];

const writing: readonly Refusal[] = [
  {
    what: 'a property that is not there',
    ask: (stage) => stage.ask('POST', companies, { properties: { testproperty: '1' } }),
    status: 400,
    keys: listed,
    says: /Property values were not valid: .*"code":"PROPERTY_DOESNT_EXIST".*"propertyName":\["testproperty"\].*VALIDATION_ERROR/,
  },
  {
    what: 'a bad value in a traced batch',
    ask: (stage) =>
      stage.ask('POST', `${companies}/batch/create`, {
        inputs: [{ objectWriteTraceId: '549b1c2a9351', properties: { missing: '1' } }],
      }),
    status: 207,
    keys: batch,
    says: /PROPERTY_DOESNT_EXIST.*localizedErrorMessage.*portalId.*"context":\{"objectWriteTraceId":\["549b1c2a9351"\]\}/,
  },
  ...(
    [
      ['READ_ONLY_VALUE', 'hs_object_id', '1', /is a calculated property; its value cannot be set\./],
      ['INVALID_OPTION', 'lifecyclestage', 'X', /X was not one of the allowed options: \[label: /],
      ['INVALID_INTEGER', 'annualrevenue', 'much', /much was not a valid number/],
      ['LEADING_TRAILING_WHITESPACE', 'annualrevenue', ' 1', /includes leading or trailing whitespace/],
    ] as const
  ).map(
    ([code, name, value, says]): Refusal => ({
      what: `a bad value: ${code}`,
      ask: (stage) => stage.ask('POST', companies, { properties: { [name]: value } }),
      status: 400,
      keys: listed,
      says: new RegExp(`${says.source}.*${code}`),
    }),
  ),
  {
    what: 'a time that is none',
    ask: (stage) => stage.ask('POST', tasks, { properties: { hs_timestamp: '1/1/1' } }),
    status: 400,
    keys: listed,
    says: /1\/1\/1 was not a valid long\..*INVALID_LONG/,
  },
  {
    what: 'an id twice in a batch',
    ask: (stage) => {
      const input = { id: '12877907025', properties: {} };
      return stage.ask('POST', `${companies}/batch/update`, { inputs: [input, input] });
    },
    status: 400,
    keys: [...invalid, 'context'],
    says: /Duplicate IDs found in batch input: \[12877907025\]\. IDs must be unique/,
  },
  {
    what: 'an upsert by what names no record',
    ask: (stage) =>
      stage.ask('POST', `${companies}/batch/upsert`, {
        inputs: [{ idProperty: 'hs_object_id', id: '1', properties: { city: 'Oslo' } }],
      }),
    status: 400,
    keys: invalid,
    says: /Unable to perform update\/upsert by non-unique 0-2 property hs_object_id in portal ID \d+/,
  },
  {
    what: 'a unique value that another record has',
    ask: (stage) => stage.ask('POST', companies, { properties: { kenko_external_account_id: 'A0001' } }),
    status: 400,
    keys: invalid,
    says: /Cannot set PropertyValueCoordinates\{portalId=\d+, objectTypeId=ObjectTypeId\{legacyObjectType=COMPANY\}, propertyName=kenko_external_account_id, value=A0001\} on \d+\. \d+ already has that value\./,
  },
  {
    what: 'a contact whose e-mail is taken',
    ask: async (stage) => {
      await stage.ask('POST', '/crm/v3/objects/contacts', { properties: { email: 'twice@pretend.example' } });
      return await stage.ask('POST', '/crm/v3/objects/contacts', { properties: { email: 'twice@pretend.example' } });
    },
    status: 409,
    keys: invalid,
    says: /Contact already exists\. Existing ID: \d+.*CONFLICT/,
  },
  {
    what: 'an association from the wrong side',
    ask: async (stage) => stage.ask('POST', tasks, linked((await ids(stage, 'companies', 1))[0]!, 203)),
    status: 400,
    keys: invalid,
    says: /invalid from object type 0-27 for associations to be created\. expected: 0-1/,
  },
  {
    what: 'an association with nobody',
    ask: (stage) => stage.ask('POST', tasks, linked('999', 192)),
    status: 400,
    keys: [...invalid, 'context'],
    says: /One or more associations are invalid.*INVALID_OBJECT_IDS/,
  },
  {
    what: 'more than a hundred inputs',
    ask: (stage) => stage.ask('POST', `${tasks}/batch/create`, { inputs: Array.from({ length: 101 }, () => task()) }),
    status: 400,
    keys: invalid,
    says: /VALIDATION_ERROR/,
  },
  {
    what: 'a property that the admin requires, from 2026-09 on',
    ask: async (stage) => {
      stage.portal.setKnob('requiredProperties', { companies: ['industry'] });
      const told = await stage.ask('POST', '/crm/objects/2026-09/companies', { properties: { name: 'Bare' } });
      stage.portal.setKnob('requiredProperties', {});
      return told;
    },
    status: 400,
    keys: listed,
    says: /MISSING_REQUIRED_PROPERTY.*"propertyName":\["industry"\]/,
  },
];

const definitions = '/crm/v3/properties/companies';
const property = { name: 'x', label: 'X', type: 'string', fieldType: 'text', groupName: 'companyinformation' };
const furnishing: readonly Refusal[] = [
  {
    what: 'a property that exists',
    ask: async (stage) => {
      await stage.ask('POST', definitions, property);
      return await stage.ask('POST', definitions, property);
    },
    status: 409,
    keys: [...invalid, 'subCategory'],
    says: /A property named 'x' already exists\.".*"subCategory":"Properties\.PROPERTY_WITH_NAME_EXISTS".*OBJECT_ALREADY_EXISTS/,
  },
  {
    what: 'a definition that is not there',
    ask: (stage) => stage.ask('GET', `${definitions}/nope`, undefined, json),
    status: 404,
    keys: [...invalid, 'context'],
    says: /OBJECT_NOT_FOUND/,
  },
  {
    what: 'a yes-or-no property with other options',
    ask: (stage) =>
      stage.ask('POST', definitions, {
        ...property,
        name: 'y',
        type: 'bool',
        fieldType: 'booleancheckbox',
        options: [{ label: 'Maybe', value: 'maybe' }],
      }),
    status: 400,
    keys: [...invalid, 'subCategory'],
    says: /INVALID_BOOLEAN_OPTION/,
  },
  {
    what: 'a group in which properties stand',
    ask: (stage) => stage.ask('DELETE', `${definitions}/groups/customer_health`, undefined, json),
    status: 400,
    keys: plain,
    says: /GROUP_WITH_ACTIVE_PROPERTIES/,
  },
];

const troubled: readonly Refusal[] = [
  {
    what: 'too many calls in ten seconds',
    ask: async (stage) => {
      stage.portal.setKnob('burst', 0);
      const told = await stage.ask('GET', companies, undefined, json);
      stage.portal.setKnob('burst', 100_000);
      return told;
    },
    status: 429,
    keys: [...plain, 'errorType', 'policyName', 'groupName'],
    says: /You have reached your ten_secondly_rolling limit\..*RATE_LIMIT.*TEN_SECONDLY_ROLLING.*publicapi:private_app-api-calls-ten-secondly:/,
    headers: { ...limitsTold, 'x-hubspot-ratelimit-remaining': /^0$/ },
  },
  {
    what: 'too many calls in a day',
    ask: async (stage) => {
      stage.portal.setDailyLimit({ max: 1, used: 1 });
      const told = await stage.ask('GET', companies, undefined, json);
      stage.portal.setDailyLimit({ max: 625_000, used: 0 });
      return told;
    },
    status: 429,
    keys: [...plain, 'errorType', 'policyName', 'requestId'],
    says: /You have reached your daily limit\..*RATE_LIMIT.*"policyName":"DAILY"/,
    headers: { ...limitsTold, 'x-hubspot-ratelimit-daily-remaining': /^0$/ },
  },
  {
    what: 'too many searches in a second',
    ask: async (stage) => {
      stage.portal.setKnob('searches', 0);
      const told = await stage.ask('POST', `${companies}/search`, {}, json);
      stage.portal.setKnob('searches', 1000);
      return told;
    },
    status: 429,
    keys: invalid,
    says: /You have reached your secondly limit\..*RATE_LIMITS/,
    headers: limitsUntold,
  },
  ...(
    [
      [
        429,
        'TEN_SECONDLY_ROLLING',
        [...plain, 'errorType', 'policyName', 'groupName'],
        /TEN_SECONDLY_ROLLING/,
        { 'x-hubspot-ratelimit-remaining': /^0$/ },
      ],
      [
        429,
        'DAILY',
        [...plain, 'errorType', 'policyName', 'requestId'],
        /DAILY/,
        { 'x-hubspot-ratelimit-daily-remaining': /^0$/ },
      ],
      [429, 'SECONDLY', [...invalid, 'policyName'], /SECONDLY/, limitsUntold],
      [423, undefined, invalid, /Locked/, {}],
      [477, undefined, plain, /[Mm]igration/, { 'retry-after': /^\d+$/ }],
      [500, undefined, plain, /internal error/, {}],
      [502, undefined, null, /502 Bad Gateway/, pageful],
      [503, undefined, null, /503/, pageful],
      [504, undefined, null, /504/, pageful],
      [521, undefined, null, /521/, pageful],
      [523, undefined, null, /523/, pageful],
      [524, undefined, null, /524/, pageful],
      [401, undefined, invalid, /INVALID_AUTHENTICATION/, limitsUntold],
      [401, 'EXPIRED_AUTHENTICATION', [...invalid, 'context'], /expired 75 second\(s\) ago/, limitsUntold],
      [403, undefined, [...plain, 'errors', 'links', 'category'], /requiredGranularScopes/, limitsUntold],
    ] as const
  ).map(
    ([status, code, keys, says, headers]): Refusal => ({
      what: `a planted ${status}${code === undefined ? '' : ` ${code}`}`,
      ask: (stage) => planted(stage, status, code),
      status,
      keys,
      says,
      headers,
    }),
  ),
];

/** What is different from what is documented; empty when nothing is. */
function faults(told: Told, refusal: Refusal): string[] {
  const found: string[] = [];
  if (told.status !== refusal.status) found.push(`status ${told.status}, documented ${refusal.status}`);
  const isObject = typeof told.body === 'object' && told.body !== null;
  const keys = isObject ? Object.keys(told.body as object).sort() : null;
  const wanted = refusal.keys === null ? null : [...refusal.keys].sort();
  if (String(keys) !== String(wanted)) found.push(`keys ${String(keys)}, documented ${String(wanted)}`);
  const text = isObject ? JSON.stringify(told.body) : String(told.body);
  if (!refusal.says.test(text)) found.push(`says ${text.slice(0, 300)}`);
  const type = told.headers.get('content-type') ?? 'none';
  if (isObject && type !== 'application/json;charset=utf-8') found.push(`content type ${type}`);
  if (told.headers.get('x-hubspot-correlation-id') === undefined) found.push('no correlation id in the headers');
  for (const [name, pattern] of Object.entries(refusal.headers ?? {})) {
    const value = told.headers.get(name);
    if (pattern === null ? value !== undefined : value === undefined || !pattern.test(value))
      found.push(`header ${name} is ${value ?? 'none'}`);
  }
  return found.map((one) => `${refusal.what}: ${one}`);
}

/** Provokes them all, and gives what was said besides the verdict. */
export async function proveRefusals(): Promise<{ readonly proof: Proof; readonly heard: readonly Exchange[] }> {
  const all = [...access, ...reading, ...writing, ...furnishing, ...troubled];
  const stage = await openStage({ setUp: true });
  const ear = listen(stage.portal, stage.box.clock.now);
  try {
    const differences: string[] = [];
    let agreed = 0;
    for (const refusal of all) {
      const found = faults(await refusal.ask(stage), refusal);
      differences.push(...found);
      if (found.length === 0) agreed += 1;
    }
    return {
      proof: { name: 'refusals, as documented and reported', compared: all.length, agreed, differences },
      heard: ear.heard,
    };
  } finally {
    ear.stop();
    await stage.close();
  }
}
