// Files under a root, and files that are whole or not there: written beside, synced, renamed. Refuses what leaves the
// root, follows no link out of it, and reads no device.

import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './errors.ts';

/** The absolute path of `path` (relative to `root`), if it is inside `root`, links resolved. */
export async function pathUnder(root: string, path: string): Promise<string> {
  const absoluteRoot = await realpath(resolve(root));
  const wanted = isAbsolute(path) ? path : join(absoluteRoot, path);
  const folder = await realpath(dirname(wanted)).catch(() => dirname(resolve(wanted)));
  const target = await realpath(join(folder, basename(wanted))).catch(() => join(folder, basename(wanted)));
  const inside = relative(absoluteRoot, target);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new UsageError('a path leaves its folder', {
      where: path,
      why: `Files are only read and written below ${root}, so that a typo or a link cannot reach the rest of the machine.`,
      fix: 'Move the file into that folder, or start with --home on the folder that holds it.',
    });
  }
  return target;
}

/** Opens a regular file for reading; no device, no pipe. */
export async function openPlainFile(path: string) {
  const facts = await lstat(path);
  if (!facts.isFile() && !facts.isSymbolicLink()) {
    throw new UsageError('not a plain file', {
      where: path,
      why: 'Devices, pipes and folders cannot be read as data.',
      fix: 'Name a file.',
    });
  }
  // Between looking and opening the name may have become a pipe: without O_NONBLOCK opening one would never end.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) {
    await file.close();
    throw new UsageError('not a plain file', {
      where: path,
      why: 'Devices, pipes and folders cannot be read as data.',
      fix: 'Name a file.',
    });
  }
  return file;
}

/** Writes a file whole or not at all, readable by its owner only. Refuses to replace one unless told to. */
export async function writeWhole(
  path: string,
  text: string | Uint8Array,
  options: { readonly replace: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (!options.replace && (await lstat(path).catch(() => null)) !== null) {
    throw new UsageError('a file is there already', {
      where: path,
      why: 'Nothing is ever overwritten.',
      fix: 'Choose another folder, or move the file away.',
    });
  }
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  // Never through a link that somebody laid where the part will stand.
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
