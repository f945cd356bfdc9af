// Mutants: bugs of our own making, kept as patches. Each names the test that must catch it; the head of the file is plain
// text, which `git apply` passes over. Here they are read and applied; run.ts asks whether they are caught.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Mutant {
  readonly name: string;
  /** What goes wrong in one sentence. */
  readonly bug: string;
  /** The test file, and a part of the full name of the test, that must fail. */
  readonly file: string;
  readonly test: string;
  /** What has to run before it, where a suite is one story; null: it stands alone. */
  readonly story: string | null;
  /** Absolute path of the patch. */
  readonly path: string;
}

export const root = resolve(import.meta.dirname, '../..');
const folder = import.meta.dirname;

/** All mutants, by name. Throws where the head of a patch does not say what it must. */
export function readMutants(): readonly Mutant[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.patch'))
    .sort()
    .map((name) => readMutant(join(folder, name), name.slice(0, -'.patch'.length)));
}

function readMutant(path: string, name: string): Mutant {
  const text = readFileSync(path, 'utf8');
  const heard = (word: string): string | null => new RegExp(`^${word}: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null;
  const said = (word: string): string => {
    const found = heard(word);
    if (found === null) throw new Error(`${path} does not say "${word}: …" before its first line of code`);
    return found;
  };
  return { name, bug: said('Bug'), file: said('Caught by'), test: said('In'), story: heard('Story'), path };
}

/**
 * Applies a patch to a copy of the project, takes it back, or only asks whether it would apply. Null, or why not. Patches
 * carry no context where the lines that they take out stand once in the file, so that changes around them do no harm.
 */
export function applyPatch(mutant: Mutant, project: string, how: 'apply' | 'take back' | 'try'): string | null {
  const flags = { apply: [], 'take back': ['--reverse'], try: ['--check'] }[how];
  const done = spawnSync('git', ['apply', '--unidiff-zero', ...flags, mutant.path], {
    cwd: project,
    encoding: 'utf8',
    // A copy that lies inside of somebody's repository is no part of it.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(project) },
  });
  if (done.error !== undefined) return done.error.message;
  return done.status === 0 ? null : done.stderr.trim();
}
