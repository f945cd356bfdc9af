// Records and owners as the portal has them.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batch, calm, closeWire, item, json, openWire, origin } from '../../clients/hubspot/wire.ts';
import { gone, hand, read } from './stage.ts';

beforeEach(openWire);
afterEach(closeWire);

describe('reading', () => {
  it('asks again, one by one, for what is neither found nor refused', async () => {
    nock(origin)
      .post(read)
      .reply(207, batch([item('5', { kenko_health_score: '50' })], [gone]), json);
    nock(origin)
      .get('/crm/v3/objects/companies/6')
      .query(true)
      .reply(200, item('66', { kenko_health_score: '60', hubspot_owner_id: '9' }), json);
    const targets = ['5', '6', '7', 'not-an-id'].map((id) => ({ account: 'acme', object: 'account' as const, id }));

    const existing = await hand().read(targets, ['health_score'], calm);

    expect(existing.map((one) => [one.target, one.id, one.fields['health_score'] ?? null, one.owner])).toEqual([
      ['5', '5', 50, null],
      ['6', '66', 60, '9'],
      ['7', null, null, null],
      ['not-an-id', null, null, null],
    ]);
  });

  it('takes a hundred records a call', async () => {
    const sizes: number[] = [];
    const all = batch(Array.from({ length: 250 }, (_, at) => item(String(at + 1))));
    nock(origin)
      .post(read, (body) => sizes.push(body.inputs.length) > 0)
      .times(3)
      .reply(200, all, json);
    const targets = Array.from({ length: 250 }, (_, at) => ({
      account: 'a',
      object: 'account' as const,
      id: String(at + 1),
    }));

    const existing = await hand().read(targets, ['health_score'], calm);

    expect(sizes.sort()).toEqual([100, 100, 50]);
    expect(existing.every((one) => one.id === one.target)).toBe(true);
  });
});

describe('owners', () => {
  it('are active while they have a user; a person without one is not asked to do anything', async () => {
    const owner = (id: string, email: string, userId: number | null, archived = false) => ({
      id,
      email,
      userId,
      archived,
      type: 'PERSON',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    });
    nock(origin)
      .get('/crm/v3/owners/')
      .query((query) => query['archived'] === 'false')
      .reply(200, { results: [owner('1', 'a@x.test', 11)], paging: { next: { after: '1' } } }, json);
    nock(origin)
      .get('/crm/v3/owners/')
      .query((query) => query['after'] === '1')
      .reply(200, { results: [owner('2', 'b@x.test', 12)] }, json);
    nock(origin)
      .get('/crm/v3/owners/')
      .query((query) => query['archived'] === 'true')
      .reply(200, { results: [owner('3', 'a@x.test', null, true)] }, json);
    const crm = hand();

    const users = await crm.users(['A@x.test', '2', '3', 'nobody'], calm);
    const again = await crm.users(['2'], calm);

    expect(users.map((user) => [user.id, user.active])).toEqual([
      ['1', true],
      ['2', true],
      ['3', false],
    ]);
    expect(again).toHaveLength(1);
  });
});
