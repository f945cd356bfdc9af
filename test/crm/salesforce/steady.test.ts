// What a night asks of an org where little changed: counted by the server. People who edit, delete and merge behind our back
// are seen all the same, and what was remembered wrongly is read anew.

import { afterEach, describe, expect, it } from 'vitest';
import { peopleOf } from '../../../src/sandbox/people.ts';
import { type OrgStage, orgStage } from './org-stage.ts';

const customers = [20, 18, 16, 14, 12, 13].map((logins) => ({ logins, satisfaction: 9 }));
const day = 86_400_000;

let stage: OrgStage;
afterEach(() => stage.close());

/** Some quiet nights: all that was written lies behind the last question. */
async function settled(): Promise<void> {
  stage = await orgStage(customers);
  await stage.run();
  for (let night = 0; night < 2; night++) {
    stage.home.clock.push(day);
    stage.box.clock.push(day);
    await stage.run();
  }
  stage.home.clock.push(day);
  stage.box.clock.push(day);
  stage.box.salesforce.forgetRequests();
}
const calls = () => stage.box.salesforce.requests().filter((request) => request.kind !== 'auth');
const people = () => peopleOf(stage.box.salesforce.half);
/** More logins for one customer: its score must be written. */
const move = (at: number) => {
  const customer = stage.home.customers[at];
  if (customer !== undefined) customer.logins -= 5;
};

describe('a night in which nothing changed', () => {
  it('costs two calls, and writes nothing', async () => {
    await settled();

    const report = await stage.run();

    expect(report.exitCode).toBe(0);
    expect(calls().map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
      'POST /services/data/v66.0/composite',
      'GET /services/data/v66.0/queryAll',
    ]);
  });
});

describe('a night in which one score moved', () => {
  it('looks at that record once more, writes it in one call, and reads it back', async () => {
    await settled();
    move(2);

    const report = await stage.run();

    expect(report).toMatchObject({ exitCode: 0, effects: { applied: 1 } });
    expect(calls().map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
      'POST /services/data/v66.0/composite',
      'GET /services/data/v66.0/queryAll',
      'POST /services/data/v66.0/composite/sobjects/Account',
      'PATCH /services/data/v66.0/composite/sobjects',
      'POST /services/data/v66.0/composite/sobjects/Account',
    ]);
  });

  it('leaves alone what a person changed since, although nobody read that record by id', async () => {
    await settled();
    people().edit('account', stage.ids[2] ?? '', { Health_Score__c: 1 });
    stage.box.clock.push(day);
    stage.home.clock.push(day);
    move(2);

    const report = await stage.run();

    expect(stage.scores()[2]).toBe(1);
    expect(report.effects).toMatchObject({ conflicts: expect.any(Number) });
    expect(report.effects.conflicts).toBeGreaterThan(0);
  });

  it('leaves out an account that was deleted, and writes the winner of a merge', async () => {
    await settled();
    const [deleted, loser, winner] = [stage.ids[1] ?? '', stage.ids[2] ?? '', stage.ids[3] ?? ''];
    people().remove('account', deleted);
    people().merge('account', winner, loser);
    move(1);
    move(4);

    const report = await stage.run();

    expect(report.effects.rejected + report.effects.unknown).toBe(0);
    expect(stage.scores()[4]).not.toBeNull();
    expect(await stage.broken()).toEqual([]);
  });
});

describe('a change that came too late to be told', () => {
  it('is found by the last look before writing, and read anew the next time', async () => {
    await settled();
    const { store } = stage.box.salesforce.half;
    const target = stage.ids[2] ?? '';
    people().edit('account', target, { Health_Band__c: 'yellow', Health_Score__c: null });
    // As if it had shown up long after the night it belongs to.
    const record = store.get('Account', target);
    Object.assign(record ?? {}, { stampedAt: '2026-05-01T00:00:00.000Z' });
    move(2);

    const first = await stage.run();
    stage.home.clock.push(day);
    stage.box.clock.push(day);
    const second = await stage.run();

    expect(first.effects).toMatchObject({ applied: 0, skipped: 1 });
    expect(second.effects.skipped).toBe(0);
    expect(store.get('Account', target)?.values['Health_Band__c']).toBe('yellow');
  });
});

describe('an org in which nearly everything changed', () => {
  it('is read by id, two thousand records a part and five parts a call', async () => {
    await settled();
    const all = [...stage.box.salesforce.half.store.all('Account')];
    for (const record of all) people().edit('account', record.id, { Description: 'touched' });

    const report = await stage.run();

    expect(report.exitCode).toBe(0);
    expect(calls()).toHaveLength(2);
  });
});

describe('a task that a person', () => {
  it.each([
    ['completed', 1, (id: string) => people().closeTask(id)],
    ['deleted', 0, (id: string) => people().remove('task', id)],
  ])('%s is no next action of the account in the same run, and never made again', async (_how, left, end) => {
    stage = await orgStage([{ logins: 1, satisfaction: 2 }, ...customers]);
    const record = () => stage.box.salesforce.half.store.get('Account', stage.ids[0] ?? '')?.values;
    const night = async () => {
      stage.home.clock.push(day);
      stage.box.clock.push(day);
      stage.box.salesforce.forgetRequests();
      return await stage.run();
    };
    await stage.run();
    expect(record()?.['Next_Action__c']).toBe('Call Company c0: score 11');
    end(stage.tasks()[0]?.id ?? '');

    const second = await night();
    const asked = calls().filter(({ path }) => path.includes('Kenko_Key__c') || path.endsWith('/Task'));
    const third = await night();

    expect(second).toMatchObject({ exitCode: 0, effects: { applied: 1 } });
    expect(record()?.['Next_Action__c'] ?? null).toBeNull();
    expect(asked).toHaveLength(1);
    expect(third).toMatchObject({
      exitCode: 0,
      plan: { effects: { set: 0, clear: 0, ensure_task: 0, close_task: 0 } },
    });
    expect(calls()).toHaveLength(2);
    expect(stage.tasks()).toHaveLength(left);
    expect(await stage.broken()).toEqual([]);
  });
});
