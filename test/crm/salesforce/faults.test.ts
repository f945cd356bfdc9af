// Faults between the hand and a pretend org: whatever the line does, a receipt never claims more than is known, and what
// was written is found again without being written twice.

import { afterEach, describe, expect, it } from 'vitest';
import { openSalesforceClient } from '../../../src/clients/salesforce/connect.ts';
import { salesforceSettings } from '../../../src/crm/salesforce/connection.ts';
import { openSalesforce } from '../../../src/crm/salesforce/open.ts';
import type { Fields } from '../../../src/domain/nouns.ts';
import type { FaultAction } from '../../../src/sandbox/faults.ts';
import { pretendClient } from '../../../src/sandbox/salesforce/oauth.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { hurriedClock, noChance } from '../../clients/salesforce/wire-server.ts';
import { effectOf, keyOf } from '../contract.ts';
import { mapping, never } from './stage.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(timeoutMs = 5_000) {
  const sandbox: Sandbox = await startSandbox({ accounts: 12, seed: 5, setUp: true });
  const { url, half } = sandbox.salesforce;
  const settings = salesforceSettings(
    { login_url: url, client_id: pretendClient.id, client_secret: pretendClient.secret },
    null,
    timeoutMs,
  );
  const client = openSalesforceClient(settings, { clock: hurriedClock, chance: noChance });
  const crm = openSalesforce({ mapping, client, clock: hurriedClock, chance: noChance });
  closing.push(
    () => crm.close(),
    () => sandbox.close(),
  );
  const accounts = [...half.store.all('Account')].filter((record) => record.deletedAt === null).map(({ id }) => id);
  const set = (at: number, payload: Fields) =>
    effectOf('salesforce', { op: 'set', target: accounts[at] ?? '', payload });
  const task = (at: number) =>
    effectOf('salesforce', {
      op: 'ensure_task',
      target: accounts[at] ?? '',
      key: keyOf(at),
      play: 'renewal_risk',
      payload: { subject: 'Call them', due_on: '2026-12-01', priority: 'high' },
    });
  const scoreOf = async (at: number) => {
    const target = { account: 'a', object: 'account' as const, id: accounts[at] ?? '' };
    return (await crm.read([target], ['health_score'], never))[0]?.fields['health_score'];
  };
  const tasks = () => [...half.store.all('Task')].filter((record) => record.values['Kenko_Key__c'] != null);
  const plant = (action: FaultAction) =>
    sandbox.salesforce.faults.plant({ match: { path: '/composite', kind: 'write' }, action });
  return { sandbox, crm, set, task, scoreOf, tasks, plant };
}

describe('a write whose answer is lost', () => {
  it.each<[string, FaultAction]>([
    ['the connection is reset after the commit', { do: 'reset_after' }],
    ['the answer breaks off half-way', { do: 'body', variant: 'drop' }],
    ['the answer is cut short', { do: 'body', variant: 'truncated' }],
    ['the answer is a page of HTML', { do: 'body', variant: 'html' }],
    ['the answer is no gzip although it says so', { do: 'body', variant: 'garbage_gzip' }],
    ['the answer is empty', { do: 'body', variant: 'empty' }],
  ])('is unknown when %s, and is found by reading', async (_what, action) => {
    const { crm, set, scoreOf, plant } = await open();
    plant(action);

    const [receipt] = await crm.write([set(0, { health_score: 42 })], never);

    expect(receipt?.state).toBe('unknown');
    expect(await scoreOf(0)).toBe(42);
  });

  it('is unknown when the deadline passes after the commit', async () => {
    const { crm, set, scoreOf, plant } = await open(300);
    plant({ do: 'hang', applied: true });

    const [receipt] = await crm.write([set(0, { health_score: 42 })], never);

    expect(receipt).toMatchObject({ state: 'unknown', problem: { code: 'LATE' } });
    expect(await scoreOf(0)).toBe(42);
  });

  it('is unknown as a whole when only half of it was done', async () => {
    const { crm, set, scoreOf, plant } = await open();
    plant({ do: 'apply_first', items: 1 });

    const receipts = await crm.write([set(0, { health_score: 1 }), set(1, { health_score: 2 })], never);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
    expect([await scoreOf(0), await scoreOf(1)].filter((score) => score !== null)).toHaveLength(1);
  });

  it('that made a task finds it by its key, and ensuring it again makes no second one', async () => {
    const { crm, task, tasks, plant } = await open();
    plant({ do: 'reset_after' });

    const [lost] = await crm.write([task(0)], never);
    const [found] = await crm.find([{ key: keyOf(0), id: null, target: null }], never);
    const [again] = await crm.write([task(0)], never);

    expect(lost?.state).toBe('unknown');
    expect(found?.state).toBe('open');
    expect(again).toMatchObject({ state: 'applied', crmId: found?.id });
    expect(tasks()).toHaveLength(1);
  });
});

describe('a session that ends in mid-run', () => {
  it('is renewed once without writing twice', async () => {
    const { crm, set, scoreOf, plant, sandbox } = await open();
    await crm.identify(never);
    plant({ do: 'expire_token' });

    const [receipt] = await crm.write([set(0, { health_score: 42 })], never);

    expect(receipt?.state).toBe('applied');
    expect(await scoreOf(0)).toBe(42);
    expect(sandbox.salesforce.counts().auth).toBe(2);
  });

  it('ends the run when no session works any more', async () => {
    const { crm, set, plant, sandbox } = await open();
    await crm.identify(never);
    plant({ do: 'refresh', answer: 'useless' });
    plant({ do: 'expire_token' });

    await expect(crm.write([set(0, { health_score: 42 })], never)).rejects.toMatchObject({ code: 'E_AUTH' });

    expect(sandbox.salesforce.counts().auth).toBeLessThan(6);
  });
});

describe('the limit of the day', () => {
  it('stops with an error that says when it makes sense again, and nothing was written', async () => {
    const { crm, set, plant, sandbox } = await open();
    await crm.identify(never);
    plant({ do: 'daily_limit', max: 100, used: 100 });

    await expect(crm.write([set(0, { health_score: 42 })], never)).rejects.toMatchObject({
      code: 'E_LIMIT',
      retryAfterMs: null,
    });

    const scores = [...sandbox.salesforce.half.store.all('Account')].map((record) => record.values['Health_Score__c']);
    expect(scores).not.toContain(42);
  });
});

describe('two hundred and one records', () => {
  it('cost one call', async () => {
    const sandbox = await startSandbox({ accounts: 260, seed: 5, setUp: true });
    const { url, token, half } = sandbox.salesforce;
    const settings = salesforceSettings({ instance_url: url, access_token: token });
    const client = openSalesforceClient(settings, { clock: hurriedClock, chance: noChance });
    const crm = openSalesforce({ mapping, client, clock: hurriedClock, chance: noChance });
    closing.push(
      () => crm.close(),
      () => sandbox.close(),
    );
    const accounts = [...half.store.all('Account')].filter((record) => record.deletedAt === null).slice(0, 201);
    const batch = accounts.map(({ id }, at) =>
      effectOf('salesforce', { op: 'set', target: id, payload: { health_score: at / 10 } }),
    );

    const receipts = await crm.write(batch, never);

    expect(receipts.every((receipt) => receipt.state === 'applied')).toBe(true);
    expect(sandbox.salesforce.counts()).toMatchObject({ write: 1, total: 1 });
  });
});
