// What each metric really counts: the weights of all models as percent of the score, groups and dimensions added up. For the
// table that check shows; the score itself is made in domain/score.ts.

import type { Decisions } from '../domain/decisions.ts';
import type { Locale } from '../domain/nouns.ts';
import { roundHalfAway } from '../domain/number.ts';

/** One line of the table: a dimension, or a metric of it. `percent` by model; null where the model does not count it. */
export interface WeightRow {
  readonly dimension: string;
  /** Null: the dimension as a whole. */
  readonly metric: string | null;
  readonly label: string;
  readonly percent: Readonly<Record<string, number | null>>;
}

/** Effective weights when all data is there, in percent of the score; dimensions in their order, the heaviest metric first. */
export function effectiveWeights({ scorecard, metrics }: Decisions, locale: Locale): WeightRow[] {
  const models = scorecard.models.filter((model) => model.weights.length > 0);
  const labels = new Map(metrics.map((metric) => [metric.name, metric.label[locale]]));
  const percentIn = (model: (typeof models)[number], fits: (one: (typeof model.weights)[number]) => boolean) => {
    const whole = model.weights.reduce((sum, one) => sum + one.weight, 0);
    const found = model.weights.filter(fits);
    if (found.length === 0 || whole === 0) return null;
    return roundHalfAway((found.reduce((sum, one) => sum + one.weight, 0) * 100) / whole, 1);
  };
  const row = (dimension: string, metric: string | null, label: string): WeightRow => ({
    dimension,
    metric,
    label,
    percent: Object.fromEntries(
      models.map((model) => [
        model.id,
        percentIn(model, (one) => one.dimension === dimension && (metric === null || one.metric === metric)),
      ]),
    ),
  });
  return Object.entries(scorecard.dimensions).flatMap(([dimension, label]) => {
    const names = [
      ...new Set(
        models.flatMap((model) => model.weights.filter((one) => one.dimension === dimension).map((one) => one.metric)),
      ),
    ];
    if (names.length === 0) return [];
    const most = (one: WeightRow) => Math.max(...Object.values(one.percent).map((percent) => percent ?? 0));
    const rows = names.map((name) => row(dimension, name, labels.get(name) ?? name));
    return [row(dimension, null, label[locale]), ...rows.sort((a, b) => most(b) - most(a))];
  });
}
