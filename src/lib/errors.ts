// One family of errors, one table of exit codes. Each error answers four questions: whose turn is it? may we try again?
// how much stops? did the CRM act? Clients translate vendor errors into these at the border; above them nobody reads a
// status code.

export type ErrorCode =
  | 'E_USAGE'
  | 'E_CONFIG'
  | 'E_HELD'
  | 'E_STALE_PLAN'
  | 'E_REJECTED'
  | 'E_UNAVAILABLE'
  | 'E_DRIFT'
  | 'E_AUTH'
  | 'E_LIMIT'
  | 'E_SOURCE'
  | 'E_BUSY'
  | 'E_BUG'
  | 'E_STORE'
  | 'E_INTERRUPTED';

interface ErrorRow {
  readonly exit: number;
  readonly turn: string;
  readonly again: string;
  readonly stops: string;
  readonly acted: 'no' | 'unknown' | 'none';
}
/** The table of design section 12; a test proves that the README documents each row. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = {
  E_USAGE: { exit: 2, turn: 'admin', again: 'no', stops: 'run', acted: 'no' },
  E_CONFIG: { exit: 2, turn: 'admin', again: 'no', stops: 'run', acted: 'no' },
  E_HELD: { exit: 3, turn: 'admin', again: 'with a yes, or a new plan', stops: 'plan', acted: 'no' },
  E_STALE_PLAN: { exit: 3, turn: 'admin', again: 'with a new plan', stops: 'plan', acted: 'no' },
  E_REJECTED: { exit: 4, turn: 'admin', again: 'not this payload', stops: 'effect', acted: 'no' },
  E_UNAVAILABLE: { exit: 4, turn: 'vendor', again: 'later', stops: 'batch', acted: 'unknown' },
  E_DRIFT: { exit: 5, turn: 'admin', again: 'no', stops: 'field or stream', acted: 'no' },
  E_AUTH: { exit: 6, turn: 'admin', again: 'after one refresh', stops: 'that system', acted: 'no' },
  E_LIMIT: { exit: 7, turn: 'vendor', again: 'after a wait, or tomorrow', stops: 'that system', acted: 'no' },
  E_SOURCE: { exit: 8, turn: 'owner of the source', again: 'later', stops: 'stream', acted: 'none' },
  E_BUSY: { exit: 9, turn: 'wait', again: 'later', stops: 'run', acted: 'no' },
  E_BUG: { exit: 70, turn: 'us', again: 'no', stops: 'run', acted: 'no' },
  E_STORE: { exit: 74, turn: 'operator', again: 'no', stops: 'all writing', acted: 'no' },
  E_INTERRUPTED: { exit: 130, turn: 'nobody', again: 'next run', stops: 'run, politely', acted: 'unknown' },
};

/** Which code is told when several apply: what broke, then what was refused, then what is waiting. */
export const exitOrder: readonly number[] = [70, 74, 130, 143, 9, 2, 6, 5, 8, 7, 3, 4, 10, 0];

/** The first of `codes` in the order of {@link exitOrder}; 0 for none, 70 for a code nobody knows. */
export function worstExit(codes: readonly number[]): number {
  if (codes.some((code) => !exitOrder.includes(code))) return 70;
  return exitOrder.find((code) => codes.includes(code)) ?? 0;
}

export interface ErrorFacts {
  /** Where it happened: `salesforce Account`, `config/plays.yaml:5:38`, `source product_usage`. */
  readonly where?: string;
  /** Why it matters. */
  readonly why?: string;
  /** What to do next; commands to copy stand on a line of their own. */
  readonly fix?: string;
  readonly cause?: unknown;
  /** Milliseconds until another try makes sense; null when it does not. */
  readonly retryAfterMs?: number | null;
}

/** A fixed short summary, then where, why and what to do. */
export class KenkoError extends Error {
  readonly code: ErrorCode;
  readonly where: string;
  readonly why: string;
  readonly fix: string;
  readonly retryAfterMs: number | null;
  constructor(code: ErrorCode, summary: string, facts: ErrorFacts = {}) {
    super(summary, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = code;
    this.where = facts.where ?? '';
    this.why = facts.why ?? '';
    this.fix = facts.fix ?? '';
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
  get exitCode(): number {
    return errorTable[this.code].exit;
  }
}

/** A problem with its place; the same shape as domain's Problem, restated because lib knows no business. */
export interface ErrorProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly where: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export class UsageError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_USAGE', summary, facts);
  }
}
/** A list of problems, all at once. */
export class ConfigError extends KenkoError {
  readonly problems: readonly ErrorProblem[];
  constructor(problems: readonly ErrorProblem[], facts?: ErrorFacts) {
    super(
      'E_CONFIG',
      `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the configuration`,
      facts,
    );
    this.problems = problems;
  }
}
export class HeldError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_HELD', summary, facts);
  }
}
export class StalePlanError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_STALE_PLAN', summary, facts);
  }
}
/** The vendor could not be reached or did not answer clearly. For writes: nobody knows whether it acted. */
export class UnavailableError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_UNAVAILABLE', summary, facts);
  }
}
export class DriftError extends KenkoError {
  readonly problems: readonly ErrorProblem[];
  constructor(summary: string, problems: readonly ErrorProblem[] = [], facts?: ErrorFacts) {
    super('E_DRIFT', summary, facts);
    this.problems = problems;
  }
}
export class AuthError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_AUTH', summary, facts);
  }
}
export class LimitError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_LIMIT', summary, facts);
  }
}
export class SourceError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_SOURCE', summary, facts);
  }
}
export class BusyError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_BUSY', summary, facts);
  }
}
/** Something that cannot happen. Whoever sees one prints a report without secrets. */
export class BugError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_BUG', summary, facts);
  }
}
export class StoreError extends KenkoError {
  constructor(summary: string, facts?: ErrorFacts) {
    super('E_STORE', summary, facts);
  }
}
export class InterruptedError extends KenkoError {
  readonly signal: 'SIGINT' | 'SIGTERM';
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('E_INTERRUPTED', `stopped by ${signal}`);
    this.signal = signal;
  }
  override get exitCode(): number {
    return this.signal === 'SIGINT' ? 130 : 143;
  }
}

/** Thrown by lib/step.ts in tests to stand for a dying process. Nothing may catch it and go on. */
export class Crash extends Error {
  override name = 'Crash';
}
/** Every `catch` that means to go on asks this first. */
export function rethrowCrash(error: unknown): void {
  if (error instanceof Crash) throw error;
}
