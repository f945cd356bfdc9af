// Humans who act in the pretend CRMs between two calls of a connector: they edit, close, reassign, delete, merge, leave
// the company, change a picklist. They use the CRM's own screens, so limits, scopes and faults do not touch them.

import type { PushableClock } from './clock.ts';
import type { FieldValue } from './fields.ts';
import type { Half } from './half.ts';
import { hubspotPeople } from './hubspot/people.ts';
import { salesforcePeople } from './salesforce/people.ts';

export type PeopleObject = 'account' | 'contact' | 'opportunity' | 'case' | 'task';

/** What people can do in one CRM. Ids are the CRM's; an account may also be named by its key in all systems (`A0001`). */
export interface People {
  /** Sets fields by the CRM's own names; null or '' empties. */
  edit(object: PeopleObject, id: string, fields: Readonly<Record<string, FieldValue>>): void;
  closeTask(id: string): void;
  /** Gives a record to another owner, by the owner's id in this CRM. */
  reassign(object: PeopleObject, id: string, owner: string): void;
  /** Deletes (Salesforce) or archives (HubSpot). */
  remove(object: PeopleObject, id: string): void;
  restore(object: PeopleObject, id: string): void;
  /** Merges the second into the first; the id of what is left of both. */
  merge(object: PeopleObject, winner: string, loser: string): string;
  /** The owner leaves: an inactive user, an archived owner. What they own stays theirs. */
  deactivate(owner: string): void;
  /** Adds a choice to a picklist. */
  addOption(object: PeopleObject, field: string, value: string): void;
  /** Takes a custom field away. */
  dropField(object: PeopleObject, field: string): void;
  /** Ids of tasks that are open, oldest first; of all tasks when asked. */
  tasks(which?: 'open' | 'all'): string[];
}

export interface Stage {
  readonly salesforce: Half;
  readonly hubspot: Half;
  readonly clock: PushableClock;
  /** The half whose control route was asked, for acts that name none. */
  readonly vendor: Half['vendor'];
}

/** The people of one half. */
export function peopleOf(half: Half): People {
  return half.vendor === 'salesforce' ? salesforcePeople(half) : hubspotPeople(half);
}

const objects: readonly PeopleObject[] = ['account', 'contact', 'opportunity', 'case', 'task'];

function textIn(what: Readonly<Record<string, unknown>>, name: string): string {
  const value = what[name];
  if (typeof value !== 'string' || value === '') throw new Error(`an act of people needs "${name}"`);
  return value;
}
function objectIn(what: Readonly<Record<string, unknown>>): PeopleObject {
  const named = textIn(what, 'object');
  const object = objects.find((one) => one === named);
  if (object === undefined) throw new Error(`people know no "${named}"; they know ${objects.join(', ')}`);
  return object;
}

/**
 * Does what a person would do, and says what became of it. An act is `{"do": …}` with one of: `edit` (object, id,
 * fields), `close_task` (id), `reassign` (object, id, owner), `delete` and `restore` (object, id), `merge` (object,
 * winner, loser), `deactivate` (owner), `add_option` (object, field, value), `drop_field` (object, field), `tasks`.
 * `crm` says where; without it, where the route was asked. Throws when it cannot be done.
 */
export function act(what: Readonly<Record<string, unknown>>, stage: Stage): unknown {
  const crm = what['crm'] ?? stage.vendor;
  if (crm !== 'salesforce' && crm !== 'hubspot') throw new Error(`no such CRM: ${String(crm)}`);
  const people = peopleOf(stage[crm]);
  const done = { done: what['do'], crm, at: stage.clock.now() };
  switch (what['do']) {
    case 'edit':
      people.edit(objectIn(what), textIn(what, 'id'), (what['fields'] ?? {}) as Record<string, FieldValue>);
      return done;
    case 'close_task':
      people.closeTask(textIn(what, 'id'));
      return done;
    case 'reassign':
      people.reassign(objectIn(what), textIn(what, 'id'), textIn(what, 'owner'));
      return done;
    case 'delete':
      people.remove(objectIn(what), textIn(what, 'id'));
      return done;
    case 'restore':
      people.restore(objectIn(what), textIn(what, 'id'));
      return done;
    case 'merge':
      return { ...done, id: people.merge(objectIn(what), textIn(what, 'winner'), textIn(what, 'loser')) };
    case 'deactivate':
      people.deactivate(textIn(what, 'owner'));
      return done;
    case 'add_option':
      people.addOption(objectIn(what), textIn(what, 'field'), textIn(what, 'value'));
      return done;
    case 'drop_field':
      people.dropField(objectIn(what), textIn(what, 'field'));
      return done;
    case 'tasks':
      return { ...done, tasks: people.tasks(what['which'] === 'all' ? 'all' : 'open') };
    default:
      throw new Error(`people cannot "${String(what['do'])}"`);
  }
}
