// The files of a home, read, filled in from the environment and held against their schemas. It stops at what one file can
// say for itself; how the files fit together is asked by the rules.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type HomeFile, homeFiles, mappingFile } from './files.ts';
import { withHandMap } from './hand-map.ts';
import { problemsOf } from './issues.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { type ConfigProblem, nearest, pathText } from './problem.ts';
import { largestFile, readYaml, type YamlFile } from './read.ts';
import { withReadyMade } from './ready-made.ts';
import type { IdentityFile } from './schema/identity.ts';
import type { MappingFile } from './schema/mapping.ts';
import { literalSecrets, resolveSecrets, type Surroundings } from './secrets.ts';

/** What the files of a home say, as far as they can be read. */
export interface Gathered {
  /** By part name or CRM; only files that are there and are YAML. */
  readonly files: Readonly<Record<string, YamlFile>>;
  /** Parsed parts by name; a part with problems is not here. */
  readonly parts: Readonly<Record<string, unknown>>;
  /** Parsed mappings by CRM. */
  readonly mappings: Readonly<Record<string, MappingFile>>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** CRMs whose file is there but has problems: their absence is no news. */
  readonly broken: ReadonlySet<string>;
}

/** Reads everything below `config/` and `mappings/` that has a meaning. */
export async function gather(around: Surroundings, crms: readonly string[]): Promise<Gathered> {
  const files: Record<string, YamlFile> = {};
  const parts: Record<string, unknown> = {};
  const mappings: Record<string, MappingFile> = {};
  const problems: ConfigProblem[] = [];
  const broken = new Set<string>();

  for (const [name, file] of Object.entries(homeFiles) as [string, HomeFile][]) {
    const found = await readHomeFile(around.home, file);
    if (found.kind === 'absent') {
      if (file.required) problems.push(absent(file));
      else parts[name] = file.schema.parse(emptyOf(name));
      continue;
    }
    problems.push(...found.problems);
    if (found.file === null) continue;
    files[name] = found.file;
    let filled = name === 'kenko' ? filledIn(found.file, around, problems) : found.file.data;
    if (name === 'sources') {
      const made = await withReadyMade(found.file, around.home);
      problems.push(...made.problems);
      filled = made.data;
    }
    const parsed = file.schema.safeParse(filled);
    if (parsed.success && name === 'identity') {
      const mapped = await withHandMap(around.home, parsed.data as IdentityFile);
      problems.push(...mapped.problems);
      parts[name] = mapped.identity;
    } else if (parsed.success) parts[name] = parsed.data;
    else problems.push(...beside(problemsOf(parsed.error.issues, found.file, jsonSchemaOf(file)), found.problems));
  }
  for (const crm of crms) {
    const file = mappingFile(crm);
    const found = await readHomeFile(around.home, file);
    if (found.kind === 'absent') continue;
    problems.push(...found.problems);
    broken.add(crm);
    if (found.file === null) continue;
    files[crm] = found.file;
    const parsed = file.schema.safeParse(found.file.data);
    if (parsed.success) {
      mappings[crm] = parsed.data;
      broken.delete(crm);
    } else problems.push(...beside(problemsOf(parsed.error.issues, found.file, jsonSchemaOf(file)), found.problems));
  }
  if (Object.keys(files).length === 0 && problems.every((problem) => problem.rule === 'files'))
    return { files, parts, mappings, problems: [noHome()], warnings: [], broken };
  if (Object.keys(mappings).length === 0 && broken.size === 0) problems.push(noMapping(crms));
  for (const [name, file] of Object.entries(files)) problems.push(...literals(name, file));
  return { files, parts, mappings, problems, warnings: await strangers(around.home, crms), broken };
}

/** Without what is found on a line that could not be read: there it may only follow from how the line was guessed. */
function beside(found: readonly ConfigProblem[], unread: readonly ConfigProblem[]): ConfigProblem[] {
  const line = (problem: ConfigProblem) => problem.where.replace(/:\d+$/, '');
  const lines = new Set(unread.map(line));
  return found.filter((problem) => !lines.has(line(problem)));
}

type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'there'; readonly file: YamlFile | null; readonly problems: readonly ConfigProblem[] };
async function readHomeFile(home: string, file: Pick<HomeFile, 'path'>): Promise<Found> {
  const path = join(home, file.path);
  let bytes: Uint8Array;
  try {
    const facts = await stat(path);
    if (!facts.isFile())
      return { kind: 'there', file: null, problems: [unreadable(file.path, 'it is not a plain file')] };
    if (facts.size > largestFile)
      return { kind: 'there', file: null, problems: [unreadable(file.path, 'it is larger than 1 MiB')] };
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'there', file: null, problems: [unreadable(file.path, code)] };
  }
  const read = readYaml(file.path, bytes);
  return read.ok
    ? { kind: 'there', file: read.file, problems: [] }
    : { kind: 'there', file: read.guessed, problems: read.problems };
}

/** kenko.yaml may read the environment anywhere; whole numbers and yes/no come out as such. */
function filledIn(file: YamlFile, around: Surroundings, problems: ConfigProblem[]): unknown {
  const resolved = resolveSecrets(file.data, [], around, null);
  for (const fault of resolved.faults) {
    problems.push({
      code: 'E_CONFIG',
      severity: 'error',
      where: file.place(fault.path),
      path: pathText(fault.path),
      rule: 'secrets',
      what: fault.what,
      why: fault.why,
      fix: fault.fix,
    });
  }
  return asWritten(resolved.value, file.data);
}
function asWritten(filled: unknown, given: unknown): unknown {
  if (typeof filled === 'string' && filled !== given) {
    if (/^-?\d{1,9}$/.test(filled)) return Number(filled);
    if (filled === 'true' || filled === 'false') return filled === 'true';
  }
  if (typeof filled !== 'object' || filled === null || Array.isArray(filled)) return filled;
  return Object.fromEntries(
    Object.entries(filled).map(([key, value]) => [key, asWritten(value, (given as Record<string, unknown>)[key])]),
  );
}

function literals(name: string, file: YamlFile): ConfigProblem[] {
  return literalSecrets(file.data).map((path) => ({
    code: 'E_CONFIG',
    severity: 'error',
    where: file.place(path),
    path: pathText(path),
    rule: 'secrets',
    what: 'this looks like a secret, and it is written into the file',
    why: 'files are copied, shared and committed',
    fix: `Change it where it was issued, put the new one into the environment, and write \${NAME} in ${name === 'sources' ? 'the settings' : 'its place'}.`,
  }));
}

/** Optional files that are absent say nothing. */
function emptyOf(name: string): Readonly<Record<string, unknown>> {
  return name === 'segments' || name === 'flags' || name === 'plays' ? { [name]: {} } : {};
}
function absent(file: HomeFile): ConfigProblem {
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: file.path,
    path: '',
    rule: 'files',
    what: 'the file is missing',
    why: `it says: ${file.says.replace(/\.$/, '')}`,
    fix: 'Copy it from the shipped home, or begin with a new one:   kenko init DIR',
  };
}
function unreadable(path: string, why: string): ConfigProblem {
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: path,
    path: '',
    rule: 'files',
    what: 'the file cannot be read',
    why,
    fix: 'Check what it is and who may read it.',
  };
}
function noHome(): ConfigProblem {
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: 'config/kenko.yaml',
    path: '',
    rule: 'files',
    what: 'this folder is no home: none of the files of config/ and mappings/ is here',
    why: 'everything that is decided stands in those files',
    fix: 'Go to your home folder, or name it:   kenko check --home DIR\nMake a new one:   kenko init DIR',
  };
}
function noMapping(crms: readonly string[]): ConfigProblem {
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: `mappings/${crms[0] ?? 'crm'}.yaml`,
    path: '',
    rule: 'files',
    what: 'there is no mapping for any CRM',
    why: 'without one there is nowhere to write to',
    fix: `Copy ${crms.map((crm) => `mappings/${crm}.yaml`).join(' or ')} from the shipped home.`,
  };
}

/** YAML files that nothing reads: most likely a slip in the name. */
async function strangers(home: string, crms: readonly string[]): Promise<ConfigProblem[]> {
  const known = [...Object.values(homeFiles), ...crms.map(mappingFile)].map((file) => file.path);
  const found: ConfigProblem[] = [];
  for (const folder of ['config', 'mappings']) {
    const names = await readdir(join(home, folder)).catch(() => []);
    for (const name of names.sort()) {
      const path = `${folder}/${name}`;
      if (!/\.ya?ml$/.test(name) || known.includes(path)) continue;
      const near = nearest(path, known);
      found.push({
        code: 'W_FILE_NOT_READ',
        severity: 'warning',
        where: path,
        path: '',
        rule: 'files',
        what: 'nothing reads this file',
        why: 'its name is none of those that have a meaning',
        fix: near === null ? 'Remove it, or rename it.' : `Did you mean ${near}?`,
      });
    }
  }
  return found;
}
