// Which files a path with stars means today, and what they looked like: links that leave the home are refused, devices are
// no files, and what was read once is known by size and time when it comes again.

import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SourceError } from '../../lib/errors.ts';
import { openPlainFile, pathUnder } from '../../lib/safe-file.ts';

/** One file, found under the root. */
export interface FoundFile {
  /** As the admin would write it, relative to the home. */
  readonly path: string;
  readonly absolute: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** What changes with every version, where a storage tells it. */
  readonly version?: string;
}
export const mostFiles = 10_000;

/** All files that the patterns mean, sorted. @throws UsageError for a link out of the root; SourceError when there is none. */
export async function listFiles(
  root: string,
  patterns: readonly string[],
  where: string,
): Promise<readonly FoundFile[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found = isPattern(pattern) ? await expand(root, pattern) : [pattern];
    if (found.length === 0) throw away(where, pattern, 'there is no such file');
    for (const path of found) paths.add(path);
    if (paths.size > mostFiles)
      throw new SourceError(`more than ${mostFiles} files fit the path`, {
        where,
        why: 'So many files are most likely not meant.',
        fix: 'Narrow the path, or put a month into one file.',
      });
  }
  const files: FoundFile[] = [];
  for (const path of [...paths].sort()) {
    const absolute = await pathUnder(root, path);
    const file = await openPlainFile(absolute).catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code.startsWith('E_')) throw error;
      throw away(where, path, code === 'ENOENT' ? 'a file is not there' : `a file may not be read (${code})`, error);
    });
    const facts = await file.stat();
    await file.close();
    files.push({ path, absolute, bytes: facts.size, changedMs: Math.round(facts.mtimeMs) });
  }
  return files;
}

/** The same text as long as no file came, went, grew or was replaced. */
export function fingerprint(files: readonly FoundFile[], besides: string): string {
  const hash = createHash('sha256').update(besides);
  for (const file of files) hash.update(`\n${file.path}\t${file.bytes}\t${file.version ?? file.changedMs}`);
  return hash.digest('hex').slice(0, 24);
}

/** What a file looked like up to some length: its bytes then, and a hash of their beginning and end. */
export type FileMark = readonly [bytes: number, hash: string];
/** Marks of more files than this are not kept; a change among them means that everything is read. */
const mostMarks = 2_000;

/** Marks by path; empty where there are too many files. */
export async function marksOf(files: readonly FoundFile[]): Promise<Readonly<Record<string, FileMark>>> {
  if (files.length > mostMarks) return {};
  const marks: Record<string, FileMark> = {};
  for (const file of files) marks[file.path] = [file.bytes, await hashUpTo(file.absolute, file.bytes)];
  return marks;
}
/**
 * Whether nothing happened but that files grew at their ends: all that were there are there and begin as they did. A file
 * that is new, or was replaced, may hold rows of any day.
 */
export async function onlyGrew(
  files: readonly FoundFile[],
  before: Readonly<Record<string, FileMark>>,
  newFilesAreNewer: boolean,
): Promise<boolean> {
  const known = Object.keys(before);
  if (known.length === 0) return false;
  if (!newFilesAreNewer && files.some((file) => !Object.hasOwn(before, file.path))) return false;
  for (const path of known) {
    const [bytes, hash] = before[path] as FileMark;
    const file = files.find((one) => one.path === path);
    if (file === undefined || file.bytes < bytes || (await hashUpTo(file.absolute, bytes)) !== hash) return false;
  }
  return true;
}
/** The first 64 KiB and the last 4 KiB of the first `bytes` bytes. */
async function hashUpTo(path: string, bytes: number): Promise<string> {
  const file = await open(path);
  try {
    const hash = createHash('sha256');
    for (const [from, length] of [
      [0, Math.min(bytes, 65_536)],
      [Math.max(0, bytes - 4_096), Math.min(bytes, 4_096)],
    ] as const) {
      const part = Buffer.alloc(length);
      const { bytesRead } = await file.read(part, 0, length, from);
      hash.update(part.subarray(0, bytesRead));
    }
    return hash.digest('hex').slice(0, 16);
  } finally {
    await file.close();
  }
}

/** Whether the files are still as they were found. */
export async function areUnchanged(files: readonly FoundFile[]): Promise<boolean> {
  for (const file of files) {
    const facts = await stat(file.absolute).catch(() => null);
    if (facts === null || facts.size !== file.bytes || Math.round(facts.mtimeMs) !== file.changedMs) return false;
  }
  return true;
}

function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}
/** `*` and `?` inside a name, `**` for folders; names that begin with a dot are not meant. */
async function expand(root: string, pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  const walk = async (folder: string, rest: readonly string[]): Promise<string[]> => {
    const [part, ...others] = rest;
    if (part === undefined) return [];
    if (!isPattern(part)) {
      const path = folder === '' ? part : `${folder}/${part}`;
      return others.length === 0 ? ((await isThere(join(root, path))) ? [path] : []) : await walk(path, others);
    }
    // Listing must stay below the root as well: a link to a folder elsewhere is refused before it is listed.
    const entries = await readdir(await pathUnder(root, folder === '' ? '.' : folder), { withFileTypes: true }).catch(
      (error: unknown) => {
        if (((error as NodeJS.ErrnoException).code ?? '').startsWith('E_')) throw error;
        return [];
      },
    );
    const found: string[] = part === '**' ? await walk(folder, others) : [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (part === '**') {
        if (entry.isDirectory()) found.push(...(await walk(path, rest)));
      } else if (nameFits(entry.name, part)) {
        if (others.length > 0) found.push(...(await walk(path, others)));
        else if (!entry.isDirectory()) found.push(path);
      }
    }
    return found;
  };
  return await walk('', parts);
}
function nameFits(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'u').test(name.split(sep).join('/'));
}
async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
function away(where: string, path: string, what: string, cause?: unknown): SourceError {
  return new SourceError(what, {
    where: `${where}, ${path}`,
    why: 'Nothing can be derived from it, so the scores that need it stay as they are.',
    fix: 'Put the export there, or correct path in config/sources.yaml.',
    cause,
  });
}
