// Meeting the CRMs at the start of a run: who they are, whether our clocks agree, whether the fields still stand. A field
// that is gone stops that field, a system that refuses us stops that system; the rest goes on.

import type { CrmMapping } from '../domain/decisions.ts';
import { clockGate } from '../domain/gates/clock.ts';
import type { Problem, Verdict } from '../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import type { CrmHand, Hall } from './hall.ts';

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

/** The hall with the CRMs that answered today. */
export interface MetHall extends Hall {
  readonly crms: readonly MetHand[];
}

/** Signs in everywhere, binds the state to the orgs, checks fields and clocks. */
export async function meetCrms(hall: Hall, signal: AbortSignal): Promise<Met> {
  const hands: MetHand[] = [];
  const verdicts: Verdict[] = [];
  const problems: Problem[] = [];
  const failures: KenkoError[] = [];
  // The newest is the run that is meeting them now.
  const lastRun = (await hall.store.runs.last(10)).find((run) => run.state !== 'active');
  let skewMs = 0;
  for (const hand of hall.crms) {
    try {
      const identity = await hand.crm.identify(signal);
      await hall.store.bind(hand.crm.name, identity.org);
      if (identity.clockSkewMs !== null && Math.abs(identity.clockSkewMs) > Math.abs(skewMs))
        skewMs = identity.clockSkewMs;
      const found = await hand.crm.check({ mapping: hand.mapping, tasks: hand.mapping.task !== null }, signal);
      problems.push(...found);
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

/** The mapping without the fields that problems name; null when a problem concerns the whole object. */
function withoutBroken(mapping: CrmMapping, errors: readonly Problem[]): CrmMapping | null {
  if (errors.length === 0) return mapping;
  const named = (field: string) =>
    errors.some((problem) => new RegExp(`(^|[^A-Za-z0-9_])${field}($|[^A-Za-z0-9_])`).test(problem.where));
  const taskFields = Object.values(mapping.task?.fields ?? {});
  const objects = Object.fromEntries(
    Object.entries(mapping.objects).map(([name, object]) => [
      name,
      object === undefined ? object : { ...object, fields: object.fields.filter((field) => !named(field.field)) },
    ]),
  ) as CrmMapping['objects'];
  const known = [
    ...Object.values(mapping.objects).flatMap((object) => object?.fields.map((field) => field.field) ?? []),
    ...taskFields,
  ];
  const elsewhere = errors.filter((problem) => !known.some((field) => problem.where.includes(field)));
  const task = taskFields.some(named) || elsewhere.some((problem) => /task/i.test(problem.where)) ? null : mapping.task;
  if (elsewhere.some((problem) => !/task/i.test(problem.where))) return null;
  return { ...mapping, objects, task };
}
