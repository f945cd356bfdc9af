// Evaluate: a page of accounts → scores, bands, segments, flags, next actions. All decisions are domain's; here facts are
// fetched, outcomes kept, and the run is counted as it streams by. Nothing holds all accounts.

import { measureAccount } from '../domain/measure.ts';
import type { Outcome } from '../domain/nouns.ts';
import { decideOutcome } from '../domain/outcome.ts';
import type { PlayInput } from '../domain/play.ts';
import { addOutcome, type TallySum } from '../domain/tally.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import { accountPages } from './account-pages.ts';
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

/** Evaluates every account and keeps the outcomes; adds each to `tally`. */
export async function evaluate(
  hall: Hall,
  lease: Lease,
  request: EvaluateRequest,
  tally: TallySum,
  signal: AbortSignal,
): Promise<number> {
  const isFirstRun = await hall.store.history.isFirst(request.asOf);
  const prepared = await withPeers(hall, request, signal);
  const sinceDays = Object.fromEntries(
    Object.entries(prepared.sinceDays(request.asOf)).filter(([source]) => !request.refusedSources?.has(source)),
  );
  const total = request.account === null ? await hall.store.accounts.count() : 1;
  let done = 0;
  for await (const page of accountPages(hall, request.account)) {
    await breathe();
    signal.throwIfAborted();
    const keys = page.map((account) => account.key);
    const facts = await hall.store.facts.ofAccounts(keys, sinceDays, request.asOf);
    const past = await hall.store.history.before(keys, request.asOf);
    const closed = await closedByPeople(hall, keys);
    const childrenOf = await childrenOfPage(hall, page, request.asOf);
    const outcomes: Outcome[] = [];
    for (const account of page) {
      const before = past.get(account.key) ?? null;
      const metrics = measureAccount({
        account,
        records: facts.get(account.key) ?? [],
        ...prepared,
        asOf: request.asOf,
        freshSources: request.freshSources,
        get before() {
          return before?.metrics ?? {};
        },
      });
      const outcome = decideOutcome({
        account,
        metrics,
        before,
        asOf: request.asOf,
        isFirstRun,
        prepared,
        closedByPerson: closed.get(account.key) ?? [],
        children: childrenOf(account.key, outcomes),
        depth: 'brief',
      });
      addOutcome(tally, outcome, account, before?.last?.value ?? null);
      outcomes.push(outcome);
    }
    await hall.store.history.keep(lease, outcomes, hall.decisions.hash, hall.clock.now());
    done += page.length;
    hall.emit({ kind: 'progress', stage: 'evaluate', what: 'accounts', done, of: total });
  }
  return done;
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
