// A state file with so many accounts, each with its metrics, score and memory of yesterday, and then the evaluation of them all
// from that file, in a process of its own: time and peak memory are the evaluation's alone.
//
// node bench/million.ts make|evaluate N

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideOutcome, prepare } from '../src/domain/outcome.ts';
import { systemClock } from '../src/lib/clock.ts';
import { openDatabase } from '../src/state/sqlite/database.ts';
import { newestVersion } from '../src/state/sqlite/migrations.ts';
import { Packer } from '../src/state/sqlite/pack/outcome.ts';
import { openSqliteStore } from '../src/state/sqlite/store.ts';
import { customer, metricsOf } from './customers.ts';
import { peakMb } from './peak.ts';
import { shippedDecisions } from './shipped.ts';

const [what = '', count = '0'] = process.argv.slice(2);
const accounts = Number(count);
const path = join(tmpdir(), `kenko-bench-${accounts}.sqlite`);
const [yesterday, today] = ['2026-11-19', '2026-11-20'];
const prepared = prepare(await shippedDecisions());
const page = 500;

if (what === 'make') await make();
else await evaluate();

async function make(): Promise<void> {
  remove();
  await (await openSqliteStore({ path, clock: systemClock })).close();
  const db = await openDatabase(path, systemClock, newestVersion);
  db.pragma('synchronous = OFF');
  for (let from = 0; from < accounts; from += page) {
    await db.tx('bench.make', () => {
      const packer = new Packer(db);
      for (let index = from; index < Math.min(accounts, from + page); index++) {
        const account = customer(index);
        const metrics = metricsOf(prepared.definitions, index, yesterday);
        const given = { account, metrics, before: null, asOf: yesterday, isFirstRun: true, prepared };
        const body = packer.pack(decideOutcome({ ...given, depth: 'brief' }));
        db.run('INSERT INTO outcomes (as_of, account, body) VALUES (?, ?, ?)', yesterday, account.key, body);
      }
    });
  }
  db.close();
}

async function evaluate(): Promise<void> {
  const store = await openSqliteStore({ path, clock: systemClock });
  const started = performance.now();
  let [seen, scored, fired] = [0, 0, 0];
  let sum = 0;
  for (let after: string | null = null; ; ) {
    const outcomes = await store.history.outcomes(yesterday, after, page);
    for (const { metrics, memory, score } of outcomes) {
      const last = { asOf: yesterday, value: score.value, score };
      const before = { memory, last, days7: null, days30: null, metrics: {} };
      const account = customer(seen);
      const outcome = decideOutcome({
        account,
        metrics,
        before,
        asOf: today,
        isFirstRun: false,
        prepared,
        depth: 'brief',
      });
      seen++;
      if (outcome.score.value !== null) {
        scored++;
        sum += outcome.score.value;
      }
      fired += outcome.plays.filter((verdict) => verdict.outcome === 'fired').length;
    }
    after = outcomes.at(-1)?.account ?? null;
    if (outcomes.length < page) break;
  }
  const wallMs = Math.round(performance.now() - started);
  await store.close();
  if (seen !== accounts || scored === 0 || !(sum > 0))
    throw new Error(`${seen} of ${accounts} accounts, ${scored} scored`);
  const highestMb = peakMb();
  console.log(JSON.stringify({ accounts: seen, wallMs, peakMb: highestMb, fired, scored }));
  remove();
}
function remove(): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
