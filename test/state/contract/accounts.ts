// Chapter three: accounts, their many ids and their people; leaves come before their parents, and nobody is deleted.

import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/domain/nouns.ts';
import type { Store } from '../../../src/state/store.ts';
import { account, contact, now } from '../../support/builders.ts';
import { type Open, withRun } from './scene.ts';

async function allPages(store: Store, limit: number): Promise<readonly Account[]> {
  const seen: Account[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly Account[] = await store.accounts.pages(after, limit);
    if (page.length === 0) return seen;
    after = page.at(-1)?.key ?? null;
    seen.push(...page);
  }
}

export function accountsContract(open: Open): void {
  describe('accounts', () => {
    it('keeps an account as it is and finds it by key and by any id', () =>
      withRun(open, async (store, lease) => {
        const acme = account('acme', { ids: { salesforce: '001A', domain: 'acme.test' }, owners: { hubspot: null } });

        await store.accounts.keep(lease, [acme], [], now);

        expect(await store.accounts.get('acme')).toEqual(acme);
        expect(await store.accounts.byIds([{ kind: 'domain', value: 'acme.test' }])).toEqual([acme]);
        expect(await store.accounts.byIds([{ kind: 'salesforce', value: 'acme.test' }])).toEqual([]);
        expect(await store.accounts.get('nobody')).toBeNull();
      }));

    it('an account found by two of its ids is one account', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(
          lease,
          [account('acme', { ids: { salesforce: '001A', domain: 'acme.test' } })],
          [],
          now,
        );

        const found = await store.accounts.byIds([
          { kind: 'domain', value: 'acme.test' },
          { kind: 'salesforce', value: '001A' },
        ]);

        expect(found.map((one) => one.key)).toEqual(['acme']);
      }));

    it('an id moves when it is given to another account, and stays when it is merely not named', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(
          lease,
          [account('acme', { ids: { account_id: 'A-1', domain: 'acme.test' } })],
          [],
          now,
        );

        await store.accounts.keep(lease, [account('acme', { ids: { domain: 'acme.test' } })], [], now);
        const unnamed = await store.accounts.byIds([{ kind: 'account_id', value: 'A-1' }]);
        await store.accounts.keep(lease, [account('bolt', { ids: { domain: 'acme.test' } })], [], now);
        const moved = await store.accounts.byIds([{ kind: 'domain', value: 'acme.test' }]);

        expect(unnamed.map((one) => one.key)).toEqual(['acme']);
        expect(moved.map((one) => one.key)).toEqual(['bolt']);
        expect((await store.accounts.get('acme'))?.ids).toEqual({});
      }));

    it('gives leaves before their parents, page by page', () =>
      withRun(open, async (store, lease) => {
        const tree = [
          account('a-group', { parent: null }),
          account('b-asia', { parent: 'a-group' }),
          account('c-japan', { parent: 'b-asia' }),
          account('alone', { parent: null }),
          account('zeta', { parent: 'unknown' }),
        ];
        await store.accounts.keep(lease, tree, [], now);

        const pages = await allPages(store, 2);

        expect(pages.map((one) => one.key)).toEqual(['alone', 'c-japan', 'zeta', 'b-asia', 'a-group']);
      }));

    it('finds the parent that a roster names by an id, even where its row came later', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.beginPass(lease);
        await store.accounts.keep(lease, [account('osaka', { parent: 'salesforce:001G' })], [], now);
        await store.accounts.keep(
          lease,
          [
            account('group', { ids: { salesforce: '001G' }, parent: 'salesforce:001G' }),
            account('kyoto', { parent: 'hubspot:001G' }),
          ],
          [],
          now,
        );
        await store.accounts.endPass(lease);

        const pages = await allPages(store, 10);
        expect(pages.map(({ key, parent }) => [key, parent])).toEqual([
          ['kyoto', 'hubspot:001G'],
          ['osaka', 'group'],
          ['group', null],
        ]);
        const children = await store.accounts.childrenOf(['group', 'osaka']);
        expect([...children].map(([key, below]) => [key, below.map((child) => child.key)])).toEqual([
          ['group', ['osaka']],
        ]);
      }));

    it('remembers which roster an attribute came from', () =>
      withRun(open, async (store, lease) => {
        const acme = account('acme', { origins: { plan: 'contracts', name: 'crm' } });

        await store.accounts.keep(lease, [acme], [], now);

        expect(await store.accounts.get('acme')).toEqual(acme);
      }));

    it('survives accounts that are each other’s parents', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(lease, [account('a', { parent: 'b' }), account('b', { parent: 'a' })], [], now);

        const pages = await allPages(store, 1);

        expect(pages.map((one) => one.key).sort()).toEqual(['a', 'b']);
      }));

    it('marks accounts that a roster pass did not bring as gone, and takes them back when they return', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.beginPass(lease);
        await store.accounts.keep(lease, [account('acme'), account('bolt')], [], now);
        await store.accounts.endPass(lease);

        await store.accounts.beginPass(lease);
        await store.accounts.keep(lease, [account('acme')], [], now);
        const gone = await store.accounts.endPass(lease);
        const without = await allPages(store, 10);
        await store.accounts.keep(lease, [account('bolt')], [], now);

        expect(gone).toBe(1);
        expect(without.map((one) => one.key)).toEqual(['acme']);
        expect(await store.accounts.count()).toBe(2);
        expect((await store.accounts.get('bolt'))?.key).toBe('bolt');
      }));

    it('replaces the people of an account whole', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(lease, [account('acme', { contacts: [contact('not-kept-here')] })], [], now);
        await store.accounts.keepContacts(lease, new Map([['acme', [contact('c-1'), contact('c-2')]]]));
        const champion = contact('c-2', { role: 'champion', attributes: { active: true } });

        await store.accounts.keepContacts(lease, new Map([['acme', [champion]]]));

        expect((await store.accounts.get('acme'))?.contacts).toEqual([champion]);
        expect((await store.accounts.pages(null, 5))[0]?.contacts).toEqual([champion]);
      }));

    it('finds what a person types: key, id, or the name in any case', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(
          lease,
          [
            account('acme', { name: 'Écume GmbH', ids: { salesforce: '001A' } }),
            account('bolt', { name: '株式会社ボルト' }),
          ],
          [],
          now,
        );
        const keys = async (text: string) => (await store.accounts.find(text)).map((one) => one.key);

        expect(await keys('acme')).toEqual(['acme']);
        expect(await keys('001A')).toEqual(['acme']);
        expect(await keys('écume gmbh ')).toEqual(['acme']);
        expect(await keys('株式会社ボルト')).toEqual(['bolt']);
        expect(await keys('ecu')).toEqual([]);
      }));

    it('remembers the roster rows that identity refused, until the next pass', () =>
      withRun(open, async (store, lease) => {
        const orphan = { source: 'roster', kind: 'domain', value: 'gmail.com', why: 'a free domain', records: 1 };
        await store.accounts.beginPass(lease);
        await store.accounts.keep(lease, [], [orphan], now);

        const before = await store.accounts.refused(10);
        await store.accounts.beginPass(lease);

        expect(before).toEqual([orphan]);
        expect(await store.accounts.refused(10)).toEqual([]);
      }));
  });
}
