// R31 and R32: who is looked after how, from cuts of YAML; a person's lock is never overruled.

import { describe, expect, it } from 'vitest';
import { wishOf, wishRemarks } from '../../src/domain/wish.ts';
import { accountOf, homeOf, outcomeOf } from '../support/yaml-home.ts';

const asOf = '2026-01-01';
const touchModel = (cuts: string) => `
segments:
  touch_model:
    label: {en: Touch model, ja: タッチモデル}
    values:
${cuts}
      - {value: tech, label: {en: Tech touch, ja: テックタッチ}}
    lock: touch_lock
`;
const absolute = touchModel(`
      - {value: high, label: {en: High touch, ja: ハイタッチ}, when: {arr: {at_least: 10000000}}}
      - {value: low, label: {en: Low touch, ja: ロータッチ}, when: {arr: {at_least: 2000000}}}`);
const ranked = (give: string) => `
  ltv: {label: LTV, measure: {kind: attribute, field: arr}}
  ltv_rank: {label: Rank, measure: {kind: rank, metric: ltv, give: ${give}}}
`;
const touch = { segments: absolute } as const;

describe('segments', () => {
  it('R31 gives 12M high, 2M low (the cut included) and 1.99M tech', async () => {
    const home = await homeOf(touch);
    const of = (arr: number) => outcomeOf(home, { asOf, attributes: { arr } }).segments[0]?.value;

    expect([12_000_000, 10_000_000, 2_000_000, 1_990_000].map(of)).toEqual(['high', 'high', 'low', 'tech']);
  });

  it('R31 cuts by rank as well: the best tenth high, the lower half tech', async () => {
    const home = await homeOf(
      {
        metrics: ranked('percentile'),
        segments: touchModel(`
      - {value: high, when: {ltv_rank: {at_least: 90}}}
      - {value: low, when: {ltv_rank: {at_least: 50}}}`),
      },
      { ltv: Array.from({ length: 40 }, (_, index) => index + 1) },
    );
    const of = (arr: number) => outcomeOf(home, { asOf, attributes: { arr } }).segments[0]?.value;

    expect([38, 36, 21, 20].map(of)).toEqual(['high', 'low', 'low', 'tech']);
  });

  it('R31 cuts by Pareto: the few who make the first four fifths of the whole are high', async () => {
    const home = await homeOf(
      { metrics: ranked('pareto'), segments: touchModel('      - {value: high, when: {ltv_rank: {below: 80}}}') },
      { ltv: [50, 30, ...Array.from({ length: 28 }, () => 20 / 28)] },
    );
    const of = (arr: number) => outcomeOf(home, { asOf, attributes: { arr } }).segments[0]?.value;

    expect([50, 30, 20 / 28].map(of)).toEqual(['high', 'high', 'tech']);
  });

  it('R32 never overwrites a touch model that a person locked, and reports skipped_locked', async () => {
    const home = await homeOf({
      ...touch,
      mapping: `
connection: {}
objects:
  account: {object: Account, fields: {health_score: Score__c, touch_model: Touch__c}}
`,
    });
    const mapping = home.decisions.crms[0];
    if (mapping === undefined) throw new Error('no mapping');
    const day1 = outcomeOf(home, { asOf, attributes: { arr: 12_000_000 } });
    const situation = { asOf: '2026-06-01', attributes: { arr: 1_000_000, touch_lock: true } };

    const locked = outcomeOf(home, situation, [day1]);
    const free = outcomeOf(home, { ...situation, attributes: { arr: 1_000_000 } }, [day1]);

    const about = { account: accountOf(situation), mapping, locale: 'en' } as const;
    expect(day1.segments[0]).toMatchObject({ value: 'high', locked: false });
    expect(locked.segments[0]).toMatchObject({ value: 'high', locked: true });
    expect(wishOf({ ...about, outcome: locked })?.fields).not.toHaveProperty('touch_model');
    expect(wishRemarks({ ...about, outcome: locked })).toEqual([
      expect.objectContaining({ kind: 'locked', says: expect.stringContaining('skipped_locked') }),
    ]);
    expect(wishOf({ ...about, outcome: free })?.fields).toMatchObject({ touch_model: 'tech' });
  });

  it('R32 has the three models in both languages', async () => {
    const home = await homeOf(touch);

    expect(home.decisions.segments[0]?.values.map(({ label }) => label.ja)).toEqual([
      'ハイタッチ',
      'ロータッチ',
      'テックタッチ',
    ]);
  });
});
