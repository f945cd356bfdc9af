// Evaluate: a page of accounts → scores, bands, segments, flags, next actions. All decisions are domain's; here facts are
// fetched, outcomes kept, and the run is counted as it streams by. Nothing holds all accounts.

import { measureAccount } from '../domain/measure.ts';
import type { Account, Outcome } from '../domain/nouns.ts';
import { decideOutcome, type Prepared } from '../domain/outcome.ts';
import type { PlayInput } from '../domain/play.ts';
import { addOutcome, type TallySum } from '../domain/tally.ts';
import { chunks } from '../lib/batches.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import { accountPages, pageSize } from './account-pages.ts';
import { childrenOfPage } from './families.ts';
import type { Hall } from './hall.ts';
import { withPeers } from './peers.ts';

export { accountPages } from './account-pages.ts';

export interface EvaluateRequest {
  readonly asOf: string;
  /** Only this account; null: all. */
  readonly account: string | null;
  /** Sources whose facts are trustworthy today. */
  readonly freshSources: ReadonlySet<string>;
  /** Sources whose facts are left aside, because too few of them find their account. */
  readonly refusedSources?: ReadonlySet<string>;
}

/**
 * Evaluates these accounts once more with the same rules, facts and peers of the same day, and keeps the outcomes: for those
 * of whose tasks a CRM told something new. In the store's order, leaves first. Scores stay, so nothing is counted again.
 */
export type EvaluateAgain = (accounts: readonly Account[]) => Promise<void>;

/** Evaluates every account and keeps the outcomes; adds each to `tally`. */
export async function evaluate(
  hall: Hall,
  lease: Lease,
  request: EvaluateRequest,
  tally: TallySum,
  signal: AbortSignal,
): Promise<EvaluateAgain> {
  const isFirstRun = await hall.store.history.isFirst(request.asOf);
  const prepared = await withPeers(hall, request, signal);
  const sinceDays = Object.fromEntries(
    Object.entries(prepared.sinceDays(request.asOf)).filter(([source]) => !request.refusedSources?.has(source)),
  );
  const day: Day = { ...request, isFirstRun, prepared, sinceDays };
  const total = request.account === null ? await hall.store.accounts.count() : 1;
  let done = 0;
  for await (const page of accountPages(hall, request.account)) {
    await breathe();
    signal.throwIfAborted();
    await evaluatePage(hall, lease, day, page, tally);
    done += page.length;
    hall.emit({ kind: 'progress', stage: 'evaluate', what: 'accounts', done, of: total });
  }
  return async (accounts) => {
    for (const page of chunks(accounts, pageSize)) {
      await breathe();
      signal.throwIfAborted();
      await evaluatePage(hall, lease, day, page, null);
    }
  };
}

/** What is the same for all accounts of a day. */
interface Day extends EvaluateRequest {
  readonly isFirstRun: boolean;
  readonly prepared: Prepared;
  readonly sinceDays: Readonly<Record<string, string | null>>;
}

/** Decides a page of accounts and keeps it. `tally`: null where they are counted already. */
async function evaluatePage(
  hall: Hall,
  lease: Lease,
  day: Day,
  page: readonly Account[],
  tally: TallySum | null,
): Promise<void> {
  const { asOf, isFirstRun, prepared } = day;
  const keys = page.map((account) => account.key);
  const facts = await hall.store.facts.ofAccounts(keys, day.sinceDays, asOf);
  const past = await hall.store.history.before(keys, asOf);
  const closed = await closedByPeople(hall, keys);
  const childrenOf = await childrenOfPage(hall, page, asOf);
  const outcomes: Outcome[] = [];
  for (const account of page) {
    const before = past.get(account.key) ?? null;
    const metrics = measureAccount({
      account,
      records: facts.get(account.key) ?? [],
      ...prepared,
      asOf,
      freshSources: day.freshSources,
      get before() {
        return before?.metrics ?? {};
      },
    });
    const outcome = decideOutcome({
      account,
      metrics,
      before,
      asOf,
      isFirstRun,
      prepared,
      closedByPerson: closed.get(account.key) ?? [],
      children: childrenOf(account.key, outcomes),
      depth: 'brief',
    });
    if (tally !== null) addOutcome(tally, outcome, account, before?.last?.value ?? null);
    outcomes.push(outcome);
  }
  await hall.store.history.keep(lease, outcomes, hall.decisions.hash, hall.clock.now());
}

type ClosedTask = NonNullable<PlayInput['closedByPerson']>[number];

/** Tasks that a person closed or deleted in any CRM: their episodes are over, and their cool-down has begun. */
async function closedByPeople(hall: Hall, keys: readonly string[]): Promise<ReadonlyMap<string, ClosedTask[]>> {
  const closed = new Map<string, ClosedTask[]>();
  for (const mapping of hall.decisions.crms) {
    for (const [account, tasks] of await hall.store.tasks.ofAccounts(mapping.crm, keys)) {
      const mine = tasks.filter(
        (task) => task.status === 'deleted' || (task.status === 'closed' && task.closedBy === 'person'),
      );
      const told = mine.map(({ play, episode, closedOn, openedOn, outcome }) => ({
        play,
        episode,
        on: closedOn ?? openedOn,
        outcome,
      }));
      if (told.length > 0) closed.set(account, [...(closed.get(account) ?? []), ...told]);
    }
  }
  return closed;
}
