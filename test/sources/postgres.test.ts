// PostgreSQL, a real one: the contract, one snapshot, cursors, and what it refuses to ask.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresWriting } from '../../src/clients/postgres.ts';
import { bindNames } from '../../src/clients/sql.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openPostgresSource } from '../../src/sources/postgres.ts';
import { readAll, sourceContract } from './contract.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { queryContract, querySettings } from './query-contract.ts';
import { column, sourceSettings } from './settings.ts';

let server: PostgresServer;
let port: number;
let url: Secret;
const sql = (text: string, values: unknown[] = []) => server.sql(text, values);
beforeAll(async () => {
  server = await startPostgres();
  ({ port } = server);
  url = new Secret(server.url);
}, 120_000);
afterAll(async () => {
  await server?.stop();
}, 60_000);

describe('a postgres source keeps the contract', () => {
  sourceContract(async () => {
    await sql('DROP TABLE IF EXISTS usage');
    await sql('CREATE TABLE usage (key text, day date, value text)');
    const source = openPostgresSource(sourceSettings('postgres', { url, query: 'SELECT * FROM usage' }));
    return {
      source,
      fill: async (rows) => {
        await sql('INSERT INTO usage SELECT * FROM json_to_recordset($1::json) AS r(key text, day date, value text)', [
          JSON.stringify(rows),
        ]);
      },
      dropColumn: () => sql('ALTER TABLE usage DROP COLUMN value'),
      vanish: () => sql('DROP TABLE usage'),
      close: async () => undefined,
    };
  });
});

describe('a postgres query keeps the contract of queries', () => {
  queryContract(() => ({
    kind: 'postgres',
    sql: (text) => sql(text),
    open: (settings, more) => openPostgresSource(querySettings('postgres', { url, ...settings }, more)),
    time: (iso) => `'${iso}'`,
    timeType: 'timestamptz',
  }));
});

describe('a postgres source', () => {
  it('sees one snapshot, however long the reading takes', async () => {
    await sql('DROP TABLE IF EXISTS many');
    await sql(
      "CREATE TABLE many AS SELECT 'k' || i AS key, date '2026-06-01' AS day, i AS value FROM generate_series(1, 3000) i",
    );
    const source = openPostgresSource(sourceSettings('postgres', { url, query: 'SELECT * FROM many' }));
    const [stream] = source.streams;
    if (stream === undefined) throw new Error('no stream');

    let records = 0;
    for await (const page of source.read(stream, null, {
      asOf: '2026-06-30',
      today: '2026-06-30',
      signal: new AbortController().signal,
    })) {
      if (records === 0) await sql('DELETE FROM many WHERE value > 1500');
      records += page.records.length;
    }

    expect(records).toBe(3_000);
  });

  it('keeps days, big numbers and decimals as they are, in any zone', async () => {
    const source = openPostgresSource(
      sourceSettings(
        'postgres',
        {
          url,
          query:
            "SELECT 'a' AS key, date '2026-06-01' AS day, 9007199254740991::bigint AS big, 12.50::numeric AS exact, timestamptz '2026-06-01T00:30:00+09' AS moved",
        },
        {
          columns: {
            big: column('big', 'number'),
            exact: column('exact', 'number'),
            moved: column('moved', 'instant'),
          },
        },
      ),
    );

    const [record] = (await readAll(source)).flatMap((page) => page.records);

    expect(record).toMatchObject({
      at: '2026-06-01',
      fields: { big: 9007199254740991, exact: 12.5, moved: '2026-05-31T15:30:00.000Z' },
    });
  });

  it('cannot write, whatever the query calls', async () => {
    await sql('DROP TABLE IF EXISTS victim');
    await sql('CREATE TABLE victim (key text)');
    const source = openPostgresSource(
      sourceSettings('postgres', {
        url,
        query:
          "WITH gone AS (DELETE FROM victim RETURNING key) SELECT key, date '2026-06-01' AS day, 1 AS value FROM gone",
      }),
    );

    await expect(readAll(source)).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining('write'),
    });
  });

  it('says that the sign-in was refused, without the password', async () => {
    const source = openPostgresSource(
      sourceSettings('postgres', {
        url: new Secret(`postgres://kenko:wrong@127.0.0.1:${port}/postgres`),
        query: 'SELECT 1 AS key',
      }),
    );

    const refused = await readAll(source).catch((error: Error) => error);

    expect(refused).toMatchObject({ code: 'E_AUTH' });
    expect(JSON.stringify(refused) + String((refused as Error).message)).not.toContain('wrong');
  });

  it('hands the as-of day to the query as a value', async () => {
    const source = openPostgresSource(
      sourceSettings('postgres', { url, query: "SELECT 'a' AS key, CAST(:as_of AS date) AS day, 1 AS value" }),
    );

    const [record] = (await readAll(source)).flatMap((page) => page.records);

    expect(record?.at).toBe('2026-06-30');
  });
});

describe('names in a query', () => {
  it('become numbered values, outside of texts, comments and casts', () => {
    const bound = bindNames(
      "SELECT ':as_of', a::text -- :as_of\nFROM t WHERE d < :as_of AND e > :since AND f = :as_of;",
      { as_of: '2026-06-30', since: null },
      'here',
      postgresWriting,
    );

    expect(bound.text).toBe("SELECT ':as_of', a::text -- :as_of\nFROM t WHERE d < $1 AND e > $2 AND f = $1");
    expect(bound.values).toEqual(['2026-06-30', null]);
  });

  it('are refused when nobody gives them, and so is a second statement or a write', () => {
    expect(() => bindNames('SELECT :nobody', {}, 'here', postgresWriting)).toThrow(':nobody');
    expect(() => bindNames('SELECT 1; DROP TABLE t', {}, 'here', postgresWriting)).toThrow('more than one statement');
    expect(() => bindNames('DROP TABLE t', {}, 'here', postgresWriting)).toThrow('no SELECT');
  });
});
