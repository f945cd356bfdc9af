// The flat table that conditions and texts read, filled as an outcome is decided. Names here are the names of builtInFacts and
// textFacts; what is not known is null, never 0 or empty.

import type { BandDecision } from './band.ts';
import type { Facts } from './condition.ts';
import { builtInFacts, type MetricDefinition, textFacts } from './decisions.ts';
import { asFacts, FactLayout, type FactRow } from './fact-layout.ts';
import type { Account, Flag, Locale, Memory, Metric, Score, Trend, Value } from './nouns.ts';
import { goalText } from './reason-words.ts';
import { type CompiledCap, reasonLines, strongest } from './score.ts';

type FixedFact = (typeof builtInFacts)[number] | (typeof textFacts)[number];

/** Where the facts of a configuration stand, so that filling in a row looks up as little as possible. */
export interface SheetPlan {
  readonly layout: FactLayout;
  /** Place of every name that is always there. */
  readonly fixed: Readonly<Record<FixedFact, number>>;
  /** True where a text asks for the way up, which takes a while to find. */
  readonly asksLift: boolean;
  /** Place of each metric, in the order of the definitions; -1 where nothing asks for it. */
  readonly metrics: readonly number[];
  /** Place of `cap_<name>`, in the order of the caps. */
  readonly caps: readonly number[];
  /** Place of `dimension_<name>` by the dimension's name. */
  readonly dimensions: Map<string, number>;
  /** Rows to be filled anew: an account at a time needs one, two where an earlier score is made again. */
  readonly spare: FactRow[];
}
/** Plans the sheets of a configuration: after its conditions and texts were compiled with `layout`. */
export function planSheets(
  layout: FactLayout,
  definitions: readonly Pick<MetricDefinition, 'name'>[],
  caps: readonly Pick<CompiledCap, 'name'>[],
): SheetPlan {
  const asksLift = layout.placeOf('lift') >= 0;
  const fixed = Object.fromEntries([...builtInFacts, ...textFacts].map((name) => [name, layout.place(name)]));
  return {
    layout,
    asksLift,
    fixed: fixed as Record<FixedFact, number>,
    metrics: definitions.map(({ name }) => layout.placeOf(name)),
    caps: caps.map(({ name }) => layout.placeOf(`cap_${name}`)),
    dimensions: new Map(),
    spare: [],
  };
}

/** The facts of one account while they are filled in. */
export class Sheet {
  readonly #plan: SheetPlan;
  readonly #row: FactRow;

  constructor(plan: SheetPlan) {
    this.#plan = plan;
    this.#row = plan.spare.pop() ?? new Array<Value | undefined>(plan.layout.size);
    this.#row.fill(undefined);
  }
  /** Gives the row back: whoever still holds its facts will read those of another account. */
  release(): void {
    this.#plan.spare.push(this.#row);
  }
  /** What conditions and texts of the same configuration read. Later changes show. */
  get facts(): Facts {
    return asFacts(this.#row);
  }
  get(name: string): Value | undefined {
    return this.#row[this.#plan.layout.placeOf(name)];
  }
  set(name: string, value: Value): void {
    const place = this.#plan.layout.placeOf(name);
    if (place >= 0) this.#row[place] = value;
  }
  /** Sets a fact that nothing has said yet. */
  suggest(name: string, value: Value): void {
    const place = this.#plan.layout.placeOf(name);
    if (place >= 0) this.#row[place] ??= value;
  }
  setFixed(name: FixedFact, value: Value): void {
    this.#row[this.#plan.fixed[name]] = value;
  }

  /** Attributes, metrics (null unless known) and what is remembered. Metrics in the order of the definitions. */
  begin(known: {
    readonly account: Account;
    readonly metrics: readonly (Metric | undefined)[];
    readonly memory: Memory | null;
    readonly asOf: string;
  }): void {
    const { account, memory } = known;
    const { attributes } = account;
    for (const name in attributes) this.set(name, attributes[name] as Value);
    this.addMetrics(known.metrics);
    this.setFixed('name', account.name);
    this.setFixed('account', account.key);
    this.setFixed('owner', firstOwner(account));
    this.setFixed('band_before', memory?.band ?? null);
    this.setFixed('parked', memory !== null && memory.parkedUntil !== null && memory.parkedUntil > known.asOf);
    if (memory === null) return;
    for (const name in memory.segments) this.suggest(name, memory.segments[name]?.value ?? null);
  }
  addMetrics(metrics: readonly (Metric | undefined)[]): void {
    const places = this.#plan.metrics;
    for (let index = 0; index < metrics.length; index++) {
      const metric = metrics[index];
      const place = places[index] as number;
      if (place >= 0 && metric !== undefined) this.#row[place] = metric.state === 'known' ? metric.value : null;
    }
  }
  /** Score, coverage, dimensions and caps; `cap_<name>` for every cap, matching or not. */
  addScore(score: Score, caps: readonly CompiledCap[]): void {
    this.setFixed('score', score.value);
    this.setFixed('coverage', score.coverage);
    this.setFixed('confidence', score.confidence);
    this.setFixed('model', score.model.id);
    for (const { name, value } of score.dimensions) this.setDimension(name, value);
    for (let index = 0; index < caps.length; index++) {
      const place = this.#plan.caps[index] as number;
      if (place >= 0) this.#row[place] = false;
    }
    this.setFixed('capped', false);
    this.setFixed('cap_names', '');
    if (score.caps.length === 0) return;
    for (const { name } of score.caps) this.set(`cap_${name}`, true);
    this.setFixed(
      'capped',
      score.caps.some((cap) => cap.applied),
    );
    this.setFixed('cap_names', score.caps.map((cap) => cap.name).join(', '));
  }
  setDimension(name: string, value: number | null): void {
    const { dimensions, layout } = this.#plan;
    let place = dimensions.get(name);
    if (place === undefined) {
      place = layout.placeOf(`dimension_${name}`);
      dimensions.set(name, place);
    }
    if (place >= 0) this.#row[place] = value;
  }
  /** Band, alert and trend. */
  addBand(band: Pick<BandDecision, 'band' | 'alert'>, trend: Trend): void {
    this.setFixed('band', band.band);
    this.setFixed('alert', band.alert);
    this.setFixed('trend', trend.direction);
    this.setFixed('delta_7d', trend.delta7d);
    this.setFixed('delta_30d', trend.delta30d);
    this.setFixed('drop_alert', trend.dropAlert);
  }
  /** `upsell_flag` is the flag named upsell; where none is, any flag that is up. */
  addFlags(flags: readonly Flag[]): void {
    let isAnyUp = false;
    let isUpsell: boolean | null = null;
    for (const { name, up } of flags) {
      this.suggest(name, up);
      isAnyUp ||= up;
      if (name === 'upsell' || name === 'upsell_flag') isUpsell ??= up;
    }
    this.setFixed('upsell_flag', isUpsell ?? isAnyUp);
  }
  /** Ready-made lines in the language of the home. */
  addTexts(
    told: {
      readonly score: Score;
      readonly trend: Trend;
      readonly flags: readonly Flag[];
      readonly lift: readonly string[];
      readonly metrics: readonly Metric[];
    },
    locale: Locale,
  ): void {
    const { score, trend, flags, lift, metrics } = told;
    const join = (lines: readonly string[]): string | null =>
      lines.length === 0 ? null : lines.join(locale === 'ja' ? '、' : '; ');
    this.setFixed('reasons', join(reasonLines(score)));
    this.setFixed('strengths', join(strongest(score).map((part) => part.text)));
    this.setFixed('change_note', trend.note === '' ? null : trend.note);
    this.setFixed('upsell_reason', join(flags.filter((flag) => flag.up).flatMap((flag) => flag.because)));
    this.setFixed('lift', join(lift.slice(0, 3)));
    this.setFixed('goal_progress', goalProgress(metrics, locale));
  }
}

/** The same table as a plain object, for those who ask by name: what is known of an account before it is decided. */
export function factsOf(
  known: Parameters<Sheet['begin']>[0] & { readonly metrics: readonly Metric[] },
): Record<string, Value | undefined> {
  const layout = new FactLayout();
  const { account, metrics, memory } = known;
  for (const name of [...Object.keys(account.attributes), ...Object.keys(memory?.segments ?? {})]) layout.place(name);
  for (const { name } of metrics) layout.place(name);
  const sheet = new Sheet(planSheets(layout, metrics, []));
  sheet.begin(known);
  return Object.fromEntries(layout.names.map((name) => [name, sheet.get(name)]));
}

function firstOwner(account: Account): string | null {
  for (const crm in account.owners) {
    const owner = account.owners[crm];
    if (owner !== null && owner !== undefined) return owner;
  }
  return null;
}

/** The goal that is furthest from its target, in its own unit; null where no goal is set. */
export function goalProgress(metrics: readonly Metric[], locale: Locale): string | null {
  for (const { state, detail } of metrics) {
    const text = state === 'known' || state === 'stale' ? goalText(detail, locale) : null;
    if (text !== null) return text;
  }
  return null;
}
