// All that is decided about one account on one day, in its fixed order: model, score, override, caps, band, trend, segments,
// flags, matrices, lift, plays, memory. What the configuration alone determines was compiled before, by `prepare`.
// Pure: the same input gives the same bytes.

import { decideBand } from './band.ts';
import { addDays, businessDaysIn } from './calendar.ts';
import type { Depth, Facts } from './condition.ts';
import type { Decisions, Example } from './decisions.ts';
import { exampleFacts } from './example.ts';
import { type factsOf, Sheet } from './fact-sheet.ts';
import { familyModel, familyOf } from './family.ts';
import { decideFlag } from './flag.ts';
import { liftOf } from './lift.ts';
import { cellOf } from './matrix.ts';
import { inOrderOf, stillCarried } from './measure.ts';
import type { Circumstances } from './missing.ts';
import type {
  Account,
  Band,
  Family,
  Flag,
  Lift,
  Memory,
  Metric,
  ModelRef,
  Outcome,
  Score,
  Segment,
  Trend,
  Value,
} from './nouns.ts';
import { clamp, roundHalfAway } from './number.ts';
import { decidePlays, type PlayInput } from './play.ts';
import { type Prepared, prepare } from './prepare.ts';
import { scoreReason } from './reason-words.ts';
import type { ChildScore } from './rollup.ts';
import { type CompiledModel, chooseModel, finishScore, noScore, scoreMetrics } from './score.ts';
import { decideSegment } from './segment.ts';
import { tellScore, tellTrend, type Wording } from './tell.ts';
import { type Earlier, isOtherModel, noTrend, trendOf } from './trend.ts';

export { type Prepared, prepare } from './prepare.ts';

/** What is known of an account from earlier days; the store's `Before`, restated because domain knows no store. */
export interface PastOfAccount {
  readonly memory: Memory | null;
  /** The newest score before the as-of day, and those nearest to 7 and 30 days before it (within 3 days). */
  readonly last: Earlier | null;
  readonly days7: Earlier | null;
  readonly days30: Earlier | null;
  readonly metrics: Readonly<Record<string, Metric>>;
}
export interface OutcomeInput {
  readonly account: Account;
  readonly metrics: readonly Metric[];
  readonly before: PastOfAccount | null;
  readonly asOf: string;
  readonly isFirstRun: boolean;
  readonly prepared: Prepared;
  /** The accounts below this one, as they were scored today. */
  readonly children?: readonly ChildScore[];
  /** Episodes whose task a person closed or deleted. */
  readonly closedByPerson?: NonNullable<PlayInput['closedByPerson']>;
  /**
   * `brief` decides the same and tells what a run keeps: no traces, no verdicts of plays that rest, no steps of the way up, only
   * the reason lines that a record shows. Default: explained.
   */
  readonly depth?: Depth;
}

/** Model → score → override → caps → band → trend → segments → flags → matrices → lift → plays → memory. */
export function decideOutcome(input: OutcomeInput): Outcome {
  const { account, metrics, asOf, prepared, before, depth = 'explained' } = input;
  const { locale } = prepared;
  const memory = before?.memory ?? null;
  const sheet = new Sheet(prepared.sheets);
  const { facts } = sheet;
  const inOrder = inOrderOf(prepared.definitions, metrics);
  sheet.begin({ account, metrics: inOrder, memory, asOf });
  const isScored = prepared.population === null || prepared.population.answer(facts) === 'yes';
  const model = isScored ? chooseModel(prepared.models, facts) : null;
  const { score: bare, family } = withChildren(input, scoreOf(input, model, isScored, inOrder, sheet, depth), sheet);
  const isRolledUp = bare.model.id === familyModel;
  const score = depth === 'explained' ? tellScore(bare, prepared.wording, 'all') : bare;
  sheet.addScore(score, prepared.caps);

  const last = before?.last ?? null;
  const band = decideBand({
    value: score.value,
    inPopulation: isScored || isRolledUp,
    isCapped: score.caps.some((cap) => cap.applied),
    isNewModel: last !== null && isOtherModel(last.score.model, score.model),
    before: memory,
    asOf,
    settings: prepared.decisions.scorecard.bands,
  });
  let trend =
    isRolledUp || (model !== null && !model.definition.frozen)
      ? trendFor(input, score, isRolledUp ? null : model)
      : noTrend;
  // The parts of a rolled-up score are accounts, whose names only this day knows.
  if (depth === 'explained' || isRolledUp) trend = tellTrend(trend, wordingWith(prepared, input.children));
  sheet.addBand(band, trend);

  const segments: Segment[] = [];
  let segmentMemory = memory?.segments ?? {};
  for (const compiled of prepared.segments) {
    const { name } = compiled.definition;
    const decided = decideSegment(compiled, facts, memory?.segments[name] ?? null, asOf, depth);
    if (decided === null) continue;
    segments.push(decided.segment);
    if (!isSameSegment(segmentMemory[name], decided.memory))
      segmentMemory = { ...segmentMemory, [name]: decided.memory };
  }
  for (const segment of segments) sheet.set(segment.name, segment.value);
  const flags: Flag[] = [];
  let flagMemory: Memory['flags'] = {};
  for (const compiled of prepared.flags) {
    const { name } = compiled.definition;
    const decided = decideFlag(compiled, facts, memory?.flags[name] ?? null, asOf, locale, depth);
    flags.push(decided.flag);
    if (decided.memory !== null) flagMemory = { ...flagMemory, [name]: decided.memory };
  }
  sheet.addFlags(flags);
  const matrices: Record<string, Value> = {};
  for (const matrix of prepared.matrices) {
    const value = cellOf(matrix, facts)?.value ?? null;
    matrices[matrix.definition.name] = value;
    sheet.set(matrix.definition.name, value);
  }

  const ownModel = isRolledUp ? null : model;
  const texts = new LateTexts(prepared, sheet, { score, trend, flags, metrics, band: band.band, model: ownModel });
  const lift = depth === 'explained' ? texts.write(true) : noLift;

  const touchModel = prepared.touchModel(facts);
  const decided = decidePlays({
    account,
    facts,
    before: memory,
    asOf,
    isFirstRun: input.isFirstRun,
    touchModel: typeof touchModel === 'string' ? touchModel : null,
    plays: prepared.plays,
    settings: prepared.decisions.plays,
    locale,
    calendar: prepared.calendar,
    score: score.value,
    band: band.band,
    depth,
    texts: depth === 'brief' ? texts : undefined,
    closedByPerson: input.closedByPerson,
  });
  if (depth === 'brief') sheet.release();

  const outcome: Writable<Outcome> = {
    account: account.key,
    asOf,
    metrics,
    score,
    band: band.band,
    bandBefore: memory?.band ?? null,
    alert: band.alert,
    alertIsNew: band.alertIsNew,
    trend,
    segments,
    flags,
    plays: decided.verdicts,
    actions: decided.actions,
    closings: decided.closings,
    lift,
    memory: {
      ...withoutKnown(memory),
      band: band.band,
      bandSince: band.since,
      pendingBand: band.pendingBand,
      pendingRuns: band.pendingRuns,
      alert: band.alert,
      segments: segmentMemory,
      flags: flagMemory,
      plays: decided.memory,
      parkedUntil: decided.parkedUntil,
    },
  };
  const known = stillCarried(prepared.definitions, inOrder, before, asOf);
  if (known !== null) outcome.memory = { ...outcome.memory, known };
  if (prepared.matrices.length > 0) outcome.matrices = matrices;
  if (family !== null) outcome.family = family;
  return outcome;
}
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The words of the home, and the names of the children as further parts. */
function wordingWith({ wording }: Prepared, children: OutcomeInput['children']): Wording {
  if (children === undefined || children.length === 0) return wording;
  const metrics = new Map(wording.metrics);
  for (const { account, name } of children)
    if (!metrics.has(account)) metrics.set(account, { label: name ?? account, expected: '', unit: 'number' });
  return { ...wording, metrics };
}

const noLift: readonly Lift[] = [];
interface Late {
  readonly score: Score;
  readonly trend: Trend;
  readonly flags: readonly Flag[];
  readonly metrics: readonly Metric[];
  readonly band: Band;
  /** Null where no single model made the score. */
  readonly model: CompiledModel | null;
}
/** The facts that only texts read: the way up and ready-made lines. Most accounts on most days need none of them. */
class LateTexts {
  readonly #prepared: Prepared;
  readonly #sheet: Sheet;
  readonly #told: Late;

  constructor(prepared: Prepared, sheet: Sheet, told: Late) {
    this.#prepared = prepared;
    this.#sheet = sheet;
    this.#told = told;
  }
  /** Fills them in; gives the way up, which is only looked for where a text or `always` asks for it. */
  write(always = false): readonly Lift[] {
    const { locale, wording, peers, decisions, sheets } = this.#prepared;
    const { score, trend, flags, metrics, band, model } = this.#told;
    const lift =
      model !== null && (always || sheets.asksLift)
        ? liftOf({ score, band, model, settings: decisions.scorecard.bands, locale, peers })
        : noLift;
    const lines = { score: tellScore(score, wording), trend: tellTrend(trend, wording) };
    this.#sheet.addTexts({ ...lines, flags, metrics, lift: lift.map((step) => step.text) }, locale);
    return lift;
  }
}

/** What was carried yesterday is decided anew each day. */
function withoutKnown(memory: Memory | null): Omit<Memory, 'known'> | null {
  if (memory?.known === undefined) return memory;
  const { known: _known, ...rest } = memory;
  return rest;
}
function isSameSegment(a: Memory['segments'][string] | undefined, b: Memory['segments'][string]): boolean {
  return a !== undefined && a.value === b.value && a.since === b.since && a.decidedOn === b.decidedOn;
}

/** What is known of an account before anything is decided, as the conditions of a prepared configuration read it. */
export function factsBefore(prepared: Prepared, known: Parameters<typeof factsOf>[0]): Facts {
  const sheet = new Sheet(prepared.sheets);
  sheet.begin({ ...known, metrics: inOrderOf(prepared.definitions, known.metrics) });
  return sheet.facts;
}

const nobody: ModelRef = { id: 'none', version: '0.0.0', hash: '' };

function scoreOf(
  input: OutcomeInput,
  model: CompiledModel | null,
  isScored: boolean,
  metrics: readonly (Metric | undefined)[],
  sheet: Sheet,
  depth: Depth,
): Score {
  const { account, asOf, prepared } = input;
  const { locale } = prepared;
  const context = { account: account.key, asOf, model: model?.ref ?? nobody };
  if (model === null) return noScore(context, scoreReason(isScored ? 'no_model' : 'population', {}, locale));
  if (model.definition.frozen) {
    const last = input.before?.last?.score;
    return last === undefined ? noScore(context, scoreReason('frozen', {}, locale)) : { ...last, asOf };
  }
  return scored(input, model, asOf, metrics, sheet, depth);
}

function scored(
  input: Pick<OutcomeInput, 'account' | 'prepared'>,
  model: CompiledModel,
  asOf: string,
  metrics: readonly (Metric | undefined)[],
  sheet: Sheet,
  depth: Depth,
): Score {
  const { prepared, account } = input;
  const { scorecard } = prepared.decisions;
  const { facts } = sheet;
  const now: Circumstances = { asOf, active: prepared.active.answer(facts), peers: prepared.peers };
  const raw = scoreMetrics(model, metrics, now, scorecard);
  for (const { name, value } of raw.dimensions) sheet.setDimension(name, value);
  sheet.setFixed('coverage', raw.coverage);
  return finishScore(raw, {
    account: account.key,
    asOf,
    model: model.ref,
    attributes: account.attributes,
    facts,
    caps: prepared.caps,
    scorecard,
    locale: prepared.locale,
    depth,
  });
}

/** A parent's own score and those of its children; its facts say how many there are and how they do. */
function withChildren(
  input: OutcomeInput,
  ownScore: Score,
  sheet: Sheet,
): { readonly score: Score; readonly family: Family | null } {
  const { account, prepared, children = [] } = input;
  const { facts } = sheet;
  const { families } = prepared;
  const given = families === null ? null : (account.attributes[families.settings.weight] ?? families.weight(facts));
  const found =
    children.length === 0
      ? null
      : familyOf({
          children,
          own: {
            account: account.key,
            name: account.name,
            score: ownScore.value,
            band: 'unknown',
            arr: typeof given === 'number' ? given : null,
          },
          ownScore,
          facts,
          families: prepared.families,
          coverage: prepared.decisions.scorecard.coverage,
          locale: prepared.locale,
        });
  sheet.setFixed('child_count', children.length);
  sheet.setFixed('red_child_count', found?.family.redCount ?? 0);
  sheet.setFixed('worst_child_score', found?.family.worst?.score ?? null);
  return found ?? { score: ownScore, family: null };
}

/** Earlier inputs with today's model: caps and corrections stay as they were then. */
function rescored(input: OutcomeInput, model: CompiledModel, earlier: Score): Score {
  const { prepared } = input;
  const metrics = new Map<string, Metric>(
    earlier.parts.map(({ metric, value, state, at }) => [
      metric,
      { name: metric, value, state, at, from: [], detail: {} },
    ]),
  );
  const inOrder = prepared.definitions.map(({ name }) => metrics.get(name));
  const sheet = new Sheet(prepared.sheets);
  sheet.addMetrics(inOrder);
  const withoutCaps = { ...prepared, caps: [] };
  const score = scored(
    { account: { ...input.account, attributes: {} }, prepared: withoutCaps },
    model,
    earlier.asOf,
    inOrder,
    sheet,
    'brief',
  );
  sheet.release();
  if (score.value === null || score.raw === null) return score;
  const limit = Math.min(...earlier.caps.map((cap) => cap.limit), 100);
  const value = roundHalfAway(clamp(Math.min(limit, score.raw + (earlier.override?.delta ?? 0)), 0, 100), 1);
  return { ...score, value, caps: earlier.caps, override: earlier.override };
}

/** Without a model (a rolled-up score) an earlier score of another kind cannot be made anew, and is not compared. */
function trendFor(input: OutcomeInput, score: Score, model: CompiledModel | null): Trend {
  const { prepared, before, asOf } = input;
  return trendOf({
    score,
    last: before?.last ?? null,
    days7: before?.days7 ?? null,
    days30: before?.days30 ?? null,
    rescore: (earlier) => (model === null ? { ...earlier, value: null } : rescored(input, model, earlier)),
    businessDaysOfWeek: () => businessDaysIn(prepared.calendar, addDays(asOf, -7), asOf),
    settings: prepared.decisions.scorecard.bands,
  });
}

// ── The admin's own examples ─────────────────────────────────────────────────────────────────────────────────────

const preparedFor = new WeakMap<Decisions, Prepared>();

/** The outcome of an example of config/examples.yaml: decided the same way as in a run, with metrics that are given. */
export function exampleOutcome(example: Example, decisions: Decisions): Outcome {
  let prepared = preparedFor.get(decisions);
  if (prepared === undefined) {
    prepared = prepare(decisions);
    preparedFor.set(decisions, prepared);
  }
  const { account, metrics, memory } = exampleFacts(example, prepared);
  const before = memory === null ? null : { memory, last: null, days7: null, days30: null, metrics: {} };
  return decideOutcome({ account, metrics, before, asOf: example.asOf, isFirstRun: false, prepared });
}
