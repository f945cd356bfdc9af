// Several pieces of work at the same time, within a limit, so that a slow one does not hold back the quick ones. The results
// come in the order of the list, whatever came first.

export interface AtOnce<Item> {
  /** So many at the same time, at least 1. */
  readonly limit: number;
  /** Pieces of one lane follow each other; null: no lane. Waiting for its lane takes no other piece's place. */
  readonly lane: (item: Item) => string | null;
  readonly signal: AbortSignal;
}

/**
 * Starts the work in the order of the list. The first that throws ends it all: the others are told to stop by their signal,
 * and what it threw is thrown when all of them have ended.
 */
export async function atOnce<Item, Result>(
  items: readonly Item[],
  options: AtOnce<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = items.map((item, place) => ({ item, place, lane: options.lane(item) }));
  const running = new Set<Promise<void>>();
  const lanes = new Set<string>();
  const inner = new AbortController();
  const signal = AbortSignal.any([options.signal, inner.signal]);
  let thrown: { readonly error: unknown } | null = null;

  const start = (one: (typeof waiting)[number]): void => {
    if (one.lane !== null) lanes.add(one.lane);
    const running1 = work(one.item, signal)
      .then(
        (result) => void results.set(one.place, result),
        (error: unknown) => {
          thrown ??= { error };
          inner.abort(error);
        },
      )
      .finally(() => {
        if (one.lane !== null) lanes.delete(one.lane);
        running.delete(running1);
      });
    running.add(running1);
  };
  for (;;) {
    while (thrown === null && running.size < Math.max(1, options.limit)) {
      const next = waiting.findIndex(({ lane }) => lane === null || !lanes.has(lane));
      const [one] = next < 0 ? [] : waiting.splice(next, 1);
      if (one === undefined) break;
      start(one);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (thrown !== null) throw (thrown as { readonly error: unknown }).error;
  return items.map((_, place) => results.get(place) as Result);
}
