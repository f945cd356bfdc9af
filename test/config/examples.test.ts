import { describe, expect, it } from 'vitest';
import { type Evaluated, runExamples } from '../../src/config/examples.ts';
import { decisionsOf } from './home.ts';

const outcome: Evaluated = {
  score: {
    account: 'a',
    asOf: '2026-01-05',
    model: { id: 'grown', version: '1.0.0', hash: 'x' },
    value: 68.4,
    raw: 68.3667,
    calculated: 68.4,
    coverage: 0.856,
    confidence: 'high',
    reason: null,
    dimensions: [{ name: 'usage', value: 70.6, weight: 75 }],
    parts: [],
    caps: [],
    override: null,
  },
  band: 'yellow',
  alert: false,
  segments: [
    { name: 'touch_model', value: 'tech', since: '2026-01-05', locked: false, trace: { answer: 'yes', kind: 'is' } },
  ],
  flags: [{ name: 'upsell', up: false, since: null, types: [], because: [], trace: { answer: 'no', kind: 'is' } }],
  plays: [
    { play: 'offer', outcome: 'fired', episode: '2026-01-05', says: '', trace: { answer: 'yes', kind: 'is' } },
    { play: 'detractor', outcome: 'merged', episode: '2026-01-05', says: '', trace: { answer: 'yes', kind: 'is' } },
    { play: 'no_login', outcome: 'quiet', episode: null, says: '', trace: { answer: 'no', kind: 'is' } },
  ],
};
async function run(expectation: string, evaluate: () => Evaluated = () => outcome) {
  const decisions = await decisionsOf({
    'config/examples.yaml': `examples:\n  - name: Acme\n    expect: ${expectation}\n`,
  });
  return runExamples(decisions, evaluate)[0];
}

describe('running examples', () => {
  it('compares to the decimals in which people write: score 1, raw 2, coverage 2, dimensions 1', async () => {
    const result = await run(
      '{score: 68.4, raw: 68.37, coverage: 0.86, dimensions: {usage: 70.6}, confidence: high, model: grown}',
    );

    expect(result).toMatchObject({ name: 'Acme', ok: true, differences: [], place: 'config/examples.yaml:2:5' });
    expect(result?.expectations.map((one) => one.name)).toEqual([
      'score',
      'raw',
      'coverage',
      'confidence',
      'model',
      'dimensions.usage',
    ]);
  });

  it('tells every difference, with what was expected and what came out', async () => {
    const result = await run(
      '{score: 70, band: green, alert: true, segments: {touch_model: high}, flags: {upsell: true}, plays: [no_login], quiet_plays: [offer]}',
    );

    expect(result?.ok).toBe(false);
    expect(result?.differences).toEqual([
      'score is 68.4, expected 70',
      'band is yellow, expected green',
      'alert is false, expected true',
      'segments.touch_model is tech, expected high',
      'flags.upsell is false, expected true',
      'no_login should fire, but it stays quiet',
      'offer should stay quiet, but it fires',
    ]);
    expect(result?.expectations[0]).toEqual({ name: 'score', expected: 70, actual: 68.4, ok: false });
  });

  it('takes a play on the checklist of another for one that fires', async () => {
    expect((await run('{plays: [detractor]}'))?.ok).toBe(true);
  });

  it('tells a score that should be nothing from one that is', async () => {
    const none = { ...outcome, score: { ...outcome.score, value: null, raw: null } };

    expect((await run('{score: }', () => none))?.ok).toBe(true);
    expect((await run('{score: }'))?.differences).toEqual(['score is 68.4, expected nothing']);
    expect((await run('{score: 68.4}', () => none))?.differences).toEqual(['score is nothing, expected 68.4']);
  });

  it('goes on after an example that cannot be decided, and says why', async () => {
    const result = await run('{score: 1}', () => {
      throw new Error('no model fits');
    });

    expect(result).toMatchObject({ ok: false, differences: ['it cannot be decided: no model fits'] });
  });
});
