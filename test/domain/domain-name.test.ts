import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainOf, hostOf } from '../../src/domain/domain-name.ts';

/** Texts of any script and width. */
const anyText = fc
  .array(fc.integer({ min: 0x20, max: 0xffef }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));

describe('a domain', () => {
  it.each([
    ['https://www.Acme.test/about?x=1', 'acme.test'],
    ['WWW.acme.test.', 'acme.test'],
    ['info@Acme.test', 'acme.test'],
    ['acme.test:8080', 'acme.test'],
    ['https://user@app.tokyo.acme.co.jp:8443/login?next=a@b.test#top', 'acme.co.jp'],
    ['https://acme.test/@team', 'acme.test'],
    ['//acme.test/a', 'acme.test'],
    ['Hanako Sato <hanako@mail.acme.co.jp>', 'acme.co.jp'],
    ['mailto:info@acme.test?subject=hello', 'acme.test'],
    ['ｗｗｗ．ａｃｍｅ．ｃｏ．ｊｐ', 'acme.co.jp'],
    ['acme。co。jp', 'acme.co.jp'],
    ['https://日本語.jp/会社', 'xn--wgv71a119e.jp'],
    ['XN--WGV71A119E.jp', 'xn--wgv71a119e.jp'],
    ['acme.github.io', 'acme.github.io'],
    ['city.yokohama.jp', 'city.yokohama.jp'],
  ])('in %s is %s', (text, domain) => {
    expect(domainOf(text)).toBe(domain);
  });

  it.each([
    'acme',
    '',
    'co.jp',
    'github.io',
    'two words.test',
    'a.test, b.test',
    '10.0.0.1',
    'http://[::1]:80/',
    '@',
    'なし',
  ])('is not in %s', (text) => {
    expect(domainOf(text)).toBeNull();
  });

  it('is the same when it is read twice, and whatever surrounds it', () => {
    const labels = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(
        labels,
        fc.constantFrom('test', 'co.jp', 'com', 'or.jp', 'github.io'),
        labels,
        (name, suffix, sub) => {
          const once = domainOf(`${name}.${suffix}`);

          expect(once).toBe(`${name}.${suffix}`);
          for (const around of [`https://${once}:443/x?y#z`, `${sub}@${once}`, `${once?.toUpperCase()}.`])
            expect(domainOf(around)).toBe(once);
        },
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.emailAddress(), anyText), (text) => {
        const once = domainOf(text);
        if (once !== null) expect(domainOf(once)).toBe(once);
        const host = hostOf(text);
        if (host !== null) expect(hostOf(host)).toBe(host);
      }),
    );
  });
});
