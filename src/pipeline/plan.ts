// Plan: a page of wishes against a page of the CRM → effects and remarks, counted as they stream by. Sends nothing that
// could change anything. Fields are planned page by page; new tasks wait until all pages were seen (admit.ts).

import { createHash } from 'node:crypto';
import { diffRecord } from '../domain/diff.ts';
import { diffTasks, keyOfAction } from '../domain/diff-tasks.ts';
import { withEscalations } from '../domain/escalation.ts';
import { canonicalJson } from '../domain/hash.ts';
import type { Account, EffectDraft, NextAction, Outcome, Problem, Remark } from '../domain/nouns.ts';
import { PoolTurns } from '../domain/pool.ts';
import { reasonLines } from '../domain/score.ts';
import { addEffects as addEffectsTo, type TallySum } from '../domain/tally.ts';
import { tellOutcome } from '../domain/tell.ts';
import { wishOf, wishRemarks } from '../domain/wish.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import { type Asking, admit, askingOf } from './admit.ts';
import { contactsFor, type PlanContacts } from './contacts.ts';
import { openDeals, type PlanDeals } from './deals.ts';
import { accountPages } from './evaluate.ts';
import { existingRecords, type ReadExisting } from './existing.ts';
import type { MetHall, MetHand } from './meet.ts';
import { createOwners, type Owners } from './owners.ts';
import { type PlaceWords, rankAccounts } from './places.ts';
import { seenTasks } from './seen-tasks.ts';

export interface PlanRequest {
  readonly asOf: string;
  readonly account: string | null;
  /** Rejected effects may be planned again. */
  readonly lifted: boolean;
  readonly configHash: string;
  /** Sources whose facts are trustworthy today; left out: all. */
  readonly freshSources?: ReadonlySet<string>;
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
  for (const hand of hall.crms) await planFor(work, hand, signal);
  const calls = Object.fromEntries(
    hall.crms.map(({ crm }) => [crm.name, callsOf(work.counts, crm.name, crm.limits.batchSize)]),
  );
  return { plan, hash: work.hash.digest('hex'), problems: work.problems, calls, quarantined: work.quarantined };
}

async function planFor(work: Work, hand: MetHand, signal: AbortSignal): Promise<void> {
  const { hall, request } = work;
  const { crm, mapping } = hand;
  const { plays } = hall.decisions;
  const owners = mapping.task === null ? null : createOwners(crm, mapping.task, plays, await poolTurns(hall, crm.name));
  const placesOf = await rankAccounts(hall, work.lease, mapping, request);
  const existingOf = await existingRecords(hall, work.lease, hand, request.account, signal);
  const dealsOf = await openDeals(hall, work.lease, hand, request.account, signal);
  const contactsOf = await contactsFor(hall, work.lease, hand, request, signal);
  const asking: Asking[] = [];
  const total = request.account === null ? await hall.store.accounts.count() : 1;
  let done = 0;
  for await (const accounts of accountPages(hall, request.account, Math.min(largestPage, crm.limits.readSize * 2))) {
    await breathe();
    signal.throwIfAborted();
    const outcomes = await hall.store.history.outcomesOf(
      accounts.map((account) => account.key),
      request.asOf,
    );
    const page = accounts.flatMap((account) => {
      const outcome = outcomes.get(account.key);
      return outcome === undefined ? [] : [{ account, outcome: tellOutcome(outcome, hall.prepared.wording) }];
    });
    await planPage(work, hand, { owners, placesOf, existingOf, dealsOf, contactsOf }, page, asking, signal);
    done += accounts.length;
    hall.emit({ kind: 'progress', stage: 'plan', what: `${crm.name} accounts`, done, of: total });
  }
  if (request.account === null) work.problems.push(...contactsOf.problems());
  if (owners === null) return;
  await admit(hall, work.lease, crm.name, request, asking, (effects, remarks) =>
    addEffects(work, hand, effects, remarks),
  );
}

/** Whose turn it is in the pools of this CRM today. */
async function poolTurns(hall: MetHall, crm: string): Promise<PoolTurns> {
  const { plays } = hall.decisions;
  const { prior, strength, minGain } = plays.pools ?? { prior: 0.6, strength: 20, minGain: 5 };
  const isNeeded = plays.plays.some((play) => play.on && play.routing != null);
  return new PoolTurns({
    prior,
    strength,
    records: isNeeded ? await hall.store.tasks.effectiveness(crm, minGain) : {},
    open: isNeeded ? await hall.store.tasks.openByOwner(crm) : {},
    perDay: plays.caps.newPerOwnerPerDay,
  });
}

type PageItem = { readonly account: Account; readonly outcome: Outcome };

async function planPage(
  work: Work,
  hand: MetHand,
  people: {
    readonly owners: Owners | null;
    readonly placesOf: PlaceWords;
    readonly existingOf: ReadExisting;
    readonly dealsOf: PlanDeals;
    readonly contactsOf: PlanContacts;
  },
  page: readonly PageItem[],
  asking: Asking[],
  signal: AbortSignal,
): Promise<void> {
  const { hall, lease, request } = work;
  const { crm, mapping, org } = hand;
  const { owners } = people;
  const { plays } = hall.decisions;
  const keys = page.map(({ account }) => account.key);
  const idOf = (account: Account) => account.ids[mapping.idKind];
  const present = page.filter(({ account }) => idOf(account) !== undefined);
  const live = await hall.store.outbox.live(
    crm.name,
    present.flatMap(({ account }) => idOf(account) ?? []),
  );
  const free = present.filter(({ account }) => !live.has(idOf(account) ?? ''));
  const remarks: Remark[] = page.flatMap(({ account, outcome }) => wishRemarks({ account, outcome, mapping }));
  for (const { account } of present) {
    if (live.has(idOf(account) ?? ''))
      remarks.push({
        account: account.key,
        crm: crm.name,
        word: '',
        kind: 'unsettled',
        says: 'an earlier write has an unknown outcome; left out until it is settled',
      });
  }

  const targets = free.map(({ account }) => ({ account: account.key, id: idOf(account) ?? '' }));
  const existing = await people.existingOf(targets, signal);
  const records = new Map(existing.map((record) => [record.target, record]));
  const written = await hall.store.outbox.written(crm.name, 'account', keys);
  const adopt = new Map<string, Record<string, string | number | boolean | null>>();
  const effects: EffectDraft[] = [];
  const places = await people.placesOf(free.map(({ account }) => account.key));
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
  const dealt = await people.dealsOf(free);
  effects.push(...dealt.effects);
  remarks.push(...dealt.remarks);
  const met = await people.contactsOf.ofPage(free, signal);
  effects.push(...met.effects);
  remarks.push(...met.remarks);

  if (owners !== null && mapping.task !== null) {
    const there = free.filter(({ account }) => records.get(idOf(account) ?? '')?.id != null);
    const acting = there.filter(({ outcome }) => outcome.actions.length > 0).map(({ account }) => account);
    if (acting.length > 0 || plays.escalation != null) await owners.learn(acting, signal);
    const known = await hall.store.tasks.ofAccounts(crm.name, keys);
    const seen = await seenTasks(hand, there, known, signal);
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
        mine.filter((task) => task.status === 'open').length -
        diff.effects.filter((effect) => effect.op === 'close_task').length;
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
