// What operators were told of: a row per trouble from its beginning until its end was told, so that a restart repeats nothing.
// A telling is claimed before it is sent; two processes never tell the same, and one that failed is tried again later.

import type { TroubleKind } from '../../domain/notice.ts';
import type { Notice, Notices } from '../store.ts';
import type { Sqlite } from './database.ts';

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;

interface Row {
  readonly key: string;
  readonly kind: TroubleKind;
  readonly about: string;
  readonly count: number;
  readonly since: string;
  readonly told_at: string | null;
  readonly over_at: string | null;
  readonly tries: number;
  readonly try_after: string;
}
const noticeOf = ({ key, kind, about, count, since, told_at, over_at }: Row): Notice => ({
  key,
  kind,
  about,
  count,
  since,
  toldAt: told_at,
  overAt: over_at,
});

export function sqliteNotices(db: Sqlite): Notices {
  const all = () => db.all<Row>('SELECT * FROM notices ORDER BY since, key');
  return {
    all: () => db.read(() => all().map(noticeOf)),
    look: (wrong, now) =>
      db.tx('notices.look', () => {
        const names = new Set(wrong.map(({ key }) => key));
        for (const { key, kind, about, count } of wrong) {
          db.run(
            `INSERT INTO notices (key, kind, about, count, since) VALUES (@key, @kind, @about, @count, @now)
             ON CONFLICT (key) DO UPDATE SET about = excluded.about, count = excluded.count, over_at = NULL,
               tries = CASE WHEN over_at IS NULL THEN tries ELSE 0 END,
               try_after = CASE WHEN over_at IS NULL THEN try_after ELSE '' END`,
            { key, kind, about, count, now },
          );
        }
        for (const row of all()) {
          if (names.has(row.key) || row.over_at !== null) continue;
          // Whoever never heard of it need not hear that it is over.
          if (row.told_at === null) db.run('DELETE FROM notices WHERE key = ?', row.key);
          else db.run(`UPDATE notices SET over_at = ?, tries = 0, try_after = '' WHERE key = ?`, now, row.key);
        }
      }),
    claim: (now) =>
      db.tx('notices.claim', () => {
        const due = all().filter((row) => (row.told_at === null || row.over_at !== null) && row.try_after <= now);
        for (const row of due) {
          const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** row.tries);
          const next = new Date(Date.parse(now) + waitMs).toISOString();
          db.run('UPDATE notices SET tries = tries + 1, try_after = ? WHERE key = ?', next, row.key);
        }
        return due.map(noticeOf);
      }),
    told: (notices, now) =>
      db.tx('notices.told', () => {
        for (const { key, overAt } of notices) {
          if (overAt === null)
            db.run(`UPDATE notices SET told_at = ?, tries = 0, try_after = '' WHERE key = ?`, now, key);
          // One that began again while its end was being told stays: then nobody need be told anything.
          else db.run('DELETE FROM notices WHERE key = ? AND over_at IS NOT NULL', key);
        }
      }),
  };
}
