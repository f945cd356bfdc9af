// Who of a pool gets the next task: the one whose tasks helped most often, as far as few cases can say, or the one whose turn
// it is. It keeps count of what it has given out, so that the best is not buried.

import { shrunkShare } from './kpi.ts';

/** Tasks after which a score rose, of tasks after which it is known. */
export interface Proof {
  readonly hits: number;
  readonly tries: number;
}

/** The turns of one CRM on one day. */
export class PoolTurns {
  readonly #settings: { readonly prior: number; readonly strength: number };
  readonly #records: Readonly<Record<string, Proof>>;
  readonly #open: Readonly<Record<string, number>>;
  readonly #perDay: number;
  readonly #given = new Map<string, number>();

  /** `open`: tasks that people have already; `perDay`: how many new ones the best may get before the next best does. */
  constructor(day: {
    readonly prior: number;
    readonly strength: number;
    readonly records: Readonly<Record<string, Proof>>;
    readonly open: Readonly<Record<string, number>>;
    readonly perDay: number;
  }) {
    this.#settings = day;
    this.#records = day.records;
    this.#open = day.open;
    this.#perDay = day.perDay;
  }

  /** The share of their tasks that helped, drawn to the usual share: 3 of 3 is less than 40 of 50. */
  share(member: string): number {
    const { hits, tries } = this.#records[member] ?? { hits: 0, tries: 0 };
    return shrunkShare(hits, tries, this.#settings.prior, this.#settings.strength);
  }

  /** Members, the one that proved most first; equals in the order of the list. */
  best(members: readonly string[]): readonly string[] {
    return members.toSorted((a, b) => this.share(b) - this.share(a));
  }

  /** Gives one task out; null for an empty pool. */
  take(members: readonly string[], by: 'pool_best' | 'round_robin'): string | null {
    const given = (member: string): number => this.#given.get(member) ?? 0;
    const load = (member: string): number => given(member) + (this.#open[member] ?? 0);
    const ordered = this.best(members);
    const chosen =
      by === 'round_robin'
        ? members.toSorted((a, b) => load(a) - load(b))[0]
        : (ordered.find((member) => given(member) < this.#perDay) ?? ordered[0]);
    if (chosen === undefined) return null;
    this.#given.set(chosen, given(chosen) + 1);
    return chosen;
  }
}
