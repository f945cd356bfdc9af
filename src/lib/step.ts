// A named place where the process may die. Every side effect is announced here before and after it happens, so that a
// test can number all of them and crash at each in turn. Outside tests nobody listens, and a step costs one comparison.

type Listener = (name: string) => void;
let listener: Listener | null = null;

/** Announces a side effect: `step('outbox.claim:before')`. */
export function step(name: string): void {
  if (listener !== null) listener(name);
}
/** Listens to all steps of this process until the returned function is called. */
export function onStep(listen: Listener): () => void {
  listener = listen;
  return () => {
    listener = null;
  };
}
