// How the weight of missing metrics is given to the rest where the metrics of a dimension stand in groups: to the rest of the
// group first, so that a group keeps its say in the dimension as a dimension keeps its say in the score.

import type { ModelDefinition } from './decisions.ts';

/** A group of metrics inside a dimension, or inside another group. */
export interface WeightGroup {
  /** Place of the group around it, which always comes before it; -1: it stands in the dimension itself. */
  readonly parent: number;
  readonly dimensionIndex: number;
  /** What it counts when everything is known: the sum of the weights of its metrics. */
  readonly weight: number;
}
export interface WeightTree {
  readonly groups: readonly WeightGroup[];
  /** Per weighed metric the innermost group around it; -1: none. */
  readonly groupOf: readonly number[];
}

/** The groups of a model; null where no metric stands in one, which is the rule. */
export function weightTree(weights: ModelDefinition['weights'], dimensions: readonly string[]): WeightTree | null {
  const places = new Map<string, number>();
  const groups: { parent: number; dimensionIndex: number; weight: number }[] = [];
  const groupOf = weights.map(({ dimension, weight, groups: around = [] }) => {
    let parent = -1;
    for (let depth = 1; depth <= around.length; depth++) {
      const name = JSON.stringify([dimension, ...around.slice(0, depth)]);
      let place = places.get(name);
      if (place === undefined) {
        place = groups.length;
        places.set(name, place);
        groups.push({ parent, dimensionIndex: dimensions.indexOf(dimension), weight: 0 });
      }
      (groups[place] as (typeof groups)[number]).weight += weight;
      parent = place;
    }
    return parent;
  });
  return groups.length === 0 ? null : { groups, groupOf };
}

/**
 * What the weight of each metric is multiplied with, by group: (100 / Σ W present) · W_d / Σ present in d · W_g / Σ present in
 * g, and so on inwards. A group is present where one of its metrics is.
 * @param given per weighed metric its weight and dimension, and whether it is known.
 * @param ofDimension W_d / Σ W present · 100, by place of the dimension.
 * @returns factors by group, and by dimension for metrics outside of groups.
 */
export function shareInGroups(
  tree: WeightTree,
  given: readonly { readonly weight: number; readonly dimensionIndex: number; readonly isPresent: boolean }[],
  ofDimension: readonly number[],
): { readonly group: readonly number[]; readonly dimension: readonly number[] } {
  const { groups, groupOf } = tree;
  const inGroup = groups.map(() => 0);
  const inDimension = ofDimension.map(() => 0);
  const add = (place: number, dimensionIndex: number, weight: number): void => {
    if (place < 0) inDimension[dimensionIndex] = (inDimension[dimensionIndex] ?? 0) + weight;
    else inGroup[place] = (inGroup[place] ?? 0) + weight;
  };
  for (const [index, { weight, dimensionIndex, isPresent }] of given.entries())
    if (isPresent) add(groupOf[index] ?? -1, dimensionIndex, weight);
  // From the innermost outwards: a present group counts in what is around it with its whole weight.
  for (let place = groups.length - 1; place >= 0; place--) {
    const { parent, dimensionIndex, weight } = groups[place] as WeightGroup;
    if ((inGroup[place] ?? 0) > 0) add(parent, dimensionIndex, weight);
  }
  const dimension = ofDimension.map((whole, index) => shareOf(whole, inDimension[index]));
  const group: number[] = [];
  for (const [place, { parent, dimensionIndex, weight }] of groups.entries()) {
    const around = (parent < 0 ? dimension[dimensionIndex] : group[parent]) ?? 0;
    group.push(shareOf(around * weight, inGroup[place]));
  }
  return { group, dimension };
}
function shareOf(whole: number, present: number | undefined): number {
  return present === undefined || present === 0 ? 0 : whole / present;
}
