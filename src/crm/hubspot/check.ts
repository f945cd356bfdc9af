// All looking before leaping: do the properties exist, do they hold what we write, is the task key unique, who may own
// tasks, what may our token do, how much of the day is left. Reads only, and tells everything at once.

import type { Reply } from '../../clients/hubspot/call.ts';
import { toError, toProblem } from '../../clients/hubspot/errors.ts';
import type { Property } from '../../clients/hubspot/furniture.ts';
import type { Owner } from '../../clients/hubspot/records.ts';
import type { TaskMapping } from '../../domain/decisions.ts';
import type { Problem } from '../../domain/nouns.ts';
import { KenkoError } from '../../lib/errors.ts';
import type { Needs } from '../crm.ts';
import { closedStatus, propertyTypes, taskProperties, taskStatus } from './convert.ts';
import { type Desk, objectName, tasks } from './desk.ts';
import { pickUsers } from './read.ts';
import { type WantedProperty, wantedProperties } from './wanted.ts';

/** Above this share of the day's calls a warning is due. */
const quotaAlarm = 0.8;

/** Problems of the portal, all at once. Throws AuthError, LimitError, UnavailableError where it cannot be asked. */
export async function checkPortal(desk: Desk, needs: Needs, signal: AbortSignal): Promise<readonly Problem[]> {
  // Where nothing is written, whoever reads looks whether it is there.
  const wanted = wantedProperties(needs).filter((one, _, all) =>
    all.some((other) => other.object === one.object && other.written),
  );
  const withTasks = needs.tasks && needs.mapping.task !== null;
  const objects = [...new Set([...wanted.map((one) => one.object), ...(withTasks ? [tasks] : [])])];
  const problems: Problem[] = [];
  const shelves = new Map<string, ReadonlyMap<string, Property>>();
  await Promise.all(
    objects.map(async (object) => {
      const list = listOrProblems(await desk.client.properties(object, signal), `hubspot ${object}`, problems);
      if (list !== null) shelves.set(object, new Map(list.map((property) => [property.name, property])));
    }),
  );
  for (const one of wanted) {
    const shelf = shelves.get(one.object);
    if (shelf !== undefined) problems.push(...problemsOf(one, shelf.get(one.property.name), needs));
  }
  const shelf = shelves.get(tasks);
  if (withTasks && needs.mapping.task !== null) {
    if (shelf !== undefined) problems.push(...problemsOfTasks(needs.mapping.task, shelf));
    problems.push(...(await problemsOfOwners(desk, needs.mapping.task, signal)));
  }
  if (needs.thorough === true) problems.push(...(await problemsOfScopes(desk, needs, signal)));
  problems.push(...problemsOfQuota(desk));
  return problems;
}

/** What stands in the way of one property; nothing where it is as we need it. */
export function problemsOf(wanted: WantedProperty, found: Property | undefined, needs: Needs): readonly Problem[] {
  const where = `hubspot ${wanted.object}.${wanted.property.name}`;
  const drift = (what: string, why: string, fix: string): Problem => ({
    code: 'E_DRIFT',
    // What people fill and we only read may be missing; what we write may not.
    severity: wanted.written ? 'error' : 'warning',
    where,
    what,
    why,
    fix,
  });
  if (found === undefined || found.archived) {
    const why = wanted.written
      ? 'What is mapped to it cannot be written.'
      : 'What people fill in there cannot be read.';
    return [drift(`there is no property ${wanted.property.name}`, why, 'kenko setup')];
  }
  const problems: Problem[] = [];
  const fits = propertyTypes[wanted.type].some(([type]) => type === found.type);
  const sorts =
    wanted.type === 'multi_picklist'
      ? found.fieldType === 'checkbox'
      : wanted.type !== 'picklist' || found.fieldType !== 'checkbox';
  if (!fits || !sorts) {
    const what = `it is ${found.type}/${found.fieldType}, and ${wanted.word} needs ${wanted.property.type}/${wanted.property.fieldType}`;
    problems.push(
      drift(
        what,
        'Values would be refused or read wrongly.',
        'Map another property, or make a new one with kenko setup.',
      ),
    );
  }
  if (wanted.written && found.readOnly) {
    problems.push(
      drift('it is computed by HubSpot or closed to the API', 'It cannot be written.', 'Map another property.'),
    );
  }
  if (wanted.written && found.type === 'enumeration') {
    const there = new Set(found.options.map((option) => option.value));
    const lacking = wanted.property.options.map((option) => option.value).filter((value) => !there.has(value));
    if (lacking.length > 0) {
      problems.push(
        drift(
          `the options ${lacking.join(', ')} are missing`,
          'HubSpot refuses values that are no options.',
          'kenko setup',
        ),
      );
    }
  }
  if (wanted.property.unique && !found.unique) problems.push(...problemsOfUnique(wanted, where, needs));
  return problems;
}
function problemsOfUnique(wanted: WantedProperty, where: string, needs: Needs): readonly Problem[] {
  // A join key that is not unique still joins; two records with one value show up as a conflict in identity.
  if (wanted.object !== tasks) return [];
  const degraded = needs.mapping.task?.mode === 'at_least_once';
  return [
    {
      code: 'E_DRIFT',
      severity: degraded ? 'warning' : 'error',
      where,
      what: 'its values are not kept unique',
      why: degraded
        ? 'HubSpot cannot refuse a second task; after a fault one may be made twice (tasks: at_least_once).'
        : 'HubSpot could not refuse a second task with the same key.',
      fix: 'A property becomes unique only when it is made. Delete it for good and run kenko setup, or accept task.mode: at_least_once.',
    },
  ];
}

/** Standard properties of tasks: the values we send must be among their options. */
function problemsOfTasks(mapping: TaskMapping, shelf: ReadonlyMap<string, Property>): readonly Problem[] {
  const names = taskProperties(mapping);
  const sent: readonly (readonly [string, readonly string[]])[] = [
    [names['priority'] ?? '', Object.values(mapping.priorities)],
    [taskStatus, [closedStatus(mapping)]],
  ];
  return sent.flatMap(([name, values]) => {
    const property = shelf.get(name);
    const there = new Set(property?.options.map((option) => option.value));
    const lacking = property === undefined || there.size === 0 ? [] : values.filter((value) => !there.has(value));
    if (lacking.length === 0) return [];
    return [
      {
        code: 'E_DRIFT',
        severity: 'error' as const,
        where: `hubspot tasks.${name}`,
        what: `${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} no option of it; there are ${[...there].join(', ')}`,
        why: 'HubSpot refuses values that are no options.',
        fix: 'Correct task.priorities or task.closed_status in mappings/hubspot.yaml.',
      },
    ];
  });
}

async function problemsOfOwners(desk: Desk, mapping: TaskMapping, signal: AbortSignal): Promise<readonly Problem[]> {
  if (mapping.ownerFallback.length === 0) return [];
  let owners: readonly Owner[];
  try {
    owners = await desk.client.owners(signal);
  } catch (error) {
    if (error instanceof KenkoError && error.code === 'E_DRIFT' && 'problems' in error) {
      return (error.problems as readonly Problem[]).map((problem) => ({ ...problem, where: 'hubspot tasks owners' }));
    }
    throw error;
  }
  const usable = pickUsers(owners, mapping.ownerFallback).filter((user) => user.active);
  const problem = (reference: string): Problem => ({
    code: 'E_DRIFT',
    severity: usable.length === 0 ? 'error' : 'warning',
    where: 'hubspot tasks owners',
    what: `the fallback owner ${reference.includes('@') ? '(an e-mail address)' : reference} is no active owner of this portal`,
    why: 'Tasks of companies without an active owner would belong to nobody.',
    fix: 'Correct task.owner_fallback in mappings/hubspot.yaml: owner ids or e-mail addresses.',
  });
  return mapping.ownerFallback.filter((reference) => pickUsers(owners, [reference])[0]?.active !== true).map(problem);
}

/** Scopes that the run needs, with what for. Tasks have none of their own: they ride on contacts. */
function scopesFor(needs: Needs): ReadonlyMap<string, string> {
  const scopes = new Map<string, string>();
  for (const object of ['account', 'contact', 'opportunity'] as const) {
    const mapped = needs.mapping.objects[object];
    if (mapped === undefined) continue;
    const name = objectName(needs.mapping, object);
    if (!/^(companies|contacts|deals)$/.test(name)) continue;
    scopes.set(`crm.objects.${name}.read`, name);
    if (mapped.fields.some((field) => field.write !== 'never')) scopes.set(`crm.objects.${name}.write`, name);
  }
  if (needs.tasks && needs.mapping.task !== null) {
    for (const scope of ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.owners.read']) {
      if (!scopes.has(scope)) scopes.set(scope, tasks);
    }
  }
  return scopes;
}
async function problemsOfScopes(desk: Desk, needs: Needs, signal: AbortSignal): Promise<readonly Problem[]> {
  const reply = await desk.scopes(signal);
  // Not every kind of token may be asked for its scopes; then the refusals above have to tell.
  if (reply === null) return [];
  const granted = new Set(reply);
  const needed = scopesFor(needs);
  const problems: Problem[] = [...needed].flatMap(([scope, object]) =>
    granted.has(scope)
      ? []
      : [
          {
            code: 'MISSING_SCOPES',
            severity: 'error' as const,
            where: `hubspot ${object}`,
            what: `the access token lacks the scope ${scope}`,
            why: 'HubSpot refuses these calls.',
            fix: `Give the service key or private app the scope ${scope}.`,
          },
        ],
  );
  const excess = reply.filter((scope) => !needed.has(scope) && scope !== 'oauth' && !scope.endsWith('.read')).sort();
  if (excess.length > 0) {
    problems.push({
      code: 'EXCESS_SCOPES',
      severity: 'warning',
      where: 'hubspot access token',
      what: `the access token may do more than a run needs: ${excess.join(', ')}`,
      why: 'A stolen token can do whatever it was granted. Scopes for setup belong to a key of their own.',
      fix: 'Take these scopes away from the key that runs every day.',
    });
  }
  return problems;
}

function problemsOfQuota(desk: Desk): readonly Problem[] {
  const { quotaUsed, quotaLimit } = desk.client.usage();
  if (quotaUsed === null || quotaUsed < quotaAlarm) return [];
  return [
    {
      code: 'E_LIMIT',
      severity: 'warning',
      where: 'hubspot',
      what: `${Math.round(quotaUsed * 100)} % of today's ${quotaLimit} API calls are used up`,
      why: 'The quota is shared by all integrations of the portal and starts anew at its midnight.',
      fix: 'Run at another hour, or ask what else calls HubSpot so often.',
    },
  ];
}

/** A list, or null and its refusal among the problems. Only what a permission can mend is a problem; the rest is thrown. */
function listOrProblems<T>(reply: Reply<T>, where: string, problems: Problem[]): T | null {
  if (reply.ok) return reply.data;
  if (reply.refusal.outcome !== 'drift' && reply.refusal.outcome !== 'rejected') throw toError(reply.refusal, where);
  problems.push(toProblem(reply.refusal, where));
  return null;
}
