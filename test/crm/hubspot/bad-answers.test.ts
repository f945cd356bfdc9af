// Every refusal that HubSpot is known to give, through a whole run: the run ends with the right exit code and a sentence
// that says what to do, the effects are in the right state, and once the cause is gone the portal shows everything, with
// no task twice and nothing left in doubt.

import { afterEach, describe, expect, it } from 'vitest';
import { callsTo, expectAllWell, type PortalHome, plant, portalHome } from './home.ts';
import { answers, invalid, refusals, update } from './refusals.ts';

let home: PortalHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});
describe('a run that HubSpot refuses', () => {
  it.each(refusals)('$name: exit $exit', async (row) => {
    home = await portalHome([2, 3, 8]);
    plant(home, row);

    const refused = await home.run();

    const calls = callsTo(home, row.at);
    expect([refused.report.exitCode, refused.states]).toEqual([row.exit, row.states]);
    expect(refused.told).toMatch(row.says);
    if (row.calls !== undefined) expect(calls).toBe(row.calls);

    home.sandbox.faults.clear();
    home.wait(15);
    const later = await home.run({ lifted: row.after === 'is retried' });

    expect(later.report.exitCode, later.told).toBe(0);
    home.wait(15);
    await expectAllWell(home, await home.run());
  });

  it('what was refused for good is not sent again every night, and says so', async () => {
    home = await portalHome([2, 3, 8]);
    plant(home, {
      at: update,
      answer: answers(400, invalid('INVALID_OPTION', 'kenko_health_band', 'red was not one')),
    });
    await home.run();
    const before = callsTo(home, update);

    home.wait(15);
    const later = await home.run();

    expect(callsTo(home, update)).toBe(before);
    expect(later.report.exitCode).toBe(0);
  });

  it('one bad record of many is refused alone; the others are written with the same call', async () => {
    home = await portalHome([2, 3, 8]);
    plant(home, {
      at: update,
      once: true,
      answer: {
        do: 'items',
        items: [1],
        error: {
          code: 'VALIDATION_ERROR',
          message: invalid('INVALID_OPTION', 'kenko_health_band', 'red was not one').message,
        },
      },
    });

    const refused = await home.run();

    expect(refused.states).toEqual({ applied: 4, rejected: 1 });
    expect(callsTo(home, update)).toBe(1);
    expect(refused.told).toContain('kenko_health_band has no such option');
    home.wait(15);
    expect((await home.run({ lifted: true })).report.exitCode).toBe(0);
    home.wait(15);
    await expectAllWell(home, await home.run());
  });

  it("keeps the rest of the day's calls for the other integrations of the portal", async () => {
    home = await portalHome([2, 3, 8]);
    home.sandbox.hubspot.half.setDailyLimit({ max: 1_000, used: 950 });

    const refused = await home.run();

    expect(refused.report.exitCode).toBe(7);
    expect(refused.told).toMatch(/kept for the other integrations.*connection\.daily_reserve/s);
    expect(home.sandbox.hubspot.counts().write).toBe(0);
    home.sandbox.hubspot.half.setDailyLimit({ max: 1_000, used: 0 });
    home.wait(15);
    expect((await home.run()).report.exitCode).toBe(0);
    home.wait(15);
    await expectAllWell(home, await home.run());
  });
});
