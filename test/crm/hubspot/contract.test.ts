// The common story of a CRM against the sandbox, and a portal that fails in the middle of it.

import { describe, expect, it } from 'vitest';
import type { Crm, Setup } from '../../../src/crm/crm.ts';
import { Crash } from '../../../src/lib/errors.ts';
import { onStep } from '../../../src/lib/step.ts';
import { calm } from '../../clients/hubspot/wire.ts';
import { crmContract, effectOf, keyOf } from '../contract.ts';
import { needs, openStage } from './stage.ts';

crmContract('hubspot', () => openStage());
crmContract('hubspot, dated API version', () => openStage('2026-09'));

describe('a portal that fails in the middle', () => {
  async function furnished() {
    const stage = await openStage('v3', 400);
    const crm = stage.crm as Crm & Setup;
    for (const piece of await crm.missing(needs, calm)) await crm.make(piece, calm);
    return { ...stage, crm, company: stage.world.accounts[0] ?? '' };
  }
  const call = (target: string) =>
    effectOf('hubspot', {
      op: 'ensure_task',
      target,
      key: keyOf(1),
      payload: { subject: 'Call', due_on: '2026-12-01' },
    });

  it('a task that was made although no answer came is found by its key, and never made twice', async () => {
    const { crm, world, sandbox, company, close } = await furnished();
    const before = sandbox.hubspot.counts().write;
    sandbox.faults.plant('hubspot', { match: { path: 'tasks/batch/create' }, action: { do: 'hang', applied: true } });

    const [lost] = await crm.write([call(company)], calm);
    const sent = sandbox.hubspot.counts().write - before;
    const [found] = await crm.find([{ key: keyOf(1), id: null, target: company }], calm);
    const [again] = await crm.write([call(company)], calm);

    expect([lost?.state, sent]).toEqual(['unknown', 1]);
    expect(found).toMatchObject({ state: 'open', target: company });
    expect(again).toMatchObject({ state: 'applied', crmId: found?.id });
    expect(await world.tasksOn(company)).toHaveLength(1);
    await close();
  });

  it('an update whose answer was lost is sent again, because twice is once', async () => {
    const { crm, sandbox, company, close } = await furnished();
    const target = { account: 'acme', object: 'account' as const, id: company };
    sandbox.faults.plant('hubspot', { match: { path: 'companies/batch/update' }, action: { do: 'reset_after' } });

    const [receipt] = await crm.write(
      [effectOf('hubspot', { op: 'set', target: company, payload: { health_score: 12 } })],
      calm,
    );
    const [existing] = await crm.read([target], ['health_score'], calm);

    expect(receipt?.state).toBe('applied');
    expect(existing?.fields).toEqual({ health_score: 12 });
    await close();
  });

  it('a process that dies right after HubSpot made the task dies there, and the next one makes no second', async () => {
    const { crm, world, company, close } = await furnished();
    const stop = onStep((name) => {
      if (name === 'http.hubspot.tasks.create:after') throw new Crash();
    });

    const dying = crm.write([call(company)], calm);

    await expect(dying).rejects.toBeInstanceOf(Crash);
    stop();
    expect((await crm.write([call(company)], calm))[0]?.state).toBe('applied');
    expect(await world.tasksOn(company)).toHaveLength(1);
    await close();
  });

  it('half a batch that was done before the server failed ends in the same records', async () => {
    const { crm, world, sandbox, close } = await furnished();
    const batchOf = world.accounts
      .slice(0, 10)
      .map((target, at) => effectOf('hubspot', { op: 'set', target, payload: { health_score: at } }));
    sandbox.faults.plant('hubspot', {
      match: { path: 'companies/batch/update' },
      action: { do: 'apply_first', items: 4 },
    });

    const receipts = await crm.write(batchOf, calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(batchOf.map(() => 'applied'));
    await close();
  });
});
