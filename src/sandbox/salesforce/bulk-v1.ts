// The first Bulk API, in its XML and CSV form: jobs that are closed by hand, batches that are worked off as they come. Older
// clients still speak it; nobody should begin with it.

import type { Hono } from 'hono';
import { doRow, errorCell, readRow } from './bulk-rows.ts';
import { quote, readCsv } from './csv.ts';
import { type Call, type OrgEnv, writeContext } from './env.ts';
import { idMaker } from './ids.ts';
import type { TokenBook } from './oauth.ts';
import { type Org, seenPlan } from './state.ts';
import { readXml, textOf, writeXml, type XmlElement } from './xml.ts';

interface Batch {
  readonly id: string;
  readonly at: string;
  readonly results: readonly string[];
  readonly failed: number;
}
interface Job {
  readonly id: string;
  readonly at: string;
  readonly operation: string;
  readonly object: string;
  readonly key: string | null;
  state: string;
  readonly batches: Map<string, Batch>;
}
const books = new WeakMap<Org, { readonly jobs: Map<string, Job>; job: () => string; batch: () => string }>();
function bookOf(org: Org) {
  const book = books.get(org) ?? { jobs: new Map<string, Job>(), job: idMaker('750'), batch: idMaker('751') };
  books.set(org, book);
  return book;
}

class AsyncRefusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
const namespace = ' xmlns="http://www.force.com/2009/06/asyncapi/dataload"';
const prolog = '<?xml version="1.0" encoding="UTF-8"?>';
const xml = (status: number, name: string, value: unknown) =>
  new Response(prolog + writeXml(name, value, namespace), { status, headers: { 'content-type': 'application/xml' } });

export function bulkV1Routes(app: Hono<OrgEnv>, tokens: TokenBook): void {
  const base = '/services/async/:version/job';
  const route = (answer: (call: Call) => Promise<Response> | Response) => async (call: Call) => {
    try {
      const user = tokens.userOf(call.req.header('x-sfdc-session') ?? '');
      if (user === null) throw new AsyncRefusal(400, 'InvalidSessionId', 'Invalid session id');
      call.set('user', user);
      const { limit } = call.get('org');
      if (limit.used >= limit.max) throw new AsyncRefusal(400, 'ExceededQuota', 'TotalRequests Limit exceeded.');
      limit.used += 1;
      return await answer(call);
    } catch (problem) {
      if (!(problem instanceof AsyncRefusal)) throw problem;
      return xml(problem.status, 'error', { exceptionCode: problem.code, exceptionMessage: problem.message });
    }
  };
  app.post(base, route(openJob));
  app.get(
    `${base}/:id`,
    route((call) => xml(200, 'jobInfo', told(call, jobOf(call)))),
  );
  app.post(`${base}/:id`, route(closeJob));
  app.post(`${base}/:id/batch`, route(addBatch));
  app.get(
    `${base}/:id/batch`,
    route((call) => {
      const job = jobOf(call);
      const batches = [...job.batches.values()];
      return xml(200, 'batchInfoList', { batchInfo: batches.map((one) => toldBatch(job, one, 'Completed')) });
    }),
  );
  app.get(
    `${base}/:id/batch/:batch`,
    route((call) => xml(200, 'batchInfo', toldBatch(jobOf(call), batchOf(call), 'Completed'))),
  );
  app.get(
    `${base}/:id/batch/:batch/result`,
    route(
      (call) =>
        new Response(`${['"Id","Success","Created","Error"', ...batchOf(call).results].join('\n')}\n`, {
          headers: { 'content-type': 'text/csv' },
        }),
    ),
  );
}

function jobOf(call: Call): Job {
  const job = bookOf(call.get('org')).jobs.get(call.req.param('id') ?? '');
  if (job === undefined) throw new AsyncRefusal(400, 'InvalidJob', 'Unable to find job');
  return job;
}
function batchOf(call: Call): Batch {
  const batch = jobOf(call).batches.get(call.req.param('batch') ?? '');
  if (batch === undefined) throw new AsyncRefusal(400, 'InvalidBatch', 'Unable to find batch');
  return batch;
}
async function jobInfoIn(call: Call): Promise<XmlElement> {
  try {
    return readXml(await call.req.text());
  } catch {
    throw new AsyncRefusal(400, 'InvalidJob', 'Unable to parse the job; only its XML form is served here');
  }
}

async function openJob(call: Call): Promise<Response> {
  const org = call.get('org');
  const info = await jobInfoIn(call);
  const plan = seenPlan(org, textOf(info, 'object') ?? '');
  if (plan === undefined) throw new AsyncRefusal(400, 'InvalidJob', `Unable to find object: ${textOf(info, 'object')}`);
  const operation = textOf(info, 'operation') ?? '';
  if (!['insert', 'update', 'upsert', 'delete'].includes(operation) || textOf(info, 'contentType') !== 'CSV')
    throw new AsyncRefusal(400, 'FeatureNotEnabled', 'This pretend org does rows in CSV only');
  const book = bookOf(org);
  const job: Job = {
    id: book.job(),
    at: org.clock.now(),
    operation,
    object: plan.name,
    key: textOf(info, 'externalIdFieldName'),
    state: 'Open',
    batches: new Map(),
  };
  book.jobs.set(job.id, job);
  return xml(201, 'jobInfo', told(call, job));
}

async function closeJob(call: Call): Promise<Response> {
  const job = jobOf(call);
  const state = textOf(await jobInfoIn(call), 'state') ?? '';
  if (job.state !== 'Open' || !['Closed', 'Aborted'].includes(state))
    throw new AsyncRefusal(400, 'InvalidJobState', `Cannot change state from ${job.state} to ${state}`);
  job.state = state;
  return xml(200, 'jobInfo', told(call, job));
}

async function addBatch(call: Call): Promise<Response> {
  const org = call.get('org');
  const job = jobOf(call);
  if (job.state !== 'Open') throw new AsyncRefusal(400, 'InvalidJobState', 'Closed job');
  const [head, ...rows] = readCsv(await call.req.text(), ',', '\n') ?? [];
  const columns = (head?.cells ?? []).map((name) => ({ name, field: org.store.field(job.object, name) ?? null }));
  const context = writeContext(call);
  let failed = 0;
  const results = rows.map((row) => {
    const read = readRow(columns, row.cells);
    const done =
      'wrong' in read
        ? ({ ok: false, errors: [read.wrong] } as const)
        : doRow(context, job.operation, job.object, job.key ?? '', read.values);
    if (done.ok) return [done.id, true, done.created, ''].map(quote).join(',');
    failed += 1;
    return ['', false, false, errorCell(done)].map(quote).join(',');
  });
  org.limit.bulkBatches += 1;
  const batch: Batch = { id: bookOf(org).batch(), at: org.clock.now(), results, failed };
  job.batches.set(batch.id, batch);
  return xml(201, 'batchInfo', toldBatch(job, batch, 'Queued'));
}

const times = { totalProcessingTime: 0, apiActiveProcessingTime: 0, apexProcessingTime: 0 };
function toldBatch(job: Job, batch: Batch, state: string): Record<string, unknown> {
  const isDone = state === 'Completed';
  return {
    id: batch.id,
    jobId: job.id,
    state,
    createdDate: batch.at,
    systemModstamp: batch.at,
    numberRecordsProcessed: isDone ? batch.results.length : 0,
    numberRecordsFailed: isDone ? batch.failed : 0,
    ...times,
  };
}
function told(call: Call, job: Job): Record<string, unknown> {
  const batches = [...job.batches.values()];
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: call.get('user'),
    createdDate: job.at,
    systemModstamp: job.at,
    state: job.state,
    externalIdFieldName: job.key,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    numberBatchesQueued: 0,
    numberBatchesInProgress: 0,
    numberBatchesCompleted: batches.length,
    numberBatchesFailed: 0,
    numberBatchesTotal: batches.length,
    numberRecordsProcessed: batches.reduce((sum, batch) => sum + batch.results.length, 0),
    numberRetries: 0,
    apiVersion: call.req.param('version'),
    numberRecordsFailed: batches.reduce((sum, batch) => sum + batch.failed, 0),
    ...times,
  };
}
