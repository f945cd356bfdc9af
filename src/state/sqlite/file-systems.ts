// Where a state file may lie: SQLite relies on locks and on shared memory, and over a network, or on a folder that a host lends
// to a container, neither can be relied on. Known by the number that Linux gives each kind of file system (linux/magic.h).

import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreError } from '../../lib/errors.ts';

/** Network file systems: several machines, each with a memory of its own. */
const networks: Readonly<Record<number, string>> = {
  26985: 'nfs',
  20859: 'smb',
  4283649346: 'cifs',
  4266872130: 'smb2',
  1397113167: 'afs',
  1799439955: 'afs',
  1937076805: 'coda',
  22092: 'ncp',
  12805120: 'ceph',
  198183888: 'lustre',
  1196443219: 'gpfs',
  428016422: 'beegfs',
};
/** Folders that somebody else holds: the host of a container or of a virtual machine, or a program. */
const lent: Readonly<Record<number, string>> = {
  1702057286: 'fuse',
  16914839: '9p',
  2020557398: 'vboxsf',
  3133910204: 'hgfs',
  2088527475: 'prl_fs',
};

/** The number of the file system that a folder lies on; null where the system has no such numbers. */
export type FileSystemOf = (folder: string) => number | null;
export const fileSystemOf: FileSystemOf = (folder) => {
  if (process.platform !== 'linux') return null;
  try {
    return Number(BigInt.asUintN(32, statfsSync(folder, { bigint: true }).type));
  } catch {
    // What cannot be asked about is told by SQLite itself when the file is opened.
    return null;
  }
};

/**
 * Why a state file must not lie here, as the name of the file system; null where it may. Some machines stand on a lent
 * folder as a whole (a container in a small virtual machine): there it is as good as a disk.
 */
export function sharedFileSystem(path: string, ask: FileSystemOf = fileSystemOf): string | null {
  const here = ask(dirname(resolve(path)));
  if (here === null) return null;
  return networks[here] ?? (here === ask('/') ? null : (lent[here] ?? null));
}

/** @throws StoreError where the state file would lie on a share. */
export function refuseShares(path: string, ask?: FileSystemOf): void {
  const name = path === ':memory:' ? null : sharedFileSystem(path, ask);
  if (name === null) return;
  throw new StoreError(`the state file lies on a shared file system (${name})`, {
    where: path,
    why: 'Locks and shared memory cannot be relied on there; such files were damaged within minutes.',
    fix: 'Put it on a local disk, or in a container on a named volume (state.path in config/kenko.yaml, or KENKO_STATE). If this file system is known to be safe, say so:\n  state: {any_file_system: true}',
  });
}
