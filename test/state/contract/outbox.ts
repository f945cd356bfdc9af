// Chapter six: written down before it is done, asked about before it is done again.

import { describe, expect, it } from 'vitest';
import { BugError, BusyError } from '../../../src/lib/errors.ts';
import type { Lease, Store } from '../../../src/state/store.ts';
import { minutesLater, now, receipt, setEffect, settlement, taskEffect } from '../../support/builders.ts';
import { endRun, type Open, sealedPlan, startRun, withRun } from './scene.ts';

const context = { now, actor: 'cli' };

/** Claims one effect of a plan and settles it in this way. */
async function sendOne(
  store: Store,
  lease: Lease,
  plan: number,
  state: 'applied' | 'rejected' | 'ready' | 'unknown',
): Promise<number> {
  const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
  const id = claimed?.id ?? 0;
  await store.outbox.settle(lease, [settlement(id, state)], context);
  return id;
}

export function outboxContract(open: Open): void {
  describe('outbox', () => {
    it('claims one CRM, op and object in plan order, no target twice', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [
          setEffect('a'),
          setEffect('z', { crm: 'hubspot' }),
          taskEffect('a'),
          setEffect('b'),
          setEffect('a', { op: 'clear' }),
          setEffect('c', { object: 'contact' }),
          setEffect('d'),
        ]);
        const claim = async (limit: number) =>
          (await store.outbox.claim(lease, plan, 'salesforce', limit, now)).map((one) => `${one.op} ${one.account}`);

        expect(await claim(2)).toEqual(['set a', 'set b']);
        expect(await claim(9)).toEqual(['ensure_task a']);
        expect(await claim(9)).toEqual(['clear a']);
        expect(await claim(9)).toEqual(['set c']);
        expect(await claim(9)).toEqual(['set d']);
        expect(await claim(9)).toEqual([]);
      }));

    it('two tasks on one record go out one after the other', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [
          taskEffect('a'),
          taskEffect('a', { play: 'onboarding' }),
          taskEffect('b'),
        ]);

        const first = await store.outbox.claim(lease, plan, 'salesforce', 9, now);
        const second = await store.outbox.claim(lease, plan, 'salesforce', 9, now);

        expect(first.map((one) => one.key)).toEqual([taskEffect('a').key, taskEffect('b').key]);
        expect(second.map((one) => one.play)).toEqual(['onboarding']);
      }));

    it('what was claimed is under way on the disk before it is returned', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);

        const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);

        expect(claimed).toMatchObject({ state: 'inflight', attempts: 1, payload: setEffect('a').payload });
        expect(await store.plans.effects(plan, 0, 1)).toEqual([claimed]);
      }));

    it('what was released is ready again as if it had never been claimed', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);
        const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);

        await store.outbox.release(lease, [claimed?.id ?? 0]);

        expect(await store.plans.effects(plan, 0, 1)).toMatchObject([{ state: 'ready', attempts: 0 }]);
      }));

    it('an applied effect writes state, last-written values and audit together', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);
        const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
        const id = claimed?.id ?? 0;

        await store.outbox.settle(
          lease,
          [{ receipt: receipt(id, 'applied'), before: { health_score: 71 }, after: { health_score: 62 } }],
          context,
        );

        expect(await store.plans.effects(plan, 0, 1)).toMatchObject([{ state: 'applied', crmId: `id-${id}` }]);
        expect(await store.outbox.written('salesforce', 'account', ['a', 'b'])).toEqual(
          new Map([['a', setEffect('a').payload]]),
        );
        expect(await store.audit.rows(0, 10)).toMatchObject([
          {
            action: 'applied',
            actor: 'cli',
            at: now,
            runId: lease.runId,
            effectId: id,
            before: { health_score: 71 },
            after: { health_score: 62 },
            why: expect.stringContaining('the score moved from 71 to 62'),
          },
        ]);
        expect(await store.outbox.applied(lease.runId, 0, 10)).toMatchObject([
          { id, before: { health_score: 71 }, after: { health_score: 62 } },
        ]);
      }));

    it('writes nothing of a batch when one receipt of it cannot be', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')]);
        const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
        const [, unclaimed] = await store.plans.effects(plan, 0, 2);

        const settling = store.outbox.settle(
          lease,
          [settlement(claimed?.id ?? 0, 'applied'), settlement(unclaimed?.id ?? 0, 'applied')],
          context,
        );

        await expect(settling).rejects.toThrow(BugError);
        expect(await store.plans.counts(plan)).toEqual({ inflight: 1, ready: 1 });
        expect(await store.outbox.written('salesforce', 'account', ['a'])).toEqual(new Map());
        expect(await store.audit.rows(0, 10)).toEqual([]);
      }));

    it('last-written values grow word by word, and values found in place are adopted', () =>
      withRun(open, async (store, lease) => {
        await store.outbox.adopt(
          lease,
          'salesforce',
          'account',
          new Map([['a', { health_score: 1, churn_date: '2027-01-01' }]]),
        );
        const plan = await sealedPlan(store, lease, [setEffect('a', { payload: { health_score: 62 } })]);

        await sendOne(store, lease, plan, 'applied');

        const written = await store.outbox.written('salesforce', 'account', ['a']);
        expect(written.get('a')).toEqual({ health_score: 62, churn_date: '2027-01-01' });
        expect(await store.outbox.written('hubspot', 'account', ['a'])).toEqual(new Map());
      }));

    it('a rejected effect keeps its problem and is not sent again', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);

        const id = await sendOne(store, lease, plan, 'rejected');

        expect(await store.outbox.claim(lease, plan, 'salesforce', 9, now)).toEqual([]);
        expect(await store.outbox.rejected(9)).toMatchObject([{ id, at: now, problem: { code: 'FIELD_INTEGRITY' } }]);
      }));

    it('a rejected effect is off the list as soon as its record was sent to again', () =>
      withRun(open, async (store, lease) => {
        await sendOne(store, lease, await sealedPlan(store, lease, [setEffect('a')]), 'rejected');
        const other = await sendOne(store, lease, await sealedPlan(store, lease, [setEffect('b')]), 'rejected');

        await sendOne(store, lease, await sealedPlan(store, lease, [setEffect('a')]), 'applied');

        expect((await store.outbox.rejected(9)).map((effect) => effect.id)).toEqual([other]);
      }));

    it('a rejected task stays on the list when only another episode of its play went through', () =>
      withRun(open, async (store, lease) => {
        const rejected = await sendOne(store, lease, await sealedPlan(store, lease, [taskEffect('a')]), 'rejected');

        const later = taskEffect('a', { episode: '2026-09-20' });
        await sendOne(store, lease, await sealedPlan(store, lease, [later]), 'applied');

        expect((await store.outbox.rejected(9)).map((effect) => effect.id)).toEqual([rejected]);
      }));

    it('an effect that is ready again may be tried five times, then it is rejected and says so', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);
        for (let attempt = 1; attempt <= 4; attempt++) await sendOne(store, lease, plan, 'ready');
        const before = await store.plans.effects(plan, 0, 1);

        await sendOne(store, lease, plan, 'ready');

        expect(before).toMatchObject([{ state: 'ready', attempts: 4 }]);
        expect(await store.plans.effects(plan, 0, 1)).toMatchObject([
          { state: 'rejected', attempts: 5, problem: { what: expect.stringContaining('5 times') } },
        ]);
      }));

    it('an effect of unknown fate keeps the time it was sent, and is listed until it is settled', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')]);
        const first = await sendOne(store, lease, plan, 'unknown');
        const second = await sendOne(store, lease, plan, 'unknown');
        await store.outbox.settle(lease, [settlement(first, 'unknown')], { now: minutesLater(9), actor: 'cli' });

        const all = await store.outbox.unsettled(lease, 0, 10);
        const rest = await store.outbox.unsettled(lease, first, 10);
        await store.outbox.settle(lease, [settlement(first, 'applied'), settlement(second, 'ready')], context);

        expect(all.map(({ id, sentAt }) => [id, sentAt])).toEqual([
          [first, now],
          [second, now],
        ]);
        expect(rest.map(({ id }) => id)).toEqual([second]);
        expect(await store.plans.counts(plan)).toEqual({ applied: 1, ready: 1 });
        expect(await store.outbox.unsettled(lease, 0, 10)).toEqual([]);
      }));

    it('what is of unknown fate comes page by page, although what came before is settled meanwhile', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(
          store,
          lease,
          ['a', 'b', 'c', 'd'].map((name) => setEffect(name)),
        );
        const sent: number[] = [];
        for (let n = 0; n < 4; n++) sent.push(await sendOne(store, lease, plan, 'unknown'));

        const first = (await store.outbox.unsettled(lease, 0, 2)).map(({ id }) => id);
        await store.outbox.settle(
          lease,
          first.map((id) => settlement(id, 'applied')),
          context,
        );
        const second = (await store.outbox.unsettled(lease, first.at(-1) ?? 0, 2)).map(({ id }) => id);

        expect([...first, ...second]).toEqual(sent);
      }));

    it('what a closed run left under way is of unknown fate too, what this run sends is not', () =>
      withRun(open, async (store, first) => {
        const plan = await sealedPlan(store, first, [setEffect('a'), setEffect('b')]);
        const [left] = await store.outbox.claim(first, plan, 'salesforce', 1, now);
        await endRun(store, first);
        const second = await startRun(store);
        await store.outbox.claim(second, plan, 'salesforce', 1, now);

        const unsettled = await store.outbox.unsettled(second, 0, 10);

        expect(unsettled.map(({ id }) => id)).toEqual([left?.id]);
        expect(await store.plans.counts(plan)).toEqual({ unknown: 1, inflight: 1 });
      }));

    it('what will not be sent after all is dropped with its reason, also when it was claimed', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')]);
        await store.outbox.claim(lease, plan, 'salesforce', 1, now);
        const [claimed, waiting] = await store.plans.effects(plan, 0, 2);

        await store.outbox.drop(
          lease,
          [
            { id: claimed?.id ?? 0, state: 'skipped', why: 'the record changed' },
            { id: waiting?.id ?? 0, state: 'superseded', why: 'a newer one' },
          ],
          now,
        );

        expect(await store.plans.counts(plan)).toEqual({ skipped: 1, superseded: 1 });
      }));

    it('an effect of unknown fate can be dropped by nobody', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a')]);
        const id = await sendOne(store, lease, plan, 'unknown');

        const dropping = store.outbox.drop(lease, [{ id, state: 'superseded', why: 'newer' }], now);

        await expect(dropping).rejects.toThrow(BugError);
        expect(await store.plans.cancel(plan, 'no', 'cli', now)).toBe(0);
        expect(await store.plans.counts(plan)).toEqual({ unknown: 1 });
      }));

    it('knows which targets something is under way for', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b'), setEffect('c')]);
        await sendOne(store, lease, plan, 'applied');
        await sendOne(store, lease, plan, 'unknown');

        const live = await store.outbox.live('salesforce', 'account', ['001-a', '001-b', '001-c', '001-d']);

        expect([...live].sort()).toEqual(['001-b', '001-c']);
        expect((await store.outbox.live('hubspot', 'account', ['001-b'])).size).toBe(0);
      }));

    it('takes no record for one of another kind with the same number', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [
          setEffect('a', { object: 'contact', target: '1' }),
          setEffect('b', { object: 'task', target: '2' }),
          taskEffect('c', { target: '3' }),
        ]);
        for (let index = 0; index < 3; index++) await sendOne(store, lease, plan, 'unknown');
        const live = async (object: 'account' | 'contact' | 'opportunity' | 'task') =>
          [...(await store.outbox.live('salesforce', object, ['1', '2', '3']))].sort();

        expect(await live('contact')).toEqual(['1']);
        expect(await live('task')).toEqual(['2']);
        // A task that is being opened hangs on an account, and is not yet a record of its own.
        expect(await live('account')).toEqual(['3']);
        expect(await live('opportunity')).toEqual([]);
      }));

    it('lists what a run applied newest first, and undone effects no more', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b'), setEffect('c')]);
        const ids: number[] = [];
        for (let index = 0; index < 3; index++) ids.push(await sendOne(store, lease, plan, 'applied'));

        const firstPage = await store.outbox.applied(lease.runId, 0, 2);
        const secondPage = await store.outbox.applied(lease.runId, firstPage.at(-1)?.id ?? 0, 2);
        await store.outbox.markUndone(lease, [ids[1] ?? 0], now);

        expect([...firstPage, ...secondPage].map((effect) => effect.id)).toEqual([...ids].reverse());
        expect((await store.outbox.applied(lease.runId, 0, 9)).map((effect) => effect.id)).toEqual([ids[2], ids[0]]);
        expect((await store.audit.rows(3, 9)).map((row) => [row.action, row.effectId])).toEqual([['undone', ids[1]]]);
        await expect(store.outbox.markUndone(lease, [ids[1] ?? 0], now)).rejects.toThrow(BugError);
      }));

    it('keeps rejected payloads in quarantine until it is lifted', () =>
      withRun(open, async (store, lease) => {
        const plan = await sealedPlan(store, lease, [setEffect('a'), setEffect('b')]);
        await sendOne(store, lease, plan, 'rejected');
        const keys = [setEffect('a').key, setEffect('b').key];

        const shut = await store.outbox.quarantined('salesforce', keys);
        const elsewhere = await store.outbox.liftQuarantine(lease, 'hubspot', now);
        const lifted = await store.outbox.liftQuarantine(lease, null, now);

        expect([...shut]).toEqual([keys[0]]);
        expect(elsewhere).toEqual([]);
        expect(lifted).toEqual(['a']);
        expect((await store.outbox.quarantined('salesforce', keys)).size).toBe(0);
      }));

    it('whoever lost the lease claims and settles nothing', () =>
      withRun(open, async (store, lost) => {
        const plan = await sealedPlan(store, lost, [setEffect('a'), setEffect('b')]);
        const [claimed] = await store.outbox.claim(lost, plan, 'salesforce', 1, now);
        const id = claimed?.id ?? 0;
        await startRun(store, { now: minutesLater(5) });

        await expect(store.outbox.claim(lost, plan, 'salesforce', 1, now)).rejects.toThrow(BusyError);
        await expect(store.outbox.settle(lost, [settlement(id, 'applied')], context)).rejects.toThrow(BusyError);
        await expect(store.outbox.release(lost, [id])).rejects.toThrow(BusyError);
        expect(await store.plans.counts(plan)).toEqual({ unknown: 1, ready: 1 });
        expect(await store.verify()).toEqual([]);
      }));
  });
}
