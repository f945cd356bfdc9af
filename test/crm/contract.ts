// The contract of a Crm, narrated: the same story for every hand, told against a CRM that people work in at the same time.
// The story is one life in order: furnish, look, read, write, tasks. A hand's own test opens the stage.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Crm, canSetUp, type Needs, type Piece, type Target } from '../../src/crm/crm.ts';
import type { CrmMapping, FieldMapping } from '../../src/domain/decisions.ts';
import type { CrmObject, Effect, ExistingTask, Fields, Receipt } from '../../src/domain/nouns.ts';
import { recordWords } from '../../src/domain/record-words.ts';

/** The CRM from the side of the people in it. Fields are in our words; a stage translates them. */
export interface CrmWorld {
  /** Ids of account records that exist; at least six. */
  readonly accounts: readonly string[];
  /** A well-formed id of an account that never was. */
  readonly nobody: string;
  /** An active user who may own tasks. */
  readonly owner: { readonly id: string; readonly email: string };
  edit(id: string, fields: Fields): void | Promise<void>;
  editTask(id: string, fields: Fields): void | Promise<void>;
  closeTask(id: string): void | Promise<void>;
  deleteTask(id: string): void | Promise<void>;
  deleteAccount(id: string): void | Promise<void>;
  /** The id of what is left of both. */
  mergeAccounts(winner: string, loser: string): string | Promise<string>;
  /** Ids of all tasks that hang on a record, whoever made them; deleted ones left out. */
  tasksOn(account: string): readonly string[] | Promise<readonly string[]>;
  /** Mutating calls that arrived so far, as the CRM counts them. */
  writes(): number | Promise<number>;
}
export interface CrmStage {
  readonly crm: Crm;
  readonly world: CrmWorld;
  readonly needs: Needs;
  close(): Promise<void>;
}

const never = new AbortController().signal;

/** A mapping of all our words, named by `nameOf`; standard task fields are given by the vendor. */
export function mappingOf(
  crm: string,
  names: Readonly<Record<'account' | 'contact' | 'opportunity', string>>,
  nameOf: (object: CrmObject, word: string) => string,
  task: Pick<NonNullable<CrmMapping['task']>, 'fields' | 'priorities'>,
): CrmMapping {
  const fieldsOf = (object: CrmObject): FieldMapping[] =>
    recordWords
      .filter((entry) => entry.object === object)
      .map((entry) => ({
        word: entry.word,
        field: nameOf(object, entry.word),
        type: entry.type,
        write: entry.who === 'human' ? 'never' : 'unless_edited',
        digits: entry.digits,
        length: entry.length,
        options: entry.options.map((option) => option.value),
        label: entry.label,
        help: entry.help,
      }));
  const own = recordWords.filter((entry) => entry.object === 'task').map((entry) => entry.word);
  return {
    crm,
    connection: {},
    objects: {
      account: { object: names.account, fields: fieldsOf('account') },
      contact: { object: names.contact, fields: fieldsOf('contact') },
    },
    task: {
      mode: 'exactly_once',
      fields: { ...Object.fromEntries(own.map((word) => [word, nameOf('task', word)])), ...task.fields },
      priorities: task.priorities,
      closedStatus: null,
      ownerFallback: [],
    },
    idKind: crm,
  };
}

let effects = 0;
/** An effect ready to be sent. */
export function effectOf(crm: string, wanted: Partial<Effect> & Pick<Effect, 'op' | 'target' | 'payload'>): Effect {
  effects += 1;
  return {
    id: effects,
    plan: 1,
    account: 'acme',
    crm,
    object: wanted.op === 'ensure_task' || wanted.op === 'close_task' ? 'task' : 'account',
    key: `effect-${effects}`,
    play: '',
    episode: '',
    expect: null,
    because: [],
    state: 'inflight',
    attempts: 1,
    crmId: null,
    problem: null,
    ...wanted,
  };
}
/** A task key of the shape of ours, different for each number. */
export function keyOf(number: number): string {
  return `kenko1${number.toString(16).padStart(32, '0')}`;
}
/** Sends a batch, in halves where it was refused for one item's sake, as apply does. */
export async function deliver(crm: Crm, batch: readonly Effect[]): Promise<readonly Receipt[]> {
  const receipts = await crm.write(batch, never);
  const refusedWhole = batch.length > 1 && receipts.every((receipt) => receipt.problem?.code === 'BATCH_REFUSED');
  if (!refusedWhole) return receipts;
  const middle = Math.ceil(batch.length / 2);
  return [...(await deliver(crm, batch.slice(0, middle))), ...(await deliver(crm, batch.slice(middle)))];
}

/** Tells the story for one hand. */
export function crmContract(name: string, open: () => Promise<CrmStage>): void {
  describe(`the contract of a CRM: ${name}`, () => {
    let stage: CrmStage;
    let furniture: readonly Piece[] = [];
    beforeAll(async () => {
      stage = await open();
    });
    afterAll(async () => {
      await stage?.close();
    });

    const account = (at: number) => stage.world.accounts[at] ?? '';
    const targetOf = (id: string): Target => ({ account: 'acme', object: 'account', id });
    const readOne = async (id: string, words: readonly string[]) =>
      (await stage.crm.read([targetOf(id)], words, never))[0];
    const set = (target: string, payload: Fields) => effectOf(stage.crm.name, { op: 'set', target, payload });
    const task = (key: string, target: string, payload: Fields = {}) =>
      effectOf(stage.crm.name, {
        op: 'ensure_task',
        target,
        key,
        play: 'renewal_risk',
        episode: '2026-09-14',
        payload: {
          subject: 'Renewal in 60 days: Acme',
          body: 'Usage fell.\nThe champion left.',
          due_on: '2026-12-01',
          priority: 'high',
          owner: stage.world.owner.id,
          play: 'renewal_risk',
          key,
          score_when_created: 41.5,
          target,
          ...payload,
        },
      });
    const findOne = async (key: string, target: string, id: string | null = null): Promise<ExistingTask | undefined> =>
      (await stage.crm.find([{ key, id, target }], never))[0];

    it('says which org it talks to, and the same when asked again', async () => {
      const first = await stage.crm.identify(never);
      const second = await stage.crm.identify(never);

      expect(first.org).not.toBe('');
      expect(second.org).toBe(first.org);
      expect(Math.abs(first.clockSkewMs ?? 0)).toBeLessThan(120_000);
    });

    it('names what the org lacks before it is furnished, and finds nothing wrong afterwards', async () => {
      const { crm, needs } = stage;
      if (!canSetUp(crm)) throw new Error(`${crm.name} cannot be furnished`);

      const before = await crm.check(needs, never);
      const pieces = await crm.missing(needs, never);
      furniture = pieces;
      const problems = [];
      for (const piece of pieces) problems.push(await crm.make(piece, never));
      const left = await crm.missing(needs, never);
      const after = await crm.check(needs, never);

      expect(before.filter((problem) => problem.severity === 'error').length).toBeGreaterThan(0);
      expect(pieces.length).toBeGreaterThan(0);
      expect(problems.filter((problem) => problem !== null)).toEqual([]);
      expect(left).toEqual([]);
      expect(after.filter((problem) => problem.severity === 'error')).toEqual([]);
    });

    it('makes nothing twice: a piece that is already there is no problem', async () => {
      const { crm, needs } = stage;
      if (!canSetUp(crm)) throw new Error(`${crm.name} cannot be furnished`);

      const problems = [];
      for (const piece of furniture.slice(0, 3)) problems.push(await crm.make(piece, never));

      expect(furniture.length).toBeGreaterThan(0);
      expect(problems.filter((problem) => problem !== null)).toEqual([]);
      expect(await crm.missing(needs, never)).toEqual([]);
    });

    it('sends no write to look', async () => {
      const { crm, needs, world } = stage;
      const before = await world.writes();

      await crm.identify(never);
      await crm.check(needs, never);
      await crm.read([targetOf(account(0))], ['health_score'], never);
      await crm.find([{ key: keyOf(9_999), id: null, target: account(0) }], never);
      await crm.users([world.owner.id], never);

      expect(await world.writes()).toBe(before);
    });

    it('gives back in canonical form what it was given, for every type of field', async () => {
      const payload: Fields = {
        health_score: 71.9,
        health_band: 'yellow',
        health_alert: true,
        health_reasons: 'Logins fell by half.\nNo champion.\n"Quotes", <tags> & 日本語',
        health_coverage: 87,
        upsell_type: 'plan;seats',
        upsell_flag_since: '2026-09-14',
        health_scored_at: '2026-11-21T03:00:00Z',
        lifetime_value: 120_000,
        next_action: "Call O'Brien \\ today",
      };

      const [receipt] = await stage.crm.write([set(account(0), payload)], never);
      const existing = await readOne(account(0), Object.keys(payload));

      expect(receipt).toMatchObject({ state: 'applied', problem: null });
      expect(existing?.fields).toEqual(payload);
      expect(existing).toMatchObject({ target: account(0), id: account(0), object: 'account' });
    });

    it('reads only the words that were asked for and are mapped', async () => {
      const existing = await readOne(account(0), ['health_band', 'a_word_nobody_mapped']);

      expect(existing?.fields).toEqual({ health_band: 'yellow' });
    });

    it('clears a field, and an empty field reads as null', async () => {
      const words = { health_reasons: null, upsell_type: null, lifetime_value: null, upsell_flag_since: null };
      const effect = effectOf(stage.crm.name, { op: 'clear', target: account(0), payload: words });

      const [receipt] = await stage.crm.write([effect], never);
      const existing = await readOne(account(0), [...Object.keys(words), 'health_score']);

      expect(receipt?.state).toBe('applied');
      expect(existing?.fields).toEqual({ ...words, health_score: 71.9 });
    });

    it('shows at once what a person edited', async () => {
      await stage.world.edit(account(0), { health_band: 'red', csm_pulse: 'bad' });

      const existing = await readOne(account(0), ['health_band', 'csm_pulse']);

      expect(existing?.fields).toEqual({ health_band: 'red', csm_pulse: 'bad' });
    });

    it('answers for every target, and says which records are gone', async () => {
      await stage.world.deleteAccount(account(5));
      const targets = [account(0), account(5), stage.world.nobody, account(1)].map(targetOf);

      const existing = await stage.crm.read(targets, ['health_score'], never);

      const ids = new Map(existing.map((record) => [record.target, record.id]));
      expect(existing).toHaveLength(4);
      expect(ids.get(account(0))).toBe(account(0));
      expect(ids.get(account(1))).toBe(account(1));
      expect(ids.get(account(5))).toBeNull();
      expect(ids.get(stage.world.nobody)).toBeNull();
    });

    it('answers for a merged record with the one that is left', async () => {
      const left = await stage.world.mergeAccounts(account(4), account(3));
      await stage.world.edit(left, { health_band: 'green' });

      const existing = await readOne(account(3), ['health_band']);

      expect(existing).toMatchObject({ target: account(3), id: left, fields: { health_band: 'green' } });
    });

    it('does not let one bad row spoil the good ones', async () => {
      const batch = [
        set(account(0), { health_score: 10 }),
        set(account(1), { health_band: 'purple' }),
        set(account(2), { health_score: 30 }),
      ];

      const receipts = await deliver(stage.crm, batch);

      expect(receipts.map((receipt) => receipt.effectId)).toEqual(batch.map((effect) => effect.id));
      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected', 'applied']);
      expect(receipts[1]?.problem).toMatchObject({ severity: 'error' });
      expect(receipts[1]?.problem?.fix).not.toBe('');
      expect((await readOne(account(2), ['health_score']))?.fields).toEqual({ health_score: 30 });
    });

    it('refuses to write to a record that is not there, and makes none', async () => {
      const [receipt] = await deliver(stage.crm, [set(stage.world.nobody, { health_score: 50 })]);

      expect(receipt?.state).toBe('rejected');
      expect((await readOne(stage.world.nobody, ['health_score']))?.id).toBeNull();
    });

    it('makes a task with all that a person needs, and finds it by its key', async () => {
      const key = keyOf(1);
      const effect = task(key, account(1));

      const [receipt] = await stage.crm.write([effect], never);
      const found = await findOne(key, account(1));

      expect(receipt?.state).toBe('applied');
      expect(found).toMatchObject({ key, id: receipt?.crmId, state: 'open', owner: stage.world.owner.id });
      expect(found?.fields).toMatchObject({
        subject: 'Renewal in 60 days: Acme',
        body: 'Usage fell.\nThe champion left.',
        due_on: '2026-12-01',
        priority: 'high',
      });
      expect(await stage.world.tasksOn(account(1))).toEqual([receipt?.crmId]);
    });

    it('adopts the task that is there when it is ensured again, and leaves what a person wrote in it', async () => {
      const key = keyOf(1);
      const before = await findOne(key, account(1));
      await stage.world.editTask(before?.id ?? '', { subject: 'Called them, they stay' });

      const [receipt] = await deliver(stage.crm, [task(key, account(1))]);
      const after = await findOne(key, account(1));

      expect(receipt).toMatchObject({ state: 'applied', crmId: before?.id });
      expect(after?.fields['subject']).toBe('Called them, they stay');
      expect(await stage.world.tasksOn(account(1))).toHaveLength(1);
    });

    it('adopts one task and makes another in the same batch', async () => {
      const receipts = await deliver(stage.crm, [task(keyOf(1), account(1)), task(keyOf(2), account(2))]);

      expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'applied']);
      expect(await stage.world.tasksOn(account(1))).toHaveLength(1);
      expect(await stage.world.tasksOn(account(2))).toEqual([receipts[1]?.crmId]);
    });

    it('leaves a task closed that a person closed', async () => {
      const key = keyOf(2);
      const open = await findOne(key, account(2));
      await stage.world.closeTask(open?.id ?? '');

      const [again] = await deliver(stage.crm, [task(key, account(2))]);
      const after = await findOne(key, account(2));

      expect(again?.state).toBe('applied');
      expect(after).toMatchObject({ id: open?.id, state: 'closed' });
      expect(await stage.world.tasksOn(account(2))).toHaveLength(1);
    });

    it('closes a task that is open and as we left it', async () => {
      const key = keyOf(3);
      const [made] = await stage.crm.write([task(key, account(2))], never);
      const open = await findOne(key, account(2), made?.crmId ?? null);
      const body = String(open?.fields['body']);
      const closing = effectOf(stage.crm.name, {
        op: 'close_task',
        target: made?.crmId ?? '',
        key,
        payload: { note: 'It is over.', body: `${body}\n\nIt is over.` },
        expect: { state: 'open', body },
      });

      const [receipt] = await stage.crm.write([closing], never);
      const after = await findOne(key, account(2));

      expect(receipt).toMatchObject({ state: 'applied', crmId: made?.crmId });
      expect(after?.state).toBe('closed');
      expect(after?.fields['body']).toBe(`${body}\n\nIt is over.`);
    });

    it('does not close a task that a person has written in since', async () => {
      const key = keyOf(4);
      const [made] = await stage.crm.write([task(key, account(2))], never);
      const open = await findOne(key, account(2));
      await stage.world.editTask(made?.crmId ?? '', { body: 'I am on it' });
      const closing = effectOf(stage.crm.name, {
        op: 'close_task',
        target: made?.crmId ?? '',
        key,
        payload: { note: 'It is over.' },
        expect: { state: 'open', body: open?.fields['body'] ?? null },
      });

      const [receipt] = await stage.crm.write([closing], never);
      const after = await findOne(key, account(2));

      expect(receipt?.state).not.toBe('applied');
      expect(receipt?.problem).not.toBeNull();
      expect(after).toMatchObject({ state: 'open', fields: { body: 'I am on it' } });
    });

    it('freshens the text of a task only while it is open and as we left it', async () => {
      const key = keyOf(5);
      const [made] = await stage.crm.write([task(key, account(2))], never);
      const freshen = (before: string, subject: string) =>
        effectOf(stage.crm.name, {
          op: 'set',
          object: 'task',
          target: made?.crmId ?? '',
          key,
          payload: { subject },
          expect: { subject: before },
        });

      const [first] = await stage.crm.write([freshen('Renewal in 60 days: Acme', 'Renewal in 30 days: Acme')], never);
      await stage.world.closeTask(made?.crmId ?? '');
      const [second] = await stage.crm.write([freshen('Renewal in 30 days: Acme', 'Renewal tomorrow: Acme')], never);
      const after = await findOne(key, account(2));

      expect(first?.state).toBe('applied');
      expect(second?.state).not.toBe('applied');
      expect(after).toMatchObject({ state: 'closed', fields: { subject: 'Renewal in 30 days: Acme' } });
    });

    it('hands an open task to another owner, and only from the one it is expected to have', async () => {
      const key = keyOf(8);
      const [made] = await stage.crm.write([task(key, account(2), { owner: null })], never);
      const before = (await findOne(key, account(2)))?.owner ?? null;
      const handOver = (from: string | null) =>
        effectOf(stage.crm.name, {
          op: 'set',
          object: 'task',
          target: made?.crmId ?? '',
          key,
          payload: { owner: stage.world.owner.id },
          expect: { owner: from },
        });

      const [refused] = await stage.crm.write([handOver('somebody else')], never);
      const [receipt] = await stage.crm.write([handOver(before)], never);

      expect(refused?.state).not.toBe('applied');
      expect(receipt?.state).toBe('applied');
      expect((await findOne(key, account(2)))?.owner).toBe(stage.world.owner.id);
    });

    it('tells a task that was deleted from one that never was', async () => {
      const key = keyOf(6);
      const [made] = await stage.crm.write([task(key, account(1))], never);
      await stage.world.deleteTask(made?.crmId ?? '');

      const [deleted, absent] = await stage.crm.find(
        [
          { key, id: made?.crmId ?? null, target: account(1) },
          { key: keyOf(7), id: null, target: account(1) },
        ],
        never,
      );

      expect(deleted).toMatchObject({ key, id: made?.crmId, state: 'deleted' });
      expect(absent).toMatchObject({ key: keyOf(7), id: null, state: 'absent' });
    });

    it('knows users by id and by e-mail, and says nothing of those who are not there', async () => {
      const { id, email } = stage.world.owner;

      const users = await stage.crm.users([id, email, 'nobody.at.all@example.invalid'], never);

      expect(users.every((user) => user.id === id && user.active)).toBe(true);
      expect(users.length).toBeGreaterThanOrEqual(1);
      expect(users.some((user) => user.email === 'nobody.at.all@example.invalid')).toBe(false);
    });

    it('writes a full batch of records and answers in the order it was given', async () => {
      const ids = stage.world.accounts.filter((_, at) => at < 3 || at > 5).slice(0, stage.crm.limits.batchSize);
      const batch = ids.map((id, at) => set(id, { health_score: at % 100 })).reverse();

      const receipts = await deliver(stage.crm, batch);

      expect(receipts.map((receipt) => receipt.effectId)).toEqual(batch.map((effect) => effect.id));
      expect(new Set(receipts.map((receipt) => receipt.state))).toEqual(new Set(['applied']));
      const existing = await stage.crm.read(ids.map(targetOf), ['health_score'], never);
      const scores = new Map(existing.map((record) => [record.target, record.fields['health_score']]));
      expect(ids.map((id) => scores.get(id))).toEqual(ids.map((_, at) => at % 100));
    });

    it('counts its calls by kind, and they add up', () => {
      const usage = stage.crm.usage();

      expect(usage.read).toBeGreaterThan(0);
      expect(usage.write).toBeGreaterThan(0);
      expect(usage.total).toBe(usage.auth + usage.read + usage.write);
    });
  });
}
