// Bulk API 2.0 through jsforce's own job: thousands of rows, failed rows apart, refreshed tokens, upper-case headers, all
// delimiters.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'jsforce';
import { folder, isHere } from '../recorded/fixtures.ts';
import { type Case, refusalOf } from './cases.ts';

type Row = Record<string, string>;
async function load(jsforce: Connection, object: string, operation: string, input: unknown) {
  const results = await jsforce.bulk2.loadAndWaitForResults({ object, operation, input } as never);
  const all = results as unknown as { successfulResults: Row[]; failedResults: Row[]; unprocessedRecords: Row[] };
  return { ok: all.successfulResults, failed: all.failedResults, rest: all.unprocessedRecords };
}
const accounts = (name: string, count: number) =>
  Array.from({ length: count }, (_one, at) => ({ Name: name, NumberOfEmployees: 300 * (at + 1) }));

/** A CSV of others, in the way jsforce takes it with its delimiter named. */
async function loadFile(jsforce: Connection, csv: string, columnDelimiter: string) {
  const job = jsforce.bulk2.createJob({ object: 'Account', operation: 'insert', columnDelimiter } as never);
  await job.open();
  await job.uploadData(csv);
  await job.close();
  await job.poll(5, 60_000);
  return (await job.getAllResults()) as unknown as { successfulResults: Row[]; failedResults: Row[] };
}

const delimiters = {
  comma: 'COMMA',
  comma_wrapped_values: 'COMMA',
  semicolon: 'SEMICOLON',
  pipe: 'PIPE',
  tab: 'TAB',
  caret: 'CARET',
  backquote: 'BACKQUOTE',
  'single-column': 'COMMA',
} as const;

export const bulkCases: readonly Case[] = [
  {
    name: '200 good rows are inserted, and the one without a name is told with its code and field',
    run: async ({ jsforce }) => {
      const {
        ok: good,
        failed,
        rest,
      } = await load(jsforce, 'Account', 'insert', [...accounts('Bulk', 200), { BillingState: 'CA' }]);
      deepEqual([good.length, failed.length, rest.length], [200, 1, 0]);
      ok(good.every((row) => row['sf__Created'] === 'true' && row['sf__Id']?.length === 18));
      deepEqual(
        [failed[0]?.['sf__Id'], failed[0]?.['sf__Error']],
        ['', 'REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --'],
      );
    },
  },
  {
    name: 'rows are updated and deleted by their ids',
    run: async ({ jsforce }) => {
      const made = await load(jsforce, 'Account', 'insert', accounts('Bulk by id', 20));
      const ids = made.ok.map((row) => String(row['sf__Id']));
      const updated = await load(
        jsforce,
        'Account',
        'update',
        ids.map((Id) => ({ Id, Phone: '1' })),
      );
      const deleted = await load(
        jsforce,
        'Account',
        'delete',
        ids.map((Id) => ({ Id })),
      );
      deepEqual([updated.ok.length, updated.ok[0]?.['sf__Created'], deleted.ok.length], [20, 'false', 20]);
      equal((await jsforce.query("SELECT COUNT() FROM Account WHERE Name = 'Bulk by id'")).totalSize, 0);
    },
  },
  {
    name: 'an upsert by an external id makes what is new and changes what is known',
    run: async ({ jsforce }) => {
      const rows = (name: string, from: number) =>
        Array.from({ length: 10 }, (_one, at) => ({ Name: name, Unique__c: `bulk-${from + at}` }));
      const job = async (input: unknown) => {
        const options = { object: 'UpsertTable__c', operation: 'upsert', externalIdFieldName: 'Unique__c', input };
        const results = await jsforce.bulk2.loadAndWaitForResults(options as never);
        return (results as unknown as { successfulResults: Row[] }).successfulResults;
      };
      const first = await job(rows('one', 0));
      const second = await job(rows('two', 5));
      deepEqual(
        first.map((row) => row['sf__Created']),
        Array(10).fill('true'),
      );
      deepEqual(second.filter((row) => row['sf__Created'] === 'false').length, 5);
    },
  },
  {
    name: 'no rows at all are no error',
    run: async ({ jsforce }) => {
      const { ok: good, failed, rest } = await load(jsforce, 'Account', 'insert', []);
      deepEqual([good, failed, rest], [[], [], []]);
    },
  },
  {
    name: 'a token that expired is refreshed once, and the job goes on',
    run: async ({ jsforce, expired }) => {
      let refreshed = 0;
      const other = expired(() => {
        refreshed += 1;
      });
      const made = await load(jsforce, 'Account', 'insert', accounts('Session', 100));
      const deleted = await load(
        other,
        'Account',
        'delete',
        made.ok.map((row) => ({ Id: row['sf__Id'] })),
      );
      deepEqual([refreshed, deleted.ok.length, deleted.failed.length], [1, 100, 0]);
    },
  },
  {
    name: 'without a way to refresh the job is refused by its code',
    run: async ({ expired }) => {
      equal((await refusalOf(load(expired(), 'Account', 'insert', accounts('Never', 1)))).name, 'INVALID_SESSION_ID');
    },
  },
  {
    name: 'headers in capitals mean the same fields, and come back as they were written',
    run: async ({ jsforce }) => {
      const csv = 'NAME,PHONE,ANNUALREVENUE\nCapitals,1,3.00E+07\nCapitals,2,\n';
      const { successfulResults } = await loadFile(jsforce, csv, 'COMMA');
      deepEqual(Object.keys(successfulResults[0] ?? {}), ['sf__Id', 'sf__Created', 'NAME', 'PHONE', 'ANNUALREVENUE']);
      const found = await jsforce.query("SELECT AnnualRevenue FROM Account WHERE Name = 'Capitals' ORDER BY Phone");
      deepEqual(
        found.records.map((row) => row['AnnualRevenue']),
        [30_000_000, null],
      );
    },
  },
  {
    name: 'an unknown object and an unknown column are told by their code and their message',
    run: async ({ jsforce }) => {
      const object = await refusalOf(load(jsforce, 'Foo__c', 'insert', [{ Name: 'x' }]));
      const column = await refusalOf(load(jsforce, 'Account', 'insert', [{ Name: 'x', Nope__c: '1' }]));
      deepEqual([object.errorCode, object.message], ['INVALIDJOB', 'Unable to find object: Foo__c']);
      ok(column.message.includes('Field name not found : Nope__c'), column.message);
    },
  },
  {
    name: 'a query job gives all rows, their instants with a Z',
    run: async ({ jsforce }) => {
      const stream = await jsforce.bulk2.query('SELECT Id, Name, CreatedDate FROM Account');
      const rows = await stream.toArray();
      const count = (await jsforce.query('SELECT COUNT() FROM Account')).totalSize;
      equal(rows.length, count);
      ok(rows.every((row) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/.test(String(row['CreatedDate']))));
    },
  },
  {
    name: 'records that a query found are updated and destroyed by bulk, above 200',
    run: async ({ jsforce }) => {
      await load(jsforce, 'Account', 'insert', accounts('Massive', 250));
      const found = () => jsforce.sobject('Account').find({ Name: { $like: 'Massive%' } }, 'Id, Name');
      const updated = await found().update({ Name: '${Name} (Updated)' }, { bulkApiVersion: 2 });
      const destroyed = await found().destroy({ bulkApiVersion: 2 });
      deepEqual([updated.length, updated.every((one) => one.success)], [250, true]);
      deepEqual([destroyed.length, destroyed.every((one) => one.success)], [250, true]);
    },
  },
  ...(isHere ? Object.entries(delimiters) : []).map(
    ([file, delimiter]): Case => ({
      name: `the CLI's own ${file}.csv goes in`,
      run: async ({ jsforce }) => {
        const csv = readFileSync(join(folder, `plugin-data-testfiles/${file}.csv`), 'utf8').replaceAll('\r\n', '\n');
        const results = await loadFile(jsforce, csv, delimiter);
        deepEqual([results.successfulResults.length, results.failedResults.length], [10, 0]);
      },
    }),
  ),
  ...(isHere ? (['Account_bulk2_test.csv', 'Account_bulk2_test_backquote.csv'] as const) : []).map(
    (file): Case => ({
      name: `jsforce's own ${file} goes in, quoted lines and all`,
      run: async ({ jsforce }) => {
        const csv = readFileSync(join(folder, 'jsforce-testdata', file), 'utf8').replaceAll('\r\n', '\n');
        const job = jsforce.bulk2.createJob({
          object: 'Account',
          operation: 'insert',
          columnDelimiter: file.includes('backquote') ? 'BACKQUOTE' : 'COMMA',
        } as never);
        await job.open();
        await job.uploadData(csv);
        await job.close();
        await job.poll(5, 60_000);
        const info = job.getInfo() as { numberRecordsProcessed?: number; numberRecordsFailed?: number };
        const expected = file.includes('backquote') ? 10 : 100;
        deepEqual([info.numberRecordsProcessed, info.numberRecordsFailed], [expected, 0]);
      },
    }),
  ),
];
