// The hand-made map as a table: what it ties, and what is wrong with it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withHandMap } from '../../src/config/hand-map.ts';
import { IdentityFile } from '../../src/config/schema/identity.ts';
import { decisionsOf, told } from './home.ts';

const csv = 'mappings/identity.csv';

describe('mappings/identity.csv', () => {
  it('ties ids to accounts, beside by_hand; lines without an account and columns of one’s own count for nothing', async () => {
    const { identity } = await decisionsOf({
      [csv]: [
        'numbering,value,account,likely_account,why',
        'account_id,ＯＬＤ－７,A-1,A-2,"moved, I think"',
        'account_id,OLD-8,,A-2,',
        '',
      ].join('\n'),
    });

    expect(identity.byHand).toMatchObject({ 'account_id:OLD-7': 'A-1' });
    expect(Object.keys(identity.byHand)).not.toContain('account_id:OLD-8');
  });

  it.each([
    ['numbering,value\naccount_id,X\n', `${csv}:1`, 'the first line does not name account'],
    [
      'numbering,value,account\naccount_id,X,A-1\naccount_id,x y,A-2\naccount_id,X,A-3\n',
      `${csv}:4`,
      'account_id:X is tied to A-3 here and to A-1 in mappings/identity.csv:2',
    ],
    ['numbering,value,account\n,X,A-1\n', `${csv}:2`, 'numbering or value is empty'],
    ['numbering,value,account\nAccount No,X,A-1\n', `${csv}:2`, '"Account No" is no numbering'],
    ['numbering,value,account\ndomain,gmail,A-1\n', `${csv}:2`, 'gmail is no domain that identifies anybody'],
    ['numbering,value,account\naccount_id,"X,A-1\n', csv, 'the table cannot be read'],
  ])('%j is told at %s: %s', async (text, where, what) => {
    const problems = await told({ [csv]: text });

    expect(problems.filter(({ rule }) => rule === 'hand_map')).toMatchObject([{ where, what }]);
  });

  it('of an id that no roster has is right where facts are named by it', async () => {
    const source = [
      'account: {column: id, kind: account_id}',
      'account: {column: account_id, kind: workspace}',
    ] as const;

    const without = await told({ 'config/sources.yaml': source });
    const tied = await told({
      'config/sources.yaml': source,
      [csv]: 'numbering,value,account\nworkspace,W-1,A-1\n',
    });

    expect(without.map(({ what }) => what)).toEqual(['no roster has the numbering workspace']);
    expect(tied).toEqual([]);
  });

  it('is read as spreadsheets save it: with a mark, with semicolons, in Shift_JIS, with apostrophes before signs', async () => {
    const home = await mkdtemp(join(tmpdir(), 'kenko-map-'));
    await mkdir(join(home, 'mappings'));
    const settings = IdentityFile.parse({ match: ['account_id'], key_from: ['account_id'], rosters: ['contracts'] });
    const read = async (bytes: Uint8Array | string) => {
      await writeFile(join(home, csv), bytes);
      const { identity, problems } = await withHandMap(home, settings);
      expect(problems).toEqual([]);
      return identity.by_hand;
    };
    // 「営業」in Shift_JIS.
    const sales = Uint8Array.from([0x89, 0x63, 0x8b, 0xc6]);
    const shiftJis = Buffer.concat([Buffer.from('numbering,value,account\r\ndept,'), sales, Buffer.from(',A-1\r\n')]);

    expect(await read('\ufeffNumbering;Value;Account\r\nphone;03-1234-5678;A-1\r\n')).toEqual({
      'phone:+81312345678': 'A-1',
    });
    expect(await read(shiftJis)).toEqual({ 'dept:営業': 'A-1' });
    expect(await read("numbering,value,account\nphone,'+81 3 1234 5678,A-1\n")).toEqual({
      'phone:+81312345678': 'A-1',
    });
    await rm(home, { recursive: true });
  });
});
