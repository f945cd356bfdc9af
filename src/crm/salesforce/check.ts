// All looking before leaping: does the org have what the mapping names, in a form that holds what we write, and may this
// user write it? All problems at once, each with the click that mends it. It only reads. Describe shows what the running
// user may see, so "missing" and "not permitted" look alike, and the texts say so.

import type { FieldDescription, ObjectDescription, Row } from '../../clients/salesforce/connect.ts';
import type { Looking } from '../../clients/salesforce/look.ts';
import type { FieldType } from '../../domain/decisions.ts';
import type { Problem } from '../../domain/nouns.ts';
import { recordWord } from '../../domain/record-words.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { Needs } from '../crm.ts';
import { checkSharing } from './check-sharing.ts';
import { checkOwners, checkStatus, checkTask, namedUsers, owners } from './check-tasks.ts';
import { type NeededField, neededFields } from './components.ts';
import { drift, type Hand, problemOfError } from './hand.ts';
import { statusOf, statusQuery } from './tasks.ts';
import { userQueries } from './users.ts';

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

/** What the check wants to know, in one call: objects, task statuses, the users that the mapping names, our rights. */
export function questions(needs: Needs): Looking {
  const objects = [...new Set(neededFields(needs).map((needed) => needed.object))];
  const { task } = needs.mapping;
  return {
    objects,
    queries: {
      rights: rightsQuery,
      ...(needs.tasks && task !== null ? { statuses: statusQuery } : {}),
      ...(needs.tasks && task !== null ? userQueries(namedUsers(task)) : {}),
    },
  };
}

/** See Crm.check. Never throws for what can be told as a problem. */
export async function checkNeeds(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Problem[]> {
  hand.stops.clear();
  let looked = hand.seen.looked;
  hand.seen.looked = null;
  try {
    looked ??= await hand.client.look(questions(needs), signal);
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    return [problemOfError(error, 'salesforce')];
  }
  const problems: Problem[] = [];
  const fields = neededFields(needs);
  for (const [object, described] of looked.described) {
    if (described instanceof KenkoError) {
      problems.push(problemOfError(described, `salesforce ${object}`));
      continue;
    }
    for (const needed of fields.filter((field) => field.object === object)) {
      problems.push(...checkField(needed, described.fields.get(needed.field.field)));
    }
    if (object !== 'Task' && fields.some((needed) => needed.object === object && needed.written)) {
      problems.push(...checkObject(described));
    }
    if (object === 'Task' && needs.mapping.task !== null) problems.push(...checkTask(described, needs.mapping.task));
  }
  const rowsOf = (name: string, where: string): readonly Row[] | null => {
    const rows = looked.rows.get(name);
    if (rows instanceof KenkoError) problems.push(problemOfError(rows, `salesforce ${where}`));
    return rows === undefined || rows instanceof KenkoError ? null : rows;
  };
  const { task } = needs.mapping;
  if (needs.tasks && task !== null) {
    const statuses = rowsOf('statuses', 'TaskStatus');
    if (statuses !== null) problems.push(...checkStatus(statuses.map(statusOf), task));
    const found = await owners(hand, looked, task, signal);
    problems.push(
      ...(found instanceof KenkoError ? [problemOfError(found, 'salesforce Task.OwnerId')] : checkOwners(found, task)),
    );
  }
  problems.push(...checkQuota(hand));
  const rights = looked.rows.get('rights');
  // Orgs that do not answer this question say nothing about rights.
  if (rights !== undefined && !(rights instanceof KenkoError)) problems.push(...checkRights(rights[0], needs.tasks));
  if (needs.thorough === true) problems.push(...(await checkSharing(hand, signal)));
  return problems;
}

function checkObject(object: ObjectDescription): Problem[] {
  if (object.updateable) return [];
  return [
    drift(
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
      drift(
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
    problems.push(drift(severity, where, what, why, fix));
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
      drift(
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
      drift(
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

/** Every answer says how many calls of the day are used. */
function checkQuota(hand: Hand): Problem[] {
  const { quotaUsed, quotaLimit } = hand.client.usage();
  if (quotaUsed === null || quotaLimit === null || 1 - quotaUsed >= lowQuota) return [];
  return [
    {
      ...drift(
        'warning',
        'limits',
        `${Math.round((1 - quotaUsed) * quotaLimit)} of ${quotaLimit} API calls of the day are left`,
        'The calls are shared by all integrations of the org, and a run stops before it uses them up.',
        'Setup > Company Information shows who uses them.',
      ),
      code: 'E_LIMIT',
    },
  ];
}

const rightsQuery =
  'SELECT PermissionsModifyAllData, PermissionsViewAllData, PermissionsUpdateWithInactiveOwner FROM UserPermissionAccess LIMIT 1';
/** What the user may do beyond our fields. */
function checkRights(rights: Row | undefined, tasks: boolean): Problem[] {
  if (rights === undefined) return [];
  const problems: Problem[] = [];
  const add = (what: string, why: string, fix: string) => problems.push(drift('warning', 'User', what, why, fix));
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
