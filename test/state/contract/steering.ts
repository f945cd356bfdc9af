// Chapter nine: who comes first among an owner's accounts, and the figures at the ends of months.

import { describe, expect, it } from 'vitest';
import type { KpiMonth } from '../../../src/state/store.ts';
import { asOf, outcome } from '../../support/builders.ts';
import { type Open, withRun, withStore } from './scene.ts';

const january = (value: number): KpiMonth => ({
  month: '2026-01',
  asOf: '2026-02-01',
  keptAt: '2026-02-01T06:00:00Z',
  figures: [{ name: 'customer_churn', value, n: 240 }],
});

export function steeringContract(open: Open): void {
  describe('places of accounts', () => {
    it('are counted per owner, the highest rank first, up to a number', () =>
      withRun(open, async (store, lease) => {
        await store.ranks.begin(lease, 'salesforce');
        await store.ranks.keep(lease, 'salesforce', [
          { account: 'a', owner: 'ann', rank: 1.5 },
          { account: 'b', owner: 'ann', rank: 2.98 },
          { account: 'x', owner: 'ann', rank: 2.1 },
          { account: 'y', owner: 'bob', rank: 0.1 },
        ]);

        const places = await store.ranks.places('salesforce', ['a', 'b', 'x', 'y', 'z'], 2);

        expect([...places]).toEqual([
          ['b', 1],
          ['x', 2],
          ['y', 1],
        ]);
        expect((await store.ranks.places('hubspot', ['a'], 2)).size).toBe(0);
      }));

    it('of an earlier day are forgotten when a new day begins', () =>
      withRun(open, async (store, lease) => {
        await store.ranks.keep(lease, 'salesforce', [{ account: 'gone', owner: 'ann', rank: 9 }]);

        await store.ranks.begin(lease, 'salesforce');
        await store.ranks.keep(lease, 'salesforce', [{ account: 'a', owner: 'ann', rank: 1 }]);

        expect([...(await store.ranks.places('salesforce', ['a', 'gone'], 10))]).toEqual([['a', 1]]);
      }));

    it('are made of the score of the day, the revenue and the renewal; accounts without an owner or a score have none', () =>
      withRun(open, async (store, lease) => {
        const account = (key: string, owner: string | null) => ({
          key,
          name: key,
          ids: {},
          owners: { salesforce: owner },
          parent: null,
          attributes: { arr: 600, renewal_on: '2027-01-10' },
          contacts: [],
        });
        await store.accounts.keep(
          lease,
          [account('a', 'ann'), account('b', null), account('c', 'ann')],
          [],
          `${asOf}T06:00:00Z`,
        );
        await store.history.keep(lease, [outcome('a', 41.5), outcome('b', 41.5)], 'config-1', `${asOf}T06:00:00Z`);

        const standing = await store.ranks.standing('salesforce', asOf, null, 10);

        expect(standing).toEqual([{ account: 'a', owner: 'ann', score: 41.5, arr: 600, renewalOn: '2027-01-10' }]);
        expect(await store.ranks.standing('salesforce', asOf, 'a', 10)).toEqual([]);
      }));
  });

  describe('figures of a month', () => {
    it('are kept once, and changed only by an express wish', () =>
      withStore(open, async (store) => {
        const first = await store.kpis.keep(january(2.5), false);
        const second = await store.kpis.keep(january(9.9), false);
        const unchanged = await store.kpis.months();
        const restated = await store.kpis.keep(january(3.1), true);

        expect([first, second, restated]).toEqual([true, false, true]);
        expect(unchanged).toEqual([january(2.5)]);
        expect(await store.kpis.months()).toEqual([january(3.1)]);
      }));

    it('compare who was a customer with who still is: lost, cancelled, cut down, and growth nets nothing off', () =>
      withStore(open, async (store) => {
        const then = [100, 50, 40, null].map((revenue, at) => ({ account: `c${at}`, revenue }));
        const now = [
          { account: 'c0', revenue: 80 },
          { account: 'c1', revenue: 500 },
          { account: 'c3', revenue: 10 },
          { account: 'new', revenue: 1 },
        ];
        await store.kpis.keepCustomers('2025-12', then);
        await store.kpis.keepCustomers('2026-01', now);

        const compared = await store.kpis.compare('2025-12', '2026-01');

        expect(compared).toEqual({ customers: 4, lost: 1, revenue: 190, cancelled: 40, contracted: 20 });
        expect(await store.kpis.compare('2020-01', '2020-02')).toMatchObject({ customers: 0, lost: 0 });
      }));

    it('forget who was a customer when the month is made anew', () =>
      withStore(open, async (store) => {
        await store.kpis.keepCustomers('2026-01', [{ account: 'a', revenue: null }]);
        const knew = await store.kpis.knowsCustomers('2026-01');

        await store.kpis.forgetCustomers('2026-01');

        expect([knew, await store.kpis.knowsCustomers('2026-01')]).toEqual([true, false]);
      }));
  });
}
