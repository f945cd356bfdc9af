// Validation rules of an admin in the pretend org: a condition in the words of a query that, when it holds for the record as
// it would be, refuses the write with the admin's own text. Formulas of deployed rules are kept but not computed.

import { parseQuery } from '@jetstreamapp/soql-parser-js';
import { refusal } from '../fields.ts';
import type { Rule } from '../records.ts';
import type { Test } from './condition.ts';
import { Finder } from './soql-finder.ts';
import type { Org } from './state.ts';

export interface RuleSetting {
  readonly object: string;
  /** The failing condition, as after WHERE: `Health_Score__c > 100 AND Type = 'Other'`. */
  readonly where: string;
  /** What the user is told. */
  readonly message: string;
  /** The field that the message stands at; absent: the top of the page. */
  readonly field?: string;
}

/** The rule that asks all validation rules that stand in the settings at the time of a write. */
export function validationRule(org: () => Org, type: string): Rule {
  const compiled = new WeakMap<RuleSetting, Test>();
  return (after) =>
    org()
      .settings.validationRules.filter((rule) => rule.object.toLowerCase() === type.toLowerCase())
      .filter((rule) => {
        const test = compiled.get(rule) ?? compile(org(), rule);
        compiled.set(rule, test);
        return test(after);
      })
      .map((rule) =>
        refusal('rule', rule.field ?? null, null, {
          code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
          message: rule.message,
        }),
      );
}

function compile(org: Org, rule: RuleSetting): Test {
  const soql = `SELECT Id FROM ${rule.object} WHERE ${rule.where}`;
  const query = parseQuery(soql);
  return new Finder(org, soql, query, { base: '', all: true, asSystem: true }).testOf(query) ?? (() => false);
}
