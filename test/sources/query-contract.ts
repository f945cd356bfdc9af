// What every kind of query promises besides being a source: cursors that skip nothing, one snapshot, no write. Told once,
// run for every database that can be had.

import { expect, it } from 'vitest';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import type { Source } from '../../src/sources/source.ts';
import { readAll } from './contract.ts';
import { column, sourceSettings } from './settings.ts';

export interface QueryWorld {
  readonly kind: string;
  /** Runs statements as somebody who may write. */
  sql(text: string): Promise<void>;
  /** Opens a source with this query. */
  open(settings: Readonly<Record<string, unknown>>, more?: Partial<SourceSettings>): Source;
  /** A time as this database writes it in a literal, from ISO in UTC. */
  time(iso: string): string;
  /** The type of a column that holds a time. */
  readonly timeType: string;
}

/** The suite. `world` is asked for in each test, because a server starts in `beforeAll`. */
export function queryContract(world: () => QueryWorld): void {
  const keys = async (source: Source, at: string | null = null) => {
    const pages = await readAll(source, at === null ? null : { source: 'usage', stream: 'rows', at });
    return {
      pages,
      keys: pages.flatMap((page) => page.records.map((record) => record.key)).sort(),
      cursor: pages.at(-1)?.cursor?.at ?? null,
    };
  };
  const table = async (rows: readonly (readonly [key: string, moved: string | null])[]) => {
    const { sql, time, timeType } = world();
    await sql('DROP TABLE IF EXISTS moves');
    await sql(
      `CREATE TABLE moves (\`key\` varchar(20), day date, value int, moved ${timeType})`.replaceAll('`', quote()),
    );
    for (const [key, moved] of rows)
      await sql(`INSERT INTO moves VALUES ('${key}', '2026-06-01', 1, ${moved === null ? 'NULL' : time(moved)})`);
  };
  const quote = () => (world().kind === 'mysql' ? '`' : '"');
  // PostgreSQL alone wants to know the type of a value that it only compares with NULL.
  const typed = (name: string) => (world().kind === 'postgres' ? `CAST(${name} AS ${world().timeType})` : name);
  const moves = () => world().open({ query: 'SELECT * FROM moves', cursor: 'moved' });

  it('reads only what is newer than its cursor, looking back a little; rows without one always come, and are told', async () => {
    await table([
      ['a', '2026-06-01T10:00:00Z'],
      ['b', '2026-06-01T11:00:00Z'],
      ['n', null],
    ]);

    const first = await keys(moves());
    for (const [key, moved] of [
      ['c', '2026-06-01T10:58:00Z'],
      ['d', '2026-06-01T12:00:00Z'],
    ] as const)
      await world().sql(`INSERT INTO moves VALUES ('${key}', '2026-06-02', 1, ${world().time(moved)})`);
    const second = await keys(moves(), first.cursor);

    expect(first.keys).toEqual(['a', 'b', 'n']);
    expect(first.pages.at(-1)?.complete).toBe(false);
    expect(first.pages.at(-1)?.notes?.[0]?.what).toBe('1 row has no moved');
    // c came late with an older stamp and is inside the look-back.
    expect(second.keys).toEqual(['b', 'c', 'd', 'n']);
  });

  it('keeps no cursor that lies in the future, so that one wrong clock hides nothing', async () => {
    await table([
      ['a', '2026-06-01T10:00:00Z'],
      ['z', '2099-01-01T00:00:00Z'],
    ]);

    const first = await keys(moves());
    // A row of this very day, long before 2099.
    await world().sql(
      `INSERT INTO moves VALUES ('today', '2026-06-02', 1, ${world().time(`${new Date().toISOString().slice(0, 19)}Z`)})`,
    );
    const second = await keys(moves(), first.cursor);

    expect((first.cursor ?? '9999').slice(0, 4) <= String(new Date().getUTCFullYear())).toBe(true);
    expect(second.keys).toContain('today');
  });

  it('loses no row where many share one stamp at the edge of a page', async () => {
    await world().sql('DROP TABLE IF EXISTS moves');
    await world().sql(
      `CREATE TABLE moves (${quote()}key${quote()} varchar(20), day date, value int, moved ${world().timeType})`,
    );
    const values = Array.from(
      { length: 1_500 },
      (_, i) => `('k${i}', '2026-06-01', ${i}, ${world().time('2026-06-01T10:00:00Z')})`,
    );
    await world().sql(`INSERT INTO moves VALUES ${values.join(',')}`);

    const { pages } = await keys(moves());
    // A process that died after the first page goes on from its cursor.
    const resumed = await keys(moves(), pages[0]?.cursor?.at ?? null);

    expect(pages[0]?.records).toHaveLength(1_000);
    expect(new Set(resumed.keys).size).toBe(1_500);
  });

  it('looks back by a count where the cursor is a number', async () => {
    await world().sql('DROP TABLE IF EXISTS counted');
    await world().sql(`CREATE TABLE counted (${quote()}key${quote()} varchar(20), day date, value int, id int)`);
    const values = Array.from({ length: 50 }, (_, i) => `('k${i}', '2026-06-01', ${i}, ${i})`);
    await world().sql(`INSERT INTO counted VALUES ${values.join(',')}`);
    const source = world().open({ query: 'SELECT * FROM counted', cursor: 'id', lookback_count: 5 });

    const first = await keys(source);
    const second = await keys(source, first.cursor);

    expect(first.cursor).toBe('49');
    expect(second.keys).toEqual(['k44', 'k45', 'k46', 'k47', 'k48', 'k49']);
  });

  it('hands as_of, since and cursor to the query as values', async () => {
    await table([
      ['a', '2026-06-01T10:00:00Z'],
      ['b', '2026-06-20T10:00:00Z'],
    ]);
    const source = world().open({
      query: `SELECT m.${quote()}key${quote()}, m.day, m.value, m.moved FROM moves m WHERE m.day <= :as_of AND (${typed(':since')} IS NULL OR m.moved >= ${typed(':since')}) AND (${typed(':cursor')} IS NULL OR m.value > 0)`,
      cursor: 'moved',
    });

    const first = await keys(source);
    const second = await keys(source, first.cursor);

    expect(first.keys).toEqual(['a', 'b']);
    expect(second.keys).toEqual(['b']);
  });

  it('names a column that is gone although there is not a single row', async () => {
    await table([]);
    const source = world().open({ query: 'SELECT day, value FROM moves' });

    await expect(readAll(source)).rejects.toMatchObject({ code: 'E_DRIFT' });
  });

  it('refuses a key that stands there twice with other values, and keeps one that says the same', async () => {
    await world().sql('DROP TABLE IF EXISTS twins');
    await world().sql(`CREATE TABLE twins (${quote()}key${quote()} varchar(20), day date, value int)`);
    await world().sql(
      "INSERT INTO twins VALUES ('a', '2026-06-01', 1), ('a', '2026-06-01', 2), ('b', '2026-06-01', 1), ('b', '2026-06-01', 1)",
    );

    const pages = await readAll(world().open({ query: 'SELECT * FROM twins ORDER BY value' }));

    expect(pages.flatMap((page) => page.records.map((record) => record.key)).sort()).toEqual(['a', 'b', 'b']);
    expect(pages.flatMap((page) => page.rejected)[0]?.why).toContain('already, with other values');
  });

  it('refuses two statements, a write, and a name nobody gave, before a row is read', async () => {
    await table([['a', '2026-06-01T10:00:00Z']]);
    for (const query of [
      'SELECT 1; DROP TABLE moves',
      'DELETE FROM moves',
      'UPDATE moves SET value = 2',
      'SELECT :nobody AS x',
      "ATTACH DATABASE '/etc/hostname' AS other",
      '/* harmless */ DROP TABLE moves',
    ])
      await expect(readAll(world().open({ query })), query).rejects.toMatchObject({ code: 'E_USAGE' });

    const { keys: left } = await keys(moves());
    expect(left).toEqual(['a']);
  });

  it('refuses a cursor column whose name is no name', async () => {
    await expect(readAll(world().open({ query: 'SELECT 1', cursor: 'x" OR 1=1 --' }))).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });
}

/** Settings of a source over a query, named usage. */
export const querySettings = (
  kind: string,
  settings: Readonly<Record<string, unknown>>,
  more: Partial<SourceSettings> = {},
): SourceSettings => sourceSettings(kind, settings, { columns: { value: column('value', 'number') }, ...more });
