import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crash } from '../../../src/lib/errors.ts';
import { onStep } from '../../../src/lib/step.ts';
import {
  batch,
  burst,
  calm,
  client,
  closeWire,
  daily,
  item,
  json,
  now,
  openWire,
  origin,
  refusal,
  secondly,
} from './wire.ts';

const create = '/crm/v3/objects/tasks/batch/create';
const update = '/crm/v3/objects/companies/batch/update';
const read = '/crm/v3/objects/companies/batch/read';
const creating = [{ trace: '1', properties: { a: 'b' }, on: { id: '5', associationTypeId: 192 } }];
const updating = [{ id: '5', trace: '1', properties: { a: 'b' } }];

beforeEach(openWire);
afterEach(closeWire);

/** Answers in turn; what is left over says that a call was not repeated. */
function answers(path: string, ...replies: readonly (readonly [number, unknown, Record<string, string>?])[]) {
  for (const [status, body, headers] of replies)
    nock(origin)
      .post(path)
      .reply(status, body as never, headers ?? json);
  return () => replies.length - nock.pendingMocks().length;
}

describe('calls that may happen twice', () => {
  it('a read is asked again until it is answered', async () => {
    const asked = answers(read, [502, '<html>', { 'content-type': 'text/html' }], [500, {}], [200, batch([item('5')])]);

    const reply = await client().readRecords('companies', ['5'], [], {}, calm);

    expect(reply).toMatchObject({ ok: true, data: { results: [{ id: '5' }] } });
    expect(asked()).toBe(3);
  });
  it('an update is sent again after a server error', async () => {
    const asked = answers(update, [503, {}], [200, batch([item('5')])]);

    const reply = await client().updateRecords('companies', updating, calm);

    expect([reply.ok, asked()]).toEqual([true, 2]);
  });
  it('an update that got no answer in time may still be at work, so it is left alone', async () => {
    nock(origin)
      .post(update)
      .delay(2_000)
      .reply(200, batch([item('5')]), json);
    answers(update, [200, batch([item('5')])]);

    const reply = await client({ timeoutMs: 30 }).updateRecords('companies', updating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown', code: 'LATE' } });
    expect(nock.pendingMocks()).toHaveLength(1);
  });
  it('a late read is asked once more', async () => {
    nock(origin).post(read).delay(2_000).reply(200, batch([]), json);
    answers(read, [200, batch([item('5')])]);

    const reply = await client({ timeoutMs: 150 }).readRecords('companies', ['5'], [], {}, calm);

    expect(reply).toMatchObject({ ok: true, data: { results: [{ id: '5' }] } });
  });
  it('five tries are enough', async () => {
    const asked = answers(read, ...Array.from({ length: 7 }, () => [500, {}] as const));

    const reply = await client().readRecords('companies', ['5'], [], {}, calm);

    expect([reply.ok, asked()]).toEqual([false, 5]);
  });
});

describe('a create', () => {
  it.each([
    ['a server error', [500, {}, json]],
    ['a gateway page', [502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }]],
    ['an answer cut short', [201, '{"status":"COMPLETE","resu', json]],
    ['an answer of another shape', [201, { hello: 'there' }, json]],
    ['a status nobody listed', [418, {}, json]],
  ] as const)('is never sent again after %s', async (_, [status, body, headers]) => {
    const asked = answers(create, [status, body, headers], [201, batch([item('9')])]);

    const reply = await client().createRecords('tasks', creating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown' } });
    expect(asked()).toBe(1);
  });
  it('is never sent again after a broken connection', async () => {
    nock(origin)
      .post(create)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    answers(create, [201, batch([item('9')])]);

    const reply = await client().createRecords('tasks', creating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown' } });
    expect(nock.pendingMocks()).toHaveLength(1);
  });
  it('is never sent again when no answer came in time', async () => {
    nock(origin)
      .post(create)
      .delay(2_000)
      .reply(201, batch([item('9')]), json);
    answers(create, [201, batch([item('9')])]);

    const reply = await client({ timeoutMs: 30 }).createRecords('tasks', creating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown', code: 'LATE' } });
    expect(nock.pendingMocks()).toHaveLength(1);
  });
  it.each([
    ['the burst limit', 429, burst],
    ['the secondly limit', 429, secondly],
    ['a lock', 423, {}],
  ] as const)('may be sent again after %s, which says that HubSpot did not act', async (_, status, body) => {
    const asked = answers(create, [status, body, now], [201, batch([item('9')])]);

    const reply = await client().createRecords('tasks', creating, calm);

    expect([reply.ok, asked()]).toEqual([true, 2]);
  });
});

describe('limits that cannot be waited for', () => {
  it('the daily limit is told at once', async () => {
    const asked = answers(update, [429, daily, now], [200, batch([item('5')])]);

    const reply = await client().updateRecords('companies', updating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'limit', code: 'DAILY' } });
    expect(asked()).toBe(1);
  });
  it('a portal that asks for hours is left to the next run', async () => {
    const asked = answers(update, [477, {}, { ...json, 'retry-after': '3600' }], [200, batch([item('5')])]);

    const reply = await client().updateRecords('companies', updating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'limit', waitMs: 3_600_000 } });
    expect(asked()).toBe(1);
  });
});

describe('what the client makes of answers', () => {
  it.each([
    ['201 where it expects 200', update, 201],
    ['202 where it expects 200', update, 202],
  ] as const)('a good body under %s is a good answer', async (_, path, status) => {
    answers(path, [status, batch([item('5', { a: 'b' })])]);

    const reply = await client().updateRecords('companies', updating, calm);

    expect(reply).toMatchObject({ ok: true, status, data: { results: [{ id: '5', properties: { a: 'b' } }] } });
  });
  it('an error page without a content type keeps its status', async () => {
    answers(create, [502, 'Bad gateway', {}]);

    const reply = await client().createRecords('tasks', creating, calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown', status: 502 } });
  });
  it('entries of a 207 arrive with their context', async () => {
    answers(update, [207, batch([], [refusal('VALIDATION_ERROR', 'no', { objectWriteTraceId: ['1'] })])]);

    const reply = await client().updateRecords('companies', updating, calm);

    expect(reply).toMatchObject({
      ok: true,
      data: { errors: [{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['1'] } }] },
    });
  });
});

describe('the books', () => {
  const limits = { 'x-hubspot-ratelimit-daily': '1000', 'x-hubspot-ratelimit-daily-remaining': '750' };

  it('every try is counted, by what it was for', async () => {
    answers(read, [500, {}], [200, batch([])]);
    answers(create, [201, batch([])]);
    const hubspot = client();

    await hubspot.readRecords('companies', ['5'], [], {}, calm);
    await hubspot.createRecords('tasks', creating, calm);

    expect(hubspot.usage()).toMatchObject({ auth: 0, read: 2, write: 1, total: 3, quotaUsed: null });
  });
  it('the share of the day is read from answers and refusals alike', async () => {
    answers(read, [400, refusal('VALIDATION_ERROR', 'x'), { ...json, ...limits }]);
    const hubspot = client();

    await hubspot.readRecords('companies', ['5'], [], {}, calm);

    expect(hubspot.usage()).toMatchObject({ quotaUsed: 0.25, quotaLimit: 1000 });
  });
  it("HubSpot's clock is compared with ours", async () => {
    const ahead = new Date(Date.now() + 300_000).toUTCString();
    answers(read, [200, batch([]), { ...json, date: ahead }]);
    const hubspot = client();

    await hubspot.readRecords('companies', ['5'], [], {}, calm);

    expect(Math.abs((hubspot.skewMs() ?? 0) - 300_000)).toBeLessThan(2_000);
  });
  it('a call is announced before and after it happens', async () => {
    answers(create, [201, batch([])]);
    const steps: string[] = [];
    const stop = onStep((name) => steps.push(name));

    await client().createRecords('tasks', creating, calm);
    stop();

    expect(steps).toEqual(['http.hubspot.tasks.create:before', 'http.hubspot.tasks.create:after']);
  });
  it('a process that dies before the call has sent nothing', async () => {
    answers(create, [201, batch([])]);
    const stop = onStep(() => {
      throw new Crash();
    });

    const dying = client().createRecords('tasks', creating, calm);

    await expect(dying).rejects.toBeInstanceOf(Crash);
    stop();
    expect(nock.pendingMocks()).toHaveLength(1);
  });
});

describe('a run that is stopped', () => {
  it('sends nothing more', async () => {
    answers(create, [201, batch([])]);
    const stopped = AbortSignal.abort(new Error('stopped by SIGTERM'));

    const call = client().createRecords('tasks', creating, stopped);

    await expect(call).rejects.toThrow('stopped by SIGTERM');
    expect(nock.pendingMocks()).toHaveLength(1);
  });
  it('keeps what it knows of a write that was under way', async () => {
    const stop = new AbortController();
    nock(origin)
      .post(update)
      .reply(() => {
        stop.abort(new Error('stopped'));
        return [502, {}, json];
      });

    const reply = await client().updateRecords('companies', updating, stop.signal);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'unknown', code: 'HTTP_502' } });
  });
});
