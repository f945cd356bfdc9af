import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/calendar.ts';
import type { Facts } from '../../src/domain/condition.ts';
import type { FlagDefinition } from '../../src/domain/decisions.ts';
import { compileFlags, decideFlag, type FlagDecision } from '../../src/domain/flag.ts';
import { leaf } from './models.ts';

const upsell: FlagDefinition = {
  name: 'upsell',
  label: { en: 'Upsell', ja: 'アップセル' },
  gate: {
    all: [leaf('score', 'at_least', 70), leaf('confidence', 'one_of', ['high', 'medium']), leaf('capped', 'is', false)],
  },
  veto: { any: [leaf('open_complaints', 'at_least', 1), leaf('notice', 'is', true)] },
  signals: [
    {
      type: 'seats',
      when: leaf('seat_utilisation', 'at_least', 90),
      text: {
        en: 'Seats {{seats_used}}/{{seats}} ({{seat_utilisation}}%)',
        ja: '席数{{seats_used}}/{{seats}}({{seat_utilisation}}%)',
      },
    },
    {
      type: 'limit',
      when: leaf('api_limit', 'at_least', 80),
      text: { en: 'API {{api_limit}}%', ja: 'API {{api_limit}}%' },
    },
  ],
  expiresDays: 30,
};
const asOf = '2026-01-15';
const healthy: Facts = { score: 82, confidence: 'high', capped: false, open_complaints: 0, notice: false };
const demand: Facts = { seats_used: 48, seats: 50, seat_utilisation: 96 };

function decide(facts: Facts, before: FlagDecision['memory'] = null, locale: 'en' | 'ja' = 'en'): FlagDecision {
  const [compiled] = compileFlags([upsell]);
  if (compiled === undefined) throw new Error('no flag');
  return decideFlag(compiled, facts, before, asOf, locale);
}
const raised = (days: number) => ({ since: '2025-10-01', lastSignal: addDays(asOf, -days) });

describe('a flag', () => {
  it('is up with health 82 and 48 of 50 seats, and brings the evidence', () => {
    const { flag, memory } = decide({ ...healthy, ...demand });

    expect(flag).toMatchObject({ up: true, since: asOf, types: ['seats'], because: ['Seats 48/50 (96%)'] });
    expect(memory).toEqual({ since: asOf, lastSignal: asOf });
  });

  it('is down with health 55, and says why', () => {
    const { flag, memory } = decide({ ...healthy, ...demand, score: 55 });

    expect(flag).toMatchObject({ up: false, since: null, because: ['health below 70'] });
    expect(memory).toBeNull();
  });

  it('is down without a signal', () => {
    expect(decide({ ...healthy, seat_utilisation: 50, api_limit: 10 }).flag.because).toEqual(['no demand signal']);
  });

  it('counts every kind of demand', () => {
    expect(decide({ ...healthy, ...demand, api_limit: 85 }, null, 'ja').flag).toMatchObject({
      types: ['seats', 'limit'],
      because: ['席数48/50(96%)', 'API 85%'],
    });
  });

  it('falls at once with a complaint, whatever was before', () => {
    const { flag, memory } = decide({ ...healthy, ...demand, open_complaints: 2 }, raised(1));

    expect(flag).toMatchObject({ up: false, because: ['open complaints is 2'] });
    expect(memory).toBeNull();
  });

  it('is never raised by what nobody knows', () => {
    expect(decide({ ...healthy, ...demand, score: null }).flag).toMatchObject({
      up: false,
      because: ['health is unknown'],
    });
    expect(decide({ ...healthy, seat_utilisation: null }).flag.up).toBe(false);
  });

  it('is not stopped by a veto that nobody knows', () => {
    expect(decide({ ...healthy, ...demand, open_complaints: null }).flag.up).toBe(true);
  });

  it('stays for 30 days without a new signal, keeps its day, and falls', () => {
    const quiet = { ...healthy, seat_utilisation: 50 };

    expect(decide(quiet, raised(29)).flag).toMatchObject({ up: true, since: '2025-10-01', types: [] });
    expect(decide(quiet, raised(29)).memory).toEqual(raised(29));
    expect(decide(quiet, raised(30)).flag.up).toBe(false);
  });

  it('keeps the day it was raised while signals go on', () => {
    expect(decide({ ...healthy, ...demand }, raised(3)).memory).toEqual({ since: '2025-10-01', lastSignal: asOf });
  });

  it('is explained by one tree of gate, veto and signals', () => {
    const { trace } = decide({ ...healthy, ...demand }).flag;

    expect([trace.answer, trace.kind, trace.of?.map(({ kind, answer }) => `${kind} ${answer}`)]).toEqual([
      'yes',
      'all',
      ['all yes', 'not yes', 'any yes'],
    ]);
  });
});
