// Chapter four: what evaluate said, day by day, and what later days may lean on.

import { describe, expect, it } from 'vitest';
import { metric, now, outcome } from '../../support/builders.ts';
import { type Open, withRun } from './scene.ts';

export function historyContract(open: Open): void {
  describe('history', () => {
    it('gives an outcome back as it was kept, on its day and on later ones', () =>
      withRun(open, async (store, lease) => {
        const said = outcome('acme', 61.5, { asOf: '2026-09-10' });

        await store.history.keep(lease, [said], 'config-1', now);

        expect(await store.history.outcome('acme', '2026-09-10')).toEqual(said);
        expect(await store.history.outcome('acme', '2026-12-31')).toEqual(said);
        expect(await store.history.outcome('acme', null)).toEqual(said);
        expect(await store.history.outcome('acme', '2026-09-09')).toBeNull();
      }));

    it('an account evaluated twice on one day has one outcome, the later', () =>
      withRun(open, async (store, lease) => {
        await store.history.keep(lease, [outcome('acme', 61)], 'config-1', now);

        await store.history.keep(lease, [outcome('acme', 48)], 'config-2', now);

        expect(await store.history.scores('acme', '2026-01-01')).toEqual([
          { asOf: '2026-09-14', value: 48, band: 'yellow' },
        ]);
        expect((await store.history.outcome('acme', null))?.score.value).toBe(48);
      }));

    it('lists the outcomes of one day, in pages or for some accounts', () =>
      withRun(open, async (store, lease) => {
        const day = ['a', 'b', 'c'].map((key) => outcome(key, 50));
        await store.history.keep(lease, [...day, outcome('b', 70, { asOf: '2026-09-13' })], 'config-1', now);

        const first = await store.history.outcomes('2026-09-14', null, 2);
        const rest = await store.history.outcomes('2026-09-14', 'b', 2);
        const some = await store.history.outcomesOf(['c', 'nobody', 'a'], '2026-09-14');

        expect([...first, ...rest]).toEqual(day);
        expect([...some.keys()].sort()).toEqual(['a', 'c']);
      }));

    it('knows the past strictly before a day: memory, last, a week and a month ago', () =>
      withRun(open, async (store, lease) => {
        const days = ['2026-08-13', '2026-08-17', '2026-09-04', '2026-09-09', '2026-09-13', '2026-09-14'];
        for (const [index, asOf] of days.entries()) {
          await store.history.keep(lease, [outcome('acme', 50 + index, { asOf })], 'config-1', now);
        }

        const before = (await store.history.before(['acme', 'nobody'], '2026-09-14')).get('acme');

        expect(before?.memory).toEqual(outcome('acme', 54, { asOf: '2026-09-13' }).memory);
        expect(before?.last).toMatchObject({ asOf: '2026-09-13', value: 54, score: { value: 54 } });
        expect(before?.days7).toMatchObject({ asOf: '2026-09-09', value: 53 });
        expect(before?.days30).toMatchObject({ asOf: '2026-08-13', value: 50 });
      }));

    it('has no week ago where nothing was evaluated within three days of it', () =>
      withRun(open, async (store, lease) => {
        await store.history.keep(lease, [outcome('acme', 50, { asOf: '2026-09-03' })], 'config-1', now);
        await store.history.keep(lease, [outcome('acme', 51, { asOf: '2026-09-11' })], 'config-1', now);

        const past = await store.history.before(['acme', 'new'], '2026-09-14');

        expect([...past.keys()]).toEqual(['acme']);
        expect(past.get('acme')).toMatchObject({ last: { asOf: '2026-09-11' }, days7: null, days30: null });
      }));

    it('a null score is a score of the past like any other', () =>
      withRun(open, async (store, lease) => {
        await store.history.keep(lease, [outcome('acme', null, { asOf: '2026-09-13' })], 'config-1', now);

        const before = (await store.history.before(['acme'], '2026-09-14')).get('acme');

        expect(before?.last).toMatchObject({ value: null });
        expect(await store.history.scores('acme', '2026-09-01')).toEqual([
          { asOf: '2026-09-13', value: null, band: 'unknown' },
        ]);
      }));

    it('knows of a metric what the last day knew, and what its memory still carries', () =>
      withRun(open, async (store, lease) => {
        const nps = metric('nps', 40, { at: '2026-09-11' });
        const csat = metric('csat', 4, { at: '2026-09-10' });
        const keep = (given: Parameters<typeof outcome>[2]) =>
          store.history.keep(lease, [outcome('acme', 50, given)], 'config-1', now);
        await keep({ asOf: '2026-09-11', metrics: [nps, csat] });
        const { memory } = outcome('acme', 50);
        const metrics = [metric('nps', null), metric('csat', null)];
        await keep({ asOf: '2026-09-12', metrics, memory: { ...memory, known: { nps } } });

        const before = (await store.history.before(['acme'], '2026-09-14')).get('acme');

        expect(before?.metrics['nps']).toMatchObject({ value: 40, state: 'known', at: '2026-09-11' });
        expect(before?.metrics['csat']).toBeUndefined();
      }));

    it('knows a metric as it was known on a day, also when an earlier day is evaluated later', () =>
      withRun(open, async (store, lease) => {
        const keep = (asOf: string, value: number) =>
          store.history.keep(
            lease,
            [outcome('acme', 50, { asOf, metrics: [metric('seats', value)] })],
            'config-1',
            now,
          );
        await keep('2026-09-10', 50);
        await keep('2026-09-12', 50);
        await keep('2026-09-11', 70);

        const at = async (day: string) => (await store.history.metricAt('acme', 'seats', day))?.value;

        expect(await at('2026-09-10')).toBe(50);
        expect(await at('2026-09-11')).toBe(70);
        expect(await at('2026-09-12')).toBe(50);
        expect(await store.history.metricAt('acme', 'seats', '2026-09-09')).toBeNull();
        expect(await store.history.metricAt('acme', 'other', '2026-09-12')).toBeNull();
      }));

    it('a run is the first when nobody was evaluated before its day', () =>
      withRun(open, async (store, lease) => {
        const atTheStart = await store.history.isFirst('2026-09-14');
        await store.history.keep(lease, [outcome('acme', 50)], 'config-1', now);

        expect(atTheStart).toBe(true);
        expect(await store.history.isFirst('2026-09-14')).toBe(true);
        expect(await store.history.isFirst('2026-09-15')).toBe(false);
      }));

    it('what is frozen for a model stays frozen', () =>
      withRun(open, async (store) => {
        await store.history.freeze('peers/nps', 'model-1', [1, 2, 3]);

        await store.history.freeze('peers/nps', 'model-1', [9]);
        await store.history.freeze('peers/nps', 'model-2', [9]);

        expect(await store.history.frozen('peers/nps', 'model-1')).toEqual([1, 2, 3]);
        expect(await store.history.frozen('peers/nps', 'model-2')).toEqual([9]);
        expect(await store.history.frozen('peers/csat', 'model-1')).toBeNull();
      }));
  });
}
