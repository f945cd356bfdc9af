// The daemon: one run per slot, a failed run does not end it, and stopping waits for what is under way.

import { afterEach, describe, expect, it } from 'vitest';
import { BusyError, SourceError } from '../../src/lib/errors.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { type Daemon, startDaemon } from '../../src/scheduler/daemon.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import type { Store } from '../../src/state/store.ts';
import { pushedClock } from '../support/small-home.ts';

const report = { runId: 'r', state: 'done', exitCode: 0, effects: { applied: 0, rejected: 0 } } as unknown as RunReport;
let daemon: Daemon | null = null;
let store: Store | null = null;
let looks = 0;
afterEach(async () => {
  await daemon?.stop(new Error('the test is over'));
  await store?.close();
  looks = 0;
});

async function open(
  run: (slot: string, signal: AbortSignal, store: Store) => Promise<RunReport>,
  start = '2026-11-21T04:59:30.000Z',
) {
  const clock = pushedClock(start);
  const opened = await openSqliteStore({ path: ':memory:', clock });
  store = opened;
  const told: string[] = [];
  const started = startDaemon({
    schedule: { cron: '0 5 * * *', zone: 'UTC' },
    missedRuns: 'run_once',
    job: 'kenko',
    store: opened,
    now: clock.now,
    log: silentLog,
    run: (slot, signal) => run(slot, signal, opened),
    onSuccess: async () => {
      told.push('heartbeat');
    },
    onLook: async () => {
      looks += 1;
    },
  });
  daemon = started;
  return { clock, daemon: started, store: opened, told };
}
/** What a real run does first: it takes the slot. */
async function take(opened: Store, slot: string, now: string): Promise<void> {
  const { lease } = await opened.runs.open({
    kind: 'run',
    job: 'kenko',
    slot,
    asOf: '2026-11-21',
    configHash: 'c',
    owner: 'o',
    now,
    ttlMs: 60_000,
  });
  await opened.runs.close(lease, { state: 'done', exitCode: 0, report: '{}', now });
}

describe('the daemon', () => {
  it('runs a slot once, however often it looks', async () => {
    const slots: string[] = [];
    const world = await open(async (slot, _signal, opened) => {
      slots.push(slot);
      await take(opened, slot, '2026-11-21T05:00:10.000Z');
      return report;
    });

    await world.daemon.look();
    world.clock.push(40_000);
    await world.daemon.look();
    await world.daemon.look();

    expect(slots).toEqual(['2026-11-21T05:00:00.000Z']);
    expect(world.told).toEqual(['heartbeat']);
  });

  it('outlives a run that failed, and keeps silent then', async () => {
    const world = await open(async () => {
      throw new SourceError('away');
    });
    world.clock.push(40_000);

    await world.daemon.look();

    expect(world.told).toEqual([]);
    expect(looks).toBe(1);
  });

  it('looks for trouble at each look at the clock, whether a slot was due or not', async () => {
    const world = await open(async () => report);

    await world.daemon.look();
    await world.daemon.look();

    expect(looks).toBe(2);
    expect(world.told).toEqual([]);
  });

  it('leaves a slot to whoever holds the lease', async () => {
    const world = await open(async () => {
      throw new BusyError('another run');
    });
    world.clock.push(40_000);

    await expect(world.daemon.look()).resolves.toBeUndefined();
  });

  it('finishes the run under way before it stops, and starts none after', async () => {
    let ended = false;
    let runs = 0;
    const world = await open(async (_slot, signal) => {
      runs += 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      ended = true;
      return report;
    });
    world.clock.push(40_000);
    const looking = world.daemon.look();

    await new Promise((resolve) => setImmediate(resolve));
    await world.daemon.stop(new Error('SIGTERM'));
    await looking;
    await world.daemon.look();

    expect(ended).toBe(true);
    expect(runs).toBe(1);
    expect(world.daemon.draining).toBe(true);
  });
});
