// Finds the same key twice in one read. It remembers two numbers per row instead of the row, so that a large file stays
// cheap; two keys that happen to share 52 bits of a hash would have to be looked for among many millions.

import { createHash } from 'node:crypto';
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
function number(text: string): number {
  return createHash('sha1').update(text).digest().readUIntBE(0, 6);
}
