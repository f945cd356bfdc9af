// A small share of `npm run trust`: a few seeds of each level, and that the checkers see what they are there for.

import { describe, expect, it } from 'vitest';
import { allowedMoves } from '../../src/domain/effect.ts';
import { run } from '../../src/pipeline/run.ts';
import { never, whole } from '../support/small-run.ts';
import { hubspotRows, salesforceRows } from './classifier.ts';
import { brokenIn } from './invariants.ts';
import { checkModel } from './model.ts';
import { pairOf, randomOf } from './plans.ts';
import { begin, type Night } from './story.ts';
import { live } from './trial.ts';
import { liveTwice } from './two.ts';
import { makeWorld, type World } from './world.ts';
import { liveAYear, schedules } from './year.ts';

const night: Night = {
  days: 1,
  answers: { a: 10, b: 3 },
  logins: { a: 20, b: 3 },
  people: [],
  command: 'run',
};

/** A world after one run: b has a task. */
async function afterOneRun(): Promise<World> {
  const world = await makeWorld(['a', 'b']);
  begin(world, night);
  await run(await world.hall(), whole, never);
  return world;
}
const ids = async (world: World) => new Set((await brokenIn(world, 'settled')).map(({ id }) => id));

describe('trust', () => {
  it('finds nothing broken in plans by chance', async () => {
    const moves = new Set<string>();

    for (let seed = 0; seed < 40; seed++) {
      const { story, plan, replay } = randomOf(seed);
      const told = await live(story, plan);
      for (const move of told.moves) moves.add(move);
      expect(told.broken, replay).toEqual([]);
    }

    expect(moves.size).toBeGreaterThan(12);
    const allowed = Object.entries(allowedMoves).flatMap(([from, tos]) => tos.map((to) => `${from} → ${to}`));
    expect([...moves].filter((move) => !allowed.includes(move))).toEqual([]);
  }, 300_000);

  it.each([
    [2088, 'a record that the CRM refuses is merged away, so that the breaker does not stop the others'],
    [22_771, 'a person hands over another task than in the undisturbed story, because one is not there'],
    [8088, 'a lost answer hides from the breaker what the CRM refuses'],
    [2654, 'as many tries of a refused record are remembered as without any fault'],
  ])(
    'finds nothing broken in plan %i, where %s',
    async (seed) => {
      const { story, plan, replay } = randomOf(seed);

      expect((await live(story, plan)).broken, replay).toEqual([]);
    },
    300_000,
  );

  it('finds nothing broken by two crashes and a fault', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { story, plan, replay } = await pairOf(seed);

      expect((await live(story, plan)).broken, replay).toEqual([]);
    }
  }, 300_000);

  it('finds nothing broken where processes share a home and leases run out, as on a machine that slept', async () => {
    for (let seed = 0; seed < 12; seed++) expect(await liveTwice(seed), `seed ${seed}`).toEqual([]);
  }, 300_000);

  it('finds nothing broken by commands in any order', async () => {
    await checkModel(15, 20_261_122);
  }, 300_000);

  it.each(schedules)(
    'gives each day of a change of the clocks its run: $cron in $zone',
    async (schedule) => {
      expect(await liveAYear(schedule, 20)).toEqual([]);
    },
    300_000,
  );

  it('sees every row of both classifiers decide', () => {
    const rows = [...hubspotRows(), ...salesforceRows()];

    expect(rows.filter(({ isSeen }) => !isSeen)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  });
});

describe('the checkers', () => {
  it('say nothing of a world where nothing is wrong', async () => {
    const world = await afterOneRun();

    expect(await brokenIn(world, 'settled')).toEqual([]);
    await world.close();
  });

  const damages: readonly (readonly [string, string, (world: World) => void])[] = [
    [
      'I1',
      'a second open task for the same play',
      ({ crm }) => {
        const [task] = crm.tasks.values();
        if (task !== undefined) crm.tasks.set('twin', { ...task, id: 'twin', key: 'another' });
      },
    ],
    ['I2', 'an effect without an answer', ({ db }) => void db.run(`UPDATE effects SET state = 'unknown' WHERE id = 1`)],
    ['I2', 'a send that nobody counted', ({ watch }) => void watch.sent.push({ effect: 1, epoch: 1, at: 0 })],
    [
      'I3',
      'a row that the cursor passed and nobody landed',
      ({ feed }) => void feed.usage.unshift({ id: 'b', day: '2026-05-30', logins: 2 }),
    ],
    [
      'I7',
      'an older score in the CRM',
      ({ crm }) => void Object.assign(crm.records.get('crm-a') ?? {}, { health_score: 1 }),
    ],
    ['I12', 'an address in a report', ({ told }) => void told.push('asked canary.person@example.test')],
  ];
  it.each(damages)('of %s find %s', async (id, _what, damage) => {
    const world = await afterOneRun();

    damage(world);

    expect([...(await ids(world))]).toContain(id);
    await world.close();
  });

  it('of I5 and I8 find a hand on what a person wrote, by a run that is over', async () => {
    const world = await afterOneRun();
    world.watch.edit('crm-a', 'health_score', 250);
    await world.crm.read([{ account: 'a', object: 'account', id: 'crm-a' }], ['health_score'], never);
    const [plan] = await world.store.plans.last(1);
    const [effect] = await world.store.plans.effects(plan?.id ?? 0, 0, 1);
    if (effect === undefined) throw new Error('the first run wrote nothing');

    await world.crm.write([effect], never);

    expect([...(await ids(world))]).toEqual(expect.arrayContaining(['I5', 'I8']));
    await world.close();
  });
});
