import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/domain/hash.ts';
import type { Metric, Outcome } from '../../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../../src/domain/outcome.ts';
import type { Sqlite } from '../../../src/state/sqlite/database.ts';
import { Packer, unpack } from '../../../src/state/sqlite/pack.ts';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { account, accountA, b2b, metricsOf } from '../../domain/models.ts';
import { outcome } from '../../domain/outcomes.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

const asOf = '2026-01-15';
const prepared = prepare(b2b());
function decided(metrics: readonly Metric[], depth: 'brief' | 'explained' = 'brief'): Outcome {
  return decideOutcome({ account: account(), metrics, before: null, asOf, isFirstRun: true, prepared, depth });
}

/** A file with today's tables. */
async function withDatabase(work: (db: Sqlite) => Promise<void>): Promise<void> {
  const path = freshPath();
  const store = await openSqliteStore({ path, clock: stillClock() });
  await store.close();
  await work(await secondHandle(path));
}

describe('a packed outcome', () => {
  it('comes back as it was, whatever it holds', async () => {
    const known = metricsOf(accountA, asOf);
    const odd = known.map((metric, index): Metric => {
      if (index === 0) return { ...metric, at: '2026-01-14T09:30:00Z', detail: { numerator: 3, denominator: 4 } };
      if (index === 1) return { ...metric, state: 'stale', at: '2025-01-01' };
      if (index === 2) return { ...metric, state: 'silent', value: null, at: null };
      return index === 3 ? { ...metric, value: 'text', from: ['usage', 'surveys'] } : metric;
    });
    const all = [
      decided(known),
      decided(odd),
      decided([]),
      // With lines, and made by hand: not what a run packs, but nothing may be lost.
      decided(known, 'explained'),
      outcome(),
      { ...decided(known), account: 'other', asOf: '2026-01-16' },
    ];
    await withDatabase(async (db) => {
      const bodies = await db.tx('test', () => {
        const packer = new Packer(db);
        return all.map((one) => packer.pack(one));
      });
      const back = await db.read(() => bodies.map((body) => unpack(db, body)));
      expect(back.map((one) => canonicalJson(one))).toEqual(
        all.map((one) => canonicalJson(JSON.parse(JSON.stringify(one)))),
      );
    });
  });

  it('writes its shape again where the transaction that wrote it first was undone', async () => {
    const one = decided(metricsOf(accountA, asOf));
    await withDatabase(async (db) => {
      await expect(
        db.tx('test', () => {
          new Packer(db).pack(one);
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      const body = await db.tx('test', () => new Packer(db).pack(one));
      expect(canonicalJson(await db.read(() => unpack(db, body)))).toBe(canonicalJson(one));
    });
  });

  it('says what happened where its shape is gone', async () => {
    const one = decided(metricsOf(accountA, asOf));
    await withDatabase(async (db) => {
      const body = await db.tx('test', () => new Packer(db).pack(one));
      await db.tx('test', () => db.run('DELETE FROM shapes'));
      await expect(db.read(() => unpack(db, body))).rejects.toThrow(
        /shape [0-9a-f]{16}, which the state file does not have/,
      );
    });
  });
});
