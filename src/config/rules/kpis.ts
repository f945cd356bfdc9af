// Rules about targets: each names a figure that is kept.

import { kpiUnits } from '../../domain/kpi.ts';
import { nearest } from '../problem.ts';
import { type Rule, rule } from './rule.ts';

const file = 'kpis';

export const kpiRules: readonly Rule[] = [
  rule('targets_name_a_figure', ['kpis'], ({ kpis }, tell) => {
    const known = Object.keys(kpiUnits);
    for (const [name, target] of Object.entries(kpis.targets)) {
      if (target.formula !== undefined || known.includes(name)) continue;
      const near = nearest(name, known);
      tell({
        file,
        path: ['targets', name],
        at: 'key',
        what: `there is no figure called ${name}`,
        why: `kept at the ends of months are ${known.join(', ')}`,
        fix: near === null ? 'Add:   formula: customer_churn   or another of them' : `Did you mean ${near}?`,
      });
    }
  }),
];
