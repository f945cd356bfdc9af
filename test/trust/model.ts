// Model-based: commands by chance against a world and against a model that knows four things only: which day it is, what the
// sources said, which records and tasks a person has had a hand on, and which run could be taken back. Shrinks to the few
// commands that matter.

import fc from 'fast-check';
import { breathe } from '../../src/lib/breathe.ts';
import { Crash, KenkoError } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { type CallFault, callFaults } from '../support/map-crm.ts';
import { never, whole as nightly } from '../support/small-run.ts';
import { brokenIn } from './invariants.ts';
import { type Act, begin, type Night, perform } from './story.ts';
import { makeWorld, type World } from './world.ts';

/** What the model remembers. */
interface Model {
  /** Customers that have ever had a row. */
  readonly known: Set<string>;
  badSource: boolean;
  lastRun: string | null;
}
type Command = fc.AsyncCommand<Model, World>;

const minute = 60_000;
const quiet: Night = { days: 0, answers: {}, logins: {}, people: [], command: 'run' };
const customers = ['a', 'b', 'c'] as const;

/** Runs once and looks: nothing that is always true may be broken, whatever happened to the run. */
async function tick(world: World, model: Model, dieAt: number | null): Promise<void> {
  const before = world.crm.journal.length;
  let steps = 0;
  let dead = false;
  const stop = onStep((name) => {
    steps += 1;
    dead ||= steps === dieAt;
    if (dead) throw new Crash(name);
  });
  try {
    const report = await run(await world.hall(), nightly, never);
    model.lastRun = report.runId;
  } catch (error) {
    if (error instanceof Crash) for (let turn = 0; turn < 5; turn++) await breathe();
    else if (!(error instanceof KenkoError) || error.code === 'E_BUG') throw error;
  } finally {
    stop();
  }
  if (model.badSource && world.crm.journal.length > before) throw new Error('I6: a bad source led to writes');
  await requireWhole(world, 'always');
}
async function requireWhole(world: World, when: 'always' | 'settled'): Promise<void> {
  const broken = await brokenIn(world, when);
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
}

class UsageArrives implements Command {
  readonly id: string;
  readonly logins: number;
  readonly answer: number | null;
  constructor(id: string, logins: number, answer: number | null) {
    Object.assign(this, { id, logins, answer });
    this.id = id;
    this.logins = logins;
    this.answer = answer;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const { weather } = world.feed;
    const was = { ...weather };
    begin(world, { ...quiet, answers: { [this.id]: this.answer }, logins: { [this.id]: this.logins } });
    Object.assign(weather, was);
    model.known.add(this.id);
  }
  toString = () => `UsageArrives(${this.id}, ${this.logins}, ${this.answer})`;
}

/** A command without arguments that matter to the model. */
function simple(name: string, work: (model: Model, world: World) => Promise<void> | void): Command {
  return {
    check: () => true,
    run: async (model, world) => {
      await work(model, world);
    },
    toString: () => name,
  };
}
const human = (what: Act['do'], nth: number) =>
  simple(`Human ${what} ${nth}`, (_model, world) => {
    world.clock.push(2 * minute);
    perform(world, { do: what, nth });
  });

const commands = (): fc.Arbitrary<Iterable<Command>> => {
  const nth = fc.nat({ max: 3 });
  const arrives = fc
    .tuple(fc.constantFrom(...customers), fc.nat({ max: 20 }), fc.option(fc.nat({ max: 10 })))
    .map(([id, logins, answer]) => new UsageArrives(id, logins, answer));
  const once = (name: string, work: (model: Model, world: World) => Promise<void> | void) =>
    fc.constant(simple(name, work));
  const bad = (model: Model, world: World, weather: World['feed']['weather']) => {
    Object.assign(world.feed.weather, weather);
    model.badSource = weather.customers !== 'fine' || weather.usage !== 'fine';
  };
  return fc.commands(
    [
      arrives,
      arrives,
      once('RunTick', async (model, world) => {
        world.clock.push(10 * minute);
        await tick(world, model, null);
      }),
      once('SourceGoesEmpty', (model, world) => {
        // A source that never had a row is not empty but new.
        if (world.db.get(`SELECT 1 FROM meta WHERE name = 'expected customers'`) !== undefined && model.known.size > 0)
          bad(model, world, { customers: 'empty', usage: 'fine' });
      }),
      once('SourceStale', (model, world) => bad(model, world, { customers: 'fine', usage: 'away' })),
      once('SourceMended', (model, world) => bad(model, world, { customers: 'fine', usage: 'fine' })),
      fc.integer({ min: 1, max: 120 }).map((step) =>
        simple(`CrashAt(${step})`, async (model, world) => {
          world.clock.push(10 * minute);
          await tick(world, model, step);
        }),
      ),
      fc.tuple(fc.integer({ min: 1, max: 14 }), fc.constantFrom(...callFaults)).map(([call, kind]) =>
        simple(`Fault(${call}, ${kind})`, (_model, world) => {
          world.crm.callFaults.set(world.crm.callCount + call, kind as CallFault);
        }),
      ),
      nth.map((one) => human('edit', one)),
      nth.map((one) => human('close', one)),
      nth.map((one) => human('delete', one)),
      nth.map((one) => human('edit_task', one)),
      once('MergeAccounts', (_model, world) => perform(world, { do: 'merge', nth: 0 })),
      fc
        .constantFrom(-60, 24 * 60, 9 * 24 * 60)
        .map((minutes) => simple(`ClockJump(${minutes} min)`, (_model, world) => world.clock.push(minutes * minute))),
      fc.constantFrom('plain' as const, 'heavier' as const).map((frame) =>
        simple(`ConfigChange(${frame})`, (_model, world) => {
          world.frame = frame;
        }),
      ),
      once('Undo', async (model, world) => {
        if (model.lastRun === null) return;
        world.clock.push(10 * minute);
        try {
          await undoRun(await world.hall(), model.lastRun, never);
        } catch (error) {
          if (!(error instanceof KenkoError) || error.code === 'E_BUG') throw error;
        }
        await requireWhole(world, 'always');
      }),
      once('Erase', async (_model, world) => {
        await world.store.eraseContact('nobody@example.test', world.clock.now());
        await requireWhole(world, 'always');
      }),
      once('SecondInstanceStarts', async (model, world) => {
        // Both at once: one of them finds the door shut, and nothing is sent twice.
        world.clock.push(10 * minute);
        const both = await Promise.allSettled(
          ['test:1', 'test:2'].map(async (owner) => await run(await world.hall({ owner }), nightly, never)),
        );
        for (const one of both) {
          if (one.status === 'fulfilled') model.lastRun = one.value.runId;
          else if (!(one.reason instanceof KenkoError) || one.reason.code === 'E_BUG') throw one.reason;
        }
        await requireWhole(world, 'always');
      }),
    ],
    { maxCommands: 30, size: 'max' },
  );
};

/** Runs so many model runs; throws fast-check's report with its seed and the shrunk commands. */
export async function checkModel(runs: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands(), async (list) => {
      const world = await makeWorld(customers);
      try {
        const model: Model = { known: new Set(), badSource: false, lastRun: null };
        await fc.asyncModelRun(() => ({ model, real: world }), list);
        // In the end the trouble is over, and two runs bring everything in order.
        world.crm.callFaults.clear();
        Object.assign(world.feed.weather, { customers: 'fine', usage: 'fine' });
        model.badSource = false;
        for (let times = 0; times < 3; times++) {
          world.clock.push(70 * minute);
          await tick(world, model, null);
        }
        await requireWhole(world, 'settled');
      } finally {
        await world.close();
      }
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
}
