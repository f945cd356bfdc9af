// Our tasks: made once, closed or freshened only while they are open and as we left them. A task is created and never
// upserted, so that what a person changed in it stays; a second create with the same key is refused by HubSpot, and that
// refusal is read as "already there". Where the portal has no unique key, that protection is missing and the mapping must
// say so. After any doubt the tasks are read back before anything is said of them.

import { classifyItem, isTaken, type Refusal } from '../../clients/hubspot/errors.ts';
import type { Item } from '../../clients/hubspot/records.ts';
import type { Effect, ExistingTask, Fields, Problem, Receipt, Value } from '../../domain/nouns.ts';
import { rethrowCrash } from '../../lib/errors.ts';
import type { TaskRef } from '../crm.ts';
import {
  closedStatus,
  ownerProperty,
  taskFromWire,
  taskProperties,
  taskStatus,
  taskToWire,
  toHtml,
} from './convert.ts';
import { applied, type Desk, problem0, receiptOf, taskMapping, tasks, unapplied } from './desk.ts';
import { findTasks, keyOf, sight, stateOf } from './find-tasks.ts';
import { asRefusedWhole, type Line, merged, type Receipts, refuseBatch, updateLines, whereOf } from './write.ts';

/** Association types that HubSpot defines from a task to what it hangs on. */
const taskTo = { company: 192 } as const;
const where = 'hubspot tasks';

// ── Making ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Creates up to a hundred tasks, each hanging on its company. Sent once: after an unclear answer the fate is unknown.
 * @throws AuthError, LimitError, DriftError when HubSpot refused the request whole: nothing was made.
 */
export async function createTasks(desk: Desk, effects: readonly Effect[], signal: AbortSignal): Promise<Receipts> {
  const mapping = taskMapping(desk.mapping);
  const keyProperty = taskProperties(mapping)['key'] ?? '';
  const property = await desk.taskKey(signal);
  const refusedKey =
    property === null
      ? keyMissing(keyProperty)
      : !property.unique && mapping.mode === 'exactly_once'
        ? keyNotUnique(keyProperty)
        : null;
  if (refusedKey !== null)
    return new Map(effects.map((effect) => [effect.id, unapplied(effect.id, 'rejected', refusedKey)]));
  const unique = property?.unique === true;
  const zone = await desk.zone(signal);
  const receipts: Receipts = new Map();
  const lines: Line[] = [];
  for (const effect of effects) {
    if (lines.some((line) => line.effect.key === effect.key)) {
      receipts.set(
        effect.id,
        unapplied(
          effect.id,
          'ready',
          problem0('SAME_KEY_TWICE', where, 'another effect of this batch has the same key'),
        ),
      );
      continue;
    }
    const words = { play: effect.play, ...effect.payload };
    const properties = {
      ...taskToWire(words, mapping, zone),
      [keyProperty]: effect.key,
      [taskStatus]: 'NOT_STARTED',
      hs_task_type: 'TODO',
    };
    lines.push({ effect, id: effect.target, properties: withoutEmpty(properties) });
  }
  const reply = await desk.client.createRecords(
    tasks,
    lines.map((line) => ({
      trace: String(line.effect.id),
      properties: line.properties,
      on: { id: line.id, associationTypeId: taskTo.company },
    })),
    signal,
  );
  if (!reply.ok) {
    if (isTaken(reply.refusal) && unique) return merged(receipts, await adopt(desk, lines, reply.refusal, signal));
    return merged(receipts, refuseBatch(desk, lines, reply.refusal));
  }
  const byKey = new Map(lines.map((line) => [line.effect.key, line]));
  const byTrace = new Map(lines.map((line) => [String(line.effect.id), line]));
  for (const item of reply.data.results) {
    const line = byKey.get(keyOf(desk, item));
    if (line !== undefined) receipts.set(line.effect.id, applied(line.effect.id, item.id));
  }
  const doubtful: Line[] = [];
  const reasons = new Map<Line, Refusal>();
  for (const error of reply.data.errors) {
    const refusal = classifyItem(error);
    for (const trace of refusal.traces) {
      const line = byTrace.get(trace);
      if (line === undefined || receipts.has(line.effect.id)) continue;
      reasons.set(line, refusal);
      if (!(isTaken(refusal) && unique))
        receipts.set(line.effect.id, receiptOf(line.effect.id, refusal, whereOf(desk, line.effect)));
    }
  }
  for (const line of lines) if (!receipts.has(line.effect.id)) doubtful.push(line);
  return merged(receipts, await readBack(desk, doubtful, reasons, unique, signal));
}

/** A whole batch was refused because a key is taken: those that are there are adopted, the others may be sent again. */
async function adopt(desk: Desk, lines: readonly Line[], refusal: Refusal, signal: AbortSignal): Promise<Receipts> {
  const found = await quietly(() => findTasks(desk, lines.map(asRef), signal));
  const receipts: Receipts = new Map();
  const present = (found ?? []).filter((task) => task.state !== 'absent').length;
  for (const [at, line] of lines.entries()) {
    const task = found?.[at];
    if (task !== undefined && task.id !== null) receipts.set(line.effect.id, adopted(line, task));
    else {
      const receipt = receiptOf(line.effect.id, refusal, whereOf(desk, line.effect));
      const alone = lines.length === 1 && present === 0 && found !== null;
      receipts.set(line.effect.id, alone ? receipt : asRefusedWhole(receipt));
    }
  }
  return receipts;
}

/** Lines that were refused as already there, or that the answer passed over: asked for by key, once. */
async function readBack(
  desk: Desk,
  lines: readonly Line[],
  reasons: ReadonlyMap<Line, Refusal>,
  unique: boolean,
  signal: AbortSignal,
): Promise<Receipts> {
  const receipts: Receipts = new Map();
  const found = unique && lines.length > 0 ? await quietly(() => findTasks(desk, lines.map(asRef), signal)) : null;
  for (const [at, line] of lines.entries()) {
    const task = found?.[at];
    const reason = reasons.get(line);
    if (task !== undefined && task.id !== null) receipts.set(line.effect.id, adopted(line, task));
    else if (reason !== undefined && found !== null)
      receipts.set(line.effect.id, receiptOf(line.effect.id, reason, whereOf(desk, line.effect)));
    else receipts.set(line.effect.id, unapplied(line.effect.id, 'unknown', unlisted));
  }
  return receipts;
}
function adopted(line: Line, task: ExistingTask) {
  const note: Problem = {
    ...problem0(
      'ALREADY_THERE',
      where,
      `task ${task.id} already carries this key`,
      'It was made by an earlier try.',
      'Nothing to do.',
    ),
    severity: 'warning',
  };
  return applied(line.effect.id, task.id ?? '', note);
}
function asRef(line: Line): TaskRef {
  return { key: line.effect.key, id: null, target: line.id };
}
/** A read whose failure only means that nobody knows. */
async function quietly<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    rethrowCrash(error);
    return null;
  }
}
function withoutEmpty(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([, text]) => text !== ''));
}
const unlisted: Problem = problem0(
  'UNLISTED',
  where,
  'HubSpot listed this task neither as made nor as refused',
  'Whether it was made is not known.',
  'Nothing to do: it is looked for by its key before anything is sent again.',
);
function keyMissing(name: string): Problem {
  return problem0(
    'PROPERTY_DOESNT_EXIST',
    `hubspot tasks.${name}`,
    `tasks have no property ${name}`,
    'Without it a task could not be found again.',
    'kenko setup',
  );
}
function keyNotUnique(name: string): Problem {
  return problem0(
    'TASK_KEY_NOT_UNIQUE',
    `hubspot tasks.${name}`,
    `the property ${name} does not keep its values unique`,
    'HubSpot could not refuse a second task with the same key.',
    'Delete the property for good and run kenko setup, or accept task.mode: at_least_once in mappings/hubspot.yaml.',
  );
}

// ── Closing and freshening ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Closes tasks, or freshens their text, where they are open and show what `expect` says. What a person closed, edited or
 * deleted stays as it is. Throws as {@link createTasks} does.
 */
export async function changeTasks(desk: Desk, effects: readonly Effect[], signal: AbortSignal): Promise<Receipts> {
  const mapping = taskMapping(desk.mapping);
  const zone = await desk.zone(signal);
  const receipts: Receipts = new Map();
  const seen = await sight(
    desk,
    effects.map((effect) => ({ key: '', id: effect.crmId ?? effect.target, target: null })),
    signal,
  );
  const lines: Line[] = [];
  for (const [at, effect] of effects.entries()) {
    const sighting = seen[at] ?? null;
    const state = sighting === null ? 'deleted' : stateOf(desk, sighting);
    const closing = effect.op === 'close_task';
    if (sighting === null || state === 'deleted')
      receipts.set(effect.id, theirs(desk, effect, 'OBJECT_NOT_FOUND', 'the task is deleted'));
    else if (state === 'closed' && closing) receipts.set(effect.id, applied(effect.id, sighting.item.id));
    else if (state === 'closed')
      receipts.set(effect.id, theirs(desk, effect, 'EDITED_BY_PERSON', 'the task is closed'));
    else {
      const edited = differences(effect, sighting.item, taskFromWire(sighting.item.properties, mapping, zone));
      if (edited.length > 0) {
        const what = `the task changed after the plan was made (${edited.join(', ')})`;
        receipts.set(effect.id, theirs(desk, effect, 'EDITED_BY_PERSON', what));
        continue;
      }
      const { note, ...words } = effect.payload;
      const properties = {
        ...taskToWire(words, mapping, zone),
        ...(note === undefined ? {} : noteBelow(desk, note, sighting.item)),
        ...(closing ? { [taskStatus]: closedStatus(mapping) } : {}),
      };
      lines.push({ effect, id: sighting.item.id, properties });
    }
  }
  return merged(receipts, await updateLines(desk, 'task', lines, signal));
}
/** The words that `expect` knows otherwise than the task shows them. */
function differences(effect: Effect, item: Item, now: Fields): string[] {
  const shown: Fields = { ...now, owner: item.properties[ownerProperty] || null };
  return Object.entries(effect.expect ?? {}).flatMap(([word, value]) =>
    word in shown && shown[word] !== (value ?? null) ? [word] : [],
  );
}
function theirs(desk: Desk, effect: Effect, code: string, what: string): Receipt {
  const why = 'A task that a person edited, closed or deleted is theirs.';
  const problem = problem0(code, whereOf(desk, effect), what, why, 'Nothing to do: the next plan sees it as it is.');
  return unapplied(effect.id, 'rejected', { ...problem, severity: 'warning' });
}
/** Why it was closed, below what stands there as it stands there; a person's notes and their markup stay. */
function noteBelow(desk: Desk, note: Value, item: Item): Record<string, string> {
  const name = taskProperties(taskMapping(desk.mapping))['body'];
  if (name === undefined || note === null || note === '') return {};
  const stands = item.properties[name] ?? '';
  const added = toHtml(String(note));
  if (stands.includes(added)) return {};
  return { [name]: stands === '' ? added : `${stands}<br><br>${added}` };
}
