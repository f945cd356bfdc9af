// Extract: page in, landed, cursor moved, page by page; several sources at once, each with one page in hand. A source that
// fails is a failed read, never an empty one: what it gave before stays, the others go on, and the verdict over its inputs
// is told by the gates.

import type { SourceSettings } from '../domain/decisions.ts';
import { normaliseId } from '../domain/normalise-id.ts';
import type { Problem, SourceRecord } from '../domain/nouns.ts';
import { protectPeople } from '../domain/protect-people.ts';
import { atOnce } from '../lib/at-once.ts';
import { breathe } from '../lib/breathe.ts';
import { DriftError, KenkoError, rethrowCrash, SourceError, UsageError } from '../lib/errors.ts';
import type { Source, Stream } from '../sources/source.ts';
import type { Facts, Lease, SourceHealth } from '../state/store.ts';
import type { Hall } from './hall.ts';

/** What a run learned about one source. */
export interface Extracted {
  readonly source: string;
  readonly rows: number;
  readonly rejectedRows: number;
  /** Null when the read went through; else why not. */
  readonly failure: KenkoError | null;
  /** Health before this read, for the volume gate. */
  readonly before: SourceHealth | null;
  /** Columns as they looked in the read before, for the shape gate. */
  readonly shapeBefore: Awaited<ReturnType<Facts['shape']>>;
  /** What the last believed reads were like; null where none was believed yet, and the read before has to do. */
  readonly expected: Awaited<ReturnType<Facts['expected']>>;
  /** True when the source gives all it has each time, false when it gives what is new. */
  readonly complete: boolean;
}

/** Whether a read did not go through. */
export function hasFailed(one: Extracted): boolean {
  return one.failure !== null;
}

export interface ExtractRequest {
  readonly asOf: string;
  readonly today: string;
  /** Only these sources; null: all. */
  readonly only: readonly string[] | null;
}

/** Where sources.yaml says nothing: enough that one slow source holds nobody up, few enough to stay small. */
const defaultAtOnce = 3;

/** Reads every source, or only the named ones, and lands what comes. What was learned comes in the order of the config. */
export async function extract(
  hall: Hall,
  lease: Lease,
  request: ExtractRequest,
  signal: AbortSignal,
): Promise<readonly Extracted[]> {
  const before = new Map((await hall.store.facts.health()).map((health) => [health.source, health]));
  const wanted = hall.sources.flatMap((source) => {
    const settings = hall.decisions.sources.find((candidate) => candidate.name === source.name);
    return settings === undefined || request.only?.includes(source.name) === false ? [] : [{ source, settings }];
  });
  const limits = {
    limit: hall.decisions.sourcesAtOnce ?? defaultAtOnce,
    // Files are counted by this machine itself, with all its cores and a memory of their own: two at once only take twice the room.
    lane: ({ settings }: (typeof wanted)[number]) => (settings.kind === 'files' ? settings.kind : null),
    signal,
  };
  return await atOnce(wanted, limits, async ({ source, settings }, inner) => ({
    ...(await readSource(hall, lease, { source, settings, request }, inner)),
    before: before.get(source.name) ?? null,
  }));
}

/** @throws UsageError for a name that no source has. */
export function requireKnown(hall: Hall, only: readonly string[] | null): void {
  const names = hall.decisions.sources.map(({ name }) => name);
  const strange = only?.find((name) => !names.includes(name));
  if (strange === undefined) return;
  throw new UsageError(`there is no source called ${strange}`, {
    where: 'config/sources.yaml',
    fix: `The sources are: ${names.join(', ')}.`,
  });
}

/** Reads all streams of one source. What concerns this source alone becomes its failure; anything else is thrown. */
async function readSource(
  hall: Hall,
  lease: Lease,
  { source, settings, request }: Pick<Reading, 'source' | 'settings' | 'request'>,
  signal: AbortSignal,
): Promise<Omit<Extracted, 'before'>> {
  const started = hall.clock.ticks();
  const counts = { rows: 0, rejectedRows: 0, complete: true };
  const shapeBefore = await hall.store.facts.shape(source.name);
  const expected = await hall.store.facts.expected(source.name);
  let failure: KenkoError | null = null;
  for (const stream of source.streams) {
    try {
      await readStream(hall, lease, { source, settings, stream, counts, request }, signal);
    } catch (error) {
      rethrowCrash(error);
      if (signal.aborted) throw signal.reason;
      // Disk trouble and a lost lease stop everything; what concerns one source stops that source.
      if (!(error instanceof KenkoError)) throw error;
      if (['E_STORE', 'E_BUSY', 'E_BUG', 'E_INTERRUPTED'].includes(error.code)) throw error;
      failure = error;
      hall.emit({ kind: 'problem', stage: 'extract', problem: problemOf(error, source.name) });
    }
  }
  const { rows, rejectedRows: rejected } = counts;
  const ms = Math.round(hall.clock.ticks() - started);
  hall.emit({ kind: 'source', source: source.name, rows, rejected, ms, failed: failure !== null });
  return { source: source.name, ...counts, failure, shapeBefore, expected };
}

interface Reading {
  readonly source: Source;
  readonly settings: SourceSettings;
  readonly stream: Stream;
  readonly counts: { rows: number; rejectedRows: number; complete: boolean };
  readonly request: ExtractRequest;
}

async function readStream(hall: Hall, lease: Lease, reading: Reading, signal: AbortSignal): Promise<void> {
  const { source, settings, stream, counts, request } = reading;
  const cursor = await hall.store.facts.cursor(source.name, stream.name);
  const personKey = await hall.store.personKey();
  let first = true;
  let ended = false;
  // The next page is asked for when this one is landed: a source that is quicker than the disk waits, and nothing piles up.
  for await (const page of source.read(stream, cursor, { asOf: request.asOf, today: request.today, signal })) {
    await breathe();
    signal.throwIfAborted();
    counts.rows += page.records.length;
    counts.rejectedRows += page.rejected.length;
    counts.complete &&= page.complete;
    const tooMany = page.last && tooManyRejected(settings, counts);
    await hall.store.facts.land(lease, {
      source: source.name,
      stream: stream.name,
      records: page.records.map((record) => named(record, settings, hall, personKey)),
      rejected: page.rejected,
      cursor: tooMany ? null : page.cursor,
      first,
      // With too many refused rows the read does not count as whole: nothing is taken for gone.
      last: page.last && !tooMany,
      complete: page.complete,
      gone: page.gone,
      unmapped: page.unmapped,
      now: hall.clock.now(),
    });
    first = false;
    for (const problem of page.notes ?? []) hall.emit({ kind: 'problem', stage: 'extract', problem });
    hall.emit({ kind: 'progress', stage: 'extract', what: source.name, done: counts.rows, of: null });
    if (tooMany) throw tooManyError(settings, counts);
    ended = page.last;
  }
  if (!ended) {
    throw new SourceError('a source ended in mid-read', {
      where: `source ${source.name}`,
      why: 'A stream that stops without saying so may have left out half of its rows.',
      fix: 'Run again; if it stays, look at the log of the source.',
    });
  }
}

/** The account a fact names, in the form that ids are compared in everywhere; people only as far as they may be stored. */
function named(record: SourceRecord, settings: SourceSettings, hall: Hall, personKey: string): SourceRecord {
  const { identity } = hall.decisions;
  const kept = protectPeople(record, settings, identity, personKey);
  return kept.account === null ? kept : { ...kept, account: normaliseId(kept.account, identity) };
}

function tooManyRejected(
  settings: SourceSettings,
  counts: { readonly rows: number; readonly rejectedRows: number },
): boolean {
  const all = counts.rows + counts.rejectedRows;
  return counts.rejectedRows > 0 && all > 0 && counts.rejectedRows / all > settings.rejectLimit;
}
function tooManyError(
  settings: SourceSettings,
  counts: { readonly rows: number; readonly rejectedRows: number },
): SourceError {
  const all = counts.rows + counts.rejectedRows;
  return new SourceError(`${counts.rejectedRows} of ${all} rows could not be read`, {
    where: `source ${settings.name}`,
    why: `More than ${(settings.rejectLimit * 100).toFixed(1)} % refused rows mean that the export changed, not that a few rows are bad.`,
    fix: 'See the rows and reasons with:\n  kenko status\nCorrect the export or the columns in config/sources.yaml.',
  });
}

/** An error as a problem, for events, reports and `status`; what a list of problems holds is told with it. */
export function problemOf(error: KenkoError, fallbackWhere: string): Problem {
  const details =
    error instanceof DriftError ? error.problems.map((problem) => `${problem.where}: ${problem.what}`) : [];
  return {
    code: error.code,
    severity: 'error',
    where: error.where === '' ? fallbackWhere : error.where,
    what: [error.message, ...details].join('; '),
    why: error.why,
    fix: error.fix,
  };
}
