// Erased people are known again by salted hashes, so that the next read does not bring them back, and nobody can read from
// the file who they were.

import { randomBytes } from 'node:crypto';
import { hashOf } from '../../domain/hash.ts';
import type { SourceRecord } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { metaOf, setMeta } from './rows.ts';

/** What a record may be erased by: the contact it names, or its own row in a source of contacts. */
export interface Tombstones {
  covers(record: Pick<SourceRecord, 'source' | 'key' | 'contact'>): boolean;
}
type Grave = { readonly contact: string } | { readonly source: string; readonly key: string };

function saltOf(db: Sqlite): string {
  const known = metaOf(db, 'salt');
  if (known !== null) return known;
  const made = randomBytes(16).toString('hex');
  setMeta(db, 'salt', made);
  return made;
}

/** Null while nobody was erased, which is nearly always: then landing costs nothing more. */
export function tombstonesOf(db: Sqlite): Tombstones | null {
  if (db.get('SELECT 1 FROM tombstones LIMIT 1') === undefined) return null;
  const salt = saltOf(db);
  const isIn = (grave: Grave) => db.get('SELECT 1 FROM tombstones WHERE hash = ?', hashOf([salt, grave])) !== undefined;
  return {
    covers: ({ source, key, contact }) => (contact !== null && isIn({ contact })) || isIn({ source, key }),
  };
}
export function bury(db: Sqlite, graves: readonly Grave[], erasure: number, now: string): void {
  const salt = saltOf(db);
  for (const grave of graves) {
    db.run(
      'INSERT OR IGNORE INTO tombstones (hash, erasure, at) VALUES (?, ?, ?)',
      hashOf([salt, grave]),
      erasure,
      now,
    );
  }
}
