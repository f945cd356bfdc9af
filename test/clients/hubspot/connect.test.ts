import { inspect } from 'node:util';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectHubspot, dated, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { batch, calm, client, closeWire, item, json, openWire, origin } from './wire.ts';

beforeEach(openWire);
afterEach(closeWire);

describe('the connection block', () => {
  it('needs only a token; the rest has defaults', () => {
    const block = hubspotConnection.parse({ access_token: 'x' });

    expect(block).toEqual({
      access_token: 'x',
      base_url: 'https://api.hubapi.com',
      api_version: 'v3',
      daily_reserve: 0.1,
    });
  });
  it.each(['http://api.hubapi.com', 'ftp://x', 'https://', 'http://127.0.0.1.evil.example'])(
    'refuses %s',
    (address) => {
      expect(hubspotConnection.safeParse({ access_token: 'x', base_url: address }).success).toBe(false);
    },
  );
  it.each(['http://127.0.0.1:4010', 'http://localhost:1', 'https://proxy.example/hs', ''])('takes %s', (address) => {
    expect(hubspotConnection.safeParse({ access_token: 'x', base_url: address }).success).toBe(true);
  });
  it.each([undefined, '', null, 5])('refuses %s as a token', (token) => {
    expect(hubspotConnection.safeParse({ access_token: token }).success).toBe(false);
  });
  it('can be shown to an editor as a JSON Schema', () => {
    const schema = z.toJSONSchema(hubspotConnection, { io: 'input', target: 'draft-7' });

    expect(schema).toMatchObject({
      properties: { access_token: { type: 'string' }, api_version: { enum: ['v3', '2026-03', '2026-09'] } },
    });
  });
});

describe('the client', () => {
  it('sends the token as a bearer and shows it nowhere else', async () => {
    nock('http://127.0.0.1:4010', { reqheaders: { authorization: 'Bearer quite-secret' } })
      .get('/account-info/v3/details')
      .reply(200, { portalId: 7 }, json);
    const connection = hubspotConnection.parse({
      access_token: new Secret('quite-secret'),
      base_url: 'http://127.0.0.1:4010/',
    });
    const hubspot = connectHubspot({ connection, clock: systemClock, chance: seededChance(1) });

    const reply = await hubspot.portal(calm);

    expect(reply).toMatchObject({ ok: true, data: { id: '7', kind: 'STANDARD', zone: 'UTC' } });
    expect(inspect(hubspot, { depth: 5 }) + JSON.stringify(connection)).not.toContain('quite-secret');
  });
  it('asks a dated version for the same things', async () => {
    nock(origin)
      .post('/crm/objects/2026-09/companies/batch/read')
      .reply(200, batch([item('5')]), json);
    nock(origin).post('/crm/associations/2026-09/companies/tasks/batch/read').reply(200, batch([]), json);
    nock(origin).get('/crm/properties/2026-09/tasks/kenko_key').reply(404, {}, json);
    nock(origin).get('/account-info/2026-09/details').reply(200, { portalId: 7 }, json);
    const hubspot = client({ version: '2026-09' });

    const read = await hubspot.readRecords('companies', ['5'], [], {}, calm);
    await hubspot.associations('companies', 'tasks', ['5'], calm);
    await hubspot.property('tasks', 'kenko_key', calm);
    await hubspot.portal(calm);

    expect(read.ok).toBe(true);
    expect(nock.pendingMocks()).toEqual([]);
  });
});

describe('addresses of the dated versions', () => {
  it.each([
    ['/crm/v3/objects/companies/batch/read', '/crm/objects/2026-03/companies/batch/read'],
    ['/crm/v3/properties/tasks', '/crm/properties/2026-03/tasks'],
    ['/crm/v3/owners/?limit=100', '/crm/owners/2026-03/?limit=100'],
    ['/crm/v3/owners', '/crm/owners/2026-03'],
    ['/crm/v3/lists', '/crm/lists/2026-03'],
    ['/crm/v4/associations/a/b/batch/read', '/crm/associations/2026-03/a/b/batch/read'],
    ['/account-info/v3/details', '/account-info/2026-03/details'],
    ['/oauth/v2/private-apps/get/access-token-info', '/oauth/v2/private-apps/get/access-token-info'],
  ])('%s → %s', (path, expected) => {
    expect(dated(`${origin}${path}`, '2026-03')).toBe(`${origin}${expected}`);
  });
  it('v3 stays v3', () => {
    expect(dated('/crm/v3/objects/companies', 'v3')).toBe('/crm/v3/objects/companies');
  });
});
