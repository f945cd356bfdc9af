// G10, budget: what will it cost, and what is left of the day? The CRM's calls are shared with everybody else who works
// there.

import type { GateSettings } from '../decisions.ts';
import type { Verdict } from '../nouns.ts';
import { exceeds, percent, verdict } from './verdict.ts';

export interface BudgetFacts {
  readonly crms: readonly {
    readonly crm: string;
    /** Share of the day's calls that are used when this run is over, by everybody, 0..1; null where nobody knows. */
    readonly usedOfDay: number | null;
    /** Share of the day's calls that this run needs in all, 0..1; null where nobody knows. */
    readonly ofRun: number | null;
    /** The home's own limits for this CRM, where it has some. */
    readonly limits?: { readonly shareOfDay: number; readonly shareOfRun: number };
  }[];
}

/** Value: the share that is furthest above (or nearest to) its limit. At `apply` it stops instead of asking. */
export function budgetGate(facts: BudgetFacts, settings: GateSettings, stage: 'plan' | 'apply' = 'plan'): Verdict {
  const asked = facts.crms.flatMap(({ crm, usedOfDay, ofRun, limits }) => {
    const ofDay = limits?.shareOfDay ?? settings.budget.ofDay;
    const ofOne = limits?.shareOfRun ?? settings.budget.ofRun;
    return [
      ...(usedOfDay === null ? [] : [{ crm, value: usedOfDay, limit: ofDay, what: 'of the day in all' }]),
      ...(ofRun === null ? [] : [{ crm, value: ofRun, limit: ofOne, what: 'of the day by this run' }]),
    ];
  });
  const [worst] = asked.toSorted((a, b) => b.value - b.limit - (a.value - a.limit));
  if (worst === undefined) {
    return verdict('G10', 'pass', { value: 0, limit: settings.budget.ofDay }, 'No CRM says how many calls a day has.');
  }
  const over = asked.filter(({ value, limit }) => exceeds(value, limit));
  if (over.length === 0) {
    return verdict(
      'G10',
      'pass',
      worst,
      `${worst.crm} calls: ${percent(worst.value)} ${worst.what}, ${percent(worst.limit)} allowed.`,
    );
  }
  const each = over.map(({ crm, value, limit, what }) => `${crm} ${percent(value)} ${what}, ${percent(limit)} allowed`);
  const todo = 'Wait until the calls are free again, or raise the budget in config/gates.yaml.';
  return verdict('G10', stage === 'plan' ? 'hold' : 'stop', worst, `Too many calls: ${each.join('; ')}. ${todo}`);
}
