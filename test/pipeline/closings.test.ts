// What a person ended in a CRM since the last run is known to all of this run: no record asks for what is done, in no CRM.

import { afterEach, describe, expect, it } from 'vitest';
import type { Hall } from '../../src/pipeline/hall.ts';
import { type RunRequest, run } from '../../src/pipeline/run.ts';
import { type MapCrm, mapCrm } from '../support/map-crm.ts';
import { type Customer, crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { day, never, whole } from '../support/small-run.ts';

const customers: readonly Customer[] = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'c', logins: 1, satisfaction: 2 },
];
/** Two plays that both fire for the second customer; `call` is the more urgent one. */
const plays = `
first_run: open_tasks
caps: {new_per_owner_per_day: 50, open_per_owner: 100}
plays:
  call:
    kind: risk
    when: {score: {below: 40}}
    task: {subject: "Call {{name}}", body: "Logins {{logins}}", due: 2 business days, priority: high}
    closes_when: {score: {at_least: 50}}
    closing_runs: 1
    cool_down: 30d
  write:
    kind: risk
    when: {score: {below: 40}}
    task: {subject: "Write to {{name}}", body: "Logins {{logins}}", due: 2 business days, priority: medium}
    closes_when: {score: {at_least: 50}}
    closing_runs: 1
    cool_down: 30d
`;

let home: SmallHome;
afterEach(async () => await home.remove());

async function runOnce(request: Partial<RunRequest> = {}, other: MapCrm | null = null) {
  await home.save();
  const { hall, store } = await home.open();
  const [first] = hall.crms;
  if (first === undefined) throw new Error('no CRM');
  const mapping = other === null ? first.mapping : { ...first.mapping, crm: other.name };
  const both: Hall =
    other === null
      ? hall
      : {
          ...hall,
          crms: [first, { crm: other, mapping }],
          decisions: { ...hall.decisions, crms: [first.mapping, mapping] },
        };
  try {
    return await run(both, { ...whole, ...request }, never);
  } finally {
    await store.close();
  }
}
const shown = (crm: MapCrm = home.crm) => crm.records.get(crmId('c'))?.['next_action'] ?? null;
const taskOf = (play: string, crm: MapCrm = home.crm) => {
  const task = [...crm.tasks.values()].find((one) => one.play === play);
  if (task === undefined) throw new Error(`no task of ${play}`);
  return task;
};
/** How often the CRM was asked for tasks, from here on. */
function questions(crm: MapCrm = home.crm): { count: number } {
  const asked = { count: 0 };
  crm.watcher = {
    call: (name) => {
      if (name === 'find') asked.count += 1;
    },
  };
  return asked;
}

describe('a task that a person ended since the last run', () => {
  it.each(['closed', 'deleted'] as const)('%s: the record asks for it no more, in the same run', async (state) => {
    home = await smallHome(customers);
    await runOnce();
    expect(shown()).toBe('Call Company c: score 11');
    taskOf('call').state = state;
    home.clock.push(day);
    const asked = questions();

    const second = await runOnce();

    expect(shown()).toBeNull();
    expect(second.plan?.effects).toEqual({ set: 0, clear: 1, ensure_task: 0, close_task: 0 });
    expect(asked.count).toBe(1);
    home.clock.push(day);
    const third = await runOnce();
    expect(third.plan?.effects).toEqual({ set: 0, clear: 0, ensure_task: 0, close_task: 0 });
    expect(asked.count).toBe(1);
    expect(home.crm.tasks.size).toBe(1);
  });

  it('gives way to the next one that is open', async () => {
    home = await smallHome(customers, { 'config/plays.yaml': plays });
    await runOnce();
    expect(shown()).toBe('Call Company c');
    taskOf('call').state = 'closed';
    home.clock.push(day);
    const asked = questions();

    const second = await runOnce();

    expect(shown()).toBe('Write to Company c');
    expect(second.plan?.effects).toMatchObject({ ensure_task: 0, close_task: 0 });
    expect([...home.crm.tasks.values()].map(({ play, state }) => [play, state])).toEqual([
      ['call', 'closed'],
      ['write', 'open'],
    ]);
    expect(asked.count).toBe(1);
  });

  it('no longer holds back what came up beside it: that gets a task of its own, after a look for it', async () => {
    const merged = plays
      .replace('plays:\n', 'merge_order: [call, write]\nplays:\n')
      .replace(
        'write:\n    kind: risk\n    when: {score: {below: 40}}',
        'write:\n    kind: risk\n    when: {score: {below: 20}}',
      );
    home = await smallHome(customers, { 'config/plays.yaml': merged });
    const c = home.customers[1] as Customer;
    c.satisfaction = 8;
    await runOnce();
    expect([...home.crm.tasks.values()].map(({ play }) => play)).toEqual(['call']);
    taskOf('call').state = 'closed';
    home.clock.push(day);
    c.satisfaction = 2;
    const asked = questions();

    const planned = await runOnce({ kind: 'plan', until: 'plan' });
    const questionsAsked = asked.count;
    await runOnce();

    expect(planned.plan?.effects).toMatchObject({ set: 1, ensure_task: 1, close_task: 0 });
    expect(questionsAsked).toBe(2);
    expect(shown()).toBe('Write to Company c');
    expect([...home.crm.tasks.values()].map(({ play, state }) => [play, state])).toEqual([
      ['call', 'closed'],
      ['write', 'open'],
    ]);
  });

  it('is known where only its account is planned, and planning twice wishes the same', async () => {
    home = await smallHome(customers);
    await runOnce();
    taskOf('call').state = 'closed';
    home.clock.push(day);
    const request = { kind: 'plan', until: 'plan', account: 'c' } as const;

    const first = await runOnce(request);
    const again = await runOnce({ ...request, reread: false });

    expect(first.plan?.effects).toEqual({ set: 0, clear: 1, ensure_task: 0, close_task: 0 });
    expect(again.plan).toMatchObject({ hash: first.plan?.hash, effects: first.plan?.effects });
  });

  it('counts its account once', async () => {
    home = await smallHome(customers);
    await runOnce();
    taskOf('call').state = 'closed';
    home.clock.push(day);

    const second = await runOnce();

    expect(second.accounts).toMatchObject({ seen: 2, scored: 2 });
  });

  it('in one CRM is done in the others too, whichever is asked first', async () => {
    home = await smallHome(customers);
    const other = mapCrm('other', [crmId('a'), crmId('c')]);
    await runOnce({}, other);
    expect([shown(), shown(other)]).toEqual(['Call Company c: score 11', 'Call Company c: score 11']);
    taskOf('call', other).state = 'closed';
    home.clock.push(day);

    const second = await runOnce({}, other);

    expect([shown(), shown(other)]).toEqual([null, null]);
    expect(second.plan?.effects).toEqual({ set: 0, clear: 2, ensure_task: 0, close_task: 1 });
    expect(taskOf('call').state).toBe('closed');
    home.clock.push(day);
    const third = await runOnce({}, other);
    expect(third.plan?.effects).toEqual({ set: 0, clear: 0, ensure_task: 0, close_task: 0 });
  });
});
