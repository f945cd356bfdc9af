// What setup has made in a portal, told to whoever wants to be rid of it; and a key of its own for setup.

import { describe, expect, it } from 'vitest';
import { connectHubspot, hubspotConnection, setupConnection } from '../../../src/clients/hubspot/connect.ts';
import type { Crm, Setup, TellsFurniture } from '../../../src/crm/crm.ts';
import { openHubspot } from '../../../src/crm/hubspot/open.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { calm } from '../../clients/hubspot/wire.ts';
import { mapping, needs, openStage } from './stage.ts';

const runScopes = [
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.owners.read',
  'crm.lists.read',
];
function handOf(sandbox: Sandbox, keys: Record<string, string>): Crm & Setup & TellsFurniture {
  const connection = hubspotConnection.parse({ base_url: sandbox.hubspot.url, ...keys });
  const tools = { clock: systemClock, chance: seededChance(1), backoffMs: 1 };
  const setup = setupConnection(connection);
  return openHubspot({
    mapping,
    client: connectHubspot({ connection, ...tools }),
    clock: systemClock,
    zone: 'UTC',
    ...(setup === null ? {} : { setupClient: connectHubspot({ connection: setup, ...tools }) }),
  });
}
async function furnish(crm: Crm & Setup): Promise<readonly string[]> {
  const told: string[] = [];
  for (const piece of await crm.missing(needs, calm)) {
    const problem = await crm.make(piece, calm);
    if (problem !== null) told.push(`${problem.code} ${problem.what}`);
  }
  return told;
}

describe('what setup has made', () => {
  it('is listed as one would archive it, and nothing is touched', async () => {
    const { crm, sandbox, close } = await openStage();
    const hand = crm as Crm & Setup & TellsFurniture;
    const before = await hand.furniture(needs, calm);
    const missing = await hand.missing(needs, calm);
    await furnish(hand);
    const writes = sandbox.hubspot.counts().write;

    const after = await hand.furniture(needs, calm);

    await close();
    // The join key was there before setup came.
    expect(before.map(({ name }) => name)).toEqual([
      'companies.kenko_external_account_id',
      'companies customer_health',
    ]);
    expect(sandbox.hubspot.counts().write).toBe(writes);
    // The same pieces, in the other direction: lists, properties, groups.
    expect(after.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
      [...before, ...missing].map(({ kind, name }) => `${kind} ${name}`).sort(),
    );
    const kinds = after.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('list')).toBeLessThan(kinds.indexOf('field'));
    expect(kinds.lastIndexOf('field')).toBeLessThan(kinds.indexOf('group'));
    expect(after.find(({ name }) => name === 'companies.kenko_health_override')?.says).toContain('people filled it in');
  });
});

describe('a key of its own for setup', () => {
  it('furnishes the portal, while the key of every day may not', async () => {
    const sandbox = await startSandbox({ accounts: 5 });
    sandbox.hubspot.half.setKnob('token', { token: 'pretend-run-key', scopes: runScopes });

    const alone = await furnish(handOf(sandbox, { access_token: 'pretend-run-key' }));
    const both = await furnish(
      handOf(sandbox, { access_token: 'pretend-run-key', setup_token: sandbox.hubspot.token }),
    );
    const left = await handOf(sandbox, { access_token: 'pretend-run-key' }).missing(needs, calm);

    await sandbox.close();
    expect(alone.length).toBeGreaterThan(10);
    expect(alone.every((told) => /MISSING_SCOPES|PROPERTY_DOESNT_EXIST|lists|E_DRIFT/.test(told))).toBe(true);
    expect(alone.join('\n')).toContain('crm.schemas.companies.write');
    expect(both).toEqual([]);
    expect(left).toEqual([]);
  });
});
