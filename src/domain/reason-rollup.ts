// Which metric costs most points over all accounts, by segment: what product and support should mend first. A sum that is
// folded account by account; it holds numbers per metric and segment, never accounts.

import type { Locale, Outcome } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { signedPoints } from './words.ts';

export interface ReasonRow {
  /** Value of the segment; empty for all accounts together. */
  readonly segment: string;
  readonly metric: string;
  /** Points an account of the segment loses to this metric, on average over all of its scored accounts. */
  readonly averageLost: number;
  /** Accounts that lose any. */
  readonly accounts: number;
}

/** Points lost by metric, as they stream by. */
export class ReasonSum {
  private readonly segment: string;
  private readonly scored = new Map<string, number>();
  private readonly lost = new Map<string, Map<string, { points: number; accounts: number }>>();

  /** `segment` names the segment by which accounts are told apart. */
  constructor(segment: string) {
    this.segment = segment;
  }

  add(outcome: Outcome): void {
    if (outcome.score.value === null) return;
    const own = outcome.segments.find(({ name }) => name === this.segment)?.value;
    for (const segment of own === undefined ? [''] : ['', own]) {
      this.scored.set(segment, (this.scored.get(segment) ?? 0) + 1);
      const metrics = this.lost.get(segment) ?? new Map<string, { points: number; accounts: number }>();
      this.lost.set(segment, metrics);
      for (const { metric, lost, dimension } of outcome.score.parts) {
        // The parts of a rolled-up score are accounts, which are counted themselves.
        if (lost <= 0 || dimension === 'family') continue;
        const sum = metrics.get(metric) ?? { points: 0, accounts: 0 };
        metrics.set(metric, { points: sum.points + lost, accounts: sum.accounts + 1 });
      }
    }
  }

  /** All accounts first, then segment by segment; within each the most expensive metric first. */
  rows(most = 5): readonly ReasonRow[] {
    return [...this.lost]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([segment, metrics]) =>
        [...metrics]
          .map(([metric, { points, accounts }]) => ({
            segment,
            metric,
            averageLost: roundHalfAway(points / (this.scored.get(segment) ?? 1), 1),
            accounts,
          }))
          .sort((a, b) => b.averageLost - a.averageLost || (a.metric < b.metric ? -1 : 1))
          .slice(0, most),
      );
  }
}

/** `Key features used: -6.1 points on average in low touch`; without a segment, over all. */
export function reasonRowText(row: ReasonRow, labels: { metric: string; segment: string }, locale: Locale): string {
  const points = signedPoints(-row.averageLost, locale);
  const where = row.segment === '' ? '' : labels.segment;
  if (locale === 'ja') return `${labels.metric}: ${where === '' ? '全体' : where}で平均${points}点`;
  return `${labels.metric}: ${points} points on average${where === '' ? '' : ` in ${where.toLowerCase()}`}`;
}
