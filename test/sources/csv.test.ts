// CSV files: the contract, and what is special about files.

import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCsvSource } from '../../src/sources/csv.ts';
import { readAll, sourceContract } from './contract.ts';
import { column, sourceSettings } from './settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a csv source keeps the contract', () => {
  sourceContract(async () => {
    const file = join(folder, 'contract.csv');
    const source = openCsvSource(sourceSettings('csv', { path: 'contract.csv' }), folder);
    return {
      source,
      fill: (rows) =>
        writeFile(file, `key,day,value\n${rows.map((row) => `${row.key},${row.day},${row.value}\n`).join('')}`),
      dropColumn: () => writeFile(file, 'key,day\na,2026-06-01\n'),
      vanish: () => unlink(file),
      close: async () => undefined,
    };
  });
});

describe('a csv source', () => {
  const read = async (name: string, bytes: string | Uint8Array, settings = sourceSettings('csv', { path: name })) => {
    await writeFile(join(folder, name), bytes);
    const pages = await readAll(openCsvSource(settings, folder));
    return {
      records: pages.flatMap((page) => page.records),
      rejected: pages.flatMap((page) => page.rejected),
      unmapped: pages.flatMap((page) => page.unmapped),
    };
  };

  it('takes no notice of a byte order mark', async () => {
    const { records } = await read('bom.csv', '\uFEFFkey,day,value\na,2026-06-01,1\n');

    expect(records[0]?.key).toBe('a');
  });

  it('reads what Windows writes in Japan', async () => {
    // 「タグ」 in the header and 「クレーム」 in a cell, in CP932.
    const bytes = Buffer.from(
      '6b65792c6461792c8354834f0a612c323032362d30362d30312c834e838c815b83800a'.replace('8354834f', '835e834f'),
      'hex',
    );
    const settings = sourceSettings(
      'csv',
      { path: 'cp932.csv', encoding: 'cp932' },
      { columns: { tag: column('タグ', 'text', { map: { クレーム: 'complaint' } }) } },
    );

    const { records } = await read('cp932.csv', bytes, settings);

    expect(records[0]?.fields).toEqual({ tag: 'complaint' });
  });

  it('says which encoding to declare when the bytes do not fit', async () => {
    const bytes = Buffer.from('6b65792c6461792c76616c75650a834e838c815b83802c323032362d30362d30312c310a', 'hex');

    await expect(read('wrong.csv', bytes)).rejects.toMatchObject({
      code: 'E_SOURCE',
      fix: expect.stringContaining('cp932'),
    });
  });

  it('reads days by their declared form, and refuses an impossible one', async () => {
    const settings = sourceSettings(
      'csv',
      { path: 'days.csv', delimiter: ';' },
      { at: 'day', columns: { value: column('value', 'number'), day: column('day', 'day', { format: 'dd-mm-yyyy' }) } },
    );

    const { records, rejected } = await read('days.csv', 'key;day;value\na;13-05-2026;1\nb;31-02-2026;2\n', settings);

    expect(records.map((record) => record.at)).toEqual(['2026-05-13']);
    expect(rejected[0]).toMatchObject({ place: 'days.csv:3' });
    expect(rejected[0]?.why).toContain('dd-mm-yyyy');
  });

  it('keeps a cell with line breaks, quotes and delimiters whole', async () => {
    const settings = sourceSettings('csv', { path: 'quotes.csv' }, { columns: { value: column('value', 'text') } });

    const { records } = await read('quotes.csv', 'key,day,value\na,2026-06-01,"one, ""two""\nthree"\n', settings);

    expect(records[0]?.fields['value']).toBe('one, "two"\nthree');
  });

  it('refuses a key that stands there twice with other values, naming both lines', async () => {
    const { records, rejected } = await read(
      'twice.csv',
      'key,day,value\na,2026-06-01,1\na,2026-06-01,2\na,2026-06-01,1\n',
    );

    expect(records).toHaveLength(2);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ place: 'twice.csv:3' });
    expect(rejected[0]?.why).toContain('line 2');
  });

  it('tells each value that its map does not know once', async () => {
    const settings = sourceSettings(
      'csv',
      { path: 'map.csv' },
      { columns: { plan: column('value', 'text', { map: { Pro: 'pro' } }) } },
    );

    const { records, unmapped } = await read(
      'map.csv',
      'key,day,value\na,2026-06-01,Pro\nb,2026-06-01,Enterprise+\nc,2026-06-01,Enterprise+\n',
      settings,
    );

    expect(records.map((record) => record.fields['plan'])).toEqual(['pro', null, null]);
    expect(unmapped).toEqual(['value=Enterprise+']);
  });

  it('does not leave its folder, by name or by link', async () => {
    await symlink('/etc/hostname', join(folder, 'link.csv'));

    for (const path of ['../../etc/hostname', '/etc/hostname', 'link.csv']) {
      await expect(readAll(openCsvSource(sourceSettings('csv', { path }), folder)), path).rejects.toMatchObject({
        code: 'E_USAGE',
      });
    }
  });

  it('takes a file without a header for a broken export, not for "no rows"', async () => {
    await expect(read('nothing.csv', '')).rejects.toMatchObject({ code: 'E_SOURCE' });
  });
});
