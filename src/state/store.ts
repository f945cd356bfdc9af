// The contract of the store: one method, one transaction. There is no begin, no commit and no callback that may wait
// inside. Every method is async, every stream of rows is paged, and nobody above assumes that a store answers at once.
// Errors: StoreError (disk full, locked, corrupt, another org), BusyError (lease), both before anything was changed.

import type { Trouble } from '../domain/notice.ts';
import type {
  Account,
  AccountRef,
  Contact,
  CrmObject,
  Cursor,
  Effect,
  EffectDraft,
  EffectState,
  Fields,
  KnownTask,
  Memory,
  Metric,
  NextAction,
  Orphan,
  Outcome,
  Plan,
  Problem,
  Receipt,
  RejectedRow,
  Remark,
  Score,
  SourceRecord,
  Tally,
  Verdict,
} from '../domain/nouns.ts';

/** Who may write: every move carries it. A lease that was lost refuses the move with BusyError. */
export interface Lease {
  readonly runId: string;
  readonly epoch: number;
}
export type RunKind = 'run' | 'plan' | 'apply' | 'undo' | 'retry' | 'erase';
export type RunState = 'active' | 'done' | 'held' | 'partial' | 'failed' | 'aborted';
export interface RunRow {
  readonly id: string;
  readonly kind: RunKind;
  readonly job: string;
  /** The schedule slot it answers, an ISO instant; null when started by hand. */
  readonly slot: string | null;
  readonly asOf: string;
  readonly configHash: string;
  readonly state: RunState;
  readonly stage: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  /** The run report of contract section 5, as stored JSON text; null until closed. */
  readonly report: string | null;
}

export interface Runs {
  /**
   * Takes the lease and opens a run. An active run whose lease has run out is closed as aborted first (and returned); one
   * whose lease is alive throws BusyError saying who holds it and until when. A slot that already ran throws BusyError.
   */
  open(run: {
    readonly kind: RunKind;
    readonly job: string;
    readonly slot: string | null;
    readonly asOf: string;
    readonly configHash: string;
    readonly owner: string;
    readonly now: string;
    readonly ttlMs: number;
  }): Promise<{ readonly lease: Lease; readonly aborted: readonly RunRow[] }>;
  /** Prolongs the lease; BusyError when it is no longer ours. */
  beat(lease: Lease, now: string, ttlMs: number): Promise<void>;
  /** Writes the stage's name into the journal. */
  stage(lease: Lease, stage: string, now: string): Promise<void>;
  close(
    lease: Lease,
    end: { readonly state: RunState; readonly exitCode: number; readonly report: string; readonly now: string },
  ): Promise<void>;
  get(runId: string): Promise<RunRow | null>;
  /** Newest first. */
  last(count: number, kind?: RunKind): Promise<readonly RunRow[]>;
  /** The newest slot of a job that was run, skipped or aborted; null for none. */
  lastSlot(job: string): Promise<string | null>;
  /** Notes a slot as skipped, so that it is never due again. */
  skipSlot(job: string, slot: string, now: string): Promise<void>;
}

/** What is known of a source's health. */
export interface SourceHealth {
  readonly source: string;
  /** Rows now in the store. */
  readonly rows: number;
  /** Rows that came in the last read. */
  readonly lastRows: number;
  readonly rejectedRows: number;
  /** The newest `at` of all its facts; null when there are none. */
  readonly newestAt: string | null;
  readonly readAt: string | null;
  /** Row counts of up to seven earlier complete reads, newest first. */
  readonly earlierRows: readonly number[];
  readonly unmapped: readonly string[];
  /** False when the last read of a stream ended before its end: its facts are half old and half new. */
  readonly whole: boolean;
}
export interface Facts {
  /**
   * A page's records **and** its cursor, in one transaction; upsert by (source, stream, key). `first` starts a read
   * (counters), `last` ends it; when the stream is `complete`, keys not seen in this read are deleted at `last`.
   * `columns` is remembered with the stream.
   */
  land(
    lease: Lease,
    page: {
      readonly source: string;
      readonly stream: string;
      readonly records: readonly SourceRecord[];
      readonly rejected: readonly RejectedRow[];
      readonly cursor: Cursor | null;
      readonly first: boolean;
      readonly last: boolean;
      readonly complete: boolean;
      readonly gone: readonly string[];
      readonly unmapped: readonly string[];
      readonly now: string;
    },
  ): Promise<void>;
  cursor(source: string, stream: string): Promise<Cursor | null>;
  /** Records of a source in key order, for rosters and contacts. */
  records(source: string, after: string | null, limit: number): Promise<readonly SourceRecord[]>;
  /**
   * All facts of these accounts at or after `sinceDay` per source (null: all) and before the end of `asOf`, by account
   * key, each list ordered by (source, at, key). Joined by the accounts' ids: a fact named `{kind, value}` belongs to the
   * account that has that id. Facts of sources that are not asked for are left out.
   */
  ofAccounts(
    keys: readonly string[],
    sinceDays: Readonly<Record<string, string | null>>,
    asOf: string,
  ): Promise<ReadonlyMap<string, readonly SourceRecord[]>>;
  /**
   * Texts about people whom no reading brought since `day` go: the named columns of these sources. Returns how many rows were
   * changed; the rows stay, with what is no text.
   */
  forgetPeople(
    lease: Lease,
    day: string,
    sources: readonly { readonly source: string; readonly columns: readonly string[] }[],
  ): Promise<number>;
  health(): Promise<readonly SourceHealth[]>;
  /** Refused rows of the last read of each source, newest first. */
  rejected(source: string | null, limit: number): Promise<readonly RejectedRow[]>;
  /** For the shape gate: per column of a source, null share, distinct (capped at 2) and maximum, of the last read. */
  shape(
    source: string,
  ): Promise<
    Readonly<Record<string, { readonly nullShare: number; readonly distinct: number; readonly max: number | null }>>
  >;
  /**
   * What a source is expected to look like: row counts and columns of up to seven believed reads, newest first. Null until a
   * read was believed. A read that a gate holds must not become the measure of the next one.
   */
  expected(source: string): Promise<{
    readonly rows: readonly number[];
    readonly shapes: readonly Awaited<ReturnType<Facts['shape']>>[];
  } | null>;
  /**
   * The last read of these sources is believed. By the gates: one more of what is usual. By a person: this is what is usual
   * from now on, and what was before is no measure any more.
   */
  believe(lease: Lease, sources: readonly string[], by: 'gates' | 'person'): Promise<void>;
  /** Records now landed that belong to no account, counted by reference, most first; and by source, how many of how many. */
  orphans(limit: number): Promise<{
    readonly total: number;
    readonly records: number;
    readonly allRecords: number;
    readonly bySource: Readonly<Record<string, { readonly records: number; readonly lost: number }>>;
    readonly rows: readonly Orphan[];
  }>;
}

/** What {@link Accounts.keep} is told besides accounts. */
export interface KeptBesides {
  /** Accounts that were met in this pass and are as they were. */
  readonly unchanged?: readonly string[];
  /** Further ids of accounts. */
  readonly aliases?: readonly Tie[];
  /** Accounts that became part of another: all their ids go there, and they are gone. */
  readonly absorbed?: readonly { readonly from: string; readonly into: string }[];
}
/** An id and the account it belongs to: a key, or in the hand-made map another id written as `kind:value`. */
export interface Tie extends AccountRef {
  readonly account: string;
}
export interface Accounts {
  /** Accounts that have any of these ids, for identity to decide on. */
  byIds(ids: readonly AccountRef[]): Promise<readonly Account[]>;
  /**
   * For identity, without people: the accounts that have these ids (gone ones too) or keys, and which key each id belongs to,
   * by `kind:value`. Ids that belong to nobody are absent.
   */
  held(
    ids: readonly AccountRef[],
    keys: readonly string[],
  ): Promise<{ readonly accounts: readonly Account[]; readonly holders: ReadonlyMap<string, string> }>;
  /** Saves accounts and their ids; an id moves only if it is given to another account here. */
  keep(
    lease: Lease,
    accounts: readonly Account[],
    refused: readonly Orphan[],
    now: string,
    also?: KeptBesides,
  ): Promise<void>;
  /**
   * The hand-made map, whole: these ids belong to these accounts (by key, or by another id of theirs), whatever the rosters
   * say; ties of an earlier map that are not in this one are undone. Returns those whose account is not there.
   */
  tie(lease: Lease, ties: readonly Tie[]): Promise<readonly Tie[]>;
  /**
   * Starts a roster pass; {@link endPass} marks accounts not kept since then as gone (never deleted), and gives those whose
   * parent is named by an id (`kind:value`) the account that has this id as their parent.
   */
  beginPass(lease: Lease): Promise<void>;
  endPass(lease: Lease): Promise<number>;
  /** No account has people any more. */
  dropContacts(lease: Lease): Promise<void>;
  /** Contacts of accounts, replaced whole per account. */
  keepContacts(lease: Lease, contacts: ReadonlyMap<string, readonly Contact[]>): Promise<void>;
  /** Accounts that are there, leaves before their parents, then by key; `after` is the last key of the page before. */
  pages(after: string | null, limit: number): Promise<readonly Account[]>;
  /** What accounts that are there are called, by key; for finding one that is meant. */
  names(after: string | null, limit: number): Promise<readonly Pick<Account, 'key' | 'name' | 'ids'>[]>;
  /** The accounts below each of these that are there, by key; those without any are absent. */
  childrenOf(
    parents: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Pick<Account, 'key' | 'name' | 'attributes'>[]>>;
  get(key: string): Promise<Account | null>;
  /** By key, id in any numbering, or exact name (case does not matter): what a person types. */
  find(text: string): Promise<readonly Account[]>;
  count(): Promise<number>;
  /** Ids of one numbering, of accounts that are there, in their order. */
  idsOf(kind: string, after: string | null, limit: number): Promise<readonly string[]>;
  /** Roster rows that identity refused, with the reason. */
  refused(limit: number): Promise<readonly Orphan[]>;
}

export interface StoredScore {
  readonly asOf: string;
  readonly value: number | null;
  readonly score: Score;
}
/** What evaluate knows of an account from earlier days. */
export interface Before {
  readonly memory: Memory | null;
  /** The newest score before the as-of day, and those nearest to 7 and 30 days before it (within 3 days). */
  readonly last: StoredScore | null;
  readonly days7: StoredScore | null;
  readonly days30: StoredScore | null;
  /** The newest known value of each metric before the as-of day, for carry_forward. */
  readonly metrics: Readonly<Record<string, Metric>>;
}
export interface History {
  /**
   * Metrics (append-only: a row only where value or state differ from the newest row), score, outcome and memory of a
   * page. Upsert by (account, asOf): the same inputs leave the same bytes.
   */
  keep(lease: Lease, outcomes: readonly Outcome[], configHash: string, now: string): Promise<void>;
  /** Strictly before `asOf`. Accounts without a past are absent. */
  before(keys: readonly string[], asOf: string): Promise<ReadonlyMap<string, Before>>;
  /** The outcome of one account on the newest day at or before `asOf` (null: the newest of all). */
  outcome(account: string, asOf: string | null): Promise<Outcome | null>;
  /** Outcomes of one day by account key. */
  outcomes(asOf: string, after: string | null, limit: number): Promise<readonly Outcome[]>;
  /** Outcomes of one day for these accounts; accounts that were not evaluated that day are absent. */
  outcomesOf(keys: readonly string[], asOf: string): Promise<ReadonlyMap<string, Outcome>>;
  /** Score by day, oldest first, for sparklines. */
  scores(
    account: string,
    sinceDay: string,
  ): Promise<readonly { readonly asOf: string; readonly value: number | null; readonly band: string }[]>;
  /** Metric as known on a day (point in time). */
  metricAt(account: string, metric: string, asOf: string): Promise<Metric | null>;
  /** True when no run has ever been evaluated before `asOf`. */
  isFirst(asOf: string): Promise<boolean>;
  /** Frozen numbers per model hash: peer medians, percentile references. */
  freeze(name: string, modelHash: string, value: readonly number[]): Promise<void>;
  frozen(name: string, modelHash: string): Promise<readonly number[] | null>;
}

export interface Plans {
  /** A new draft. Earlier plans that are draft, ready or held are cancelled with their effects, except inflight and unknown ones. */
  draft(
    lease: Lease,
    plan: { readonly asOf: string; readonly configHash: string; readonly now: string },
  ): Promise<number>;
  /** Adds effects in state `planned`; the order of adding is the order of the plan. */
  add(lease: Lease, plan: number, effects: readonly EffectDraft[], remarks: readonly Remark[]): Promise<void>;
  /**
   * Plan hash, tally, verdicts, and all its effects planned → ready or held (`stopped` keeps them planned). One transaction.
   * A yes given within 24 h to the same hash still stands when its plan was overtaken before anything was sent: then `held`
   * becomes ready. Effects whose target is still live from an earlier plan are skipped, with why.
   */
  seal(
    lease: Lease,
    plan: number,
    seal: {
      readonly hash: string;
      readonly tally: Tally;
      readonly verdicts: readonly Verdict[];
      readonly as: 'ready' | 'held' | 'stopped';
      readonly now: string;
    },
  ): Promise<void>;
  /** A person's yes: held → ready, if the hash is the same and the plan younger than 24 h, else StoreError-free `false`. */
  approve(
    plan: number,
    approval: { readonly hash: string; readonly actor: string; readonly now: string },
  ): Promise<boolean>;
  /** A person's no, or a newer plan. */
  cancel(plan: number, why: string, actor: string, now: string): Promise<number>;
  /** Cancels held plans that nobody answered within 24 hours; returns them. */
  expire(now: string): Promise<readonly number[]>;
  /** Marks a plan as applied when none of its effects is left to send. */
  finish(lease: Lease, plan: number, now: string): Promise<void>;
  get(plan: number): Promise<Plan | null>;
  last(count: number): Promise<readonly Plan[]>;
  /** Hash of the configuration of the last plan that was applied; null for none. */
  appliedConfig(): Promise<string | null>;
  effects(plan: number, after: number, limit: number, states?: readonly EffectState[]): Promise<readonly Effect[]>;
  remarks(plan: number, limit: number): Promise<readonly Remark[]>;
  /** Effects of a plan by state. */
  counts(plan: number): Promise<Readonly<Partial<Record<EffectState, number>>>>;
}

/** What settle writes beside the receipts. */
export interface Settlement {
  readonly receipt: Receipt;
  /** What the record showed before and shows now, for the words of the payload. */
  readonly before: Fields | null;
  readonly after: Fields | null;
}
export interface Outbox {
  /**
   * The next effects to send, of one CRM, op and object, in plan order, no target twice: ready → inflight, attempts + 1,
   * all before any byte. Empty when there are none.
   */
  claim(lease: Lease, plan: number, crm: string, limit: number, now: string): Promise<readonly Effect[]>;
  /**
   * Notes the job in the CRM that will carry these effects out, before any of their data can be applied there: whoever
   * comes after a crash asks the job.
   */
  noteJob(lease: Lease, effects: readonly number[], job: string): Promise<void>;
  /** Effects back to ready (untouched), for a batch that will not be sent after all. */
  release(lease: Lease, effects: readonly number[]): Promise<void>;
  /**
   * Receipts → states, what we last wrote, task ledger and audit, in one transaction. For `applied`: last-written values
   * are updated with the payload; `ensure_task` opens a ledger row with the id, `close_task` closes it.
   */
  settle(
    lease: Lease,
    settlements: readonly Settlement[],
    context: { readonly now: string; readonly actor: string },
  ): Promise<void>;
  /** Moves effects to a final state without sending: skipped, superseded, cancelled. */
  drop(
    lease: Lease,
    effects: readonly {
      readonly id: number;
      readonly state: 'skipped' | 'superseded' | 'cancelled';
      readonly why: string;
    }[],
    now: string,
  ): Promise<void>;
  /** Effects whose fate is unknown: `unknown`, and `inflight` ones of runs that are over (which become unknown). */
  unsettled(
    lease: Lease,
    after: number,
    limit: number,
  ): Promise<readonly (Effect & { readonly sentAt: string; readonly job: string | null })[]>;
  /** Rejected effects that were not sent again since, newest first. */
  rejected(limit: number): Promise<readonly (Effect & { readonly at: string })[]>;
  /** Applied effects of a run, newest first, for undo and read-back; `before`/`after` as settled. */
  applied(
    runId: string,
    after: number,
    limit: number,
  ): Promise<readonly (Effect & { readonly before: Fields | null; readonly after: Fields | null })[]>;
  /** `actor`: who takes them back. */
  markUndone(lease: Lease, effects: readonly number[], now: string, actor?: string): Promise<void>;
  /** What we last wrote, words → values: by account for its own record, by the CRM's id for any other. */
  written(crm: string, object: string, accounts: readonly string[]): Promise<ReadonlyMap<string, Fields>>;
  /** Adopts values that already stand in the CRM as if we had written them (wished = existing). */
  adopt(lease: Lease, crm: string, object: string, values: ReadonlyMap<string, Fields>): Promise<void>;
  /** Which of these effect keys were rejected by the CRM and not lifted since: an unchanged payload is not sent every night. */
  quarantined(crm: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Lifts the quarantine of rejected effects (all, or of one CRM), for `retry`; returns their accounts. */
  liftQuarantine(lease: Lease, crm: string | null, now: string): Promise<readonly string[]>;
  /**
   * Which of these records something is under way for (ready, inflight, unknown), so that a plan leaves them alone. By kind of
   * record, because a CRM may number each kind by itself; a task that is being opened is under way for the account it hangs on.
   */
  live(crm: string, object: CrmObject, targets: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A record as a CRM showed it when it was last looked at. */
export interface SeenRecord {
  /** In the CRM's canonical form. */
  readonly id: string;
  readonly owner: string | null;
  readonly fields: Fields;
}
/** How far {@link Seen} is known. */
export interface SeenUpTo {
  /** What was looked at: another mapping sees something else. */
  readonly shape: string;
  /** From when on to ask for changes. */
  readonly since: string;
  /** When all of it was last read by id. */
  readonly wholeAt: string;
}
/** What a CRM's records showed, so that only what changed since must be asked for. A memory: all of it can be read anew. */
export interface Seen {
  upTo(crm: string, object: string): Promise<SeenUpTo | null>;
  /** Everything that changed before `upTo.since` is in here now. */
  mark(lease: Lease, crm: string, object: string, upTo: SeenUpTo): Promise<void>;
  /** Forgets all records of an object, and how far they were known. */
  begin(lease: Lease, crm: string, object: string): Promise<void>;
  /** Records as they are now; with `onlyKnown` those that are not in here are left out. */
  keep(
    lease: Lease,
    crm: string,
    object: string,
    records: readonly SeenRecord[],
    options: { readonly onlyKnown: boolean },
  ): Promise<void>;
  forget(lease: Lease, crm: string, object: string, ids: readonly string[]): Promise<void>;
  /** Those of these records that are in here, by id. */
  of(crm: string, object: string, ids: readonly string[]): Promise<ReadonlyMap<string, SeenRecord>>;
  /** Those of these ids that are not in here. */
  lacking(crm: string, object: string, ids: readonly string[]): Promise<readonly string[]>;
}

export interface Tasks {
  /** Every task of ours for these accounts in one CRM. */
  ofAccounts(crm: string, accounts: readonly string[]): Promise<ReadonlyMap<string, readonly KnownTask[]>>;
  /** What the CRM showed of tasks: closed or deleted by a person. */
  observe(
    lease: Lease,
    seen: readonly {
      readonly crm: string;
      readonly key: string;
      readonly status: 'open' | 'closed' | 'deleted';
      readonly closedBy: 'kenko' | 'person' | null;
      readonly crmId: string | null;
      readonly now: string;
      /** What a person said came of it, and until when it rests; left out: not looked at. */
      readonly outcome?: string | null;
      readonly snoozeUntil?: string | null;
    }[],
  ): Promise<void>;
  /** Open tasks by owner in one CRM; `plays`: of these plays only. */
  openByOwner(crm: string, plays?: readonly string[]): Promise<Readonly<Record<string, number>>>;
  /** Tasks opened on a day by owner (the payload word `owner`), so that a second plan of the day opens no further ones. */
  openedOn(crm: string, day: string, plays?: readonly string[]): Promise<Readonly<Record<string, number>>>;
  /**
   * By owner, closed tasks after which the account's next score is known (`tries`), and those of them after which it was at
   * least `minGain` points above the score when the task was made (`hits`).
   */
  effectiveness(
    crm: string,
    minGain: number,
  ): Promise<Readonly<Record<string, { readonly hits: number; readonly tries: number }>>>;
  /** Actions that wait for a place; the same (crm, account, play, episode) keeps its first day. */
  wait(lease: Lease, crm: string, actions: readonly NextAction[], now: string): Promise<void>;
  backlog(crm: string, limit: number): Promise<readonly (NextAction & { readonly since: string })[]>;
  /** Drops waiting actions that are done or older than `beforeDay`. */
  unwait(
    lease: Lease,
    crm: string,
    keys: readonly { readonly account: string; readonly play: string; readonly episode: string }[],
    beforeDay: string | null,
  ): Promise<number>;
}

/** Who comes first among the accounts of one owner, counted in the database so that nobody holds all accounts. */
export interface Ranks {
  /** Forgets the places of an earlier day. */
  begin(lease: Lease, crm: string): Promise<void>;
  keep(
    lease: Lease,
    crm: string,
    rows: readonly { readonly account: string; readonly owner: string; readonly rank: number }[],
  ): Promise<void>;
  /** Accounts that have an owner in this CRM and a score on this day, by key: what a rank is made of. */
  standing(
    crm: string,
    asOf: string,
    after: string | null,
    limit: number,
  ): Promise<
    readonly {
      readonly account: string;
      readonly owner: string;
      readonly score: number;
      readonly arr: number | null;
      readonly renewalOn: string | null;
    }[]
  >;
  /** 1 = first of its owner, for those of these accounts that are among the first `upTo`. */
  places(crm: string, accounts: readonly string[], upTo: number): Promise<ReadonlyMap<string, number>>;
}

/** One figure of one month, as it was kept. */
export interface KpiFigure {
  readonly name: string;
  /** Null where it cannot be said; `n` then says of how few. */
  readonly value: number | null;
  readonly n: number | null;
}
export interface KpiMonth {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly asOf: string;
  readonly keptAt: string;
  readonly figures: readonly KpiFigure[];
}
/** Figures at the ends of months: kept once, changed only by an express wish. */
export interface Kpis {
  /** Keeps a month; false where it is kept already and nobody said `restate`. */
  keep(month: KpiMonth, restate: boolean): Promise<boolean>;
  /** All kept months, oldest first. */
  months(): Promise<readonly KpiMonth[]>;
  /** Whether it is known who was a customer at the end of a month. */
  knowsCustomers(month: string): Promise<boolean>;
  forgetCustomers(month: string): Promise<void>;
  /** Who was a customer at the end of a month, and what it paid a month (null: nobody knows). */
  keepCustomers(
    month: string,
    customers: readonly { readonly account: string; readonly revenue: number | null }[],
  ): Promise<void>;
  /** What became, by the end of `month`, of those who were customers at the end of `before`. */
  compare(
    before: string,
    month: string,
  ): Promise<{
    readonly customers: number;
    readonly lost: number;
    readonly revenue: number;
    readonly cancelled: number;
    readonly contracted: number;
  }>;
}

export interface AuditRow {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly runId: string | null;
  readonly effectId: number | null;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly why: string;
}
/** Null: any. */
export interface AuditFilter {
  readonly account: string | null;
  readonly run: string | null;
  /** This day and later, in UTC. */
  readonly since: string | null;
}
/** A row with the account that it is about, where it is about one, and its place in the chain. */
export interface FoundAuditRow extends AuditRow {
  readonly account: string | null;
  readonly hash: string;
}
export interface Audit {
  note(entry: Omit<AuditRow, 'id'>): Promise<void>;
  /** Rows that fit, in order, after a row. */
  find(filter: AuditFilter, after: number, limit: number): Promise<readonly FoundAuditRow[]>;
  rows(after: number, limit: number): Promise<readonly AuditRow[]>;
  /** Walks the chain of hashes; the first row that does not fit, or null. */
  verify(): Promise<{ readonly rows: number; readonly brokenAt: number | null }>;
}

/** A trouble that operators are told of, from its beginning until its end was told. */
export interface Notice extends Trouble {
  readonly since: string;
  /** When somebody was told that it began; null: not yet. */
  readonly toldAt: string | null;
  /** When it was over; such a notice waits only for its end to be told. */
  readonly overAt: string | null;
}
export interface Notices {
  all(): Promise<readonly Notice[]>;
  /** Everything that is wrong now: what is new is noted, what is not named any more is over. */
  look(wrong: readonly Trouble[], now: string): Promise<void>;
  /**
   * What is to be told now. Nobody else is given the same for a minute, and after each telling that failed for twice as long,
   * at most an hour.
   */
  claim(now: string): Promise<readonly Notice[]>;
  /** These were told; those that are over are forgotten. */
  told(notices: readonly Notice[], now: string): Promise<void>;
}

/** Counts for whoever watches. */
export interface Figures {
  /** Effects that wait for something, by state. */
  readonly pending: readonly { readonly state: EffectState; readonly count: number }[];
  /** Effects that the CRM refused, with nothing newer sent to the same place. */
  readonly rejected: number;
  /** When the oldest write was sent of which nobody knows whether it arrived; null for none. */
  readonly oldestUnclearAt: string | null;
  readonly bytes: number;
  readonly walBytes: number;
  /** Share of the disk with the state file that is free; null where nobody knows. */
  readonly diskFreeShare: number | null;
}

export interface Store {
  readonly runs: Runs;
  readonly facts: Facts;
  readonly accounts: Accounts;
  readonly history: History;
  readonly plans: Plans;
  readonly outbox: Outbox;
  readonly seen: Seen;
  readonly tasks: Tasks;
  readonly ranks: Ranks;
  readonly kpis: Kpis;
  readonly audit: Audit;
  readonly notices: Notices;
  figures(): Promise<Figures>;
  /** Remembers which org or portal this file belongs to; StoreError when it is another one. */
  bind(crm: string, org: string): Promise<void>;
  /** The invariants that can be checked from the store alone (I1, I2, I3, I8, I9 and the audit chain): broken ones. */
  verify(): Promise<readonly Problem[]>;
  /** Size in bytes, schema version; when it was restored from a backup, until a plan was applied after a person's yes. */
  about(): Promise<{
    readonly path: string;
    readonly bytes: number;
    readonly version: number;
    readonly restoredAt: string | null;
  }>;
  /** Nothing, if a write could begin now. @throws StoreError. */
  ready(): Promise<void>;
  /** A whole copy, taken while others read and write, looked through; the file must not exist yet. */
  backup(
    path: string,
  ): Promise<{ readonly bytes: number; readonly version: number; readonly newestRunAt: string | null }>;
  /**
   * Deletes what is older than `day` and not needed any more; returns rows deleted. Facts go only of the sources named in
   * `events`, and never the newest of an account: rosters and contacts are states, however old.
   */
  compact(lease: Lease, day: string, events?: readonly string[]): Promise<number>;
  /** The key that addresses of people are hashed with: this file's own, made once. */
  personKey(): Promise<string>;
  /** Everything stored of a contact, and its erasure (a tombstone keeps it from coming back). */
  exportContact(key: string): Promise<readonly Fields[]>;
  eraseContact(key: string, now: string, actor?: string): Promise<number>;
  close(): Promise<void>;
}
