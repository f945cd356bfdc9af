// Queries page by page, with deleted records, as a stream of CSV; updates and deletions of what a query found.

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type Case, refusalOf } from './cases.ts';

const big = 5_300;

export const queryCases: readonly Case[] = [
  {
    name: `queryMore walks through ${big} rows, every row once, none inferred from the length of a page`,
    run: async ({ jsforce, half }) => {
      for (let at = 0; at < big; at += 1)
        half.store.insert('UpsertTable__c', { Name: `Big ${at}` }, 'system', { asSystem: true });
      const soql = "SELECT Id, Name FROM UpsertTable__c WHERE Name LIKE 'Big %'";
      const sizes: number[] = [];
      const seen = new Set<unknown>();
      let page = await jsforce.query(soql);
      for (;;) {
        sizes.push(page.records.length);
        for (const row of page.records) seen.add(row['Id']);
        if (page.done) break;
        page = await jsforce.queryMore(String(page.nextRecordsUrl));
      }
      deepEqual([page.totalSize, seen.size, sizes], [big, big, [2000, 2000, 1300]]);
    },
  },
  {
    name: 'autoFetch stops at maxFetch, and without it one page is all',
    run: async ({ jsforce }) => {
      const soql = "SELECT Id FROM UpsertTable__c WHERE Name LIKE 'Big %'";
      const some = await jsforce.query(soql, { autoFetch: true, maxFetch: 5000 });
      const one = await jsforce.query(soql);
      deepEqual([some.records.length, one.records.length, one.done], [5000, 2000, false]);
    },
  },
  {
    name: 'a page size that was asked for is kept to',
    run: async ({ jsforce }) => {
      const options = { headers: { 'Sforce-Query-Options': 'batchSize=200' } };
      const page = await jsforce.query("SELECT Id FROM UpsertTable__c WHERE Name LIKE 'Big %'", options);
      equal(page.records.length, 200);
    },
  },
  {
    name: 'a locator that is none is refused by its code',
    run: async ({ jsforce }) => {
      equal((await refusalOf(jsforce.queryMore('01gNOSUCHLOCATOR-2000'))).errorCode, 'INVALID_QUERY_LOCATOR');
    },
  },
  {
    name: 'scanAll shows deleted records',
    run: async ({ jsforce }) => {
      const { id } = await jsforce.sobject('Account').create({ Name: 'Deleting Account' });
      await jsforce.sobject('Account').destroy(String(id));
      const soql = 'SELECT Id, IsDeleted, Name FROM Account WHERE IsDeleted = true';
      const [hidden, seen] = [await jsforce.query(soql), await jsforce.query(soql, { scanAll: true })];
      equal(hidden.totalSize, 0);
      ok(seen.records.some((row) => row['Id'] === id && row['IsDeleted'] === true));
    },
  },
  {
    name: 'COUNT() gives a number and no rows',
    run: async ({ jsforce }) => {
      const counted = await jsforce.query("SELECT COUNT() FROM UpsertTable__c WHERE Name LIKE 'Big %'");
      deepEqual([counted.totalSize, counted.done, counted.records], [big, true, []]);
    },
  },
  {
    name: 'a query becomes a stream of CSV with the columns in their order',
    run: async ({ jsforce }) => {
      const stream = jsforce.query('SELECT Id, Name FROM Account LIMIT 10').stream('csv');
      let text = '';
      for await (const part of stream) text += String(part);
      equal(text.split('\n')[0], 'Id,Name');
    },
  },
  {
    name: 'a plan is explained',
    run: async ({ jsforce }) => {
      const { plans } = await jsforce.query('SELECT Id FROM Account ORDER BY CreatedDate DESC LIMIT 10').explain();
      const [plan] = plans;
      deepEqual(
        [typeof plan?.cardinality, Array.isArray(plan?.fields), typeof plan?.relativeCost, plan?.sobjectType],
        ['number', true, 'number', 'Account'],
      );
    },
  },
  {
    name: 'records that a query found are updated and destroyed, up to 200 by collections',
    run: async ({ jsforce }) => {
      const rows = Array.from({ length: 20 }, (_one, at) => ({ Name: `Found ${at}`, BillingState: 'CA' }));
      await jsforce.sobject('Account').create(rows);
      const found = () => jsforce.sobject('Account').find({ Name: { $like: 'Found %' } }, 'Id, Name, BillingState');
      const updated = await found().update({ Name: '${Name} (Updated)', BillingState: null });
      const after = await found();
      const destroyed = await found().destroy();
      deepEqual([updated.length, updated.every((one) => one.success)], [20, true]);
      ok(after.every((row) => /\(Updated\)$/.test(String(row['Name'])) && row['BillingState'] === null));
      deepEqual([destroyed.length, (await found()).length], [20, 0]);
    },
  },
  {
    name: 'an unknown object and an unknown field are told by their codes and places',
    run: async ({ jsforce }) => {
      const object = await refusalOf(jsforce.query('SELECT Id FROM Acount'));
      const field = await refusalOf(jsforce.query('SELECT Id, Nope FROM Account'));
      deepEqual([object.errorCode, field.errorCode], ['INVALID_TYPE', 'INVALID_FIELD']);
      match(field.message, /ERROR at Row:1:Column:12/);
    },
  },
];
