// Slots: what is due follows from the schedule and the last slot, over restarts, sleeps and clock changes.

import { describe, expect, it } from 'vitest';
import { decideSlots, dueSlots, nextSlot, type Schedule } from '../../src/scheduler/slots.ts';

const daily: Schedule = { cron: '0 5 * * *', zone: 'Asia/Tokyo' };
const newYork: Schedule = { cron: '30 2 * * *', zone: 'America/New_York' };

describe('slots', () => {
  it('fall at the wall-clock time of the home', () => {
    expect(nextSlot(daily, '2026-11-21T00:00:00Z')).toBe('2026-11-21T20:00:00.000Z');
  });

  it('are due once: the last one is remembered, not the timer', () => {
    const now = '2026-11-21T20:00:30Z';

    const first = dueSlots(daily, '2026-11-20T20:00:00.000Z', now);
    const again = dueSlots(daily, '2026-11-21T20:00:00.000Z', now);

    expect(first).toEqual(['2026-11-21T20:00:00.000Z']);
    expect(again).toEqual([]);
  });

  it('are all found again after three days of silence', () => {
    expect(dueSlots(daily, '2026-11-18T20:00:00.000Z', '2026-11-21T23:00:00Z')).toHaveLength(3);
  });

  it('do not reach back before the first start', () => {
    expect(dueSlots(daily, null, '2026-11-21T23:00:00Z')).toEqual([]);
    expect(dueSlots(daily, null, '2026-11-21T20:00:20Z')).toEqual(['2026-11-21T20:00:00.000Z']);
  });

  it('happen once on the day an hour is skipped, and once on the day an hour comes twice', () => {
    const spring = dueSlots(newYork, '2027-03-13T12:00:00Z', '2027-03-15T12:00:00Z');
    const autumn = dueSlots(newYork, '2027-11-06T12:00:00Z', '2027-11-08T12:00:00Z');

    expect(spring).toHaveLength(2);
    expect(autumn).toHaveLength(2);
  });

  it('number as many as the year has days, clock changes included', () => {
    const slots = dueSlots(newYork, '2027-01-01T12:00:00Z', '2028-01-01T12:00:00Z', 1_000);

    expect(slots).toHaveLength(365);
    expect(new Set(slots).size).toBe(365);
  });
});

describe('missed slots', () => {
  const due = ['2026-11-19T20:00:00.000Z', '2026-11-20T20:00:00.000Z'];

  it('are made up for by one run of the newest', () => {
    expect(decideSlots(due, 'run_once', '2026-11-21T03:00:00Z')).toEqual({ run: due[1], skip: [due[0]] });
  });

  it('are all let go where the home says skip, but one that is on time runs', () => {
    expect(decideSlots(due, 'skip', '2026-11-21T03:00:00Z')).toEqual({ run: null, skip: due });
    expect(decideSlots(due, 'skip', '2026-11-20T20:01:00Z')).toEqual({ run: due[1], skip: [due[0]] });
  });

  it('are nothing to decide when there are none', () => {
    expect(decideSlots([], 'run_once', '2026-11-21T03:00:00Z')).toEqual({ run: null, skip: [] });
  });
});
