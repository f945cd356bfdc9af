// One process's share of the proof: which trials of which level it lives, what was broken, and what was seen on the way. The
// shares of all processes added up are the table that `npm run trust` prints.

import { seededChance } from '../../src/lib/chance.ts';
import { hubspotRows, salesforceRows } from './classifier.ts';
import { killOften } from './kill.ts';
import { checkModel } from './model.ts';
import { cells, pairOf, randomOf, type Trial, trialsOf } from './plans.ts';
import { live, type Told } from './trial.ts';
import { liveTwice } from './two.ts';
import { liveAYear, schedules } from './year.ts';

export const levels = ['singles', 'pairs', 'random', 'two', 'kills', 'year', 'model', 'classifier'] as const;
export type Level = (typeof levels)[number];

/** How much of each level; 0: none. */
export interface Amounts {
  readonly singles: number;
  readonly pairs: number;
  readonly random: number;
  readonly two: number;
  readonly kills: number;
  /** Days. */
  readonly year: number;
  readonly model: number;
  readonly classifier: number;
}
export interface Violation {
  readonly level: Level;
  readonly id: string;
  readonly what: string;
  readonly replay: string;
}
export interface Share {
  readonly trials: Record<Level, number>;
  readonly ms: Record<Level, number>;
  readonly violations: Violation[];
  readonly moves: Set<string>;
  /** Classifier rows: name → whether it was seen to decide. */
  readonly rows: Map<string, boolean>;
}
export interface Job {
  readonly amounts: Amounts;
  /** First seed of the levels that are drawn by chance. */
  readonly from: number;
  /** This process of so many. */
  readonly worker: number;
  readonly workers: number;
  /** Single crashes and random plans end after so many seconds; null: when all are done. */
  readonly seconds: number | null;
  /** Told now and then. */
  readonly onProgress: (share: Share) => void;
}

export function emptyShare(): Share {
  const none = (): Record<Level, number> => ({
    singles: 0,
    pairs: 0,
    random: 0,
    two: 0,
    kills: 0,
    year: 0,
    model: 0,
    classifier: 0,
  });
  return { trials: none(), ms: none(), violations: [], moves: new Set(), rows: new Map() };
}

/** Lives this process's share. */
export async function liveShare(job: Job): Promise<Share> {
  const share = emptyShare();
  const { amounts, from, worker, workers } = job;
  const until = job.seconds === null ? Number.POSITIVE_INFINITY : performance.now() + job.seconds * 1_000;
  const mine = (at: number) => at % workers === worker;
  const note = (level: Level, replay: string, broken: readonly { readonly id: string; readonly what: string }[]) => {
    for (const one of broken) if (share.violations.length < 200) share.violations.push({ level, replay, ...one });
  };
  const timed = async (level: Level, work: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await work();
    share.ms[level] += performance.now() - started;
  };
  const attempt = async (level: Level, trial: Trial): Promise<Told | null> => {
    share.trials[level] += 1;
    if (share.trials[level] % 200 === 0) job.onProgress(share);
    try {
      const told = await live(trial.story, trial.plan);
      note(level, trial.replay, told.broken);
      for (const move of told.moves) share.moves.add(move);
      return told;
    } catch (error) {
      note(level, trial.replay, [{ id: 'bug', what: error instanceof Error ? (error.stack ?? '') : String(error) }]);
      return null;
    }
  };

  if (amounts.singles > 0)
    await timed('singles', async () => {
      const chance = seededChance(from + 1);
      // In an order by chance, so that a run which is cut short has seen something of everything.
      const all = (await cells()).map((cell) => ({ cell, place: chance.fraction() })).sort((a, b) => a.place - b.place);
      for (const [at, { cell }] of all.entries()) {
        if (!mine(at) || performance.now() > until) continue;
        for (const trial of trialsOf(cell)) {
          const told = await attempt('singles', trial);
          // With this fault the try ends before this step: all later ones are the same trial again.
          if (trial.crash !== null && told?.allCrashed === false) break;
        }
      }
    });
  if (amounts.pairs > 0)
    await timed('pairs', async () => {
      for (let seed = from; seed < from + amounts.pairs; seed++)
        if (mine(seed)) await attempt('pairs', await pairOf(seed));
    });
  if (amounts.two > 0)
    await timed('two', async () => {
      for (let seed = from; seed < from + amounts.two; seed++) {
        if (!mine(seed)) continue;
        share.trials.two += 1;
        note('two', `npm run trust -- --only two --seed ${seed}`, await liveTwice(seed));
      }
    });
  if (amounts.model > 0)
    await timed('model', async () => {
      const runs = Math.ceil(amounts.model / workers);
      const seed = from * workers + worker + 1;
      share.trials.model += runs;
      try {
        await checkModel(runs, seed);
      } catch (error) {
        const replay = `npm run trust -- --only model --seed ${seed} --runs ${runs}`;
        note('model', replay, [{ id: 'model', what: error instanceof Error ? error.message : String(error) }]);
      }
    });
  if (amounts.year > 0)
    await timed('year', async () => {
      for (const [at, schedule] of schedules.entries()) {
        if (!mine(at)) continue;
        share.trials.year += amounts.year;
        note('year', 'npm run trust -- --only year', await liveAYear(schedule, amounts.year));
      }
    });
  if (amounts.classifier > 0 && worker === 0)
    await timed('classifier', async () => {
      for (const { name, isSeen } of [...hubspotRows(), ...salesforceRows()]) {
        share.trials.classifier += 1;
        share.rows.set(name, isSeen);
        if (!isSeen)
          note('classifier', 'npm run trust -- --only classifier', [{ id: 'row', what: `${name} does not decide` }]);
      }
    });
  if (amounts.kills > 0 && worker === workers - 1)
    await timed('kills', async () => {
      const { kills, broken } = await killOften(amounts.kills, from);
      share.trials.kills += kills;
      note('kills', `npm run trust -- --only kills --from ${from} --kills ${amounts.kills}`, broken);
    });
  if (amounts.random > 0)
    await timed('random', async () => {
      for (let seed = from; seed < from + amounts.random && performance.now() < until; seed++)
        if (mine(seed)) await attempt('random', randomOf(seed));
    });
  return share;
}

/** One trial again, by what its violation said. */
export async function replay(level: Level, seed: string, runs: number): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  const told = (broken: readonly { readonly id: string; readonly what: string }[]) =>
    violations.push(...broken.map((one) => ({ level, replay: '', ...one })));
  const number = Number(seed);
  if (level === 'random') told(await brokenBy(randomOf(number)));
  else if (level === 'pairs') told(await brokenBy(await pairOf(number)));
  else if (level === 'two') told(await liveTwice(number));
  else if (level === 'model')
    await checkModel(runs, number).catch((error: Error) => told([{ id: 'model', what: error.message }]));
  else if (level === 'singles') {
    for (const cell of await cells())
      for (const trial of trialsOf(cell)) if (trial.replay.endsWith(` --seed ${seed}`)) told(await brokenBy(trial));
  } else throw new RangeError(`${level} has no seeds`);
  return violations;
}
async function brokenBy(trial: Trial): Promise<Told['broken']> {
  return (await live(trial.story, trial.plan)).broken;
}
