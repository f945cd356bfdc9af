// Files asked by DuckDB: the contract for every format, groupings and queries, what may be reached, and what is read once.

import { appendFile, mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFilesSource } from '../../src/sources/files/files.ts';
import { FilesSettings } from '../../src/sources/files/settings.ts';
import { readAll, sourceContract } from './contract.ts';
import { column, sourceSettings } from './settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-files-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (settings: Readonly<Record<string, unknown>>, more = {}) =>
  openFilesSource(sourceSettings('files', settings, more), { root: folder });
async function read(settings: Readonly<Record<string, unknown>>, more = {}, at: string | null = null) {
  const pages = await readAll(open(settings, more), at === null ? null : { source: 'usage', stream: 'rows', at });
  return {
    pages,
    records: pages.flatMap((page) => page.records),
    rejected: pages.flatMap((page) => page.rejected),
    notes: pages.flatMap((page) => page.notes ?? []),
    cursor: pages.at(-1)?.cursor?.at ?? null,
  };
}
async function writeParquet(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

type Row = { readonly key: string; readonly day: string; readonly value: string };
const lines = (rows: readonly Row[], mark: string) =>
  ['key', 'day', 'value'].join(mark) +
  '\n' +
  rows.map((row) => `${[row.key, row.day, row.value].join(mark)}\n`).join('');
const formats: Readonly<
  Record<
    string,
    {
      readonly fill: (file: string, rows: readonly Row[]) => Promise<void>;
      readonly without: (file: string) => Promise<void>;
    }
  >
> = {
  'usage.csv': {
    fill: (file, rows) => writeFile(file, lines(rows, ',')),
    without: (file) => writeFile(file, 'key,day\na,2026-06-01\n'),
  },
  'usage.csv.gz': {
    fill: (file, rows) => writeFile(file, gzipSync(lines(rows, ','))),
    without: (file) => writeFile(file, gzipSync('key,day\na,2026-06-01\n')),
  },
  'usage.tsv': {
    fill: (file, rows) => writeFile(file, lines(rows, '\t')),
    without: (file) => writeFile(file, 'key\tday\na\t2026-06-01\n'),
  },
  'usage.jsonl': {
    fill: (file, rows) => writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join('') || '\n'),
    without: (file) => writeFile(file, '{"key": "a", "day": "2026-06-01"}\n'),
  },
  'usage.parquet': {
    fill: (file, rows) =>
      writeParquet(
        file,
        `SELECT column0 AS key, column1 AS day, column2 AS value FROM (VALUES ${[
          { key: '-', day: '-', value: '-' },
          ...rows,
        ]
          .map((row) => `('${row.key}', '${row.day}', '${row.value}')`)
          .join(',')}) v(column0, column1, column2) WHERE column0 <> '-'`,
      ),
    without: (file) => writeParquet(file, "SELECT 'a' AS key, '2026-06-01' AS day"),
  },
};

describe.each(Object.entries(formats))('files like %s keep the contract', (name, format) => {
  sourceContract(async () => ({
    source: open({ path: name }),
    fill: (rows) => format.fill(join(folder, name), rows),
    dropColumn: () => format.without(join(folder, name)),
    vanish: () => unlink(join(folder, name)),
    close: async () => undefined,
  }));
});

describe('JSON Lines', () => {
  it('are read by paths, typed, and a line that is none is told with its number', async () => {
    const good = Array.from({ length: 200 }, (_, i) =>
      JSON.stringify({ key: `k${i}`, when: { day: '2026-06-01' }, value: i, tags: ['x'] }),
    );
    await writeFile(
      join(folder, 'events.jsonl'),
      [...good.slice(0, 3), '{"key": "b", half', ...good.slice(3)].join('\n'),
    );

    const { records, rejected } = await read({ path: 'events.jsonl' }, { at: 'when.day' });

    expect(records).toHaveLength(200);
    expect(records.find((record) => record.key === 'k7')).toMatchObject({ at: '2026-06-01', fields: { value: 7 } });
    expect(rejected.map((row) => row.place)).toEqual(['events.jsonl:4']);
  });

  it('are grouped inside the engine', async () => {
    const rows = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({ key: `k${i % 3}`, day: `2026-06-0${1 + (i % 5)}`, n: 2 }),
    );
    await writeFile(join(folder, 'grouped.jsonl.gz'), gzipSync(rows.join('\n')));

    const { records } = await read({
      path: 'grouped.jsonl.gz',
      cells: { n: 'number', day: 'day' },
      per: ['key'],
      make: { value: { sum: 'n' }, day: { max: 'day' } },
    });

    expect(records.map((record) => [record.key, record.at, record.fields['value']]).sort()).toEqual([
      ['k0', '2026-06-05', 200],
      ['k1', '2026-06-05', 200],
      ['k2', '2026-06-05', 200],
    ]);
  });
});

describe('a grouping', () => {
  const days = {
    columns: { value: column('users', 'number'), days: column('days', 'number'), rows: column('rows', 'number') },
  };

  it('gives a row per group and nothing else', async () => {
    await writeFile(
      join(folder, 'clicks.csv'),
      'key,user,day\na,u1,2026-06-01\na,u2,2026-06-01\na,u1,2026-06-02\nb,u3,2026-06-03\n',
    );

    const { records } = await read(
      {
        path: 'clicks.csv',
        cells: { day: 'day' },
        per: ['key'],
        make: { users: { distinct: 'user' }, days: { distinct: 'day' }, rows: 'count', day: { max: 'day' } },
      },
      days,
    );

    expect(records.map((record) => [record.key, record.at, record.fields]).sort()).toEqual([
      ['a', '2026-06-02', { value: 2, days: 2, rows: 3 }],
      ['b', '2026-06-03', { value: 1, days: 1, rows: 1 }],
    ]);
  });

  it('may be a query, with the as-of day as a value', async () => {
    await writeFile(join(folder, 'asof.csv'), 'key,user,day\na,u1,2026-06-01\na,u2,2026-06-29\nb,u3,2026-07-03\n');

    const { records } = await read({
      path: 'asof.csv',
      cells: { day: 'day' },
      query:
        'SELECT key, count(DISTINCT "user") AS value, max(day) AS day FROM rows WHERE day > CAST(:as_of AS date) - 28 AND day <= :as_of GROUP BY key;',
    });

    expect(records.map((record) => [record.key, record.at, record.fields['value']])).toEqual([['a', '2026-06-29', 1]]);
  });

  it('counts bad rows against all rows of the file, and says where the first one is', async () => {
    const rows = (bad: number) =>
      `key,day,n\n${Array.from({ length: 1_000 }, (_, i) => `k${i % 4},2026-06-01,${i < bad ? 'many' : '1'}\n`).join('')}`;
    const settings = {
      path: 'share.csv',
      cells: { n: 'number', day: 'day' },
      per: ['key', 'day'],
      make: { value: { sum: 'n' } },
    };
    await writeFile(join(folder, 'share.csv'), rows(10));
    const few = await read(settings);
    await writeFile(join(folder, 'share.csv'), rows(20));

    expect(few.records.map((record) => record.fields['value']).reduce((sum: number, n) => sum + Number(n), 0)).toBe(
      990,
    );
    expect(few.rejected).toEqual([]);
    expect(few.notes[0]?.what).toContain('10 of 1000 rows could not be read; the first: n does not fit its type');
    expect(few.notes[0]?.where).toContain('share.csv:2');
    await expect(read(settings)).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: '20 of 1000 rows could not be read',
    });
  });

  it('wants per and make together, and no query beside them', () => {
    expect(FilesSettings.safeParse({ path: 'x.csv', per: ['a'] }).success).toBe(false);
    expect(
      FilesSettings.safeParse({ path: 'x.csv', per: ['a'], make: { n: 'count' }, query: 'SELECT 1' }).success,
    ).toBe(false);
    expect(FilesSettings.safeParse({ path: 'x.csv', per: ['a'], make: { n: { median: 'x' } } }).success).toBe(false);
  });
});

describe('a path with stars', () => {
  it('means all files that fit, whatever the order of their columns', async () => {
    await mkdir(join(folder, 'daily', 'may'), { recursive: true });
    await writeFile(join(folder, 'daily', '1.csv'), 'key,day,value\na,2026-06-01,1\n');
    await writeFile(join(folder, 'daily', 'may', '2.csv'), 'value,extra,key,day\n2,x,b,2026-06-02\n');
    await writeFile(join(folder, 'daily', '.hidden.csv'), 'key,day,value\nh,2026-06-01,1\n');
    await writeFile(join(folder, 'daily', 'notes.txt'), 'not meant');

    const { records } = await read({ path: 'daily/**/*.csv' });

    expect(records.map((record) => [record.key, record.fields['value']]).sort()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('does not follow a link out of the home, be it a file or a folder', async () => {
    await mkdir(join(folder, 'links'));
    await symlink('/etc/hostname', join(folder, 'links', 'x.csv'));
    await symlink('/etc', join(folder, 'links', 'etc'));

    await expect(read({ path: 'links/*.csv' })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(read({ path: 'links/etc/host*', format: 'csv' })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(read({ path: '../*.csv' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('that fits nothing is a source that is away, not an empty one', async () => {
    await expect(read({ path: 'nowhere/*.csv' })).rejects.toMatchObject({ code: 'E_SOURCE' });
  });
});

describe('the engine', () => {
  it('reads its files and nothing else, loads nothing, and lets no setting be changed', async () => {
    await writeFile(join(folder, 'own.csv'), 'key,day,value\na,2026-06-01,1\n');
    await writeFile(join(folder, 'other.csv'), 'key,day,value\nz,2026-06-01,1\n');
    const other = join(folder, 'other.csv');
    for (const query of [
      `SELECT * FROM read_csv('${other}', header = true, columns = {'key': 'VARCHAR', 'day': 'VARCHAR', 'value': 'VARCHAR'})`,
      `SELECT content AS key, '2026-06-01' AS day, 1 AS value FROM read_text('/etc/hostname')`,
      `SELECT filename AS key, '2026-06-01' AS day, 1 AS value FROM read_blob('/etc/*')`,
      `SELECT file AS key, '2026-06-01' AS day, 1 AS value FROM glob('/etc/*')`,
      "SELECT * FROM read_csv('https://127.0.0.1/x.csv')",
      "SELECT * FROM '/etc/hostname'",
    ])
      await expect(read({ path: 'own.csv', query }), query).rejects.toMatchObject({ code: 'E_SOURCE' });
    for (const query of [
      `COPY rows TO '${join(folder, 'stolen.csv')}'`,
      "ATTACH '/tmp/x.db'",
      'INSTALL httpfs',
      'SELECT 1; SET lock_configuration = false',
      'PRAGMA database_list',
    ])
      await expect(read({ path: 'own.csv', query }), query).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('says what the query got wrong', async () => {
    await writeFile(join(folder, 'own.csv'), 'key,day,value\na,2026-06-01,1\n');

    await expect(read({ path: 'own.csv', query: 'SELECT nothing FROM rows' })).rejects.toMatchObject({
      message: expect.stringContaining('does not understand'),
    });
  });
});

describe('what was read once', () => {
  const settings = {
    path: 'log.csv',
    cells: { day: 'day' },
    per: ['key', 'day'],
    make: { value: 'count' },
    cursor: 'day',
  };
  const more = { key: ['key', 'day'] };

  it('is not read again while the file stands still; grown or replaced it is, and nothing counts twice', async () => {
    const file = join(folder, 'log.csv');
    await writeFile(file, 'key,user,day\na,u1,2026-06-01\na,u2,2026-06-10\n');
    const first = await read(settings, more);
    const second = await read(settings, more, first.cursor);
    await appendFile(file, 'a,u3,2026-06-10\nb,u1,2026-06-11\n');
    const grown = await read(settings, more, second.cursor);
    await writeFile(file, 'key,user,day\nc,u9,2026-06-12\n');
    const replaced = await read(settings, more, grown.cursor);

    expect(first.records.map((record) => [record.key, record.fields['value']])).toEqual([
      ['a|2026-06-01', 1],
      ['a|2026-06-10', 1],
    ]);
    expect(second.records).toEqual([]);
    expect(second.pages.at(-1)).toMatchObject({ last: true, complete: false });
    // The day that grew comes again as a whole, under the key it had: landed twice, it is one fact.
    expect(grown.records.map((record) => [record.key, record.fields['value']])).toEqual([
      ['a|2026-06-10', 2],
      ['b|2026-06-11', 1],
    ]);
    expect(replaced.records.map((record) => record.key)).toEqual(['c|2026-06-12']);
  });

  it('comes again as a whole where a file was corrected or is new, because either may hold any day', async () => {
    const file = join(folder, 'log.csv');
    await writeFile(file, 'key,user,day\na,u1,2026-05-01\na,u2,2026-06-10\n');
    const first = await read(settings, more);
    // The same length, the same newest day, another row of May.
    await writeFile(file, 'key,user,day\nb,u1,2026-05-01\na,u2,2026-06-10\n');
    const corrected = await read(settings, more, first.cursor);
    await mkdir(join(folder, 'months'), { recursive: true });
    const months = { ...settings, path: 'months/*.csv' };
    await writeFile(join(folder, 'months', '06.csv'), 'key,user,day\na,u1,2026-06-01\na,u2,2026-06-10\n');
    const june = await read(months, more);
    await writeFile(join(folder, 'months', '05.csv'), 'key,user,day\na,u1,2026-05-01\n');
    const late = await read(months, more, june.cursor);
    const trusted = await read({ ...months, new_files_are_newer: true }, more, june.cursor);

    expect(corrected.records.map((record) => record.key)).toEqual(['b|2026-05-01', 'a|2026-06-10']);
    expect(late.records.map((record) => record.key)).toEqual(['a|2026-05-01', 'a|2026-06-01', 'a|2026-06-10']);
    expect(trusted.records.map((record) => record.key)).toEqual(['a|2026-06-10']);
  });

  it('names the file and the row of what cannot be read', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => `k${i},2026-06-01,${i === 7 ? 'many' : i}\n`);
    await writeFile(join(folder, 'place.csv'), `key,day,value\n${rows.join('')}`);

    const { rejected } = await read({ path: 'place.csv' });

    expect(rejected.map((row) => row.place)).toEqual(['source usage, row 8 of place.csv']);
  });

  it('is read again when only its time is another, because it may be another', async () => {
    const file = join(folder, 'log.csv');
    await writeFile(file, 'key,user,day\na,u1,2026-06-01\n');
    const first = await read(settings, more);
    await utimes(file, new Date('2026-01-01'), new Date('2026-01-01'));

    expect((await read(settings, more, first.cursor)).records).toHaveLength(1);
  });
});

describe('Japanese exports', () => {
  it('in Shift_JIS, with wide digits, eras and telephone numbers, come out as if they were none of it', async () => {
    // 「会社,日付,件数,電話」 and 「か,令和8年6月1日,１２,０３－１２３４－５６７８」 in CP932.
    const bytes =
      '89ef8ed02c93fa95742c8c8f90942c936498620a82a92c97df986138944e368c8e3193fa2c825082512c824f8252817c8250825182528253817c82548255825682570a';
    const settings = {
      path: 'jp.csv',
      encoding: 'cp932',
    };
    const more = {
      key: ['会社'],
      account: { column: '会社', kind: 'account_id' },
      at: '日付',
      columns: { value: column('件数', 'number'), tel: column('電話', 'text', { format: 'phone' }) },
    };
    await writeFile(join(folder, 'jp.csv'), Buffer.from(bytes, 'hex'));

    const { records } = await read(settings, more);

    expect(records[0]).toMatchObject({ key: 'か', at: '2026-06-01', fields: { value: 12, tel: '+81312345678' } });
  });

  it('that are not in the declared encoding are told so', async () => {
    await writeFile(
      join(folder, 'bad.csv'),
      Buffer.concat([Buffer.from('key,day,value\na,2026-06-01,'), Buffer.from([0x81])]),
    );
    await writeFile(
      join(folder, 'sjis.csv'),
      Buffer.from('6b65792c6461792c76616c75650a834e838c815b83802c323032362d30362d30312c310a', 'hex'),
    );

    await expect(read({ path: 'bad.csv', encoding: 'cp932' })).rejects.toMatchObject({
      message: 'a file is not cp932',
    });
    await expect(read({ path: 'sjis.csv' })).rejects.toMatchObject({ code: 'E_SOURCE' });
  });
});
