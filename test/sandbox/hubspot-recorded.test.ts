// The portal against answers that the real HubSpot once gave. Every recording is told again in test/conformance/hubspot,
// where status, headers, keys, types and codes are compared; here are the few whose very values can be the same. The
// recordings are read in place and belong to no part of this project; where they are absent the tests say so and pass.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

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
const pathOf = (exchange: Exchange) => exchange.url.replace(/^https:\/\/[^/]+/, '');

whenThere('recorded values', () => {
  it('find ten contacts in three ways, as many as the real one found', async () => {
    const batch = recorded('POST', 'lifecycle_contacts_batches_search.', 201);
    await caller.call('POST', pathOf(batch), batch.request);

    for (const source of ['contacts_search.', 'contacts_search_by_email', 'contacts_search_by_string']) {
      const exchange = recorded('POST', source, 200);
      const found = await caller.call('POST', pathOf(exchange), exchange.request);
      // The portal's own people may have "test" in their addresses, as a top-level domain.
      const isOwn = (mail: unknown) => source.endsWith('by_string') && /^(?!test\d).*test/.test(String(mail));
      const own = [...caller.portal.state.store.all('contacts')].filter((one) => isOwn(one.values['email'])).length;
      expect(found.body['total']).toBe((exchange.response as { total: number }).total + own);
    }
  });

  it('stamp a company that an integration makes with the same words', async () => {
    const exchange = recorded('POST', 'companies_create', 201);
    const stamped = ['hs_object_source', 'hs_object_source_label', 'hs_pipeline', 'lifecyclestage', 'name', 'website'];

    const made = await caller.call('POST', pathOf(exchange), exchange.request);

    const values = (record: unknown) => stamped.map((name) => propertiesOf(record)[name]);
    expect(values(made.body)).toEqual(values(exchange.response));
    expect(made.headers.get('location')).toMatch(/\/crm\/v3\/objects\/companies\/\d+$/);
  });

  it('tell missing, duplicate and unwanted ids in the same words', async () => {
    const input = { id: '123456', properties: {} };
    const [id] = await caller.ids('contacts', 1);
    const update = (inputs: unknown[]) => caller.call('POST', '/crm/v3/objects/contacts/batch/update', { inputs });

    const missing = await update([
      { id, properties: { firstname: 'S' } },
      { id: 'unknownIdentifier888', properties: {} },
    ]);
    const twice = await update([input, input]);

    const whole = body('batch/update/contacts/err-duplicate-ids.json');
    expect(missing.body['errors']).toEqual(body('batch/update/contacts/err-partial-success.json')['errors']);
    expect({ ...twice.body, correlationId: '' }).toEqual({ ...whole, correlationId: '' });
  });

  it('make properties in a batch with the same definitions, and tell those that exist', async () => {
    await caller.call(
      'POST',
      '/crm/v3/properties/contacts/groups',
      body('custom/create/1-payload-create-property-group.json'),
    );
    const post = (file: string) => caller.call('POST', '/crm/v3/properties/contacts/batch/create', body(file));

    const made = await post('custom/create/3-payload-batch-create-properties.json');
    const again = await post('custom/update/2-payload-batch-create-properties.json');

    const byName = (results: unknown) =>
      [...(results as { name: string }[])].sort((a, b) => a.name.localeCompare(b.name));
    const theirs = ['create/4', 'update/3'].map((file) => body(`custom/${file}-response-batch-create-properties.json`));
    expect(byName(made.body['results'])).toEqual(byName(theirs[0]?.['results']));
    expect(byName(again.body['results'])).toEqual(byName(theirs[1]?.['results']));
    expect(again.body['errors']).toEqual(theirs[1]?.['errors']);
  });

  it('change a property, options and their places included', async () => {
    const given = body('custom/update/6-payload-update-property-interests.json');
    const theirs = body('custom/update/7-response-update-property-interests.json');

    const changed = await caller.call('PATCH', `/crm/v3/properties/contacts/${given['name']}`, given);

    expect(changed.body['options']).toEqual(theirs['options']);
  });

  it('tell the pipelines of deals and contacts with the same stages', async () => {
    const stagesOf = (answer: Record<string, unknown>) =>
      (answer['results'] as { stages: { id: string; label: string; metadata: unknown }[] }[])[0]!.stages.map(
        (stage) => [stage.id, stage.label, stage.metadata],
      );

    for (const type of ['deals', 'contacts']) {
      const mine = await caller.call('GET', `/crm/v3/pipelines/${type}`);
      expect(stagesOf(mine.body)).toEqual(stagesOf(body(`metadata-${type}-external-pipelines.json`)));
    }
  });

  it('read associations with the same types', async () => {
    const [id] = await caller.ids('contacts', 1);

    const mine = await caller.call('POST', '/crm/v4/associations/contacts/companies/batch/read', { inputs: [{ id }] });

    const typesOf = (results: unknown) =>
      (results as { to: { associationTypes: unknown }[] }[])[0]!.to[0]!.associationTypes;
    expect(typesOf(resultsOf(mine))).toEqual(typesOf(body('search/contacts/contacts-to-companies.json')['results']));
  });
});
