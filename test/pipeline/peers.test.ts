// What accounts are compared with: frozen for ranks and medians, of the day for trends; through the whole hall.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/calendar.ts';
import { explanationOf } from '../../src/pipeline/explain.ts';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { whole } from '../support/small-run.ts';
import { filesOf, type Texts } from '../support/yaml-home.ts';

const request = { ...whole, until: 'evaluate' } as const;
const kenko = `
name: Peers
purpose: p
zone: UTC
locale: en
schedule: "0 5 * * *"
`;
const sources = `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/all.csv}, key: [id], ids: {account_id: id, salesforce: crm_id}, columns: {name: text, amount: number}}
  usage:
    kind: csv
    holds: events
    settings: {path: data/days.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {events: number}
`;
const scorecard = (metric: string) => `
id: peers
version: 1.0.0
dimensions: {all_of_it: All}
models: [{id: peers, weights: {all_of_it: {${metric}: 100}}}]
`;
let home: SmallHome;
afterEach(async () => await home.remove());

async function open(texts: Texts): Promise<void> {
  home = await smallHome([], filesOf({ kenko, sources, ...texts }));
  await writeFile(join(home.folder, 'data/days.csv'), 'id,day,events\n');
}
async function customers(amounts: readonly (number | null)[]): Promise<void> {
  const rows = amounts.map((amount, index) => `c${index},crm-c${index},C ${index},${amount ?? ''}`);
  await writeFile(join(home.folder, 'data/all.csv'), ['id,crm_id,name,amount', ...rows, ''].join('\n'));
}
async function evaluated(key: string) {
  const { hall, store } = await home.open();
  await run(hall, request, new AbortController().signal);
  const outcome = await store.history.outcome(key, null);
  await store.close();
  return outcome;
}

describe('a rank among peers', () => {
  const metrics = `
  revenue: {label: Revenue, why: w, measure: {kind: attribute, field: amount}, normalise: {kind: percentile, reference: revenue_of_all, fallback: {kind: linear, zero: 0, full: 1000}}}
`;

  it('is frozen by the first evaluation, so that nobody moves because others do', async () => {
    await open({ metrics, scorecard: scorecard('revenue') });
    const amounts = Array.from({ length: 40 }, (_, index) => 10 * (index + 1));
    await customers(amounts);
    const first = await evaluated('c19');

    home.clock.push(86_400_000);
    await customers(amounts.map((amount, index) => (index === 19 ? amount : amount * 50)));
    const second = await evaluated('c19');

    // 19 of 40 below, itself half.
    expect(first?.score.value).toBe(48.8);
    expect(second?.score.value).toBe(48.8);
  });

  it('is what an explanation counts the way up with, days later as well', async () => {
    await open({ metrics, scorecard: scorecard('revenue') });
    await customers(Array.from({ length: 40 }, (_, index) => 10 * (index + 1)));
    await evaluated('c3');

    const { hall, store } = await home.open();
    const account = await store.accounts.get('c3');
    const explanation = account === null ? null : await explanationOf(hall, account, null);
    await store.close();

    // Above all 40 stands nobody: from 8.8 to 100, where the fallback by itself would know of 4 to 100.
    expect(explanation?.liftToNextBand).toMatchObject([{ metric: 'revenue', from: 40, gain: expect.closeTo(91.2, 0) }]);
  });

  it('falls back to points of its own while there are fewer than thirty peers', async () => {
    await open({ metrics, scorecard: scorecard('revenue') });
    await customers(Array.from({ length: 29 }, (_, index) => 10 * (index + 1)));

    expect((await evaluated('c19'))?.score.value).toBe(20);
  });

  it('stands in for what an account does not say, where the metric wants the median of its peers', async () => {
    await open({
      metrics: `
  revenue: {label: Revenue, why: w, measure: {kind: attribute, field: amount}, normalise: {kind: linear, zero: 0, full: 1000}, missing: peer_median}
`,
      scorecard: `${scorecard('revenue')}coverage: {none: 0, low: 0.1, medium: 0.2}\n`,
    });
    await customers([null, ...Array.from({ length: 31 }, (_, index) => 10 * (index + 1))]);

    expect((await evaluated('c0'))?.score).toMatchObject({ value: 16, coverage: 0 });
  });
});

describe('a trend against peers', () => {
  it('takes out what happened to everybody: 0.72 where all fell to 0.75 is 0.96', async () => {
    await open({
      metrics: `
  usage_trend: {label: Trend, why: w, unit: ratio, measure: {kind: own_baseline, source: usage, field: events}, normalise: {kind: linear, zero: 0, full: 1}}
`,
      scorecard: scorecard('usage_trend'),
    });
    await customers(Array.from({ length: 31 }, () => 1));
    const asOf = '2026-06-01';
    const days = Array.from({ length: 112 }, (_, index) => addDays(asOf, -1 - index));
    const rows = Array.from({ length: 31 }, (_, customer) =>
      days.map((day, ago) => `c${customer},${day},${ago >= 28 ? 400 : customer === 0 ? 288 : 300}`),
    );
    await writeFile(join(home.folder, 'data/days.csv'), ['id,day,events', ...rows.flat(), ''].join('\n'));

    const outcome = await evaluated('c0');

    expect(outcome?.metrics.find(({ name }) => name === 'usage_trend')).toMatchObject({
      value: expect.closeTo(0.96, 9),
      detail: { unadjusted: expect.closeTo(0.72, 9), peer_median: expect.closeTo(0.75, 9) },
    });
  });
});
