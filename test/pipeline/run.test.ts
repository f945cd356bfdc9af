// The hall with a CRM in a Map: one run and what follows from it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunRequest, run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { type Customer, crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const day = 86_400_000;

let home: SmallHome;
afterEach(async () => await home.remove());

async function runOnce(request: Partial<RunRequest> = {}) {
  const { hall, store } = await home.open();
  try {
    return await run(hall, { ...whole, ...request }, never);
  } finally {
    await store.close();
  }
}
const customers: readonly Customer[] = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'b', logins: 10, satisfaction: 5 },
  { id: 'c', logins: 1, satisfaction: 2 },
];

describe('a run', () => {
  it('writes scores and opens the task that a low score asks for', async () => {
    home = await smallHome(customers);

    const report = await runOnce();

    expect(report.exitCode, JSON.stringify(report, null, 1)).toBe(0);
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: 100, health_band: 'green' });
    expect(home.crm.records.get(crmId('b'))).toMatchObject({ health_score: 50, health_band: 'yellow' });
    expect(home.crm.records.get(crmId('c'))).toMatchObject({
      health_score: 11,
      health_band: 'red',
      health_alert: true,
    });
    expect([...home.crm.tasks.values()].map((task) => task.fields['subject'])).toEqual(['Call Company c: score 11']);
    expect(report.effects).toMatchObject({ applied: 4, rejected: 0, unknown: 0 });
  });

  it('writes nothing at all when nothing changed', async () => {
    home = await smallHome(customers);
    await runOnce();
    const written = home.crm.writes;

    home.clock.push(3_600_000);
    const second = await runOnce();

    expect(second.plan?.effects).toEqual({ set: 0, clear: 0, ensure_task: 0, close_task: 0 });
    expect(home.crm.writes).toBe(written);
  });

  it('opens one task for ten days of the same trouble', async () => {
    home = await smallHome(customers);
    for (let i = 0; i < 10; i++) {
      await runOnce();
      home.clock.push(day);
      await home.save();
    }

    expect([...home.crm.tasks.values()].filter((task) => task.state === 'open')).toHaveLength(1);
    expect(home.crm.tasks.size).toBe(1);
  });

  it('closes the task when its cause is gone', async () => {
    home = await smallHome(customers);
    await runOnce();

    home.clock.push(day);
    const c = home.customers.find((customer) => customer.id === 'c') as Customer;
    c.logins = 20;
    await home.save();
    const report = await runOnce();

    expect(report.plan?.effects['close_task'], JSON.stringify(report.gates)).toBe(1);
    expect([...home.crm.tasks.values()].map((task) => task.state)).toEqual(['closed']);
  });

  it('never remakes a task that a person closed', async () => {
    home = await smallHome(customers);
    await runOnce();
    for (const task of home.crm.tasks.values()) task.state = 'closed';

    for (let i = 0; i < 3; i++) {
      home.clock.push(day);
      await home.save();
      await runOnce();
    }

    expect(home.crm.tasks.size).toBe(1);
    expect([...home.crm.tasks.values()].map((task) => task.state)).toEqual(['closed']);
  });

  it('leaves a value that a person changed to that person', async () => {
    home = await smallHome(customers);
    await runOnce();
    const record = home.crm.records.get(crmId('b')) as Record<string, unknown>;
    record['health_band'] = 'green';

    home.clock.push(day);
    await home.save();
    const report = await runOnce();

    expect(record['health_band']).toBe('green');
    expect(report.effects.conflicts).toBe(1);
  });

  it('keeps a plan that a gate holds unwritten until a person says yes', async () => {
    home = await smallHome(customers, { 'config/gates.yaml': 'novelty: {on: true}\n' });

    const report = await runOnce();

    expect(report.exitCode).toBe(3);
    expect(report.gates.find((gate) => gate.id === 'G11')?.held).toBe(true);
    expect(home.crm.writes).toBe(0);
  });

  it('stops before writing when a source that had rows gives none', async () => {
    home = await smallHome(customers);
    await runOnce();
    const written = home.crm.writes;
    await writeFile(join(home.folder, 'data/usage.csv'), 'id,day,logins\n');

    home.clock.push(day);
    const report = await runOnce();

    expect(report.exitCode).toBe(8);
    expect(home.crm.writes).toBe(written);
  });

  it('stops before writing when a source is gone, and says which', async () => {
    home = await smallHome(customers);
    await writeFile(join(home.folder, 'data/usage.csv'), 'id,date,logins\na,2026-05-31,3\n');

    const report = await runOnce();

    expect(report.exitCode).toBe(5);
    expect(report.problems[0]?.what).toContain('"day"');
    expect(home.crm.writes).toBe(0);
  });

  it('keeps and lists refused rows and goes on with the others', async () => {
    home = await smallHome(customers);
    await writeFile(
      join(home.folder, 'data/usage.csv'),
      `id,day,logins\n${Array.from({ length: 9 }, (_, i) => `a,2026-05-${23 + i},1`).join('\n')}\nb,31.05.2026,3\n`,
    );
    const { hall, store } = await home.open();

    const report = await run(hall, whole, never);
    const rejected = await store.facts.rejected('usage', 10);
    await store.close();

    expect(report.sources.find((source) => source.name === 'usage')).toMatchObject({ rows: 9, rejectedRows: 1 });
    expect(rejected[0]).toMatchObject({ place: 'data/usage.csv:11' });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: 67 });
  });

  it('counts a refused record as rejected, writes the others, and does not send the same again', async () => {
    home = await smallHome(Array.from({ length: 30 }, (_, i) => ({ id: `k${i}`, logins: 12, satisfaction: 8 })));
    home.crm.refused.add(crmId('k3'));

    const first = await runOnce();
    const sentOnce = home.crm.writes;
    home.clock.push(3_600_000);
    const second = await runOnce();

    expect(first.effects).toMatchObject({ applied: 29, rejected: 1 });
    expect(first.exitCode).toBe(4);
    expect(second.plan?.effects['set']).toBe(0);
    expect(home.crm.writes).toBe(sentOnce);
  });

  it('sends rejected effects again after their cause is mended, with retry', async () => {
    home = await smallHome(Array.from({ length: 30 }, (_, i) => ({ id: `k${i}`, logins: 12, satisfaction: 8 })));
    home.crm.refused.add(crmId('k3'));
    await runOnce();
    home.crm.refused.clear();

    home.clock.push(3_600_000);
    const report = await runOnce({ kind: 'retry', lifted: true, reread: false });

    expect(report.effects).toMatchObject({ applied: 1, rejected: 0 });
    expect(home.crm.records.get(crmId('k3'))).toMatchObject({ health_score: 68 });
  });

  it('leaves a CRM that takes nothing alone until the next run, which then writes all of it', async () => {
    home = await smallHome(customers);
    for (let call = 1; call <= 20; call++) home.crm.faults.set(call, 'busy');

    const busy = await runOnce();
    const asked = home.crm.writes;
    home.crm.faults.clear();
    home.clock.push(3_600_000);
    const later = await runOnce();

    expect(asked).toBe(3);
    expect(busy.exitCode, JSON.stringify(busy.gates)).not.toBe(0);
    expect(busy.effects).toMatchObject({ applied: 0, rejected: 0 });
    expect(later.exitCode, JSON.stringify(later.problems)).toBe(0);
    expect(later.effects).toMatchObject({ applied: 4, rejected: 0 });
  });

  it('asks about a lost answer before it sends anything again', async () => {
    home = await smallHome(customers);
    home.crm.faults.set(2, 'lost_answer');
    const first = await runOnce();

    home.clock.push(10 * 60_000);
    const second = await runOnce();

    expect(first.exitCode).toBe(4);
    expect(second.exitCode, JSON.stringify(second.problems)).toBe(0);
    expect(home.crm.journal.filter((entry) => entry.startsWith('ensure_task'))).toHaveLength(1);
    expect(new Set(home.crm.journal).size).toBe(home.crm.journal.length);
  });

  it('tells who holds the lease when a run is under way', async () => {
    home = await smallHome(customers);
    const { hall, store } = await home.open();
    await store.runs.open({
      kind: 'run',
      job: 'kenko',
      slot: null,
      asOf: '2026-06-01',
      configHash: 'x',
      owner: 'other:1',
      now: home.clock.now(),
      ttlMs: 60_000,
    });

    const second = run(hall, whole, never);

    await expect(second).rejects.toMatchObject({ code: 'E_BUSY' });
    await store.close();
  });
});

describe('undo', () => {
  it('can be asked again for what the CRM refused to take back, and for nothing else', async () => {
    home = await smallHome(customers);
    const { runId } = await runOnce();
    const undo = async () => {
      const { hall, store } = await home.open();
      try {
        return await undoRun(hall, runId as string, never);
      } finally {
        await store.close();
      }
    };
    home.crm.refused.add(crmId('a'));

    home.clock.push(3_600_000);
    const refused = await undo();
    home.crm.refused.clear();
    home.clock.push(3_600_000);
    const again = await undo();
    home.clock.push(3_600_000);
    const nothing = await undo();

    expect(refused.effects).toMatchObject({ applied: 3, rejected: 1 });
    expect(again.effects).toMatchObject({ applied: 1, rejected: 0 });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: null, health_band: null });
    expect(nothing.effects).toMatchObject({ applied: 0, rejected: 0 });
  });
});

describe('time', () => {
  it('goes forwards only: a run as of an earlier day is refused before anything is read', async () => {
    home = await smallHome(customers);
    home.clock.push(5 * day);
    await home.save();
    await runOnce();

    await expect(runOnce({ asOf: '2026-06-02' })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(runOnce({ asOf: '2026-07-01' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('a task that waited for a place', () => {
  it('is given its days when it opens, and keeps them', async () => {
    const many = ['a', 'b', 'c'].map((id) => ({ id, logins: 1, satisfaction: 1 }));
    home = await smallHome(many);
    const plays = await readFile(join(home.folder, 'config/plays.yaml'), 'utf8');
    await writeFile(
      join(home.folder, 'config/plays.yaml'),
      plays.replace('new_per_owner_per_day: 50', 'new_per_owner_per_day: 1'),
    );
    const dueOf = () => [...home.crm.tasks.values()].map((task) => String(task.fields['due_on']));

    await runOnce();
    home.clock.push(7 * day);
    await home.save();
    await runOnce();
    const opened = dueOf();
    home.clock.push(day);
    await home.save();
    await runOnce();

    // 2026-06-01 is a Monday; two business days from it, and from the 8th and 9th for those that waited.
    expect(opened).toEqual(['2026-06-03', '2026-06-10']);
    expect(dueOf()).toEqual(['2026-06-03', '2026-06-10', '2026-06-11']);
  });
});
