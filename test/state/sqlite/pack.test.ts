import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../../../src/domain/calendar.ts';
import { canonicalJson } from '../../../src/domain/hash.ts';
import type { Band, Metric, Outcome } from '../../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../../src/domain/outcome.ts';
import type { Sqlite } from '../../../src/state/sqlite/database.ts';
import { Packer, unpack, unpackRemembered, unpackScore } from '../../../src/state/sqlite/pack/outcome.ts';
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

  it('comes back as it was with whatever memory, days and keys of tomorrow', async () => {
    const day = fc.oneof(
      fc.integer({ min: -400, max: 400 }).map((days) => addDays(asOf, days)),
      fc.constantFrom('', 'soon', '2026-02-30', '2026-01-15T08:00:00Z', '0000-00-00'),
    );
    const play = fc.record(
      {
        on: fc.boolean(),
        runs: fc.nat(3),
        episode: fc.option(day),
        open: fc.boolean(),
        closingRuns: fc.nat(2),
        closedOn: fc.option(day),
        spent: fc.boolean(),
        stage: fc.string(),
        workedOff: fc.array(fc.record({ on: day, before: fc.double({ noNaN: true }), after: fc.nat(100) })),
        keyOfTomorrow: fc.json(),
      },
      { requiredKeys: ['on', 'runs', 'episode', 'open', 'closingRuns', 'closedOn'] },
    );
    const segment = fc.record({ value: fc.string(), since: day, decidedOn: day });
    const name = fc.constantFrom('touch_model', 'renewal_stage', 'usage_drop', '健康', 'a"b');
    const given = fc.record({
      band: fc.constantFrom<Band>('red', 'green'),
      alert: fc.boolean(),
      bandSince: day,
      parkedUntil: fc.option(day),
      segments: fc.dictionary(name, segment),
      plays: fc.dictionary(name, play),
      isAsDecided: fc.boolean(),
      at: day,
      of: fc.boolean(),
    });
    const one = decided(metricsOf(accountA, asOf));
    await withDatabase(async (db) => {
      await fc.assert(
        fc.asyncProperty(given, async ({ isAsDecided, at, of, segments, ...memory }) => {
          const of0 = one.metrics.map((metric, index) => (index % 3 === 0 && of ? { ...metric, at } : metric));
          const told = isAsDecided ? one.memory.segments : segments;
          const odd: Outcome = { ...one, metrics: of0, memory: { ...one.memory, ...memory, segments: told } };
          const body = await db.tx('test', () => new Packer(db).pack(odd));
          const [back, remembered, score] = await db.read(() => [
            unpack(db, body),
            unpackRemembered(db, body),
            unpackScore(db, body),
          ]);
          expect(canonicalJson(back)).toBe(canonicalJson(JSON.parse(JSON.stringify(odd))));
          expect(canonicalJson(remembered.memory)).toBe(canonicalJson(back.memory));
          expect(remembered.score).toEqual(back.score);
          expect(score).toEqual(back.score);
          const known = back.metrics.filter(({ state }) => state === 'known');
          expect(remembered.known()).toEqual(Object.fromEntries(known.map((metric) => [metric.name, metric])));
        }),
        { numRuns: 200 },
      );
    });
  });

  it('comes back from bodies that were written before bodies were lists, and before they were plain', async () => {
    const one = decided(metricsOf(accountA, asOf));
    const { metrics, score, ...rest } = one;
    const letter = { known: 'k', stale: 's', missing: 'm', not_applicable: 'n', silent: 'q' };
    const { value, raw, calculated, coverage, confidence, reason, caps, override } = score;
    await withDatabase(async (db) => {
      const key = await db.tx('test', () => {
        new Packer(db).pack(one);
        return db.get<{ key: string }>('SELECT key FROM shapes')?.key;
      });
      const listed = [
        2,
        key,
        [
          metrics.map((metric) => metric.value),
          metrics.map(({ state }) => letter[state]).join(''),
          metrics.map(({ at }) => (at === null ? null : daysBetween(at, asOf))),
          Object.fromEntries(
            metrics.flatMap(({ detail }, index) => (Object.keys(detail).length > 0 ? [[index, detail]] : [])),
          ),
        ],
        [
          score.parts.map((part) => part.effectiveWeight),
          score.parts.map((part) => part.normalised),
          Object.fromEntries(score.parts.map((part, index) => [index, part.state])),
          score.dimensions.map((dimension) => dimension.value),
        ],
        { value, raw, calculated, coverage, confidence, reason, caps, override },
        rest,
      ];
      for (const before of [one, listed]) {
        const body = deflateRawSync(JSON.stringify(before));
        const back = await db.read(
          () => [unpack(db, body), unpackRemembered(db, body), unpackScore(db, body)] as const,
        );
        expect(canonicalJson(back[0])).toBe(canonicalJson(one));
        expect(back[1].memory).toEqual(one.memory);
        expect(Object.keys(back[1].known())).toContain(metrics.find(({ state }) => state === 'known')?.name);
        expect(back[2].value).toBe(one.score.value);
      }
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
