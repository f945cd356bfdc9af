// R22, R67 and R68: what all outcomes together say, through the stored history of a home.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rankCorrelation } from '../../src/domain/correlation.ts';
import { correlatedMetrics, insightDocument, leadTimeOf } from '../../src/pipeline/insight.ts';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';
import { filesOf, scoreByHand, type Texts } from '../support/yaml-home.ts';

const request = { ...whole, until: 'evaluate' } as const;
const day = 86_400_000;

let home: SmallHome;
afterEach(async () => await home.remove());

async function open(texts: Texts, lines: readonly string[]): Promise<void> {
  home = await smallHome([], filesOf(texts));
  await save(lines);
}
async function save(lines: readonly string[]): Promise<void> {
  await writeFile(join(home.folder, 'data/all.csv'), [...lines, ''].join('\n'));
}
const sources = (columns: string) => `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/all.csv}, key: [id], ids: {account_id: id, salesforce: crm_id}, columns: {name: text, ${columns}}}
`;
const kenko = (locale: string) => `
name: Insight
purpose: p
zone: UTC
locale: ${locale}
schedule: "0 5 * * *"
`;

describe('what all outcomes say together', () => {
  const twins = {
    kenko: kenko('en'),
    sources: sources('a: number, b: number, c: number'),
    metrics: ['a', 'b', 'c']
      .map(
        (name) =>
          `  m_${name}: {label: ${name}, why: w, measure: {kind: attribute, field: ${name}}, normalise: {kind: linear, zero: 0, full: 100}}\n`,
      )
      .join(''),
    scorecard: `
id: twins
version: 1.0.0
dimensions: {all_of_it: All}
models: [{id: twins, weights: {all_of_it: {m_a: 30, m_b: 30, m_c: 40}}}]
`,
  };

  it('R22 warns of two metrics that say the same about forty accounts, and of no others', async () => {
    const lines = Array.from({ length: 40 }, (_, index) =>
      [`c${index}`, `crm-c${index}`, 'C', index, index * 2 + (index % 3), (index * 17) % 41].join(','),
    );
    await open(twins, ['id,crm_id,name,a,b,c', ...lines]);
    const { hall, store } = await home.open();
    await run(hall, request, never);

    const problems = await correlatedMetrics(hall);

    expect(problems).toEqual([
      expect.objectContaining({
        code: 'W_CORRELATED',
        severity: 'warning',
        what: expect.stringMatching(
          /^m_a and m_b say the same: rank correlation 0.9\d* over 40 accounts$|^m_a and m_b say the same: rank correlation 1 over 40 accounts$/,
        ),
      }),
    ]);
    await store.close();
  });

  it('R22 says nothing of fewer than thirty accounts, nor of numbers that never differ', async () => {
    await open(twins, ['id,crm_id,name,a,b,c', 'c1,crm-c1,C,1,1,1']);
    const pairs = (count: number, of: (n: number) => [number, number]) =>
      Array.from({ length: count }, (_, n) => of(n));

    expect(rankCorrelation(pairs(29, (n) => [n, n]))).toBeNull();
    expect(rankCorrelation(pairs(30, (n) => [n, n]))).toBeCloseTo(1, 12);
    expect(rankCorrelation(pairs(30, (n) => [n, -n * n]))).toBeCloseTo(-1, 12);
    expect(rankCorrelation(pairs(30, (n) => [n, 7]))).toBeNull();
  });

  it('R67 finds a median of 47 days between the first red and the cancellation', async () => {
    const texts = { ...scoreByHand, kenko: kenko('en'), sources: sources('given_score: number, notice_on: day') };
    const rows = (scores: Readonly<Record<string, number>>, ends: Readonly<Record<string, string>> = {}) => [
      'id,crm_id,name,given_score,notice_on',
      ...Object.entries(scores).map(([id, score]) => `${id},crm-${id},${id},${score},${ends[id] ?? ''}`),
    ];
    await open(texts, rows({ a: 30, b: 80, c: 30, d: 80, e: 80 }));
    const { hall, store } = await home.open();
    // a and c are red from 1 June, b from the 11th (an alert does not wait), d and e never.
    await run(hall, request, never);
    home.clock.push(10 * day);
    const later = { a: 30, b: 20, c: 30, d: 80, e: 80 };
    await save(rows(later));
    await run(hall, request, never);
    home.clock.push(day);
    await run(hall, request, never);
    home.clock.push(day);
    await save(rows(later, { a: '2026-07-11', b: '2026-07-28', c: '2026-07-31', d: '2026-07-10' }));
    await run(hall, request, never);

    // 40, 47 and 60 days.
    expect(await leadTimeOf(hall)).toEqual({ medianDays: 47, cancelled: 4, seen: 3 });
    expect((await insightDocument(hall)).leadTime.says).toBe(
      'red 47 days before the cancellation (median of 3; 4 cancelled)',
    );
    await store.close();
  });

  it.each([
    ['en', 'Key features: -6.1 points on average in low touch'],
    ['ja', '重要機能: ロータッチで平均−6.1点'],
  ])('R68 says in %s which metric costs most in which segment', async (locale, says) => {
    await open(
      {
        kenko: kenko(locale),
        sources: sources('adoption: number, mood: number, arr: number'),
        metrics: `
  key_feature_adoption: {label: {en: Key features, ja: 重要機能}, why: w, measure: {kind: attribute, field: adoption}, normalise: {kind: linear, zero: 0, full: 100}}
  spirit: {label: {en: Mood, ja: 気分}, why: w, measure: {kind: attribute, field: mood}, normalise: {kind: linear, zero: 0, full: 100}}
`,
        scorecard: `
id: reasons
version: 1.0.0
dimensions: {usage: Usage}
models: [{id: reasons, weights: {usage: {key_feature_adoption: 10, spirit: 90}}}]
`,
        segments: `
segments:
  touch_model:
    label: Touch model
    values:
      - {value: high, label: {en: High touch, ja: ハイタッチ}, when: {arr: {at_least: 10}}}
      - {value: low, label: {en: Low touch, ja: ロータッチ}}
`,
      },
      ['id,crm_id,name,adoption,mood,arr', 'a,crm-a,A,30,100,1', 'b,crm-b,B,48,98,2', 'c,crm-c,C,100,50,99'],
    );
    const { hall, store } = await home.open();
    await run(hall, request, never);

    const { reasons } = await insightDocument(hall);

    expect(reasons.find(({ segment }) => segment === 'low')).toMatchObject({
      metric: 'key_feature_adoption',
      averageLost: 6.1,
      accounts: 2,
      says,
    });
    expect(reasons.find(({ segment }) => segment === 'high')).toMatchObject({ metric: 'spirit', averageLost: 45 });
    expect(reasons[0]).toMatchObject({ segment: '', metric: 'spirit' });
    await store.close();
  });
});
