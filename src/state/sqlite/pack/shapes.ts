// What the outcomes of a configuration have in common: names, weights and sources. It stands once in the table of shapes, and
// bodies refer to it by its hash.

import { hashOf } from '../../../domain/hash.ts';
import type { Metric, ModelRef, Part, Score } from '../../../domain/nouns.ts';
import { StoreError } from '../../../lib/errors.ts';
import type { Sqlite } from '../database.ts';
import { fromJson, toJson } from '../rows.ts';

/** The metrics with their sources, and the model with its parts. */
export interface Shape {
  readonly metrics: readonly (readonly [name: string, from: readonly string[]])[];
  readonly model: ModelRef;
  /** Place of the metric, dimension, weight. */
  readonly parts: readonly (readonly [metric: number, dimension: string, weight: number])[];
  readonly dimensions: readonly (readonly [name: string, weight: number])[];
}
export interface KnownShape {
  readonly key: string;
  readonly text: string;
  readonly shape: Shape;
}
/** By the hash of the model: nearly always the one that is looked for. Which shapes a file has is another question. */
const newest = new Map<string, KnownShape>();
const mostShapes = 200;

/** The shape of these metrics and this score. */
export function shapeOf(metrics: readonly Metric[], score: Score): KnownShape {
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
export function shapeWith(db: Sqlite, key: string): Shape {
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
