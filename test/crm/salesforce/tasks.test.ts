// Tasks on the wire: inserted once, adopted, closed only where that is ours to do.

import { afterEach, describe, expect, it } from 'vitest';
import type { CrmMapping } from '../../../src/domain/decisions.ts';
import { effectOf, keyOf } from '../contract.ts';
import { account, createStage, mapping, never, no, recordsIn, states, task, yes } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

describe('a task on the wire', () => {
  it('is inserted with our key and its owner, and without a status', async () => {
    const crm = await stage.open((asked) => ({
      body: recordsIn(asked).map(() => ({ id: '00T000000000001AAA', success: true, errors: [] })),
    }));
    const effect = effectOf('salesforce', {
      op: 'ensure_task',
      target: account(1),
      key: keyOf(1),
      play: 'renewal_risk',
      payload: {
        subject: 'Call',
        body: 'x'.repeat(40_000),
        due_on: '2026-12-01',
        priority: 'medium',
        owner: '005000000000001AAA',
        note: 'n',
      },
    });

    await crm.write([effect], never);

    const [record] = recordsIn(stage.server?.asked[0]);
    expect(stage.server?.asked[0]?.method).toBe('POST');
    expect(record).toMatchObject({
      attributes: { type: 'Task' },
      WhatId: account(1),
      OwnerId: '005000000000001AAA',
      Subject: 'Call',
      ActivityDate: '2026-12-01',
      Priority: 'Normal',
      Kenko_Key__c: keyOf(1),
      Play_Id__c: 'renewal_risk',
    });
    expect(String(record?.['Description'])).toHaveLength(32_000);
    expect(record).not.toHaveProperty('Status');
  });

  it('refused as a duplicate of our key is applied, with the id from the refusal', async () => {
    const message = 'duplicate value found: Kenko_Key__c duplicates value on record with id: 00T5g00000AbCdE';
    const crm = await stage.open(() => ({ body: [no('DUPLICATE_VALUE', message)] }));

    const [receipt] = await crm.write([task(1)], never);

    expect(receipt).toMatchObject({ state: 'applied', problem: null });
    expect(receipt?.crmId).toMatch(/^00T5g00000AbCdE...$/);
    expect(stage.server?.asked).toHaveLength(1);
  });

  it('refused as a duplicate that names nobody is looked up by its key', async () => {
    const crm = await stage.open((asked) =>
      asked.method === 'GET'
        ? {
            body: {
              totalSize: 1,
              done: true,
              records: [{ Id: '00T000000000007AAA', IsDeleted: false, IsClosed: true, Kenko_Key__c: keyOf(1) }],
            },
          }
        : {
            body: [
              no('DUPLICATE_VALUE', 'duplicate value found: <unknown> duplicates value on record with id: <unknown>'),
            ],
          },
    );

    const [receipt] = await crm.write([task(1)], never);

    expect(receipt).toMatchObject({ state: 'applied', crmId: '00T000000000007AAA' });
  });

  it('refused as a duplicate of something else is rejected', async () => {
    const crm = await stage.open((asked) =>
      asked.method === 'GET'
        ? { body: { totalSize: 0, done: true, records: [] } }
        : {
            body: [
              no(
                'DUPLICATE_VALUE',
                'duplicate value found: Other__c duplicates value on record with id: 00T5g00000AbCdE',
              ),
            ],
          },
    );

    const [receipt] = await crm.write([task(1)], never);

    expect(receipt).toMatchObject({ state: 'rejected', problem: { code: 'DUPLICATE_VALUE' } });
  });

  it('refused as a duplicate that cannot be looked up is unknown', async () => {
    const crm = await stage.open((asked) =>
      asked.method === 'GET' ? { status: 503, body: '<html></html>' } : { body: [no('DUPLICATE_VALUE', '<unknown>')] },
    );

    const [receipt] = await crm.write([task(1)], never);

    expect(receipt?.state).toBe('unknown');
  });

  it('is looked for first where the org cannot refuse a second one, by the key in its text', async () => {
    const { key: _key, ...fields } = mapping.task?.fields ?? {};
    const degraded = { ...mapping.task, mode: 'at_least_once', fields } as NonNullable<CrmMapping['task']>;
    const there = { Id: '00T000000000009AAA', WhatId: account(1), Description: `Old text\n\n[${keyOf(1)}]` };
    const crm = await stage.open(
      (asked) =>
        asked.method === 'GET'
          ? { body: { totalSize: 1, done: true, records: [there] } }
          : { body: recordsIn(asked).map(() => ({ id: '00T000000000010AAA', success: true, errors: [] })) },
      { task: degraded },
    );

    const receipts = await crm.write([task(1), task(2)], never);
    const [found] = await crm.find([{ key: keyOf(1), id: null, target: account(1) }], never);

    const sent = stage.server?.asked.filter((asked) => asked.method === 'POST') ?? [];
    expect(receipts.map((receipt) => receipt.crmId)).toEqual(['00T000000000009AAA', '00T000000000010AAA']);
    expect(sent).toHaveLength(1);
    expect(recordsIn(sent[0])[0]?.['Description']).toBe(`[${keyOf(2)}]`);
    expect(found).toMatchObject({ id: '00T000000000009AAA', fields: { body: 'Old text' } });
  });

  it('is closed with the first closed status of the org, whatever it is called', async () => {
    const crm = await stage.open((asked) => {
      if (asked.path.includes('TaskStatus'))
        return {
          body: {
            totalSize: 3,
            done: true,
            records: [
              { ApiName: 'Offen', IsClosed: false, SortOrder: 1 },
              { ApiName: 'Erledigt', IsClosed: true, SortOrder: 2 },
              { ApiName: 'Verworfen', IsClosed: true, SortOrder: 3 },
            ],
          },
        };
      if (asked.path.endsWith('/Task')) return { body: [{ Id: '00T000000000001AAA', IsClosed: false }] };
      return yes(asked);
    });
    const effect = effectOf('salesforce', { op: 'close_task', target: '00T000000000001AAA', payload: {} });

    expect(await states(crm, [effect])).toEqual(['applied']);
    expect(recordsIn(stage.server?.asked.at(-1))[0]).toEqual({
      attributes: { type: 'Task' },
      id: '00T000000000001AAA',
      Status: 'Erledigt',
    });
  });

  it('that is closed already is left alone, and one that is gone is told', async () => {
    const crm = await stage.open((asked) =>
      asked.path.endsWith('/Task')
        ? { body: [{ Id: '00T000000000001AAA', IsClosed: true }, null] }
        : { body: { totalSize: 1, done: true, records: [{ ApiName: 'Done', IsClosed: true, SortOrder: 1 }] } },
    );
    const close = (target: string) => effectOf('salesforce', { op: 'close_task', target, payload: {} });

    const receipts = await crm.write([close('00T000000000001AAA'), close('00T000000000002AAA')], never);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected']);
    expect(receipts[1]?.problem?.code).toBe('ENTITY_IS_DELETED');
    expect(stage.server?.asked.some((asked) => asked.method === 'PATCH')).toBe(false);
  });
});
