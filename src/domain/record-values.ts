// What an account's record should say, in our words, before any CRM is thought of: every word of record-words.ts that is
// ours, filled from one outcome. It rounds nothing and cuts nothing (wish.ts does, by the mapping); a word that it does not
// name is none of our business on that record.

import type { Account, Fields, Flag, Locale, Outcome, PlayVerdict, Score, Value } from './nouns.ts';
import { recordWords } from './record-words.ts';
import { reasonLines, strongest } from './score.ts';

/** Words that a person fills: never wished, whatever a mapping says. */
export const humanWords: ReadonlySet<string> = new Set(
  recordWords.filter(({ object, who }) => object === 'account' && who === 'human').map(({ word }) => word),
);

/** The reason of a score that is null, then what costs most; at most three lines. */
function reasonsOf(score: Score): readonly string[] {
  const why = score.value === null && score.reason !== null ? [score.reason] : [];
  return [...why, ...reasonLines(score)].slice(0, 3);
}

/**
 * Every word that we own, with its value; null where there is nothing to show. A locked segment is left out: a person's
 * choice is not ours to wish. An account that is not scored shows so, and nothing that a score would say.
 */
export function recordValues(outcome: Outcome, account: Account, locale: Locale): Fields {
  const { score, trend, metrics } = outcome;
  const isScored = outcome.band !== 'not_scored';
  const ifScored = <T extends Value>(value: T): T | null => (isScored ? value : null);
  const values: Record<string, Value> = {
    health_score: ifScored(score.value),
    health_score_calculated: ifScored(score.calculated),
    health_band: outcome.band,
    health_alert: isScored && outcome.alert,
    health_reasons: ifScored(joined(reasonsOf(score), '\n')),
    health_strengths: ifScored(
      score.value === null
        ? null
        : joined(
            strongest(score).map(({ text }) => text),
            locale === 'ja' ? '、' : '; ',
          ),
    ),
    health_change_7d: ifScored(trend.delta7d),
    health_change_30d: ifScored(trend.delta30d),
    health_trend: ifScored(trend.direction),
    health_change_note: ifScored(trend.note === '' ? null : trend.note),
    health_coverage: ifScored(score.coverage * 100),
    health_confidence: ifScored(score.confidence),
    health_model_version: ifScored(modelText(score)),
    health_scored_at: outcome.asOf,
    next_action: outcome.actions[0]?.subject ?? null,
    next_action_due: outcome.actions[0]?.dueOn ?? null,
    parked_until: outcome.memory.parkedUntil,
    worst_child_score: outcome.family?.worst?.score ?? null,
    red_child_count: outcome.family?.redCount ?? null,
    ...nurture(outcome.plays),
  };
  for (const { name, value } of score.dimensions) {
    values[`dimension_${name}`] = ifScored(value);
    values[`health_${name}_score`] = ifScored(value);
  }
  for (const { name, value, state } of metrics) values[`metric_${name}`] = state === 'missing' ? null : value;
  for (const { name, value, locked } of outcome.segments) if (!locked) values[name] = value;
  for (const flag of outcome.flags) Object.assign(values, flagValues(flag, locale));
  Object.assign(values, outcome.matrices);
  // Words that are filled by a fact of their own: a metric, a matrix, an attribute of the account.
  const locked = new Set(outcome.segments.filter((segment) => segment.locked).map(({ name }) => name));
  for (const { word, object, fact, who } of recordWords) {
    if (object !== 'account' || who === 'human' || fact === null || word in values || locked.has(word)) continue;
    const given = [values[`metric_${fact}`], values[fact], account.attributes[fact]];
    const value = given.find((one) => one !== undefined);
    // A dimension that the account's model does not have is empty, not what an earlier model left there.
    if (value !== undefined) values[word] = value;
    else if (fact.startsWith('dimension_')) values[word] = null;
  }
  return values;
}

function modelText({ model }: Score): string {
  return `${model.id}@${model.version} #${model.hash.slice(0, 6)}`;
}

/** Track and guide of the first open play that nurtures; both empty where none does. */
function nurture(plays: readonly PlayVerdict[]): Fields {
  const open = plays.filter(({ channel }) => channel === 'nurture');
  return {
    nurture_track: open.find(({ nurtureTrack }) => nurtureTrack)?.nurtureTrack ?? null,
    next_guide_url: open.find(({ guideUrl }) => guideUrl)?.guideUrl ?? null,
  };
}

/** `upsell` → upsell_flag, upsell_type, upsell_reason, upsell_flag_since; the same for every other flag. */
function flagValues(flag: Flag, locale: Locale): Fields {
  const base = flag.name.replace(/_flag$/, '');
  return {
    [`${base}_flag`]: flag.up,
    [`${base}_type`]: flag.up ? joined(flag.types.toSorted(), ';') : null,
    [`${base}_reason`]: flag.up ? joined(flag.because, locale === 'ja' ? '、' : '; ') : null,
    [`${base}_flag_since`]: flag.up ? flag.since : null,
  };
}

function joined(lines: readonly string[], by: string): string | null {
  return lines.length === 0 ? null : lines.join(by);
}
