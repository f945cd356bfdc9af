import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../src/domain/decisions.ts';
import { explainAccount, explainText } from '../../src/domain/explain.ts';
import { canonicalJson } from '../../src/domain/hash.ts';
import type { Account, Fields, Outcome, Value } from '../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../src/domain/outcome.ts';
import { account, accountA, accountB, accountC, accountD, b2b, leaf, metric, metricsOf } from './models.ts';

const asOf = '2026-01-15';
const base = b2b();
const label = { en: 'Touch model', ja: 'タッチモデル' };
const full: Decisions = {
  ...base,
  segments: [
    {
      name: 'touch_model',
      label,
      values: [{ value: 'high', label: { en: 'High touch', ja: 'ハイタッチ' }, when: null }],
      minDays: 90,
      hysteresis: 0,
      fact: null,
      recompute: 'every_run',
      frozenWhen: null,
      lock: null,
    },
  ],
  flags: [
    {
      name: 'upsell',
      label: { en: 'Upsell', ja: 'アップセル' },
      gate: leaf('score', 'at_least', 70),
      veto: null,
      signals: [
        {
          type: 'seats',
          when: leaf('active_user_rate', 'at_least', 90),
          text: { en: 'Seats {{active_user_rate}}%', ja: '席 {{active_user_rate}}%' },
        },
      ],
      expiresDays: 30,
    },
  ],
  scorecard: {
    ...base.scorecard,
    dimensions: { usage: { en: 'Usage', ja: '活用度' }, sentiment: { en: 'Sentiment', ja: '満足度' } },
    matrices: [
      {
        name: 'usage_nps',
        rows: { fact: 'dimension_usage', cuts: [{ name: 'high', when: leaf('dimension_usage', 'at_least', 70) }] },
        columns: { fact: 'nps', cuts: [{ name: 'passive', when: leaf('nps', 'between', [7, 8]) }] },
        cells: { 'high/passive': { value: 'using_passive', label: { en: 'Uses it, shrugs', ja: '利用中・中立' } } },
      },
    ],
  },
};

function explained(values: Readonly<Record<string, Value>>, attributes: Fields = {}, decisions: Decisions = full) {
  const one: Account = account({ attributes });
  const metrics = [...metricsOf(values, asOf), metric('arr', 6_000_000)];
  const outcome: Outcome = decideOutcome({
    account: one,
    metrics,
    before: null,
    asOf,
    isFirstRun: false,
    prepared: prepare(decisions),
  });
  const { locale } = decisions.home;
  const explanation = explainAccount(outcome, one, decisions, locale);
  return { outcome, explanation, text: explainText(explanation, locale) };
}

describe('the document', () => {
  it('holds everything that the contract names', () => {
    const { explanation } = explained(accountA);

    expect(Object.keys(explanation)).toEqual(
      expect.arrayContaining([
        'account',
        'asOf',
        'model',
        'score',
        'band',
        'alert',
        'coverage',
        'confidence',
        'trend',
        'dimensions',
        'parts',
        'caps',
        'segments',
        'flags',
        'plays',
        'liftToNextBand',
      ]),
    );
    expect(Object.keys(explanation.parts[0] ?? {})).toEqual(
      expect.arrayContaining(['metric', 'value', 'asOf', 'state', 'weight', 'points', 'lost', 'text']),
    );
    expect(explanation).toMatchObject({
      score: 68.4,
      band: 'yellow',
      nextBand: { band: 'green', edge: 73, gap: 4.6, runs: 2 },
      segments: { touch_model: { value: 'high', label: 'High touch' } },
      matrices: { usage_nps: { value: 'using_passive', label: 'Uses it, shrugs' } },
      reasons: ['NPS 8, target 9+ (-6.0)', 'Goal attainment 55% of 100% (-4.5)', 'Usage trend 0.72 of 0.95 (-3.7)'],
    });
    expect(explanation.otherMetrics.map(({ name }) => name)).toEqual(['arr']);
  });

  it('shows tenths that add up to the score, and to what it lacks', () => {
    for (const values of [accountA, accountB, accountC]) {
      const { explanation, outcome } = explained(values);
      const sum = (of: 'points' | 'lost') =>
        explanation.parts.reduce((all, part) => all + Math.round((part[of] ?? 0) * 10), 0) / 10;

      expect(sum('points')).toBe(outcome.score.value);
      expect(sum('lost')).toBeCloseTo(100 - (outcome.score.value ?? 0), 9);
    }
  });

  it('has no score, but a reason, where too little is known', () => {
    expect(explained(accountD).explanation).toMatchObject({
      score: null,
      reason: 'Not enough data: 26% of the weight is covered, a score needs 40%',
      nextBand: null,
      liftToNextBand: [],
    });
  });

  it('writes its lines anew in another language than the home’s', () => {
    const { outcome } = explained(accountA);

    const japanese = explainAccount(outcome, account(), full, 'ja');

    expect(japanese.reasons[0]).toBe('NPS 8(目標9以上)(−6点)');
    expect(japanese.dimensions[0]?.label).toBe('活用度');
  });

  it('is the same bytes each time', () => {
    expect(canonicalJson(explained(accountA).explanation)).toBe(canonicalJson(explained(accountA).explanation));
  });
});

describe('the page', () => {
  it('tells account A from score to next band', () => {
    const lines = explained(accountA).text.split('\n');

    expect(lines[0]).toBe('Aozora Logistics (A-1) 2026-01-15');
    expect(lines).toContain('  68.4 · Yellow since 2026-01-15');
    expect(lines).toContain('  NPS 8, target 9+ (-6.0)');
    expect(lines).toContain('  touch_model: High touch, since 2026-01-15');
    expect(lines).toContain('  Upsell: down – health below 70');
    expect(lines).toContain('To reach green: 73 in 2 runs in a row, 4.6 points more');
    expect(lines).toContain('  NPS 8→9 (+6.0) – enough alone');
  });

  it('says that a cap is a veto where a correction meets one', () => {
    const { text } = explained(accountA, {
      champion_left: true,
      champion_left_on: '2025-12-12',
      health_override: 15,
      health_override_reason: 'happy on the phone',
      health_override_until: '2026-02-28',
    });

    expect(text).toContain('Calculated 68.4, corrected by +15.0 until 2026-02-28: happy on the phone');
    expect(text).toContain('A cap is a veto');
    expect(text).toContain('Capped at 59: champion left 2025-12-12');
  });

  it('keeps its columns in line, also for Japanese, where a character is two wide', () => {
    const { text } = explained(accountA, {}, { ...full, home: { ...full.home, locale: 'ja' } });

    expect(text).toContain(
      '  活用度       70.6  配点 45\n  value        70.0  配点 15\n  engagement   67.2  配点 18\n  満足度       50.0  配点 14',
    );
    expect(text).toContain('「良好」になるには: 73点以上を2回連続、あと4.6点');
  });

  it('tells what is unknown without numbers', () => {
    const { text } = explained(accountD);

    expect(text).toContain('no score · Unknown');
    expect(text).toContain('Not enough data: 26%');
    expect(text).toContain('No data: NPS (coverage -9%)');
  });

  it('has no colour codes and no space at the end of a line', () => {
    const { text } = explained(accountB);

    expect(text).not.toContain('\u001b');
    expect(text.split('\n').filter((line) => line !== line.trimEnd())).toEqual([]);
  });
});
