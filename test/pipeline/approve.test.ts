// A person's yes to a plan, after something has changed: the configuration, the time, the CRM, the plan itself.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/pipeline/approve.ts';
import { run } from '../../src/pipeline/run.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { day, never, whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

/** A home whose first plan waits for a yes. */
async function held(): Promise<number> {
  home = await smallHome(
    [
      { id: 'a', logins: 20, satisfaction: 10 },
      { id: 'b', logins: 10, satisfaction: 5 },
      { id: 'c', logins: 1, satisfaction: 2 },
    ],
    { 'config/gates.yaml': 'novelty: {on: true}\n' },
  );
  return await opened(async (hall) =>
    Number((await run(hall, { ...whole, kind: 'plan', until: 'plan' }, never)).plan?.id),
  );
}
async function opened<T>(work: (hall: Parameters<typeof run>[0]) => Promise<T>): Promise<T> {
  const { hall, store } = await home.open();
  try {
    return await work(hall);
  } finally {
    await store.close();
  }
}
const apply = (plan: number) => opened((hall) => applyPlan(hall, plan, never));

describe('a plan that was shown to a person', () => {
  it('is applied as it was shown', async () => {
    const plan = await held();

    const report = await apply(plan);

    expect(report.exitCode, JSON.stringify(report.problems)).toBe(0);
    expect(home.crm.records.get(crmId('c'))).toMatchObject({ health_score: 11, health_band: 'red' });
    await expect(apply(plan)).rejects.toMatchObject({ code: 'E_USAGE', fix: expect.stringContaining('kenko plan') });
  });

  it('is refused when the configuration has changed since, and nothing is written', async () => {
    const plan = await held();
    const plays = await readFile(join(home.folder, 'config/plays.yaml'), 'utf8');
    await home.rewrite('config/plays.yaml', plays.replace('below: 40', 'below: 41'));

    const applying = apply(plan);

    await expect(applying).rejects.toMatchObject({ code: 'E_STALE_PLAN', exitCode: 3 });
    await expect(applying).rejects.toMatchObject({ fix: expect.stringContaining('kenko plan') });
    expect(home.crm.writes).toBe(0);
  });

  it('is refused after a day, and nothing is written', async () => {
    const plan = await held();
    home.clock.push(day + 1);

    await expect(apply(plan)).rejects.toMatchObject({ code: 'E_STALE_PLAN', exitCode: 3 });

    expect(home.crm.writes).toBe(0);
  });

  it('leaves out what people changed in the CRM meanwhile, and says so', async () => {
    const plan = await held();
    Object.assign(home.crm.records.get(crmId('b')) ?? {}, { health_band: 'green' });

    const report = await apply(plan);

    expect(report.effects).toMatchObject({ applied: 3, skipped: 1, rejected: 0, unknown: 0 });
    expect(home.crm.records.get(crmId('b'))).toEqual({ health_band: 'green' });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: 100 });
  });

  it('is refused when a newer plan took its place, and nothing is written', async () => {
    const plan = await held();
    home.clock.push(3_600_000);
    await opened((hall) => run(hall, { ...whole, kind: 'plan', until: 'plan' }, never));

    await expect(apply(plan)).rejects.toMatchObject({ code: 'E_USAGE', fix: expect.stringContaining('kenko plan') });

    expect(home.crm.writes).toBe(0);
  });
});
