import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTasks, keyOfAction, type TaskDiff, type TaskDiffInput } from '../../src/domain/diff-tasks.ts';
import type { ExistingTask, Fields, KnownTask, NextAction } from '../../src/domain/nouns.ts';
import { action } from './outcomes.ts';

const where = { org: '00D1', crm: 'salesforce' };
const risk = action('risk');
const texts = (of: NextAction): Fields => ({ subject: of.subject, body: of.body, due_on: of.dueOn });

function known(of: NextAction, change: Partial<KnownTask> = {}): KnownTask {
  return {
    key: keyOfAction(where, of),
    account: 'acme',
    crm: 'salesforce',
    play: of.play,
    episode: of.episode,
    crmId: '00T1',
    status: 'open',
    closedBy: null,
    openedOn: of.episode,
    closedOn: null,
    written: texts(of),
    ...change,
  };
}
function stands(of: NextAction, change: Partial<ExistingTask> = {}): ExistingTask {
  return {
    key: keyOfAction(where, of),
    id: '00T1',
    state: 'open',
    target: '001A',
    owner: '005A',
    fields: { ...texts(of), priority: 'medium', outcome: null, snooze_until: null },
    ...change,
  };
}
function diff(change: Partial<TaskDiffInput>): TaskDiff {
  return diffTasks({
    ...where,
    account: 'acme',
    target: '001A',
    asOf: '2026-03-10',
    actions: [],
    closings: [],
    known: [],
    existing: [],
    score: 18.2,
    ...change,
  });
}
const ops = ({ effects }: TaskDiff) => effects.map(({ op, play }) => `${op} ${play}`);
const kinds = ({ remarks }: TaskDiff) => remarks.map(({ kind }) => kind);

describe('a next action without a task', () => {
  it('opens one, with all a task needs and nothing that belongs to people', () => {
    const { effects } = diff({ actions: [risk] });

    expect(effects).toEqual([
      {
        account: 'acme',
        crm: 'salesforce',
        object: 'task',
        target: '001A',
        op: 'ensure_task',
        key: keyOfAction(where, risk),
        play: 'risk',
        episode: '2026-03-02',
        payload: {
          subject: 'Do risk',
          body: 'About risk.',
          due_on: '2026-03-05',
          priority: 'medium',
          owner: 'account_owner',
          play: 'risk',
          key: keyOfAction(where, risk),
          score_when_created: 18.2,
          target: '001A',
        },
        expect: null,
        because: ['score 18'],
      },
    ]);
    expect(effects[0]?.payload).not.toHaveProperty('status');
  });

  it('opens none where the CRM does not know the account', () => {
    expect(ops(diff({ actions: [risk], target: null }))).toEqual([]);
  });

  it('opens one where the CRM says that there never was any', () => {
    expect(ops(diff({ actions: [risk], existing: [stands(risk, { state: 'absent', id: null, fields: {} })] }))).toEqual(
      ['ensure_task risk'],
    );
  });

  it('opens one key per org, so that a sandbox and production never meet', () => {
    expect(keyOfAction({ ...where, org: '00D2' }, risk)).not.toBe(keyOfAction(where, risk));
  });

  it.each([
    ['open', 'open', null, []],
    ['closed', 'closed', 'person', ['task_closed_by_person']],
    ['deleted', 'deleted', 'person', ['task_deleted']],
  ] as const)(
    'that the CRM holds %s although we forgot it is remembered, not made again',
    (state, status, closedBy, remarked) => {
      const result = diff({ actions: [risk], existing: [stands(risk, { state })] });

      expect(result.effects).toEqual([]);
      expect(result.observed).toEqual([
        { crm: 'salesforce', key: keyOfAction(where, risk), status, closedBy, crmId: '00T1' },
      ]);
      expect(kinds(result)).toEqual(remarked);
    },
  );
});

describe('a task that people touched', () => {
  it.each([
    ['closed in the ledger', known(risk, { status: 'closed', closedBy: 'person' }), undefined, 'task_closed_by_person'],
    ['deleted in the ledger', known(risk, { status: 'deleted' }), undefined, 'task_deleted'],
    ['closed in the CRM just now', known(risk), stands(risk, { state: 'closed' }), 'task_closed_by_person'],
    ['deleted in the CRM just now', known(risk), stands(risk, { state: 'deleted' }), 'task_deleted'],
    ['gone from the CRM for good', known(risk), stands(risk, { state: 'absent', id: null }), 'task_deleted'],
  ] as const)('is never made again: %s', (_, task, record, remark) => {
    const result = diff({ actions: [risk], known: [task], existing: record === undefined ? [] : [record] });

    expect(result.effects).toEqual([]);
    expect(kinds(result)).toEqual([remark]);
  });

  it('is noted as closed by a person', () => {
    const { observed } = diff({ known: [known(risk)], existing: [stands(risk, { state: 'closed' })] });

    expect(observed).toEqual([
      {
        crm: 'salesforce',
        key: keyOfAction(where, risk),
        status: 'closed',
        closedBy: 'person',
        crmId: '00T1',
        outcome: null,
        snoozeUntil: null,
      },
    ]);
  });

  it('and what came of it is read back', () => {
    const said = { ...texts(risk), outcome: 'not_useful', snooze_until: null };
    const closed = stands(risk, { state: 'closed', fields: said });

    const { observed } = diff({ known: [known(risk)], existing: [closed] });

    expect(observed).toMatchObject([{ status: 'closed', outcome: 'not_useful', snoozeUntil: null }]);
  });

  it('and rests is remembered once, and for sixty days at most', () => {
    const newer = { ...risk, subject: 'Newer' };
    const asleep = stands(risk, { fields: { ...texts(risk), outcome: null, snooze_until: '2026-12-01' } });
    const since = (snoozedOn: string) => known(risk, { snoozeUntil: '2026-12-01', snoozedOn });

    const first = diff({ actions: [newer], known: [known(risk)], existing: [asleep] });
    const again = diff({ actions: [newer], known: [since('2026-03-09')], existing: [asleep] });
    const tooLong = diff({ actions: [newer], known: [since('2026-01-09')], existing: [asleep] });

    expect(first.observed).toMatchObject([{ status: 'open', snoozeUntil: '2026-12-01' }]);
    expect(again).toMatchObject({ effects: [], observed: [] });
    expect(ops(tooLong)).toEqual(['set risk']);
  });

  it('and that we closed we closed ourselves is not reopened, without a word', () => {
    const result = diff({ actions: [risk], known: [known(risk, { status: 'closed', closedBy: 'kenko' })] });

    expect(result).toEqual({ effects: [], remarks: [], observed: [] });
  });

  it('keeps an edited text, whichever word was edited', () => {
    const newer = { ...risk, subject: 'Newer', body: 'Newer.', dueOn: '2026-03-20' };
    for (const word of ['subject', 'body', 'due_on'] as const) {
      const edited = stands(risk, { fields: { ...texts(risk), [word]: '2026-12-24' } });

      expect(diff({ actions: [newer], known: [known(risk)], existing: [edited] }).effects).toEqual([]);
    }
  });

  it('keeps its text while it is snoozed', () => {
    const newer = { ...risk, subject: 'Newer' };
    const snoozed = (until: string) => stands(risk, { fields: { ...texts(risk), snooze_until: until } });

    expect(diff({ actions: [newer], known: [known(risk)], existing: [snoozed('2026-03-11')] }).effects).toEqual([]);
    expect(ops(diff({ actions: [newer], known: [known(risk)], existing: [snoozed('2026-03-10')] }))).toEqual([
      'set risk',
    ]);
  });

  it('may be moved to another owner without being freshened back', () => {
    const moved = stands(risk, { owner: '005Z' });

    expect(diff({ actions: [risk], known: [known(risk)], existing: [moved] }).effects).toEqual([]);
  });
});

describe('an open task whose account has a new owner', () => {
  const ours = known(risk, { written: { ...texts(risk), owner: '005A' } });

  it('stays with whom it was given to', () => {
    expect(diff({ actions: [risk], known: [ours], existing: [stands(risk)] }).effects).toEqual([]);
  });

  it('goes along where the admin wishes so, unless a person has moved it', () => {
    const ownerOf = () => '005B';

    const moved = diff({ actions: [risk], known: [ours], existing: [stands(risk)], ownerOf });
    const theirs = diff({ actions: [risk], known: [ours], existing: [stands(risk, { owner: '005Z' })], ownerOf });

    expect(moved.effects).toMatchObject([{ op: 'set', payload: { owner: '005B' }, expect: { owner: '005A' } }]);
    expect(theirs.effects).toEqual([]);
  });
});

describe('an open task nobody touched', () => {
  it('is left alone while its text is the same', () => {
    expect(diff({ actions: [risk], known: [known(risk)], existing: [stands(risk)] })).toEqual({
      effects: [],
      remarks: [],
      observed: [],
    });
  });

  it('is left alone where a CRM only changed line ends and white space', () => {
    const given = { ...risk, body: 'One\nTwo' };
    const record = stands(given, { fields: { ...texts(given), body: 'One \r\nTwo\n' } });

    expect(diff({ actions: [given], known: [known(given)], existing: [record] }).effects).toEqual([]);
  });

  it('gets the newer words and nothing else, expecting what stands', () => {
    const newer = { ...risk, subject: 'Score 12 now', priority: 'high', owner: 'manager' } as const;

    const { effects } = diff({ actions: [newer], known: [known(risk)], existing: [stands(risk)] });

    expect(effects).toMatchObject([
      {
        object: 'task',
        op: 'set',
        target: '00T1',
        key: keyOfAction(where, risk),
        payload: { subject: 'Score 12 now' },
        expect: { subject: 'Do risk' },
      },
    ]);
    expect(Object.keys(effects[0]?.payload ?? {})).toEqual(['subject']);
  });

  it('is freshened in the words that its CRM shows', () => {
    const newer = { ...risk, subject: 'Newer', body: 'Newer.' };
    const record = stands(risk, { fields: { subject: risk.subject } });

    expect(diff({ actions: [newer], known: [known(risk)], existing: [record] }).effects[0]?.payload).toEqual({
      subject: 'Newer',
    });
  });
});

describe('a task whose cause is gone', () => {
  const closings = [{ account: 'acme', play: 'risk', episode: '2026-03-02', note: 'The cause is gone (score 47.2).' }];

  it('is closed with the numbers, expecting it open, below the text that stands', () => {
    const { effects } = diff({ closings, known: [known(risk)], existing: [stands(risk)] });

    expect(effects).toEqual([
      {
        account: 'acme',
        crm: 'salesforce',
        object: 'task',
        target: '00T1',
        op: 'close_task',
        key: keyOfAction(where, risk),
        play: 'risk',
        episode: '2026-03-02',
        payload: {
          note: 'The cause is gone (score 47.2).',
          body: 'About risk.\n\nThe cause is gone (score 47.2).',
          outcome: 'auto_resolved',
        },
        expect: { state: 'open', body: 'About risk.', outcome: null },
        because: ['The cause is gone (score 47.2).'],
      },
    ]);
  });

  it('keeps the outcome that a person gave it', () => {
    const record = stands(risk, { fields: { ...texts(risk), outcome: 'not_useful' } });

    const { effects } = diff({ closings, known: [known(risk)], existing: [record] });

    expect(effects[0]?.payload).not.toHaveProperty('outcome');
  });

  it('is closed on a later day too, when the day of its closing was held', () => {
    expect(ops(diff({ known: [known(risk)], existing: [stands(risk)] }))).toEqual(['close_task risk']);
  });

  it.each(['closed', 'deleted', 'absent'] as const)('is not closed when it is %s already', (state) => {
    expect(ops(diff({ closings, known: [known(risk)], existing: [stands(risk, { state })] }))).toEqual([]);
  });

  it('is not closed unseen', () => {
    expect(diff({ closings, known: [known(risk)] })).toEqual({ effects: [], remarks: [], observed: [] });
  });

  it('is nothing where no task was ever opened', () => {
    expect(diff({ closings })).toEqual({ effects: [], remarks: [], observed: [] });
  });

  it('makes room first, so that a play never has two open tasks', () => {
    const next = action('risk', { episode: '2026-03-10:90' });

    const result = diff({ actions: [next], closings, known: [known(risk)], existing: [stands(risk)] });

    expect(ops(result)).toEqual(['close_task risk', 'ensure_task risk']);
  });

  it('blocks the next episode while nobody has seen what became of it', () => {
    const next = action('risk', { episode: '2026-03-10:90' });

    expect(ops(diff({ actions: [next, action('other')], known: [known(risk)] }))).toEqual(['ensure_task other']);
  });
});

describe('ten days', () => {
  /** A CRM and a ledger in two maps, as apply leaves them. */
  function live(
    tasks: Map<string, ExistingTask>,
    ledger: Map<string, KnownTask>,
    input: Partial<TaskDiffInput>,
  ): TaskDiff {
    const result = diff({ ...input, known: [...ledger.values()], existing: [...tasks.values()] });
    for (const { op, key, play, episode, payload, target } of result.effects) {
      const before = tasks.get(key);
      if (op === 'ensure_task') {
        const id = `00T${tasks.size + 1}`;
        tasks.set(key, {
          key,
          id,
          state: 'open',
          target,
          owner: null,
          fields: { ...payload, outcome: null, snooze_until: null },
        });
        ledger.set(key, { ...known(risk), key, play, episode, crmId: id, written: payload });
      } else if (before !== undefined) {
        tasks.set(key, {
          ...before,
          state: op === 'close_task' ? 'closed' : before.state,
          fields: { ...before.fields, ...payload },
        });
        const entry = ledger.get(key) as KnownTask;
        ledger.set(
          key,
          op === 'close_task'
            ? { ...entry, status: 'closed', closedBy: 'kenko' }
            : { ...entry, written: { ...entry.written, ...payload } },
        );
      }
    }
    for (const { key, status, closedBy } of result.observed)
      ledger.set(key, { ...(ledger.get(key) as KnownTask), status, closedBy });
    return result;
  }

  it('of the same trouble leave exactly one open task', () => {
    const tasks = new Map<string, ExistingTask>();
    const ledger = new Map<string, KnownTask>();

    const counts = Array.from(
      { length: 10 },
      (_, i) => live(tasks, ledger, { asOf: `2026-03-${10 + i}`, actions: [risk] }).effects.length,
    );

    expect(counts).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...tasks.values()].map(({ state }) => state)).toEqual(['open']);
  });

  it('of any wishes and any people: a second plan is empty, one open task per play, nothing reopened', () => {
    const plays = ['risk', 'growth'] as const;
    const wished = fc.array(
      fc.record({
        play: fc.constantFrom(...plays),
        episode: fc.constantFrom('2026-03-02', '2026-03-05'),
        subject: fc.constantFrom('One', 'Two'),
      }),
      { maxLength: 2 },
    );
    const person = fc.constantFrom('nothing', 'close', 'delete', 'edit');
    fc.assert(
      fc.property(fc.array(fc.tuple(wished, person), { maxLength: 8 }), (days) => {
        const tasks = new Map<string, ExistingTask>();
        const ledger = new Map<string, KnownTask>();
        const over = new Set<string>();
        for (const [wishes, act] of days) {
          const actions = [...new Map(wishes.map((one) => [one.play, action(one.play, one)])).values()];
          live(tasks, ledger, { actions });
          const again = diff({ actions, known: [...ledger.values()], existing: [...tasks.values()] });
          expect(again.effects).toEqual([]);
          const open = [...tasks.values()].filter(({ state }) => state === 'open');
          const perPlay = open.map(({ key }) => ledger.get(key)?.play);
          expect(new Set(perPlay).size).toBe(perPlay.length);
          for (const { key } of open) expect(over).not.toContain(key);
          for (const { key, state } of tasks.values()) if (state !== 'open') over.add(key);
          const [first] = open;
          if (first === undefined || act === 'nothing') continue;
          if (act === 'edit') tasks.set(first.key, { ...first, fields: { ...first.fields, subject: 'Mine' } });
          else tasks.set(first.key, { ...first, state: act === 'close' ? 'closed' : 'deleted' });
          if (act !== 'edit') over.add(first.key);
        }
      }),
      { numRuns: 200 },
    );
  });
});
