// Health where sales reps work: the band of an account on its open deals. All open deals are listed once per plan and kept by
// account, only those of accounts of ours; a CRM that cannot list them, or a mapping without them, costs nothing.

import { type Deal, knowsDeals } from '../crm/crm.ts';
import { dealWish } from '../domain/deal-wish.ts';
import { diffRecord } from '../domain/diff.ts';
import type { Account, EffectDraft, Existing, Fields, Outcome, Remark } from '../domain/nouns.ts';
import { reasonLines } from '../domain/score.ts';
import type { Lease } from '../state/store.ts';
import type { CrmHand, Hall } from './hall.ts';

const object = 'opportunity';

/** What it takes to show the health of these accounts on their deals. */
export type PlanDeals = (
  page: readonly { readonly account: Account; readonly outcome: Outcome }[],
) => Promise<{ readonly effects: readonly EffectDraft[]; readonly remarks: readonly Remark[] }>;

/** Lists the open deals. Reads only. */
export async function openDeals(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  only: string | null,
  signal: AbortSignal,
): Promise<PlanDeals> {
  const { crm, mapping } = hand;
  const words = (mapping.objects.opportunity?.fields ?? [])
    .filter((field) => field.write !== 'never')
    .map((field) => field.word);
  if (!knowsDeals(crm) || words.length === 0) return async () => ({ effects: [], remarks: [] });
  const wanted = only === null ? null : (await hall.store.accounts.get(only))?.ids[mapping.idKind];
  const byAccount = new Map<string, Existing[]>();
  const keep = ({ accountId, record }: Deal) => {
    if (wanted != null && crm.canonicalId(wanted) !== accountId) return;
    const known = byAccount.get(accountId);
    if (known === undefined) byAccount.set(accountId, [record]);
    else known.push(record);
  };
  for await (const page of crm.openDeals(words, signal)) page.forEach(keep);

  return async (page) => {
    const dealt = page.flatMap(({ account, outcome }) => {
      const id = account.ids[mapping.idKind];
      const deals = id === undefined ? [] : (byAccount.get(crm.canonicalId(id)) ?? []);
      return deals.map((deal) => ({ account, outcome, deal }));
    });
    const targets = dealt.map(({ deal }) => deal.target);
    if (targets.length === 0) return { effects: [], remarks: [] };
    const live = await hall.store.outbox.live(crm.name, object, targets);
    const written = await hall.store.outbox.written(crm.name, object, targets);
    const adopt = new Map<string, Fields>();
    const effects: EffectDraft[] = [];
    const remarks: Remark[] = [];
    for (const { account, outcome, deal } of dealt) {
      if (live.has(deal.target)) continue;
      const wish = dealWish({ outcome, account: account.key, deal, mapping });
      if (wish === null) continue;
      const because = reasonLines(outcome.score);
      const diff = diffRecord({ wish, existing: deal, written: written.get(deal.target), mapping, because });
      effects.push(...diff.effects);
      remarks.push(...diff.remarks);
      if (Object.keys(diff.adopt).length > 0) adopt.set(deal.target, diff.adopt);
    }
    if (adopt.size > 0) await hall.store.outbox.adopt(lease, crm.name, object, adopt);
    return { effects, remarks };
  };
}
