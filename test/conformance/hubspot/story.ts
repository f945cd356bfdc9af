// A portal's first weeks with the connector, by the real command in processes of its own: furnished, loaded for the first
// time, kept up to date while people work in it, tasks opened and closed, one run undone. Tells what was said on the way.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeHome } from '../../../src/cli/init.ts';
import { environmentOf, seedFolder } from '../../../src/cli/sandbox.ts';
import type { openPortal, Portal } from '../../../src/sandbox/hubspot/portal.ts';
import { peopleOf } from '../../../src/sandbox/people.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { type Exchange, listen } from './exchanges.ts';

const kenkoFile = resolve(import.meta.dirname, '../../../src/kenko.js');

export interface Story {
  readonly version: string;
  readonly heard: readonly Exchange[];
  readonly portal: Portal;
  /** What went otherwise than a healthy portal makes it go, one sentence each. */
  readonly trouble: readonly string[];
  readonly figures: string;
}
interface Ended {
  readonly code: number;
  readonly text: string;
  readonly json: {
    readonly plan?: { readonly id: string } | null;
    readonly runId?: string;
    readonly effects?: Readonly<Record<string, number>>;
  };
}

/** `YYYY-MM-DD`, so many days from now. */
function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

class Home {
  readonly trouble: string[] = [];
  readonly #box: Sandbox;
  readonly folder: string;
  constructor(box: Sandbox, folder: string) {
    this.#box = box;
    this.folder = folder;
  }
  /** Runs the command; another exit code than one of these is trouble. */
  async kenko(fine: readonly number[], ...args: string[]): Promise<Ended> {
    const ended = await new Promise<Ended>((done) => {
      execFile(
        process.execPath,
        [kenkoFile, ...args, '--json', '--home', this.folder],
        { env: { ...process.env, ...environmentOf(this.#box), NO_COLOR: '1' }, maxBuffer: 64 * 2 ** 20 },
        (error, stdout, stderr) => {
          let json: Ended['json'] = {};
          try {
            json = JSON.parse(stdout) as Ended['json'];
          } catch {
            // What is no JSON is told below, by the exit code.
          }
          done({ code: error === null ? 0 : Number(error.code ?? 1), text: stdout + stderr, json });
        },
      );
    });
    if (!fine.includes(ended.code))
      this.trouble.push(`kenko ${args.join(' ')} ends with ${ended.code}: ${ended.text.trim().slice(-400)}`);
    return ended;
  }
  /** Plans as of a day and says yes to it. The id of the run that wrote. */
  async load(offset: number): Promise<string> {
    const planned = await this.kenko([0, 3], 'plan', '--as-of', day(offset));
    const id = planned.json.plan?.id;
    if (id === undefined) return '';
    const applied = await this.kenko([0], 'apply', id);
    return applied.json.runId ?? '';
  }
  async rewrite(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }
}

/** A task that the connector opened and nobody closed. */
function openTask(portal: Portal): string | undefined {
  return [...portal.state.store.all('tasks')].find((one) => one.values['hs_task_status'] !== 'COMPLETED')?.id;
}

/**
 * Lives through it against a portal with HubSpot's own limits. `short`: until the first load is done, for the other
 * versions of the API, which differ in their addresses alone.
 */
export async function liveThrough(version: string, length: 'whole' | 'short'): Promise<Story> {
  const box = await startSandbox({ accounts: 40 });
  const folder = await mkdtemp(join(tmpdir(), 'kenko-conformance-'));
  const portal = box.hubspot.half as ReturnType<typeof openPortal>;
  const ear = listen(portal, box.clock.now);
  const home = new Home(box, join(folder, 'home'));
  try {
    await begin(home, box, version);
    await home.load(length === 'short' ? -7 : -21);
    if (length === 'whole') await liveOn(home, portal, ear.heard);
    else await home.load(0);
    if (!JSON.stringify(portal.state.store.field('companies', 'kenko_health_band')).includes('added_by_a_person'))
      home.trouble.push('the option that a person added is gone');
  } catch (error) {
    // What the command could not do leaves the story without its next step; why, stands among the troubles.
    home.trouble.push(`the story breaks off: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    ear.stop();
    await box.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { version, heard: ear.heard, portal, trouble: home.trouble, figures: figuresOf(portal, ear.heard) };
}

/** A home, a furnished portal, a person's own option in it, and the same setup once more, which must leave it alone. */
async function begin(home: Home, box: Sandbox, version: string): Promise<void> {
  await writeHome({ home: home.folder, crm: 'hubspot', model: 'b2b_saas_default', locale: 'en' });
  await seedFolder(box, home.folder);
  if (version !== 'v3')
    await home.rewrite('mappings/hubspot.yaml', (text) =>
      text.replace(/^connection:\n/m, `connection:\n  api_version: "${version}"\n`),
    );
  await home.kenko([0], 'setup');
  peopleOf(box.hubspot.half).addOption('account', 'kenko_health_band', 'added_by_a_person');
  await home.kenko([0], 'setup');
  await home.kenko([0], 'check', '--online');
}

async function liveOn(home: Home, portal: Portal, heard: readonly Exchange[]): Promise<void> {
  const people = peopleOf(portal);
  await home.load(-14);
  await home.load(-10);
  const mine = openTask(portal);
  if (mine === undefined) home.trouble.push('no task was opened');
  else people.closeTask(mine);
  const [first] = [...portal.state.store.all('companies')];
  people.edit('account', first!.id, { city: 'Oslo', kenko_health_score: '1' });
  // Two companies become a third, and an owner leaves.
  const [, second, third] = [...portal.state.store.all('companies')];
  people.merge('account', second!.id, third!.id);
  people.deactivate([...portal.state.owners.values()].find((owner) => !owner.archived)!.id);
  // From now on every cause counts as gone, so that the connector closes its tasks by itself.
  await home.rewrite('config/plays.yaml', (text) =>
    text.replaceAll(/^( +)closes_when: .*$/gm, '$1closes_when: {score: {at_least: 0}}'),
  );
  await home.load(-7);
  await home.load(-3);
  const last = await home.load(0);
  const closed = [...portal.state.store.all('tasks')].filter(
    (task) => task.id !== mine && task.values['hs_task_status'] === 'COMPLETED',
  );
  if (closed.length === 0) home.trouble.push('no task was closed when its cause was gone');
  const before = writesIn(heard);
  await home.kenko([0], 'run');
  if (writesIn(heard) !== before) home.trouble.push('a run in which nothing had changed wrote something');
  await home.kenko([0], 'status', '--verify');
  if (last !== '') await home.kenko([0], 'undo', last);
}

/** How many calls have changed something so far. */
function writesIn(heard: readonly Exchange[]): number {
  return heard.filter((one) => one.method !== 'GET' && !/\/(read|search|access-token-info|token)$/.test(one.path))
    .length;
}

function figuresOf(portal: Portal, heard: readonly Exchange[]): string {
  const tasks = [...portal.state.store.all('tasks')];
  const closed = tasks.filter((task) => task.values['hs_task_status'] === 'COMPLETED').length;
  const writes = heard.filter((one) => /\/batch\/(create|update|upsert)$/.test(one.path.split('?')[0] ?? ''));
  const searches = heard.filter((one) => /\/objects\/[^/]+\/search$/.test(one.path.split('?')[0] ?? ''));
  return `${writes.length} batches written, ${tasks.length} tasks, ${closed} of them closed, ${searches.length} searches`;
}
