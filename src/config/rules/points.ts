// Rules about points: tiers in order, a best that gives all, and silence that never beats an answer.

import type { Path } from '../problem.ts';
import type { NormaliserGiven } from '../schema/measure.ts';
import { type Rule, rule, type Tell } from './rule.ts';

const file = 'metrics';

export const pointRules: readonly Rule[] = [
  rule('points_make_sense', ['metrics'], ({ metrics }, tell) => {
    for (const [name, metric] of Object.entries(metrics.metrics))
      if (metric.normalise !== undefined) checkPoints(metric.normalise, ['metrics', name, 'normalise'], tell);
  }),

  rule('silence_never_beats_an_answer', ['metrics'], ({ metrics }, tell) => {
    for (const [name, metric] of Object.entries(metrics.metrics)) {
      if (metric.non_respondent === undefined) continue;
      const path = ['metrics', name, 'non_respondent', 'points'];
      const answers = metric.normalise === undefined ? null : answersOf(metric.normalise);
      if (answers === null) {
        tell({
          file,
          path: ['metrics', name, 'non_respondent'],
          at: 'key',
          what: `${name} says what silence counts as, but answers give no points`,
          why: 'silence must be held against answers',
          fix: 'Add normalise with tiers, or remove non_respondent.',
        });
        continue;
      }
      const [worst, middle] = answers;
      const silent = metric.non_respondent.points;
      if (silent > middle) {
        tell({
          file,
          path,
          what: `silence (${silent} points) beats an answer in the middle (${middle} points)`,
          why: 'an account would look better by not answering',
          fix: `Write at most ${middle}:   points: ${middle}`,
        });
      }
      if (silent < worst) {
        tell({
          file,
          path,
          what: `silence (${silent} points) is worse than the worst answer (${worst} points)`,
          why: 'who does not answer is not yet a critic',
          fix: `Write at least ${worst}:   points: ${worst}`,
        });
      }
      const out = outOf(metric.normalise);
      const assumed =
        metric.missing === 'neutral'
          ? 0.5 * out
          : typeof metric.missing === 'object' && metric.missing.kind === 'constant'
            ? metric.missing.value * out
            : null;
      if (assumed !== null && assumed > middle) {
        tell({
          file,
          path: ['metrics', name, 'missing'],
          what: `no answer (${assumed} points) beats an answer in the middle (${middle} points)`,
          why: 'an account would look better by never being asked',
          fix: 'Write:   missing: redistribute',
        });
      }
    }
  }),
];

function outOf(given: NormaliserGiven | undefined): number {
  return given !== undefined && 'out_of' in given ? given.out_of : 1;
}
/** Points of the worst answer and of the one in the middle (the next better); null where there are no steps. */
function answersOf(given: NormaliserGiven): readonly [worst: number, middle: number] | null {
  const points =
    given.kind === 'tiers'
      ? [...given.tiers.map((tier) => tier.points), ...(given.otherwise === undefined ? [] : [given.otherwise])]
      : given.kind === 'map'
        ? Object.values(given.values)
        : given.kind === 'piecewise'
          ? given.at.map((point) => point.points)
          : [0, 0.5];
  const steps = [...new Set(points)].sort((a, b) => a - b);
  return steps.length < 2 ? null : [steps[0] as number, steps[1] as number];
}

function checkPoints(given: NormaliserGiven, path: Path, tell: Tell): void {
  const refuse = (at: Path, what: string, why: string, fix: string) => {
    tell({ file, path: at, what, why, fix });
  };
  switch (given.kind) {
    case 'tiers': {
      given.tiers.forEach((tier, index) => {
        const above = given.tiers[index - 1];
        if (above === undefined || tier.at_least < above.at_least) return;
        refuse(
          [...path, 'tiers', index, 'at_least'],
          `the tiers are not in order: ${tier.at_least} stands below ${above.at_least}`,
          'the first tier that a value reaches counts, so this one would never be reached',
          'Sort them from the highest at_least to the lowest.',
        );
      });
      if (given.otherwise === undefined) {
        const [highest, lowest] = [given.tiers[0]?.points ?? 0, given.tiers.at(-1)?.points ?? 0];
        refuse(
          path,
          `no tier says what a value below ${given.tiers.at(-1)?.at_least} gives`,
          'such an account would have no points and no reason',
          // Where less is better, no points at the bottom would make them fall and rise again.
          `Add:   otherwise: ${lowest > highest ? lowest : 0}`,
        );
      }
      const steps = [
        ...given.tiers.map((tier) => tier.points),
        ...(given.otherwise === undefined ? [] : [given.otherwise]),
      ];
      if (!given.allow_nonmonotone && !isMonotone(steps)) {
        refuse(
          [...path, 'tiers'],
          `the points go up and down again: ${steps.join(', ')}`,
          'a score would fall because a number got better',
          'Correct the points, or write allow_nonmonotone: true where the middle is meant to be best.',
        );
      }
      checkBest([...given.tiers.map((tier) => tier.points), given.otherwise ?? 0], given.out_of, path, tell);
      return;
    }
    case 'linear':
      if (given.zero === given.full) {
        refuse(
          [...path, 'full'],
          `zero and full are the same (${given.full})`,
          'there is no line between one point and itself',
          'Give the value without points and the value with all points.',
        );
      }
      return;
    case 'piecewise':
      given.at.forEach((point, index) => {
        const before = given.at[index - 1];
        if (before === undefined || point.value > before.value) return;
        refuse(
          [...path, 'at', index, 'value'],
          `the points are not in order: ${point.value} stands after ${before.value}`,
          'lines are drawn from one to the next',
          'Sort them from the lowest value to the highest.',
        );
      });
      checkBest(
        given.at.map((point) => point.points),
        given.out_of,
        path,
        tell,
      );
      return;
    case 'band':
      if (!(given.zero_below <= given.from && given.from <= given.to && given.to <= given.zero_above)) {
        refuse(
          path,
          'the four values of the band are not in order',
          `${given.zero_below}, ${given.from}, ${given.to}, ${given.zero_above} should go up`,
          'Write zero_below ≤ from ≤ to ≤ zero_above.',
        );
      }
      return;
    case 'map':
      checkBest(Object.values(given.values), given.out_of, path, tell);
      return;
    case 'percentile':
      checkPoints(given.fallback, [...path, 'fallback'], tell);
      return;
    case 'log':
    case 'robust_z':
      return;
  }
}
/** Always up or always down; which way is better is the admin's to say. */
function isMonotone(steps: readonly number[]): boolean {
  const pairs = steps.slice(1).map((step, index) => step - (steps[index] as number));
  return pairs.every((change) => change <= 0) || pairs.every((change) => change >= 0);
}
/** The best must give all points, or the weights would add up to less than 100 (requirement: best tiers make 100). */
function checkBest(points: readonly number[], best: number, path: Path, tell: Tell): void {
  const most = Math.max(...points);
  if (most === best) return;
  tell({
    file,
    path,
    what: `the best gives ${most} points of ${best}`,
    why: most < best ? 'nobody could ever reach 100' : 'the score could go above 100',
    fix: most < best ? `Give the best ${best} points, or write out_of: ${most}` : `Write out_of: ${most}`,
  });
}
