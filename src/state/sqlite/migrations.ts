// Numbered steps from an empty file to today's tables. A step and the record that it was taken commit together, so a file
// is never half migrated. A step that was published is never edited.

import { applicationId, type Sqlite } from './database.ts';
import { firstSchema } from './schema.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}
const secondSchema = `
-- What a person said came of a task, and until when it rests; snoozed_on is the day the rest was first seen.
ALTER TABLE tasks ADD COLUMN outcome TEXT;
ALTER TABLE tasks ADD COLUMN snooze_until TEXT;
ALTER TABLE tasks ADD COLUMN snoozed_on TEXT;
-- Who comes first among the accounts of one owner.
CREATE TABLE ranks (
  crm TEXT NOT NULL, account TEXT NOT NULL, owner TEXT NOT NULL, rank REAL NOT NULL, PRIMARY KEY (crm, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX ranks_order ON ranks (crm, owner, rank DESC, account);
-- Figures at the ends of months, and who was a customer then.
CREATE TABLE kpi_months (
  month TEXT NOT NULL PRIMARY KEY, as_of TEXT NOT NULL, kept_at TEXT NOT NULL, figures TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE kpi_customers (
  month TEXT NOT NULL, account TEXT NOT NULL, revenue REAL, PRIMARY KEY (month, account)
) STRICT, WITHOUT ROWID;
`;
const thirdSchema = `
-- Attribute → the roster it came from, so that a later roster does not override an earlier one.
ALTER TABLE accounts ADD COLUMN origins TEXT NOT NULL DEFAULT '{}';
`;
const fourthSchema = `
-- What a CRM's records showed when they were last looked at, and how far that is known.
CREATE TABLE seen (
  crm TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL, owner TEXT, fields TEXT NOT NULL,
  PRIMARY KEY (crm, object, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen_up_to (
  crm TEXT NOT NULL, object TEXT NOT NULL, shape TEXT NOT NULL, since TEXT NOT NULL, whole_at TEXT NOT NULL,
  PRIMARY KEY (crm, object)
) STRICT, WITHOUT ROWID;
`;
const fifthSchema = `
-- The job in the CRM that carries a batch out; null where it was sent row by row.
ALTER TABLE batches ADD COLUMN job TEXT;
`;
const sixthSchema = `
-- What outcomes have in common (names, weights, sources), by the hash of it; a body of outcomes names its shape.
CREATE TABLE shapes (key TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;
const seventhSchema = `
-- A body of outcomes holds every metric of its day; rows beside it were most of what a run wrote.
DROP TABLE metrics;
`;
const eighthSchema = `
-- What operators were told of, until its end was told as well.
CREATE TABLE notices (
  key TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, count INTEGER NOT NULL, since TEXT NOT NULL,
  told_at TEXT, over_at TEXT, tries INTEGER NOT NULL DEFAULT 0, try_after TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
-- True where nobody answered a held plan in its day.
ALTER TABLE plans ADD COLUMN expired INTEGER NOT NULL DEFAULT 0 CHECK (expired IN (0, 1));
`;
const ninthSchema = `
-- A row holds a record's values and is long; a tree whose nodes hold whole rows is deep, and finding one is slow. A memory: it
-- is filled anew.
DROP TABLE seen;
DELETE FROM seen_up_to;
CREATE TABLE seen (
  crm TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL, owner TEXT, fields TEXT NOT NULL,
  PRIMARY KEY (crm, object, id)
) STRICT;
`;
const migrations: readonly Migration[] = [
  { version: 1, name: 'the first tables', sql: firstSchema },
  { version: 2, name: 'outcomes of tasks, places of accounts, figures of months', sql: secondSchema },
  { version: 3, name: 'where attributes came from', sql: thirdSchema },
  { version: 4, name: 'what records showed', sql: fourthSchema },
  { version: 5, name: 'jobs that carry batches out', sql: fifthSchema },
  { version: 6, name: 'what outcomes have in common', sql: sixthSchema },
  { version: 7, name: 'metrics stand in outcomes alone', sql: seventhSchema },
  { version: 8, name: 'what operators were told of', sql: eighthSchema },
  { version: 9, name: 'what records showed is found quickly', sql: ninthSchema },
];

/** The version this program writes; a file of a higher one is refused. */
export const newestVersion = migrations.length;

/** Takes all steps the file has not taken yet. */
export async function migrate(db: Sqlite): Promise<void> {
  for (const { version, name, sql } of migrations) {
    if (versionOf(db) >= version) continue;
    await db.tx('migrate', () => {
      // Another process may have been quicker.
      if (versionOf(db) >= version) return;
      db.script(sql);
      db.run('INSERT INTO migrations (version, name, at) VALUES (?, ?, ?)', version, name, db.clock.now());
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${version}`);
    });
  }
}

/** How many steps the file has taken. */
export function versionOf(db: Sqlite): number {
  return Number(db.pragma('user_version'));
}
