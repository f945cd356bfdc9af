// All accounts, page by page: nothing in the hall ever holds more of them than one page.

import type { Account } from '../domain/nouns.ts';
import type { Hall } from './hall.ts';

/** Small: what is read at once are all facts of these accounts, half a year of them. */
export const pageSize = 25;

/** Accounts in the store's order (leaves before parents), in pages; or the one account. */
export async function* accountPages(
  hall: Hall,
  only: string | null,
  size = pageSize,
): AsyncGenerator<readonly Account[]> {
  if (only !== null) {
    const account = await hall.store.accounts.get(only);
    if (account !== null) yield [account];
    return;
  }
  let after: string | null = null;
  for (;;) {
    const page: readonly Account[] = await hall.store.accounts.pages(after, size);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.key ?? null;
  }
}
