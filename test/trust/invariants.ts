// I1 to I15, a function each, asked of a whole world: file, CRM, sources, and what was told. Where the store alone can tell,
// its own checks answer (`store.verify()`, the same that `kenko status --verify` asks); the others look at the CRM's side.

import type { Broken } from './watch.ts';
import type { World } from './world.ts';
import { canary } from './world.ts';

/** Fewer days than a home keeps its facts by default. */
const keptDays = 300;
/** A checker: what is broken in this world, as sentences. */
type Check = (world: World) => readonly string[] | Promise<readonly string[]>;

/** I1 at the CRM: one task ever per record, play and episode, and one open task per record and play. */
function oneTask({ crm, watch }: World): readonly string[] {
  const ever = new Map<string, number>();
  const open = new Map<string, number>();
  for (const { target, play, episode, state } of crm.tasks.values()) {
    if (crm.merged.size > 0 && watch.touched.has(target)) continue;
    const all = `${target} ${play} ${episode}`;
    ever.set(all, (ever.get(all) ?? 0) + 1);
    if (state === 'open') open.set(`${target} ${play}`, (open.get(`${target} ${play}`) ?? 0) + 1);
  }
  return [
    ...[...ever].filter(([, count]) => count > 1).map(([what, count]) => `${count} tasks were made for ${what}`),
    ...[...open].filter(([, count]) => count > 1).map(([what, count]) => `${count} open tasks for ${what}`),
  ];
}
/** I2: no effect is left without an answer once runs went through undisturbed. */
function everythingAnswered({ db }: World): readonly string[] {
  return db
    .all<{ id: number; state: string }>(
      `SELECT e.id, e.state FROM effects e JOIN plans p ON p.id = e.plan
       WHERE e.state IN ('inflight', 'unknown') OR (e.state IN ('planned', 'held', 'ready')
         AND p.state NOT IN ('held', 'stopped') AND p.id < (SELECT max(id) FROM plans))`,
    )
    .map(({ id, state }) => `effect ${id} is still ${state}`);
}
/** I2 at the CRM: what was sent has a row, and as many tries as were sent. */
function everySendIsKnown({ db, watch }: World): readonly string[] {
  const sends = new Map<number, number>();
  for (const { effect } of watch.sent) sends.set(effect, (sends.get(effect) ?? 0) + 1);
  return [...sends].flatMap(([id, count]) => {
    const row = db.get<{ attempts: number }>('SELECT attempts FROM effects WHERE id = ?', id);
    return row === undefined || row.attempts < count
      ? [`effect ${id} was sent ${count} times and knows of ${row?.attempts ?? 'none'}`]
      : [];
  });
}
/** I3: every row that the cursor has passed is a fact. */
function nothingSkipped({ db, feed }: World): readonly string[] {
  const cursor = db.get<{ cursor: string | null }>(
    `SELECT t.cursor FROM streams t JOIN sources s ON s.id = t.source WHERE s.name = 'usage'`,
  )?.cursor;
  if (cursor == null) return [];
  const known = new Set(
    db
      .all<{ key: string }>(`SELECT f.key FROM facts f JOIN sources s ON s.id = f.source WHERE s.name = 'usage'`)
      .map(({ key }) => key),
  );
  // What is older than the home keeps may be gone again.
  const newest = db.get<{ day: string }>('SELECT max(as_of) AS day FROM runs')?.day ?? cursor;
  const gone = new Date(Date.parse(newest) - keptDays * 86_400_000).toISOString().slice(0, 10);
  return feed.usage
    .filter(({ id, day }) => day < cursor && day >= gone && !known.has(`${id}|${day}`))
    .map(({ id, day }) => `the usage of ${id} on ${day} was passed and never landed`);
}
/** I7: where nobody else wrote, the newest score of the store is the one the CRM shows, or none is. */
function newestScoreStands({ crm, db, watch }: World): readonly string[] {
  return db
    .all<{ account: string; shown: string | null }>(
      `SELECT account, fields ->> '$.health_score' AS shown FROM written WHERE object = 'account'`,
    )
    .flatMap(({ account, shown }) => {
      const id = `crm-${account}`;
      const stands = crm.records.get(id)?.['health_score'] ?? null;
      return watch.touched.has(id) || stands === (shown === null ? null : Number(shown))
        ? []
        : [`${id} shows ${String(stands)}, and the last that was written is ${shown}`];
    });
}
/** I8 and I9 as the CRM saw them, and I5: noted by the watch when it happened. */
function nothingAtTheBorder(id: string): Check {
  return ({ watch }) => watch.broken.filter((one) => one.id === id).map(({ what }) => what);
}
/** I12: no address of a person in problems, verdicts and reports. */
function nothingPersonalTold({ told, db }: World): readonly string[] {
  const reports = db.all<{ report: string | null }>('SELECT report FROM runs').map(({ report }) => report ?? '');
  return [...told, ...reports].some((text) => text.includes(canary)) ? ['an address of a person was told'] : [];
}

/** What holds at any moment, also between a crash and the next run. */
const always: readonly (readonly [string, Check])[] = [
  ['I1', oneTask],
  ['I2', everySendIsKnown],
  ['I3', nothingSkipped],
  ['I5', nothingAtTheBorder('I5')],
  ['I8', nothingAtTheBorder('I8')],
  ['I9', nothingAtTheBorder('I9')],
  ['I12', nothingPersonalTold],
];
/** What holds once undisturbed runs went through. */
const settled: readonly (readonly [string, Check])[] = [
  ['I2', everythingAnswered],
  ['I7', newestScoreStands],
];

/** Everything that is broken: what the store can tell of itself, and what its world tells. */
export async function brokenIn(world: World, when: 'always' | 'settled'): Promise<readonly Broken[]> {
  const broken: Broken[] = (await world.store.verify()).map(({ code, what }) => ({
    id: code.replace('E_INVARIANT_', ''),
    what,
  }));
  for (const [id, check] of when === 'always' ? always : [...always, ...settled])
    for (const what of await check(world)) broken.push({ id, what });
  return broken;
}

/**
 * I4: what the CRM shows is what it shows without any fault; null, or where it differs. Records that a person touched in the
 * middle of a run are left out: when exactly they did decides there.
 */
export function sameBut(disputed: ReadonlySet<string>, shown: unknown, wanted: unknown): string | null {
  const of = (what: unknown) => {
    const { records, tasks } = what as {
      records: readonly (readonly [string, unknown])[];
      tasks: readonly { readonly target: string }[];
    };
    return JSON.stringify([
      records.filter(([id]) => !disputed.has(id)),
      tasks.filter(({ target }) => !disputed.has(target)),
    ]);
  };
  const [now, then] = [of(shown), of(wanted)];
  return now === then ? null : `the CRM shows ${now} instead of ${then}`;
}

/** I13: memory does not grow with time. Samples of the resident set, a month apart; the first ones warm up. */
export function withinCeiling(samples: readonly number[], ceilingMb = 512): readonly string[] {
  const highest = Math.max(0, ...samples.slice(3));
  return highest > ceilingMb * 2 ** 20 ? [`the process grew to ${Math.round(highest / 2 ** 20)} MB`] : [];
}
