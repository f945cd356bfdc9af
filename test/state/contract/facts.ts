// Chapter two: facts land whole, with their cursor, and are read back by account.

import { describe, expect, it } from 'vitest';
import { BusyError } from '../../../src/lib/errors.ts';
import { account, minutesLater, now, record } from '../../support/builders.ts';
import { endRun, landPage, type Open, startRun, withRun } from './scene.ts';

const rejectedRow = { source: 'usage', stream: 'rows', place: 'usage.csv:7', why: 'no day', fix: 'fill the day' };

export function factsContract(open: Open): void {
  describe('facts', () => {
    it('lands records and cursor together and gives both back', () =>
      withRun(open, async (store, lease) => {
        const records = [
          record('r-2'),
          record('r-1', { account: null, contact: 'c-9', fields: { seen: true, x: null } }),
        ];

        await landPage(store, lease, { records, cursor: { source: 'usage', stream: 'rows', at: 'page-1' } });

        expect(await store.facts.records('usage', null, 10)).toEqual([records[1], records[0]]);
        expect(await store.facts.cursor('usage', 'rows')).toEqual({ source: 'usage', stream: 'rows', at: 'page-1' });
        expect(await store.facts.cursor('usage', 'other')).toBeNull();
      }));

    it('a refused page moves neither rows nor cursor', () =>
      withRun(open, async (store, lease) => {
        await endRun(store, lease);

        const landing = landPage(store, lease, {
          records: [record('r-1')],
          cursor: { source: 'usage', stream: 'rows', at: 'page-1' },
        });

        await expect(landing).rejects.toThrow(BusyError);
        expect(await store.facts.records('usage', null, 10)).toEqual([]);
        expect(await store.facts.cursor('usage', 'rows')).toBeNull();
      }));

    it('the same key twice is one fact, as it came last', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1')] });
        const newer = record('r-1', { at: '2026-09-12', fields: { active_users: 20 } });

        await landPage(store, lease, { records: [newer] });

        expect(await store.facts.records('usage', null, 10)).toEqual([newer]);
      }));

    it('a page without a cursor leaves the cursor where it was', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { cursor: { source: 'usage', stream: 'rows', at: 'page-1' } });

        await landPage(store, lease, { records: [record('r-1')] });

        expect(await store.facts.cursor('usage', 'rows')).toMatchObject({ at: 'page-1' });
      }));

    it('a full copy deletes what did not come, but only when it was read to its end', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1'), record('r-2'), record('r-3')], complete: true });

        await landPage(store, lease, { records: [record('r-1')], complete: true, last: false });
        const halfWay = await store.facts.records('usage', null, 10);
        await landPage(store, lease, { records: [record('r-3')], complete: true, first: false });
        const atTheEnd = await store.facts.records('usage', null, 10);

        expect(halfWay).toHaveLength(3);
        expect(atTheEnd.map((row) => row.key)).toEqual(['r-1', 'r-3']);
      }));

    it('a read that was given up does not count for the next one', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1')], complete: true, last: false });

        await landPage(store, lease, { records: [record('r-2')], complete: true });

        const [health] = await store.facts.health();
        expect((await store.facts.records('usage', null, 10)).map((row) => row.key)).toEqual(['r-2']);
        expect(health).toMatchObject({ rows: 1, lastRows: 1, earlierRows: [] });
      }));

    it('a full copy of nothing deletes all, because the source said that it is empty', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1')], complete: true });

        await landPage(store, lease, { records: [], complete: true });

        expect(await store.facts.health()).toMatchObject([{ rows: 0, lastRows: 0, newestAt: null, earlierRows: [1] }]);
      }));

    it('keys that the source names as gone are deleted', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1'), record('r-2')] });

        await landPage(store, lease, { gone: ['r-1', 'never-seen'] });

        expect((await store.facts.records('usage', null, 10)).map((row) => row.key)).toEqual(['r-2']);
      }));

    it('pages through a source in key order and cuts no key in two', () =>
      withRun(open, async (store, lease) => {
        for (const stream of ['companies', 'contacts']) {
          await landPage(store, lease, { stream, records: ['a', 'b', 'c'].map((key) => record(key, { stream })) });
        }

        const seen: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page = await store.facts.records('usage', after, 3);
          if (page.length === 0) break;
          after = page.at(-1)?.key ?? null;
          seen.push(...page.map((row) => `${row.key} ${row.stream}`));
        }

        expect(seen).toEqual(['a', 'b', 'c'].flatMap((key) => [`${key} companies`, `${key} contacts`]));
      }));

    it('tells the health of each source over its reads', () =>
      withRun(open, async (store, lease) => {
        for (const rows of [1, 2, 3]) {
          const records = Array.from({ length: rows }, (_, index) => record(`r-${index}`, { at: `2026-09-0${rows}` }));
          await landPage(store, lease, { records, complete: true, now: minutesLater(rows) });
        }
        await landPage(store, lease, {
          records: [record('r-0')],
          rejected: [rejectedRow],
          unmapped: ['plan=gold'],
          last: false,
        });
        await landPage(store, lease, { records: [record('r-9')], unmapped: ['plan=gold', 'plan=tin'], first: false });

        const health = await store.facts.health();

        expect(health).toEqual([
          {
            source: 'usage',
            rows: 4,
            lastRows: 2,
            rejectedRows: 1,
            newestAt: '2026-09-10',
            readAt: now,
            earlierRows: [3, 2, 1],
            unmapped: ['plan=gold', 'plan=tin'],
            whole: true,
          },
        ]);
      }));

    it('knows a source whose last read ended before its end', () =>
      withRun(open, async (store, lease) => {
        const isWhole = async () => (await store.facts.health()).map(({ whole }) => whole);
        await landPage(store, lease, { records: [record('r-0')] });
        await landPage(store, lease, { stream: 'other', records: [record('r-1')], last: false });

        const half = await isWhole();
        await landPage(store, lease, { stream: 'other', records: [record('r-1')] });

        expect(half).toEqual([false]);
        expect(await isWhole()).toEqual([true]);
      }));

    it('lists the refused rows of the last read, newest first', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { rejected: [{ ...rejectedRow, place: 'old:1' }] });
        await landPage(store, lease, { rejected: [rejectedRow, { ...rejectedRow, place: 'usage.csv:9' }] });
        await landPage(store, lease, { source: 'crm', rejected: [{ ...rejectedRow, source: 'crm', place: 'crm:1' }] });

        const all = await store.facts.rejected(null, 10);
        const usage = await store.facts.rejected('usage', 1);

        expect(all.map((row) => row.place)).toEqual(['crm:1', 'usage.csv:9', 'usage.csv:7']);
        expect(usage).toEqual([{ ...rejectedRow, place: 'usage.csv:9' }]);
      }));

    it('describes the columns of the last read', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-0', { fields: { old: 1 } })] });
        const rows = [
          { users: 5, plan: 'pro', note: null },
          { users: 9, plan: 'pro', note: null },
          { users: null, plan: 'pro' },
          { users: 7, plan: null },
        ];
        await landPage(store, lease, { records: rows.map((fields, index) => record(`r-${index}`, { fields })) });

        const shape = await store.facts.shape('usage');

        expect(shape).toEqual({
          users: { nullShare: 0.25, distinct: 2, max: 9 },
          plan: { nullShare: 0.25, distinct: 1, max: null },
          note: { nullShare: 1, distinct: 0, max: null },
        });
      }));

    it('expects what seven believed reads were like, and after a person’s yes what that one is like', () =>
      withRun(open, async (store, lease) => {
        const read = (users: number) => landPage(store, lease, { records: [record('r-0', { fields: { users } })] });
        const maxima = async () => (await store.facts.expected('usage'))?.shapes.map((shape) => shape['users']?.max);
        const nothing = await store.facts.expected('usage');
        for (let users = 1; users <= 9; users++) {
          await read(users);
          if (users !== 5) await store.facts.believe(lease, ['usage'], 'gates');
        }
        await landPage(store, lease, { records: [] });
        await store.facts.believe(lease, ['usage'], 'gates');
        const byGates = await maxima();
        const rows = (await store.facts.expected('usage'))?.rows;
        await read(99);
        await store.facts.believe(lease, ['usage'], 'person');

        expect(nothing).toBeNull();
        expect(byGates).toEqual([9, 8, 7, 6, 4, 3, 2]);
        expect(rows).toEqual([0, 1, 1, 1, 1, 1, 1]);
        expect(await maxima()).toEqual([99]);
      }));

    it('finds the facts of accounts by any of their ids, inside the days asked for', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(
          lease,
          [
            account('acme', { ids: { account_id: 'A-1', domain: 'acme.test' } }),
            account('bolt', { ids: { account_id: 'A-2' } }),
          ],
          [],
          now,
        );
        const byDomain = { kind: 'domain', value: 'acme.test' };
        await landPage(store, lease, {
          records: [
            record('too-old', { at: '2026-08-31' }),
            record('late', { at: '2026-09-14T10:30:00Z' }),
            record('by-domain', { at: '2026-09-02T08:00:00Z', account: byDomain }),
            record('first-day', { at: '2026-09-01' }),
            record('tomorrow', { at: '2026-09-15' }),
            record('elsewhere', { account: { kind: 'account_id', value: 'A-9' } }),
            record('wrong-numbering', { account: { kind: 'salesforce', value: 'A-1' } }),
          ],
        });
        await landPage(store, lease, {
          source: 'calls',
          records: [record('call', { source: 'calls', at: '2020-01-01' })],
        });
        await landPage(store, lease, { source: 'quiet', records: [record('unasked', { source: 'quiet' })] });

        const facts = await store.facts.ofAccounts(
          ['acme', 'bolt'],
          { usage: '2026-09-01', calls: null },
          '2026-09-14',
        );

        expect([...facts.keys()]).toEqual(['acme']);
        expect(facts.get('acme')?.map((fact) => fact.key)).toEqual(['call', 'first-day', 'by-domain', 'late']);
        expect(facts.get('acme')?.[2]).toEqual(record('by-domain', { at: '2026-09-02T08:00:00Z', account: byDomain }));
      }));

    it('counts the records that belong to no account, most first', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);
        const of = (value: string) => ({ account: { kind: 'account_id', value } });
        await landPage(store, lease, {
          records: [record('1', of('A-1')), record('2', of('A-8')), record('3', of('A-9')), record('4', of('A-9'))],
        });
        await landPage(store, lease, { source: 'roster', records: [record('x', { source: 'roster', account: null })] });

        const orphans = await store.facts.orphans(1);

        expect(orphans).toMatchObject({ total: 2, records: 3, allRecords: 4 });
        expect(orphans.rows).toEqual([
          { source: 'usage', kind: 'account_id', value: 'A-9', records: 2, why: expect.stringContaining('A-9') },
        ]);
      }));

    it('a fact that was an orphan belongs to its account as soon as the account is known', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1')] });

        await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);

        expect((await store.facts.ofAccounts(['acme'], { usage: null }, '2026-09-14')).get('acme')).toHaveLength(1);
        expect(await store.facts.orphans(5)).toMatchObject({ total: 0, records: 0 });
      }));

    it('two runs after one another see the same facts', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: [record('r-1')] });
        await endRun(store, lease);

        const second = await startRun(store);

        await landPage(store, second, { records: [record('r-1'), record('r-2')] });
        expect(await store.facts.records('usage', 'r-1', 10)).toMatchObject([{ key: 'r-2' }]);
      }));
  });
}
