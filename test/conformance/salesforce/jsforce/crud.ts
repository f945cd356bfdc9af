// Rows one by one and in collections: created, read, changed, deleted, upserted, rolled back.

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type Case, refusalOf } from './cases.ts';

type Results = { id?: string; success: boolean; errors: { statusCode?: string }[] }[];
const codesOf = (results: unknown) =>
  (results as Results).map((one) => (one.success ? 'ok' : (one.errors[0]?.statusCode ?? '?')));

export const crudCases: readonly Case[] = [
  {
    name: 'a single record is created, retrieved, updated and gone after it was destroyed',
    run: async ({ jsforce }) => {
      const accounts = jsforce.sobject('Account');
      const made = await accounts.create({ Name: 'Hello' });
      const id = String(made.id);
      deepEqual([made.success, made.errors], [true, []]);
      const changed = await accounts
        .record(id)
        .update({ Name: 'Hello2' }, { headers: { 'Sforce-Auto-Assign': 'FALSE' } });
      equal(changed.success, true);
      const read = await accounts.retrieve(id);
      deepEqual([read['Id'], read['Name'], read.attributes?.type], [id, 'Hello2', 'Account']);
      equal((await accounts.destroy(id)).success, true);
      equal((await refusalOf(accounts.retrieve(id))).errorCode, 'NOT_FOUND');
    },
  },
  {
    name: 'ids of 15 characters and names in lower case mean the same',
    run: async ({ jsforce }) => {
      const { id } = await jsforce.sobject('account').create({ name: 'Lower' });
      const read = await jsforce.sobject('ACCOUNT').retrieve(String(id).slice(0, 15));
      deepEqual([read['Id'], read['Name']], [id, 'Lower']);
    },
  },
  {
    name: 'several records are created, retrieved in order, updated and destroyed; then nulls stand in their places',
    run: async ({ jsforce }) => {
      const accounts = jsforce.sobject('Account');
      const made = await accounts.create([{ Name: 'Account #1' }, { Name: 'Account #2' }]);
      const ids = made.map((one) => String(one.id));
      deepEqual(
        (await accounts.retrieve(ids)).map((one) => one['Name']),
        ['Account #1', 'Account #2'],
      );
      const changed = await accounts.update(ids.map((Id, at) => ({ Id, Name: `Updated #${at + 1}` })));
      deepEqual(codesOf(changed), ['ok', 'ok']);
      deepEqual(
        (await accounts.retrieve(ids)).map((one) => one['Name']),
        ['Updated #1', 'Updated #2'],
      );
      deepEqual(codesOf(await accounts.destroy(ids)), ['ok', 'ok']);
      deepEqual(await accounts.retrieve(ids), [null, null]);
    },
  },
  {
    name: 'more than 200 records are refused whole, and go through in pieces with allowRecursive',
    run: async ({ jsforce }) => {
      const many = Array.from({ length: 201 }, (_one, at) => ({ LastName: `Many ${at}` }));
      equal((await refusalOf(jsforce.sobject('Contact').create(many))).errorCode, 'EXCEEDED_ID_LIMIT');
      const made = await jsforce.sobject('Contact').create(many, { allowRecursive: true });
      deepEqual([made.length, made.every((one) => one.success)], [201, true]);
    },
  },
  {
    name: 'a part of a collection may fail, with its statusCode, in its place',
    run: async ({ jsforce }) => {
      const rows = [{ LastName: 'good' }, { FirstName: 'no last name' }, { LastName: 'good too' }];
      deepEqual(codesOf(await jsforce.sobject('Contact').create(rows)), ['ok', 'REQUIRED_FIELD_MISSING', 'ok']);
    },
  },
  {
    name: 'allOrNone takes the good ones back: the culprit keeps its code, the others are rolled back',
    run: async ({ jsforce }) => {
      const rows = [{ LastName: 'Taken back' }, { FirstName: 'culprit' }, { LastName: 'Taken back' }];
      const results = await jsforce.sobject('Contact').create(rows, { allOrNone: true });
      const rolledBack = 'ALL_OR_NONE_OPERATION_ROLLED_BACK';
      deepEqual(codesOf(results), [rolledBack, 'REQUIRED_FIELD_MISSING', rolledBack]);
      ok((results as Results).every((one) => one.id === undefined));
      equal((await jsforce.query("SELECT COUNT() FROM Contact WHERE LastName = 'Taken back'")).totalSize, 0);
    },
  },
  {
    name: 'allOrNone on updates and deletes leaves everything as it was',
    run: async ({ jsforce }) => {
      const contacts = jsforce.sobject('Contact');
      const { id: Id = '' } = await contacts.create({ LastName: 'Stays' });
      const gone = String((await contacts.create({ LastName: 'Goes' })).id);
      await contacts.destroy(gone);
      const updated = await contacts.update(
        [
          { Id, LastName: 'Changed' },
          { Id: gone, LastName: 'x' },
        ],
        { allOrNone: true },
      );
      const deleted = await contacts.destroy([Id, gone], { allOrNone: true });
      deepEqual(codesOf(updated), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'ENTITY_IS_DELETED']);
      deepEqual(codesOf(deleted), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'ENTITY_IS_DELETED']);
      equal((await contacts.retrieve(Id))['LastName'], 'Stays');
    },
  },
  {
    name: 'an upsert answers 201 for a new record, 200 for a known one, 300 for several',
    run: async ({ jsforce, sandbox }) => {
      const table = jsforce.sobject('UpsertTable__c');
      const statuses = () =>
        sandbox.salesforce
          .requests()
          .filter((one) => one.method === 'PATCH')
          .map((one) => one.status);
      sandbox.salesforce.forgetRequests();
      const made = await table.upsert({ Name: 'New', ExtId__c: 'e1' }, 'ExtId__c');
      const known = await table.upsert({ Name: 'Updated', ExtId__c: 'e1' }, 'ExtId__c');
      await table.create({ Name: 'Twin', ExtId__c: 'e1' });
      const several = await refusalOf(table.upsert({ Name: 'Which?', ExtId__c: 'e1' }, 'ExtId__c'));
      deepEqual([made.success, made.created, known.success, known.created], [true, true, true, false]);
      equal(known.id, made.id);
      equal((await table.retrieve(String(made.id)))['Name'], 'Updated');
      equal(several.errorCode, 'MULTIPLE_CHOICES');
      match(String((several.data as string[])[0]), /^\/services\/data\/v66\.0\/sobjects\/UpsertTable__c\/a0\w{16}$/);
      deepEqual(statuses(), [201, 200, 300]);
    },
  },
  {
    name: 'before v46 an upsert of a known record answers 204, without a body',
    run: async ({ jsforce }) => {
      const path = '/services/data/v45.0/sobjects/UpsertTable__c/ExtId__c/old';
      const made = await jsforce.request<{ created?: boolean; success: boolean }>({
        method: 'PATCH',
        url: path,
        body: JSON.stringify({ Name: 'Old' }),
        headers: { 'content-type': 'application/json' },
      });
      const known = await jsforce.request({
        method: 'PATCH',
        url: path,
        body: JSON.stringify({ Name: 'Older' }),
        headers: { 'content-type': 'application/json' },
      });
      equal(made.success, true);
      ok(known === null || known === '' || known === undefined);
    },
  },
  {
    name: 'several upserts say of each whether it was new, and refuse those that name several',
    run: async ({ jsforce }) => {
      const table = jsforce.sobject('UpsertTable__c');
      await table.create([
        { Name: 'a', ExtId__c: 'm1' },
        { Name: 'b', ExtId__c: 'm1' },
        { Name: 'c', ExtId__c: 'm2' },
      ]);
      const rows = ['m1', 'm2', 'm3'].map((ExtId__c) => ({ Name: 'Up', ExtId__c }));
      const results = await table.upsert(rows, 'ExtId__c');
      deepEqual(codesOf(results), ['DUPLICATE_EXTERNAL_ID', 'ok', 'ok']);
      deepEqual(
        results.map((one) => one.created),
        [false, false, true],
      );
    },
  },
  {
    name: 'a unique field refuses a second record with its value, whatever the case, and names the first',
    run: async ({ jsforce }) => {
      const table = jsforce.sobject('UpsertTable__c');
      const { id } = await table.create({ Name: 'first', Unique__c: 'only' });
      const refused = await refusalOf(table.create({ Name: 'second', Unique__c: 'ONLY' }));
      equal(refused.errorCode, 'DUPLICATE_VALUE');
      ok(refused.message.includes(String(id).slice(0, 15)));
    },
  },
  {
    name: 'an update with a header of its own reaches the org with it',
    run: async ({ jsforce, half }) => {
      const owner = [...half.store.all('User')].find((user) => user.values['IsActive'] === true)?.id ?? '';
      half.setKnob('autoAssignTo', owner);
      const { id: Id = '' } = await jsforce.sobject('Account').create({ Name: 'Assigned' });
      const before = (await jsforce.sobject('Account').retrieve(Id))['OwnerId'];
      await jsforce.sobject('Account').update([{ Id, Phone: '1' }], { headers: { 'Sforce-Auto-Assign': 'FALSE' } });
      const kept = (await jsforce.sobject('Account').retrieve(Id))['OwnerId'];
      await jsforce.sobject('Account').update([{ Id, Phone: '2' }]);
      const moved = (await jsforce.sobject('Account').retrieve(Id))['OwnerId'];
      half.setKnob('autoAssignTo', null);
      deepEqual([kept, moved], [before, owner]);
    },
  },
];
