// Who comes first, and who waits. A rank is risk × value × urgency; caps keep people able to do what they are asked to do.
// What is above a cap is never dropped silently: it waits, with the reason, and is offered again with the next plan.
//
// Nothing here holds all accounts. A plan reads its pages twice:
//   1. offer(page)  keeps, per owner, only the best few that still fit (owners × cap, whatever the number of accounts);
//   2. decide(page) says for each candidate whether it is one of them.
// One pass would be unfair: the accounts of the first page would use up an owner's day.

import { daysBetween } from './calendar.ts';
import type { PlaySettings } from './decisions.ts';
import type { Band, NextAction } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** Value of an account whose ARR nobody knows, in the unit of ARR: log10(1 + 90,000/10,000) = 1, neither raised nor lowered. */
const arrWhenUnknown = 90_000;

/**
 * (100 − score)/100 × log10(1 + ARR/10,000) × urgency; urgency by days to renewal: ≤30 2, ≤90 1.5, ≤180 1.2, else 1. A
 * score that nobody knows ranks last (0); a renewal that is past counts as due. Risk × value is rounded to two decimals
 * before the urgency, as in the published table (0.88 × 1.690 = 1.49, × 2 = 2.98), so that a person can check it by hand.
 */
export function priorityRank(account: {
  readonly score: number | null;
  readonly arr: number | null;
  readonly daysToRenewal: number | null;
}): number {
  const { score, arr, daysToRenewal } = account;
  if (score === null) return 0;
  const risk = (100 - score) / 100;
  const value = Math.log10(1 + Math.max(0, arr ?? arrWhenUnknown) / 10_000);
  return roundHalfAway(roundHalfAway(risk * value, 2) * urgencyOf(daysToRenewal), 4);
}
function urgencyOf(days: number | null): number {
  if (days === null || days > 180) return 1;
  if (days > 90) return 1.2;
  return days > 30 ? 1.5 : 2;
}

/** Chance that an offer succeeds, by band: nobody who is unwell buys more. */
const successByBand: Readonly<Record<Band, number>> = {
  green: 0.3,
  yellow: 0.15,
  red: 0.05,
  unknown: 0.1,
  not_scored: 0.05,
};
/** log10(1 + ARR × P(success) / 10,000): in the order of expected ARR, in the range of {@link priorityRank}. */
export function growthRank(account: { readonly arr: number | null; readonly band: Band }): number {
  const expected = Math.max(0, account.arr ?? arrWhenUnknown) * successByBand[account.band];
  return roundHalfAway(Math.log10(1 + expected / 10_000), 4);
}

/** A next action that asks for a place: one that has no task yet. */
export interface Candidate {
  readonly action: NextAction;
  /** Who would get it: the CRM user; the empty string for nobody. */
  readonly owner: string;
  /** Tasks of ours that are open for the account, those that this plan closes not counted. */
  readonly openForAccount: number;
  /** The day it began to wait; null for a new one. */
  readonly waitingSince: string | null;
  /** True for plays of growth: they have places of their own. */
  readonly isGrowth?: boolean;
}
export interface Admission {
  readonly admitted: boolean;
  readonly action: NextAction;
  readonly why: 'owner_day' | 'owner_open' | 'account' | 'too_old' | null;
  /** One sentence for the plan; empty when admitted. */
  readonly says: string;
}

const urgency = { high: 0, medium: 1, low: 2 } as const;

/** Priority first, then rank, then names, so that the order never depends on the order of pages. */
export function compareActions(a: NextAction, b: NextAction): number {
  return (
    urgency[a.priority] - urgency[b.priority] ||
    b.rank - a.rank ||
    compareText(a.account, b.account) ||
    compareText(a.play, b.play) ||
    compareText(a.episode, b.episode)
  );
}
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Places that are taken already, by owner. */
export interface Taken {
  readonly openByOwner: Readonly<Record<string, number>>;
  readonly openedToday: Readonly<Record<string, number>>;
}
/** What an owner still has room for, today and at once. */
interface Desk {
  readonly name: string;
  readonly owner: string;
  readonly perDay: number;
  readonly atOnce: number;
  readonly today: number;
  readonly open: number;
}

/** The places of one CRM on one day. */
export class Places {
  readonly #caps: PlaySettings['caps'];
  readonly #asOf: string;
  readonly #open: Readonly<Record<string, number>>;
  readonly #openedToday: Readonly<Record<string, number>>;
  readonly #growth: Taken;
  readonly #best = new Map<string, NextAction[]>();

  /** `openByOwner` and `openedToday` count tasks that stand already; owners that are absent have none. */
  constructor(day: {
    readonly caps: PlaySettings['caps'];
    readonly asOf: string;
    readonly openByOwner: Readonly<Record<string, number>>;
    readonly openedToday?: Readonly<Record<string, number>>;
    /** How many of them are of growth plays; used where the caps give growth places of its own. */
    readonly growth?: Taken;
  }) {
    this.#caps = day.caps;
    this.#asOf = day.asOf;
    this.#open = day.openByOwner;
    this.#openedToday = day.openedToday ?? {};
    this.#growth = day.growth ?? { openByOwner: {}, openedToday: {} };
  }

  /** First pass: the candidates of one page. All candidates of one account belong on one page. */
  offer(page: readonly Candidate[]): void {
    for (const candidate of this.#fitting(page)) {
      const desk = this.#deskOf(candidate);
      const best = this.#best.get(desk.name) ?? [];
      best.push(candidate.action);
      best.sort(compareActions);
      best.length = Math.min(best.length, desk.today, desk.open);
      this.#best.set(desk.name, best);
    }
  }

  /** Second pass, over the same pages: who got a place, and why the others wait. In the order of the page. */
  decide(page: readonly Candidate[]): readonly Admission[] {
    const fitting = new Set(this.#fitting(page).map(({ action }) => action));
    return page.map((candidate) => {
      const { action, waitingSince } = candidate;
      const desk = this.#deskOf(candidate);
      if (this.#isTooOld(waitingSince)) return this.#waits(candidate, 'too_old', desk);
      if (!fitting.has(action)) return this.#waits(candidate, 'account', desk);
      const best = this.#best.get(desk.name) ?? [];
      if (best.some((one) => compareActions(one, action) === 0)) return { admitted: true, action, why: null, says: '' };
      return this.#waits(candidate, desk.open <= desk.today ? 'owner_open' : 'owner_day', desk);
    });
  }

  /** Candidates that are young enough and fit their account, best first: high priority may fill up to a higher cap. */
  #fitting(page: readonly Candidate[]): readonly Candidate[] {
    const taken = new Map<string, number>();
    const ordered = page.toSorted((a, b) => compareActions(a.action, b.action));
    return ordered.flatMap((candidate) => {
      const { account, priority } = candidate.action;
      if (this.#isTooOld(candidate.waitingSince)) return [];
      const open = candidate.openForAccount + (taken.get(account) ?? 0);
      const cap =
        priority === 'high'
          ? Math.max(this.#caps.openPerAccountHigh, this.#caps.openPerAccount)
          : this.#caps.openPerAccount;
      if (open >= cap) return [];
      taken.set(account, (taken.get(account) ?? 0) + 1);
      return [candidate];
    });
  }

  #isTooOld(since: string | null): boolean {
    return since !== null && daysBetween(since, this.#asOf) > this.#caps.backlogDays;
  }
  /** The places an owner has for this kind of work: growth has a desk of its own where the caps give it one. */
  #deskOf({ owner, isGrowth }: Candidate): Desk {
    const { newPerOwnerPerDay, openPerOwner, newGrowthPerOwnerPerDay, openGrowthPerOwner } = this.#caps;
    const own = newGrowthPerOwnerPerDay !== undefined;
    const opened = this.#openedToday[owner] ?? 0;
    const open = this.#open[owner] ?? 0;
    const growthOpened = own ? (this.#growth.openedToday[owner] ?? 0) : 0;
    const growthOpen = own ? (this.#growth.openByOwner[owner] ?? 0) : 0;
    const desk = (name: string, perDay: number, atOnce: number, today: number, standing: number): Desk => ({
      name,
      owner,
      perDay,
      atOnce,
      today: Math.max(0, perDay - today),
      open: Math.max(0, atOnce - standing),
    });
    return own && isGrowth === true
      ? desk(`growth ${owner}`, newGrowthPerOwnerPerDay, openGrowthPerOwner ?? openPerOwner, growthOpened, growthOpen)
      : desk(`other ${owner}`, newPerOwnerPerDay, openPerOwner, opened - growthOpened, open - growthOpen);
  }

  #waits({ action }: Candidate, why: NonNullable<Admission['why']>, desk: Desk): Admission {
    const caps = this.#caps;
    const who = desk.owner === '' ? 'nobody' : desk.owner;
    const says = {
      owner_day: `waits: ${who} already gets ${desk.perDay} new tasks today`,
      owner_open: `waits: ${who} already has ${desk.atOnce} open tasks`,
      account: `waits: the account already has ${action.priority === 'high' ? caps.openPerAccountHigh : caps.openPerAccount} open tasks`,
      too_old: `dropped: it has waited more than ${caps.backlogDays} days`,
    }[why];
    return { admitted: false, action, why, says };
  }
}

/** The same for a list that fits in memory: both passes at once. */
export function admit(
  candidates: readonly Candidate[],
  day: ConstructorParameters<typeof Places>[0],
): { readonly admitted: readonly NextAction[]; readonly waiting: readonly Admission[] } {
  const places = new Places(day);
  places.offer(candidates);
  const decisions = places.decide(candidates);
  return {
    admitted: decisions.filter(({ admitted }) => admitted).map(({ action }) => action),
    waiting: decisions.filter(({ admitted }) => !admitted),
  };
}

/**
 * Ranks within an owner, 1 = first, for rows that come sorted by owner and then by rank, the highest first. Fold it over
 * the store's order; it remembers one row.
 */
export function nextRank(
  last: { readonly owner: string; readonly place: number } | null,
  owner: string,
): { readonly owner: string; readonly place: number } {
  return { owner, place: last !== null && last.owner === owner ? last.place + 1 : 1 };
}
