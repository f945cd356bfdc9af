// Lets the event loop turn. SQLite answers at once, so a long loop over a store would otherwise hold up heartbeats, health
// answers and signals until it ends.

/** Resolves after whatever else is waiting had its turn. Call it once a page. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
