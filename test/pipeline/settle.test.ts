// What becomes of a write that nobody answered for: it is asked about before anything is sent to its record again, never
// too early, and what is found counts as written.

import { afterEach, describe, expect, it } from 'vitest';
import { Crash } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

const customers = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'b', logins: 10, satisfaction: 5 },
  { id: 'c', logins: 1, satisfaction: 2 },
];
const minutes = 60_000;

describe('a write', () => {
  it('is left alone while it may still arrive, and nothing is sent to its record', async () => {
    home = await smallHome(customers);
    home.crm.faults.set(1, 'lost_request');
    const { hall, store } = await home.open();
    await run(hall, whole, never);
    const sent = home.crm.writes;

    home.clock.push(1 * minutes);
    const early = await run(hall, whole, never);
    const sentEarly = home.crm.writes;
    home.clock.push(10 * minutes);
    const later = await run(hall, whole, never);
    await store.close();

    expect(sentEarly).toBe(sent);
    expect(early.problems.map(({ what }) => what).join()).toContain('3 earlier writes have an unknown outcome');
    expect(later.effects).toMatchObject({ applied: 3, unknown: 0 });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: 100 });
  });

  it('that is found when it is read back counts as written, and can be undone', async () => {
    home = await smallHome(customers);
    home.crm.faults.set(1, 'lost_answer');
    const { hall, store } = await home.open();
    const first = await run(hall, whole, never);
    const plan = Number(first.plan?.id);
    const lost = await store.plans.counts(plan);

    home.clock.push(10 * minutes);
    await run(hall, whole, never);
    const settled = await store.plans.counts(plan);
    home.clock.push(10 * minutes);
    await undoRun(hall, first.runId ?? '', never);
    await store.close();

    expect(lost).toEqual({ unknown: 3, applied: 1 });
    expect(settled).toEqual({ applied: 4 });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: null });
  });

  it('of which only a part was answered for is not taken for done', async () => {
    home = await smallHome(customers);
    const { crm } = home;
    const carriedOut = crm.write;
    let cut = false;
    const half: typeof carriedOut = async (batch, ...rest) => {
      if (cut || batch.length < 3) return await carriedOut(batch, ...rest);
      cut = true;
      return await carriedOut(batch.slice(0, 2), ...rest);
    };
    Object.assign(crm, { write: half });
    const { hall, store } = await home.open();

    const first = await run(hall, whole, never);
    home.clock.push(10 * minutes);
    const second = await run(hall, whole, never);
    await store.close();

    expect(first).toMatchObject({ exitCode: 4, effects: { unknown: 1 } });
    expect(second).toMatchObject({ exitCode: 0, effects: { applied: 1 } });
    expect([...crm.records.values()].map((fields) => fields['health_score'])).toEqual([100, 50, 11]);
  });
});

describe('a process that dies', () => {
  it.each(['http.salesforce.write:before', 'http.salesforce.write:after', 'apply.receipts:before'])(
    'at %s is dead: nobody catches it and goes on',
    async (place) => {
      home = await smallHome(customers);
      const { hall, store } = await home.open();
      const stop = onStep((name) => {
        if (name === place) throw new Crash(name);
      });

      const dying = run(hall, whole, never);

      await expect(dying).rejects.toBeInstanceOf(Crash);
      stop();
      expect(home.crm.writes).toBe(1);
      expect((await store.runs.last(1))[0]?.state).toBe('active');
      await store.close();
    },
  );
});
