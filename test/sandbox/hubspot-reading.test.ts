// Reading, by raw calls: pages, single records and their ways of not being there, late searches, associations.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, linkTo, openCaller, propertiesOf, resultsOf } from './hubspot-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await openCaller();
  caller.portal.setKnob('searches', 1000);
});
afterAll(async () => {
  await caller.sandbox.close();
});

const companies = '/crm/v3/objects/companies';
const idsIn = (records: readonly unknown[]) => records.map((one) => (one as { id: string }).id);
const nextOf = (body: Record<string, unknown>) =>
  (body['paging'] as { next: { after: string; link: string } } | undefined)?.next;

describe('a list', () => {
  it('shows every record once, in the order of ids, ten at a time', async () => {
    const seen: string[] = [];
    let after: string | undefined = '';

    while (after !== undefined) {
      const page = await caller.call('GET', `${companies}${after === '' ? '' : `?after=${after}`}`);
      expect(resultsOf(page).length).toBeLessThanOrEqual(10);
      seen.push(...idsIn(resultsOf(page)));
      after = nextOf(page.body)?.after;
    }

    const known = [...caller.portal.state.store.all('companies')].map((record) => record.id);
    expect(seen).toEqual(known);
  });

  it('names the next record as the place to go on', async () => {
    const [, second] = await caller.ids('companies', 2);

    const page = await caller.call('GET', `${companies}?limit=1`);

    expect(nextOf(page.body)).toEqual({
      after: second,
      link: `${caller.sandbox.hubspot.url}${companies}?limit=1&after=${second}`,
    });
  });

  it('takes properties by comma and by repetition, and shows dates and id unasked', async () => {
    const comma = await caller.call('GET', `${companies}?limit=1&properties=name,city,unknown`);
    const twice = await caller.call('GET', `${companies}?limit=1&properties=name&properties=city&properties=unknown`);

    expect(resultsOf(comma)).toEqual(resultsOf(twice));
    expect(Object.keys(propertiesOf(resultsOf(comma)[0]))).toEqual([
      'city',
      'createdate',
      'hs_lastmodifieddate',
      'hs_object_id',
      'name',
    ]);
  });

  it.each(['0', '101', 'many'])('refuses a limit of %s', async (limit) => {
    const refused = await caller.call('GET', `${companies}?limit=${limit}`);

    expect(refused.status).toBe(400);
  });

  it('takes two hundred property names in one address but not eight thousand characters of them', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `some_property_name_${at}`).join(',');

    const long = await caller.call('GET', `${companies}?limit=1&properties=${names(200)}`);
    const tooLong = await caller.call('GET', `${companies}?limit=1&properties=${names(500)}`);

    expect([long.status, tooLong.status]).toEqual([200, 414]);
  });

  it('is the same by name, by number and by dated version, with slashes too many', async () => {
    const paths = [
      '/crm/v3/objects/companies?limit=2',
      '/crm/v3/objects/0-2/?limit=2',
      '//crm//v3/objects/companies/?limit=2',
      '/crm/objects/2026-03/companies?limit=2',
      '/crm/objects/2026-09/companies?limit=2',
    ];

    const pages = await Promise.all(paths.map((path) => caller.call('GET', path)));

    expect(pages.map((page) => page.status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(pages.map((page) => JSON.stringify(resultsOf(page)))).size).toBe(1);
  });

  it('does not know what a butterfly is', async () => {
    const refused = await caller.call('GET', '/crm/v3/objects/butterflies');

    expect([refused.status, refused.body['message']]).toEqual([400, 'Unable to infer object type from: butterflies']);
  });
});

describe('a single record', () => {
  it('that is not there is told in JSON to those who ask for it', async () => {
    const missing = await caller.call('GET', `${companies}/999`);

    expect(missing.status).toBe(404);
    expect(missing.body).toEqual({
      status: 'error',
      message: 'resource not found',
      correlationId: missing.headers.get('x-hubspot-correlation-id'),
    });
  });

  it('that is not there is told in HTML to the others', async () => {
    const missing = await caller.call('GET', `${companies}/999`, undefined, { accept: '*/*' });

    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toBe('text/html;charset=iso-8859-1');
    expect(missing.text).toContain('<p>Resource not found</p>');
  });

  it('by an id that is no number is told apart, with two spaces', async () => {
    const missing = await caller.call('GET', `${companies}/abc`);

    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({
      message: 'Object not found.  objectId are usually numeric.',
      context: { id: ['abc'] },
      category: 'OBJECT_NOT_FOUND',
    });
  });

  it('is found by a unique property and by no other', async () => {
    const found = await caller.call('GET', `${companies}/A0002?idProperty=kenko_external_account_id`);
    const refused = await caller.call('GET', `${companies}/x.example?idProperty=domain`);
    const missing = await caller.call('GET', `${companies}/Q1?idProperty=kenko_external_account_id`);

    expect([found.status, refused.status, missing.status]).toEqual([200, 400, 404]);
  });

  it('tells the history of a property, newest first', async () => {
    const [id] = await caller.ids('companies', 1);
    await caller.call('PATCH', `${companies}/${id}`, { properties: { city: 'Oslo' } });
    await caller.call('PATCH', `${companies}/${id}`, { properties: { city: 'Bergen' } });

    const read = await caller.call('GET', `${companies}/${id}?propertiesWithHistory=city`);

    const history = (read.body['propertiesWithHistory'] as { city: { value: string; sourceType: string }[] }).city;
    expect(history.slice(0, 2)).toMatchObject([
      { value: 'Bergen', sourceType: 'INTEGRATION' },
      { value: 'Oslo', sourceType: 'INTEGRATION' },
    ]);
  });

  it('prints instants without a fraction when there is none and with three digits when there is', async () => {
    const [id] = await caller.ids('companies', 1);

    const changed = await caller.call('PATCH', `${companies}/${id}`, {
      properties: { kenko_health_scored_at: '2026-11-20T10:00:00.000Z' },
    });
    const exact = await caller.call('PATCH', `${companies}/${id}`, {
      properties: { kenko_health_scored_at: '2026-11-20T10:00:00.5Z' },
    });

    expect(propertiesOf(changed.body)['kenko_health_scored_at']).toBe('2026-11-20T10:00:00Z');
    expect(propertiesOf(exact.body)['kenko_health_scored_at']).toBe('2026-11-20T10:00:00.500Z');
    expect(changed.body['createdAt']).toMatch(/T09:00:00Z$/);
  });
});

describe('a batch read', () => {
  it('of archived and unknown ids is a 207 with one entry', async () => {
    const made = await caller.call('POST', companies, { properties: { name: 'Gone' } });
    const [id] = await caller.ids('companies', 1);
    await caller.call('DELETE', `${companies}/${made.body['id']}`);

    const read = await caller.call('POST', `${companies}/batch/read`, {
      properties: ['name'],
      inputs: [{ id }, { id: made.body['id'] }, { id: '999' }],
    });

    expect(read.status).toBe(207);
    expect(idsIn(resultsOf(read))).toEqual([id]);
    expect(read.body).toMatchObject({
      status: 'COMPLETE',
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: [made.body['id'], '999'] } }],
    });
  });

  it('needs inputs', async () => {
    const refused = await caller.call('POST', `${companies}/batch/read`, {});
    const garbled = await caller.call('POST', `${companies}/batch/read`, '{"inputs":');

    expect([refused.status, garbled.status]).toEqual([400, 400]);
    expect(garbled.body['message']).toMatch(/^Invalid input JSON/);
  });
});

describe('a search', () => {
  const search = (body: unknown, type = 'companies') => caller.call('POST', `/crm/v3/objects/${type}/search`, body);
  const where = (...filters: unknown[]) => ({ filterGroups: [{ filters }] });

  it('sees neither a new record nor a new value for three seconds of the sandbox clock', async () => {
    const [id] = await caller.ids('companies', 1);
    const query = where({ propertyName: 'name', operator: 'EQ', value: 'late bird' });
    caller.sandbox.clock.push(10_000);
    await caller.call('PATCH', `${companies}/${id}`, { properties: { name: 'Late Bird' } });

    const early = await search(query);
    caller.sandbox.clock.push(3_001);
    const late = await search(query);

    expect(early.body['total']).toBe(0);
    expect(late.body['total']).toBe(1);
  });

  it('still finds a record archived a moment ago, and not later', async () => {
    const made = await caller.call('POST', companies, { properties: { name: 'Mayfly' } });
    const query = where({ propertyName: 'name', operator: 'EQ', value: 'Mayfly' });
    caller.sandbox.clock.push(4_000);
    await caller.call('DELETE', `${companies}/${made.body['id']}`);

    const early = await search(query);
    caller.sandbox.clock.push(4_000);
    const late = await search(query);

    expect([early.body['total'], late.body['total']]).toEqual([1, 0]);
  });

  it('compares numbers as numbers, instants as instants, choices by case and texts without', async () => {
    const [first, second] = await caller.ids('companies', 2);
    const set = (id: string, score: string, band: string) =>
      caller.call('PATCH', `${companies}/${id}`, {
        properties: { kenko_health_score: score, kenko_health_band: band },
      });
    await set(first!, '9', 'red');
    await set(second!, '80', 'green');
    caller.sandbox.clock.push(4_000);
    const total = async (...filters: unknown[]) => (await search(where(...filters))).body['total'];

    expect(await total({ propertyName: 'kenko_health_score', operator: 'LT', value: '10' })).toBe(1);
    expect(await total({ propertyName: 'kenko_health_score', operator: 'BETWEEN', value: '1', highValue: '90' })).toBe(
      2,
    );
    expect(await total({ propertyName: 'kenko_health_band', operator: 'EQ', value: 'RED' })).toBe(0);
    expect(await total({ propertyName: 'kenko_health_band', operator: 'IN', values: ['red', 'green'] })).toBe(2);
    expect(await total({ propertyName: 'kenko_external_account_id', operator: 'IN', values: ['A0003'] })).toBe(0);
    expect(await total({ propertyName: 'kenko_external_account_id', operator: 'IN', values: ['a0003'] })).toBe(1);
    expect(await total({ propertyName: 'kenko_health_score', operator: 'HAS_PROPERTY' })).toBe(2);
    expect(
      await total({ propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: '2026-11-20T00:00:00Z' }),
    ).toBeGreaterThan(1);
    expect(await total({ propertyName: 'hs_object_id', operator: 'GT', value: first })).toBeGreaterThan(5);
  });

  it('finds contacts by the domain of their e-mail, and records by association', async () => {
    const [company] = await caller.ids('companies', 1);
    const read = await caller.call('GET', `${companies}/${company}?associations=contacts&properties=domain`);
    const people = (read.body['associations'] as { contacts: { results: { id: string }[] } }).contacts.results;

    const tokens = await search(
      where({ propertyName: 'email', operator: 'CONTAINS_TOKEN', value: propertiesOf(read.body)['domain'] }),
      'contacts',
    );
    const linked = await search(
      where({ propertyName: 'associations.company', operator: 'EQ', value: company }),
      'contacts',
    );

    expect(tokens.body['total']).toBeGreaterThan(0);
    expect(linked.body['total']).toBe(new Set(people.map((one) => one.id)).size);
  });

  it('sorts by the first sort, downwards with a minus', async () => {
    const found = await search({ sorts: ['-hs_object_id'], limit: 3 });
    const upward = await search({ sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }], limit: 3 });

    const ids = idsIn(resultsOf(found));
    expect(ids).toEqual([...ids].sort().reverse());
    expect(idsIn(resultsOf(upward))).toEqual([...idsIn(resultsOf(upward))].sort());
  });

  it('pages by offset and never past ten thousand', async () => {
    const first = await search({ limit: 4 });
    const second = await search({ limit: '4', after: '4' });
    const beyond = await search({ limit: 100, after: 9_950 });

    expect(first.body['paging']).toEqual({ next: { after: '4' } });
    expect(idsIn(resultsOf(second))).not.toContain(idsIn(resultsOf(first))[0]);
    expect(beyond.status).toBe(400);
  });

  it('has limits to its body, groups, filters and page', async () => {
    const filter = { propertyName: 'name', operator: 'EQ', value: 'x' };
    const group = (count: number) => ({ filters: Array.from({ length: count }, () => filter) });

    const answers = await Promise.all([
      search({ filterGroups: Array.from({ length: 6 }, () => group(1)) }),
      search({ filterGroups: [group(7)] }),
      search({ filterGroups: [group(5), group(5), group(5), group(4)] }),
      search({ query: 'x'.repeat(3_000) }),
      search({ limit: 201 }),
      search(where({ propertyName: 'nope', operator: 'EQ', value: 'x' })),
      // Nobody has this name, and still the operator is none.
      search({
        filterGroups: [{ filters: [filter, { propertyName: 'name', operator: 'LIKE', value: 'x' }] }],
      }),
    ]);

    expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 7 }, () => 400));
  });
});

describe('associations read in a batch', () => {
  it('name who has none in a 207, with far ids as numbers and near ids as text', async () => {
    const [company, other] = await caller.ids('companies', 2);
    const task = await caller.call('POST', '/crm/v3/objects/tasks', {
      properties: { hs_timestamp: '2026-11-25' },
      associations: [linkTo(company!, 192)],
    });

    const read = await caller.call('POST', '/crm/v4/associations/companies/tasks/batch/read', {
      inputs: [{ id: company }, { id: other }],
    });

    expect(read.status).toBe(207);
    expect(resultsOf(read)).toEqual([
      {
        from: { id: company },
        to: [
          {
            toObjectId: Number(task.body['id']),
            associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 191, label: null }],
          },
        ],
      },
    ]);
    expect(read.body).toMatchObject({
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
          message: `No task is associated with company ${other}.`,
          context: { fromObjectId: [other], fromObjectType: ['company'], toObjectType: ['task'] },
        },
      ],
    });
  });

  it('tell the primary company by its label', async () => {
    const [contact] = await caller.ids('contacts', 1);

    const read = await caller.call('POST', '/crm/associations/2026-09/contacts/companies/batch/read', {
      inputs: [{ id: contact }],
    });

    const [far] = resultsOf(read)[0]!['to'] as { associationTypes: unknown[] }[];
    expect(read.status).toBe(200);
    expect(far?.associationTypes).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
    ]);
  });

  it('know one primary company per record, from whichever side it is named', async () => {
    const [contact] = await caller.ids('contacts', 1);
    const [, second, third] = await caller.ids('companies', 3);
    const primaries = async () => {
      const page = await caller.call('GET', `/crm/v4/objects/contacts/${contact}/associations/companies`);
      const far = resultsOf(page) as { toObjectId: number; associationTypes: { label: string | null }[] }[];
      return far
        .filter((one) => one.associationTypes.some((type) => type.label === 'Primary'))
        .map((one) => one.toObjectId);
    };
    const spec = (associationTypeId: number) => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];

    await caller.call('PUT', `/crm/v4/objects/contacts/${contact}/associations/companies/${second}`, spec(1));
    const after = await primaries();
    await caller.call('PUT', `/crm/v4/objects/companies/${third}/associations/contacts/${contact}`, spec(2));

    expect(after).toEqual([Number(second)]);
    expect(await primaries()).toEqual([Number(third)]);
  });

  it('leave out what was archived, and take a thousand inputs but not more', async () => {
    const [company] = await caller.ids('companies', 3).then((ids) => ids.slice(2));
    const made = await caller.call('POST', '/crm/v3/objects/tasks', {
      properties: { hs_timestamp: '2026-11-25' },
      associations: [linkTo(company!, 192)],
    });
    await caller.call('DELETE', `/crm/v3/objects/tasks/${made.body['id']}`);
    const inputs = (count: number) => Array.from({ length: count }, (_, at) => ({ id: String(at + 1) }));
    const path = '/crm/v4/associations/companies/tasks/batch/read';

    const gone = await caller.call('POST', path, { inputs: [{ id: company }] });
    const many = await caller.call('POST', path, { inputs: inputs(1000) });
    const tooMany = await caller.call('POST', path, { inputs: inputs(1001) });

    expect(gone.body['numErrors']).toBe(1);
    expect([many.status, tooMany.status]).toEqual([207, 400]);
  });

  it('make the default one as often as one likes', async () => {
    const [company, other] = await caller.ids('companies', 2);
    const path = `/crm/v4/objects/companies/${company}/associations/default/companies/${other}`;

    const made = [await caller.call('PUT', path), await caller.call('PUT', path)];
    const missing = await caller.call('PUT', `/crm/v4/objects/companies/${company}/associations/default/companies/999`);
    const itself = await caller.call(
      'PUT',
      `/crm/v4/objects/companies/${company}/associations/default/companies/${company}`,
    );

    expect(made.map((one) => one.status)).toEqual([200, 200]);
    expect(resultsOf(made[0]!)).toHaveLength(2);
    expect([missing.status, itself.status]).toEqual([404, 400]);
  });
});
