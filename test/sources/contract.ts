// One narrated suite for every kind of source: what a source promises in source.ts, told as a story.

import { expect, it } from 'vitest';
import type { Cursor } from '../../src/domain/nouns.ts';
import type { Page, Source } from '../../src/sources/source.ts';

export interface SourceWorld {
  readonly source: Source;
  /** Rows in the world: key and number. Replaces what was there. */
  fill(rows: readonly { readonly key: string; readonly day: string; readonly value: string }[]): Promise<void>;
  /** Takes a column away. */
  dropColumn(): Promise<void>;
  /** Makes the source unreachable. */
  vanish(): Promise<void>;
  close(): Promise<void>;
}
const days = { asOf: '2026-06-30', today: '2026-06-30' };

/** Reads a stream to its end. */
export async function readAll(source: Source, cursor: Cursor | null = null): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const [stream] = source.streams;
  if (stream === undefined) throw new Error('a source has a stream');
  for await (const page of source.read(stream, cursor, { ...days, signal: new AbortController().signal }))
    pages.push(page);
  return pages;
}

/** The suite. `open` gives a fresh world whose source has the columns key, day and value (a number). */
export function sourceContract(open: () => Promise<SourceWorld>): void {
  const inWorld = async (tell: (world: SourceWorld) => Promise<void>) => {
    const world = await open();
    try {
      await tell(world);
    } finally {
      await world.source.close();
      await world.close();
    }
  };

  it('gives every row once, typed, and says which page is the last', () =>
    inWorld(async (world) => {
      await world.fill(
        Array.from({ length: 2_500 }, (_, i) => ({ key: `k${i}`, day: '2026-06-01', value: String(i) })),
      );

      const pages = await readAll(world.source);

      const records = pages.flatMap((page) => page.records);
      expect(records).toHaveLength(2_500);
      expect(new Set(records.map((record) => record.key)).size).toBe(2_500);
      expect(records.find((record) => record.key === 'k7')).toMatchObject({
        at: '2026-06-01',
        account: { kind: 'account_id', value: 'k7' },
        fields: { value: 7 },
      });
      expect(pages.map((page) => page.last)).toEqual([...pages.slice(1).map(() => false), true]);
      expect(pages.every((page) => page.records.length <= 1_000)).toBe(true);
    }));

  it('gives the same rows when it is read twice', () =>
    inWorld(async (world) => {
      await world.fill([
        { key: 'a', day: '2026-06-01', value: '1' },
        { key: 'b', day: '2026-06-02', value: '2' },
      ]);

      const [first, second] = [await readAll(world.source), await readAll(world.source)];

      expect(second.flatMap((page) => page.records)).toEqual(first.flatMap((page) => page.records));
    }));

  it('says that it is empty instead of stopping short', () =>
    inWorld(async (world) => {
      await world.fill([]);

      const pages = await readAll(world.source);

      expect(pages.flatMap((page) => page.records)).toEqual([]);
      expect(pages.at(-1)?.last).toBe(true);
    }));

  it('keeps a row that it cannot read, with its place and a way to mend it', () =>
    inWorld(async (world) => {
      await world.fill([
        { key: 'a', day: '2026-06-01', value: '1' },
        { key: 'b', day: '2026-06-02', value: 'many' },
      ]);

      const pages = await readAll(world.source);

      const rejected = pages.flatMap((page) => page.rejected);
      expect(pages.flatMap((page) => page.records)).toHaveLength(1);
      expect(rejected).toHaveLength(1);
      expect(rejected[0]?.why).toContain('"many" is not a number');
      expect(rejected[0]?.place).not.toBe('');
      expect(rejected[0]?.fix).not.toBe('');
    }));

  it('refuses a row that lies in the future', () =>
    inWorld(async (world) => {
      await world.fill([{ key: 'a', day: '2026-09-01', value: '1' }]);

      const pages = await readAll(world.source);

      expect(pages.flatMap((page) => page.rejected)[0]?.why).toContain('in the future');
    }));

  it('finds nothing wrong with itself when all is well', () =>
    inWorld(async (world) => {
      await world.fill([{ key: 'a', day: '2026-06-01', value: '1' }]);

      expect(await world.source.check(new AbortController().signal)).toEqual([]);
    }));

  it('names a column that is gone, in check and in read', () =>
    inWorld(async (world) => {
      await world.fill([{ key: 'a', day: '2026-06-01', value: '1' }]);
      await world.dropColumn();

      const problems = await world.source.check(new AbortController().signal);

      expect(problems[0]).toMatchObject({ code: 'E_DRIFT', severity: 'error' });
      expect(problems[0]?.what).toContain('"value"');
      await expect(readAll(world.source)).rejects.toMatchObject({ code: 'E_DRIFT' });
    }));

  it('throws when it is away, and never looks empty', () =>
    inWorld(async (world) => {
      await world.fill([{ key: 'a', day: '2026-06-01', value: '1' }]);
      await world.vanish();

      await expect(readAll(world.source)).rejects.toMatchObject({ code: 'E_SOURCE' });
      expect((await world.source.check(new AbortController().signal))[0]?.code).toBe('E_SOURCE');
    }));
}
