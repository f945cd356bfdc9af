// Finds the same key twice in one read. It remembers two numbers per row instead of the row, so that a large file stays
// cheap; two keys that happen to share 53 bits of a hash would have to be looked for among many millions.

import type { SourceRecord } from '../domain/nouns.ts';

/** Rows remembered; beyond it, the last row of a key wins silently. */
const remembered = 1_000_000;

export interface Twins {
  /** The number of an earlier row with the same key and other values; null when there is none. */
  find(record: SourceRecord, row: number): number | null;
}

export function createTwins(): Twins {
  const contents = new Map<number, number>();
  const rows = new Map<number, number>();
  return {
    find(record, row) {
      const key = number(record.key);
      const content = number(`${record.at}\n${JSON.stringify(record.fields)}`);
      const known = contents.get(key);
      if (known === undefined) {
        if (contents.size < remembered) {
          contents.set(key, content);
          rows.set(key, row);
        }
        return null;
      }
      return known === content ? null : (rows.get(key) ?? 0);
    },
  };
}
/** 53 bits of a text: two rounds of multiply and mix (MurmurHash3's finaliser), no cryptography. */
function number(text: string): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x5bd1e995);
    high = Math.imul(high ^ code, 0xcc9e2d51);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
