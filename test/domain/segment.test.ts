import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/calendar.ts';
import type { Facts } from '../../src/domain/condition.ts';
import type { SegmentDefinition } from '../../src/domain/decisions.ts';
import { compileSegments, decideSegment, type SegmentDecision } from '../../src/domain/segment.ts';
import { leaf } from './models.ts';

const label = { en: '', ja: '' };
const touch: SegmentDefinition = {
  name: 'touch_model',
  label,
  values: [
    { value: 'high', label, when: leaf('ltv', 'at_least', 10_000_000) },
    { value: 'low', label, when: leaf('ltv', 'at_least', 2_000_000) },
    { value: 'tech', label, when: null },
  ],
  minDays: 90,
  hysteresis: 0.1,
  fact: 'ltv',
  recompute: 'every_run',
  frozenWhen: leaf('days_to_renewal', 'between', [0, 90]),
  lock: 'touch_model_lock',
};
const asOf = '2026-06-15';

function decide(
  facts: Facts,
  before: SegmentDecision['memory'] | null = null,
  given: Partial<SegmentDefinition> = {},
): SegmentDecision | null {
  const [compiled] = compileSegments([{ ...touch, ...given }]);
  return compiled === undefined ? null : decideSegment(compiled, facts, before, asOf);
}
const was = (value: string, days = 365) => ({ value, since: addDays(asOf, -days), decidedOn: addDays(asOf, -1) });
const valueFor = (
  facts: Facts,
  before: SegmentDecision['memory'] | null = null,
  given: Partial<SegmentDefinition> = {},
) => decide(facts, before, given)?.segment.value;

describe('a segment by LTV', () => {
  it.each([
    [12_000_000, 'high'],
    [10_000_000, 'high'],
    [2_000_000, 'low'],
    [1_990_000, 'tech'],
  ])('of ¥%d is %s', (ltv, value) => {
    expect(valueFor({ ltv })).toBe(value);
  });

  it('is not decided, and not the last one by default, where nobody knows the LTV', () => {
    expect(decide({ ltv: null })).toBeNull();
    expect(decide({ ltv: null }, was('high'))?.segment).toMatchObject({ value: 'high', trace: { kind: 'unknown' } });
  });
});

describe('a segment that is sticky', () => {
  it.each([
    ['low', 10_500_000, 'low'],
    ['low', 11_000_000, 'high'],
    ['high', 9_500_000, 'high'],
    ['high', 8_900_000, 'low'],
    ['high', 1_500_000, 'tech'],
  ])('%s at ¥%d is %s: a cut must be passed by a tenth', (before, ltv, after) => {
    expect(valueFor({ ltv }, was(before))).toBe(after);
  });

  it('stays at least 90 days', () => {
    expect(valueFor({ ltv: 20_000_000 }, was('low', 89))).toBe('low');
    expect(valueFor({ ltv: 20_000_000 }, was('low', 90))).toBe('high');
  });

  it('does not change in the 90 days before the renewal', () => {
    expect(decide({ ltv: 20_000_000, days_to_renewal: 60 }, was('low'))?.segment).toMatchObject({
      value: 'low',
      trace: { kind: 'frozen' },
    });
    expect(valueFor({ ltv: 20_000_000, days_to_renewal: 91 }, was('low'))).toBe('high');
  });

  it('is looked at once a month where that is wanted', () => {
    const monthly = { recompute: 'monthly' } as const;
    const decidedIn = (decidedOn: string) => valueFor({ ltv: 20_000_000 }, { ...was('low'), decidedOn }, monthly);

    expect(decidedIn('2026-06-01')).toBe('low');
    expect(decidedIn('2026-05-31')).toBe('high');
  });

  it('remembers the day of the change and of the look', () => {
    expect(decide({ ltv: 20_000_000 }, was('low'))?.memory).toEqual({ value: 'high', since: asOf, decidedOn: asOf });
    expect(decide({ ltv: 3_000_000 }, was('low'))?.memory).toEqual({
      value: 'low',
      since: '2025-06-15',
      decidedOn: asOf,
    });
  });

  it('leaves a value that the definition does not know any more', () => {
    expect(valueFor({ ltv: 20_000_000 }, was('platinum', 3))).toBe('high');
  });
});

describe('a locked segment', () => {
  it('is what the person chose, and never changed', () => {
    const decided = decide({ ltv: 20_000_000, touch_model_lock: true, touch_model: 'tech' }, was('low'));

    expect(decided?.segment).toMatchObject({ value: 'tech', locked: true, since: asOf });
  });

  it('is what we said last, where the record does not show it', () => {
    expect(decide({ ltv: 20_000_000, touch_model_lock: true }, was('low'))?.segment).toMatchObject({
      value: 'low',
      locked: true,
    });
  });

  it('is decided by its rule while the lock is open', () => {
    expect(decide({ ltv: 20_000_000, touch_model_lock: false }, was('low'))?.segment).toMatchObject({
      value: 'high',
      locked: false,
    });
  });
});

describe('a group of several facts', () => {
  const stages: Partial<SegmentDefinition> = {
    values: [
      { value: 'a', label, when: leaf('a', 'is', true) },
      { value: 'b', label, when: leaf('b', 'is', true) },
      { value: 'other', label, when: null },
    ],
    fact: null,
  };

  it('takes the first that says yes, also after one that nobody knows', () => {
    expect(valueFor({ b: true }, null, stages)).toBe('b');
  });

  it('takes the last only where all others said no', () => {
    expect(valueFor({ a: false, b: false }, null, stages)).toBe('other');
    expect(decide({ b: false }, null, stages)).toBeNull();
  });
});
