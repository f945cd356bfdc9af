// What the chapters of the contract share: a store with a run under way, and the short ways to get somewhere.

import type { EffectDraft } from '../../../src/domain/nouns.ts';
import type { Lease, Runs, Store } from '../../../src/state/store.ts';
import { asOf, now, tally } from '../../support/builders.ts';

export type Open = () => Promise<Store>;

/** Opens a run of the job `kenko` that may live for a minute. */
export async function startRun(store: Store, given: Partial<Parameters<Runs['open']>[0]> = {}): Promise<Lease> {
  const { lease } = await store.runs.open({
    kind: 'run',
    job: 'kenko',
    slot: null,
    asOf,
    configHash: 'config-1',
    owner: 'host-1',
    now,
    ttlMs: 60_000,
    ...given,
  });
  return lease;
}
export async function endRun(store: Store, lease: Lease): Promise<void> {
  await store.runs.close(lease, { state: 'done', exitCode: 0, report: '{}', now });
}

/** A store and a run, closed again when the test is over. */
export async function withRun(open: Open, tell: (store: Store, lease: Lease) => Promise<void>): Promise<void> {
  const store = await open();
  try {
    await tell(store, await startRun(store));
  } finally {
    await store.close();
  }
}
export async function withStore(open: Open, tell: (store: Store) => Promise<void>): Promise<void> {
  const store = await open();
  try {
    await tell(store);
  } finally {
    await store.close();
  }
}

/** A sealed plan of these effects; gives its id. */
export async function sealedPlan(
  store: Store,
  lease: Lease,
  effects: readonly EffectDraft[],
  as: 'ready' | 'held' | 'stopped' = 'ready',
  hash = 'plan-1',
): Promise<number> {
  const plan = await store.plans.draft(lease, { asOf, configHash: 'config-1', now });
  await store.plans.add(lease, plan, effects, []);
  await store.plans.seal(lease, plan, { hash, tally: tally(), verdicts: [], as, now });
  return plan;
}

/** Lands a whole read of one page. */
export async function landPage(
  store: Store,
  lease: Lease,
  page: Partial<Parameters<Store['facts']['land']>[1]>,
): Promise<void> {
  await store.facts.land(lease, {
    source: 'usage',
    stream: 'rows',
    records: [],
    rejected: [],
    cursor: null,
    first: true,
    last: true,
    complete: false,
    gone: [],
    unmapped: [],
    now,
    ...page,
  });
}
