// A configuration made ready once: conditions, texts, normalisers, models, calendar. Whatever does not depend on an account or
// a day is done here, so that deciding about an account is only arithmetic.

import { addDays, type BusinessCalendar, businessCalendar } from './calendar.ts';
import { type CompiledCondition, compile, type ReadFact } from './condition.ts';
import type { Decisions, MetricDefinition } from './decisions.ts';
import { FactLayout } from './fact-layout.ts';
import { planSheets, type SheetPlan } from './fact-sheet.ts';
import { type CompiledFamilies, compileFamilies } from './family.ts';
import { type CompiledFlag, compileFlags } from './flag.ts';
import { hashOf } from './hash.ts';
import { type CompiledMatrix, compileMatrices } from './matrix.ts';
import { byName } from './measure.ts';
import { compileActive } from './missing.ts';
import { compileNormaliser } from './normalise.ts';
import type { Locale } from './nouns.ts';
import { noPeers, type Peers } from './peers.ts';
import { type CompiledPlays, compilePlays } from './play.ts';
import { reachOf } from './reach.ts';
import { expectedText } from './reason-words.ts';
import type { CompiledCap, CompiledModel } from './score.ts';
import { type CompiledSegment, compileSegments } from './segment.ts';
import type { Wording } from './tell.ts';
import { weightTree } from './weight-tree.ts';
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
  readonly plays: CompiledPlays;
  /** The touch model of the account, as plays read it. */
  readonly touchModel: ReadFact;
  /** What metrics are called where they are shown. */
  readonly wording: Wording;
  /** Where the facts stand that all of these read. */
  readonly sheets: SheetPlan;
  /** Null: every account is scored for itself. */
  readonly families: CompiledFamilies | null;
  /** The first day of each source that any metric looks at, for an as-of day; null: everything. */
  sinceDays(asOf: string): Readonly<Record<string, string | null>>;
}

/** Compiles a configuration. Throws Error where a text or a play does not parse; `check` finds those before. */
export function prepare(decisions: Decisions, peers: Peers = noPeers): Prepared {
  const { home, scorecard, metrics } = decisions;
  const reach = reachOf(metrics);
  const layout = new FactLayout();
  const caps = scorecard.caps.map((cap) => ({
    name: cap.name,
    when: compile(cap.when, layout),
    limit: cap.limit,
    text: compileText(cap.text[home.locale], layout),
  }));
  const compiled = {
    models: scorecard.models.map((model) => compileModel(model, decisions, layout)),
    caps,
    active: compileActive(scorecard.activeWhen, layout),
    population: decisions.identity.population === null ? null : compile(decisions.identity.population, layout),
    segments: compileSegments(decisions.segments, layout),
    flags: compileFlags(decisions.flags, layout),
    matrices: compileMatrices(scorecard.matrices, layout),
    plays: compilePlays(decisions.plays, layout),
    families: compileFamilies(scorecard, layout),
    touchModel: layout.reader('touch_model'),
  };
  return {
    decisions,
    definitions: metrics,
    zone: home.zone,
    locale: home.locale,
    calendar: businessCalendar({ country: home.holidays, extra: home.extraHolidays }),
    peers,
    ...compiled,
    sheets: planSheets(layout, metrics, caps),
    wording: {
      locale: home.locale,
      metrics: new Map(
        metrics.map((definition) => {
          const { name, label, unit } = definition;
          return [name, { label: label[home.locale], expected: expectedText(definition, home.locale), unit }];
        }),
      ),
    },
    sinceDays: (asOf) =>
      Object.fromEntries(
        Object.entries(reach).map(([source, days]) => [source, days === null ? null : addDays(asOf, -days)]),
      ),
  };
}

function compileModel(
  model: Decisions['scorecard']['models'][number],
  decisions: Decisions,
  layout: FactLayout,
): CompiledModel {
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
    when: model.when === null ? null : compile(model.when, layout),
    metrics: used.map(({ metric, dimension, weight, definition, normaliser }) => ({
      name: metric,
      index: decisions.metrics.indexOf(definition),
      dimensionIndex: [...dimensions.keys()].indexOf(dimension),
      dimension,
      weight,
      definition,
      normalise: compileNormaliser(normaliser),
      label: definition.label[home.locale],
    })),
    dimensionList: [...dimensions].map(([name, weight]) => ({ name, weight })),
    tree: weightTree(used, [...dimensions.keys()]),
    whole: used.reduce((sum, { weight }) => sum + weight, 0),
  };
}
