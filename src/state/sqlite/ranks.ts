// Who comes first among the accounts of one owner: rows in, places out. What a rank is worth is decided in domain/rank.ts.

import { nextRank } from '../../domain/rank.ts';
import type { Ranks } from '../store.ts';
import type { Sqlite } from './database.ts';
import { toJson } from './rows.ts';
import { holdLease } from './runs.ts';

export function sqliteRanks(db: Sqlite): Ranks {
  return {
    begin: (lease, crm) =>
      db.tx('ranks.begin', () => {
        holdLease(db, lease);
        db.run('DELETE FROM ranks WHERE crm = ?', crm);
      }),
    keep: (lease, crm, rows) =>
      db.tx('ranks.keep', () => {
        holdLease(db, lease);
        for (const { account, owner, rank } of rows) {
          db.run(
            `INSERT INTO ranks (crm, account, owner, rank) VALUES (?, ?, ?, ?)
             ON CONFLICT (crm, account) DO UPDATE SET owner = excluded.owner, rank = excluded.rank`,
            crm,
            account,
            owner,
            rank,
          );
        }
      }),
    standing: (crm, asOf, after, limit) =>
      db.read(() =>
        db
          .all<{ account: string; owner: string; score: number; arr: unknown; renewalOn: unknown }>(
            `SELECT a.key AS account, a.owners ->> ('$.' || ?) AS owner, s.value AS score,
               a.attributes ->> '$.arr' AS arr, a.attributes ->> '$.renewal_on' AS renewalOn
             FROM accounts a JOIN scores s ON s.account = a.key AND s.as_of = ?
             WHERE a.gone = 0 AND a.key > ? AND s.value IS NOT NULL AND a.owners ->> ('$.' || ?) IS NOT NULL
             ORDER BY a.key LIMIT ?`,
            crm,
            asOf,
            after ?? '',
            crm,
            limit,
          )
          .map((row) => ({
            ...row,
            arr: typeof row.arr === 'number' ? row.arr : null,
            renewalOn: typeof row.renewalOn === 'string' ? row.renewalOn.slice(0, 10) : null,
          })),
      ),
    places: (crm, accounts, upTo) =>
      db.read(() => {
        const wanted = new Set(accounts);
        const owners = db.all<{ owner: string }>(
          // From the accounts to their rows: the other way round SQLite walks all ranks of the CRM.
          `SELECT DISTINCT r.owner FROM json_each(?) j
           CROSS JOIN ranks r ON r.crm = ? AND r.account = j.value`,
          toJson(accounts),
          crm,
        );
        const places = new Map<string, number>();
        for (const { owner } of owners) {
          const first = db.all<{ account: string }>(
            'SELECT account FROM ranks WHERE crm = ? AND owner = ? ORDER BY rank DESC, account LIMIT ?',
            crm,
            owner,
            upTo,
          );
          let last: ReturnType<typeof nextRank> | null = null;
          for (const { account } of first) {
            last = nextRank(last, owner);
            if (wanted.has(account)) places.set(account, last.place);
          }
        }
        return places;
      }),
  };
}
