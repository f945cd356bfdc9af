// Answers that real orgs gave, recorded by others, against the answers of the pretend one: the same keys, types, codes and
// texts. The recordings are no part of this repository; without them the comparison is skipped, saying so.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, idOf } from './salesforce-connect.ts';

const folder = resolve(import.meta.dirname, '../../../shared/fixtures/salesforce');
const isHere = existsSync(folder);
if (!isHere) console.log(`no recorded Salesforce answers at ${folder}: comparisons with them are skipped`);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 10, setUp: true });
});
afterAll(() => sandbox.close());

const text = (path: string) => readFileSync(resolve(folder, path), 'utf8');
const recorded = (path: string): unknown => JSON.parse(text(path));
/** Keys and kinds of values, all the way down; of a list only its first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}
const post = (path: string, body: unknown) => call(sandbox, 'POST', base + path, body);
const patch = (path: string, body: unknown) => call(sandbox, 'PATCH', base + path, body);

type Described = Record<string, unknown> & { fields: Record<string, unknown>[] };
/** What follows from the settings of the recorded org (person accounts, more objects, other labels), not from the API. */
const ofTheOrg = ['label', 'picklistValues', 'inlineHelpText', 'referenceTo', 'searchPrefilterable'];
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'Account.Name': ['compoundFieldName', 'extraTypeInfo'],
  'Opportunity.ContactId': ['relationshipName'],
  'Lead.Status': ['length', 'byteLength'],
};

describe.runIf(isHere)('describes', () => {
  test.each(['Account', 'Contact', 'Opportunity', 'Case', 'Event', 'Lead'])(
    '%s has the keys and the standard fields of a real one',
    async (type) => {
      const cassette = parse(text(`cumulusci-cassettes/GET_sobjects_${type}_describe.yaml`)) as {
        response: { body: { string: string } };
      };
      const real = JSON.parse(cassette.response.body.string) as Described;

      const ours = (await call(sandbox, 'GET', `${base}/sobjects/${type}/describe`)).body as Described;

      expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(real)));
      for (const field of ours.fields) {
        const twin = real.fields.find((one) => one['name'] === field['name']);
        expect(Object.keys(field).sort()).toEqual(Object.keys(real.fields[0] ?? {}).sort());
        if (twin === undefined) continue;
        const skip = [...ofTheOrg, ...(exceptions[`${type}.${String(field['name'])}`] ?? [])];
        const comparable = (one: Record<string, unknown>) =>
          Object.fromEntries(Object.entries(one).filter(([key]) => !skip.includes(key)));
        expect(comparable(field)).toEqual(comparable(twin));
      }
    },
  );
});

describe.runIf(isHere)('collections', () => {
  test('a create answers as recorded', async () => {
    const answer = await post('/composite/sobjects', recorded('amp-labs/batch/create/contacts/payload.json'));

    expect(shapeOf(answer.body)).toEqual(shapeOf(recorded('amp-labs/batch/create/contacts/success.json')));
    expect(answer.status).toBe(200);
  });

  test('no records, missing fields with all-or-none, and missing ids are refused as recorded', async () => {
    const contact = (more: Record<string, unknown>) => ({ attributes: { type: 'Contact' }, ...more });

    const none = await post('/composite/sobjects', { allOrNone: false, records: [] });
    const partial = await post('/composite/sobjects', {
      allOrNone: true,
      records: [contact({ FirstName: 'Siena' }), contact({ FirstName: 'Markus', LastName: 'Blevins' })],
    });
    const noIds = await patch('/composite/sobjects', {
      records: [contact({ LastName: 'a' }), contact({ LastName: 'b' })],
    });

    expect(none.body).toEqual(recorded('amp-labs/batch/create/contacts/err-bad-request.json'));
    expect(partial.body).toEqual(recorded('amp-labs/batch/create/contacts/partial-but-allOrNone.json'));
    expect(noIds.body).toEqual(recorded('amp-labs/batch/update/contacts/err-each-no-ids.json'));
  });

  test('an unknown field in an all-or-none update is refused as recorded', async () => {
    const ids = [...sandbox.salesforce.half.store.all('Contact')].slice(0, 2).map((row) => row.id);
    const contact = (id: string | undefined, more: Record<string, unknown>) => ({
      attributes: { type: 'Contact' },
      id,
      ...more,
    });

    const answer = await patch('/composite/sobjects', {
      allOrNone: true,
      records: [contact(ids[0], { LastName: 'Dyer' }), contact(ids[1], { unknownField_LastName: 'x' })],
    });

    expect(answer.body).toEqual(recorded('amp-labs/batch/update/contacts/partial-but-allOrNone.json'));
  });
});

describe.runIf(isHere)('single records', () => {
  test('a field that may not be written and a record that is gone are refused as recorded', async () => {
    const born = await post('/sobjects/Account', { Name: 'Gone' });
    const { id } = born.body as { id: string };
    const field = await patch(`/sobjects/Account/${id}`, { MasterRecordId: id });
    await call(sandbox, 'DELETE', `${base}/sobjects/Account/${id}`);
    const gone = await call(sandbox, 'DELETE', `${base}/sobjects/Account/${id}`);

    expect(shapeOf(born.body)).toEqual(shapeOf(recorded('amp-labs/create-ok.json')));
    expect(field.body).toEqual(recorded('amp-labs/invalid-field-upsert.json'));
    expect(gone.body).toEqual(recorded('amp-labs/crm/delete/not-found.json'));
  });

  test('an assignment that exists already is refused as recorded', async () => {
    const { user_id } = await (await connect(sandbox)).identity();
    const [set] = [...sandbox.salesforce.half.store.all('PermissionSet')];

    const answer = await post('/sobjects/PermissionSetAssignment', { AssigneeId: user_id, PermissionSetId: set?.id });

    const neutral = (body: unknown) => JSON.stringify(body).replace(/(005|0PS)\w{12}/g, '$1…');
    expect(neutral(answer.body)).toBe(
      neutral(recorded('amp-labs/metadata/write/err-duplicate-permission-assignment.json')),
    );
  });

  test('a part of a composite about an unknown object answers as recorded', async () => {
    const answer = await post('/composite', {
      compositeRequest: [{ referenceId: 'r', method: 'GET', url: `${base}/sobjects/Foo` }],
    });

    expect(text('cumulusci-cassettes/TestCompositeParallelSalesforce.test_errors.yaml')).toContain(
      'The requested resource does not exist',
    );
    expect(answer.body).toEqual({
      compositeResponse: [
        {
          body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
          httpHeaders: {},
          httpStatusCode: 404,
          referenceId: 'r',
        },
      ],
    });
  });
});

describe.runIf(isHere)('bulk jobs', () => {
  const jobs = `${base}/jobs/ingest`;

  test('have the keys of recorded ones at every stage, in their order', async () => {
    const job = {
      object: 'Task',
      operation: 'upsert',
      externalIdFieldName: 'Kenko_Key__c',
      contentType: 'CSV',
      lineEnding: 'LF',
    };
    const open = await call(sandbox, 'POST', jobs, job);
    const { id } = open.body as { id: string };
    await call(sandbox, 'PUT', `${jobs}/${id}/batches`, 'Kenko_Key__c,Subject,ActivityDate\nr1,x,2003-04-98\n', {
      'content-type': 'text/csv',
    });
    const closed = await call(sandbox, 'PATCH', `${jobs}/${id}`, { state: 'UploadComplete' });
    const running = await call(sandbox, 'GET', `${jobs}/${id}`);
    const done = await call(sandbox, 'GET', `${jobs}/${id}`);
    const failed = await call(sandbox, 'GET', `${jobs}/${id}/failedResults`);
    const query = await call(sandbox, 'POST', `${base}/jobs/query`, {
      operation: 'query',
      query: 'SELECT Id FROM Account',
    });

    const keys = (body: unknown) => Object.keys(body as object);
    expect(keys(open.body)).toEqual(keys(recorded('amp-labs/bulk/write/launch-job-opportunity.json')));
    expect(keys(closed.body)).toEqual(keys(recorded('amp-labs/bulk/write/update-job-opportunity.json')));
    expect(keys(running.body)).toEqual(keys(recorded('amp-labs/bulk/info/in-progress.json')));
    expect(keys(done.body)).toEqual(keys(recorded('amp-labs/bulk/info/partial-failure.json')));
    expect(shapeOf(query.body)).toEqual(shapeOf(recorded('amp-labs/bulk/read-launch-job-account.json')));
    const cell = (csv: string) => /"(INVALID[^"]*)"/.exec(csv)?.[1]?.replace(/col \d+|'[^']*'|:\w+ --/g, '…');
    expect(failed.text.split('\n')[0]?.slice(0, 21)).toBe(text('amp-labs/bulk/info/partial-failure.csv').slice(0, 21));
    expect(cell(failed.text)).toBe(cell(text('amp-labs/bulk/info/partial-failure.csv')));
  });

  test('that fail as a whole say so as recorded', async () => {
    const open = await call(sandbox, 'POST', jobs, {
      object: 'Account',
      operation: 'upsert',
      externalIdFieldName: 'Id',
      contentType: 'CSV',
    });
    const { id } = open.body as { id: string };
    await call(
      sandbox,
      'PUT',
      `${jobs}/${id}/batches`,
      `Id,StageName_invalid_field_on_purpose\n${idOf(sandbox, 'A0001')},x\n`,
    );
    await call(sandbox, 'PATCH', `${jobs}/${id}`, { state: 'UploadComplete' });
    await call(sandbox, 'GET', `${jobs}/${id}`);

    const failed = await call(sandbox, 'GET', `${jobs}/${id}`);

    const real = recorded('amp-labs/bulk/info/complete-failure.json') as Record<string, unknown>;
    expect(Object.keys(failed.body as object)).toEqual(Object.keys(real));
    expect(failed.body).toMatchObject({ state: real['state'], errorMessage: real['errorMessage'] });
  });
});

describe.runIf(isHere)('metadata by SOAP', () => {
  /** Elements in their order, without texts, prefixes of the writer's choice and white space. */
  const elements = (xml: string) =>
    [...xml.matchAll(/<(\/?)([\w:]+)[^>]*>/g)]
      .map((match) => `${match[1]}${match[2]}`)
      .filter((name) => !name.startsWith('?'));
  const soap = async (payload: string) => {
    const signed = payload.replace('TEST_ACCESS_TOKEN', sandbox.salesforce.token);
    const answer = await call(sandbox, 'POST', '/services/Soap/m/60.0', signed, {
      'content-type': 'text/xml',
      soapaction: '""',
    });
    return answer.text;
  };

  test('fields and permission sets are made and answered as recorded', async () => {
    const dir = 'amp-labs/metadata/write';
    const swap = (payload: string) => payload.replaceAll('TestObject15__c', 'Account');

    const made = await soap(swap(text(`${dir}/object15/mix-of-many-fields-payload.xml`)));
    const granted = await soap(swap(text(`${dir}/write-field-permissions-payload.xml`)));
    const read = await soap(text(`${dir}/read-field-permissions-payload.xml`));

    expect(elements(made)).toEqual(elements(text(`${dir}/object15/mix-of-many-fields-response.xml`)));
    expect(elements(granted)).toEqual(elements(text(`${dir}/write-field-permissions-response.xml`)));
    const once = (xml: string) => [...new Set(elements(xml))];
    expect(once(read)).toEqual(once(text(`${dir}/read-field-permissions-response.xml`)));
  });

  test('deletions are answered as recorded, found or not', async () => {
    const payload = text('amp-labs/metadata/delete/delete-fields-payload.xml');

    const found = await soap(payload.replaceAll('TestObject15__c', 'Account'));
    const missing = await soap(payload.replaceAll('TestObject15__c.Birthday__c', 'Account.NonExistent__c'));

    expect(elements(found)).toEqual(elements(text('amp-labs/metadata/delete/delete-fields-response.xml')));
    expect(elements(missing)).toEqual(elements(text('amp-labs/metadata/delete/delete-field-not-found.xml')));
    expect(missing).toContain('This custom field does not exist or is not accessible');
  });
});
