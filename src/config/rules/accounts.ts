// Rules about segments and flags: values in order, facts that exist, texts that can be filled in.

import { nearest } from '../problem.ts';
import { accountFacts, checkCondition, factParts } from './facts.ts';
import { type Rule, rule } from './rule.ts';
import { checkText } from './texts.ts';

export const accountRules: readonly Rule[] = [
  rule('segment_conditions_are_known', [...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, segment] of Object.entries(parts.segments.segments)) {
      const path = ['segments', name];
      segment.values.forEach((value, index) => {
        checkCondition(value.when, { file: 'segments', path: [...path, 'values', index, 'when'] }, facts, tell);
      });
      checkCondition(segment.frozen_when, { file: 'segments', path: [...path, 'frozen_when'] }, facts, tell);
      for (const key of ['fact', 'lock'] as const) {
        const fact = segment[key];
        if (fact === undefined || facts.has(fact)) continue;
        const near = nearest(fact, facts.keys());
        tell({
          file: 'segments',
          path: [...path, key],
          what: `nobody knows the fact ${fact}`,
          why: key === 'lock' ? 'a lock that a person sets would not be seen' : 'cuts cannot be made steady without it',
          fix:
            near === null
              ? 'Read it from a roster in config/sources.yaml, or define it as a metric.'
              : `Did you mean ${near}?`,
        });
      }
    }
  }),

  rule('last_value_is_for_the_rest', ['segments'], ({ segments }, tell) => {
    for (const [name, segment] of Object.entries(segments.segments)) {
      const last = segment.values.length - 1;
      const seen = new Set<string>();
      segment.values.forEach((value, index) => {
        const path = ['segments', name, 'values', index];
        if (seen.has(value.value)) {
          tell({
            file: 'segments',
            path: [...path, 'value'],
            what: `the segment ${name} has ${value.value} twice`,
            why: 'one account has one value',
            fix: 'Join their conditions with any.',
          });
        }
        seen.add(value.value);
        if (index === last && value.when !== undefined) {
          tell({
            file: 'segments',
            path: [...path, 'when'],
            at: 'key',
            what: `the last value ${value.value} of ${name} has a condition`,
            why: 'accounts that fit nowhere would have no value',
            fix: 'Remove its when, or add a last value without one.',
          });
        }
        if (index < last && value.when === undefined) {
          tell({
            file: 'segments',
            path: [...path, 'value'],
            what: `${value.value} of ${name} has no condition, so the values below it are never given`,
            why: 'the first that fits is taken',
            fix: 'Add a when, or move it to the end.',
          });
        }
      });
    }
  }),

  rule('flag_conditions_are_known', ['flags', ...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, flag] of Object.entries(parts.flags.flags)) {
      const path = ['flags', name];
      checkCondition(flag.gate, { file: 'flags', path: [...path, 'gate'] }, facts, tell);
      checkCondition(flag.veto, { file: 'flags', path: [...path, 'veto'] }, facts, tell);
      flag.signals.forEach((signal, index) => {
        const at = [...path, 'signals', index];
        checkCondition(signal.when, { file: 'flags', path: [...at, 'when'] }, facts, tell);
        checkText(signal.text, { file: 'flags', path: [...at, 'text'] }, facts, tell);
      });
    }
  }),

  rule('flags_have_a_veto', ['flags'], ({ flags }, tell) => {
    for (const [name, flag] of Object.entries(flags.flags)) {
      if (flag.veto !== undefined) continue;
      tell({
        file: 'flags',
        path: ['flags', name],
        at: 'key',
        warning: 'W_NO_VETO',
        what: `nothing stops the flag ${name}`,
        why: 'an offer in the middle of a complaint does more harm than good',
        fix: 'Add for example:   veto: {notice_on: {missing: false}}',
      });
    }
  }),
];
