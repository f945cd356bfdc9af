// Numbered steps from an empty file to today's tables. A step and the record that it was taken commit together, so a file
// is never half migrated. A step that was published is never edited.

import { applicationId, type Sqlite } from './database.ts';
import { firstSchema } from './schema.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}
const migrations: readonly Migration[] = [{ version: 1, name: 'the first tables', sql: firstSchema }];

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
