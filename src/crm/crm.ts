// The contract of a CRM as we use it. A hand translates and sends; it decides nothing and computes no diff. Values cross
// this border in our words and in canonical form, so that "equal" means the same above it for every CRM:
//   number, percent, currency → number rounded to the mapping's digits · checkbox → boolean · date → YYYY-MM-DD ·
//   datetime → ISO UTC with seconds, no milliseconds · picklist → the option's value · multi_picklist → values sorted,
//   joined with ';' · text → string as stored, line ends \n · empty in any of them → null.

import type { CrmMapping } from '../domain/decisions.ts';
import type { Effect, Existing, ExistingTask, Problem, Receipt } from '../domain/nouns.ts';

/** What a CRM bears, as data: nothing above crm/ asks for a vendor's name. */
export interface Limits {
  /** Effects in one write call (Salesforce 1,000 by composite, HubSpot 100). */
  readonly batchSize: number;
  /** Effects that are taken out of the plan, looked at once more and handed over at once; left out: `batchSize`. */
  readonly claimSize?: number;
  /** Records of the first write of a run, read back before the rest goes out (G12). */
  readonly canarySize: number;
  /** Records in one read call. */
  readonly readSize: number;
  /** Write calls that may be under way at once. */
  readonly writesAtOnce: number;
  /** The client's own deadline; a write that passes it has an unknown outcome. */
  readonly timeoutMs: number;
  /** How long to wait before an unknown outcome may be settled by reading. */
  readonly settleMs: number;
}

/** What our work needs of a CRM: the mapping, and whether tasks are wanted. */
export interface Needs {
  readonly mapping: CrmMapping;
  readonly tasks: boolean;
  /** Also ask what our credentials may do: before anything was ever written, not every night. */
  readonly thorough?: boolean;
}

/** Calls since the hand was made, and what the vendor says of the day's quota. */
export interface ApiUsage {
  readonly auth: number;
  readonly read: number;
  readonly write: number;
  readonly total: number;
  /** Used share of the day's allowance, 0..1; null where the vendor has not said. */
  readonly quotaUsed: number | null;
  readonly quotaLimit: number | null;
}

/** Which org or portal we talk to, and what its clock says. */
export interface CrmIdentity {
  /** Salesforce org id (18 characters), HubSpot portal id. The state file refuses another one. */
  readonly org: string;
  readonly name: string;
  /** True for a sandbox, developer or test org. */
  readonly sandbox: boolean;
  /** Their clock minus ours, milliseconds; null where no Date header came. */
  readonly clockSkewMs: number | null;
}

/** Which record to read. */
export interface Target {
  readonly account: string;
  readonly object: 'account' | 'contact' | 'opportunity';
  readonly id: string;
}
/** Which task to look for: by id where we know it, else by our key. Never by search. */
export interface TaskRef {
  readonly key: string;
  readonly id: string | null;
  /** The record it hangs on, for CRMs that must look there. */
  readonly target: string | null;
}
/** A person who may own tasks. */
export interface CrmUser {
  readonly id: string;
  readonly email: string | null;
  readonly active: boolean;
}

/** Code of a receipt's problem: definitely not applied, and not to be sent again in this run. */
export const notNow = 'NOT_NOW';

/**
 * Writes down which job of the CRM will carry a batch out. A hand that uses jobs calls it before any of the batch's data can
 * be applied there, and waits for it.
 */
export type NoteJob = (job: string) => Promise<void>;

export interface Crm {
  readonly name: string;
  readonly limits: Limits;
  /** Signs in and says where. Throws AuthError, UnavailableError. */
  identify(signal: AbortSignal): Promise<CrmIdentity>;
  /**
   * Fields exist, may be written, fit in type, length and options; the task key exists and is unique; owners resolve.
   * All problems at once: errors stop the object or field, warnings (excess rights, degraded mode) do not. Reads only.
   */
  check(needs: Needs, signal: AbortSignal): Promise<readonly Problem[]>;
  /**
   * The records as they are now, strongly consistent, never by a search; one answer per target, in any order. `words`
   * says which of our words to read; those not mapped are left out. A record that is gone has `id: null`; one that was
   * merged answers with its new id.
   */
  read(targets: readonly Target[], words: readonly string[], signal: AbortSignal): Promise<readonly Existing[]>;
  /** Tasks by id or key, strongly consistent, deleted and archived ones included; one answer per ref. */
  find(refs: readonly TaskRef[], signal: AbortSignal): Promise<readonly ExistingTask[]>;
  /** Users by id or e-mail, active or not; one answer per reference that exists. */
  users(references: readonly string[], signal: AbortSignal): Promise<readonly CrmUser[]>;
  /**
   * Sends the effects; one receipt per effect, in the same order. Callers give effects of one op and one object, no
   * target twice. Throws only before the first byte has left (AuthError, LimitError: nothing was sent). After that:
   *   applied   the CRM said yes, or refused our task key as a duplicate (already there: its id is adopted)
   *   rejected  a definite no for this item; `problem` has the vendor's code and what to do
   *   ready     definitely not applied, may be sent again (row lock; or the batch was refused for one item's sake, and
   *             the caller halves it). With the code {@link notNow} the hand has tried as often as makes sense today:
   *             the effect is left for the next run, and is not in quarantine
   *   unknown   late, short, garbled, unlisted: nobody knows
   */
  write(batch: readonly Effect[], signal: AbortSignal, noteJob?: NoteJob): Promise<readonly Receipt[]>;
  usage(): ApiUsage;
  close(): Promise<void>;
}

/** An open deal of an account. */
export interface Deal {
  /** The CRM's id of the account, in canonical form. */
  readonly accountId: string;
  readonly record: Existing;
}
/** An ability, found by asking: a CRM that can list the open deals, those that the mapping's `only` lets through. */
export interface KnowsDeals {
  canonicalId(id: string): string;
  openDeals(words: readonly string[], signal: AbortSignal): AsyncIterable<readonly Deal[]>;
}
/** Whether this CRM can list open deals. */
export function knowsDeals(crm: Crm): crm is Crm & KnowsDeals {
  return 'openDeals' in crm && 'canonicalId' in crm;
}

/** An ability, found by asking: a CRM that carries large batches out as jobs, which outlive the process that sent them. */
export interface ResumesJobs {
  /**
   * What became of the effects that a job carries; null while it is still under way. Effects whose job is not known any more
   * come back as unknown, to be read back like any other.
   */
  resume(job: string, batch: readonly Effect[], signal: AbortSignal): Promise<readonly Receipt[] | null>;
}
/** Whether this CRM knows jobs. */
export function resumesJobs(crm: Crm): crm is Crm & ResumesJobs {
  return 'resume' in crm;
}

/** An ability, found by asking: a CRM that can say what changed, so that not every record is read every night. */
export interface TellsChanges {
  /** The form of an id in which two name the same record if and only if they are equal. */
  canonicalId(id: string): string;
  /** From when on to ask next time, for who begins to read now: their clock, less what may show late. ISO in UTC. */
  changesFrom(): string;
  /**
   * Changes are told by an index that may show a record as it was so many milliseconds ago: shortly after a run of ours they only
   * say which records changed, and those are read by id. Absent: changes show the records themselves.
   */
  readonly changesLagMs?: number;
  /**
   * Records of an object that were changed since, deleted ones with `id: null`, their `target` in canonical form; pages in
   * any order. Null where they are more than `atMost`: then reading by id is cheaper.
   */
  changes(
    ask: {
      readonly object: Target['object'];
      readonly since: string;
      readonly words: readonly string[];
      readonly atMost: number;
      /** What we wrote since then ourselves and still know: it may be left out of what is told. */
      readonly ours?: OwnWrites | null;
    },
    signal: AbortSignal,
  ): Promise<AsyncIterable<readonly Existing[]> | null>;
}
/** The records that our last run wrote, between two stamps of the CRM's own clock, both of them included. */
export interface OwnWrites {
  readonly from: string;
  readonly to: string;
  readonly records: number;
  /** How many of these ids are among them. */
  among(ids: readonly string[]): Promise<number>;
}
/** Whether this CRM can say what changed. */
export function tellsChanges(crm: Crm): crm is Crm & TellsChanges {
  return 'changes' in crm && 'changesFrom' in crm && 'canonicalId' in crm;
}

/** An ability, found by asking: a CRM whose credentials lead to one org for ever, so that it is not asked every night which. */
export interface KnowsItsDoor {
  /** The same address and credentials give the same text; neither can be told from it. */
  door(): string;
  /** Their clock minus ours by the newest answer, milliseconds; null before the first one. */
  clockSkewMs(): number | null;
}
/** Whether this CRM's credentials lead to one org for ever. */
export function knowsItsDoor(crm: Crm): crm is Crm & KnowsItsDoor {
  return 'door' in crm && 'clockSkewMs' in crm;
}

/** Something a CRM lacks for our work, and that setup can make: a field, a group, an option, a permission, a list. */
export interface Piece {
  readonly kind: 'field' | 'option' | 'group' | 'permission' | 'list' | 'other';
  readonly name: string;
  /** One sentence: what will be made, and what for. */
  readonly says: string;
  /** All that `make` needs; opaque above the hand. */
  readonly spec: Readonly<Record<string, unknown>>;
}
/** An ability, found by asking: a CRM that can be furnished. It only ever adds. */
export interface Setup {
  missing(needs: Needs, signal: AbortSignal): Promise<readonly Piece[]>;
  /** Null: made, or already there. */
  make(piece: Piece, signal: AbortSignal): Promise<Problem | null>;
  /** The same as files to deploy, by relative path; empty where the vendor has no such form. */
  files(needs: Needs): Readonly<Record<string, string>>;
}
/** An ability, found by asking: a CRM that can say what setup has made there and is still there. It takes nothing away. */
export interface TellsFurniture {
  /** In the order in which a person would archive it. */
  furniture(needs: Needs, signal: AbortSignal): Promise<readonly Piece[]>;
}
/** Whether this CRM can say what setup has made there. */
export function tellsFurniture(crm: Crm): crm is Crm & TellsFurniture {
  return 'furniture' in crm;
}
/** Whether this CRM can be furnished. */
export function canSetUp(crm: Crm): crm is Crm & Setup {
  return 'missing' in crm && 'make' in crm;
}
