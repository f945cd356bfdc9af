// A real MariaDB for tests, on loopback, from the server that is installed here. Where there is none, the tests that need it
// skip and say so: there is no package that would bring one along.

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createConnection as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

export interface MariaDb {
  readonly port: number;
  readonly url: string;
  sql(text: string, values?: unknown[]): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** True where a server can be started. */
export function isMariaDbHere(): boolean {
  try {
    execFileSync('mariadbd', ['--no-defaults', '--version'], { stdio: 'ignore' });
    execFileSync('sh', ['-c', 'command -v mariadb-install-db && command -v my_print_defaults'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Starts a server in a folder of its own, with a user kenko and a database shop. */
export async function startMariaDb(): Promise<MariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-maria-'));
  const data = join(folder, 'data');
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? ['--user=root'] : [];
  if (isRoot) await chown(folder, 0, 0);
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]);
  const port = await freePort();
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(folder, 's')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--innodb-buffer-pool-size=32M',
      '--skip-log-bin',
      ...user,
    ],
    { stdio: 'ignore' },
  );
  await waitFor(port, server);
  const root = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await root.query('CREATE DATABASE shop CHARACTER SET utf8mb4');
  await root.query("CREATE USER kenko@'%' IDENTIFIED BY 'pretend'");
  await root.query("GRANT SELECT ON shop.* TO kenko@'%'");
  await root.query('USE shop');
  return {
    port,
    url: `mysql://kenko:pretend@127.0.0.1:${port}/shop`,
    sql: async (text, values = []) => {
      await root.query(text, values);
    },
    stop: async () => {
      root.destroy();
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function waitFor(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (server.exitCode !== null) throw new Error(`mariadbd ended with ${server.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connectSocket(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('mariadbd does not listen');
}
