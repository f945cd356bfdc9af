// Looking before leaping, where tasks are concerned: may they be made and closed, is the key unique, and are the people
// whom the mapping names there. Part of check.ts; reads only.

import type { ObjectDescription, Row } from '../../clients/salesforce/connect.ts';
import type { Looked } from '../../clients/salesforce/look.ts';
import type { TaskMapping } from '../../domain/decisions.ts';
import type { Problem } from '../../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { CrmUser } from '../crm.ts';
import { drift, type Hand } from './hand.ts';
import { readUsers, userQueries, usersFrom } from './users.ts';

/** Whether tasks can be made: by rights, key and priorities. */
export function checkTask(described: ObjectDescription, task: TaskMapping): Problem[] {
  const problems: Problem[] = [];
  if (!described.createable) {
    problems.push(
      drift(
        'error',
        'Task',
        'the integration user may not create tasks',
        'No next action would arrive.',
        'Grant "Edit Tasks" in a permission set of the integration user.',
      ),
    );
  }
  for (const name of ['WhatId', 'OwnerId']) {
    if (described.fields.get(name)?.createable === true) continue;
    problems.push(
      drift(
        'error',
        `Task.${name}`,
        'it may not be set by the integration user',
        'A task without record and owner is seen by nobody.',
        'Grant edit access to it in a permission set.',
      ),
    );
  }
  return [...problems, ...checkKey(described, task), ...checkPriorities(described, task)];
}

function checkKey(described: ObjectDescription, task: TaskMapping): Problem[] {
  const name = task.fields['key'];
  const found = name === undefined ? undefined : described.fields.get(name);
  if (task.mode === 'at_least_once') {
    const why =
      'Nothing in the org refuses a second one; after a crash between looking and inserting there may be two.';
    return [
      drift(
        'warning',
        'Task',
        'tasks are made at least once, not exactly once',
        why,
        'Set task.mode: exactly_once with the unique field Kenko_Key__c:\n  kenko setup',
      ),
    ];
  }
  if (name === undefined) {
    const fix = 'Map task.fields.key: Kenko_Key__c, or accept task.mode: at_least_once.';
    return [drift('error', 'Task', 'no field holds our key', 'Without it a task could be made twice.', fix)];
  }
  if (found === undefined || (found.unique && found.externalId && found.length >= 38)) return [];
  return [
    drift(
      'error',
      `Task.${name}`,
      `the key field must be Unique and an External ID of at least 38 characters (unique: ${found.unique}, external id: ${found.externalId}, length ${found.length})`,
      'Only a unique key makes Salesforce refuse a second task.',
      `Setup > Object Manager > Activity > Fields > ${name}: tick Unique and External ID, length 40.`,
    ),
  ];
}
function checkPriorities(described: ObjectDescription, task: TaskMapping): Problem[] {
  const field = described.fields.get(task.fields['priority'] ?? '');
  if (field === undefined || field.picklistValues.length === 0) return [];
  const known = new Set(field.picklistValues.filter((option) => option.active).map((option) => option.value));
  const lacking = [...new Set(Object.values(task.priorities))].filter((value) => !known.has(value));
  if (lacking.length === 0) return [];
  return [
    drift(
      field.restrictedPicklist ? 'error' : 'warning',
      `Task.${field.name}`,
      `the org does not know the priority ${lacking.join(', ')}`,
      'Tasks would carry a value that no filter knows.',
      `Set task.priorities in mappings/salesforce.yaml to values of the org: ${[...known].join(', ')}`,
    ),
  ];
}

/** Whether a task can be closed. */
export function checkStatus(
  statuses: readonly { readonly name: string; readonly closed: boolean }[],
  task: TaskMapping,
) {
  const closed = statuses.filter((status) => status.closed).map((status) => status.name);
  if (closed.length > 0 && (task.closedStatus === null || closed.includes(task.closedStatus))) return [];
  return [
    drift(
      'error',
      'TaskStatus',
      task.closedStatus === null ? 'no status closes a task' : `"${task.closedStatus}" is no status that closes a task`,
      'Tasks whose cause is gone could not be closed.',
      `Set task.closed_status in mappings/salesforce.yaml to one of: ${closed.join(', ') || '(none: mark one as closed in Setup)'}`,
    ),
  ];
}

/** Users and queues that the mapping names, by id or e-mail. */
export function namedUsers(task: TaskMapping): string[] {
  const named = [...task.ownerFallback, ...Object.values(task.owners ?? {}), ...Object.values(task.pools ?? {}).flat()];
  return [...new Set(named)].filter(Boolean);
}
/** Those of them that exist; an error where they could not be asked for. */
export async function owners(hand: Hand, looked: Looked, task: TaskMapping, signal: AbortSignal) {
  const named = namedUsers(task);
  const rows: Row[] = [];
  for (const part of [looked.rows.get('users') ?? [], looked.rows.get('queues') ?? []]) {
    if (part instanceof KenkoError) return part;
    rows.push(...part);
  }
  if (userQueries(named) !== null) return usersFrom(rows, named);
  try {
    return await readUsers(hand, named, signal);
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    return error;
  }
}
/** Whether they can own tasks. */
export function checkOwners(found: readonly CrmUser[], task: TaskMapping): Problem[] {
  const wanted = namedUsers(task);
  const userOf = (reference: string) =>
    found.find((user) => user.id === reference || user.email?.toLowerCase() === reference.toLowerCase());
  // The next in the list takes over; only where nobody is left would tasks be refused.
  const isCovered = task.ownerFallback.some((reference) => userOf(reference)?.active === true);
  return wanted.flatMap((reference) => {
    const user = userOf(reference);
    if (user?.active === true) return [];
    const who = reference.includes('@') ? 'named by e-mail in the mapping' : reference;
    return [
      drift(
        isCovered ? 'warning' : 'error',
        'Task.OwnerId',
        `the owner ${who} ${user === undefined ? 'does not exist' : 'is inactive'}`,
        isCovered
          ? 'Tasks meant for them go to the next in task.owner_fallback.'
          : 'Tasks given to them would be refused.',
        'Correct task.owners and task.owner_fallback in mappings/salesforce.yaml.',
      ),
    ];
  });
}
