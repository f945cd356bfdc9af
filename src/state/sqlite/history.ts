// What evaluate said of each account on each day, and what of it later days need: the newest outcome before a day, those a
// week and a month before, and each metric as it was known. The same inputs leave the same bytes.

import { addDays, daysBetween } from '../../domain/calendar.ts';
import type { Metric, Outcome, Score } from '../../domain/nouns.ts';
import type { Before, History, StoredScore } from '../store.ts';
import type { Sqlite } from './database.ts';
import { Packer, unpack, unpackRemembered, unpackScore } from './pack/outcome.ts';
import { fromJson, toJson } from './rows.ts';
import { holdLease } from './runs.ts';

/** The outcome of exactly this day. */
export function outcomeOn(db: Sqlite, account: string, asOf: string): Outcome | null {
  const body = bodyOn(db, account, asOf);
  return body === undefined ? null : unpack(db, body);
}
function bodyOn(db: Sqlite, account: string, asOf: string): Uint8Array | undefined {
  return db.get<{ body: Uint8Array }>('SELECT body FROM outcomes WHERE as_of = ? AND account = ?', asOf, account)?.body;
}

/** All kept outcomes of an account, packed; by way of the scores, because outcomes are found by day and account. */
export function outcomeRows(
  db: Sqlite,
  account: string,
): readonly { readonly id: number; readonly asOf: string; readonly body: Uint8Array }[] {
  return db.all(
    `SELECT o.id, o.as_of AS asOf, o.body FROM scores s JOIN outcomes o ON o.as_of = s.as_of AND o.account = s.account
     WHERE s.account = ? ORDER BY s.as_of`,
    account,
  );
}

export function sqliteHistory(db: Sqlite): History {
  return {
    keep: (lease, outcomes, configHash) =>
      db.tx('history.keep', () => {
        holdLease(db, lease);
        const packer = new Packer(db);
        for (const outcome of outcomes) keep(db, packer, outcome, configHash);
      }),
    before: (keys, asOf) =>
      db.read(() => {
        const found = new Map<string, Before>();
        for (const key of keys) {
          const before = beforeOf(db, key, asOf);
          if (before !== null) found.set(key, before);
        }
        return found;
      }),
    outcome: (account, asOf) =>
      db.read(() => {
        const day = newestDay(db, account, asOf ?? '9999-12-31');
        return day === null ? null : outcomeOn(db, account, day);
      }),
    outcomes: (asOf, after, limit) =>
      db.read(() =>
        db
          .all<{ body: Uint8Array }>(
            'SELECT body FROM outcomes WHERE as_of = ? AND account > ? ORDER BY account LIMIT ?',
            asOf,
            after ?? '',
            limit,
          )
          .map((row) => unpack(db, row.body)),
      ),
    outcomesOf: (keys, asOf) =>
      db.read(
        () => new Map(keys.flatMap((key) => [outcomeOn(db, key, asOf) ?? []].flat().map((o) => [key, o] as const))),
      ),
    scores: (account, sinceDay) =>
      db.read(() =>
        db.all<{ asOf: string; value: number | null; band: string }>(
          'SELECT as_of AS asOf, value, band FROM scores WHERE account = ? AND as_of >= ? ORDER BY as_of',
          account,
          sinceDay,
        ),
      ),
    metricAt: (account, metric, asOf) => db.read(() => metricAt(db, account, metric, asOf)),
    isFirst: (asOf) => db.read(() => db.get('SELECT 1 FROM outcomes WHERE as_of < ? LIMIT 1', asOf) === undefined),
    freeze: (name, modelHash, value) =>
      db.tx('history.freeze', () => {
        // Frozen is frozen: the first numbers of a model stay as long as the model does.
        db.run(
          'INSERT OR IGNORE INTO frozen (name, model_hash, value) VALUES (?, ?, ?)',
          name,
          modelHash,
          toJson(value),
        );
      }),
    frozen: (name, modelHash) =>
      db.read(() => {
        const row = db.get<{ value: string }>(
          'SELECT value FROM frozen WHERE name = ? AND model_hash = ?',
          name,
          modelHash,
        );
        return row === undefined ? null : fromJson<number[]>(row.value);
      }),
  };
}

function keep(db: Sqlite, packer: Packer, outcome: Outcome, configHash: string): void {
  const { account, asOf } = outcome;
  db.run(
    `INSERT INTO scores (account, as_of, value, band, model_hash, config_hash) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, as_of) DO UPDATE SET value = excluded.value, band = excluded.band,
       model_hash = excluded.model_hash, config_hash = excluded.config_hash`,
    account,
    asOf,
    outcome.score.value,
    outcome.band,
    outcome.score.model.hash,
    configHash,
  );
  db.run(
    `INSERT INTO outcomes (as_of, account, body) VALUES (?, ?, ?)
     ON CONFLICT (as_of, account) DO UPDATE SET body = excluded.body WHERE body <> excluded.body`,
    asOf,
    account,
    packer.pack(outcome),
  );
}

/** The newest day at or before `asOf` on which this account was evaluated and the outcome is still kept. */
function newestDay(db: Sqlite, account: string, asOf: string): string | null {
  return (
    db.get<{ day: string | null }>(
      'SELECT max(as_of) AS day FROM scores WHERE account = ? AND as_of <= ?',
      account,
      asOf,
    )?.day ?? null
  );
}

function newestBody(db: Sqlite, account: string, asOf: string): Uint8Array | undefined {
  const day = newestDay(db, account, asOf);
  return day === null ? undefined : bodyOn(db, account, day);
}

function beforeOf(db: Sqlite, account: string, asOf: string): Before | null {
  // Yesterday, a week ago and a month ago to the day are asked for first: nothing can be nearer, and most runs are nightly.
  const body = bodyOn(db, account, addDays(asOf, -1)) ?? newestBody(db, account, addDays(asOf, -2));
  if (body === undefined) return null;
  const last = unpackRemembered(db, body);
  const stored = (score: Score): StoredScore => ({ asOf: score.asOf, value: score.value, score });
  const near = (days: number): StoredScore | null => {
    const wished = addDays(asOf, -days);
    if (last.asOf === wished) return stored(last.score);
    const exact = bodyOn(db, account, wished);
    if (exact !== undefined) return stored(unpackScore(db, exact));
    const day = nearestDay(db, account, asOf, days);
    if (day === last.asOf) return stored(last.score);
    const earlier = day === null ? undefined : bodyOn(db, account, day);
    return earlier === undefined ? null : stored(unpackScore(db, earlier));
  };
  let known: Before['metrics'] | null = null;
  return {
    memory: last.memory,
    last: stored(last.score),
    days7: near(7),
    days30: near(30),
    // As the last outcome knew them, and what its memory still carries of those it did not know.
    get metrics() {
      known ??= { ...last.memory.known, ...last.known() };
      return known;
    },
  };
}
/** Within 3 days of so many days before; of two that are as near, the older, so that no change is told too soon. */
function nearestDay(db: Sqlite, account: string, asOf: string, days: number): string | null {
  const wished = addDays(asOf, -days);
  const near = db.all<{ day: string }>(
    'SELECT as_of AS day FROM scores WHERE account = ? AND as_of BETWEEN ? AND ? ORDER BY as_of',
    account,
    addDays(wished, -3),
    addDays(wished, 3),
  );
  const distance = (day: string) => Math.abs(daysBetween(wished, day));
  return near.reduce<string | null>(
    (best, { day }) => (best === null || distance(day) < distance(best) ? day : best),
    null,
  );
}
/** As the outcome of the newest day said it. */
function metricAt(db: Sqlite, account: string, metric: string, asOf: string): Metric | null {
  const day = newestDay(db, account, asOf);
  const outcome = day === null ? null : outcomeOn(db, account, day);
  return outcome?.metrics.find((candidate) => candidate.name === metric) ?? null;
}
