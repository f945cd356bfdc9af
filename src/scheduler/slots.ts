// Which slots of a schedule are due. A slot is an instant at which the schedule says "run"; the database remembers the
// last one, so a restart, a sleep or a clock change loses nothing and runs nothing twice. Pure but for the cron library.

import { Cron } from 'croner';

export interface Schedule {
  /** Five fields: minute hour day month weekday. */
  readonly cron: string;
  readonly zone: string;
}

/** The next slot after an instant; null when the schedule never fires again. */
export function nextSlot(schedule: Schedule, after: string): string | null {
  return (
    new Cron(schedule.cron, { timezone: schedule.zone, paused: true, mode: '5-part' })
      .nextRun(new Date(after))
      ?.toISOString() ?? null
  );
}

/** The longest wait between the next few slots, in seconds: a schedule of weekdays waits over the weekend. Null: it never fires again. */
export function intervalSeconds(schedule: Schedule, now: string): number | null {
  const slots = [nextSlot(schedule, now)];
  for (let i = 0; i < 7; i++) {
    const last = slots.at(-1);
    if (last !== null && last !== undefined) slots.push(nextSlot(schedule, last));
  }
  const times = slots.filter((slot) => slot !== null).map((slot) => Date.parse(slot) / 1_000);
  const waits = times.slice(1).map((time, index) => time - (times[index] as number));
  return waits.length === 0 ? null : Math.max(...waits);
}

/**
 * Slots after `last` up to and including `now`, oldest first, at most `limit`. Without a last slot only the present
 * minute counts: a fresh installation does not catch up on a past it never had.
 */
export function dueSlots(schedule: Schedule, last: string | null, now: string, limit = 100): readonly string[] {
  const due: string[] = [];
  let from = last ?? new Date(Date.parse(now) - 60_000).toISOString();
  while (due.length < limit) {
    const next = nextSlot(schedule, from);
    if (next === null || next > now) return due;
    due.push(next);
    from = next;
  }
  return due;
}

/** What to do about due slots: run the newest, skip those before it; or, with `skip`, run only a slot of this minute. */
export function decideSlots(
  due: readonly string[],
  policy: 'run_once' | 'skip',
  now: string,
): { readonly run: string | null; readonly skip: readonly string[] } {
  const newest = due.at(-1);
  if (newest === undefined) return { run: null, skip: [] };
  const onTime = Date.parse(now) - Date.parse(newest) < 5 * 60_000;
  if (policy === 'run_once' || onTime) return { run: newest, skip: due.slice(0, -1) };
  return { run: null, skip: due };
}
