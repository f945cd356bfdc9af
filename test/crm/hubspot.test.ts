// The HubSpot hand: the common story against the sandbox, and single answers on the wire where one answer decides.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectHubspot, hubspotConnection } from '../../src/clients/hubspot/connect.ts';
import type { Crm, Needs, Setup } from '../../src/crm/crm.ts';
import {
  dayIn,
  dueInstant,
  fromHtml,
  fromWire,
  taskFromWire,
  taskToWire,
  toHtml,
  toWire,
} from '../../src/crm/hubspot/convert.ts';
import { openHubspot } from '../../src/crm/hubspot/open.ts';
import type { CrmMapping, FieldType } from '../../src/domain/decisions.ts';
import type { Effect, Fields, Value } from '../../src/domain/nouns.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { AuthError, Crash, LimitError } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { peopleOf } from '../../src/sandbox/people.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import {
  batch,
  burst,
  calm,
  client,
  closeWire,
  daily,
  item,
  json,
  now,
  openWire,
  origin,
  refusal,
} from '../clients/hubspot/wire.ts';
import { type CrmStage, crmContract, effectOf, keyOf, mappingOf } from './contract.ts';

const zone = 'Asia/Tokyo';
const taskWords: Pick<NonNullable<CrmMapping['task']>, 'fields' | 'priorities'> = {
  fields: {
    subject: 'hs_task_subject',
    body: 'hs_task_body',
    due_on: 'hs_timestamp',
    priority: 'hs_task_priority',
    play: 'kenko_play_id',
  },
  priorities: { high: 'HIGH', medium: 'MEDIUM', low: 'LOW' },
};
const mapping = mappingOf(
  'hubspot',
  { account: 'companies', contact: 'contacts', opportunity: 'deals' },
  (_, word) => `kenko_${word}`,
  taskWords,
);
const needs: Needs = { mapping, tasks: true };

// ── The story ────────────────────────────────────────────────────────────────────────────────────────────────────

async function ask(sandbox: Sandbox, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.hubspot.url}${path}`, {
    headers: { authorization: `Bearer ${sandbox.hubspot.token}` },
  });
  return (await response.json()) as Record<string, unknown>;
}
/** What a person types: our words as the portal's properties. */
function typed(fields: Fields): Record<string, Value> {
  const names = new Map(mapping.objects.account?.fields.map((field) => [field.word, field.field]));
  return Object.fromEntries(Object.entries(fields).map(([word, value]) => [names.get(word) ?? word, value]));
}
async function openStage(version = 'v3', timeoutMs = 30_000): Promise<CrmStage & { readonly sandbox: Sandbox }> {
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

crmContract('hubspot', () => openStage());
crmContract('hubspot, dated API version', () => openStage('2026-09'));

describe('a portal that fails in the middle', () => {
  async function furnished() {
    const stage = await openStage('v3', 400);
    const crm = stage.crm as Crm & Setup;
    for (const piece of await crm.missing(needs, calm)) await crm.make(piece, calm);
    return { ...stage, crm, company: stage.world.accounts[0] ?? '' };
  }
  const call = (target: string) =>
    effectOf('hubspot', {
      op: 'ensure_task',
      target,
      key: keyOf(1),
      payload: { subject: 'Call', due_on: '2026-12-01' },
    });

  it('a task that was made although no answer came is found by its key, and never made twice', async () => {
    const { crm, world, sandbox, company, close } = await furnished();
    const before = sandbox.hubspot.counts().write;
    sandbox.faults.plant('hubspot', { match: { path: 'tasks/batch/create' }, action: { do: 'hang', applied: true } });

    const [lost] = await crm.write([call(company)], calm);
    const sent = sandbox.hubspot.counts().write - before;
    const [found] = await crm.find([{ key: keyOf(1), id: null, target: company }], calm);
    const [again] = await crm.write([call(company)], calm);

    expect([lost?.state, sent]).toEqual(['unknown', 1]);
    expect(found).toMatchObject({ state: 'open', target: company });
    expect(again).toMatchObject({ state: 'applied', crmId: found?.id });
    expect(await world.tasksOn(company)).toHaveLength(1);
    await close();
  });

  it('an update whose answer was lost is sent again, because twice is once', async () => {
    const { crm, sandbox, company, close } = await furnished();
    const target = { account: 'acme', object: 'account' as const, id: company };
    sandbox.faults.plant('hubspot', { match: { path: 'companies/batch/update' }, action: { do: 'reset_after' } });

    const [receipt] = await crm.write(
      [effectOf('hubspot', { op: 'set', target: company, payload: { health_score: 12 } })],
      calm,
    );
    const [existing] = await crm.read([target], ['health_score'], calm);

    expect(receipt?.state).toBe('applied');
    expect(existing?.fields).toEqual({ health_score: 12 });
    await close();
  });

  it('a process that dies right after HubSpot made the task dies there, and the next one makes no second', async () => {
    const { crm, world, company, close } = await furnished();
    const stop = onStep((name) => {
      if (name === 'http.hubspot.tasks.create:after') throw new Crash();
    });

    const dying = crm.write([call(company)], calm);

    await expect(dying).rejects.toBeInstanceOf(Crash);
    stop();
    expect((await crm.write([call(company)], calm))[0]?.state).toBe('applied');
    expect(await world.tasksOn(company)).toHaveLength(1);
    await close();
  });

  it('half a batch that was done before the server failed ends in the same records', async () => {
    const { crm, world, sandbox, close } = await furnished();
    const batchOf = world.accounts
      .slice(0, 10)
      .map((target, at) => effectOf('hubspot', { op: 'set', target, payload: { health_score: at } }));
    sandbox.faults.plant('hubspot', {
      match: { path: 'companies/batch/update' },
      action: { do: 'apply_first', items: 4 },
    });

    const receipts = await crm.write(batchOf, calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(batchOf.map(() => 'applied'));
    await close();
  });
});

// ── Single answers ───────────────────────────────────────────────────────────────────────────────────────────────

const update = '/crm/v3/objects/companies/batch/update';
const read = '/crm/v3/objects/companies/batch/read';
const createTasks = '/crm/v3/objects/tasks/batch/create';
const readTasks = '/crm/v3/objects/tasks/batch/read';
const keyProperty = '/crm/v3/properties/tasks/kenko_key';

function hand(options: { readonly timeoutMs?: number; readonly mapping?: CrmMapping } = {}): Crm & Setup {
  return openHubspot({ mapping: options.mapping ?? mapping, client: client(options), clock: systemClock, zone });
}
function set(target: string, payload: Fields = { health_score: 50 }): Effect {
  return effectOf('hubspot', { op: 'set', target, payload });
}
function ensure(n: number, target = '5'): Effect {
  return effectOf('hubspot', {
    op: 'ensure_task',
    target,
    key: keyOf(n),
    payload: { subject: 'Call', due_on: '2026-12-01' },
  });
}
function taskItem(id: string, key: string, more: Record<string, string | null> = {}) {
  return item(id, { kenko_key: key, hs_task_status: 'NOT_STARTED', ...more });
}
function keyIs(unique: boolean) {
  nock(origin)
    .get(keyProperty)
    .reply(200, { name: 'kenko_key', label: 'k', type: 'string', fieldType: 'text', hasUniqueValue: unique }, json);
}
const gone = refusal('OBJECT_NOT_FOUND', 'Could not get some COMPANY objects, they may be deleted or not exist.', {
  ids: ['7'],
});

describe('HubSpot answers on the wire', () => {
  beforeEach(openWire);
  afterEach(closeWire);

  describe('an update', () => {
    it('sends text values, our trace and nothing but the changed properties', async () => {
      let sent: unknown;
      nock(origin)
        .post(update, (body) => {
          sent = body;
          return true;
        })
        .reply(200, batch([item('5')]), json);
      const effect = set('5', {
        health_score: 71.5,
        health_alert: false,
        upsell_type: 'plan;seats',
        health_reasons: null,
      });

      await hand().write([effect], calm);

      expect(sent).toEqual({
        inputs: [
          {
            id: '5',
            objectWriteTraceId: String(effect.id),
            properties: {
              kenko_health_score: '71.5',
              kenko_health_alert: 'false',
              kenko_upsell_type: 'plan;seats',
              kenko_health_reasons: '',
            },
          },
        ],
      });
    });

    it('matches a shuffled 207 by id and trace, never by position', async () => {
      const effects = [set('5'), set('6'), set('7')];
      const invalid = refusal(
        'VALIDATION_ERROR',
        'Property values were not valid: [{"error":"INVALID_OPTION","name":"kenko_health_band"}]',
        {
          objectWriteTraceId: [String(effects[1]?.id)],
        },
      );
      nock(origin)
        .post(update)
        .reply(207, batch([item('7'), item('5')], [invalid]), json);

      const receipts = await hand().write(effects, calm);

      expect(receipts.map((receipt) => [receipt.effectId, receipt.state])).toEqual([
        [effects[0]?.id, 'applied'],
        [effects[1]?.id, 'rejected'],
        [effects[2]?.id, 'applied'],
      ]);
      expect(receipts[1]?.problem?.code).toBe('INVALID_OPTION');
    });

    it('takes a refusal by id where it carries no trace', async () => {
      nock(origin)
        .post(update)
        .reply(207, batch([item('5')], [gone]), json);

      const receipts = await hand().write([set('5'), set('7')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected']);
    });

    it('follows a merged record, which a 200 leaves out without a word', async () => {
      nock(origin)
        .post(update)
        .reply(200, batch([item('5')]), json);
      nock(origin).post(read).reply(200, batch([]), json);
      nock(origin).get('/crm/v3/objects/companies/6').query(true).reply(200, item('66'), json);
      nock(origin)
        .post(update, (body) => body.inputs[0].id === '66')
        .reply(200, batch([item('66')]), json);

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
        ['applied', '5'],
        ['applied', '66'],
      ]);
      expect(nock.pendingMocks()).toEqual([]);
    });

    it('does not let two accounts write in turn to the record that a merge left', async () => {
      nock(origin)
        .post(update)
        .reply(200, batch([item('66')]), json);
      nock(origin).post(read).reply(200, batch([]), json);
      nock(origin).get('/crm/v3/objects/companies/6').query(true).reply(200, item('66'), json);

      const receipts = await hand().write([set('66'), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected']);
      expect(receipts[1]?.problem?.code).toBe('MERGED');
    });

    it('believes an unlisted record only when it shows what was sent', async () => {
      nock(origin).post(update).reply(200, batch([]), json);
      nock(origin)
        .post(read)
        .reply(200, batch([item('5', { kenko_health_score: '50' }), item('6', { kenko_health_score: '49' })]), json);

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'unknown']);
    });

    it('knows nothing of unlisted records when it cannot look', async () => {
      nock(origin).post(update).reply(200, batch([]), json);
      nock(origin).post(read).reply(400, refusal('VALIDATION_ERROR', 'x'), json);

      const [receipt] = await hand().write([set('5')], calm);

      expect(receipt?.state).toBe('unknown');
    });

    it('leaves the second of two effects on one record for the next batch', async () => {
      let sent = 0;
      nock(origin)
        .post(update, (body) => {
          sent = body.inputs.length;
          return true;
        })
        .reply(200, batch([item('5')]), json);

      const receipts = await hand().write([set('5'), set('5', { health_score: 51 })], calm);

      expect(sent).toBe(1);
      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'ready']);
    });

    it('is halved by the caller when a batch is refused for an item that nobody names', async () => {
      nock(origin)
        .post(update)
        .reply(
          400,
          refusal('VALIDATION_ERROR', 'Duplicate IDs found in batch input: [5]. IDs must be unique', { ids: ['5'] }),
          json,
        );

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => [receipt.state, receipt.problem?.code])).toEqual([
        ['ready', 'BATCH_REFUSED'],
        ['ready', 'BATCH_REFUSED'],
      ]);
    });

    it('rejects only those that carry the property which is not there', async () => {
      const message = 'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST","name":"kenko_health_band"}]';
      nock(origin).post(update).reply(400, refusal('VALIDATION_ERROR', message), json);

      const receipts = await hand().write([set('5', { health_band: 'red' }), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['rejected', 'ready']);
      expect(receipts[0]?.problem).toMatchObject({
        code: 'PROPERTY_DOESNT_EXIST',
        fix: expect.stringContaining('kenko setup'),
      });
    });

    it('rejects a batch of one for good', async () => {
      nock(origin).post(update).reply(400, refusal('VALIDATION_ERROR', 'x'), json);

      const [receipt] = await hand().write([set('5')], calm);

      expect(receipt?.state).toBe('rejected');
    });

    it('names the scopes of which one is missing', async () => {
      const context = {
        requiredGranularScopes: ['crm.objects.companies.write', 'crm.objects.companies.highly_sensitive.write.v2'],
      };
      nock(origin)
        .post(update)
        .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ message: 'x', context }] }, json);

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['rejected', 'rejected']);
      expect(receipts[0]?.problem?.fix).toContain(
        'crm.objects.companies.write or crm.objects.companies.highly_sensitive.write.v2',
      );
    });

    it.each([
      ['a lock that does not go', 423, {}],
      ['a burst limit that does not go', 429, burst],
    ] as const)('comes back as ready after %s', async (_, status, body) => {
      nock(origin).post(update).times(5).reply(status, body, now);

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['ready', 'ready']);
      expect(receipts[0]?.problem?.code).not.toBe('BATCH_REFUSED');
    });

    it('has an unknown outcome when servers go on failing', async () => {
      nock(origin).post(update).times(5).reply(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' });

      const receipts = await hand().write([set('5'), set('6')], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
    });

    it.each([
      ['the token', 401, refusal('INVALID_AUTHENTICATION', 'x'), AuthError],
      ["the day's quota", 429, daily, LimitError],
    ] as const)(
      'throws when HubSpot refuses all for the sake of %s: nothing was written',
      async (_, status, body, kind) => {
        nock(origin).post(update).reply(status, body, json);

        await expect(hand().write([set('5'), set('6')], calm)).rejects.toBeInstanceOf(kind);
      },
    );

    it('gives receipts once a part has been written, whatever refuses the rest', async () => {
      const effects = Array.from({ length: 101 }, (_, at) => set(String(at + 1)));
      nock(origin)
        .post(update)
        .reply(200, batch(effects.slice(0, 100).map((effect) => item(effect.target))), json);
      nock(origin).post(update).reply(429, daily, json);

      const receipts = await hand().write(effects, calm);

      expect(receipts.slice(0, 100).every((receipt) => receipt.state === 'applied')).toBe(true);
      expect(receipts[100]).toMatchObject({ state: 'ready', problem: { code: 'E_LIMIT' } });
    });

    it('rejects an effect of which no word is mapped, without a call', async () => {
      const [receipt] = await hand().write([set('5', { unheard_of: 1 })], calm);

      expect(receipt).toMatchObject({ state: 'rejected', problem: { code: 'UNMAPPED' } });
    });
  });

  describe('a new task', () => {
    it('hangs on its company, carries our key and is due at the end of its day', async () => {
      let sent:
        | { inputs: { associations: unknown; objectWriteTraceId: string; properties: Record<string, string> }[] }
        | undefined;
      keyIs(true);
      nock(origin)
        .post(createTasks, (body) => {
          sent = body;
          return true;
        })
        .reply(201, batch([taskItem('90', keyOf(1))]), json);
      const effect = effectOf('hubspot', {
        op: 'ensure_task',
        target: '5',
        key: keyOf(1),
        play: 'renewal_risk',
        payload: { subject: 'Call', body: 'a < b\nnext', due_on: '2026-12-01', priority: 'high', owner: '77' },
      });

      const [receipt] = await hand().write([effect], calm);

      expect(receipt).toMatchObject({ state: 'applied', crmId: '90' });
      expect(sent?.inputs[0]).toEqual({
        objectWriteTraceId: String(effect.id),
        associations: [
          { to: { id: '5' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 192 }] },
        ],
        properties: {
          kenko_key: keyOf(1),
          kenko_play_id: 'renewal_risk',
          hs_task_subject: 'Call',
          hs_task_body: 'a &lt; b<br>next',
          hs_timestamp: '2026-12-01T08:00:00Z',
          hs_task_priority: 'HIGH',
          hs_task_status: 'NOT_STARTED',
          hs_task_type: 'TODO',
          hubspot_owner_id: '77',
        },
      });
    });

    it('that is there already is adopted after it was read by its key', async () => {
      const effects = [ensure(1), ensure(2)];
      const taken = refusal(
        'VALIDATION_ERROR',
        'Cannot set PropertyValueCoordinates{propertyName=kenko_key} on 1. 90 already has that value.',
        {
          objectWriteTraceId: [String(effects[0]?.id)],
        },
      );
      keyIs(true);
      nock(origin)
        .post(createTasks)
        .reply(207, batch([taskItem('91', keyOf(2))], [taken]), json);
      nock(origin)
        .post(readTasks, (body) => body.idProperty === 'kenko_key' && body.inputs[0].id === keyOf(1))
        .reply(200, batch([taskItem('90', keyOf(1))]), json);

      const receipts = await hand().write(effects, calm);

      expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
        ['applied', '90'],
        ['applied', '91'],
      ]);
    });

    it('of which another refused batch is part may be sent again', async () => {
      keyIs(true);
      nock(origin)
        .post(createTasks)
        .reply(400, refusal('VALIDATION_ERROR', 'Cannot set x on 1. 90 already has that value.'), json);
      nock(origin)
        .post(readTasks)
        .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
      nock(origin)
        .post(readTasks)
        .query({ archived: true })
        .reply(207, batch([], [gone]), json);

      const receipts = await hand().write([ensure(1), ensure(2)], calm);

      expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
        ['applied', '90'],
        ['ready', null],
      ]);
    });

    it('that the answer passes over is looked for by its key, and unknown when it is not there', async () => {
      keyIs(true);
      nock(origin).post(createTasks).reply(201, batch([]), json);
      nock(origin)
        .post(readTasks)
        .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
      nock(origin)
        .post(readTasks)
        .query({ archived: true })
        .reply(207, batch([], [gone]), json);

      const receipts = await hand().write([ensure(1), ensure(2)], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'unknown']);
    });

    it('is sent once: a late answer leaves all of the batch unknown', async () => {
      keyIs(true);
      nock(origin)
        .post(createTasks)
        .delay(2_000)
        .reply(201, batch([taskItem('90', keyOf(1))]), json);
      const late = hand({ timeoutMs: 250 });
      nock(origin).post(createTasks).reply(201, batch([]), json);

      const receipts = await late.write([ensure(1), ensure(2)], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
      expect(nock.pendingMocks()).toHaveLength(1);
    });

    it('with the same key as another of its batch waits', async () => {
      keyIs(true);
      nock(origin)
        .post(createTasks, (body) => body.inputs.length === 1)
        .reply(201, batch([taskItem('90', keyOf(1))]), json);

      const receipts = await hand().write([ensure(1), ensure(1)], calm);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'ready']);
    });

    it('is refused where the key is not unique, unless the admin accepts that', async () => {
      keyIs(false);

      const [receipt] = await hand().write([ensure(1)], calm);

      expect(receipt).toMatchObject({ state: 'rejected', problem: { code: 'TASK_KEY_NOT_UNIQUE' } });
    });

    it('is refused where its company is gone', async () => {
      const effect = ensure(1);
      keyIs(true);
      const invalid = refusal('VALIDATION_ERROR', 'One or more associations are invalid', {
        objectWriteTraceId: [String(effect.id)],
      });
      nock(origin)
        .post(createTasks)
        .reply(207, batch([], [invalid]), json);

      const [receipt] = await hand().write([effect], calm);

      expect(receipt?.state).toBe('rejected');
    });
  });

  describe('finding tasks', () => {
    const degraded: CrmMapping = { ...mapping, task: { ...mapping.task!, mode: 'at_least_once' } };

    it('goes by id first, and asks for archived ones when it must', async () => {
      nock(origin)
        .post(readTasks)
        .reply(207, batch([taskItem('90', keyOf(1))], [gone]), json);
      keyIs(true);
      nock(origin)
        .post(readTasks)
        .reply(207, batch([], [gone]), json);
      nock(origin)
        .post(readTasks)
        .query({ archived: true })
        .reply(200, batch([{ ...taskItem('91', keyOf(2)), archived: true }]), json);

      const found = await hand().find(
        [
          { key: keyOf(1), id: '90', target: '5' },
          { key: keyOf(2), id: '91', target: '5' },
        ],
        calm,
      );

      expect(found.map((task) => [task.id, task.state])).toEqual([
        ['90', 'open'],
        ['91', 'deleted'],
      ]);
    });

    it('asks one by one where archived ones cannot be read in batches', async () => {
      keyIs(true);
      nock(origin)
        .post(readTasks)
        .reply(207, batch([], [gone]), json);
      nock(origin).post(readTasks).query({ archived: true }).reply(400, refusal('VALIDATION_ERROR', 'x'), json);
      nock(origin)
        .get(`/crm/v3/objects/tasks/${keyOf(1)}`)
        .query((query) => query['archived'] === 'true' && query['idProperty'] === 'kenko_key')
        .reply(200, { ...taskItem('91', keyOf(1)), archived: true }, json);

      const [task] = await hand().find([{ key: keyOf(1), id: null, target: '5' }], calm);

      expect(task).toMatchObject({ id: '91', state: 'deleted' });
    });

    it('without a unique key goes through the company, then through the list of archived ones', async () => {
      keyIs(false);
      nock(origin)
        .post('/crm/v4/associations/companies/tasks/batch/read')
        .reply(
          200,
          batch([
            {
              from: { id: '5' },
              to: [
                { toObjectId: 90, associationTypes: [] },
                { toObjectId: 92, associationTypes: [] },
              ],
            },
          ]),
          json,
        );
      nock(origin)
        .post(readTasks)
        .reply(200, batch([taskItem('92', 'not-ours'), taskItem('90', keyOf(1))]), json);
      nock(origin)
        .get('/crm/v3/objects/tasks')
        .query((query) => query['archived'] === 'true')
        .reply(200, { results: [{ ...taskItem('80', keyOf(2)), archived: true }] }, json);

      const found = await hand({ mapping: degraded }).find(
        [
          { key: keyOf(1), id: null, target: '5' },
          { key: keyOf(2), id: null, target: '5' },
          { key: keyOf(3), id: null, target: '5' },
        ],
        calm,
      );

      expect(found.map((task) => [task.id, task.state])).toEqual([
        ['90', 'open'],
        ['80', 'deleted'],
        [null, 'absent'],
      ]);
    });

    it('throws where the portal does not answer, and never calls that absent', async () => {
      keyIs(true);
      nock(origin).post(readTasks).times(5).reply(500, {}, json);

      await expect(hand().find([{ key: keyOf(1), id: null, target: '5' }], calm)).rejects.toThrow(/no usable answer/);
    });
  });

  describe('reading', () => {
    it('asks again, one by one, for what is neither found nor refused', async () => {
      nock(origin)
        .post(read)
        .reply(207, batch([item('5', { kenko_health_score: '50' })], [gone]), json);
      nock(origin)
        .get('/crm/v3/objects/companies/6')
        .query(true)
        .reply(200, item('66', { kenko_health_score: '60', hubspot_owner_id: '9' }), json);
      const targets = ['5', '6', '7', 'not-an-id'].map((id) => ({ account: 'acme', object: 'account' as const, id }));

      const existing = await hand().read(targets, ['health_score'], calm);

      expect(existing.map((one) => [one.target, one.id, one.fields['health_score'] ?? null, one.owner])).toEqual([
        ['5', '5', 50, null],
        ['6', '66', 60, '9'],
        ['7', null, null, null],
        ['not-an-id', null, null, null],
      ]);
    });

    it('takes a hundred records a call', async () => {
      const sizes: number[] = [];
      const all = batch(Array.from({ length: 250 }, (_, at) => item(String(at + 1))));
      nock(origin)
        .post(read, (body) => sizes.push(body.inputs.length) > 0)
        .times(3)
        .reply(200, all, json);
      const targets = Array.from({ length: 250 }, (_, at) => ({
        account: 'a',
        object: 'account' as const,
        id: String(at + 1),
      }));

      const existing = await hand().read(targets, ['health_score'], calm);

      expect(sizes.sort()).toEqual([100, 100, 50]);
      expect(existing.every((one) => one.id === one.target)).toBe(true);
    });
  });

  describe('owners', () => {
    it('are active while they have a user; a person without one is not asked to do anything', async () => {
      const owner = (id: string, email: string, userId: number | null, archived = false) => ({
        id,
        email,
        userId,
        archived,
        type: 'PERSON',
        createdAt: '2026-01-01T00:00:00Z',
        updatedAt: '2026-01-01T00:00:00Z',
      });
      nock(origin)
        .get('/crm/v3/owners/')
        .query((query) => query['archived'] === 'false')
        .reply(200, { results: [owner('1', 'a@x.test', 11)], paging: { next: { after: '1' } } }, json);
      nock(origin)
        .get('/crm/v3/owners/')
        .query((query) => query['after'] === '1')
        .reply(200, { results: [owner('2', 'b@x.test', 12)] }, json);
      nock(origin)
        .get('/crm/v3/owners/')
        .query((query) => query['archived'] === 'true')
        .reply(200, { results: [owner('3', 'a@x.test', null, true)] }, json);
      const crm = hand();

      const users = await crm.users(['A@x.test', '2', '3', 'nobody'], calm);
      const again = await crm.users(['2'], calm);

      expect(users.map((user) => [user.id, user.active])).toEqual([
        ['1', true],
        ['2', true],
        ['3', false],
      ]);
      expect(again).toHaveLength(1);
    });
  });
});

// ── Furnishing and checking ──────────────────────────────────────────────────────────────────────────────────────

describe('furnishing a portal', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const property = (more: Record<string, unknown>) => ({
    name: 'kenko_x',
    label: 'x',
    type: 'string',
    fieldType: 'text',
    groupName: 'g',
    description: '',
    options: [],
    ...more,
  });
  const option = (value: string, displayOrder = 0) => ({ label: value, value, displayOrder, hidden: false });
  const piece = (spec: Record<string, unknown>) => ({ kind: 'other' as const, name: 'x', says: '', spec });
  const keyPiece = piece({
    make: 'property',
    object: 'tasks',
    property: { ...property({ name: 'kenko_key' }), unique: true },
  });

  it('adds options to those that stand there now, and keeps what a person added', async () => {
    let sent: { options: { value: string; displayOrder: number }[] } | undefined;
    const band = property({
      type: 'enumeration',
      fieldType: 'select',
      options: [option('green', 0), option('their_own', 4)],
    });
    nock(origin).get('/crm/v3/properties/companies/kenko_x').reply(200, band, json);
    nock(origin)
      .patch('/crm/v3/properties/companies/kenko_x', (body) => {
        sent = body;
        return true;
      })
      .reply(200, band, json);

    const problem = await hand().make(
      piece({ make: 'options', object: 'companies', name: 'kenko_x', options: [option('green'), option('red')] }),
      calm,
    );

    expect(problem).toBeNull();
    expect(sent?.options.map((one) => [one.value, one.displayOrder])).toEqual([
      ['green', 0],
      ['their_own', 4],
      ['red', 5],
    ]);
  });

  it('sends nothing for options that somebody added in the meantime', async () => {
    nock(origin)
      .get('/crm/v3/properties/companies/kenko_x')
      .reply(200, property({ type: 'enumeration', options: [option('red')] }), json);

    const problem = await hand().make(
      piece({ make: 'options', object: 'companies', name: 'kenko_x', options: [option('red')] }),
      calm,
    );

    expect(problem).toBeNull();
  });

  it('takes a group and a property that are there already for made', async () => {
    const there = refusal('OBJECT_ALREADY_EXISTS', "A property named 'kenko_x' already exists.");
    nock(origin).post('/crm/v3/properties/companies/groups').reply(409, there, json);
    nock(origin).post('/crm/v3/properties/companies').reply(409, there, json);
    nock(origin).get('/crm/v3/properties/companies/kenko_x').reply(200, property({}), json);
    const crm = hand();

    const first = await crm.make(piece({ make: 'group', object: 'companies', name: 'g', label: 'G' }), calm);
    const second = await crm.make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect([first, second]).toEqual([null, null]);
  });

  it('says so when a property of that name has another type', async () => {
    nock(origin).post('/crm/v3/properties/companies').reply(409, refusal('OBJECT_ALREADY_EXISTS', 'x'), json);
    nock(origin)
      .get('/crm/v3/properties/companies/kenko_x')
      .reply(200, property({ type: 'number', fieldType: 'number' }), json);

    const problem = await hand().make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect(problem).toMatchObject({ code: 'E_DRIFT', severity: 'error' });
  });

  it('says so when HubSpot makes the task key without keeping it unique', async () => {
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === true)
      .reply(201, property({ name: 'kenko_key', hasUniqueValue: false }), json);

    const problem = await hand().make(keyPiece, calm);

    expect(problem).toMatchObject({ code: 'TASK_KEY_NOT_UNIQUE', severity: 'error' });
  });

  it('makes a task key that is not unique only where the admin accepts at_least_once', async () => {
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === true)
      .reply(400, refusal('VALIDATION_ERROR', 'hasUniqueValue is not supported'), json);
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === undefined)
      .reply(201, property({ name: 'kenko_key' }), json);
    const accepted = hand({ mapping: { ...mapping, task: { ...mapping.task!, mode: 'at_least_once' } } });

    const problem = await accepted.make(keyPiece, calm);

    expect(problem).toMatchObject({ code: 'TASK_KEY_NOT_UNIQUE', severity: 'warning' });
  });

  it('names the scope that setup lacks', async () => {
    const context = { requiredGranularScopes: ['crm.schemas.companies.write'] };
    nock(origin)
      .post('/crm/v3/properties/companies')
      .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ context }] }, json);

    const problem = await hand().make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect(problem?.what).toContain('crm.schemas.companies.write');
  });

  it('prints the whole plan for those who create things by hand', () => {
    const files = hand().files(needs);
    const properties = JSON.parse(files['hubspot/properties.json'] ?? '{}');
    const lists = JSON.parse(files['hubspot/lists.json'] ?? '[]') as { name: string; processingType: string }[];

    expect(Object.keys(properties)).toEqual(['companies', 'contacts', 'tasks']);
    expect(properties.tasks.properties).toContainEqual(
      expect.objectContaining({ name: 'kenko_key', hasUniqueValue: true, type: 'string' }),
    );
    expect(properties.companies.properties).toContainEqual(
      expect.objectContaining({ name: 'kenko_health_alert', type: 'bool', fieldType: 'booleancheckbox' }),
    );
    expect(lists.map((list) => list.name)).toEqual([
      'Kenko: At risk 要対応',
      'Kenko: Falling 急落',
      'Kenko: Upsell-ready アップセル候補',
      'Kenko: Unknown 判定不能',
      'Kenko: No owner 担当者なし',
    ]);
    expect(new Set(lists.map((list) => list.processingType))).toEqual(new Set(['DYNAMIC']));
  });
});

describe('checking a portal', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const small: CrmMapping = {
    ...mapping,
    objects: {
      account: {
        object: 'companies',
        fields: (mapping.objects.account?.fields ?? []).filter((field) =>
          ['health_score', 'health_band', 'csm_pulse'].includes(field.word),
        ),
      },
    },
    task: { ...mapping.task!, fields: { key: 'kenko_key' }, ownerFallback: ['cs@x.test'] },
  };
  const property = (name: string, type: string, fieldType: string, more: Record<string, unknown> = {}) => ({
    name,
    label: name,
    type,
    fieldType,
    groupName: 'g',
    description: '',
    options: [],
    ...more,
  });
  const options = (...values: string[]) => values.map((value) => ({ value, label: value, hidden: false }));
  const status = property('hs_task_status', 'enumeration', 'select', { options: options('NOT_STARTED', 'COMPLETED') });
  const priority = property('hs_task_priority', 'enumeration', 'select', { options: options('HIGH', 'MEDIUM', 'LOW') });
  const shelves = (companies: readonly unknown[], tasks: readonly unknown[]) => {
    nock(origin).get('/crm/v3/properties/companies').reply(200, { results: companies }, json);
    nock(origin).get('/crm/v3/properties/tasks').reply(200, { results: tasks }, json);
  };
  const people = (active: boolean) => {
    const owner = {
      id: '1',
      email: 'cs@x.test',
      userId: active ? 1 : null,
      archived: false,
      type: 'PERSON',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    };
    nock(origin)
      .get('/crm/v3/owners/')
      .query(true)
      .times(2)
      .reply(200, { results: [owner] }, json);
  };
  const scopes = (...granted: string[]) => {
    nock(origin)
      .post('/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'test-token' })
      .reply(200, { hubId: 1, scopes: granted }, json);
  };
  const enough = [
    'crm.objects.companies.read',
    'crm.objects.companies.write',
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.owners.read',
  ];
  const good = [
    property('kenko_health_score', 'number', 'number'),
    property('kenko_health_band', 'enumeration', 'select', {
      options: options('green', 'yellow', 'red', 'unknown', 'not_scored', 'their_own'),
    }),
    property('kenko_csm_pulse', 'enumeration', 'radio', { options: options('good', 'so_so', 'bad') }),
  ];
  const key = property('kenko_key', 'string', 'text', { hasUniqueValue: true });

  it('finds nothing where all is as we need it, and lets people add options', async () => {
    shelves(good, [key, status, priority]);
    people(true);
    scopes(...enough, 'oauth', 'tickets.read');

    expect(await hand({ mapping: small }).check({ mapping: small, tasks: true }, calm)).toEqual([]);
  });

  it('tells everything at once, each with its place', async () => {
    shelves(
      [
        property('kenko_health_score', 'string', 'text'),
        property('kenko_health_band', 'enumeration', 'select', {
          options: options('green', 'red'),
          modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: true },
        }),
      ],
      [
        property('kenko_key', 'string', 'text'),
        status,
        property('hs_task_priority', 'enumeration', 'select', { options: options('HIGH') }),
      ],
    );
    people(false);
    scopes(
      'crm.objects.companies.read',
      'crm.objects.contacts.read',
      'crm.objects.contacts.write',
      'crm.objects.owners.read',
      'crm.schemas.companies.write',
    );

    const problems = await hand({ mapping: small }).check({ mapping: small, tasks: true }, calm);

    expect(problems.map((problem) => `${problem.severity} ${problem.where}: ${problem.what}`)).toEqual([
      'error hubspot companies.kenko_health_score: it is string/text, and health_score needs number/number',
      'error hubspot companies.kenko_health_band: it is computed by HubSpot or closed to the API',
      'error hubspot companies.kenko_health_band: the options yellow, unknown, not_scored are missing',
      'warning hubspot companies.kenko_csm_pulse: there is no property kenko_csm_pulse',
      'error hubspot tasks.kenko_key: its values are not kept unique',
      'error hubspot tasks.hs_task_priority: MEDIUM, LOW are no option of it; there are HIGH',
      'error hubspot tasks owners: the fallback owner (an e-mail address) is no active owner of this portal',
      'error hubspot companies: the access token lacks the scope crm.objects.companies.write',
      'warning hubspot access token: the access token may do more than a run needs: crm.schemas.companies.write',
    ]);
  });

  it('says of at_least_once that it is degraded, and goes on', async () => {
    const degraded: CrmMapping = { ...small, task: { ...small.task!, mode: 'at_least_once' } };
    shelves(good, [property('kenko_key', 'string', 'text'), status, priority]);
    people(true);
    scopes(...enough);

    const problems = await hand({ mapping: degraded }).check({ mapping: degraded, tasks: true }, calm);

    expect(problems.map((problem) => [problem.severity, problem.what])).toEqual([
      ['warning', 'its values are not kept unique'],
    ]);
  });

  it('names the scopes that a refusal names, and warns when the day is nearly used up', async () => {
    const context = { requiredGranularScopes: ['crm.schemas.companies.read'] };
    const spent = { ...json, 'x-hubspot-ratelimit-daily': '1000', 'x-hubspot-ratelimit-daily-remaining': '100' };
    nock(origin)
      .get('/crm/v3/properties/companies')
      .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ context }] }, spent);
    nock(origin).post('/oauth/v2/private-apps/get/access-token-info').reply(404, {}, spent);

    const problems = await hand().check({ mapping: { ...small, task: null }, tasks: false }, calm);

    expect(problems.map((problem) => problem.what)).toEqual([
      'the access token lacks the scope crm.schemas.companies.read',
      "90 % of today's 1000 API calls are used up",
    ]);
  });
});

// ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────────

describe('values between our words and the wire', () => {
  it.each<readonly [FieldType, number, Value, string]>([
    ['number', 1, 71.5, '71.5'],
    ['number', 1, 71, '71'],
    ['number', 0, 100, '100'],
    ['number', 1, -0.04, '0'],
    ['percent', 0, 87, '87'],
    ['currency', 2, 120000.5, '120000.5'],
    ['checkbox', 0, true, 'true'],
    ['checkbox', 0, false, 'false'],
    ['date', 0, '2026-11-21', '2026-11-21'],
    ['datetime', 0, '2026-11-21T03:00:00Z', '2026-11-21T03:00:00Z'],
    ['picklist', 0, 'red', 'red'],
    ['multi_picklist', 0, 'plan;seats', 'plan;seats'],
    ['text', 0, 'a b', 'a b'],
    ['long_text', 0, 'a\nb', 'a\nb'],
  ])('%s with %s decimals: %s is sent as %s and comes back the same', (type, digits, value, wire) => {
    const kind = { type, digits };

    expect(toWire(value, kind)).toBe(wire);
    expect(fromWire(wire, kind)).toBe(typeof value === 'number' ? Number(wire) : value);
  });
  it('empty is null in every type, and null clears', () => {
    const types: readonly FieldType[] = [
      'text',
      'long_text',
      'number',
      'percent',
      'currency',
      'checkbox',
      'date',
      'datetime',
      'picklist',
      'multi_picklist',
    ];

    expect(
      types
        .flatMap((type) => [
          fromWire('', { type, digits: 0 }),
          fromWire(null, { type, digits: 0 }),
          fromWire(undefined, { type, digits: 0 }),
        ])
        .every((value) => value === null),
    ).toBe(true);
    expect(types.map((type) => toWire(null, { type, digits: 0 })).every((text) => text === '')).toBe(true);
  });
  it.each<readonly [FieldType, string, Value]>([
    ['datetime', '2026-11-21T03:00:00.123Z', '2026-11-21T03:00:00Z'],
    ['datetime', '1795230000000', '2026-11-21T03:00:00Z'],
    ['date', '1795219200000', '2026-11-21'],
    ['multi_picklist', ';seats;plan;seats', 'plan;seats'],
    ['multi_picklist', ';', null],
    ['number', '71.5000', 71.5],
    ['number', 'many', 'many'],
    ['checkbox', 'maybe', 'maybe'],
    ['long_text', 'a\r\nb\rc', 'a\nb\nc'],
  ])('%s shown as %s reads as %s', (type, wire, value) => {
    expect(fromWire(wire, { type, digits: 2 })).toBe(value);
  });
  it('never appends to a multi-checkbox', () => {
    expect(toWire(';seats;plan', { type: 'multi_picklist', digits: 0 })).toBe('plan;seats');
  });

  it.each([
    ['2026-12-01', 'Asia/Tokyo', '2026-12-01T08:00:00Z'],
    ['2026-12-01', 'UTC', '2026-12-01T17:00:00Z'],
    ['2026-07-01', 'America/New_York', '2026-07-01T21:00:00Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T21:00:00Z'],
    ['2026-12-01', 'Pacific/Kiritimati', '2026-12-01T03:00:00Z'],
  ])('a task due on %s in %s is due at %s, and reads as the same day', (day, where, instant) => {
    expect(dueInstant(day, where)).toBe(instant);
    expect(dayIn(instant, where)).toBe(day);
  });
  it('notes keep their lines and never become markup', () => {
    const text = '<b>5 > 3</b> & "more"\nnext &lt; line';

    expect(toHtml(text)).not.toContain('<b>');
    expect(fromHtml(toHtml(text))).toBe(text);
  });
  it('words of a task that no property is mapped for are left out', () => {
    const sent = taskToWire({ subject: 'a', state: 'open', target: '5' }, mapping.task!, zone);

    expect(sent).toEqual({ hs_task_subject: 'a' });
  });
  it('a task reads in our words, with priorities and days translated', () => {
    const shown = {
      hs_task_subject: 'a',
      hs_task_priority: 'LOW',
      hs_timestamp: '2026-12-01T16:00:00Z',
      kenko_snooze_until: '2026-12-24',
      kenko_score_when_created: '41.5',
    };

    expect(taskFromWire(shown, mapping.task!, zone)).toMatchObject({
      subject: 'a',
      priority: 'low',
      due_on: '2026-12-02',
      snooze_until: '2026-12-24',
      score_when_created: 41.5,
      body: null,
    });
  });
});
