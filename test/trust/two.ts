// L4: two processes on one home at the same time. They share the file, the CRM and the clock; a seed says whose turn it is at
// every call and every page, and when time passes, so that a lease can run out in the middle of a batch.

import type { Crm } from '../../src/crm/crm.ts';
import { type Chance, seededChance } from '../../src/lib/chance.ts';
import { KenkoError } from '../../src/lib/errors.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Source } from '../../src/sources/source.ts';
import { shownBy } from '../support/map-crm.ts';
import { never, whole } from '../support/small-run.ts';
import { brokenIn } from './invariants.ts';
import { begin, type Night } from './story.ts';
import type { Broken } from './watch.ts';
import { makeWorld, type World } from './world.ts';

const night: Night = { days: 1, answers: {}, logins: {}, people: [], command: 'run' };
const minute = 60_000;

/** Lets several pieces of work go on one at a time, in an order by chance. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #chance: Chance;
  readonly #between: () => void;
  #working = 0;

  constructor(chance: Chance, between: () => void) {
    this.#chance = chance;
    this.#between = between;
  }
  /** Waits for a turn. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#working -= 1;
      this.#next();
    });
  }
  /** Starts a piece of work; its turns are given until it ends. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#next();
    }
  }
  #next(): void {
    if (this.#working > 0 || this.#waiting.length === 0) return;
    this.#between();
    const [chosen] = this.#waiting.splice(Math.floor(this.#chance.fraction() * this.#waiting.length), 1);
    this.#working += 1;
    chosen?.();
  }
}

/** The same CRM, seen by a process that has to wait for its turn. */
function inTurn(crm: Crm, turns: Turns): Crm {
  const wait =
    <Args extends readonly unknown[], T>(ask: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await turns.take();
      const answer = await ask(...args);
      await turns.take();
      return answer;
    };
  return {
    ...crm,
    identify: wait(crm.identify),
    check: wait(crm.check),
    read: wait(crm.read),
    find: wait(crm.find),
    users: wait(crm.users),
    // Between the last look at the lease and the call no time passes that a test could use: the answer may be late, though.
    write: async (...args) => {
      const answer = await crm.write(...args);
      await turns.take();
      return answer;
    },
  };
}
function sourceInTurn(source: Source, turns: Turns): Source {
  return {
    ...source,
    async *read(stream, cursor, options) {
      for await (const page of source.read(stream, cursor, options)) {
        await turns.take();
        yield page;
      }
    },
  };
}

/** Both processes live through the night; then undisturbed runs. What is broken. */
export async function liveTwice(seed: number): Promise<readonly Broken[]> {
  const wanted = await undisturbed();
  const chance = seededChance(seed + 9_000_000);
  const world = await secondMorning();
  const broken: Broken[] = [];
  try {
    // A heartbeat beats every 15 seconds; who sleeps longer than its lease lives has lost it.
    const turns = new Turns(chance, () => {
      const odds = chance.fraction();
      if (odds < 0.1) world.clock.push(2 * minute);
      else if (odds < 0.3) world.clock.push(5_000);
    });
    const processes = ['test:1', 'test:2', 'test:3'].slice(0, chance.fraction() < 0.2 ? 3 : 2);
    await Promise.all(
      processes.map((owner) =>
        turns.run(async () => {
          // Who finds the door shut comes back, as a scheduler does.
          for (let times = 0, done = 0; times < 30 && done < 2; times++) {
            const hall = await world.hall({ owner, hand: inTurn(world.crm, turns) });
            const sources = hall.sources.map((one) => sourceInTurn(one, turns));
            if (await attempt(world, { ...hall, sources }, broken)) done += 1;
            await turns.take();
          }
        }),
      ),
    );
    broken.push(...(await brokenIn(world, 'always')));
    for (let tries = 0; tries < 2; tries++) {
      world.clock.push(10 * minute);
      await attempt(world, await world.hall(), broken);
    }
    broken.push(...(await brokenIn(world, 'settled')));
    const shown = JSON.stringify(shownBy(world.crm));
    if (shown !== wanted) broken.push({ id: 'I4', what: `the CRM shows ${shown} instead of ${wanted}` });
    return broken;
  } finally {
    await world.close();
  }
}

async function attempt(world: World, hall: Hall, broken: Broken[]): Promise<boolean> {
  try {
    world.told.push(JSON.stringify(await run(hall, whole, never)));
    return true;
  } catch (error) {
    if (error instanceof KenkoError && error.code === 'E_BUSY') return false;
    broken.push({ id: 'bug', what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return true;
  }
}
async function secondMorning(): Promise<World> {
  const world = await makeWorld(['a', 'b', 'c']);
  begin(world, { ...night, answers: { a: 10, b: 3, c: null }, logins: { a: 20, b: 3, c: 1 } });
  await run(await world.hall(), whole, never);
  world.clock.push(86_400_000);
  begin(world, { ...night, answers: { a: 2, b: 9, c: 1 }, logins: { b: 18, c: 2 } });
  return world;
}
let known: Promise<string> | null = null;
function undisturbed(): Promise<string> {
  known ??= (async () => {
    const world = await secondMorning();
    for (let tries = 0; tries < 2; tries++) {
      await run(await world.hall(), whole, never);
      world.clock.push(10 * minute);
    }
    const shown = JSON.stringify(shownBy(world.crm));
    await world.close();
    return shown;
  })();
  return known;
}
