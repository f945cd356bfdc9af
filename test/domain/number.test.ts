import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestRemainder, median, roundHalfAway } from '../../src/domain/number.ts';

describe('rounding', () => {
  it.each([
    [68.367, 1, 68.4],
    [15.363, 1, 15.4],
    [2.5, 0, 3],
    [-2.5, 0, -3],
    [0.25, 1, 0.3],
    [-0.25, 1, -0.3],
    [1.005, 2, 1.01],
    [20.05, 1, 20.1],
    [20.04999, 1, 20],
    [-0.04, 1, 0],
    [1e20, 1, 1e20],
  ])('%d to %d decimals is %d: halves go away from zero', (x, digits, rounded) => {
    expect(Object.is(roundHalfAway(x, digits), rounded)).toBe(true);
  });

  it('gives every number of one decimal back as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (tenths) => {
        expect(roundHalfAway(tenths / 10, 1)).toBe(tenths / 10 || 0);
      }),
    );
  });
});

describe('the largest remainder', () => {
  it('makes weights of a fit add up to 100 where plain rounding gives 101', () => {
    const fitted = [22.6, 56.6, 0.3, 0.0, 20.5];

    expect(fitted.map((weight) => Math.round(weight)).reduce((a, b) => a + b)).toBe(101);
    expect(largestRemainder(fitted, 100, 0)).toEqual([23, 57, 0, 0, 20]);
  });

  it('shrinks weights towards the present ones as documented', () => {
    const present = [25, 25, 20, 15, 15];
    const fit = [22, 57, 0, 0, 21];
    const shrunk = (events: number): number[] => {
      const share = events / (events + 100);
      return largestRemainder(
        present.map((weight, index) => (1 - share) * weight + share * (fit[index] ?? 0)),
        100,
        0,
      );
    };

    expect(shrunk(16)).toEqual([25, 29, 17, 13, 16]);
    expect(shrunk(66)).toEqual([24, 38, 12, 9, 17]);
    expect(shrunk(796)).toEqual([22, 54, 2, 2, 20]);
  });

  it('keeps parts that are whole already', () => {
    expect(largestRemainder([6, 4.5, 3.7], 14.2, 1)).toEqual([6, 4.5, 3.7]);
  });

  it('adds up to the rounded total, and moves no part by a whole unit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const total = values.reduce((sum, value) => sum + value, 0);
          const tenths = largestRemainder(values, total, 1);
          const sum = tenths.reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(roundHalfAway(total, 1), 6);
          for (const [index, value] of values.entries())
            expect(Math.abs((tenths[index] ?? 0) - value)).toBeLessThan(0.1001);
        },
      ),
    );
  });
});

describe('the median', () => {
  it('is the middle, or the mean of the middle two, or nothing', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNull();
  });
});
