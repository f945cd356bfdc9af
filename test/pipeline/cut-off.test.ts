// What a command that was cut off leaves behind for the next one: a gate that held holds again, and an undo can be finished.

import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/pipeline/approve.ts';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { never, whole } from '../support/small-run.ts';
import { begin, type Night } from '../trust/story.ts';
import { makeWorld, type World } from '../trust/world.ts';

const quiet: Night = { days: 1, answers: {}, logins: {}, people: [], command: 'run' };

/** A world after its first run: a scores 100, b scores 21. */
async function afterFirstRun(): Promise<World> {
  const world = await makeWorld(['a', 'b']);
  begin(world, { ...quiet, answers: { a: 10, b: 3 }, logins: { a: 20, b: 3 } });
  await run(await world.hall(), whole, never);
  world.clock.push(86_400_000);
  return world;
}
async function again(world: World): Promise<string> {
  world.clock.push(600_000);
  return (await run(await world.hall(), whole, never)).state;
}

describe('a read that a gate held', () => {
  it('is held by the next run too, and by the one after that', async () => {
    const world = await afterFirstRun();
    const before = world.crm.journal.length;
    begin(world, { ...quiet, answers: { a: 0, b: 0 } });

    const states = [await again(world), await again(world), await again(world)];

    expect(states).toEqual(['held', 'held', 'held']);
    expect(world.crm.journal.length).toBe(before);
    await world.close();
  });

  it('does not become the measure of the next read by coming in again and again', async () => {
    const world = await afterFirstRun();
    world.feed.weather.customers = 'empty';

    const exits: number[] = [];
    for (let night = 0; night < 9; night++) {
      world.clock.push(600_000);
      exits.push((await run(await world.hall(), whole, never)).exitCode);
    }

    expect(new Set(exits)).toEqual(new Set([8]));
    await world.close();
  });
});

describe('a plan that waited for its yes', () => {
  it.each([
    ['rewritten', 'subject'],
    ['closed', null],
  ] as const)('leaves a task alone that was %s meanwhile', async (_what, word) => {
    const world = await afterFirstRun();
    begin(world, { ...quiet, logins: { b: 2 }, answers: { a: 9 } });
    const planned = await run(await world.hall(), { ...whole, kind: 'plan', until: 'plan' }, never);
    const [task] = world.crm.tasks.values();
    if (task === undefined) throw new Error('b has no task');
    if (word === null) world.watch.closeTask(task);
    else world.watch.editTask(task, word, 'Ask for the new contract first');
    const left = JSON.stringify(task);
    world.clock.push(1_800_000);

    await applyPlan(await world.hall(), Number(planned.plan?.id), never);

    expect(planned.plan?.effects['set']).toBeGreaterThan(2);
    expect(JSON.stringify(task)).toBe(left);
    expect(world.watch.broken).toEqual([]);
    await world.close();
  });
});

describe('an undo that lost an answer', () => {
  it.each(['lost_request', 'lost_answer', 'server_error'] as const)(
    'is finished by the next one: %s',
    async (fault) => {
      const world = await afterFirstRun();
      begin(world, { ...quiet, answers: { a: 1, b: 9 } });
      const changing = await run(await world.hall(), whole, never);
      const { crm } = world;
      const shown = () => [...crm.records.values()].map((record) => record['health_score']);
      const written = shown();
      for (let call = crm.callCount + 1; call < crm.callCount + 8; call++) crm.callFaults.set(call, fault);
      crm.watcher = {
        ...crm.watcher,
        call: (name, number) => void (name !== 'write' && crm.callFaults.delete(number)),
      };
      world.clock.push(600_000);
      await undoRun(await world.hall(), changing.runId, never);
      crm.callFaults.clear();

      world.clock.push(600_000);
      await undoRun(await world.hall(), changing.runId, never);

      expect(written).not.toEqual([100, 21]);
      expect(shown()).toEqual([100, 21]);
      await world.close();
    },
  );
});
