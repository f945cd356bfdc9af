// Bulk API 2.0, rows in: a job is created, filled by one upload, closed, asked after, and read from three result files. It is
// worked off when it is closed, in chunks of 200 rows as the vendor does; polls may still say InProgress for a while.

import type { Hono } from 'hono';
import { error, json, notFound, sfInstant, WholeRefusal } from './answers.ts';
import {
  deleteJob,
  invalidJob,
  invalidState,
  isOver,
  type Job,
  jobOf,
  listJobs,
  openJob,
  polled,
  told,
} from './bulk-jobs.ts';
import { queryJobs } from './bulk-query.ts';
import { columnsOf, doRow, errorCell, readRow } from './bulk-rows.ts';
import { type CsvRecord, delimiterOf, delimiters, lineEndingOf, quote, readCsv } from './csv.ts';
import { bodyOf, type Call, type OrgEnv, writeContext } from './env.ts';
import { to18 } from './ids.ts';
import { type Org, seenPlan } from './state.ts';
import type { Done, WriteContext } from './writes.ts';

const mostBytes = 100 * 1024 * 1024;
const mostMultipartCharacters = 100_000;
const rowsPerBatch = 10_000;
const rowsPerChunk = 200;
const batchesPerDay = 15_000;

export function bulkRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/jobs/ingest';
  app.post(base, (call) =>
    (call.req.header('content-type') ?? '').startsWith('multipart/form-data') ? wholeJob(call) : newJob(call),
  );
  app.put(`${base}/:id/batches`, async (call) => {
    const job = jobOf(call, 'ingest');
    if (job.state !== 'Open' || job.csv !== null) throw invalidState(`Found multiple contents for job: <${job.id}>`);
    const bytes = Buffer.from(await call.req.arrayBuffer());
    if (bytes.length > mostBytes) throw invalidJob('The uploaded data is larger than 150 MB in base64');
    // Bytes, not text: a mark of their order at the beginning stays, and spoils the first column as it does there.
    job.csv = bytes.toString('utf8');
    return new Response(null, { status: 201 });
  });
  app.patch(`${base}/:id`, (call) => turn(call));
  app.get(base, (call) => json(200, listJobs(call, 'ingest')));
  app.get(`${base}/:id`, (call) => json(200, polled(jobOf(call, 'ingest'))));
  app.delete(`${base}/:id`, (call) => deleteJob(call, 'ingest'));
  app.get(`${base}/:id/successfulResults`, (call) => file(call, ['sf__Id', 'sf__Created'], (job) => job.ok));
  app.get(`${base}/:id/failedResults`, (call) => file(call, ['sf__Id', 'sf__Error'], (job) => job.failed));
  app.get(`${base}/:id/:file`, (call) => {
    if (call.req.param('file').toLowerCase() !== 'unprocessedrecords') throw notFound();
    return file(call, [], (job) => job.unprocessed);
  });
  queryJobs(app);
}

async function newJob(call: Call): Promise<Response> {
  return json(200, told(createJob(call, await bodyOf(call)), 'open'));
}

/** Job and rows in one call, for up to 100,000 characters of CSV. */
async function wholeJob(call: Call): Promise<Response> {
  const form = await call.req.formData();
  const textOf = async (name: string) => {
    const part = form.get(name);
    return part instanceof File ? await part.text() : (part ?? '');
  };
  const content = await textOf('content');
  if (content.length > mostMultipartCharacters)
    throw invalidJob('The multipart content is larger than 100,000 characters');
  const job = createJob(call, JSON.parse(await textOf('job')) as Record<string, unknown>);
  job.csv = content;
  job.state = 'UploadComplete';
  const answer = json(200, told(job, 'closed'));
  work(job, { ...writeContext(call), counter: { at: 0 } });
  return answer;
}

function createJob(call: Call, body: Readonly<Record<string, unknown>>): Job {
  const org = call.get('org');
  const plan = seenPlan(org, String(body['object'] ?? ''));
  if (plan === undefined) throw invalidJob(`Unable to find object: ${String(body['object'])}`);
  const operation = String(body['operation']);
  if (!['insert', 'update', 'upsert', 'delete', 'hardDelete'].includes(operation))
    throw invalidJob(`Unknown operation: ${operation}`);
  if (operation === 'hardDelete' && org.settings.lacks.includes('BulkApiHardDelete'))
    throw new WholeRefusal(
      400,
      error('FEATURENOTENABLED', 'hardDelete operation requires special user profile permission', null),
    );
  if ((body['contentType'] ?? 'CSV') !== 'CSV')
    throw invalidJob(`Unsupported content type: ${String(body['contentType'])}`);
  const key = body['externalIdFieldName'];
  if (operation === 'upsert' && typeof key !== 'string') throw invalidJob('External ID field required for upsert');
  const columnDelimiter = String(body['columnDelimiter'] ?? 'COMMA');
  const lineEnding = String(body['lineEnding'] ?? 'LF');
  if (delimiters[columnDelimiter] === undefined) throw invalidJob(`Unknown column delimiter: ${columnDelimiter}`);
  if (lineEnding !== 'LF' && lineEnding !== 'CRLF') throw invalidJob(`Unknown line ending: ${lineEnding}`);
  return openJob(call, 'ingest', {
    operation,
    object: plan.name,
    ...(typeof key === 'string' ? { externalIdFieldName: key } : {}),
    lineEnding,
    columnDelimiter,
  });
}

/** Closes or aborts. */
async function turn(call: Call): Promise<Response> {
  const job = jobOf(call, 'ingest');
  const state = String((await bodyOf(call))['state']);
  const isFinished = ['JobComplete', 'Failed', 'Aborted'].includes(job.state);
  if (state === 'Aborted') {
    if (isFinished) throw invalidState('Aborting already Completed Job not allowed');
    job.state = 'Aborted';
    return json(200, told(job, 'closed'));
  }
  if (state !== 'UploadComplete') throw invalidJob(`Unknown job state: ${state}`);
  if (job.state !== 'Open') throw invalidState('Closing already Completed Job not allowed');
  const { org } = writeContext(call);
  if (org.limit.bulkBatches >= batchesPerDay)
    throw new WholeRefusal(400, error('EXCEEDEDQUOTA', 'Maximum number of batches per day exceeded', null));
  job.state = 'UploadComplete';
  const answer = json(200, told(job, 'closed'));
  work(job, { ...writeContext(call), counter: { at: 0 } });
  return answer;
}

function work(job: Job, context: WriteContext): void {
  job.stamp = sfInstant(context.org.clock.now());
  job.errorMessage = workOff(job, context);
  job.state = job.errorMessage === null ? 'JobComplete' : 'Failed';
}

/** Does the rows; gives back why the job as a whole failed, or null. */
function workOff(job: Job, context: WriteContext): string | null {
  const { org } = context;
  const ending = String(job.info['lineEnding']);
  const text = job.csv ?? '';
  const isFitting = ending === 'LF' ? !text.includes('\r\n') : !/(^|[^\r])\n/.test(text);
  if (!isFitting)
    return `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${ending}`;
  const records = readCsv(text, delimiterOf(job.info), lineEndingOf(job.info));
  if (records === null) return 'InvalidBatch : Unexpected end of data inside quotes';
  const [head, ...rows] = records;
  // An upload without a single line is a job without rows, and no error.
  if (head === undefined) return null;
  job.header = head.raw;
  const type = String(job.info['object']);
  const columns = columnsOf(org, type, head.cells);
  if ('wrong' in columns) {
    job.unprocessed.push(...rows.map((row) => row.raw));
    return columns.wrong;
  }
  org.limit.bulkBatches += Math.max(1, Math.ceil(rows.length / rowsPerBatch));
  const most = org.settings.bulkFailAfter ?? Number.POSITIVE_INFINITY;
  const key = job.info['operation'] === 'upsert' ? String(job.info['externalIdFieldName']) : 'Id';
  const keyAt = head.cells.findIndex((name) => name.toLowerCase() === key.toLowerCase());
  for (let from = 0; from < rows.length; from += rowsPerChunk) {
    const chunk = rows.slice(from, from + rowsPerChunk);
    const twice = twins(chunk, keyAt, job.info['operation'] !== 'insert', key === 'Id');
    for (const row of chunk) {
      const isLeft = job.processed >= Math.min(most, context.orders.applyFirst ?? Number.POSITIVE_INFINITY);
      if (isLeft) {
        job.unprocessed.push(row.raw);
        continue;
      }
      job.processed += 1;
      const read = readRow(columns, row.cells);
      const done: Done =
        'wrong' in read
          ? { ok: false, errors: [read.wrong] }
          : twice.has(row)
            ? {
                ok: false,
                errors: [error('DUPLICATE_VALUE', `Duplicate external id specified: ${row.cells[keyAt]}`, [key])],
              }
            : doRow(context, String(job.info['operation']), type, key, read.values);
      const cells = done.ok ? [done.id, done.created] : [read.id, errorCell(done)];
      const line = [...cells, ...row.cells].map(quote).join(delimiterOf(job.info));
      (done.ok ? job.ok : job.failed).push(line);
    }
  }
  // The order of results is nobody's promise: batches come back as they were finished.
  shuffle(job.ok, org);
  shuffle(job.failed, org);
  if (job.processed < rows.length && job.processed >= most)
    return 'InternalServerError : Unable to process the job, please retry';
  return null;
}

/** Rows of one chunk that share their key; every one of them is refused. */
function twins(chunk: readonly CsvRecord[], keyAt: number, isKeyed: boolean, isId: boolean): Set<CsvRecord> {
  if (!isKeyed || keyAt < 0) return new Set();
  const byKey = new Map<string, CsvRecord[]>();
  for (const row of chunk) {
    const cell = row.cells[keyAt] ?? '';
    if (cell === '') continue;
    const folded = isId ? to18(cell) : cell.toLowerCase();
    byKey.set(folded, [...(byKey.get(folded) ?? []), row]);
  }
  return new Set([...byKey.values()].filter((same) => same.length > 1).flat());
}

function shuffle(lines: string[], org: Org): void {
  for (let at = lines.length - 1; at > 0; at -= 1) {
    const other = Math.floor(org.chance.fraction() * (at + 1));
    [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  }
}

/** A result file: its own columns in quotes, the header of the upload as it was written, every cell in quotes. */
function file(call: Call, own: readonly string[], linesOf: (job: Job) => readonly string[]): Response {
  const job = jobOf(call, 'ingest');
  if (!isOver(job)) throw invalidState('Job is not in the completed state');
  const head = [...own.map(quote), ...(job.header === '' ? [] : [job.header])].join(delimiterOf(job.info));
  const ending = lineEndingOf(job.info);
  return new Response(`${[head, ...linesOf(job)].join(ending)}${ending}`, { headers: { 'content-type': 'text/csv' } });
}
