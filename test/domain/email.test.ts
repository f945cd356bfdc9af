import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailOf } from '../../src/domain/email.ts';

/** Texts of any script and width. */
const anyText = fc
  .array(fc.integer({ min: 0x20, max: 0xffef }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));

describe('an e-mail address', () => {
  it.each([
    ['Hanako@Acme.TEST', 'hanako@acme.test'],
    [' hanako+crm@acme.test ', 'hanako+crm@acme.test'],
    ['Hanako Sato <Hanako+CRM@Acme.test>', 'hanako+crm@acme.test'],
    ['mailto:hanako@acme.test?subject=hello', 'hanako@acme.test'],
    ['ｈａｎａｋｏ＠ａｃｍｅ．ｔｅｓｔ', 'hanako@acme.test'],
    ['hanako@日本語.jp', 'hanako@xn--wgv71a119e.jp'],
  ])('%s is %s', (text, address) => {
    expect(emailOf(text)).toBe(address);
  });

  it.each([
    '',
    'hanako',
    'hanako@',
    '@acme.test',
    'hanako@acme',
    'a b@acme.test',
    'a@b@acme.test',
    'x@acme.test, y@acme.test',
  ])('is not %s', (text) => {
    expect(emailOf(text)).toBeNull();
  });

  it('is the same when it is read twice, in any case', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string(), anyText), (text) => {
        const once = emailOf(text);
        if (once === null) return;
        expect(emailOf(once)).toBe(once);
        expect(emailOf(once.toUpperCase())).toBe(once);
      }),
    );
  });
});
