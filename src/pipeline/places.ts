// Who comes first among the accounts of one owner: every account's rank into the store, places out of it. Scores and contracts
// are read in pages; nothing holds all accounts, and no outcome is unpacked for it.

import { daysBetween } from '../domain/calendar.ts';
import type { CrmMapping } from '../domain/decisions.ts';
import type { Fields } from '../domain/nouns.ts';
import { priorityRank } from '../domain/rank.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import type { Hall } from './hall.ts';

const word = 'support_priority_rank';
const pageSize = 1_000;

/** Places of accounts, as words for their records; empty where nobody maps the word. */
export type PlaceWords = (accounts: readonly string[]) => Promise<ReadonlyMap<string, Fields>>;

/**
 * Ranks all accounts of one CRM as of a day: risk × value × urgency, by score, `arr` and `renewal_on`. A plan for one account
 * leaves the places of all as they are.
 */
export async function rankAccounts(
  hall: Hall,
  lease: Lease,
  mapping: CrmMapping,
  request: { readonly asOf: string; readonly account: string | null },
): Promise<PlaceWords> {
  const { ranks } = hall.store;
  const isMapped = mapping.objects.account?.fields.some((field) => field.word === word && field.write !== 'never');
  if (isMapped !== true || request.account !== null) return async () => new Map();
  await ranks.begin(lease, mapping.crm);
  let after: string | null = null;
  for (;;) {
    await breathe();
    const page: Awaited<ReturnType<typeof ranks.standing>> = await ranks.standing(
      mapping.crm,
      request.asOf,
      after,
      pageSize,
    );
    if (page.length === 0) break;
    after = page.at(-1)?.account ?? null;
    await ranks.keep(
      lease,
      mapping.crm,
      page.flatMap(({ account, owner, score, arr, renewalOn }) => {
        const daysToRenewal = renewalOn === null ? null : daysBetween(request.asOf, renewalOn);
        const rank = priorityRank({ score, arr, daysToRenewal });
        return rank > 0 ? [{ account, owner, rank }] : [];
      }),
    );
  }
  return async (accounts) => {
    const places = await ranks.places(mapping.crm, accounts, hall.decisions.plays.placesPerOwner ?? 10);
    return new Map(accounts.map((account) => [account, { [word]: places.get(account) ?? null }]));
  };
}
