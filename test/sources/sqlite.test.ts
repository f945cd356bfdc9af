// SQLite files: the contract, the query's contract, and what is special about a file that is a database.

import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteSource } from '../../src/sources/sqlite.ts';
import { readAll, sourceContract } from './contract.ts';
import { queryContract, querySettings } from './query-contract.ts';
import { column } from './settings.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-sqlite-'));
  file = join(folder, 'usage.db');
});
afterAll(() => rm(folder, { recursive: true }));

async function sql(text: string): Promise<void> {
  const db = new Database(file);
  db.exec(text);
  db.close();
}
const open = (settings: Readonly<Record<string, unknown>>, more = {}) =>
  openSqliteSource(querySettings('sqlite', { path: 'usage.db', ...settings }, more), folder);

describe('a sqlite source keeps the contract', () => {
  sourceContract(async () => {
    await sql('DROP TABLE IF EXISTS usage; CREATE TABLE usage (key TEXT, day TEXT, value TEXT)');
    return {
      source: open({ query: 'SELECT * FROM usage' }),
      fill: async (rows) => {
        const db = new Database(file);
        const add = db.prepare('INSERT INTO usage VALUES (@key, @day, @value)');
        db.transaction(() => {
          for (const row of rows) add.run(row);
        })();
        db.close();
      },
      dropColumn: () => sql('ALTER TABLE usage DROP COLUMN value'),
      vanish: () => unlink(file),
      close: async () => undefined,
    };
  });
});

describe('a sqlite query keeps the contract of queries', () => {
  queryContract(() => ({
    kind: 'sqlite',
    sql,
    open,
    // As SQLite's own datetime() writes it: a blank, no zone.
    time: (iso) => `'${iso.replace('T', ' ').replace('Z', '')}'`,
    timeType: 'TEXT',
  }));
});

describe('a sqlite source', () => {
  it('keeps whole numbers exact, and gives bytes as hex', async () => {
    await sql('DROP TABLE IF EXISTS odd');
    await sql("CREATE TABLE odd AS SELECT 'a' AS key, '2026-06-01' AS day, 9007199254740993 AS big, x'00ff' AS raw");
    const source = open(
      { query: 'SELECT * FROM odd' },
      { columns: { big: column('big', 'text'), raw: column('raw', 'text') } },
    );

    const [record] = (await readAll(source)).flatMap((page) => page.records);

    expect(record?.fields).toEqual({ big: '9007199254740993', raw: '00ff' });
  });

  it('reads while another program writes, and sees one moment of it', async () => {
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.exec('DROP TABLE IF EXISTS many; CREATE TABLE many (key TEXT, day TEXT, value INTEGER)');
    const add = db.prepare("INSERT INTO many VALUES (?, '2026-06-01', 1)");
    db.transaction(() => {
      for (let i = 0; i < 3_000; i++) add.run(`k${i}`);
    })();
    const source = open({ query: 'SELECT * FROM many' });
    const [stream] = source.streams;
    if (stream === undefined) throw new Error('a source has a stream');

    let rows = 0;
    const options = { asOf: '2026-06-30', today: '2026-06-30', signal: new AbortController().signal };
    for await (const page of source.read(stream, null, options)) {
      if (rows === 0) for (let i = 0; i < 500; i++) add.run(`late${i}`);
      rows += page.records.length;
    }
    db.close();

    expect(rows).toBe(3_000);
  });

  it('does not leave its folder, by name or by link', async () => {
    await symlink('/etc/hostname', join(folder, 'link.db'));

    for (const path of ['../../etc/hostname', '/etc/hostname', 'link.db'])
      await expect(readAll(open({ path, query: 'SELECT 1' })), path).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('says of a file that is none, or of half a one, that it is damaged', async () => {
    await writeFile(join(folder, 'text.db'), 'this is not a database, although somebody named it so');

    await expect(readAll(open({ path: 'text.db', query: 'SELECT 1' }))).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining('damaged'),
    });
  });

  it('cannot be made to write or to load code by what the query calls', async () => {
    for (const query of [
      "SELECT load_extension('/tmp/x.so') AS key",
      "SELECT writefile('/tmp/kenko-victim', 'x') AS key",
    ])
      await expect(readAll(open({ query })), query).rejects.toMatchObject({ code: 'E_SOURCE' });
  });
});
