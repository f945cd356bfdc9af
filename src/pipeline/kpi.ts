// The KPIs that stored outcomes can answer, against the targets the field agrees on. Folded page by page; reads the store
// only.

import { npsValue } from '../domain/kpi.ts';
import { accountPages } from './evaluate.ts';
import type { Hall } from './hall.ts';

export interface KpiRow {
  readonly name: string;
  readonly actual: string | null;
  readonly target: string | null;
  readonly deadline: string | null;
  /** One sentence: on track, off track by how much, or why there is no number. */
  readonly says: string;
}

/** Share of paying accounts that a score should exist for (domain: company KPI of coverage). */
const scoredTarget = 0.95;

/** One row per KPI, as of the newest evaluated day. */
export async function kpiDocument(hall: Hall): Promise<readonly KpiRow[]> {
  const sums = { scored: 0, unknown: 0, red: 0, arr: 0, arrRed: 0, promoters: 0, passives: 0, detractors: 0 };
  const asOf = (await hall.store.runs.last(20)).find((run) => run.state !== 'active')?.asOf ?? null;
  if (asOf !== null) {
    for await (const page of accountPages(hall, null)) {
      const outcomes = await hall.store.history.outcomesOf(
        page.map((account) => account.key),
        asOf,
      );
      for (const account of page) {
        const outcome = outcomes.get(account.key);
        if (outcome === undefined || outcome.band === 'not_scored') continue;
        if (outcome.score.value === null) sums.unknown += 1;
        else sums.scored += 1;
        const arr = Number(account.attributes['arr'] ?? 0);
        sums.arr += arr;
        if (outcome.band === 'red') {
          sums.red += 1;
          sums.arrRed += arr;
        }
        const nps = outcome.metrics.find((metric) => metric.name === 'nps')?.value;
        if (typeof nps !== 'number') continue;
        if (nps >= 9) sums.promoters += 1;
        else if (nps >= 7) sums.passives += 1;
        else sums.detractors += 1;
      }
    }
  }
  const all = sums.scored + sums.unknown;
  const share = all === 0 ? null : sums.scored / all;
  const nps = npsValue(sums);
  return [
    {
      name: 'accounts with a score',
      actual: percent(share),
      target: percent(scoredTarget),
      deadline: null,
      says:
        share === null
          ? 'nothing was evaluated yet'
          : share >= scoredTarget
            ? 'on track'
            : `off track by ${((scoredTarget - share) * 100).toFixed(1)} pt: ${sums.unknown} accounts lack data`,
    },
    {
      name: 'red accounts',
      actual: percent(all === 0 ? null : sums.red / all),
      target: null,
      deadline: null,
      says: `${sums.red} of ${all} accounts`,
    },
    {
      name: 'ARR in red',
      actual: percent(sums.arr === 0 ? null : sums.arrRed / sums.arr),
      target: null,
      deadline: null,
      says: sums.arr === 0 ? 'no account says its ARR' : 'of the ARR of all scored accounts',
    },
    {
      name: 'NPS',
      actual: nps.value === null ? null : nps.value.toFixed(0),
      target: null,
      deadline: null,
      says: `${nps.n} accounts answered${nps.value === null ? ', too few for a value' : ''}`,
    },
  ];
}
function percent(share: number | null): string | null {
  return share === null ? null : `${(share * 100).toFixed(1)} %`;
}
