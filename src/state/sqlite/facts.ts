// Facts as the sources gave them, and what is known of the sources' health. How they land is landing.ts; here they are read
// back, by source and by account.

import type { AccountRef, Cursor, Fields, Orphan, RejectedRow, SourceRecord } from '../../domain/nouns.ts';
import type { Facts, SourceHealth } from '../store.ts';
import type { Sqlite } from './database.ts';
import { land } from './landing.ts';
import { fromJson, fromJsonOrNull, metaOf, setMeta, toJson } from './rows.ts';
import { holdLease } from './runs.ts';
import { joinShapes, type ReadShape } from './shape.ts';

interface FactRow {
  readonly source: string;
  readonly stream: string;
  readonly key: string;
  readonly at: string;
  readonly kind: string | null;
  readonly value: string | null;
  readonly contact: string | null;
  readonly fields: string;
}
const factColumns = `s.name AS source, t.name AS stream, f.key, f.at, r.kind, r.value, f.contact, f.fields`;

function recordOf(row: FactRow): SourceRecord {
  return {
    source: row.source,
    stream: row.stream,
    key: row.key,
    at: row.at,
    account: row.kind === null || row.value === null ? null : { kind: row.kind, value: row.value },
    contact: row.contact,
    fields: fromJson<Fields>(row.fields),
  };
}

export function sqliteFacts(db: Sqlite, zone: string): Facts {
  return {
    land: (lease, page) =>
      db.tx('facts.land', () => {
        holdLease(db, lease);
        land(db, zone, page);
      }),
    cursor: (source, stream) => db.read(() => cursorOf(db, source, stream)),
    records: (source, after, limit) => db.read(() => recordsOf(db, source, after, limit)),
    ofAccounts: (keys, sinceDays, asOf) => db.read(() => factsOf(db, keys, sinceDays, asOf)),
    forgetPeople: (lease, day, sources) =>
      db.tx('facts.forgetPeople', () => {
        holdLease(db, lease);
        let changed = 0;
        for (const { source, columns } of sources)
          for (const column of columns)
            changed += db.run(
              `UPDATE facts SET fields = json_remove(fields, @path)
               WHERE source = (SELECT id FROM sources WHERE name = @source) AND day < @day
                 AND fields ->> @path IS NOT NULL`,
              { source, day, path: `$.${JSON.stringify(column)}` },
            );
        return changed;
      }),
    health: () => db.read(() => healthOf(db)),
    rejected: (source, limit) =>
      db.read(() =>
        db.all<RejectedRow>(
          `SELECT s.name AS source, t.name AS stream, j.place, j.why, j.fix
           FROM rejected_rows j JOIN streams t ON t.id = j.stream JOIN sources s ON s.id = t.source
           WHERE s.name = ifnull(?, s.name) ORDER BY j.id DESC LIMIT ?`,
          source,
          limit,
        ),
      ),
    shape: (source) => db.read(() => shapeOf(db, source)),
    expected: (source) => db.read(() => fromJsonOrNull<Expected>(metaOf(db, expectedName(source)))),
    believe: (lease, sources, by) =>
      db.tx('facts.believe', () => {
        holdLease(db, lease);
        for (const source of sources) {
          const earlier = by === 'person' ? null : fromJsonOrNull<Expected>(metaOf(db, expectedName(source)));
          const count = lastRowsOf(db, source);
          // A read that brought nothing new says nothing of columns.
          const shape = count === 0 ? [] : [shapeOf(db, source)];
          const now: Expected = {
            rows: [count, ...(earlier?.rows ?? [])].slice(0, 7),
            shapes: [...shape, ...(earlier?.shapes ?? [])].slice(0, 7),
          };
          setMeta(db, expectedName(source), toJson(now));
        }
      }),
    orphans: (limit) => db.read(() => orphansOf(db, limit)),
  };
}

type Expected = NonNullable<Awaited<ReturnType<Facts['expected']>>>;
const expectedName = (source: string): string => `expected ${source}`;

function shapeOf(db: Sqlite, source: string): Awaited<ReturnType<Facts['shape']>> {
  const streams = db.all<{ shape: string; rows: number }>(
    `SELECT t.shape, r.rows FROM streams t JOIN sources s ON s.id = t.source
     JOIN reads r ON r.stream = t.id AND r.no = t.read WHERE s.name = ?`,
    source,
  );
  return joinShapes(streams.map(({ shape, rows }) => ({ shape: fromJson<ReadShape>(shape), rows })));
}
function lastRowsOf(db: Sqlite, source: string): number {
  const sql = `SELECT ifnull(sum(r.rows), 0) AS n FROM streams t JOIN sources s ON s.id = t.source
    JOIN reads r ON r.stream = t.id AND r.no = t.read WHERE s.name = ?`;
  return db.get<{ n: number }>(sql, source)?.n ?? 0;
}

function cursorOf(db: Sqlite, source: string, stream: string): Cursor | null {
  const at = db.get<{ cursor: string | null }>(
    'SELECT t.cursor FROM streams t JOIN sources s ON s.id = t.source WHERE s.name = ? AND t.name = ?',
    source,
    stream,
  )?.cursor;
  return at === null || at === undefined ? null : { source, stream, at };
}

/** Key order. A key that two streams share is never cut in two by a page, because the page's last key is its bookmark. */
function recordsOf(db: Sqlite, source: string, after: string | null, limit: number): readonly SourceRecord[] {
  const sql = (condition: string) => `SELECT ${factColumns}
    FROM facts f JOIN sources s ON s.id = f.source JOIN streams t ON t.id = f.stream LEFT JOIN refs r ON r.id = f.ref
    WHERE f.source = (SELECT id FROM sources WHERE name = ?) AND ${condition} ORDER BY f.key, f.stream LIMIT ?`;
  const page = db.all<FactRow>(sql(`f.key > ifnull(?, '')`), source, after, limit);
  const last = page.at(-1)?.key;
  if (last === undefined || page.length < limit) return page.map(recordOf);
  const rest = db.all<FactRow>(sql('f.key = ?'), source, last, -1);
  return [...page.filter((row) => row.key !== last), ...rest].map(recordOf);
}

/**
 * Account by account and source by source, so that each question is one short walk along an index. A page of accounts may
 * have tens of thousands of facts: names and references are one object each, not one per fact.
 */
function factsOf(
  db: Sqlite,
  keys: readonly string[],
  sinceDays: Readonly<Record<string, string | null>>,
  asOf: string,
): ReadonlyMap<string, readonly SourceRecord[]> {
  const sources = db
    .all<{ id: number; name: string }>('SELECT id, name FROM sources ORDER BY name')
    .filter(({ name }) => sinceDays[name] !== undefined);
  const streams = new Map(
    db.all<{ id: number; name: string }>('SELECT id, name FROM streams').map(({ id, name }) => [id, name]),
  );
  const found = new Map<string, SourceRecord[]>();
  for (const key of keys) {
    const refs = refsOf(db, key);
    const records: SourceRecord[] = [];
    for (const source of refs.size === 0 ? [] : sources) {
      const rows = db.all<OwnFactRow>(
        `SELECT key, at, ref, stream, contact, fields FROM facts
         WHERE ref IN (SELECT value FROM json_each(?)) AND source = ? AND day >= ? AND day <= ? ORDER BY at, key`,
        JSON.stringify([...refs.keys()]),
        source.id,
        sinceDays[source.name] ?? '',
        asOf,
      );
      for (const row of rows) {
        records.push({
          source: source.name,
          stream: streams.get(row.stream) ?? '',
          key: row.key,
          at: row.at,
          account: refs.get(row.ref) ?? null,
          contact: row.contact,
          fields: fromJson<Fields>(row.fields),
        });
      }
    }
    if (records.length > 0) found.set(key, records);
  }
  return found;
}
interface OwnFactRow {
  readonly key: string;
  readonly at: string;
  readonly ref: number;
  readonly stream: number;
  readonly contact: string | null;
  readonly fields: string;
}
/** The names under which sources know an account. */
function refsOf(db: Sqlite, account: string): ReadonlyMap<number, AccountRef> {
  const rows = db.all<{ id: number; kind: string; value: string }>(
    `SELECT r.id, r.kind, r.value FROM account_ids a CROSS JOIN refs r ON r.kind = a.kind AND r.value = a.value
     WHERE a.account = ?`,
    account,
  );
  return new Map(rows.map(({ id, kind, value }) => [id, { kind, value }]));
}

function healthOf(db: Sqlite): readonly SourceHealth[] {
  const sources = db.all<{ id: number; name: string }>('SELECT id, name FROM sources ORDER BY name');
  return sources.map(({ id, name }) => {
    const streams = db.all<{ id: number; read: number; newest_at: string | null; unmapped: string }>(
      'SELECT id, read, newest_at, unmapped FROM streams WHERE source = ? ORDER BY id',
      id,
    );
    const reads = streams.map((stream) => readsOf(db, stream.id, stream.read));
    const sum = (of: (read: (typeof reads)[number]) => number) => reads.reduce((total, read) => total + of(read), 0);
    const longest = Math.max(0, ...reads.map((read) => read.earlier.length));
    return {
      source: name,
      rows: db.get<{ n: number }>('SELECT count(*) AS n FROM facts WHERE source = ?', id)?.n ?? 0,
      lastRows: sum((read) => read.rows),
      rejectedRows: sum((read) => read.rejected),
      newestAt: latest(streams.map((stream) => stream.newest_at)),
      readAt: latest(reads.map((read) => read.readAt)),
      earlierRows: Array.from({ length: longest }, (_, index) => sum((read) => read.earlier[index] ?? 0)),
      unmapped: [...new Set(streams.flatMap((stream) => fromJson<string[]>(stream.unmapped)))].sort(),
      whole: reads.every((read) => read.whole),
    };
  });
}
function readsOf(db: Sqlite, stream: number, no: number) {
  const last = db.get<{ rows: number; rejected: number; read_at: string; finished: 0 | 1 }>(
    'SELECT rows, rejected, read_at, finished FROM reads WHERE stream = ? AND no = ?',
    stream,
    no,
  );
  const earlier = db.all<{ rows: number }>(
    'SELECT rows FROM reads WHERE stream = ? AND no < ? AND finished = 1 ORDER BY no DESC LIMIT 7',
    stream,
    no,
  );
  return {
    rows: last?.rows ?? 0,
    rejected: last?.rejected ?? 0,
    readAt: last?.read_at ?? null,
    whole: last === undefined || last.finished === 1,
    earlier: earlier.map((read) => read.rows),
  };
}
function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((newest, at) => (newest === null || (at !== null && at > newest) ? at : newest), null);
}

function orphansOf(db: Sqlite, limit: number): Awaited<ReturnType<Facts['orphans']>> {
  const lost = `FROM refs r JOIN facts f ON f.ref = r.id
    WHERE NOT EXISTS (SELECT 1 FROM account_ids a WHERE a.kind = r.kind AND a.value = r.value)`;
  const sums = db.get<{ total: number; records: number }>(
    `SELECT count(DISTINCT r.id) AS total, count(*) AS records ${lost}`,
  );
  const all = db.all<{ source: string; n: number }>(
    `SELECT s.name AS source, f.n FROM (SELECT source, count(*) AS n FROM facts WHERE ref IS NOT NULL GROUP BY source) f
     JOIN sources s ON s.id = f.source ORDER BY s.name`,
  );
  const lostOf = new Map(
    db
      .all<{ source: string; n: number }>(
        `SELECT s.name AS source, o.n FROM (SELECT f.source, count(*) AS n ${lost} GROUP BY f.source) o
         JOIN sources s ON s.id = o.source`,
      )
      .map(({ source, n }) => [source, n]),
  );
  const rows = db.all<{ source: string; kind: string; value: string; records: number }>(
    `SELECT s.name AS source, o.kind, o.value, o.records FROM (
       SELECT f.source, r.kind, r.value, count(*) AS records ${lost} GROUP BY r.id, f.source) o
     JOIN sources s ON s.id = o.source ORDER BY o.records DESC, s.name, o.kind, o.value LIMIT ?`,
    limit,
  );
  return {
    total: sums?.total ?? 0,
    records: sums?.records ?? 0,
    allRecords: all.reduce((sum, { n }) => sum + n, 0),
    bySource: Object.fromEntries(all.map(({ source, n }) => [source, { records: n, lost: lostOf.get(source) ?? 0 }])),
    rows: rows.map((row): Orphan => ({ ...row, why: `no account has the ${row.kind} ${row.value}` })),
  };
}
