// Work side by side: within the limit, in lanes, in order, and ended as one when a piece of it fails.

import { expect, it } from 'vitest';
import { atOnce } from '../../src/lib/at-once.ts';

const never = new AbortController().signal;
const noLane = () => null;
/** A promise that is kept from outside. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

it('never runs more than the limit, and gives the results in the order of the list', async () => {
  let running = 0;
  let most = 0;

  const found = await atOnce([5, 1, 4, 2, 3], { limit: 2, lane: noLane, signal: never }, async (turns) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    running -= 1;
    return `done ${turns}`;
  });

  expect(found).toEqual(['done 5', 'done 1', 'done 4', 'done 2', 'done 3']);
  expect(most).toBe(2);
});

it('lets the quick ones pass the slow one', async () => {
  const slow = gate();
  const done: string[] = [];

  await atOnce(['slow', 'a', 'b', 'c'], { limit: 2, lane: noLane, signal: never }, async (name) => {
    if (name === 'slow') await slow.opened;
    done.push(name);
    if (done.length === 3) slow.open();
  });

  expect(done).toEqual(['a', 'b', 'c', 'slow']);
});

it('keeps one lane to one at a time without losing the place of another', async () => {
  const inLane = { now: 0, most: 0 };
  const first = gate();
  const started: string[] = [];

  await atOnce(
    ['lane 1', 'lane 2', 'free'],
    { limit: 2, lane: (name) => (name.startsWith('lane') ? 'lane' : null), signal: never },
    async (name) => {
      started.push(name);
      if (name === 'free') return first.open();
      inLane.most = Math.max(inLane.most, ++inLane.now);
      if (name === 'lane 1') await first.opened;
      inLane.now -= 1;
    },
  );

  expect(started).toEqual(['lane 1', 'free', 'lane 2']);
  expect(inLane.most).toBe(1);
});

it('tells the others to stop when one throws, waits for them, and starts no more', async () => {
  const log: string[] = [];

  const all = atOnce(['waits', 'throws', 'late'], { limit: 2, lane: noLane, signal: never }, async (name, signal) => {
    log.push(`${name} starts`);
    if (name === 'throws') throw new Error('the disk is full');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    log.push(`${name} stops`);
  });

  await expect(all).rejects.toThrow('the disk is full');
  expect(log).toEqual(['waits starts', 'throws starts', 'waits stops']);
});

it('has nothing to do for an empty list', async () => {
  expect(await atOnce([], { limit: 3, lane: noLane, signal: never }, async () => 1)).toEqual([]);
});
