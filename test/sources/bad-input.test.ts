// The table of docs/sources.md: what each kind of source makes of each kind of bad input. Every cell of the table is what is
// seen here, and everything that is seen here stands in the table. A reading passes the real extract stage into a real store.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { extract } from '../../src/pipeline/extract.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { openCsvSource } from '../../src/sources/csv.ts';
import { openFilesSource } from '../../src/sources/files/files.ts';
import { openMysqlSource } from '../../src/sources/mysql.ts';
import { openPostgresSource } from '../../src/sources/postgres.ts';
import type { Source } from '../../src/sources/source.ts';
import { openSqliteSource } from '../../src/sources/sqlite.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import { type BadStorage, badStorage } from './bad-storage.ts';
import { faultyLine } from './faulty-line.ts';
import { freePort, isMariaDbHere, type MariaDb, startMariaDb } from './mariadb.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { type S3Server, startS3 } from './s3-server.ts';
import { sourceSettings } from './settings.ts';
import { openStored } from './storage-source.ts';
import { openRest, startWebServer, type Told, type WebServer } from './web-server.ts';

const kinds = ['csv', 'files', 's3', 'sqlite', 'mysql', 'postgres', 'rest'] as const;
type Kind = (typeof kinds)[number];

let folder: string;
let maria: MariaDb;
let pg: PostgresServer;
let web: WebServer;
let s3: S3Server;
const withMaria = isMariaDbHere();
const cleanUp: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-bad-'));
  web = await startWebServer();
  s3 = await startS3();
  pg = await startPostgres();
  if (withMaria) maria = await startMariaDb();
}, 120_000);
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
});
afterAll(async () => {
  await web?.close();
  await s3?.close();
  await pg?.stop();
  await maria?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

// ── Rows, written for each kind ──────────────────────────────────────────────────────────────────────────────────────

interface Row {
  readonly key: string;
  readonly day: string;
  readonly value: string;
}
const good = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, day: '2026-06-01', value: '1' }));
const csvOf = (rows: readonly Row[]) =>
  `key,day,value\n${rows.map((row) => `${row.key},${row.day},${row.value}\n`).join('')}`;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const valuesOf = (rows: readonly Row[]) =>
  rows.map((row) => `(${quoted(row.key)}, ${quoted(row.day)}, ${quoted(row.value)})`).join(', ');

/** A source of this kind that holds these rows. */
async function holding(kind: Kind, rows: readonly Row[]): Promise<Source> {
  const fill = async (sql: (text: string) => Promise<void>, name: string, text: string) => {
    await sql(`DROP TABLE IF EXISTS ${name}`);
    await sql(`CREATE TABLE ${name} (${kind === 'mysql' ? '`key`' : 'key'} ${text}, day ${text}, value ${text})`);
    if (rows.length > 0) await sql(`INSERT INTO ${name} VALUES ${valuesOf(rows)}`);
  };
  if (kind === 'csv' || kind === 'files') await writeFile(join(folder, 'rows.csv'), csvOf(rows));
  if (kind === 's3') await s3.put('rows.csv', csvOf(rows));
  if (kind === 'sqlite') await fill(sqlite, 'bad', 'text');
  if (kind === 'mysql') await fill((text) => maria.sql(text), 'bad', 'varchar(100)');
  if (kind === 'postgres') await fill((text) => pg.sql(text), 'bad', 'text');
  if (kind === 'rest') web.answer = () => ({ body: rows });
  return open(kind);
}
async function sqlite(text: string): Promise<void> {
  const db = new Database(join(folder, 'rows.db'));
  db.exec(text);
  db.close();
}
function open(kind: Kind, more: Readonly<Record<string, unknown>> = {}): Source {
  const settings = (own: Readonly<Record<string, unknown>>): SourceSettings =>
    sourceSettings(kind, { ...own, ...more });
  if (kind === 'csv') return openCsvSource(settings({ path: 'rows.csv' }), folder);
  if (kind === 'files') return openFilesSource(settings({ path: 'rows.csv' }), { root: folder });
  if (kind === 's3') return openStored(s3, { path: 's3://exports/rows.csv', ...more });
  if (kind === 'sqlite') return openSqliteSource(settings({ path: 'rows.db', query: 'SELECT * FROM bad' }), folder);
  if (kind === 'mysql') return openMysqlSource(settings({ url: new Secret(maria.url), query: 'SELECT * FROM bad' }));
  if (kind === 'postgres') return openPostgresSource(settings({ url: new Secret(pg.url), query: 'SELECT * FROM bad' }));
  return openRest({ url: `${web.url}/rows`, ...more });
}

/** What the extract stage makes of it: an error's code, `refused row`, `no rows` or `read`. */
async function outcomeOf(source: Source): Promise<string> {
  const store = await openSqliteStore({ path: join(folder, `state-${Math.random()}.sqlite`), clock: systemClock });
  try {
    const { lease } = await store.runs.open({
      kind: 'run',
      job: 'kenko',
      slot: null,
      asOf: '2026-06-30',
      configHash: 'x',
      owner: 'test',
      now: systemClock.now(),
      ttlMs: 600_000,
    });
    const decisions = { sources: [sourceSettings('any', {})], identity: { freeDomains: [] } };
    const hall = { decisions, store, sources: [source], clock: systemClock, emit: () => undefined } as unknown as Hall;
    const request = { asOf: '2026-06-30', today: '2026-06-30', only: null };
    const [one] = await extract(hall, lease, request, new AbortController().signal);
    if (one === undefined) throw new Error('the source was read');
    if (one.failure !== null) {
      expect(one.failure.message, 'an error says what happened').not.toBe('');
      expect(one.failure.fix, 'and what to do').not.toBe('');
      return one.failure.code;
    }
    for (const row of await store.facts.rejected('usage', 10)) expect(row.place).not.toBe('');
    return one.rejectedRows > 0 ? 'refused row' : one.rows === 0 ? 'no rows' : 'read';
  } finally {
    await source.close();
    await store.close();
  }
}
const ofRows = (rows: readonly Row[]) => (kind: Kind) => async () => await outcomeOf(await holding(kind, rows));
const everywhere = (act: (kind: Kind) => () => Promise<string>): Acts =>
  Object.fromEntries(kinds.map((kind) => [kind, act(kind)]));
const answering =
  (told: Told, more: Readonly<Record<string, unknown>> = {}) =>
  async () => {
    web.answer = () => told;
    return await outcomeOf(open('rest', more));
  };
const at = (url: string, port: number, path = '') => new Secret(url.replace(/:\d+\//, `:${port}/`) + path);

/** The address of a server whose certificate nobody has signed. */
async function untrusted(): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const asks = `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 1 -subj /CN=localhost`;
  execFileSync('openssl', asks.split(' '), { stdio: 'ignore' });
  const server = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) =>
    response.end('[]'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(async () => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

// ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Acts = Readonly<Partial<Record<Kind, () => Promise<string>>>>;
const some = good(200);
const ofKinds: Readonly<Record<string, Acts>> = {
  unreachable: {
    csv: () => outcomeOf(open('csv', { path: 'nowhere.csv' })),
    files: () => outcomeOf(open('files', { path: 'nowhere/*.csv' })),
    sqlite: () => outcomeOf(open('sqlite', { path: 'nowhere.db' })),
    mysql: async () => outcomeOf(open('mysql', { url: at(maria.url, await freePort()) })),
    postgres: async () => outcomeOf(open('postgres', { url: at(pg.url, await freePort()) })),
    rest: async () => outcomeOf(open('rest', { url: `http://127.0.0.1:${await freePort()}/` })),
  },
  'refused password': {
    mysql: () => outcomeOf(open('mysql', { url: new Secret(maria.url.replace('pretend', 'wrong')) })),
    postgres: () => outcomeOf(open('postgres', { url: new Secret(pg.url.replace('pretend', 'wrong')) })),
    rest: answering({ status: 401 }),
  },
  'TLS not verified': {
    mysql: () => outcomeOf(open('mysql', { url: at(maria.url, maria.port, '?sslmode=verify-full') })),
    postgres: () => outcomeOf(open('postgres', { url: at(pg.url, pg.port, '?sslmode=verify-full') })),
    rest: async () => outcomeOf(open('rest', { url: await untrusted() })),
  },
  'timeout in the middle': {
    files: () =>
      holding('files', some).then(() =>
        outcomeOf(
          open('files', {
            timeout_seconds: 1,
            query:
              'SELECT a.key, a.day, sum(hash(a.key, b.key, c.key, d.key)) AS value FROM rows a, rows b, rows c, rows d GROUP BY ALL',
          }),
        ),
      ),
    sqlite: () =>
      holding('sqlite', some).then(() =>
        outcomeOf(
          open('sqlite', {
            timeout_seconds: 1,
            query:
              "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS key, '2026-06-01' AS day, 1 AS value FROM c",
          }),
        ),
      ),
    mysql: async () => {
      await holding('mysql', good(5_000));
      const line = await faultyLine(maria.port, 20_000, 'stall');
      cleanUp.push(line.close);
      return await outcomeOf(open('mysql', { url: at(maria.url, line.port), timeout_seconds: 1 }));
    },
    postgres: async () => {
      await holding('postgres', good(5_000));
      const line = await faultyLine(pg.port, 20_000, 'stall');
      cleanUp.push(line.close);
      return await outcomeOf(open('postgres', { url: at(pg.url, line.port), timeout_seconds: 1 }));
    },
    rest: answering(
      { raw: (response) => void response.writeHead(200, { 'content-length': '1000' }).write('[{"key": "a"') },
      { timeout_seconds: 1 },
    ),
  },
  empty: {
    csv: async () => {
      await writeFile(join(folder, 'rows.csv'), '');
      return await outcomeOf(open('csv'));
    },
    files: async () => {
      await writeFile(join(folder, 'rows.csv'), '');
      return await outcomeOf(open('files'));
    },
    sqlite: ofRows([])('sqlite'),
    mysql: ofRows([])('mysql'),
    postgres: ofRows([])('postgres'),
    rest: ofRows([])('rest'),
  },
  'half a file, half an answer': {
    csv: async () => {
      await writeFile(join(folder, 'rows.csv'), `${csvOf(some)}k999,2026-0`);
      return await outcomeOf(open('csv'));
    },
    files: async () => {
      const whole = gzipSync(csvOf(good(20_000)));
      await writeFile(join(folder, 'half.csv.gz'), whole.subarray(0, whole.length / 2));
      return await outcomeOf(open('files', { path: 'half.csv.gz' }));
    },
    sqlite: async () => {
      await holding('sqlite', good(5_000));
      const bytes = await readFile(join(folder, 'rows.db'));
      await writeFile(join(folder, 'half.db'), bytes.subarray(0, bytes.length / 2));
      return await outcomeOf(open('sqlite', { path: 'half.db' }));
    },
    mysql: async () => {
      await holding('mysql', good(5_000));
      const line = await faultyLine(maria.port, 20_000, 'cut');
      cleanUp.push(line.close);
      return await outcomeOf(open('mysql', { url: at(maria.url, line.port) }));
    },
    postgres: async () => {
      await holding('postgres', good(5_000));
      const line = await faultyLine(pg.port, 20_000, 'cut');
      cleanUp.push(line.close);
      return await outcomeOf(open('postgres', { url: at(pg.url, line.port) }));
    },
    rest: answering({ body: JSON.stringify(some).slice(0, 2_000) }),
  },
  'a renamed column': {
    csv: async () => {
      await writeFile(join(folder, 'rows.csv'), csvOf(some).replace('value', 'Value'));
      return await outcomeOf(open('csv'));
    },
    files: async () => {
      await writeFile(join(folder, 'rows.csv'), csvOf(some).replace('value', 'Value'));
      return await outcomeOf(open('files'));
    },
    sqlite: () =>
      holding('sqlite', some).then(() => outcomeOf(open('sqlite', { query: 'SELECT key, day, value AS v2 FROM bad' }))),
    mysql: () =>
      holding('mysql', some).then(() => outcomeOf(open('mysql', { query: 'SELECT `key`, day, value AS v2 FROM bad' }))),
    postgres: () =>
      holding('postgres', some).then(() =>
        outcomeOf(open('postgres', { query: 'SELECT key, day, value AS v2 FROM bad' })),
      ),
    rest: answering({ body: some.map(({ key, day }) => ({ key, day, v2: 1 })) }),
  },
  'a changed type': everywhere(ofRows(some.map((row) => ({ ...row, value: 'many' })))),
  'a key twice, with other values': everywhere(ofRows([...some, { key: 'k7', day: '2026-06-01', value: '9' }])),
  'a poison row': everywhere(ofRows([...some, { key: 'poison', day: 'yesterday 🍣', value: '1e999' }])),
  'a clock in the future': everywhere(ofRows([...some, { key: 'late', day: '2099-01-01', value: '1' }])),
  '1 % bad rows': everywhere(ofRows([...good(198), ...['x', 'y'].map((key) => ({ key, day: 'never', value: '1' }))])),
  '2 % bad rows': everywhere(
    ofRows([...good(196), ...['w', 'x', 'y', 'z'].map((key) => ({ key, day: 'never', value: '1' }))]),
  ),
  'a line of 4 GB': {
    csv: () => endlessLine('csv'),
    files: () => endlessLine('files'),
    rest: answering(
      {
        raw: (response) => {
          response.writeHead(200);
          const chunk = Buffer.alloc(65_536, 120);
          const push = () => {
            while (!response.destroyed && response.write(chunk));
            if (!response.destroyed) response.once('drain', push);
          };
          push();
        },
      },
      { max_mb: 1 },
    ),
  },
  'NUL bytes': {
    // PostgreSQL itself takes none into a text.
    ...Object.fromEntries(
      (['csv', 'files', 's3', 'rest'] as const).map((kind) => [
        kind,
        ofRows([...some, { key: 'n', day: '2026-06-01', value: '1\0' }])(kind),
      ]),
    ),
    sqlite: () =>
      holding('sqlite', some).then(async (source) => {
        const db = new Database(join(folder, 'rows.db'));
        db.prepare('INSERT INTO bad VALUES (?, ?, ?)').run('n', '2026-06-01', '1\0');
        db.close();
        return await outcomeOf(source);
      }),
    mysql: () =>
      holding('mysql', some).then(async (source) => {
        await maria.sql('INSERT INTO bad VALUES (?, ?, ?)', ['n', '2026-06-01', '1\0']);
        return await outcomeOf(source);
      }),
  },
  'a zip bomb': {
    files: async () => {
      await writeFile(join(folder, 'bomb.csv.gz'), gzipSync(`key,day,value\n${'a,2026-06-01,1\n'.repeat(8_000_000)}`));
      return await outcomeOf(open('files', { path: 'bomb.csv.gz' }));
    },
    rest: answering(
      {
        raw: (response) => {
          response.writeHead(200, { 'content-encoding': 'gzip' });
          response.end(gzipSync(Buffer.alloc(50 * 2 ** 20, 32)));
        },
      },
      { max_mb: 1 },
    ),
  },
  'a link out of the root': Object.fromEntries(
    (['csv', 'files', 'sqlite'] as const).map((kind) => [
      kind,
      async () => {
        await mkdir(join(folder, 'links'), { recursive: true });
        const name = `links/${kind}.${kind === 'sqlite' ? 'db' : 'csv'}`;
        await symlink('/etc/hostname', join(folder, name)).catch(() => undefined);
        return await outcomeOf(open(kind, { path: name }));
      },
    ]),
  ),
  'a redirect to 169.254.169.254': {
    rest: async () => {
      const told = { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } };
      // Not even where the host was named: a metadata address is opened by no setting.
      const named = await answering(told, {
        redirect_hosts: ['169.254.169.254'],
        allow_addresses: ['127.0.0.1', '169.254.0.0/16'],
      })();
      expect(named).toBe('E_USAGE');
      return await answering(told)();
    },
  },
};
/** The servers are there when a test begins, not when the table is written. */
const ofStorage = (name: keyof ReturnType<typeof badStorage>) => async () => {
  const given: BadStorage = { s3, web, outcomeOf, untrusted, csv: csvOf(some) };
  return await badStorage(given)[name]();
};
const storageActs = Object.keys(badStorage({ csv: '' } as BadStorage)) as (keyof ReturnType<typeof badStorage>)[];
const acts: Readonly<Record<string, Acts>> = Object.fromEntries(
  Object.entries(ofKinds).map(([name, one]) => {
    const own = storageActs.find((act) => act === name);
    return [name, own === undefined ? one : { ...one, s3: ofStorage(own) }];
  }),
);
async function endlessLine(kind: 'csv' | 'files'): Promise<string> {
  const path = join(folder, 'endless.csv');
  await writeFile(path, 'key,day,value\nk1,2026-06-01,1\nk2,2026-06-01,');
  // A hole in the file: four gigabytes that take no room on the disk.
  await truncate(path, 4 * 2 ** 30);
  cleanUp.push(() => rm(path));
  return await outcomeOf(open(kind, { path: 'endless.csv' }));
}

// ── Held against the page that people read ───────────────────────────────────────────────────────────────────────────

const page = await readFile(join(import.meta.dirname, '../../docs/sources.md'), 'utf8');
const section = page.split('## When the input is bad')[1]?.split('\n## ')[0] ?? '';
const [head = [], ...rows] = section
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
const table = rows.flatMap(([name = '', ...cells]) =>
  cells.map((cell, i) => ({ name, kind: head[i + 1] as Kind, cell })).filter(({ cell }) => cell !== '–'),
);

describe('the table of bad input', () => {
  it('says the same in Japanese, cell by cell', async () => {
    const japanese = await readFile(join(import.meta.dirname, '../../docs/sources.ja.md'), 'utf8');
    const words: Readonly<Record<string, string>> = { 行を断る: 'refused row', '0 行': 'no rows' };
    const cellsOf = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line))
        .map((line) =>
          line
            .split('|')
            .slice(2, -1)
            .map((cell) => words[cell.trim()] ?? cell.trim()),
        );

    expect(cellsOf(japanese.split('## 入力が悪いとき')[1] ?? '')).toEqual(cellsOf(section));
  });

  it('has a row for every case and a column for every kind, and no cell that nobody tries', () => {
    const tried = Object.entries(acts).flatMap(([name, one]) =>
      kinds.filter((kind) => one[kind] !== undefined).map((kind) => `${name} · ${kind}`),
    );

    expect(head.slice(1)).toEqual([...kinds]);
    expect(table.map(({ name, kind }) => `${name} · ${kind}`).sort()).toEqual(tried.sort());
  });

  describe.each(kinds)('%s', (kind) => {
    const cells = table.filter((one) => one.kind === kind);
    it.skipIf(kind === 'mysql' && !withMaria).each(cells)('makes of "$name": $cell', async ({ name, cell }) => {
      const act = acts[name]?.[kind];

      expect(await act?.()).toBe(cell);
    });
  });
});
