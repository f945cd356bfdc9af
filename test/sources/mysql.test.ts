// MySQL, by a real MariaDB where one is installed: the contract, the query's contract, types, TLS and sign-in.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlWriting } from '../../src/clients/mysql.ts';
import { bindNames } from '../../src/clients/sql.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openMysqlSource } from '../../src/sources/mysql.ts';
import { readAll, sourceContract } from './contract.ts';
import { isMariaDbHere, type MariaDb, startMariaDb } from './mariadb.ts';
import { queryContract, querySettings } from './query-contract.ts';
import { column } from './settings.ts';

const here = isMariaDbHere();
if (!here) console.warn('mysql: no mariadbd on this machine, so the tests against a real server are skipped');
let server: MariaDb;
beforeAll(async () => {
  if (here) server = await startMariaDb();
}, 120_000);
afterAll(async () => {
  await server?.stop();
}, 60_000);

const open = (settings: Readonly<Record<string, unknown>>, more = {}) =>
  openMysqlSource(querySettings('mysql', { url: new Secret(server.url), ...settings }, more));

describe.skipIf(!here)('a mysql source keeps the contract', () => {
  sourceContract(async () => {
    await server.sql('DROP TABLE IF EXISTS `usage`');
    await server.sql('CREATE TABLE `usage` (`key` varchar(40), day date, value varchar(40))');
    return {
      source: open({ query: 'SELECT * FROM `usage`' }),
      fill: async (rows) => {
        if (rows.length > 0)
          await server.sql('INSERT INTO `usage` VALUES ?', [rows.map((row) => [row.key, row.day, row.value])]);
      },
      dropColumn: () => server.sql('ALTER TABLE `usage` DROP COLUMN value'),
      vanish: () => server.sql('DROP TABLE `usage`'),
      close: async () => undefined,
    };
  });
});

describe.skipIf(!here)('a mysql query keeps the contract of queries', () => {
  queryContract(() => ({
    kind: 'mysql',
    sql: (text) => server.sql(text),
    open,
    time: (iso) => `'${iso.replace('T', ' ').replace('Z', '')}'`,
    timeType: 'datetime(3)',
  }));
});

describe.skipIf(!here)('a mysql source', () => {
  it('takes big numbers, decimals, times, JSON, bits and bytes as they are', async () => {
    const source = open(
      {
        query: `SELECT 'a' AS \`key\`, CAST('2026-06-01' AS date) AS day, 9007199254740993 AS big, CAST('12.50' AS decimal(10,2)) AS exact,
          CAST('2026-06-01 00:30:00.25' AS datetime(2)) AS moved, JSON_OBJECT('x', 1) AS doc, b'101' AS bits, x'00ff' AS raw, '日本 🍣' AS name`,
      },
      {
        columns: {
          big: column('big', 'text'),
          exact: column('exact', 'number'),
          moved: column('moved', 'instant'),
          doc: column('doc', 'text'),
          name: column('name', 'text'),
        },
      },
    );

    const [record] = (await readAll(source)).flatMap((page) => page.records);

    expect(record).toMatchObject({
      at: '2026-06-01',
      fields: {
        big: '9007199254740993',
        exact: 12.5,
        moved: '2026-06-01T00:30:00.250Z',
        doc: '{"x": 1}',
        name: '日本 🍣',
      },
    });
  });

  it('sees one snapshot, however long the reading takes', async () => {
    await server.sql('DROP TABLE IF EXISTS many');
    await server.sql(
      "CREATE TABLE many AS SELECT concat('k', seq) AS `key`, CAST('2026-06-01' AS date) AS day, seq AS value FROM seq_1_to_3000",
    );
    const source = open({ query: 'SELECT * FROM many' });
    const [stream] = source.streams;
    if (stream === undefined) throw new Error('a source has a stream');

    let rows = 0;
    const options = { asOf: '2026-06-30', today: '2026-06-30', signal: new AbortController().signal };
    for await (const page of source.read(stream, null, options)) {
      if (rows === 0) await server.sql("INSERT INTO many VALUES ('late', '2026-06-01', 1)");
      rows += page.records.length;
    }

    expect(rows).toBe(3_000);
  });

  it('does not write a file on the server, whatever rights it was given', async () => {
    const query = "SELECT 1 AS `key` INTO OUTFILE '/tmp/kenko-victim'";

    await expect(readAll(open({ query }))).rejects.toMatchObject({ code: 'E_SOURCE' });
  });

  it('says that the sign-in was refused, without the password', async () => {
    const url = new Secret(server.url.replace('pretend', 'wrong-one'));

    const refused = await readAll(open({ url, query: 'SELECT 1 AS `key`' })).catch((error: Error) => error);

    expect(refused).toMatchObject({ code: 'E_AUTH' });
    expect(JSON.stringify(refused) + String((refused as Error).message)).not.toContain('wrong-one');
  });

  it('says what it may not read', async () => {
    const query = 'SELECT user AS `key` FROM mysql.user';

    await expect(readAll(open({ query }))).rejects.toMatchObject({
      code: 'E_SOURCE',
      fix: expect.stringContaining('SELECT'),
    });
  });
});

describe('names in a mysql query', () => {
  it('become a placeholder each, outside of texts with backslashes, names and comments', () => {
    const bound = bindNames(
      "SELECT 'it\\'s :as_of', `a:since`, @x := 1 # :as_of\nFROM t WHERE d < :as_of AND e > :since AND f <> :as_of;",
      { as_of: '2026-06-30', since: null },
      'here',
      mysqlWriting,
    );

    expect(bound.text).toBe(
      "SELECT 'it\\'s :as_of', `a:since`, @x := 1 # :as_of\nFROM t WHERE d < ? AND e > ? AND f <> ?",
    );
    expect(bound.values).toEqual(['2026-06-30', null, '2026-06-30']);
  });
});
