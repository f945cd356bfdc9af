// What is known of the writes of one run after they were answered: those whose answer showed the record as it was meant to be,
// and those that were read once more. Kept as spans of effect ids, because a first load has hundreds of thousands of them.

/** A set of whole numbers that mostly come in rising order and without gaps. */
export class Spans {
  /** In rising order, and apart. */
  readonly #spans: { readonly first: number; last: number }[] = [];
  size = 0;

  add(id: number): void {
    const at = this.#after(id);
    const before = this.#spans[at - 1];
    if (before !== undefined && id <= before.last) return;
    this.size += 1;
    if (before !== undefined && id === before.last + 1) before.last = id;
    else this.#spans.splice(at, 0, { first: id, last: id });
  }
  has(id: number): boolean {
    const before = this.#spans[this.#after(id) - 1];
    return before !== undefined && id <= before.last;
  }
  /** Where the first span stands that begins after `id`. */
  #after(id: number): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle]?.first ?? 0) <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How well the writes of a run are vouched for. */
export interface Proof {
  /** The answer to the write itself showed every value that was sent. */
  readonly answered: Spans;
  /** Read by id afterwards, and found as written. */
  readonly read: Spans;
}

/** Nothing is known yet. */
export function noProof(): Proof {
  return { answered: new Spans(), read: new Spans() };
}
