// A configuration made ready once: conditions, texts, normalisers, models, calendar. Whatever does not depend on an account or
// a day is done here, so that deciding about an account is only arithmetic.

import { addDays, type BusinessCalendar, businessCalendar } from './calendar.ts';
import { type CompiledCondition, compile } from './condition.ts';
import type { Decisions, MetricDefinition } from './decisions.ts';
import { type CompiledFamilies, compileFamilies } from './family.ts';
import { type CompiledFlag, compileFlags } from './flag.ts';
import { hashOf } from './hash.ts';
import { type CompiledMatrix, compileMatrices } from './matrix.ts';
import { byName } from './measure.ts';
import { compileActive } from './missing.ts';
import { compileNormaliser } from './normalise.ts';
import type { Locale } from './nouns.ts';
import { noPeers, type Peers } from './peers.ts';
import { type CompiledPlay, compilePlays } from './play.ts';
import { reachOf } from './reach.ts';
import { expectedText } from './reason-words.ts';
import type { CompiledCap, CompiledModel } from './score.ts';
import { type CompiledSegment, compileSegments } from './segment.ts';
import { compileText } from './words.ts';

/** A configuration made ready: conditions, texts, normalisers, calendar. Spread into measureAccount, given to decideOutcome. */
export interface Prepared {
  readonly decisions: Decisions;
  readonly definitions: readonly MetricDefinition[];
  readonly zone: string;
  readonly locale: Locale;
  readonly calendar: BusinessCalendar;
  readonly peers: Peers;
  readonly models: readonly CompiledModel[];
  readonly caps: readonly CompiledCap[];
  readonly active: CompiledCondition;
  /** Null: every account is scored. */
  readonly population: CompiledCondition | null;
  readonly segments: readonly CompiledSegment[];
  readonly flags: readonly CompiledFlag[];
  readonly matrices: readonly CompiledMatrix[];
  readonly plays: readonly CompiledPlay[];
  /** Null: every account is scored for itself. */
  readonly families: CompiledFamilies | null;
  /** The first day of each source that any metric looks at, for an as-of day; null: everything. */
  sinceDays(asOf: string): Readonly<Record<string, string | null>>;
}

/** Compiles a configuration. Throws Error where a text or a play does not parse; `check` finds those before. */
export function prepare(decisions: Decisions, peers: Peers = noPeers): Prepared {
  const { home, scorecard, metrics } = decisions;
  const reach = reachOf(metrics);
  return {
    decisions,
    definitions: metrics,
    zone: home.zone,
    locale: home.locale,
    calendar: businessCalendar({ country: home.holidays, extra: home.extraHolidays }),
    peers,
    models: scorecard.models.map((model) => compileModel(model, decisions)),
    caps: scorecard.caps.map((cap) => ({
      name: cap.name,
      when: compile(cap.when),
      limit: cap.limit,
      text: compileText(cap.text[home.locale]),
    })),
    active: compileActive(scorecard.activeWhen),
    population: decisions.identity.population === null ? null : compile(decisions.identity.population),
    segments: compileSegments(decisions.segments),
    flags: compileFlags(decisions.flags),
    matrices: compileMatrices(scorecard.matrices),
    plays: compilePlays(decisions.plays),
    families: compileFamilies(scorecard),
    sinceDays: (asOf) =>
      Object.fromEntries(
        Object.entries(reach).map(([source, days]) => [source, days === null ? null : addDays(asOf, -days)]),
      ),
  };
}

function compileModel(model: Decisions['scorecard']['models'][number], decisions: Decisions): CompiledModel {
  const { home, scorecard } = decisions;
  const index = byName(decisions.metrics);
  const dimensions = new Map<string, number>();
  const used = model.weights.flatMap((weight) => {
    const definition = index.get(weight.metric);
    if (definition === undefined || definition.normalise === null) return [];
    dimensions.set(weight.dimension, (dimensions.get(weight.dimension) ?? 0) + weight.weight);
    return [{ ...weight, definition, normaliser: definition.normalise }];
  });
  const { label: _label, ...rules } = model;
  const made = used.map(({ definition: { label: _words, why: _why, expected: _expected, ...rest } }) => rest);
  return {
    definition: model,
    // Twelve digits tell models apart for ever and keep a score row small.
    ref: { id: model.id, version: scorecard.version, hash: hashOf({ rules, made }).slice(0, 12) },
    when: model.when === null ? null : compile(model.when),
    metrics: used.map(({ metric, dimension, weight, definition, normaliser }) => ({
      name: metric,
      dimension,
      weight,
      definition,
      normalise: compileNormaliser(normaliser),
      label: definition.label[home.locale],
      expected: expectedText(definition, home.locale),
    })),
    dimensions,
    whole: used.reduce((sum, { weight }) => sum + weight, 0),
  };
}
