// Which of our tasks a CRM has, for a page of accounts: what plan compares the wished-for tasks with. Reads only.

import type { TaskRef } from '../crm/crm.ts';
import { keyOfAction } from '../domain/diff-tasks.ts';
import type { Account, ExistingTask, KnownTask, Outcome } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import type { MetHand } from './meet.ts';

/**
 * Our tasks as the CRM has them now: those that the ledger holds open, by id, and those it does not know, by key, because a
 * state file that was restored has forgotten some. Closed ones stay as the human left them and are not asked about, nor are
 * those that were seen `already`.
 */
export async function seenTasks(
  hand: MetHand,
  page: readonly { readonly account: Account; readonly outcome: Outcome }[],
  known: ReadonlyMap<string, readonly KnownTask[]>,
  signal: AbortSignal,
  already: ReadonlyMap<string, ExistingTask> = new Map(),
): Promise<Map<string, ExistingTask>> {
  const refs: TaskRef[] = [];
  for (const { account, outcome } of page) {
    const mine = known.get(account.key) ?? [];
    for (const task of mine) {
      if (task.status === 'open' && !already.has(task.key)) {
        refs.push({ key: task.key, id: task.crmId, target: null });
      }
    }
    for (const action of outcome.actions) {
      const key = keyOfAction({ org: hand.org, crm: hand.crm.name }, action);
      if (!already.has(key) && !mine.some((task) => task.key === key))
        refs.push({ key, id: null, target: account.ids[hand.mapping.idKind] ?? null });
    }
  }
  const seen = new Map<string, ExistingTask>();
  for (const part of chunks(refs, hand.crm.limits.readSize)) {
    const found = await hand.crm.find(part, signal);
    for (const ref of part) {
      const task = found.find((candidate) =>
        ref.id === null ? candidate.key === ref.key : candidate.id === ref.id || candidate.key === ref.key,
      );
      if (task !== undefined) seen.set(ref.key, { ...task, key: ref.key });
    }
  }
  return seen;
}
