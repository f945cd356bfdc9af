import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../src/config/excerpt.ts';

describe('the line of a problem', () => {
  it('is shown with its number and a mark below the place', () => {
    expect(excerptOf('  yellow: forty', 76, 11)).toEqual(['  76 |   yellow: forty', '     |           ^']);
  });

  it('counts full-width letters as two', () => {
    expect(excerptOf('ja: 警告：至急', 3, 7)).toEqual(['   3 | ja: 警告：至急', '     |         ^']);
  });

  it('shows blanks that look like spaces', () => {
    expect(excerptOf('\tyellow: 40', 76, 1)).toEqual(['  76 | ⇥yellow: 40', '     | ^']);
    expect(excerptOf('　yellow: 40', 76, 1)).toEqual(['  76 | □yellow: 40', '     | ^']);
  });

  it('shows only what is around the place in a long line', () => {
    const [line = '', mark = ''] = excerptOf(`when: {${'a: 1, '.repeat(60)}b = 2}`, 7, 370);

    expect(line.length).toBeLessThan(125);
    expect(line.slice(0, 8)).toBe('   7 | …');
    expect(line[mark.indexOf('^')]).toBe('=');
  });

  it.each([
    'access_token: abcdefgh12345678',
    'connection: {client_secret: "s3cr3t value"}',
    'url: postgres://user:pass@host/db',
    '',
    '# \ufffd\ufffd',
  ])('is not shown where it holds a secret, or nothing: %j', (text) => {
    expect(excerptOf(text, 1, 1)).toEqual([]);
  });

  it('is shown where a secret is only referred to', () => {
    expect(excerptOf('access_token: ${HUBSPOT_ACCESS_TOKEN}', 5, 15)).toHaveLength(2);
  });
});
