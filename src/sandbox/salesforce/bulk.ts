// Bulk API 2.0: ingest jobs (create, upload, close, poll, three result files) and query jobs. A job is worked off when it is
// closed; polls may still say InProgress for a while. An empty cell is left alone, `#N/A` empties the field.

import type { Hono } from 'hono';
import type { FieldDefinition } from '../fields.ts';
import { error, json, notFound, sfInstant, WholeRefusal } from './answers.ts';
import { delimiters, quote, readCsv } from './csv.ts';
import { baseOf, bodyOf, type Call, type OrgEnv, writeContext } from './env.ts';
import { idMaker } from './ids.ts';
import { runQuery } from './soql.ts';
import { type Org, seenPlan } from './state.ts';
import { type Done, deleteOne, insertOne, updateOne, upsertOne, type WriteContext } from './writes.ts';

interface Job {
  readonly id: string;
  readonly info: Record<string, unknown>;
  readonly apiVersion: number;
  state: string;
  csv: string | null;
  header: string;
  readonly ok: string[];
  readonly failed: string[];
  readonly unprocessed: string[];
  processed: number;
  errorMessage: string | null;
  pollsLeft: number;
  stamp: string;
  query: { columns: string[]; rows: Record<string, unknown>[] } | null;
}
const books = new WeakMap<Org, { readonly jobs: Map<string, Job>; readonly nextId: () => string }>();

function bookOf(org: Org) {
  const book = books.get(org) ?? { jobs: new Map<string, Job>(), nextId: idMaker('750') };
  books.set(org, book);
  return book;
}
function jobOf(call: Call): Job {
  const job = bookOf(call.get('org')).jobs.get(call.req.param('id') ?? '');
  if (job === undefined) throw notFound();
  return job;
}
const invalid = (message: string) => new WholeRefusal(400, error('INVALIDJOB', message, null));

export function bulkRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/jobs/ingest';
  app.post(base, async (call) => json(200, told(await createJob(call), 'open')));
  app.put(`${base}/:id/batches`, async (call) => {
    const job = jobOf(call);
    if (job.state !== 'Open' || job.csv !== null) throw invalid('Found multiple contents for job');
    job.csv = await call.req.text();
    return new Response(null, { status: 201 });
  });
  app.patch(`${base}/:id`, async (call) => {
    const job = jobOf(call);
    const state = String((await bodyOf(call))['state']);
    if (state === 'Aborted') job.state = 'Aborted';
    else if (state !== 'UploadComplete' || job.state !== 'Open')
      throw invalid(`Cannot change state from ${job.state} to ${state}`);
    else {
      job.state = 'UploadComplete';
      const answer = json(200, told(job, 'closed'));
      work(job, { ...writeContext(call), counter: { at: 0 } });
      return answer;
    }
    return json(200, told(job, 'closed'));
  });
  app.get(base, (call) =>
    json(200, {
      done: true,
      records: [...bookOf(call.get('org')).jobs.values()].map((job) => told(job, 'closed')),
      nextRecordsUrl: null,
    }),
  );
  app.get(`${base}/:id`, (call) => json(200, polled(jobOf(call))));
  app.delete(`${base}/:id`, (call) => {
    const job = jobOf(call);
    if (job.state === 'Open' || job.state === 'InProgress') throw invalid(`Cannot delete a job in state ${job.state}`);
    bookOf(call.get('org')).jobs.delete(job.id);
    return new Response(null, { status: 204 });
  });
  app.get(`${base}/:id/successfulResults`, (call) => csvFile(jobOf(call), '"sf__Id","sf__Created",', (job) => job.ok));
  app.get(`${base}/:id/failedResults`, (call) => csvFile(jobOf(call), '"sf__Id","sf__Error",', (job) => job.failed));
  app.get(`${base}/:id/:file`, (call) => {
    if (call.req.param('file').toLowerCase() !== 'unprocessedrecords') throw notFound();
    return csvFile(jobOf(call), '', (job) => job.unprocessed);
  });
  queryJobs(app);
}

async function createJob(call: Call): Promise<Job> {
  const org = call.get('org');
  const body = await bodyOf(call);
  const plan = seenPlan(org, String(body['object'] ?? ''));
  if (plan === undefined) throw invalid(`Unable to find object: ${String(body['object'])}`);
  const operation = String(body['operation']);
  if (!['insert', 'update', 'upsert', 'delete', 'hardDelete'].includes(operation))
    throw invalid(`Unknown operation: ${operation}`);
  const key = body['externalIdFieldName'];
  if (operation === 'upsert' && typeof key !== 'string') throw invalid('External ID field required for upsert');
  return openJob(call, {
    operation,
    object: plan.name,
    ...(typeof key === 'string' ? { externalIdFieldName: key } : {}),
    lineEnding: body['lineEnding'] ?? 'LF',
    columnDelimiter: body['columnDelimiter'] ?? 'COMMA',
    createdById: org.integrationUser,
  });
}

function openJob(call: Call, info: Record<string, unknown>): Job {
  const org = call.get('org');
  const book = bookOf(org);
  const job: Job = {
    id: book.nextId(),
    info: { ...info, createdDate: sfInstant(org.clock.now()) },
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
    query: null,
  };
  book.jobs.set(job.id, job);
  return job;
}

/** The job as it is told: while open with where to upload, when closed without, when polled with its numbers. */
function told(job: Job, when: 'open' | 'closed' | 'polled', state = job.state): Record<string, unknown> {
  const { operation, object, createdById, createdDate, externalIdFieldName, lineEnding, columnDelimiter } = job.info;
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
    ...(when === 'open' && job.query === null
      ? { contentUrl: `services/data/v${job.apiVersion}.0/jobs/ingest/${job.id}/batches` }
      : {}),
    ...(when === 'polled' ? { jobType: job.query === null ? 'V2Ingest' : 'V2Query' } : {}),
    ...(when === 'closed' ? {} : { lineEnding, columnDelimiter }),
    ...(when !== 'polled'
      ? {}
      : {
          numberRecordsProcessed: state === 'InProgress' ? 0 : job.processed,
          ...(job.query === null ? { numberRecordsFailed: state === 'InProgress' ? 0 : job.failed.length } : {}),
          retries: 0,
          totalProcessingTime: state === 'InProgress' ? 0 : job.processed,
          apiActiveProcessingTime: job.processed,
          apexProcessingTime: 0,
          ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
        }),
  };
}

function polled(job: Job): Record<string, unknown> {
  const isDone = job.state === 'JobComplete' || job.state === 'Failed';
  if (!isDone || job.pollsLeft <= 0) return told(job, 'polled');
  job.pollsLeft -= 1;
  return told(job, 'polled', 'InProgress');
}

function fail(job: Job, message: string): void {
  job.state = 'Failed';
  job.errorMessage = message;
}

function work(job: Job, context: WriteContext): void {
  const { store, clock, integrationUser } = context.org;
  const [type, operation] = [String(job.info['object']), String(job.info['operation'])];
  const records = readCsv(
    job.csv ?? '',
    delimiters[String(job.info['columnDelimiter'])] ?? ',',
    job.info['lineEnding'] === 'CRLF' ? '\r\n' : '\n',
  );
  const [head, ...rows] = records ?? [];
  job.stamp = sfInstant(clock.now());
  if (head === undefined) {
    fail(
      job,
      records === null ? 'InvalidBatch : Unexpected end of data inside quotes' : 'InvalidBatch : The CSV has no header',
    );
    return;
  }
  job.header = head.raw;
  const columns = head.cells.map((name) => ({
    name,
    field: name.includes('.') ? null : (store.field(type, name) ?? null),
  }));
  const stranger = columns.find(
    ({ name, field }) =>
      !name.includes('.') && (field === null || store.access(integrationUser, type, field) === 'none'),
  );
  if (stranger !== undefined) {
    fail(job, `InvalidBatch : Field name not found : ${stranger.name}`);
    return;
  }
  for (const row of rows) {
    if (context.orders.applyFirst !== null && job.processed >= context.orders.applyFirst) {
      job.unprocessed.push(row.raw);
      continue;
    }
    job.processed += 1;
    const read = readRow(columns, row.cells);
    const done =
      'wrong' in read
        ? ({ ok: false, errors: [read.wrong] } as const)
        : doRow(context, operation, type, String(job.info['externalIdFieldName']), read.values);
    if (done.ok) job.ok.push(`${quote(done.id)},${quote(done.created)},${row.raw}`);
    else job.failed.push(`${quote('id' in read ? read.id : '')},${quote(cellOf(done))},${row.raw}`);
  }
  job.state = 'JobComplete';
}

/** `CODE:message:fields --`, the way a failed row tells its error. */
function cellOf(done: Extract<Done, { ok: false }>): string {
  const [first] = done.errors;
  const fields = first?.fields ?? [];
  return `${first?.code}:${first?.message}:${fields.length === 0 ? '--' : `${fields.join(' ')} --`}`;
}

type Columns = readonly { readonly name: string; readonly field: FieldDefinition | null }[];

export function readRow(
  columns: Columns,
  cells: readonly string[],
):
  | { values: Record<string, unknown>; id: string }
  | { wrong: { code: string; message: string; fields: readonly string[] } } {
  const values: Record<string, unknown> = {};
  let id = '';
  for (const [at, { name, field }] of columns.entries()) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    if (name.toLowerCase() === 'id') id = cell;
    if (field === null) {
      const [parent = '', key = ''] = name.split('.');
      const [of, relation] = parent.includes(':') ? parent.split(':') : [undefined, parent];
      values[relation ?? parent] = { ...(of === undefined ? {} : { attributes: { type: of } }), [key]: cell };
      continue;
    }
    const value = cell === '#N/A' ? null : typed(field, cell);
    if (value === undefined) {
      const xsd =
        { number: 'double', boolean: 'boolean', date: 'date', datetime: 'dateTime' }[field.kind as 'number'] ??
        'string';
      const message = `Failed to deserialize field at col ${at}. Due to, '${cell}' is not a valid value for the type xsd:${xsd}`;
      return {
        wrong: error('INVALID_FIELD', message, [field.name]) as {
          code: string;
          message: string;
          fields: readonly string[];
        },
      };
    }
    values[field.name] = value;
  }
  return { values, id };
}

function typed(field: FieldDefinition, cell: string): unknown {
  if (field.kind === 'number') return Number.isFinite(Number(cell)) ? Number(cell) : undefined;
  if (field.kind === 'boolean')
    return /^(true|1|yes)$/i.test(cell) ? true : /^(false|0|no)$/i.test(cell) ? false : undefined;
  if (field.kind === 'date')
    return /^\d{4}-\d{2}-\d{2}$/.test(cell) && !Number.isNaN(Date.parse(cell)) ? cell : undefined;
  if (field.kind === 'datetime') return Number.isNaN(Date.parse(cell)) ? undefined : cell;
  return cell;
}

export function doRow(
  context: WriteContext,
  operation: string,
  type: string,
  key: string,
  values: Record<string, unknown>,
): Done {
  const { Id: id, ...rest } = values;
  if (operation === 'insert') return insertOne(context, type, rest);
  if (operation === 'update') return updateOne(context, type, id, rest);
  if (operation === 'upsert') return upsertOne(context, type, key, key.toLowerCase() === 'id' ? values : rest);
  return deleteOne(context, String(id ?? ''));
}

function csvFile(job: Job, head: string, rows: (job: Job) => readonly string[]): Response {
  if (job.state !== 'JobComplete' && job.state !== 'Failed' && job.state !== 'Aborted')
    throw invalid('The job is not finished');
  return new Response(`${[`${head}${job.header}`, ...rows(job)].join('\n')}\n`, {
    headers: { 'content-type': 'text/csv' },
  });
}

function queryJobs(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/jobs/query';
  app.post(base, async (call) => {
    const org = call.get('org');
    const body = await bodyOf(call);
    const soql = String(body['query'] ?? '');
    if (/\bGROUP\s+BY\b|\bOFFSET\b|\bTYPEOF\b|\(\s*SELECT\b/i.test(soql))
      throw new WholeRefusal(400, error('API_ERROR', 'Unsupported query', null));
    const run = runQuery(org, soql, { base: baseOf(call), all: body['operation'] === 'queryAll' });
    const job = openJob(call, {
      operation: body['operation'],
      object: run.type,
      createdById: org.integrationUser,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    });
    const columns =
      /select\s+([\s\S]+?)\s+from\s/i
        .exec(soql)?.[1]
        ?.split(',')
        .map((name) => name.trim()) ?? [];
    job.query = { columns, rows: [...run.rows] };
    job.state = 'UploadComplete';
    const answer = json(200, told(job, 'open'));
    job.processed = run.rows.length;
    job.state = 'JobComplete';
    return answer;
  });
  app.get(`${base}/:id`, (call) => json(200, polled(jobOf(call))));
  app.get(`${base}/:id/results`, (call) => {
    const job = jobOf(call);
    if (`v${job.apiVersion}.0` !== call.req.param('version'))
      throw new WholeRefusal(409, error('API_ERROR', 'API version mismatch', null));
    const { columns, rows } = job.query ?? { columns: [], rows: [] };
    const from = Number(call.req.query('locator') ?? 0);
    const to = from + Number(call.req.query('maxRecords') ?? 50_000);
    const page = rows.slice(from, to);
    const lines = page.map((row) => columns.map((name) => quote(at(row, name))).join(','));
    return new Response(`${[columns.map(quote).join(','), ...lines].join('\n')}\n`, {
      headers: {
        'content-type': 'text/csv',
        'sforce-numberofrecords': String(page.length),
        'sforce-locator': to < rows.length ? String(to) : 'null',
      },
    });
  });
}

/** Walks `Owner.Name` into a shaped row, whatever the case of the steps. */
function at(row: Record<string, unknown>, path: string): unknown {
  let here: unknown = row;
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null) return null;
    here = Object.entries(here).find(([name]) => name.toLowerCase() === step.toLowerCase())?.[1];
  }
  return here;
}
