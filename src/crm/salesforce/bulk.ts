// Very many records at once: above {@link bulkFrom} a Bulk API 2.0 job costs fewer calls than composite requests do (about a
// dozen, whatever the size). The job's id is written down before its rows are sent, and a job that outlives us is adopted:
// asked what it did, never sent a second time. Rows that a job could not do for a passing reason go the ordinary way, which
// knows patience and the headers that a job cannot carry.

import {
  createJob,
  csvCell,
  isFinished,
  type Job,
  jobFault,
  jobOf,
  readJob,
  readResults,
  turnJob,
  uploadRows,
} from '../../clients/salesforce/bulk.ts';
import { codeOf, errorOf, type Fault } from '../../clients/salesforce/errors.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { NoteJob } from '../crm.ts';
import type { Hand } from './hand.ts';
import { type Outcome, type Sending, sendRecords, sentObject, wayOf } from './send.ts';

/** Records from which on a job is cheaper: 10,000 are ten composite calls, and a job with its results about as many. */
export const bulkFrom = 10_001;
/** The vendor takes 150 MB of base64; this leaves room. */
const largestUploadChars = 90_000_000;
const firstPollMs = 2_000;
const longestPollMs = 60_000;
/** A job that takes longer is left to itself and adopted by the next run. */
const patienceMs = 10 * 60_000;

/** Whether these records go by a job: many, each once, nothing in them that a CSV would turn into something else. */
export function csvOf(sending: Sending): string | null {
  const ids = new Set(sending.records.map((record) => longId(String(record['id']))));
  if (ids.size !== sending.records.length) return null;
  const columns = new Set<string>();
  for (const record of sending.records) for (const name of Object.keys(record)) columns.add(name);
  columns.delete('attributes');
  columns.delete('id');
  const names = [...columns];
  const lines = [['Id', ...names].join(',')];
  let size = 0;
  for (const record of sending.records) {
    const cells: string[] = [longId(String(record['id']))];
    for (const name of names) {
      const cell = csvCell(record[name]);
      if (cell === null) return null;
      cells.push(cell);
    }
    const line = cells.join(',');
    size += line.length + 1;
    if (size > largestUploadChars) return null;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Sends records by a job; one outcome per record in the same order.
 * @throws AuthError, LimitError, DriftError before any row was sent.
 */
export async function sendByJob(
  hand: Hand,
  sending: Sending,
  csv: string,
  noteJob: NoteJob,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const object = sentObject(sending);
  const created = await createJob(hand.client.caller, object, signal);
  if (!created.ok) {
    const { fault } = created;
    if (fault.fate === 'auth' || fault.fate === 'limit') throw errorOf(fault, 'salesforce bulk.create');
    // No job, no rows: an org that refuses jobs is written to the ordinary way.
    return await sendRecords(hand, sending, false, signal);
  }
  const { id } = jobOf(created.body);
  await noteJob(id);
  const uploaded = await uploadRows(hand.client.caller, id, csv);
  if (!uploaded.ok) {
    // A job that was never closed does nothing, whatever of its rows arrived.
    await turnJob(hand.client.caller, id, 'Aborted');
    return sending.records.map(() => failed({ ...uploaded.fault, fate: 'ready', patience: null }));
  }
  const closed = await turnJob(hand.client.caller, id, 'UploadComplete');
  let job: Job | null;
  try {
    job = await waitFor(hand, id, signal);
    if (job?.state === 'Open') {
      const fault = closed.ok ? notClosed : closed.fault;
      await turnJob(hand.client.caller, id, 'Aborted');
      return sending.records.map(() => failed({ ...fault, fate: 'ready', patience: null }));
    }
    if (job === null) return sending.records.map(() => failed(underWay));
    return await mendedBy(hand, sending, await outcomesOf(hand, job, sending, signal), signal);
  } catch (error) {
    rethrowCrash(error);
    if (!(error instanceof KenkoError) && !signal.aborted) throw error;
    return sending.records.map(() => failed(underWay));
  }
}

/** What a job did that was handed over earlier; null while it is under way. Unknown where nobody knows the job any more. */
export async function resumeJob(
  hand: Hand,
  id: string,
  sending: Sending,
  signal: AbortSignal,
): Promise<readonly Outcome[] | null> {
  let job: Job;
  try {
    job = await readJob(hand.client.caller, id, signal);
  } catch (error) {
    rethrowCrash(error);
    if (codeOf(error) === 'NOT_FOUND' || codeOf(error) === 'INVALIDJOB') return sending.records.map(() => failed(lost));
    throw error;
  }
  if (job.state === 'Open') {
    const aborted = await turnJob(hand.client.caller, id, 'Aborted');
    if (!aborted.ok) return null;
    return sending.records.map(() => failed({ ...notClosed, fate: 'ready' }));
  }
  return isFinished(job.state) ? await outcomesOf(hand, job, sending, signal) : null;
}

/** The job when nothing more will happen to it, or when it waits for us; null where our patience ends first. */
async function waitFor(hand: Hand, id: string, signal: AbortSignal): Promise<Job | null> {
  let pause = firstPollMs;
  for (
    let waited = 0;
    waited <= patienceMs && !signal.aborted;
    waited += pause, pause = Math.min(longestPollMs, pause * 2)
  ) {
    await hand.clock.sleep(pause, signal);
    const job = await readJob(hand.client.caller, id, signal);
    if (job.state === 'Open' || isFinished(job.state)) return job;
  }
  return null;
}

async function outcomesOf(hand: Hand, job: Job, sending: Sending, signal: AbortSignal): Promise<Outcome[]> {
  const results = await readResults(hand.client.caller, job, 'Id', signal);
  const whole = jobFault(job);
  return sending.records.map((record): Outcome => {
    const id = longId(String(record['id']));
    const done = results.done.get(id);
    if (done !== undefined) return { ok: true, id: longId(done) };
    const fault = results.failed.get(id);
    if (fault !== undefined) return failed(fault);
    if (results.untouched.has(id)) return failed(whole.fate === 'drift' ? whole : { ...notClosed, fate: 'ready' });
    return failed(whole.fate === 'drift' && job.processed === 0 ? whole : missing);
  });
}

/** Rows that failed for a reason that may pass, or that the ordinary way can get around, are sent that way once. */
async function mendedBy(hand: Hand, sending: Sending, outcomes: Outcome[], signal: AbortSignal): Promise<Outcome[]> {
  const again = outcomes.flatMap((outcome, at) =>
    !outcome.ok && (outcome.fault.patience !== null || outcome.fault.code === 'DUPLICATES_DETECTED') ? [at] : [],
  );
  if (again.length > 0 && !signal.aborted) {
    const records = again.map((at) => sending.records[at] as Sending['records'][number]);
    const got = await sendRecords(hand, { ...sending, records }, true, signal);
    again.forEach((at, n) => {
      outcomes[at] = got[n] as Outcome;
    });
  }
  const drift = outcomes.find((outcome) => !outcome.ok && outcome.fault.fate === 'drift');
  if (drift?.ok === false) hand.stops.set(wayOf(sending), drift.fault);
  return outcomes;
}

const failed = (fault: Fault): Outcome => ({ ok: false, fault });
const said = (fate: Fault['fate'], code: string, says: string): Fault => ({
  fate,
  code,
  says,
  fields: [],
  status: null,
  retryAfterMs: null,
  patience: null,
});
const underWay = said('unknown', 'BULK_JOB_UNDER_WAY', 'the job is still under way; the next run asks it');
const notClosed = said('ready', 'NOT_SENT', 'the job was not carried out');
const lost = said('unknown', 'BULK_JOB_LOST', 'Salesforce does not know the job any more');
const missing = said('unknown', 'GARBLED', 'the results of the job do not name this record');
