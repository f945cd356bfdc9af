// Bulk API 2.0, rows out: a job with a query, and its result in pages of CSV, each with the header. Instants are written with
// a Z here, unlike everywhere else in the REST API.

import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { Hono } from 'hono';
import { error, json, WholeRefusal } from './answers.ts';
import { deleteJob, invalidState, isOver, type Job, jobOf, listJobs, openJob, polled, told } from './bulk-jobs.ts';
import { delimiterOf, delimiters, lineEndingOf, quote } from './csv.ts';
import { baseOf, bodyOf, type Call, type OrgEnv } from './env.ts';
import { runQuery } from './soql.ts';
import { columnNames } from './soql-columns.ts';

const queriesPerDay = 10_000;
const usualPage = 50_000;

export function queryJobs(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/jobs/query';
  app.post(base, async (call) => json(200, told(await newQuery(call), 'open', 'UploadComplete')));
  app.get(base, (call) => json(200, listJobs(call, 'query')));
  app.get(`${base}/:id`, (call) => json(200, polled(jobOf(call, 'query'))));
  app.delete(`${base}/:id`, (call) => deleteJob(call, 'query'));
  app.patch(`${base}/:id`, async (call) => {
    const job = jobOf(call, 'query');
    if (String((await bodyOf(call))['state']) !== 'Aborted' || isOver(job))
      throw invalidState('Aborting already Completed Job not allowed');
    job.state = 'Aborted';
    return json(200, told(job, 'closed'));
  });
  app.get(`${base}/:id/results`, (call) => results(call));
  app.get(`${base}/:id/resultPages`, (call) => {
    const job = finished(call);
    const size = Number(call.req.query('maxRecords') ?? usualPage);
    const count = Math.max(1, Math.ceil((job.result?.rows.length ?? 0) / size));
    const from = Number(call.req.query('locator') ?? 0);
    const pages = Array.from({ length: count }, (_one, at) => at).slice(from, from + 5);
    const path = `${baseOf(call)}/jobs/query/${job.id}`;
    const next = from + 5 < count ? `${path}/resultPages?locator=${from + 5}&maxRecords=${size}` : null;
    return json(200, {
      resultPages: pages.map((at) => ({ resultUrl: `${path}/results?locator=${at * size}&maxRecords=${size}` })),
      nextRecordsUrl: next,
      done: next === null,
    });
  });
}

async function newQuery(call: Call): Promise<Job> {
  const org = call.get('org');
  const body = await bodyOf(call);
  const operation = String(body['operation']);
  const soql = String(body['query'] ?? '');
  if (operation !== 'query' && operation !== 'queryAll')
    throw new WholeRefusal(400, error('INVALIDJOB', `Unknown operation: ${operation}`, null));
  if (org.limit.bulkQueries >= queriesPerDay)
    throw new WholeRefusal(400, error('EXCEEDEDQUOTA', 'Maximum number of query jobs per day exceeded', null));
  const run = runQuery(org, soql, { base: baseOf(call), all: operation === 'queryAll' });
  const query = parseQuery(soql.trim());
  const unfit =
    query.groupBy !== undefined ||
    query.offset !== undefined ||
    (query.fields ?? []).some(
      (field) =>
        field.type === 'FieldSubquery' || field.type === 'FieldTypeof' || field.type === 'FieldFunctionExpression',
    );
  if (unfit) throw new WholeRefusal(400, error('API_ERROR', 'Entity or query is not supported by the Bulk API', null));
  org.limit.bulkQueries += 1;
  const columnDelimiter = String(body['columnDelimiter'] ?? 'COMMA');
  const lineEnding = String(body['lineEnding'] ?? 'LF');
  if (delimiters[columnDelimiter] === undefined)
    throw new WholeRefusal(400, error('INVALIDJOB', `Unknown column delimiter: ${columnDelimiter}`, null));
  const job = openJob(call, 'query', { operation, object: run.type, lineEnding, columnDelimiter });
  const columns = columnNames(query);
  job.result = { columns, rows: run.rows.map((row) => columns.map((name) => cellOf(at(row, name)))) };
  job.processed = run.rows.length;
  job.state = 'JobComplete';
  return job;
}

function finished(call: Call): Job {
  const job = jobOf(call, 'query');
  if (`v${job.apiVersion}.0` !== call.req.param('version'))
    throw new WholeRefusal(409, error('API_ERROR', 'The version of the request is not that of the job', null));
  if (!isOver(job)) throw invalidState('Job is not in the completed state');
  return job;
}

function results(call: Call): Response {
  const job = finished(call);
  const { columns, rows } = job.result ?? { columns: [], rows: [] };
  const from = Number(call.req.query('locator') ?? 0);
  const to = from + Number(call.req.query('maxRecords') ?? usualPage);
  const page = rows.slice(from, to);
  const lines = [columns, ...page].map((cells) => cells.map(quote).join(delimiterOf(job.info)));
  const ending = lineEndingOf(job.info);
  return new Response(`${lines.join(ending)}${ending}`, {
    headers: {
      'content-type': 'text/csv',
      'sforce-numberofrecords': String(page.length),
      'sforce-locator': to < rows.length ? String(to) : 'null',
    },
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
const cellOf = (value: unknown) =>
  typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000$/, '$1Z') : value;
