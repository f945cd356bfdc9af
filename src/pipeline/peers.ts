// What accounts are compared with today, found before any of them is decided: a bounded sample, so that memory and time do not
// grow with the number of accounts. Ranks and medians are frozen once per model; what a window did to everybody is of the day.

import { addDays } from '../domain/calendar.ts';
import { measureAccount } from '../domain/measure.ts';
import { factsBefore, type Prepared } from '../domain/outcome.ts';
import { largeEnough, peerSetsOf } from '../domain/peer-sets.ts';
import { contributionTo } from '../domain/peers.ts';
import { breathe } from '../lib/breathe.ts';
import { accountPages } from './account-pages.ts';
import type { Hall } from './hall.ts';

/** Accounts looked at for a set; a median of so many is within a few hundredths of the median of all. */
const sampleSize = 1_000;

/**
 * The configuration with its peers. A first evaluation freezes a set as soon as thirty accounts fill it; from then on it stays
 * until the model changes. Sets of the day are made of today's facts only, so the same facts give the same bytes.
 */
export async function withPeers(
  hall: Hall,
  request: { readonly asOf: string; readonly freshSources: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<Prepared> {
  const { prepared, store } = hall;
  const sets = peerSetsOf(
    prepared.definitions,
    prepared.models.map(({ ref }) => ref.hash),
  );
  const frozen: Record<string, readonly number[]> = {};
  const wanted: Record<string, string> = { ...sets.daily };
  for (const [reference, metric] of Object.entries(sets.frozen)) {
    const numbers = await store.history.frozen(reference, sets.hash);
    if (numbers === null) wanted[reference] = metric;
    else frozen[reference] = numbers;
  }
  if (Object.keys(wanted).length === 0) return { ...prepared, peers: frozen };

  const sample = new Map<string, number[]>();
  const sinceDays = Object.fromEntries(
    Object.entries(sets.reach).map(([source, days]) => [source, days === null ? null : addDays(request.asOf, -days)]),
  );
  const step = Math.max(1, Math.ceil((await store.accounts.count()) / sampleSize));
  let seen = 0;
  for await (const page of accountPages(hall, null)) {
    await breathe();
    signal.throwIfAborted();
    // Every so many accounts, in the store's order: the same accounts each time that nobody came or went.
    const chosen = page.filter(() => seen++ % step === 0);
    const facts = await store.facts.ofAccounts(
      chosen.map(({ key }) => key),
      sinceDays,
      request.asOf,
    );
    for (const account of chosen) {
      const metrics = measureAccount({
        ...prepared,
        account,
        records: facts.get(account.key) ?? [],
        definitions: sets.definitions,
        asOf: request.asOf,
        freshSources: request.freshSources,
        before: {},
      });
      const known = factsBefore(prepared, { account, metrics, memory: null, asOf: request.asOf });
      // Prospects and customers who left are nobody's peers.
      if (prepared.population?.answer(known) === 'no') continue;
      for (const [reference, number] of Object.entries(contributionTo(wanted, metrics)))
        sample.set(reference, added(sample.get(reference), number));
    }
  }
  const made = largeEnough(
    Object.fromEntries([...sample].map(([reference, set]) => [reference, set.sort((a, b) => a - b)])),
  );
  for (const reference of Object.keys(sets.frozen)) {
    const numbers = made[reference];
    if (numbers !== undefined && frozen[reference] === undefined)
      await store.history.freeze(reference, sets.hash, numbers);
  }
  return { ...prepared, peers: { ...made, ...frozen } };
}

/** The configuration with the sets that a model was frozen with; nothing is looked at anew. For looking back at one account. */
export async function withFrozenPeers({ prepared, store }: Pick<Hall, 'prepared' | 'store'>): Promise<Prepared> {
  const sets = peerSetsOf(
    prepared.definitions,
    prepared.models.map(({ ref }) => ref.hash),
  );
  const peers: Record<string, readonly number[]> = {};
  for (const reference of Object.keys(sets.frozen)) {
    const numbers = await store.history.frozen(reference, sets.hash);
    if (numbers !== null) peers[reference] = numbers;
  }
  return { ...prepared, peers };
}

function added(set: number[] | undefined, number: number): number[] {
  if (set === undefined) return [number];
  set.push(number);
  return set;
}
