// The process dies at every step of a small run, is started again, and must end where an undisturbed run ends: each task
// made once, each value written, nothing left open, every invariant true. The CRM is a map that notes what reaches it.

import { afterEach, describe, expect, it } from 'vitest';
import type { Effect, EffectDraft } from '../../../src/domain/nouns.ts';
import { Crash } from '../../../src/lib/errors.ts';
import { onStep, step } from '../../../src/lib/step.ts';
import { newestVersion } from '../../../src/state/sqlite/migrations.ts';
import { openSqliteStore, type SqliteStore } from '../../../src/state/sqlite/store.ts';
import type { Lease } from '../../../src/state/store.ts';
import {
  account,
  asOf,
  minutesLater,
  outcome,
  record,
  setEffect,
  settlement,
  tally,
  taskEffect,
} from '../../support/builders.ts';
import { startRun } from '../contract/scene.ts';
import { freshPath, stillClock } from './files.ts';

/** What the CRM holds: values by target, tasks by key with the number of times they were made. */
interface TinyCrm {
  readonly values: Map<string, unknown>;
  readonly tasks: Map<string, number>;
}
const wished: readonly EffectDraft[] = [setEffect('a'), setEffect('b'), taskEffect('a'), taskEffect('b')];

let stopListening = () => {};
afterEach(() => stopListening());

function stands(crm: TinyCrm, effect: EffectDraft): boolean {
  return effect.op === 'ensure_task' ? crm.tasks.has(effect.key) : crm.values.get(effect.target) === effect.key;
}
function send(crm: TinyCrm, batch: readonly Effect[]): void {
  step('crm.send:before');
  for (const effect of batch) {
    if (effect.op === 'ensure_task') crm.tasks.set(effect.key, (crm.tasks.get(effect.key) ?? 0) + 1);
    else crm.values.set(effect.target, effect.key);
  }
  step('crm.send:after');
}

/** What is not known is asked about before anything is planned. */
async function settleUnknown(store: SqliteStore, lease: Lease, crm: TinyCrm, now: string): Promise<void> {
  const unsettled = await store.outbox.unsettled(lease, 0, 100);
  const settlements = unsettled.map((effect) => settlement(effect.id, stands(crm, effect) ? 'applied' : 'ready'));
  if (settlements.length > 0) await store.outbox.settle(lease, settlements, { now, actor: 'test' });
}

/** A run from the lease to its end: land, evaluate, plan what is missing, send it. */
async function liveOnce(store: SqliteStore, crm: TinyCrm, now: string): Promise<void> {
  const lease = await startRun(store, { now });
  await settleUnknown(store, lease, crm, now);
  for (const last of [false, true]) {
    const cursor = { source: 'usage', stream: 'rows', at: last ? '2' : '1' };
    const records = [record(last ? 'r-2' : 'r-1')];
    const page = { source: 'usage', stream: 'rows', records, rejected: [], cursor, first: !last, last };
    await store.facts.land(lease, { ...page, complete: true, gone: [], unmapped: [], now });
  }
  await store.accounts.beginPass(lease);
  await store.accounts.keep(lease, [account('a'), account('b')], [], now);
  await store.accounts.endPass(lease);
  await store.history.keep(lease, [outcome('a', 62), outcome('b', 30)], 'config-1', now);
  const plan = await store.plans.draft(lease, { asOf, configHash: 'config-1', now });
  const missing = wished.filter((effect) => !stands(crm, effect));
  await store.plans.add(lease, plan, missing, []);
  await store.plans.seal(lease, plan, { hash: 'h', tally: tally(), verdicts: [], as: 'ready', now });
  for (;;) {
    const batch = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
    if (batch.length === 0) break;
    send(crm, batch);
    const settlements = batch.map((effect) => settlement(effect.id, 'applied'));
    await store.outbox.settle(lease, settlements, { now, actor: 'test' });
  }
  await store.plans.finish(lease, plan, now);
  await store.runs.close(lease, { state: 'done', exitCode: 0, report: '{}', now });
}

/** Does something until the nth step and dies there; tells at which step, or null when it came to its end. */
async function dyingAt(n: number, live: () => Promise<void>): Promise<string | null> {
  let count = 0;
  let diedAt: string | null = null;
  stopListening = onStep((name) => {
    count++;
    if (count !== n) return;
    diedAt = name;
    throw new Crash(name);
  });
  try {
    await live();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  } finally {
    stopListening();
  }
  return diedAt;
}

/** Everything that must be true in the end. */
async function expectTheEnd(store: SqliteStore, crm: TinyCrm): Promise<void> {
  const facts = await store.facts.records('usage', null, 9);
  const runs = await store.runs.last(9);
  const states = await Promise.all((await store.plans.last(9)).map((plan) => store.plans.counts(plan.id)));
  const ledger = await store.tasks.ofAccounts('salesforce', ['a', 'b']);
  const written = await store.outbox.written('salesforce', 'account', ['a', 'b']);
  const left = states.flatMap((counts) => Object.keys(counts));

  expect(await store.verify()).toEqual([]);
  expect([...crm.tasks].sort()).toEqual([
    [taskEffect('a').key, 1],
    [taskEffect('b').key, 1],
  ]);
  expect([...crm.values.keys()].sort()).toEqual(['001-a', '001-b']);
  expect([...ledger.values()].flat().map((task) => task.status)).toEqual(['open', 'open']);
  expect([...written.values()]).toEqual([setEffect('a').payload, setEffect('b').payload]);
  expect(facts.map((fact) => fact.key)).toEqual(['r-1', 'r-2']);
  expect(runs[0]?.state).toBe('done');
  expect(runs.filter((run) => run.state === 'active')).toEqual([]);
  expect(left.filter((state) => ['planned', 'held', 'ready', 'inflight', 'unknown'].includes(state))).toEqual([]);
}

const emptyCrm = (): TinyCrm => ({ values: new Map(), tasks: new Map() });
/** Opens the file, lives, and closes it: what a new process would do. */
async function process(path: string, crm: TinyCrm, now: string): Promise<void> {
  const store = await openSqliteStore({ path, clock: stillClock() });
  await liveOnce(store, crm, now).finally(() => store.close());
}

describe('a store whose process dies', () => {
  it('at any one step, comes to the same end with the next run', async () => {
    const places: string[] = [];
    for (let n = 1; ; n++) {
      const crm = emptyCrm();
      // Only what was committed outlives the crash: the store itself remembers nothing.
      const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
      const diedAt = await dyingAt(n, () => liveOnce(store, crm, minutesLater(0)));
      if (diedAt !== null) await liveOnce(store, crm, minutesLater(5));

      await expectTheEnd(store, crm);
      await store.close();
      if (diedAt === null) break;
      places.push(diedAt);
    }

    // Each transaction of the scenario was died in, before and after, and the sending as well.
    expect(places.length).toBeGreaterThan(40);
    expect(places).toEqual(expect.arrayContaining(['crm.send:before', 'crm.send:after']));
    expect(places).toEqual(expect.arrayContaining(['db.outbox.claim:after', 'db.outbox.settle:before']));
  });

  it('at two steps of many, comes to the same end with the third run', async () => {
    let trials = 0;
    for (let first = 1, whole = false; !whole; first += 2) {
      for (let second = 1 + (first % 7); ; second += 7) {
        const crm = emptyCrm();
        const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
        whole = (await dyingAt(first, () => liveOnce(store, crm, minutesLater(0)))) === null;
        const diedAgain = whole ? null : await dyingAt(second, () => liveOnce(store, crm, minutesLater(5)));
        if (diedAgain !== null) await liveOnce(store, crm, minutesLater(10));

        await expectTheEnd(store, crm);
        await store.close();
        trials++;
        if (diedAgain === null) break;
      }
    }

    expect(trials).toBeGreaterThan(150);
  });

  it('while the file is made, opened or worked on, leaves a file that the next process takes up', async () => {
    const places = new Set<string>();
    // Every step of the migrations and of opening a run, then every seventh.
    for (let n = 1; ; n += n < 2 * newestVersion + 4 ? 1 : 7) {
      const path = freshPath();
      const crm = emptyCrm();
      const diedAt = await dyingAt(n, () => process(path, crm, minutesLater(0)));
      if (diedAt !== null) await process(path, crm, minutesLater(5));

      const store = await openSqliteStore({ path, clock: stillClock() });
      await expectTheEnd(store, crm);
      await store.close();
      if (diedAt === null) break;
      places.add(diedAt);
    }

    expect([...places]).toEqual(
      expect.arrayContaining(['db.migrate:before', 'db.migrate:after', 'db.runs.open:after']),
    );
  });
});
