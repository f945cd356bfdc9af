// Bulk API 2.0 ingest, one step a function, driven by our own requests: jsforce's own way loses columns, re-sends an empty
// body after a 503, hangs on a 401 and deletes the job when it grows impatient. Also the CSV of both directions, as the
// vendor wants it: UTF-8 without a mark, LF, an empty cell means "leave it", `#N/A` means "empty it".

import type { Answer, Caller } from './call.ts';
import { adviceFor, codes } from './codes.ts';
import { type Fault, recordFault } from './errors.ts';

/** States of a job; the last three are final. */
export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
export interface Job {
  readonly id: string;
  readonly state: JobState;
  readonly processed: number;
  readonly failed: number;
  /** Why the whole job failed. */
  readonly says: string;
}
/** What a job did with the rows, by a column of ours. */
export interface JobResults {
  readonly done: ReadonlyMap<string, string>;
  readonly failed: ReadonlyMap<string, Fault>;
  /** Rows that were never tried. */
  readonly untouched: ReadonlySet<string>;
}

const jobs = '/jobs/ingest';
/** Whether nothing more will happen to the rows of a job. */
export function isFinished(state: string): boolean {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted';
}

/** Makes an open job; nothing happens before it has rows and is closed. */
export async function createJob(caller: Caller, object: string, signal: AbortSignal): Promise<Answer> {
  const body = { object, operation: 'update', contentType: 'CSV', lineEnding: 'LF', columnDelimiter: 'COMMA' };
  return await caller.send({ name: 'bulk.create', kind: 'write', method: 'POST', path: jobs, body, signal });
}
/** The rows, once per job. */
export async function uploadRows(caller: Caller, id: string, csv: string): Promise<Answer> {
  const path = `${jobs}/${encodeURIComponent(id)}/batches`;
  return await caller.send({ name: 'bulk.upload', kind: 'write', method: 'PUT', path, csv, answers: 'csv' });
}
/** Hands the job over, or takes it back. */
export async function turnJob(caller: Caller, id: string, state: 'UploadComplete' | 'Aborted'): Promise<Answer> {
  const path = `${jobs}/${encodeURIComponent(id)}`;
  return await caller.send({ name: 'bulk.turn', kind: 'write', method: 'PATCH', path, body: { state } });
}
/** @throws as every read: DriftError with the code NOT_FOUND for a job that is not kept any more. */
export async function readJob(caller: Caller, id: string, signal: AbortSignal): Promise<Job> {
  const path = `${jobs}/${encodeURIComponent(id)}`;
  return jobOf(await caller.read({ name: 'bulk.poll', kind: 'read', method: 'GET', path, signal }));
}
/** A job as an answer tells it. */
export function jobOf(body: unknown): Job {
  const told = (body ?? {}) as Record<string, unknown>;
  return {
    id: String(told['id'] ?? ''),
    state: String(told['state'] ?? '') as JobState,
    processed: Number(told['numberRecordsProcessed'] ?? 0),
    failed: Number(told['numberRecordsFailed'] ?? 0),
    says: String(told['errorMessage'] ?? ''),
  };
}

/** The three result files, joined by `column`: their order is not that of the upload. */
export async function readResults(caller: Caller, job: Job, column: string, signal: AbortSignal): Promise<JobResults> {
  const file = async (name: string) => {
    const path = `${jobs}/${encodeURIComponent(job.id)}/${name}`;
    const call = { name: 'bulk.results', kind: 'read', method: 'GET', path, answers: 'csv', signal } as const;
    return parseCsv(String(await caller.read(call)));
  };
  const good = job.processed > job.failed ? await file('successfulResults') : [];
  const bad = job.failed > 0 ? await file('failedResults') : [];
  const left = job.state === 'JobComplete' ? [] : await file('unprocessedrecords');
  return {
    done: new Map(good.map((row) => [row[column] ?? '', row['sf__Id'] ?? ''])),
    failed: new Map(bad.map((row) => [row[column] ?? '', cellFault(row['sf__Error'] ?? '')])),
    untouched: new Set(left.map((row) => row[column] ?? '')),
  };
}

/** `CODE:message:fields --`; the message may hold colons itself. */
export function cellFault(cell: string): Fault {
  const code = /^([A-Z][A-Z0-9_]*):/.exec(cell)?.[1] ?? '';
  const rest = cell.slice(code.length + 1).replace(/\s*--\s*$/, '');
  const cut = rest.lastIndexOf(':');
  const fields = rest.slice(cut + 1).split(',');
  return recordFault([
    {
      statusCode: code === '' ? 'UNKNOWN_EXCEPTION' : code,
      message: cut < 0 ? rest : rest.slice(0, cut),
      fields: fields.map((field) => field.trim()).filter((field) => /^[A-Za-z]\w*$/.test(field)),
    },
  ]);
}

/** Why a whole job failed, as a fault of each of its rows: a column that is not there is a set-up that changed. */
export function jobFault(job: Job): Fault {
  const isColumn = /field name not found|InvalidBatch/i.test(job.says);
  const code = isColumn ? 'INVALID_FIELD' : 'BULK_JOB_FAILED';
  return {
    fate: isColumn ? 'drift' : 'unknown',
    code,
    says: `${code}: the job ${job.id} ended as ${job.state}${job.says === '' ? '' : ` (${job.says.slice(0, 200)})`}. ${codes[code] === undefined ? '' : adviceFor(code).why}`.trim(),
    fields: [],
    status: null,
    retryAfterMs: null,
    patience: null,
  };
}

/** A cell as the upload wants it; text that looks like "empty it" cannot travel this way, and is told by null. */
export function csvCell(value: unknown): string | null {
  if (value === undefined) return '';
  if (value === null) return '#N/A';
  const text = String(value);
  if (text === '#N/A' || text === '') return null;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of a CSV with a header, as records; quotes, commas and line ends inside cells included. */
export function parseCsv(text: string): Record<string, string>[] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = '';
  let at = 0;
  const close = () => {
    line.push(cell);
    cell = '';
  };
  while (at < text.length) {
    const char = text[at];
    if (char === '"' && cell === '') {
      let end = text.indexOf('"', at + 1);
      while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      const stop = end < 0 ? text.length : end;
      cell = text.slice(at + 1, stop).replaceAll('""', '"');
      at = stop + 1;
    } else if (char === ',') {
      close();
      at += 1;
    } else if (char === '\n' || char === '\r') {
      close();
      lines.push(line);
      line = [];
      at += char === '\r' && text[at + 1] === '\n' ? 2 : 1;
    } else {
      let stop = at + 1;
      while (stop < text.length && !',\r\n'.includes(text[stop] as string)) stop += 1;
      cell += text.slice(at, stop);
      at = stop;
    }
  }
  if (cell !== '' || line.length > 0) {
    close();
    lines.push(line);
  }
  const [header = [], ...rows] = lines;
  return rows
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(header.map((name, n) => [name, row[n] ?? ''])));
}
