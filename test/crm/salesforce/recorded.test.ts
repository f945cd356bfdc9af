// Recorded answers of real orgs, read in place and skipped where they are not at hand.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { recordFault } from '../../../src/clients/salesforce/errors.ts';
import type { CrmMapping, FieldType } from '../../../src/domain/decisions.ts';
import { effectOf } from '../contract.ts';
import { createStage, mapping, never, set, states } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

const fixtures = resolve(import.meta.dirname, '../../../../shared/fixtures/salesforce');
const hasFixtures = existsSync(fixtures);
if (!hasFixtures)
  process.stdout.write('recorded Salesforce answers are not at hand (../shared/fixtures); those tests are skipped\n');
const fixture = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), 'utf8'));

describe.skipIf(!hasFixtures)('a recorded answer of a real org', () => {
  it.each([
    ['amp-labs/batch/update/contacts/err-each-no-ids.json', ['rejected', 'rejected'], 'MISSING_ARGUMENT'],
    [
      'amp-labs/batch/update/contacts/partial-but-allOrNone.json',
      ['ready', 'ready'],
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    ],
  ])('to an update is understood row by row (%s)', async (path, expected, code) => {
    const crm = await stage.open(() => ({ body: fixture(path) }));

    const receipts = await crm.write([set(1), set(2)], never);

    expect(receipts.map((receipt) => receipt.state)).toEqual(expected);
    expect(receipts[0]?.problem?.code).toBe(code);
  });

  it('to a malformed request is a definite no', async () => {
    const body = fixture('amp-labs/batch/create/contacts/err-bad-request.json');
    const crm = await stage.open(() => ({ status: 400, body }));

    expect(await states(crm, [set(1)])).toEqual(['rejected']);
  });

  it('to an update that went well is applied', async () => {
    const rows = fixture('amp-labs/batch/update/contacts/success.json') as { id: string }[];
    const crm = await stage.open(() => ({ body: rows }));
    const batch = rows.map((row) =>
      effectOf('salesforce', { op: 'set', object: 'contact', target: row.id, payload: { nps_score: 9 } }),
    );

    expect(await states(crm, batch)).toEqual(['applied', 'applied']);
  });

  it('about an unknown column means that the configuration has drifted', () => {
    const rows = fixture('amp-labs/batch/update/contacts/partial-but-allOrNone.json') as { errors: unknown }[];

    expect(recordFault(rows[1]?.errors)).toMatchObject({ fate: 'drift', code: 'INVALID_FIELD' });
  });

  it('to describe names every field, and a mapping that does not fit is told field by field', async () => {
    const cassette = readFileSync(join(fixtures, 'cumulusci-cassettes/GET_sobjects_Account_describe.yaml'), 'utf8');
    const json = cassette
      .slice(cassette.indexOf('{"actionOverrides"'))
      .split('\n')
      .map((line) => line.trim())
      .join(' ');
    const described = JSON.parse(json) as { fields: unknown[] };
    const field = (word: string, name: string, type: FieldType, length: number) => ({
      word,
      field: name,
      type,
      write: 'always' as const,
      digits: 1,
      length,
      options: [],
      label: { en: word, ja: word },
      help: { en: '', ja: '' },
    });
    const fields = [
      field('strengths', 'AccountNumber', 'text', 20),
      field('reasons', 'AccountNumber', 'text', 255),
      field('score', 'NumberOfEmployees', 'number', 0),
      field('revenue', 'AnnualRevenue', 'currency', 0),
      field('since', 'Name', 'date', 0),
      field('stamp', 'SystemModstamp', 'datetime', 0),
      field('gone', 'Not_There__c', 'text', 10),
    ];
    const narrow: CrmMapping = { ...mapping, objects: { account: { object: 'Account', fields } }, task: null };
    const crm = await stage.open((asked) => {
      if (asked.path === '/services/data') return { body: [{ version: '66.0' }] };
      if (asked.path.endsWith('/describe')) {
        return { headers: { 'sforce-limit-info': 'api-usage=14900/15000' }, body: described };
      }
      if (asked.path.endsWith('/v66.0/'))
        return { body: { identity: 'https://x/id/00D000000000001EAA/005000000000001AAA' } };
      return { body: { totalSize: 0, done: true, records: [] } };
    }, narrow);

    const problems = await crm.check({ mapping: narrow, tasks: false }, never);

    expect(problems.map((problem) => [problem.severity, problem.where.replace('salesforce ', '')])).toEqual([
      ['error', 'Account.AccountNumber'],
      ['error', 'Account.AnnualRevenue'],
      ['error', 'Account.Name'],
      ['error', 'Account.SystemModstamp'],
      ['error', 'Account.Not_There__c'],
      ['warning', 'limits'],
    ]);
    for (const problem of problems) expect(problem.fix).not.toBe('');
  });
});
