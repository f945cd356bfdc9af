// What happens to a home, night by night: what the sources say, what people do, what is asked of the program. A story is
// the same however often processes die in it; told without any fault it says how each night must end.

import { type Chance, seededChance } from '../../src/lib/chance.ts';
import type { Weather } from './feed.ts';
import type { FrameName } from './frame.ts';
import { crmIdOf, type World } from './world.ts';

/** What a person does in the CRM; `nth` says to which record or task, counted in the order of ids and keys. */
export interface Act {
  readonly do: 'edit' | 'empty' | 'close' | 'delete' | 'reassign' | 'edit_task' | 'merge';
  readonly nth: number;
}
/** run: the nightly way. held: a plan, and a yes to it. dry: a plan and no more. undo: the last run that wrote is taken back. */
export type Command = 'run' | 'held' | 'dry' | 'undo' | 'retry';

export interface Night {
  /** Days since the night before. */
  readonly days: number;
  readonly answers: Readonly<Record<string, number | null>>;
  /** Login days of yesterday, by customer. */
  readonly logins: Readonly<Record<string, number>>;
  readonly weather?: { readonly customers?: Weather; readonly usage?: Weather };
  readonly people: readonly Act[];
  /** Done after the plan, half an hour before the yes. */
  readonly between?: readonly Act[];
  readonly frame?: FrameName;
  readonly command: Command;
  /** Records that the CRM refuses to write tonight. */
  readonly refused?: readonly string[];
}
export interface Story {
  readonly name: string;
  readonly customers: readonly string[];
  readonly nights: readonly Night[];
}

const night = (given: Partial<Night>): Night => ({
  days: 1,
  answers: {},
  logins: {},
  people: [],
  command: 'run',
  ...given,
});
const first = night({ answers: { a: 10, b: 3, c: null }, logins: { a: 20, b: 3, c: 1 } });

/** The stories that every single crash and fault is tried in; the last night of each is the disturbed one. */
export const stories: readonly Story[] = [
  { name: 'a first load with tasks', customers: ['a', 'b', 'c'], nights: [first] },
  {
    name: 'a night with changes, a task to close, and people at work between',
    customers: ['a', 'b', 'c'],
    nights: [
      first,
      night({
        answers: { a: 2, b: 9, c: 1 },
        logins: { b: 18, c: 2, a: 0 },
        people: [
          { do: 'edit', nth: 0 },
          { do: 'close', nth: 1 },
        ],
      }),
    ],
  },
  {
    name: 'a held plan that gets its yes',
    customers: ['a', 'b', 'c'],
    nights: [first, night({ answers: { a: 1, b: 8 }, logins: { b: 15 }, frame: 'gated', command: 'held' })],
  },
  {
    name: 'a run that is taken back',
    customers: ['a', 'b', 'c'],
    nights: [
      first,
      night({ answers: { a: 1, b: 8 }, logins: { b: 15 } }),
      night({ days: 0, people: [{ do: 'edit', nth: 1 }], command: 'undo' }),
    ],
  },
  {
    name: 'a retry of what the CRM refused',
    customers: ['a', 'b', 'c'],
    nights: [
      night({ ...first, refused: ['b'] }),
      night({ days: 1, answers: { c: 2 }, logins: { a: 1 }, command: 'retry' }),
    ],
  },
];

/** A story by chance: the same seed, the same story. */
export function storyOf(seed: number): Story {
  const chance = seededChance(seed);
  const upTo = (n: number) => Math.floor(chance.fraction() * n);
  const customers = ['a', 'b', 'c', 'd'].slice(0, 2 + upTo(3));
  const nights: Night[] = [];
  const count = 1 + upTo(3);
  for (let at = 0; at < count; at++) nights.push(nightOf(chance, customers, at));
  return { name: `story ${seed}`, customers, nights };
}
function nightOf(chance: Chance, customers: readonly string[], at: number): Night {
  const odds = (share: number) => chance.fraction() < share;
  const upTo = (n: number) => Math.floor(chance.fraction() * n);
  const chosen = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const some = <T>(share: number, make: () => T) =>
    Object.fromEntries(customers.filter(() => at === 0 || odds(share)).map((id) => [id, make()]));
  const kinds: readonly Act['do'][] = ['edit', 'empty', 'close', 'delete', 'reassign', 'edit_task'];
  const act = (): Act => ({ do: chosen(kinds), nth: upTo(4) });
  const command: Command = at === 0 ? 'run' : chosen(['run', 'run', 'run', 'held', 'dry', 'undo', 'retry'] as const);
  const bad: readonly Weather[] = ['empty', 'away', 'torn'];
  return {
    days: at === 0 ? 0 : chosen([0, 1, 1, 1, 3, 9, 31]),
    answers: some(0.5, () => (odds(0.2) ? null : upTo(11))),
    logins: some(0.5, () => upTo(21)),
    people: at > 0 && odds(0.4) ? [act(), ...(odds(0.3) ? [act()] : [])] : [],
    ...(command === 'held' && odds(0.4) ? { between: [act()] } : {}),
    ...(at > 0 && odds(0.15) ? { weather: { [chosen(['customers', 'usage'])]: chosen(bad) } } : {}),
    ...(at > 0 && odds(0.1) ? { frame: 'heavier' as const } : command === 'held' ? { frame: 'gated' as const } : {}),
    ...(odds(0.1) ? { refused: [chosen(customers)] } : {}),
    command,
  };
}

/** Lets a person act; nothing happens where there is no such record or task. */
export function perform(world: World, { do: what, nth }: Act): void {
  const ids = [...world.crm.records.keys()].sort();
  const tasks = [...world.crm.tasks.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const record = ids[nth % Math.max(1, ids.length)];
  const task = tasks[nth % Math.max(1, tasks.length)];
  if (what === 'edit' && record !== undefined) world.watch.edit(record, 'health_score', 200 + nth);
  if (what === 'empty' && record !== undefined) world.watch.edit(record, 'health_score', null);
  if (what === 'merge' && ids.length > 1) world.watch.merge(ids[0] as string, ids.at(-1) as string);
  if (task === undefined) return;
  if (what === 'close') world.watch.closeTask(task);
  if (what === 'delete') world.watch.deleteTask(task);
  if (what === 'reassign' && task.state === 'open') world.watch.reassignTask(task, 'u9');
  if (what === 'edit_task' && task.state === 'open') world.watch.editTask(task, 'subject', `By hand ${nth}`);
}

/** The morning of a night: sources say what they say, people have done what they do. */
export function begin(world: World, today: Night): void {
  const yesterday = new Date(Date.parse(world.clock.now()) - 86_400_000).toISOString().slice(0, 10);
  for (const [id, answer] of Object.entries(today.answers)) world.feed.customers.set(id, answer);
  for (const [id, logins] of Object.entries(today.logins)) {
    const known = world.feed.usage.findIndex((row) => row.id === id && row.day === yesterday);
    if (known >= 0) world.feed.usage.splice(known, 1);
    world.feed.usage.push({ id, day: yesterday, logins });
  }
  world.feed.weather.customers = today.weather?.customers ?? 'fine';
  world.feed.weather.usage = today.weather?.usage ?? 'fine';
  world.frame = today.frame ?? 'plain';
  world.crm.refused.clear();
  for (const id of today.refused ?? []) world.crm.refused.add(crmIdOf(id));
  for (const act of today.people) perform(world, act);
}
