// What a CRM's records showed: kept, brought up to date and forgotten record by record, or all at once.

import { describe, expect, it } from 'vitest';
import { BusyError } from '../../../src/lib/errors.ts';
import { account, now } from '../../support/builders.ts';
import { endRun, type Open, startRun, withRun, withStore } from './scene.ts';

const record = (id: string, score: number) => ({ id, owner: 'u1', fields: { health_score: score, health_band: null } });
const all = { onlyKnown: false };

export function seenContract(open: Open): void {
  describe('what records showed', () => {
    it('is there again as it was kept, by id, and later looks replace earlier ones', async () => {
      await withRun(open, async ({ seen }, lease) => {
        await seen.keep(lease, 'salesforce', 'account', [record('a', 1), record('b', 2)], all);
        await seen.keep(lease, 'salesforce', 'account', [record('b', 3)], all);

        expect(await seen.of('salesforce', 'account', ['b', 'a', 'zz'])).toEqual(
          new Map([
            ['a', record('a', 1)],
            ['b', record('b', 3)],
          ]),
        );
        expect(await seen.lacking('salesforce', 'account', ['a', 'zz'])).toEqual(['zz']);
        expect((await seen.of('hubspot', 'account', ['a'])).size).toBe(0);
        expect((await seen.of('salesforce', 'contact', ['a'])).size).toBe(0);
      });
    });

    it('takes up changes of records that it knows, and leaves strangers out', async () => {
      await withRun(open, async ({ seen }, lease) => {
        await seen.keep(lease, 'salesforce', 'account', [record('a', 1)], all);

        await seen.keep(lease, 'salesforce', 'account', [record('a', 9), record('x', 9)], { onlyKnown: true });

        expect([...(await seen.of('salesforce', 'account', ['a', 'x'])).values()]).toEqual([record('a', 9)]);
      });
    });

    it('forgets what is gone, and all of an object when it begins anew', async () => {
      await withRun(open, async ({ seen }, lease) => {
        await seen.keep(lease, 'salesforce', 'account', [record('a', 1), record('b', 2)], all);
        await seen.keep(lease, 'salesforce', 'contact', [record('a', 1)], all);
        await seen.mark(lease, 'salesforce', 'account', { shape: 's', since: now, wholeAt: now });

        await seen.forget(lease, 'salesforce', 'account', ['a']);
        expect(await seen.lacking('salesforce', 'account', ['a', 'b'])).toEqual(['a']);

        await seen.begin(lease, 'salesforce', 'account');
        expect(await seen.lacking('salesforce', 'account', ['a', 'b'])).toEqual(['a', 'b']);
        expect(await seen.upTo('salesforce', 'account')).toBeNull();
        expect(await seen.lacking('salesforce', 'contact', ['a'])).toEqual([]);
      });
    });

    it('says how far it is known, by CRM and object', async () => {
      await withRun(open, async ({ seen }, lease) => {
        const upTo = { shape: 's1', since: now, wholeAt: now };
        await seen.mark(lease, 'salesforce', 'account', { ...upTo, shape: 's0' });
        await seen.mark(lease, 'salesforce', 'account', upTo);

        expect(await seen.upTo('salesforce', 'account')).toEqual(upTo);
        expect(await seen.upTo('salesforce', 'contact')).toBeNull();
      });
    });

    it('is kept only under a lease that still holds', async () => {
      await withStore(open, async (store) => {
        const lease = await startRun(store);
        await endRun(store, lease);

        await expect(store.seen.keep(lease, 'salesforce', 'account', [record('a', 1)], all)).rejects.toBeInstanceOf(
          BusyError,
        );
        expect((await store.seen.of('salesforce', 'account', ['a'])).size).toBe(0);
      });
    });
  });

  describe('ids of one numbering', () => {
    it('come in their order, page by page, of accounts that are there', async () => {
      await withRun(open, async ({ accounts }, lease) => {
        const given = ['3', '1', '2'].map((id) => account(`k${id}`, { ids: { account_id: `k${id}`, salesforce: id } }));
        await accounts.beginPass(lease);
        await accounts.keep(lease, given, [], now);
        await accounts.endPass(lease);
        await accounts.beginPass(lease);
        await accounts.keep(lease, given.slice(0, 2), [], now);
        await accounts.endPass(lease);

        expect(await accounts.idsOf('salesforce', null, 1)).toEqual(['1']);
        expect(await accounts.idsOf('salesforce', '1', 5)).toEqual(['3']);
        expect(await accounts.idsOf('nothing', null, 5)).toEqual([]);
      });
    });
  });
}
