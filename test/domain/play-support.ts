// Builders for the tests of plays: a play with sensible defaults, and a customer lived through day by day with the memory
// carried along, as evaluate does it.

import { addDays, businessCalendar } from '../../src/domain/calendar.ts';
import type { Facts } from '../../src/domain/condition.ts';
import type { Condition, PlayDefinition, PlaySettings } from '../../src/domain/decisions.ts';
import type { Account, Memory, PlayMemory } from '../../src/domain/nouns.ts';
import { compilePlays, decidePlays, type PlayDecision, type PlayInput } from '../../src/domain/play.ts';

export const firstDay = '2026-03-02';

export function is(fact: string, value: Extract<Condition, { fact: string }>['value']): Condition {
  return { fact, operator: 'is', value };
}
export function atMost(fact: string, value: number): Condition {
  return { fact, operator: 'at_most', value };
}
export function atLeast(fact: string, value: number): Condition {
  return { fact, operator: 'at_least', value };
}

export function play(name: string, change: Partial<PlayDefinition> = {}): PlayDefinition {
  return {
    name,
    id: '',
    on: true,
    kind: 'risk',
    when: is('trouble', true),
    runs: 1,
    stage: null,
    touch: { high: 'task', low: 'task', tech: 'none' },
    taskForTechWhen: null,
    nurtureTrack: null,
    guideUrl: null,
    subject: { en: `${name}: {{name}}`, ja: `${name}:{{name}}` },
    body: { en: `Call about ${name}.`, ja: `${name}について連絡` },
    dueBusinessDays: 3,
    priority: 'medium',
    owner: 'account_owner',
    coolDownDays: 0,
    closesWhen: null,
    closingRuns: 1,
    alert: false,
    ...change,
  };
}

export function settings(plays: readonly PlayDefinition[], change: Partial<PlaySettings> = {}): PlaySettings {
  return {
    plays,
    firstRun: 'open_tasks',
    caps: { newPerOwnerPerDay: 5, openPerOwner: 15, openPerAccount: 2, openPerAccountHigh: 3, backlogDays: 14 },
    mergeOrder: [],
    suppress: [],
    parked: null,
    ...change,
  };
}

export const account: Account = {
  key: 'acme',
  name: 'Acme',
  ids: { salesforce: '001A' },
  owners: { salesforce: '005A' },
  parent: null,
  attributes: { arr: 6_000_000 },
  contacts: [],
};

export interface Day extends Partial<Omit<PlayInput, 'facts' | 'before' | 'asOf'>> {
  readonly facts?: Facts;
}

/** A customer who lives day after day; `decision.memory` of a day is the `before` of the next. */
export class Life {
  readonly #settings: PlaySettings;
  readonly #plays: PlayInput['plays'];
  readonly #common: Day;
  #memory: Memory | null = null;
  #asOf = firstDay;

  constructor(given: PlaySettings, common: Day = {}) {
    this.#settings = given;
    this.#plays = compilePlays(given);
    this.#common = common;
  }

  get asOf(): string {
    return this.#asOf;
  }

  /** Looks at the day without living it. */
  look(day: Day): PlayDecision {
    const score = day.score === undefined ? (this.#common.score === undefined ? 50 : this.#common.score) : day.score;
    return decidePlays({
      account,
      before: this.#memory,
      asOf: this.#asOf,
      isFirstRun: false,
      touchModel: 'high',
      plays: this.#plays,
      settings: this.#settings,
      locale: 'en',
      calendar: businessCalendar({ country: null, extra: [] }),
      band: score === null ? 'unknown' : 'yellow',
      ...this.#common,
      ...day,
      score,
      facts: { name: 'Acme', score: score ?? undefined, ...this.#common.facts, ...day.facts },
    });
  }

  /** Lives the day and goes on to the next. */
  live(day: Day = {}): PlayDecision {
    const decision = this.look(day);
    this.#memory = { ...emptyMemory, plays: decision.memory, parkedUntil: decision.parkedUntil };
    this.#asOf = addDays(this.#asOf, 1);
    return decision;
  }

  /** Days on which nothing is asked. */
  skip(days: number): void {
    this.#asOf = addDays(this.#asOf, days);
  }

  remember(plays: Readonly<Record<string, PlayMemory>>): void {
    this.#memory = { ...emptyMemory, plays };
  }
}

const emptyMemory: Memory = {
  band: 'yellow',
  bandSince: firstDay,
  pendingBand: null,
  pendingRuns: 0,
  alert: false,
  segments: {},
  flags: {},
  plays: {},
  parkedUntil: null,
};

/** `play:outcome` of a decision, in order. */
export function outcomes(decision: PlayDecision): readonly string[] {
  return decision.verdicts.map(({ play: name, outcome }) => `${name}:${outcome}`);
}
/** `play@episode` of what should be open. */
export function open(decision: PlayDecision): readonly string[] {
  return decision.actions.map(({ play: name, episode }) => `${name}@${episode}`);
}
