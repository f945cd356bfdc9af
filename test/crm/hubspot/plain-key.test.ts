// A portal that does not keep the task key unique: setup says so, nothing is made without the admin's yes, and with it a lost
// answer still makes no second task, because tasks are found by way of their company.

import { afterEach, describe, expect, it } from 'vitest';
import { expectAllWell, type PortalHome, plant, portalHome } from './home.ts';
import { create } from './refusals.ts';

let home: PortalHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});
const settings = { uniqueTasks: false };

describe('a portal without unique task keys', () => {
  it('is told of by setup, as an error where the admin wants every task exactly once', async () => {
    await expect(portalHome([2, 3, 8], { settings })).rejects.toThrow(/unique|kenko_key/i);
  });
  it('works where the admin accepts at_least_once, and says what that means', async () => {
    home = await portalHome([2, 3, 8], { settings, mode: 'at_least_once' });

    const first = await home.run();

    expect([first.report.exitCode, first.states], first.told).toEqual([0, { applied: 5 }]);
    expect(first.told).toMatch(/after a fault one may be made twice/);
    home.wait(15);
    const again = await home.run();
    expect([again.report.exitCode, again.states]).toEqual([0, {}]);
    expect(await home.tasks()).toEqual({ c1: 1, c2: 1, c3: 0 });
  });
  it.each([
    ['is never given although the tasks were made', { do: 'hang', applied: true }],
    ['is lost with the connection after the work', { do: 'reset_after' }],
    ['is cut short', { do: 'body', variant: 'truncated' }],
    ['comes when half of the tasks were made', { do: 'apply_first', items: 1 }],
  ] as const)('finds the tasks of an answer that %s, and makes none twice', async (_, answer) => {
    home = await portalHome([2, 3, 8], { settings, mode: 'at_least_once', timeoutMs: 600 });
    plant(home, { at: create, answer, once: true });

    const first = await home.run();

    expect(first.report.exitCode).toBe(4);
    for (let runs = 0; runs < 2; runs++) {
      home.wait(15);
      await home.run();
    }
    home.wait(15);
    const last = await home.run();
    expect(last.states).toEqual({});
    expect(home.scores()).toEqual({ c1: '20', c2: '30', c3: '80' });
    expect(await home.tasks()).toEqual({ c1: 1, c2: 1, c3: 0 });
    expect(await home.broken()).toEqual([]);
  });
  it('keeps its word in a portal that does keep keys unique', async () => {
    home = await portalHome([2, 3, 8], { mode: 'at_least_once' });
    await home.run();
    home.wait(15);
    await expectAllWell(home, await home.run());
  });
});
