// Answers that do not come or come spoilt, and people who act between two calls, through whole runs: in the end the portal
// shows everything, with no task twice and nothing left in doubt.

import { afterEach, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../../src/sandbox/faults.ts';
import { expectAllWell, type PortalHome, plant, portalHome } from './home.ts';
import { create, update } from './refusals.ts';

let home: PortalHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});
describe('an answer that does not come, or comes spoilt', () => {
  const spoilt: readonly (readonly [string, FaultAction])[] = [
    ['is never given although the work is done', { do: 'hang', applied: true }],
    ['is never given, and nothing is done', { do: 'hang' }],
    ['is lost with the connection after the work', { do: 'reset_after' }],
    ['is lost with the connection before the work', { do: 'reset_before' }],
    ['comes when the work was done by half', { do: 'apply_first', items: 1 }],
    ['is a page instead of JSON', { do: 'body', variant: 'html' }],
    ['is cut short', { do: 'body', variant: 'truncated' }],
    ['is garbled', { do: 'body', variant: 'garbage_gzip' }],
    ['is called plain text', { do: 'body', variant: 'wrong_type' }],
    ['is empty', { do: 'body', variant: 'empty' }],
    ['breaks off half-way', { do: 'body', variant: 'drop' }],
  ];
  for (const path of [update, create]) {
    it.each(spoilt)(`to ${path} %s: nothing is lost, and no task is made twice`, async (_, answer) => {
      home = await portalHome([2, 3, 8], { timeoutMs: 600 });
      plant(home, { at: path, answer, once: true });

      const first = await home.run();

      expect([0, 4]).toContain(first.report.exitCode);
      for (let runs = 0; runs < 2; runs++) {
        home.wait(15);
        await home.run();
      }
      home.wait(15);
      await expectAllWell(home, await home.run());
    });
  }
  it('a request that arrives after everybody gave it up makes no second task', async () => {
    home = await portalHome([2, 3, 8], { timeoutMs: 600 });
    plant(home, { at: create, answer: { do: 'zombie', calls: 3 }, once: true });

    const first = await home.run();

    expect(first.report.exitCode).toBe(4);
    for (let runs = 0; runs < 3; runs++) {
      home.wait(15);
      await home.run();
    }
    await expectAllWell(home, await home.run());
  });
});

describe('what people do between two calls of a run', () => {
  it('a company that is merged away right before the write is followed to what is left of it', async () => {
    home = await portalHome([2, 3, 8]);
    const [, second] = home.customers;
    const other = [...home.sandbox.hubspot.half.store.all('companies')]
      .map(({ id }) => id)
      .find((id) => !home?.customers.some(({ company }) => company === id));
    plant(home, {
      at: update,
      once: true,
      answer: { do: 'human', act: { do: 'merge', object: 'account', winner: other, loser: second?.company } },
    });

    const ended = await home.run();

    expect(ended.states).toMatchObject({ applied: 5 });
    expect(ended.report.exitCode).toBe(0);
  });
  it('a company that is archived right before the write is refused alone', async () => {
    home = await portalHome([2, 3, 8]);
    plant(home, {
      at: update,
      once: true,
      answer: { do: 'human', act: { do: 'delete', object: 'account', id: home.customers[1]?.company } },
    });

    const ended = await home.run();

    expect(ended.report.exitCode).toBe(4);
    expect(ended.told).toMatch(/correct the id in the source/);
    expect(home.scores()).toMatchObject({ c1: '20', c3: '80' });
  });
});
