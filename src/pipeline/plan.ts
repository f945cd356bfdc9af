// Plan: a page of wishes against a page of the CRM → effects and remarks, counted as they stream by. Sends nothing that
// could change anything. Fields are planned page by page; new tasks wait until all pages were seen (admit.ts). Whose task a
// person ended since is decided anew before anything is wished for, in all CRMs, so that no record asks for what is done.

import { createHash } from 'node:crypto';
import { diffRecord } from '../domain/diff.ts';
import { diffTasks, keyOfAction, observedEnding } from '../domain/diff-tasks.ts';
import { withEscalations } from '../domain/escalation.ts';
import { canonicalJson } from '../domain/hash.ts';
import type { Account, EffectDraft, NextAction, Problem, Remark } from '../domain/nouns.ts';
import { reasonLines } from '../domain/score.ts';
import { addEffects as addEffectsTo, type TallySum } from '../domain/tally.ts';
import { tellOutcome } from '../domain/tell.ts';
import { wishOf, wishRemarks } from '../domain/wish.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import { type Asking, admit, askingOf } from './admit.ts';
import { contactsFor, type PlanContacts } from './contacts.ts';
import { openDeals, type PlanDeals } from './deals.ts';
import { accountPages, type EvaluateAgain } from './evaluate.ts';
import { existingRecords, type ReadExisting } from './existing.ts';
import type { MetHall, MetHand } from './meet.ts';
import { createOwners, type Owners, poolTurns } from './owners.ts';
import { type PlaceWords, rankAccounts } from './places.ts';
import { freeOf, learnEndings, lookAgain, lookAtPage, type PageItem, type Sight, thereOf } from './sight.ts';

export interface PlanRequest {
  readonly asOf: string;
  readonly account: string | null;
  /** Rejected effects may be planned again. */
  readonly lifted: boolean;
  readonly configHash: string;
  /** Sources whose facts are trustworthy today; left out: all. */
  readonly freshSources?: ReadonlySet<string>;
  readonly evaluateAgain: EvaluateAgain;
}
export interface MadePlan {
  readonly plan: number;
  readonly hash: string;
  readonly problems: readonly Problem[];
  /** Write calls the plan would cost, by CRM. */
  readonly calls: Readonly<Record<string, number>>;
  /** Effects left out because the CRM refused the same payload before. */
  readonly quarantined: number;
}

/** Behind the hash of a plan for one account: applying it is no baseline for the whole home (G11). */
export const oneAccountMark = ' one account';

/** Accounts that are held at once while planning: enough to fill a CRM's read call, never all. */
const largestPage = 400;

interface Work {
  readonly hall: MetHall;
  readonly lease: Lease;
  readonly request: PlanRequest;
  readonly plan: number;
  readonly tally: TallySum;
  readonly hash: ReturnType<typeof createHash>;
  readonly counts: Map<string, number>;
  quarantined: number;
  readonly problems: Problem[];
}

/** Drafts a plan over all CRMs that answered; the caller seals it. */
export async function makePlan(
  hall: MetHall,
  lease: Lease,
  request: PlanRequest,
  tally: TallySum,
  signal: AbortSignal,
): Promise<MadePlan> {
  if (request.lifted) await hall.store.outbox.liftQuarantine(lease, null, hall.clock.now());
  const plan = await hall.store.plans.draft(lease, {
    asOf: request.asOf,
    configHash: request.account === null ? request.configHash : `${request.configHash}${oneAccountMark}`,
    now: hall.clock.now(),
  });
  const work: Work = {
    hall,
    lease,
    request,
    plan,
    tally,
    hash: createHash('sha256'),
    counts: new Map(),
    quarantined: 0,
    problems: [],
  };
  const desks: Desk[] = [];
  for (const hand of hall.crms) desks.push(await deskFor(work, hand, signal));
  await planPages(work, desks, signal);
  const calls = Object.fromEntries(
    hall.crms.map(({ crm }) => [crm.name, callsOf(work.counts, crm.name, crm.limits.batchSize)]),
  );
  return { plan, hash: work.hash.digest('hex'), problems: work.problems, calls, quarantined: work.quarantined };
}

/** What planning for one CRM needs besides a page, made ready once. */
interface Desk {
  readonly hand: MetHand;
  readonly owners: Owners | null;
  readonly placesOf: PlaceWords;
  readonly existingOf: ReadExisting;
  readonly dealsOf: PlanDeals;
  readonly contactsOf: PlanContacts;
  readonly asking: Asking[];
}

async function deskFor(work: Work, hand: MetHand, signal: AbortSignal): Promise<Desk> {
  const { hall, lease, request } = work;
  const { crm, mapping } = hand;
  const { plays } = hall.decisions;
  return {
    hand,
    owners: mapping.task === null ? null : createOwners(crm, mapping.task, plays, await poolTurns(hall, crm.name)),
    placesOf: await rankAccounts(hall, lease, mapping, request),
    existingOf: await existingRecords(hall, lease, hand, request.account, signal),
    dealsOf: await openDeals(hall, lease, hand, request.account, signal),
    contactsOf: await contactsFor(hall, lease, hand, request, signal),
    asking: [],
  };
}

async function planPages(work: Work, desks: readonly Desk[], signal: AbortSignal): Promise<void> {
  const { hall, lease, request } = work;
  if (desks.length === 0) return;
  const total = request.account === null ? await hall.store.accounts.count() : 1;
  const size = Math.min(largestPage, Math.max(...desks.map(({ hand }) => hand.crm.limits.readSize * 2)));
  let done = 0;
  for await (const accounts of accountPages(hall, request.account, size)) {
    await breathe();
    signal.throwIfAborted();
    let page = await withOutcomes(work, accounts);
    const sights = new Map<Desk, Sight>();
    const ended = new Set<string>();
    for (const desk of desks) {
      const sight = await lookAtPage(hall, desk.hand, desk.existingOf, page, signal);
      sights.set(desk, sight);
      for (const account of await learnEndings(hall, lease, desk.hand, sight)) ended.add(account);
    }
    if (ended.size > 0) {
      await request.evaluateAgain(accounts.filter(({ key }) => ended.has(key)));
      page = await withOutcomes(work, accounts);
      const changed = page.filter(({ account }) => ended.has(account.key));
      for (const [desk, sight] of sights) await lookAgain(desk.hand, sight, changed, signal);
    }
    done += accounts.length;
    for (const [desk, sight] of sights) {
      await planPage(work, desk, page, sight, signal);
      hall.emit({ kind: 'progress', stage: 'plan', what: `${desk.hand.crm.name} accounts`, done, of: total });
    }
  }
  for (const { hand, owners, contactsOf, asking } of desks) {
    if (request.account === null) work.problems.push(...contactsOf.problems());
    if (owners === null) continue;
    await admit(hall, lease, hand.crm.name, request, asking, (effects, remarks) =>
      addEffects(work, hand, effects, remarks),
    );
  }
}

/** These accounts with what was decided about them today, in the words of the home. */
async function withOutcomes({ hall, request }: Work, accounts: readonly Account[]): Promise<readonly PageItem[]> {
  const keys = accounts.map((account) => account.key);
  const outcomes = await hall.store.history.outcomesOf(keys, request.asOf);
  return accounts.flatMap((account) => {
    const outcome = outcomes.get(account.key);
    return outcome === undefined ? [] : [{ account, outcome: tellOutcome(outcome, hall.prepared.wording) }];
  });
}

async function planPage(
  work: Work,
  desk: Desk,
  page: readonly PageItem[],
  sight: Sight,
  signal: AbortSignal,
): Promise<void> {
  const { hall, lease, request } = work;
  const { hand, owners, asking } = desk;
  const { crm, mapping, org } = hand;
  const { plays } = hall.decisions;
  const { live, records, known, tasks: seen } = sight;
  const keys = page.map(({ account }) => account.key);
  const idOf = (account: Account) => account.ids[mapping.idKind];
  const free = freeOf(hand, sight, page);
  const remarks: Remark[] = page.flatMap(({ account, outcome }) => wishRemarks({ account, outcome, mapping }));
  for (const { account } of page) {
    if (live.has(idOf(account) ?? ''))
      remarks.push({
        account: account.key,
        crm: crm.name,
        word: '',
        kind: 'unsettled',
        says: 'an earlier write has an unknown outcome; left out until it is settled',
      });
  }

  const written = await hall.store.outbox.written(crm.name, 'account', keys);
  const adopt = new Map<string, Record<string, string | number | boolean | null>>();
  const effects: EffectDraft[] = [];
  const places = await desk.placesOf(free.map(({ account }) => account.key));
  for (const { account, outcome } of free) {
    const wish = wishOf({
      outcome,
      account,
      mapping,
      locale: hall.decisions.home.locale,
      extra: { ...places.get(account.key), health_scored_at: scoredAt(hall.clock.now()) },
    });
    if (wish === null) continue;
    const diff = diffRecord({
      wish,
      existing: records.get(wish.target),
      written: written.get(account.key),
      mapping,
      because: reasonLines(outcome.score),
    });
    effects.push(...diff.effects);
    remarks.push(...diff.remarks);
    if (Object.keys(diff.adopt).length > 0) adopt.set(account.key, { ...diff.adopt });
  }
  if (adopt.size > 0) await hall.store.outbox.adopt(lease, crm.name, 'account', adopt);
  const dealt = await desk.dealsOf(free);
  effects.push(...dealt.effects);
  remarks.push(...dealt.remarks);
  const met = await desk.contactsOf.ofPage(free, signal);
  effects.push(...met.effects);
  remarks.push(...met.remarks);

  if (owners !== null && mapping.task !== null) {
    const there = thereOf(hand, sight, page);
    const acting = there.filter(({ outcome }) => outcome.actions.length > 0).map(({ account }) => account);
    if (acting.length > 0 || plays.escalation != null) await owners.learn(acting, signal);
    const growth = new Set(plays.plays.filter(({ kind }) => kind === 'growth').map(({ name }) => name));
    const routed = new Set(plays.plays.filter(({ routing }) => routing != null).map(({ name }) => name));
    for (const { account, outcome } of there) {
      const mine = known.get(account.key) ?? [];
      const keyOf = (action: NextAction) => keyOfAction({ org, crm: crm.name }, action);
      const actions =
        plays.escalation == null
          ? outcome.actions
          : withEscalations({
              actions: outcome.actions,
              known: new Map(mine.map((task) => [task.key, task])),
              existing: seen,
              keyOf,
              asOf: request.asOf,
              calendar: hall.prepared.calendar,
              settings: plays.escalation,
              locale: hall.decisions.home.locale,
              hasManager: owners.inRole(plays.escalation.owner) !== null,
            });
      const diff = diffTasks({
        account: account.key,
        crm: crm.name,
        org,
        target: records.get(idOf(account) ?? '')?.id ?? null,
        asOf: request.asOf,
        actions,
        closings: outcome.closings,
        known: mine,
        existing: [...mine.map((task) => task.key), ...actions.map(keyOf)].flatMap((key) => seen.get(key) ?? []),
        score: outcome.score.value,
        ...(plays.ownerChange === 'reassign'
          ? {
              ownerOf: (action: NextAction) => (routed.has(action.play) ? null : owners.ownerOf(account, action.owner)),
            }
          : {}),
      });
      remarks.push(...diff.remarks);
      if (diff.observed.length > 0)
        await hall.store.tasks.observe(
          lease,
          diff.observed.map((task) => ({ ...task, now: hall.clock.now() })),
        );
      const openAfter =
        mine.filter((task) => task.status === 'open' && observedEnding(crm.name, task, seen.get(task.key)) === null)
          .length - diff.effects.filter((effect) => effect.op === 'close_task').length;
      for (const effect of diff.effects) {
        const action = actions.find(({ play, episode }) => play === effect.play && episode === effect.episode);
        if (effect.op !== 'ensure_task' || action === undefined) effects.push(effect);
        else {
          const about = { openForAccount: openAfter, isGrowth: growth.has(action.play) };
          asking.push(askingOf(effect, action, owners.choose(account, action), about));
        }
      }
    }
  }
  await addEffects(work, hand, effects, remarks);
}

async function addEffects(
  work: Work,
  hand: MetHand,
  drafts: readonly EffectDraft[],
  remarks: readonly Remark[],
): Promise<void> {
  const { hall, lease, plan } = work;
  const barred =
    drafts.length === 0
      ? new Set<string>()
      : await hall.store.outbox.quarantined(
          hand.crm.name,
          drafts.map((effect) => effect.key),
        );
  const effects = drafts.filter((effect) => !barred.has(effect.key));
  work.quarantined += drafts.length - effects.length;
  const told: Remark[] = drafts
    .filter((effect) => barred.has(effect.key))
    .map((effect) => ({
      account: effect.account,
      crm: effect.crm,
      word: Object.keys(effect.payload).join(', '),
      kind: 'unsettled',
      says: 'the CRM refused exactly this before; mend the cause, then: kenko retry --rejected',
    }));
  for (const effect of effects) {
    work.hash.update(canonicalJson({ ...effect, payload: stable(effect) }));
    work.counts.set(
      `${effect.crm} ${effect.object} ${effect.op}`,
      (work.counts.get(`${effect.crm} ${effect.object} ${effect.op}`) ?? 0) + 1,
    );
  }
  addEffectsTo(work.tally, effects, [...remarks, ...told]);
  if (effects.length > 0 || remarks.length > 0 || told.length > 0)
    await hall.store.plans.add(lease, plan, effects, [...remarks, ...told]);
}

/** The payload without the instant that goes along with every write: the same plan an hour later has the same hash. */
function stable(effect: EffectDraft): EffectDraft['payload'] {
  const { health_scored_at: _ridesAlong, ...payload } = effect.payload;
  return payload;
}

function callsOf(counts: ReadonlyMap<string, number>, crm: string, batchSize: number): number {
  let calls = 0;
  for (const [name, count] of counts) if (name.startsWith(`${crm} `)) calls += Math.ceil(count / batchSize);
  return calls;
}
function scoredAt(now: string): string {
  return `${now.slice(0, 19)}Z`;
}
