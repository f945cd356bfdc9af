// The hands of people in the pretend portal: what they do in HubSpot's screens, by the same checks of values that the
// API applies, but past its limits and scopes.

import type { Half } from '../half.ts';
import type { People, PeopleObject } from '../people.ts';
import { archiveProperty } from './definitions.ts';
import { kindOf } from './kinds.ts';
import { merge } from './objects.ts';
import type { Portal } from './portal.ts';
import { joinKey } from './seed.ts';
import { find, keepProperty, propertyOf } from './state.ts';
import { change } from './writing.ts';

const names: Readonly<Record<PeopleObject, string>> = {
  account: 'companies',
  contact: 'contacts',
  opportunity: 'deals',
  case: 'tickets',
  task: 'tasks',
};
/** Who sits at the screen. */
const person = { by: 'user:61526375', version: 'ui' } as const;

function isPortal(half: Half): half is Portal {
  return half.vendor === 'hubspot' && 'state' in half;
}

/** People in the portal. */
export function hubspotPeople(half: Half): People {
  if (!isPortal(half)) throw new Error('these people work in HubSpot');
  const { state } = half;
  const kindFor = (object: PeopleObject) => kindOf(names[object])!;
  const named = (object: PeopleObject, id: string) => {
    const kind = kindFor(object);
    const record =
      find(state, kind, id) ?? (object === 'account' ? state.store.findBy(kind.name, joinKey, id)[0] : undefined);
    if (record === undefined || record === null) throw new Error(`there is no ${kind.singular} ${id}`);
    return record;
  };
  const set = (object: PeopleObject, id: string, properties: Readonly<Record<string, unknown>>) => {
    const done = change(state, kindFor(object), named(object, id), { properties }, person);
    if (!done.ok) throw done.failure.refusal;
  };
  const property = (object: PeopleObject, name: string) => {
    const found = propertyOf(state, kindFor(object), name);
    if (found === undefined) throw new Error(`${names[object]} have no property ${name}`);
    return found;
  };
  return {
    edit: set,
    closeTask: (id) => set('task', id, { hs_task_status: 'COMPLETED' }),
    reassign: (object, id, owner) => set(object, id, { hubspot_owner_id: owner }),
    remove: (object, id) => {
      state.store.remove(names[object], named(object, id).id, person.by);
    },
    restore: (object, id) => {
      const outcome = state.store.restore(names[object], id, person.by);
      if (!outcome.ok) throw new Error(`there is no ${object} ${id} to restore`);
    },
    merge: (object, winner, loser) =>
      merge(state, kindFor(object), named(object, winner), named(object, loser), person.by).id,
    deactivate: (id) => {
      const owner = state.owners.get(id);
      if (owner === undefined) throw new Error(`there is no owner ${id}`);
      // `updatedAt` stays: HubSpot does not move it when users come and go.
      state.owners.set(id, { ...owner, archived: true });
    },
    addOption: (object, name, value) => {
      const before = property(object, name);
      const displayOrder = before.options.length;
      const options = [...before.options, { label: value, value, displayOrder, hidden: false }];
      keepProperty(state, kindFor(object), { ...before, options });
    },
    dropField: (object, name) => archiveProperty(state, kindFor(object), property(object, name)),
    tasks: (which = 'open') =>
      [...state.store.all('tasks')]
        .filter((task) => which === 'all' || task.values['hs_task_status'] !== 'COMPLETED')
        .map((task) => task.id),
  };
}
