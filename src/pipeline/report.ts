// The run on one page: the document of `run --json`, stored with the run and shown by `status` and the console. No person,
// no secret; numbers and names of things.

import type { ApiUsage } from '../crm/crm.ts';
import type { EffectState, Plan, Problem, Tally, Verdict } from '../domain/nouns.ts';

export interface RunReport {
  readonly runId: string;
  readonly kind: string;
  readonly state: 'done' | 'held' | 'partial' | 'failed';
  readonly exitCode: number;
  readonly asOf: string;
  readonly model: readonly {
    readonly id: string;
    readonly version: string;
    readonly hash: string;
    readonly accounts: number;
  }[];
  readonly sources: readonly {
    readonly name: string;
    readonly rows: number;
    readonly rejectedRows: number;
    readonly newestAt: string | null;
    readonly fresh: boolean;
  }[];
  readonly accounts: {
    readonly seen: number;
    readonly matched: number;
    readonly unmatched: number;
    readonly scored: number;
    readonly unknown: number;
    readonly notScored: number;
    /** References in facts that belong to no account. */
    readonly unmatchedReferences: number;
  };
  readonly bands: Readonly<Record<string, number>>;
  /** Accounts that show another band than on the day before. */
  readonly bandChanges: number;
  readonly plan: {
    readonly id: string;
    readonly hash: string;
    readonly effects: Readonly<Record<string, number>>;
    /** Write calls it costs, by CRM. */
    readonly calls: Readonly<Record<string, number>>;
  } | null;
  readonly gates: readonly {
    readonly id: string;
    readonly held: boolean;
    readonly stopped: boolean;
    readonly value: number;
    readonly limit: number;
    readonly says: string;
  }[];
  readonly effects: {
    readonly applied: number;
    readonly rejected: number;
    readonly skipped: number;
    readonly unknown: number;
    readonly superseded: number;
    readonly waiting: number;
    readonly conflicts: number;
  };
  readonly apiCalls: Readonly<Record<string, ApiUsage>>;
  readonly problems: readonly Problem[];
  readonly durationMs: Readonly<Record<string, number>>;
}

/** Counts by effect state → the report's words. `waiting` are planned or held ones that nobody has decided yet. */
export function effectCounts(
  counts: Readonly<Partial<Record<EffectState, number>>>,
  conflicts: number,
): RunReport['effects'] {
  const of = (...states: EffectState[]) => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return {
    applied: of('applied', 'undone'),
    rejected: of('rejected'),
    skipped: of('skipped', 'cancelled'),
    unknown: of('unknown', 'inflight'),
    superseded: of('superseded'),
    waiting: of('planned', 'held', 'ready'),
    conflicts,
  };
}

export interface ReportFacts {
  readonly runId: string;
  readonly kind: string;
  readonly asOf: string;
  readonly exitCode: number;
  readonly tally: Tally;
  readonly sources: RunReport['sources'];
  readonly unmatched: number;
  readonly plan: Plan | null;
  readonly calls: Readonly<Record<string, number>>;
  readonly counts: Readonly<Partial<Record<EffectState, number>>>;
  readonly verdicts: readonly Verdict[];
  readonly apiCalls: Readonly<Record<string, ApiUsage>>;
  readonly problems: readonly Problem[];
  readonly durationMs: Readonly<Record<string, number>>;
}

/** Assembles the report; the state follows from the exit code. */
export function reportOf(facts: ReportFacts): RunReport {
  const { tally } = facts;
  return {
    runId: facts.runId,
    kind: facts.kind,
    state: stateOf(facts.exitCode),
    exitCode: facts.exitCode,
    asOf: facts.asOf,
    model: Object.entries(tally.models).map(([id, model]) => ({ id, ...model })),
    sources: facts.sources,
    accounts: {
      seen: tally.accounts.seen,
      matched: tally.accounts.matched,
      unmatched: tally.accounts.unmatched,
      unmatchedReferences: facts.unmatched,
      scored: tally.accounts.scored,
      unknown: tally.accounts.unknown,
      notScored: tally.accounts.notScored,
    },
    bands: tally.bands,
    bandChanges: tally.bandChanges,
    plan:
      facts.plan === null
        ? null
        : { id: String(facts.plan.id), hash: facts.plan.hash, effects: facts.plan.tally.effects, calls: facts.calls },
    gates: facts.verdicts.map((verdict) => ({
      id: verdict.gate,
      held: verdict.answer === 'hold',
      stopped: verdict.answer === 'stop',
      value: verdict.value,
      limit: verdict.limit,
      says: verdict.says,
    })),
    effects: effectCounts(facts.counts, tally.conflicts),
    apiCalls: facts.apiCalls,
    problems: facts.problems,
    durationMs: { extract: 0, evaluate: 0, plan: 0, apply: 0, ...facts.durationMs },
  };
}
function stateOf(exitCode: number): RunReport['state'] {
  if (exitCode === 0 || exitCode === 10) return 'done';
  if (exitCode === 3 || exitCode === 8) return 'held';
  if (exitCode === 4 || exitCode === 5 || exitCode === 7) return 'partial';
  return 'failed';
}
