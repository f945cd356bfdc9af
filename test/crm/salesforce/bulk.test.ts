// Very many records by one job of Bulk API 2.0, against the pretend org: what a job does and does not do row by row, what
// becomes of it when the process or the line dies, and that nothing is written twice.

import { afterEach, describe, expect, it } from 'vitest';
import { cellFault, csvCell, parseCsv } from '../../../src/clients/salesforce/bulk.ts';
import { csvOf } from '../../../src/crm/salesforce/bulk.ts';
import { Crash } from '../../../src/lib/errors.ts';
import { onStep } from '../../../src/lib/step.ts';
import type { FaultAction } from '../../../src/sandbox/faults.ts';
import { refusal } from '../../../src/sandbox/fields.ts';
import { type OrgStage, orgStage } from './org-stage.ts';

const customers = [20, 18, 16, 14, 12, 13].map((logins) => ({ logins, satisfaction: 9 }));
const wished = [96, 90, 84, 78, 72, 75];
const tenMinutes = 600_000;

let stage: OrgStage;
let stopListening: () => void = () => undefined;
afterEach(async () => {
  stopListening();
  await stage.close();
});
const open = async () => {
  stage = await orgStage(customers, {}, { bulkFrom: 3 });
};
const paths = () =>
  stage.box.salesforce
    .requests()
    .filter(({ path }) => path.includes('/jobs/') || path.includes('/composite/sobjects'))
    .map(({ method, path }) => `${method} ${path.replace(/^.*v66\.0/, '').replace(/750\w+/, ':id')}`);
const plant = (match: { method: string; path: string }, action: FaultAction, times = 1) =>
  stage.box.salesforce.faults.plant({ match: { kind: 'write', ...match }, times, action });
const later = () => {
  stage.box.salesforce.faults.clear();
  stage.home.clock.push(tenMinutes);
  stage.box.clock.push(tenMinutes);
};

describe('a job', () => {
  it('carries all rows in one upload, and only the fields that changed', async () => {
    await open();

    const report = await stage.run();

    expect(report).toMatchObject({ exitCode: 0, effects: { applied: 6 } });
    expect(stage.scores()).toEqual(wished);
    expect(paths().filter((path) => path.includes('/jobs/'))).toEqual([
      'POST /jobs/ingest',
      'PUT /jobs/ingest/:id/batches',
      'PATCH /jobs/ingest/:id',
      'GET /jobs/ingest/:id',
      'GET /jobs/ingest/:id',
      'GET /jobs/ingest/:id/successfulResults',
    ]);
    expect(paths().some((path) => path.startsWith('PATCH /composite'))).toBe(false);

    later();
    stage.writes();
    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.writes()).toBe(0);
  });

  it('tells of each row that is refused, and the others stand', async () => {
    await open();
    const { half } = stage.box.salesforce;
    const refused = stage.ids[2] ?? '';
    const message = 'closed, for "this" quarter: ask finance';
    half.store.addRule('Account', (after) =>
      after.id === refused && after.values['Health_Score__c'] != null
        ? [refusal('rule', 'Health_Score__c', null, { message })]
        : [],
    );

    const report = await stage.run();

    const [hit] = (await stage.effects()).filter((effect) => effect.state !== 'applied');
    expect(report).toMatchObject({ exitCode: 4, effects: { applied: 5, rejected: 1 } });
    expect(stage.scores().filter((score) => score === null)).toHaveLength(1);
    expect(hit).toMatchObject({ target: refused, problem: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } });
    expect(hit?.problem?.what).toContain(message);
  });
});

describe('a job that goes wrong', () => {
  it.each<[string, { method: string; path: string }, FaultAction]>([
    [
      'the org refuses jobs',
      { method: 'POST', path: '/jobs/ingest' },
      { do: 'status', status: 400, code: 'FEATURENOTENABLED', message: 'no' },
    ],
    ['the line breaks before the job is made', { method: 'POST', path: '/jobs/ingest' }, { do: 'reset_before' }],
    ['the line breaks when the job was made', { method: 'POST', path: '/jobs/ingest' }, { do: 'reset_after' }],
  ])('is replaced by the ordinary way: %s', async (_what, match, action) => {
    await open();
    plant(match, action);

    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    expect(paths()).toContain('PATCH /composite/sobjects');
  });

  it.each<[string, FaultAction]>([
    ['503', { do: 'status', status: 503, code: 'SERVER_UNAVAILABLE' }],
    ['a broken line, rows arrived', { do: 'reset_after' }],
    ['a broken line, nothing arrived', { do: 'reset_before' }],
  ])('is taken back when its rows did not surely arrive (%s), and nothing of it is applied', async (_what, action) => {
    await open();
    plant({ method: 'PUT', path: '/jobs/ingest' }, action, 0);

    const report = await stage.run();

    expect(report.effects.unknown).toBe(0);
    expect(stage.scores().every((score) => score === null)).toBe(true);
    later();
    await stage.run();
    expect(stage.scores()).toEqual(wished);
    expect(await stage.broken()).toEqual([]);
  });

  it('is asked what it did when the answer to its closing is lost', async () => {
    await open();
    plant({ method: 'PATCH', path: '/jobs/ingest' }, { do: 'reset_after' });

    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
  });
});

describe('a process that dies while a job is under way', () => {
  /** Dies at the nth step of this name. */
  const dieAt = (name: string) => {
    stopListening = onStep((step) => {
      if (step === name) throw new Crash('the process died');
    });
  };

  it.each([
    'http.salesforce.bulk.create:before',
    'http.salesforce.bulk.create:after',
    'http.salesforce.bulk.upload:before',
    'http.salesforce.bulk.upload:after',
    'http.salesforce.bulk.turn:before',
    'http.salesforce.bulk.turn:after',
    'http.salesforce.bulk.poll:after',
    'http.salesforce.bulk.results:after',
    'apply.receipts:before',
  ])('at %s leads to the same org, and no row is written twice', async (name) => {
    await open();
    dieAt(name);
    await stage.run().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    stopListening();
    later();

    await stage.run();
    later();
    const last = await stage.run();

    expect(last.exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    const updates = stage.box.salesforce.half.store
      .changes()
      .filter((change) => change.type === 'Account' && change.op === 'update' && stage.ids.includes(change.id));
    expect(updates).toHaveLength(customers.length);
    expect(await stage.broken()).toEqual([]);
  });

  it('leaves a job that is still working alone until it is done', async () => {
    await open();
    stage.box.salesforce.half.setKnob('bulkPolls', 1_000);
    dieAt('http.salesforce.bulk.poll:after');
    await stage.run().catch(() => undefined);
    stopListening();
    later();

    const waiting = await stage.run();

    expect(waiting.effects.applied).toBe(0);
    expect(waiting.problems.map((problem) => problem.what).join()).toContain('unknown outcome');
    expect(paths().filter((path) => path === 'POST /jobs/ingest')).toHaveLength(1);
  });
});

describe('rows of a job', () => {
  it('survive quotes, commas and line ends', () => {
    const cells = ['plain', 'a,b', 'say "yes"', 'two\nlines', ''];

    const text = `a,b,c,d,e\n${cells.map((cell) => (cell === '' ? '' : csvCell(cell))).join(',')}\n`;

    expect(parseCsv(text)).toEqual([{ a: 'plain', b: 'a,b', c: 'say "yes"', d: 'two\nlines', e: '' }]);
    expect(parseCsv('"sf__Id","sf__Error",Id\r\n"001","X:y:--","1"\r\n')).toEqual([
      { sf__Id: '001', sf__Error: 'X:y:--', Id: '1' },
    ]);
  });

  it('leave out what did not change, and empty what is cleared', () => {
    const record = (id: string, fields: object) => ({ attributes: { type: 'Account' }, id, ...fields });
    const csv = csvOf({
      name: 'update',
      method: 'PATCH',
      records: [record('001000000000001AAA', { A__c: 1, B__c: null }), record('001000000000002AAA', { C__c: true })],
    });

    expect(csv).toBe('Id,A__c,B__c,C__c\n001000000000001AAA,1,#N/A,\n001000000000002AAA,,,true\n');
  });

  it('do not travel by a job where a text would be taken for "empty it", or a record stands twice', () => {
    const sending = (records: object[]) => ({ name: 'update', method: 'PATCH' as const, records: records as never[] });

    expect(csvOf(sending([{ id: '001000000000001AAA', A__c: '#N/A' }]))).toBeNull();
    expect(csvOf(sending([{ id: '001000000000001' }, { id: '001000000000001AAA' }]))).toBeNull();
  });

  it.each([
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION:Scores: closed:Health_Score__c --', 'rejected', ['Health_Score__c']],
    ['UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 2 records: 001x,001y:--', 'ready', []],
    ['INVALID_FIELD:No such column:--', 'drift', []],
    ['something else', 'unknown', []],
  ])('are refused in the words of the result file: %s', (cell, fate, fields) => {
    expect(cellFault(cell)).toMatchObject({ fate, fields });
  });
});
