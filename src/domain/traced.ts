// What a run kept of an account, with its reasons again: a run keeps answers, an explanation also says why, down to each fact.
// Nothing is decided anew: the stored score, band, segments and flags stand, and the conditions are asked once more about
// the facts that were stored with them.

import { Sheet } from './fact-sheet.ts';
import { decideFlag } from './flag.ts';
import { liftOf } from './lift.ts';
import { inOrderOf } from './measure.ts';
import type { Account, Flag, Memory, Outcome, PlayVerdict, Segment, Trace } from './nouns.ts';
import { decidePlays } from './play.ts';
import type { Prepared } from './prepare.ts';
import { decideSegment } from './segment.ts';
import { tellScore, tellTrend } from './tell.ts';

export interface TraceInput {
  readonly outcome: Outcome;
  readonly account: Account;
  /** What was remembered on the day before; null where there was none. */
  readonly memory: Memory | null;
  readonly isFirstRun: boolean;
  readonly prepared: Prepared;
}

/**
 * The outcome with traces, with all lines, with the way up, and with a verdict for every play. Where the configuration says
 * something else by now than what was decided then, what was decided stands and has no trace.
 */
export function tracedOutcome(input: TraceInput): Outcome {
  const { outcome, account, memory, prepared } = input;
  const { locale, wording } = prepared;
  const { asOf, family } = outcome;
  const sheet = new Sheet(prepared.sheets);
  const { facts } = sheet;
  const score = tellScore(outcome.score, wording, 'all');
  const trend = tellTrend(outcome.trend, wording);
  sheet.begin({ account, metrics: inOrderOf(prepared.definitions, outcome.metrics), memory, asOf });
  sheet.setFixed('child_count', family?.children ?? 0);
  sheet.setFixed('red_child_count', family?.redCount ?? 0);
  sheet.setFixed('worst_child_score', family?.worst?.score ?? null);
  sheet.addScore(score, prepared.caps);
  const caps = score.caps.map((cap) => {
    const compiled = prepared.caps.find(({ name }) => name === cap.name);
    return compiled === undefined ? cap : { ...cap, trace: ifSame(compiled.when.trace(facts), cap.trace) };
  });
  sheet.addBand(outcome, trend);

  const segments = outcome.segments.map((segment): Segment => {
    const compiled = prepared.segments.find(({ definition }) => definition.name === segment.name);
    if (compiled === undefined) return segment;
    const again = decideSegment(compiled, facts, memory?.segments[segment.name] ?? null, asOf);
    return again?.segment.value === segment.value ? { ...segment, trace: again.segment.trace } : segment;
  });
  for (const { name, value } of segments) sheet.set(name, value);
  const flags = outcome.flags.map((flag): Flag => {
    const compiled = prepared.flags.find(({ definition }) => definition.name === flag.name);
    if (compiled === undefined) return flag;
    const again = decideFlag(compiled, facts, memory?.flags[flag.name] ?? null, asOf, locale).flag;
    if (again.up !== flag.up) return flag;
    return { ...flag, trace: again.trace, because: flag.up ? flag.because : again.because };
  });
  sheet.addFlags(flags);
  for (const [name, value] of Object.entries(outcome.matrices ?? {})) sheet.set(name, value);

  const model = prepared.models.find(({ ref }) => ref.id === score.model.id);
  const lift =
    model === undefined
      ? []
      : liftOf({
          score: { ...score, caps },
          band: outcome.band,
          model,
          settings: prepared.decisions.scorecard.bands,
          locale,
          peers: prepared.peers,
        });
  const steps = lift.map((step) => step.text);
  sheet.addTexts({ score, trend, flags, lift: steps, metrics: outcome.metrics }, locale);
  return { ...outcome, score: { ...score, caps }, trend, segments, flags, lift, plays: playsOf(input, facts) };
}

/** A trace that answers as it was answered then. */
function ifSame(again: Trace, then: Trace): Trace {
  return again.answer === then.answer ? again : then;
}

/** A verdict for every play: as it was kept, or, for those that rest, as they are looked at once more. */
function playsOf(input: TraceInput, facts: Sheet['facts']): readonly PlayVerdict[] {
  const { outcome, prepared, account, memory, isFirstRun } = input;
  const touchModel = prepared.touchModel(facts);
  const kept = new Map(outcome.plays.map((verdict) => [verdict.play, verdict]));
  const again = decidePlays({
    account,
    facts,
    before: memory,
    asOf: outcome.asOf,
    isFirstRun,
    touchModel: typeof touchModel === 'string' ? touchModel : null,
    plays: prepared.plays,
    settings: prepared.decisions.plays,
    locale: prepared.locale,
    calendar: prepared.calendar,
    score: outcome.score.value,
    band: outcome.band,
  }).verdicts;
  const told = again.map((verdict): PlayVerdict => {
    const then = kept.get(verdict.play);
    return then === undefined ? verdict : { ...then, trace: ifSame(verdict.trace, then.trace) };
  });
  const known = new Set(again.map(({ play }) => play));
  return [...told, ...outcome.plays.filter(({ play }) => !known.has(play))];
}
