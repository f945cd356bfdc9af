// Plays: from what is known of an account today to the next actions that should be open today. All plays of one account are
// decided together, because some switch others off, several risks become one task, and parked accounts get none. The life
// of a single play is episode.ts; caps over owners are rank.ts; this file knows no CRM and no other account.
//
// `actions` is a desired state: what should be open, newly fired and still open alike, so that planning twice on a day
// wishes the same twice. An action that is no longer wished is closed by the differ; `closings` lend it the words.

import { addBusinessDays, type BusinessCalendar } from './calendar.ts';
import {
  byFactName,
  type CompiledCondition,
  compile,
  type Depth,
  type FactAccess,
  type Facts,
  type ReadFact,
} from './condition.ts';
import { cutText, oneLine } from './cut.ts';
import type { PlayDefinition, PlaySettings } from './decisions.ts';
import {
  begin,
  type CompiledPlay,
  isAsleep,
  look,
  noMemory,
  type Step,
  switchOff,
  type Today,
  without,
} from './episode.ts';
import type { Account, Band, Closing, Locale, Memory, NextAction, PlayMemory, PlayVerdict } from './nouns.ts';
import { keepWorkedOff, parking } from './parked.ts';
import { bodyWithChecklist, evidenceOf, subjectLength, verdictText, withWay } from './play-words.ts';
import { growthRank, priorityRank } from './rank.ts';
import { compileText } from './words.ts';

export type { CompiledPlay } from './episode.ts';

export interface PlayInput {
  readonly account: Account;
  readonly facts: Facts;
  /** Memory of an earlier day, never of the same day; null for an account that was never evaluated. */
  readonly before: Memory | null;
  readonly asOf: string;
  readonly isFirstRun: boolean;
  /** Null where nobody knows: then every play may become a task. */
  readonly touchModel: string | null;
  readonly plays: CompiledPlays;
  readonly settings: PlaySettings;
  readonly locale: Locale;
  /** Default: explained. */
  readonly depth?: Depth | undefined;
  /** Fills in the facts that only texts read; asked once, before the first text is written. */
  readonly texts?: { write(): unknown } | undefined;
  readonly calendar: BusinessCalendar;
  readonly score: number | null;
  readonly band: Band;
  /** Episodes whose task a person closed or deleted, from the ledger: they end, and their cool-down begins. */
  readonly closedByPerson?:
    | readonly {
        readonly play: string;
        readonly episode: string;
        readonly on: string;
        /** What they said came of it, where they said so. */
        readonly outcome?: string | undefined;
      }[]
    | undefined;
}
export interface PlayDecision {
  /** One per play that is switched on, in the order of the settings; in brief only those that ask or stand for something. */
  readonly verdicts: readonly PlayVerdict[];
  /** What should be open today, most urgent first. */
  readonly actions: readonly NextAction[];
  readonly closings: readonly Closing[];
  readonly memory: Readonly<Record<string, PlayMemory>>;
  readonly parkedUntil: string | null;
}

/** The plays of a configuration, compiled once. */
export interface CompiledPlays {
  readonly list: readonly CompiledPlay[];
  /** Name → place in the list. */
  readonly places: ReadonlyMap<string, number>;
  readonly risks: ReadonlySet<string>;
  /** What ends parking early. */
  readonly parkedUnless: CompiledCondition | null;
  readonly arr: ReadFact;
  readonly daysToRenewal: ReadFact;
}

/** Compiles the plays that are switched on, each with the suppressions that name it. Throws where a text does not parse. */
export function compilePlays(settings: PlaySettings, access: FactAccess = byFactName): CompiledPlays {
  const { situation = null, parked } = settings;
  const compiled = (condition: Parameters<typeof compile>[0]): CompiledCondition => compile(condition, access);
  const orNull = (condition: Parameters<typeof compile>[0] | null): CompiledCondition | null =>
    condition === null ? null : compiled(condition);
  const inBoth = ({ en, ja }: PlayDefinition['subject']): CompiledPlay['subject'] => ({
    en: compileText(en, access),
    ja: compileText(ja, access),
  });
  const below = situation === null ? {} : { situation: inBoth(situation) };
  const suppressions = settings.suppress.map((rule) => ({ ...rule, when: compiled(rule.when) }));
  const list = settings.plays
    .filter((definition) => definition.on)
    .map(
      (definition): CompiledPlay => ({
        definition,
        when: compiled(definition.when),
        closesWhen: orNull(definition.closesWhen),
        taskForTechWhen: orNull(definition.taskForTechWhen),
        stage: definition.stage === null ? null : access.reader(definition.stage),
        subject: inBoth(definition.subject),
        body: inBoth(definition.body),
        ...below,
        suppressions: suppressions
          .filter(({ plays, except }) => names(plays, definition, true) && !names(except, definition, false))
          .map(({ name, when, onlyNew = false }) => ({ name, when, onlyNew })),
      }),
    );
  return {
    list,
    places: new Map(list.map(({ definition }, place) => [definition.name, place])),
    risks: new Set(list.filter(isRisk).map(({ definition }) => definition.name)),
    parkedUnless: orNull(parked?.unless ?? null),
    arr: access.reader('arr'),
    daysToRenewal: access.reader('days_to_renewal'),
  };
}

/** Whether a list names a play: by name, catalogue id, kind, priority or `*`. */
function names(list: readonly string[], play: PlayDefinition, emptyMeansAll: boolean): boolean {
  if (list.length === 0) return emptyMeansAll;
  return list.some(
    (entry) =>
      entry === '*' || [play.name, play.kind, play.priority].includes(entry) || (play.id !== '' && entry === play.id),
  );
}

/** Decides all plays of one account on one day. Pure: the same input gives the same bytes. */
export function decidePlays(input: PlayInput): PlayDecision {
  const { account, settings, plays, asOf, locale, depth = 'explained' } = input;
  const before = input.before?.plays ?? noPlays;
  const today: Today = {
    account: account.key,
    facts: input.facts,
    asOf,
    score: input.score,
    band: input.band,
    touchModel: input.touchModel,
    locale,
    depth,
    baseline: input.isFirstRun && settings.firstRun === 'alerts_only',
    closedByPerson: closedEpisodes(before, input.closedByPerson ?? []),
  };

  const awake = depth === 'explained' ? plays.list : awakeOf(plays, before, today);
  const until = input.before?.parkedUntil ?? null;
  const off = openButOff(before, plays);
  // Nothing is on, nothing is open and nothing ends: most accounts, most days.
  if (awake.length === 0 && off.length === 0 && until === null)
    return { verdicts: [], actions: [], closings: [], memory: before, parkedUntil: null };

  const looks = awake.map((play) => look(play, before[play.definition.name] ?? noMemory, today));
  const ended = off.map((name) => ({ name, ...switchOff(name, before[name] as PlayMemory, today) }));
  const parked = parking({
    settings: settings.parked,
    until,
    unless: plays.parkedUnless,
    plays: Object.fromEntries(looks.map(({ play, memory }) => [play.definition.name, memory])),
    risks: plays.risks,
    facts: input.facts,
    asOf,
  });
  const steps = merge(
    looks.map((seen) => begin(seen, today, parked.until)),
    settings.mergeOrder,
    locale,
  );

  const memory: Record<string, PlayMemory> = { ...before };
  for (const { name, memory: after } of ended) memory[name] = after;
  for (const step of steps) {
    // What was never on is not worth remembering.
    if (step.memory === noMemory) continue;
    memory[step.play.definition.name] = keepWorkedOff(step.memory, settings.parked, asOf, parked.begins);
  }
  return {
    verdicts: (depth === 'explained' ? steps : steps.filter(isWorthKeeping)).map(verdictOf),
    actions: actionsOf(steps, input),
    closings: [...steps.flatMap(({ closing }) => closing ?? []), ...ended.flatMap(({ closing }) => closing ?? [])],
    memory,
    parkedUntil: parked.until,
  };
}
const noPlays: Memory['plays'] = {};
const nobodyAwake: readonly CompiledPlay[] = [];

/** The plays whose day has to be looked at. */
function awakeOf(plays: CompiledPlays, before: Memory['plays'], today: Today): readonly CompiledPlay[] {
  const { list, places } = plays;
  const memories = new Array<PlayMemory | undefined>(list.length).fill(undefined);
  for (const name in before) {
    const place = places.get(name);
    if (place !== undefined) memories[place] = before[name];
  }
  let awake: CompiledPlay[] | null = null;
  for (let index = 0; index < list.length; index++) {
    const play = list[index] as CompiledPlay;
    if (isAsleep(play, memories[index], today)) continue;
    if (awake === null) awake = [play];
    else awake.push(play);
  }
  return awake ?? nobodyAwake;
}
const noNames: readonly string[] = [];

/** Plays with an open episode that are no longer asked about. */
function openButOff(before: Memory['plays'], plays: CompiledPlays): readonly string[] {
  let found = noNames;
  for (const name in before) if (before[name]?.open === true && !plays.places.has(name)) found = [...found, name];
  return found;
}

/** Whether a verdict says more than that nothing happens. */
function isWorthKeeping({ outcome, memory }: Step): boolean {
  return memory.open || (outcome !== 'quiet' && outcome !== 'unknown' && outcome !== 'baseline');
}

/** Closed tasks by episode; whoever closed the task of several risks has worked off the whole checklist. */
function closedEpisodes(
  before: Readonly<Record<string, PlayMemory>>,
  closed: NonNullable<PlayInput['closedByPerson']>,
): Today['closedByPerson'] {
  if (closed.length === 0) return noEpisodes;
  const episodes = new Map(closed.map(({ play, episode, on, outcome }) => [`${play}/${episode}`, { on, outcome }]));
  for (const [name, memory] of Object.entries(before)) {
    const lead = memory.within;
    if (lead === undefined || !memory.open) continue;
    const on = episodes.get(`${lead}/${before[lead]?.episode ?? ''}`);
    if (on !== undefined) episodes.set(`${name}/${memory.episode ?? ''}`, on);
  }
  return episodes;
}

const noEpisodes: Today['closedByPerson'] = new Map();

function isRisk({ definition }: CompiledPlay): boolean {
  return definition.kind === 'risk';
}

/**
 * One task for several risks: an open risk play without a task of its own joins the open task that ranks highest before it
 * in the merge order; the first without such a task leads one. Who has a task keeps it, so that nobody's work in progress is
 * taken away because a bigger risk came up; and when a leading play ends, the next in order takes its place.
 */
function merge(steps: readonly Step[], order: readonly string[], locale: Locale): readonly Step[] {
  const place = (step: Step): number =>
    order.findIndex((entry) => entry === step.play.definition.name || entry === step.play.definition.id);
  const isTask = ({ memory }: Step): boolean => memory.open && memory.channel !== 'nurture';
  const mergeable = steps.filter((step) => isTask(step) && isRisk(step.play) && place(step) >= 0);
  const leads = mergeable.filter((step) => step.memory.within === undefined && step.outcome !== 'fired');
  const leading = new Set(leads.map(({ play }) => play.definition.name));
  const within = new Map<string, string>();
  for (const step of mergeable.toSorted((a, b) => place(a) - place(b))) {
    const { name } = step.play.definition;
    if (leading.has(name)) continue;
    const kept = step.memory.within !== undefined && leading.has(step.memory.within) ? step.memory.within : null;
    const lead =
      kept ??
      mergeable
        .filter((other) => leading.has(other.play.definition.name) && place(other) < place(step))
        .toSorted((a, b) => place(a) - place(b))[0]?.play.definition.name;
    if (lead === undefined) leading.add(name);
    else within.set(name, lead);
  }
  return steps.map((step) => {
    const lead = within.get(step.play.definition.name);
    if (lead === undefined) {
      return step.memory.within === undefined ? step : { ...step, memory: without(step.memory, 'within') };
    }
    const says = verdictText('merged', lead, locale);
    return { ...step, outcome: 'merged', says, memory: { ...step.memory, within: lead } };
  });
}

function verdictOf(step: Step): PlayVerdict {
  const { definition } = step.play;
  const { memory, trace, outcome, says } = step;
  const verdict = { play: definition.name, outcome, episode: memory.open ? memory.episode : null, says, trace };
  if (!memory.open) return verdict;
  if (memory.channel !== 'nurture') return { ...verdict, channel: 'task' };
  return { ...verdict, channel: 'nurture', nurtureTrack: definition.nurtureTrack, guideUrl: definition.guideUrl };
}

const urgency = { high: 0, medium: 1, low: 2 } as const;

function actionsOf(steps: readonly Step[], input: PlayInput): readonly NextAction[] {
  const open = steps.filter(({ memory }) => memory.open && memory.channel !== 'nurture');
  if (open.length === 0) return [];
  input.texts?.write();
  const arr = numberOr(input.plays.arr(input.facts) ?? input.account.attributes['arr']);
  const daysToRenewal = numberOr(input.plays.daysToRenewal(input.facts));
  const rank = priorityRank({ score: input.score, arr, daysToRenewal });
  const growth = growthRank({ arr, band: input.band });
  const rankOf = (step: Step): number => (step.play.definition.kind === 'growth' ? growth : rank);
  const alone = new Map(open.map((step) => [step.play.definition.name, actionOf(step, rankOf(step), input)]));
  const place = (name: string): number => {
    const at = input.settings.mergeOrder.indexOf(name);
    return at < 0 ? input.settings.mergeOrder.length : at;
  };
  const actions = open
    .filter(({ memory }) => memory.within === undefined)
    .map(({ play }) => {
      const { name } = play.definition;
      const own = alone.get(name) as NextAction;
      const others = open
        .filter(({ memory }) => memory.within === name)
        .flatMap((step) => alone.get(step.play.definition.name) ?? [])
        .toSorted((a, b) => place(a.play) - place(b.play));
      return others.length === 0 ? own : together(own, others, input.locale);
    });
  return actions.toSorted((a, b) => urgency[a.priority] - urgency[b.priority] || place(a.play) - place(b.play));
}

function actionOf({ play, memory }: Step, rank: number, input: PlayInput): NextAction {
  const { definition } = play;
  const episode = memory.episode ?? input.asOf;
  return {
    account: input.account.key,
    play: definition.name,
    episode,
    ordinal: 0,
    subject: cutText(oneLine(play.subject[input.locale](input.facts)), subjectLength),
    body: withWay(
      [play.body[input.locale](input.facts), play.situation?.[input.locale](input.facts) ?? '']
        .map((text) => text.replaceAll('\r\n', '\n').trim())
        .filter((text) => text !== '')
        .join('\n\n'),
      definition.ways?.[input.touchModel ?? ''],
      input.locale,
    ),
    // Counted from the day it began, so that a task does not get younger each morning.
    dueOn: addBusinessDays(input.calendar, episode.slice(0, 10), definition.dueBusinessDays),
    priority: definition.priority,
    owner: definition.owner,
    rank,
    because: evidenceOf(play.when.trace(input.facts)),
  };
}

/** One task for several risks: the leading text, the earliest day, the highest priority, all reasons. */
function together(lead: NextAction, others: readonly NextAction[], locale: Locale): NextAction {
  const all = [lead, ...others];
  return {
    ...lead,
    body: bodyWithChecklist(lead.body, others, locale),
    dueOn: all.map(({ dueOn }) => dueOn).toSorted()[0] ?? lead.dueOn,
    priority: all.map(({ priority }) => priority).toSorted((a, b) => urgency[a] - urgency[b])[0] ?? lead.priority,
    because: [...new Set(all.flatMap(({ because }) => because))],
  };
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
