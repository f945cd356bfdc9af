import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultAction, FaultPlan, ordersOf } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf } from './salesforce-connect.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 20, setUp: true });
});
beforeEach(() => {
  sandbox.faults.clear();
  sandbox.salesforce.forgetRequests();
});
afterAll(() => sandbox.close());

const plant = (action: FaultAction, more: { nth?: number; times?: number } = {}) =>
  sandbox.faults.plant('salesforce', { match: { kind: 'write' }, action, ...more });
const phoneOf = (key: string) =>
  sandbox.salesforce.half.store.get('Account', idOf(sandbox, key))?.values['Phone'] ?? null;
const write = (phones: Record<string, string>) =>
  call(sandbox, 'PATCH', `${base}/composite/sobjects`, {
    records: Object.entries(phones).map(([key, Phone]) => ({
      attributes: { type: 'Account' },
      id: idOf(sandbox, key),
      Phone,
    })),
  });
const cause = (sent: Promise<unknown>) =>
  sent.then(
    () => 'answered',
    (error: { cause?: { code?: string } }) => error.cause?.code ?? 'failed',
  );

describe('the plan', () => {
  test('hits the nth matching call, so many times, and no other', () => {
    const plan = new FaultPlan();
    plan.plant({ match: { method: 'PATCH', path: '/sobjects' }, nth: 2, times: 2, action: { do: 'delay', ms: 1 } });
    const patch = { method: 'PATCH', path: '/composite/sobjects', kind: 'write' } as const;

    const hits = [patch, { ...patch, method: 'GET' }, patch, patch, patch].map((one) => plan.take(one).length);

    expect(hits).toEqual([0, 0, 1, 1, 0]);
  });

  test('may hit for ever, and may name the path by a pattern', () => {
    const plan = new FaultPlan();
    plan.plant({ match: { path: String.raw`/\/query$/` }, times: 0, action: { do: 'hang' } });
    const get = (path: string) => plan.take({ method: 'GET', path, kind: 'read' }).length;

    expect([get('/query'), get('/query'), get('/queryAll')]).toEqual([1, 1, 0]);
  });

  test('orders single items, counted over the whole call', () => {
    const orders = ordersOf([{ do: 'items', items: [1], error: { code: 'X' } }]);

    expect([orders.itemError(0), orders.itemError(1)]).toEqual([null, { code: 'X' }]);
  });

  test('can be planted, shown and cleared from outside', async () => {
    const fault = { match: { kind: 'write' }, action: { do: 'status', status: 503 } };

    const planted = await call(sandbox, 'POST', '/__faults', { faults: [fault] });
    const hit = await write({ A0001: '503' });
    const cleared = await call(sandbox, 'DELETE', '/__faults');

    expect(planted.body).toEqual({ planted: [{ fault, seen: 0 }] });
    expect(hit.status).toBe(503);
    expect(cleared.body).toEqual({ planted: [] });
  });
});

describe('a status', () => {
  test.each([
    [401, {}, 'INVALID_SESSION_ID', 'Session expired or invalid'],
    [403, {}, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
    [403, { code: 'ConcurrentRequests' }, 'REQUEST_LIMIT_EXCEEDED', expect.stringContaining('ConcurrentRequests')],
    [503, {}, 'SERVER_UNAVAILABLE', 'Server is unavailable'],
    [400, { code: 'UNABLE_TO_LOCK_ROW' }, 'UNABLE_TO_LOCK_ROW', expect.stringContaining('exclusive access')],
  ])('%i %j is told in the vendor’s words, and nothing is done', async (status, hint, errorCode, message) => {
    plant({ do: 'status', status, ...hint });

    const answer = await write({ A0002: String(status) });

    expect([answer.status, answer.body]).toEqual([status, [{ message, errorCode }]]);
    expect(phoneOf('A0002')).not.toBe(String(status));
  });

  test('500 and 502 come as HTML, 429 may carry headers', async () => {
    plant({ do: 'status', status: 502 });
    plant({ do: 'status', status: 429, headers: { 'retry-after': '7' } }, { nth: 2 });

    const [bad, busy] = [await write({ A0002: 'x' }), await write({ A0002: 'x' })];

    expect([bad.status, bad.headers.get('content-type')]).toEqual([502, 'text/html;charset=UTF-8']);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
  });
});

describe('a broken connection', () => {
  test('before the work: nothing was done', async () => {
    plant({ do: 'reset_before' });

    const how = await cause(write({ A0003: 'before' }));

    expect(how).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(phoneOf('A0003')).not.toBe('before');
  });

  test('after the work: it was done, and nobody was told', async () => {
    plant({ do: 'reset_after' });

    const how = await cause(write({ A0003: 'after' }));

    expect(how).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(phoneOf('A0003')).toBe('after');
    expect(sandbox.salesforce.requests()).toMatchObject([{ status: 0, faults: ['reset_after'] }]);
  });

  test('a zombie: the work is done two calls later, over what came in between', async () => {
    plant({ do: 'zombie', calls: 2 });

    await cause(write({ A0003: 'zombie' }));
    const between = phoneOf('A0003');
    await write({ A0003: 'newer' });
    const newer = phoneOf('A0003');
    await call(sandbox, 'GET', `${base}/limits`);

    expect([between, newer, phoneOf('A0003')]).toEqual(['after', 'newer', 'zombie']);
  });

  test('half-way through the body', async () => {
    plant({ do: 'body', variant: 'drop' });

    const how = await write({ A0004: 'drop' }).then(
      () => 'whole',
      () => 'broken',
    );

    expect([how, phoneOf('A0004')]).toEqual(['broken', 'drop']);
  });

  test('a hanging call ends when the caller gives up; the work may be done all the same', async () => {
    plant({ do: 'hang', applied: true });
    const answer = fetch(`${sandbox.salesforce.url}${base}/sobjects/Account/${idOf(sandbox, 'A0004')}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${sandbox.salesforce.token}` },
      body: JSON.stringify({ Phone: 'hang' }),
      signal: AbortSignal.timeout(200),
    });

    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(phoneOf('A0004')).toBe('hang');
  });
});

describe('half of the work', () => {
  test('the first k items are done, then comes a 500', async () => {
    plant({ do: 'apply_first', items: 2 });

    const answer = await write({ A0005: 'k', A0006: 'k', A0007: 'k' });

    expect(answer.status).toBe(500);
    expect(['A0005', 'A0006', 'A0007'].map(phoneOf).map((phone) => phone === 'k')).toEqual([true, true, false]);
  });

  test('single items fail with the wanted code, in their place', async () => {
    plant({ do: 'items', items: [1], error: { code: 'UNABLE_TO_LOCK_ROW' } });

    const answer = await write({ A0008: 'lock', A0009: 'lock', A0010: 'lock' });

    expect(answer.body).toMatchObject([
      { success: true },
      {
        success: false,
        errors: [
          { statusCode: 'UNABLE_TO_LOCK_ROW', message: expect.stringContaining('exclusive access'), fields: [] },
        ],
      },
      { success: true },
    ]);
    expect(phoneOf('A0009')).not.toBe('lock');
  });

  test('items are counted over all parts of a composite call', async () => {
    plant({ do: 'items', items: [1], error: { code: 'ENTITY_IS_LOCKED' } });
    const part = (key: string) => ({
      method: 'PATCH',
      url: `${base}/composite/sobjects`,
      referenceId: key,
      body: { records: [{ attributes: { type: 'Account' }, id: idOf(sandbox, key), Phone: 'part' }] },
    });

    await call(sandbox, 'POST', `${base}/composite`, { compositeRequest: [part('A0011'), part('A0012')] });

    expect([phoneOf('A0011') === 'part', phoneOf('A0012') === 'part']).toEqual([true, false]);
  });
});

describe('a spoilt answer', () => {
  test.each([
    ['html', /<html>/],
    ['truncated', /^\[\{"id"/],
    ['empty', /^$/],
  ] as const)('%s: the work is done, the answer says nothing', async (variant, text) => {
    plant({ do: 'body', variant });

    const answer = await fetch(`${sandbox.salesforce.url}${base}/composite/sobjects`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${sandbox.salesforce.token}` },
      body: JSON.stringify({
        records: [{ attributes: { type: 'Account' }, id: idOf(sandbox, 'A0013'), Phone: variant }],
      }),
    });

    const body = await answer.text();
    expect(answer.status).toBe(200);
    expect(body).toMatch(text);
    expect(() => JSON.parse(body)).toThrow();
    expect(phoneOf('A0013')).toBe(variant);
  });

  test('a wrong content type, and bytes that are not gzip', async () => {
    plant({ do: 'body', variant: 'wrong_type' });
    plant({ do: 'body', variant: 'garbage_gzip' }, { nth: 2 });

    const typed = await write({ A0014: 'x' });
    const zipped = await cause(write({ A0014: 'y' }));

    expect(typed.headers.get('content-type')).toBe('text/plain');
    expect(zipped).not.toBe('answered');
  });

  test('pages lose a row or tell one twice', async () => {
    sandbox.faults.plant('salesforce', { match: { path: '/query' }, action: { do: 'rows', variant: 'drop' } });
    sandbox.faults.plant('salesforce', {
      match: { path: '/query' },
      nth: 2,
      action: { do: 'rows', variant: 'duplicate' },
    });
    const ask = async () =>
      (await call(sandbox, 'GET', `${base}/query?q=SELECT+Id+FROM+User`)).body as {
        totalSize: number;
        records: unknown[];
      };

    const [short, long] = [await ask(), await ask()];

    expect(short.records.length).toBe(short.totalSize - 1);
    expect(long.records.length).toBe(long.totalSize + 1);
  });
});

describe('sign-in and limits', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2 });
  });
  afterAll(() => sandbox.close());

  test('a token that expires in the middle is renewed by jsforce when it may', async () => {
    const jsforce = await connect(sandbox);
    sandbox.faults.plant('salesforce', { match: { path: '/limits' }, action: { do: 'expire_token' } });

    await expect(jsforce.limits()).rejects.toThrow('Unable to refresh session');
    await expect((await connect(sandbox)).limits()).resolves.toHaveProperty('DailyApiRequests');
  });

  test('a renewed token may be useless, or the renewal be refused', async () => {
    sandbox.faults.plant('salesforce', { match: { kind: 'auth' }, action: { do: 'refresh', answer: 'useless' } });
    await expect(connect(sandbox).then((jsforce) => jsforce.limits())).rejects.toThrow();

    sandbox.faults.plant('salesforce', { match: { kind: 'auth' }, action: { do: 'refresh', answer: 'fails' } });
    await expect(connect(sandbox)).rejects.toMatchObject({ name: 'invalid_grant' });

    sandbox.salesforce.half.setRefresh('works');
    await expect(connect(sandbox)).resolves.toBeDefined();
  });

  test('the day’s calls can run out in the middle of a run', async () => {
    const jsforce = await connect(sandbox);
    sandbox.faults.plant('salesforce', {
      match: { path: '/query' },
      nth: 2,
      action: { do: 'daily_limit', max: 10, used: 10 },
    });

    await jsforce.query('SELECT Id FROM User');

    await expect(jsforce.query('SELECT Id FROM User')).rejects.toMatchObject({ errorCode: 'REQUEST_LIMIT_EXCEEDED' });
    sandbox.salesforce.half.setDailyLimit({ max: 15_000, used: 0 });
  });
});

describe('the world moves between two calls', () => {
  test('a field vanishes, the clock jumps, a person edits', async () => {
    const id = idOf(sandbox, 'A0015');
    plant({ do: 'drop_field', object: 'Account', field: 'Health_Trend__c' });
    plant({ do: 'clock', push: 3_600_000 });
    plant({ do: 'human', act: { do: 'edit', object: 'account', id, fields: { Website: 'https://human.example' } } });
    const before = sandbox.clock.now();

    const answer = await call(sandbox, 'PATCH', `${base}/sobjects/Account/${id}`, { Health_Trend__c: 'up' });

    expect(answer.body).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
    expect(Date.parse(sandbox.clock.now()) - Date.parse(before)).toBeGreaterThanOrEqual(3_600_000);
    expect(sandbox.salesforce.half.store.get('Account', id)?.values['Website']).toBe('https://human.example');
  });

  test('a day can be lived from outside', async () => {
    const today = sandbox.world.today();

    const answer = await call(sandbox, 'POST', '/__day');

    expect(answer.body).toMatchObject({ news: { day: sandbox.world.today() } });
    expect(sandbox.world.today() > today).toBe(true);
  });
});

describe('the server', () => {
  test('listens on loopback only, on a port that fetch will speak to, and says the sandbox’s time', async () => {
    const answer = await fetch(`${sandbox.salesforce.url}/services/data`);

    expect(new URL(sandbox.salesforce.url).hostname).toBe('127.0.0.1');
    expect(Math.abs(Date.parse(answer.headers.get('date') ?? '') - Date.parse(sandbox.clock.now()))).toBeLessThan(5000);
    await expect(startSandbox({ accounts: 1, salesforcePort: 6000 })).rejects.toThrow('port 6000');
  });

  test('refuses a port that is taken', async () => {
    await expect(startSandbox({ accounts: 1, salesforcePort: sandbox.salesforce.port })).rejects.toThrow('EADDRINUSE');
  });
});
