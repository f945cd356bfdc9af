// A whole copy of the state file, taken while others read and write, looked through before it gets its name. Never copy the file
// itself: part of it is in its log.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, UsageError } from '../../lib/errors.ts';
import { applicationId, type Sqlite } from './database.ts';
import { translated } from './trouble.ts';

/** What is known of a copy. */
export interface BackupFacts {
  readonly bytes: number;
  readonly version: number;
  /** When its newest run began; null for none. */
  readonly newestRunAt: string | null;
}

/** Writes the copy, readable by its owner only. @throws UsageError when there is a file already, StoreError. */
export async function backupTo(db: Sqlite, path: string): Promise<BackupFacts> {
  if (!existsSync(dirname(path)))
    throw new UsageError('the folder for the backup is not there', { where: path, fix: `mkdir -p ${dirname(path)}` });
  if (existsSync(path))
    throw new UsageError('a file is there already', {
      where: path,
      why: 'An older backup is not overwritten: it may be the one that is needed.',
      fix: 'Name another file, for example with the day in it.',
    });
  const part = `${path}.part`;
  rmSync(part, { force: true });
  try {
    // SQLite fills an empty file and keeps its mode: people are in it.
    closeSync(openSync(part, 'wx', 0o600));
    await db.outside('backup', () => db.run('VACUUM INTO ?', part));
    const facts = lookThrough(part);
    syncFile(part);
    renameSync(part, path);
    return facts;
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof Error && 'syscall' in error)
      throw new StoreError('the backup cannot be written', {
        where: path,
        why: error.message,
        fix: 'Name a place that the user of kenko may write to, with room for the whole file.',
        cause: error,
      });
    throw error;
  }
}

/** Every page and every index of a copy, before anybody relies on it. @throws StoreError when it is none of ours or damaged. */
export function lookThrough(path: string): BackupFacts {
  try {
    const copy = new Database(path, { readonly: true, fileMustExist: true });
    try {
      const number = (pragma: string) => Number(copy.pragma(pragma, { simple: true }));
      if (number('application_id') !== applicationId)
        throw new StoreError('this is not a state file of kenko', {
          where: path,
          fix: 'Name a file that kenko backup made.',
        });
      const check = copy.pragma('integrity_check(1)', { simple: true });
      if (check !== 'ok')
        throw new StoreError('the backup is damaged', {
          where: path,
          why: String(check),
          fix: 'Use an older backup; look at the disk that this one lies on.',
        });
      const newest = copy.prepare('SELECT max(started_at) AS at FROM runs').get() as { readonly at: string | null };
      return {
        bytes: number('page_count') * number('page_size'),
        version: number('user_version'),
        newestRunAt: newest.at,
      };
    } finally {
      copy.close();
    }
  } catch (error) {
    throw translated(error, path);
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
