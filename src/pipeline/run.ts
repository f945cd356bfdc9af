// The whole way on one page: take the lease, open the run, settle what an earlier run left unknown; then stage by stage,
// each written into the journal before it begins; close with the tally; release. Every way out closes the run.

import type { ApiUsage } from '../crm/crm.ts';
import { addDays, dayOf } from '../domain/calendar.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { exitOfGate, worst } from '../domain/gates/gates.ts';
import type { Plan, Problem, Verdict } from '../domain/nouns.ts';
import { refusedSources } from '../domain/quality.ts';
import { createTally } from '../domain/tally.ts';
import { KenkoError, rethrowCrash, StalePlanError, UsageError, worstExit } from '../lib/errors.ts';
import { scrub } from '../lib/log.ts';
import type { Lease, RunKind } from '../state/store.ts';
import { apply } from './apply.ts';
import { type EvaluateAgain, evaluate } from './evaluate.ts';
import type { Stage } from './events.ts';
import { type Extracted, extract, problemOf, requireKnown } from './extract.ts';
import { believeReads, evaluateVerdicts, extractVerdicts, planVerdicts } from './gatekeeper.ts';
import { type Hall, job, leaseMs } from './hall.ts';
import { identifyAll } from './identities.ts';
import { keepMonth } from './kpi.ts';
import { keepLease } from './lease.ts';
import { type MetHall, meetCrms } from './meet.ts';
import { makePlan } from './plan.ts';
import type { Proof } from './proof.ts';
import { reconcile } from './reconcile.ts';
import { type RunReport, reportOf } from './report.ts';
import { settleUnknown } from './settle.ts';

export interface RunRequest {
  readonly kind: 'run' | 'plan' | 'retry';
  /** Stop after this stage; null: go the whole way. */
  readonly until: 'extract' | 'evaluate' | 'plan' | null;
  /** Read only these sources; null: all. */
  readonly source: readonly string[] | null;
  /** Evaluate and plan only this account; null: all. */
  readonly account: string | null;
  /** Null: today, in the zone of the home. */
  readonly asOf: string | null;
  /** The schedule slot that is answered; null when a person started it. */
  readonly slot: string | null;
  /** False: the facts as they were landed before are good enough. */
  readonly reread: boolean;
  /** Rejected effects may be planned again. */
  readonly lifted: boolean;
}

/** What a run has found out so far; the report is made of it, however far it came. */
export interface RunSoFar {
  readonly verdicts: Verdict[];
  readonly problems: Problem[];
  readonly exits: number[];
  readonly durationMs: Record<string, number>;
  plan: Plan | null;
  /** Write calls the plan costs, by CRM. */
  calls: Readonly<Record<string, number>>;
  sources: RunReport['sources'];
  unmatched: number;
  /** API calls made before this run, by CRM: hands live longer than runs. */
  readonly usageBefore: ReadonlyMap<string, ApiUsage>;
}

/** Runs the stages that were asked for. Returns the report; throws only when no run could be opened or closed. */
export async function run(hall: Hall, request: RunRequest, signal: AbortSignal): Promise<RunReport> {
  const now = hall.clock.now();
  const today = dayOf(now, hall.decisions.home.zone);
  const asOf = request.asOf ?? today;
  await requireForwards(hall, asOf, today);
  requireKnown(hall, request.source);
  return await underLease(
    hall,
    { kind: request.kind, asOf, slot: request.slot },
    signal,
    async (lease, inner, soFar) => {
      const tally = createTally(hall.decisions.crms.map((mapping) => mapping.idKind));
      const stage = stages(hall, lease, soFar);
      const stopHere = async () => ({
        tally: tally.value(),
        counts: soFar.plan === null ? {} : await hall.store.plans.counts(soFar.plan.id),
      });

      let met: MetHall = { ...hall, crms: [] };
      // To land facts nobody has to be met: an org that is away keeps no source from being read.
      if (request.until !== 'extract') {
        await stage('start', async () => {
          met = await meetInto(hall, lease, soFar, inner);
        });
        await stage('settle', async () => {
          await settleInto(met, lease, soFar, inner);
        });
      }
      let extracted: readonly Extracted[] = [];
      await stage('extract', async () => {
        if (request.reread) extracted = await extract(hall, lease, { asOf, today, only: request.source }, inner);
        for (const one of extracted) if (one.failure !== null) fail(soFar, one.failure, one.source);
        const { verdicts, sources } = await extractVerdicts(
          hall,
          extracted,
          asOf,
          request.until === 'extract' ? request.source : null,
        );
        soFar.sources = sources;
        soFar.verdicts.push(...verdicts);
      });
      if (request.until === 'extract') {
        for (const verdict of soFar.verdicts) if (verdict.answer !== 'pass') soFar.exits.push(exitOfGate(verdict.gate));
        return await stopHere();
      }

      let freshSources: ReadonlySet<string> = new Set();
      let evaluateAgain: EvaluateAgain = async () => undefined;
      await stage('evaluate', async () => {
        const identified = await identifyAll(hall, lease, inner);
        soFar.problems.push(...identified.problems);
        const orphans = await hall.store.facts.orphans(1);
        const refused = refusedSources(hall.decisions.sources, orphans.bySource);
        soFar.problems.push(...refused.map(({ problem }) => problem), ...unmatchedProblem(orphans));
        const refusedNames = new Set(refused.map(({ source }) => source));
        const fresh = soFar.sources.filter((source) => source.fresh && !refusedNames.has(source.name));
        freshSources = new Set(fresh.map((source) => source.name));
        evaluateAgain = await evaluate(
          hall,
          lease,
          { asOf, account: request.account, freshSources, refusedSources: refusedNames },
          tally,
          inner,
        );
        soFar.unmatched = orphans.total;
        soFar.verdicts.push(...(await evaluateVerdicts(hall, extracted, tally.value(), orphans)));
        await believeReads(hall, lease, extracted, soFar.verdicts);
        if (request.kind === 'run' && request.account === null) await keepMonth(hall, asOf);
      });
      if (request.until === 'evaluate') return await stopHere();

      await stage('plan', async () => {
        const made = await makePlan(
          met,
          lease,
          {
            asOf,
            account: request.account,
            lifted: request.lifted,
            configHash: hall.decisions.hash,
            freshSources,
            evaluateAgain,
          },
          tally,
          inner,
        );
        soFar.calls = made.calls;
        soFar.problems.push(...made.problems);
        soFar.verdicts.push(...(await planVerdicts(met, tally.value(), made, asOf, soFar.usageBefore)));
        const answer = worst(soFar.verdicts);
        await hall.store.plans.seal(lease, made.plan, {
          hash: made.hash,
          tally: tally.value(),
          verdicts: soFar.verdicts,
          as: answer === 'pass' ? 'ready' : answer === 'hold' ? 'held' : 'stopped',
          now: hall.clock.now(),
        });
        soFar.plan = await hall.store.plans.get(made.plan);
        for (const verdict of soFar.verdicts) if (verdict.answer !== 'pass') soFar.exits.push(exitOfGate(verdict.gate));
      });
      const nothingToDo = soFar.plan === null || Object.values(soFar.plan.tally.effects).every((count) => count === 0);
      if (nothingToDo && soFar.plan !== null && soFar.plan.state === 'held') dropHolds(soFar);
      if (request.until === 'plan' || soFar.plan === null || (soFar.plan.state !== 'ready' && !nothingToDo))
        return await stopHere();

      await applySealed(met, lease, soFar.plan, soFar, stage, inner);
      await forgetOld(hall, lease, asOf);
      return await stopHere();
    },
  );
}

/**
 * Time only goes forwards in one state file: an earlier day would become the "before" of later ones, and older scores would
 * be planned over newer ones (I7).
 */
async function requireForwards(hall: Hall, asOf: string, today: string): Promise<void> {
  if (asOf > today)
    throw new UsageError(`${asOf} lies in the future`, {
      why: 'Nothing is known of it yet.',
      fix: 'Leave --as-of out, or name a day that is over.',
    });
  const evaluated = (await hall.store.runs.last(200))
    .filter((run) => !['start', 'settle', 'extract'].includes(run.stage))
    .map((run) => run.asOf);
  const newest = evaluated.sort().at(-1);
  if (newest === undefined || asOf >= newest) return;
  throw new UsageError(`the facts were looked at as of ${newest} already`, {
    why: 'Looking back in the same state would put older scores over newer ones.',
    fix: `Look at ${asOf} with a state of its own, which nothing else uses:\n  KENKO_STATE=state/lookback.sqlite kenko plan --as-of ${asOf}`,
  });
}

/** Meets the CRMs and notes what is wrong with them; fails when none of them can be worked with. */
export async function meetInto(hall: Hall, lease: Lease, soFar: RunSoFar, signal: AbortSignal): Promise<MetHall> {
  const met = await meetCrms(hall, lease, signal);
  soFar.verdicts.push(...met.verdicts);
  for (const verdict of met.verdicts) if (verdict.answer !== 'pass') soFar.exits.push(exitOfGate(verdict.gate));
  for (const problem of met.problems) {
    soFar.problems.push(problem);
    if (problem.severity === 'error') soFar.exits.push(problem.code === 'E_AUTH' ? 6 : 5);
  }
  const [first] = met.failures;
  if (first !== undefined && met.hands.length === 0) throw first;
  for (const failure of met.failures) fail(soFar, failure, failure.where);
  return { ...hall, crms: met.hands };
}

/** Settles what an earlier run left unknown, and notes what is too young for it. */
export async function settleInto(met: MetHall, lease: Lease, soFar: RunSoFar, signal: AbortSignal): Promise<void> {
  const settled = await settleUnknown(met, lease, signal);
  if (settled.waiting > 0) soFar.problems.push(waitingProblem(settled.waiting));
}

/** Sends a sealed plan and reads back what was written. */
export async function applySealed(
  hall: Hall,
  lease: Lease,
  plan: Plan,
  soFar: RunSoFar,
  stage: StageRunner,
  signal: AbortSignal,
): Promise<void> {
  let proofs: ReadonlyMap<string, Proof> = new Map();
  await stage('apply', async () => {
    if ((await hall.isStillDecided?.()) === false) {
      throw new StalePlanError('the configuration changed while this was under way', {
        where: `plan ${plan.id}`,
        why: 'The plan says what the old rules wanted. Nothing of it was sent.',
        fix: 'Plan anew with the files as they are now:\n  kenko plan',
      });
    }
    const applied = await apply(hall, lease, plan.id, signal);
    proofs = applied.proofs;
    for (const failure of applied.failures) fail(soFar, failure, failure.where);
    for (const verdict of applied.verdicts) {
      soFar.verdicts.push(verdict);
      if (verdict.answer !== 'pass') soFar.exits.push(exitOfGate(verdict.gate));
    }
    soFar.problems.push(...applied.waiting);
    if (applied.rejected > 0 || applied.unknown > 0 || applied.waiting.length > 0) soFar.exits.push(4);
  });
  await stage('reconcile', async () => {
    const differing = await reconcile(hall, lease, proofs, signal);
    soFar.problems.push(...differing);
    if (differing.length > 0) soFar.exits.push(4);
    await hall.store.plans.finish(lease, plan.id, hall.clock.now());
    soFar.plan = await hall.store.plans.get(plan.id);
  });
}

/** What is older than the home keeps goes, after a run that went through; rosters and the newest of each account stay. */
async function forgetOld(hall: Hall, lease: Lease, asOf: string): Promise<void> {
  const { home, sources } = hall.decisions;
  const events = sources.filter((source) => source.holds === 'events').map((source) => source.name);
  await hall.store.compact(lease, addDays(asOf, -home.state.keepDays), events);
  const { people } = hall.decisions.identity;
  if (people === undefined) return;
  const texts = sources
    .filter(({ holds }) => holds === 'contacts')
    .map(({ name, columns, ids }) => ({ source: name, columns: textsOf(columns, ids) }));
  await hall.store.facts.forgetPeople(lease, addDays(asOf, -people.forgetAfterDays), texts);
}

/** Columns that may name or describe a person; the role, days and numbers do not. */
function textsOf(columns: SourceSettings['columns'], ids: SourceSettings['ids']): string[] {
  const texts = Object.entries(columns).filter(([name, { type }]) => type === 'text' && name !== 'role');
  return [...texts.map(([name]) => name), ...Object.keys(ids).map((kind) => `id_${kind}`)];
}

export type StageRunner = (name: Stage, work: () => Promise<unknown>) => Promise<void>;

/** Writes a stage's name into the journal, does it, and measures it. */
export function stages(hall: Hall, lease: Lease, soFar: RunSoFar): StageRunner {
  return async (name, work) => {
    await hall.store.runs.stage(lease, name, hall.clock.now());
    hall.emit({ kind: 'stage', stage: name, run: lease.runId });
    const started = hall.clock.ticks();
    try {
      await work();
    } finally {
      soFar.durationMs[name] = Math.round(hall.clock.ticks() - started);
    }
  };
}

type Ending = {
  readonly tally: Parameters<typeof reportOf>[0]['tally'];
  readonly counts: Parameters<typeof reportOf>[0]['counts'];
};

/** Opens a run under a lease, keeps the lease alive, and closes the run with its report, whatever happens in between. */
export async function underLease(
  hall: Hall,
  opening: { readonly kind: RunKind; readonly asOf: string; readonly slot: string | null },
  signal: AbortSignal,
  work: (lease: Lease, signal: AbortSignal, soFar: RunSoFar) => Promise<Ending>,
): Promise<RunReport> {
  const started = hall.clock.ticks();
  const usageBefore = new Map(hall.crms.map(({ crm }) => [crm.name, crm.usage()]));
  const { lease } = await hall.store.runs.open({
    ...opening,
    job,
    configHash: hall.decisions.hash,
    owner: hall.owner,
    now: hall.clock.now(),
    ttlMs: leaseMs,
  });
  const kept = keepLease(hall, lease, signal);
  const soFar: RunSoFar = {
    verdicts: [],
    problems: [],
    exits: [],
    durationMs: {},
    plan: null,
    calls: {},
    sources: [],
    unmatched: 0,
    usageBefore,
  };
  let ending: Ending = { tally: createTally().value(), counts: {} };
  let thrown: unknown = null;
  try {
    ending = await work(lease, kept.signal, soFar);
  } catch (error) {
    rethrowCrash(error);
    thrown = kept.signal.aborted ? kept.signal.reason : error;
    if (thrown instanceof KenkoError) fail(soFar, thrown, opening.kind);
    else soFar.exits.push(70);
  } finally {
    await kept.stop();
  }
  const report = reportOf({
    runId: lease.runId,
    kind: opening.kind,
    asOf: opening.asOf,
    exitCode: worstExit(soFar.exits),
    tally: ending.tally,
    sources: soFar.sources,
    unmatched: soFar.unmatched,
    plan: soFar.plan,
    calls: soFar.calls,
    counts: ending.counts,
    verdicts: soFar.verdicts,
    problems: soFar.problems,
    apiCalls: callsSince(hall, usageBefore),
    durationMs: { ...soFar.durationMs, total: Math.round(hall.clock.ticks() - started) },
  });
  // A lost lease or a broken disk cannot be written down; the next run closes what this one left.
  if (!(thrown instanceof KenkoError) || !['E_BUSY', 'E_STORE'].includes(thrown.code)) {
    const state =
      report.state === 'done' || report.state === 'held' || report.state === 'partial' ? report.state : 'failed';
    await hall.store.runs.close(lease, {
      state,
      exitCode: report.exitCode,
      report: scrub(JSON.stringify(report)),
      now: hall.clock.now(),
    });
  }
  hall.emit({ kind: 'end', run: lease.runId, state: report.state, exitCode: report.exitCode });
  if (
    thrown !== null &&
    (!(thrown instanceof KenkoError) || ['E_BUSY', 'E_STORE', 'E_BUG', 'E_INTERRUPTED'].includes(thrown.code))
  )
    throw thrown;
  return report;
}

/** Calls of this run: hands live longer than runs where a scheduler holds them. */
function callsSince(hall: Hall, before: ReadonlyMap<string, ApiUsage>): Readonly<Record<string, ApiUsage>> {
  return Object.fromEntries(
    hall.crms.map(({ crm }) => {
      const now = crm.usage();
      const then = before.get(crm.name) ?? { auth: 0, read: 0, write: 0, total: 0 };
      return [
        crm.name,
        {
          ...now,
          auth: now.auth - then.auth,
          read: now.read - then.read,
          write: now.write - then.write,
          total: now.total - then.total,
        },
      ];
    }),
  );
}

/** Notes an error of the run: its problem and its exit code. */
export function fail(soFar: RunSoFar, error: KenkoError, where: string): void {
  soFar.problems.push(problemOf(error, where));
  soFar.exits.push(error.exitCode);
}

/** An empty plan needs no yes: what held it may stay in the report, but nothing waits. */
function dropHolds(soFar: RunSoFar): void {
  const softHolds = new Set([3]);
  for (let i = soFar.exits.length - 1; i >= 0; i--)
    if (softHolds.has(soFar.exits[i] as number)) soFar.exits.splice(i, 1);
}

/** Rows of nobody are not lost in silence: each run says how many there are. */
function unmatchedProblem(orphans: { readonly total: number; readonly records: number }): readonly Problem[] {
  if (orphans.total === 0) return [];
  return [
    {
      code: 'W_UNMATCHED',
      severity: 'warning',
      where: 'mappings/identity.yaml',
      what: `${orphans.total} references in ${orphans.records} records belong to no account`,
      why: 'What they say is missing from somebody’s score.',
      fix: 'See them, each with the account it is most like, and add their ids to a roster, or tie them by hand:\n  kenko status --unmatched unmatched.csv',
    },
  ];
}

function waitingProblem(count: number): Problem {
  return {
    code: 'E_UNAVAILABLE',
    severity: 'warning',
    where: 'outbox',
    what: `${count} earlier writes have an unknown outcome and are too young to be read back`,
    why: 'They may still arrive; writing over them could be overtaken.',
    fix: 'Nothing to do: the next run in a few minutes settles them; their records are left out of this plan.',
  };
}
