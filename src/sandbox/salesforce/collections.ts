// sObject Collections: up to 200 records in one call, answered in their order, one result each, 200 even when all fail.

import type { Hono } from 'hono';
import { error, json, rowError, WholeRefusal } from './answers.ts';
import { baseOf, bodyOf, type Call, type OrgEnv, writeContext } from './env.ts';
import { isId, to18 } from './ids.ts';
import { rowOf } from './rows.ts';
import { seenPlan } from './state.ts';
import {
  type Done,
  deleteOne,
  insertOne,
  matchesOf,
  unknownType,
  updateOne,
  upsertOne,
  type WriteContext,
} from './writes.ts';

const mostRecords = 200;
type Item = Readonly<Record<string, unknown>>;

export function collectionRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/composite/sobjects';
  app.post(base, (call) => writeAll(call, (context, item) => insertOne(context, typeOf(item), item)));
  app.patch(base, (call) =>
    writeAll(call, (context, item) => updateOne(context, typeOf(item), item['id'] ?? item['Id'], item)),
  );
  app.patch(`${base}/:type/:field`, (call) => {
    const [type, field] = [call.req.param('type'), call.req.param('field')];
    if (field.toLowerCase() !== 'id') matchesOf(call.get('org'), type, field, null);
    return writeAll(call, (context, item) => upsertOne(context, type, field, item));
  });
  app.delete(base, (call) => deleteAll(call));
  app.post(`${base}/:type`, (call) => retrieve(call));
}

function typeOf(item: Item): string {
  return String((item['attributes'] as { type?: unknown } | undefined)?.type ?? '');
}

/** A result row: no `id` when it failed; `created` only where an upsert asked. */
export function resultOf(done: Done, isUpsert: boolean): Record<string, unknown> {
  return {
    ...(done.ok ? { id: done.id } : {}),
    success: done.ok,
    errors: done.ok ? [] : done.errors.map((one) => rowError(one)),
    ...(isUpsert ? { created: done.ok && done.created } : {}),
  };
}

async function writeAll(call: Call, write: (context: WriteContext, item: Item) => Done): Promise<Response> {
  const body = await bodyOf(call);
  const records = Array.isArray(body['records']) ? (body['records'] as Item[]) : [];
  if (records.length === 0)
    throw new WholeRefusal(400, error('REQUIRED_FIELD_MISSING', 'At least 1 record is required', null));
  tooMany(records.length);
  const isUpsert = call.req.param('field') !== undefined;
  const twice = isUpsert
    ? twins(records, call.req.param('field') ?? '')
    : call.req.method === 'PATCH'
      ? twins(records, 'id')
      : new Set();
  const context = writeContext(call);
  const mark = context.org.store.mark();
  const results = records.map((item): Done => {
    if (typeOf(item) === '')
      return {
        ok: false,
        errors: [
          error(
            'JSON_PARSER_ERROR',
            'Nested object for polymorphic foreign key must have an attributes field before any other fields.',
          ),
        ],
      };
    if (twice.has(item)) {
      context.counter.at += 1;
      return {
        ok: false,
        errors: [
          error(
            'DUPLICATE_VALUE',
            `Duplicate external id specified: ${keyIn(item, isUpsert ? (call.req.param('field') ?? '') : 'id')}`,
          ),
        ],
      };
    }
    return write(context, item);
  });
  const failed = results.some((done) => !done.ok);
  if (body['allOrNone'] !== true || !failed)
    return json(
      200,
      results.map((done) => resultOf(done, isUpsert)),
    );
  context.org.store.rollback(mark);
  return json(
    200,
    results.map((done) => resultOf(rolledBack(done), isUpsert)),
  );
}

function rolledBack(done: Done): Done {
  if (!done.ok) return done;
  const text = 'Record rolled back because not all records were valid and the request was using AllOrNone header';
  return { ok: false, errors: [error('ALL_OR_NONE_OPERATION_ROLLED_BACK', text)] };
}

function keyIn(item: Item, key: string): unknown {
  return Object.entries(item).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

/** Items that share a key with another item of the same request; all of them are refused. */
function twins(items: readonly Item[], key: string): Set<unknown> {
  const byKey = new Map<string, Item[]>();
  for (const item of items) {
    const name = Object.keys(item).find((one) => one.toLowerCase() === key.toLowerCase());
    const value = name === undefined ? null : item[name];
    if (typeof value !== 'string') continue;
    const folded = key === 'id' ? to18(value) : value.toLowerCase();
    byKey.set(folded, [...(byKey.get(folded) ?? []), item]);
  }
  return new Set([...byKey.values()].filter((same) => same.length > 1).flat());
}

function tooMany(count: number): void {
  if (count > mostRecords)
    throw new WholeRefusal(
      400,
      error(
        'EXCEEDED_ID_LIMIT',
        `record limit reached. cannot submit more than ${mostRecords} records into this call`,
        null,
      ),
    );
}

function deleteAll(call: Call): Response {
  const ids = (call.req.query('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0)
    throw new WholeRefusal(400, error('REQUIRED_FIELD_MISSING', 'At least 1 record is required', null));
  tooMany(ids.length);
  const context = writeContext(call);
  const mark = context.org.store.mark();
  const results = ids.map((id) => deleteOne(context, id));
  const undo = call.req.query('allOrNone') === 'true' && results.some((done) => !done.ok);
  if (undo) context.org.store.rollback(mark);
  return json(
    200,
    results.map((done) => resultOf(undo ? rolledBack(done) : done, false)),
  );
}

/** Up to 2,000 records by id in one call; what is not there comes back as null, in its place. */
async function retrieve(call: Call): Promise<Response> {
  const org = call.get('org');
  const plan = seenPlan(org, call.req.param('type') ?? '');
  if (plan === undefined) throw unknownType(call.req.param('type') ?? '');
  const body = await bodyOf(call);
  const ids = Array.isArray(body['ids']) ? body['ids'].map(String) : [];
  const fields = Array.isArray(body['fields']) ? body['fields'].map(String) : [];
  if (ids.length > 2000)
    throw new WholeRefusal(
      400,
      error('EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 2000 records into this call', null),
    );
  if (fields.length === 0) throw new WholeRefusal(400, error('MISSING_ARGUMENT', 'fields not specified', null));
  const unfit = ids.find((id) => !isId(id) || !id.startsWith(plan.prefix));
  if (unfit !== undefined) throw new WholeRefusal(400, error('MALFORMED_ID', `malformed id ${unfit}`, null));
  const rows = ids.map((id) => {
    const row = org.store.get(plan.name, to18(id));
    return row === null || row.deletedAt !== null ? null : rowOf(org, baseOf(call), row, fields);
  });
  if (call.env?.orders?.rows === 'drop') rows.pop();
  return json(200, rows);
}
