// Temporary files and handles for tests of what only a file can go through.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { openDatabase, type Sqlite } from '../../../src/state/sqlite/database.ts';
import { newestVersion } from '../../../src/state/sqlite/migrations.ts';
import { now } from '../../support/builders.ts';

const folders: string[] = [];
const handles: Sqlite[] = [];
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A path in a folder of its own; the folder goes when the test is over. */
export function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-state-'));
  folders.push(folder);
  return join(folder, 'kenko.db');
}

/** A clock that stands still, and whose waits end at once after telling `onSleep`. */
export function stillClock(onSleep: (ms: number) => void = () => {}): Clock {
  return {
    now: () => now,
    ticks: () => 0,
    sleep: async (ms) => onSleep(ms),
  };
}

/** A second connection to a file, as another program would have it. */
export async function secondHandle(path: string): Promise<Sqlite> {
  const handle = await openDatabase(path, stillClock(), newestVersion);
  handles.push(handle);
  return handle;
}
