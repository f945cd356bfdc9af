// S15: people. Nothing about them is taken that nobody asked for; what is stored of one is shown on request, and gone on
// request from the file, its log, and whatever is written afterwards; copies that still hold it are named.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { filesBelow, leaks } from './canaries.ts';
import { kenko } from './command-line.ts';

const root = resolve(import.meta.dirname, '../..');

describe('S15 by default', () => {
  const homes = ['config', ...readdirSync(join(root, 'config/models')).map((name) => `config/models/${name}/config`)];
  it.each(homes)('S15 no name, address or number of a person is read: %s', (folder) => {
    const { sources } = parse(readFileSync(join(root, folder, 'sources.yaml'), 'utf8')) as {
      sources: Record<string, { holds: string; columns?: Record<string, unknown>; contact?: string }>;
    };
    const ofPeople = Object.entries(sources).filter(
      ([, source]) => source.holds === 'contacts' || source.contact !== undefined,
    );
    const read = ofPeople.flatMap(([name, { columns = {}, contact }]) =>
      [
        ...Object.entries(columns).flatMap(([word, column]) => [
          word,
          (column as { from?: string } | null)?.from ?? '',
        ]),
        contact ?? '',
      ].map((word) => `${name}.${word}`),
    );

    expect(ofPeople.length).toBeGreaterThan(2);
    expect(
      read.filter((word) =>
        /(^|[._])(e_?mail|mail|phone|mobile|tel|first_?name|last_?name|full_?name|name|address|birth\w*)$/.test(word),
      ),
    ).toEqual([]);
  });
});

describe('S15 a person', () => {
  const person = { key: 'P-Canary-4711', email: 'canary.4711@person.example', name: 'Kanariya Utatane' };
  const others = { otherKey: 'P-Other-1', otherEmail: 'other.1@person.example' };
  let home: SmallHome;
  const state = () => join(home.folder, 'state.sqlite');
  const inState = () => {
    const beside = readdirSync(home.folder).filter((name) => name.startsWith('state.sqlite'));
    return Object.fromEntries(beside.map((name) => [name, readFileSync(join(home.folder, name), 'latin1')]));
  };
  const night = async () => {
    home.clock.push(86_400_000);
    await home.save();
    const { hall, store } = await home.open();
    const request = { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null } as const;
    const report = await run(hall, { ...request, reread: true, lifted: false }, new AbortController().signal);
    await store.close();
    return report;
  };
  const command = (...argv: string[]) => kenko([...argv, '--home', home.folder, '--log-level', 'debug']);
  const erased: Record<string, string> = {};

  beforeAll(async () => {
    const sources = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, owner_salesforce: {from: owner, type: text}, answer: {from: satisfaction, type: number, min: 0, max: 10}}
  people:
    kind: csv
    holds: contacts
    settings: {path: people.csv}
    key: [person]
    account: {column: id, kind: account_id}
    contact: person
    columns: {role: text, email: text, full_name: text}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: {type: number, required: true}}
    fresh_within_days: 7
    reject_limit: 0.2
`;
    home = await smallHome([{ id: 'a', logins: 1, satisfaction: 1 }], { 'config/sources.yaml': sources });
    writeFileSync(
      join(home.folder, 'people.csv'),
      `person,id,role,email,full_name\n${person.key},a,champion,${person.email},${person.name}\n${others.otherKey},a,user,${others.otherEmail},Other Person\n`,
    );
    await night();
  });
  afterAll(() => home.remove());

  it('S15 is shown everything that is stored of them, and nothing of anybody else', async () => {
    const shown = await command('export', '--contact', person.key);

    expect(shown.exitCode, shown.stderr).toBe(0);
    for (const value of Object.values(person)) expect(shown.stdout).toContain(value);
    expect(leaks(others, { shown: shown.stdout })).toEqual([]);
    expect(leaks(person, { log: shown.stderr })).toEqual([]);
  });

  it('S15 is erased from the file, its log and all that is said afterwards; copies that still hold them are named', async () => {
    const copy = join(home.folder, 'older.sqlite');
    await command('backup', copy);
    expect(leaks(person, inState()).length).toBeGreaterThan(0);

    const told = await command('erase', '--contact', person.key, '--json');
    const again = await command('erase', '--contact', person.key);
    const after = await command('export', '--contact', person.key);
    Object.assign(erased, {
      told: told.stderr,
      after: after.stdout.replaceAll(`"contact": "${person.key}"`, ''),
      log: after.stderr,
    });

    expect(told.exitCode, told.stderr).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ erased: expect.any(Number), copies: [copy] });
    expect(leaks(person, inState())).toEqual([]);
    expect(leaks(person, erased)).toEqual([]);
    expect(again.exitCode).toBe(2);
    expect(existsSync(copy)).toBe(true);
    expect(leaks(person, { copy: readFileSync(copy, 'latin1') }).length).toBeGreaterThan(0);
    expect(leaks(others, inState()).length).toBeGreaterThan(0);
  });

  it('S15 does not come back with the next reading, and the audit and the invariants hold', async () => {
    const report = await night();
    const status = await command('status', '--json');
    const audit = await command('audit', 'verify', '--json');
    const rows = await command('audit', 'export', '--format', 'jsonl');

    expect(report.sources.find(({ name }) => name === 'people')).toMatchObject({ rows: 2 });
    expect(
      leaks(person, {
        ...inState(),
        report: JSON.stringify(report),
        status: status.stdout + status.stderr,
        rows: rows.stdout,
      }),
    ).toEqual([]);
    expect(audit.exitCode, audit.stderr).toBe(0);
    expect(rows.stdout).toContain('"action":"erase"');
  });

  it('S15 stands nowhere else below the home but in the file that the company gave, and in the named copy', () => {
    const places = leaks(person, filesBelow(home.folder)).map((leak) =>
      leak.split(' in ')[1]?.slice(home.folder.length + 1),
    );

    expect([...new Set(places)].sort()).toEqual(['older.sqlite', 'people.csv']);
    expect(state()).toContain(home.folder);
  });
});
