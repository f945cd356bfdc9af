// The store on SQLite: one file, opened, brought up to date, and joined from its table families.

import { randomBytes } from 'node:crypto';
import { dayOf } from '../../domain/calendar.ts';
import type { Clock } from '../../lib/clock.ts';
import { StoreError } from '../../lib/errors.ts';
import type { Store } from '../store.ts';
import { sqliteAccounts } from './accounts.ts';
import { sqliteAudit } from './audit.ts';
import { backupTo } from './backup.ts';
import { compact } from './compaction.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { eraseContact } from './erasure.ts';
import { exportContact } from './export.ts';
import { sqliteFacts } from './facts.ts';
import { figures } from './figures.ts';
import { type FileSystemOf, refuseShares } from './file-systems.ts';
import { sqliteHistory } from './history.ts';
import { brokenInvariants } from './invariants.ts';
import { sqliteKpis } from './kpis.ts';
import { migrate, newestVersion, versionOf } from './migrations.ts';
import { sqliteNotices } from './notices.ts';
import { sqliteOutbox } from './outbox.ts';
import { sqlitePlans } from './plans.ts';
import { sqliteRanks } from './ranks.ts';
import { restoredAt } from './restore.ts';
import { metaOf, setMeta } from './rows.ts';
import { sqliteRuns } from './runs.ts';
import { sqliteSeen } from './seen.ts';
import { sqliteTasks } from './tasks.ts';

/** The store on SQLite can what every store can. */
export type SqliteStore = Store;

export interface SqliteOptions {
  /** A file in a folder that exists, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** IANA zone in which instants are cut into days; that of the home. */
  readonly zone?: string;
  /** True where the admin knows that a shared file system is safe. */
  readonly anyFileSystem?: boolean;
  /** How to learn what a folder lies on; by default from the machine. */
  readonly fileSystemOf?: FileSystemOf;
}

/**
 * Opens or makes the state file. StoreError: missing folder, another program's file, a newer version, damaged, locked for
 * ten seconds, on a network share, or a disk that does not keep what it was given.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, clock, zone = 'UTC' } = options;
  if (options.anyFileSystem !== true) refuseShares(path, options.fileSystemOf);
  const db = await openDatabase(path, clock, newestVersion);
  try {
    await migrate(db);
    await cutDaysIn(db, zone);
  } catch (error) {
    db.close();
    throw error;
  }
  return joined(db, zone);
}

/** The table families of one open file as a store. */
export function joined(db: Sqlite, zone: string): Store {
  return {
    runs: sqliteRuns(db),
    facts: sqliteFacts(db, zone),
    accounts: sqliteAccounts(db),
    history: sqliteHistory(db),
    plans: sqlitePlans(db),
    outbox: sqliteOutbox(db),
    seen: sqliteSeen(db),
    tasks: sqliteTasks(db, zone),
    ranks: sqliteRanks(db),
    kpis: sqliteKpis(db),
    audit: sqliteAudit(db),
    notices: sqliteNotices(db),
    figures: () => figures(db),
    bind: (crm, org) => db.tx('bind', () => bind(db, crm, org)),
    verify: () => db.read(() => brokenInvariants(db)),
    about: () =>
      db.read(() => ({
        path: db.path,
        bytes: Number(db.pragma('page_count')) * Number(db.pragma('page_size')),
        version: versionOf(db),
        restoredAt: restoredAt(db),
      })),
    compact: (lease, day, events = []) => compact(db, lease, day, events),
    personKey: async () =>
      (await db.read(() => metaOf(db, 'person_key'))) ?? (await db.tx('person_key', () => makePersonKey(db))),
    exportContact: (key) => db.read(() => exportContact(db, key)),
    eraseContact: (key, now, actor = 'kenko') => eraseContact(db, key, now, actor),
    close: async () => db.close(),
    ready: () => db.tx('ready', () => undefined),
    backup: (target) => backupTo(db, target),
  };
}

/** The day of a fact is stored beside its instant. When the home moves to another zone, the days move with it. */
async function cutDaysIn(db: Sqlite, zone: string): Promise<void> {
  const before = await db.read(() => metaOf(db, 'zone'));
  if (before === zone) return;
  db.define('kenko_day', (at) => (at === null || at === undefined ? null : dayOf(at, zone)));
  await db.tx('zone', () => {
    db.run('UPDATE facts SET day = kenko_day(at) WHERE length(at) > 10');
    setMeta(db, 'zone', zone);
  });
}

/** Made once for a file, and never told: without it nobody can try addresses out against the hashes. */
function makePersonKey(db: Sqlite): string {
  const known = metaOf(db, 'person_key');
  if (known !== null) return known;
  const made = randomBytes(32).toString('hex');
  setMeta(db, 'person_key', made);
  return made;
}

function bind(db: Sqlite, crm: string, org: string): void {
  const known = db.get<{ org: string }>('SELECT org FROM bindings WHERE crm = ?', crm)?.org;
  if (known === undefined) {
    db.run('INSERT INTO bindings (crm, org) VALUES (?, ?)', crm, org);
    return;
  }
  if (known === org) return;
  throw new StoreError(`this state file belongs to another ${crm} org`, {
    where: db.path,
    why: `It was made for ${known} and is asked to work on ${org}. Ids and task keys of one org mean nothing in another.`,
    fix: 'Correct the connection in mappings/, or use a state file of its own for each org (state.path in config/kenko.yaml).',
  });
}
