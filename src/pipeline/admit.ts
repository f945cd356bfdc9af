// The places of a day: new tasks wait until all pages were seen, because who gets a place in an owner's day is decided over
// all of them (domain/rank.ts). They are the one list that is kept in memory, bounded by the tasks of one run.

import { addBusinessDays, daysBetween } from '../domain/calendar.ts';
import type { EffectDraft, NextAction, Remark } from '../domain/nouns.ts';
import { type Candidate, Places } from '../domain/rank.ts';
import { chunks } from '../lib/batches.ts';
import type { Lease } from '../state/store.ts';
import type { Hall } from './hall.ts';

/** A task that asks for a place, and the draft that would open it. */
export interface Asking extends Candidate {
  readonly draft: EffectDraft;
}

/** The action of a draft as a candidate, for the owner that was chosen. */
export function askingOf(
  draft: EffectDraft,
  action: NextAction,
  owner: string | null,
  about: { readonly openForAccount: number; readonly isGrowth: boolean },
): Asking {
  return {
    ...about,
    draft: { ...draft, payload: { ...draft.payload, owner } },
    action,
    owner: owner ?? '',
    waitingSince: null,
  };
}

export interface AdmitRequest {
  readonly asOf: string;
  /** Only this account was looked at; null: all. */
  readonly account: string | null;
}
/** Hands on what got a place, and what waits with the reason, page by page. */
export type Take = (effects: readonly EffectDraft[], remarks: readonly Remark[]) => Promise<void>;

/** Gives out the places of the day; who got none waits, with the reason. What waited too long is dropped for good. */
export async function admit(
  hall: Hall,
  lease: Lease,
  crm: string,
  request: AdmitRequest,
  asking: readonly Asking[],
  take: Take,
): Promise<void> {
  const { tasks } = hall.store;
  const { caps, plays } = hall.decisions.plays;
  const backlog = await tasks.backlog(crm, 10_000);
  const waitedSince = new Map(backlog.map((action) => [nameOf(action), action.since]));
  const candidates = asking.map((one) => ({ ...one, waitingSince: waitedSince.get(nameOf(one.action)) ?? null }));
  const growth = plays.filter(({ kind }) => kind === 'growth').map(({ name }) => name);
  const places = new Places({
    caps,
    asOf: request.asOf,
    openByOwner: await tasks.openByOwner(crm),
    openedToday: await tasks.openedOn(crm, request.asOf),
    growth: {
      openByOwner: await tasks.openByOwner(crm, growth),
      openedToday: await tasks.openedOn(crm, request.asOf, growth),
    },
  });
  const byAccount = Object.values(Object.groupBy(candidates, (candidate) => candidate.action.account)) as Asking[][];
  const pages = chunks(byAccount, 200).map((groups) => groups.flat());
  for (const page of pages) places.offer(page);
  for (const page of pages) {
    const effects: EffectDraft[] = [];
    const remarks: Remark[] = [];
    const waiting: NextAction[] = [];
    for (const [index, admission] of places.decide(page).entries()) {
      const { action, draft, waitingSince } = page[index] as Asking;
      if (admission.admitted) effects.push(notOverdue(hall, draft, request.asOf));
      // Its row stays where it waits and is how we know, until nobody asks for it any more.
      else if (admission.why !== 'too_old') {
        waiting.push(action);
        remarks.push({ account: action.account, crm, word: action.play, kind: 'waits_for_cap', says: admission.says });
      } else if (daysBetween(waitingSince ?? request.asOf, request.asOf) === caps.backlogDays + 1) {
        remarks.push({ account: action.account, crm, word: action.play, kind: 'dropped', says: admission.says });
      }
    }
    await take(effects, remarks);
    if (waiting.length > 0) await tasks.wait(lease, crm, waiting, hall.clock.now());
    await tasks.unwait(lease, crm, effects, null);
  }
  if (request.account !== null) return;
  const asked = new Set(candidates.map(({ action }) => nameOf(action)));
  const over = backlog.filter((action) => !asked.has(nameOf(action)));
  if (over.length > 0) await tasks.unwait(lease, crm, over, null);
}

/** Nobody gets a task that is overdue when it opens: one that waited is given its days from today on. */
function notOverdue(hall: Hall, draft: EffectDraft, asOf: string): EffectDraft {
  const dueOn = draft.payload['due_on'];
  if (typeof dueOn !== 'string' || dueOn >= asOf) return draft;
  const days = hall.decisions.plays.plays.find(({ name }) => name === draft.play)?.dueBusinessDays ?? 1;
  return { ...draft, payload: { ...draft.payload, due_on: addBusinessDays(hall.prepared.calendar, asOf, days) } };
}

function nameOf({ account, play, episode }: Pick<NextAction, 'account' | 'play' | 'episode'>): string {
  return `${account}/${play}/${episode}`;
}
