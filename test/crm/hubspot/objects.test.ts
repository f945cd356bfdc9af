// Contacts and deals go the same way as companies: set up where they are mapped, read by id, written by id, only what changed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHubspot, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import type { Crm, Needs, Setup } from '../../../src/crm/crm.ts';
import { openHubspot } from '../../../src/crm/hubspot/open.ts';
import type { CrmMapping, FieldMapping, FieldType } from '../../../src/domain/decisions.ts';
import type { CrmObject } from '../../../src/domain/nouns.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { calm } from '../../clients/hubspot/wire.ts';
import { effectOf } from '../contract.ts';

const field = (word: string, type: FieldType, options: readonly string[] = []): FieldMapping => ({
  word,
  field: `kenko_${word}`,
  type,
  write: 'unless_edited',
  digits: 0,
  length: 255,
  options,
  label: { en: word, ja: word },
  help: { en: '', ja: '' },
});
const mapping: CrmMapping = {
  crm: 'hubspot',
  connection: {},
  idKind: 'hubspot',
  task: null,
  objects: {
    account: { object: 'companies', fields: [field('health_score', 'number')] },
    contact: { object: 'contacts', fields: [field('health_score', 'number')] },
    opportunity: {
      object: 'deals',
      fields: [field('health_score', 'number'), field('health_band', 'picklist', ['green', 'yellow', 'red'])],
    },
  },
};
const needs: Needs = { mapping, tasks: false };

let sandbox: Sandbox;
let crm: Crm & Setup;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 30 });
  const connection = hubspotConnection.parse({ access_token: sandbox.hubspot.token, base_url: sandbox.hubspot.url });
  const client = connectHubspot({ connection, clock: systemClock, chance: seededChance(1), backoffMs: 1 });
  crm = openHubspot({ mapping, client, clock: systemClock, zone: 'UTC' });
});
afterAll(() => sandbox.close());

describe('contacts and deals', () => {
  it('get their properties where they are mapped, and nothing is wrong afterwards', async () => {
    const missing = await crm.missing(needs, calm);
    for (const piece of missing) expect(await crm.make(piece, calm)).toBeNull();

    expect(missing.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['contacts customer_health', 'deals.kenko_health_band', 'contacts.kenko_health_score']),
    );
    expect(await crm.missing(needs, calm)).toEqual([]);
    expect(await crm.check(needs, calm)).toEqual([]);
  });

  it.each([
    ['contact', 'contacts', { health_score: 61 }],
    ['opportunity', 'deals', { health_score: 0, health_band: 'red' }],
  ] as const)('a %s is written by its id and shows it when read', async (object, type, payload) => {
    const [record] = [...sandbox.hubspot.half.store.all(type)];
    const target = record?.id ?? '';
    const writes = sandbox.hubspot.counts().write;

    const receipts = await crm.write(
      [effectOf('hubspot', { op: 'set', object: object as CrmObject, target, payload })],
      calm,
    );
    const [existing] = await crm.read([{ account: 'acme', object, id: target }], Object.keys(payload), calm);

    expect(receipts).toMatchObject([{ state: 'applied', crmId: target }]);
    expect(existing?.fields).toEqual(payload);
    expect(sandbox.hubspot.counts().write - writes).toBe(1);
    expect(sandbox.hubspot.half.store.get(type, target)?.values['kenko_health_score']).toBe(
      String(payload.health_score),
    );
  });
});
