// Our tasks as the portal has them: by id where we know it, else by our key, archived ones included. Never by search, which
// lags behind. Where the portal keeps our key unique it is asked for by that key; where not, a task can be met only where
// it hangs.

import { orThrow } from '../../clients/hubspot/call.ts';
import { toError } from '../../clients/hubspot/errors.ts';
import type { Item } from '../../clients/hubspot/records.ts';
import type { ExistingTask } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import type { TaskRef } from '../crm.ts';
import { closedStatus, ownerProperty, taskFromWire, taskProperties, taskStatus } from './convert.ts';
import { type Desk, isRecordId, objectName, taskMapping, tasks } from './desk.ts';
import { readSize } from './read.ts';

const where = 'hubspot tasks';

/** A task that is there. */
export interface Sighting {
  readonly item: Item;
  readonly deleted: boolean;
}

/** One answer per ref, archived tasks included as `deleted`. Throws where the portal does not answer. */
export async function findTasks(
  desk: Desk,
  refs: readonly TaskRef[],
  signal: AbortSignal,
): Promise<readonly ExistingTask[]> {
  if (refs.length === 0) return [];
  const mapping = taskMapping(desk.mapping);
  const zone = await desk.zone(signal);
  const seen = await sight(desk, refs, signal);
  return refs.map((ref, at) => {
    const sighting = seen[at] ?? null;
    // An id that we once were given and that answers nowhere any more was deleted for good.
    if (sighting === null)
      return { ...nowhere(ref), ...(ref.id === null ? {} : { id: ref.id, state: 'deleted' as const }) };
    return {
      key: ref.key === '' ? keyOf(desk, sighting.item) : ref.key,
      id: sighting.item.id,
      state: stateOf(desk, sighting),
      // Which company it hangs on would be one more call; whoever moves a task shows in nothing that we compare.
      target: ref.target,
      owner: sighting.item.properties[ownerProperty] || null,
      fields: taskFromWire(sighting.item.properties, mapping, zone),
    };
  });
}

/** For each ref the task that is there: living ones first, then archived ones; by id where we know it, else by key. */
export async function sight(
  desk: Desk,
  refs: readonly TaskRef[],
  signal: AbortSignal,
): Promise<readonly (Sighting | null)[]> {
  const byId = new Map<string, Sighting>();
  const byKey = new Map<string, Sighting>();
  const seen = (ref: TaskRef) => (ref.id === null ? undefined : byId.get(ref.id)) ?? byKey.get(ref.key) ?? null;
  const open = () => refs.filter((ref) => seen(ref) === null);
  for (const archived of [false, true]) {
    const ids = open().flatMap((ref) => (ref.id !== null && isRecordId(ref.id) ? [ref.id] : []));
    for (const item of await readMany(desk, ids, { archived }, signal)) {
      byId.set(item.id, { item, deleted: archived || item.archived });
    }
    if (open().length === 0) break;
    const unique = (await desk.taskKey(signal))?.unique === true;
    const rest = open().filter((ref) => ref.key !== '' && (unique || ref.id === null));
    const found = unique
      ? await byUniqueKey(desk, rest, archived, signal)
      : await byPlainKey(desk, rest, archived, signal);
    for (const item of found) {
      const key = keyOf(desk, item);
      if (!byKey.has(key)) byKey.set(key, { item, deleted: archived || item.archived });
    }
    if (open().length === 0) break;
  }
  return refs.map(seen);
}
/** What a sighting says of a task. */
export function stateOf(desk: Desk, sighting: Sighting): 'open' | 'closed' | 'deleted' {
  if (sighting.deleted) return 'deleted';
  const status = sighting.item.properties[taskStatus];
  return status === closedStatus(taskMapping(desk.mapping)) || status === 'COMPLETED' ? 'closed' : 'open';
}
function nowhere(ref: TaskRef): ExistingTask {
  return { key: ref.key, id: null, state: 'absent', target: ref.target, owner: null, fields: {} };
}
/** Our key on a task; empty where it carries none. */
export function keyOf(desk: Desk, item: Item): string {
  return item.properties[taskProperties(taskMapping(desk.mapping))['key'] ?? ''] ?? '';
}
function shownProperties(desk: Desk): readonly string[] {
  return [...new Set([...Object.values(taskProperties(taskMapping(desk.mapping))), taskStatus, ownerProperty])];
}

/** Tasks by id, or by a property with unique values. */
async function readMany(
  desk: Desk,
  ids: readonly string[],
  options: { readonly archived: boolean; readonly idProperty?: string },
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const parts = await Promise.all(
    chunks([...new Set(ids)], readSize).map(async (part) => {
      const reply = await desk.client.readRecords(tasks, part, shownProperties(desk), options, signal);
      if (reply.ok) return reply.data.results;
      // Nobody has seen whether archived records may be read in batches by a key; one by one is documented.
      if (options.archived && reply.refusal.outcome === 'rejected') return await readEach(desk, part, options, signal);
      throw toError(reply.refusal, where);
    }),
  );
  return parts.flat();
}
async function readEach(
  desk: Desk,
  ids: readonly string[],
  options: { readonly archived: boolean; readonly idProperty?: string },
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (const id of ids) {
    const reply = await desk.client.getRecord(tasks, id, shownProperties(desk), options, signal);
    if (reply.ok) found.push(reply.data);
    else if (reply.refusal.outcome !== 'rejected') throw toError(reply.refusal, where);
  }
  return found;
}
async function byUniqueKey(
  desk: Desk,
  refs: readonly TaskRef[],
  archived: boolean,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const idProperty = taskProperties(taskMapping(desk.mapping))['key'] ?? '';
  return await readMany(
    desk,
    refs.map((ref) => ref.key),
    { archived, idProperty },
    signal,
  );
}
/**
 * Without a unique key a task can only be met where it hangs: the associations of its company, then the key of each.
 * An archived task hangs nowhere, and one whose company we do not know is looked for in the list of all.
 */
async function byPlainKey(
  desk: Desk,
  refs: readonly TaskRef[],
  archived: boolean,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const wanted = new Set(refs.map((ref) => ref.key));
  const found: Item[] = [];
  const take = (items: readonly Item[]) => {
    for (const item of items) if (wanted.delete(keyOf(desk, item))) found.push(item);
  };
  const companies = [
    ...new Set(refs.map((ref) => ref.target).filter((id): id is string => id !== null && isRecordId(id))),
  ];
  if (!archived) {
    for (const part of chunks(companies, 1_000)) {
      const hanging = await desk.client.associations(objectName(desk.mapping, 'account'), tasks, part, signal);
      take(
        await readMany(
          desk,
          [...hanging.values()].flat().map((one) => one.to),
          { archived: false },
          signal,
        ),
      );
    }
  }
  const homeless = refs.some((ref) => wanted.has(ref.key) && (archived ? ref.id === null : ref.target === null));
  let after: string | null = null;
  let more = homeless && wanted.size > 0;
  while (more && wanted.size > 0) {
    const page: { readonly results: readonly Item[]; readonly after: string | null } = orThrow(
      await desk.client.listRecords(tasks, { properties: shownProperties(desk), after, archived, limit: 100 }, signal),
      where,
    );
    take(page.results);
    after = page.after;
    more = after !== null;
  }
  return found;
}
