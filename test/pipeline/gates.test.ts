// Each gate of the plan and of the writing in a story: the whole program is held or stopped by it, nothing is written, the
// sentence says what to do; then a person says yes or no, or the cause is mended. G1 to G4 have their stories with the reading.

import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { type RunRequest, run } from '../../src/pipeline/run.ts';
import { type Customer, crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const day = 86_400_000;
/** Gates that would hold a home as small as this one, wide open; a story closes the one it is about. */
const wide = {
  novelty: '{on: false}',
  outcome: '{band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}',
  tasks: '{new_min: 1000, per_owner_per_day: 1000}',
  destruction: '{count: 1000, share: 1}',
  volume: '{hold_below_share: 0}',
  coverage: '{hold_below_share: 0}',
};
const gatesFile = (closed: Readonly<Record<string, string>>) => ({
  'config/gates.yaml': Object.entries({ ...wide, ...closed })
    .filter(([, limits]) => limits !== '')
    .map(([name, limits]) => `${name}: ${limits}`)
    .join('\n'),
});
const people = (count: number, logins: number): Customer[] =>
  Array.from({ length: count }, (_, i) => ({ id: `c${String(i).padStart(3, '0')}`, logins, satisfaction: 8 }));

let home: SmallHome;
afterEach(async () => await home.remove());

async function runOnce(request: Partial<RunRequest> = {}): Promise<RunReport> {
  const { hall, store } = await home.open();
  try {
    return await run(hall, { ...whole, ...request }, never);
  } finally {
    await store.close();
  }
}
async function nextNight(change: (customers: Customer[]) => void = () => undefined): Promise<RunReport> {
  home.clock.push(day);
  change(home.customers);
  await home.save();
  return await runOnce();
}
async function sayYes(report: RunReport): Promise<RunReport> {
  const { hall, store } = await home.open();
  try {
    return await applyPlan(hall, Number(report.plan?.id), never);
  } finally {
    await store.close();
  }
}
async function sayNo(report: RunReport): Promise<number> {
  const { store } = await home.open();
  try {
    return await store.plans.cancel(Number(report.plan?.id), 'a person said no', 'test', home.clock.now());
  } finally {
    await store.close();
  }
}
const gateOf = (report: RunReport, id: string) =>
  report.gates.findLast((gate) => gate.id === id && (gate.held || gate.stopped));
const asking = (report: RunReport) => [
  ...new Set(report.gates.filter((gate) => gate.held || gate.stopped).map((gate) => gate.id)),
];

/** Every story of a hold ends in the same ways; `night` is the run that is held, after an ordinary first one. */
interface Story {
  readonly gate: string;
  readonly name: string;
  readonly closed: Readonly<Record<string, string>>;
  readonly customers: readonly Customer[];
  readonly night: (customers: Customer[]) => void;
  readonly says: RegExp;
  readonly exit?: number;
}
const toRed = (customers: Customer[]) => {
  for (const customer of customers) Object.assign(customer, { logins: 0, satisfaction: 1 });
};
const toGreen = (customers: Customer[]) => {
  for (const customer of customers) Object.assign(customer, { logins: 20, satisfaction: 10 });
};
const stories: readonly Story[] = [
  {
    gate: 'G5',
    name: 'more than 20 % of 100 accounts change band',
    closed: { outcome: '{mean_shift: 100, psi: 100}' },
    customers: people(100, 20),
    night: (customers) => toRed(customers.slice(0, 21)),
    says: /^21 of 100 accounts \(21%\) change band, 20% allowed\. .*apply it; else mend data or rules/,
  },
  {
    gate: 'G5',
    name: 'more than 20 accounts change band where there are fewer than 100',
    closed: { outcome: '{mean_shift: 100, psi: 100}' },
    customers: people(60, 20),
    night: (customers) => toRed(customers.slice(0, 21)),
    says: /^21 of 60 accounts \(35%\) change band, 20 allowed\. .*apply it; else mend/,
  },
  {
    gate: 'G5',
    name: 'the mean score moves by more than 15 points',
    closed: { outcome: '{band_change_share: 1, small_count: 1000, psi: 100}' },
    customers: people(10, 20),
    night: toRed,
    says: /^The mean score moves by -\d+(\.\d)? points, 15 allowed\. .*apply it; else mend/,
  },
  {
    gate: 'G5',
    name: 'the bands are distributed otherwise, though no more than 20 % change theirs',
    closed: { outcome: '{mean_shift: 100}' },
    customers: people(100, 20),
    night: (customers) => toRed(customers.slice(0, 20)),
    says: /^The bands are distributed otherwise than before \(PSI [\d.]+, 0\.25 allowed\)\. .*apply it; else mend/,
  },
  {
    gate: 'G6',
    name: 'more than 25 new tasks',
    closed: { tasks: '{per_owner_per_day: 1000}' },
    customers: people(26, 20),
    night: toRed,
    says: /^26 new tasks at once, 25 allowed\. .*apply it; else raise a trigger/,
  },
  {
    gate: 'G6',
    name: 'more than 10 new tasks for one owner in a day',
    closed: { tasks: '{new_min: 1000}' },
    customers: people(11, 20),
    night: toRed,
    says: /^11 new tasks in one day for owner u1, 10 allowed\. .*apply it; else raise a trigger/,
  },
  {
    gate: 'G7',
    name: 'more than 20 tasks are closed',
    closed: { destruction: '{share: 1}' },
    customers: people(21, 0).map((customer) => ({ ...customer, satisfaction: 1 })),
    night: toGreen,
    says: /^0 fields cleared and 21 tasks closed, 20 allowed\. Look at the old values/,
  },
  {
    gate: 'G7',
    name: 'more than 1 % of what stands is closed',
    closed: { destruction: '{count: 1000}' },
    customers: people(10, 0).map((customer) => ({ ...customer, satisfaction: 1 })),
    night: toGreen,
    says: /^0 fields cleared and 10 tasks closed, [\d.]+% of what stands, 1% allowed\./,
  },
];

describe.each(stories)('$gate holds a run in which $name', (story) => {
  it('writes nothing, says what to do, and writes exactly the plan after a yes', async () => {
    home = await smallHome(story.customers, gatesFile(story.closed));
    const first = await runOnce();
    const written = home.crm.writes;

    const held = await nextNight(story.night);

    expect(first.exitCode, JSON.stringify(first.gates)).toBe(0);
    expect(asking(held)).toEqual([story.gate]);
    expect(held).toMatchObject({ state: 'held', exitCode: 3 });
    expect(gateOf(held, story.gate)?.says).toMatch(story.says);
    expect(home.crm.writes).toBe(written);

    const done = await sayYes(held);
    expect(done).toMatchObject({ state: 'done', exitCode: 0 });
    expect(done.effects.applied).toBe(Object.values(held.plan?.effects ?? {}).reduce((sum, count) => sum + count, 0));
  });
});

describe('a no', () => {
  it('drops the whole plan; the next night asks anew', async () => {
    home = await smallHome(people(26, 20), gatesFile({ tasks: '{per_owner_per_day: 1000}' }));
    await runOnce();
    const written = home.crm.writes;
    const held = await nextNight(toRed);

    const dropped = await sayNo(held);
    const again = await nextNight();

    expect(dropped).toBe(Object.values(held.plan?.effects ?? {}).reduce((sum, count) => sum + count, 0));
    await expect(sayYes(held)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('cancelled'),
    });
    expect(again.exitCode).toBe(3);
    expect(home.crm.writes).toBe(written);
  });
});

describe('G8 holds a run in which more than 10 % of the records belong to nobody', () => {
  it('says how many and where to look', async () => {
    home = await smallHome(people(10, 20), gatesFile({}));
    await runOnce();
    const written = home.crm.writes;
    home.clock.push(day);
    const today = home.clock.now().slice(0, 10);
    const rows = Array.from({ length: 5 }, (_, i) => `stranger${i},${today},1`);
    const ours = home.customers.map(({ id }) => `${id},${today},19`);
    await home.rewrite('data/usage.csv', ['id,day,logins', ...ours, ...rows, ''].join('\n'));

    const held = await runOnce();

    expect(asking(held)).toEqual(['G8']);
    expect(held.exitCode).toBe(3);
    expect(gateOf(held, 'G8')?.says).toMatch(/belong to no account, 10% allowed\. See them with `kenko status`/);
    expect(home.crm.writes).toBe(written);
  });
});

describe('G9 stops a run', () => {
  it('in which the CRM refuses more than 5 %: the rest is not sent, and status tells why', async () => {
    home = await smallHome(people(60, 20), gatesFile({}));
    for (const { id } of home.customers.slice(0, 3)) home.crm.refused.add(crmId(id));

    const stopped = await runOnce();

    expect(stopped.exitCode).toBe(4);
    expect(gateOf(stopped, 'G9')).toMatchObject({ stopped: true });
    expect(gateOf(stopped, 'G9')?.says).toMatch(/3 of 20 effects were rejected, 5% allowed\. .*kenko retry --rejected/);
    expect(home.crm.journal).toHaveLength(17);
  });

  it('in which three batches in a row get no clear answer', async () => {
    home = await smallHome(people(160, 20), gatesFile({}));
    await runOnce();
    const before = home.crm.writes;
    for (let i = 1; i <= 20; i++) home.crm.faults.set(before + i, 'lost_request');

    const stopped = await nextNight((customers) => {
      for (const customer of customers) customer.satisfaction = 9;
    });

    expect(stopped.exitCode).toBe(4);
    expect(gateOf(stopped, 'G9')?.says).toMatch(/^3 batches in a row without a clear answer\. .*next run reads back/);
    expect(home.crm.writes - before).toBe(3);
    expect(stopped.effects).toMatchObject({ applied: 0, unknown: 150 });
  });
});

describe('G10', () => {
  it('holds a plan when the day is used up, and lets it through when there is room again', async () => {
    home = await smallHome(people(3, 20), gatesFile({}));
    home.crm.quotaUsed = 0.81;

    const held = await runOnce();
    expect(held.exitCode).toBe(7);
    expect(asking(held)).toEqual(['G10']);
    expect(gateOf(held, 'G10')?.says).toMatch(
      /salesforce 81% of the day in all, 80% allowed\. Wait until the calls are free/,
    );
    expect(home.crm.writes).toBe(0);

    home.crm.quotaUsed = 0.1;
    expect((await runOnce()).exitCode).toBe(0);
  });

  it('stops between two batches when others have used up the day meanwhile', async () => {
    home = await smallHome(people(120, 20), gatesFile({}));
    home.crm.automation = () => {
      home.crm.quotaUsed = 0.9;
    };

    const stopped = await runOnce();

    expect(stopped.exitCode).toBe(7);
    expect(gateOf(stopped, 'G10')).toMatchObject({ stopped: true });
    expect(home.crm.writes).toBe(1);
  });
});

describe('G11 holds', () => {
  it('a first run, and after a yes no further one', async () => {
    home = await smallHome(people(3, 20), gatesFile({ novelty: '' }));

    const held = await runOnce();
    expect(asking(held)).toEqual(['G11']);
    expect(gateOf(held, 'G11')?.says).toMatch(
      /^Nothing was ever applied from this home\. Look at the plan, then apply it once/,
    );
    expect(home.crm.writes).toBe(0);

    await sayYes(held);
    const next = await nextNight((customers) => Object.assign(customers[0] as Customer, { satisfaction: 2 }));
    expect(next).toMatchObject({ state: 'done', exitCode: 0 });
    expect(next.effects.applied).toBe(1);
  });

  it('a run after the rules changed, and a yes to a plan of the old rules is refused', async () => {
    home = await smallHome(people(3, 20), gatesFile({ novelty: '' }));
    await sayYes(await runOnce());
    const written = home.crm.writes;
    const heldByOld = await nextNight((customers) => toRed(customers));
    expect(heldByOld.exitCode).toBe(0);

    await home.rewrite(
      'config/gates.yaml',
      `${gatesFile({ novelty: '' })['config/gates.yaml']}\nmatching: {orphan_share: 0.2}\n`,
    );
    const held = await nextNight((customers) => toGreen(customers));
    expect(asking(held)).toEqual(['G11']);
    expect(gateOf(held, 'G11')?.says).toMatch(/^The configuration differs from the one that was applied last/);

    await home.rewrite(
      'config/gates.yaml',
      `${gatesFile({ novelty: '' })['config/gates.yaml']}\nmatching: {orphan_share: 0.3}\n`,
    );
    const after = home.crm.writes;
    await expect(sayYes(held)).rejects.toMatchObject({ code: 'E_STALE_PLAN' });
    expect(home.crm.writes).toBe(after);
    expect(after).toBeGreaterThan(written);
  });
});

describe('G12 stops a run', () => {
  it('whose first records read back otherwise than written: an automation changes our fields', async () => {
    home = await smallHome(people(60, 20), gatesFile({}));
    home.crm.automation = (record) => {
      record['health_band'] = 'purple';
    };

    const stopped = await runOnce();

    expect(stopped.exitCode).toBe(4);
    expect(gateOf(stopped, 'G12')).toMatchObject({ stopped: true, value: 20 });
    expect(gateOf(stopped, 'G12')?.says).toMatch(
      /^20 of the first 20 records read back otherwise .*look for an automation/,
    );
    expect(home.crm.journal).toHaveLength(20);
  });
});

describe('G13 holds a run', () => {
  it.each([
    [
      'whose clock is more than two minutes from theirs',
      121_000,
      0,
      /are 121 seconds apart, 120 allowed\. Set the clock/,
    ],
    ['whose clock goes back before the last run', 0, -3_600_000, /last run started later.*Set the clock/],
  ])('%s; no yes makes it right', async (_name, skewMs, push, says) => {
    home = await smallHome(people(3, 20), gatesFile({}));
    await runOnce();
    home.clock.push(7_200_000);
    const plan = await runOnce({ kind: 'plan', until: 'plan' });
    const written = home.crm.writes;
    Object.assign(home.customers[0] as Customer, { satisfaction: 2 });
    await home.save();
    home.crm.skewMs = skewMs;
    home.clock.push(push);

    const held = await runOnce();

    expect(plan.exitCode).toBe(0);
    expect(held).toMatchObject({ state: 'held', exitCode: 3 });
    expect(asking(held)).toEqual(['G13']);
    expect(gateOf(held, 'G13')?.says).toMatch(says);
    await expect(sayYes(held)).rejects.toMatchObject({ code: 'E_HELD' });
    expect(home.crm.writes).toBe(written);

    home.crm.skewMs = 0;
    home.clock.push(3_600_000 - push);
    expect((await runOnce()).effects.applied).toBe(1);
  });

  it('and refuses a yes that is said while the clock is wrong', async () => {
    home = await smallHome(people(3, 20), gatesFile({ novelty: '' }));
    const held = await runOnce();
    home.crm.skewMs = 600_000;

    const refused = await sayYes(held);

    expect(refused.exitCode).toBe(3);
    expect(refused.problems.map(({ code }) => code)).toContain('E_HELD');
    expect(home.crm.writes).toBe(0);
    home.crm.skewMs = 0;
    expect((await sayYes(held)).exitCode).toBe(0);
  });
});
