// Upsell and its kin: raised only where health and demand both say yes and no veto does; it stays for a while without a new
// signal. Unknown never raises a flag. Each flag brings the evidence that a salesperson can use.

import { daysBetween } from './calendar.ts';
import {
  answered,
  byFactName,
  type CompiledCondition,
  compile,
  type Depth,
  type FactAccess,
  type Facts,
  told,
} from './condition.ts';
import type { FlagDefinition } from './decisions.ts';
import type { Flag, Locale, Memory, Trace } from './nouns.ts';
import { flagReason } from './reason-words.ts';
import { compileText } from './words.ts';

export interface CompiledFlag {
  readonly definition: FlagDefinition;
  readonly gate: CompiledCondition;
  readonly veto: CompiledCondition | null;
  readonly signals: readonly {
    readonly type: string;
    readonly when: CompiledCondition;
    readonly text: Readonly<Record<Locale, (facts: Facts) => string>>;
  }[];
}
type Remembered = Memory['flags'][string];
export interface FlagDecision {
  readonly flag: Flag;
  /** Null when the flag is down. */
  readonly memory: Remembered | null;
}

export function compileFlags(
  definitions: readonly FlagDefinition[],
  access: FactAccess = byFactName,
): readonly CompiledFlag[] {
  return definitions.map((definition) => ({
    definition,
    gate: compile(definition.gate, access),
    veto: definition.veto === null ? null : compile(definition.veto, access),
    signals: definition.signals.map(({ type, when, text }) => ({
      type,
      when: compile(when, access),
      text: { en: compileText(text.en, access), ja: compileText(text.ja, access) },
    })),
  }));
}

/**
 * Up while gate and a signal say yes and the veto does not; without a signal for `expiresDays`, down again. Why a flag is
 * down is only told where it is explained.
 */
export function decideFlag(
  compiled: CompiledFlag,
  facts: Facts,
  before: Remembered | null,
  asOf: string,
  locale: Locale,
  depth: Depth = 'explained',
): FlagDecision {
  const { definition } = compiled;
  if (depth === 'brief' && before === null && !mayRise(compiled, facts)) return restingFlag(compiled);
  const gate = told(compiled.gate, facts, depth);
  const veto = compiled.veto === null ? null : told(compiled.veto, facts, depth);
  const signals = compiled.signals.map(({ when }) => told(when, facts, depth));
  const trace = together(gate, veto, signals, depth);
  const flag = (up: boolean, since: string | null, types: readonly string[], because: readonly string[]): Flag => ({
    name: definition.name,
    up,
    since,
    types,
    because,
    trace,
  });
  const down = (why: () => string): FlagDecision => ({
    flag: flag(false, null, nothing, depth === 'brief' ? nothing : [why()]),
    memory: null,
  });

  if (veto?.answer === 'yes') return down(() => flagReason('veto', veto, locale));
  if (gate.answer === 'no') return down(() => flagReason('gate', gate, locale));
  const raised = compiled.signals.filter((_, index) => signals[index]?.answer === 'yes');
  if (gate.answer === 'yes' && raised.length > 0) {
    const since = before?.since ?? asOf;
    const evidence = raised.map((signal) => signal.text[locale](facts));
    const types = [...new Set(raised.map((signal) => signal.type))];
    return { flag: flag(true, since, types, evidence), memory: { since, lastSignal: asOf } };
  }
  // Nothing new says yes; what was raised stays until it is too old. An unknown gate neither raises nor lowers.
  if (before !== null && daysBetween(before.lastSignal, asOf) < definition.expiresDays)
    return {
      flag: flag(true, before.since, nothing, [flagReason('quiet', null, locale, before.lastSignal)]),
      memory: before,
    };
  return down(() =>
    gate.answer === 'unknown' ? flagReason('unknown', gate, locale) : flagReason('no_signal', null, locale),
  );
}
const nothing: readonly string[] = [];

/** True where gate and veto let a flag rise; which signals there are is not asked. */
function mayRise({ gate, veto, signals }: CompiledFlag, facts: Facts): boolean {
  if (gate.answer(facts) !== 'yes' || veto?.answer(facts) === 'yes') return false;
  return signals.some(({ when }) => when.answer(facts) === 'yes');
}
const resting = new WeakMap<CompiledFlag, FlagDecision>();
/** A flag that was down and stays down, in brief: the same for all accounts. */
function restingFlag(compiled: CompiledFlag): FlagDecision {
  let decision = resting.get(compiled);
  if (decision === undefined) {
    const { name } = compiled.definition;
    const flag: Flag = { name, up: false, since: null, types: nothing, because: nothing, trace: answered.no };
    decision = { flag, memory: null };
    resting.set(compiled, decision);
  }
  return decision;
}

function together(gate: Trace, veto: Trace | null, signals: readonly Trace[], depth: Depth): Trace {
  const any: Trace = { answer: anyOf(signals), kind: 'any', of: signals };
  const not: Trace | null =
    veto === null
      ? null
      : { answer: veto.answer === 'yes' ? 'no' : veto.answer === 'no' ? 'yes' : 'unknown', kind: 'not', of: [veto] };
  const of = not === null ? [gate, any] : [gate, not, any];
  const answer = of.some((one) => one.answer === 'no')
    ? 'no'
    : of.every((one) => one.answer === 'yes')
      ? 'yes'
      : 'unknown';
  return depth === 'brief' ? answered[answer] : { answer, kind: 'all', of };
}
function anyOf(traces: readonly Trace[]): Trace['answer'] {
  if (traces.some((trace) => trace.answer === 'yes')) return 'yes';
  return traces.some((trace) => trace.answer === 'unknown') ? 'unknown' : 'no';
}
