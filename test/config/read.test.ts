import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/config/read.ts';
import { told } from './home.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readYaml('config/x.yaml', bytes(text));
function refused(text: string): string[] {
  const result = read(text);
  return result.ok ? [] : result.problems.map((problem) => `${problem.where} ${problem.what}`);
}

describe('reading YAML', () => {
  it('gives plain values', () => {
    const result = read('a: 1\nb: [x, true, null, 2.5]\nc: {d: "2026-01-01", e: }\nf: |\n  line\n');

    expect(result.ok && result.file.data).toEqual({
      a: 1,
      b: ['x', true, null, 2.5],
      c: { d: '2026-01-01', e: null },
      f: 'line\n',
    });
  });

  it('keeps words that older YAML took for yes and no', () => {
    const result = read('on: yes\noff: no\ncountry: NO\n');

    expect(result.ok && result.file.data).toEqual({ on: 'yes', off: 'no', country: 'NO' });
  });

  it('reads files with a byte order mark and Windows line ends', () => {
    const result = read('\ufeffa: 1\r\nb:\r\n  - x\r\n');

    expect(result.ok && result.file.data).toEqual({ a: 1, b: ['x'] });
  });

  it('knows line and column of every path, and the parent of what is not there', () => {
    const result = read(
      'plays:\n  renewal_risk:\n    when:\n      all:\n        - days_to_renewal: {at_most: ninety}\n',
    );
    const place = result.ok ? result.file.place : () => '';

    expect(place(['plays', 'renewal_risk', 'when', 'all', 0, 'days_to_renewal', 'at_most'])).toBe('config/x.yaml:5:38');
    expect(place(['plays', 'renewal_risk', 'when', 'all', 0, 'days_to_renewal'], 'key')).toBe('config/x.yaml:5:11');
    expect(place(['plays', 'renewal_risk', 'task', 'due'])).toBe('config/x.yaml:2:3');
    expect(place([])).toBe('config/x.yaml:1:1');
  });

  it.each([
    ['a: 1\na: 2\n', 'config/x.yaml:2:1 a stands twice in one group: here and in line 1'],
    ['a:\n\t- b\n', 'config/x.yaml:2:1 a tab stands at the beginning of the line'],
    ['? [1, 2]\n: 3\n', 'config/x.yaml:1:3 a key must be text'],
    ['---\na: 1\n---\nb: 2\n', 'config/x.yaml:3:1 the file holds more than one document'],
    ['a: b: c\n', 'config/x.yaml:1:5 a colon followed by a space stands inside of a text'],
    ['a: "x\n', 'config/x.yaml:1:4 the quote " that opens here is never closed'],
    ['a: [x, {b: 1}\nc: 2', 'config/x.yaml:1:4 the bracket [ that opens here is never closed'],
    ['a: "\\xZZ"\n', 'config/x.yaml:1:5 the line cannot be read'],
    ['a: !foo 1\n', 'config/x.yaml:1:4 a tag is not allowed'],
    ['a: !!js/function "x"\n', 'config/x.yaml:1:4 a tag is not allowed'],
    ['a: !!binary aGVsbG8=\n', 'config/x.yaml:1:4 a tag is not allowed'],
    ['a: &x 1\n', 'config/x.yaml:1:7 the anchor &x is not allowed'],
    ['a: &x 1\nb: *x\n', 'config/x.yaml:2:4 the alias *x is not allowed'],
    ['a: {__proto__: {admin: true}}\n', 'config/x.yaml:1:5 the key __proto__ is not allowed'],
    ['constructor: 1\n', 'config/x.yaml:1:1 the key constructor is not allowed'],
    ['"prototype": 1\n', 'config/x.yaml:1:1 the key prototype is not allowed'],
  ])('refuses %j with its place', (text, says) => {
    expect(refused(text).some((problem) => problem.startsWith(says))).toBe(true);
  });

  it('takes a merge key for an ordinary key', () => {
    const result = read('a: {b: 1}\n<<: {c: 2}\n');

    expect(result.ok && result.file.data).toEqual({ a: { b: 1 }, '<<': { c: 2 } });
  });

  it('refuses a file that blows up, at the cost of milliseconds', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}, *a${level}]`,
    );
    const started = performance.now();

    const problems = refused(`a0: &a0 [x, x, x]\n${levels.join('\n')}\n`);

    expect(problems[0]).toContain('is not allowed');
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', `${'- '.repeat(100_000)}a`],
    ['braces in text', `a: "${'{'.repeat(60)}"`],
  ])('refuses %s nested too deep', (_name, text) => {
    expect(refused(text)[0]).toContain('nested deeper than 40');
  });

  it('refuses what is not UTF-8 and what is too large', () => {
    const latin = readYaml('config/x.yaml', new Uint8Array([97, 58, 32, 0xe9, 10]));
    const large = readYaml('config/x.yaml', new Uint8Array(1_048_577).fill(32));

    expect(latin.ok ? '' : latin.problems[0]?.what).toBe('the file is not UTF-8');
    expect(large.ok ? '' : large.problems[0]?.what).toContain('larger than 1 MiB');
  });

  it('does not touch the prototypes of this process', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;

    const problems = await told({
      'config/gates.yaml': '__proto__: {polluted: true}\nbudget: {constructor: {x: 1}}\n',
    });

    expect(problems.map((problem) => problem.what)).toEqual([
      'the key __proto__ is not allowed',
      'the key constructor is not allowed',
    ]);
    expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
