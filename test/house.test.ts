// Keeps the floors: who may import whom, which package is named where, and what only one file may touch. The table is the
// plan of the house; a line here that has to be widened is a question to ask first.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort();

/** Rooms each room may import, besides itself. A path names one file. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  lib: [],
  config: ['domain', 'lib'],
  clients: ['lib'],
  sources: ['domain', 'lib', 'clients'],
  crm: ['domain', 'lib', 'clients'],
  state: ['domain', 'lib'],
  pipeline: ['domain', 'lib', 'sources/source.ts', 'crm/crm.ts', 'state/store.ts'],
  scheduler: ['lib', 'pipeline', 'state/store.ts'],
  console: ['domain', 'lib', 'pipeline', 'state/store.ts'],
  cli: ['domain', 'lib', 'config', 'pipeline', 'scheduler', 'console', 'app.ts'],
  sandbox: ['lib'],
  'app.ts': ['domain', 'lib', 'config', 'clients', 'sources', 'crm', 'state', 'pipeline'],
  'main.ts': ['cli', 'lib'],
};
/** Files that may see more than their room. */
const besides: Readonly<Record<string, readonly string[]>> = { 'cli/sandbox.ts': ['sandbox'] };

/** Where a package may be named: rooms or files. */
const packagePlaces: Readonly<Record<string, readonly string[]>> = {
  jsforce: ['clients/salesforce/'],
  undici: ['clients/salesforce/', 'clients/http.ts', 'clients/s3.ts', 'clients/webhook.ts'],
  '@hubspot/api-client': ['clients/hubspot/'],
  'csv-parse': ['sources/csv.ts', 'config/hand-map.ts', 'sandbox/'],
  'better-sqlite3': ['state/sqlite/', 'clients/sqlite.ts'],
  mysql2: ['clients/mysql.ts'],
  '@google-cloud/bigquery': ['clients/bigquery.ts'],
  '@duckdb/node-api': ['clients/duckdb.ts'],
  pg: ['clients/postgres.ts'],
  'pg-query-stream': ['clients/postgres.ts'],
  'node-cron': ['scheduler/'],
  croner: ['scheduler/'],
  pino: ['lib/'],
  'p-queue': ['lib/'],
  cockatiel: ['lib/'],
  hono: ['console/', 'sandbox/'],
  '@hono/node-server': ['console/', 'sandbox/'],
  commander: ['cli/'],
  'cli-table3': ['cli/'],
  yaml: ['config/'],
  zod: ['config/', 'clients/', 'sources/', 'crm/'],
  liquidjs: ['domain/words.ts'],
  tldts: ['domain/domain-name.ts'],
  'libphonenumber-js': ['domain/phone.ts'],
  'temporal-polyfill': ['domain/calendar.ts'],
  'date-holidays': ['domain/calendar.ts'],
  '@jetstreamapp/soql-parser-js': ['sandbox/'],
};

interface Import {
  readonly file: string;
  readonly target: string;
}
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm);
  return [...found].map((match) => ({ file, target: match[1] ?? '' }));
});
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);
const codeOf = (file: string): string =>
  readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

/** The files at the top of the project. */
const kept = new Set(
  'CHANGELOG.md Dockerfile LICENSE README.ja.md README.md SECURITY.md biome.json compose.yaml package-lock.json package.json tsconfig.build.json tsconfig.json vitest.config.ts'.split(
    ' ',
  ),
);

describe('the house', () => {
  it('knows every room', () => {
    const rooms = [...new Set(files.map(roomOf))];

    expect(rooms.filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('imports only from the floors below', () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith('.'))
      .map(({ file, target }) => ({
        file,
        path: relative(src, resolve(src, dirname(file), target)).replaceAll('\\', '/'),
      }))
      .filter(({ file, path }) => {
        const room = roomOf(file);
        if (roomOf(path) === room || path === '../package.json') return false;
        const allowed = [...(mayImport[room] ?? []), ...(besides[file] ?? [])];
        return !allowed.some((one) => path === one || roomOf(path) === one);
      });

    expect(wrong.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });

  it('names each package only in its room', () => {
    const wrong = imports
      .filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
      .filter(({ file, target }) => {
        const name = target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/');
        return !(packagePlaces[name] ?? []).some((place) => file.startsWith(place));
      });

    expect(wrong.map(({ file, target }) => `${file} names ${target}`)).toEqual([]);
  });

  it('keeps the garden out of the house', () => {
    const visitors = imports
      .filter(({ file, target }) => target.includes('/sandbox/') && roomOf(file) !== 'sandbox')
      .map(({ file }) => file);

    expect([...new Set(visitors)]).toEqual(['cli/sandbox.ts']);
  });

  it('ends the process in main.ts only, and reads the environment in app.ts only', () => {
    const exits = files.filter((file) => /\bprocess\.exit\(/.test(codeOf(file)));
    const readers = files.filter((file) => /\bprocess\.env\b/.test(codeOf(file)));

    expect(exits).toEqual(['main.ts']);
    expect(readers).toEqual(['app.ts']);
  });

  it('speaks SQL in state/ and to databases that are sources', () => {
    const sql = /\b(INSERT INTO|CREATE TABLE|DELETE FROM|UPDATE \w+ SET)\b/;

    expect(files.filter((file) => sql.test(codeOf(file))).filter((file) => !file.startsWith('state/'))).toEqual([]);
  });

  it('has a pure domain: no clock, no chance, no disk, nothing async', () => {
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\basync\b|\bawait\b|node:(fs|http|https|net|child_process|os)\b|\bprocess\./;

    expect(files.filter((file) => file.startsWith('domain/')).filter((file) => impure.test(codeOf(file)))).toEqual([]);
  });

  it('opens every file by saying what it is for', () => {
    const silent = files.filter((file) => !/^(#![^\n]*\n)?\/\/ /.test(readFileSync(join(src, file), 'utf8')));

    expect(silent).toEqual([]);
  });

  it('has no file lying about at its top', () => {
    // A folder may be somebody's home (`kenko init my-company`); a file at the top is ours.
    const top = readdirSync(join(src, '..'), { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? entry.name : [],
    );

    expect(top.filter((name) => !name.startsWith('.') && !kept.has(name))).toEqual([]);
  });

  it('has no drawers', () => {
    const drawers =
      /(^|\/)(util|utils|common|misc|service|handler|helpers?|base|impl|types|interfaces|index)\.ts$|Manager/;

    expect(files.filter((file) => drawers.test(file))).toEqual([]);
  });
});
