// The hands of people in the pretend Salesforce org: they work on its store as an admin at the screen would, past
// permissions but not past types and unique values.

import type { FieldValue } from '../fields.ts';
import type { Half } from '../half.ts';
import type { People, PeopleObject } from '../people.ts';
import type { Outcome } from '../records.ts';

const types: Readonly<Record<PeopleObject, string>> = {
  account: 'Account',
  contact: 'Contact',
  opportunity: 'Opportunity',
  case: 'Case',
  task: 'Task',
};

/** People in the org. */
export function salesforcePeople({ store }: Half): People {
  /** A colleague at the screen: an active user who is not the integration's. */
  const somebody = () =>
    [...store.all('User')].filter((user) => user.values['IsActive'] === true).at(-1)?.id ?? 'system';
  const kept = (outcome: Outcome, what: string) => {
    if (outcome.ok) return outcome.record;
    throw new Error(`${what}: ${outcome.refusals.map((one) => `${one.kind} ${one.field ?? ''}`.trim()).join(', ')}`);
  };
  const idIn = (object: PeopleObject, id: string) =>
    object === 'account' && store.get('Account', id) === null
      ? (store.findBy('Account', 'AccountNumber', id)[0]?.id ?? id)
      : id;
  const set = (object: PeopleObject, id: string, fields: Readonly<Record<string, FieldValue>>) =>
    kept(store.update(types[object], idIn(object, id), fields, somebody(), { asSystem: true }), `edit ${object} ${id}`);
  return {
    edit: (object, id, fields) => {
      set(object, id, fields);
    },
    closeTask: (id) => {
      set('task', id, { Status: 'Completed' });
    },
    reassign: (object, id, owner) => {
      set(object, id, { OwnerId: owner });
    },
    remove: (object, id) => {
      kept(store.remove(types[object], idIn(object, id), somebody()), `delete ${object} ${id}`);
    },
    restore: (object, id) => {
      kept(store.restore(types[object], id, somebody()), `restore ${object} ${id}`);
    },
    merge: (object, winner, loser) =>
      kept(
        store.merge(types[object], idIn(object, winner), idIn(object, loser), somebody()),
        `merge ${object} ${winner} and ${loser}`,
      ).id,
    deactivate: (owner) => {
      kept(store.update('User', owner, { IsActive: false }, somebody(), { asSystem: true }), `deactivate ${owner}`);
    },
    addOption: (object, name, value) => {
      const field = store.field(types[object], name);
      if (field?.options === undefined) throw new Error(`${types[object]}.${name} is no picklist`);
      store.addField(types[object], { ...field, options: [...field.options, { value, label: value }] });
    },
    dropField: (object, name) => {
      if (!store.dropField(types[object], name)) throw new Error(`${types[object]} has no field ${name}`);
    },
    tasks: (which = 'open') =>
      [...store.all('Task')]
        .filter((task) => which === 'all' || !['Completed'].includes(String(task.values['Status'])))
        .map((task) => task.id),
  };
}
