import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlayDefinition } from '../../src/domain/decisions.ts';
import { canonicalJson } from '../../src/domain/hash.ts';
import type { Metric, Outcome, Value } from '../../src/domain/nouns.ts';
import { decideOutcome, exampleOutcome, type PastOfAccount, prepare } from '../../src/domain/outcome.ts';
import {
  account,
  accountA,
  accountB,
  accountC,
  accountD,
  b2b,
  b2bMetrics,
  b2bWeights,
  callcenter,
  callcenterValues,
  definition,
  leaf,
  metric,
  metricsOf,
  model,
} from './models.ts';

const asOf = '2026-01-15';
const prepared = prepare(b2b());

function decide(metrics: readonly Metric[], given: Partial<Parameters<typeof decideOutcome>[0]> = {}): Outcome {
  return decideOutcome({ account: account(), metrics, before: null, asOf, isFirstRun: false, prepared, ...given });
}
function withChanges(values: Readonly<Record<string, Partial<Metric>>>): Metric[] {
  return metricsOf(accountA, asOf).map((metric) => ({ ...metric, ...values[metric.name] }));
}
const missing = { value: null, state: 'missing', at: null } as const;

describe('the worked accounts of the SaaS model', () => {
  it('account A scores 68.37, stored as 68.4, yellow, with all five dimensions', () => {
    const outcome = decide(metricsOf(accountA, asOf));

    expect(outcome.score.raw).toBeCloseTo(68.37, 2);
    expect(outcome.score.value).toBe(68.4);
    expect(outcome.score.dimensions.map(({ value }) => value)).toEqual([70.6, 70, 67.2, 50, 87.5]);
    expect(outcome.score.coverage).toBe(1);
    expect(outcome.score.confidence).toBe('high');
    expect(outcome.band).toBe('yellow');
  });

  it('account A without NPS and CSAT rises to 71.36 with coverage .86: the trap of redistribution', () => {
    const outcome = decide(withChanges({ nps: missing, csat: missing }));

    expect(outcome.score.raw).toBeCloseTo(71.36, 2);
    expect(outcome.score.value).toBe(71.4);
    expect(outcome.score.coverage).toBe(0.86);
  });

  it('account A asked twice for NPS and silent scores 67.17, not more than with an answer in the middle', () => {
    const outcome = decide(withChanges({ nps: { ...missing, state: 'silent' } }));

    expect(outcome.score.raw).toBeCloseTo(67.17, 2);
    expect(outcome.score.value).toBe(67.2);
    expect(outcome.score.coverage).toBe(0.91);
  });

  it('account A whose champion left is capped at 59 and says since when', () => {
    const attributes = { champion_left: true, champion_left_on: '2025-12-12' };

    const { score, band } = decide(metricsOf(accountA, asOf), { account: account({ attributes }) });

    expect(score.value).toBe(59);
    expect(score.calculated).toBe(68.4);
    expect(score.caps.map(({ text, applied }) => [text, applied])).toEqual([
      ['Capped at 59: champion left 2025-12-12', true],
    ]);
    expect(band).toBe('yellow');
  });

  it('dying account B scores 15.36 with coverage .68 and alerts', () => {
    const outcome = decide(metricsOf(accountB, asOf));

    expect(outcome.score.raw).toBeCloseTo(15.36, 2);
    expect(outcome.score.value).toBe(15.4);
    expect(outcome.score.coverage).toBe(0.68);
    expect(outcome.score.confidence).toBe('medium');
    expect(outcome.band).toBe('red');
    expect([outcome.alert, outcome.alertIsNew]).toEqual([true, true]);
  });

  it('without the silence gate account B would score 23.24 and nobody would be woken', () => {
    const ungated = b2bMetrics.map((definition) => ({ ...definition, countsOnlyWhenActive: false }));

    const outcome = decide(metricsOf(accountB, asOf), { prepared: prepare(b2b({ metrics: ungated })) });

    expect(outcome.score.raw).toBeCloseTo(23.24, 2);
    expect(outcome.alert).toBe(false);
  });

  it('star account C scores 99', () => {
    const outcome = decide(metricsOf(accountC, asOf));

    expect(outcome.score.raw).toBeCloseTo(99, 10);
    expect(outcome.score.value).toBe(99);
    expect(outcome.band).toBe('green');
  });

  it('account D without a usage feed is unknown, although its raw score would be 62.68', () => {
    const outcome = decide(metricsOf(accountD, asOf));

    expect(outcome.score.raw).toBeCloseTo(62.68, 2);
    expect(outcome.score.value).toBeNull();
    expect(outcome.score.coverage).toBe(0.26);
    expect(outcome.score.reason).toBe('Not enough data: 26% of the weight is covered, a score needs 40%');
    expect([outcome.band, outcome.score.confidence, outcome.alert]).toEqual(['unknown', 'none', false]);
  });
});

describe('the worked accounts of the call-centre model', () => {
  const callcentre = prepare(callcenter());
  const scoreOf = (...values: readonly Value[]): Outcome =>
    decide(metricsOf(callcenterValues(...values), asOf), { prepared: callcentre });

  it('J1 scores 59', () => {
    expect(scoreOf(8, 8, 62, 2, 14, 2, 5, 1).score.value).toBe(59);
  });

  it('J2, silent on NPS, scores 55; redistribution would have made it 70', () => {
    const values = metricsOf(callcenterValues(8, null, 62, 2, 14, 2, 5, 1), asOf);
    const silent = values.map((metric) => (metric.name === 'nps' ? { ...metric, state: 'silent' as const } : metric));

    expect(decide(silent, { prepared: callcentre }).score.value).toBe(55);
    expect(decide(values, { prepared: callcentre }).score.value).toBe(70);
  });

  it('J3 scores 2 and alerts', () => {
    const outcome = scoreOf(0, 5, 10, 1, 4, 7, 40, 0);

    expect([outcome.score.value, outcome.alert]).toEqual([2, true]);
  });

  it('J4, best in everything, scores 100', () => {
    expect(scoreOf(20, 10, 95, 3, 30, 2, 0, 2).score.value).toBe(100);
  });

  it('J5 scores exactly 20 and alerts, because the threshold belongs to the alert', () => {
    const outcome = scoreOf(1, 6, 20, 1, 7, 0, 10, 1);

    expect([outcome.score.value, outcome.alert]).toEqual([20, true]);
  });
});

describe('an outcome', () => {
  it('alerts on the number that is shown: a raw score of 20.04 is shown as 20 and is never without an alert', () => {
    const base = b2b();
    const one = prepare({
      ...base,
      metrics: [definition('x', { normalise: { kind: 'linear', zero: 0, full: 100 } })],
      scorecard: { ...base.scorecard, requiredDimension: null, models: [model([['x', 'usage', 100]])] },
    });
    const at = (x: number): Outcome => decide([metric('x', x)], { prepared: one });

    expect([at(20.04).score.value, at(20.04).alert]).toEqual([20, true]);
    expect([at(20.06).score.value, at(20.06).alert]).toEqual([20.1, false]);
  });

  it('takes the first model that fits and says which', () => {
    const base = b2b();
    const models = [
      model([['onboarding_completion', 'value', 100]], { id: 'onboarding', when: leaf('tenure_days', 'at_most', 90) }),
      model(b2bWeights),
    ];
    const two = prepare({ ...base, scorecard: { ...base.scorecard, models } });
    const metrics = metricsOf(accountA, asOf);

    const young = decide(metrics, { prepared: two, account: account({ attributes: { tenure_days: 45 } }) });
    const unknown = decide(metrics, { prepared: two });

    expect([young.score.model.id, young.score.value]).toEqual(['onboarding', 100]);
    expect(unknown.score.model.id).toBe('default');
    expect(young.score.model.hash).not.toBe(unknown.score.model.hash);
  });

  it('keeps the last score of an account whose model is frozen', () => {
    const base = b2b();
    const frozen = model([], { id: 'leaving', when: leaf('notice', 'is', true), frozen: true });
    const two = prepare({ ...base, scorecard: { ...base.scorecard, models: [frozen, model(b2bWeights)] } });
    const first = decide(metricsOf(accountA, asOf), { prepared: two });
    const before = past(first);

    const later = decide(metricsOf(accountB, '2026-01-16'), {
      prepared: two,
      asOf: '2026-01-16',
      before,
      account: account({ attributes: { notice: true } }),
    });

    expect([later.score.value, later.score.asOf, later.band]).toEqual([68.4, '2026-01-16', 'yellow']);
  });

  it('shows accounts outside of the population as not scored, without a number', () => {
    const base = b2b();
    const identity = { ...base.identity, population: leaf('status', 'is', 'customer') };
    const customersOnly = prepare({ ...base, identity });

    const partner = decide(metricsOf(accountA, asOf), {
      prepared: customersOnly,
      account: account({ attributes: { status: 'partner' } }),
    });
    const nobodyKnows = decide(metricsOf(accountA, asOf), { prepared: customersOnly });

    expect([partner.band, partner.score.value, partner.score.reason]).toEqual([
      'not_scored',
      null,
      'Not in the scored population',
    ]);
    expect(nobodyKnows.band).toBe('not_scored');
  });

  it('gives no next actions to whoever is not scored, and closes what is open', () => {
    const base = b2b();
    const plays = { ...base.plays, firstRun: 'open_tasks' as const, plays: [lowScore] };
    const identity = { ...base.identity, population: leaf('status', 'is', 'customer') };
    const both = prepare({ ...base, identity, plays });
    const metrics = metricsOf(accountB, asOf);

    const customer = decide(metrics, { prepared: both, account: account({ attributes: { status: 'customer' } }) });
    const later = { asOf: '2026-01-16', before: past(customer), prepared: both };
    const churned = decide(metrics, { ...later, account: account({ attributes: { status: 'churned' } }) });

    expect(customer.actions.map(({ play, subject }) => [play, subject])).toEqual([
      ['low_score', 'Call Aozora Logistics: 15.4'],
    ]);
    expect(churned.actions).toEqual([]);
    expect(churned.closings).toMatchObject([
      { play: 'low_score', episode: asOf, note: expect.stringContaining('no longer scored') },
    ]);
  });

  it('keeps what it does not know of the memory', () => {
    const first = decide(metricsOf(accountA, asOf));
    const odd = { ...first.memory, laterVersion: { kept: true } };

    const second = decide(metricsOf(accountA, '2026-01-16'), {
      asOf: '2026-01-16',
      before: { ...past(first), memory: odd },
    });

    expect(second.memory).toMatchObject({ laterVersion: { kept: true } });
  });

  it('is made of parts whose points add up to the raw score and whose losses to the rest', () => {
    fc.assert(
      fc.property(anyMetrics(), (metrics) => {
        const { score } = decide(metrics);
        if (score.raw === null) return score.parts.every((part) => part.points === null);
        const points = score.parts.reduce((sum, part) => sum + (part.points ?? 0), 0);
        const lost = score.parts.reduce((sum, part) => sum + part.lost, 0);
        expect(points).toBe(score.raw);
        expect(lost).toBeCloseTo(100 - score.raw, 9);
        return true;
      }),
      { numRuns: 200 },
    );
  });

  it('stays between 0 and 100 and gives the same bytes for the same input', () => {
    fc.assert(
      fc.property(anyMetrics(), fc.integer({ min: -40, max: 40 }), (metrics, delta) => {
        const attributes = {
          health_override: delta,
          health_override_reason: 'talked to them',
          health_override_until: '2026-02-01',
        };
        const one = decide(metrics, { account: account({ attributes }) });
        const two = decide(metrics.toReversed(), { account: account({ attributes }) });
        if (one.score.value !== null) {
          expect(one.score.value).toBeGreaterThanOrEqual(0);
          expect(one.score.value).toBeLessThanOrEqual(100);
        }
        expect(canonicalJson({ ...two, metrics: [] })).toBe(canonicalJson({ ...one, metrics: [] }));
      }),
      { numRuns: 100 },
    );
  });

  it('never falls when a metric whose rule rises is better', () => {
    const rising = ['active_user_rate', 'login_frequency', 'feature_breadth', 'nps', 'csat', 'goal_attainment'];
    fc.assert(
      fc.property(
        fc.constantFrom(...rising),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (name, a, b) => {
          const scoreAt = (value: number): number => decide(withChanges({ [name]: { value } })).score.raw ?? 0;
          expect(scoreAt(Math.max(a, b))).toBeGreaterThanOrEqual(scoreAt(Math.min(a, b)));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('an example of the admin', () => {
  it('is decided like an account, with what is not given made of the attributes or missing', () => {
    const outcome = exampleOutcome(
      {
        name: 'A',
        place: 'config/examples.yaml:1:1',
        asOf,
        given: { attributes: {}, metrics: { ...accountA, nps: { state: 'silent' } }, before: null },
        expect: {},
      },
      b2b(),
    );

    expect(outcome.score.value).toBe(67.2);
  });

  it('knows an account from before where the example says so', () => {
    const outcome = exampleOutcome(
      {
        name: 'A',
        place: '',
        asOf,
        given: { attributes: {}, metrics: accountC, before: { band: 'yellow' } },
        expect: {},
      },
      b2b(),
    );

    expect([outcome.bandBefore, outcome.band, outcome.memory.pendingBand]).toEqual(['yellow', 'yellow', 'green']);
  });

  it('halves the distance to neutral of an NPS that is a half-life old, and drops one that is too old', () => {
    const withAge = (ageDays: number): Outcome =>
      exampleOutcome(
        {
          name: 'A',
          place: '',
          asOf,
          given: { attributes: {}, metrics: { ...accountA, nps: { state: 'known', value: 9, ageDays } }, before: null },
          expect: {},
        },
        b2b(),
      );

    expect(withAge(180).score.parts.find(({ metric }) => metric === 'nps')?.normalised).toBe(0.75);
    expect(withAge(180).score.coverage).toBe(0.955);
    expect(withAge(366).score.parts.find(({ metric }) => metric === 'nps')?.state).toBe('stale');
    expect(withAge(366).score.coverage).toBe(0.91);
  });
});

const lowScore: PlayDefinition = {
  name: 'low_score',
  id: 'P01',
  on: true,
  kind: 'risk',
  when: leaf('score', 'at_most', 20),
  runs: 1,
  stage: null,
  touch: {},
  taskForTechWhen: null,
  nurtureTrack: null,
  guideUrl: null,
  subject: { en: 'Call {{name}}: {{score}}', ja: '{{name}}に連絡: {{score}}' },
  body: { en: '{{reasons}}', ja: '{{reasons}}' },
  dueBusinessDays: 1,
  priority: 'high',
  owner: 'account_owner',
  coolDownDays: 30,
  closesWhen: null,
  closingRuns: 2,
  alert: true,
};

function past(outcome: Outcome): PastOfAccount {
  const last = { asOf: outcome.asOf, value: outcome.score.value, score: outcome.score };
  return { memory: outcome.memory, last, days7: null, days30: null, metrics: {} };
}
function anyMetrics(): fc.Arbitrary<Metric[]> {
  const states = fc.constantFrom('known', 'missing', 'silent', 'stale', 'not_applicable') as fc.Arbitrary<
    Metric['state']
  >;
  const ages = fc.integer({ min: 0, max: 400 });
  return fc
    .tuple(
      ...b2bMetrics.map(({ name }) =>
        fc.tuple(fc.constant(name), states, fc.double({ min: -10, max: 200, noNaN: true }), ages),
      ),
    )
    .map((rows) =>
      rows.map(([name, state, value, age]) => ({
        name,
        value: state === 'known' || state === 'stale' ? value : null,
        state,
        at: age % 2 === 0 ? null : '2025-06-01',
        from: [],
        detail: {},
      })),
    );
}
