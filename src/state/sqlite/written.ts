// What we last wrote into each record, word by word, so that a person's edit can be told from our own value.

import type { Fields } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';

/** Empty where nothing was ever written. */
export function writtenOf(db: Sqlite, crm: string, object: string, account: string): Fields | null {
  const row = db.get<{ fields: string }>(
    'SELECT fields FROM written WHERE crm = ? AND object = ? AND account = ?',
    crm,
    object,
    account,
  );
  return row === undefined ? null : fromJson<Fields>(row.fields);
}

/** Adds to what is known; words that are not named here stay as they were. */
export function noteWritten(db: Sqlite, crm: string, object: string, account: string, fields: Fields): void {
  const known = writtenOf(db, crm, object, account);
  db.run(
    `INSERT INTO written (crm, object, account, fields) VALUES (?, ?, ?, ?)
     ON CONFLICT (crm, object, account) DO UPDATE SET fields = excluded.fields`,
    crm,
    object,
    account,
    toJson({ ...known, ...fields }),
  );
}
