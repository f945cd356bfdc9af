import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phoneOf } from '../../src/domain/phone.ts';

describe('a telephone number', () => {
  it.each([
    ['03-1234-5678', '+81312345678'],
    ['03(1234)5678', '+81312345678'],
    ['０３－１２３４－５６７８', '+81312345678'],
    ['０３（１２３４）５６７８', '+81312345678'],
    ['03ー1234ー5678', '+81312345678'],
    ['TEL: 03(1234)5678 内線12', '+81312345678'],
    ['03-1234-5678(代)', '+81312345678'],
    ['+81 (0)3 1234 5678', '+81312345678'],
    ['0081-3-1234-5678', '+81312345678'],
    ['090 1234 5678', '+819012345678'],
    ['0120-123-456', '+81120123456'],
    ['+1 415 555 0100 ext. 12', '+14155550100'],
  ])('%s is %s', (text, phone) => {
    expect(phoneOf(text)).toBe(phone);
  });

  it.each(['extension 12', '', '1234-5678', '12', '+999 1', '03-1234-5678 / 090-1234-5678', 'なし', '1-800-FLOWERS'])(
    'is not %s',
    (text) => {
      expect(phoneOf(text)).toBeNull();
    },
  );

  it('belongs to the country of the home, unless it says another', () => {
    expect(phoneOf('(415) 555-0100', 'US')).toBe('+14155550100');
    expect(phoneOf('020 7946 0018', 'GB')).toBe('+442079460018');
    expect(phoneOf('+81 3 1234 5678', 'US')).toBe('+81312345678');
    expect(phoneOf('03-1234-5678', 'nowhere')).toBe('+81312345678');
  });

  it('is the same when it is read twice', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.stringMatching(/^[+0-9０-９()（） -]{5,18}$/), fc.string()),
        fc.constantFrom('JP', 'US'),
        (text, country) => {
          const once = phoneOf(text, country);
          if (once !== null) expect(phoneOf(once, country)).toBe(once);
        },
      ),
    );
  });
});
