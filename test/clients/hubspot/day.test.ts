import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDay } from '../../../src/clients/hubspot/day.ts';
import { swiftClock } from './clock.ts';
import { batch, calm, client, closeWire, json, openWire, origin } from './wire.ts';

beforeEach(openWire);
afterEach(closeWire);
const read = '/crm/v3/objects/companies/batch/read';
const told = (left: number) => ({
  ...json,
  'x-hubspot-ratelimit-daily': '1000',
  'x-hubspot-ratelimit-daily-remaining': String(left),
});

describe('the day', () => {
  it('is open until an answer says otherwise, and down to the reserve', () => {
    const day = createDay(swiftClock(), 0.1);

    const before = day.exhausted();
    day.learn(1_000, 101);
    const above = day.exhausted();
    day.learn(1_000, 100);

    expect([before, above, day.exhausted()]).toEqual([null, null, { left: 100, limit: 1_000 }]);
    expect(day.used()).toEqual({ share: 0.9, limit: 1_000 });
  });
  it('is looked at again after a while, because midnight may have passed', () => {
    const clock = swiftClock();
    const day = createDay(clock, 0.1);
    day.learn(1_000, 5);

    clock.push(16 * 60_000);

    expect(day.exhausted()).toBeNull();
  });
  it('has no floor where the admin wants none', () => {
    const day = createDay(swiftClock(), 0);
    day.learn(1_000, 0);

    expect(day.exhausted()).toBeNull();
  });
  it('at the floor nothing more is sent, and what was not sent says so', async () => {
    nock(origin).post(read).reply(200, batch([]), told(90));
    const hubspot = client();
    await hubspot.readRecords('companies', ['5'], [], {}, calm);

    const reply = await hubspot.updateRecords('companies', [{ id: '5', trace: '1', properties: { a: 'b' } }], calm);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'limit', code: 'DAILY_RESERVE' } });
    expect(reply.ok ? '' : reply.refusal.says).toContain("90 of today's 1000 API calls are left");
  });
});
