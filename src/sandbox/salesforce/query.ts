// The routes of queries: pages of 200 to 2,000 rows, locators that live two days, and pages that are smaller than asked when
// long texts are selected, as recorded of real orgs.

import type { Hono } from 'hono';
import { error, json, WholeRefusal } from './answers.ts';
import { baseOf, type Call, type OrgEnv } from './env.ts';
import { type QueryRun, runQuery } from './soql.ts';
import type { Org } from './state.ts';

interface Cursor {
  readonly run: QueryRun;
  readonly size: number;
  readonly bornAt: string;
}
const cursors = new WeakMap<Org, Map<string, Cursor>>();
const cursorLifeMs = 2 * 86_400_000;

export function queryRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version';
  app.get(`${base}/query`, (call) => firstPage(call, false));
  app.get(`${base}/queryAll`, (call) => firstPage(call, true));
  app.get(`${base}/query/:locator`, (call) => nextPage(call));
  app.get(`${base}/queryAll/:locator`, (call) => nextPage(call));
}

function firstPage(call: Call, all: boolean): Response {
  const org = call.get('org');
  const explained = call.req.query('explain');
  if (explained !== undefined) return explain(call, explained);
  const soql = call.req.query('q');
  if (soql === undefined)
    throw new WholeRefusal(400, error('MALFORMED_QUERY', 'A query string has to be specified', null));
  if (call.req.url.length > 16_384) return new Response('<html><body>URI Too Long</body></html>', { status: 414 });
  const run = runQuery(org, soql, { base: baseOf(call), all });
  // The CLI asks with `columns=true` for the types of what it selected.
  const columns = call.req.query('columns') === 'true' ? { columnMetadata: run.columns(), entityName: run.type } : {};
  return page(
    call,
    { run, size: pageSize(call, run), bornAt: org.clock.now() },
    0,
    `0r8ak${org.chance.id().slice(0, 10)}`,
    columns,
  );
}

/** How the query would be answered; every plan here is a walk through the table. */
function explain(call: Call, soql: string): Response {
  const org = call.get('org');
  const run = runQuery(org, soql, { base: baseOf(call), all: false });
  const all = [...org.store.all(run.type)].length;
  return json(200, {
    plans: [
      {
        cardinality: run.totalSize,
        fields: [],
        leadingOperationType: 'TableScan',
        notes: [],
        relativeCost: all === 0 ? 0 : run.totalSize / all,
        sobjectCardinality: all,
        sobjectType: run.type,
      },
    ],
    sourceQuery: soql,
  });
}

function nextPage(call: Call): Response {
  const org = call.get('org');
  const locator = call.req.param('locator') ?? '';
  const split = /^(.+)-(\d+)$/.exec(locator);
  const cursor = cursors.get(org)?.get(split?.[1] ?? '');
  const isOld = cursor !== undefined && Date.parse(org.clock.now()) - Date.parse(cursor.bornAt) > cursorLifeMs;
  if (cursor === undefined || split?.[2] === undefined || isOld)
    throw new WholeRefusal(400, error('INVALID_QUERY_LOCATOR', 'invalid query locator', null));
  return page(call, cursor, Number(split[2]), split[1] ?? '');
}

/** Rows of this page. A fault may drop its last row or tell its first one twice. */
function page(
  call: Call,
  cursor: Cursor,
  from: number,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  const org = call.get('org');
  const to = from + cursor.size;
  const done = to >= cursor.run.rows.length;
  const rows = cursor.run.rows.slice(from, to);
  const fault = call.env?.orders?.rows ?? null;
  if (fault === 'drop') rows.pop();
  else if (fault === 'duplicate' && rows[0] !== undefined) rows.unshift(rows[0]);
  if (!done) {
    const mine = cursors.get(org) ?? new Map<string, Cursor>();
    cursors.set(org, mine.set(name, cursor));
  }
  return json(200, {
    totalSize: cursor.run.totalSize,
    done,
    ...(done ? {} : { nextRecordsUrl: `${baseOf(call)}/query/${name}-${to}` }),
    records: rows,
    ...more,
  });
}

/** No promise is kept about sizes: fewer rows with a long text, at most 200 with two custom ones. */
function pageSize(call: Call, run: QueryRun): number {
  const { pageSize: fixed } = call.get('org').settings;
  if (fixed !== null) return fixed;
  const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(call.req.header('sforce-query-options') ?? '')?.[1] ?? 2000);
  const wanted = Math.min(2000, Math.max(200, asked));
  if (run.customLongTexts >= 2) return Math.min(wanted, 200);
  return run.longTexts > 0 ? Math.min(wanted, 1000) : wanted;
}
