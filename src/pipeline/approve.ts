// A person's yes to exactly one plan: only while the plan is young, the configuration the same and the plan's hash the one
// that was shown. What a gate stopped cannot be approved, nor what was planned, or would be written, by a wrong clock.

import { createTally } from '../domain/tally.ts';
import { HeldError, StalePlanError, UsageError } from '../lib/errors.ts';
import { areReadsUsual } from './gatekeeper.ts';
import type { Hall } from './hall.ts';
import type { MetHall } from './meet.ts';
import { oneAccountMark } from './plan.ts';
import type { RunReport } from './report.ts';
import { applySealed, meetInto, stages, underLease } from './run.ts';

const oldestMs = 24 * 3_600_000;

/** Applies a plan that is ready or held. */
export async function applyPlan(hall: Hall, planId: number, signal: AbortSignal): Promise<RunReport> {
  const plan = await hall.store.plans.get(planId);
  if (plan === null)
    throw new UsageError(`there is no plan ${planId}`, { fix: 'See the last plans with:\n  kenko status' });
  const again = 'Make a new one with:\n  kenko plan';
  if (plan.state === 'stopped') {
    const stops = plan.verdicts
      .filter((verdict) => verdict.answer === 'stop')
      .map((verdict) => `${verdict.gate}: ${verdict.says}`);
    throw new HeldError(`plan ${planId} was stopped by a gate`, {
      why: `A stop cannot be approved. ${stops.join(' ')}`,
      fix: `Mend the cause. ${again}`,
    });
  }
  if (!plan.complete || plan.state === 'draft')
    throw new HeldError(`plan ${planId} is not complete`, { why: 'It was cut off while it was made.', fix: again });
  if (plan.expired)
    throw new StalePlanError(`nobody answered plan ${planId} within 24 hours`, {
      why: 'It is over: the CRM has moved on since.',
      fix: again,
    });
  if (plan.state === 'cancelled' || plan.state === 'applied')
    throw new UsageError(`plan ${planId} is ${plan.state} already`, { fix: again });
  if (plan.configHash.replace(oneAccountMark, '') !== hall.decisions.hash)
    throw new StalePlanError(`plan ${planId} was made with another configuration`, {
      why: 'It says what the old rules wanted.',
      fix: again,
    });
  if (Date.parse(hall.clock.now()) - Date.parse(plan.createdAt) > oldestMs)
    throw new StalePlanError(`plan ${planId} is older than 24 hours`, {
      why: 'The CRM has moved on since.',
      fix: again,
    });

  const clock = plan.verdicts.find((verdict) => verdict.gate === 'G13' && verdict.answer !== 'pass');
  if (clock !== undefined)
    throw new HeldError(`plan ${planId} was made while the clock was wrong`, {
      why: `Its days and ages mean nothing. ${clock.says}`,
      fix: again,
    });

  return await underLease(hall, { kind: 'apply', asOf: plan.asOf, slot: null }, signal, async (lease, inner, soFar) => {
    const stage = stages(hall, lease, soFar);
    let met: MetHall = { ...hall, crms: [] };
    await stage('start', async () => {
      met = await meetInto(hall, lease, soFar, inner);
      const wrong = soFar.verdicts.find((verdict) => verdict.answer !== 'pass');
      if (wrong !== undefined)
        throw new HeldError(`plan ${planId} is not applied now`, {
          why: 'A yes does not make a wrong clock right.',
          fix: wrong.says,
        });
    });
    if (
      plan.state === 'held' &&
      !(await hall.store.plans.approve(planId, { hash: plan.hash, actor: hall.actor, now: hall.clock.now() }))
    ) {
      throw new StalePlanError(`plan ${planId} can no longer be approved`, {
        why: 'It changed or grew old meanwhile.',
        fix: again,
      });
    }
    // Who said yes to a plan that was held for what the sources gave said yes to that.
    if (plan.state === 'held' && !areReadsUsual(plan.verdicts))
      await hall.store.facts.believe(
        lease,
        hall.sources.map(({ name }) => name),
        'person',
      );
    soFar.plan = await hall.store.plans.get(planId);
    if (soFar.plan !== null) await applySealed(met, lease, soFar.plan, soFar, stage, inner);
    return { tally: soFar.plan?.tally ?? createTally().value(), counts: await hall.store.plans.counts(planId) };
  });
}
