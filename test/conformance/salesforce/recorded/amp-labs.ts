// What brings about each answer that amp-labs recorded of real orgs in 2024 and 2025 (v59 and v60).

import { base, type Caller, type Case, idIn } from './bodies.ts';
import { differencesOfDescribe } from './describes.ts';
import { jsonOf, textOf } from './fixtures.ts';

const dir = 'amp-labs';
const collections = `${base}/composite/sobjects`;
const jobs = `${base}/jobs/ingest`;
const contact = (fields: Readonly<Record<string, unknown>>) => ({ attributes: { type: 'Contact' }, ...fields });

/** A job that is made, filled and closed; the last step's answer is what `until` asks for. */
async function job(caller: Caller, given: Readonly<Record<string, unknown>>, csv: string) {
  const made = await caller.send('POST', jobs, { contentType: 'CSV', lineEnding: 'LF', ...given });
  const path = `${jobs}/${idIn(made)}`;
  await caller.send('PUT', `${path}/batches`, csv, 'text/csv');
  const closed = await caller.send('PATCH', path, { state: 'UploadComplete' });
  const running = await caller.send('GET', path);
  return { made, closed, running, done: await caller.send('GET', path), path };
}
/** `external_id__c` on Opportunity, as the recorded jobs had it. */
async function withKey(caller: Caller): Promise<void> {
  await caller.soap(
    envelope(
      '<upsertMetadata><metadata xsi:type="CustomField"><fullName>Opportunity.external_id__c</fullName><label>External</label><type>Text</type><length>80</length><externalId>true</externalId><unique>true</unique></metadata></upsertMetadata>',
    ),
  );
  await caller.soap(
    envelope(
      '<upsertMetadata><metadata xsi:type="PermissionSet"><fullName>Key</fullName><label>Key</label><fieldPermissions><editable>true</editable><field>Opportunity.external_id__c</field><readable>true</readable></fieldPermissions></metadata></upsertMetadata>',
    ),
  );
  const found = await caller.query("SELECT Id FROM PermissionSet WHERE Name = 'Key'");
  const set = (JSON.parse(found.text) as { records: { Id: string }[] }).records[0]?.Id;
  const { org } = caller.sandbox.salesforce.half as unknown as { org: { integrationUser: string } };
  await caller.make('PermissionSetAssignment', { AssigneeId: org.integrationUser, PermissionSetId: set });
}
const opportunities = { object: 'Opportunity', operation: 'upsert', externalIdFieldName: 'external_id__c' };
const head = 'Name,StageName,external_id__c,CloseDate';
const row = (key: number, day = '2026-01-01') => `Deal ${key},Prospecting,key-${key},${day}`;

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><SessionHeader><sessionId>TEST_ACCESS_TOKEN</sessionId></SessionHeader></soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}
/** The object that the recorded metadata calls are about. */
async function withObject(caller: Caller): Promise<void> {
  await caller.soap(
    envelope(
      '<createMetadata><metadata xsi:type="CustomObject"><fullName>TestObject15__c</fullName><label>Test</label><pluralLabel>Tests</pluralLabel><nameField><label>Name</label><type>Text</type></nameField><deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel></metadata></createMetadata>',
    ),
  );
}
const metadata = (name: string) => textOf(`${dir}/metadata/${name}`);
async function withFields(caller: Caller): Promise<void> {
  await withObject(caller);
  await caller.soap(metadata('write/object15/mix-of-many-fields-payload.xml'));
}

export async function ampLabs(): Promise<readonly Case[]> {
  return [
    {
      file: `${dir}/batch/create/contacts/success.json`,
      status: 200,
      ask: (caller) => caller.send('POST', collections, jsonOf(`${dir}/batch/create/contacts/payload.json`)),
    },
    {
      file: `${dir}/batch/create/contacts/err-bad-request.json`,
      status: 400,
      ask: (caller) => caller.send('POST', collections, { allOrNone: false, records: [] }),
    },
    {
      file: `${dir}/batch/create/contacts/partial-but-allOrNone.json`,
      status: 200,
      ask: (caller) =>
        caller.send('POST', collections, {
          allOrNone: true,
          records: [contact({ FirstName: 'Siena' }), contact({ FirstName: 'Markus', LastName: 'Blevins' })],
        }),
    },
    {
      file: `${dir}/batch/update/contacts/success.json`,
      status: 200,
      ask: async (caller) => {
        const ids = [await caller.make('Contact', { LastName: 'a' }), await caller.make('Contact', { LastName: 'b' })];
        const records = ids.map((id) => contact({ id, LastName: 'c' }));
        return caller.send('PATCH', collections, { allOrNone: false, records });
      },
    },
    {
      file: `${dir}/batch/update/contacts/err-each-no-ids.json`,
      status: 200,
      ask: (caller) =>
        caller.send('PATCH', collections, { records: [contact({ LastName: 'a' }), contact({ LastName: 'b' })] }),
    },
    {
      file: `${dir}/batch/update/contacts/partial-but-allOrNone.json`,
      status: 200,
      ask: async (caller) => {
        const ids = [await caller.make('Contact', { LastName: 'a' }), await caller.make('Contact', { LastName: 'b' })];
        const records = [contact({ id: ids[0], LastName: 'c' }), contact({ id: ids[1], unknownField_LastName: 'x' })];
        return caller.send('PATCH', collections, { allOrNone: true, records });
      },
    },
    {
      file: `${dir}/create-ok.json`,
      status: 201,
      ask: (caller) => caller.send('POST', `${base}/sobjects/Account`, { Name: 'New' }),
    },
    {
      file: `${dir}/invalid-field-upsert.json`,
      status: 400,
      ask: async (caller) => {
        const id = caller.first('Account');
        return caller.send('PATCH', `${base}/sobjects/Account/${id}`, { MasterRecordId: id });
      },
    },
    {
      file: `${dir}/unknown-field.json`,
      status: 400,
      ask: (caller) => caller.send('POST', `${base}/sobjects/Account`, { Name: 'New', AccountNumer: 'x' }),
    },
    {
      file: `${dir}/unknown-object.json`,
      status: 400,
      ask: (caller) => caller.query('SELECT Id,Name,BillingCity,IsDeleted FROM Accout'),
    },
    {
      file: `${dir}/crm/delete/not-found.json`,
      status: 404,
      ask: async (caller) => {
        const id = await caller.make('Account', { Name: 'Gone' });
        await caller.send('DELETE', `${base}/sobjects/Account/${id}`);
        return caller.send('DELETE', `${base}/sobjects/Account/${id}`);
      },
    },
    {
      file: `${dir}/read-list-contacts.json`,
      status: 200,
      ask: (caller) => caller.query('SELECT AccountId, Department, AssistantName, Description FROM Contact LIMIT 20'),
    },
    {
      file: `${dir}/read-opportunity-with-account.json`,
      status: 200,
      ask: async (caller) => {
        const deal = { StageName: 'Prospecting', CloseDate: '2026-01-01', Amount: 1 };
        await caller.make('Opportunity', { ...deal, Name: 'one', AccountId: caller.first('Account') });
        await caller.make('Opportunity', { ...deal, Name: 'two' });
        return caller.query(
          "SELECT Id, Name, AccountId, Amount, StageName FROM Opportunity WHERE Name IN ('one', 'two')",
        );
      },
    },
    {
      file: `${dir}/read-opportunity-with-contacts.json`,
      status: 200,
      ask: async (caller) => {
        const deal = { Name: 'Roles', StageName: 'Prospecting', CloseDate: '2026-01-01', Amount: 1 };
        const OpportunityId = await caller.make('Opportunity', deal);
        for (const Role of ['Decision Maker', 'Influencer'])
          await caller.make('OpportunityContactRole', { OpportunityId, ContactId: caller.first('Contact'), Role });
        return caller.query(
          "SELECT Id, Name, Amount, StageName, (SELECT Id, ContactId, Role FROM OpportunityContactRoles) FROM Opportunity WHERE Name = 'Roles'",
        );
      },
    },
    {
      file: `${dir}/read-list-leads.json`,
      status: 200,
      // Its locator was put in by hand: a last page has none.
      ask: async (caller) => {
        for (let at = 0; at < 8; at += 1)
          await caller.make('Lead', { LastName: `l${at}`, Company: 'c', City: 'Tallahassee', Country: 'USA' });
        const told = await caller.query('SELECT Address, City, CleanStatus, FirstName FROM Lead');
        const body = JSON.parse(told.text) as object;
        return { ...told, text: JSON.stringify({ ...body, nextRecordsUrl: '' }) };
      },
    },
    ...jobCases(),
    ...metadataCases(),
  ];
}

function jobCases(): Case[] {
  return [
    {
      file: `${dir}/bulk/read-launch-job-account.json`,
      status: 200,
      ask: (caller) =>
        caller.send('POST', `${base}/jobs/query`, { operation: 'query', query: 'SELECT Id FROM Account' }),
    },
    ...(['launch', 'update'] as const).map(
      (step): Case => ({
        file: `${dir}/bulk/write/${step}-job-opportunity.json`,
        status: 200,
        ask: async (caller) => {
          await withKey(caller);
          const { made, closed } = await job(caller, opportunities, `${head}\n${row(1)}\n`);
          return step === 'launch' ? made : closed;
        },
      }),
    ),
    ...(['launch', 'update'] as const).map(
      (step): Case => ({
        file: `${dir}/bulk/delete/${step}-job-opportunity.json`,
        status: 200,
        ask: async (caller) => {
          const given = { object: 'Opportunity', operation: 'delete' };
          const { made, closed } = await job(caller, given, `Id\n${caller.first('Opportunity')}\n`);
          return step === 'launch' ? made : closed;
        },
      }),
    ),
    {
      file: `${dir}/bulk/info/in-progress.json`,
      status: 200,
      ask: async (caller) => {
        await withKey(caller);
        return (await job(caller, opportunities, `${head}\n${row(1)}\n`)).running;
      },
    },
    {
      file: `${dir}/bulk/info/success.json`,
      status: 200,
      ask: async (caller) => {
        await withKey(caller);
        return (await job(caller, opportunities, `${head}\n${row(1)}\n`)).done;
      },
    },
    ...(['json', 'csv'] as const).map(
      (kind): Case => ({
        file: `${dir}/bulk/info/partial-failure.${kind}`,
        status: 200,
        ask: async (caller) => {
          await withKey(caller);
          const csv = `${head}\n${row(1)}\n${row(3, '2003-04-987654321987654321')}\n`;
          const { done, path } = await job(caller, opportunities, csv);
          return kind === 'json' ? done : caller.send('GET', `${path}/failedResults`);
        },
      }),
    ),
    {
      file: `${dir}/bulk/info/complete-failure.json`,
      status: 200,
      ask: async (caller) => {
        await withKey(caller);
        return (await job(caller, opportunities, 'Name,StageName_invalid_field_on_purpose\nx,y\n')).done;
      },
    },
  ];
}

function metadataCases(): Case[] {
  return [
    {
      file: `${dir}/metadata/write/object15/mix-of-many-fields-response.xml`,
      status: 200,
      ask: async (caller) => {
        await withObject(caller);
        return caller.soap(metadata('write/object15/mix-of-many-fields-payload.xml'));
      },
    },
    {
      file: `${dir}/metadata/write/write-field-permissions-response.xml`,
      status: 200,
      ask: async (caller) => {
        await withFields(caller);
        return caller.soap(metadata('write/write-field-permissions-payload.xml'));
      },
    },
    {
      file: `${dir}/metadata/write/read-field-permissions-response.xml`,
      status: 200,
      ask: async (caller) => {
        await withFields(caller);
        await caller.soap(metadata('write/write-field-permissions-payload.xml').replace(secondGrant, ''));
        return caller.soap(metadata('write/read-field-permissions-payload.xml'));
      },
    },
    {
      file: `${dir}/metadata/write/permission-set.json`,
      status: 200,
      ask: async (caller) => {
        await withFields(caller);
        await caller.soap(metadata('write/write-field-permissions-payload.xml'));
        return caller.query("SELECT Id, Name FROM PermissionSet WHERE Name = 'IntegrationCustomFieldVisibility'");
      },
    },
    {
      file: `${dir}/metadata/write/err-duplicate-permission-assignment.json`,
      status: 400,
      ask: async (caller) => {
        const { org } = caller.sandbox.salesforce.half as unknown as { org: { integrationUser: string } };
        const given = { AssigneeId: org.integrationUser, PermissionSetId: caller.first('PermissionSet') };
        return caller.send('POST', `${base}/sobjects/PermissionSetAssignment`, given);
      },
    },
    {
      file: `${dir}/metadata/write/user-info.json`,
      status: 200,
      ask: (caller) => caller.send('GET', '/services/oauth2/userinfo'),
      cut: true,
    },
    {
      file: `${dir}/metadata/delete/delete-fields-response.xml`,
      status: 200,
      ask: async (caller) => {
        await withFields(caller);
        return caller.soap(metadata('delete/delete-fields-payload.xml'));
      },
    },
    {
      file: `${dir}/metadata/delete/delete-field-not-found.xml`,
      status: 200,
      ask: async (caller) => {
        await withFields(caller);
        const payload = metadata('delete/delete-fields-payload.xml');
        return caller.soap(payload.replaceAll('TestObject15__c.Birthday__c', 'TestObject15__c.NonExistent__c'));
      },
    },
    {
      file: `${dir}/metadata/write/object15/bad-request.xml`,
      status: 200,
      ask: async (caller) => {
        await withObject(caller);
        return caller.soap(
          envelope(
            '<upsertMetadata><metadata xsi:type="CustomField"><fullName>TestObject15__c.IsReady__c</fullName><label>IsReady</label><type>Checkbox</type><required>true</required><defaultValue>false</defaultValue></metadata></upsertMetadata>',
          ),
        );
      },
    },
    ...describes.map(
      ([name, type]): Case => ({
        file: `${dir}/metadata/read/${name}.json`,
        status: 200,
        compare: (recorded, ours) => {
          const body = (of: unknown) => (of as { compositeResponse: { body: never }[] }).compositeResponse[0]!.body;
          return differencesOfDescribe(body(recorded), body(ours));
        },
        ask: async (caller) => {
          if (type === 'TestObject15__c') await withMailBox(caller);
          const url = `${base}/sobjects/${type}/describe`;
          return caller.send('POST', `${base}/composite`, {
            compositeRequest: [{ method: 'GET', url, referenceId: type }],
          });
        },
      }),
    ),
  ];
}
/** Recorded describes, of which the recorder kept only some fields, and their objects. */
const describes = [
  ['organization-sampled', 'Organization'],
  ['accounts-sampled', 'Account'],
  ['custom-object-with-custom-fields', 'TestObject15__c'],
] as const;
async function withMailBox(caller: Caller): Promise<void> {
  await withFields(caller);
  // By then Birthday had become a must.
  const field =
    '<metadata xsi:type="CustomField"><fullName>TestObject15__c.MailBox__c</fullName><label>MailBox</label><type>Email</type></metadata><metadata xsi:type="CustomField"><fullName>TestObject15__c.Birthday__c</fullName><label>Birthday</label><type>Text</type><length>30</length><required>true</required></metadata>';
  await caller.soap(envelope(`<upsertMetadata>${field}</upsertMetadata>`));
  const { org } = caller.sandbox.salesforce.half as unknown as { org: { settings: { fieldAccess: object } } };
  const names = ['MailBox__c', 'Birthday__c', 'Interests__c'];
  org.settings.fieldAccess = Object.fromEntries(names.map((name) => [`TestObject15__c.${name}`, 'edit']));
}
/** The second and every further grant: the recorded set had one. */
const secondGrant = /(<fieldPermissions>[\s\S]*?<\/fieldPermissions>\s*)(?=<fieldPermissions>)/g;
