// docs/errors.md against the code, in both languages: each code that the program can give is there with the exit code that it
// has, and nothing is there that no longer exists. Then the answers of the vendors, and the tests that the page names.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codes as hubspotCodes, neverSent } from '../src/clients/hubspot/codes.ts';
import { codes as salesforceCodes } from '../src/clients/salesforce/codes.ts';
import { exitOfGate, gates } from '../src/domain/gates/gates.ts';
import { errorTable, exitOrder } from '../src/lib/errors.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('sandbox/'))
  .map((path) => ({ path, text: read(`src/${path}`) }));
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
const literals = (pattern: RegExp, among = sources): string[] =>
  among.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));

/** Tables by the chapter they stand in, a row as its cells. */
function tablesOf(text: string): ReadonlyMap<string, readonly (readonly string[])[]> {
  const found = new Map<string, string[][]>();
  let chapter = '';
  for (const line of text.split('\n')) {
    const heading = /^#{2,3} (.+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      chapter = String(found.size);
      found.set(chapter, []);
    } else if (line.startsWith('| ')) {
      found.get(chapter)?.push(
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
    }
  }
  return found;
}
const [exits, errors, invariants, gateRows, warnings, own, , salesforce, hubspot, network, bad] = Array.from(
  { length: 11 },
  (_, at) => String(at),
);
const spans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** Classes of errors, and what `check` alone tells. */
const exitOf: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(errorTable).map(([code, { exit }]) => [code, String(exit)])),
  E_INTERRUPTED: '130, 143',
  E_EXAMPLE: '2',
};
const invariantCodes = unique([
  ...literals(
    /'(I\d+)'/g,
    sources.filter(({ path }) => path.endsWith('invariants.ts')),
  ).map((id) => `E_INVARIANT_${id}`),
  'E_INVARIANT_AUDIT',
]);
/** What our hands say of one write, besides the vendors' codes. */
const hands = sources.filter(({ path }) => path.startsWith('crm/') || path.startsWith('clients/'));
const vendors = new Set([...Object.keys(salesforceCodes), ...Object.keys(hubspotCodes)]);

describe.each(['docs/errors.md', 'docs/errors.ja.md'])('%s', (path) => {
  const text = read(path);
  const tables = tablesOf(text);
  const rows = (chapter = ''): readonly (readonly string[])[] => (tables.get(chapter) ?? []).slice(1);
  const codesOf = (chapter = ''): string[] => rows(chapter).flatMap(([first = '']) => spans(first));

  it('has every exit code, and says which errors and gates lead there', () => {
    const told = Object.fromEntries(
      rows(exits).map(([exit = '', , causes = '']) => [
        exit,
        [...spans(causes), ...causes.replaceAll(/`[^`]*`/g, '').split(/[,、]/)]
          .map((one) => one.trim())
          .filter(Boolean),
      ]),
    );
    const numbers = Object.keys(told).flatMap((exit) => exit.split(', ').map(Number));
    const expanded = (names: readonly string[]) =>
      names.flatMap((name) => {
        const range = /^G(\d+)–G(\d+)$/.exec(name);
        if (range === null) return [name];
        const [from, to] = [Number(range[1]), Number(range[2])];
        return Array.from({ length: to - from + 1 }, (_, at) => `G${from + at}`);
      });

    expect(numbers.sort((a, b) => a - b)).toEqual([...exitOrder].sort((a, b) => a - b));
    for (const [exit, causes] of Object.entries(told)) {
      const there = [
        ...Object.entries(exitOf).flatMap(([code, number]) => (number === exit ? [code] : [])),
        ...gates.flatMap(({ id }) => (String(exitOfGate(id)) === exit ? [id] : [])),
      ];
      expect(unique(expanded(causes)), `exit ${exit}`).toEqual(unique(there));
    }
    expect(text).toContain(exitOrder.join(', ').replace('130, 143', '130/143'));
  });

  it('has every error with its exit code, and no other', () => {
    expect(Object.fromEntries(rows(errors).map(([code = '', exit]) => [spans(code)[0], exit]))).toEqual(exitOf);
  });

  it('has every code that begins with E_ or W_ in the code, and no other', () => {
    const there = literals(/'([EW]_[A-Z0-9_]+)'/g).filter((code) => !code.startsWith('E_INVARIANT_'));

    expect(unique([...codesOf(errors), ...codesOf(warnings)])).toEqual(unique(there));
    expect(unique(codesOf(invariants))).toEqual(invariantCodes);
  });

  it('has every gate with its exit code', () => {
    expect(rows(gateRows).map(([gate, exit]) => [gate, exit])).toEqual(
      gates.map(({ id }) => [id, String(exitOfGate(id))]),
    );
  });

  it('has every code of our own that a write may carry, and no other', () => {
    const isOurs = (code: string) => !vendors.has(code) && !/^[EW]_/.test(code) && !/^E[A-Z]+$/.test(code);
    const there = [
      ...literals(/\bcode: '([A-Z][A-Z_]+)'/g, hands),
      ...literals(/\bproblem0\(\s*'([A-Z][A-Z_]+)'/g, hands),
      ...literals(/\b(?:fault|bare)\([^,()]+,(?: \w+,)? '([A-Z][A-Z_]+)'/g, hands),
      ...literals(/\bnotNow = '([A-Z_]+)'/g, hands),
      ...literals(/: '(NO_ANSWER|GARBLED)'/g, hands),
      ...['BATCH_REFUSED', 'NOT_SENT', 'NOT_SIGNED_IN', 'DAILY_RESERVE'],
    ].filter((code) => isOurs(code) || ['BATCH_REFUSED', 'NOT_SENT', 'NOT_SIGNED_IN', 'DAILY_RESERVE'].includes(code));

    expect(unique(codesOf(own))).toEqual(unique(there));
  });

  it.each([
    ['Salesforce', salesforce, Object.entries(salesforceCodes).map(([code, { fate }]) => [code, fate] as const)],
    ['HubSpot', hubspot, Object.entries(hubspotCodes).map(([code, { outcome }]) => [code, outcome] as const)],
  ])('sorts the codes of %s as the program does', (_name, chapter, there) => {
    const exitOfFate: Readonly<Record<string, string>> = { rejected: '4', drift: '5', auth: '6', limit: '7' };
    const ours = new Set(codesOf(own));
    const wanted = Map.groupBy(
      there.filter(([code]) => !ours.has(code)),
      ([, fate]) => fate,
    );
    const told = rows(chapter).map(([, exit, codes = '']) => ({ exit, codes: spans(codes).sort() }));

    expect(told).toHaveLength(wanted.size);
    for (const [fate, entries] of wanted) {
      const codes = entries.map(([code]) => code).sort();
      expect(told, fate).toContainEqual({ exit: exitOfFate[fate] ?? '4', codes });
    }
  });

  it('names the troubles of the network in which nothing was sent', () => {
    const paragraph = text.split('\n## ').find((part) => part.includes('ENOTFOUND')) ?? '';

    expect(network).toBeDefined();
    for (const code of neverSent) expect(spans(paragraph)).toContain(code);
  });

  it('names tests that are there for what goes wrong outside', () => {
    const named = rows(bad).map((cells) => cells.at(-1) ?? '');

    expect(named.length).toBeGreaterThan(10);
    for (const cell of named) {
      const [file = ''] = spans(cell);
      const test = cell.slice(cell.indexOf(':') + 1).trim();
      expect(read(file), cell).toContain(test);
    }
  });
});

describe('docs/errors.md and docs/errors.ja.md', () => {
  it('are one page in two languages', () => {
    const shape = (path: string) =>
      read(path)
        .split('\n')
        .filter((line) => /^#{1,3} |^\| /.test(line))
        .map((line) => (line.startsWith('|') ? line.split('|').length : line.split(' ')[0]));

    expect(shape('docs/errors.ja.md')).toEqual(shape('docs/errors.md'));
    expect(read('docs/errors.ja.md').match(/[ぁ-んァ-ヶ]/g)?.length).toBeGreaterThan(1_500);
  });

  it('are where both READMEs lead', () => {
    expect(read('README.md')).toContain('](docs/errors.md)');
    expect(read('README.ja.md')).toContain('](docs/errors.ja.md)');
  });
});
