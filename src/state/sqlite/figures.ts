// Counts for whoever watches: how many writes are in which state, how old the oldest unclear one is, how large the file is.
// Numbers only, by words of ours; no account.

import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Figures } from '../store.ts';
import type { Sqlite } from './database.ts';
import { stillRejected } from './outbox.ts';

/** Effects that wait for something, refused ones that still stand, sizes. One moment, one read. */
export async function figures(db: Sqlite): Promise<Figures> {
  return db.read(() => {
    const pending = db.all<{ state: Figures['pending'][number]['state']; count: number }>(
      `SELECT state, count(*) AS count FROM effects
       WHERE state IN ('planned', 'held', 'ready', 'inflight', 'unknown') GROUP BY state ORDER BY state`,
    );
    const rejected = db.get<{ n: number }>(`SELECT count(*) AS n FROM ${stillRejected}`);
    const oldest = db.get<{ at: string | null }>(
      `SELECT min(sent_at) AS at FROM effects WHERE state IN ('inflight', 'unknown')`,
    );
    const wal = `${db.path}-wal`;
    return {
      pending,
      rejected: rejected?.n ?? 0,
      oldestUnclearAt: oldest?.at ?? null,
      bytes: Number(db.pragma('page_count')) * Number(db.pragma('page_size')),
      diskFreeShare: freeShare(db.path),
      walBytes: db.path !== ':memory:' && existsSync(wal) ? statSync(wal).size : 0,
    };
  });
}

function freeShare(path: string): number | null {
  if (path === ':memory:') return null;
  const { bavail, blocks } = statfsSync(dirname(path));
  return blocks === 0 ? null : bavail / blocks;
}
