// What SQLite says when something is wrong, told as our errors: what happened, why it matters, what to do. Nothing else in
// the house reads a SQLite code.

import Database from 'better-sqlite3';
import { BugError, StoreError } from '../../lib/errors.ts';

/** locked passes by itself; disk and corrupt do not, and after them nothing more is written (I14). */
export type Trouble = 'locked' | 'disk' | 'corrupt' | 'foreign' | 'other';

interface Advice {
  readonly trouble: Trouble;
  readonly summary: string;
  readonly why: string;
  readonly fix: string;
}

/** By the beginning of the code: SQLITE_IOERR_FSYNC is an SQLITE_IOERR. The first that fits is told. */
const advices: readonly (readonly [string, Advice])[] = [
  [
    'SQLITE_BUSY',
    {
      trouble: 'locked',
      summary: 'the state file is locked by another program',
      why: 'Nothing was changed; the store waited and tried again several times.',
      fix: 'Close the program that holds it (a backup, a database browser, another kenko) and run again.',
    },
  ],
  [
    'SQLITE_FULL',
    {
      trouble: 'disk',
      summary: 'the disk with the state file is full',
      why: 'The transaction was undone whole, and nothing more is written or sent.',
      fix: 'Free some space (twice the size of the state file is comfortable) and run again.',
    },
  ],
  [
    'SQLITE_IOERR',
    {
      trouble: 'disk',
      summary: 'the disk with the state file gives errors',
      why: 'What cannot be written down must not be sent.',
      fix: 'Look at the disk and the system log. The state file belongs on a local disk, not on a network share.',
    },
  ],
  [
    'SQLITE_READONLY',
    {
      trouble: 'disk',
      summary: 'the state file cannot be written',
      why: 'The file, its folder or the whole disk is read-only for this user.',
      fix: 'Give the user that runs kenko the right to write the file and its folder.',
    },
  ],
  [
    'SQLITE_CORRUPT',
    {
      trouble: 'corrupt',
      summary: 'the state file is damaged',
      why: 'Its pages do not fit together; going on could send twice what was sent already.',
      fix: 'Put the newest backup in its place. Unsettled effects are read back from the CRM before anything is sent.',
    },
  ],
  [
    'SQLITE_NOTADB',
    {
      trouble: 'foreign',
      summary: 'this is not a state file of kenko',
      why: 'It is no SQLite database, or it is encrypted or damaged from its first byte.',
      fix: 'Look at the path in config/kenko.yaml (state.path); kenko makes the file itself where there is none.',
    },
  ],
  [
    'SQLITE_CANTOPEN',
    {
      trouble: 'other',
      summary: 'the state file cannot be opened',
      why: 'The file or its folder is not there for this user.',
      fix: 'Look at the path in config/kenko.yaml (state.path) and at who may read and write it.',
    },
  ],
];

function adviceFor(code: string): Advice | null {
  const wanted = code.startsWith('SQLITE_LOCKED') ? 'SQLITE_BUSY' : code;
  return advices.find(([start]) => wanted.startsWith(start))?.[1] ?? null;
}

/** Which trouble an error of SQLite is; null for errors that are not SQLite's. */
export function troubleOf(error: unknown): Trouble | null {
  if (!(error instanceof Database.SqliteError)) return null;
  return adviceFor(error.code)?.trouble ?? 'other';
}

/** An error of SQLite as ours; anything else comes back as it is. */
export function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const advice = adviceFor(error.code);
  if (advice === null) {
    return new BugError('the store was asked for something it cannot hold', {
      where: path,
      why: `${error.code}: ${error.message}`,
      cause: error,
    });
  }
  const { summary, why, fix } = advice;
  return new StoreError(summary, { where: path, why: `${why} (${error.code})`, fix, cause: error });
}
