// Groups of weights: written once, shared among their members, shown with their sum.

import { describe, expect, it } from 'vitest';
import { decisionsOf, load, told } from './home.ts';

const scorecard = 'config/scorecard.yaml';
const flat = 'usage: {logins: 25, seat_use: 25, goal: 25}\n      voice: {nps: 25}\nbands';
const grouped = 'usage: {goal: 15, use: {weight: 60, of: {logins: 2, seat_use: 1}}}\n      voice: {nps: 25}\nbands';

describe('groups of weights', () => {
  it('share the weight of the group among its members', async () => {
    const decisions = await decisionsOf({ [scorecard]: [flat, grouped] });

    const model = decisions.scorecard.models.find((one) => one.id === 'grown');
    expect(model?.weights).toEqual([
      { metric: 'goal', dimension: 'usage', weight: 15 },
      { metric: 'logins', dimension: 'usage', weight: 40, groups: ['use'] },
      { metric: 'seat_use', dimension: 'usage', weight: 20, groups: ['use'] },
      { metric: 'nps', dimension: 'voice', weight: 25 },
    ]);
  });

  it('may hold groups', async () => {
    const deep =
      'usage: {all: {weight: 75, of: {goal: 1, use: {weight: 4, of: {logins: 3, seat_use: 1}}}}}\n      voice: {nps: 25}\nbands';

    const decisions = await decisionsOf({ [scorecard]: [flat, deep] });

    const model = decisions.scorecard.models.find((one) => one.id === 'grown');
    expect(model?.weights.map(({ metric, weight }) => [metric, weight])).toEqual([
      ['goal', 15],
      ['logins', 45],
      ['seat_use', 15],
      ['nps', 25],
    ]);
  });

  it('are shown as effective percent, with the sum of each group and dimension', async () => {
    const loaded = await load({ [scorecard]: [flat, grouped] });

    const shown = loaded.ok ? loaded.weights : [];
    expect(
      shown.map(({ dimension, groups, metric, percent }) => [dimension, ...groups, metric, percent['grown']]),
    ).toEqual([
      ['usage', null, 75],
      ['usage', 'logins', null],
      ['usage', 'seat_use', null],
      ['usage', 'goal', 15],
      ['usage', 'use', null, 60],
      ['usage', 'use', 'logins', 40],
      ['usage', 'use', 'seat_use', 20],
      ['voice', null, 25],
      ['voice', 'nps', 25],
    ]);
  });

  it.each([
    ['that do not add up', 'weight: 60', 'weight: 59', 'weights sum to 99, expected 100'],
    ['with an unknown member', 'seat_use: 1', 'seat_uses: 1', 'there is no metric called seat_uses'],
    ['with the name of a metric', 'use: {weight', 'tenure_days: {weight', 'tenure_days is the name of a metric'],
    ['with nobody in it', '{logins: 2, seat_use: 1}', '{}', 'of needs at least one metric'],
    ['with a weight in words', 'weight: 60', 'weight: sixty', 'weight needs a number; "sixty" is text'],
    ['with a slip in a name', 'weight: 60', 'wieght: 60', 'wieght is not a setting here'],
    ['with a share in full-width digits', 'logins: 2', 'logins: ２', '"２" is written in full-width digits'],
    ['that count a metric twice', 'goal: 15', 'logins: 15', 'logins counts twice in the model grown'],
  ])('%s are told', async (_name, from, to, says) => {
    const problems = await told({ [scorecard]: [flat, grouped.replace(from, to)] });

    expect(problems.map((problem) => problem.what).join('\n')).toContain(says);
  });
});
