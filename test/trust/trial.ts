// One trial: a story, and what goes wrong in it. Each night is disturbed as planned, then at most two undisturbed tries
// must bring the CRM to where the same night ends without any fault (I4); what is always true is asked after every try.

import { breathe } from '../../src/lib/breathe.ts';
import { Crash, KenkoError } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { type CallFault, shownBy } from '../support/map-crm.ts';
import { whole as base, never } from '../support/small-run.ts';
import { brokenIn, sameBut } from './invariants.ts';
import { type Act, begin, type Night, perform, type Story } from './story.ts';
import type { Broken } from './watch.ts';
import { freshPath, makeWorld, type World } from './world.ts';

/** What goes wrong in one night. */
export interface Disturbance {
  /** The try dies at this step; one try for each, then undisturbed ones. Empty: one try that does not die. */
  readonly crashes: readonly number[];
  /** By the number of the call, counted from the beginning of the night. */
  readonly faults: readonly (readonly [number, CallFault])[];
  /** A person acts just before a call. */
  readonly acts?: readonly (readonly [number, Act])[];
  /** Minutes that the clock jumps before each try. */
  readonly jumps?: readonly number[];
  /** The disk is full from this step on, until the next try. */
  readonly fullAt?: number;
}
/** Disturbances by night; a night that is not in here goes undisturbed. */
export type Plan = ReadonlyMap<number, Disturbance>;
export const calm: Disturbance = { crashes: [], faults: [] };

export interface Told {
  readonly broken: readonly Broken[];
  /** Moves of effects that were seen. */
  readonly moves: readonly string[];
  /** Steps and calls of the last night's first try. */
  readonly steps: number;
  readonly calls: readonly string[];
  /** False where a planned crash lay behind the end of the try. */
  readonly allCrashed: boolean;
}

const minute = 60_000;
/** Undisturbed tries that may be needed after a disturbed one (I4). */
const mostTries = 2;

/** How a story's nights end without any fault. */
interface Ends {
  readonly shown: readonly unknown[];
  /** Whether the breaker stopped the last try of the night. */
  readonly stopped: readonly boolean[];
  /** Records that a person has had a hand on by the end of the night. */
  readonly touched: readonly ReadonlySet<string>[];
}
const twins = new Map<string, Promise<Ends>>();

/** Asks of the program what the night wants. `undoing`: the run that is to be taken back. */
async function command(world: World, hall: Hall, tonight: Night, undoing: string | null): Promise<void> {
  world.lastState = '';
  const report = (value: unknown) => world.told.push(JSON.stringify(value));
  switch (tonight.command) {
    case 'run': {
      const ended = await run(hall, base, never);
      world.lastState = ended.state;
      report(ended);
      return;
    }
    case 'retry':
      report(await run(hall, { ...base, kind: 'retry', lifted: true }, never));
      return;
    case 'dry':
      report(await run(hall, { ...base, kind: 'plan', until: 'plan' }, never));
      return;
    case 'undo':
      if (undoing !== null) report(await undoRun(hall, undoing, never));
      return;
    case 'held': {
      const { plan } = await run(hall, { ...base, kind: 'plan', until: 'plan' }, never);
      for (const act of tonight.between ?? []) perform(world, act);
      world.clock.push(30 * minute);
      const made = plan === null ? undefined : (await world.store.plans.last(1))[0];
      if (made?.state === 'held' || made?.state === 'ready') report(await applyPlan(hall, made.id, never));
    }
  }
}

/** The last run that wrote something and was not taken back. */
async function lastWriter(world: World): Promise<string | null> {
  const row = world.db.get<{ run_id: string }>(
    `SELECT e.run_id FROM effects e JOIN runs r ON r.id = e.run_id WHERE e.state = 'applied' AND r.kind <> 'undo'
     ORDER BY r.seq DESC LIMIT 1`,
  );
  return row?.run_id ?? null;
}

/** Lives a story with what goes wrong in it; `twin` false: nothing to compare with. */
export async function live(story: Story, plan: Plan, options: { readonly twin?: boolean } = {}): Promise<Told> {
  const twin = options.twin === false ? null : await endsOf(story);
  const fills = [...plan.values()].some(({ fullAt }) => fullAt !== undefined);
  const world = await makeWorld(story.customers, fills ? { path: freshPath() } : {});
  const broken: Broken[] = [];
  let steps = 0;
  let calls: readonly string[] = [];
  let allCrashed = true;
  let isComparable = true;
  /** Records that a person touched in the middle of a run: there the undisturbed story knows no answer. */
  const disputed = new Set<string>();
  const shown: unknown[] = [];
  const stopped: boolean[] = [];
  const touched: ReadonlySet<string>[] = [];
  const started = Date.parse(world.clock.now());
  let day = 0;
  try {
    for (const [at, tonight] of story.nights.entries()) {
      day += tonight.days;
      const morning = started + day * 86_400_000 + (tonight.days === 0 ? at : 0) * 180 * minute;
      world.clock.push(Math.max(minute, morning - Date.parse(world.clock.now())));
      begin(world, tonight);
      const undoing = tonight.command === 'undo' ? await lastWriter(world) : null;
      const trouble = plan.get(at);
      const from = world.crm.callCount;
      const journalBefore = world.crm.journal.length;
      for (const [call, fault] of trouble?.faults ?? []) world.crm.callFaults.set(from + call, fault);
      const acts = trouble?.acts ?? [];
      world.watch.beforeCall = (number) => {
        for (const [call, act] of acts) {
          if (from + call !== number) continue;
          const before = new Set(world.watch.touched);
          perform(world, act);
          for (const one of world.watch.touched) if (!before.has(one) || acts.length > 0) disputed.add(one);
        }
      };
      const tries: (number | null)[] =
        trouble === undefined || trouble.crashes.length === 0 ? [null] : [...trouble.crashes];
      for (const [index, dieAt] of tries.entries()) {
        const jump = trouble?.jumps?.[index];
        if (jump !== undefined) world.clock.push(jump * minute);
        const end = await attempt(world, tonight, undoing, { dieAt, fullAt: trouble?.fullAt ?? null });
        if (index === 0) {
          steps = end.steps;
          calls = end.calls;
        }
        allCrashed &&= dieAt === null || end.died;
        broken.push(...end.broken, ...(await brokenIn(world, 'always')));
        world.clock.push((jump === undefined ? 10 : Math.max(0, -jump) + 10) * minute);
      }
      world.crm.callFaults.clear();
      world.watch.beforeCall = () => undefined;
      const held = world.lastState === 'held' && tonight.command === 'run';
      const journalHeld = world.crm.journal.length;
      // What one run did undisturbed, several did here; to take the last of them back is not to take all of it back.
      isComparable &&= tonight.command !== 'undo' || ![...plan.keys()].some((night) => night < at);
      const refused = tonight.refused ?? [];
      // The breaker (G9) counts what is refused and then stops for everybody: where it stopped the last undisturbed try, the CRM
      // shows how far that came and not where the night ends. A person who takes the refused record away, or a lost answer that
      // hides the refusal, spares the others that stop.
      isComparable &&= twin?.stopped[at] !== true;
      const wanted = isComparable ? twin?.shown[at] : undefined;
      let isStopped = false;
      // What people do after the plan is seen by the next plan, and by the scores of the one after that.
      const later = tonight.between === undefined ? 0 : 1;
      for (let tryNo = 0; tryNo < later + (trouble === undefined ? 1 : mostTries); tryNo++) {
        const isThere = wanted !== undefined && sameBut(disputed, shownBy(world.crm), wanted) === null;
        // A CRM that refuses shows the same before and after; what it refused is remembered, and a later night differs by it.
        if (isThere && refused.length === 0 && (tryNo > 0 || trouble === undefined)) break;
        const end = await attempt(world, tonight, undoing, { dieAt: null, fullAt: null });
        broken.push(...end.broken);
        isStopped = end.isStopped;
        world.clock.push(10 * minute);
      }
      stopped.push(isStopped);
      if (held && world.crm.journal.length > journalHeld)
        broken.push({
          id: 'I6',
          what: `what was held is written by the next run without a yes: ${world.crm.journal.slice(journalHeld).join(', ')}`,
        });
      touched.push(new Set(world.watch.touched));
      // People choose by number: with a record or task less than in the undisturbed story, their hand falls on another one.
      const theirs = twin?.touched[at];
      for (const one of [...world.watch.touched, ...(theirs ?? [])])
        if (!world.watch.touched.has(one) || theirs?.has(one) === false) disputed.add(one);
      const difference = wanted === undefined ? null : sameBut(disputed, shownBy(world.crm), wanted);
      if (difference !== null) broken.push({ id: 'I4', what: `night ${at}: ${difference}` });
      broken.push(...(await atNightsEnd(world, tonight, { undoing, journalBefore, isTwin: twin === null })));
      shown.push(shownBy(world.crm));
    }
    if (options.twin === false) kept = { shown, stopped, touched };
    return { broken: unique(broken), moves: world.moves(), steps, calls, allCrashed };
  } finally {
    await world.close();
  }
}
let kept: Ends = { shown: [], stopped: [], touched: [] };

/** The undisturbed story, lived once per process. */
function endsOf(story: Story): Promise<Ends> {
  const known = twins.get(story.name);
  if (known !== undefined) return known;
  const ends = (async () => {
    const { broken } = await live(story, new Map(), { twin: false });
    if (broken.length > 0) throw new Error(`${story.name} breaks without any fault: ${JSON.stringify(broken)}`);
    return kept;
  })();
  twins.set(story.name, ends);
  return ends;
}

interface Attempt {
  readonly died: boolean;
  readonly steps: number;
  readonly calls: readonly string[];
  readonly broken: readonly Broken[];
  /** The breaker stopped it. */
  readonly isStopped: boolean;
}

/** One try of the night's command: to its end, to its death, or to an error that we know. */
async function attempt(
  world: World,
  tonight: Night,
  undoing: string | null,
  trouble: { readonly dieAt: number | null; readonly fullAt: number | null },
): Promise<Attempt> {
  let steps = 0;
  let died = false;
  let full = false;
  const calls: string[] = [];
  const broken: Broken[] = [];
  const stop = onStep((name) => {
    steps += 1;
    if (name.startsWith('http.') && name.endsWith(':before')) calls.push(name.split('.').at(-1)?.split(':')[0] ?? '');
    if (steps === trouble.fullAt) {
      full = true;
      world.db.pragma(`max_page_count = ${String(world.db.pragma('page_count'))}`);
    }
    // What is dead does nothing more, whatever else of it was under way.
    died ||= steps === trouble.dieAt;
    if (died) throw new Crash(name);
  });
  const writesBefore = world.crm.writes;
  const toldBefore = world.told.length;
  try {
    await command(world, await world.hall(), tonight, undoing);
  } catch (error) {
    if (error instanceof Crash) for (let turn = 0; turn < 5; turn++) await breathe();
    else if (error instanceof KenkoError && error.code !== 'E_BUG')
      world.told.push(`${error.code} ${error.message} ${error.why}`);
    else broken.push({ id: 'bug', what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    stop();
    if (full) await world.restart();
  }
  if (tonight.command === 'dry' && world.crm.writes > writesBefore)
    broken.push({ id: 'I10', what: `a plan without a yes made ${world.crm.writes - writesBefore} write calls` });
  const isStopped = world.told.slice(toldBefore).some((text) => text.includes('"gate":"G9","answer":"stop"'));
  return { died, steps, calls, broken, isStopped };
}

/** What must be true when a night is over, beside the comparison with the undisturbed story. */
async function atNightsEnd(
  world: World,
  tonight: Night,
  about: { readonly undoing: string | null; readonly journalBefore: number; readonly isTwin: boolean },
): Promise<Broken[]> {
  const broken: Broken[] = [...(await brokenIn(world, tonight.command === 'undo' ? 'always' : 'settled'))];
  const { customers = 'fine', usage = 'fine' } = tonight.weather ?? {};
  // Usage comes with a cursor: no row means that nothing is new.
  const bad = customers !== 'fine' || usage === 'away' || usage === 'torn';
  if (bad && tonight.command !== 'undo' && world.crm.journal.length > about.journalBefore)
    broken.push({
      id: 'I6',
      what: `with ${JSON.stringify(tonight.weather)} there were writes: ${world.crm.journal.slice(about.journalBefore).join(', ')}`,
    });
  if (about.isTwin && (tonight.command === 'run' || about.undoing !== null)) {
    // I11 and I15: the same once more changes nothing.
    const before = world.crm.journal.length;
    const writes = world.crm.writes;
    world.clock.push(10 * minute);
    const again = await attempt(world, { ...tonight, people: [] }, about.undoing, { dieAt: null, fullAt: null });
    broken.push(...again.broken);
    const id = about.undoing === null ? 'I11' : 'I15';
    if (world.crm.journal.length > before || (id === 'I11' && !bad && world.crm.writes > writes))
      broken.push({ id, what: `the same once more wrote ${world.crm.journal.slice(before).join(', ')}` });
  }
  return broken;
}

function unique(broken: readonly Broken[]): readonly Broken[] {
  return [...new Map(broken.map((one) => [`${one.id} ${one.what}`, one])).values()];
}
