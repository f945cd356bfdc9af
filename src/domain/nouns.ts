// Every noun of the house on one page. Data only, readonly, no behaviour: if a line of code needs a new noun, it is
// declared here first. Vendor words (sObject, property, 001…) stay below, in clients/ and crm/.
//
// Glossary. account: the scored unit; theirs are *Account* and *company*. contact: a person at an account. fact or
// record: one row as its source gave it. metric: one number made of facts. model: one way to make a score; the first
// that fits an account wins. play: the rule that yields a next action; trigger: its condition; episode: one firing of a
// play, named by the as-of day on which the trigger became true (plus stage, contact or case where it has one).
// next action: what a person should do; task: the CRM record that answers it. wish: what a CRM should show; effect: one
// intended write; receipt: what became of it. gate: a question about a whole plan; verdict: its answer. key: ours,
// readable or hashed; id: a vendor's, opaque. cursor: how far a stream was read; saved, it is the checkpoint.
// as-of: the day the facts are looked at, YYYY-MM-DD in the zone of kenko.yaml, never taken from the wall clock in here.

/** A plain value. Days are `YYYY-MM-DD`, instants ISO 8601 in UTC, both as strings. */
export type Value = string | number | boolean | null;
/** Values by name. Names are ours (snake_case), never a vendor's. */
export type Fields = Readonly<Record<string, Value>>;
/** A text in the two languages every CS-facing text exists in. */
export interface Words {
  readonly en: string;
  readonly ja: string;
}
export type Locale = 'en' | 'ja';

// ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A fact, as landed. `fields` hold the declared columns under our names, already typed. */
export interface SourceRecord {
  readonly source: string;
  readonly stream: string;
  /** Unique inside its stream; landing the same key twice is one fact. */
  readonly key: string;
  /** When it happened: a day or an instant. What windows are cut by. */
  readonly at: string;
  /** Who it is about, as the source names the account; `kind` says in which numbering (`account_id`, `domain`, `salesforce`…). */
  readonly account: AccountRef | null;
  /** Who did it, where the source says: an opaque contact or user key. No e-mail, no name, unless a play needs it. */
  readonly contact: string | null;
  readonly fields: Fields;
}
/** How a source names an account: the numbering it uses and the value in it. */
export interface AccountRef {
  readonly kind: string;
  readonly value: string;
}
/** A row that could not become a fact: kept, counted and listed by `status`, never dropped. */
export interface RejectedRow {
  readonly source: string;
  readonly stream: string;
  /** Where: line number, primary key or page of the source. */
  readonly place: string;
  readonly why: string;
  readonly fix: string;
}
/** How far a stream was read. Opaque: only its source reads `at`. */
export interface Cursor {
  readonly source: string;
  readonly stream: string;
  readonly at: string;
}

// ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A customer, after identity: one thing, however many systems know it. */
export interface Account {
  readonly key: string;
  readonly name: string;
  /** Ids by numbering: `{salesforce: '001…', hubspot: '123', account_id: 'A-1', domain: 'acme.test'}`. */
  readonly ids: Readonly<Record<string, string>>;
  /** Owner per CRM, as that CRM's user or owner id; null where nobody owns it. */
  readonly owners: Readonly<Record<string, string | null>>;
  readonly parent: string | null;
  /** What the roster records say about it: plan, seats, arr, renewal_date… under our names. */
  readonly attributes: Fields;
  /** Attribute → the roster it came from, so that the first roster keeps winning when a later one is read again. */
  readonly origins?: Readonly<Record<string, string>>;
  readonly contacts: readonly Contact[];
}
/** A person at an account, reduced to what scoring and plays need. */
export interface Contact {
  readonly key: string;
  readonly ids: Readonly<Record<string, string>>;
  readonly role: 'champion' | 'decision_maker' | 'star_user' | 'user' | null;
  readonly attributes: Fields;
}
/** A reference that belongs to no account, with the reason. */
export interface Orphan {
  readonly source: string;
  readonly kind: string;
  readonly value: string;
  readonly why: string;
  readonly records: number;
}

// ── Metrics and scores ───────────────────────────────────────────────────────────────────────────────────────────

/**
 * known: a value, fresh enough. stale: a value, older than promised. missing: nobody knows. not_applicable: it makes no
 * sense here (no goals were set). silent: asked and not answered (surveys), which never counts better than an answer.
 */
export type MetricState = 'known' | 'stale' | 'missing' | 'not_applicable' | 'silent';
/** One number about one account on one day. */
export interface Metric {
  readonly name: string;
  readonly value: Value;
  readonly state: MetricState;
  /** When the newest fact behind it happened; null when there is none. */
  readonly at: string | null;
  /** Names of the sources it was made of. */
  readonly from: readonly string[];
  /** What a person should see beside the value: `{numerator: 31, denominator: 50}`. */
  readonly detail: Fields;
}
export type Band = 'green' | 'yellow' | 'red' | 'unknown' | 'not_scored';
export type Confidence = 'high' | 'medium' | 'low' | 'none';

/** A score made of explained parts. `value` is null when not enough is known; null never starts a play. */
export interface Score {
  readonly account: string;
  readonly asOf: string;
  readonly model: ModelRef;
  /** 0..100 with one decimal, rounded once; the one value that is stored, shown and compared. */
  readonly value: number | null;
  /** Before override and caps, unrounded. */
  readonly raw: number | null;
  /** Before override and caps, 1 decimal: what the record shows beside the final score, so that both can be compared. */
  readonly calculated: number | null;
  readonly coverage: number;
  readonly confidence: Confidence;
  /** Why `value` is null, for people; null when there is a value. */
  readonly reason: string | null;
  readonly dimensions: readonly DimensionScore[];
  readonly parts: readonly Part[];
  readonly caps: readonly Cap[];
  readonly override: Override | null;
}
/** Which model made a score; `hash` over the model's definition and the metrics it uses. */
export interface ModelRef {
  readonly id: string;
  readonly version: string;
  readonly hash: string;
}
export interface DimensionScore {
  readonly name: string;
  /** 0..100 with one decimal; null when none of its metrics is present. */
  readonly value: number | null;
  readonly weight: number;
}
/** What one metric adds to a score. Over all parts `points + lost = 100` after redistribution. */
export interface Part {
  readonly metric: string;
  readonly dimension: string;
  readonly value: Value;
  readonly state: MetricState;
  readonly at: string | null;
  /** As configured. */
  readonly weight: number;
  /** After the weights of missing metrics were given to others; the weights of all present parts add up to 100. */
  readonly effectiveWeight: number;
  /** Normalised 0..1; null when it does not count. */
  readonly normalised: number | null;
  readonly points: number | null;
  readonly lost: number;
  /** The reason line of the part in the language of the home, ready to show. Empty until it is told (tell.ts). */
  readonly text: string;
}
/** A veto that matched: the score may not be above `limit`. */
export interface Cap {
  readonly name: string;
  readonly limit: number;
  /** True for the caps that lowered this score. */
  readonly applied: boolean;
  readonly text: string;
  readonly trace: Trace;
}
/** A person's correction with reason and end. */
export interface Override {
  readonly delta: number;
  readonly reason: string;
  readonly until: string;
}
/** What moved between two scores. */
export interface Trend {
  readonly delta7d: number | null;
  readonly delta30d: number | null;
  readonly direction: 'up' | 'flat' | 'down' | null;
  /** −15 in 30 days or −10 in 7. */
  readonly dropAlert: boolean;
  /** Metrics whose points moved most, biggest first; they add up to the change of the raw score. */
  readonly changes: readonly MetricChange[];
  /** The change that a change of model, not of the customer, made; null when the model stayed. */
  readonly byModel: number | null;
  /** The change that caps and corrections by hand made; null where nothing is compared. */
  readonly byVetoes: number | null;
  /** One line for the record: `Seats 62→48 (-9)`; empty when nothing moved, and until it is told. */
  readonly note: string;
}
export interface MetricChange {
  readonly metric: string;
  readonly before: Value;
  readonly after: Value;
  readonly points: number;
}
/** One step towards the next band. */
export interface Lift {
  readonly metric: string;
  readonly from: Value;
  readonly to: Value;
  readonly gain: number;
  /** True when this step alone reaches the edge. */
  readonly enough: boolean;
  readonly text: string;
}

// ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────────

export type Answer = 'yes' | 'no' | 'unknown';
/** A condition with the facts filled in: the answer and the explanation are one tree. */
export interface Trace {
  readonly answer: Answer;
  /** `all`, `any`, `not`, or the operator of a leaf (`at_most`, `is`…). */
  readonly kind: string;
  readonly fact?: string;
  readonly expected?: Value | readonly Value[];
  readonly actual?: Value;
  readonly of?: readonly Trace[];
}

// ── Decisions about an account ───────────────────────────────────────────────────────────────────────────────────

export interface Segment {
  readonly name: string;
  readonly value: string;
  readonly since: string;
  /** True when a person locked it; then it is reported `skipped_locked` and never changed. */
  readonly locked: boolean;
  readonly trace: Trace;
}
export interface Flag {
  readonly name: string;
  readonly up: boolean;
  readonly since: string | null;
  /** `seats`, `plan`, `product`, `limit`: which demand signals say yes. */
  readonly types: readonly string[];
  readonly because: readonly string[];
  readonly trace: Trace;
}
/** A play looked at for one account: fired or not, and why. */
export interface PlayVerdict {
  readonly play: string;
  readonly outcome:
    | 'fired'
    | 'open'
    | 'quiet'
    | 'cooling_down'
    | 'suppressed'
    | 'baseline'
    | 'merged'
    | 'no_channel'
    | 'held_out'
    | 'unknown'
    | 'closed';
  readonly episode: string | null;
  readonly says: string;
  readonly trace: Trace;
  /** For open plays: how it reaches the customer. */
  readonly channel?: 'task' | 'nurture';
  /** For open plays that nurture: what the record shows for the marketing or guide tool to pick up. */
  readonly nurtureTrack?: string | null;
  readonly guideUrl?: string | null;
}
/** What a person should do next. */
export interface NextAction {
  readonly account: string;
  readonly play: string;
  readonly episode: string;
  /** More than one only for plays per contact or case; else 0. */
  readonly ordinal: number;
  readonly subject: string;
  readonly body: string;
  /** Calendar day, business days already counted. */
  readonly dueOn: string;
  readonly priority: 'high' | 'medium' | 'low';
  /** Who, by role: resolved to a CRM user per CRM by the owner chain. */
  readonly owner: string;
  readonly rank: number;
  readonly because: readonly string[];
}
/** A task of ours whose cause is gone. */
export interface Closing {
  readonly account: string;
  readonly play: string;
  readonly episode: string;
  readonly note: string;
}
/** What must be remembered of an account from one as-of day to the next. Plain JSON; an unknown key is kept. */
export interface Memory {
  readonly band: Band;
  readonly bandSince: string;
  readonly pendingBand: Band | null;
  readonly pendingRuns: number;
  readonly alert: boolean;
  readonly segments: Readonly<
    Record<string, { readonly value: string; readonly since: string; readonly decidedOn: string }>
  >;
  readonly flags: Readonly<Record<string, { readonly since: string; readonly lastSignal: string }>>;
  readonly plays: Readonly<Record<string, PlayMemory>>;
  readonly parkedUntil: string | null;
  /** Metrics that nobody knows today and that may still be carried forward, as they were known last. Mostly absent. */
  readonly known?: Readonly<Record<string, Metric>>;
}
export interface PlayMemory {
  /** The trigger's last answer was yes. */
  readonly on: boolean;
  /** Consecutive as-of days on which it said yes; plays with `runs: 2` wait for it. */
  readonly runs: number;
  /** Episode that is open or was last; null before the first. */
  readonly episode: string | null;
  readonly open: boolean;
  /** Consecutive as-of days on which the closing condition held. */
  readonly closingRuns: number;
  readonly closedOn: string | null;
  /** True from a firing (or the baseline) until the trigger says no: this entry may not fire again. Absent: as `open`. */
  readonly spent?: boolean;
  /** Stage of the last firing or baseline, for plays that have stages. */
  readonly stage?: string;
  /** How the open episode reaches the customer; absent: as a task. */
  readonly channel?: 'task' | 'nurture';
  /** The play whose task carries this episode on its checklist; absent: it has a task of its own. */
  readonly within?: string;
  /** Score on the day the last episode began, to see later whether it helped. */
  readonly scoreAtOpen?: number;
  /** How often in a row people called its task not useful; three times double the cool-down. */
  readonly notUseful?: number;
  /** Episodes of a risk play that were worked off, oldest first, as far back as parking looks. */
  readonly workedOff?: readonly { readonly on: string; readonly before: number; readonly after: number }[];
}
/** The accounts below an account, as they were scored that day. */
export interface Family {
  readonly children: number;
  /** Mean by revenue with one decimal, the account's own score included where it counts; null where nobody has a score. */
  readonly value: number | null;
  readonly worst: { readonly account: string; readonly score: number } | null;
  readonly redCount: number;
}
/** All that evaluate says about one account on one day. */
export interface Outcome {
  readonly account: string;
  readonly asOf: string;
  readonly metrics: readonly Metric[];
  readonly score: Score;
  readonly band: Band;
  readonly bandBefore: Band | null;
  readonly alert: boolean;
  /** True on the day the alert began. */
  readonly alertIsNew: boolean;
  readonly trend: Trend;
  readonly segments: readonly Segment[];
  readonly flags: readonly Flag[];
  readonly plays: readonly PlayVerdict[];
  readonly actions: readonly NextAction[];
  readonly closings: readonly Closing[];
  readonly lift: readonly Lift[];
  /** Matrix → the cell's value (`usage_sentiment_quadrant`); null where a fact of it is not known. */
  readonly matrices?: Fields;
  /** What its child accounts come to, where it has some. */
  readonly family?: Family;
  readonly memory: Memory;
}

// ── Plans and effects ────────────────────────────────────────────────────────────────────────────────────────────

/** Desired state of one record in one CRM, in our words. A word that is absent here is none of our business. */
export interface Wish {
  readonly account: string;
  readonly crm: string;
  readonly object: CrmObject;
  /** The CRM's id of the record. */
  readonly target: string;
  readonly fields: Fields;
}
export type CrmObject = 'account' | 'contact' | 'opportunity' | 'task';
export type WritePolicy = 'unless_edited' | 'always' | 'once' | 'never';
export type EffectOp = 'set' | 'clear' | 'ensure_task' | 'close_task';
export type EffectState =
  | 'planned'
  | 'held'
  | 'ready'
  | 'inflight'
  | 'unknown'
  | 'applied'
  | 'rejected'
  | 'skipped'
  | 'superseded'
  | 'cancelled'
  | 'undone';

/** One intended write. Payload and expect are in our words; a hand translates them. */
export interface Effect {
  readonly id: number;
  readonly plan: number;
  readonly account: string;
  readonly crm: string;
  readonly object: CrmObject;
  /** The CRM id of the record that is written; for `ensure_task` the id of the record the task hangs on. */
  readonly target: string;
  readonly op: EffectOp;
  /** What makes it the same effect again; for tasks the key that the CRM's unique field holds. */
  readonly key: string;
  /** For tasks: play and episode, readable. Empty for fields. */
  readonly play: string;
  readonly episode: string;
  readonly payload: Fields;
  /** What the record showed when the plan was made, for the words of the payload; the plan's "old" column. */
  readonly expect: Fields | null;
  readonly because: readonly string[];
  readonly state: EffectState;
  readonly attempts: number;
  readonly crmId: string | null;
  readonly problem: Problem | null;
}
/** An effect before the store gave it an id. */
export type EffectDraft = Omit<Effect, 'id' | 'plan' | 'state' | 'attempts' | 'crmId' | 'problem'>;
/** Something the differ saw and did not turn into an effect; shown in the plan. */
export interface Remark {
  readonly account: string;
  readonly crm: string;
  readonly word: string;
  readonly kind:
    | 'edited_by_person'
    | 'corrects_edit'
    | 'locked'
    | 'unmatched'
    | 'unsettled'
    | 'task_closed_by_person'
    | 'task_deleted'
    | 'waits_for_cap'
    | 'dropped';
  readonly says: string;
}
export type GateId = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9' | 'G10' | 'G11' | 'G12' | 'G13';
export interface Verdict {
  readonly gate: GateId;
  readonly answer: 'pass' | 'hold' | 'stop';
  readonly value: number;
  readonly limit: number;
  /** One sentence for people: what was seen, against which limit. */
  readonly says: string;
}
/** A header, a tally and a hash; the effects stream from the store, because there may be a million. */
export interface Plan {
  readonly id: number;
  readonly runId: string;
  readonly asOf: string;
  readonly configHash: string;
  /** Over all effects in order; empty until the plan is complete. */
  readonly hash: string;
  readonly complete: boolean;
  readonly state: 'draft' | 'ready' | 'held' | 'stopped' | 'applied' | 'cancelled';
  /** True where it was cancelled because nobody answered it within 24 hours. */
  readonly expired: boolean;
  readonly createdAt: string;
  readonly tally: Tally;
  readonly verdicts: readonly Verdict[];
}
/** A run counted as it streams by. Sums only, so that it never grows with the number of accounts. */
export interface Tally {
  readonly accounts: {
    readonly seen: number;
    readonly matched: number;
    readonly unmatched: number;
    readonly scored: number;
    readonly unknown: number;
    readonly notScored: number;
    readonly complete: number;
  };
  readonly bands: Readonly<Record<string, number>>;
  readonly bandChanges: number;
  readonly bandsBefore: Readonly<Record<string, number>>;
  readonly scoreShiftSum: number;
  readonly scoreShiftCount: number;
  readonly models: Readonly<
    Record<string, { readonly version: string; readonly hash: string; readonly accounts: number }>
  >;
  readonly effects: Readonly<Record<EffectOp, number>>;
  readonly byCrm: Readonly<Record<string, Readonly<Record<EffectOp, number>>>>;
  readonly tasksPerOwner: Readonly<Record<string, number>>;
  readonly fieldsCleared: number;
  readonly fieldsWritten: number;
  readonly conflicts: number;
  readonly waiting: number;
  readonly alerts: number;
}
/** What became of one effect. It speaks in states: the CRM's answer is the state the effect moves to. */
export interface Receipt {
  readonly effectId: number;
  readonly state: 'applied' | 'rejected' | 'ready' | 'unknown';
  readonly crmId: string | null;
  readonly problem: Problem | null;
  /** What the answer to the write itself showed of the record; absent where a CRM only says yes. */
  readonly shown?: Shown;
}
/** A record as the answer to a write shows it: all words of the payload, and the CRM's stamp of the change. */
export interface Shown {
  readonly fields: Fields;
  /** ISO in UTC with milliseconds; null where the answer has none. */
  readonly changedAt: string | null;
}
/** Something wrong, told so that the reader can act. Used by config, check, receipts and row errors alike. */
export interface Problem {
  /** `E_CONFIG`, `E_DRIFT`… for classes of errors, or the vendor's code for receipts. */
  readonly code: string;
  /** error: the work cannot go on. warning: it can. */
  readonly severity: 'error' | 'warning';
  /** `config/plays.yaml:5:38`, `salesforce Account.Health_Score__c`, `usage.csv:12`. */
  readonly where: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

// ── What a CRM shows ─────────────────────────────────────────────────────────────────────────────────────────────

/** A record as the CRM has it now, in our words and in canonical values (see crm/crm.ts). */
export interface Existing {
  readonly account: string;
  readonly object: CrmObject;
  /** The id asked for. */
  readonly target: string;
  /** The id it answers to now: differs after a merge. Null when it is gone. */
  readonly id: string | null;
  readonly owner: string | null;
  readonly fields: Fields;
}
/** One of our tasks as the CRM has it now. */
export interface ExistingTask {
  readonly key: string;
  /** Null when the CRM has no such task and never will have had it (deleted ones are found and say so). */
  readonly id: string | null;
  readonly state: 'open' | 'closed' | 'deleted' | 'absent';
  readonly target: string | null;
  readonly owner: string | null;
  /** subject, body, due_on, priority, outcome, snooze_until: our words. */
  readonly fields: Fields;
}
/** One of our tasks as we remember it. */
export interface KnownTask {
  readonly key: string;
  readonly account: string;
  readonly crm: string;
  readonly play: string;
  readonly episode: string;
  readonly crmId: string | null;
  readonly status: 'open' | 'closed' | 'deleted';
  readonly closedBy: 'kenko' | 'person' | null;
  readonly openedOn: string;
  readonly closedOn: string | null;
  /** What we last wrote into it. */
  readonly written: Fields;
  /** What a person said came of it (`done`, `not_useful`, …), as last read back. */
  readonly outcome?: string;
  /** Until when a person wants to be left alone, and the day that was first seen. */
  readonly snoozeUntil?: string;
  readonly snoozedOn?: string;
}
