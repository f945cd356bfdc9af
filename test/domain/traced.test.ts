import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/hash.ts';
import type { Account, Metric, Outcome, Value } from '../../src/domain/nouns.ts';
import { decideOutcome, type PastOfAccount, type Prepared, prepare } from '../../src/domain/outcome.ts';
import { tellOutcome } from '../../src/domain/tell.ts';
import { tracedOutcome } from '../../src/domain/traced.ts';
import { decisionsOf, type Edits, shipped } from '../requirements/shipped-life.ts';
import { account } from './models.ts';

const days = ['2026-10-20', '2026-11-13', '2026-11-14', '2026-11-19', '2026-11-20'];
let prepared: Prepared;
beforeAll(async () => {
  prepared = prepare(decisionsOf(await shipped()));
});

/** A number from 0 to 1 for each metric on each day, and below 0 for one that nobody knows. */
const anyLife = () =>
  fc.array(fc.array(fc.double({ min: -0.15, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }), {
    minLength: days.length,
    maxLength: days.length,
  });

/** A value somewhere between the worst and the best that a metric can be, by its normaliser or its unit. */
function between({ unit, normalise }: Prepared['definitions'][number], x: number, asOf: string): Value {
  if (x < 0) return null;
  if (unit === 'text') return x < 0.8 ? null : 'x';
  if (unit === 'date') return x < 0.5 ? null : asOf;
  if (unit === 'currency') return Math.round(10 ** (5 + 3 * x));
  const edges = [0, 100];
  if (normalise?.kind === 'linear') edges.splice(0, 2, normalise.zero, normalise.full);
  if (normalise?.kind === 'tiers')
    edges.splice(0, 2, 0, Math.max(...normalise.tiers.map((tier) => tier.atLeast)) * 1.2);
  const [zero = 0, full = 100] = edges;
  return Math.round((zero + (full - zero) * x) * 100) / 100;
}
function metricsOf(life: readonly number[], asOf: string): Metric[] {
  return prepared.definitions.map((definition, index) => {
    const value = between(definition, life[index] ?? -1, asOf);
    const state = value === null ? 'missing' : 'known';
    return { name: definition.name, value, state, at: value === null ? null : asOf, from: ['usage'], detail: {} };
  });
}
const customer: Account = account({
  attributes: { arr: 6_000_000, seats: 40, status: 'active' },
  owners: { crm: '5' },
});

/** The same days lived in brief and explained. */
function live(life: readonly (readonly number[])[]) {
  let past: PastOfAccount | null = null;
  return days.map((asOf, index) => {
    const given = {
      account: customer,
      metrics: metricsOf(life[index] ?? [], asOf),
      before: past,
      asOf,
      isFirstRun: index === 0,
      prepared,
    };
    const brief: Outcome = decideOutcome({ ...given, depth: 'brief' });
    const explained: Outcome = decideOutcome(given);
    const stored = { asOf, value: brief.score.value, score: brief.score };
    const memory = past?.memory ?? null;
    past = { memory: brief.memory, last: stored, days7: past?.last ?? null, days30: past?.days7 ?? null, metrics: {} };
    return { brief, explained, memory, isFirstRun: index === 0 };
  });
}

describe('an outcome in brief', () => {
  it('decides the same as an explained one: score, band, segments, flags, tasks and all that is remembered', () => {
    fc.assert(
      fc.property(anyLife(), (life) => {
        for (const { brief, explained } of live(life)) {
          const decided = ({ score, ...outcome }: Outcome) =>
            canonicalJson({
              band: outcome.band,
              alert: [outcome.alert, outcome.alertIsNew],
              score: {
                ...score,
                caps: score.caps.map(({ name, applied, text }) => [name, applied, text]),
                parts: null,
              },
              parts: score.parts.map(({ text: _text, ...part }) => part),
              trend: { ...outcome.trend, note: '' },
              segments: outcome.segments.map(({ trace: _trace, ...segment }) => segment),
              flags: outcome.flags.map(({ name, up, since, types }) => [name, up, since, types]),
              actions: outcome.actions,
              closings: outcome.closings,
              matrices: outcome.matrices ?? null,
              memory: outcome.memory,
            });
          expect(decided(brief)).toBe(decided(explained));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tells its record the same lines as an explained one', () => {
    fc.assert(
      fc.property(anyLife(), (life) => {
        for (const { brief, explained } of live(life)) {
          const told = tellOutcome(brief, prepared.wording);
          expect(told.trend.note).toBe(explained.trend.note);
          for (const [index, part] of told.score.parts.entries())
            if (part.text !== '') expect(part.text).toBe(explained.score.parts[index]?.text);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is explained from what was kept of it exactly as it would have been on the day', () => {
    fc.assert(
      fc.property(anyLife(), (life) => {
        for (const { brief, explained, memory, isFirstRun } of live(life)) {
          // What is stored is JSON.
          const outcome = JSON.parse(JSON.stringify(brief)) as Outcome;
          const traced = tracedOutcome({ outcome, account: customer, memory, isFirstRun, prepared });
          expect(traced).toEqual(JSON.parse(JSON.stringify(explained)));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what was decided, without a trace, where the rules say something else by now', async () => {
    const life = days.map(() => new Array<number>(60).fill(0.9));
    const day = live(life)[0];
    if (day === undefined) throw new Error('no day was lived');
    const edits: Edits = {
      'config/segments.yaml': [['at_least: 10000000', 'at_least: 990000000000']],
      'config/examples.yaml': [[/[\s\S]*/, 'examples: []\n']],
    };
    const other = prepare(decisionsOf(await shipped(edits)));
    const { brief: outcome, memory, isFirstRun } = day;

    const traced = tracedOutcome({ outcome, account: customer, memory, isFirstRun, prepared: other });

    const segment = traced.segments.find(({ name }) => name === 'touch_model');
    expect(segment).toMatchObject({ value: 'high', trace: { answer: 'yes', kind: 'answer' } });
  });
});
