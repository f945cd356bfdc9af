// Where a state file may lie: SQLite relies on locks and on shared memory, and over a network, or on a folder that a host lends
// to a container, neither can be relied on. Known by the number that Linux gives each kind of file system (linux/magic.h).

import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreError } from '../../lib/errors.ts';

/** Network file systems: several machines, each with a memory of its own. */
const networks: Readonly<Record<number, string>> = {
  0x00006969: 'nfs',
  0x0000517b: 'smb',
  0xff534d42: 'cifs',
  0xfe534d42: 'smb2',
  0x5346414f: 'afs',
  0x6b414653: 'afs',
  0x73757245: 'coda',
  0x0000564c: 'ncp',
  0x00c36400: 'ceph',
  0x0bd00bd0: 'lustre',
  0x47504653: 'gpfs',
  0x19830326: 'beegfs',
};
/** Folders that somebody else holds: the host of a container or of a virtual machine, or a program. */
const lent: Readonly<Record<number, string>> = {
  0x65735546: 'fuse',
  0x01021997: '9p',
  0x786f4256: 'vboxsf',
  0xbacbacbc: 'hgfs',
  0x7c7c6673: 'prl_fs',
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
