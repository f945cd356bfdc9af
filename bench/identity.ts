// npm run bench:identity: so many source accounts and so many CRM records find each other by domain, through the store as a run
// does it, first from nothing and then with nothing changed; before that, matching by itself. Every link is checked against how the rows were made.
//
// node bench/identity.ts [--accounts N] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noClaims, refText } from '../src/domain/claims.ts';
import type { Decisions, SourceSettings } from '../src/domain/decisions.ts';
import { identify, rowIds } from '../src/domain/identity.ts';
import type { Account, AccountRef, SourceRecord } from '../src/domain/nouns.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Hall } from '../src/pipeline/hall.ts';
import { identifyAll } from '../src/pipeline/identities.ts';
import { openSqliteStore } from '../src/state/sqlite/store.ts';
import type { Lease, Store } from '../src/state/store.ts';
import { machine } from './machine.ts';
import { peakMb } from './peak.ts';

const { values } = parseArgs({
  options: { accounts: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const accounts = Number(values.accounts);
const signal = new AbortController().signal;

const source = (name: string, kind: string, ids: Readonly<Record<string, string>>): SourceSettings => ({
  name,
  kind,
  holds: 'roster',
  settings: {},
  key: ['id'],
  account: null,
  contact: null,
  at: null,
  columns: {},
  ids,
  freshWithinDays: null,
  lookbackSeconds: 0,
  rejectLimit: 0,
  label: { en: name, ja: name },
});
const sources = [
  source('product', 'csv', { account_id: 'id', domain: 'domain' }),
  source('crm', 'salesforce', { salesforce: 'Id', domain: 'Website' }),
];
const decisions = {
  sources,
  crms: [{ crm: 'salesforce', idKind: 'salesforce' }],
  identity: {
    match: ['account_id', 'domain'],
    keyFrom: ['account_id', 'salesforce', 'domain'],
    rosters: ['product', 'crm'],
    byHand: {},
    freeDomains: ['gmail.com', 'yahoo.co.jp'],
    population: null,
  },
} as unknown as Decisions;

/** The n-th customer as the product and the CRM write it. The CRM's ids run the other way, so that orders differ. */
const productId = (n: number) => `A-${String(n).padStart(7, '0')}`;
const crmId = (n: number) => `001${String(accounts - n).padStart(12, '0')}AAA`;
const record = (of: string, key: string, fields: SourceRecord['fields']): SourceRecord => ({
  source: of,
  stream: 'rows',
  key,
  at: '2026-11-21',
  account: null,
  contact: null,
  fields,
});
const made = {
  product: (n: number) =>
    record('product', productId(n), {
      id_account_id: productId(n),
      id_domain: `customer-${n}.co.jp`,
      name: `Customer ${n}`,
      plan: 'standard',
      seats: n % 500,
    }),
  crm: (n: number) =>
    record('crm', crmId(n), {
      id_salesforce: crmId(n),
      id_domain: `https://www.Customer-${n}.co.jp/about`,
      name: `Customer ${n} K.K.`,
      owner: `005${n % 40}`,
    }),
};

async function land(store: Store, lease: Lease, of: 'product' | 'crm'): Promise<void> {
  for (let from = 0; from < accounts; from += 5_000) {
    const records = Array.from({ length: Math.min(5_000, accounts - from) }, (_, i) => made[of](from + i));
    await store.facts.land(lease, {
      source: of,
      stream: 'rows',
      records,
      rejected: [],
      cursor: null,
      first: from === 0,
      last: from + 5_000 >= accounts,
      complete: true,
      gone: [],
      unmapped: [],
      now: systemClock.now(),
    });
  }
}
/** Links that are not as the rows were made. */
async function wrongLinks(store: Store): Promise<number> {
  let wrong = accounts - (await store.accounts.count());
  for (let n = 0; n < accounts; n += 97) {
    const account = await store.accounts.get(productId(n));
    if (account?.ids['salesforce'] !== crmId(n)) wrong += 1;
  }
  return wrong;
}

/** Matching by itself: rows in, a decision for each, with two maps of keys and nothing stored. */
function matchingAlone(): { ms: number; cpuMs: number; heapGrownMb: number; wrong: number } {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { identity } = decisions;
  const accountOfId = new Map<string, string>();
  for (let n = 0; n < accounts; n++)
    for (const ref of rowIds(idsIn(sources[0], made.product(n)), identity).refs)
      accountOfId.set(refText(ref), productId(n));
  let wrong = 0;
  const taken = new Set<string>();
  const list = { claims: noClaims, one: true, many: false, touched: (key: string) => taken.has(key) };
  for (let n = 0; n < accounts; n++) {
    const row = made.crm(n);
    const ids = rowIds(idsIn(sources[1], row), identity);
    const held = ids.refs.flatMap((ref) => {
      const key = accountOfId.get(refText(ref));
      return key === undefined ? [] : [{ account: accountCalled(key), by: [ref] }];
    });
    const decided = identify(row, ids, held, identity, list);
    if (decided.kind !== 'match' || decided.account.key !== productId(n)) wrong += 1;
    else taken.add(decided.account.key);
  }
  const ms = Math.round(performance.now() - started);
  const spent = process.cpuUsage(cpu);
  return {
    ms,
    cpuMs: Math.round((spent.user + spent.system) / 1_000),
    heapGrownMb: Math.round((process.memoryUsage().heapUsed - heap) / 1_048_576),
    wrong: wrong + (accounts - taken.size),
  };
}
function idsIn(from: SourceSettings | undefined, row: SourceRecord): AccountRef[] {
  return Object.keys(from?.ids ?? {}).flatMap((kind) => {
    const value = row.fields[`id_${kind}`];
    return typeof value === 'string' ? [{ kind, value }] : [];
  });
}
function accountCalled(key: string): Account {
  return { key, name: '', ids: { account_id: key }, owners: {}, parent: null, attributes: {}, contacts: [] };
}

const alone = matchingAlone();
const folder = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
const store = await openSqliteStore({ path: join(folder, 'state.sqlite'), clock: systemClock });
const { lease } = await store.runs.open({
  kind: 'run',
  job: 'bench',
  slot: null,
  asOf: '2026-11-21',
  configHash: '',
  owner: 'bench',
  now: systemClock.now(),
  ttlMs: 3_600_000,
});
const hall = { decisions, store, clock: systemClock, emit: () => undefined } as unknown as Hall;
await land(store, lease, 'product');
await land(store, lease, 'crm');

const cases: { pass: string; rows: number; ms: number; cpuMs: number; heapGrownMb: number; wrong: number }[] = [
  { pass: 'matching alone', rows: 2 * accounts, ...alone },
];
for (const pass of ['a whole pass, the first', 'a whole pass, nothing changed']) {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  let highest = heap;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }, 20);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { rows } = await identifyAll(hall, lease, signal);
  const ms = Math.round(performance.now() - started);
  const spent = process.cpuUsage(cpu);
  clearInterval(watch);
  cases.push({
    pass,
    rows,
    ms,
    cpuMs: Math.round((spent.user + spent.system) / 1_000),
    heapGrownMb: Math.round((highest - heap) / 1_048_576),
    wrong: await wrongLinks(store),
  });
}
const highestMb = peakMb();
await store.close();
await rm(folder, { recursive: true, force: true });
if (values.json) console.log(JSON.stringify({ machine, accounts, cases, peakMb: highestMb }, null, 2));
else {
  console.log(
    `${machine}\n\n${accounts} source accounts and ${accounts} CRM records by domain; peak ${highestMb} MB in all`,
  );
  console.table(cases);
}
if (cases.some(({ wrong }) => wrong > 0)) {
  console.error('some links are not as the rows were made');
  process.exitCode = 1;
}
