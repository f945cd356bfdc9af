// An outcome as bytes. Names, weights and sources are the same for all accounts of a configuration and stand once in the
// table of shapes; a body holds numbers, and words only where something was decided. Deflated, because there is one per
// account and day.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { dayFrom, dayNumber } from '../../domain/calendar.ts';
import { hashOf } from '../../domain/hash.ts';
import type { Metric, MetricState, ModelRef, Outcome, Part, Score, Value } from '../../domain/nouns.ts';
import { StoreError } from '../../lib/errors.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';

/** What outcomes have in common: the metrics with their sources, and the model with its parts. */
interface Shape {
  readonly metrics: readonly (readonly [name: string, from: readonly string[]])[];
  readonly model: ModelRef;
  /** Place of the metric, dimension, weight. */
  readonly parts: readonly (readonly [metric: number, dimension: string, weight: number])[];
  readonly dimensions: readonly (readonly [name: string, weight: number])[];
}
type Rest = Omit<Outcome, 'metrics' | 'score'>;
type ScoreRest = Omit<Score, 'account' | 'asOf' | 'model' | 'dimensions' | 'parts'>;
/** Per metric: value, state, days from the newest fact to the as-of day (the text of an instant), detail where there is one. */
type PackedMetrics = readonly [
  values: readonly Value[],
  states: string,
  ages: readonly (number | string | null)[],
  details: Readonly<Record<string, Metric['detail']>> | 0,
];
/** Per part: effective weight and normalised value; its state where it is not the metric's. Points are their product. */
type PackedParts = readonly [
  weights: readonly number[],
  normalised: readonly (number | null)[],
  states: Readonly<Record<string, MetricState>> | 0,
  dimensions: readonly (number | null)[],
];
type Packed = readonly [
  format: 2,
  shape: string,
  metrics: PackedMetrics,
  parts: PackedParts | 0,
  score: unknown,
  rest: Rest,
];

const letters: Readonly<Record<MetricState, string>> = {
  known: 'k',
  stale: 's',
  missing: 'm',
  not_applicable: 'n',
  silent: 'q',
};
const states = new Map(Object.entries(letters).map(([state, letter]) => [letter, state as MetricState]));

/** Buffers that one outcome fits into, and a window to match: zlib's own sizes take 268 kB a call, page after page. */
const packedChunk = 2_048;
const unpackedChunk = 8_192;

/** Packs the outcomes of one transaction: a shape that they share is written with the first of them. */
export class Packer {
  readonly #db: Sqlite;
  readonly #written = new Set<string>();

  constructor(db: Sqlite) {
    this.#db = db;
  }
  pack(outcome: Outcome): Uint8Array {
    const { metrics, score, ...rest } = outcome;
    const { key, text, shape } = shapeOf(metrics, score);
    if (!this.#written.has(key)) {
      this.#db.run('INSERT INTO shapes (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', key, text);
      this.#written.add(key);
    }
    const isOwn = score.account === outcome.account && score.asOf === outcome.asOf;
    const parts = isOwn ? packedParts(score, metrics, shape) : null;
    const packed: Packed = [
      2,
      key,
      packedMetrics(metrics, outcome.asOf),
      parts ?? 0,
      parts === null ? score : scoreRest(score),
      rest,
    ];
    return deflateRawSync(toJson(packed), { level: 1, chunkSize: packedChunk, windowBits: 12, memLevel: 4 });
  }
}

/** The outcome again, equal to what was packed. */
export function unpack(db: Sqlite, body: Uint8Array): Outcome {
  const given = fromJson<Packed | Outcome>(inflateRawSync(body, { chunkSize: unpackedChunk }).toString('utf8'));
  // Bodies of earlier versions are whole outcomes.
  if (!isPacked(given)) return given;
  const [, id, packed, parts, score, rest] = given;
  const shape = shapeWith(db, id);
  const metrics = metricsFrom(packed, shape, rest.asOf);
  return {
    ...rest,
    metrics,
    score: parts === 0 ? (score as Score) : scoreFrom(score as ScoreRest, parts, metrics, shape, rest),
  };
}
function isPacked(given: Packed | Outcome): given is Packed {
  return Array.isArray(given);
}

function packedMetrics(metrics: readonly Metric[], asOf: string): PackedMetrics {
  const today = dayNumber(asOf);
  let letterOf = '';
  let details: Record<string, Metric['detail']> | 0 = 0;
  const values: Value[] = [];
  const ages: (number | string | null)[] = [];
  for (const [index, { value, state, at, detail }] of metrics.entries()) {
    values.push(value);
    letterOf += letters[state];
    // An instant stays as it is; a day is told by its distance.
    ages.push(at === null ? null : at.length === 10 ? today - dayNumber(at) : at);
    if (!isEmpty(detail)) {
      if (details === 0) details = {};
      details[index] = detail;
    }
  }
  return [values, letterOf, ages, details];
}
function isEmpty(detail: Metric['detail']): boolean {
  for (const _ in detail) return false;
  return true;
}
const noDetail: Metric['detail'] = {};
function metricsFrom([values, letterOf, ages, details]: PackedMetrics, shape: Shape, asOf: string): Metric[] {
  const today = dayNumber(asOf);
  return shape.metrics.map(([name, from], index): Metric => {
    const age = ages[index] ?? null;
    return {
      name,
      value: values[index] ?? null,
      state: states.get(letterOf.charAt(index)) ?? 'missing',
      at: typeof age === 'number' ? dayFrom(today - age) : age,
      from,
      detail: details === 0 ? noDetail : (details[index] ?? noDetail),
    };
  });
}

/** Null where parts are not made of the metrics in the usual way: a score of children, one that was carried on. */
function packedParts(score: Score, metrics: readonly Metric[], shape: Shape): PackedParts | null {
  const { parts } = score;
  if (parts.length !== shape.parts.length) return null;
  let other: Record<string, MetricState> | 0 = 0;
  const weights: number[] = [];
  const normalised: (number | null)[] = [];
  for (const [index, part] of parts.entries()) {
    const metric = metrics[shape.parts[index]?.[0] ?? -1];
    if (metric === undefined || metric.value !== part.value || metric.at !== part.at || part.text !== '') return null;
    if (!isProduct(part)) return null;
    weights.push(part.effectiveWeight);
    normalised.push(part.normalised);
    if (part.state !== metric.state) {
      if (other === 0) other = {};
      other[index] = part.state;
    }
  }
  return [weights, normalised, other, score.dimensions.map(({ value }) => value)];
}
function isProduct({ normalised, effectiveWeight, points, lost }: Part): boolean {
  if (normalised === null) return points === null && lost === 0;
  return points === effectiveWeight * normalised && lost === effectiveWeight - points;
}
function scoreRest({ value, raw, calculated, coverage, confidence, reason, caps, override }: Score): ScoreRest {
  return { value, raw, calculated, coverage, confidence, reason, caps, override };
}
function scoreFrom(
  told: ScoreRest,
  [weights, normalised, other, dimensions]: PackedParts,
  metrics: readonly Metric[],
  shape: Shape,
  { account, asOf }: Rest,
): Score {
  return {
    account,
    asOf,
    model: shape.model,
    value: told.value,
    raw: told.raw,
    calculated: told.calculated,
    coverage: told.coverage,
    confidence: told.confidence,
    reason: told.reason,
    dimensions: shape.dimensions.map(([name, weight], index) => ({ name, value: dimensions[index] ?? null, weight })),
    parts: shape.parts.map(([place, dimension, weight], index): Part => {
      const metric = metrics[place] as Metric;
      const effectiveWeight = weights[index] ?? 0;
      const share = normalised[index] ?? null;
      const points = share === null ? null : effectiveWeight * share;
      return {
        metric: metric.name,
        dimension,
        value: metric.value,
        state: other === 0 ? metric.state : (other[index] ?? metric.state),
        at: metric.at,
        weight,
        effectiveWeight,
        normalised: share,
        points,
        lost: points === null ? 0 : effectiveWeight - points,
        text: '',
      };
    }),
    caps: told.caps,
    override: told.override,
  };
}

// ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────

interface KnownShape {
  readonly key: string;
  readonly text: string;
  readonly shape: Shape;
}
/** By the hash of the model: nearly always the one that is looked for. Which shapes a file has is another question. */
const newest = new Map<string, KnownShape>();
const mostShapes = 200;

function shapeOf(metrics: readonly Metric[], score: Score): KnownShape {
  const { model } = score;
  const name = `${model.id} ${model.hash} ${score.parts.length}`;
  const likely = newest.get(name);
  if (likely !== undefined && fits(likely.shape, metrics, score)) return likely;
  const places = new Map(metrics.map((metric, index) => [metric.name, index]));
  const shape: Shape = {
    metrics: metrics.map((metric) => [metric.name, metric.from]),
    model,
    parts: score.parts.every(({ metric }) => places.has(metric))
      ? score.parts.map(({ metric, dimension, weight }) => [places.get(metric) ?? -1, dimension, weight])
      : [],
    dimensions: score.dimensions.map((dimension) => [dimension.name, dimension.weight]),
  };
  const found = { key: hashOf(shape).slice(0, 16), text: toJson(shape), shape };
  if (newest.size >= mostShapes) newest.clear();
  newest.set(name, found);
  return found;
}
function fits(shape: Shape, metrics: readonly Metric[], { parts, dimensions, model }: Score): boolean {
  if (shape.metrics.length !== metrics.length || shape.parts.length !== parts.length) return false;
  if (shape.dimensions.length !== dimensions.length || shape.model.version !== model.version) return false;
  for (let index = 0; index < metrics.length; index++) {
    const metric = metrics[index] as Metric;
    const [name, from] = shape.metrics[index] as Shape['metrics'][number];
    if (name !== metric.name || from.length !== metric.from.length) return false;
    for (let at = 0; at < from.length; at++) if (from[at] !== metric.from[at]) return false;
  }
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    const [place, dimension, weight] = shape.parts[index] as Shape['parts'][number];
    if (shape.metrics[place]?.[0] !== part.metric || dimension !== part.dimension || weight !== part.weight)
      return false;
  }
  return dimensions.every(({ name, weight }, index) => {
    const dimension = shape.dimensions[index];
    return dimension?.[0] === name && dimension[1] === weight;
  });
}

const read = new WeakMap<Sqlite, Map<string, Shape>>();
/** Rows of shapes are never changed, so one that was read stays as it is. */
function shapeWith(db: Sqlite, key: string): Shape {
  let shapes = read.get(db);
  if (shapes === undefined) {
    shapes = new Map();
    read.set(db, shapes);
  }
  let shape = shapes.get(key);
  if (shape === undefined) {
    const row = db.get<{ body: string }>('SELECT body FROM shapes WHERE key = ?', key);
    if (row === undefined)
      throw new StoreError(`an outcome refers to shape ${key}, which the state file does not have`, {
        where: db.path,
        why: 'Without it nobody knows which number belongs to which metric.',
        fix: 'The file was changed by another program. Put back a backup, or begin with an empty state file.',
      });
    shape = fromJson<Shape>(row.body);
    if (shapes.size >= mostShapes) shapes.clear();
    shapes.set(key, shape);
  }
  return shape;
}
