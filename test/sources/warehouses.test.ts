// Warehouses. BigQuery by Google's own client against a server on loopback that answers as that client expects; Snowflake as
// far as it goes without its driver. Neither has been run against the real service.

import { describe, expect, it } from 'vitest';
import { bigqueryWriting } from '../../src/clients/bigquery.ts';
import { snowflakeWriting } from '../../src/clients/snowflake.ts';
import { bindNames } from '../../src/clients/sql.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openBigquerySource } from '../../src/sources/bigquery.ts';
import { openSnowflakeSource, SnowflakeSettings } from '../../src/sources/snowflake.ts';
import { readAll, sourceContract } from './contract.ts';
import { querySettings } from './query-contract.ts';
import { column } from './settings.ts';
import { type Asked, startWebServer, type Told, type WebServer } from './web-server.ts';

// Google's sign-in would look for the cloud it runs in; nothing here leaves this machine.
process.env['METADATA_SERVER_DETECTION'] = 'none';

interface Field {
  readonly name: string;
  readonly type: string;
}
/** The REST side of BigQuery, as much of it as a query needs: a dry run, a job, and its result in pages. */
function answerLikeBigquery(world: {
  fields: readonly Field[];
  rows: readonly (readonly (string | null)[])[];
  statementType: string;
  refuse: Told | null;
}): (asked: Asked) => Told {
  return ({ method, url, body }) => {
    if (world.refuse !== null) return world.refuse;
    if (method === 'POST' && url.pathname === '/bigquery/v2/projects/shop/jobs') {
      // The client names its jobs itself.
      const { configuration, jobReference } = JSON.parse(body) as Record<string, unknown>;
      return {
        body: {
          kind: 'bigquery#job',
          jobReference,
          configuration,
          status: { state: 'DONE' },
          statistics: {
            creationTime: String(Date.parse('2026-06-30T12:00:00Z')),
            query: { statementType: world.statementType, schema: { fields: world.fields } },
          },
        },
      };
    }
    const job = /^\/bigquery\/v2\/projects\/shop\/queries\/([\w-]+)$/.exec(url.pathname);
    if (job !== null) {
      const from = Number(url.searchParams.get('pageToken') ?? 0);
      const size = Number(url.searchParams.get('maxResults'));
      const page = world.rows.slice(from, from + size);
      return {
        body: {
          kind: 'bigquery#getQueryResultsResponse',
          jobReference: { projectId: 'shop', jobId: job[1] },
          jobComplete: true,
          totalRows: String(world.rows.length),
          schema: { fields: world.fields },
          ...(page.length === 0 ? {} : { rows: page.map((row) => ({ f: row.map((v) => ({ v })) })) }),
          ...(from + size < world.rows.length ? { pageToken: String(from + size) } : {}),
        },
      };
    }
    return { status: 404, body: { error: { code: 404, message: `Not found: ${url.pathname}` } } };
  };
}
const fields: readonly Field[] = [
  { name: 'key', type: 'STRING' },
  { name: 'day', type: 'DATE' },
  { name: 'value', type: 'STRING' },
];
const open = (web: WebServer, settings: Readonly<Record<string, unknown>> = {}, more = {}) =>
  openBigquerySource(
    querySettings('bigquery', { project: 'shop', endpoint: web.url, query: 'SELECT * FROM t', ...settings }, more),
  );
function worldOf() {
  return {
    fields,
    rows: [] as readonly (readonly (string | null)[])[],
    statementType: 'SELECT',
    refuse: null as Told | null,
  };
}

describe('a bigquery source keeps the contract', () => {
  sourceContract(async () => {
    const web = await startWebServer();
    const world = worldOf();
    web.answer = answerLikeBigquery(world);
    return {
      source: open(web),
      fill: async (rows) => {
        world.rows = rows.map((row) => [row.key, row.day, row.value]);
      },
      dropColumn: async () => {
        world.fields = fields.slice(0, 2);
        world.rows = [['a', '2026-06-01']];
      },
      vanish: async () => {
        world.refuse = {
          status: 404,
          body: { error: { code: 404, message: 'Not found: Table shop:x.t', errors: [{ reason: 'notFound' }] } },
        };
      },
      close: () => web.close(),
    };
  });
});

describe('a bigquery source', () => {
  const inWorld = async (tell: (web: WebServer, world: ReturnType<typeof worldOf>) => Promise<void>) => {
    const web = await startWebServer();
    const world = worldOf();
    web.answer = answerLikeBigquery(world);
    try {
      await tell(web, world);
    } finally {
      await web.close();
    }
  };

  it('binds values, sets a limit on what it may cost, and asks for a dry run first', () =>
    inWorld(async (web, world) => {
      world.fields = [...fields, { name: 'moved', type: 'TIMESTAMP' }];
      world.rows = [['a', '2026-06-01', '1', String(Date.parse('2026-06-01T08:00:00Z') * 1_000)]];
      const source = open(web, { query: 'SELECT * FROM t WHERE day <= :as_of', cursor: 'moved', max_gb_billed: 1 });

      const pages = await readAll(source, { source: 'usage', stream: 'rows', at: '2026-05-01T00:00:00.000Z' });

      const [dry, real] = web.asked
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => (JSON.parse(body) as { configuration: Record<string, never> }).configuration);
      expect([dry?.['dryRun'], real?.['dryRun']]).toEqual([true, undefined]);
      expect(real?.['query']).toMatchObject({
        query:
          'SELECT * FROM (SELECT * FROM t WHERE day <= @as_of\n) AS q WHERE q.`moved` >= @since OR q.`moved` IS NULL ORDER BY q.`moved`, q.`key`',
        useLegacySql: false,
        maximumBytesBilled: String(2 ** 30),
        queryParameters: [
          { name: 'as_of', parameterType: { type: 'STRING' }, parameterValue: { value: '2026-06-30' } },
          { name: 'since', parameterType: { type: 'STRING' }, parameterValue: { value: '2026-04-30T23:55:00.000Z' } },
        ],
      });
      expect(pages.at(-1)?.cursor?.at).toBe('2026-06-01T08:00:00.000Z');
    }));

  it('never runs what the dry run does not call a SELECT', () =>
    inWorld(async (web, world) => {
      world.statementType = 'SCRIPT';

      await expect(readAll(open(web))).rejects.toMatchObject({ code: 'E_SOURCE', message: 'the query tries to write' });
      expect(web.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    }));

  it.each([
    [401, 'authError', 'E_AUTH', 'refused the sign-in'],
    [403, 'accessDenied', 'E_SOURCE', 'refused the read'],
    [400, 'invalidQuery', 'E_SOURCE', 'does not understand'],
    [400, 'bytesBilledLimitExceeded', 'E_SOURCE', 'more than it may'],
  ])('tells %i %s as %s', (status, reason, code, says) =>
    inWorld(async (web, world) => {
      world.refuse = {
        status,
        body: { error: { code: status, message: 'Refused', errors: [{ reason, message: 'Refused' }] } },
      };

      await expect(readAll(open(web))).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
    }),
  );

  it('gives exact numbers, days and times as texts', () =>
    inWorld(async (web, world) => {
      world.fields = [
        ...fields,
        { name: 'exact', type: 'NUMERIC' },
        { name: 'yes', type: 'BOOLEAN' },
        { name: 'n', type: 'INTEGER' },
      ];
      world.rows = [['a', '2026-06-01', '7', '12.50', 'true', '42']];
      const columns = { exact: column('exact', 'number'), yes: column('yes', 'boolean'), n: column('n', 'number') };

      const [record] = (await readAll(open(web, {}, { columns }))).flatMap((page) => page.records);

      expect(record).toMatchObject({ at: '2026-06-01', fields: { exact: 12.5, yes: true, n: 42 } });
    }));

  it('does not show the key that it cannot read', () =>
    inWorld(async (web) => {
      const refused = await readAll(open(web, { credentials: new Secret('not json: hidden') })).catch(
        (error: Error) => error,
      );

      expect(refused).toMatchObject({ code: 'E_AUTH' });
      expect(JSON.stringify(refused) + String(refused)).not.toContain('hidden');
    }));
});

describe('a snowflake source', () => {
  const settings = {
    account: 'org-name',
    user: 'KENKO',
    token: new Secret('pretend'),
    warehouse: 'W',
    database: 'D',
    query: 'SELECT id AS "key" FROM t',
  };

  it('says how to install its driver, in check and in read', async () => {
    const source = openSnowflakeSource(querySettings('snowflake', settings));

    const problems = await source.check(new AbortController().signal);

    expect(problems[0]).toMatchObject({ code: 'E_USAGE', what: 'the package snowflake-sdk is not installed' });
    expect(problems[0]?.fix).toContain('npm install snowflake-sdk@3.3.0');
    await expect(readAll(source)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('wants one way to sign in', () => {
    expect(SnowflakeSettings.safeParse(settings).success).toBe(true);
    expect(SnowflakeSettings.safeParse({ ...settings, token: undefined }).success).toBe(false);
    expect(SnowflakeSettings.safeParse({ ...settings, private_key: new Secret('k') }).success).toBe(false);
  });
});

describe('names in the queries of warehouses', () => {
  it('become named values in BigQuery and a mark each in Snowflake', () => {
    const given = { as_of: '2026-06-30', since: null };
    const bigquery = bindNames(
      "SELECT `a:since`, ''':as_of''' FROM t WHERE d < :as_of AND e <> :as_of # :since",
      given,
      'here',
      bigqueryWriting,
    );
    const snowflake = bindNames(
      'SELECT $$:since$$, x:as_of::date FROM t WHERE d < :as_of AND e <> :as_of // :since',
      given,
      'here',
      snowflakeWriting,
    );

    expect(bigquery.text).toBe("SELECT `a:since`, ''':as_of''' FROM t WHERE d < @as_of AND e <> @as_of # :since");
    expect(bigquery.names).toEqual(['as_of']);
    expect(snowflake.values).toHaveLength(3);
  });
});
