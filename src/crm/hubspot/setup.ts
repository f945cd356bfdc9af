// Furnishing a portal: finds what is missing and makes it, one piece at a time, only ever adding. It never changes a type,
// a label or an option that is there. The same as JSON for admins who rather create things by hand.

import { z } from 'zod';
import type { Reply } from '../../clients/hubspot/call.ts';
import { orThrow } from '../../clients/hubspot/call.ts';
import { toProblem } from '../../clients/hubspot/errors.ts';
import type { Property } from '../../clients/hubspot/furniture.ts';
import type { Problem } from '../../domain/nouns.ts';
import type { Needs, Piece } from '../crm.ts';
import { taskProperties } from './convert.ts';
import { type Desk, problem0, tasks } from './desk.ts';
import { group, type WantedProperty, wantedLists, wantedProperties } from './wanted.ts';

const option = z.object({
  label: z.string(),
  value: z.string(),
  displayOrder: z.number().optional(),
  hidden: z.boolean(),
});
const newProperty = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  groupName: z.string(),
  type: z.string(),
  fieldType: z.string(),
  options: z.array(option),
  unique: z.boolean(),
});
/** What a piece carries; it may have been stored as JSON between being found and being made. */
const spec = z.discriminatedUnion('make', [
  z.object({ make: z.literal('group'), object: z.string(), name: z.string(), label: z.string() }),
  z.object({ make: z.literal('property'), object: z.string(), property: newProperty }),
  z.object({ make: z.literal('options'), object: z.string(), name: z.string(), options: z.array(option) }),
  z.object({ make: z.literal('list'), name: z.string(), objectTypeId: z.string(), filterBranch: z.unknown() }),
]);
type Spec = z.infer<typeof spec>;

/** What is missing, in the order in which it must be made. Throws where the portal cannot be asked. */
export async function missingPieces(desk: Desk, needs: Needs, signal: AbortSignal): Promise<readonly Piece[]> {
  const wanted = wantedProperties(needs);
  const pieces: Piece[] = [];
  for (const object of new Set(wanted.map((one) => one.object))) {
    const list = orThrow(await desk.client.properties(object, signal), `hubspot ${object}`);
    const shelf = new Map(list.filter((property) => !property.archived).map((property) => [property.name, property]));
    const mine = wanted.filter((one) => one.object === object);
    const lacking = mine.filter((one) => !shelf.has(one.property.name));
    if (lacking.length > 0) {
      const groups = orThrow(await desk.client.groups(object, signal), `hubspot ${object} groups`);
      if (!groups.includes(group.name)) pieces.push(groupPiece(object));
    }
    pieces.push(...lacking.map((one) => propertyPiece(one, needs)));
    for (const one of mine) {
      const found = shelf.get(one.property.name);
      if (found?.type !== 'enumeration' || one.type === 'checkbox') continue;
      const there = new Set(found.options.map((each) => each.value));
      const options = one.property.options.filter((each) => !there.has(each.value));
      if (options.length > 0) pieces.push(optionsPiece(one, options));
    }
  }
  for (const list of wantedLists(needs)) {
    const reply = await desk.client.listByName(list.objectTypeId, list.name, signal);
    if (reply.ok) continue;
    if (reply.refusal.status !== 404) orThrow(reply, 'hubspot lists');
    const { name, objectTypeId, filterBranch } = list;
    pieces.push({
      kind: 'list',
      name,
      says: `a list of ${objectTypeId === '0-1' ? 'contacts' : 'companies'} that keeps itself: ${list.says}`,
      spec: { make: 'list', name, objectTypeId, filterBranch } satisfies Spec,
    });
  }
  return pieces;
}
function groupPiece(object: string): Piece {
  return {
    kind: 'group',
    name: `${object} ${group.name}`,
    says: `a group "${group.label}" on ${object}, so that our properties stand together`,
    spec: { make: 'group', object, ...group } satisfies Spec,
  };
}
function propertyPiece(one: WantedProperty, needs: Needs): Piece {
  const { object, property } = one;
  const unique = property.unique ? `, whose values HubSpot keeps unique${modeOf(one, needs)}` : '';
  return {
    kind: 'field',
    name: `${object}.${property.name}`,
    says: `a property "${property.label}" (${property.type}) on ${object}${unique}`,
    spec: { make: 'property', object, property: { ...property, options: [...property.options] } } satisfies Spec,
  };
}
/** Whether portals allow unique properties on tasks is documented nowhere, so it is said what depends on it. */
function modeOf(one: WantedProperty, needs: Needs): string {
  if (one.object !== tasks || needs.mapping.task === null) return '';
  return needs.mapping.task.mode === 'exactly_once'
    ? ': with it no task is ever made twice (task.mode: exactly_once); if HubSpot refuses that here, setup says so'
    : ' if HubSpot allows it; without it a fault may make a task twice (task.mode: at_least_once)';
}
function optionsPiece(one: WantedProperty, options: WantedProperty['property']['options']): Piece {
  return {
    kind: 'option',
    name: `${one.object}.${one.property.name}`,
    says: `the options ${options.map((each) => each.value).join(', ')} on ${one.object}.${one.property.name}`,
    spec: { make: 'options', object: one.object, name: one.property.name, options: [...options] } satisfies Spec,
  };
}

/** Makes one piece. Null: made, or already there. */
export async function makePiece(desk: Desk, piece: Piece, signal: AbortSignal): Promise<Problem | null> {
  const given = spec.parse(piece.spec);
  const where = `hubspot ${piece.name}`;
  const settled = await settleSpec(desk, given, where, signal);
  desk.forget();
  return settled;
}
async function settleSpec(desk: Desk, given: Spec, where: string, signal: AbortSignal): Promise<Problem | null> {
  switch (given.make) {
    case 'group':
      return madeOr(await desk.client.createGroup(given.object, given.name, given.label, signal), where);
    case 'property':
      return await makeProperty(desk, given.object, given.property, where, signal);
    case 'options':
      return await addOptions(desk, given, where, signal);
    case 'list':
      return await makeList(desk, given, where, signal);
  }
}
/** Already there (409) is as good as made. */
function madeOr(reply: Reply<unknown>, where: string): Problem | null {
  return reply.ok || reply.refusal.status === 409 ? null : toProblem(reply.refusal, where);
}

async function makeProperty(
  desk: Desk,
  object: string,
  wanted: z.infer<typeof newProperty>,
  where: string,
  signal: AbortSignal,
): Promise<Problem | null> {
  const property = { ...wanted, options: wanted.options.map(withOrder) };
  let reply = await desk.client.createProperty(object, property, signal);
  const isKey =
    object === tasks && desk.mapping.task !== null && taskProperties(desk.mapping.task)['key'] === wanted.name;
  // Whether tasks may have a unique property is documented nowhere, so it is tried; only an informed yes does without.
  const refused = !reply.ok && reply.refusal.outcome === 'rejected' && reply.refusal.status !== 409;
  if (isKey && refused && desk.mapping.task?.mode === 'at_least_once') {
    reply = await desk.client.createProperty(object, { ...property, unique: false }, signal);
  }
  // A name that is taken answers 409; the property that has it must do. An archived one is restored as it was.
  if (!reply.ok && reply.refusal.status === 409) reply = await desk.client.property(object, wanted.name, signal);
  if (!reply.ok) return toProblem(reply.refusal, where);
  const problem = differs(reply.data, wanted, isKey ? (desk.mapping.task?.mode ?? null) : null, where);
  return problem !== null || !isKey ? problem : await probeKey(desk, wanted.name, where, signal);
}
/** HubSpot says that the key is unique; whether tasks can be found by it, which is what it is for, is asked. Reads only. */
async function probeKey(desk: Desk, name: string, where: string, signal: AbortSignal): Promise<Problem | null> {
  const nobody = `kenko1${'0'.repeat(32)}`;
  const reply = await desk.client.readRecords(tasks, [nobody], [name], { idProperty: name }, signal);
  if (reply.ok || reply.refusal.outcome !== 'rejected') return null;
  const degraded = desk.mapping.task?.mode === 'at_least_once';
  const what = 'HubSpot calls the property unique, and refuses to find tasks by it';
  const fix = 'Accept task.mode: at_least_once in mappings/hubspot.yaml; tasks are then found by way of their company.';
  return {
    ...problem0('TASK_KEY_NOT_UNIQUE', where, what, reply.refusal.says, fix),
    severity: degraded ? 'warning' : 'error',
  };
}
function withOrder(one: z.infer<typeof option>) {
  const { displayOrder, ...rest } = one;
  return displayOrder === undefined ? rest : { ...rest, displayOrder };
}
function differs(
  made: Property,
  wanted: z.infer<typeof newProperty>,
  mode: 'exactly_once' | 'at_least_once' | null,
  where: string,
): Problem | null {
  if (made.type !== wanted.type) {
    const what = `a property of this name is there, of type ${made.type} instead of ${wanted.type}`;
    return problem0('E_DRIFT', where, what, 'A type cannot be changed once there are values.', 'Map another name.');
  }
  if (wanted.unique && !made.unique) {
    const degraded = mode === 'at_least_once';
    const why = 'Whether values are unique is settled when a property is first made.';
    const fix = degraded
      ? 'Nothing to do: the mapping accepts at_least_once.'
      : 'Delete the property for good and run kenko setup again, or accept task.mode: at_least_once.';
    const problem = problem0('TASK_KEY_NOT_UNIQUE', where, 'HubSpot does not keep its values unique', why, fix);
    return { ...problem, severity: degraded || mode === null ? 'warning' : 'error' };
  }
  return null;
}

/** Adds options to those that stand there at this moment: the call replaces the whole list, and somebody may have added one. */
async function addOptions(
  desk: Desk,
  given: Extract<Spec, { make: 'options' }>,
  where: string,
  signal: AbortSignal,
): Promise<Problem | null> {
  const now = await desk.client.property(given.object, given.name, signal);
  if (!now.ok) return toProblem(now.refusal, where);
  const there = new Set(now.data.options.map((one) => one.value));
  const added = given.options.filter((one) => !there.has(one.value)).map(withOrder);
  if (added.length === 0) return null;
  const last = Math.max(-1, ...now.data.options.map((one) => one.displayOrder ?? -1));
  const placed = added.map((one, at) => ({ ...one, displayOrder: last + 1 + at }));
  return madeOr(
    await desk.client.setOptions(given.object, given.name, [...now.data.options, ...placed], signal),
    where,
  );
}

/** A new property can be filtered by only after up to a second; a list that comes too early is asked for again. */
async function makeList(
  desk: Desk,
  given: Extract<Spec, { make: 'list' }>,
  where: string,
  signal: AbortSignal,
): Promise<Problem | null> {
  const { name, objectTypeId, filterBranch } = given;
  for (let turn = 1; ; turn++) {
    const reply = await desk.client.createList({ name, objectTypeId, filterBranch }, signal);
    if (reply.ok || turn === 4 || reply.refusal.status !== 400 || !/propert/i.test(reply.refusal.says)) {
      return madeOr(reply, where);
    }
    await desk.clock.sleep(500 * turn, signal);
  }
}

/** The plan as JSON, in the form that HubSpot's own API takes, for those who create things by hand. */
export function planFiles(needs: Needs): Readonly<Record<string, string>> {
  const wanted = wantedProperties(needs);
  const objects = Object.fromEntries(
    [...new Set(wanted.map((one) => one.object))].map((object) => [
      object,
      {
        group,
        properties: wanted
          .filter((one) => one.object === object)
          .map(({ property: { unique, ...property } }) => ({
            ...property,
            ...(unique ? { hasUniqueValue: true } : {}),
          })),
      },
    ]),
  );
  const lists = wantedLists(needs).map(({ says, ...list }) => ({
    ...list,
    processingType: 'DYNAMIC',
    description: says,
  }));
  return {
    'hubspot/properties.json': `${JSON.stringify(objects, null, 2)}\n`,
    'hubspot/lists.json': `${JSON.stringify(lists, null, 2)}\n`,
  };
}
