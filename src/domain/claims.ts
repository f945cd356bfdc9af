// What the records of one list claim, all of them together, before the first is decided: which ids several records carry, which
// are carried at all, and which records were merged into which. Ids are kept as numbers, eight bytes each, so that a million
// records fit; only those in dispute are kept as they are.

import type { AccountRef } from './nouns.ts';

/** What a record needs to know of the others in its list. */
export interface Claims {
  /** Own id → the ids that were merged into it, all generations. */
  readonly former: ReadonlyMap<string, readonly string[]>;
  /** `numbering:value` → own ids of the records that carry it; only where these are several. */
  readonly shared: ReadonlyMap<string, readonly string[]>;
  /** Whether any record of the list carries this id besides its own. */
  carries(ref: AccountRef): boolean;
}
export const noClaims: Claims = { former: new Map(), shared: new Map(), carries: () => false };

/** `numbering:value`: how an id is written where one text has to say both. */
export function refText({ kind, value }: AccountRef): string {
  return `${kind}:${value}`;
}

/** Takes all records once, and those that {@link isSuspect} names a second time. */
export class ClaimBook {
  #hashes = new Float64Array(1_024);
  #count = 0;
  #sealed: Float64Array | null = null;
  readonly #suspects = new Set<number>();
  readonly #carriers = new Map<string, string[]>();
  readonly #mergedInto = new Map<string, string>();

  /** First pass: what a record carries besides its own id. */
  add(others: readonly AccountRef[]): void {
    for (const ref of others) {
      if (this.#count === this.#hashes.length) {
        const larger = new Float64Array(this.#count * 2);
        larger.set(this.#hashes);
        this.#hashes = larger;
      }
      this.#hashes[this.#count++] = numberOf(refText(ref));
    }
  }
  /** A record that was merged into another of the list. */
  merged(from: string, into: string): void {
    this.#mergedInto.set(from, into);
  }
  /** Ends the first pass. True where some records have to be looked at again. */
  seal(): boolean {
    const sorted = this.#hashes.slice(0, this.#count).sort();
    for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) this.#suspects.add(sorted[i] as number);
    this.#sealed = sorted;
    return this.#suspects.size > 0;
  }
  /** Second pass: the records that may share something, with their own ids. */
  addSuspect(own: string, others: readonly AccountRef[]): void {
    for (const ref of others) {
      const text = refText(ref);
      if (!this.#suspects.has(numberOf(text))) continue;
      const carriers = this.#carriers.get(text);
      if (carriers === undefined) this.#carriers.set(text, [own]);
      else if (!carriers.includes(own)) carriers.push(own);
    }
  }
  claims(): Claims {
    const sorted = this.#sealed ?? new Float64Array(0);
    return {
      former: formerIds(this.#mergedInto),
      shared: new Map([...this.#carriers].filter(([, carriers]) => carriers.length > 1)),
      carries: (ref) => isIn(sorted, numberOf(refText(ref))),
    };
  }
}

/** Who was merged into whom, from each survivor's side; a circle, which no CRM makes, leads nowhere. */
function formerIds(mergedInto: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const former = new Map<string, string[]>();
  for (const from of mergedInto.keys()) {
    const seen = new Set([from]);
    let last = from;
    for (let next = mergedInto.get(last); next !== undefined && !seen.has(next); next = mergedInto.get(last)) {
      seen.add(next);
      last = next;
    }
    if (mergedInto.has(last)) continue;
    const list = former.get(last);
    if (list === undefined) former.set(last, [from]);
    else list.push(from);
  }
  for (const list of former.values()) list.sort();
  return former;
}

/** 53 bits of a text: two in a million texts agree by accident once in ten thousand homes, and are then looked at again. */
function numberOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + i), 0x85ebca6b);
    high ^= high >>> 13;
  }
  return ((high >>> 0) & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}
function isIn(sorted: Float64Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
