// Meeting the CRMs at the start of a run: who they are, whether our clocks agree, whether the fields still stand. A field
// that is gone stops that field, a system that refuses us stops that system; the rest goes on.

import { type CrmIdentity, knowsItsDoor } from '../crm/crm.ts';
import { clockGate } from '../domain/gates/clock.ts';
import type { Problem, Verdict } from '../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import type { Lease } from '../state/store.ts';
import type { CrmHand, Hall } from './hall.ts';
import { withoutBroken } from './unbroken.ts';

export interface Met {
  /** CRMs we can work with today, their mappings without the fields that cannot be written. */
  readonly hands: readonly MetHand[];
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
  readonly failures: readonly KenkoError[];
}
export interface MetHand extends CrmHand {
  /** Org or portal id, part of every task key. */
  readonly org: string;
}

/** A token of a portal never becomes one of another; what else is known of the portal is asked anew once a week. */
const askAgainMs = 7 * 86_400_000;

/** The hall with the CRMs that answered today. */
export interface MetHall extends Hall {
  readonly crms: readonly MetHand[];
}

/** Signs in everywhere, binds the state to the orgs, checks fields and clocks. */
export async function meetCrms(hall: Hall, lease: Lease, signal: AbortSignal): Promise<Met> {
  const hands: MetHand[] = [];
  const verdicts: Verdict[] = [];
  const problems: Problem[] = [];
  const failures: KenkoError[] = [];
  // The newest is the run that is meeting them now.
  const lastRun = (await hall.store.runs.last(10)).find((run) => run.state !== 'active');
  let skewMs = 0;
  for (const hand of hall.crms) {
    try {
      const known = await knownIdentity(hall, hand);
      let identity = known ?? (await hand.crm.identify(signal));
      await hall.store.bind(hand.crm.name, identity.org);
      const needs = { mapping: hand.mapping, tasks: await needsTasks(hall, hand) };
      const found = await hand.crm.check(needs, signal);
      problems.push(...found);
      if (known !== null) {
        const clockSkewMs = knowsItsDoor(hand.crm) ? hand.crm.clockSkewMs() : null;
        // Without any answer so far nobody has told the time.
        identity = clockSkewMs === null ? await hand.crm.identify(signal) : { ...known, clockSkewMs };
      } else await keepIdentity(hall, lease, hand, identity);
      if (identity.clockSkewMs !== null && Math.abs(identity.clockSkewMs) > Math.abs(skewMs))
        skewMs = identity.clockSkewMs;
      const mapping = withoutBroken(
        hand.mapping,
        found.filter((problem) => problem.severity === 'error'),
      );
      if (mapping !== null) hands.push({ crm: hand.crm, mapping, org: identity.org });
    } catch (error) {
      rethrowCrash(error);
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof KenkoError) || error.code === 'E_STORE' || error.code === 'E_BUG') throw error;
      failures.push(error);
    }
  }
  verdicts.push(
    clockGate({ skewMs, now: hall.clock.now(), lastRunAt: lastRun?.startedAt ?? null }, hall.decisions.gates),
  );
  return { hands, verdicts, problems, failures };
}

/** Tasks are looked after where a play may open one, and where one of ours is still open. */
async function needsTasks(hall: Hall, hand: CrmHand): Promise<boolean> {
  if (hand.mapping.task === null) return false;
  if (hall.decisions.plays.plays.length > 0) return true;
  return Object.keys(await hall.store.tasks.openByOwner(hand.crm.name)).length > 0;
}

const doors = 'org';
/** Who we found behind these very credentials not long ago; null where it has to be asked. */
async function knownIdentity(hall: Hall, { crm }: CrmHand): Promise<CrmIdentity | null> {
  if (!knowsItsDoor(crm)) return null;
  const door = crm.door();
  const { org, name, sandbox, asked } = (await hall.store.seen.of(crm.name, doors, [door])).get(door)?.fields ?? {};
  const ageMs = Date.parse(hall.clock.now()) - Date.parse(String(asked ?? ''));
  if (!(ageMs >= 0 && ageMs < askAgainMs) || typeof org !== 'string') return null;
  return { org, name: String(name), sandbox: sandbox === true, clockSkewMs: null };
}
async function keepIdentity(hall: Hall, lease: Lease, { crm }: CrmHand, identity: CrmIdentity): Promise<void> {
  if (!knowsItsDoor(crm)) return;
  const { org, name, sandbox } = identity;
  const { seen } = hall.store;
  await seen.begin(lease, crm.name, doors);
  const fields = { org, name, sandbox, asked: hall.clock.now() };
  await seen.keep(lease, crm.name, doors, [{ id: crm.door(), owner: null, fields }], { onlyKnown: false });
}
