// Weights as an admin writes them, with groups inside of groups → one weight per metric. A group has a weight of its own and
// shares it among its members, so that a member more or less does not change what the group counts.

import type { Path } from '../problem.ts';
import type { ScorecardFile, Weights } from '../schema/scorecard.ts';

/** What one metric counts in a model. */
export interface WeightedMetric {
  readonly metric: string;
  readonly dimension: string;
  /** Points of 100. */
  readonly weight: number;
  /** The groups it stands in, the outermost first. */
  readonly groups: readonly string[];
  /** Where it stands, below the model. */
  readonly path: Path;
}

/** Every metric of a model with its weight, in the order in which they are written. */
export function weightsOf(model: Pick<ScorecardFile['models'][number], 'weights'>): WeightedMetric[] {
  return Object.entries(model.weights).flatMap(([dimension, weights]) =>
    membersOf(weights, { dimension, factor: 1, groups: [], path: ['weights', dimension] }),
  );
}

interface Place {
  readonly dimension: string;
  /** What a weight written here is multiplied with. */
  readonly factor: number;
  readonly groups: readonly string[];
  readonly path: Path;
}
function membersOf(weights: Weights, { dimension, factor, groups, path }: Place): WeightedMetric[] {
  return Object.entries(weights).flatMap(([name, given]) => {
    const here = [...path, name];
    if (typeof given === 'number') return [{ metric: name, dimension, weight: given * factor, groups, path: here }];
    const whole = Object.values(given.of).reduce<number>(
      (sum, member) => sum + (typeof member === 'number' ? member : member.weight),
      0,
    );
    const inner = {
      dimension,
      factor: (given.weight * factor) / whole,
      groups: [...groups, name],
      path: [...here, 'of'],
    };
    return membersOf(given.of, inner);
  });
}
