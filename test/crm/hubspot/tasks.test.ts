// Our tasks: made once, found by id or key. One answer of HubSpot on the wire where one answer decides.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrmMapping } from '../../../src/domain/decisions.ts';
import { batch, calm, closeWire, json, openWire, origin, refusal } from '../../clients/hubspot/wire.ts';
import { effectOf, keyOf } from '../contract.ts';
import { createTasks, ensure, gone, hand, keyIs, mapping, readTasks, taskItem } from './stage.ts';

beforeEach(openWire);
afterEach(closeWire);

describe('a new task', () => {
  it('hangs on its company, carries our key and is due at the end of its day', async () => {
    let sent:
      | { inputs: { associations: unknown; objectWriteTraceId: string; properties: Record<string, string> }[] }
      | undefined;
    keyIs(true);
    nock(origin)
      .post(createTasks, (body) => {
        sent = body;
        return true;
      })
      .reply(201, batch([taskItem('90', keyOf(1))]), json);
    const effect = effectOf('hubspot', {
      op: 'ensure_task',
      target: '5',
      key: keyOf(1),
      play: 'renewal_risk',
      payload: { subject: 'Call', body: 'a < b\nnext', due_on: '2026-12-01', priority: 'high', owner: '77' },
    });

    const [receipt] = await hand().write([effect], calm);

    expect(receipt).toMatchObject({ state: 'applied', crmId: '90' });
    expect(sent?.inputs[0]).toEqual({
      objectWriteTraceId: String(effect.id),
      associations: [{ to: { id: '5' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 192 }] }],
      properties: {
        kenko_key: keyOf(1),
        kenko_play_id: 'renewal_risk',
        hs_task_subject: 'Call',
        hs_task_body: 'a &lt; b<br>next',
        hs_timestamp: '2026-12-01T08:00:00Z',
        hs_task_priority: 'HIGH',
        hs_task_status: 'NOT_STARTED',
        hs_task_type: 'TODO',
        hubspot_owner_id: '77',
      },
    });
  });

  it('that is there already is adopted after it was read by its key', async () => {
    const effects = [ensure(1), ensure(2)];
    const taken = refusal(
      'VALIDATION_ERROR',
      'Cannot set PropertyValueCoordinates{propertyName=kenko_key} on 1. 90 already has that value.',
      {
        objectWriteTraceId: [String(effects[0]?.id)],
      },
    );
    keyIs(true);
    nock(origin)
      .post(createTasks)
      .reply(207, batch([taskItem('91', keyOf(2))], [taken]), json);
    nock(origin)
      .post(readTasks, (body) => body.idProperty === 'kenko_key' && body.inputs[0].id === keyOf(1))
      .reply(200, batch([taskItem('90', keyOf(1))]), json);

    const receipts = await hand().write(effects, calm);

    expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
      ['applied', '90'],
      ['applied', '91'],
    ]);
  });

  it('of which another refused batch is part may be sent again', async () => {
    keyIs(true);
    nock(origin)
      .post(createTasks)
      .reply(400, refusal('VALIDATION_ERROR', 'Cannot set x on 1. 90 already has that value.'), json);
    nock(origin)
      .post(readTasks)
      .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
    nock(origin)
      .post(readTasks)
      .query({ archived: true })
      .reply(207, batch([], [gone]), json);

    const receipts = await hand().write([ensure(1), ensure(2)], calm);

    expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
      ['applied', '90'],
      ['ready', null],
    ]);
  });

  it('that the answer passes over is looked for by its key, and unknown when it is not there', async () => {
    keyIs(true);
    nock(origin).post(createTasks).reply(201, batch([]), json);
    nock(origin)
      .post(readTasks)
      .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
    nock(origin)
      .post(readTasks)
      .query({ archived: true })
      .reply(207, batch([], [gone]), json);

    const receipts = await hand().write([ensure(1), ensure(2)], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'unknown']);
  });

  it('is sent once: a late answer leaves all of the batch unknown', async () => {
    keyIs(true);
    nock(origin)
      .post(createTasks)
      .delay(2_000)
      .reply(201, batch([taskItem('90', keyOf(1))]), json);
    const late = hand({ timeoutMs: 250 });
    nock(origin).post(createTasks).reply(201, batch([]), json);

    const receipts = await late.write([ensure(1), ensure(2)], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
    expect(nock.pendingMocks()).toHaveLength(1);
  });

  it('with the same key as another of its batch waits', async () => {
    keyIs(true);
    nock(origin)
      .post(createTasks, (body) => body.inputs.length === 1)
      .reply(201, batch([taskItem('90', keyOf(1))]), json);

    const receipts = await hand().write([ensure(1), ensure(1)], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'ready']);
  });

  it('is refused where the key is not unique, unless the admin accepts that', async () => {
    keyIs(false);

    const [receipt] = await hand().write([ensure(1)], calm);

    expect(receipt).toMatchObject({ state: 'rejected', problem: { code: 'TASK_KEY_NOT_UNIQUE' } });
  });

  it('is refused where its company is gone', async () => {
    const effect = ensure(1);
    keyIs(true);
    const invalid = refusal('VALIDATION_ERROR', 'One or more associations are invalid', {
      objectWriteTraceId: [String(effect.id)],
    });
    nock(origin)
      .post(createTasks)
      .reply(207, batch([], [invalid]), json);

    const [receipt] = await hand().write([effect], calm);

    expect(receipt?.state).toBe('rejected');
  });
});

describe('finding tasks', () => {
  const degraded: CrmMapping = { ...mapping, task: { ...mapping.task!, mode: 'at_least_once' } };

  it('goes by id first, and asks for archived ones when it must', async () => {
    nock(origin)
      .post(readTasks)
      .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
    keyIs(true);
    nock(origin)
      .post(readTasks)
      .reply(207, batch([], [gone]), json);
    nock(origin)
      .post(readTasks)
      .query({ archived: true })
      .reply(200, batch([{ ...taskItem('91', keyOf(2)), archived: true }]), json);

    const found = await hand().find(
      [
        { key: keyOf(1), id: '90', target: '5' },
        { key: keyOf(2), id: '91', target: '5' },
      ],
      calm,
    );

    expect(found.map((task) => [task.id, task.state])).toEqual([
      ['90', 'open'],
      ['91', 'deleted'],
    ]);
  });

  it('asks one by one where archived ones cannot be read in batches', async () => {
    keyIs(true);
    nock(origin)
      .post(readTasks)
      .reply(207, batch([], [gone]), json);
    nock(origin).post(readTasks).query({ archived: true }).reply(400, refusal('VALIDATION_ERROR', 'x'), json);
    nock(origin)
      .get(`/crm/v3/objects/tasks/${keyOf(1)}`)
      .query((query) => query['archived'] === 'true' && query['idProperty'] === 'kenko_key')
      .reply(200, { ...taskItem('91', keyOf(1)), archived: true }, json);

    const [task] = await hand().find([{ key: keyOf(1), id: null, target: '5' }], calm);

    expect(task).toMatchObject({ id: '91', state: 'deleted' });
  });

  it('without a unique key goes through the company, then through the list of archived ones', async () => {
    keyIs(false);
    nock(origin)
      .post('/crm/v4/associations/companies/tasks/batch/read')
      .reply(
        200,
        batch([
          {
            from: { id: '5' },
            to: [
              { toObjectId: 90, associationTypes: [] },
              { toObjectId: 92, associationTypes: [] },
            ],
          },
        ]),
        json,
      );
    nock(origin)
      .post(readTasks)
      .reply(200, batch([taskItem('92', 'not-ours'), taskItem('90', keyOf(1))]), json);
    nock(origin)
      .get('/crm/v3/objects/tasks')
      .query((query) => query['archived'] === 'true')
      .reply(200, { results: [{ ...taskItem('80', keyOf(2)), archived: true }] }, json);

    const found = await hand({ mapping: degraded }).find(
      [
        { key: keyOf(1), id: null, target: '5' },
        { key: keyOf(2), id: null, target: '5' },
        { key: keyOf(3), id: null, target: '5' },
      ],
      calm,
    );

    expect(found.map((task) => [task.id, task.state])).toEqual([
      ['90', 'open'],
      ['80', 'deleted'],
      [null, 'absent'],
    ]);
  });

  it('throws where the portal does not answer, and never calls that absent', async () => {
    keyIs(true);
    nock(origin).post(readTasks).times(5).reply(500, {}, json);

    await expect(hand().find([{ key: keyOf(1), id: null, target: '5' }], calm)).rejects.toThrow(/no usable answer/);
  });
});
