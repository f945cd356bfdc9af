// Extract on its own feet: sources side by side, one page in hand each, results in the order of the config, a failure that
// stays with its source, and a reading that goes on where a dead process left it.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../src/domain/nouns.ts';
import { Crash, SourceError, StoreError } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { type Extracted, extract } from '../../src/pipeline/extract.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Page, Source } from '../../src/sources/source.ts';
import type { Lease } from '../../src/state/store.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const today = '2026-06-01';
const customers = [{ id: 'a', logins: 20, satisfaction: 10 }];

let home: SmallHome;
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
  await home.remove();
});

const record = (source: string, key: string): SourceRecord => ({
  source,
  stream: 'rows',
  key,
  at: today,
  account: null,
  contact: null,
  fields: { logins: 1 },
});
/** A source whose pages are made by a generator. */
function source(name: string, read: () => AsyncIterable<Page>): Source {
  return { name, streams: [{ name: 'rows', columns: {} }], check: async () => [], read, close: async () => undefined };
}
const page = (name: string, keys: readonly string[], last: boolean): Page => ({
  records: keys.map((key) => record(name, key)),
  rejected: [],
  cursor: null,
  last,
  complete: true,
  gone: [],
  unmapped: [],
});
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** The extract stage over these sources, in a run of its own. */
async function extracting(
  sources: readonly Source[],
  options: { readonly atOnce?: number; readonly only?: readonly string[]; readonly kind?: string } = {},
  use: (hall: Hall, lease: Lease) => Promise<void> = async () => undefined,
): Promise<readonly Extracted[]> {
  home = await smallHome(customers);
  const { hall, store } = await home.open();
  cleanUp.push(() => store.close());
  const [pattern] = hall.decisions.sources;
  if (pattern === undefined) throw new Error('the small home has a source');
  const settings = sources.map(({ name }) => ({ ...pattern, name, kind: options.kind ?? 'csv', rejectLimit: 1 }));
  const decisions = { ...hall.decisions, sources: settings, sourcesAtOnce: options.atOnce ?? 3 };
  const own = { ...hall, decisions, sources };
  const { lease } = await store.runs.open({
    kind: 'run',
    job: 'kenko',
    slot: null,
    asOf: today,
    configHash: 'x',
    owner: 'test',
    now: hall.clock.now(),
    ttlMs: 600_000,
  });
  await use(own, lease);
  return await extract(own, lease, { asOf: today, today, only: options.only ?? null }, never);
}

describe('several sources at once', () => {
  it('do not wait for the slow one, and are told in the order of the config', async () => {
    const slow = gate();
    const ended: string[] = [];
    const quick = (name: string) =>
      source(name, async function* () {
        yield page(name, ['1', '2'], true);
        ended.push(name);
        if (ended.length === 3) slow.open();
      });
    const waiting = source('slow', async function* () {
      await slow.opened;
      yield page('slow', ['1'], true);
      ended.push('slow');
    });

    const found = await extracting([waiting, quick('a'), quick('b'), quick('c')], { atOnce: 2 });

    expect(ended).toEqual(['a', 'b', 'c', 'slow']);
    expect(found.map((one) => [one.source, one.rows])).toEqual([
      ['slow', 1],
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
  });

  it('have one page in hand each: the next is asked for when the last is landed', async () => {
    let landed = 0;
    let handed = 0;
    let most = 0;
    cleanUp.push(
      onStep((name) => {
        if (name === 'db.facts.land:after') landed += 1;
      }),
    );
    const eager = (name: string) =>
      source(name, async function* () {
        for (let nth = 1; nth <= 20; nth++) {
          handed += 1;
          most = Math.max(most, handed - landed);
          yield page(name, [`${nth}`], nth === 20);
        }
      });

    await extracting(['a', 'b', 'c', 'd', 'e'].map(eager), { atOnce: 2 });

    expect(landed).toBe(100);
    expect(most).toBe(2);
  });

  it('follow each other where this machine itself does the counting', async () => {
    let open = 0;
    let most = 0;
    const counting = (name: string) =>
      source(name, async function* () {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        yield page(name, ['1'], true);
        open -= 1;
      });

    await extracting(['a', 'b', 'c'].map(counting), { kind: 'files' });

    expect(most).toBe(1);
  });

  it('go on when one of them fails, and stop all together when the disk does', async () => {
    const failing = (name: string, error: Error) =>
      source(name, async function* () {
        yield page(name, ['1'], false);
        throw error;
      });
    const whole = source('whole', async function* () {
      for (let nth = 1; nth <= 50; nth++) yield page('whole', [`${nth}`], nth === 50);
    });

    const found = await extracting([failing('away', new SourceError('gone', { where: 'away' })), whole]);
    const disk = extract2(failing('disk', new StoreError('the disk is full', { where: 'state' })), whole);

    expect(found.map((one) => [one.source, one.rows, one.failure?.code ?? null])).toEqual([
      ['away', 1, 'E_SOURCE'],
      ['whole', 50, null],
    ]);
    await expect(disk).rejects.toThrow('the disk is full');
  });
  async function extract2(...sources: readonly Source[]) {
    await home.remove();
    return await extracting(sources);
  }
});

const sqliteUsage = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, owner_salesforce: {from: owner, type: text}, answer: {from: satisfaction, type: number}}
  usage:
    kind: sqlite
    holds: events
    settings: {path: data/usage.db, query: "SELECT * FROM usage", cursor: seq, lookback_count: 10}
    key: [seq]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: number}
`;
async function writeUsage(rows: number): Promise<void> {
  await rm(join(home.folder, 'data/usage.db'), { force: true });
  const db = new Database(join(home.folder, 'data/usage.db'));
  db.exec('CREATE TABLE usage (seq INTEGER, id TEXT, day TEXT, logins INTEGER)');
  const insert = db.prepare('INSERT INTO usage VALUES (?, ?, ?, ?)');
  db.transaction(() => {
    for (let seq = 1; seq <= rows; seq++) insert.run(seq, 'a', '2026-05-31', 1);
  })();
  db.close();
}
const request = { ...whole, until: 'extract' } as const;
async function runOnce(more: { readonly until?: null; readonly source?: readonly string[] } = {}) {
  const { hall, store } = await home.open();
  try {
    return { report: await run(hall, { ...request, ...more }, never), health: await store.facts.health() };
  } finally {
    for (const one of hall.sources) await one.close();
    await store.close();
  }
}
const rowsOf = (report: Awaited<ReturnType<typeof runOnce>>['report'], name: string) =>
  report.sources.find((one) => one.name === name)?.rows;

describe('a process that died in the middle of a source', () => {
  it('goes on from the last page that was landed, and counts nothing twice', async () => {
    home = await smallHome(customers, { 'config/sources.yaml': sqliteUsage });
    await writeUsage(5_500);
    let lands = 0;
    const stop = onStep((name) => {
      if (name === 'db.facts.land:after' && ++lands === 4) throw new Crash('the process died');
    });
    cleanUp.push(stop);
    await expect(runOnce({ source: ['usage'] })).rejects.toThrow(Crash);
    stop();
    home.clock.push(600_000);

    const { report, health } = await runOnce({ source: ['usage'] });

    expect(report.exitCode, JSON.stringify(report.problems)).toBe(0);
    // Four pages of a thousand were landed; what was left came, and the ten that are looked back at.
    expect(rowsOf(report, 'usage')).toBe(1_511);
    expect(health.find(({ source: name }) => name === 'usage')?.rows).toBe(5_500);
  });

  it('leaves a half that nobody takes for the whole, even when another source is read next', async () => {
    home = await smallHome(customers, { 'config/sources.yaml': sqliteUsage });
    await writeUsage(5_500);
    let lands = 0;
    const stop = onStep((name) => {
      if (name === 'db.facts.land:after' && ++lands === 4) throw new Crash('the process died');
    });
    cleanUp.push(stop);
    await expect(runOnce({ source: ['usage'] })).rejects.toThrow(Crash);
    stop();
    home.clock.push(600_000);

    const { report } = await runOnce({ until: null, source: ['customers'] });

    expect(report.gates.filter((one) => one.stopped).map((one) => one.says)).toEqual([
      'usage could not be read whole. Nothing is written from half an answer; mend the source and run again.',
    ]);
    expect(home.crm.writes).toBe(0);
  });
});

describe('run --until extract', () => {
  it('reads the sources that were named and needs no CRM', async () => {
    home = await smallHome(customers);
    const { hall, store } = await home.open();
    const away = { ...hall.crms[0]?.crm, identify: () => Promise.reject(new Error('nobody is asked')) };
    const alone = { ...hall, crms: [{ ...hall.crms[0], crm: away }] } as unknown as Hall;

    const report = await run(alone, { ...request, source: ['usage'] }, never);
    const health = await store.facts.health();
    await store.close();

    expect(report.exitCode, JSON.stringify(report.problems)).toBe(0);
    expect(health.map((one) => one.source)).toEqual(['usage']);
  });

  it('opens no run for a name that nobody has', async () => {
    home = await smallHome(customers);

    await expect(runOnce({ source: ['usage', 'usgae'] })).rejects.toThrow('there is no source called usgae');

    const { hall, store } = await home.open();
    expect(await store.runs.last(1)).toEqual([]);
    for (const one of hall.sources) await one.close();
    await store.close();
  });

  it('asks about no source but the named', async () => {
    home = await smallHome(customers);

    const { report } = await runOnce({ source: ['customers'] });

    expect(report.exitCode, JSON.stringify(report.gates)).toBe(0);
    expect(report.sources.map((one) => one.name)).toEqual(['customers']);
  });

  it('ends with 8 when what it read is too old', async () => {
    home = await smallHome(customers);
    await writeFile(join(home.folder, 'data/usage.csv'), 'id,day,logins\na,2026-04-01,1\n');

    const { report } = await runOnce();

    expect(report.exitCode).toBe(8);
    expect(report.gates.find((one) => one.id === 'G1')?.says).toContain('usage is 61 days old, 7 allowed');
  });
});
