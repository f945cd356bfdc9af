// Five million rows of usage become one row per account: by Kenko's own source, by the engine below it alone, and by a
// streaming csv-parse loop. Each runs in a process of its own on the same file; all three must give what was counted while
// the file was made.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { openFilesSource } from '../src/sources/files/files.ts';
import { peakMb } from './peak.ts';

const rows = Number(process.env['BENCH_ROWS'] ?? 5_000_000);
const accounts = 20_000;
const usersPerAccount = 12;
const asOf = '2026-06-30';
const windowFrom = '2026-06-03';
const dayMs = 86_400_000;
/** Days of the file: the newest 60, so that about half of it lies in the window. */
const days = Array.from({ length: 60 }, (_, i) =>
  new Date(Date.parse(`${asOf}T00:00:00Z`) - i * dayMs).toISOString().slice(0, 10),
);

/** One line per account, sorted: what everybody must come to. */
type Counted = readonly [account: string, loginDays: number, users: number, lastSeen: string];
interface Took {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly digest: string;
}

const query = `SELECT account_id, count(DISTINCT day) FILTER (WHERE logins > 0) AS login_days,
    count(DISTINCT user_id) AS users, max(day) AS last_seen
  FROM rows WHERE day > CAST(:as_of AS DATE) - 28 AND day <= CAST(:as_of AS DATE) GROUP BY account_id`;

export interface FilesBench {
  readonly rows: number;
  readonly fileMb: number;
  readonly kenko: Took;
  readonly engine: Took;
  readonly loop: Took;
  readonly right: boolean;
}

/** Makes the file, runs the three, compares. */
export async function benchFiles(): Promise<FilesBench> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-bench-'));
  try {
    const file = join(folder, 'usage.csv');
    const wanted = digestOf(await makeFile(file));
    const runs = { kenko: [] as Took[], engine: [] as Took[] };
    // Taken in turns, so that what else the machine does meets both.
    for (let turn = 0; turn < 5; turn++)
      for (const who of ['engine', 'kenko'] as const) runs[who].push(child(who, folder));
    const loop = child('loop', folder);
    const [kenko, engine] = [best(runs.kenko), best(runs.engine)];
    return {
      rows,
      fileMb: Math.round((await stat(file)).size / 2 ** 20),
      kenko,
      engine,
      loop,
      right: [kenko, engine, loop].every((one) => one.digest === wanted),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
function best(runs: readonly Took[]): Took {
  return [...runs].sort((a, b) => a.ms - b.ms)[0] as Took;
}
function child(who: string, folder: string): Took {
  const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), who, folder], { encoding: 'utf8' });
  return JSON.parse(out) as Took;
}
function digestOf(counted: readonly Counted[]): string {
  const text = [...counted]
    .map((one) => one.join(','))
    .sort()
    .join('\n');
  return createHash('sha256').update(text).digest('hex');
}

/** Writes the file and counts beside it, row by row, without any tool that is measured here. */
async function makeFile(path: string): Promise<readonly Counted[]> {
  const out = createWriteStream(path);
  const seen = new Map<number, { days: number; users: number; last: number }>();
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let chunk = 'account_id,user_id,day,logins,minutes\n';
  for (let i = 0; i < rows; i++) {
    const [account, user, day, logins] = [next(accounts), next(usersPerAccount), next(60), next(4)];
    chunk += `A-${account},u-${account}-${user},${days[day]},${logins},${next(90)}\n`;
    if (day < 28) {
      const one = seen.get(account) ?? { days: 0, users: 0, last: 99 };
      // Days 0 to 27 and users 0 to 11 as bits: a set that costs one number.
      if (logins > 0) one.days |= 1 << day;
      one.users |= 1 << user;
      one.last = Math.min(one.last, day);
      seen.set(account, one);
    }
    if (chunk.length > 1_000_000) {
      if (!out.write(chunk)) await new Promise<void>((resolve) => out.once('drain', resolve));
      chunk = '';
    }
  }
  out.end(chunk);
  await new Promise<void>((resolve) => out.once('finish', resolve));
  const bits = (set: number) => set.toString(2).replaceAll('0', '').length;
  return [...seen].map(([account, one]) => [`A-${account}`, bits(one.days), bits(one.users), days[one.last] as string]);
}

async function byKenko(folder: string): Promise<readonly Counted[]> {
  const column = (from: string, type: 'number' | 'text' | 'day') => ({
    from,
    type,
    format: null,
    required: false,
    map: null,
    min: null,
    max: null,
  });
  const source = openFilesSource(
    {
      name: 'usage',
      kind: 'files',
      holds: 'events',
      settings: { path: 'usage.csv', cells: { day: 'day', logins: 'number' }, query },
      key: ['account_id'],
      account: { column: 'account_id', kind: 'account_id' },
      contact: null,
      at: 'last_seen',
      columns: { login_days: column('login_days', 'number'), users: column('users', 'number') },
      ids: {},
      freshWithinDays: null,
      lookbackSeconds: 3_600,
      rejectLimit: 0.01,
      label: { en: 'Usage', ja: '利用' },
    },
    { root: folder },
  );
  const counted: Counted[] = [];
  const [stream] = source.streams;
  if (stream === undefined) throw new Error('a source has a stream');
  for await (const page of source.read(stream, null, { asOf, today: asOf, signal: new AbortController().signal })) {
    for (const { key, at, fields } of page.records)
      counted.push([key, Number(fields['login_days']), Number(fields['users']), at]);
  }
  return counted;
}

async function byEngine(folder: string): Promise<readonly Counted[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns =
    "{'account_id': 'VARCHAR', 'user_id': 'VARCHAR', 'day': 'DATE', 'logins': 'DOUBLE', 'minutes': 'VARCHAR'}";
  const table = `read_csv('${join(folder, 'usage.csv')}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = ${columns})`;
  const reader = await connection.runAndReadAll(
    query.replace('FROM rows', `FROM ${table}`).replaceAll(':as_of', `'${asOf}'`),
  );
  return reader.getRowsJson().map((row) => [String(row[0]), Number(row[1]), Number(row[2]), String(row[3])]);
}

async function byLoop(folder: string): Promise<readonly Counted[]> {
  const seen = new Map<string, { days: Set<string>; users: Set<string>; last: string }>();
  const parser = createReadStream(join(folder, 'usage.csv')).pipe(parse({ from_line: 2 }));
  for await (const [account, user, day, logins] of parser as AsyncIterable<string[]>) {
    if (account === undefined || user === undefined || day === undefined) continue;
    if (day < windowFrom || day > asOf) continue;
    const one = seen.get(account) ?? { days: new Set(), users: new Set(), last: '' };
    if (Number(logins) > 0) one.days.add(day);
    one.users.add(user);
    if (day > one.last) one.last = day;
    seen.set(account, one);
  }
  return [...seen].map(([account, one]) => [account, one.days.size, one.users.size, one.last]);
}

const [, own, who, folder] = process.argv;
if (own === fileURLToPath(import.meta.url) && who !== undefined && folder !== undefined) {
  const ways: Readonly<Record<string, (folder: string) => Promise<readonly Counted[]>>> = {
    kenko: byKenko,
    engine: byEngine,
    loop: byLoop,
  };
  // From the first look at the file to the last row. The engine is loaded inside for both; that this process reads
  // TypeScript is nobody's merit or fault.
  const started = performance.now();
  const spent = process.cpuUsage();
  const counted = await (ways[who] as (folder: string) => Promise<readonly Counted[]>)(folder);
  const ms = performance.now() - started;
  const cpu = process.cpuUsage(spent);
  const cpuMs = (cpu.user + cpu.system) / 1_000;
  const highestMb = peakMb();
  process.stdout.write(JSON.stringify({ ms, cpuMs, peakMb: highestMb, digest: digestOf(counted) }));
}
