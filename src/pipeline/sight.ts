// What one CRM shows of a page of accounts before anything is wished for: their records, our tasks, and which accounts must
// wait. Asked once per page. Sends nothing that could change anything.

import { observedEnding } from '../domain/diff-tasks.ts';
import type { Account, Existing, ExistingTask, KnownTask, Outcome } from '../domain/nouns.ts';
import type { Lease } from '../state/store.ts';
import type { ReadExisting } from './existing.ts';
import type { MetHall, MetHand } from './meet.ts';
import { seenTasks } from './seen-tasks.ts';

export interface PageItem {
  readonly account: Account;
  readonly outcome: Outcome;
}
export interface Sight {
  /** Ids of records with a write of unknown outcome: left alone until it is settled. */
  readonly live: ReadonlySet<string>;
  /** Records of the others, by the id that was asked for. */
  readonly records: ReadonlyMap<string, Existing>;
  /** Our ledger, by account. Empty where the mapping makes no tasks, as is `tasks`. */
  readonly known: ReadonlyMap<string, readonly KnownTask[]>;
  /** The CRM's tasks by our key: those the ledger holds open, and those of actions it does not know. */
  readonly tasks: Map<string, ExistingTask>;
}

/** Accounts of a page with an id in this CRM and no unsettled write. */
export function freeOf(hand: MetHand, sight: Pick<Sight, 'live'>, page: readonly PageItem[]): readonly PageItem[] {
  return page.filter(({ account }) => {
    const id = account.ids[hand.mapping.idKind];
    return id !== undefined && !sight.live.has(id);
  });
}

/** Those of them whose record stands in the CRM. */
export function thereOf(hand: MetHand, sight: Pick<Sight, 'live' | 'records'>, page: readonly PageItem[]) {
  return freeOf(hand, sight, page).filter(
    ({ account }) => sight.records.get(account.ids[hand.mapping.idKind] ?? '')?.id != null,
  );
}

/** Reads what this CRM shows of a page. */
export async function lookAtPage(
  hall: MetHall,
  hand: MetHand,
  existingOf: ReadExisting,
  page: readonly PageItem[],
  signal: AbortSignal,
): Promise<Sight> {
  const { crm, mapping } = hand;
  const idOf = ({ account }: PageItem) => account.ids[mapping.idKind];
  const live = await hall.store.outbox.live(
    crm.name,
    'account',
    page.flatMap((item) => idOf(item) ?? []),
  );
  const targets = freeOf(hand, { live }, page).map((item) => ({ account: item.account.key, id: idOf(item) ?? '' }));
  const records = new Map((await existingOf(targets, signal)).map((record) => [record.target, record]));
  if (mapping.task === null) return { live, records, known: new Map(), tasks: new Map() };
  const keys = page.map(({ account }) => account.key);
  const known = await hall.store.tasks.ofAccounts(crm.name, keys);
  const tasks = await seenTasks(hand, thereOf(hand, { live, records }, page), known, signal);
  return { live, records, known, tasks };
}

/**
 * Tells the ledger which open tasks of a page people closed or deleted since, and gives the accounts they belong to: what was
 * decided about these did not know of it.
 */
export async function learnEndings(
  hall: MetHall,
  lease: Lease,
  hand: MetHand,
  sight: Sight,
): Promise<readonly string[]> {
  const ended = [...sight.known.values()].flat().flatMap((task) => {
    const observed = observedEnding(hand.crm.name, task, sight.tasks.get(task.key));
    return observed === null ? [] : [{ account: task.account, observed }];
  });
  if (ended.length === 0) return [];
  const now = hall.clock.now();
  await hall.store.tasks.observe(
    lease,
    ended.map(({ observed }) => ({ ...observed, now })),
  );
  return ended.map(({ account }) => account);
}

/** Looks for the tasks of actions that nobody wished for when the page was looked at; asks nothing where there are none. */
export async function lookAgain(
  hand: MetHand,
  sight: Sight,
  changed: readonly PageItem[],
  signal: AbortSignal,
): Promise<void> {
  if (hand.mapping.task === null) return;
  const found = await seenTasks(hand, thereOf(hand, sight, changed), sight.known, signal, sight.tasks);
  for (const [key, task] of found) sight.tasks.set(key, task);
}
