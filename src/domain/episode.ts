// One play on one account, carried from one as-of day to the next: what its trigger says, whether an open episode ends,
// whether a new one begins. In two steps, because between them play.ts must know what ended (parking looks at it):
// `look` counts answers and ends episodes, `begin` starts them. It knows no other play, no cap and no CRM.
//
// A trigger fires when it enters: yes on `runs` as-of days in a row. That entry is then *spent* until the trigger says no.
// An entry that falls into the cool-down, a suppression or a touch model without channel is not spent: it fires when that
// is over, if the trigger still says yes. Unknown never starts and never ends anything, and counts no day.

import { addDays, daysBetween } from './calendar.ts';
import { type CompiledCondition, type Depth, type Facts, type ReadFact, told } from './condition.ts';
import type { PlayDefinition } from './decisions.ts';
import { hashOfText } from './hash.ts';
import type { Answer, Band, Closing, Locale, PlayMemory, PlayVerdict, Trace } from './nouns.ts';
import { closingNote, type Ending, quietReason, standing, verdictText } from './play-words.ts';

type Text = (facts: Facts) => string;

/** A play with its conditions and texts compiled once. */
export interface CompiledPlay {
  readonly definition: PlayDefinition;
  readonly when: CompiledCondition;
  readonly closesWhen: CompiledCondition | null;
  readonly taskForTechWhen: CompiledCondition | null;
  /** The fact that tells stages of the play apart. */
  readonly stage: ReadFact | null;
  readonly subject: Readonly<Record<Locale, Text>>;
  readonly body: Readonly<Record<Locale, Text>>;
  /** What stands below every body; absent: nothing. */
  readonly situation?: Readonly<Record<Locale, Text>>;
  /** Suppressions that name this play. */
  readonly suppressions: readonly {
    readonly name: string;
    readonly when: CompiledCondition;
    readonly onlyNew?: boolean;
  }[];
}

/** What the day knows about the account, the same for all plays. */
export interface Today {
  readonly account: string;
  readonly facts: Facts;
  readonly asOf: string;
  readonly score: number | null;
  readonly band: Band;
  readonly touchModel: string | null;
  readonly locale: Locale;
  readonly depth: Depth;
  /** Entries of this day are only remembered, except those of alert plays. */
  readonly baseline: boolean;
  /** Episodes whose task a person closed, `play/episode` → the day, and what they said came of it. */
  readonly closedByPerson: ReadonlyMap<string, { readonly on: string; readonly outcome?: string | undefined }>;
}

/** After the first step: the trigger counted, and the episode ended where its time has come. */
export interface Look {
  readonly play: CompiledPlay;
  readonly memory: PlayMemory;
  readonly trace: Trace;
  readonly answer: Answer;
  readonly suppressedBy: string | null;
  readonly stage: string | null;
  readonly ended: Ending | null;
  /** Only where a task may stand in the CRM. */
  readonly closing: Closing | null;
}
export interface Step {
  readonly play: CompiledPlay;
  readonly memory: PlayMemory;
  readonly trace: Trace;
  readonly outcome: PlayVerdict['outcome'];
  readonly says: string;
  readonly closing: Closing | null;
}

/** What is remembered of a play that was never looked at. */
export const noMemory: PlayMemory = {
  on: false,
  runs: 0,
  episode: null,
  open: false,
  closingRuns: 0,
  closedOn: null,
};

/** What the trigger says today. A null score never starts a play: to the trigger it is as if nobody knew. */
function triggerOf(answer: Answer, today: Pick<Today, 'score'>): Answer {
  return answer === 'yes' && today.score === null ? 'unknown' : answer;
}

/**
 * True where this day changes nothing about the play and there is nothing to tell: it is not open, and the trigger neither
 * enters nor leaves. Most plays of most accounts sleep.
 */
export function isAsleep(play: CompiledPlay, was: PlayMemory | undefined, today: Today): boolean {
  const answer = triggerOf(play.when.answer(today.facts), today);
  if (was === undefined) return answer !== 'yes';
  if (was.open || was.workedOff !== undefined) return false;
  if (answer === 'unknown') return true;
  if (answer === 'no') return !was.on && was.runs === 0 && was.spent === undefined;
  // Dealt with, or so from the first day: it stays so until the trigger says no or a new stage begins.
  return was.on && was.spent === true && was.runs >= play.definition.runs && play.stage === null;
}

/** First step. `was` is the memory of an earlier day. */
export function look(play: CompiledPlay, was: PlayMemory, today: Today): Look {
  const { definition } = play;
  const trace = told(play.when, today.facts, today.depth);
  const answer = triggerOf(trace.answer, today);
  const counted = count(was, answer, definition.runs);
  const suppression = play.suppressions.filter(({ when }) => when.answer(today.facts) === 'yes');
  const suppressedBy = suppression[0]?.name ?? null;
  const takenBackBy = suppression.find(({ onlyNew }) => onlyNew !== true)?.name ?? null;
  const stage = stageOf(play, today.facts);
  const seen = { play, trace, answer, suppressedBy, stage };
  if (!counted.open) return { ...seen, memory: counted, ended: null, closing: null };

  const byPerson = today.closedByPerson.get(`${definition.name}/${counted.episode ?? ''}`);
  if (byPerson !== undefined) {
    return { ...seen, ...end('person', withOutcome(counted, byPerson.outcome), byPerson.on, null, '') };
  }
  if (today.band === 'not_scored') return { ...seen, ...end('not_scored', counted, today.asOf, null, '') };
  if (takenBackBy !== null) return { ...seen, ...end('suppressed', counted, today.asOf, null, takenBackBy) };
  if (answer === 'yes' && stage !== null && stage !== lastStage(counted)) {
    return { ...seen, ...end('stage', counted, today.asOf, null, stage) };
  }
  const closing = play.closesWhen === null ? negated(play.when.trace(today.facts)) : play.closesWhen.trace(today.facts);
  if (closing.answer === 'unknown') return { ...seen, memory: counted, ended: null, closing: null };
  const closingRuns = closing.answer === 'yes' ? counted.closingRuns + 1 : 0;
  if (closingRuns > 0 && closingRuns >= definition.closingRuns) {
    return { ...seen, ...end('resolved', counted, today.asOf, closing, '') };
  }
  return { ...seen, memory: { ...counted, closingRuns }, ended: null, closing: null };

  function end(ending: Ending, open: PlayMemory, on: string, why: Trace | null, detail: string) {
    const note = closingNote(ending, { asOf: today.asOf, trace: why, detail }, today.locale);
    const hasTask = (open.channel ?? 'task') === 'task' && open.within === undefined && ending !== 'person';
    const closing =
      hasTask && open.episode !== null
        ? { account: today.account, play: definition.name, episode: open.episode, note }
        : null;
    return { memory: closed(open, ending, on, today.score), ended: ending, closing };
  }
}

/** Second step. `parkedUntil` stops human tasks; fires when all that stands in the way is gone. */
export function begin(seen: Look, today: Today, parkedUntil: string | null): Step {
  const { play, memory, answer, stage } = seen;
  const { definition } = play;
  const { locale, asOf } = today;
  const base = { play, trace: seen.trace, memory, closing: seen.closing };
  const tell = (outcome: PlayVerdict['outcome'], detail: string, after: PlayMemory = memory): Step => ({
    ...base,
    memory: after,
    outcome,
    says: verdictText(outcome, detail, locale),
  });

  if (memory.open) {
    // A nurtured episode becomes a task when the account moves up; a task never turns back into nurture.
    const up = memory.channel === 'nurture' && channelOf(play, today, parkedUntil) === 'task';
    return tell('open', memory.episode?.slice(0, 10) ?? '', up ? { ...memory, channel: 'task' } : memory);
  }
  if (seen.ended !== null && seen.ended !== 'stage') return tell('closed', '');
  if (answer === 'no') return tell('quiet', '');
  if (answer === 'unknown') return tell('unknown', today.score === null ? standing('no_score', '', locale) : '');
  if (definition.stage !== null && stage === null) {
    return tell('unknown', standing('no_stage', definition.stage, locale));
  }
  const newStage = stage !== null && stage !== lastStage(memory);
  if (memory.spent === true && !newStage) {
    return memory.episode === null ? tell('baseline', '') : tell('quiet', quietReason({ kind: 'spent' }, locale));
  }
  if (today.baseline && !definition.alert) {
    return tell('baseline', '', { ...memory, spent: true, ...(stage === null ? {} : { stage }) });
  }
  if (memory.runs < definition.runs) {
    return tell('quiet', quietReason({ kind: 'runs', seen: memory.runs, needed: definition.runs }, locale));
  }
  if (seen.suppressedBy !== null) return tell('suppressed', seen.suppressedBy);
  const coolDownDays = definition.coolDownDays * ((memory.notUseful ?? 0) >= tooOftenNotUseful ? 2 : 1);
  const restsUntil = memory.closedOn === null ? null : addDays(memory.closedOn, coolDownDays);
  if (restsUntil !== null && !newStage && daysBetween(asOf, restsUntil) > 0) return tell('cooling_down', restsUntil);
  const channel = channelOf(play, today, parkedUntil);
  if (channel === 'none') {
    return parkedUntil === null
      ? tell('no_channel', today.touchModel ?? '–')
      : tell('suppressed', standing('parked', parkedUntil, locale));
  }
  const quarter = quarterOf(asOf);
  if (isHeldOut(definition, today.account, quarter)) return tell('held_out', quarter);
  return tell('fired', stage ?? '', {
    ...without(memory, 'within', 'stage', 'scoreAtOpen'),
    episode: stage === null ? asOf : `${asOf}:${stage}`,
    open: true,
    closingRuns: 0,
    closedOn: null,
    spent: true,
    channel,
    ...(stage === null ? {} : { stage }),
    ...(today.score === null ? {} : { scoreAtOpen: today.score }),
  });
}

function quarterOf(day: string): string {
  return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}
/**
 * True for the share of the accounts that goes without a play, to be compared with the others. The same account all quarter
 * long and another choice in the next, by a hash and not by dice, so that planning twice on a day plans the same.
 */
export function isHeldOut({ name, success }: PlayDefinition, account: string, quarter: string): boolean {
  const percent = success?.holdOutPercent ?? 0;
  if (percent === 0) return false;
  const place = Number.parseInt(hashOfText(`${account}/${name}/${quarter}`).slice(0, 8), 16) / 2 ** 32;
  return place * 100 < percent;
}

/** So many tasks in a row that people called not useful double the cool-down of the play on this account. */
const tooOftenNotUseful = 3;

/** Remembers what a person said came of the task. Saying nothing changes nothing; anything but "not useful" starts anew. */
function withOutcome(memory: PlayMemory, outcome: string | undefined): PlayMemory {
  if (outcome === 'not_useful') return { ...memory, notUseful: (memory.notUseful ?? 0) + 1 };
  return outcome === undefined ? memory : without(memory, 'notUseful');
}

/** Ends the open episode of a play that is no longer asked about. */
export function switchOff(
  name: string,
  was: PlayMemory,
  today: Today,
): { memory: PlayMemory; closing: Closing | null } {
  // An account that is not scored is asked about no play at all; that is no fault of the play.
  const ending = today.band === 'not_scored' ? 'not_scored' : 'switched_off';
  const note = closingNote(ending, { asOf: today.asOf, trace: null, detail: '' }, today.locale);
  const hasTask = (was.channel ?? 'task') === 'task' && was.within === undefined && was.episode !== null;
  return {
    memory: closed(was, ending, today.asOf, today.score),
    closing: hasTask ? { account: today.account, play: name, episode: was.episode ?? '', note } : null,
  };
}

/**
 * Counts one more as-of day that says yes, as far as the play waits for; unknown counts nothing. Saying no makes the next
 * entry fresh. The same memory comes back where nothing changed.
 */
function count(was: PlayMemory, answer: Answer, needed: number): PlayMemory {
  if (answer === 'unknown') return was;
  const on = answer === 'yes';
  if (!on && !was.on && was.runs === 0 && was.spent === undefined) return was;
  const runs = on ? Math.min(was.on ? was.runs + 1 : 1, Math.max(1, needed)) : 0;
  if (on && was.on && runs === was.runs && (!was.open || was.spent !== undefined)) return was;
  const counted = { ...was, on, runs };
  if (!on) return without(counted, 'spent');
  return was.open && was.spent === undefined ? { ...counted, spent: was.on } : counted;
}

function closed(open: PlayMemory, ending: Ending, on: string, score: number | null): PlayMemory {
  const after: PlayMemory = { ...without(open, 'within', 'channel'), open: false, closingRuns: 0, closedOn: on };
  const counts = (ending === 'resolved' || ending === 'person') && score !== null && open.scoreAtOpen !== undefined;
  const worked = counts
    ? { ...after, workedOff: [...(after.workedOff ?? []), { on, before: open.scoreAtOpen, after: score }] }
    : after;
  // What we took back ourselves may come again; what was resolved or done has to go and come back first.
  return ending === 'suppressed' || ending === 'stage' ? without(worked, 'spent') : worked;
}

/** How a play may reach this account today. Tech touch and parked accounts see no person, unless the play says when. */
function channelOf(play: CompiledPlay, today: Today, parkedUntil: string | null): 'task' | 'nurture' | 'none' {
  const { touch, nurtureTrack, guideUrl } = play.definition;
  const nurture = nurtureTrack === null && guideUrl === null ? 'none' : 'nurture';
  if (parkedUntil !== null) return nurture;
  const model = today.touchModel;
  if (model === null) return 'task';
  const given = Object.keys(touch).length === 0 ? 'task' : (touch[model] ?? 'none');
  if (model === 'tech') {
    if (play.taskForTechWhen?.answer(today.facts) === 'yes') return 'task';
    return given === 'none' ? 'none' : nurture;
  }
  return given === 'nurture' ? nurture : given;
}

function stageOf(play: CompiledPlay, facts: Facts): string | null {
  const value = play.stage?.(facts);
  return value === null || value === undefined || value === '' ? null : String(value);
}
/** The stage of the last episode or baseline; from the episode's name where it is not remembered by itself. */
function lastStage(memory: PlayMemory): string | null {
  if (memory.stage !== undefined) return memory.stage;
  const colon = memory.episode?.indexOf(':') ?? -1;
  return colon < 0 ? null : (memory.episode?.slice(colon + 1) ?? null);
}

/** The trigger's own no as a closing condition, for plays without one: the cause is gone. */
function negated(trace: Trace): Trace {
  const answer = trace.answer === 'unknown' ? 'unknown' : trace.answer === 'yes' ? 'no' : 'yes';
  return { answer, kind: 'not', of: [trace] };
}

/** A copy that lacks some optional keys. */
export function without<K extends 'spent' | 'stage' | 'channel' | 'within' | 'scoreAtOpen' | 'workedOff' | 'notUseful'>(
  memory: PlayMemory,
  ...keys: readonly K[]
): PlayMemory {
  if (keys.every((key) => memory[key] === undefined)) return memory;
  return Object.fromEntries(
    Object.entries(memory).filter(([key]) => !(keys as readonly string[]).includes(key)),
  ) as unknown as PlayMemory;
}
