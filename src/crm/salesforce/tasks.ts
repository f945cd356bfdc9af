// Our tasks: found by id or key, inserted once, closed only while they are as we left them. A task is inserted with our
// unique key and never upserted, because an upsert would rewrite what a person edited or closed; a refusal as duplicate
// means "already there". Without a unique key (`at_least_once`) the tasks of the record are looked through first, and a
// crash between look and insert can leave two. What a person closed, moved or deleted stays as it is.

import type { Row } from '../../clients/salesforce/connect.ts';
import type { Fault } from '../../clients/salesforce/errors.ts';
import { isRecordId, longId } from '../../clients/salesforce/record-id.ts';
import { inQueries, soqlName } from '../../clients/salesforce/soql.ts';
import type { FieldType } from '../../domain/decisions.ts';
import type { Effect, ExistingTask, Fields, Problem, Receipt, Value } from '../../domain/nouns.ts';
import { AuthError, DriftError, KenkoError, LimitError, rethrowCrash } from '../../lib/errors.ts';
import type { TaskRef } from '../crm.ts';
import { type Form, fromSalesforce, toSalesforce } from './convert.ts';
import { answered, applied, type Hand, problemOfError, taskOf } from './hand.ts';
import { retrieve } from './read.ts';
import { type Outcome, sendRecords } from './send.ts';
import { receiptOf, waves } from './write.ts';

const object = 'Task';
/** Types of our words on a task; mappings name the fields only. */
const wordTypes: Readonly<Record<string, FieldType>> = {
  key: 'text',
  play: 'text',
  subject: 'text',
  body: 'long_text',
  due_on: 'date',
  priority: 'picklist',
  score_when_created: 'number',
  outcome: 'picklist',
  snooze_until: 'date',
};
const textLimits: Readonly<Record<string, number>> = { subject: 255, body: 32_000 };
const formOf = (word: string): Form => ({ type: wordTypes[word] ?? 'text', digits: 1 });

/** Tasks by id, else by key, deleted and archived ones included; one answer per ref. */
export async function findTasks(hand: Hand, refs: readonly TaskRef[], signal: AbortSignal): Promise<ExistingTask[]> {
  const { fields } = taskOf(hand);
  const names = new Set(['Id', 'IsClosed', 'IsDeleted', 'WhatId', 'OwnerId', ...Object.values(fields)]);
  if (fields['key'] === undefined) names.add('Description');
  const select = `SELECT ${[...names].map(soqlName).join(', ')} FROM ${object} WHERE`;
  const ask = async (field: string, values: readonly string[]) => {
    const rows: Row[] = [];
    for (const soql of inQueries(`${select} ${soqlName(field)} IN (`, [...new Set(values)])) {
      rows.push(...(await hand.client.rows(soql, { name: 'tasks', all: true, signal })));
    }
    return rows;
  };
  const ids = refs.flatMap((ref) => (ref.id !== null && isRecordId(ref.id) ? [longId(ref.id)] : []));
  const byId = new Map((await ask('Id', ids)).map((row) => [longId(String(row['Id'])), row]));
  const unfound = refs.filter((ref) => ref.id === null || !byId.has(longId(ref.id)));
  const byKey = new Map<string, Row>();
  const candidates =
    fields['key'] !== undefined
      ? await ask(fields['key'], unfound.map((ref) => ref.key).filter(Boolean))
      : await ask(
          'WhatId',
          unfound.flatMap((ref) => (ref.target === null ? [] : [longId(ref.target)])),
        );
  for (const row of candidates) {
    const key = keyOf(hand, row);
    const rival = byKey.get(key);
    if (key !== '' && (rival === undefined || rank(row) < rank(rival))) byKey.set(key, row);
  }
  return refs.map((ref): ExistingTask => {
    const own = ref.id === null ? undefined : byId.get(longId(ref.id));
    const row = own ?? byKey.get(ref.key);
    if (row !== undefined) return existingOf(hand, ref, row, own !== undefined);
    // What once had an id and is in no answer was emptied out of the recycle bin.
    const state = ref.id === null ? 'absent' : 'deleted';
    return { key: ref.key, id: ref.id, state, target: null, owner: null, fields: {} };
  });
}
/** Of several tasks with one key, the one that a person would mean: open, then closed, then deleted. */
function rank(row: Row): number {
  return row['IsDeleted'] === true ? 2 : row['IsClosed'] === true ? 1 : 0;
}
function keyOf(hand: Hand, row: Row): string {
  const field = taskOf(hand).fields['key'];
  if (field !== undefined) return String(row[field] ?? '');
  return stampPattern.exec(String(row['Description'] ?? ''))?.[1] ?? '';
}
function existingOf(hand: Hand, ref: TaskRef, row: Row, asAsked: boolean): ExistingTask {
  return {
    key: ref.key === '' ? keyOf(hand, row) : ref.key,
    id: asAsked ? ref.id : longId(String(row['Id'])),
    state: row['IsDeleted'] === true ? 'deleted' : row['IsClosed'] === true ? 'closed' : 'open',
    target: typeof row['WhatId'] === 'string' ? longId(row['WhatId']) : null,
    owner: typeof row['OwnerId'] === 'string' ? longId(row['OwnerId']) : null,
    fields: wordsOf(hand, row),
  };
}
function wordsOf(hand: Hand, row: Row): Fields {
  const { fields, priorities } = taskOf(hand);
  const words: Record<string, Value> = {};
  for (const [word, field] of Object.entries(fields)) {
    if (word === 'key') continue;
    let value = fromSalesforce(row[field], formOf(word));
    if (word === 'body' && typeof value === 'string') value = value.replace(stampPattern, '').trimEnd() || null;
    if (word === 'priority') value = Object.entries(priorities).find(([, theirs]) => theirs === value)?.[0] ?? value;
    words[word] = value;
  }
  return words;
}

/** Where no field holds our key, it stands as the last line of the description. */
const stampPattern = /\n*\[(kenko1[0-9a-f]{32})\]\s*$/;

/** Inserts tasks that are not there yet. */
export async function ensureTasks(hand: Hand, batch: readonly Effect[], signal: AbortSignal): Promise<Receipt[]> {
  const receipts = new Array<Receipt>(batch.length);
  let waiting = batch.map((effect, at) => ({ effect, at }));
  if (taskOf(hand).mode === 'at_least_once') {
    const found = await lookFirst(hand, batch, signal);
    for (const { effect, at } of waiting) {
      const id = found.get(effect.key);
      if (id !== undefined) receipts[at] = applied(effect, id);
    }
    waiting = waiting.filter(({ at }) => receipts[at] === undefined);
  }
  waiting.sort((a, b) => (a.effect.target < b.effect.target ? -1 : a.effect.target > b.effect.target ? 1 : 0));
  const doubtful: { effect: Effect; at: number; fault: Fault }[] = [];
  let started = false;
  for (const wave of waves(waiting, ({ effect }) => effect.key)) {
    const records = wave.map(({ effect }) => newTask(hand, effect));
    const outcomes = await sendRecords(hand, { name: 'tasks.create', method: 'POST', records }, started, signal);
    started = true;
    for (const [n, { effect, at }] of wave.entries()) {
      const outcome = outcomes[n] as Outcome;
      if (outcome.ok || outcome.fault.code !== 'DUPLICATE_VALUE') receipts[at] = receiptOf(effect, outcome);
      else {
        const id = existingIdIn(hand, outcome.fault);
        if (id !== null) receipts[at] = applied(effect, id);
        else doubtful.push({ effect, at, fault: outcome.fault });
      }
    }
  }
  await settleDuplicates(hand, doubtful, receipts, signal);
  return receipts;
}

/** `duplicate value found: Kenko_Key__c duplicates value on record with id: 00T…`; it can also read `<unknown>`. */
function existingIdIn(hand: Hand, fault: Fault): string | null {
  const field = taskOf(hand).fields['key'];
  if (field === undefined || !(fault.fields.includes(field) || fault.says.includes(field))) return null;
  const id = /\b(00T[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)\b/.exec(fault.says)?.[1];
  return id === undefined ? null : longId(id);
}

/** A duplicate that does not say of what: ours, if the key is there; otherwise an ordinary no. */
async function settleDuplicates(
  hand: Hand,
  doubtful: readonly { readonly effect: Effect; readonly at: number; readonly fault: Fault }[],
  receipts: Receipt[],
  signal: AbortSignal,
): Promise<void> {
  if (doubtful.length === 0) return;
  const refs = doubtful.map(({ effect }) => ({ key: effect.key, id: null, target: effect.target }));
  try {
    const found = await findTasks(hand, refs, signal);
    for (const [n, { effect, at, fault }] of doubtful.entries()) {
      const id = found[n]?.id ?? null;
      receipts[at] = id === null ? receiptOf(effect, { ok: false, fault }) : applied(effect, id);
    }
  } catch (error) {
    rethrowCrash(error);
    for (const { effect, at, fault } of doubtful) {
      receipts[at] = receiptOf(effect, { ok: false, fault: { ...fault, fate: 'unknown' } });
    }
  }
}

/** Key → id of tasks that stand already, where the org cannot refuse a second one. */
async function lookFirst(hand: Hand, batch: readonly Effect[], signal: AbortSignal): Promise<Map<string, string>> {
  const refs = batch.map((effect) => ({ key: effect.key, id: null, target: effect.target }));
  const found = await findTasks(hand, refs, signal);
  return new Map(found.flatMap((task) => (task.id === null ? [] : [[task.key, task.id] as const])));
}

function newTask(hand: Hand, effect: Effect): Record<string, unknown> {
  const { fields } = taskOf(hand);
  const record: Record<string, Value> = taskFields(hand, { play: effect.play || null, ...effect.payload });
  if (typeof effect.payload['owner'] === 'string') record['OwnerId'] = effect.payload['owner'];
  if (fields['key'] !== undefined) record[fields['key']] = effect.key;
  else stamp(record, effect.key);
  return { attributes: { type: object }, WhatId: effect.target, ...record };
}
function stamp(record: Record<string, Value>, key: string): void {
  record['Description'] = `${record['Description'] ?? ''}\n\n[${key}]`.trimStart();
}

/** Our words as their fields. Status is never among them: a new task takes the org's default. */
function taskFields(hand: Hand, payload: Fields): Record<string, Value> {
  const { fields, priorities } = taskOf(hand);
  const record: Record<string, Value> = {};
  for (const [word, value] of Object.entries(payload)) {
    const field = fields[word];
    if (field === undefined || word === 'key' || value === undefined) continue;
    const limit = textLimits[word];
    if (word === 'priority') record[field] = priorities[value as keyof typeof priorities] ?? value;
    else if (limit !== undefined && typeof value === 'string' && value.length > limit) {
      record[field] = `${value.slice(0, limit - 1)}…`;
    } else record[field] = toSalesforce(value, formOf(word));
  }
  return record;
}

/** Closes tasks, or freshens their text, where they are open and show what `expect` says. */
export async function changeTasks(hand: Hand, batch: readonly Effect[], signal: AbortSignal): Promise<Receipt[]> {
  const { fields } = taskOf(hand);
  const names = ['Id', 'IsClosed', 'OwnerId', ...Object.values(fields)];
  let rows: Map<string, Row>;
  let closed: string;
  try {
    closed = batch.some((effect) => effect.op === 'close_task') ? await closedStatus(hand, signal) : '';
    rows = await retrieve(
      hand,
      object,
      batch.map((effect) => longId(effect.target)),
      names,
      signal,
    );
  } catch (error) {
    rethrowCrash(error);
    if (error instanceof AuthError || error instanceof LimitError || !(error instanceof KenkoError)) throw error;
    const state = error instanceof DriftError ? 'rejected' : 'ready';
    return batch.map((effect) => answered(effect, state, problemOfError(error, 'salesforce Task')));
  }
  const receipts = new Array<Receipt>(batch.length);
  const going: { effect: Effect; at: number }[] = [];
  for (const [at, effect] of batch.entries()) {
    const row = rows.get(longId(effect.target));
    const isClosing = effect.op === 'close_task';
    if (row === undefined) receipts[at] = answered(effect, 'rejected', gone(effect));
    else if (row['IsClosed'] === true && isClosing) receipts[at] = applied(effect, effect.target);
    else if (row['IsClosed'] === true) receipts[at] = answered(effect, 'rejected', touched(effect, ['status']));
    else {
      const edited = differences(hand, effect, row);
      if (edited.length > 0) receipts[at] = answered(effect, 'rejected', touched(effect, edited));
      else going.push({ effect, at });
    }
  }
  let started = false;
  for (const wave of waves(going, ({ effect }) => longId(effect.target))) {
    const records = wave.map(({ effect }) => {
      const record = taskFields(hand, effect.payload);
      if (fields['key'] === undefined && 'Description' in record) stamp(record, effect.key);
      if (effect.op === 'close_task') record['Status'] = closed;
      else if (typeof effect.payload['owner'] === 'string') record['OwnerId'] = effect.payload['owner'];
      return { attributes: { type: object }, id: effect.target, ...record };
    });
    const outcomes = await sendRecords(hand, { name: 'tasks.change', method: 'PATCH', records }, started, signal);
    started = true;
    for (const [n, { effect, at }] of wave.entries()) receipts[at] = receiptOf(effect, outcomes[n] as Outcome);
  }
  return receipts;
}

/** The words that `expect` knows otherwise than the task shows them. */
function differences(hand: Hand, effect: Effect, row: Row): string[] {
  const now: Record<string, Value> = {
    ...wordsOf(hand, row),
    owner: typeof row['OwnerId'] === 'string' ? longId(row['OwnerId']) : null,
  };
  return Object.entries(effect.expect ?? {}).flatMap(([word, value]) => {
    if (!(word in now)) return [];
    const expected = word === 'owner' && typeof value === 'string' ? longId(value) : (value ?? null);
    return now[word] === expected ? [] : [word];
  });
}
function gone(effect: Effect): Problem {
  return {
    code: 'ENTITY_IS_DELETED',
    severity: 'warning',
    where: `salesforce Task ${effect.target}`,
    what: 'the task is deleted',
    why: 'A task that a person deleted stays deleted.',
    fix: 'Nothing to do.',
  };
}
function touched(effect: Effect, words: readonly string[]): Problem {
  return {
    code: 'EDITED_BY_PERSON',
    severity: 'warning',
    where: `salesforce Task ${effect.target}`,
    what: `the task changed after the plan was made (${words.join(', ')})`,
    why: 'A task that a person edited or closed is theirs.',
    fix: 'Nothing to do: the next plan sees it as it is.',
  };
}

/** The status that closes a task: the admin's, or the first closed one in the order of the org's own list. */
export async function closedStatus(hand: Hand, signal: AbortSignal): Promise<string> {
  const configured = taskOf(hand).closedStatus;
  if (configured !== null) return configured;
  const known = closedStatuses.get(hand);
  if (known !== undefined) return known;
  const statuses = (await hand.client.rows(statusQuery, { name: 'task-status', signal })).map(statusOf);
  const first = statuses.find((status) => status.closed);
  if (first === undefined) {
    throw new DriftError('no task status of this org closes a task', [], {
      where: 'salesforce TaskStatus',
      why: 'A task can be closed only by a status that the org counts as closed.',
      fix: 'Mark one as closed (Setup > Object Manager > Task > Status), or name it as task.closed_status in mappings/salesforce.yaml.',
    });
  }
  closedStatuses.set(hand, first.name);
  return first.name;
}
const closedStatuses = new WeakMap<Hand, string>();

/** The org's own task statuses, in its order: they are renamed and added to freely, so none is taken for granted. */
export const statusQuery = 'SELECT ApiName, MasterLabel, IsClosed, SortOrder FROM TaskStatus ORDER BY SortOrder';
export function statusOf(row: Row): { readonly name: string; readonly closed: boolean } {
  return { name: String(row['ApiName'] ?? row['MasterLabel']), closed: row['IsClosed'] === true };
}
