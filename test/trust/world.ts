// A world of one trial: a state file, a CRM in a Map, two sources, a clock that is pushed, and people who work in the CRM
// behind our back. `start` is what starting the process means: everything but file, CRM and people is new.

import { rmSync } from 'node:fs';
import type { Crm } from '../../src/crm/crm.ts';
import { seededChance } from '../../src/lib/chance.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { openDatabase, type Sqlite } from '../../src/state/sqlite/database.ts';
import { migrate, newestVersion } from '../../src/state/sqlite/migrations.ts';
import { joined, type SqliteStore } from '../../src/state/sqlite/store.ts';
import { type MapCrm, mapCrm } from '../support/map-crm.ts';
import { type Feed, feedSource } from './feed.ts';
import { type FrameName, frameOf, freshPath } from './frame.ts';
import { Watch, watchMoves } from './watch.ts';

export interface World {
  readonly crm: MapCrm;
  readonly feed: Feed;
  readonly clock: Clock & { push(ms: number): void };
  readonly watch: Watch;
  /** Moves of effects that were seen. */
  moves: () => readonly string[];
  frame: FrameName;
  /** How the last nightly run ended. */
  lastState: string;
  db: Sqlite;
  store: SqliteStore;
  readonly path: string;
  /** What was told, and reported, as texts: searched for what must not be told. */
  readonly told: string[];
  /** What the process is given when it starts. `hand` stands between it and the CRM. */
  hall(options?: { readonly owner?: string; readonly hand?: Crm; readonly store?: SqliteStore }): Promise<Hall>;
  /** Closes the file and opens it anew: what a new process does after its disk was full. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Stands still until pushed. Short waits pass by themselves; the heartbeat of a lease never comes. */
function trialClock(startAt: string): Clock & { push(ms: number): void } {
  let at = Date.parse(startAt);
  return {
    now: () => new Date(at).toISOString(),
    ticks: () => at,
    sleep: (ms, signal) => {
      if (ms <= 2_000) {
        at += ms;
        return Promise.resolve();
      }
      return new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    push: (ms) => {
      at += ms;
    },
  };
}

/** Opening a database and preparing its statements is a third of a trial; so an open one is emptied and used again. */
const pool: { readonly db: Sqlite; readonly store: SqliteStore; readonly time: { clock: Clock } }[] = [];
function throughTo(time: { readonly clock: Clock }): Clock {
  return {
    now: () => time.clock.now(),
    ticks: () => time.clock.ticks(),
    sleep: (ms, signal) => time.clock.sleep(ms, signal),
  };
}
/** As a file that was just made. The guard that keeps audit rows from being deleted goes the first time it is in the way. */
function empty(db: Sqlite): void {
  const tables = db.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'`,
  );
  if (db.get(`SELECT 1 FROM sqlite_schema WHERE name = 'audit_keeps_rows'`) !== undefined)
    db.script('DROP TRIGGER audit_keeps_rows');
  db.pragma('foreign_keys = OFF');
  db.script(
    `BEGIN; ${[...tables.map(({ name }) => name), 'sqlite_sequence'].map((name) => `DELETE FROM ${name};`).join(' ')}
     DELETE FROM temp.moves; COMMIT;`,
  );
  db.pragma('foreign_keys = ON');
}

export const crmIdOf = (id: string): string => `crm-${id}`;
/** An address that stands in the CRM and must not be told anywhere. */
export const canary = 'canary.person@example.test';

/** A new world. `path`: a file, else memory. */
export async function makeWorld(
  customers: readonly string[],
  options: { readonly path?: string; readonly startAt?: string } = {},
): Promise<World> {
  const clock = trialClock(options.startAt ?? '2026-06-01T06:00:00.000Z');
  const crm = mapCrm('salesforce', customers.map(crmIdOf));
  crm.now = () => Date.parse(clock.now());
  crm.users_ = [{ id: 'u1', email: canary, active: true }];
  const feed: Feed = {
    customers: new Map(),
    usage: [],
    weather: { customers: 'fine', usage: 'fine' },
    crmIds: new Map(customers.map((id) => [id, crmIdOf(id)])),
  };
  const path = options.path ?? ':memory:';
  const used = path === ':memory:' ? pool.pop() : undefined;
  const time = used?.time ?? { clock };
  time.clock = clock;
  const db = used?.db ?? (await openDatabase(path, throughTo(time), newestVersion));
  if (used === undefined) await migrate(db);
  else empty(db);
  const store = used?.store ?? joined(db, 'UTC');
  const moves = watchMoves(db);
  const watch = new Watch(crm, () => world.db);
  const told: string[] = [];
  const world: World = {
    crm,
    feed,
    clock,
    watch,
    moves,
    frame: 'plain',
    lastState: '',
    db,
    store,
    path,
    told,
    hall: async ({ owner = 'test:1', hand = crm, store: other = world.store } = {}) => {
      const { decisions, prepared } = await frameOf(world.frame);
      const mapping = decisions.crms[0];
      if (mapping === undefined) throw new Error('no mapping');
      return {
        decisions,
        prepared,
        store: other,
        sources: decisions.sources.map((settings) => feedSource(settings, feed)),
        crms: [{ crm: hand, mapping }],
        clock,
        chance: seededChance(1),
        actor: 'test',
        owner,
        emit: (event: PipelineEvent) => {
          if (event.kind === 'problem' || event.kind === 'verdict') told.push(JSON.stringify(event));
        },
      };
    },
    restart: async () => {
      await world.store.close();
      world.db = await openDatabase(path, throughTo(time), newestVersion);
      world.store = joined(world.db, 'UTC');
      world.moves = watchMoves(world.db);
    },
    close: async () => {
      if (path === ':memory:') {
        pool.push({ db, store, time });
        return;
      }
      await world.store.close();
      if (path !== ':memory:') for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    },
  };
  return world;
}
export { freshPath };
