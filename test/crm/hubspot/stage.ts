// What the tests of the HubSpot hand share: a mapping of all our words, a portal in the sandbox with people in it, and a hand
// that talks to whatever a test has put on the wire.

import nock from 'nock';
import { connectHubspot, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import type { Crm, Needs, Setup, TellsChanges } from '../../../src/crm/crm.ts';
import { taskToWire } from '../../../src/crm/hubspot/convert.ts';
import { openHubspot } from '../../../src/crm/hubspot/open.ts';
import type { CrmMapping } from '../../../src/domain/decisions.ts';
import type { Effect, Fields, Value } from '../../../src/domain/nouns.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { peopleOf } from '../../../src/sandbox/people.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { client, item, json, origin, refusal } from '../../clients/hubspot/wire.ts';
import { type CrmStage, effectOf, keyOf, mappingOf } from '../contract.ts';

export const zone = 'Asia/Tokyo';
export const taskWords: Pick<NonNullable<CrmMapping['task']>, 'fields' | 'priorities'> = {
  fields: {
    subject: 'hs_task_subject',
    body: 'hs_task_body',
    due_on: 'hs_timestamp',
    priority: 'hs_task_priority',
    play: 'kenko_play_id',
  },
  priorities: { high: 'HIGH', medium: 'MEDIUM', low: 'LOW' },
};
export const mapping = mappingOf(
  'hubspot',
  { account: 'companies', contact: 'contacts', opportunity: 'deals' },
  (_, word) => `kenko_${word}`,
  taskWords,
);
export const needs: Needs = { mapping, tasks: true };

export async function ask(sandbox: Sandbox, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.hubspot.url}${path}`, {
    headers: { authorization: `Bearer ${sandbox.hubspot.token}` },
  });
  return (await response.json()) as Record<string, unknown>;
}
/** What a person types: our words as the portal's properties. */
export function typed(fields: Fields): Record<string, Value> {
  const names = new Map(mapping.objects.account?.fields.map((field) => [field.word, field.field]));
  return Object.fromEntries(Object.entries(fields).map(([word, value]) => [names.get(word) ?? word, value]));
}
export async function openStage(version = 'v3', timeoutMs = 30_000): Promise<CrmStage & { readonly sandbox: Sandbox }> {
  const sandbox = await startSandbox({ accounts: 120, seed: 7 });
  // The hand keeps to whatever limit a portal names; here nobody shall wait for one.
  sandbox.hubspot.half.setKnob('burst', 100_000);
  const connection = hubspotConnection.parse({
    access_token: sandbox.hubspot.token,
    base_url: sandbox.hubspot.url,
    api_version: version,
  });
  const hubspot = connectHubspot({ connection, clock: systemClock, chance: seededChance(3), backoffMs: 1, timeoutMs });
  const people = peopleOf(sandbox.hubspot.half);
  const page = await ask(sandbox, '/crm/v3/objects/companies?limit=100');
  const owners = await ask(sandbox, '/crm/v3/owners?limit=100');
  const [owner] = owners['results'] as readonly { readonly id: string; readonly email: string }[];
  return {
    sandbox,
    crm: openHubspot({ mapping, client: hubspot, clock: systemClock, zone }),
    needs,
    world: {
      accounts: (page['results'] as readonly { readonly id: string }[]).map((company) => company.id),
      nobody: '999999999999',
      owner: { id: owner?.id ?? '', email: owner?.email ?? '' },
      edit: (id, fields) => people.edit('account', id, typed(fields)),
      editTask: (id, fields) => people.edit('task', id, taskToWire(fields, mapping.task!, zone)),
      closeTask: (id) => people.closeTask(id),
      deleteTask: (id) => people.remove('task', id),
      deleteAccount: (id) => people.remove('account', id),
      mergeAccounts: (winner, loser) => people.merge('account', winner, loser),
      async tasksOn(account) {
        const hanging = await ask(sandbox, `/crm/v4/objects/companies/${account}/associations/tasks?limit=500`);
        const ids = (hanging['results'] as readonly { readonly toObjectId: number }[]).map((one) =>
          String(one.toObjectId),
        );
        return ids;
      },
      writes: () => sandbox.hubspot.counts().write,
    },
    close: () => sandbox.close(),
  };
}

export const update = '/crm/v3/objects/companies/batch/update';
export const read = '/crm/v3/objects/companies/batch/read';
export const createTasks = '/crm/v3/objects/tasks/batch/create';
export const readTasks = '/crm/v3/objects/tasks/batch/read';
export const keyProperty = '/crm/v3/properties/tasks/kenko_key';

export function hand(
  options: { readonly timeoutMs?: number; readonly mapping?: CrmMapping } = {},
): Crm & Setup & TellsChanges {
  return openHubspot({ mapping: options.mapping ?? mapping, client: client(options), clock: systemClock, zone });
}
export function set(target: string, payload: Fields = { health_score: 50 }): Effect {
  return effectOf('hubspot', { op: 'set', target, payload });
}
export function ensure(n: number, target = '5'): Effect {
  return effectOf('hubspot', {
    op: 'ensure_task',
    target,
    key: keyOf(n),
    payload: { subject: 'Call', due_on: '2026-12-01' },
  });
}
export function taskItem(id: string, key: string, more: Record<string, string | null> = {}) {
  return item(id, { kenko_key: key, hs_task_status: 'NOT_STARTED', ...more });
}
export function keyIs(unique: boolean) {
  nock(origin)
    .get(keyProperty)
    .reply(200, { name: 'kenko_key', label: 'k', type: 'string', fieldType: 'text', hasUniqueValue: unique }, json);
}
export const gone = refusal(
  'OBJECT_NOT_FOUND',
  'Could not get some COMPANY objects, they may be deleted or not exist.',
  {
    ids: ['7'],
  },
);
