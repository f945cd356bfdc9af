// What the admin decided, typed and complete: every default filled in, every short form long. config/ makes it, the
// rest of the house reads it. Nothing here knows YAML, and nothing here is a vendor's word except inside `mappings`.

import type { KpiTarget } from './kpi.ts';
import type { Fields, Locale, Value, Words, WritePolicy } from './nouns.ts';

/** Everything, from one home folder. `hash` covers all that can change a plan; comments and order do not. */
export interface Decisions {
  readonly hash: string;
  readonly home: HomeSettings;
  readonly sources: readonly SourceSettings[];
  /** So many sources are read at the same time. Absent: 3. */
  readonly sourcesAtOnce?: number;
  readonly identity: IdentitySettings;
  readonly metrics: readonly MetricDefinition[];
  readonly scorecard: Scorecard;
  readonly segments: readonly SegmentDefinition[];
  readonly flags: readonly FlagDefinition[];
  readonly plays: PlaySettings;
  readonly gates: GateSettings;
  readonly crms: readonly CrmMapping[];
  readonly examples: readonly Example[];
  /** Targets of the figures kept at the ends of months, and which attributes they are made of. */
  readonly kpis?: KpiSettings;
  /** What is said of single people on contact records. */
  readonly contacts?: ContactSettings;
}

// ── kenko.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface HomeSettings {
  readonly name: string;
  readonly purpose: string;
  /** IANA zone; days, windows and schedules are cut here. */
  readonly zone: string;
  readonly locale: Locale;
  /** ISO 3166 country whose holidays are not business days (`JP`); null for none. */
  readonly holidays: string | null;
  /** Days that are no business days besides, `YYYY-MM-DD`. */
  readonly extraHolidays: readonly string[];
  readonly currency: string;
  /** Cron expression of five fields; null when only run by hand. */
  readonly schedule: string | null;
  /** What to do with slots that passed while nobody ran. */
  readonly missedRuns: 'run_once' | 'skip';
  readonly state: { readonly path: string; readonly keepDays: number; readonly anyFileSystem?: boolean };
  readonly budgets: Readonly<Record<string, { readonly shareOfDay: number; readonly shareOfRun: number }>>;
  readonly console: {
    readonly host: string;
    readonly port: number;
    readonly tokenEnv: string;
    /** Where a proxy with TLS shows it to people; null: nowhere. */
    readonly publicUrl: string | null;
  };
  /** Called after each successful run; null for none. */
  readonly heartbeatUrl: string | null;
  /** Where trouble is told; null for none. */
  readonly notifyUrl: string | null;
  readonly notifyFormat: 'auto' | 'slack' | 'json';
  /** Address ranges that may be told besides public ones and this machine. */
  readonly notifyAllowAddresses: readonly string[];
}

// ── sources.yaml ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface SourceSettings {
  readonly name: string;
  /** `csv`, `postgres`, `salesforce`, `hubspot`: a key of sources/kinds.ts. */
  readonly kind: string;
  /** roster: each row is an account. contacts: each row is a person. events: rows in time. */
  readonly holds: 'roster' | 'contacts' | 'events';
  /** The kind's own settings, checked by the kind's schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Columns whose values together make the key of a row. Empty: a hash of the row (only for csv). */
  readonly key: readonly string[];
  /** Which column names the account, and in which numbering. Null for rosters whose ids are in `columns`. */
  readonly account: { readonly column: string; readonly kind: string } | null;
  readonly contact: string | null;
  /** Column that says when; null: the as-of day (a row that holds today's state). */
  readonly at: string | null;
  /** Our name → column, type, required. */
  readonly columns: Readonly<Record<string, ColumnSettings>>;
  /** Roster: our numbering → the column with that id (`{salesforce: Id, account_id: AccountNumber}`). */
  readonly ids: Readonly<Record<string, string>>;
  /** Days after which the newest row is too old (G1); null: never stale. */
  readonly freshWithinDays: number | null;
  /** How far a cursor looks back, seconds. */
  readonly lookbackSeconds: number;
  /** Share of rows that may be refused before the source stops, 0..1. */
  readonly rejectLimit: number;
  /** Share of the rows that must belong to an account before the source may carry weight, 0..1; 0: any. Absent: 0.8. */
  readonly minMatchShare?: number;
  /** What to do with a column that changed its type or is gone: always an error; here only for documentation. */
  readonly label: Words;
  /** Environment variables that were not given; with any, this source can be read about but not connected to. */
  readonly lacks?: readonly string[];
}
export interface ColumnSettings {
  readonly from: string;
  readonly type: 'text' | 'number' | 'boolean' | 'day' | 'instant';
  /** Date pattern where it is not ISO: `dd-mm-yyyy`, `yyyy/mm/dd`, `mm/dd/yyyy`; `phone_jp` for telephone numbers. Null: ISO. */
  readonly format: string | null;
  readonly required: boolean;
  /** Values → ours (`{クレーム: complaint}`); an unmapped value becomes null with one warning per distinct value. */
  readonly map: Readonly<Record<string, Value>> | null;
  readonly min: number | null;
  readonly max: number | null;
}

// ── identity.yaml ────────────────────────────────────────────────────────────────────────────────────────────────

export interface IdentitySettings {
  /** Numberings tried in order when two roster rows might be one account, and when a fact looks for its account. */
  readonly match: readonly string[];
  /** Which numbering makes our account key: the first of these that a row has. */
  readonly keyFrom: readonly string[];
  /** Names by source order: the first roster that has a value for an attribute wins. */
  readonly rosters: readonly string[];
  /** `{kind:value → account key}`, made by hand. */
  readonly byHand: Readonly<Record<string, string>>;
  /** Domains that identify nobody (gmail.com…). */
  readonly freeDomains: readonly string[];
  /** ISO 3166 country of telephone numbers that name none. Absent: JP. */
  readonly phoneCountry?: string;
  /** Rosters of which several rows may be one account by domain or phone. Absent: none. */
  readonly manyToOne?: readonly string[];
  /** What several rows of one roster come to, by attribute. Absent: the first row that says something. */
  readonly together?: Readonly<Record<string, 'sum' | 'least' | 'most'>>;
  /** How people are matched, and what is kept of them. Absent: by e-mail, then phone, as hashes. */
  readonly people?: {
    /** Numberings that may be shared (a mailbox, a switchboard): tried in order, after all others. */
    readonly match: readonly string[];
    /** True: e-mail addresses and telephone numbers are kept as they are, not as keyed hashes. */
    readonly keepAddresses: boolean;
    /** After so many days in which no reading brought a person, texts about them go. */
    readonly forgetAfterDays: number;
  };
  /** Only accounts that answer yes are scored; others show `not_scored`. Null: all. */
  readonly population: Condition | null;
}

// ── metrics.yaml ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface MetricDefinition {
  readonly name: string;
  readonly label: Words;
  readonly why: string;
  /** `percent` runs from 0 to 100 (shares, goals and milestones are then given times 100), `ratio` from 0 to 1. */
  readonly unit: 'number' | 'percent' | 'days' | 'count' | 'currency' | 'score' | 'date' | 'text' | 'yes_no' | 'ratio';
  readonly measure: Measure;
  /** Null for metrics that conditions use and no score counts. */
  readonly normalise: Normaliser | null;
  readonly missing: MissingPolicy;
  /** Days after which a value is stale; null: never. */
  readonly staleAfterDays: number | null;
  /** Days after which half of the distance to neutral (0.5) is lost; null: no decay. */
  readonly halfLifeDays: number | null;
  /** Silence gate (domain.md 2.5): "nothing happened" counts only where the account is known to be active. */
  readonly countsOnlyWhenActive: boolean;
  /** Surveys: what two invitations without an answer count as, 0..1; null where it is no survey. */
  readonly nonRespondent: {
    readonly normalised: number;
    readonly invitations: number;
    readonly withinDays: number;
    readonly source: string | null;
  } | null;
  /** Shown beside the value in a reason: `target 9+`, `of 12 expected`. Null: derived from the normaliser. */
  readonly expected: Words | null;
}

/** How a number is made of facts. Windows are half-open, [asOf − days, asOf), cut in the zone of the home. */
export type Measure =
  | { readonly kind: 'attribute'; readonly field: string }
  | { readonly kind: 'constant'; readonly value: Value }
  | {
      readonly kind: 'aggregate';
      readonly of:
        | 'count'
        | 'sum'
        | 'mean'
        | 'min'
        | 'max'
        | 'latest'
        | 'distinct'
        | 'distinct_days'
        | 'distinct_business_days'
        /** Days since the newest row that counts; with `field`, since the newest day in that column. */
        | 'days_since'
        /** Days since the oldest row that counts (an open escalation); `field` as in days_since. */
        | 'days_since_oldest'
        | 'share'
        | 'top_share'
        /** People in the top tenth of use who use at least twice the median; `field` is added up. */
        | 'star_players';
      readonly source: string;
      /** Field of the record; `contact` counts contacts. Null for count, distinct_days, and the row's own day. */
      readonly field: string | null;
      /** Which rows count. Besides the columns it may ask for `contact`, `contact_role`, `contact_<column>` and `stream` of a row. */
      readonly where: Condition | null;
      /** For `share`: which of the rows count. */
      readonly share: Condition | null;
      /** Null: everything up to the as-of day. */
      readonly windowDays: number | null;
      /** Small-n correction (k+α)/(n+α+β) for shares; null: none. */
      readonly prior: { readonly alpha: number; readonly beta: number; readonly below: number } | null;
      /** No rows in a source that is fresh: a true zero, or nothing known. */
      readonly whenEmpty: 'zero' | 'missing';
      /** Weight of each contact role where means are made over contacts; null: all alike. */
      readonly roleWeights: Readonly<Record<string, number>> | null;
    }
  | {
      readonly kind: 'ratio';
      readonly numerator: Measure;
      /** Tried in order: the first that is known and above zero. */
      readonly denominators: readonly Measure[];
      readonly factor: number;
      readonly minDenominator: number | null;
    }
  | {
      /** Per-business-day rate of the window against the median of `baselines` equal windows before it. */
      readonly kind: 'own_baseline';
      readonly source: string;
      readonly field: string | null;
      readonly where: Condition | null;
      readonly windowDays: number;
      readonly baselines: number;
      readonly minBaselineWindows: number;
      readonly minBase: number;
      readonly peerAdjusted: boolean;
    }
  | {
      /**
       * Σ w·clamp((current − baseline)/(target − baseline)) / Σ w over the goal rows of the account. Columns of a goal row:
       * `name baseline target current weight start due unit`; the newest row of each name counts. `expected` is the share
       * of the time from start to due that is over, `behind` what attainment lacks of it.
       */
      readonly kind: 'goal_attainment';
      readonly source: string;
      readonly maxAgeDays: number | null;
      /** Default `attainment`. */
      readonly give?: 'attainment' | 'expected' | 'behind';
    }
  /** Columns of a milestone row: `name weight planned_on done_on`; the newest row of each name counts. */
  | {
      readonly kind: 'milestones';
      readonly source: string;
      readonly give: 'completion' | 'days_late' | 'days_since_last' | 'next_name';
    }
  /** `field` is an attribute of the account, or a metric, that holds a day. */
  | { readonly kind: 'days_until' | 'days_since_date' | 'months_since'; readonly field: string }
  | {
      readonly kind: 'arithmetic';
      readonly op: 'add' | 'subtract' | 'multiply' | 'divide' | 'min' | 'max' | 'geometric_mean';
      readonly of: readonly Measure[];
    }
  /** The highest of an aggregate over so many windows of its own length, back to back (peak of monthly active users). */
  | { readonly kind: 'peak'; readonly of: Measure; readonly windows: number }
  /** Points for each condition that says yes (over metrics and attributes), kept between min and max; a veto gives min. */
  | {
      readonly kind: 'points';
      readonly rules: readonly { readonly when: Condition; readonly points: number }[];
      readonly veto: Condition | null;
      readonly min: number;
      readonly max: number;
    }
  /**
   * Where the account stands among all by a metric, 0..100, in the frozen set `reference`: `percentile` is the share below it,
   * `pareto` the share of the whole sum that the greater ones make together (the best customers come first: 0).
   */
  | {
      readonly kind: 'rank';
      readonly metric: string;
      readonly reference: string;
      readonly give: 'percentile' | 'pareto';
    }
  | { readonly kind: 'metric'; readonly name: string };

export type Normaliser =
  | { readonly kind: 'tiers'; readonly tiers: readonly { readonly atLeast: number; readonly value: number }[] }
  | { readonly kind: 'linear'; readonly zero: number; readonly full: number }
  | { readonly kind: 'piecewise'; readonly points: readonly { readonly at: number; readonly value: number }[] }
  | {
      readonly kind: 'band';
      readonly zeroBelow: number;
      readonly from: number;
      readonly to: number;
      readonly zeroAbove: number;
    }
  | { readonly kind: 'log'; readonly full: number }
  | { readonly kind: 'map'; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'percentile'; readonly reference: string; readonly fallback: Normaliser }
  | { readonly kind: 'robust_z'; readonly reference: string; readonly spread: number };

/** What a missing metric does to the weights (domain.md 2.5). */
export type MissingPolicy =
  | { readonly kind: 'redistribute' | 'zero' | 'neutral' | 'peer_median' | 'no_score' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'carry_forward'; readonly days: number }
  /** Zero when the source is fresh, else carried forward. */
  | { readonly kind: 'zero_if_fresh'; readonly carryDays: number };

// ── scorecard.yaml ───────────────────────────────────────────────────────────────────────────────────────────────

export interface Scorecard {
  readonly id: string;
  readonly version: string;
  readonly dimensions: Readonly<Record<string, Words>>;
  /** In order; the first whose condition says yes makes the score. The last has none. */
  readonly models: readonly ModelDefinition[];
  readonly bands: BandSettings;
  readonly caps: readonly CapDefinition[];
  readonly override: {
    readonly limit: number;
    readonly maxDays: number;
    readonly value: string;
    readonly reason: string;
    readonly until: string;
  } | null;
  readonly coverage: { readonly none: number; readonly low: number; readonly medium: number };
  /** Confidence is at most low when no metric of this dimension is present; null: no such rule. */
  readonly requiredDimension: string | null;
  /**
   * Who is known to be active, for `countsOnlyWhenActive`: yes counts, no makes the metric not applicable, unknown counts
   * (coverage is low anyway). Null: active_user_rate at least 20 or login_frequency at least 4.
   */
  readonly activeWhen?: Condition | null;
  readonly matrices: readonly MatrixDefinition[];
  /** Accounts that have others below them. Null or absent: each is scored for itself. */
  readonly families?: FamilySettings | null;
}
export interface FamilySettings {
  /** own: its own data makes the score of a parent. roll_up: its children do, as far as they have scores. */
  readonly score: 'own' | 'roll_up';
  /** The attribute or metric by which children count; without any a plain mean. */
  readonly weight: string;
  /** When the parent's own score counts beside those of its children. Null: when it has some of that weight itself. */
  readonly ownWhen: Condition | null;
}
export interface ModelDefinition {
  readonly id: string;
  readonly label: Words;
  readonly when: Condition | null;
  /** Metric → dimension and weight; the weights add up to 100. */
  readonly weights: readonly {
    readonly metric: string;
    readonly dimension: string;
    readonly weight: number;
    /** The groups inside of the dimension that it stands in, the outermost first; absent: none. */
    readonly groups?: readonly string[];
  }[];
  /** The score is not made anew; the last one stays (notice was given). */
  readonly frozen: boolean;
}
export interface BandSettings {
  /** Lowest score of yellow and of green. */
  readonly yellow: number;
  readonly green: number;
  readonly hysteresis: number;
  readonly dwellRuns: number;
  readonly alertAtOrBelow: number;
  /** Re-armed above alert + this. */
  readonly alertRearm: number;
  readonly trendDeadZone: number;
  readonly dropAlert30d: number;
  readonly dropAlert7d: number;
}
export interface CapDefinition {
  readonly name: string;
  readonly when: Condition;
  readonly limit: number;
  readonly text: Words;
}
/** A table of two facts → a label (usage × NPS). */
export interface MatrixDefinition {
  readonly name: string;
  readonly rows: {
    readonly fact: string;
    readonly cuts: readonly { readonly name: string; readonly when: Condition }[];
  };
  readonly columns: {
    readonly fact: string;
    readonly cuts: readonly { readonly name: string; readonly when: Condition }[];
  };
  /** By `row/column`, the names of the two cuts. */
  readonly cells: Readonly<Record<string, { readonly value: string | number; readonly label: Words }>>;
}

// ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Words as operators, three-valued. Facts are metrics, dimensions, attributes and the built-in names below. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly fact: string; readonly operator: Operator; readonly value: Value | readonly Value[] };
export type Operator =
  | 'is'
  | 'is_not'
  | 'one_of'
  | 'above'
  | 'below'
  | 'at_least'
  | 'at_most'
  | 'between'
  | 'contains'
  | 'missing';

// ── segments.yaml, flags.yaml ────────────────────────────────────────────────────────────────────────────────────

export interface SegmentDefinition {
  readonly name: string;
  readonly label: Words;
  /** In order, the first that says yes; the last has no condition. */
  readonly values: readonly { readonly value: string; readonly label: Words; readonly when: Condition | null }[];
  /** Sticky: how long a value stays, and the share by which a cut must be passed. */
  readonly minDays: number;
  readonly hysteresis: number;
  /** The fact the cuts are about, for hysteresis; null: none. */
  readonly fact: string | null;
  readonly recompute: 'every_run' | 'monthly';
  /** Not changed while this says yes (90 days before renewal). */
  readonly frozenWhen: Condition | null;
  /** A fact that a person sets; true: never changed by us. */
  readonly lock: string | null;
}
export interface FlagDefinition {
  readonly name: string;
  readonly label: Words;
  /** Health gate. */
  readonly gate: Condition;
  /** Never while this says yes. */
  readonly veto: Condition | null;
  /** Any of these raises it. `text` is the evidence, a liquid template. */
  readonly signals: readonly { readonly type: string; readonly when: Condition; readonly text: Words }[];
  /** Lowered after so many days without a signal. */
  readonly expiresDays: number;
}

// ── plays.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface PlaySettings {
  readonly plays: readonly PlayDefinition[];
  /** First run: remember states, open nothing but alerts. */
  readonly firstRun: 'alerts_only' | 'open_tasks';
  readonly caps: {
    readonly newPerOwnerPerDay: number;
    readonly openPerOwner: number;
    readonly openPerAccount: number;
    readonly openPerAccountHigh: number;
    readonly backlogDays: number;
    /** Places that only growth plays use, beside the others, so that risks never starve them. Absent: none of their own. */
    readonly newGrowthPerOwnerPerDay?: number;
    readonly openGrowthPerOwner?: number;
  };
  /** Several risk plays at once become one task; the order says whose text leads. Empty: never merged. */
  readonly mergeOrder: readonly string[];
  /** Condition → the plays it switches off. */
  readonly suppress: readonly {
    readonly name: string;
    readonly when: Condition;
    readonly plays: readonly string[];
    readonly except: readonly string[];
    /** True: open episodes stay, only new ones wait. */
    readonly onlyNew?: boolean;
  }[];
  readonly parked: {
    readonly closedPlays: number;
    readonly withinDays: number;
    readonly minGain: number;
    readonly parkDays: number;
    readonly unless: Condition | null;
  } | null;
  /** High-priority tasks that are overdue for so long go to a role as well, once. Null or absent: never. */
  readonly escalation?: {
    readonly afterBusinessDays: number;
    readonly owner: string;
    readonly dueBusinessDays: number;
  } | null;
  /** Stands below the text of every task: how things are, whom one talks to. Null or absent: nothing. */
  readonly situation?: Words | null;
  /** What happens to open tasks when the account gets another owner. Absent: leave. */
  readonly ownerChange?: 'leave' | 'reassign';
  /** How many accounts of an owner get a place in `support_priority_rank`. Absent: 10. */
  readonly placesPerOwner?: number;
  /** How the people of a pool are compared: their own share of tasks that helped, drawn to a usual share. */
  readonly pools?: { readonly prior: number; readonly strength: number; readonly minGain: number };
}
export interface PlayDefinition {
  /** Catalogue id and word: `renewal_risk`. */
  readonly name: string;
  /** `P16` where it is one of the catalogue; empty else. */
  readonly id: string;
  readonly on: boolean;
  readonly kind: 'risk' | 'growth' | 'value' | 'data';
  readonly when: Condition;
  readonly runs: number;
  /** What an episode is named by besides the day: a fact whose value is the stage (`renewal_stage`), or null. */
  readonly stage: string | null;
  readonly touch: Readonly<Record<string, 'task' | 'nurture' | 'none'>>;
  /** A condition under which tech touch gets a task all the same; null: never. */
  readonly taskForTechWhen: Condition | null;
  readonly nurtureTrack: string | null;
  readonly guideUrl: string | null;
  readonly subject: Words;
  readonly body: Words;
  readonly dueBusinessDays: number;
  readonly priority: 'high' | 'medium' | 'low';
  readonly owner: string;
  readonly coolDownDays: number;
  readonly closesWhen: Condition | null;
  readonly closingRuns: number;
  /** Opens even on a first run. */
  readonly alert: boolean;
  /** Touch model → how a task of this play reaches the customer; the task says so. */
  readonly ways?: Readonly<Record<string, Way>>;
  /** How success is measured, decided before the play is switched on. */
  readonly success?: {
    readonly goal: Condition;
    readonly withinDays: number;
    readonly holdOutPercent: number;
  } | null;
  /** Who of a pool gets the task; absent: the role in `owner`. */
  readonly routing?: { readonly pool: string; readonly by: 'pool_best' | 'round_robin' } | null;
}
/** How a person reaches a customer. */
export type Way = 'meeting' | 'call' | 'seminar' | 'visit' | 'mail';

// ── gates.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface GateSettings {
  readonly freshness: { readonly on: boolean };
  readonly volume: { readonly holdBelowShare: number };
  readonly coverage: { readonly holdBelowShare: number };
  readonly shape: { readonly nullShareRise: number; readonly maxJump: number };
  readonly outcome: {
    readonly bandChangeShare: number;
    readonly smallBase: number;
    readonly smallCount: number;
    readonly meanShift: number;
    readonly psi: number;
  };
  readonly tasks: { readonly newShare: number; readonly newMin: number; readonly perOwnerPerDay: number };
  readonly destruction: { readonly share: number; readonly count: number };
  readonly matching: { readonly orphanShare: number };
  readonly breaker: { readonly rejectedShare: number; readonly unclearBatches: number };
  readonly budget: { readonly ofDay: number; readonly ofRun: number };
  readonly novelty: { readonly on: boolean };
  readonly canary: { readonly records: number };
  readonly clock: { readonly maxSkewSeconds: number };
}

// ── mappings/*.yaml ──────────────────────────────────────────────────────────────────────────────────────────────

/** Our words → one CRM's objects and fields, and who may write them. */
export interface CrmMapping {
  /** `salesforce` or `hubspot`: a key of crm/kinds.ts. */
  readonly crm: string;
  readonly connection: Readonly<Record<string, unknown>>;
  readonly objects: Readonly<Partial<Record<'account' | 'contact' | 'opportunity', ObjectMapping>>>;
  readonly task: TaskMapping | null;
  /** Which numbering of identity holds this CRM's record ids. */
  readonly idKind: string;
  /** Environment variables that were not given; with any, this CRM can be read about but not connected to. */
  readonly lacks?: readonly string[];
}
export interface ObjectMapping {
  readonly object: string;
  readonly fields: readonly FieldMapping[];
  /** Their field → the values that count; left out or empty: all records. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
}
export interface FieldMapping {
  /** Ours: `health_score`, `dimension_usage`, `metric_nps`. */
  readonly word: string;
  /** Theirs: `Health_Score__c`. */
  readonly field: string;
  readonly type: FieldType;
  readonly write: WritePolicy;
  /** Decimals of numbers. */
  readonly digits: number;
  /** Longest text; longer ones are cut at a word with an ellipsis. */
  readonly length: number;
  readonly options: readonly string[];
  readonly label: Words;
  readonly help: Words;
}
export type FieldType =
  | 'text'
  | 'long_text'
  | 'number'
  | 'percent'
  | 'currency'
  | 'checkbox'
  | 'date'
  | 'datetime'
  | 'picklist'
  | 'multi_picklist';
export interface TaskMapping {
  /** exactly_once needs a unique key field in the CRM; at_least_once is the admin's informed yes to do without. */
  readonly mode: 'exactly_once' | 'at_least_once';
  /** Our words of a task → their fields: key, play, subject, body, due_on, priority, score_when_created, outcome, snooze_until. */
  readonly fields: Readonly<Record<string, string>>;
  /** Our priority → theirs. */
  readonly priorities: Readonly<Record<'high' | 'medium' | 'low', string>>;
  /** Status that closes a task; null: asked of the CRM. */
  readonly closedStatus: string | null;
  /** Owner when the account's owner is gone or inactive: ids or e-mails, tried in order. */
  readonly ownerFallback: readonly string[];
  /** Roles that plays name (`csm_manager`) → a user here, by id or e-mail; the others fall to the owner of the account. */
  readonly owners?: Readonly<Record<string, string>>;
  /** Pools that plays route to → users here, by id or e-mail. */
  readonly pools?: Readonly<Record<string, readonly string[]>>;
}

// ── kpis.yaml ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface KpiSettings {
  readonly targets: readonly KpiTarget[];
  /** Attributes of an account that say when it began, when it ended, that it ended, and what it pays a year. */
  readonly attributes: {
    readonly startedOn: string;
    readonly endedOn: string;
    readonly status: string;
    readonly ended: readonly string[];
    readonly revenue: string;
  };
}

// ── contacts.yaml ────────────────────────────────────────────────────────────────────────────────────────────────

/** What is said of single people. It moves no score of an account. */
export interface ContactSettings {
  /** Rows of use, each naming who it was. Null: nothing is said about use. */
  readonly use: {
    readonly source: string;
    readonly where: Condition | null;
    /** Column that is added up to find star users; null counts rows. */
    readonly amount: string | null;
    readonly days: number;
  } | null;
  /** Columns of contact sources: the day a person was last seen, the day they left. */
  readonly lastActive: string;
  readonly left: string;
  readonly championInactiveDays: number;
  readonly nps: ContactAnswers | null;
  readonly valueEnhancement: ContactAnswers | null;
  /** Parts of a person's score; empty: people have none. */
  readonly score: readonly {
    readonly fact: 'active_days_28d' | 'days_inactive' | 'nps_score' | 'value_enhancement_score';
    readonly weight: number;
    readonly normalise: Normaliser;
  }[];
  /** Share of the weights that must be known, 0..1. */
  readonly leastKnown: number;
}
export interface ContactAnswers {
  readonly source: string;
  readonly field: string;
  readonly where: Condition | null;
  /** Column with the day of the answer; null: the day of the row. */
  readonly answeredOn: string | null;
  readonly take: 'newest' | 'mean';
  readonly days: number;
}

// ── examples.yaml ────────────────────────────────────────────────────────────────────────────────────────────────

/** An admin's unit test of the model. */
export interface Example {
  readonly name: string;
  /** Where it stands, for messages: `config/examples.yaml:12:3`. */
  readonly place: string;
  readonly asOf: string;
  readonly given: {
    readonly attributes: Fields;
    /** Metric → value; null is missing; the words `silent` and `not_applicable` are said with `{state: …}`. */
    readonly metrics: Readonly<
      Record<string, Value | { readonly state: string; readonly value?: Value; readonly ageDays?: number }>
    >;
    readonly before: { readonly band?: string; readonly plays?: readonly string[] } | null;
  };
  readonly expect: {
    readonly score?: number | null;
    readonly raw?: number;
    readonly band?: string;
    readonly alert?: boolean;
    readonly coverage?: number;
    readonly confidence?: string;
    readonly model?: string;
    readonly dimensions?: Readonly<Record<string, number | null>>;
    readonly segments?: Readonly<Record<string, string>>;
    readonly flags?: Readonly<Record<string, boolean>>;
    readonly plays?: readonly string[];
    readonly quietPlays?: readonly string[];
  };
}

/**
 * Names that conditions and texts may use besides metrics, dimensions (`dimension_usage`), segments (`renewal_stage`)
 * and account attributes. config/ checks names against this list; domain/outcome.ts fills them in.
 */
export const builtInFacts = [
  'score',
  'band',
  'band_before',
  'alert',
  'coverage',
  'confidence',
  'trend',
  'delta_7d',
  'delta_30d',
  'drop_alert',
  'model',
  'capped',
  'cap_names',
  'touch_model',
  'upsell_flag',
  'name',
  'account',
  'owner',
  'parked',
  'child_count',
  'red_child_count',
  'worst_child_score',
] as const;

/** Names that texts may use besides all facts: ready-made lines, in the language of the text. */
export const textFacts = ['reasons', 'strengths', 'change_note', 'upsell_reason', 'lift', 'goal_progress'] as const;
