// Upsell and its kin: raised only where health and demand both say yes and no veto does; it stays for a while without a new
// signal. Unknown never raises a flag. Each flag brings the evidence that a salesperson can use.

import { daysBetween } from './calendar.ts';
import { type CompiledCondition, compile, type Facts } from './condition.ts';
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

export function compileFlags(definitions: readonly FlagDefinition[]): readonly CompiledFlag[] {
  return definitions.map((definition) => ({
    definition,
    gate: compile(definition.gate),
    veto: definition.veto === null ? null : compile(definition.veto),
    signals: definition.signals.map(({ type, when, text }) => ({
      type,
      when: compile(when),
      text: { en: compileText(text.en), ja: compileText(text.ja) },
    })),
  }));
}

/** Up while gate and a signal say yes and the veto does not; without a signal for `expiresDays`, down again. */
export function decideFlag(
  compiled: CompiledFlag,
  facts: Facts,
  before: Remembered | null,
  asOf: string,
  locale: Locale,
): FlagDecision {
  const { definition } = compiled;
  const gate = compiled.gate.trace(facts);
  const veto = compiled.veto?.trace(facts) ?? null;
  const signals = compiled.signals.map((signal) => ({ signal, trace: signal.when.trace(facts) }));
  const raised = signals.filter(({ trace }) => trace.answer === 'yes');
  const trace = together(
    gate,
    veto,
    signals.map(({ trace: one }) => one),
  );
  const flag = (up: boolean, since: string | null, types: readonly string[], because: readonly string[]): Flag => ({
    name: definition.name,
    up,
    since,
    types: [...new Set(types)],
    because,
    trace,
  });

  if (veto?.answer === 'yes') return { flag: flag(false, null, [], [flagReason('veto', veto, locale)]), memory: null };
  if (gate.answer === 'no') return { flag: flag(false, null, [], [flagReason('gate', gate, locale)]), memory: null };
  if (gate.answer === 'yes' && raised.length > 0) {
    const since = before?.since ?? asOf;
    const evidence = raised.map(({ signal }) => signal.text[locale](facts));
    const types = raised.map(({ signal }) => signal.type);
    return { flag: flag(true, since, types, evidence), memory: { since, lastSignal: asOf } };
  }
  // Nothing new says yes; what was raised stays until it is too old. An unknown gate neither raises nor lowers.
  if (before !== null && daysBetween(before.lastSignal, asOf) < definition.expiresDays)
    return {
      flag: flag(true, before.since, [], [flagReason('quiet', null, locale, before.lastSignal)]),
      memory: before,
    };
  const reason =
    gate.answer === 'unknown' ? flagReason('unknown', gate, locale) : flagReason('no_signal', null, locale);
  return { flag: flag(false, null, [], [reason]), memory: null };
}

function together(gate: Trace, veto: Trace | null, signals: readonly Trace[]): Trace {
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
  return { answer, kind: 'all', of };
}
function anyOf(traces: readonly Trace[]): Trace['answer'] {
  if (traces.some((trace) => trace.answer === 'yes')) return 'yes';
  return traces.some((trace) => trace.answer === 'unknown') ? 'unknown' : 'no';
}
