// SQLite keeps the contract of the store, in memory and in a file.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import { storeContract } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-state-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

storeContract('SQLite in memory', () => openSqliteStore({ path: ':memory:', clock: systemClock }));
storeContract('SQLite in a file', () =>
  openSqliteStore({ path: join(folder, `kenko-${++files}.db`), clock: systemClock, zone: 'Asia/Tokyo' }),
);
