// Where facts land: a page's records, its counters and its cursor in one transaction, so that a cursor never passes a fact
// that is not durable (I3). Landing the same key twice is one fact.

import { dayOf } from '../../domain/calendar.ts';
import type { Cursor, RejectedRow, SourceRecord } from '../../domain/nouns.ts';
import type { Facts } from '../store.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';
import { addToShape, type ReadShape } from './shape.ts';
import { tombstonesOf } from './tombstones.ts';

type Landed = Parameters<Facts['land']>[1];
interface StreamRow {
  readonly id: number;
  readonly source: number;
  readonly read: number;
  readonly newest_at: string | null;
  readonly unmapped: string;
  readonly shape: string;
}

/** Distinct unknown values that are listed per stream; a free text behind a map would have no end. */
const mostUnmapped = 1000;

/** Lands one page. `zone` cuts instants into days. */
export function land(db: Sqlite, zone: string, page: Landed): void {
  const stream = streamOf(db, page.source, page.stream);
  const read = page.first ? stream.read + 1 : Math.max(stream.read, 1);
  if (page.first || stream.read === 0) startRead(db, stream.id, read, page.now);
  const erased = tombstonesOf(db);
  const records = erased === null ? page.records : page.records.filter((record) => !erased.covers(record));
  const shape = addToShape(page.first ? {} : fromJson<ReadShape>(stream.shape), page.records);
  const unmapped = new Set([...(page.first ? [] : fromJson<string[]>(stream.unmapped)), ...page.unmapped]);
  landRecords(db, zone, stream, read, records);
  noteRejected(db, stream.id, page.rejected);
  db.run(
    'UPDATE reads SET rows = rows + ?, rejected = rejected + ?, read_at = ?, finished = ? WHERE stream = ? AND no = ?',
    page.records.length,
    page.rejected.length,
    page.now,
    page.last ? 1 : 0,
    stream.id,
    read,
  );
  const newest = records.reduce<string | null>(later, stream.newest_at);
  db.run(
    'UPDATE streams SET read = ?, newest_at = ?, unmapped = ?, shape = ? WHERE id = ?',
    read,
    newest,
    toJson([...unmapped].slice(0, mostUnmapped)),
    toJson(shape),
    stream.id,
  );
  if (page.cursor !== null) moveCursor(db, stream.id, page.cursor, records.at(-1)?.key ?? null);
  forget(db, stream, page, read);
}

function later(newest: string | null, record: SourceRecord): string | null {
  return newest === null || record.at > newest ? record.at : newest;
}

function streamOf(db: Sqlite, source: string, name: string): StreamRow {
  const sql = `SELECT t.id, t.source, t.read, t.newest_at, t.unmapped, t.shape
    FROM streams t JOIN sources s ON s.id = t.source WHERE s.name = ? AND t.name = ?`;
  const known = db.get<StreamRow>(sql, source, name);
  if (known !== undefined) return known;
  db.run('INSERT OR IGNORE INTO sources (name) VALUES (?)', source);
  db.run('INSERT INTO streams (source, name) SELECT id, ? FROM sources WHERE name = ?', name, source);
  const made = db.get<StreamRow>(sql, source, name);
  return made ?? { id: 0, source: 0, read: 0, newest_at: null, unmapped: '[]', shape: '{}' };
}

/** A new read begins: its counters stand at nothing, and the refused rows of the last one are history. */
function startRead(db: Sqlite, stream: number, read: number, now: string): void {
  db.run(
    `INSERT INTO reads (stream, no, rows, rejected, read_at, finished) VALUES (?, ?, 0, 0, ?, 0)
     ON CONFLICT (stream, no) DO UPDATE SET rows = 0, rejected = 0, read_at = excluded.read_at, finished = 0`,
    stream,
    read,
    now,
  );
  // Seven finished reads are kept for the volume gate, and a few more that did not finish.
  db.run('DELETE FROM reads WHERE stream = ? AND no < ?', stream, read - 20);
  db.run('DELETE FROM rejected_rows WHERE stream = ?', stream);
}

function landRecords(
  db: Sqlite,
  zone: string,
  stream: StreamRow,
  read: number,
  records: readonly SourceRecord[],
): void {
  const refs = new Map<string, number>();
  for (const record of records) {
    let ref: number | null = null;
    if (record.account !== null) {
      const name = `${record.account.kind} ${record.account.value}`;
      ref = refs.get(name) ?? refOf(db, record.account.kind, record.account.value);
      refs.set(name, ref);
    }
    db.run(
      `INSERT INTO facts (source, stream, key, at, day, ref, contact, fields, read) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (source, key, stream) DO UPDATE SET at = excluded.at, day = excluded.day, ref = excluded.ref,
         contact = excluded.contact, fields = excluded.fields, read = excluded.read`,
      stream.source,
      stream.id,
      record.key,
      record.at,
      dayOf(record.at, zone),
      ref,
      record.contact,
      toJson(record.fields),
      read,
    );
  }
}
function refOf(db: Sqlite, kind: string, value: string): number {
  const known = db.get<{ id: number }>('SELECT id FROM refs WHERE kind = ? AND value = ?', kind, value);
  return known?.id ?? db.insert('INSERT INTO refs (kind, value) VALUES (?, ?)', kind, value);
}

function noteRejected(db: Sqlite, stream: number, rejected: readonly RejectedRow[]): void {
  for (const row of rejected) {
    db.run(
      'INSERT INTO rejected_rows (stream, place, why, fix) VALUES (?, ?, ?, ?)',
      stream,
      row.place,
      row.why,
      row.fix,
    );
  }
}

/** Only forward with its page; a page without a cursor leaves the old one, since nothing says how far it got. */
function moveCursor(db: Sqlite, stream: number, cursor: Cursor, lastKey: string | null): void {
  db.run('UPDATE streams SET cursor = ?, cursor_key = ? WHERE id = ?', cursor.at, lastKey, stream);
}

/** Facts the source took back: named as gone, or absent from a full copy that was read to its end. */
function forget(db: Sqlite, stream: StreamRow, page: Landed, read: number): void {
  let deleted = 0;
  for (const key of page.gone) {
    deleted += db.run('DELETE FROM facts WHERE source = ? AND key = ? AND stream = ?', stream.source, key, stream.id);
  }
  if (page.last && page.complete) {
    deleted += db.run(
      'DELETE FROM facts WHERE source = ? AND stream = ? AND read <> ?',
      stream.source,
      stream.id,
      read,
    );
  }
  if (deleted > 0) noteDeleted(db, stream.source, stream.id);
}

/** After facts were deleted: what the stream says of its newest fact and of its cursor's witness must still be true. */
export function noteDeleted(db: Sqlite, source: number, stream: number): void {
  db.run(
    `UPDATE streams SET newest_at = (SELECT max(at) FROM facts WHERE source = @source AND stream = @stream),
       cursor_key = (SELECT key FROM facts WHERE source = @source AND key = streams.cursor_key AND stream = @stream)
     WHERE id = @stream`,
    { source, stream },
  );
}
