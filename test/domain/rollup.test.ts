import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainBand } from '../../src/domain/band.ts';
import { type ChildScore, familyProblems, rollUp } from '../../src/domain/rollup.ts';
import { scorecard } from './models.ts';

const child = (account: string, score: number | null, arr: number | null): ChildScore => ({
  account,
  score,
  arr,
  band: score === null ? 'unknown' : plainBand(score, scorecard({}).bands),
});
const children = [child('a', 82, 12_000_000), child('b', 45, 3_000_000), child('c', 30, 1_000_000)];

it('a parent is the mean of its children by revenue, with the worst and the number of red ones beside it', () => {
  expect(rollUp(children)).toEqual({ value: 71.8, worst: { account: 'c', score: 30 }, redCount: 1, scored: 3 });
});

it('the plain mean would have been 52.3: so it is where nobody has revenue', () => {
  expect(rollUp(children.map((one) => ({ ...one, arr: null }))).value).toBe(52.3);
  expect(rollUp(children.map((one) => ({ ...one, arr: 0 }))).value).toBe(52.3);
});

it('the parent’s own score counts only when it is given, and is never the worst child', () => {
  const own = child('parent', 10, 16_000_000);

  expect(rollUp(children, own)).toMatchObject({ value: 40.9, worst: { account: 'c' }, redCount: 1, scored: 4 });
});

it('children without a score are left out, and a family without scores has none', () => {
  expect(rollUp([...children, child('d', null, 99_000_000)]).value).toBe(71.8);
  expect(rollUp([child('d', null, 1)])).toEqual({ value: null, worst: null, redCount: 0, scored: 0 });
  expect(rollUp([]).value).toBeNull();
});

it('stays between the worst and the best', () => {
  const member = fc.record({
    score: fc.integer({ min: 0, max: 100 }),
    arr: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  });

  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 10 }), (members) => {
      const { value } = rollUp(members.map(({ score, arr }, index) => child(String(index), score, arr)));
      const scores = members.map(({ score }) => score);
      expect(value).toBeGreaterThanOrEqual(Math.min(...scores));
      expect(value).toBeLessThanOrEqual(Math.max(...scores));
    }),
  );
});

it('families in circles and families too deep are told, others not', () => {
  const line = new Map<string, string | null>([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['d', 'e'],
    ['e', null],
  ]);

  expect(familyProblems(line)).toEqual([]);
  expect(familyProblems(new Map([...line, ['e', 'f'], ['f', null]]))).toMatchObject([
    { account: 'a', why: expect.stringContaining('more than 4') },
  ]);
  expect(
    familyProblems(
      new Map([
        ['a', 'b'],
        ['b', 'a'],
      ]),
    ),
  ).toMatchObject([
    { account: 'a', why: 'its parents go in a circle: a → b → a' },
    { account: 'b', why: 'its parents go in a circle: b → a → b' },
  ]);
});
