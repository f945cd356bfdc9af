// Real answers of HubSpot, recorded by others, played through the real client. They lie beside the project and are not part
// of it; where they are absent there is nothing to play.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classify } from '../../../src/clients/hubspot/errors.ts';
import { calm, client, closeWire, json, openWire, origin } from './wire.ts';

const folder = resolve(import.meta.dirname, '../../../../shared/fixtures/hubspot');
const absent = !existsSync(folder);
if (absent) console.info('recorded HubSpot answers: skipped, the folder with the recordings is not there');

interface Exchange {
  readonly source: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: unknown;
}
const exchanges = (): readonly Exchange[] =>
  JSON.parse(readFileSync(`${folder}/vcr-ruby_hubspot_api-exchanges.json`, 'utf8'));
const bodyOf = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${folder}/amp-labs/${path}`, 'utf8'));
const contacts = '/crm/v3/objects/contacts';
const creating = [{ trace: '0', properties: {}, on: { id: '1', associationTypeId: 192 } }];

/** Plays one recorded exchange; headers of the transport itself are left to the transport. */
function play(exchange: Exchange): void {
  const headers = Object.fromEntries(
    Object.entries(exchange.headers).filter(
      ([name]) => !/^(transfer-encoding|content-encoding|content-length|connection|retry-after)$/.test(name),
    ),
  );
  const path = decodeURIComponent(new URL(exchange.url).pathname);
  nock(origin)
    .intercept((asked) => decodeURIComponent(asked.split('?')[0] ?? '') === path, exchange.method)
    .query(true)
    .reply(exchange.status, exchange.response as never, headers);
}

describe.skipIf(absent)('recorded exchanges', () => {
  beforeEach(openWire);
  afterEach(closeWire);

  it('every recorded single read is understood, found or not', async () => {
    const reads = exchanges().filter(
      (one) => one.method === 'GET' && /\/objects\/(companies|contacts)\/[^/?]+/.test(one.url),
    );
    const outcomes: string[] = [];
    for (const one of reads) {
      play(one);
      const [, object = '', id = ''] = /\/objects\/(companies|contacts)\/([^/?]+)/.exec(one.url) ?? [];

      const reply = await client().getRecord(object, decodeURIComponent(id), [], {}, calm);

      outcomes.push(`${one.status} ${reply.ok ? 'ok' : reply.refusal.outcome}`);
    }

    expect(reads.length).toBeGreaterThan(10);
    expect(new Set(outcomes)).toEqual(new Set(['200 ok', '403 drift', '404 rejected']));
  });

  it('a missing scope is named, in both recorded forms', async () => {
    const refused = exchanges().filter((one) => one.status === 403);
    const scopes = refused.map(
      (one) => classify({ code: one.status, body: one.response, headers: one.headers }).scopes,
    );

    expect(refused.length).toBeGreaterThan(2);
    expect(scopes.filter((list) => list.length === 0)).toEqual([]);
    expect(scopes.flat().every((scope) => /^[a-z-]+(\.[a-z_0-9-]+)*$/.test(scope))).toBe(true);
  });

  it('a recorded list gives its page and where to go on', async () => {
    const list = exchanges().find((one) => one.source === 'contacts_list_first_with_props.yml');
    play(list!);

    const reply = await client().listRecords(
      'contacts',
      { properties: ['email'], after: null, archived: false, limit: 1 },
      calm,
    );

    expect(reply).toMatchObject({ ok: true, data: { results: [{ archived: false }] } });
    expect(reply.ok && reply.data.after).toMatch(/^\d+$/);
  });

  it('the share of the day is read from the recorded headers', async () => {
    const found = exchanges().find((one) => one.source === 'companies_find_by_id.yml');
    play(found!);
    const hubspot = client();

    await hubspot.getRecord('companies', '22816780518', [], {}, calm);

    expect(hubspot.usage().quotaLimit).toBe(Number(found?.headers['x-hubspot-ratelimit-daily']));
  });

  it('recorded property definitions are read whole', async () => {
    const found = exchanges().find((one) => one.source === 'contacts_properties.yml');
    // This one was stored as base64.
    const response = JSON.parse(Buffer.from(String(found?.response), 'base64').toString('utf8'));
    play({ ...found!, response });

    const reply = await client().properties('contacts', calm);

    expect(reply.ok && reply.data.length).toBeGreaterThan(50);
    expect(reply.ok && reply.data.find((property) => property.name === 'hs_object_id')?.readOnly).toBe(true);
    expect(reply.ok && reply.data.find((property) => property.name === 'firstname')).toMatchObject({
      type: 'string',
      readOnly: false,
    });
  });

  it('a recorded partial update tells the written from the missing', async () => {
    nock(origin)
      .post(`${contacts}/batch/update`)
      .reply(207, bodyOf('test/batch/update/contacts/err-partial-success.json'), json);

    const reply = await client().updateRecords('contacts', [{ id: '171591000199', trace: '1', properties: {} }], calm);

    expect(reply).toMatchObject({
      ok: true,
      data: {
        results: [{ id: '171591000199' }],
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['unknownIdentifier888'] } }],
      },
    });
  });

  it('a recorded partial create names the trace and the record that is there already', async () => {
    nock(origin)
      .post(`${contacts}/batch/create`)
      .reply(207, bodyOf('test/batch/create/contacts/err-partial-success.json'), json);

    const reply = await client().createRecords('contacts', creating, calm);

    expect(reply).toMatchObject({
      ok: true,
      data: {
        errors: [{ category: 'CONFLICT', context: { objectWriteTraceId: ['0'], existingId: ['171591000198'] } }],
      },
    });
  });

  it.each([
    [
      'duplicate ids',
      'test/batch/update/contacts/err-duplicate-ids.json',
      400,
      { outcome: 'rejected', code: 'DUPLICATE_IDS', ids: ['123456'] },
    ],
    [
      'properties that are not there',
      'test/batch/update/contacts/err-many-invalid-properties.json',
      400,
      { outcome: 'drift', code: 'PROPERTY_DOESNT_EXIST', properties: ['first000name', 'last000name'] },
    ],
    [
      'a contact that exists',
      'test/batch/create/contacts/err-conflict.json',
      409,
      { outcome: 'rejected', code: 'CONFLICT' },
    ],
    [
      'a schema scope',
      'test/metadata-err-schemas-scope.json',
      403,
      { outcome: 'drift', scopes: ['custom-object-read'] },
    ],
  ] as const)('a recorded refusal for %s is classified', (_, path, status, expected) => {
    expect(classify({ code: status, body: bodyOf(path), headers: {} })).toMatchObject(expected);
  });

  it('the recorded account details say which portal this is', async () => {
    nock(origin).get('/account-info/v3/details').reply(200, bodyOf('test/post-auth/account-info.json'), json);

    const reply = await client().portal(calm);

    expect(reply).toMatchObject({ ok: true, data: { id: '12345678', kind: 'STANDARD', zone: 'US/Eastern' } });
  });
});
