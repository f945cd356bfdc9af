import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LikelyAccounts, type NamedAccount } from '../../src/domain/likeness.ts';

const accounts: readonly NamedAccount[] = [
  { key: 'A-1', name: 'Acme Trading Co., Ltd.', ids: { account_id: 'A-1', domain: 'acme-trading.co.jp' } },
  { key: 'A-2', name: '株式会社山田製作所', ids: { account_id: 'A-2', domain: 'yamada-ss.co.jp' } },
  { key: 'A-12', name: 'Bolt Logistics', ids: { account_id: 'A-0012' } },
  { key: 'A-13', name: 'Bolt Holdings', ids: { account_id: 'A-0013', phone: '+81312345678' } },
];
function likely(kind: string, value: string, from: readonly NamedAccount[] = accounts) {
  const finder = new LikelyAccounts([{ kind, value }]);
  for (const account of from) finder.offer(account);
  return finder.found()[0] ?? null;
}

describe('the account that a reference most likely means', () => {
  it.each([
    ['domain', 'acmetrading.com', 'A-1'],
    ['domain', 'bolt-logistic.test', 'A-12'],
    ['domain', 'yamada-ss.com', 'A-2'],
    ['crm_name', '山田製作所(株)', 'A-2'],
    ['account_id', 'a0012', 'A-12'],
    ['account_id', 'Ａ－１２', 'A-12'],
  ])('of %s %s is %s', (kind, value, key) => {
    expect(likely(kind, value)).toMatchObject({ account: key });
  });

  it.each([
    ['account_id', 'A-0014'],
    ['domain', 'completely-different.test'],
    ['phone', '+81312345678'],
    ['account_id', '77'],
  ])('is nobody for %s %s', (kind, value) => {
    expect(likely(kind, value)).toBeNull();
  });

  it('tells how alike they are, and the same text is wholly alike', () => {
    expect(likely('domain', 'acme-trading.com')).toEqual({
      account: 'A-1',
      name: 'Acme Trading Co., Ltd.',
      likeness: 1,
    });
    const { likeness = 0 } = likely('domain', 'acme-tradings.com') ?? {};
    expect(likeness).toBeGreaterThan(0.9);
    expect(likeness).toBeLessThan(1);
  });

  it('does not depend on the order of accounts', () => {
    const twins = [...accounts, { key: 'A-0', name: 'Acme Trading', ids: {} }];
    fc.assert(
      fc.property(fc.shuffledSubarray(twins, { minLength: twins.length }), (order) => {
        expect(likely('domain', 'acme-trading.com', order)).toMatchObject({ account: 'A-0', likeness: 1 });
      }),
    );
  });
});
