// Laws of the store under any order of calls: effects only move along the table, none vanishes, no target is sent to twice
// at once, and every invariant holds after every call.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayMove } from '../../src/domain/effect.ts';
import type { EffectState } from '../../src/domain/nouns.ts';
import { openSqliteStore, type SqliteStore } from '../../src/state/sqlite/store.ts';
import type { Lease } from '../../src/state/store.ts';
import { asOf, minutesLater, now, setEffect, settlement, tally, taskEffect } from '../support/builders.ts';
import { endRun, startRun } from './contract/scene.ts';
import { stillClock } from './sqlite/files.ts';

type Act =
  | { readonly kind: 'plan'; readonly accounts: readonly string[]; readonly as: 'ready' | 'held' | 'stopped' }
  | { readonly kind: 'approve' | 'cancel' | 'draft' | 'finish' | 'settleUnknown' | 'nextRun' | 'die' | 'close' }
  | {
      readonly kind: 'send';
      readonly limit: number;
      readonly fates: readonly ('applied' | 'rejected' | 'ready' | 'unknown')[];
    }
  | { readonly kind: 'giveUp'; readonly limit: number; readonly how: 'release' | 'drop' };

const accountNames = fc.constantFrom('a', 'b', 'c');
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('plan' as const),
    accounts: fc.array(accountNames, { maxLength: 4 }),
    as: fc.constantFrom('ready' as const, 'ready' as const, 'held' as const, 'stopped' as const),
  }),
  fc.record({
    kind: fc.constantFrom('approve' as const, 'cancel' as const, 'draft' as const, 'finish' as const),
  }),
  fc.record({ kind: fc.constantFrom('settleUnknown' as const, 'nextRun' as const, 'die' as const, 'close' as const) }),
  fc.record({
    kind: fc.constant('send' as const),
    limit: fc.integer({ min: 1, max: 3 }),
    fates: fc.array(fc.constantFrom('applied' as const, 'rejected' as const, 'ready' as const, 'unknown' as const), {
      minLength: 3,
      maxLength: 3,
    }),
  }),
  fc.record({
    kind: fc.constant('giveUp' as const),
    limit: fc.integer({ min: 1, max: 2 }),
    how: fc.constantFrom('release' as const, 'drop' as const),
  }),
);

/** Plays the acts on a store and keeps the lease and the newest plan. */
class Player {
  readonly store: SqliteStore;
  lease: Lease;
  minutes = 0;
  plan = 0;
  episodes = 0;
  constructor(store: SqliteStore, lease: Lease) {
    this.store = store;
    this.lease = lease;
  }
  get now(): string {
    return minutesLater(this.minutes);
  }
  async play(one: Act): Promise<void> {
    const { plans, outbox, tasks } = this.store;
    if (one.kind === 'plan') return this.makePlan(one.accounts, one.as);
    if (one.kind === 'send') return this.send(one.limit, one.fates);
    if (one.kind === 'giveUp') return this.giveUp(one.limit, one.how);
    if (one.kind === 'approve') {
      const hash = (await plans.get(this.plan))?.hash ?? '';
      await plans.approve(this.plan, { hash, actor: 'anna', now: this.now });
    } else if (one.kind === 'cancel') await plans.cancel(this.plan, 'no', 'anna', this.now);
    else if (one.kind === 'draft') await plans.draft(this.lease, { asOf, configHash: 'c', now: this.now });
    else if (one.kind === 'finish') await plans.finish(this.lease, this.plan, this.now);
    else if (one.kind === 'settleUnknown') {
      const unsettled = await outbox.unsettled(this.lease, 0, 9);
      const settlements = unsettled.map(({ id }) => settlement(id, id % 2 === 0 ? 'applied' : 'ready'));
      await outbox.settle(this.lease, settlements, { now: this.now, actor: 'test' });
    } else if (one.kind === 'nextRun' || one.kind === 'die') {
      if (one.kind === 'nextRun') await endRun(this.store, this.lease);
      this.minutes += 10;
      this.lease = await startRun(this.store, { now: this.now });
    } else if (one.kind === 'close') {
      const open = await tasks.ofAccounts('salesforce', ['a', 'b', 'c']);
      const seen = [...open.values()].flat().map(({ key, crm, crmId }) => ({ key, crm, crmId }));
      const closed = { status: 'closed' as const, closedBy: 'person' as const, now: this.now };
      await tasks.observe(
        this.lease,
        seen.map((task) => ({ ...task, ...closed })),
      );
    }
  }
  async makePlan(accounts: readonly string[], as: 'ready' | 'held' | 'stopped'): Promise<void> {
    const { plans } = this.store;
    this.plan = await plans.draft(this.lease, { asOf, configHash: 'c', now: this.now });
    this.episodes++;
    const episode = `2026-09-${10 + (this.episodes % 5)}`;
    const effects = accounts.flatMap((name) => [setEffect(name), taskEffect(name, { episode })]);
    await plans.add(this.lease, this.plan, effects, []);
    await plans.seal(this.lease, this.plan, { hash: `h-${accounts}`, tally: tally(), verdicts: [], as, now: this.now });
  }
  async send(limit: number, fates: readonly ('applied' | 'rejected' | 'ready' | 'unknown')[]): Promise<void> {
    const claimed = await this.store.outbox.claim(this.lease, this.plan, 'salesforce', limit, this.now);
    const settlements = claimed.map(({ id }, index) => settlement(id, fates[index] ?? 'applied'));
    await this.store.outbox.settle(this.lease, settlements, { now: this.now, actor: 'test' });
  }
  async giveUp(limit: number, how: 'release' | 'drop'): Promise<void> {
    const ids = (await this.store.outbox.claim(this.lease, this.plan, 'salesforce', limit, this.now)).map(
      ({ id }) => id,
    );
    if (how === 'release') return this.store.outbox.release(this.lease, ids);
    const drops = ids.map((id) => ({ id, state: 'skipped' as const, why: 'changed' }));
    await this.store.outbox.drop(this.lease, drops, this.now);
  }
  /** State of every effect that was ever added. */
  async states(): Promise<ReadonlyMap<number, EffectState>> {
    const plans = await this.store.plans.last(1000);
    const effects = await Promise.all(plans.map((plan) => this.store.plans.effects(plan.id, 0, 1000)));
    return new Map(effects.flat().map((effect) => [effect.id, effect.state]));
  }
}

/** True when some way along the table leads from one state to the other; one call may make several moves. */
function leadsTo(from: EffectState, to: EffectState): boolean {
  const reached = new Set<EffectState>([from]);
  for (const state of reached) {
    for (const next of [
      'held',
      'ready',
      'inflight',
      'unknown',
      'applied',
      'rejected',
      'skipped',
      'superseded',
      'cancelled',
    ] as const) {
      if (mayMove(state, next)) reached.add(next);
    }
  }
  return reached.has(to);
}

describe('the laws of the store', () => {
  it('hold after any order of plans, yes and no, sending, losing and dying', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
        const player = new Player(store, await startRun(store, { now }));
        let before: ReadonlyMap<number, EffectState> = new Map();
        for (const one of acts) {
          await player.play(one);

          const after = await player.states();
          for (const [id, state] of before) {
            const next = after.get(id);
            if (next === undefined) throw new Error(`effect ${id} vanished after ${one.kind}`);
            if (!leadsTo(state, next)) throw new Error(`effect ${id} went from ${state} to ${next} by ${one.kind}`);
          }
          expect(await store.verify()).toEqual([]);
          before = after;
        }
        await store.close();
      }),
      { numRuns: 60, seed: 20260914 },
    );
  });

  it('landing pages in any order, twice or cut elsewhere, leaves the same facts', async () => {
    const keys = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 9 }), async (given, size) => {
        const land = async (order: readonly number[], pageSize: number) => {
          const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
          const lease = await startRun(store);
          for (let from = 0; from < Math.max(order.length, 1); from += pageSize) {
            const records = order.slice(from, from + pageSize).map((key) => ({
              source: 'usage',
              stream: 'rows',
              key: `r-${key}`,
              at: '2026-09-10',
              account: { kind: 'account_id', value: `A-${key % 3}` },
              contact: null,
              fields: { key },
            }));
            const last = from + pageSize >= order.length;
            const page = {
              source: 'usage',
              stream: 'rows',
              records,
              rejected: [],
              cursor: null,
              first: from === 0,
              last,
            };
            await store.facts.land(lease, { ...page, complete: true, gone: [], unmapped: [], now });
          }
          const facts = await store.facts.records('usage', null, 100);
          const shape = await store.facts.shape('usage');
          await store.close();
          return { facts, shape };
        };

        const once = await land(given, 1000);
        const again = await land([...given].reverse(), size);

        expect(again).toEqual(once);
      }),
      { numRuns: 30, seed: 20260914 },
    );
  });
});
