// The jobs of Bulk API 2.0, ingest and query alike: their book, how they are told at each stage, and the limits of a day.

import { error, notFound, sfInstant, WholeRefusal } from './answers.ts';
import { baseOf, type Call } from './env.ts';
import { idMaker } from './ids.ts';
import type { Org } from './state.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
export interface Job {
  readonly id: string;
  readonly kind: 'ingest' | 'query';
  readonly info: Readonly<Record<string, unknown>>;
  readonly apiVersion: number;
  state: JobState;
  csv: string | null;
  /** The first record of the upload, as it was written. */
  header: string;
  /** Result files, without their headers. */
  readonly ok: string[];
  readonly failed: string[];
  readonly unprocessed: string[];
  processed: number;
  errorMessage: string | null;
  /** How often a finished job still says that it is in progress. */
  pollsLeft: number;
  stamp: string;
  result: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] } | null;
}
interface Book {
  readonly jobs: Map<string, Job>;
  readonly nextId: () => string;
}
const books = new WeakMap<Org, Book>();

export function bookOf(org: Org): Book {
  const book = books.get(org) ?? { jobs: new Map<string, Job>(), nextId: idMaker('750') };
  books.set(org, book);
  return book;
}
export function jobOf(call: Call, kind: Job['kind']): Job {
  const job = bookOf(call.get('org')).jobs.get(call.req.param('id') ?? '');
  if (job === undefined || job.kind !== kind) throw notFound();
  return job;
}
export const invalidJob = (message: string) => new WholeRefusal(400, error('INVALIDJOB', message, null));
export const invalidState = (message: string) => new WholeRefusal(400, error('INVALIDJOBSTATE', message, null));

export function openJob(call: Call, kind: Job['kind'], info: Readonly<Record<string, unknown>>): Job {
  const org = call.get('org');
  const book = bookOf(org);
  const job: Job = {
    id: book.nextId(),
    kind,
    info: { ...info, createdById: call.get('user'), createdDate: sfInstant(org.clock.now()) },
    apiVersion: Number(/v(\d+)/.exec(baseOf(call))?.[1]),
    state: 'Open',
    csv: null,
    header: '',
    ok: [],
    failed: [],
    unprocessed: [],
    processed: 0,
    errorMessage: null,
    pollsLeft: org.settings.bulkPolls,
    stamp: sfInstant(org.clock.now()),
    result: null,
  };
  book.jobs.set(job.id, job);
  return job;
}

/** The job as it is told: while open with where to upload, when closed without, when polled with its numbers. */
export function told(job: Job, when: 'open' | 'closed' | 'polled', state: JobState = job.state) {
  const { operation, object, createdById, createdDate, externalIdFieldName, lineEnding, columnDelimiter } = job.info;
  const isIngest = job.kind === 'ingest';
  const isRunning = state === 'InProgress';
  return {
    id: job.id,
    operation,
    object,
    createdById,
    createdDate,
    systemModstamp: job.stamp,
    state,
    ...(externalIdFieldName === undefined ? {} : { externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
    ...(when === 'open' && isIngest
      ? { contentUrl: `services/data/v${job.apiVersion}.0/jobs/ingest/${job.id}/batches` }
      : {}),
    ...(when === 'polled' ? { jobType: isIngest ? 'V2Ingest' : 'V2Query' } : {}),
    ...(when === 'closed' ? {} : { lineEnding, columnDelimiter }),
    ...(when !== 'polled'
      ? {}
      : {
          numberRecordsProcessed: isRunning ? 0 : job.processed,
          ...(isIngest ? { numberRecordsFailed: isRunning ? 0 : job.failed.length } : {}),
          retries: 0,
          totalProcessingTime: isRunning ? 0 : job.processed,
          ...(isIngest ? { apiActiveProcessingTime: job.processed, apexProcessingTime: 0 } : {}),
          ...(job.errorMessage === null || isRunning ? {} : { errorMessage: job.errorMessage }),
        }),
  };
}

/** What a poll says: in progress for as long as the settings want it, then how it ended. */
export function polled(job: Job): Record<string, unknown> {
  const isDone = job.state === 'JobComplete' || job.state === 'Failed';
  if (!isDone || job.pollsLeft <= 0) return told(job, 'polled');
  job.pollsLeft -= 1;
  return told(job, 'polled', 'InProgress');
}
/** Whether the caller may know by now that the job is done. */
export function isOver(job: Job): boolean {
  return job.state === 'Aborted' || ((job.state === 'JobComplete' || job.state === 'Failed') && job.pollsLeft <= 0);
}

/** `?jobType=V2Ingest` and the like; a list is one page here. */
export function listJobs(call: Call, kind: Job['kind']): Record<string, unknown> {
  const jobs = [...bookOf(call.get('org')).jobs.values()].filter((job) => job.kind === kind);
  const records = jobs.map((job) => ({ ...told(job, 'closed'), jobType: kind === 'ingest' ? 'V2Ingest' : 'V2Query' }));
  return { done: true, records, nextRecordsUrl: null };
}

export function deleteJob(call: Call, kind: Job['kind']): Response {
  const job = jobOf(call, kind);
  if (job.state === 'Open' || job.state === 'InProgress')
    throw invalidState(`Deleting a Job in state ${job.state} not allowed`);
  bookOf(call.get('org')).jobs.delete(job.id);
  return new Response(null, { status: 204 });
}
