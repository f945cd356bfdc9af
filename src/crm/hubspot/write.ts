// Fields of records, a hundred at a time, by id and with absolute values. Every effect gets its receipt: what HubSpot
// lists as written, what it lists as refused, and what it lists nowhere, which is looked at again by id, for a merged
// record is left out of an answer that says 200. Nothing is created here.

import type { Reply } from '../../clients/hubspot/call.ts';
import { classifyItem, type Refusal, toError } from '../../clients/hubspot/errors.ts';
import type { Batch, Item } from '../../clients/hubspot/records.ts';
import type { CrmMapping } from '../../domain/decisions.ts';
import type { CrmObject, Effect, Receipt, Shown, Value } from '../../domain/nouns.ts';
import { rethrowCrash } from '../../lib/errors.ts';
import { notNow } from '../crm.ts';
import { modifiedProperty } from './changes.ts';
import { fromWire, toWire } from './convert.ts';
import { applied, type Desk, fieldsOf, objectName, problem0, receiptOf, unapplied } from './desk.ts';
import { lookUp } from './read.ts';

/** One effect, ready for the wire. */
export interface Line {
  readonly effect: Effect;
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}
export type Receipts = Map<number, Receipt>;

/**
 * Writes up to a hundred `set` or `clear` effects of one kind of record.
 * @throws AuthError, LimitError, DriftError (a missing scope) when HubSpot refused the request whole: nothing was written.
 */
export async function writeFields(desk: Desk, effects: readonly Effect[], signal: AbortSignal): Promise<Receipts> {
  const object = effects[0]?.object ?? 'account';
  const receipts: Receipts = new Map();
  const lines: Line[] = [];
  for (const effect of effects) {
    const properties = propertiesOf(desk.mapping, effect);
    if (Object.keys(properties).length === 0) {
      const what = `none of ${Object.keys(effect.payload).join(', ')} is mapped for ${object}`;
      receipts.set(effect.id, unapplied(effect.id, 'rejected', problem0('UNMAPPED', whereOf(desk, effect), what)));
    } else lines.push({ effect, id: effect.target, properties });
  }
  for (const [id, receipt] of await updateLines(desk, object, lines, signal)) receipts.set(id, receipt);
  return receipts;
}

/** Sends the lines in one batch and finds out what became of each. Throws as {@link writeFields} does. */
export async function updateLines(
  desk: Desk,
  object: CrmObject,
  all: readonly Line[],
  signal: AbortSignal,
): Promise<Receipts> {
  const receipts: Receipts = new Map();
  // HubSpot refuses a whole batch in which an id stands twice, so the second one waits for the next batch.
  const lines = [...new Map([...all].reverse().map((line) => [line.id, line])).values()].reverse();
  for (const line of all) {
    if (!lines.includes(line))
      receipts.set(line.effect.id, unapplied(line.effect.id, 'ready', twice(whereOf(desk, line.effect))));
  }
  if (lines.length === 0) return receipts;
  const type = objectName(desk.mapping, object);
  const reply = await desk.client.updateRecords(
    type,
    lines.map((line) => ({ id: line.id, trace: String(line.effect.id), properties: line.properties })),
    signal,
  );
  if (!reply.ok) return merged(receipts, refuseBatch(desk, lines, reply.refusal));
  settle(desk, lines, reply.data, receipts);
  const missing = lines.filter((line) => !receipts.has(line.effect.id));
  return missing.length === 0 ? receipts : merged(receipts, await lookAgain(desk, object, lines, missing, signal));
}

/** Results and listed errors → receipts, matched by id and trace, never by position. */
function settle(desk: Desk, lines: readonly Line[], batch: Batch, receipts: Receipts): void {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const byTrace = new Map(lines.map((line) => [String(line.effect.id), line]));
  for (const error of batch.errors) {
    const refusal = classifyItem(error);
    const named = [...refusal.traces.map((trace) => byTrace.get(trace)), ...refusal.ids.map((id) => byId.get(id))];
    for (const line of named) {
      if (line !== undefined)
        receipts.set(line.effect.id, receiptOf(line.effect.id, refusal, whereOf(desk, line.effect)));
    }
  }
  for (const item of batch.results) {
    const line = byId.get(item.id);
    if (line === undefined) continue;
    const shown = shownBy(desk, line, item);
    const receipt = applied(line.effect.id, item.id);
    receipts.set(line.effect.id, shown === null ? receipt : { ...receipt, shown });
  }
}
/** What the answer to an update shows of the record; null unless it shows every property that was sent. */
function shownBy(desk: Desk, line: Line, item: Item): Shown | null {
  const { object, payload } = line.effect;
  const fields: Record<string, Value> = {};
  for (const field of fieldsOf(desk.mapping, object)) {
    if (!(field.field in line.properties)) continue;
    if (!(field.field in item.properties)) return null;
    fields[field.word] = fromWire(item.properties[field.field], field);
  }
  if (Object.keys(payload).some((word) => !(word in fields))) return null;
  const stamp = Date.parse(item.properties[modifiedProperty(objectName(desk.mapping, object))] ?? '');
  return { fields, changedAt: Number.isNaN(stamp) ? item.updatedAt : new Date(stamp).toISOString() };
}

/**
 * A whole batch was refused. Where it was refused for the sake of an item that can be named, that one is rejected and the
 * others may be sent again; where none can be named, all may, and the caller halves. A batch of one is its own culprit.
 * @throws AuthError, LimitError, DriftError when it was refused for no record's sake.
 */
export function refuseBatch(desk: Desk, lines: readonly Line[], refusal: Refusal): Receipts {
  // These refuse everything, whatever it says: nothing was written, and nothing is wrong with the records.
  if (refusal.outcome === 'auth' || refusal.outcome === 'limit' || refusal.status === 429)
    throw toError(refusal, 'hubspot');
  if (refusal.code === 'MISSING_SCOPES') throw toError(refusal, `hubspot ${typeOf(desk, lines)}`);
  const receipts: Receipts = new Map();
  if (refusal.code === 'LOCKED') {
    for (const { effect } of lines) {
      const { problem, ...receipt } = receiptOf(effect.id, refusal, whereOf(desk, effect));
      receipts.set(effect.id, { ...receipt, problem: problem === null ? null : { ...problem, code: notNow } });
    }
    return receipts;
  }
  const definite = refusal.outcome === 'rejected' || refusal.outcome === 'drift';
  const culprits = definite ? new Set(lines.length === 1 ? lines : culpritsOf(lines, refusal)) : null;
  for (const line of lines) {
    const { id } = line.effect;
    const where = whereOf(desk, line.effect);
    const receipt = receiptOf(id, refusal, where);
    receipts.set(id, culprits === null || culprits.has(line) ? receipt : asRefusedWhole(receipt));
  }
  return receipts;
}
/** Refused for another's sake: the code that tells the caller to halve the batch. */
export function asRefusedWhole(receipt: Receipt): Receipt {
  if (receipt.problem === null) return { ...receipt, state: 'ready' };
  const { code, what } = receipt.problem;
  return {
    ...receipt,
    state: 'ready',
    problem: { ...receipt.problem, code: 'BATCH_REFUSED', what: `${code}: ${what}` },
  };
}
function typeOf(desk: Desk, lines: readonly Line[]): string {
  return objectName(desk.mapping, lines[0]?.effect.object ?? 'account');
}
function culpritsOf(lines: readonly Line[], refusal: Refusal): readonly Line[] {
  if (refusal.code === 'PROPERTY_DOESNT_EXIST' || refusal.code === 'READ_ONLY_VALUE')
    return lines.filter((line) => refusal.properties.some((name) => name in line.properties));
  if (refusal.code === 'DUPLICATE_IDS') return [];
  return lines.filter((line) => refusal.traces.includes(String(line.effect.id)) || refusal.ids.includes(line.id));
}

/** Lines that the answer passed over: merged into another record, gone, or nobody knows. Throws nothing. */
async function lookAgain(
  desk: Desk,
  object: CrmObject,
  lines: readonly Line[],
  missing: readonly Line[],
  signal: AbortSignal,
): Promise<Receipts> {
  const receipts: Receipts = new Map();
  const type = objectName(desk.mapping, object);
  const names = [...new Set(missing.flatMap((line) => Object.keys(line.properties)))];
  let found: ReadonlyMap<string, Item>;
  try {
    found = await lookUp(
      desk,
      type,
      missing.map((line) => line.id),
      names,
      signal,
    );
  } catch (error) {
    rethrowCrash(error);
    for (const line of missing) receipts.set(line.effect.id, unlisted(desk, line));
    return receipts;
  }
  const taken = new Set(lines.map((line) => line.id));
  for (const line of missing) {
    const item = found.get(line.id);
    const where = whereOf(desk, line.effect);
    if (item === undefined) {
      const gone = classifyItem({
        category: 'OBJECT_NOT_FOUND',
        subCategory: null,
        message: 'the record is gone',
        context: {},
      });
      receipts.set(line.effect.id, receiptOf(line.effect.id, gone, where));
    } else if (item.id === line.id) {
      const stands = Object.entries(line.properties).every(([name, text]) =>
        same(desk, object, name, text, item.properties[name]),
      );
      receipts.set(line.effect.id, stands ? applied(line.effect.id, item.id) : unlisted(desk, line));
    } else if (taken.has(item.id)) {
      const what = `record ${line.id} was merged into ${item.id}, which another account writes to`;
      const fix = 'Merge the two accounts in the source, or correct one of the ids.';
      receipts.set(line.effect.id, unapplied(line.effect.id, 'rejected', problem0('MERGED', where, what, '', fix)));
    } else {
      taken.add(item.id);
      const reply = await follow(desk, type, line, item.id, signal);
      if (reply.ok && reply.data.results.some((one) => one.id === item.id))
        receipts.set(line.effect.id, applied(line.effect.id, item.id));
      else if (!reply.ok) receipts.set(line.effect.id, receiptOf(line.effect.id, reply.refusal, where));
      else {
        const [error] = reply.data.errors;
        receipts.set(
          line.effect.id,
          error === undefined ? unlisted(desk, line) : receiptOf(line.effect.id, classifyItem(error), where),
        );
      }
    }
  }
  return receipts;
}

/** Writes to the record that a merge left. An abort before this has sent anything leaves the line as it was. */
async function follow(desk: Desk, type: string, line: Line, id: string, signal: AbortSignal): Promise<Reply<Batch>> {
  return await desk.client
    .updateRecords(type, [{ id, trace: String(line.effect.id), properties: line.properties }], signal)
    .catch((error: unknown) => {
      rethrowCrash(error);
      if (signal.aborted) return { ok: false, refusal: stopped };
      throw error;
    });
}
const stopped: Refusal = {
  outcome: 'ready',
  status: 0,
  code: 'STOPPED',
  says: 'the run was stopped before this was sent',
  scopes: [],
  ids: [],
  traces: [],
  properties: [],
  waitMs: null,
};

/** An effect's words → properties; words that are not mapped are left out. */
function propertiesOf(mapping: CrmMapping, effect: Effect): Record<string, string> {
  const payload =
    effect.op === 'clear'
      ? Object.fromEntries(Object.keys(effect.payload).map((word) => [word, null]))
      : effect.payload;
  const properties: Record<string, string> = {};
  for (const field of fieldsOf(mapping, effect.object)) {
    const value = payload[field.word];
    if (value !== undefined) properties[field.field] = toWire(value, field);
  }
  return properties;
}

function same(desk: Desk, object: CrmObject, name: string, sent: string, shown: string | null | undefined): boolean {
  const field = fieldsOf(desk.mapping, object).find((one) => one.field === name);
  const kind = field ?? { type: 'text' as const, digits: 0 };
  return fromWire(sent, kind) === fromWire(shown, kind);
}
function unlisted(desk: Desk, line: Line): Receipt {
  const what = 'HubSpot listed this record neither as written nor as refused';
  const problem = problem0(
    'UNLISTED',
    whereOf(desk, line.effect),
    what,
    'Whether it was written is not known.',
    'Nothing to do: it is read back before it is sent again.',
  );
  return unapplied(line.effect.id, 'unknown', problem);
}
function twice(where: string) {
  return problem0(
    'SAME_RECORD_TWICE',
    where,
    'another effect of this batch writes to the same record',
    'HubSpot refuses such a batch whole.',
    'Nothing to do: it is sent in the next batch.',
  );
}
export function whereOf(desk: Desk, effect: Effect): string {
  return `hubspot ${objectName(desk.mapping, effect.object)} ${effect.target}`;
}
export function merged(into: Receipts, more: Receipts): Receipts {
  for (const [id, receipt] of more) into.set(id, receipt);
  return into;
}
