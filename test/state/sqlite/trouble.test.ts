// Every code SQLite may answer with ends in one of our errors.

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { BugError, StoreError } from '../../../src/lib/errors.ts';
import { translated, troubleOf } from '../../../src/state/sqlite/trouble.ts';

const errorOf = (code: string) => new Database.SqliteError('as SQLite says it', code);

describe('trouble with SQLite', () => {
  it.each([
    ['SQLITE_BUSY', 'locked'],
    ['SQLITE_BUSY_SNAPSHOT', 'locked'],
    ['SQLITE_LOCKED', 'locked'],
    ['SQLITE_FULL', 'disk'],
    ['SQLITE_IOERR_FSYNC', 'disk'],
    ['SQLITE_READONLY_DBMOVED', 'disk'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_NOTADB', 'foreign'],
    ['SQLITE_CANTOPEN', 'other'],
  ] as const)('%s is %s, and is told with place, reason and remedy', (code, trouble) => {
    const told = translated(errorOf(code), 'state/kenko.db');

    expect(troubleOf(errorOf(code))).toBe(trouble);
    expect(told).toBeInstanceOf(StoreError);
    expect(told).toMatchObject({ where: 'state/kenko.db', why: expect.stringContaining(code), exitCode: 74 });
    expect((told as StoreError).fix).not.toBe('');
  });

  it('a broken rule of a table is a bug of ours', () => {
    const told = translated(errorOf('SQLITE_CONSTRAINT_UNIQUE'), 'state/kenko.db');

    expect(told).toBeInstanceOf(BugError);
    expect(troubleOf(errorOf('SQLITE_CONSTRAINT_UNIQUE'))).toBe('other');
  });

  it('what is not SQLite’s comes back as it is', () => {
    const error = new RangeError('no');

    expect(translated(error, 'state/kenko.db')).toBe(error);
    expect(troubleOf(error)).toBeNull();
  });
});
