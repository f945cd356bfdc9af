// The portal against answers that the real HubSpot once gave: same status, same keys, same types, same categories. The
// recordings are read in place and belong to no part of this project; where they are absent the tests say so and pass.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, openCaller, propertiesOf, type RawAnswer, resultsOf } from './hubspot-caller.ts';

const folder = join(import.meta.dirname, '../../../shared/fixtures/hubspot');
const isThere = existsSync(folder);
if (!isThere) console.info(`no recorded answers at ${folder}: the portal is not compared with them`);
const whenThere = describe.skipIf(!isThere);

interface Exchange {
  readonly source: string;
  readonly method: string;
  readonly url: string;
  readonly request?: Record<string, unknown>;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly response: unknown;
}
const exchanges: readonly Exchange[] = isThere
  ? (JSON.parse(readFileSync(join(folder, 'vcr-ruby_hubspot_api-exchanges.json'), 'utf8')) as Exchange[])
  : [];
function recorded(method: string, source: string, status: number): Exchange {
  const found = exchanges.find(
    (one) => one.method === method && one.source.startsWith(source) && one.status === status,
  );
  if (found === undefined) throw new Error(`no recording of ${method} ${source} ${status}`);
  return found;
}
function body(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'amp-labs/test', path), 'utf8')) as Record<string, unknown>;
}

let caller: Caller;
beforeAll(async () => {
  caller = await openCaller();
  caller.portal.setKnob('searchLagMs', 0);
  caller.portal.setKnob('searches', 1000);
});
afterAll(async () => {
  await caller.sandbox.close();
});

/** Names and types, all the way down; lists by their first entry; names of properties are not compared. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'properties' && name !== 'context')
      .map(([name, one]) => [name, shapeOf(one)])
      .sort(([a], [b]) => String(a).localeCompare(String(b))),
  );
}
/** `url` came into the answers in 2025, after these recordings. */
function withoutUrl(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, one) => (name === 'url' ? undefined : one));
}
/** The headers that every such answer has, besides those of the wire. */
function hubspotHeaders(headers: Iterable<[string, string]>): string[] {
  // The deprecated secondly pair is not sent any more.
  return [...headers]
    .map(([name]) => name)
    .filter((name) => name.startsWith('x-hubspot') && !name.includes('secondly'))
    .sort();
}
function expectLike(given: RawAnswer, exchange: Exchange): void {
  expect(given.status).toBe(exchange.status);
  expect(shapeOf(withoutUrl(given.body))).toEqual(shapeOf(exchange.response));
  expect(given.headers.get('content-type')).toBe(exchange.headers['content-type']);
  expect(hubspotHeaders(given.headers)).toEqual(hubspotHeaders(Object.entries(exchange.headers)));
}
const pathOf = (exchange: Exchange) => exchange.url.replace(/^https:\/\/[^/]+/, '');

whenThere('recorded exchanges of 2024', () => {
  it('make a company: 201, Location, the values stamped', async () => {
    const exchange = recorded('POST', 'companies_create', 201);

    const made = await caller.call('POST', pathOf(exchange), exchange.request);

    expectLike(made, exchange);
    expect(made.headers.get('location')).toMatch(/\/crm\/v3\/objects\/companies\/\d+$/);
    expect(Object.keys(propertiesOf(made.body))).toEqual(Object.keys(propertiesOf(exchange.response)));
  });

  it('get a company without asking for properties', async () => {
    const exchange = recorded('GET', 'companies_find_by_id.', 200);
    const [id] = await caller.ids('companies', 1);

    const got = await caller.call('GET', `/crm/v3/objects/companies/${id}`);

    expectLike(got, exchange);
    expect(Object.keys(propertiesOf(got.body))).toEqual(Object.keys(propertiesOf(exchange.response)));
  });

  it('change the name of a company made by an integration', async () => {
    const exchange = recorded('PATCH', 'companies_patch_name', 200);
    const made = await caller.call('POST', '/crm/v3/objects/companies', {
      properties: { name: 'A', domain: 'a.example' },
    });

    const changed = await caller.call('PATCH', `/crm/v3/objects/companies/${made.body['id']}`, exchange.request);

    expectLike(changed, exchange);
    expect(Object.keys(propertiesOf(changed.body))).toEqual(Object.keys(propertiesOf(exchange.response)));
  });

  it('delete a company, and miss it in HTML afterwards', async () => {
    const deleted = recorded('DELETE', 'companies_delete', 204);
    const missed = recorded('GET', 'companies_delete', 404);
    const made = await caller.call('POST', '/crm/v3/objects/companies', { properties: { name: 'Gone' } });
    const path = `/crm/v3/objects/companies/${made.body['id']}`;

    const gone = await caller.call('DELETE', path);
    const missing = await caller.call('GET', path, undefined, { accept: '*/*' });

    expect([gone.status, gone.text]).toEqual([deleted.status, '']);
    expect(hubspotHeaders(gone.headers)).toEqual(hubspotHeaders(Object.entries(deleted.headers)));
    expect([missing.status, missing.text]).toEqual([missed.status, missed.response]);
    expect(missing.headers.get('content-type')).toBe(missed.headers['content-type']);
  });

  it('make a contact with the same stamps', async () => {
    const exchange = recorded('POST', 'lifecycle_contacts_find.', 201);

    const made = await caller.call('POST', pathOf(exchange), exchange.request);

    expectLike(made, exchange);
    // What HubSpot's own agents and marketing tools stamp is left to them.
    const foreign = [
      'hs_currently_enrolled_in_prospecting_agent',
      'hs_lifecyclestage_lead_date',
      'hs_membership_has_accessed_private_content',
      'hs_registered_member',
    ];
    const theirs = Object.keys(propertiesOf(exchange.response)).filter((name) => !foreign.includes(name));
    expect(Object.keys(propertiesOf(made.body))).toEqual(theirs);
    await caller.call('DELETE', `/crm/v3/objects/contacts/${made.body['id']}`);
  });

  it('list one contact, with and without properties', async () => {
    for (const source of ['contacts_list_first_no_props', 'contacts_list_first_with_props']) {
      const exchange = recorded('GET', source, 200);

      const page = await caller.call('GET', pathOf(exchange));

      expectLike(page, exchange);
      const theirs = (exchange.response as { results: unknown[] }).results[0];
      expect(Object.keys(propertiesOf(resultsOf(page)[0]))).toEqual(Object.keys(propertiesOf(theirs)));
    }
  });

  it('make ten contacts, find them in three ways, and archive them by numbers', async () => {
    const batch = recorded('POST', 'lifecycle_contacts_batches_search.', 201);
    const made = await caller.call('POST', pathOf(batch), batch.request);

    for (const source of ['contacts_search.', 'contacts_search_by_email', 'contacts_search_by_string']) {
      const exchange = recorded('POST', source, 200);
      const found = await caller.call('POST', pathOf(exchange), exchange.request);
      expectLike(found, exchange);
      // The portal's own people may have "test" in their addresses, as a top-level domain.
      const isOwn = (mail: unknown) => source.endsWith('by_string') && /^(?!test\d).*test/.test(String(mail));
      const own = [...caller.portal.state.store.all('contacts')].filter((one) => isOwn(one.values['email'])).length;
      expect(found.body['total']).toBe((exchange.response as { total: number }).total + own);
    }
    const inputs = resultsOf(made).map((one) => ({ id: Number(one['id']) }));
    const archived = await caller.call('POST', '/crm/v3/objects/contacts/batch/archive', { inputs });

    expectLike(made, { ...batch, response: { ...(batch.response as object) } });
    expect(archived.status).toBe(recorded('POST', 'lifecycle_contacts_batches_search_archive', 204).status);
  });

  it('miss a contact by e-mail', async () => {
    const exchange = recorded('GET', 'contacts_find_missing_user_by_email.', 404);

    const missing = await caller.call('GET', pathOf(exchange), undefined, { accept: '*/*' });

    expect([missing.status, missing.text]).toEqual([exchange.status, exchange.response]);
  });

  it('are refused for lack of scopes, in both forms', async () => {
    caller.portal.setKnob('token', { token: 'pretend-nothing', scopes: [] });
    const headers = { authorization: 'Bearer pretend-nothing' };
    const record = recorded('GET', 'companies_find_by_id_no_scope', 403);
    const definitions = recorded('GET', 'companies_properties_no_scope', 403);

    const refused = [
      await caller.call('GET', '/crm/v3/objects/companies/1', undefined, headers),
      await caller.call('GET', '/crm/v3/properties/companies', undefined, headers),
    ];

    expect(shapeOf(refused[0]?.body)).toEqual(shapeOf(record.response));
    expect(refused[0]?.body['category']).toBe('MISSING_SCOPES');
    expect(shapeOf(refused[1]?.body)).toEqual(shapeOf(definitions.response));
    const said = String((definitions.response as { message: string }).message).replace(/<[A-Z_]+>/, '44237313');
    expect(refused[1]?.body['message']).toBe(said);
  });

  it('define a contact property as HubSpot does', async () => {
    const exchange = recorded('GET', 'contacts_properties.', 200);
    const text = Buffer.from(String(exchange.response), 'base64').toString('utf8');
    const theirs = (JSON.parse(text) as { results: Record<string, unknown>[] }).results;

    const listed = await caller.call('GET', '/crm/v3/properties/contacts');

    const facts = ['type', 'fieldType', 'hasUniqueValue', 'externalOptions', 'hubspotDefined'];
    for (const mine of resultsOf(listed)) {
      const real = theirs.find((one) => one['name'] === mine['name']);
      if (real === undefined) continue;
      const told = facts.map((fact) => [mine['name'], fact, mine[fact]]);
      expect(told).toEqual(facts.map((fact) => [mine['name'], fact, real[fact]]));
      const isReadOnly = (one: Record<string, unknown>) =>
        (one['modificationMetadata'] as { readOnlyValue: boolean }).readOnlyValue;
      expect([mine['name'], isReadOnly(mine)]).toEqual([mine['name'], isReadOnly(real)]);
    }
  });
});

whenThere('recorded bodies of 2025 and 2026', () => {
  it('tell missing ids of an update as HubSpot does', async () => {
    const theirs = body('batch/update/contacts/err-partial-success.json');
    const [id] = await caller.ids('contacts', 1);

    const mine = await caller.call('POST', '/crm/v3/objects/contacts/batch/update', {
      inputs: [
        { id, properties: { firstname: 'S' } },
        { id: 'unknownIdentifier888', properties: {} },
      ],
    });

    expect(shapeOf(mine.body)).toEqual(shapeOf(theirs));
    expect(mine.body['errors']).toEqual(theirs['errors']);
  });

  it('tell duplicate ids as HubSpot does', async () => {
    const theirs = body('batch/update/contacts/err-duplicate-ids.json');
    const input = { id: '123456', properties: {} };

    const mine = await caller.call('POST', '/crm/v3/objects/contacts/batch/update', { inputs: [input, input] });

    expect({ ...mine.body, correlationId: '' }).toEqual({ ...theirs, correlationId: '' });
  });

  it('tell bad properties of a batch as HubSpot does', async () => {
    const theirs = body('batch/create/contacts/err-many-invalid-properties.json');
    const input = { properties: { first000name: 'A', last000name: 'B' } };

    const mine = await caller.call('POST', '/crm/v3/objects/contacts/batch/create', { inputs: [input, input] });

    expect(shapeOf(mine.body)).toEqual(shapeOf(theirs));
    expect(mine.body['category']).toBe(theirs['category']);
    expect((mine.body['errors'] as unknown[])[0]).toEqual((theirs['errors'] as unknown[])[0]);
  });

  it('tell a conflict of a traced batch and of a plain one as HubSpot does', async () => {
    const partly = body('batch/create/contacts/err-partial-success.json');
    const whole = body('batch/create/contacts/err-conflict.json');
    await caller.call('POST', '/crm/v3/objects/contacts', { properties: { email: 'one@conflict.example' } });
    const taken = { properties: { email: 'one@conflict.example' } };
    const free = { properties: { email: 'two@conflict.example' } };
    const post = (inputs: unknown[]) => caller.call('POST', '/crm/v3/objects/contacts/batch/create', { inputs });

    const mine = await post([
      { ...taken, objectWriteTraceId: '0' },
      { ...free, objectWriteTraceId: '1' },
    ]);
    const refused = await post([taken]);

    expect(shapeOf(mine.body)).toEqual(shapeOf(partly));
    const contextOf = (one: Record<string, unknown>) =>
      Object.keys((one['errors'] as { context: object }[])[0]!.context).sort();
    expect(contextOf(mine.body)).toEqual(contextOf(partly));
    expect({ ...refused.body, correlationId: '' }).toEqual({ ...whole, correlationId: '' });
  });

  it('make properties in a batch and tell those that exist', async () => {
    const group = body('custom/create/1-payload-create-property-group.json');
    const first = body('custom/create/3-payload-batch-create-properties.json');
    const second = body('custom/update/2-payload-batch-create-properties.json');

    const grouped = await caller.call('POST', '/crm/v3/properties/contacts/groups', group);
    const made = await caller.call('POST', '/crm/v3/properties/contacts/batch/create', first);
    const again = await caller.call('POST', '/crm/v3/properties/contacts/batch/create', second);

    expect(shapeOf(grouped.body)).toEqual(shapeOf(body('custom/create/2-response-create-property-group.json')));
    const theirs = [
      body('custom/create/4-response-batch-create-properties.json'),
      body('custom/update/3-response-batch-create-properties.json'),
    ];
    for (const [at, mine] of [made, again].entries()) {
      const real = theirs[at]!;
      const byName = (results: unknown) =>
        [...(results as { name: string }[])].sort((a, b) => a.name.localeCompare(b.name));
      expect(Object.keys(mine.body).sort()).toEqual(Object.keys(real).sort());
      expect(byName(mine.body['results'])).toEqual(byName(real['results']));
      expect(mine.body['errors']).toEqual(real['errors']);
    }
    expect([made.status, again.status]).toEqual([201, 207]);
  });

  it('change a property, options and all', async () => {
    const given = body('custom/update/6-payload-update-property-interests.json');
    const theirs = body('custom/update/7-response-update-property-interests.json');
    const groups = await caller.call('GET', '/crm/v3/properties/contacts/groups');
    if (!resultsOf(groups).some((one) => one['name'] === given['groupName']))
      await caller.call('POST', '/crm/v3/properties/contacts/groups', { name: given['groupName'], label: 'G' });
    await caller.call('POST', '/crm/v3/properties/contacts', given);

    const changed = await caller.call('PATCH', `/crm/v3/properties/contacts/${given['name']}`, given);

    expect(shapeOf(changed.body)).toEqual(shapeOf(theirs));
    expect(changed.body['options']).toEqual(theirs['options']);
  });

  it('search pages and their ends', async () => {
    const query = { limit: 1 };
    const first = await caller.call('POST', '/crm/v3/objects/contacts/search', query);
    const last = await caller.call('POST', '/crm/v3/objects/contacts/search', {
      ...query,
      after: Number(first.body['total']) - 1,
    });

    expect(shapeOf(first.body)).toEqual(shapeOf(body('search/contacts/1-first-page.json')));
    expect(shapeOf(last.body)).toEqual(shapeOf(body('search/contacts/2-second-page.json')));
  });

  it('read associations, found and not found', async () => {
    const theirs = body('search/contacts/contacts-to-companies.json');
    const [id] = await caller.ids('contacts', 1);
    const alone = await caller.call('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'Alone' } });

    const mine = await caller.call('POST', '/crm/v4/associations/contacts/companies/batch/read', {
      inputs: [{ id }, { id: alone.body['id'] }],
    });

    expect(shapeOf(mine.body)).toEqual(shapeOf(theirs));
    const typesOf = (answer: Record<string, unknown>) =>
      (answer['results'] as { to: { associationTypes: unknown }[] }[])[0]!.to[0]!.associationTypes;
    expect(typesOf(mine.body)).toEqual(typesOf(theirs));
  });

  it('list pipelines of deals, lists, an account, and what a butterfly is not', async () => {
    const lists = body('read-lists-1-first-page.json');
    await caller.call('POST', '/crm/v3/lists', { name: 'One', objectTypeId: '0-2', processingType: 'MANUAL' });
    await caller.call('POST', '/crm/v3/lists', { name: 'Two', objectTypeId: '0-2', processingType: 'MANUAL' });

    const pipelines = await caller.call('GET', '/crm/v3/pipelines/deals');
    const found = await caller.call('POST', '/crm/v3/lists/search', { count: 1 });
    const account = await caller.call('GET', '/account-info/v3/details');
    const unknown = await caller.call('POST', '/crm/v3/objects/butterflies/search', {});

    expect(shapeOf(pipelines.body)).toEqual(shapeOf(body('metadata-deals-external-pipelines.json')));
    const theirList = (lists['lists'] as Record<string, unknown>[])[0]!;
    const myList = (found.body['lists'] as Record<string, unknown>[])[0]!;
    expect(Object.keys(found.body).sort()).toEqual(Object.keys(lists).sort());
    expect(Object.keys(myList).sort()).toEqual(Object.keys(theirList).sort());
    expect(shapeOf(account.body)).toEqual(shapeOf(body('post-auth/account-info.json')));
    const refused = body('search/error-invalid-object.json');
    expect({ ...unknown.body, correlationId: '' }).toEqual({ ...refused, correlationId: '' });
  });
});
