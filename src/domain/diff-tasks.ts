// The difference between the next actions that should be open and the tasks that stand: what is opened, closed, freshened,
// or left to the people who touched it. One wish and one look at the CRM decide; nothing is searched for. A task that a
// person closed or deleted is never made again, a closed one never reopened, status and owner are never sent again.

import { daysBetween } from './calendar.ts';
import { readableKey, taskKey } from './key.ts';
import type { Closing, EffectDraft, ExistingTask, Fields, KnownTask, NextAction, Remark, Value } from './nouns.ts';

/** What the CRM showed of a task we know, for the ledger. */
export interface ObservedTask {
  readonly crm: string;
  readonly key: string;
  readonly status: 'open' | 'closed' | 'deleted';
  readonly closedBy: 'kenko' | 'person' | null;
  readonly crmId: string | null;
  /** What a person said came of it, and until when it rests; absent where it was not looked at. */
  readonly outcome?: string | null;
  readonly snoozeUntil?: string | null;
}
export interface TaskDiffInput {
  readonly account: string;
  readonly crm: string;
  readonly org: string;
  /** The record the tasks hang on; null when this CRM does not know the account. */
  readonly target: string | null;
  readonly asOf: string;
  /** What should be open, those that wait for a cap left out. */
  readonly actions: readonly NextAction[];
  readonly closings: readonly Closing[];
  /** Our ledger for this account in this CRM. */
  readonly known: readonly KnownTask[];
  /** What the CRM shows for the open tasks of the ledger and for the keys of unknown actions. */
  readonly existing: readonly ExistingTask[];
  readonly score: number | null;
  /** Who an account's tasks should belong to now; with it, open tasks that no person moved go along. Absent: they stay. */
  readonly ownerOf?: (action: NextAction) => string | null;
}
export interface TaskDiff {
  /** Closings before openings, so that a play never has two open tasks. */
  readonly effects: readonly EffectDraft[];
  readonly remarks: readonly Remark[];
  readonly observed: readonly ObservedTask[];
}

/** Words of a task that may be freshened while nobody has touched it. Status and owner are never among them. */
const freshWords = ['subject', 'body', 'due_on'] as const;

/** The key of an action's task in one CRM. */
export function keyOfAction(where: Pick<TaskDiffInput, 'org' | 'crm'>, action: NextAction): string {
  const { account, play, episode, ordinal } = action;
  return taskKey({ ...where, object: 'task', account, play, episode, ordinal });
}

/** The effects on the tasks of one account in one CRM. */
export function diffTasks(input: TaskDiffInput): TaskDiff {
  const known = new Map(input.known.map((task) => [task.key, task]));
  const existing = new Map(input.existing.map((task) => [task.key, task]));
  const wanted = new Map(input.actions.map((action) => [keyOfAction(input, action), action]));
  const sight = lookAtLedger(input, existing, wanted);
  const openings: EffectDraft[] = [];
  const changes: EffectDraft[] = [];
  const remarks = [...sight.remarks];
  const observed = [...sight.observed];

  for (const [key, action] of wanted) {
    const task = known.get(key);
    const stands = existing.get(key);
    if (task !== undefined) {
      if (task.status === 'open' && stands?.state === 'open') {
        changes.push(...asOne([...freshen(input, action, task, stands), ...moveAlong(input, action, task, stands)]));
      }
      continue;
    }
    // The ledger does not know it, the CRM does: a state file that was restored, or a write whose answer was lost.
    if (stands !== undefined && stands.state !== 'absent') {
      const seen = { crm: input.crm, key, crmId: stands.id };
      if (stands.state === 'open') observed.push({ ...seen, status: 'open', closedBy: null });
      else {
        observed.push({ ...seen, status: stands.state, closedBy: 'person' });
        remarks.push(leftAlone(input, action.play, action.episode, stands.state));
      }
    } else if (input.target !== null && !sight.uncertain.has(action.play)) {
      openings.push(opening(input, input.target, key, action));
    }
  }
  return { effects: [...sight.closings, ...openings, ...changes], remarks, observed };
}

/** What became of the tasks we know: closed by people, gone, or no longer wished and therefore closed by us. */
function lookAtLedger(
  input: TaskDiffInput,
  existing: ReadonlyMap<string, ExistingTask>,
  wanted: ReadonlyMap<string, NextAction>,
) {
  const closings: EffectDraft[] = [];
  const remarks: Remark[] = [];
  const observed: ObservedTask[] = [];
  /** Plays with a task whose state we did not see: no second one is opened beside it. */
  const uncertain = new Set<string>();
  for (const task of input.known) {
    const isWanted = wanted.has(task.key);
    if (task.status !== 'open') {
      const byPerson = task.closedBy === 'person' || task.status === 'deleted';
      if (isWanted && byPerson) remarks.push(leftAlone(input, task.play, task.episode, task.status));
      continue;
    }
    const stands = existing.get(task.key);
    if (stands === undefined) {
      uncertain.add(task.play);
      continue;
    }
    if (stands.state === 'open') {
      if (!isWanted) closings.push(closingOf(input, task, stands));
      const { outcome = null, snoozeUntil = null } = saidOf(stands);
      if (outcome !== (task.outcome ?? null) || snoozeUntil !== (task.snoozeUntil ?? null)) {
        const seen = { crm: input.crm, key: task.key, crmId: task.crmId };
        observed.push({ ...seen, status: 'open', closedBy: null, outcome, snoozeUntil });
      }
      continue;
    }
    const ending = observedEnding(input.crm, task, stands);
    if (ending === null) continue;
    observed.push(ending);
    // Told once, whether or not it is still wished for: what was decided may know of it already.
    remarks.push(leftAlone(input, task.play, task.episode, ending.status));
  }
  return { closings, remarks, observed, uncertain };
}

/** How an open task of the ledger ended, where a person closed or deleted it; null where it stands or nobody looked. */
export function observedEnding(crm: string, task: KnownTask, stands: ExistingTask | undefined): ObservedTask | null {
  if (task.status !== 'open' || stands === undefined || stands.state === 'open') return null;
  const status = stands.state === 'closed' ? 'closed' : 'deleted';
  const seen = { crm, key: task.key, crmId: stands.id ?? task.crmId };
  return { ...seen, status, closedBy: 'person', ...(status === 'closed' ? saidOf(stands) : {}) };
}

function opening(input: TaskDiffInput, target: string, key: string, action: NextAction): EffectDraft {
  const { account, crm, score } = input;
  const { play, episode } = action;
  const payload: Fields = {
    subject: action.subject,
    body: emptyAsNull(action.body),
    due_on: action.dueOn,
    priority: action.priority,
    owner: action.owner,
    play,
    key,
    score_when_created: score,
    target,
  };
  const { because } = action;
  return {
    account,
    crm,
    object: 'task',
    target,
    op: 'ensure_task',
    key,
    play,
    episode,
    payload,
    expect: null,
    because,
  };
}

/** Closes with the numbers: as a note, and below the text that stands, for CRMs that keep no notes. */
function closingOf(input: TaskDiffInput, task: KnownTask, stands: ExistingTask): EffectDraft {
  const { account, crm, asOf } = input;
  const { key, play, episode } = task;
  const given = input.closings.find((closing) => closing.play === play && closing.episode === episode);
  const note = given?.note ?? `Closed by Kenko on ${asOf}: it is no longer called for.`;
  const body = stands.fields['body'];
  const outcome = stands.fields['outcome'];
  const payload: Record<string, Value> = { note };
  const expect: Record<string, Value> = { state: 'open' };
  if (body !== undefined) {
    payload['body'] = body === null || body === '' ? note : `${String(body)}\n\n${note}`;
    expect['body'] = body;
  }
  if (outcome === null) {
    payload['outcome'] = 'auto_resolved';
    expect['outcome'] = null;
  }
  const target = stands.id ?? task.crmId ?? '';
  const because = [note];
  return { account, crm, object: 'task', target, op: 'close_task', key, play, episode, payload, expect, because };
}

/** Longest rest that a person can ask for, days from when it was first seen. */
const longestSnooze = 60;
/** Whether a person wants to be left alone with this task today. */
export function isSnoozed(stands: ExistingTask, task: Pick<KnownTask, 'snoozedOn'>, asOf: string): boolean {
  const until = stands.fields['snooze_until'];
  if (typeof until !== 'string' || daysBetween(asOf, until) <= 0) return false;
  return task.snoozedOn === undefined || daysBetween(task.snoozedOn, asOf) < longestSnooze;
}
/** What a person wrote into the task for us to read back; nothing where the CRM shows neither field. */
function saidOf({ fields }: ExistingTask): { readonly outcome?: string | null; readonly snoozeUntil?: string | null } {
  if (fields['outcome'] === undefined && fields['snooze_until'] === undefined) return {};
  const text = (value: Value | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return { outcome: text(fields['outcome']), snoozeUntil: text(fields['snooze_until']) };
}

/** One write per task: newer words and a new owner go together. */
function asOne(effects: readonly EffectDraft[]): readonly EffectDraft[] {
  const [first, second] = effects;
  if (first === undefined || second === undefined) return effects;
  return [
    {
      ...first,
      payload: { ...first.payload, ...second.payload },
      expect: { ...first.expect, ...second.expect },
      because: [...first.because, ...second.because],
    },
  ];
}

/** To the account's new owner, where that is wished and the task still belongs to whom we gave it. */
function moveAlong(
  input: TaskDiffInput,
  action: NextAction,
  task: KnownTask,
  stands: ExistingTask,
): readonly EffectDraft[] {
  const given = task.written['owner'];
  const target = stands.id ?? task.crmId;
  const owner = input.ownerOf?.(action) ?? null;
  if (owner === null || target === null || typeof given !== 'string' || owner === given || stands.owner !== given) {
    return [];
  }
  const { account, crm } = input;
  const { key, play, episode } = task;
  const because = [`the owner changed from ${given} to ${owner}`];
  const payload = { owner };
  const expect = { owner: given };
  return [{ account, crm, object: 'task', target, op: 'set', key, play, episode, payload, expect, because }];
}

/** Newer text into an open task that still reads as we left it, and that nobody snoozed. */
function freshen(
  input: TaskDiffInput,
  action: NextAction,
  task: KnownTask,
  stands: ExistingTask,
): readonly EffectDraft[] {
  if (isSnoozed(stands, task, input.asOf)) return [];
  const words = freshWords.filter((word) => stands.fields[word] !== undefined && task.written[word] !== undefined);
  const isEdited = words.some((word) => !sameText(stands.fields[word], task.written[word]));
  if (isEdited) return [];
  // A task that waited for a place was given days of its own; the day its episode began with was over before it opened.
  const waited = action.dueOn < task.openedOn;
  const dueOn = waited ? (task.written['due_on'] ?? action.dueOn) : action.dueOn;
  const wished: Fields = { subject: action.subject, body: emptyAsNull(action.body), due_on: dueOn };
  const changed = words.filter((word) => !sameText(wished[word], stands.fields[word]));
  if (changed.length === 0) return [];
  const pick = (from: Fields): Fields => Object.fromEntries(changed.map((word) => [word, from[word] ?? null]));
  const target = stands.id ?? task.crmId;
  if (target === null) return [];
  const { account, crm } = input;
  const { key, play, episode } = task;
  const { because } = action;
  const payload = pick(wished);
  const expect = pick(stands.fields);
  return [{ account, crm, object: 'task', target, op: 'set', key, play, episode, payload, expect, because }];
}

function leftAlone(input: TaskDiffInput, play: string, episode: string, state: 'open' | 'closed' | 'deleted'): Remark {
  const { account, crm } = input;
  const what = readableKey(account, play, episode);
  return state === 'deleted'
    ? { account, crm, word: play, kind: 'task_deleted', says: `${what} was deleted by a person and is not made again` }
    : {
        account,
        crm,
        word: play,
        kind: 'task_closed_by_person',
        says: `${what} was closed by a person and is not made again`,
      };
}

/** The same text, whatever a CRM does to line ends and to white space at the ends. */
function sameText(a: Value | undefined, b: Value | undefined): boolean {
  const plain = (value: Value | undefined) =>
    typeof value === 'string'
      ? value
          .replace(/\r\n?/g, '\n')
          .replace(/[ \t]+$/gm, '')
          .trim()
      : (value ?? '');
  return plain(a) === plain(b);
}
function emptyAsNull(text: string): string | null {
  return text === '' ? null : text;
}
