// Signing in: a token that does not age is sent as it is; an OAuth token is fetched before it ends, one fetch at a time.

import { inspect } from 'node:util';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectHubspot, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { AuthError, UnavailableError } from '../../../src/lib/errors.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { type SwiftClock, swiftClock } from './clock.ts';
import { batch, calm, closeWire, item, json, openWire, origin, refusal } from './wire.ts';

const app = { client_id: 'app-1', client_secret: 'quite-secret', refresh_token: 'also-secret' };
const read = '/crm/v3/objects/companies/batch/read';

function oauth(clock: SwiftClock = swiftClock(), more: Record<string, unknown> = {}) {
  const connection = hubspotConnection.parse({
    ...app,
    client_secret: new Secret(app.client_secret),
    refresh_token: new Secret(app.refresh_token),
    ...more,
  });
  return connectHubspot({ connection, clock, chance: seededChance(1), backoffMs: 1 });
}
function gives(token: string, more: Record<string, unknown> = {}, path = '/oauth/v1/token') {
  return nock(origin)
    .post(path, (form) => form.grant_type === 'refresh_token' && form.refresh_token === app.refresh_token)
    .reply(
      200,
      { token_type: 'bearer', access_token: token, refresh_token: 'r', expires_in: 1800, hub_id: 7, ...more },
      json,
    );
}
function readsWith(token: string) {
  return nock(origin, { reqheaders: { authorization: `Bearer ${token}` } })
    .post(read)
    .reply(200, batch([item('5')]), json);
}
const readOne = (hubspot: ReturnType<typeof oauth>) => hubspot.readRecords('companies', ['5'], [], {}, calm);

describe('ways to sign in', () => {
  it.each([
    ['nothing', {}],
    ['both ways', { access_token: 'x', ...app }],
    ['half of OAuth', { client_id: 'app-1' }],
    ['OAuth without a secret', { client_id: 'app-1', refresh_token: 'r' }],
  ])('%s is refused before anything is sent', (_, connection) => {
    expect(hubspotConnection.safeParse(connection).success).toBe(false);
  });
});

describe('OAuth', () => {
  beforeEach(openWire);
  afterEach(closeWire);

  it('fetches a token for the first call, uses it while it lives, and fetches the next before it ends', async () => {
    const clock = swiftClock();
    const hubspot = oauth(clock);
    gives('first');
    readsWith('first');
    readsWith('first');
    await readOne(hubspot);
    clock.push(20 * 60_000);
    await readOne(hubspot);
    clock.push(6 * 60_000);
    gives('second');
    readsWith('second');

    const reply = await readOne(hubspot);

    expect(reply.ok).toBe(true);
    expect(nock.pendingMocks()).toEqual([]);
    expect(hubspot.usage()).toMatchObject({ auth: 2, read: 3 });
  });
  it('twenty calls that need a token at once share one fetch', async () => {
    const hubspot = oauth();
    gives('first');
    for (let n = 0; n < 20; n++) readsWith('first');

    const replies = await Promise.all(Array.from({ length: 20 }, () => readOne(hubspot)));

    expect(replies.every((reply) => reply.ok)).toBe(true);
    expect(hubspot.usage().auth).toBe(1);
  });
  it('an answer that says "expired" is worth one new token, and a create may be sent again after it', async () => {
    const hubspot = oauth();
    gives('first');
    nock(origin)
      .post('/crm/v3/objects/tasks/batch/create')
      .reply(
        401,
        refusal('EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired 75 second(s) ago.'),
        json,
      );
    gives('second');
    nock(origin, { reqheaders: { authorization: 'Bearer second' } })
      .post('/crm/v3/objects/tasks/batch/create')
      .reply(201, batch([item('9')]), json);

    const reply = await hubspot.createRecords(
      'tasks',
      [{ trace: '1', properties: {}, on: { id: '5', associationTypeId: 192 } }],
      calm,
    );

    expect(reply.ok).toBe(true);
  });
  it('a 401 of another kind is no reason to fetch a token', async () => {
    const hubspot = oauth();
    gives('first');
    nock(origin)
      .post(read)
      .reply(401, refusal('INVALID_AUTHENTICATION', 'Authentication credentials not found.'), json);

    const reply = await readOne(hubspot);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'auth', code: 'INVALID_AUTHENTICATION' } });
    expect(hubspot.usage().auth).toBe(1);
  });
  it('a second "expired" in a row is believed', async () => {
    const hubspot = oauth();
    const expired = refusal('EXPIRED_AUTHENTICATION', 'expired 20705 day(s) ago.');
    gives('first');
    nock(origin).post(read).reply(401, expired, json);
    gives('second');
    nock(origin).post(read).reply(401, expired, json);

    const reply = await readOne(hubspot);

    expect(reply).toMatchObject({ ok: false, refusal: { outcome: 'auth' } });
    expect(hubspot.usage()).toMatchObject({ auth: 2, read: 2 });
  });
  it.each([
    [
      'BAD_REFRESH_TOKEN',
      { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN', message: 'refresh token is invalid, expired or revoked' },
      /new refresh token/,
    ],
    [
      'BAD_HUB',
      { status: 'BAD_HUB', message: 'missing or unknown hub id', error: 'access_denied' },
      /install the app again/,
    ],
    [
      'BAD_CLIENT_ID',
      { error: 'invalid_client', status: 'BAD_CLIENT_ID', message: 'missing or unknown client id' },
      /client_id/,
    ],
  ])('%s ends with the click that mends it, and nothing is sent', async (_, body, fix) => {
    const hubspot = oauth();
    nock(origin).post('/oauth/v1/token').reply(400, body, json);

    const reading = readOne(hubspot);

    await expect(reading).rejects.toBeInstanceOf(AuthError);
    await expect(reading).rejects.toMatchObject({ fix: expect.stringMatching(fix) });
    expect(hubspot.usage().read).toBe(0);
  });
  it('a token route that fails is asked again, and then the run comes back later', async () => {
    const hubspot = oauth();
    nock(origin).post('/oauth/v1/token').times(5).reply(502, '<html>', { 'content-type': 'text/html' });

    await expect(readOne(hubspot)).rejects.toBeInstanceOf(UnavailableError);
  });
  it('a token of another portal is refused in mid-run', async () => {
    const clock = swiftClock();
    const hubspot = oauth(clock);
    gives('first');
    readsWith('first');
    await readOne(hubspot);
    clock.push(30 * 60_000);
    gives('second', { hub_id: 8 });

    await expect(readOne(hubspot)).rejects.toThrow('HubSpot gave a token of another portal');
  });
  it('speaks the dated version of the token route where the home asks for one', async () => {
    const hubspot = oauth(swiftClock(), { api_version: '2026-09' });
    gives('first', {}, '/oauth/2026-09/token');
    nock(origin)
      .post('/crm/objects/2026-09/companies/batch/read')
      .reply(200, batch([item('5')]), json);

    expect((await readOne(hubspot)).ok).toBe(true);
  });
  it('shows neither secrets nor tokens', async () => {
    const hubspot = oauth();
    gives('first-token');
    readsWith('first-token');
    await readOne(hubspot);

    const shown = inspect(hubspot, { depth: 6 });

    for (const word of ['quite-secret', 'also-secret', 'first-token']) expect(shown).not.toContain(word);
  });
});

describe('OAuth against the sandbox', () => {
  it('renews what the portal lets expire, and reads on', async () => {
    const sandbox = await startSandbox({ accounts: 5 });
    const connection = hubspotConnection.parse({
      client_id: 'pretend-client-id',
      client_secret: 'pretend-client-not-a-secret',
      refresh_token: 'pretend-refresh-not-a-secret',
      base_url: sandbox.hubspot.url,
    });
    const hubspot = connectHubspot({ connection, clock: swiftClock(), chance: seededChance(1), backoffMs: 1 });

    const first = await hubspot.portal(calm);
    sandbox.hubspot.half.expireTokens();
    const second = await hubspot.portal(calm);
    const bearer = await hubspot.bearer(calm);
    await sandbox.close();

    expect([first.ok, second.ok]).toEqual([true, true]);
    expect(bearer).toMatchObject({
      ok: true,
      data: { portal: sandbox.hubspot.portal, scopes: expect.arrayContaining(['crm.objects.companies.write']) },
    });
    expect(hubspot.usage()).toMatchObject({ auth: 2, read: 4 });
  });
});
