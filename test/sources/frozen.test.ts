// What a failed source means for the CRM: what depends on it stands still, and nothing becomes a zero. A whole run, from the
// source to the CRM in a Map, for every kind that needs no server but a file or loopback.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { type Customer, crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { whole } from '../support/small-run.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const customers: readonly Customer[] = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'b', logins: 10, satisfaction: 5 },
];

let home: SmallHome;
let web: WebServer;
beforeAll(async () => {
  web = await startWebServer();
});
afterEach(async () => await home.remove());
afterAll(() => web.close());

async function runOnce() {
  const { hall, store } = await home.open();
  try {
    return await run(hall, whole, new AbortController().signal);
  } finally {
    for (const source of hall.sources) await source.close();
    await store.close();
  }
}
/** Usage of one day, as small-home's own file has it. */
function usage(
  day: string,
  count = 1,
): readonly { readonly id: string; readonly day: string; readonly logins: number }[] {
  return home.customers.flatMap(({ id, logins }) =>
    Array.from({ length: count }, () => ({ id, day, logins: Number(logins) })),
  );
}
const csvOf = (rows: ReturnType<typeof usage>) =>
  `id,day,logins\n${rows.map((row) => `${row.id},${row.day},${row.logins}\n`).join('')}`;
const source = (kind: string, settings: string) => `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, owner_salesforce: {from: owner, type: text}, answer: {from: satisfaction, type: number, min: 0, max: 10}}
  usage:
    kind: ${kind}
    holds: events
    settings: ${settings}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: {type: number, required: true}}
    fresh_within_days: 7
    reject_limit: 0.2
`;
async function writeSqlite(rows: ReturnType<typeof usage>): Promise<void> {
  await rm(join(home.folder, 'data/usage.db'), { force: true });
  const db = new Database(join(home.folder, 'data/usage.db'));
  db.exec('CREATE TABLE usage (id TEXT, day TEXT, logins INTEGER)');
  for (const row of rows) db.prepare('INSERT INTO usage VALUES (@id, @day, @logins)').run(row);
  db.close();
}

interface World {
  readonly settings: string;
  fill(rows: ReturnType<typeof usage>): Promise<void>;
  readonly faults: Readonly<Record<string, () => Promise<void>>>;
}
const worlds = (): Readonly<Record<string, World>> => ({
  files: {
    settings:
      '{path: data/usage.csv.gz, cells: {day: day, logins: number}, per: [id, day], make: {logins: {sum: logins}}}',
    fill: (rows) => writeFile(join(home.folder, 'data/usage.csv.gz'), gzipSync(csvOf(rows))),
    faults: {
      'is cut off': async () => {
        const bytes = gzipSync(csvOf(usage('2026-06-01', 5_000)));
        await writeFile(join(home.folder, 'data/usage.csv.gz'), bytes.subarray(0, bytes.length / 2));
      },
      'is gone': () => rm(join(home.folder, 'data/usage.csv.gz')),
    },
  },
  sqlite: {
    settings: '{path: data/usage.db, query: SELECT * FROM usage}',
    fill: writeSqlite,
    faults: {
      'lost its table': async () => {
        const db = new Database(join(home.folder, 'data/usage.db'));
        db.exec('DROP TABLE usage');
        db.close();
      },
      'is suddenly empty': () => writeSqlite([]),
    },
  },
  rest: {
    settings: `{url: "${web.url}/usage", rows: items, allow_addresses: [127.0.0.1/32]}`,
    fill: async (rows) => {
      web.answer = () => ({ body: { items: rows } });
    },
    faults: {
      'answers with a sign-in page': async () => {
        web.answer = () => ({ body: '<html>Sign in</html>' });
      },
      'refuses the key': async () => {
        web.answer = () => ({ status: 401 });
      },
      'is suddenly empty': async () => {
        web.answer = () => ({ body: { items: [] } });
      },
    },
  },
});

describe.each(['files', 'sqlite', 'rest'])('when a %s source', (kind) => {
  const names: Readonly<Record<string, readonly string[]>> = {
    files: ['is cut off', 'is gone'],
    sqlite: ['lost its table', 'is suddenly empty'],
    rest: ['answers with a sign-in page', 'refuses the key', 'is suddenly empty'],
  };
  it.each(names[kind] ?? [])('%s, what stands in the CRM stays as it is', async (fault) => {
    const world = worlds()[kind];
    if (world === undefined) throw new Error('there is such a world');
    home = await smallHome(customers, { 'config/sources.yaml': source(kind, world.settings) });
    await world.fill(usage('2026-05-31'));
    const first = await runOnce();
    expect(first.exitCode, JSON.stringify(first, null, 1)).toBe(0);
    const before = structuredClone([...home.crm.records]);
    const writes = home.crm.writes;

    home.clock.push(86_400_000);
    await home.save();
    await world.faults[fault]?.();
    const report = await runOnce();

    expect(report.exitCode).not.toBe(0);
    expect(home.crm.writes).toBe(writes);
    expect([...home.crm.records]).toEqual(before);
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: 100 });
  });
});
