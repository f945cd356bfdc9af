// Metrics by day, written only where something changed: a row says "from this day on". Rows of earlier days are never
// touched, but for the one case told below.

import type { Fields, Metric, MetricState, Outcome, Value } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';

interface Row {
  readonly name: string;
  readonly as_of: string;
  readonly value: string;
  readonly state: MetricState;
  readonly at: string | null;
  readonly made_of: string;
  readonly detail: string;
}
function metricOf(row: Row): Metric {
  return {
    name: row.name,
    value: fromJson<Value>(row.value),
    state: row.state,
    at: row.at,
    from: fromJson<string[]>(row.made_of),
    detail: fromJson<Fields>(row.detail),
  };
}

/**
 * Keeps the metrics of one outcome. `outcomeOn` gives the whole outcome of an earlier day, where it is still kept: one
 * look at it tells what changed, instead of one question per metric.
 */
export function keepMetrics(db: Sqlite, outcome: Outcome, outcomeOn: (day: string) => Outcome | null): void {
  const { account, asOf } = outcome;
  const days = db.get<{ before: string | null; same: string | null; next: string | null }>(
    `SELECT (SELECT max(as_of) FROM scores WHERE account = @account AND as_of < @asOf) AS before,
       (SELECT as_of FROM scores WHERE account = @account AND as_of = @asOf) AS same,
       (SELECT min(as_of) FROM scores WHERE account = @account AND as_of > @asOf) AS next`,
    { account, asOf },
  );
  const dayBefore = days?.before == null ? null : outcomeOn(days.before);
  const said = new Map(dayBefore?.metrics.map((metric) => [metric.name, metric]));
  const isAgain = days?.same != null;
  const nextDay = days?.next ?? null;
  for (const metric of outcome.metrics) {
    if (nextDay !== null) holdNextDay(db, account, metric.name, nextDay);
    const last = said.get(metric.name) ?? (dayBefore === null ? metricOn(db, account, metric.name, asOf, '<') : null);
    if (last !== null && last.value === metric.value && last.state === metric.state) {
      if (isAgain)
        db.run('DELETE FROM metrics WHERE account = ? AND name = ? AND as_of = ?', account, metric.name, asOf);
      continue;
    }
    if (last?.state === 'known' && metric.state !== 'known') closeKnown(db, account, last, asOf);
    write(db, account, asOf, metric, toJson(metric.value));
  }
}
function write(db: Sqlite, account: string, asOf: string, metric: Metric, value: string): void {
  db.run(
    `INSERT INTO metrics (account, name, as_of, value, state, at, made_of, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, name, as_of) DO UPDATE SET value = excluded.value, state = excluded.state, at = excluded.at,
       made_of = excluded.made_of, detail = excluded.detail`,
    account,
    metric.name,
    asOf,
    value,
    metric.state,
    metric.at,
    toJson(metric.from),
    toJson(metric.detail),
  );
}

/** When a day is evaluated after a later one, the later day keeps what it said: it may have leaned on the row before. */
function holdNextDay(db: Sqlite, account: string, name: string, nextDay: string): void {
  db.run(
    `INSERT OR IGNORE INTO metrics (account, name, as_of, value, state, at, made_of, detail)
     SELECT @account, @name, @nextDay, n.value, n.state, n.at, n.made_of, n.detail FROM metrics n
     WHERE n.account = @account AND n.name = @name AND n.as_of <= @nextDay ORDER BY n.as_of DESC LIMIT 1`,
    { account, name, nextDay },
  );
}

/**
 * A value that stays the same for weeks keeps its first row, whose `at` is weeks old. On the day it becomes unknown, the
 * row learns how new its facts were at last: carrying a value forward counts from there.
 */
function closeKnown(db: Sqlite, account: string, last: Metric, asOf: string): void {
  const row = newestRow(db, account, last.name, asOf, '<');
  const value = toJson(last.value);
  if (row?.state === 'known' && row.value === value && row.at !== last.at) write(db, account, row.as_of, last, value);
}

function newestRow(db: Sqlite, account: string, name: string, asOf: string, than: '<' | '<='): Row | undefined {
  return db.get<Row>(
    `SELECT name, as_of, value, state, at, made_of, detail FROM metrics
     WHERE account = ? AND name = ? AND as_of ${than} ? ORDER BY as_of DESC LIMIT 1`,
    account,
    name,
    asOf,
  );
}

/** A metric as its rows remember it on a day, or just before it; null before its first. */
export function metricOn(
  db: Sqlite,
  account: string,
  name: string,
  asOf: string,
  than: '<' | '<=' = '<=',
): Metric | null {
  const row = newestRow(db, account, name, asOf, than);
  return row === undefined ? null : metricOf(row);
}
/** The newest known values of these metrics before a day; those that were never known are absent. */
export function knownBefore(
  db: Sqlite,
  account: string,
  names: readonly string[],
  asOf: string,
): Readonly<Record<string, Metric>> {
  const rows = names.flatMap(
    (name) =>
      db.get<Row>(
        `SELECT name, as_of, value, state, at, made_of, detail FROM metrics
         WHERE account = ? AND name = ? AND as_of < ? AND state = 'known' ORDER BY as_of DESC LIMIT 1`,
        account,
        name,
        asOf,
      ) ?? [],
  );
  return Object.fromEntries(rows.map((row) => [row.name, metricOf(row)]));
}
