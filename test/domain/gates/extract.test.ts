import { describe, expect, it } from 'vitest';
import { freshnessGate, isFresh } from '../../../src/domain/gates/freshness.ts';
import { volumeGate } from '../../../src/domain/gates/volume.ts';
import { isPlain, limits } from './support.ts';

const zone = 'Asia/Tokyo';

describe('G1 freshness', () => {
  const ask = (newestAt: string | null, freshWithinDays: number | null = 2) =>
    freshnessGate({ asOf: '2026-11-21', zone, sources: [{ source: 'usage', newestAt, freshWithinDays }] }, limits);

  it.each([
    ['2026-11-21', 'pass', 0],
    ['2026-11-19', 'pass', 2],
    ['2026-11-18', 'hold', 3],
    // 18:00 in London is the next day in Tokyo.
    ['2026-11-18T18:00:00Z', 'pass', 2],
    ['2026-11-18T14:59:59Z', 'hold', 3],
    // A fact from tomorrow is no reason to think badly of a source.
    ['2026-11-25', 'pass', 0],
  ] as const)('newest fact %s, two days allowed → %s', (newestAt, answer, value) => {
    const verdict = ask(newestAt);

    expect(verdict).toMatchObject({ gate: 'G1', answer, value, limit: 2 });
    expect(isPlain(verdict)).toBe(true);
  });

  it('holds a source that promised and has no facts at all', () => {
    const verdict = ask(null);

    expect(verdict.answer).toBe('hold');
    expect(verdict.says).toContain('no facts at all');
    expect(isPlain(verdict)).toBe(true);
  });

  it('asks nothing of a source that promised nothing', () => {
    expect(ask('2020-01-01', null).answer).toBe('pass');
    expect(isFresh({ source: 'roster', newestAt: null, freshWithinDays: null }, '2026-11-21', zone)).toBe(true);
  });

  it('names every stale source, the furthest behind first', () => {
    const { says, value } = freshnessGate(
      {
        asOf: '2026-11-21',
        zone,
        sources: [
          { source: 'nps', newestAt: '2026-11-10', freshWithinDays: 10 },
          { source: 'usage', newestAt: '2026-11-11', freshWithinDays: 2 },
          { source: 'cases', newestAt: '2026-11-21', freshWithinDays: 2 },
        ],
      },
      limits,
    );

    expect(says).toMatch(/usage is 10 days old, 2 allowed; nps is 11 days old, 10 allowed/);
    expect(says).not.toContain('cases');
    expect(value).toBe(10);
  });

  it('is quiet when it is switched off', () => {
    const off = { ...limits, freshness: { on: false } };

    const verdict = freshnessGate(
      { asOf: '2026-11-21', zone, sources: [{ source: 'usage', newestAt: null, freshWithinDays: 1 }] },
      off,
    );

    expect(verdict.answer).toBe('pass');
  });
});

describe('G2 volume', () => {
  const ask = (rows: number, earlierRows: readonly number[]) =>
    volumeGate({ sources: [{ source: 'usage', rows, earlierRows }] }, limits);

  it.each([
    ['no rows where there were some', 0, [100], 'stop', 0],
    ['no rows, and none last time, though usually there are', 0, [0, 100, 100], 'hold', 0],
    ['no rows where there never were any', 0, [0, 0], 'pass', 1],
    ['a first read', 0, [], 'pass', 1],
    ['exactly half of the median', 50, [100, 90, 110], 'pass', 0.5],
    ['one row less than half', 49, [100, 90, 110], 'hold', 0.49],
    ['more than ever', 500, [100, 90, 110], 'pass', 5],
    [
      'half of the median of seven, not of what came before them',
      50,
      [100, 100, 100, 100, 100, 100, 100, 9_000],
      'pass',
      0.5,
    ],
  ] as const)('%s → as it should be', (_, rows, earlier, answer, value) => {
    const verdict = ask(rows, earlier);

    expect(verdict).toMatchObject({ gate: 'G2', answer, value, limit: 0.5 });
    expect(isPlain(verdict)).toBe(true);
  });

  it('stops for one empty source, however well the others are', () => {
    const verdict = volumeGate(
      {
        sources: [
          { source: 'nps', rows: 10, earlierRows: [100] },
          { source: 'usage', rows: 0, earlierRows: [1] },
          { source: 'cases', rows: 100, earlierRows: [100] },
        ],
      },
      limits,
    );

    expect(verdict.answer).toBe('stop');
    expect(verdict.says).toContain('usage gave no rows');
  });
});
