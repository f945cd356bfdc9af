// What each metric really counts: the weights of all models as percent of the score, groups and dimensions added up. For the
// table that check shows; the score itself is made in domain/score.ts.

import type { MetricDefinition } from '../domain/decisions.ts';
import type { Locale } from '../domain/nouns.ts';
import { roundHalfAway } from '../domain/number.ts';
import { type WeightedMetric, weightsOf } from './complete/weights.ts';
import { words } from './complete/words.ts';
import type { ScorecardFile } from './schema/scorecard.ts';

/** One line of the table: a dimension, a group of it, or a metric. `percent` by model; null where the model does not count it. */
export interface WeightRow {
  readonly dimension: string;
  /** The groups around it, the outermost first; a group's own name is the last. */
  readonly groups: readonly string[];
  /** Null: the dimension, or the group, as a whole. */
  readonly metric: string | null;
  readonly label: string;
  readonly percent: Readonly<Record<string, number | null>>;
}

/** Effective weights when all data is there, in percent of the score; dimensions and groups in their order, each with its sum. */
export function effectiveWeights(
  scorecard: ScorecardFile,
  metrics: readonly MetricDefinition[],
  locale: Locale,
): WeightRow[] {
  const models = scorecard.models
    .map((model) => ({ id: model.id, weights: weightsOf(model) }))
    .filter(({ weights }) => weights.length > 0);
  const labels = new Map(metrics.map((metric) => [metric.name, metric.label[locale]]));
  const percent = (fits: (one: WeightedMetric) => boolean) =>
    Object.fromEntries(models.map(({ id, weights }) => [id, percentOf(weights, fits)]));
  const isIn = (one: WeightedMetric, dimension: string, groups: readonly string[]) =>
    one.dimension === dimension && groups.every((group, index) => one.groups[index] === group);

  const rows: WeightRow[] = [];
  const add = (dimension: string, groups: readonly string[], label: string) => {
    const inside = models.flatMap(({ weights }) => weights.filter((one) => isIn(one, dimension, groups)));
    if (inside.length === 0) return;
    rows.push({ dimension, groups, metric: null, label, percent: percent((one) => isIn(one, dimension, groups)) });
    const own = inside.filter((one) => one.groups.length === groups.length);
    for (const metric of new Set(own.map((one) => one.metric))) {
      const fits = (one: WeightedMetric) =>
        isIn(one, dimension, groups) && one.groups.length === groups.length && one.metric === metric;
      rows.push({ dimension, groups, metric, label: labels.get(metric) ?? metric, percent: percent(fits) });
    }
    for (const group of new Set(inside.flatMap((one) => one.groups[groups.length] ?? [])))
      add(dimension, [...groups, group], '');
  };
  for (const [dimension, label] of Object.entries(scorecard.dimensions)) add(dimension, [], words(label)[locale]);
  return rows;
}

function percentOf(weights: readonly WeightedMetric[], fits: (one: WeightedMetric) => boolean): number | null {
  const whole = weights.reduce((sum, one) => sum + one.weight, 0);
  const found = weights.filter(fits);
  if (found.length === 0 || whole === 0) return null;
  return roundHalfAway((found.reduce((sum, one) => sum + one.weight, 0) * 100) / whole, 1);
}
