import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlaySettings } from '../../src/domain/decisions.ts';
import { admit, type Candidate, compareActions, nextRank, Places, priorityRank } from '../../src/domain/rank.ts';
import { action } from './outcomes.ts';

const caps: PlaySettings['caps'] = {
  newPerOwnerPerDay: 5,
  openPerOwner: 15,
  openPerAccount: 2,
  openPerAccountHigh: 3,
  backlogDays: 14,
};
const asOf = '2026-03-20';
const day = { caps, asOf, openByOwner: {} };

function candidate(account: string, change: Partial<Candidate> = {}, play = 'risk'): Candidate {
  return {
    action: action(play, { account }),
    owner: 'ann',
    openForAccount: 0,
    waitingSince: null,
    ...change,
  };
}
function ranked(account: string, rank: number, priority: 'high' | 'medium' | 'low' = 'medium'): Candidate {
  return candidate(account, { action: action('risk', { account, rank, priority }) });
}

describe('the priority rank', () => {
  it.each([
    ['A', 64, 6_000_000, 75, 1.5],
    ['B', 12, 480_000, 20, 2.98],
    ['X', 38, 24_000_000, 200, 2.1],
  ])('of account %s is as published', (_, score, arr, daysToRenewal, rank) => {
    expect(Math.round(priorityRank({ score, arr, daysToRenewal }) * 100) / 100).toBe(rank);
  });

  it('puts B before X before A', () => {
    const accounts = [
      { name: 'A', score: 64, arr: 6_000_000, daysToRenewal: 75 },
      { name: 'B', score: 12, arr: 480_000, daysToRenewal: 20 },
      { name: 'X', score: 38, arr: 24_000_000, daysToRenewal: 200 },
    ];

    const order = accounts.toSorted((a, b) => priorityRank(b) - priorityRank(a)).map(({ name }) => name);

    expect(order).toEqual(['B', 'X', 'A']);
  });

  it.each([
    [-5, 2],
    [30, 2],
    [31, 1.5],
    [90, 1.5],
    [91, 1.2],
    [180, 1.2],
    [181, 1],
    [null, 1],
  ])('%s days before renewal is urgent by %s', (daysToRenewal, urgency) => {
    expect(priorityRank({ score: 0, arr: 90_000, daysToRenewal })).toBeCloseTo(urgency, 10);
  });

  it('is zero for a score that nobody knows and for an account worth nothing, and neutral for an unknown worth', () => {
    expect(priorityRank({ score: null, arr: 1e9, daysToRenewal: 1 })).toBe(0);
    expect(priorityRank({ score: 0, arr: 0, daysToRenewal: 1 })).toBe(0);
    expect(priorityRank({ score: 50, arr: null, daysToRenewal: null })).toBe(0.5);
  });

  it('numbers the rows of an owner from one, row by row', () => {
    let last: ReturnType<typeof nextRank> | null = null;
    const places = ['ann', 'ann', 'bob', 'bob', 'bob'].map((owner) => {
      last = nextRank(last, owner);
      return last.place;
    });

    expect(places).toEqual([1, 2, 1, 2, 3]);
  });
});

describe('places of a day', () => {
  it('go to the five best of an owner, whatever page they stand on; the others wait and say why', () => {
    const pages = [
      [ranked('a', 1), ranked('b', 9), ranked('c', 2)],
      [ranked('d', 8), ranked('e', 7), ranked('f', 3)],
      [ranked('g', 6), ranked('h', 0.5, 'high')],
    ];
    const places = new Places(day);

    for (const page of pages) places.offer(page);
    const decisions = pages.flatMap((page) => places.decide(page));

    const admitted = decisions.filter((one) => one.admitted).map((one) => one.action.account);
    expect(admitted).toEqual(['b', 'd', 'e', 'g', 'h']);
    expect(decisions.find((one) => one.action.account === 'a')).toMatchObject({
      why: 'owner_day',
      says: 'waits: ann already gets 5 new tasks today',
    });
  });

  it('count per owner', () => {
    const page = Array.from({ length: 12 }, (_, i) => ({ ...ranked(`a${i}`, i), owner: i % 2 === 0 ? 'ann' : 'bob' }));

    const { admitted } = admit(page, day);

    expect(admitted).toHaveLength(10);
  });

  it.each([
    [{}, {}, 5],
    [{ ann: 12 }, {}, 3],
    [{ ann: 15 }, {}, 0],
    [{ ann: 99 }, {}, 0],
    [{}, { ann: 4 }, 1],
    [{}, { ann: 5 }, 0],
    [{ ann: 14 }, { ann: 2 }, 1],
  ])('with open %j and opened today %j are %i', (openByOwner, openedToday, places) => {
    const page = Array.from({ length: 8 }, (_, i) => ranked(`a${i}`, i));

    const { admitted, waiting } = admit(page, { ...day, openByOwner, openedToday });

    expect(admitted).toHaveLength(places);
    expect(waiting).toHaveLength(8 - places);
  });

  it('say which cap it was', () => {
    const { waiting } = admit([ranked('a', 1)], { ...day, openByOwner: { ann: 15 } });

    expect(waiting[0]).toMatchObject({ why: 'owner_open', says: 'waits: ann already has 15 open tasks' });
  });

  it.each([
    ['medium', 0, 2],
    ['medium', 1, 1],
    ['medium', 2, 0],
    ['high', 0, 3],
    ['high', 2, 1],
    ['high', 3, 0],
  ] as const)('of an account with %s plays and %i open tasks…', (priority, openForAccount, places) => {
    const page = ['p', 'q', 'r', 's'].map((play) =>
      candidate('acme', { action: action(play, { priority }), openForAccount }),
    );

    const { admitted, waiting } = admit(page, day);

    expect(admitted).toHaveLength(places);
    expect(new Set(waiting.map(({ why }) => why))).toEqual(new Set(['account']));
  });

  it('of an account go to high priority first, which may use the third', () => {
    const page = [
      candidate('acme', { action: action('low1', { priority: 'low' }) }),
      candidate('acme', { action: action('mid1', { priority: 'medium' }) }),
      candidate('acme', { action: action('high1', { priority: 'high' }) }),
      candidate('acme', { action: action('high2', { priority: 'high' }) }),
    ];

    const { admitted } = admit(page, day);

    expect(admitted.map(({ play }) => play)).toEqual(['high1', 'high2']);
  });

  it('are not given to what has waited too long', () => {
    const page = [candidate('a', { waitingSince: '2026-03-06' }), candidate('b', { waitingSince: '2026-03-05' })];

    const { admitted, waiting } = admit(page, day);

    expect(admitted.map(({ account }) => account)).toEqual(['a']);
    expect(waiting[0]).toMatchObject({ why: 'too_old', says: 'dropped: it has waited more than 14 days' });
  });

  it('of nobody in particular are capped like those of one person', () => {
    const page = Array.from({ length: 7 }, (_, i) => ({ ...ranked(`a${i}`, i), owner: '' }));

    expect(admit(page, day).admitted).toHaveLength(5);
  });

  it('do not depend on how the accounts are cut into pages', () => {
    const given = fc.array(
      fc.record({
        account: fc.integer({ min: 0, max: 30 }),
        rank: fc.integer({ min: 0, max: 3 }),
        owner: fc.constantFrom('ann', 'bob'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 7 }), (rows, size) => {
        const unique = [...new Map(rows.map((row) => [row.account, row])).values()];
        const all = unique.map(({ account, rank, owner }) => ({ ...ranked(`a${account}`, rank), owner }));
        const places = new Places(day);
        const pages = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.slice(i * size, (i + 1) * size),
        );

        for (const page of pages) places.offer(page);
        const paged = pages.flatMap((page) => places.decide(page)).filter((one) => one.admitted);

        expect(paged.map((one) => one.action)).toEqual(admit(all, day).admitted);
        for (const owner of ['ann', 'bob']) {
          const own = all
            .filter((one) => one.owner === owner)
            .map((one) => one.action)
            .toSorted(compareActions);
          expect(
            paged
              .filter((one) => own.includes(one.action))
              .map((one) => one.action)
              .toSorted(compareActions),
          ).toEqual(own.slice(0, 5));
        }
      }),
    );
  });
});
