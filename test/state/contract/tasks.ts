// Chapter seven: which task answers which key; what a person closed or deleted stays as the person left it.

import { describe, expect, it } from 'vitest';
import type { EffectDraft } from '../../../src/domain/nouns.ts';
import type { Lease, Store } from '../../../src/state/store.ts';
import { asOf, minutesLater, nextAction, now, outcome, settlement, taskEffect } from '../../support/builders.ts';
import { type Open, sealedPlan, withRun } from './scene.ts';

/** Plans these effects and applies all of them. */
async function applyAll(store: Store, lease: Lease, effects: readonly EffectDraft[]): Promise<number> {
  const plan = await sealedPlan(store, lease, effects);
  for (;;) {
    const claimed = await store.outbox.claim(lease, plan, 'salesforce', 9, now);
    if (claimed.length === 0) return plan;
    const settlements = claimed.map((effect) => settlement(effect.id, 'applied'));
    await store.outbox.settle(lease, settlements, { now, actor: 'cli' });
  }
}
const seenAs = (status: 'open' | 'closed' | 'deleted', given: Partial<{ now: string }> = {}) => ({
  crm: 'salesforce',
  key: taskEffect('a').key,
  status,
  closedBy: status === 'open' ? null : ('person' as const),
  crmId: null,
  now,
  ...given,
});

export function tasksContract(open: Open): void {
  describe('tasks', () => {
    it('an applied task stands open in the ledger with its id, since the day of its plan', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);

        const ledger = await store.tasks.ofAccounts('salesforce', ['a', 'b']);

        expect([...ledger.keys()]).toEqual(['a']);
        expect(ledger.get('a')).toEqual([
          {
            key: taskEffect('a').key,
            account: 'a',
            crm: 'salesforce',
            play: 'renewal_risk',
            episode: asOf,
            crmId: expect.stringMatching(/^id-/),
            status: 'open',
            closedBy: null,
            openedOn: asOf,
            closedOn: null,
            written: taskEffect('a').payload,
          },
        ]);
        expect(await store.tasks.ofAccounts('hubspot', ['a'])).toEqual(new Map());
      }));

    it('what we close is closed by us, and its text may be freshened before that', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        const id = (await store.tasks.ofAccounts('salesforce', ['a'])).get('a')?.[0]?.crmId ?? '';

        await applyAll(store, lease, [
          taskEffect('a', { op: 'set', target: id, payload: { subject: 'Renewal in 58 days' } }),
        ]);
        await applyAll(store, lease, [taskEffect('a', { op: 'close_task', target: id, payload: { outcome: 'done' } })]);

        expect((await store.tasks.ofAccounts('salesforce', ['a'])).get('a')).toMatchObject([
          {
            status: 'closed',
            closedBy: 'kenko',
            closedOn: asOf,
            written: { subject: 'Renewal in 58 days', owner: '005A' },
          },
        ]);
        expect(await store.outbox.written('salesforce', 'task', ['a'])).toEqual(new Map());
      }));

    it('remembers what the CRM showed: closed or deleted by a person, on the day it was first seen', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);

        await store.tasks.observe(lease, [seenAs('closed')]);
        await store.tasks.observe(lease, [seenAs('deleted', { now: minutesLater(3 * 24 * 60) })]);

        expect((await store.tasks.ofAccounts('salesforce', ['a'])).get('a')).toMatchObject([
          { status: 'deleted', closedBy: 'person', closedOn: asOf, crmId: expect.stringMatching(/^id-/) },
        ]);
      }));

    it('a task that a person opened again is open again', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        await store.tasks.observe(lease, [seenAs('closed')]);

        await store.tasks.observe(lease, [seenAs('open')]);

        expect((await store.tasks.ofAccounts('salesforce', ['a'])).get('a')).toMatchObject([
          { status: 'open', closedBy: null, closedOn: null },
        ]);
      }));

    it.each(['open', 'closed', 'deleted'] as const)('a key whose task is %s is never made a second time', (status) =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        await store.tasks.observe(lease, [seenAs(status)]);

        const plan = await sealedPlan(store, lease, [taskEffect('a')]);

        expect(await store.plans.counts(plan)).toEqual({ skipped: 1 });
      }),
    );

    it('a task that was taken back is not made a second time either', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        const [applied] = await store.outbox.applied(lease.runId, 0, 1);
        await store.tasks.observe(lease, [seenAs('closed')]);
        await store.outbox.markUndone(lease, [applied?.id ?? 0], now);

        const plan = await sealedPlan(store, lease, [taskEffect('a')]);

        expect(await store.plans.counts(plan)).toEqual({ skipped: 1 });
      }));

    it('a task that a person deleted while we closed it stays as the person left it', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        await store.tasks.observe(lease, [seenAs('deleted')]);

        await applyAll(store, lease, [taskEffect('a', { op: 'close_task', target: 'id-1' })]);

        expect((await store.tasks.ofAccounts('salesforce', ['a'])).get('a')).toMatchObject([
          { status: 'deleted', closedBy: 'person' },
        ]);
      }));

    it('a play has one open task per account: a second episode waits until the first is closed', () =>
      withRun(open, async (store, lease) => {
        const later = taskEffect('a', { episode: '2026-09-20' });
        await applyAll(store, lease, [taskEffect('a')]);

        const tooEarly = await applyAll(store, lease, [later]);
        await store.tasks.observe(lease, [seenAs('closed')]);
        const inTime = await applyAll(store, lease, [later]);

        expect(await store.plans.counts(tooEarly)).toEqual({ skipped: 1 });
        expect(await store.plans.counts(inTime)).toEqual({ applied: 1 });
        expect(await store.verify()).toEqual([]);
      }));

    it('a task of unknown fate keeps its key until it is settled', () =>
      withRun(open, async (store, lease) => {
        const first = await sealedPlan(store, lease, [taskEffect('a')]);
        const [claimed] = await store.outbox.claim(lease, first, 'salesforce', 1, now);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'unknown')], { now, actor: 'cli' });

        const meanwhile = await sealedPlan(store, lease, [taskEffect('a')]);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'ready')], { now, actor: 'cli' });
        const afterwards = await sealedPlan(store, lease, [taskEffect('a')]);

        expect(await store.plans.counts(meanwhile)).toEqual({ skipped: 1 });
        expect(await store.plans.counts(first)).toEqual({ cancelled: 1 });
        expect(await store.plans.counts(afterwards)).toEqual({ ready: 1 });
      }));

    it('remembers what a person said came of it, and since when it rests', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a')]);
        const said = (outcome: string | null, snoozeUntil: string | null, days: number) =>
          store.tasks.observe(lease, [
            { ...seenAs('open', { now: minutesLater(days * 24 * 60) }), outcome, snoozeUntil },
          ]);
        const task = async () => (await store.tasks.ofAccounts('salesforce', ['a'])).get('a')?.[0];

        await said(null, '2026-10-01', 0);
        await said('snooze', '2026-11-01', 3);
        const resting = await task();
        await store.tasks.observe(lease, [seenAs('open')]);
        const untouched = await task();
        await said('done', null, 5);
        const done = await task();

        expect(resting).toMatchObject({ outcome: 'snooze', snoozeUntil: '2026-11-01', snoozedOn: asOf });
        expect(untouched).toEqual(resting);
        expect(done).toMatchObject({ outcome: 'done' });
        expect(done).not.toHaveProperty('snoozeUntil');
        expect(done).not.toHaveProperty('snoozedOn');
      }));

    it('counts tasks of some plays only, where it is asked for them', () =>
      withRun(open, async (store, lease) => {
        await applyAll(store, lease, [taskEffect('a'), taskEffect('b')]);

        const mine = await store.tasks.openByOwner('salesforce', ['renewal_risk']);

        expect(mine).toEqual(await store.tasks.openByOwner('salesforce'));
        expect(await store.tasks.openByOwner('salesforce', ['upsell'])).toEqual({});
        expect(await store.tasks.openedOn('salesforce', asOf, [])).toEqual({});
      }));

    it('knows after whose tasks the score rose', () =>
      withRun(open, async (store, lease) => {
        const made = (owner: string, score: number) => ({
          payload: { subject: 's', owner, score_when_created: score },
        });
        const keys = ['a', 'b', 'c'].map((key) => taskEffect(key).key);
        await applyAll(store, lease, [
          taskEffect('a', made('ann', 30)),
          taskEffect('b', made('ann', 64)),
          taskEffect('c', made('bob', 30)),
        ]);
        await store.tasks.observe(
          lease,
          keys.slice(0, 2).map((key) => ({ ...seenAs('closed'), key })),
        );
        const later = (account: string) => ({ ...outcome(account, 66), asOf: '2026-10-01' });
        await store.history.keep(lease, [later('a'), later('b'), later('c')], 'config-1', now);

        // Both came to the same score: for one it was a gain, for the other it was not; bob's task is still open.
        expect(await store.tasks.effectiveness('salesforce', 5)).toEqual({ ann: { hits: 1, tries: 2 } });
      }));

    it('counts open tasks by owner, and the tasks opened on a day', () =>
      withRun(open, async (store, lease) => {
        const owner = (name: string) => ({ payload: { subject: 's', owner: name } });
        await applyAll(store, lease, [
          taskEffect('a', owner('005A')),
          taskEffect('b', owner('005B')),
          taskEffect('c', owner('005B')),
        ]);
        await store.tasks.observe(lease, [seenAs('closed')]);

        expect(await store.tasks.openByOwner('salesforce')).toEqual({ '005B': 2 });
        expect(await store.tasks.openedOn('salesforce', asOf)).toEqual({ '005A': 1, '005B': 2 });
        expect(await store.tasks.openedOn('salesforce', '2026-09-13')).toEqual({});
      }));

    it('a waiting action keeps its first day, and its newest words', () =>
      withRun(open, async (store, lease) => {
        await store.tasks.wait(lease, 'salesforce', [nextAction('a'), nextAction('b', { rank: 2 })], now);

        await store.tasks.wait(lease, 'salesforce', [nextAction('a', { subject: 'Renewal soon' })], minutesLater(2880));

        expect(await store.tasks.backlog('salesforce', 9)).toEqual([
          { ...nextAction('a', { subject: 'Renewal soon' }), since: asOf },
          { ...nextAction('b', { rank: 2 }), since: asOf },
        ]);
        expect(await store.tasks.backlog('hubspot', 9)).toEqual([]);
      }));

    it('drops waiting actions that are done or too old', () =>
      withRun(open, async (store, lease) => {
        await store.tasks.wait(lease, 'salesforce', [nextAction('old')], now);
        await store.tasks.wait(lease, 'salesforce', [nextAction('a'), nextAction('b')], minutesLater(2880));

        const done = [{ account: 'a', play: 'renewal_risk', episode: asOf }];
        const dropped = await store.tasks.unwait(lease, 'salesforce', done, '2026-09-15');

        expect(dropped).toBe(2);
        expect((await store.tasks.backlog('salesforce', 9)).map((action) => action.account)).toEqual(['b']);
      }));
  });
}
