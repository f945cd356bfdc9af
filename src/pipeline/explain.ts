// Why an account is as it is: what a run kept of it, with the reasons found again in the rules of today.

import { type Explanation, explainAccount } from '../domain/explain.ts';
import type { Account } from '../domain/nouns.ts';
import { tracedOutcome } from '../domain/traced.ts';
import type { Hall } from './hall.ts';
import { withFrozenPeers } from './peers.ts';

/** The explanation of an account as of a day (null: the newest); null where it was not evaluated by then. */
export async function explanationOf(
  hall: Pick<Hall, 'store' | 'prepared' | 'decisions'>,
  account: Account,
  at: string | null,
): Promise<Explanation | null> {
  const { store, decisions } = hall;
  const outcome = await store.history.outcome(account.key, at);
  if (outcome === null) return null;
  const before = (await store.history.before([account.key], outcome.asOf)).get(account.key);
  const isFirstRun = await store.history.isFirst(outcome.asOf);
  const prepared = await withFrozenPeers(hall);
  const traced = tracedOutcome({ outcome, account, memory: before?.memory ?? null, isFirstRun, prepared });
  return explainAccount(traced, account, decisions, decisions.home.locale);
}
