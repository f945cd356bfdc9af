// Rules about points and bands that nobody can ever reach: a tier above all that a number can be, a colour beyond the ends of the
// scale, a word that gives no points.

import { weightsOf } from '../complete/weights.ts';
import { nearest, type Path } from '../problem.ts';
import { both, isEmpty, type ValueSet } from '../reach/values.ts';
import { metricValues } from '../reach/world.ts';
import type { NormaliserGiven } from '../schema/measure.ts';
import { type Parts, type Rule, rule, type Tell } from './rule.ts';

const mostEngagement = 25;

export const pointReachRules: readonly Rule[] = [
  rule('tiers_can_be_reached', ['metrics', 'sources'], (parts, tell) => {
    for (const [name, metric] of Object.entries(parts.metrics.metrics)) {
      if (metric.normalise === undefined) continue;
      const set = metricValues(name, parts);
      if (set.kind === 'numbers') tellUnreached(metric.normalise, name, set, ['metrics', name, 'normalise'], tell);
    }
  }),

  rule('words_have_points', ['metrics', 'sources'], (parts, tell) => {
    for (const [name, metric] of Object.entries(parts.metrics.metrics)) {
      const { normalise, measure } = metric;
      if (normalise?.kind !== 'map' || !('field' in measure) || measure.field === undefined) continue;
      const given = wordsGiven(measure, parts);
      if (given === null) continue;
      const listed = Object.keys(normalise.values);
      for (const word of given.filter((one) => !listed.includes(one))) {
        tell({
          file: 'metrics',
          path: ['metrics', name, 'normalise', 'values'],
          at: 'key',
          warning: 'W_WORD_WITHOUT_POINTS',
          what: `${name} may be ${word}, and no points are given for it`,
          why: 'such an account counts as unknown',
          fix: `Add:   ${word}: <points>`,
        });
      }
      for (const word of listed.filter((one) => !given.includes(one))) {
        const near = nearest(word, given);
        tell({
          file: 'metrics',
          path: ['metrics', name, 'normalise', 'values', word],
          at: 'key',
          warning: 'W_TIER_UNREACHABLE',
          what: `${name} is never ${word}`,
          why: `config/sources.yaml makes it one of ${given.join(', ')}`,
          fix: near === null ? 'Remove it, or add the word to the map of the column.' : `Did you mean ${near}?`,
        });
      }
    }
  }),

  rule('colours_can_be_reached', ['scorecard'], ({ scorecard: { bands } }, tell) => {
    const refuse = (key: keyof typeof bands, what: string, why: string, fix: string) => {
      tell({ file: 'scorecard', path: ['bands', key], warning: 'W_BAND_UNREACHABLE', what, why, fix });
    };
    if (bands.green + bands.hysteresis > 100) {
      refuse(
        'green',
        `a yellow account can never become green: that needs ${bands.green + bands.hysteresis} points`,
        `to leave a colour, the edge (${bands.green}) must be passed by the hysteresis (${bands.hysteresis}), and no score is above 100`,
        `Write at most ${100 - bands.hysteresis}:   green: ${100 - bands.hysteresis}`,
      );
    }
    if (bands.yellow - bands.hysteresis <= 0) {
      refuse(
        'yellow',
        `a yellow account can never become red: that needs less than ${bands.yellow - bands.hysteresis} points`,
        `to leave a colour, the edge (${bands.yellow}) must be passed by the hysteresis (${bands.hysteresis}), and no score is below 0`,
        `Write more than ${bands.hysteresis}, 40 for example:   yellow: 40`,
      );
    }
    if (bands.alert_at_or_below + bands.alert_rearm >= 100) {
      refuse(
        'alert_rearm',
        `an alert would never end: that needs more than ${bands.alert_at_or_below + bands.alert_rearm} points`,
        'no score is above 100, so it would be told once and never again',
        'Write 3 for example:   alert_rearm: 3',
      );
    }
  }),

  rule('metrics_are_counted_once', ['metrics', 'scorecard'], ({ metrics, scorecard }, tell) => {
    scorecard.models.forEach((model, index) => {
      const seen = new Map<string, string>();
      for (const { metric: name, path } of weightsOf(model)) {
        const metric = metrics.metrics[name];
        if (metric === undefined) continue;
        const made = JSON.stringify(metric.measure);
        const other = seen.get(made);
        if (other === undefined) {
          seen.set(made, name);
          continue;
        }
        tell({
          file: 'scorecard',
          path: ['models', index, ...path],
          at: 'key',
          warning: 'W_COUNTED_TWICE',
          what: `${other} and ${name} are made of the same rows in the same way`,
          why: `in the model ${model.id} the same thing counts twice under two names`,
          fix: 'Keep one of them, with the weight of both.',
        });
      }
    });
  }),

  rule('engagement_measures_us_too', ['scorecard'], ({ scorecard }, tell) => {
    scorecard.models.forEach((model, index) => {
      const ours = weightsOf(model).filter(({ dimension }) => dimension === 'engagement');
      const share = ours.reduce((sum, { weight }) => sum + weight, 0);
      if (share <= mostEngagement) return;
      tell({
        file: 'scorecard',
        path: ['models', index, 'weights', 'engagement'],
        at: 'key',
        warning: 'W_ENGAGEMENT_SHARE',
        what: `engagement carries ${Number(share.toFixed(6))} of 100 in the model ${model.id}`,
        why: `calls and mails measure your own work as much as the customer; above ${mostEngagement} a busy team looks like a happy customer`,
        fix: `Write ${mostEngagement} at most, and give the rest to usage or value.`,
      });
    });
  }),
];

type Numbers = Extract<ValueSet, { kind: 'numbers' }>;
const infinite = Number.POSITIVE_INFINITY;

function tellUnreached(given: NormaliserGiven, name: string, set: Numbers, path: Path, tell: Tell): void {
  const [low, high] = endsOf(set);
  const range = `${name} runs ${rangeText(low, high)}`;
  const refuse = (at: Path, what: string) => {
    tell({
      file: 'metrics',
      path: at,
      warning: 'W_TIER_UNREACHABLE',
      what,
      why: `${range}, by the way it is measured`,
      fix: 'Write a value inside of that, or measure over a longer window.',
    });
  };
  switch (given.kind) {
    case 'tiers':
      given.tiers.forEach((tier, index) => {
        const above = given.tiers[index - 1]?.at_least ?? infinite;
        const stretch = { low: tier.at_least, lowIn: true, high: above, highIn: above === infinite };
        if (isEmpty(both(set, { kind: 'numbers', stretches: [stretch], whole: false })))
          refuse(
            [...path, 'tiers', index, 'at_least'],
            `nobody can reach the tier at_least ${tier.at_least} of ${name}`,
          );
      });
      return;
    case 'linear':
      if (given.full < low || given.full > high)
        refuse([...path, 'full'], `nobody can ever get all points of ${name}: they need ${given.full}`);
      return;
    case 'piecewise': {
      const best = Math.max(...given.at.map((point) => point.points));
      const first = given.at.findIndex((point) => point.points === best);
      const last = given.at.findLastIndex((point) => point.points === best);
      // The ends go on level: the best may also begin below the first point or go on above the last.
      const from = first === 0 ? Number.NEGATIVE_INFINITY : (given.at[first]?.value ?? 0);
      const to = last === given.at.length - 1 ? infinite : (given.at[last]?.value ?? 0);
      if (to < low || from > high)
        refuse(
          [...path, 'at', first, 'value'],
          `nobody can ever get all points of ${name}: they need ${given.at[first]?.value}`,
        );
      return;
    }
    case 'band':
      if (given.to < low || given.from > high)
        refuse([...path, 'from'], `nobody can ever get all points of ${name}: they need ${given.from} to ${given.to}`);
      return;
    case 'log':
      if (given.full > high)
        refuse([...path, 'full'], `nobody can ever get all points of ${name}: they need ${given.full}`);
      return;
    case 'percentile':
      tellUnreached(given.fallback, name, set, [...path, 'fallback'], tell);
      return;
    case 'map':
    case 'robust_z':
      return;
  }
}
function endsOf(set: Numbers): readonly [low: number, high: number] {
  return [
    Math.min(...set.stretches.map((stretch) => stretch.low)),
    Math.max(...set.stretches.map((stretch) => stretch.high)),
  ];
}
function rangeText(low: number, high: number): string {
  if (!Number.isFinite(high)) return `from ${low} upwards`;
  return Number.isFinite(low) ? `from ${low} to ${high}` : `up to ${high}`;
}

/** The words that a column can give: those of its map; null where they cannot be told. */
function wordsGiven(
  measure: Parts['metrics']['metrics'][string]['measure'],
  parts: Pick<Parts, 'sources'>,
): string[] | null {
  if (!('field' in measure) || measure.field === undefined) return null;
  const { field } = measure;
  const columns =
    measure.kind === 'attribute'
      ? Object.values(parts.sources.sources).flatMap((source) =>
          source.holds === 'roster' ? (source.columns[field] ?? []) : [],
        )
      : measure.kind === 'latest'
        ? [parts.sources.sources[measure.source]?.columns[field] ?? ('text' as const)]
        : [];
  const [column] = columns;
  if (columns.length !== 1 || column === undefined || typeof column === 'string' || column.map === null) return null;
  const values = Object.values(column.map).filter((value) => value !== null);
  return values.every((value) => typeof value === 'string') ? [...new Set(values as string[])] : null;
}
