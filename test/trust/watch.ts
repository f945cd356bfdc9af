// Stands at the border of the CRM and looks at each call the moment it comes in: is its intent on the disk, does the sender
// hold the lease, does it leave alone what people did? It believes nothing that the program says about itself.

import type { Effect, Value } from '../../src/domain/nouns.ts';
import type { Sqlite } from '../../src/state/sqlite/database.ts';
import type { MapCrm, MapTask } from '../support/map-crm.ts';

/** A race of seconds between the last look and the write cannot be closed by either CRM; longer ones must be. */
const raceMs = 60_000;

/** What a person did, and whether the program has looked at it since. */
interface Touch {
  readonly what: 'edited' | 'closed' | 'deleted' | 'reassigned';
  readonly value: Value;
  readonly at: number;
  seen: boolean;
}
export interface Broken {
  readonly id: string;
  readonly what: string;
}

export class Watch {
  /** What was broken at the border, as it happened. */
  readonly broken: Broken[] = [];
  /** Effects in the order in which they were sent, with the epoch of the sender. */
  readonly sent: { readonly effect: number; readonly epoch: number; readonly at: number }[] = [];
  /** Records and tasks that a person has had a hand on. */
  readonly touched = new Set<string>();
  /** Told before each call; a trial plays people, clocks and other processes in here. */
  beforeCall: (number: number) => void = () => undefined;
  readonly #crm: MapCrm;
  readonly #db: () => Sqlite;
  readonly #touches = new Map<string, Touch>();

  constructor(crm: MapCrm, db: () => Sqlite) {
    this.#crm = crm;
    this.#db = db;
    crm.watcher = {
      call: (_name, number) => this.beforeCall(number),
      read: (ids, words) => {
        for (const id of ids) for (const word of words) this.#see(`${id} ${word}`);
      },
      find: (tasks) => {
        for (const { id } of tasks) this.#see(id);
      },
      write: (batch) => this.#onWrite(batch),
    };
  }

  // What people do.

  /** Writes a value into a record, as a person would. */
  edit(id: string, word: string, value: Value): void {
    const record = this.#crm.records.get(id);
    if (record === undefined) return;
    record[word] = value;
    this.#touch(`${id} ${word}`, 'edited', value);
    this.touched.add(id);
  }
  closeTask(task: MapTask): void {
    if (task.state !== 'open') return;
    task.state = 'closed';
    this.#touch(task.id, 'closed', null);
    this.touched.add(task.target);
  }
  deleteTask(task: MapTask): void {
    task.state = 'deleted';
    this.#touch(task.id, 'deleted', null);
    this.touched.add(task.target);
  }
  reassignTask(task: MapTask, owner: string): void {
    task.owner = owner;
    this.#touch(task.id, 'reassigned', owner);
    this.touched.add(task.target);
  }
  editTask(task: MapTask, word: string, value: Value): void {
    task.fields[word] = value;
    this.#touch(`${task.id} ${word}`, 'edited', value);
    this.touched.add(task.target);
  }
  /** A record becomes part of another. */
  merge(winner: string, loser: string): void {
    this.#crm.records.delete(loser);
    this.#crm.merged.set(loser, winner);
    for (const task of this.#crm.tasks.values()) if (task.target === loser) task.target = winner;
    this.touched.add(loser).add(winner);
  }

  #touch(place: string, what: Touch['what'], value: Value): void {
    this.#touches.set(place, { what, value, at: this.#crm.now(), seen: false });
  }
  #see(place: string): void {
    const touch = this.#touches.get(place);
    if (touch !== undefined) touch.seen = true;
  }
  /** A touch that the program knows of, or had time enough to look at. */
  #known(place: string): Touch | undefined {
    const touch = this.#touches.get(place);
    return touch !== undefined && (touch.seen || this.#crm.now() - touch.at > raceMs) ? touch : undefined;
  }

  // What the program may not do.

  #onWrite(batch: readonly Effect[]): void {
    for (const effect of batch) {
      this.#hasIntent(effect);
      if (effect.op === 'ensure_task') continue;
      if (effect.object === 'task') this.#leavesTaskAlone(effect);
      else this.#leavesRecordAlone(effect);
    }
  }

  /** I9 and I8: the effect is in flight on the disk, claimed by the run that holds the lease now. */
  #hasIntent(effect: Effect): void {
    const row = this.#db().get<{ state: string; epoch: number | null; newest: number; active: string | null }>(
      `SELECT e.state, b.epoch, (SELECT max(epoch) FROM runs) AS newest, r.state AS active
       FROM effects e LEFT JOIN batches b ON b.id = e.batch LEFT JOIN runs r ON r.id = e.run_id WHERE e.id = ?`,
      effect.id,
    );
    this.sent.push({ effect: effect.id, epoch: row?.epoch ?? -1, at: this.#crm.now() });
    const lost = row !== undefined && row.epoch !== null && (row.epoch !== row.newest || row.active !== 'active');
    if (lost) this.broken.push({ id: 'I8', what: `effect ${effect.id} was sent by a run that had lost the lease` });
    else if (row?.state !== 'inflight')
      this.broken.push({ id: 'I9', what: `effect ${effect.id} was sent while it was ${row?.state ?? 'nowhere'}` });
  }
  /** I5 for records: what a person wrote stands until they take it away. */
  #leavesRecordAlone(effect: Effect): void {
    const record = this.#crm.records.get(effect.target);
    for (const [word, value] of Object.entries(effect.payload)) {
      const touch = this.#known(`${effect.target} ${word}`);
      if (touch === undefined || touch.value === null || record?.[word] !== touch.value || touch.value === value)
        continue;
      this.broken.push({
        id: 'I5',
        what: `${word} of ${effect.target} was set to ${String(touch.value)} by a person and is overwritten with ${String(value)}`,
      });
    }
  }
  /** I5 for tasks: closed stays closed, theirs stays theirs, their words stay. */
  #leavesTaskAlone(effect: Effect): void {
    const whole = this.#known(effect.target);
    const takes = whole?.what === 'reassigned' ? 'owner' in effect.payload : true;
    if (whole !== undefined && takes)
      this.broken.push({ id: 'I5', what: `task ${effect.target} was ${whole.what} by a person and is written to` });
    for (const word of Object.keys(effect.payload)) {
      const touch = this.#known(`${effect.target} ${word}`);
      if (
        touch !== undefined &&
        this.#crm.tasks.get(effect.target)?.fields[word] === touch.value &&
        effect.op === 'set'
      )
        this.broken.push({
          id: 'I5',
          what: `${word} of task ${effect.target} was edited by a person and is overwritten`,
        });
    }
  }
}

/** Every move of an effect's state in this file, told by a trigger of SQLite and not by our code. */
export function watchMoves(db: Sqlite): () => readonly string[] {
  db.script(`
    CREATE TEMP TABLE IF NOT EXISTS moves (move TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
    CREATE TEMP TRIGGER IF NOT EXISTS effect_moves AFTER UPDATE OF state ON main.effects WHEN old.state <> new.state
    BEGIN INSERT OR IGNORE INTO moves VALUES (old.state || ' → ' || new.state); END;`);
  return () => db.all<{ move: string }>('SELECT move FROM temp.moves').map(({ move }) => move);
}
