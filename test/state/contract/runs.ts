// Chapter one: the journal is the lock.

import { describe, expect, it } from 'vitest';
import { BusyError } from '../../../src/lib/errors.ts';
import { minutesLater, now, setEffect } from '../../support/builders.ts';
import { endRun, type Open, sealedPlan, startRun, withStore } from './scene.ts';

export function runsContract(open: Open): void {
  describe('runs', () => {
    it('a second run of the job is told who holds the lease and until when', () =>
      withStore(open, async (store) => {
        const lease = await startRun(store);

        const second = startRun(store, { owner: 'host-2' });

        await expect(second).rejects.toThrow(BusyError);
        await expect(second).rejects.toThrow(lease.runId);
        await expect(second).rejects.toMatchObject({ where: expect.stringContaining('host-1'), retryAfterMs: 60_000 });
      }));

    it('another job has a lease of its own', () =>
      withStore(open, async (store) => {
        await startRun(store);

        const other = await startRun(store, { job: 'other' });

        expect(other.epoch).toBe(1);
      }));

    it('a run whose lease ran out is closed as aborted, and the epoch grows', () =>
      withStore(open, async (store) => {
        const first = await startRun(store);
        await store.runs.stage(first, 'apply', now);

        const second = await store.runs.open({
          kind: 'run',
          job: 'kenko',
          slot: null,
          asOf: '2026-09-15',
          configHash: 'config-1',
          owner: 'host-2',
          now: minutesLater(2),
          ttlMs: 60_000,
        });

        expect(second.aborted).toMatchObject([{ id: first.runId, state: 'aborted', stage: 'apply', exitCode: null }]);
        expect(second.lease.epoch).toBeGreaterThan(first.epoch);
        expect(await store.runs.get(first.runId)).toMatchObject({ state: 'aborted', endedAt: minutesLater(2) });
      }));

    it('whoever lost the lease can neither beat, nor write, nor close', () =>
      withStore(open, async (store) => {
        const lost = await startRun(store);
        await startRun(store, { now: minutesLater(2) });

        await expect(store.runs.beat(lost, minutesLater(2), 60_000)).rejects.toThrow(BusyError);
        await expect(store.accounts.beginPass(lost)).rejects.toThrow(BusyError);
        await expect(store.plans.draft(lost, { asOf: '2026-09-14', configHash: 'c', now })).rejects.toThrow(BusyError);
        await expect(endRun(store, lost)).rejects.toThrow(BusyError);
      }));

    it('a heartbeat prolongs the lease', () =>
      withStore(open, async (store) => {
        const lease = await startRun(store);

        await store.runs.beat(lease, minutesLater(1), 60_000);

        await expect(startRun(store, { now: minutesLater(1.5) })).rejects.toThrow(BusyError);
      }));

    it('effects that an aborted run had under way are of unknown fate', () =>
      withStore(open, async (store) => {
        const lease = await startRun(store);
        const plan = await sealedPlan(store, lease, [setEffect('A-1'), setEffect('A-2')]);
        await store.outbox.claim(lease, plan, 'salesforce', 1, now);

        await startRun(store, { now: minutesLater(2) });

        expect(await store.plans.counts(plan)).toEqual({ unknown: 1, ready: 1 });
      }));

    it('a closed run keeps its report, and the next may start', () =>
      withStore(open, async (store) => {
        const lease = await startRun(store, { kind: 'plan' });

        await store.runs.close(lease, { state: 'held', exitCode: 3, report: '{"held":true}', now: minutesLater(1) });

        expect(await store.runs.get(lease.runId)).toMatchObject({
          kind: 'plan',
          state: 'held',
          exitCode: 3,
          report: '{"held":true}',
          endedAt: minutesLater(1),
        });
        expect((await startRun(store)).epoch).toBe(lease.epoch + 1);
      }));

    it('lists runs newest first, all or of one kind', () =>
      withStore(open, async (store) => {
        const ids: string[] = [];
        for (const kind of ['run', 'plan', 'run'] as const) {
          const lease = await startRun(store, { kind });
          ids.push(lease.runId);
          await endRun(store, lease);
        }

        const all = await store.runs.last(2);
        const plans = await store.runs.last(5, 'plan');

        expect(all.map((run) => run.id)).toEqual([ids[2], ids[1]]);
        expect(plans.map((run) => run.id)).toEqual([ids[1]]);
        expect(await store.runs.get('nobody')).toBeNull();
      }));

    it('a slot is run once, and a skipped one never', () =>
      withStore(open, async (store) => {
        const early = '2026-09-14T03:00:00Z';
        const late = '2026-09-15T03:00:00Z';
        await endRun(store, await startRun(store, { slot: early }));
        await store.runs.skipSlot('kenko', late, now);

        await expect(startRun(store, { slot: early })).rejects.toThrow(BusyError);
        await expect(startRun(store, { slot: late })).rejects.toThrow(BusyError);
        expect(await store.runs.lastSlot('kenko')).toBe(late);
        expect(await store.runs.lastSlot('other')).toBeNull();
      }));
  });
}
