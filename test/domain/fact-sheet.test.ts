import { describe, expect, it } from 'vitest';
import { builtInFacts, type Decisions, textFacts } from '../../src/domain/decisions.ts';
import { factsOf } from '../../src/domain/fact-sheet.ts';
import type { Memory } from '../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../src/domain/outcome.ts';
import { account, accountA, accountC, b2b, leaf, metric, metricsOf } from './models.ts';

const asOf = '2026-01-15';
const memory: Memory = {
  band: 'green',
  bandSince: '2025-12-01',
  pendingBand: null,
  pendingRuns: 0,
  alert: false,
  segments: { touch_model: { value: 'low', since: '2025-01-01', decidedOn: '2026-01-14' } },
  flags: {},
  plays: {},
  parkedUntil: '2026-02-01',
};

describe('the fact table', () => {
  it('holds attributes, metrics that are known, and what is remembered', () => {
    const facts = factsOf({
      account: account({ attributes: { plan: 'pro', seats: 50 }, owners: { salesforce: null, hubspot: '42' } }),
      metrics: [metric('seats', 60), metric('nps', null), metric('pulse', 'good', { state: 'stale' })],
      memory,
      asOf,
    });

    expect(facts).toMatchObject({
      plan: 'pro',
      seats: 60,
      nps: null,
      pulse: null,
      name: 'Aozora Logistics',
      owner: '42',
      band_before: 'green',
      parked: true,
      touch_model: 'low',
    });
  });

  it('knows nobody as parked on the day the parking ends', () => {
    expect(factsOf({ account: account(), metrics: [], memory, asOf: '2026-02-01' })['parked']).toBe(false);
    expect(factsOf({ account: account(), metrics: [], memory: null, asOf })['parked']).toBe(false);
  });

  it('is complete when plays are decided: every built-in name and every ready-made line can be written', () => {
    const names = [...builtInFacts, ...textFacts, 'dimension_usage', 'cap_champion_left', 'upsell', 'usage_table'];
    const base = b2b();
    const label = { en: '', ja: '' };
    const body = names.map((name) => `${name}={{${name}}}`).join('|');
    const decisions: Decisions = {
      ...base,
      flags: [
        {
          name: 'upsell',
          label,
          gate: leaf('score', 'at_least', 70),
          veto: null,
          signals: [
            {
              type: 'seats',
              when: leaf('active_user_rate', 'at_least', 90),
              text: { en: 'Seats {{active_user_rate}}%', ja: '' },
            },
          ],
          expiresDays: 30,
        },
      ],
      segments: [
        {
          name: 'touch_model',
          label,
          values: [{ value: 'high', label, when: null }],
          minDays: 0,
          hysteresis: 0,
          fact: null,
          recompute: 'every_run',
          frozenWhen: null,
          lock: null,
        },
      ],
      scorecard: {
        ...base.scorecard,
        matrices: [
          {
            name: 'usage_table',
            rows: { fact: 'dimension_usage', cuts: [{ name: 'high', when: leaf('dimension_usage', 'at_least', 70) }] },
            columns: { fact: 'nps', cuts: [{ name: 'promoter', when: leaf('nps', 'at_least', 9) }] },
            cells: { 'high/promoter': { value: 7, label } },
          },
        ],
      },
      plays: {
        ...base.plays,
        plays: [
          {
            name: 'show',
            id: '',
            on: true,
            kind: 'growth',
            when: leaf('score', 'at_least', 0),
            runs: 1,
            stage: null,
            touch: {},
            taskForTechWhen: null,
            nurtureTrack: null,
            guideUrl: null,
            subject: { en: 'show', ja: 'show' },
            body: { en: body, ja: body },
            dueBusinessDays: 1,
            priority: 'low',
            owner: 'account_owner',
            coolDownDays: 1,
            closesWhen: null,
            closingRuns: 1,
            alert: false,
          },
        ],
      },
    };

    const outcome = decideOutcome({
      account: account({ owners: { salesforce: '005' } }),
      metrics: metricsOf(accountC, asOf),
      before: null,
      asOf,
      isFirstRun: false,
      prepared: prepare(decisions),
    });

    const written = Object.fromEntries(
      (outcome.actions[0]?.body ?? '').split('|').map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
    );
    expect(written).toMatchObject({
      score: '99',
      band: 'green',
      band_before: '–',
      alert: 'false',
      coverage: '1',
      confidence: 'high',
      trend: '–',
      model: 'default',
      capped: 'false',
      touch_model: 'high',
      upsell_flag: 'true',
      upsell: 'true',
      usage_table: '7',
      cap_champion_left: 'false',
      name: 'Aozora Logistics',
      account: 'A-1',
      owner: '005',
      parked: 'false',
      reasons: 'Goal attainment 90% of 100% (-1.0)',
      upsell_reason: 'Seats 97%',
      change_note: '–',
    });
    expect(Object.keys(written)).toEqual(names);
  });

  it('says what would lift an account', () => {
    const outcome = decideOutcome({
      account: account(),
      metrics: metricsOf(accountA, asOf),
      before: null,
      asOf,
      isFirstRun: false,
      prepared: prepare(b2b()),
    });

    expect(outcome.lift[0]?.text).toBe('NPS 8→9 (+6.0)');
  });
});
