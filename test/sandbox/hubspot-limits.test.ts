// Who is let in, how often, and what goes wrong on purpose: tokens, scopes, rate limits, planted faults.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LimitBook } from '../../src/sandbox/hubspot/limits.ts';
import { type Caller, openCaller, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await openCaller();
});
afterEach(async () => {
  await caller.sandbox.close();
});

const companies = '/crm/v3/objects/companies';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const task = (key: string) => ({ properties: { hs_timestamp: '2026-11-25', kenko_key: key } });

describe('a token', () => {
  it('that is missing or wrong is a 401 without rate-limit headers', async () => {
    const answers = [
      await caller.call('GET', companies, undefined, { authorization: '' }),
      await caller.call('GET', companies, undefined, bearer('whatever')),
    ];

    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({
        status: 'error',
        category: 'INVALID_AUTHENTICATION',
        correlationId: expect.any(String),
      });
      expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
      expect(answer.headers.get('x-hubspot-ratelimit-max')).toBeNull();
    }
  });

  it('of the right shape that cannot be read is said to have expired in 1970', async () => {
    const refused = await caller.call('GET', companies, undefined, bearer('pat-na1-unreadable'));

    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      message: expect.stringMatching(/expired \d{5} day\(s\) ago\.$/),
      context: { 'expire time': ['1970-01-01T00:00:00Z'] },
    });
  });

  it('from OAuth works for half an hour of the sandbox clock', async () => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'pretend-client-id',
      client_secret: 'pretend-client-not-a-secret',
      refresh_token: 'pretend-refresh-not-a-secret',
    });
    const post = (version: string) =>
      caller.call('POST', `/oauth/${version}/token`, form.toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      });
    const answers = [await post('v1'), await post('v3'), await post('2026-03')];
    const token = String(answers[0]?.body['access_token']);

    const early = await caller.call('GET', companies, undefined, bearer(token));
    caller.sandbox.clock.push(1_875_000);
    const late = await caller.call('GET', companies, undefined, bearer(token));

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(answers[0]?.body).toMatchObject({ expires_in: 1800, hub_id: 44_237_313, token_type: 'bearer' });
    expect([early.status, late.status]).toEqual([200, 401]);
    expect(late.body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      message: expect.stringMatching(/expired 7\d second\(s\) ago/),
    });
  });

  it.each([
    ['a wrong secret', { client_secret: 'no' }, 'BAD_CLIENT_ID'],
    ['a wrong refresh token', { refresh_token: 'no' }, 'BAD_REFRESH_TOKEN'],
  ])('request with %s is a 400', async (_what, wrong, status) => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'pretend-client-id',
      client_secret: 'pretend-client-not-a-secret',
      refresh_token: 'pretend-refresh-not-a-secret',
      ...wrong,
    });

    const refused = await caller.call('POST', '/oauth/v1/token', form.toString());

    expect([refused.status, refused.body['status']]).toEqual([400, status]);
  });

  it('stops working when all expire, and the next may be refused or useless', async () => {
    const { half } = caller.sandbox.hubspot;
    const form =
      'grant_type=refresh_token&client_id=pretend-client-id&client_secret=pretend-client-not-a-secret&refresh_token=pretend-refresh-not-a-secret';

    half.expireTokens();
    const expired = await caller.call('GET', companies);
    half.setRefresh('useless');
    const useless = await caller.call('POST', '/oauth/v1/token', form);
    const tried = await caller.call('GET', companies, undefined, bearer(String(useless.body['access_token'])));
    half.setRefresh('fails');
    const failed = await caller.call('POST', '/oauth/v1/token', form);

    expect([expired.status, useless.status, tried.status, failed.status]).toEqual([401, 200, 401, 400]);
  });
});

describe('a token of a private app', () => {
  it('tells its scopes to who holds it, while a service key is not asked', async () => {
    const ask = (tokenKey: string) => caller.call('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey });
    caller.portal.setKnob('token', { token: 'pretend-private', scopes: ['crm.objects.companies.read', 'oauth'] });
    caller.portal.setKnob('token', { token: 'pretend-all', scopes: ['*'] });

    const some = await ask('pretend-private');
    const all = await ask('pretend-all');
    const key = await ask(caller.sandbox.hubspot.token);

    expect(some.body).toMatchObject({ hubId: 44_237_313, scopes: ['crm.objects.companies.read', 'oauth'] });
    expect(all.body['scopes']).toEqual(
      expect.arrayContaining(['crm.lists.write', 'crm.schemas.companies.write', 'tickets']),
    );
    expect(key.status).toBe(404);
  });
});

describe('a scope that is missing', () => {
  const run = 'pat-na1-pretend-run-not-a-secret';
  beforeEach(() => {
    caller.portal.setKnob('token', {
      token: run,
      scopes: ['crm.objects.companies.read', 'crm.objects.companies.write', 'crm.objects.contacts.read'],
    });
  });

  it('is named, in a 403 with links', async () => {
    const refused = await caller.call('GET', '/crm/v3/objects/deals', undefined, bearer(run));

    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      status: 'error',
      category: 'MISSING_SCOPES',
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: ['crm.objects.deals.read'] },
        },
      ],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    });
  });

  it.each([
    ['GET', '/crm/v3/objects/tasks', 200],
    ['POST', '/crm/v3/objects/tasks', 403],
    ['GET', '/crm/v3/objects/tickets', 403],
    ['GET', '/crm/v3/owners', 403],
    ['POST', '/crm/v3/lists', 403],
    ['POST', '/crm/v3/properties/companies', 403],
    ['GET', '/crm/v3/properties/companies', 200],
    ['GET', '/account-info/v3/details', 200],
  ])('decides on %s %s: %i', async (method, path, status) => {
    const answer = await caller.call(method, path, method === 'POST' ? {} : undefined, bearer(run));

    expect(answer.status).toBe(status);
  });

  it('to see definitions has a form of its own', async () => {
    const refused = await caller.call('GET', '/crm/v3/properties/deals', undefined, bearer(run));

    expect(refused.status).toBe(403);
    expect(refused.body).not.toHaveProperty('category');
    expect(refused.body['message']).toContain('ObjectTypeId{legacyObjectType=DEAL}');
  });
});

describe('the limits', () => {
  it('count in headers and refuse the call after the last for ten seconds', async () => {
    caller.portal.setKnob('burst', 3);

    const answers = [];
    for (let at = 0; at < 4; at += 1) answers.push(await caller.call('GET', companies));
    caller.sandbox.clock.push(8_000);
    const early = await caller.call('GET', companies);
    caller.sandbox.clock.push(2_001);
    const later = await caller.call('GET', companies);

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
    expect(answers.map((answer) => answer.headers.get('x-hubspot-ratelimit-remaining'))).toEqual(['2', '1', '0', '0']);
    expect(answers[3]?.body).toEqual({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      correlationId: expect.any(String),
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
      groupName: expect.stringMatching(/^publicapi:private_app-api-calls-ten-secondly:/),
    });
    expect([early.status, later.status]).toEqual([429, 200]);
  });

  it('are 190 per ten seconds and app unless changed', () => {
    caller.portal.setKnob('burst', 190);

    expect(caller.portal.state.limits.headers('app', false)).toMatchObject({
      'x-hubspot-ratelimit-max': '190',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-daily': '625000',
    });
  });

  it('of the day are shared and end at midnight in the zone of the portal', async () => {
    caller.sandbox.hubspot.half.setDailyLimit({ max: 100, used: 99 });

    const last = await caller.call('GET', companies);
    const refused = await caller.call('GET', companies);
    // 10:00 in UTC is 05:00 in New York; at 04:59 UTC it is still the same day there.
    caller.sandbox.clock.push('2026-11-21T04:59:00Z');
    const still = await caller.call('GET', companies);
    caller.sandbox.clock.push('2026-11-21T05:00:01Z');
    const tomorrow = await caller.call('GET', companies);

    expect([last.status, refused.status, still.status, tomorrow.status]).toEqual([200, 429, 429, 200]);
    expect(refused.body).toMatchObject({ errorType: 'RATE_LIMIT', policyName: 'DAILY' });
    expect(refused.headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('0');
    expect(refused.body).not.toHaveProperty('category');
  });

  it('tell how much of the day is used', async () => {
    caller.sandbox.hubspot.half.setDailyLimit({ max: 1000, used: 41 });

    const usage = await caller.call('GET', '/account-info/v3/api-usage/daily/private-apps');

    expect(resultsOf(usage)).toMatchObject([
      { usageLimit: 1000, currentUsage: 42, fetchStatus: 'SUCCESS', resetsAt: '2026-11-21T05:00:00Z' },
    ]);
  });

  it('have a smaller count of their own for associations', async () => {
    caller.portal.setKnob('associations', 2);
    const [id] = await caller.ids('companies', 1);
    const read = () => caller.call('GET', `/crm/v4/objects/companies/${id}/associations/contacts`);

    const answers = [await read(), await read(), await read(), await caller.call('GET', companies)];

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429, 200]);
    expect(answers[2]?.body['policyName']).toBe('TEN_SECONDLY_ROLLING');
  });

  it('are those that HubSpot publishes unless changed', () => {
    const fresh = new LimitBook({ clock: caller.sandbox.clock, timeZone: 'US/Eastern', portal: 1 });

    expect(fresh.headers('app', false)['x-hubspot-ratelimit-max']).toBe('190');
    expect(fresh.headers('app', false, true)['x-hubspot-ratelimit-max']).toBe('110');
    expect([fresh.searches, fresh.associations, fresh.daily, fresh.associationsDaily]).toEqual([
      5, 150, 625_000, 500_000,
    ]);
  });

  it('say nothing of a day to OAuth apps, and take nothing of it for them', async () => {
    const form =
      'grant_type=refresh_token&client_id=pretend-client-id&client_secret=pretend-client-not-a-secret&refresh_token=pretend-refresh-not-a-secret';
    const fresh = await caller.call('POST', '/oauth/v1/token', form);
    const used = caller.portal.state.limits.used();

    const page = await caller.call('GET', companies, undefined, bearer(String(fresh.body['access_token'])));
    const found = await caller.call('POST', `${companies}/search`, {}, bearer(String(fresh.body['access_token'])));

    expect([...page.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([
      'x-hubspot-ratelimit-interval-milliseconds',
      'x-hubspot-ratelimit-max',
      'x-hubspot-ratelimit-remaining',
      'x-hubspot-ratelimit-secondly',
      'x-hubspot-ratelimit-secondly-remaining',
    ]);
    expect([...found.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(caller.portal.state.limits.used()).toBe(used);
  });

  it('of the day are burnt by who goes on after a 429', async () => {
    caller.portal.setKnob('burst', 0);
    caller.sandbox.hubspot.half.setDailyLimit({ max: 100, used: 0 });

    for (let at = 0; at < 3; at += 1) await caller.call('GET', companies);

    expect(caller.portal.state.limits.used()).toBe(3);
  });

  it('let five searches a second through, and say nothing of limits in the sixth', async () => {
    const search = () => caller.call('POST', `${companies}/search`, { limit: 1 });

    const answers = [];
    for (let at = 0; at < 6; at += 1) answers.push(await search());
    caller.sandbox.clock.push(1_001);
    const later = await search();

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]?.body).toEqual({
      status: 'error',
      message: 'You have reached your secondly limit.',
      correlationId: expect.any(String),
      category: 'RATE_LIMITS',
    });
    expect([...answers[5]!.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-max')).toBeNull();
    expect(later.status).toBe(200);
  });
});

describe('a planted fault', () => {
  const plant = (action: Record<string, unknown>, path = '/crm/') =>
    caller.call('POST', '/__faults', { match: { path }, action });

  it.each([
    [423, undefined, 'application/json;charset=utf-8', 'Locked'],
    [477, undefined, 'application/json;charset=utf-8', 'Migration'],
    [502, undefined, 'text/html;charset=utf-8', '502 Bad Gateway'],
    [404, undefined, 'application/json;charset=utf-8', 'resource not found'],
    [429, 'DAILY', 'application/json;charset=utf-8', '"policyName":"DAILY"'],
    [429, 'TEN_SECONDLY_ROLLING', 'application/json;charset=utf-8', '"policyName":"TEN_SECONDLY_ROLLING"'],
    [429, 'SECONDLY', 'application/json;charset=utf-8', '"category":"RATE_LIMITS"'],
    [500, undefined, 'application/json;charset=utf-8', 'internal error'],
  ])('of status %i %s is worded as HubSpot words it, and nothing is done', async (status, code, type, words) => {
    await plant({ do: 'status', status, ...(code === undefined ? {} : { code }) });

    const refused = await caller.call('POST', '/crm/v3/objects/tasks', task('k1'));

    expect(refused.status).toBe(status);
    expect(refused.headers.get('content-type')).toBe(type);
    expect(refused.text).toContain(words);
    expect(refused.headers.get('retry-after')).toBe(status === 477 ? '3600' : null);
    expect(refused.headers.get('x-hubspot-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    const left = code === 'DAILY' ? 'daily-remaining' : 'remaining';
    expect(refused.headers.get(`x-hubspot-ratelimit-${left}`)).toBe(status === 429 && code !== 'SECONDLY' ? '0' : null);
    expect(await caller.ids('tasks', 10)).toEqual([]);
  });

  it('that resets after the work has been done leaves a task behind', async () => {
    await plant({ do: 'reset_after' }, 'tasks/batch/create');

    const lost = caller.call('POST', '/crm/v3/objects/tasks/batch/create', { inputs: [task('k1')] });

    await expect(lost).rejects.toThrow();
    expect(await caller.ids('tasks', 10)).toHaveLength(1);
  });

  it('that hangs after the work has been done leaves a task behind too', async () => {
    await plant({ do: 'hang', applied: true }, 'tasks/batch/create');
    const impatient = new AbortController();
    const lost = fetch(`${caller.sandbox.hubspot.url}/crm/v3/objects/tasks/batch/create`, {
      method: 'POST',
      headers: { ...bearer(caller.sandbox.hubspot.token), 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [task('k1')] }),
      signal: impatient.signal,
    });

    await expect.poll(() => [...caller.portal.state.store.all('tasks')].length).toBe(1);
    impatient.abort();

    await expect(lost).rejects.toThrow();
  });

  it('that does the first of three and then fails leaves one task behind', async () => {
    await plant({ do: 'apply_first', items: 1 }, 'tasks/batch/create');

    const failed = await caller.call('POST', '/crm/v3/objects/tasks/batch/create', {
      inputs: [task('k1'), task('k2'), task('k3')],
    });

    expect(failed.status).toBe(500);
    expect(await caller.ids('tasks', 10)).toHaveLength(1);
  });

  it('for one item refuses all without trace ids and that item with them', async () => {
    const items = { do: 'items', items: [1], error: { code: 'VALIDATION_ERROR', message: 'planted' } };
    const traced = ['k1', 'k2'].map((key) => ({ ...task(key), objectWriteTraceId: key }));

    await plant(items, 'tasks/batch/create');
    const whole = await caller.call('POST', '/crm/v3/objects/tasks/batch/create', { inputs: [task('k1'), task('k2')] });
    await plant(items, 'tasks/batch/create');
    const partly = await caller.call('POST', '/crm/v3/objects/tasks/batch/create', { inputs: traced });

    expect([whole.status, partly.status]).toEqual([400, 207]);
    expect(partly.body['errors']).toMatchObject([{ message: 'planted', context: { objectWriteTraceId: ['k2'] } }]);
  });

  it('for one item reaches associations and definitions too', async () => {
    const [company] = await caller.ids('companies', 1);
    const [deal, other] = await caller.ids('deals', 2);
    const items = { do: 'items', items: [1], error: { code: 'VALIDATION_ERROR', message: 'planted' } };
    const pair = (id: string) => ({ from: { id: company }, to: { id } });
    const definition = (name: string) => ({
      ...{ name, label: name, type: 'string', fieldType: 'text', groupName: 'companyinformation' },
    });

    await plant(items);
    const bound = await caller.call('POST', '/crm/v4/associations/companies/deals/batch/associate/default', {
      inputs: [pair(deal!), pair(other!)],
    });
    await plant(items);
    const made = await caller.call('POST', '/crm/v3/properties/companies/batch/create', {
      inputs: [definition('one'), definition('two')],
    });

    expect([bound.status, made.status]).toEqual([207, 207]);
    expect([bound.body['errors'], made.body['errors']]).toMatchObject([
      [{ message: 'planted' }],
      [{ message: 'planted' }],
    ]);
    expect(resultsOf(made).map((one) => one['name'])).toEqual(['one']);
  });

  it('loses or doubles a result of a write that was done', async () => {
    const [first, second] = await caller.ids('companies', 2);
    const inputs = [first, second].map((id) => ({ id, properties: { city: 'Oslo' } }));
    const update = () => caller.call('POST', `${companies}/batch/update`, { inputs });

    await plant({ do: 'rows', variant: 'drop' });
    const dropped = await update();
    await plant({ do: 'rows', variant: 'duplicate' });
    const doubled = await update();

    expect([dropped.status, resultsOf(dropped).length, resultsOf(doubled).length]).toEqual([200, 1, 3]);
    const read = await caller.call('POST', `${companies}/batch/read`, { inputs, properties: ['city'] });
    expect(resultsOf(read).map((one) => (one['properties'] as { city: string }).city)).toEqual(['Oslo', 'Oslo']);
  });

  it('drops or doubles a row of a page', async () => {
    await plant({ do: 'rows', variant: 'drop' }, companies);
    const dropped = await caller.call('GET', `${companies}?limit=4`);
    await plant({ do: 'rows', variant: 'duplicate' }, companies);
    const doubled = await caller.call('GET', `${companies}?limit=4`);

    expect([resultsOf(dropped).length, resultsOf(doubled).length]).toEqual([3, 5]);
  });

  it('takes a property away in the middle of a run', async () => {
    const [id] = await caller.ids('companies', 1);
    await plant({ do: 'drop_field', object: 'companies', field: 'kenko_health_score' });

    const refused = await caller.call('PATCH', `${companies}/${id}`, { properties: { kenko_health_score: '5' } });

    expect(refused.body['errors']).toMatchObject([{ code: 'PROPERTY_DOESNT_EXIST' }]);
  });
});

describe('the request log', () => {
  it('tells reads from writes, POST or not', async () => {
    const { hubspot } = caller.sandbox;
    hubspot.forgetRequests();

    await caller.call('POST', `${companies}/batch/read`, { inputs: [] });
    await caller.call('POST', `${companies}/search`, {});
    await caller.call('POST', '/crm/v4/associations/companies/tasks/batch/read', { inputs: [] });
    await caller.call('POST', `${companies}/batch/update`, { inputs: [] });
    await caller.call('DELETE', `${companies}/999`);
    await caller.call('POST', '/oauth/v1/token', '');

    expect(hubspot.counts()).toMatchObject({ auth: 1, read: 3, write: 2, mutating: 2 });
  });
});
