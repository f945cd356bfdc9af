// Up to a hundred records in one call. Without trace ids one bad input refuses them all; with a trace id on every input
// the good ones are written and the answer is a 207. Results come back in any order but the caller's.

import type { StoredRecord } from '../records.ts';
import { answer, empty, invalid, Refusal, refuse } from './answers.ts';
import {
  authorOf,
  bodyOf,
  type Call,
  type Given,
  idOf,
  inputsOf,
  namesOf,
  type Routes,
  readable,
  writable,
} from './call.ts';
import type { Kind } from './kinds.ts';
import { historyOf, notUnique } from './objects.ts';
import { find, isUnique, most, nowText, type PortalState, recordBody, shownAfter, shuffled } from './state.ts';
import {
  change,
  create,
  type Failure,
  orderedFailure,
  problemsText,
  valuesRefused,
  type WriteOptions,
  type Written,
} from './writing.ts';

const root = '/crm/v3/objects/:type/batch';

/** One entry of `errors[]` in a 207. */
interface ErrorEntry {
  readonly status: 'error';
  readonly category: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}
/** What became of one input: written, refused, not found, or silently left out (the old id of a merged record). */
type Fate = Written | 'missing' | 'left out';

interface Batch {
  readonly state: PortalState;
  readonly kind: Kind;
  readonly call: Call;
  readonly inputs: readonly Given[];
  /** Whether the inputs may succeed and fail one by one. */
  readonly isTraced: boolean;
}

function traceOf(input: Given): string | null {
  const trace = input['objectWriteTraceId'];
  return typeof trace === 'string' && trace !== '' ? trace : null;
}
/** Every input bears a trace id of its own. */
function isTraced(inputs: readonly Given[]): boolean {
  const traces = inputs.map(traceOf);
  return traces.every((trace) => trace !== null) && new Set(traces).size === traces.length;
}

function refuseDuplicates(inputs: readonly Given[]): void {
  const ids = inputs.map((input) => idOf(input['id']) ?? '');
  const twice = [...new Set(ids.filter((id, at) => id !== '' && ids.indexOf(id) !== at))];
  if (twice.length > 0)
    throw invalid(`Duplicate IDs found in batch input: [${twice.join(', ')}]. IDs must be unique`, {
      context: { ids: twice },
    });
}

function completed(
  status: number,
  started: string,
  state: PortalState,
  results: readonly unknown[],
  errors: readonly ErrorEntry[],
) {
  const body = {
    completedAt: nowText(state),
    status: 'COMPLETE',
    startedAt: started,
    results: shuffled(state, results),
  };
  if (errors.length === 0) return answer(status, body);
  return answer(207, { ...body, errors: shuffled(state, errors), numErrors: errors.length });
}

function notFoundEntry(kind: Kind, ids: readonly string[], trace: string | null = null): ErrorEntry {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${kind.legacy} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids, ...(trace === null ? {} : { objectWriteTraceId: [trace] }) },
  };
}
function failureEntry(state: PortalState, failure: Failure, trace: string): ErrorEntry {
  const body = typeof failure.refusal.body === 'string' ? {} : failure.refusal.body;
  const category = String(body['category'] ?? 'VALIDATION_ERROR');
  const { problems, existingId } = failure;
  return {
    status: 'error',
    category,
    message: problems.length > 0 ? problemsText(state, problems, true) : String(body['message'] ?? ''),
    // Recorded for contacts alone; who holds another unique value stands in the message only.
    context: {
      objectWriteTraceId: [trace],
      ...(existingId === null || category !== 'CONFLICT' ? {} : { existingId: [existingId] }),
    },
  };
}

/** One refusal for a batch that is refused whole: every bad value of every input, else the first reason there is. */
function together(state: PortalState, failures: readonly Failure[]): Refusal {
  const problems = failures.flatMap((failure) => failure.problems);
  if (problems.length > 0) return valuesRefused(state, problems);
  const first = failures[0]!;
  const { body, status } = first.refusal;
  // In a batch the conflict does not say whose e-mail it is.
  if (first.existingId !== null && status === 409) return refuse(409, 'CONFLICT', 'Contact already exists');
  return new Refusal(status, body);
}

/** Does the inputs one after the other, and undoes them all when the batch must stand or fall as one. */
function perform(batch: Batch, one: (input: Given) => Fate) {
  const { state, kind } = batch;
  const mark = state.store.mark();
  const results: { readonly written: Written & { ok: true }; readonly trace: string | null }[] = [];
  const errors: ErrorEntry[] = [];
  const failures: Failure[] = [];
  const missing: string[] = [];
  const undo: (() => void)[] = [];
  const { applyFirst, itemError } = batch.call.env.orders;
  for (const [at, input] of batch.inputs.slice(0, applyFirst ?? batch.inputs.length).entries()) {
    const trace = traceOf(input);
    const ordered = itemError(at);
    const fate = ordered === null ? tried(() => one(input)) : { ok: false as const, failure: orderedFailure(ordered) };
    if (fate === 'left out') continue;
    if (fate === 'missing') {
      if (trace === null) missing.push(idOf(input['id']) ?? '');
      else errors.push(notFoundEntry(kind, [idOf(input['id']) ?? ''], trace));
    } else if (fate.ok) {
      results.push({ written: fate, trace });
      if (fate.isNew) undo.push(() => state.links.forget(kind.name, fate.record.id));
    } else if (batch.isTraced && trace !== null) errors.push(failureEntry(state, fate.failure, trace));
    else failures.push(fate.failure);
  }
  if (failures.length > 0) {
    state.store.rollback(mark);
    for (const step of undo) step();
    throw together(state, failures);
  }
  if (missing.length > 0) errors.push(notFoundEntry(kind, missing));
  return { results, errors };
}

/** A refusal thrown on the way is the input's, not the call's. */
function tried(one: () => Fate): Fate {
  try {
    return one();
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status !== 400) throw thrown;
    return { ok: false, failure: { refusal: thrown, problems: [], existingId: null } };
  }
}

/** The fault plan may lose a result of a write that was done, or tell one twice. */
function told<T>(call: Call, results: T[]): T[] {
  const { rows } = call.env.orders;
  if (rows === 'drop') return results.slice(0, -1);
  return rows === 'duplicate' && results[0] !== undefined ? [...results, results[0]] : results;
}
function echo(state: PortalState, trace: string | null) {
  return state.settings.echoTraceIds && trace !== null ? { objectWriteTraceId: trace } : {};
}
function optionsOf(call: Call): WriteOptions {
  return { by: authorOf(call), version: call.env.version };
}

async function batchOf(state: PortalState, call: Call): Promise<Batch> {
  const kind = writable(call, call.req.param('type') ?? '');
  const inputs = inputsOf(await bodyOf(call), most.batch);
  return { state, kind, call, inputs, isTraced: isTraced(inputs) };
}

/** The record that an input of a batch names, by id or by one unique property. */
function target(
  state: PortalState,
  kind: Kind,
  input: Given,
  alsoUnique: boolean,
): StoredRecord | 'missing' | 'left out' {
  const id = idOf(input['id']) ?? '';
  const property = idOf(input['idProperty']);
  if (property === null) {
    const own = state.store.get(kind.name, id);
    if (own?.mergedInto) return 'left out';
    return own === null || own.deletedAt !== null ? 'missing' : own;
  }
  const isKey =
    state.store.field(kind.name, property)?.unique === 'exact' || (alsoUnique && isUnique(state, kind, property));
  if (!isKey) throw notUnique(state, kind, property);
  return state.store.findBy(kind.name, property, id)[0] ?? 'missing';
}

function readBatch(state: PortalState, call: Call, kind: Kind, body: Given): Response {
  const started = nowText(state);
  const inputs = inputsOf(body, most.batch);
  const ids = [...new Set(inputs.map((input) => idOf(input['id']) ?? ''))];
  const property = idOf(body['idProperty']);
  if (property !== null && !isUnique(state, kind, property)) throw notUnique(state, kind, property);
  const isArchived = call.req.query('archived') === 'true';
  const found = new Map<string, StoredRecord>();
  const missing: string[] = [];
  for (const id of ids) {
    const named =
      property === null
        ? find(state, kind, id, isArchived)
        : state.store
            .findBy(kind.name, property, id, { deleted: isArchived })
            .find((one) => (one.deletedAt !== null) === isArchived);
    if (named) found.set(named.id, named);
    else missing.push(id);
  }
  const asked = namesOf(body['properties']);
  const history = namesOf(body['propertiesWithHistory']);
  const shown = [...(asked.length === 0 ? kind.shown : asked), ...history];
  const results = [...found.values()].map((record) => ({
    ...recordBody(state, kind, record, shown),
    ...(history.length === 0 ? {} : { propertiesWithHistory: historyOf(state, kind, record, history) }),
  }));
  return completed(
    200,
    started,
    state,
    told(call, results),
    missing.length === 0 ? [] : [notFoundEntry(kind, missing)],
  );
}

/** batch/read, create, update, upsert and archive. */
export function batchRoutes(routes: Routes, state: PortalState): void {
  routes.post(`${root}/read`, async (call) => {
    const kind = readable(call, call.req.param('type'));
    return readBatch(state, call, kind, await bodyOf(call));
  });
  routes.post(`${root}/create`, async (call) => {
    const started = nowText(state);
    const batch = await batchOf(state, call);
    const { results, errors } = perform(batch, (input) => create(state, batch.kind, input, optionsOf(call)));
    const shown = results.map(({ written, trace }) => ({
      ...recordBody(state, batch.kind, written.record, 'set'),
      ...echo(state, trace),
    }));
    return completed(201, started, state, told(call, shown), errors);
  });
  routes.post(`${root}/update`, async (call) => {
    const started = nowText(state);
    const batch = await batchOf(state, call);
    refuseDuplicates(batch.inputs);
    const { results, errors } = perform(batch, (input) => {
      const record = target(state, batch.kind, input, false);
      return typeof record === 'string' ? record : change(state, batch.kind, record, input, optionsOf(call));
    });
    const shown = results.map(({ written, trace }) => ({
      ...recordBody(state, batch.kind, written.record, shownAfter(batch.kind, written.sent, written.record, true)),
      ...echo(state, trace),
    }));
    return completed(200, started, state, told(call, shown), errors);
  });
  routes.post(`${root}/upsert`, async (call) => {
    const started = nowText(state);
    const given = await batchOf(state, call);
    refuseDuplicates(given.inputs);
    // Partial upserts do not exist for e-mail.
    const byMail = given.inputs.some((input) => input['idProperty'] === 'email');
    const batch = { ...given, isTraced: given.isTraced && !byMail };
    const { results, errors } = perform(batch, (input) => {
      const record = target(state, batch.kind, input, true);
      const property = idOf(input['idProperty']);
      if (record === 'left out' || (record === 'missing' && property === null)) return 'missing';
      if (typeof record !== 'string') return change(state, batch.kind, record, input, optionsOf(call));
      const values = { [property!]: input['id'], ...(input['properties'] as Given) };
      return create(state, batch.kind, { properties: values }, optionsOf(call));
    });
    const shown = results.map(({ written, trace }) => ({
      ...recordBody(state, batch.kind, written.record, shownAfter(batch.kind, written.sent, written.record, true)),
      new: written.isNew,
      ...echo(state, trace),
    }));
    return completed(200, started, state, told(call, shown), errors);
  });
  routes.post(`${root}/archive`, async (call) => {
    const batch = await batchOf(state, call);
    for (const input of batch.inputs.slice(0, call.env.orders.applyFirst ?? batch.inputs.length)) {
      const record = find(state, batch.kind, idOf(input['id']) ?? '');
      if (record !== null) state.store.remove(batch.kind.name, record.id, authorOf(call));
    }
    return empty();
  });
}
