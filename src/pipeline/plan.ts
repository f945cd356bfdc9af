// Plan: a page of wishes against a page of the CRM → effects and remarks, counted as they stream by. Sends nothing that
// could change anything. Fields are planned page by page; new tasks wait until all pages were seen, because who gets a
// place in an owner's day is decided over all of them (domain/rank.ts): they are the one list kept in memory, bounded by
// the tasks of one run.

import { createHash } from 'node:crypto';
import type { TaskRef } from '../crm/crm.ts';
import { diffRecord } from '../domain/diff.ts';
import { diffTasks, keyOfAction } from '../domain/diff-tasks.ts';
import { canonicalJson } from '../domain/hash.ts';
import type {
  Account,
  EffectDraft,
  ExistingTask,
  KnownTask,
  NextAction,
  Outcome,
  Problem,
  Remark,
} from '../domain/nouns.ts';
import { type Candidate, Places } from '../domain/rank.ts';
import { addEffects as addEffectsTo, type TallySum } from '../domain/tally.ts';
import { wishOf, wishRemarks } from '../domain/wish.ts';
import { chunks } from '../lib/batches.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import { accountPages } from './evaluate.ts';
import type { MetHand } from './meet.ts';
import { createOwners, type Owners } from './owners.ts';
import type { MetHall } from './run.ts';

export interface PlanRequest {
  readonly asOf: string;
  readonly account: string | null;
  /** Rejected effects may be planned again. */
  readonly lifted: boolean;
  readonly configHash: string;
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

/** A task that asks for a place, and the draft that would open it. */
interface Asking extends Candidate {
  readonly draft: EffectDraft;
}

interface Work {
  readonly hall: MetHall;
  readonly lease: Lease;
  readonly request: PlanRequest;
  readonly plan: number;
  readonly tally: TallySum;
  readonly hash: ReturnType<typeof createHash>;
  readonly counts: Map<string, number>;
  quarantined: number;
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
  };
  for (const hand of hall.crms) await planFor(work, hand, signal);
  const calls = Object.fromEntries(
    hall.crms.map(({ crm }) => [crm.name, callsOf(work.counts, crm.name, crm.limits.batchSize)]),
  );
  return { plan, hash: work.hash.digest('hex'), problems: [], calls, quarantined: work.quarantined };
}

async function planFor(work: Work, hand: MetHand, signal: AbortSignal): Promise<void> {
  const { hall, request } = work;
  const { crm, mapping } = hand;
  const owners = mapping.task === null ? null : createOwners(crm, mapping.task);
  const asking: Asking[] = [];
  const total = request.account === null ? await hall.store.accounts.count() : 1;
  let done = 0;
  for await (const accounts of accountPages(hall, request.account, Math.min(largestPage, crm.limits.readSize * 10))) {
    await breathe();
    signal.throwIfAborted();
    const outcomes = await hall.store.history.outcomesOf(
      accounts.map((account) => account.key),
      request.asOf,
    );
    const page = accounts.flatMap((account) => {
      const outcome = outcomes.get(account.key);
      return outcome === undefined ? [] : [{ account, outcome }];
    });
    await planPage(work, hand, owners, page, asking, signal);
    done += accounts.length;
    hall.emit({ kind: 'progress', stage: 'plan', what: `${crm.name} accounts`, done, of: total });
  }
  if (owners !== null) await admit(work, hand, asking);
}

type PageItem = { readonly account: Account; readonly outcome: Outcome };

async function planPage(
  work: Work,
  hand: MetHand,
  owners: Owners | null,
  page: readonly PageItem[],
  asking: Asking[],
  signal: AbortSignal,
): Promise<void> {
  const { hall, lease, request } = work;
  const { crm, mapping, org } = hand;
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

  const words = mapping.objects.account?.fields.map((field) => field.word) ?? [];
  const targets = free.map(({ account }) => ({
    account: account.key,
    object: 'account' as const,
    id: idOf(account) ?? '',
  }));
  const existing = targets.length === 0 ? [] : await crm.read(targets, words, signal);
  const records = new Map(existing.map((record) => [record.target, record]));
  const written = await hall.store.outbox.written(crm.name, 'account', keys);
  const adopt = new Map<string, Record<string, string | number | boolean | null>>();
  const effects: EffectDraft[] = [];
  for (const { account, outcome } of free) {
    const wish = wishOf({
      outcome,
      account,
      mapping,
      locale: hall.decisions.home.locale,
      extra: { health_scored_at: scoredAt(hall.clock.now()) },
    });
    if (wish === null) continue;
    const diff = diffRecord({
      wish,
      existing: records.get(wish.target),
      written: written.get(account.key),
      mapping,
      because: becauseOf(outcome),
    });
    effects.push(...diff.effects);
    remarks.push(...diff.remarks);
    if (Object.keys(diff.adopt).length > 0) adopt.set(account.key, { ...diff.adopt });
  }
  if (adopt.size > 0) await hall.store.outbox.adopt(lease, crm.name, 'account', adopt);

  if (owners !== null && mapping.task !== null) {
    const there = free.filter(({ account }) => records.get(idOf(account) ?? '')?.id != null);
    await owners.learn(
      there.filter(({ outcome }) => outcome.actions.length > 0).map(({ account }) => account),
      signal,
    );
    const known = await hall.store.tasks.ofAccounts(crm.name, keys);
    const seen = await seenTasks(hand, there, known, signal);
    for (const { account, outcome } of there) {
      const mine = known.get(account.key) ?? [];
      const diff = diffTasks({
        account: account.key,
        crm: crm.name,
        org,
        target: records.get(idOf(account) ?? '')?.id ?? null,
        asOf: request.asOf,
        actions: outcome.actions,
        closings: outcome.closings,
        known: mine,
        existing: [
          ...mine.map((task) => task.key),
          ...outcome.actions.map((action) => keyOfAction({ org, crm: crm.name }, action)),
        ].flatMap((key) => seen.get(key) ?? []),
        score: outcome.score.value,
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
        if (effect.op !== 'ensure_task') effects.push(effect);
        else asking.push(askingOf(effect, outcome.actions, (role) => owners.ownerOf(account, role), openAfter));
      }
    }
  }
  await addEffects(work, hand, effects, remarks);
}

/**
 * Our tasks as the CRM has them now: those that the ledger holds open, by id, and those it does not know, by key, because a
 * state file that was restored has forgotten some. Closed ones stay as the human left them and are not asked about.
 */
async function seenTasks(
  hand: MetHand,
  page: readonly PageItem[],
  known: ReadonlyMap<string, readonly KnownTask[]>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ExistingTask>> {
  const refs: TaskRef[] = [];
  for (const { account, outcome } of page) {
    const mine = known.get(account.key) ?? [];
    for (const task of mine) if (task.status === 'open') refs.push({ key: task.key, id: task.crmId, target: null });
    for (const action of outcome.actions) {
      const key = keyOfAction({ org: hand.org, crm: hand.crm.name }, action);
      if (!mine.some((task) => task.key === key))
        refs.push({ key, id: null, target: account.ids[hand.mapping.idKind] ?? null });
    }
  }
  const seen = new Map<string, ExistingTask>();
  for (const part of chunks(refs, hand.crm.limits.readSize)) {
    const found = await hand.crm.find(part, signal);
    for (const ref of part) {
      const task = found.find((candidate) =>
        ref.id === null ? candidate.key === ref.key : candidate.id === ref.id || candidate.key === ref.key,
      );
      if (task !== undefined) seen.set(ref.key, { ...task, key: ref.key });
    }
  }
  return seen;
}

function askingOf(
  draft: EffectDraft,
  actions: readonly NextAction[],
  ownerOf: (role: string) => string | null,
  openForAccount: number,
): Asking {
  const action = actions.find(
    (candidate) => candidate.play === draft.play && candidate.episode === draft.episode,
  ) as NextAction;
  const owner = ownerOf(action.owner);
  return {
    draft: { ...draft, payload: { ...draft.payload, owner } },
    action,
    owner: owner ?? '',
    openForAccount,
    waitingSince: null,
  };
}

/** Gives out the places of the day; who got none waits, with the reason. */
async function admit(work: Work, hand: MetHand, asking: readonly Asking[]): Promise<void> {
  const { hall, lease, request } = work;
  const crm = hand.crm.name;
  const waitedSince = new Map(
    (await hall.store.tasks.backlog(crm, 10_000)).map((action) => [
      `${action.account}/${action.play}/${action.episode}`,
      action.since,
    ]),
  );
  const candidates = asking.map((one) => ({
    ...one,
    waitingSince: waitedSince.get(`${one.action.account}/${one.action.play}/${one.action.episode}`) ?? null,
  }));
  const places = new Places({
    caps: hall.decisions.plays.caps,
    asOf: request.asOf,
    openByOwner: await hall.store.tasks.openByOwner(crm),
    openedToday: await hall.store.tasks.openedOn(crm, request.asOf),
  });
  const byAccount = Object.values(Object.groupBy(candidates, (candidate) => candidate.action.account)) as Asking[][];
  const pages = chunks(byAccount, 200).map((groups) => groups.flat());
  for (const page of pages) places.offer(page);
  for (const page of pages) {
    const effects: EffectDraft[] = [];
    const remarks: Remark[] = [];
    const waiting: NextAction[] = [];
    for (const [index, admission] of places.decide(page).entries()) {
      const one = page[index] as Asking;
      if (admission.admitted) effects.push(one.draft);
      else {
        waiting.push(one.action);
        remarks.push({
          account: one.action.account,
          crm,
          word: one.action.play,
          kind: 'waits_for_cap',
          says: admission.says,
        });
      }
    }
    await addEffects(work, hand, effects, remarks);
    if (waiting.length > 0) await hall.store.tasks.wait(lease, crm, waiting, hall.clock.now());
    await hall.store.tasks.unwait(
      lease,
      crm,
      effects.map(({ account, play, episode }) => ({ account, play, episode })),
      null,
    );
  }
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
function becauseOf(outcome: Outcome): string[] {
  const lost = outcome.score.parts.filter((part) => part.lost > 0).sort((a, b) => b.lost - a.lost);
  return [
    ...outcome.score.caps.filter((cap) => cap.applied).map((cap) => cap.text),
    ...lost.map((part) => part.text),
  ].slice(0, 3);
}
