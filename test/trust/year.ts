// L7: a year of virtual time through the slots of the schedule, with both changes to and from summer time, holidays of the
// process and people at work. Each local day must have its run, no day two, and all must be true at the end of each month.

import { seededChance } from '../../src/lib/chance.ts';
import { silentLog } from '../../src/lib/log.ts';
import { run } from '../../src/pipeline/run.ts';
import { startDaemon } from '../../src/scheduler/daemon.ts';
import type { Schedule } from '../../src/scheduler/slots.ts';
import { brokenIn, withinCeiling } from './invariants.ts';
import { begin, type Night, perform } from './story.ts';
import type { Broken } from './watch.ts';
import { makeWorld } from './world.ts';

const never = new AbortController().signal;
const halfHour = 30 * 60_000;

/** Schedules whose hour is skipped or repeated twice a year; Lord Howe moves by half an hour. */
export const schedules: readonly Schedule[] = [
  { cron: '30 2 * * *', zone: 'America/New_York' },
  { cron: '30 1 * * *', zone: 'America/New_York' },
  { cron: '0 2 * * *', zone: 'Australia/Lord_Howe' },
];

/** A year under one schedule. `days` shortens it for a quick look. */
export async function liveAYear(schedule: Schedule, days = 365): Promise<readonly Broken[]> {
  const chance = seededChance(schedule.cron.length + schedule.zone.length);
  const world = await makeWorld(['a', 'b', 'c'], { startAt: '2026-11-21T12:00:00.000Z' });
  const broken: Broken[] = [];
  const slots: string[] = [];
  const memory: number[] = [];
  const daemon = startDaemon({
    schedule,
    missedRuns: 'run_once',
    job: 'kenko',
    store: world.store,
    now: () => world.clock.now(),
    log: silentLog,
    run: async (slot) => {
      slots.push(slot);
      const hall = await world.hall({ owner: 'scheduler:1' });
      return await run(hall, { ...nightly, slot }, never);
    },
    onSuccess: async () => undefined,
  });
  try {
    await daemon.look();
    for (let day = 0; day < days; day++) {
      begin(world, dayOf(chance.fraction, day));
      // The process is away for a while now and then: what it missed is made up for once, and not day by day.
      const away = chance.fraction() < 0.03;
      for (let turn = 0; turn < 48; turn++) {
        world.clock.push(halfHour);
        if (!away || turn === 47) await daemon.look();
      }
      if (chance.fraction() < 0.1) perform(world, { do: 'close', nth: day });
      if (day % 30 === 29) {
        broken.push(...(await brokenIn(world, 'settled')));
        memory.push(process.memoryUsage().rss);
      }
    }
    const local = slots.map((slot) => dayIn(schedule.zone, slot));
    const twice = local.filter((one, at) => local.indexOf(one) !== at);
    for (const one of twice) broken.push({ id: 'I8', what: `${one} was run twice in ${schedule.zone}` });
    if (slots.length < days - 2) broken.push({ id: 'slots', what: `${slots.length} runs in ${days} days` });
    broken.push(...withinCeiling(memory).map((what) => ({ id: 'I13', what })));
    return broken;
  } finally {
    await daemon.stop(new Error('the year is over'));
    await world.close();
  }
}

const nightly = {
  kind: 'run',
  until: null,
  source: null,
  account: null,
  asOf: null,
  reread: true,
  lifted: false,
} as const;

function dayOf(fraction: () => number, day: number): Night {
  const ids = ['a', 'b', 'c'].filter(() => day === 0 || fraction() < 0.3);
  const numbers = (upTo: number) => Object.fromEntries(ids.map((id) => [id, Math.floor(fraction() * upTo)]));
  return {
    days: 1,
    answers: fraction() < 0.2 || day === 0 ? numbers(11) : {},
    logins: numbers(3),
    people: [],
    command: 'run',
  };
}
function dayIn(zone: string, instant: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(new Date(instant));
}
