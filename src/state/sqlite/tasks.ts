// Which task answers which key, and what waits for a place. Rows of the ledger are never deleted: whoever closed or deleted
// a task must not find it made again.

import { dayOf } from '../../domain/calendar.ts';
import type { Effect, Fields, KnownTask, NextAction } from '../../domain/nouns.ts';
import type { Tasks } from '../store.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';
import { holdLease } from './runs.ts';

interface Row {
  readonly key: string;
  readonly account: string;
  readonly crm: string;
  readonly play: string;
  readonly episode: string;
  readonly crm_id: string | null;
  readonly status: KnownTask['status'];
  readonly closed_by: KnownTask['closedBy'];
  readonly opened_on: string;
  readonly closed_on: string | null;
  readonly written: string;
  readonly outcome: string | null;
  readonly snooze_until: string | null;
  readonly snoozed_on: string | null;
}
function taskOf(row: Row): KnownTask {
  return {
    key: row.key,
    account: row.account,
    crm: row.crm,
    play: row.play,
    episode: row.episode,
    crmId: row.crm_id,
    status: row.status,
    closedBy: row.closed_by,
    openedOn: row.opened_on,
    closedOn: row.closed_on,
    written: fromJson<Fields>(row.written),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    ...(row.snooze_until === null ? {} : { snoozeUntil: row.snooze_until }),
    ...(row.snoozed_on === null ? {} : { snoozedOn: row.snoozed_on }),
  };
}

export function sqliteTasks(db: Sqlite, zone: string): Tasks {
  return {
    ofAccounts: (crm, accounts) =>
      db.read(() => {
        const rows = db.all<Row>(
          // Named: by itself SQLite walks all tasks of the CRM.
          `SELECT * FROM tasks INDEXED BY tasks_of WHERE crm = ? AND account IN (SELECT value FROM json_each(?))
           ORDER BY opened_on, key`,
          crm,
          toJson(accounts),
        );
        return Map.groupBy(rows.map(taskOf), ({ account }) => account);
      }),
    observe: (lease, seen) =>
      db.tx('tasks.observe', () => {
        holdLease(db, lease);
        for (const task of seen) {
          // The day it was first seen closed stays; a task that a person opened again has none.
          db.run(
            `UPDATE tasks SET status = @status, closed_by = @closedBy, crm_id = ifnull(@crmId, crm_id),
               closed_on = CASE WHEN @status = 'open' THEN NULL ELSE ifnull(closed_on, @day) END,
               outcome = iif(@looked, @outcome, outcome),
               snoozed_on = CASE WHEN NOT @looked THEN snoozed_on WHEN @snoozeUntil IS NULL THEN NULL
                 ELSE ifnull(snoozed_on, @day) END,
               snooze_until = iif(@looked, @snoozeUntil, snooze_until)
             WHERE crm = @crm AND key = @key`,
            {
              crm: task.crm,
              key: task.key,
              status: task.status,
              closedBy: task.closedBy,
              crmId: task.crmId,
              day: dayOf(task.now, zone),
              looked: task.outcome === undefined && task.snoozeUntil === undefined ? 0 : 1,
              outcome: task.outcome ?? null,
              snoozeUntil: task.snoozeUntil ?? null,
            },
          );
        }
      }),
    openByOwner: (crm, plays) => db.read(() => countByOwner(db, `crm = ? AND status = 'open'`, [crm], plays)),
    openedOn: (crm, day, plays) => db.read(() => countByOwner(db, 'crm = ? AND opened_on = ?', [crm, day], plays)),
    effectiveness: (crm, minGain) => db.read(() => effectiveness(db, crm, minGain)),
    wait: (lease, crm, actions, now) =>
      db.tx('tasks.wait', () => {
        holdLease(db, lease);
        for (const action of actions) {
          db.run(
            `INSERT INTO waiting (crm, account, play, episode, rank, action, since) VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (crm, account, play, episode) DO UPDATE SET rank = excluded.rank, action = excluded.action`,
            crm,
            action.account,
            action.play,
            action.episode,
            action.rank,
            toJson(action),
            dayOf(now, zone),
          );
        }
      }),
    backlog: (crm, limit) =>
      db.read(() =>
        db
          .all<{ action: string; since: string }>(
            'SELECT action, since FROM waiting WHERE crm = ? ORDER BY since, rank, account, play, episode LIMIT ?',
            crm,
            limit,
          )
          .map((row) => ({ ...fromJson<NextAction>(row.action), since: row.since })),
      ),
    unwait: (lease, crm, keys, beforeDay) =>
      db.tx('tasks.unwait', () => {
        holdLease(db, lease);
        let dropped = 0;
        for (const { account, play, episode } of keys) {
          dropped += db.run(
            'DELETE FROM waiting WHERE crm = ? AND account = ? AND play = ? AND episode = ?',
            crm,
            account,
            play,
            episode,
          );
        }
        if (beforeDay !== null) dropped += db.run('DELETE FROM waiting WHERE crm = ? AND since < ?', crm, beforeDay);
        return dropped;
      }),
  };
}

/** Owners as the payload word `owner` names them; tasks without one are counted under the empty name. */
function countByOwner(
  db: Sqlite,
  where: string,
  params: readonly string[],
  plays?: readonly string[],
): Readonly<Record<string, number>> {
  const among = plays === undefined ? '' : ' AND play IN (SELECT value FROM json_each(?))';
  const rows = db.all<{ owner: string; n: number }>(
    `SELECT ifnull(written ->> '$.owner', '') AS owner, count(*) AS n FROM tasks WHERE ${where}${among} GROUP BY 1 ORDER BY 1`,
    ...params,
    ...(plays === undefined ? [] : [toJson(plays)]),
  );
  return Object.fromEntries(rows.map(({ owner, n }) => [owner, n]));
}

/** The score at a task's making stands in what we wrote; the score afterwards is the first one after its closing. */
function effectiveness(
  db: Sqlite,
  crm: string,
  minGain: number,
): Readonly<Record<string, { readonly hits: number; readonly tries: number }>> {
  const rows = db.all<{ owner: string; tries: number; hits: number }>(
    `SELECT owner, count(*) AS tries, sum(gain >= ?) AS hits FROM (
       SELECT written ->> '$.owner' AS owner,
         (SELECT s.value FROM scores s WHERE s.account = t.account AND s.as_of > t.closed_on AND s.value IS NOT NULL
          ORDER BY s.as_of LIMIT 1) - (written ->> '$.score_when_created') AS gain
       FROM tasks t WHERE crm = ? AND status = 'closed')
     WHERE gain IS NOT NULL AND owner IS NOT NULL GROUP BY owner ORDER BY owner`,
    minGain,
    crm,
  );
  return Object.fromEntries(rows.map(({ owner, hits, tries }) => [owner, { hits, tries }]));
}

/** True when this key was ever answered by a task: open, closed and deleted ones alike. */
export function isKnownTask(db: Sqlite, crm: string, key: string): boolean {
  return db.get('SELECT 1 FROM tasks WHERE crm = ? AND key = ?', crm, key) !== undefined;
}

/** What an applied effect means for the ledger. `asOf` is the plan's day, so that it never hangs on the wall clock. */
export function noteInLedger(db: Sqlite, effect: Effect, crmId: string | null, asOf: string): void {
  if (effect.op === 'ensure_task') {
    db.run(
      `INSERT INTO tasks (crm, key, account, play, episode, crm_id, status, opened_on, written)
       VALUES (@crm, @key, @account, @play, @episode, @crmId, 'open', @asOf, @written)
       ON CONFLICT (crm, key) DO UPDATE SET crm_id = ifnull(excluded.crm_id, crm_id), written = excluded.written`,
      {
        crm: effect.crm,
        key: effect.key,
        account: effect.account,
        play: effect.play,
        episode: effect.episode,
        crmId,
        asOf,
        written: toJson(effect.payload),
      },
    );
    return;
  }
  const key = keyInLedger(db, effect);
  if (key === null) return;
  if (effect.op === 'close_task') {
    db.run(
      `UPDATE tasks SET status = 'closed', closed_by = 'kenko', closed_on = ? WHERE crm = ? AND key = ? AND status = 'open'`,
      asOf,
      effect.crm,
      key,
    );
  } else {
    const row = db.get<{ written: string }>('SELECT written FROM tasks WHERE crm = ? AND key = ?', effect.crm, key);
    const written = { ...fromJson<Fields>(row?.written ?? '{}'), ...effect.payload };
    db.run('UPDATE tasks SET written = ? WHERE crm = ? AND key = ?', toJson(written), effect.crm, key);
  }
}
function keyInLedger(db: Sqlite, effect: Effect): string | null {
  if (isKnownTask(db, effect.crm, effect.key)) return effect.key;
  const sql = 'SELECT key FROM tasks WHERE crm = ? AND crm_id = ?';
  return db.get<{ key: string }>(sql, effect.crm, effect.target)?.key ?? null;
}
