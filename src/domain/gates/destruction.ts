// G7, destruction: how much would be emptied or closed? Nothing is ever deleted, but a cleared field and a closed task are
// as good as gone for whoever relied on them.

import type { GateSettings } from '../decisions.ts';
import type { Tally, Verdict } from '../nouns.ts';
import { exceeds, many, percent, verdict } from './verdict.ts';

/**
 * Value: fields cleared (those that come and go not counted, wish.ts) and tasks closed. `standing` is how many values and
 * open tasks of ours there are to lose; 0 where nobody counted them, then only the absolute number is asked.
 */
export function destructionGate(
  tally: Pick<Tally, 'fieldsCleared' | 'effects'>,
  settings: GateSettings,
  standing = 0,
): Verdict {
  const limits = settings.destruction;
  const cleared = tally.fieldsCleared;
  const closed = tally.effects.close_task;
  const value = cleared + closed;
  const what = `${many(cleared, 'field')} cleared and ${many(closed, 'task')} closed`;
  const todo = 'Look at the old values in the plan; if they may go, apply it.';
  if (value > limits.count) {
    return verdict('G7', 'hold', { value, limit: limits.count }, `${what}, ${limits.count} allowed. ${todo}`);
  }
  if (standing > 0 && exceeds(value, limits.share * standing)) {
    const numbers = { value: value / standing, limit: limits.share };
    return verdict(
      'G7',
      'hold',
      numbers,
      `${what}, ${percent(value / standing)} of what stands, ${percent(limits.share)} allowed. ${todo}`,
    );
  }
  return verdict('G7', 'pass', { value, limit: limits.count }, `${what}, ${limits.count} allowed.`);
}
