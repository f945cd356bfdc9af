// Single records: create, read, change and delete by id or by external id, and what changed or vanished in a span of time.

import type { Hono } from 'hono';
import type { StoredRecord } from '../records.ts';
import { error, json, notFound, refuseWhole, sfInstant, WholeRefusal } from './answers.ts';
import { baseOf, bodyOf, type Call, type OrgEnv, writeContext } from './env.ts';
import { isId, to18 } from './ids.ts';
import { type Org, seenPlan, shownValue } from './state.ts';
import { type Done, deleteOne, insertOne, matchesOf, updateOne, upsertOne } from './writes.ts';

export function rowRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/sobjects/:type';
  app.get(`${base}/updated`, (call) => updatedIn(call));
  app.get(`${base}/deleted`, (call) => deletedIn(call));
  app.post(base, async (call) => {
    const done = insertOne(writeContext(call), typeOf(call), await bodyOf(call));
    if (!done.ok) return refuseRow(done);
    return json(
      201,
      { id: done.id, success: true, errors: [] },
      { location: `${baseOf(call)}/sobjects/${typeOf(call)}/${done.id}` },
    );
  });
  app.get(`${base}/:id`, (call) => readRow(call));
  app.patch(`${base}/:id`, async (call) => {
    const type = typeOf(call);
    const id = existing(call, type).id;
    const done = updateOne(writeContext(call), type, id, await bodyOf(call));
    return done.ok ? new Response(null, { status: 204 }) : refuseRow(done);
  });
  app.delete(`${base}/:id`, (call) => {
    const done = deleteOne(writeContext(call), existing(call, typeOf(call)).id);
    return done.ok ? new Response(null, { status: 204 }) : refuseRow(done);
  });
  app.get(`${base}/:field/:value`, (call) => {
    const [only, ...more] = matchesOf(call.get('org'), typeOf(call), call.req.param('field'), call.req.param('value'));
    if (only === undefined) throw notFound();
    return more.length > 0
      ? choices(call, [only, ...more])
      : json(200, rowOf(call.get('org'), baseOf(call), only, null));
  });
  app.patch(`${base}/:field/:value`, async (call) => upsertRow(call));
}

/** The object's name as it is spelled, whatever the case of the path; an unknown one is 404. */
function typeOf(call: Call): string {
  const plan = seenPlan(call.get('org'), call.req.param('type') ?? '');
  if (plan === undefined) throw notFound();
  return plan.name;
}

function existing(call: Call, type: string): StoredRecord {
  const id = call.req.param('id') ?? '';
  // What is no id is taken for the name of a key field, of which the value is missing.
  if (!isId(id))
    throw new WholeRefusal(
      404,
      error('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`, null),
    );
  const found = call.get('org').store.get(type, to18(id));
  if (found === null) throw notFound();
  return found;
}

function refuseRow(done: Extract<Done, { ok: false }>): Response {
  const isGone = done.errors[0]?.code === 'ENTITY_IS_DELETED';
  // What fails at the reading of the row is told without fields, as recorded.
  const unread = ['INVALID_FIELD', 'JSON_PARSER_ERROR'];
  const errors = done.errors.map((one) => (unread.includes(one.code) ? { ...one, fields: null } : one));
  return refuseWhole(isGone ? 404 : 400, ...errors);
}

function choices(call: Call, found: readonly StoredRecord[]): Response {
  return json(
    300,
    found.map((one) => `${baseOf(call)}/sobjects/${one.type}/${one.id}`),
  );
}

async function upsertRow(call: Call): Promise<Response> {
  const [type, field, value] = [typeOf(call), call.req.param('field') ?? '', call.req.param('value') ?? ''];
  const body = await bodyOf(call);
  const isId = field.toLowerCase() === 'id';
  if (!isId) {
    const found = matchesOf(call.get('org'), type, field, value);
    if (found.length > 1) return choices(call, found);
    if (found.length === 0 && call.req.query('updateOnly') === 'true') throw notFound();
  }
  const done = upsertOne(writeContext(call), type, field, { ...body, [field]: value });
  if (!done.ok) return refuseRow(done);
  // Before v46 an upsert did not say whether it made the record, and had no words for one that it changed.
  const isOld = Number(/v(\d+)/.exec(baseOf(call))?.[1]) < 46;
  if (isOld && !done.created) return new Response(null, { status: 204 });
  const answer = { id: done.id, success: true, errors: [], ...(isOld ? {} : { created: done.created }) };
  if (!done.created) return json(200, answer);
  return json(201, answer, { location: `${baseOf(call)}/sobjects/${type}/${done.id}` });
}

function readRow(call: Call): Response {
  const org = call.get('org');
  const row = existing(call, typeOf(call));
  if (row.deletedAt !== null) throw notFound();
  const wanted = call.req.query('fields')?.split(',') ?? null;
  return json(200, rowOf(org, baseOf(call), row, wanted));
}

/** A record as single reads show it: all readable fields, or the wanted ones and the id. */
export function rowOf(
  org: Org,
  base: string,
  row: StoredRecord,
  wanted: readonly string[] | null,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {
    attributes: { type: row.type, url: `${base}/sobjects/${row.type}/${row.id}` },
  };
  const names = wanted ?? org.store.fields(row.type).map((field) => field.name);
  for (const name of names) {
    const field = org.store.field(row.type, name.trim());
    if (field === undefined || org.store.access(org.integrationUser, row.type, field) === 'none') {
      if (wanted === null) continue;
      throw new WholeRefusal(
        400,
        error(
          'INVALID_FIELD',
          `No such column '${name}' on entity '${row.type}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
          null,
        ),
      );
    }
    shown[field.name] = shownValue(field, org.store.value(row, field.name));
  }
  if (wanted !== null && shown['Id'] === undefined) shown['Id'] = row.id;
  return shown;
}

const DAY_MS = 86_400_000;

function spanOf(call: Call, mostDays: number): { start: string; end: string } {
  const read = (name: string) => {
    const parsed = new Date((call.req.query(name) ?? '').replace(' ', '+').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    if (Number.isNaN(parsed.getTime()))
      throw new WholeRefusal(400, error('INVALID_REPLICATION_DATE', `${name} date is missing or malformed`, null));
    return parsed.toISOString();
  };
  const [start, end] = [read('start'), read('end')];
  if (Date.parse(start) < Date.parse(call.get('org').clock.now()) - mostDays * DAY_MS)
    throw new WholeRefusal(
      400,
      error('INVALID_REPLICATION_DATE', 'startDate before org replication enabled date', null),
    );
  if (end <= start)
    throw new WholeRefusal(
      400,
      error('INVALID_REPLICATION_DATE', 'endDate must be at least one minute greater than startDate', null),
    );
  return { start, end };
}

function updatedIn(call: Call): Response {
  const { start, end } = spanOf(call, 30);
  const rows = [...call.get('org').store.all(typeOf(call))].filter(
    (row) => row.stampedAt >= start && row.stampedAt < end,
  );
  return json(200, { ids: rows.map((row) => row.id), latestDateCovered: sfInstant(end) });
}

function deletedIn(call: Call): Response {
  const org = call.get('org');
  const { start, end } = spanOf(call, 15);
  const rows = [...org.store.all(typeOf(call), { deleted: true })].filter(
    (row) => row.deletedAt !== null && row.deletedAt >= start && row.deletedAt < end,
  );
  return json(200, {
    deletedRecords: rows.map((row) => ({ id: row.id, deletedDate: sfInstant(row.deletedAt ?? '') })),
    earliestDateAvailable: sfInstant(new Date(Date.parse(org.clock.now()) - 15 * DAY_MS).toISOString()),
    latestDateCovered: sfInstant(end),
  });
}
