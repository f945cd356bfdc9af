// G6, tasks: how many new tasks at once, in all and for one person? People stop reading what comes by the hundred.

import type { GateSettings } from '../decisions.ts';
import type { Tally, Verdict } from '../nouns.ts';
import { exceeds, many, verdict } from './verdict.ts';

/** Value: new tasks of this plan, or of the owner who gets most. `openedToday`: tasks that owners got earlier that day. */
export function tasksGate(
  tally: Pick<Tally, 'effects' | 'accounts' | 'tasksPerOwner'> & Partial<Pick<Tally, 'byCrm'>>,
  settings: GateSettings,
  openedToday: Readonly<Record<string, number>> = {},
): Verdict {
  const limits = settings.tasks;
  // One trouble is one task in each CRM: what people see at once is the fullest CRM, not the sum.
  const perCrm = Object.values(tally.byCrm ?? {}).map((effects) => effects.ensure_task);
  const value = perCrm.length === 0 ? tally.effects.ensure_task : Math.max(...perCrm);
  const limit = Math.max(limits.newMin, limits.newShare * tally.accounts.seen);
  const todo =
    'Look at the tasks in the plan; if they are wanted, apply it; else raise a trigger or switch a play off.';
  if (exceeds(value, limit)) {
    return verdict(
      'G6',
      'hold',
      { value, limit },
      `${many(value, 'new task')} at once, ${Math.floor(limit)} allowed. ${todo}`,
    );
  }
  const owners = Object.entries(tally.tasksPerOwner).map(([owner, count]) => ({
    owner,
    count: count + (openedToday[owner] ?? 0),
  }));
  const [most] = owners.toSorted((a, b) => b.count - a.count || (a.owner < b.owner ? -1 : 1));
  if (most !== undefined && most.count > limits.perOwnerPerDay) {
    const who = most.owner === '' ? 'nobody in particular' : `owner ${most.owner}`;
    const numbers = { value: most.count, limit: limits.perOwnerPerDay };
    return verdict(
      'G6',
      'hold',
      numbers,
      `${many(most.count, 'new task')} in one day for ${who}, ${limits.perOwnerPerDay} allowed. ${todo}`,
    );
  }
  return verdict('G6', 'pass', { value, limit }, `${many(value, 'new task')}, ${Math.floor(limit)} allowed.`);
}
