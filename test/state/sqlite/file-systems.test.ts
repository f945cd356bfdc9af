// Where a state file may lie. The numbers stand in linux/magic.h; this machine's own disk is asked for real.

import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSystemOf, sharedFileSystem } from '../../../src/state/sqlite/file-systems.ts';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { freshPath, stillClock } from './files.ts';

const ext4 = 0xef53;
const overlay = 0x794c7630;
/** A machine whose root lies on one file system, and everything else on another. */
const machine = (root: number | null, rest: number | null) => (folder: string) => (folder === '/' ? root : rest);

describe('a file system', () => {
  it.each([
    ['nfs', 0x6969],
    ['smb', 0x517b],
    ['cifs', 0xff534d42],
    ['smb2', 0xfe534d42],
    ['ceph', 0x00c36400],
    ['fuse', 0x65735546],
    ['9p', 0x01021997],
    ['vboxsf', 0x786f4256],
  ])('%s is shared', (name, type) => {
    expect(sharedFileSystem('/data/kenko.sqlite', machine(ext4, type))).toBe(name);
  });

  it.each([
    ['ext4', ext4],
    ['overlay', overlay],
    ['xfs', 0x58465342],
    ['btrfs', 0x9123683e],
    ['tmpfs', 0x01021994],
    ['zfs', 0x2fc12fc1],
    ['one that nobody can name', null],
  ])('%s is as good as a disk', (_name, type) => {
    expect(sharedFileSystem('/data/kenko.sqlite', machine(overlay, type))).toBeNull();
  });

  it('that a host lends is as good as a disk where the whole machine stands on it, a network never is', () => {
    expect(sharedFileSystem('/data/kenko.sqlite', machine(0x01021997, 0x01021997))).toBeNull();
    expect(sharedFileSystem('/data/kenko.sqlite', machine(0x6969, 0x6969))).toBe('nfs');
  });

  it.skipIf(process.platform !== 'linux')('of this machine is known, and its temporary folder is fine', () => {
    expect(fileSystemOf('/')).toBeGreaterThan(0);
    expect(fileSystemOf('/no/such/folder')).toBeNull();
    expect(sharedFileSystem(freshPath())).toBeNull();
  });
});

describe('a state file on a share', () => {
  it('is refused before anything is made, and says what to do', async () => {
    const path = freshPath();
    const asked: string[] = [];
    const onNfs = (folder: string) => {
      asked.push(folder);
      return 0x6969;
    };

    const opening = openSqliteStore({ path, clock: stillClock(), fileSystemOf: onNfs });

    await expect(opening).rejects.toMatchObject({
      code: 'E_STORE',
      exitCode: 74,
      message: 'the state file lies on a shared file system (nfs)',
      fix: expect.stringContaining('local disk'),
    });
    expect(asked).toContain(dirname(path));
  });

  it('is opened where the admin knows that it is safe', async () => {
    const store = await openSqliteStore({
      path: freshPath(),
      clock: stillClock(),
      fileSystemOf: () => 0x6969,
      anyFileSystem: true,
    });

    expect(await store.verify()).toEqual([]);
    await store.close();
  });
});
