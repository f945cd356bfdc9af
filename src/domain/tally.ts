// A run counted as it streams by: sums only, so that it never grows with the number of accounts (the one exception grows
// with the number of task owners). What the sums mean, and when they are too high, is asked in gates/.

import type { Account, Band, EffectDraft, EffectOp, Outcome, Remark, Tally } from './nouns.ts';
import { comesAndGoes } from './wish.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Record<string, number>;

/** A tally under way. `value()` is a copy that later counting does not change. */
export class TallySum {
  readonly accounts: Writable<Tally['accounts']> = {
    seen: 0,
    matched: 0,
    unmatched: 0,
    scored: 0,
    unknown: 0,
    notScored: 0,
    complete: 0,
  };
  readonly bands: Counts = {};
  readonly bandsBefore: Counts = {};
  readonly models: Record<string, { version: string; hash: string; accounts: number }> = {};
  readonly effects: Record<EffectOp, number> = noEffects();
  readonly byCrm: Record<string, Record<EffectOp, number>> = {};
  readonly tasksPerOwner: Counts = {};
  /** Numberings that count as matched; empty: every account that identity kept does. */
  readonly idKinds: readonly string[];
  bandChanges = 0;
  scoreShiftSum = 0;
  scoreShiftCount = 0;
  fieldsCleared = 0;
  fieldsWritten = 0;
  conflicts = 0;
  waiting = 0;
  alerts = 0;

  constructor(idKinds: readonly string[] = []) {
    this.idKinds = idKinds;
  }

  /** {@link addOutcome} */
  addOutcome(outcome: Outcome, account: Account, scoreBefore: number | null = null): void {
    addOutcome(this, outcome, account, scoreBefore);
  }
  /** {@link addEffects} */
  addEffects(effects: readonly EffectDraft[], remarks: readonly Remark[] = []): void {
    addEffects(this, effects, remarks);
  }
  value(): Tally {
    return structuredClone({
      accounts: this.accounts,
      bands: this.bands,
      bandChanges: this.bandChanges,
      bandsBefore: this.bandsBefore,
      scoreShiftSum: this.scoreShiftSum,
      scoreShiftCount: this.scoreShiftCount,
      models: this.models,
      effects: this.effects,
      byCrm: this.byCrm,
      tasksPerOwner: this.tasksPerOwner,
      fieldsCleared: this.fieldsCleared,
      fieldsWritten: this.fieldsWritten,
      conflicts: this.conflicts,
      waiting: this.waiting,
      alerts: this.alerts,
    });
  }
}

/** A tally to count with. `idKinds`: numberings of the CRMs; an account with an id in one of them is matched. */
export function createTally(idKinds: readonly string[] = []): TallySum {
  return new TallySum(idKinds);
}
/** A tally of nothing. */
export function emptyTally(): Tally {
  return new TallySum().value();
}

/**
 * Counts one account's outcome. `scoreBefore` is its newest earlier score; without it the account does not take part in the
 * mean shift of gate G5. An account is complete when enough was known of it to make a score.
 */
export function addOutcome(
  tally: TallySum,
  outcome: Outcome,
  account: Account,
  scoreBefore: number | null = null,
): void {
  const { accounts } = tally;
  const { score, band, bandBefore } = outcome;
  accounts.seen++;
  const isMatched = tally.idKinds.length === 0 || tally.idKinds.some((kind) => (account.ids[kind] ?? '') !== '');
  accounts[isMatched ? 'matched' : 'unmatched']++;
  if (band === 'not_scored') accounts.notScored++;
  else if (score.value === null) accounts.unknown++;
  else {
    accounts.scored++;
    accounts.complete++;
  }
  up(tally.bands, band);
  if (bandBefore !== null) {
    up(tally.bandsBefore, bandBefore);
    if (bandBefore !== band) tally.bandChanges++;
  }
  if (score.value !== null && scoreBefore !== null) {
    tally.scoreShiftSum += score.value - scoreBefore;
    tally.scoreShiftCount++;
  }
  if (outcome.alertIsNew) tally.alerts++;
  if (score.value !== null) {
    const { id, version, hash } = score.model;
    const model = tally.models[id];
    if (model === undefined) tally.models[id] = { version, hash, accounts: 1 };
    else model.accounts++;
  }
}

/** Counts planned effects and what the differ remarked beside them. */
export function addEffects(tally: TallySum, effects: readonly EffectDraft[], remarks: readonly Remark[] = []): void {
  for (const { crm, object, op, payload } of effects) {
    tally.effects[op]++;
    const own = tally.byCrm[crm] ?? noEffects();
    own[op]++;
    tally.byCrm[crm] = own;
    if (op === 'ensure_task') up(tally.tasksPerOwner, String(payload['owner'] ?? ''));
    const words = Object.keys(payload);
    if (op === 'set' && object !== 'task') tally.fieldsWritten += words.length;
    if (op === 'clear') tally.fieldsCleared += words.filter((word) => !comesAndGoes.has(word)).length;
  }
  for (const { kind } of remarks) {
    if (kind === 'edited_by_person' || kind === 'corrects_edit') tally.conflicts++;
    if (kind === 'waits_for_cap') tally.waiting++;
  }
}

/** Mean change of the score, in points, over the accounts that had one before and have one now; 0 for none. */
export function meanShift(tally: Tally): number {
  return tally.scoreShiftCount === 0 ? 0 : tally.scoreShiftSum / tally.scoreShiftCount;
}

const psiBands: readonly Band[] = ['green', 'yellow', 'red', 'unknown'];

/**
 * Population stability index of the bands, Σ (q − p)·ln(q/p) over green, yellow, red and unknown; 0 where nobody had a band
 * before. An empty cell counts as half an account, because ln 0 has no value.
 */
export function psi(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): number {
  const share = (counts: Readonly<Record<string, number>>): readonly number[] => {
    const cells = psiBands.map((band) => counts[band] ?? 0);
    const filled = cells.map((count) => (count === 0 ? 0.5 : count));
    const sum = filled.reduce((a, b) => a + b, 0);
    return filled.map((count) => count / sum);
  };
  const total = (counts: Readonly<Record<string, number>>) =>
    psiBands.reduce((sum, band) => sum + (counts[band] ?? 0), 0);
  if (total(before) === 0 || total(now) === 0) return 0;
  const p = share(before);
  const q = share(now);
  return psiBands.reduce((sum, _, i) => {
    const [was, is] = [p[i] ?? 1, q[i] ?? 1];
    return sum + (is - was) * Math.log(is / was);
  }, 0);
}

function noEffects(): Record<EffectOp, number> {
  return { set: 0, clear: 0, ensure_task: 0, close_task: 0 };
}
function up(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
