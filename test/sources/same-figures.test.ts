// The SQL of docs/sources.md: the same figures, counted by each database that can be had here, on the same rows.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededChance } from '../../src/lib/chance.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openFilesSource } from '../../src/sources/files/files.ts';
import { openMysqlSource } from '../../src/sources/mysql.ts';
import { openPostgresSource } from '../../src/sources/postgres.ts';
import type { Source } from '../../src/sources/source.ts';
import { openSqliteSource } from '../../src/sources/sqlite.ts';
import { readAll } from './contract.ts';
import { isMariaDbHere, type MariaDb, startMariaDb } from './mariadb.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { column, sourceSettings } from './settings.ts';

const chance = seededChance(11);
const below = (n: number) => Math.floor(chance.fraction() * n);
const rows = Array.from({ length: 2_000 }, () => ({
  account_id: `A-${below(20)}`,
  user_id: `u-${below(50)}`,
  day: new Date(Date.parse('2026-06-30T00:00:00Z') - below(60) * 86_400_000).toISOString().slice(0, 10),
  logins: below(3),
}));
/** Counted here, without any of them. */
function wanted(): readonly unknown[] {
  const inWindow = rows.filter((row) => row.day > '2026-06-02' && row.day <= '2026-06-30');
  return [...new Set(inWindow.map((row) => row.account_id))].sort().map((account) => {
    const own = inWindow.filter((row) => row.account_id === account);
    return [
      account,
      new Set(own.filter((row) => row.logins > 0).map((row) => row.day)).size,
      new Set(own.map((row) => row.user_id)).size,
      own
        .map((row) => row.day)
        .sort()
        .at(-1),
    ];
  });
}

let folder: string;
let pg: PostgresServer;
let maria: MariaDb;
const withMaria = isMariaDbHere();
const values = rows.map((row) => `('${row.account_id}', '${row.user_id}', '${row.day}', ${row.logins})`).join(',');
const create = (name: string) =>
  `CREATE TABLE ${name} (account_id varchar(20), user_id varchar(20), day date, logins int)`;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-same-'));
  const csv = rows.map((row) => `${row.account_id},${row.user_id},${row.day},${row.logins}\n`).join('');
  await writeFile(join(folder, 'usage.csv'), `account_id,user_id,day,logins\n${csv}`);
  const db = new Database(join(folder, 'usage.db'));
  db.exec(`${create('usage')}; INSERT INTO usage VALUES ${values}`);
  db.close();
  pg = await startPostgres();
  await pg.sql(create('usage'));
  await pg.sql(`INSERT INTO usage VALUES ${values}`);
  if (!withMaria) return;
  maria = await startMariaDb();
  await maria.sql(create('`usage`'));
  await maria.sql(`INSERT INTO \`usage\` VALUES ${values}`);
}, 120_000);
afterAll(async () => {
  await pg?.stop();
  await maria?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const page = await readFile(join(import.meta.dirname, '../../docs/sources.md'), 'utf8');
/** The statement below a heading comment of the page. */
function statement(heading: string): string {
  const block = /```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const found = block.split(/^-- /m).find((part) => part.startsWith(heading));
  if (found === undefined) throw new Error(`docs/sources.md has no statement for ${heading}`);
  return found.split('\n').slice(1).join('\n').trim();
}
const settings = (kind: string, own: Readonly<Record<string, unknown>>) =>
  sourceSettings(kind, own, {
    key: ['account_id'],
    account: { column: 'account_id', kind: 'account_id' },
    at: 'last_seen',
    columns: { login_days: column('login_days', 'number'), users: column('users', 'number') },
  });

describe('the same figures', () => {
  it.each([
    [
      'PostgreSQL',
      (query: string): Source => openPostgresSource(settings('postgres', { url: new Secret(pg.url), query })),
    ],
    ['SQLite', (query: string): Source => openSqliteSource(settings('sqlite', { path: 'usage.db', query }), folder)],
    [
      'files',
      (query: string): Source =>
        openFilesSource(settings('files', { path: 'usage.csv', cells: { day: 'day', logins: 'number' }, query }), {
          root: folder,
        }),
    ],
    ...(withMaria
      ? [
          [
            'MySQL',
            (query: string): Source => openMysqlSource(settings('mysql', { url: new Secret(maria.url), query })),
          ] as const,
        ]
      : []),
  ] as const)('are counted by %s with the statement of the page', async (name, open) => {
    const records = (await readAll(open(statement(name)))).flatMap((one) => one.records);

    const got = records.map((record) => [record.key, record.fields['login_days'], record.fields['users'], record.at]);
    expect(got.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual(wanted());
  });
});
