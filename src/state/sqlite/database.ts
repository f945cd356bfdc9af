// One SQLite file, opened safely: every commit reaches the disk before anything is sent, a lock never holds up the
// process for long, and after disk trouble nothing more is written. It knows transactions and statements, no tables.

import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../lib/clock.ts';
import { BugError, StoreError } from '../../lib/errors.ts';
import { step } from '../../lib/step.ts';
import { translated, troubleOf } from './trouble.ts';

/** Written into the header of each of our files ("Kenk"), so that another program's file is recognised. */
export const applicationId = 0x4b656e6b;
/** Longest time one try for the lock may hold up the process; SQLite's own waiting blocks the event loop. */
const busyTimeoutMs = 250;
/** Waits between tries for the lock; about ten seconds in all, then StoreError. */
const busyWaitsMs: readonly number[] = [50, 100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000];

/** What can be bound to a statement. */
export type Bind = string | number | bigint | null | Uint8Array;
/** Values by name, for `@name` in a statement. */
export type Binds = Readonly<Record<string, Bind>>;

/** An open file: statements inside transactions, never across an await. */
export class Sqlite {
  readonly path: string;
  readonly clock: Clock;
  readonly #handle: Database.Database;
  readonly #statements = new Map<string, Database.Statement<unknown[], unknown>>();
  #broken: StoreError | null = null;

  constructor(path: string, clock: Clock) {
    this.path = path;
    this.clock = clock;
    this.#handle = new Database(path, { timeout: busyTimeoutMs });
  }

  /** All rows. The caller names their shape; the columns are chosen in the same line. */
  all<Row>(sql: string, ...params: readonly (Bind | Binds)[]): Row[] {
    return this.#statement(sql).all(...params) as Row[];
  }
  get<Row>(sql: string, ...params: readonly (Bind | Binds)[]): Row | undefined {
    return this.#statement(sql).get(...params) as Row | undefined;
  }
  /** Number of rows changed. */
  run(sql: string, ...params: readonly (Bind | Binds)[]): number {
    return this.#statement(sql).run(...params).changes;
  }
  /** Id of the new row. */
  insert(sql: string, ...params: readonly (Bind | Binds)[]): number {
    return Number(this.#statement(sql).run(...params).lastInsertRowid);
  }
  /** Several statements without parameters, for migrations. */
  script(sql: string): void {
    this.#handle.exec(sql);
  }
  pragma(text: string): unknown {
    return this.#handle.pragma(text, { simple: true });
  }
  /** A function that statements of this connection may call. It must give the same for the same. */
  define(name: string, compute: (...texts: readonly (string | null)[]) => string | null): void {
    this.#handle.function(name, { deterministic: true, varargs: true }, compute);
  }

  /**
   * One write transaction. `work` runs at once and whole, may run again when the file was locked, and must not return a
   * promise. Announces `db.<name>:before` and `db.<name>:after`; what was thrown in between was never written.
   */
  async tx<T>(name: string, work: () => T): Promise<T> {
    step(`db.${name}:before`);
    const result = await this.patiently(() => {
      if (this.#broken !== null) throw this.#broken;
      return this.#transaction('BEGIN IMMEDIATE', work);
    });
    step(`db.${name}:after`);
    return result;
  }
  /** Several questions about one moment. */
  async read<T>(work: () => T): Promise<T> {
    return this.patiently(() => this.#transaction('BEGIN', work));
  }
  /** Something that can stand in no transaction (checkpoint, VACUUM), with the same care for locks and disks. */
  async outside<T>(name: string, work: () => T): Promise<T> {
    step(`db.${name}:before`);
    const result = await this.patiently(() => {
      if (this.#broken !== null) throw this.#broken;
      return work();
    });
    step(`db.${name}:after`);
    return result;
  }
  close(): void {
    this.#statements.clear();
    this.#handle.close();
  }

  /** Tries again while the file is locked, without holding up the process; then, or for anything else, our error. */
  async patiently<T>(work: () => T): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      if (!this.#handle.open) throw closedError(this.path);
      try {
        return work();
      } catch (error) {
        const trouble = troubleOf(error);
        const wait = busyWaitsMs[attempt];
        if (trouble === 'locked' && wait !== undefined) {
          await this.clock.sleep(wait);
          continue;
        }
        const told = translated(error, this.path);
        if (told instanceof StoreError && (trouble === 'disk' || trouble === 'corrupt')) this.#broken = told;
        throw told;
      }
    }
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.#statement(begin).run();
    try {
      const result = work();
      if (result instanceof Promise) throw new BugError('a transaction must not wait for anything');
      this.#statement('COMMIT').run();
      return result;
    } catch (error) {
      // A full disk or a lock may have rolled back already.
      if (this.#handle.inTransaction) this.#statement('ROLLBACK').run();
      throw error;
    }
  }
  #statement(sql: string): Database.Statement<unknown[], unknown> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#handle.prepare<unknown[], unknown>(sql);
    this.#statements.set(sql, made);
    return made;
  }
}

/** Half a second's work. */
const alwaysCheckedBytes = 64 * 2 ** 20;
const checkAgainMs = 7 * 86_400_000;
const checkedAt = 'checked_at';

/**
 * Opens the file, or makes it where there is none, and leaves another program's file as it was.
 * StoreError: the folder is missing, the file is another program's, of a newer version, damaged, or not durable.
 */
export async function openDatabase(path: string, clock: Clock, newestVersion: number): Promise<Sqlite> {
  if (path !== ':memory:') prepareFile(path);
  let db: Sqlite;
  try {
    db = new Sqlite(path, clock);
  } catch (error) {
    throw translated(error, path);
  }
  try {
    await db.patiently(() => recognise(db, newestVersion));
    await db.patiently(() => setUp(db));
    await requireWhole(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Only the owner may read a new state file: people are in it. */
function prepareFile(path: string): void {
  if (!existsSync(dirname(path))) {
    throw new StoreError('the folder of the state file is not there', {
      where: path,
      why: 'A mistyped path would start an empty state, and everything would look new.',
      fix: `Make the folder, or correct state.path in config/kenko.yaml:\n  mkdir -p ${dirname(path)}`,
    });
  }
  if (existsSync(path)) {
    if (statSync(path).isFile()) return;
    throw new StoreError('the path of the state file is no file', {
      where: path,
      fix: 'Name a file in state.path of config/kenko.yaml, for example state/kenko.db.',
    });
  }
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new StoreError('the state file cannot be made', {
      where: path,
      why: error instanceof Error ? error.message : String(error),
      fix: 'Give the user that runs kenko the right to write into that folder.',
      cause: error,
    });
  }
}

/** Looks before it touches: nothing is written into a file that is not ours. */
function recognise(db: Sqlite, newestVersion: number): void {
  const id = db.pragma('application_id');
  const version = Number(db.pragma('user_version'));
  const tables = db.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
  if (id !== applicationId && !(id === 0 && tables === 0)) {
    throw new StoreError('this is not a state file of kenko', {
      where: db.path,
      why: 'It is a SQLite database of another program, and it was left as it is.',
      fix: 'Look at the path in config/kenko.yaml (state.path); kenko makes the file itself where there is none.',
    });
  }
  if (version > newestVersion) {
    throw new StoreError(`the state file is of a newer version (${version}) than this kenko knows (${newestVersion})`, {
      where: db.path,
      why: 'An older program could not keep the promises the newer one wrote down.',
      fix: 'Use the newer kenko again, or restore the backup that was made before the update.',
    });
  }
}

function setUp(db: Sqlite): void {
  db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  db.pragma('trusted_schema = OFF');
  db.pragma('foreign_keys = ON');
  // Pages of one transaction fit; the operating system caches the rest better than we do.
  db.pragma('cache_size = -2000');
  db.pragma('secure_delete = ON');
  const mode = db.pragma('journal_mode = WAL');
  // better-sqlite3 is compiled to open WAL files with NORMAL, which may lose a committed intent when power fails. The
  // drop shows only after the first access, so the file is touched before the setting is believed.
  db.pragma('synchronous = FULL');
  db.get('SELECT count(*) AS n FROM sqlite_schema');
  if (db.path !== ':memory:' && mode !== 'wal') {
    throw new StoreError('the state file cannot keep a write-ahead log', {
      where: db.path,
      why: `SQLite answered journal mode "${String(mode)}"; network shares are the usual reason.`,
      fix: 'Put the state file on a local disk.',
    });
  }
  if (db.pragma('synchronous') !== 2) {
    throw new StoreError('the state file does not wait for the disk', {
      where: db.path,
      why: 'After a power failure an effect could be sent twice.',
      fix: 'This is a fault of the installed better-sqlite3; install the version that package.json names.',
    });
  }
}

/**
 * Looks whether the file is whole. A large one takes longer to look through than most commands last, and SQLite tells of a damaged
 * page when it meets one, so that a large file is looked through once a week.
 */
async function requireWhole(db: Sqlite): Promise<void> {
  const isLarge = Number(db.pragma('page_count')) * Number(db.pragma('page_size')) > alwaysCheckedBytes;
  const hasMeta = isLarge && db.get("SELECT 1 FROM sqlite_schema WHERE name = 'meta'") !== undefined;
  const now = db.clock.now();
  if (hasMeta) {
    const at = db.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', checkedAt)?.value ?? '';
    const ageMs = Date.parse(now) - Date.parse(at);
    if (ageMs >= 0 && ageMs < checkAgainMs) return;
  }
  const check = await db.patiently(() => db.pragma('quick_check(1)'));
  if (check !== 'ok') {
    throw new StoreError('the state file is damaged', {
      where: db.path,
      why: String(check),
      fix: 'Put the newest backup in its place. Unsettled effects are read back from the CRM before anything is sent.',
    });
  }
  if (!hasMeta) return;
  await db.tx('checked', () =>
    db.run(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      checkedAt,
      now,
    ),
  );
}

function closedError(path: string): StoreError {
  return new StoreError('the store is closed', { where: path, fix: 'This is a fault in the order of shutting down.' });
}
