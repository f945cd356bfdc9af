// How rows hold what is nested: JSON text in, typed values out. No table is named here.

import type { Sqlite } from './database.ts';

/** Nothing stays nothing: null becomes NULL, not the word "null". */
export function toJson(value: unknown): string {
  return JSON.stringify(value);
}
export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
/** Text that this store wrote itself; the caller names what it wrote. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
export function fromJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

/** A small fact about the file; null where it was never noted. */
export function metaOf(db: Sqlite, name: string): string | null {
  return db.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value ?? null;
}
export function setMeta(db: Sqlite, name: string, value: string): void {
  db.run(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  );
}
