// The flat table that conditions and texts read, filled as an outcome is decided. Names here are the names of builtInFacts and
// textFacts; what is not known is null, never 0 or empty.

import type { BandDecision } from './band.ts';
import type { Account, Flag, Locale, Memory, Metric, Score, Trend, Value } from './nouns.ts';
import { goalText } from './reason-words.ts';
import { type CompiledCap, reasonLines, strongest } from './score.ts';

/** Facts while they are still being filled in. */
export type Sheet = Record<string, Value | undefined>;

/**
 * The flat table that conditions and texts read: attributes, metrics by name (null unless known) and what is remembered.
 * decideOutcome adds to it as it decides: dimensions, score, caps, band, trend, segments, flags, matrices, ready-made lines.
 */
export function factsOf(known: {
  readonly account: Account;
  readonly metrics: readonly Metric[];
  readonly memory: Memory | null;
  readonly asOf: string;
}): Sheet {
  const { account, memory } = known;
  const facts: Sheet = { ...account.attributes };
  for (const metric of known.metrics) facts[metric.name] = metric.state === 'known' ? metric.value : null;
  facts['name'] = account.name;
  facts['account'] = account.key;
  facts['owner'] = Object.values(account.owners).find((owner) => owner !== null) ?? null;
  facts['band_before'] = memory?.band ?? null;
  facts['parked'] = memory !== null && memory.parkedUntil !== null && memory.parkedUntil > known.asOf;
  for (const [name, { value }] of Object.entries(memory?.segments ?? {})) facts[name] ??= value;
  return facts;
}

/** Score, coverage, dimensions and caps; `cap_<name>` for every cap, matching or not. */
export function addScore(facts: Sheet, score: Score, caps: readonly CompiledCap[]): void {
  facts['score'] = score.value;
  facts['coverage'] = score.coverage;
  facts['confidence'] = score.confidence;
  facts['model'] = score.model.id;
  for (const { name, value } of score.dimensions) facts[`dimension_${name}`] = value;
  const matching = new Set(score.caps.map((cap) => cap.name));
  for (const cap of caps) facts[`cap_${cap.name}`] = matching.has(cap.name);
  facts['capped'] = score.caps.some((cap) => cap.applied);
  facts['cap_names'] = [...matching].join(', ');
}
/** Band, alert and trend. */
export function addBand(facts: Sheet, band: BandDecision, trend: Trend): void {
  facts['band'] = band.band;
  facts['alert'] = band.alert;
  facts['trend'] = trend.direction;
  facts['delta_7d'] = trend.delta7d;
  facts['delta_30d'] = trend.delta30d;
  facts['drop_alert'] = trend.dropAlert;
}
/** `upsell_flag` is the flag named upsell; where none is, any flag that is up. */
export function addFlags(facts: Sheet, flags: readonly Flag[]): void {
  for (const flag of flags) facts[flag.name] ??= flag.up;
  const upsell = flags.find((flag) => flag.name === 'upsell' || flag.name === 'upsell_flag');
  facts['upsell_flag'] = upsell?.up ?? flags.some((flag) => flag.up);
}
/** The goal that is furthest from its target, in its own unit; null where no goal is set. */
export function goalProgress(metrics: readonly Metric[], locale: Locale): string | null {
  for (const { state, detail } of metrics) {
    const text = state === 'known' || state === 'stale' ? goalText(detail, locale) : null;
    if (text !== null) return text;
  }
  return null;
}
/** Ready-made lines in the language of the home. */
export function addTexts(
  facts: Sheet,
  score: Score,
  trend: Trend,
  flags: readonly Flag[],
  lift: readonly string[],
  locale: Locale,
): void {
  const join = (lines: readonly string[]): string | null =>
    lines.length === 0 ? null : lines.join(locale === 'ja' ? '、' : '; ');
  facts['reasons'] = join(reasonLines(score));
  facts['strengths'] = join(strongest(score).map((part) => part.text));
  facts['change_note'] = trend.note === '' ? null : trend.note;
  facts['upsell_reason'] = join(flags.filter((flag) => flag.up).flatMap((flag) => flag.because));
  facts['lift'] = join(lift.slice(0, 3));
}
