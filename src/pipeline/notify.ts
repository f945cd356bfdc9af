// What is wrong now, and the telling of it: once when it begins and once when it is over, remembered in the store. A telling
// that fails is tried again at a later look and never fails a run.

import { beganSays, endedSays, rejectedTroubles, type Trouble } from '../domain/notice.ts';
import type { Clock } from '../lib/clock.ts';
import type { Notice, RunRow, Store } from '../state/store.ts';
import type { Hall } from './hall.ts';
import type { RunReport } from './report.ts';

/** A write that nobody knows the outcome of for so long is trouble; the next run settles younger ones. */
const unclearMs = 3_600_000;
/** Runs that do the nightly work; `plan` is a person looking. */
const working: readonly string[] = ['run', 'apply', 'retry', 'undo'];
const interrupted: ReadonlySet<number | null> = new Set([130, 143]);
/** Exit codes with which a run went through and still left something undone that only a person can mend. */
const halfWay: ReadonlySet<number | null> = new Set([5, 7]);

/** A message as a webhook is given it. */
export interface Telling {
  /** All of it as one text, in the language of the home. */
  readonly text: string;
  readonly home: string;
  readonly at: string;
  readonly began: readonly Told[];
  readonly ended: readonly Told[];
}
export interface Told {
  readonly kind: Trouble['kind'];
  readonly about: string;
  readonly count: number;
  readonly since: string;
  readonly says: string;
}

/** Everything that is wrong now, as the store knows it. Reads only. */
export async function troubleNow({
  store,
  clock,
}: {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
}): Promise<readonly Trouble[]> {
  // A run that a person interrupted says nothing of how things are.
  const runs = (await store.runs.last(30)).filter((run) => run.state !== 'active' && !interrupted.has(run.exitCode));
  const last = runs.find((run) => working.includes(run.kind));
  const report = reportOf(last);
  const figures = await store.figures();
  return [
    ...(await heldTrouble(store)),
    ...stoppedTrouble(report),
    ...failedTrouble(last, report),
    ...staleTrouble(runs),
    ...rejectedTroubles(figures.rejected),
    ...(await unclearTrouble(store, figures.oldestUnclearAt, clock.now())),
  ];
}

function reportOf(run: RunRow | undefined): RunReport | null {
  return run?.report === null || run?.report === undefined ? null : (JSON.parse(run.report) as RunReport);
}
/** A plan that nobody answered in its day waits no longer, but the question does. One that a person asked for is seen already. */
async function heldTrouble(store: Store): Promise<readonly Trouble[]> {
  const [plan] = await store.plans.last(1);
  if (plan === undefined || (plan.state !== 'held' && !plan.expired)) return [];
  const isAskedFor = (await store.runs.get(plan.runId))?.kind === 'plan';
  const isOpen = (await store.notices.all()).some(({ key, overAt }) => key === 'held' && overAt === null);
  if (isAskedFor && !isOpen) return [];
  const gates = plan.verdicts.filter(({ answer }) => answer === 'hold').map(({ gate }) => gate);
  return [{ key: 'held', kind: 'held', about: `plan ${plan.id} (${gates.join(', ')})`, count: 1 }];
}
function stoppedTrouble(report: RunReport | null): readonly Trouble[] {
  const gates = (report?.gates ?? []).filter((gate) => gate.stopped).map((gate) => gate.id);
  if (report === null || gates.length === 0) return [];
  return [
    { key: 'stopped', kind: 'stopped', about: `${gates.join(', ')} in run ${report.runId}`, count: gates.length },
  ];
}
function failedTrouble(run: RunRow | undefined, report: RunReport | null): readonly Trouble[] {
  if (run === undefined || (run.state !== 'failed' && run.state !== 'aborted' && !halfWay.has(run.exitCode))) return [];
  const codes = [
    ...new Set((report?.problems ?? []).filter((one) => one.severity === 'error').map(({ code }) => code)),
  ];
  const exit = run.exitCode === null ? 'it ended in the middle' : `exit code ${run.exitCode}`;
  const about = `${run.id}, ${exit}${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`;
  return [{ key: 'failed', kind: 'failed', about, count: 1 }];
}
function staleTrouble(runs: readonly RunRow[]): readonly Trouble[] {
  const read = runs.map(reportOf).find((report) => (report?.sources.length ?? 0) > 0);
  return (read?.sources ?? [])
    .filter((source) => !source.fresh)
    .map(({ name }) => ({ key: `stale ${name}`, kind: 'stale', about: name, count: 1 }));
}
async function unclearTrouble(store: Store, oldestAt: string | null, now: string): Promise<readonly Trouble[]> {
  if (oldestAt === null || Date.parse(now) - Date.parse(oldestAt) <= unclearMs) return [];
  const { pending } = await store.figures();
  const count = pending
    .filter(({ state }) => state === 'unknown' || state === 'inflight')
    .reduce((sum, one) => sum + one.count, 0);
  return [{ key: 'unclear', kind: 'unclear', about: '', count }];
}

/**
 * Looks, remembers, and tells what is to be told by `send`; without it only remembers. Returns what was told, null for nothing.
 * Whatever `send` throws is thrown on, and the telling is tried again at a later look.
 */
export async function notify(
  hall: Pick<Hall, 'store' | 'clock' | 'decisions'>,
  send: ((telling: Telling) => Promise<void>) | null,
): Promise<Telling | null> {
  const { store, clock, decisions } = hall;
  await store.plans.expire(clock.now());
  await store.notices.look(await troubleNow(hall), clock.now());
  if (send === null) return null;
  const due = await store.notices.claim(clock.now());
  if (due.length === 0) return null;
  const told = (notice: Notice): Told => ({
    kind: notice.kind,
    about: notice.about,
    count: notice.count,
    since: notice.since,
    says: notice.overAt === null ? beganSays(notice, decisions.home.locale) : endedSays(notice, decisions.home.locale),
  });
  const began = due.filter(({ overAt }) => overAt === null).map(told);
  const ended = due.filter(({ overAt }) => overAt !== null).map(told);
  const telling: Telling = {
    text: [`kenko ${decisions.home.name}`, ...[...began, ...ended].map(({ says }) => says)].join('\n'),
    home: decisions.home.name,
    at: clock.now(),
    began,
    ended,
  };
  await send(telling);
  await store.notices.told(due, clock.now());
  return telling;
}
