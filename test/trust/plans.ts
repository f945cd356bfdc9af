// What goes wrong, enumerated or by chance: every single crash with every fault on every call, pairs of crashes, and plans
// from a seed. The same number always makes the same plan.

import { type Chance, seededChance } from '../../src/lib/chance.ts';
import { type CallFault, callFaults, readFaults } from '../support/map-crm.ts';
import { type Act, type Story, stories, storyOf } from './story.ts';
import { calm, type Disturbance, live, type Plan } from './trial.ts';

export interface Trial {
  /** What to type to see it again. */
  readonly replay: string;
  readonly story: Story;
  readonly plan: Plan;
}

const lastNight = (story: Story): number => story.nights.length - 1;
const disturbing = (story: Story, disturbance: Disturbance): Plan => new Map([[lastNight(story), disturbance]]);

/** Each fault that makes sense on each call of the undisturbed last night, and none. */
async function faultsOf(story: Story): Promise<{
  readonly steps: number;
  readonly faults: readonly (readonly [number, CallFault] | null)[];
}> {
  const { steps, calls } = await live(story, disturbing(story, calm));
  const faults = calls.flatMap((call, at) =>
    (call === 'write' ? callFaults : readFaults).map((kind) => [at + 1, kind] as const),
  );
  return { steps, faults: [null, ...faults] };
}

export interface Single extends Trial {
  readonly crash: number | null;
  readonly fault: readonly [number, CallFault] | 'full' | null;
}
/** A story with one fault, or none: what L1 is cut into for several processes. */
export interface Cell {
  readonly story: Story;
  readonly fault: readonly [number, CallFault] | 'full' | null;
  readonly steps: number;
}

/** Every story with no fault, each fault on each call, and a disk that fills up. */
export async function cells(which: readonly Story[] = stories): Promise<readonly Cell[]> {
  const all: Cell[] = [];
  for (const story of which) {
    const { steps, faults } = await faultsOf(story);
    for (const fault of [...faults, 'full' as const]) all.push({ story, fault, steps });
  }
  return all;
}

/** L1, one cell: without a crash, and with one at every step of it. What is full, is full from that step on. */
export function* trialsOf({ story, fault, steps }: Cell): Generator<Single> {
  const name = fault === null ? 'none' : fault === 'full' ? fault : fault.join('-');
  for (let step = fault === 'full' ? 1 : 0; step <= steps; step++) {
    const crash = step === 0 || fault === 'full' ? null : step;
    const disturbance: Disturbance = {
      crashes: crash === null ? [] : [crash],
      faults: fault === null || fault === 'full' ? [] : [fault],
      ...(fault === 'full' ? { fullAt: step } : {}),
    };
    const replay = `npm run trust -- --only singles --seed ${stories.indexOf(story)}.${name}.${step}`;
    yield { replay, story, crash, fault, plan: disturbing(story, disturbance) };
  }
}

/** L1, all of it in one row. */
export async function* singles(which: readonly Story[] = stories): AsyncGenerator<Single> {
  for (const cell of await cells(which)) yield* trialsOf(cell);
}

/** L2: two crashes and a fault, drawn by chance from all there are. */
export async function pairOf(seed: number): Promise<Trial> {
  const chance = seededChance(seed + 7_000_000);
  const story = stories[seed % stories.length] as Story;
  const { steps, faults } = await knownFaults(story);
  const fault = faults[Math.floor(chance.fraction() * faults.length)] ?? null;
  const crash = () => 1 + Math.floor(chance.fraction() * steps);
  return {
    replay: `npm run trust -- --only pairs --seed ${seed}`,
    story,
    plan: disturbing(story, { crashes: [crash(), crash()], faults: fault === null ? [] : [fault] }),
  };
}
const known = new Map<string, ReturnType<typeof faultsOf>>();
function knownFaults(story: Story): ReturnType<typeof faultsOf> {
  const found = known.get(story.name) ?? faultsOf(story);
  known.set(story.name, found);
  return found;
}

/**
 * As many stories as there are nights to compare with, kept in memory; the plans of what goes wrong are without number. So many
 * plans later come other stories.
 */
const manyStories = 400;
const plansBeforeOthers = 20_000;

/** L3: a story and up to three crashes a night, three calls of ten faulty, people in the middle of runs, clocks that jump. */
export function randomOf(seed: number): Trial {
  const chance = seededChance(seed);
  const story = storyOf((seed % manyStories) + manyStories * Math.floor(seed / plansBeforeOthers));
  const plan = new Map<number, Disturbance>();
  for (let night = 0; night < story.nights.length; night++)
    if (chance.fraction() < 0.7) plan.set(night, disturbanceOf(chance));
  return { replay: `npm run trust -- --only random --seed ${seed}`, story, plan };
}
function disturbanceOf(chance: Chance): Disturbance {
  const upTo = (n: number) => Math.floor(chance.fraction() * n);
  const odds = (share: number) => chance.fraction() < share;
  const faults: [number, CallFault][] = [];
  if (odds(0.8)) {
    for (let call = 1; call <= 30; call++)
      if (odds(0.3)) faults.push([call, callFaults[upTo(callFaults.length)] as CallFault]);
  }
  const acts: [number, Act][] = [];
  const kinds: readonly Act['do'][] = ['edit', 'empty', 'close', 'delete', 'reassign', 'edit_task', 'merge'];
  while (odds(0.25)) acts.push([1 + upTo(14), { do: kinds[upTo(kinds.length)] as Act['do'], nth: upTo(4) }]);
  return {
    crashes: Array.from({ length: upTo(4) }, () => 1 + upTo(120)),
    faults,
    ...(acts.length > 0 ? { acts } : {}),
    ...(odds(0.1) ? { jumps: [-60] } : {}),
    ...(odds(0.05) ? { fullAt: 1 + upTo(110) } : {}),
  };
}
