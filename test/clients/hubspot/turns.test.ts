// HubSpot's windows: so many calls in any ten seconds, so many searches in any second.

import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../src/clients/hubspot/turns.ts';
import { swiftClock } from './clock.ts';
import { calm } from './wire.ts';

/** The most starts that any window of `windowMs` holds. */
function densest(starts: readonly number[], windowMs: number): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + windowMs).length));
}
async function starts(count: number, kind: 'call' | 'search', learn: readonly [number, number] | null = null) {
  const clock = swiftClock();
  const turns = createTurns(clock);
  if (learn !== null) turns.learn(...learn);
  const at: number[] = [];
  for (let n = 0; n < count; n++) {
    await turns.take(kind, calm);
    at.push(clock.ticks());
    clock.push(3);
  }
  return at;
}

describe('turns', () => {
  it('no ten seconds hold more than the smallest published limit, until the portal names its own', async () => {
    expect(densest(await starts(400, 'call'), 10_000)).toBe(95);
  });
  it("a portal's own limit is used to nineteen twentieths", async () => {
    const at = await starts(800, 'call', [190, 190]);

    expect(densest(at, 10_000)).toBe(180);
    // Eight hundred calls need four full windows of 180 and a bit.
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThan(45_000);
  });
  it('no second holds more than four searches, and they do not use up the calls', async () => {
    const at = await starts(40, 'search');

    expect(densest(at, 1_000)).toBe(4);
  });
  it('steps back for another process that works with the same key, and forgets it after the window', async () => {
    const clock = swiftClock();
    const turns = createTurns(clock);
    turns.learn(100, 40);
    for (let n = 0; n < 36; n++) await turns.take('call', calm);
    const waited = clock.slept.reduce((sum, ms) => sum + ms, 0);
    clock.push(30_000);
    const before = clock.slept.length;
    for (let n = 0; n < 90; n++) await turns.take('call', calm);

    expect(waited).toBeGreaterThan(9_000);
    expect(clock.slept.length).toBe(before);
  });
  it('whoever is stopped while waiting leaves the line to the others', async () => {
    const turns = createTurns(swiftClock());
    const stop = AbortSignal.abort(new Error('stopped'));

    await expect(turns.take('call', stop)).rejects.toThrow('stopped');
    await expect(turns.take('call', calm)).resolves.toBeUndefined();
  });
});
