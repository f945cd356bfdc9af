// The contract of a source: a place where facts come from. To read twice is harmless; to skip is not. A source types
// and checks rows; it does not know accounts, metrics or the store.

import type { Cursor, Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';

/** One stream of a source. A csv file or a query has one; a CRM has one per object. */
export interface Stream {
  readonly name: string;
  /** What the columns became, for drift checks and the console: our name → type. */
  readonly columns: Readonly<Record<string, string>>;
}

/** What is landed in one transaction. The cursor travels inside the page, so it cannot be saved without its records. */
export interface Page {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Where to go on after this page. Null: this stream keeps no cursor and is read whole each time. */
  readonly cursor: Cursor | null;
  /** True on the last page. A stream that ends without one was a failed read, not an empty one. */
  readonly last: boolean;
  /** True when the stream is a full copy: keys that did not come this time are gone from the source. */
  readonly complete: boolean;
  /** Keys that the source says were deleted. */
  readonly gone: readonly string[];
  /** Distinct values that a column's map did not know, `column=value`; one warning each. */
  readonly unmapped: readonly string[];
  /** What is worth a warning about this read as a whole: rows without a cursor, a file that was cut off. */
  readonly notes?: readonly Problem[];
}

export interface Source {
  readonly name: string;
  readonly streams: readonly Stream[];
  /**
   * Reachable, permitted, columns there and of the declared type: all problems at once, none thrown. Reads no more than
   * it must (a header, one row).
   */
  check(signal: AbortSignal): Promise<readonly Problem[]>;
  /**
   * Pages in a stable order, at most 1,000 records each. Facts after `asOf` may come (a later run needs them; the store
   * leaves them out); facts after `today` are refused rows. Throws SourceError (away, not as promised), DriftError (a column is gone), AuthError or LimitError;
   * what was yielded before stays good. A row that cannot be read is yielded as rejected, never dropped and never thrown.
   */
  read(stream: Stream, cursor: Cursor | null, options: ReadOptions): AsyncIterable<Page>;
  close(): Promise<void>;
}
export interface ReadOptions {
  readonly asOf: string;
  /** The calendar day now, in the zone of the home: a fact dated after it is refused, one after `asOf` only waits. */
  readonly today: string;
  readonly signal: AbortSignal;
}
