// The list of rules across files. All run, all findings are told; the order here does not matter.

import type { Rule } from './rules/rule.ts';
import { sourceRules } from './rules/sources.ts';

export const rules: readonly Rule[] = [...sourceRules];
