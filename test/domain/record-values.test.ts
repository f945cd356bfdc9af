import { describe, expect, it } from 'vitest';
import type { Metric, Segment } from '../../src/domain/nouns.ts';
import { recordValues } from '../../src/domain/record-values.ts';
import { acme, action, outcome, part, remembering, score } from './outcomes.ts';

const trace = { answer: 'yes', kind: 'all', of: [] } as const;
const metric = (name: string, value: Metric['value'], state: Metric['state'] = 'known'): Metric => ({
  name,
  value,
  state,
  at: '2026-03-01',
  from: ['usage'],
  detail: {},
});
const touch = (value: string, locked: boolean): Segment => ({
  name: 'touch_model',
  value,
  since: '2026-01-01',
  locked,
  trace,
});

describe('the values of a record', () => {
  it('say the score, its band, its model and what it rests on', () => {
    const values = recordValues(
      outcome({
        alert: true,
        trend: {
          delta7d: -2.1,
          delta30d: -6,
          direction: 'down',
          dropAlert: false,
          changes: [],
          byModel: null,
          byVetoes: null,
          note: 'Seats 62→48 (-9)',
        },
      }),
      acme,
      'en',
    );

    expect(values).toMatchObject({
      health_score: 68.4,
      health_score_calculated: 68.4,
      health_band: 'yellow',
      health_alert: true,
      health_change_7d: -2.1,
      health_change_30d: -6,
      health_trend: 'down',
      health_change_note: 'Seats 62→48 (-9)',
      health_usage_score: 70.6,
      dimension_usage: 70.6,
      health_value_score: null,
      health_coverage: 86,
      health_confidence: 'high',
      health_model_version: 'b2b_saas_default@1.0.0 #a1b2c3',
      health_scored_at: '2026-03-02',
    });
  });

  it('give at most three reasons, caps first, then the biggest losses, missing data last', () => {
    const given = score({
      caps: [{ name: 'champion', limit: 59, applied: true, text: 'Capped at 59: champion left', trace }],
      parts: [
        part('csat', { normalised: null, points: null, lost: 0, state: 'missing', text: 'No data: CSAT' }),
        part('logins', { lost: 3, text: 'Logins (-3)' }),
        part('nps', { lost: 6, text: 'NPS (-6)' }),
        part('breadth', { lost: 0, points: 10, normalised: 1, text: 'Breadth 8' }),
      ],
    });

    const all = recordValues(outcome({ score: given }), acme, 'en');
    const uncapped = recordValues(outcome({ score: { ...given, caps: [] } }), acme, 'en');

    expect(all['health_reasons']).toBe('Capped at 59: champion left\nNPS (-6)\nLogins (-3)');
    expect(uncapped['health_reasons']).toBe('NPS (-6)\nLogins (-3)\nNo data: CSAT');
    expect(all['health_strengths']).toBe('Breadth 8');
  });

  it('of an unknown score are empty with the reason, never zero', () => {
    const unknown = score({
      value: null,
      raw: 62.68,
      calculated: null,
      coverage: 0.26,
      confidence: 'none',
      reason: 'Not enough data (26%)',
    });

    const values = recordValues(outcome({ score: unknown, band: 'unknown' }), acme, 'en');

    expect(values).toMatchObject({
      health_score: null,
      health_band: 'unknown',
      health_alert: false,
      health_reasons: 'Not enough data (26%)',
      health_strengths: null,
      health_coverage: 26,
      health_confidence: 'none',
    });
  });

  it('of an account that is not scored are cleared', () => {
    const values = recordValues(outcome({ band: 'not_scored', alert: true }), acme, 'en');

    const left = Object.entries(values).filter(([, value]) => value !== null && value !== false);

    expect(left).toEqual([
      ['health_band', 'not_scored'],
      ['health_scored_at', '2026-03-02'],
    ]);
  });

  it('show the first next action, its due day and until when the account is parked', () => {
    const values = recordValues(
      outcome({
        actions: [action('risk', { subject: 'Call today' }), action('other')],
        memory: remembering({ parkedUntil: '2026-06-05' }),
      }),
      acme,
      'en',
    );

    expect(values).toMatchObject({
      next_action: 'Call today',
      next_action_due: '2026-03-05',
      parked_until: '2026-06-05',
    });
    expect(recordValues(outcome(), acme, 'en')).toMatchObject({
      next_action: null,
      next_action_due: null,
      parked_until: null,
    });
  });

  it('show track and guide of an open nurture only', () => {
    const verdict = { play: 'onboarding', outcome: 'open', episode: '2026-03-02', says: '', trace } as const;
    const nurtured = { ...verdict, channel: 'nurture', nurtureTrack: 'onboarding_guide_3', guideUrl: null } as const;
    const task = { ...verdict, channel: 'task' } as const;

    expect(recordValues(outcome({ plays: [task, nurtured] }), acme, 'en')).toMatchObject({
      nurture_track: 'onboarding_guide_3',
      next_guide_url: null,
    });
    expect(recordValues(outcome({ plays: [task] }), acme, 'en')['nurture_track']).toBeNull();
  });

  it('show a flag with its evidence while it is up, and empty it when it is down', () => {
    const flag = {
      name: 'upsell',
      up: true,
      since: '2026-02-01',
      types: ['seats', 'limit'],
      because: ['Seats 48/50', 'Health 82'],
      trace,
    };

    expect(recordValues(outcome({ flags: [flag] }), acme, 'en')).toMatchObject({
      upsell_flag: true,
      upsell_type: 'limit;seats',
      upsell_reason: 'Seats 48/50; Health 82',
      upsell_flag_since: '2026-02-01',
    });
    expect(recordValues(outcome({ flags: [{ ...flag, name: 'upsell_flag', up: false }] }), acme, 'ja')).toMatchObject({
      upsell_flag: false,
      upsell_type: null,
      upsell_reason: null,
      upsell_flag_since: null,
    });
  });

  it('never touch a segment that a person locked', () => {
    expect(recordValues(outcome({ segments: [touch('high', false)] }), acme, 'en')['touch_model']).toBe('high');
    expect(recordValues(outcome({ segments: [touch('high', true)] }), acme, 'en')).not.toHaveProperty('touch_model');
  });

  it('hold every metric by name, and words that a metric, a matrix or an attribute fills', () => {
    const values = recordValues(
      outcome({
        metrics: [metric('ltv', 12_000_000), metric('nps', null, 'missing')],
        matrices: { usage_sentiment_quadrant: 'using_unhappy' },
      }),
      { ...acme, attributes: { rep_pool: 'night', last_contact_reason: 'inquiry' } },
      'en',
    );

    expect(values).toMatchObject({
      metric_ltv: 12_000_000,
      lifetime_value: 12_000_000,
      metric_nps: null,
      usage_sentiment_quadrant: 'using_unhappy',
      rep_pool: 'night',
      last_contact_reason: 'inquiry',
    });
    expect(values).not.toHaveProperty('value_opportunity_score');
  });

  it('never speak for a person', () => {
    const values = recordValues(outcome(), { ...acme, attributes: { csm_pulse: 'bad', health_override: 5 } }, 'en');

    expect(values).not.toHaveProperty('csm_pulse');
    expect(values).not.toHaveProperty('health_override');
    expect(values).not.toHaveProperty('touch_model_lock');
  });
});
