import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, oneLine } from '../../src/domain/cut.ts';

describe('cutting a text', () => {
  it.each([
    ['short enough stays', 'one two', 7, 'one two'],
    ['at a word', 'one two three', 10, 'one two…'],
    ['after a word that is whole', 'one two three', 8, 'one two…'],
    ['inside of a word that has no space near', 'abcdefghij klm', 6, 'abcde…'],
    ['between Japanese characters', '健康度が下がっています', 6, '健康度が下…'],
    ['never through a surrogate pair', '👍👍👍', 4, '👍…'],
    ['no limit', 'one two', 0, 'one two'],
    ['room for the ellipsis only', 'one two', 1, '…'],
  ])('%s', (_, text, length, cut) => {
    expect(cutText(text, length)).toBe(cut);
  });

  it('never gives more than was asked, and a cut text is cut no further', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, length) => {
        const cut = cutText(text, length);

        expect(cut.length).toBeLessThanOrEqual(length);
        expect(cutText(cut, length)).toBe(cut);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it('makes one line of many', () => {
    expect(oneLine(' a\r\n\n b\t c ')).toBe('a b c');
  });
});
