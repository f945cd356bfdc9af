// Chapter five: a plan is drafted, sealed, approved or dropped; no effect ever vanishes.

import { describe, expect, it } from 'vitest';
import { BusyError } from '../../../src/lib/errors.ts';
import { asOf, minutesLater, now, setEffect, settlement, tally, taskEffect } from '../../support/builders.ts';
import { endRun, type Open, sealedPlan, startRun, withRun } from './scene.ts';

export function plansContract(open: Open): void {
  describe('plans', () => {
    it('a draft is empty, and its effects come back in the order they were added', () =>
      withRun(open, async (store, lease) => {
        const plan = await store.plans.draft(lease, { asOf, configHash: 'config-1', now });
        const remark = {
          account: 'a',
          crm: 'salesforce',
          word: 'health_score',
          kind: 'locked',
          says: 'locked',
        } as const;

        await store.plans.add(lease, plan, [setEffect('b'), setEffect('a')], [remark]);
        await store.plans.add(lease, plan, [taskEffect('a')], []);

        const effects = await store.plans.effects(plan, 0, 10);
        expect(await store.plans.get(plan)).toMatchObject({
          runId: lease.runId,
          state: 'draft',
          complete: false,
          hash: '',
          tally: tally(),
          createdAt: now,
        });
        expect(effects).toMatchObject([setEffect('b'), setEffect('a'), taskEffect('a')]);
        expect(effects[0]).toMatchObject({ plan, state: 'planned', attempts: 0, crmId: null, problem: null });
        expect(await store.plans.effects(plan, effects[0]?.id ?? 0, 1)).toEqual([effects[1]]);
        expect(await store.plans.remarks(plan, 5)).toEqual([remark]);
      }));

    it('sealing fixes hash, tally and verdicts and makes its effects ready', () =>
      withRun(open, async (store, lease) => {
        const plan = await store.plans.draft(lease, { asOf, configHash: 'config-1', now });
        await store.plans.add(lease, plan, [setEffect('a')], []);
        const verdict = { gate: 'G5', answer: 'pass', value: 0.1, limit: 0.2, says: 'few changed band' } as const;

        await store.plans.seal(lease, plan, {
          hash: 'h-1',
          tally: tally({ set: 1 }),
          verdicts: [verdict],
          as: 'ready',
          now,
        });

        expect(await store.plans.get(plan)).toMatchObject({
          state: 'ready',
          complete: true,
          hash: 'h-1',
          tally: tally({ set: 1 }),
          verdicts: [verdict],
        });
        expect(await store.plans.counts(plan)).toEqual({ ready: 1 });
      }));

    it('a stopped plan is complete and keeps its effects planned', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')], 'stopped');

        expect(await store.plans.get(plan)).toMatchObject({ state: 'stopped', complete: true });
        expect(await store.plans.counts(plan)).toEqual({ planned: 1 });
        expect(await store.outbox.claim(lease, plan, 'salesforce', 10, now)).toEqual([]);
      }));

    it('nothing is added to a sealed plan, and it is not sealed twice', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);

        await expect(store.plans.add(lease, plan, [setEffect('b')], [])).rejects.toThrow(BusyError);
        await expect(
          store.plans.seal(lease, plan, { hash: 'x', tally: tally(), verdicts: [], as: 'ready', now }),
        ).rejects.toThrow(BusyError);
      }));

    it('a yes to exactly this plan makes its effects ready and stands in the audit', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')], 'held', 'h-1');

        const yes = await store.plans.approve(plan, { hash: 'h-1', actor: 'console:anna', now: minutesLater(5) });

        expect(yes).toBe(true);
        expect(await store.plans.get(plan)).toMatchObject({ state: 'ready' });
        expect(await store.plans.counts(plan)).toEqual({ ready: 1 });
        expect(await store.audit.rows(0, 10)).toMatchObject([
          { action: 'approve', actor: 'console:anna', before: { plan, state: 'held' }, after: { hash: 'h-1' } },
        ]);
      }));

    it('a yes to another hash, to an older plan than a day, or to a plan that is not held is no yes', () =>
      withRun(open, async (store, lease) => {
        const held = await sealedPlan(store, lease, [setEffect('a')], 'held', 'h-1');
        const say = (hash: string, minutes: number) =>
          store.plans.approve(held, { hash, actor: 'anna', now: minutesLater(minutes) });

        expect(await say('h-2', 1)).toBe(false);
        expect(await say('h-1', 24 * 60)).toBe(false);
        expect(await store.plans.approve(999, { hash: 'h-1', actor: 'anna', now })).toBe(false);
        expect(await store.plans.counts(held)).toEqual({ held: 1 });
        expect(await say('h-1', 24 * 60 - 1)).toBe(true);
        expect(await say('h-1', 2)).toBe(false);
      }));

    it('a person’s no cancels what was not sent, once', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')], 'held');

        const dropped = await store.plans.cancel(plan, 'not today', 'console:anna', now);

        expect(dropped).toBe(2);
        expect(await store.plans.get(plan)).toMatchObject({ state: 'cancelled' });
        expect(await store.plans.counts(plan)).toEqual({ cancelled: 2 });
        expect(await store.plans.cancel(plan, 'again', 'console:anna', now)).toBe(0);
        expect(await store.audit.rows(0, 10)).toMatchObject([
          { action: 'cancel', actor: 'console:anna', why: 'not today' },
        ]);
      }));

    it('a new draft drops what older plans did not send, and leaves what is under way', () =>
      withRun(open, async (store, lease) => {
        const sending = await sealedPlan(store, lease, [setEffect('a'), setEffect('b'), setEffect('c')]);
        const [first, second] = await store.outbox.claim(lease, sending, 'salesforce', 2, now);
        await store.outbox.settle(lease, [settlement(first?.id ?? 0, 'unknown')], { now, actor: 'cli' });
        const held = await sealedPlan(store, lease, [setEffect('d')], 'held');
        const stopped = await sealedPlan(store, lease, [setEffect('e')], 'stopped');

        await store.plans.draft(lease, { asOf, configHash: 'config-1', now });

        expect(second?.state).toBe('inflight');
        expect(await store.plans.counts(sending)).toEqual({ unknown: 1, inflight: 1, cancelled: 1 });
        expect(await store.plans.counts(held)).toEqual({ cancelled: 1 });
        expect(await store.plans.counts(stopped)).toEqual({ cancelled: 1 });
        expect((await store.plans.last(9)).map((plan) => plan.state)).toEqual([
          'draft',
          'stopped',
          'cancelled',
          'cancelled',
        ]);
      }));

    it('a plan that was cancelled while it was drafted cannot be sealed', () =>
      withRun(open, async (store, lease) => {
        const plan = await store.plans.draft(lease, { asOf, configHash: 'config-1', now });
        await store.plans.cancel(plan, 'stop', 'cli', now);

        const sealing = store.plans.seal(lease, plan, { hash: 'h', tally: tally(), verdicts: [], as: 'ready', now });

        await expect(sealing).rejects.toThrow(BusyError);
      }));

    it('an approval still stands for the same hash when nothing was sent of the plan it was given to', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [setEffect('a')], 'held', 'same');
        await store.plans.approve(first, { hash: 'same', actor: 'anna', now: minutesLater(1) });

        const again = await sealedPlan(store, lease, [setEffect('a')], 'held', 'same');
        const other = await sealedPlan(store, lease, [setEffect('a')], 'held', 'other');

        expect(await store.plans.counts(again)).toEqual({ cancelled: 1 });
        expect(await store.plans.counts(other)).toEqual({ held: 1 });
      }));

    it('an approval does not stand when a part of its plan was sent', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')], 'held', 'same');
        await store.plans.approve(first, { hash: 'same', actor: 'anna', now: minutesLater(1) });
        const [claimed] = await store.outbox.claim(lease, first, 'salesforce', 1, now);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'applied')], { now, actor: 'cli' });

        const again = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')], 'held', 'same');

        expect((await store.plans.get(again))?.state).toBe('held');
      }));

    it('a standing approval makes the new plan ready, and a person’s later no ends it', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [setEffect('a')], 'held', 'same');
        await store.plans.approve(first, { hash: 'same', actor: 'anna', now: minutesLater(1) });
        const second = await sealedPlan(store, lease, [setEffect('a')], 'held', 'same');
        const stateOfSecond = (await store.plans.get(second))?.state;
        await store.plans.cancel(second, 'no after all', 'anna', now);

        const third = await sealedPlan(store, lease, [setEffect('a')], 'held', 'same');

        expect(stateOfSecond).toBe('ready');
        expect((await store.plans.get(third))?.state).toBe('held');
      }));

    it('a target of unknown fate is left alone by the next plan', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [setEffect('a')]);
        const [claimed] = await store.outbox.claim(lease, first, 'salesforce', 1, now);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'unknown')], { now, actor: 'cli' });

        const second = await sealedPlan(store, lease, [setEffect('a', { key: 'a/set/50' }), setEffect('b')]);
        const held = await sealedPlan(store, lease, [setEffect('a', { key: 'a/set/40' })], 'held', 'h-9');
        await store.plans.approve(held, { hash: 'h-9', actor: 'anna', now });

        expect(await store.plans.counts(first)).toEqual({ unknown: 1 });
        expect(await store.plans.counts(second)).toEqual({ skipped: 1, cancelled: 1 });
        expect(await store.plans.counts(held)).toEqual({ cancelled: 1 });
      }));

    it('is applied when nothing is left to send, and tells the configuration it was made with', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);
        const before = await store.plans.appliedConfig();

        await store.plans.finish(lease, plan, now);
        const tooEarly = (await store.plans.get(plan))?.state;
        const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'applied')], { now, actor: 'cli' });
        await store.plans.finish(lease, plan, now);

        expect(before).toBeNull();
        expect(tooEarly).toBe('ready');
        expect((await store.plans.get(plan))?.state).toBe('applied');
        expect(await store.plans.appliedConfig()).toBe('config-1');
        expect(await store.plans.cancel(plan, 'too late', 'anna', now)).toBe(0);
      }));

    it('a held plan of nothing is applied by finishing it, a stopped one is not', () =>
      withRun(open, async (store, lease) => {
        const held = await sealedPlan(store, lease, [], 'held');
        await store.plans.finish(lease, held, now);
        const stopped = await sealedPlan(store, lease, [], 'stopped');
        await store.plans.finish(lease, stopped, now);
        const waiting = await sealedPlan(store, lease, [setEffect('a')], 'held');
        await store.plans.finish(lease, waiting, now);

        const states = (await store.plans.last(3)).map((plan) => plan.state);

        expect(states).toEqual(['held', 'stopped', 'applied']);
      }));

    it('gives effects by state', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b'), setEffect('c')]);
        await store.outbox.claim(lease, plan, 'salesforce', 2, now);

        const inflight = await store.plans.effects(plan, 0, 10, ['inflight', 'applied']);

        expect(inflight.map((effect) => effect.account)).toEqual(['a', 'b']);
      }));

    it('plans of a later run get ids of their own', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [setEffect('a')]);
        await endRun(store, lease);

        const second = await sealedPlan(store, await startRun(store), [setEffect('a')]);

        expect(second).toBeGreaterThan(first);
        expect(await store.plans.get(999)).toBeNull();
      }));
  });
}
