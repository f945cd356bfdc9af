// A home folder beside a furnished pretend org, worked on by the real command: in this process, or in one of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommandLine } from '../../src/cli/commands.ts';
import { environmentOf, seedFolder } from '../../src/cli/sandbox.ts';
import { InterruptedError } from '../../src/lib/errors.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface CliHome {
  readonly folder: string;
  readonly state: string;
  readonly box: Sandbox;
  /** Runs a command in this process. */
  kenko(...args: string[]): Promise<Ended>;
  /** The same, with a signal that has come already. */
  interrupted(...args: string[]): Promise<Ended>;
  /** Starts a command in a process of its own. */
  start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  /** Changes a file of the home. */
  edit(path: string, change: (text: string) => string): Promise<void>;
  /** Calls that changed something, since they were last forgotten. */
  writes(): number;
  close(): Promise<void>;
}

const kenkoFile = resolve(import.meta.dirname, '../../src/kenko.js');

/** A home with a few customers; nothing is held, so that a run writes. */
export async function cliHome(accounts = 30): Promise<CliHome> {
  const box = await startSandbox({ accounts });
  const parent = await mkdtemp(join(tmpdir(), 'kenko-cli-'));
  const folder = join(parent, 'home');
  const env = { ...environmentOf(box), NO_COLOR: '1' };
  const inProcess = async (args: readonly string[], signal: AbortSignal): Promise<Ended> => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    let [stdout, stderr] = ['', ''];
    const sink = (take: (text: string) => void) =>
      ({ isTTY: false, write: (text: string) => take(text) }) as unknown as NodeJS.WriteStream;
    try {
      const exitCode = await runCommandLine({
        argv: [...args, '--home', folder],
        stdout: sink((text) => {
          stdout += text;
        }),
        stderr: sink((text) => {
          stderr += text;
        }),
        signal,
      });
      return { exitCode, stdout, stderr };
    } finally {
      for (const name of Object.keys(env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  };
  const home: CliHome = {
    folder,
    state: join(folder, 'state/kenko.sqlite'),
    box,
    kenko: (...args) => inProcess(args, new AbortController().signal),
    interrupted: (...args) => inProcess(args, AbortSignal.abort(new InterruptedError('SIGTERM'))),
    start: (...args) => {
      const child = spawn(process.execPath, [kenkoFile, ...args, '--home', folder], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (part) => {
        stdout += String(part);
      });
      child.stderr.on('data', (part) => {
        stderr += String(part);
      });
      const ended = new Promise<Ended>((done) => {
        child.on('close', (code) => done({ exitCode: code ?? -1, stdout, stderr }));
      });
      return { child, ended };
    },
    edit: async (path, change) => {
      const file = join(folder, path);
      await writeFile(file, change(await readFile(file, 'utf8')));
    },
    writes: () => box.salesforce.counts().mutating,
    close: async () => {
      await box.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
  const made = await home.kenko('init', folder, '--crm', 'salesforce');
  if (made.exitCode !== 0) throw new Error(made.stderr);
  await seedFolder(box, folder);
  const furnished = await home.kenko('setup');
  if (furnished.exitCode !== 0) throw new Error(furnished.stderr);
  await writeFile(
    join(folder, 'config/gates.yaml'),
    [
      'novelty: {on: false}',
      'outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}',
      'tasks: {new_min: 1000, per_owner_per_day: 1000}',
      'destruction: {count: 1000, share: 1}',
      'coverage: {hold_below_share: 0}',
      '',
    ].join('\n'),
  );
  return home;
}
