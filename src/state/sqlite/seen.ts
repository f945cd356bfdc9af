// What a CRM's records showed when they were last looked at. A memory and no ledger: losing it costs calls, nothing else.

import type { Fields } from '../../domain/nouns.ts';
import type { Seen, SeenRecord, SeenUpTo } from '../store.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';
import { holdLease } from './runs.ts';

export function sqliteSeen(db: Sqlite): Seen {
  return {
    upTo: (crm, object) =>
      db.read(
        () =>
          db.get<{ shape: string; since: string; wholeAt: string }>(
            'SELECT shape, since, whole_at AS wholeAt FROM seen_up_to WHERE crm = ? AND object = ?',
            crm,
            object,
          ) ?? null,
      ),
    mark: (lease, crm, object, { shape, since, wholeAt }: SeenUpTo) =>
      db.tx('seen.mark', () => {
        holdLease(db, lease);
        db.run(
          `INSERT INTO seen_up_to (crm, object, shape, since, whole_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (crm, object) DO UPDATE SET shape = excluded.shape, since = excluded.since,
             whole_at = excluded.whole_at`,
          crm,
          object,
          shape,
          since,
          wholeAt,
        );
      }),
    begin: (lease, crm, object) =>
      db.tx('seen.begin', () => {
        holdLease(db, lease);
        db.run('DELETE FROM seen WHERE crm = ? AND object = ?', crm, object);
        db.run('DELETE FROM seen_up_to WHERE crm = ? AND object = ?', crm, object);
      }),
    keep: (lease, crm, object, records, { onlyKnown }) =>
      db.tx('seen.keep', () => {
        holdLease(db, lease);
        for (const { id, owner, fields } of records) {
          const text = toJson(fields);
          if (onlyKnown) {
            const change = 'UPDATE seen SET owner = ?, fields = ? WHERE crm = ? AND object = ? AND id = ?';
            db.run(change, owner, text, crm, object, id);
          } else {
            db.run(
              `INSERT INTO seen (crm, object, id, owner, fields) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (crm, object, id) DO UPDATE SET owner = excluded.owner, fields = excluded.fields`,
              crm,
              object,
              id,
              owner,
              text,
            );
          }
        }
      }),
    forget: (lease, crm, object, ids) =>
      db.tx('seen.forget', () => {
        holdLease(db, lease);
        for (const id of ids) db.run('DELETE FROM seen WHERE crm = ? AND object = ? AND id = ?', crm, object, id);
      }),
    of: (crm, object, ids) =>
      db.read(() => {
        const rows = db.all<{ id: string; owner: string | null; fields: string }>(
          `SELECT id, owner, fields FROM seen WHERE crm = ? AND object = ?
             AND id IN (SELECT value FROM json_each(?))`,
          crm,
          object,
          toJson(ids),
        );
        return new Map<string, SeenRecord>(
          rows.map((row) => [row.id, { id: row.id, owner: row.owner, fields: fromJson<Fields>(row.fields) }]),
        );
      }),
    lacking: (crm, object, ids) =>
      db.read(() =>
        db
          .all<{ id: string }>(
            `SELECT value AS id FROM json_each(?) WHERE NOT EXISTS (
               SELECT 1 FROM seen s WHERE s.crm = ? AND s.object = ? AND s.id = value)`,
            toJson(ids),
            crm,
            object,
          )
          .map(({ id }) => id),
      ),
  };
}
