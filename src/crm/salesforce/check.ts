// All looking before leaping: does the org have what the mapping names, in a form that holds what we write, and may this
// user write it? All problems at once, each with the click that mends it. It only reads. Describe shows what the running
// user may see, so "missing" and "not permitted" look alike, and the texts say so.

import { asRow, type FieldDescription, type ObjectDescription } from '../../clients/salesforce/connect.ts';
import type { FieldType, TaskMapping } from '../../domain/decisions.ts';
import type { Problem } from '../../domain/nouns.ts';
import { recordWord } from '../../domain/record-words.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { Needs } from '../crm.ts';
import { type NeededField, neededFields } from './components.ts';
import { type Hand, problemOfError } from './hand.ts';
import { readUsers } from './read.ts';
import { taskStatuses } from './tasks.ts';

/** Salesforce's types that can hold ours. */
const holds: Readonly<Record<FieldType, readonly string[]>> = {
  text: ['string', 'textarea', 'picklist', 'combobox', 'url', 'phone', 'email', 'encryptedstring'],
  long_text: ['textarea', 'string'],
  number: ['double', 'int', 'long', 'currency', 'percent'],
  percent: ['percent', 'double', 'int'],
  currency: ['currency', 'double', 'int'],
  checkbox: ['boolean'],
  date: ['date'],
  datetime: ['datetime'],
  picklist: ['picklist', 'combobox', 'string'],
  multi_picklist: ['multipicklist'],
};
const texts = new Set<FieldType>(['text', 'long_text']);
const numbers = new Set<FieldType>(['number', 'percent', 'currency']);
/** Below this share of the day's calls an admin should know. */
const lowQuota = 0.2;

/** See Crm.check. Never throws for what can be told as a problem. */
export async function checkNeeds(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Problem[]> {
  hand.stops.clear();
  const problems: Problem[] = [];
  const ask = async <T>(where: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      rethrowCrash(error);
      if (signal.aborted || !(error instanceof KenkoError)) throw error;
      problems.push(problemOfError(error, where));
      return null;
    }
  };
  const signedIn = await ask('salesforce', () => hand.client.identify(signal));
  if (signedIn === null) return problems;
  const fields = neededFields(needs);
  for (const object of new Set(fields.map((needed) => needed.object))) {
    const described = await ask(`salesforce ${object}`, () => hand.client.describe(object, signal));
    if (described === null) continue;
    for (const needed of fields.filter((field) => field.object === object)) {
      problems.push(...checkField(needed, described.fields.get(needed.field.field)));
    }
    if (object !== 'Task' && fields.some((needed) => needed.object === object && needed.written)) {
      problems.push(...checkObject(described));
    }
    if (object === 'Task' && needs.mapping.task !== null) problems.push(...checkTask(described, needs.mapping.task));
  }
  const { task } = needs.mapping;
  if (needs.tasks && task !== null) {
    problems.push(...((await ask('salesforce TaskStatus', () => checkStatus(hand, task, signal))) ?? []));
    problems.push(...((await ask('salesforce User', () => checkOwners(hand, needs, signal))) ?? []));
  }
  problems.push(...((await ask('salesforce limits', () => checkQuota(hand, signal))) ?? []));
  problems.push(...(await checkRights(hand, needs.tasks, signal)));
  return problems;
}

function problem(severity: Problem['severity'], where: string, what: string, why: string, fix: string): Problem {
  return { code: 'E_DRIFT', severity, where: `salesforce ${where}`, what, why, fix };
}

function checkObject(object: ObjectDescription): Problem[] {
  if (object.updateable) return [];
  return [
    problem(
      'error',
      object.name,
      'the integration user may not edit it',
      'Every write would be refused.',
      `Grant Read and Edit on ${object.name} in the permission set Kenko Sync (Setup > Permission Sets > Object Settings).`,
    ),
  ];
}

/** Problems of one field, as this user sees it. */
export function checkField(needed: NeededField, found: FieldDescription | undefined): Problem[] {
  const { field, written } = needed;
  const where = `${needed.object}.${field.field}`;
  if (found === undefined) {
    return [
      problem(
        'error',
        where,
        `the field is missing, or the integration user may not see it (${field.word})`,
        'Salesforce hides fields without permission as if they did not exist.',
        `Make it and grant it with the permission set Kenko Sync:\n  kenko setup`,
      ),
    ];
  }
  const problems: Problem[] = [];
  const add = (what: string, why: string, fix: string, severity: Problem['severity'] = 'error') =>
    problems.push(problem(severity, where, what, why, fix));
  if (!holds[field.type].includes(found.type)) {
    add(
      `the field is of type ${found.type}, the mapping says ${field.type}`,
      'Values would be refused or read wrongly.',
      'Map a field of the right type, or correct the type in mappings/salesforce.yaml.',
    );
    return problems;
  }
  if (!written) return problems;
  const writable = needed.kind === 'task' ? found.createable : found.updateable;
  if (!writable) {
    add(
      found.calculated ? 'the field is a formula' : 'the field is read-only for the integration user',
      'Every write to it would be refused.',
      found.calculated
        ? 'Map another field, or say write: never.'
        : 'Grant edit access to it in the permission set Kenko Sync (Setup > Permission Sets > Object Settings > Field Permissions).',
    );
  }
  if (texts.has(field.type) && found.length > 0 && field.length > found.length && !isLongStandard(field.word)) {
    add(
      `the field holds ${found.length} characters, the mapping writes up to ${field.length}`,
      'Longer texts would be refused.',
      `Lengthen the field, or set length: ${found.length} in mappings/salesforce.yaml.`,
    );
  }
  if (numbers.has(field.type) && found.type !== 'int' && found.type !== 'long')
    problems.push(...checkDigits(needed, found));
  if (found.restrictedPicklist) {
    const known = new Set(found.picklistValues.filter((option) => option.active).map((option) => option.value));
    const lacking = field.options.filter((option) => !known.has(option));
    if (lacking.length > 0) {
      add(
        `the restricted picklist lacks ${lacking.join(', ')}`,
        'Records with these values would be refused.',
        'Add the values:\n  kenko setup',
      );
    }
  }
  return problems;
}
/** Description and Subject have their lengths from the vendor, and are cut when sent. */
const isLongStandard = (word: string) => word === 'body' || word === 'subject';

function checkDigits({ kind, object, field }: NeededField, found: FieldDescription): Problem[] {
  const where = `${object}.${field.field}`;
  const whole = (recordWord(kind, field.word)?.precision ?? field.digits + 1) - field.digits;
  const problems: Problem[] = [];
  if (found.scale < field.digits) {
    problems.push(
      problem(
        'error',
        where,
        `the field keeps ${found.scale} decimals, the mapping writes ${field.digits}`,
        'Salesforce would round, and every run would see a difference and write again.',
        `Give the field ${field.digits} decimals, or set digits: ${found.scale} in mappings/salesforce.yaml.`,
      ),
    );
  }
  if (found.precision > 0 && found.precision - found.scale < whole) {
    problems.push(
      problem(
        'error',
        where,
        `the field holds ${found.precision - found.scale} digits before the point, ${whole} are needed`,
        'Larger numbers would be refused.',
        `Widen the field to ${whole},${Math.max(found.scale, field.digits)}.`,
      ),
    );
  }
  return problems;
}

function checkTask(described: ObjectDescription, task: TaskMapping): Problem[] {
  const problems: Problem[] = [];
  if (!described.createable) {
    problems.push(
      problem(
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
      problem(
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
      problem(
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
    return [problem('error', 'Task', 'no field holds our key', 'Without it a task could be made twice.', fix)];
  }
  if (found === undefined || (found.unique && found.externalId && found.length >= 38)) return [];
  return [
    problem(
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
    problem(
      field.restrictedPicklist ? 'error' : 'warning',
      `Task.${field.name}`,
      `the org does not know the priority ${lacking.join(', ')}`,
      'Tasks would carry a value that no filter knows.',
      `Set task.priorities in mappings/salesforce.yaml to values of the org: ${[...known].join(', ')}`,
    ),
  ];
}

async function checkStatus(hand: Hand, task: TaskMapping, signal: AbortSignal): Promise<Problem[]> {
  const closed = (await taskStatuses(hand, signal)).filter((status) => status.closed).map((status) => status.name);
  if (closed.length > 0 && (task.closedStatus === null || closed.includes(task.closedStatus))) return [];
  return [
    problem(
      'error',
      'TaskStatus',
      task.closedStatus === null ? 'no status closes a task' : `"${task.closedStatus}" is no status that closes a task`,
      'Tasks whose cause is gone could not be closed.',
      `Set task.closed_status in mappings/salesforce.yaml to one of: ${closed.join(', ') || '(none: mark one as closed in Setup)'}`,
    ),
  ];
}

async function checkOwners(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Problem[]> {
  const { task } = needs.mapping;
  const wanted = [...new Set([...(task?.ownerFallback ?? []), ...Object.values(task?.owners ?? {})])].filter(Boolean);
  if (wanted.length === 0) return [];
  const found = await readUsers(hand, wanted, signal);
  const userOf = (reference: string) =>
    found.find((user) => user.id === reference || user.email?.toLowerCase() === reference.toLowerCase());
  // The next in the list takes over; only where nobody is left would tasks be refused.
  const fallback = task?.ownerFallback ?? [];
  const isCovered = fallback.some((reference) => userOf(reference)?.active === true);
  return wanted.flatMap((reference) => {
    const user = userOf(reference);
    if (user?.active === true) return [];
    const who = reference.includes('@') ? 'named by e-mail in the mapping' : reference;
    return [
      problem(
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

async function checkQuota(hand: Hand, signal: AbortSignal): Promise<Problem[]> {
  const body = asRow(await hand.client.read({ name: 'limits', kind: 'read', method: 'GET', path: '/limits', signal }));
  const daily = asRow(body['DailyApiRequests']);
  const [most, left] = [Number(daily['Max']), Number(daily['Remaining'])];
  if (!(most > 0) || left / most >= lowQuota) return [];
  return [
    {
      ...problem(
        'warning',
        'limits',
        `${left} of ${most} API calls of the day are left`,
        'The calls are shared by all integrations of the org, and a run stops before it uses them up.',
        'Setup > Company Information shows who uses them.',
      ),
      code: 'E_LIMIT',
    },
  ];
}

/** What the user may do beyond our fields. Orgs that do not answer this question are not asked again. */
async function checkRights(hand: Hand, tasks: boolean, signal: AbortSignal): Promise<Problem[]> {
  const soql =
    'SELECT PermissionsModifyAllData, PermissionsViewAllData, PermissionsUpdateWithInactiveOwner FROM UserPermissionAccess LIMIT 1';
  let rights: Readonly<Record<string, unknown>> | undefined;
  try {
    [rights] = await hand.client.rows(soql, { name: 'rights', signal });
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    return [];
  }
  if (rights === undefined) return [];
  const problems: Problem[] = [];
  const add = (what: string, why: string, fix: string) => problems.push(problem('warning', 'User', what, why, fix));
  if (rights['PermissionsModifyAllData'] === true) {
    add(
      'the user we sign in as may modify all data',
      'A connector needs its own fields and no more; a stolen token could do all that the user can.',
      'Sign in as a dedicated integration user with the permission set Kenko Sync.',
    );
  } else if (rights['PermissionsViewAllData'] === true) {
    add(
      'the user we sign in as may view all data',
      'A connector needs the accounts it scores and no more.',
      'Share the accounts with the integration user instead.',
    );
  }
  if (rights['PermissionsUpdateWithInactiveOwner'] === false && rights['PermissionsModifyAllData'] !== true) {
    add(
      'records of inactive owners cannot be updated',
      `Salesforce refuses to change accounts${tasks ? ' and tasks' : ''} whose owner has left.`,
      'Grant "Update Records with Inactive Owners" to the integration user.',
    );
  }
  return problems;
}
