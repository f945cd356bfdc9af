// Nights that follow each other: what was seen is remembered, what changed is searched for, and whatever people did in
// between is met as it is.

import { afterEach, describe, expect, it } from 'vitest';
import { callsTo, type PortalHome, plant, portalHome } from './home.ts';
import { answers } from './refusals.ts';

let home: PortalHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});
const day = 24 * 60;
/** A home on its second morning; the calls of the first night are forgotten. */
async function secondDay(scores: readonly number[] = [2, 5, 8]): Promise<PortalHome> {
  home = await portalHome(scores);
  expect((await home.run()).report.exitCode).toBe(0);
  home.wait(day);
  return home;
}
const secondly = { status: 'error', message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' };

describe('a run right after another', () => {
  it('knows what was just written, though the index does not show it yet', async () => {
    home = await portalHome([2, 5, 8]);
    const first = await home.run();
    home.sandbox.hubspot.forgetRequests();

    const again = await home.run();

    expect(first.states).toEqual({ applied: 4 });
    expect([again.report.exitCode, again.states]).toEqual([0, {}]);
    expect(home.sandbox.hubspot.counts().write).toBe(0);
  });
  it('takes no value of the index for what a person changed, but reads the record', async () => {
    home = await portalHome([2, 5, 8]);
    await home.run();
    home.people.edit('account', home.customers[1]?.company ?? '', { kenko_health_score: '77' });
    home.wait(1);
    home.sandbox.hubspot.forgetRequests();

    const again = await home.run();

    expect(again.states).toEqual({});
    expect(callsTo(home, 'companies/batch/read')).toBe(1);
    expect(again.report.effects.conflicts).toBeGreaterThan(0);
  });
});

describe('the night after one in which we wrote', () => {
  it('is not told what we wrote ourselves', async () => {
    const there = await secondDay();
    there.customers[1]!.answer = 9;
    await there.run();
    there.wait(day);
    there.people.edit('account', there.customers[2]?.company ?? '', { kenko_health_score: '77' });
    there.wait(5);
    there.sandbox.hubspot.forgetRequests();

    const night = await there.run();

    expect(callsTo(there, 'companies/search')).toBe(1);
    expect(night.report.effects.conflicts).toBeGreaterThan(0);
    expect(there.scores()).toEqual({ c1: '20', c2: '90', c3: '77' });
  });
  it('is told everything where somebody wrote in the same seconds', async () => {
    const there = await secondDay();
    there.customers[1]!.answer = 9;
    plant(there, {
      at: 'companies/batch/update',
      once: true,
      answer: {
        do: 'human',
        act: {
          do: 'edit',
          object: 'account',
          id: there.customers[2]?.company,
          fields: { kenko_health_score: '77' },
        },
      },
    });
    await there.run();
    there.wait(day);
    there.sandbox.hubspot.forgetRequests();

    const night = await there.run();

    expect(callsTo(there, 'companies/search')).toBe(2);
    expect(night.report.effects.conflicts).toBeGreaterThan(0);
    expect(there.scores()).toEqual({ c1: '20', c2: '90', c3: '77' });
  });
});

describe('the night after', () => {
  it('searches for what changed, and reads nothing by id when nothing is to be written', async () => {
    const there = await secondDay();
    there.sandbox.hubspot.forgetRequests();

    const night = await there.run();

    expect([night.report.exitCode, night.states]).toEqual([0, {}]);
    expect(callsTo(there, 'companies/search')).toBe(1);
    expect(callsTo(there, 'companies/batch/read')).toBe(0);
    expect(there.sandbox.hubspot.counts().write).toBe(0);
  });
  it('looks at a record once more before it writes to it, and writes it once', async () => {
    const there = await secondDay();
    there.customers[1]!.answer = 9;
    there.sandbox.hubspot.forgetRequests();

    const night = await there.run();

    expect(night.states).toEqual({ applied: 1 });
    expect(there.scores()).toEqual({ c1: '20', c2: '90', c3: '80' });
    expect([callsTo(there, 'companies/batch/update'), callsTo(there, 'companies/batch/read')]).toEqual([1, 2]);
  });
  it('leaves a value that a person changed in between, and says so', async () => {
    const there = await secondDay();
    there.people.edit('account', there.customers[1]?.company ?? '', { kenko_health_score: '77' });
    there.wait(5);
    there.customers[1]!.answer = 9;

    const night = await there.run();

    expect(there.scores()['c2']).toBe('77');
    expect(night.report.exitCode).toBe(0);
    expect(night.report.effects.conflicts).toBeGreaterThan(0);
  });
  it('does not write over a value that a person changes at the last moment', async () => {
    const there = await secondDay();
    there.customers[1]!.answer = 9;
    plant(there, {
      at: 'companies/batch/read',
      once: true,
      answer: {
        do: 'human',
        act: {
          do: 'edit',
          object: 'account',
          id: there.customers[1]?.company,
          fields: { kenko_health_score: '77' },
        },
      },
    });

    const night = await there.run();

    expect(there.scores()['c2']).toBe('77');
    expect(night.states).toEqual({ skipped: 1 });
    there.sandbox.faults.clear();
    there.wait(day);
    await there.run();
    expect(there.scores()['c2']).toBe('77');
  });
  it('writes to what is left of a company that was merged away', async () => {
    const there = await secondDay();
    const mine = there.customers.map(({ company }) => company);
    const other = [...there.sandbox.hubspot.half.store.all('companies')].find(({ id }) => !mine.includes(id))?.id ?? '';
    const left = there.people.merge('account', other, there.customers[1]?.company ?? '');
    there.wait(5);
    there.customers[1]!.answer = 9;

    const night = await there.run();

    expect(night.report.exitCode, night.told).toBe(0);
    expect(night.states).toEqual({ applied: 1 });
    expect(there.sandbox.hubspot.half.store.get('companies', left)?.values['kenko_health_score']).toBe('90');
  });
  it('writes nothing to a company that was archived, and is not upset by it', async () => {
    const there = await secondDay();
    there.people.remove('account', there.customers[1]?.company ?? '');
    there.wait(5);
    there.customers[1]!.answer = 9;

    const night = await there.run();

    expect(there.sandbox.hubspot.counts().write).toBeLessThan(20);
    expect(night.states).toEqual({ skipped: 1 });
  });
  it('reads by id where other apps leave no search to us', async () => {
    const there = await secondDay();
    there.customers[1]!.answer = 9;
    plant(there, { at: 'companies/search', answer: answers(429, secondly) });

    const night = await there.run();

    expect(night.report.exitCode).toBe(0);
    expect(there.scores()).toEqual({ c1: '20', c2: '90', c3: '80' });
  });
  it('completes a task whose cause is gone, with a note, and leaves one that a person archived', async () => {
    const there = await secondDay([2, 3, 8]);
    const { store } = there.sandbox.hubspot.half;
    const ours = () => [...store.all('tasks')].filter(({ values }) => values['kenko_key']);
    const [first] = ours();
    there.people.remove('task', first?.id ?? '');
    there.customers[0]!.answer = 9;
    there.customers[1]!.answer = 9;
    there.wait(5);

    const night = await there.run();
    there.wait(day);
    const last = await there.run();

    expect([night.report.exitCode, last.report.exitCode], night.told).toEqual([0, 0]);
    expect(ours().map(({ values }) => values['hs_task_status'])).toEqual(['COMPLETED']);
    expect(String(ours()[0]?.values['hs_task_body'])).toMatch(/^Score \d+<br><br>/);
    expect(store.get('tasks', first?.id ?? '')?.deletedAt).not.toBeNull();
  });
});

describe('a task that a person', () => {
  // One question by id; what is not found is looked for once more by its key, and among archived ones.
  it.each([
    ['completed', 1, 1, (there: PortalHome, id: string) => there.people.closeTask(id)],
    ['deleted', 3, 0, (there: PortalHome, id: string) => there.people.remove('task', id)],
  ])(
    '%s is no next action of the company in the same run, and never made again',
    async (_how, questions, left, end) => {
      home = await portalHome([2, 5, 8], { fields: ['next_action'] });
      const there = home;
      const { store } = there.sandbox.hubspot.half;
      const nextAction = () => store.get('companies', there.customers[0]?.company ?? '')?.values['kenko_next_action'];
      const ours = () => [...store.all('tasks')].filter(({ values }) => values['kenko_key']);
      await there.run();
      expect(nextAction()).toBe('Call Company c1');
      end(there, ours()[0]?.id ?? '');
      there.wait(day);
      there.sandbox.hubspot.forgetRequests();

      const second = await there.run();
      const asked = callsTo(there, 'tasks/batch/read');
      there.wait(day);
      there.sandbox.hubspot.forgetRequests();
      const third = await there.run();

      expect([second.report.exitCode, second.states], second.told).toEqual([0, { applied: 1 }]);
      expect(nextAction() ?? '').toBe('');
      expect(asked).toBe(questions);
      expect([third.report.exitCode, third.states]).toEqual([0, {}]);
      expect([there.sandbox.hubspot.counts().write, callsTo(there, 'tasks/batch')]).toEqual([0, 0]);
      expect(ours()).toHaveLength(left);
      expect(await there.broken()).toEqual([]);
    },
  );
});
