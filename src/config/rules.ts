// The list of rules across files. All run, all findings are told; the order here does not matter.

import { accountRules } from './rules/accounts.ts';
import { contactRules } from './rules/contacts.ts';
import { exampleRules } from './rules/examples.ts';
import { homeRules } from './rules/home.ts';
import { kpiRules } from './rules/kpis.ts';
import { mappingRules } from './rules/mapping.ts';
import { metricRules } from './rules/metrics.ts';
import { playRules } from './rules/plays.ts';
import { pointRules } from './rules/points.ts';
import { pointReachRules } from './rules/points-reach.ts';
import { reachRules } from './rules/reach.ts';
import type { Rule } from './rules/rule.ts';
import { scorecardRules } from './rules/scorecard.ts';
import { sourceRules } from './rules/sources.ts';

export const rules: readonly Rule[] = [
  ...homeRules,
  ...sourceRules,
  ...metricRules,
  ...pointRules,
  ...scorecardRules,
  ...accountRules,
  ...playRules,
  ...mappingRules,
  ...kpiRules,
  ...contactRules,
  ...reachRules,
  ...pointReachRules,
  ...exampleRules,
];
