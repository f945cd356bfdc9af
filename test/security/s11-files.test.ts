// S11, S12: files that are bombs, devices, links or lies: YAML that grows, names that are object machinery, paths that leave
// their folder; and a file of ours is whole or the old one.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { largestFile, readYaml } from '../../src/config/read.ts';
import { resolveSecrets } from '../../src/config/secrets.ts';
import { KenkoError } from '../../src/lib/errors.ts';
import { openPlainFile, pathUnder, writeWhole } from '../../src/lib/safe-file.ts';
import { openCsvSource } from '../../src/sources/csv.ts';
import { openSqliteSource } from '../../src/sources/sqlite.ts';
import { readAll } from '../sources/contract.ts';
import { sourceSettings } from '../sources/settings.ts';
import { errorsOf, loadTexts } from '../support/yaml-home.ts';

const prototype = Object.getOwnPropertyNames(Object.prototype).sort().join();
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('S11 YAML', () => {
  const read = (text: string) => readYaml('config/kenko.yaml', Buffer.from(text));
  const lines = (count: number, line: (nth: number) => string) =>
    Array.from({ length: count }, (_, nth) => line(nth)).join('\n');
  const bombs: readonly (readonly [string, string])[] = [
    [
      'a billion laughs',
      `a0: &a0 [lol]\n${lines(9, (nth) => `a${nth + 1}: &a${nth + 1} [${`*a${nth}, `.repeat(9)}*a${nth}]`)}`,
    ],
    ['one alias', 'a: &x 1\nb: *x'],
    ['an alias of itself', 'a: &x [*x]'],
    ['a merge', 'a: &x {b: 1}\nc:\n  <<: *x'],
    ['a tag for code', 'a: !!js/function "function () { return 1 }"'],
    ['a tag of Python', 'a: !!python/object/apply:os.system ["id"]'],
    ['a tag of its own', 'a: !evil 1'],
    ['brackets without end', `a: ${'['.repeat(10_000)}`],
    ['brackets that close', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['depth by indentation', lines(200, (nth) => `${' '.repeat(nth)}a:`)],
    ['__proto__ as a name', '__proto__:\n  polluted: true\na: 1'],
    ['__proto__ inside', 'a:\n  __proto__: {polluted: true}'],
    ['constructor as a name', 'constructor: {prototype: {polluted: true}}'],
    ['a quoted __proto__', '"__proto__": {polluted: true}'],
    ['a name twice', 'a: 1\na: 2'],
    ['a name that is a list', '? [a, b]\n: 1'],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['a NUL', 'a: "x\u0000y"\u0000'],
    ['more than 1 MiB', `a: ${'x'.repeat(largestFile)}`],
  ];

  it.each(bombs)('S11 %s is refused with its place, and nothing of it is taken', (_what, text) => {
    const found = read(text);

    expect(found.ok).toBe(false);
    expect(found.ok ? [] : found.problems.map(({ where }) => where)).toContainEqual(
      expect.stringContaining('config/kenko.yaml'),
    );
    const guessed = found.ok ? null : found.guessed?.data;
    expect(JSON.stringify(guessed ?? null).length).toBeLessThan(100_000);
  });

  it('S11 a home with such a file is told so, and no command works on it', async () => {
    const { decisions, problems } = await loadTexts({ kenko: '__proto__: {polluted: true}\nname: x\n' });

    expect(decisions).toBeNull();
    expect(errorsOf(problems).length).toBeGreaterThan(0);
  });

  it('S11 values are read as the core schema says: no dates, no octals by zero, no yes and no', () => {
    const found = read('day: 2026-11-22\nyes: yes\nn: 010\nbig: 0x1F\n');

    expect(found.ok && found.file.data).toEqual({ day: '2026-11-22', yes: 'yes', n: 10, big: 31 });
  });
});

describe('S12 paths', () => {
  const root = mkdtempSync(join(tmpdir(), 'kenko-paths-'));
  const home = join(root, 'home');
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeEach(() => {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(join(home, 'data'), { recursive: true });
    writeFileSync(join(root, 'outside.csv'), 'key,day,value\na,2026-01-01,1\n');
    writeFileSync(join(home, 'data/inside.csv'), 'key,day,value\na,2026-01-01,1\n');
  });
  const csv = (path: string) => readAll(openCsvSource(sourceSettings('csv', { path }), home));
  const sqlite = (path: string) =>
    readAll(
      openSqliteSource(
        sourceSettings('sqlite', {
          path,
          query: 'SELECT 1 AS key, 2 AS value, 3 AS day',
          timeout_seconds: 1,
        }),
        home,
      ),
    );

  it('S12 below the home are read, links inside of it as well', async () => {
    symlinkSync(join(home, 'data/inside.csv'), join(home, 'data/link.csv'));

    for (const path of ['data/inside.csv', './data/../data/inside.csv', 'data/link.csv', join(home, 'data/inside.csv')])
      expect(
        (await csv(path)).flatMap(({ records }) => records),
        path,
      ).toHaveLength(1);
  });

  it.each([
    '../outside.csv',
    'data/../../outside.csv',
    '/etc/passwd',
    '/dev/zero',
    '/proc/self/environ',
    'data/../../../../../../etc/passwd',
    '..',
    '.',
    'data',
    '/',
    'data\u0000/../../outside.csv',
    'file:///etc/passwd',
    '~/x',
    '....//outside.csv',
    '%2e%2e/outside.csv',
    '..\\outside.csv',
  ])('S12 %j is not read, as CSV or as a database', async (path) => {
    for (const source of [csv, sqlite]) {
      const ended = await source(path).then(
        (pages) => pages.flatMap(({ records }) => records),
        (error: unknown) => error,
      );
      expect(ended instanceof Error || (ended as unknown[]).length === 0, path).toBe(true);
    }
  });

  it('S12 links that lead out, to a device or to nowhere are not followed', async () => {
    for (const [name, target] of [
      ['out.csv', join(root, 'outside.csv')],
      ['zero.csv', '/dev/zero'],
      ['passwd.csv', '/etc/passwd'],
      ['none.csv', '/nowhere/x'],
    ] as const) {
      symlinkSync(target, join(home, 'data', name));
      await expect(csv(`data/${name}`), name).rejects.toBeInstanceOf(KenkoError);
    }
    symlinkSync(root, join(home, 'up'));
    await expect(csv('up/outside.csv')).rejects.toThrow('a path leaves its folder');
  });

  it('S12 a pipe does not hold us up, neither by its name nor behind a link, nor where a secret is expected', async () => {
    const pipe = join(home, 'data/pipe.csv');
    execFileSync('mkfifo', [pipe]);
    symlinkSync(pipe, join(home, 'data/behind.csv'));

    await expect(csv('data/pipe.csv')).rejects.toThrow(KenkoError);
    await expect(csv('data/behind.csv')).rejects.toThrow(KenkoError);
    await expect(openPlainFile(join(home, 'data/behind.csv'))).rejects.toThrow('not a plain file');
    for (const path of [pipe, '/dev/zero', home]) {
      const resolved = resolveSecrets({ access_token: `\${file:${path}}` }, [], { env: {}, home }, null);
      expect(resolved.faults[0]?.what, path).toContain('not a plain file');
    }
  });

  it('S12 a secret of any size is not read into memory', () => {
    writeFileSync(join(home, 'big'), 'x'.repeat(100_000));

    expect(resolveSecrets({ access_token: '${file:big}' }, [], { env: {}, home }, null).faults[0]?.what).toContain(
      'too large',
    );
  });

  it('S12 a path is resolved before it is judged', async () => {
    mkdirSync(join(root, 'home-2'));
    writeFileSync(join(root, 'home-2/x.csv'), '');

    await expect(pathUnder(home, '../home-2/x.csv')).rejects.toThrow('a path leaves its folder');
    expect(await pathUnder(home, 'data/new.csv')).toBe(join(home, 'data/new.csv'));
  });
});

describe('S12 a file that we write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-write-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'out.csv');

  it('S12 is readable by its owner only, and never put over one that is there', async () => {
    await writeWhole(path, 'old', { replace: false });

    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(writeWhole(path, 'new', { replace: false })).rejects.toThrow('a file is there already');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('S12 that breaks off half-way leaves the old one whole and no part behind', async () => {
    await writeWhole(path, 'old', { replace: true });
    // A disk that is full in the middle, as the writing sees it.
    const broken = (function* () {
      yield 'half of the new';
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    })() as unknown as string;

    await expect(writeWhole(path, broken, { replace: true })).rejects.toThrow('no space left');

    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out.csv']);
  });

  it('S12 is not written through a link that somebody laid', async () => {
    const stranger = join(folder, 'stranger');
    writeFileSync(stranger, 'theirs');
    symlinkSync(stranger, join(folder, `.linked.${process.pid}.part`));
    symlinkSync(stranger, join(folder, 'linked'));

    await writeWhole(join(folder, 'linked'), 'ours', { replace: true });

    expect(readFileSync(stranger, 'utf8')).toBe('theirs');
    expect(lstatSync(join(folder, 'linked')).isSymbolicLink()).toBe(false);
    expect(existsSync(join(folder, `.linked.${process.pid}.part`))).toBe(false);
  });
});
