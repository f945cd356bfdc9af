import { describe, expect, it } from 'vitest';
import { compile } from '../../src/domain/condition.ts';
import type { MetricDefinition, MissingPolicy } from '../../src/domain/decisions.ts';
import { activeByDefault, type Circumstances, type Counted, count, isStale } from '../../src/domain/missing.ts';
import { compileNormaliser } from '../../src/domain/normalise.ts';
import type { Metric } from '../../src/domain/nouns.ts';
import { definition, metric } from './models.ts';

const linear = { kind: 'linear', zero: 0, full: 10 } as const;
const now: Circumstances = { asOf: '2026-01-01', active: 'yes', peers: {} };

function counted(of: Metric, given: Partial<MetricDefinition> = {}, at: Partial<Circumstances> = {}): Counted {
  const defined = definition(of.name, { normalise: linear, ...given });
  return count(of, defined, compileNormaliser(defined.normalise ?? linear), { ...now, ...at });
}

describe('a missing metric', () => {
  const none = metric('x', null);
  const policies: [string, MissingPolicy, number | null][] = [
    ['redistribute', { kind: 'redistribute' }, null],
    ['zero', { kind: 'zero' }, 0],
    ['neutral', { kind: 'neutral' }, 0.5],
    ['constant', { kind: 'constant', value: 0.3 }, 0.3],
    ['a constant that is too large', { kind: 'constant', value: 3 }, 1],
    ['carry_forward, with nothing to carry', { kind: 'carry_forward', days: 3 }, null],
    ['zero_if_fresh, with a feed that is away', { kind: 'zero_if_fresh', carryDays: 3 }, null],
    ['peer_median without peers', { kind: 'peer_median' }, null],
  ];

  it.each(policies)('%s', (_name, missing, normalised) => {
    expect(counted(none, { missing })).toEqual({ normalised, covered: 0, state: 'missing', forbids: false });
  });

  it('can take the middle of its peers', () => {
    expect(counted(none, { missing: { kind: 'peer_median' } }, { peers: { x: [2, 4, 9] } }).normalised).toBe(0.4);
  });

  it('can forbid a score', () => {
    expect(counted(none, { missing: { kind: 'no_score' } }).forbids).toBe(true);
    expect(counted(metric('x', 5), { missing: { kind: 'no_score' } }).forbids).toBe(false);
  });

  it('covers nothing, unless its absence is a true zero', () => {
    const never = metric('x', null, { detail: { true_zero: true } });

    expect(counted(never, { missing: { kind: 'zero' } })).toMatchObject({ normalised: 0, covered: 1 });
  });

  it('is what a value becomes that its rule does not know', () => {
    const odd = counted(metric('plan', 'Enterprise+'), { normalise: { kind: 'map', values: { basic: 1 } } });

    expect(odd).toEqual({ normalised: null, covered: 0, state: 'missing', forbids: false });
  });
});

describe('age', () => {
  const at = (days: number): Metric =>
    metric('nps', 9, { at: new Date(Date.UTC(2026, 0, 1) - days * 86_400_000).toISOString().slice(0, 10) });

  it.each([
    [45, 0.854, 0.146],
    [90, 0.75, 0.25],
    [180, 0.625, 0.375],
  ])('of %d days with a half-life of 90 makes a 9 %d and a detractor %d', (days, promoter, detractor) => {
    const rule = { halfLifeDays: 90, normalise: { kind: 'linear', zero: 6, full: 9 } } as const;

    expect(counted(at(days), rule).normalised).toBeCloseTo(promoter, 3);
    expect(counted({ ...at(days), value: 3 }, rule).normalised).toBeCloseTo(detractor, 3);
    expect(counted(at(days), rule).covered).toBeCloseTo(0.5 ** (days / 90), 12);
  });

  it('beyond what was promised makes it stale, on the day after', () => {
    const pulse = definition('pulse', { staleAfterDays: 60 });

    expect(isStale('2025-11-02', pulse, '2026-01-01')).toBe(false);
    expect(isStale('2025-11-01', pulse, '2026-01-01')).toBe(true);
    expect(isStale(null, pulse, '2026-01-01')).toBe(false);
  });

  it('a stale value counts as missing', () => {
    expect(counted(metric('x', 5, { state: 'stale' }))).toMatchObject({ normalised: null, covered: 0, state: 'stale' });
  });
});

describe('silence', () => {
  const survey = {
    nonRespondent: { normalised: 0.2, invitations: 2, withinDays: 180, source: null },
    halfLifeDays: 90,
  };

  it('in a survey has its fixed value, which does not decay and covers nothing', () => {
    const silent = metric('x', null, { state: 'silent', at: '2025-01-01' });

    expect(counted(silent, survey)).toEqual({ normalised: 0.2, covered: 0, state: 'silent', forbids: false });
  });

  it('where no survey was is only missing', () => {
    expect(counted(metric('x', null, { state: 'silent' }))).toMatchObject({ normalised: null, state: 'missing' });
  });

  it('of support counts as good only where the account is not known to be inactive', () => {
    const quiet = metric('complaints', 0, { at: null });
    const gate = { countsOnlyWhenActive: true, normalise: { kind: 'linear', zero: 8, full: 0 } } as const;

    expect(counted(quiet, gate, { active: 'yes' }).normalised).toBe(1);
    expect(counted(quiet, gate, { active: 'unknown' }).normalised).toBe(1);
    expect(counted(quiet, gate, { active: 'no' })).toEqual({
      normalised: null,
      covered: 0,
      state: 'not_applicable',
      forbids: false,
    });
  });

  it('does not hide complaints of an account that is going away', () => {
    const loud = metric('complaints', 6);
    const gate = { countsOnlyWhenActive: true, normalise: { kind: 'linear', zero: 8, full: 0 } } as const;

    expect(counted(loud, gate, { active: 'no' }).normalised).toBe(0.25);
  });

  it('is asked of who is active: 20% of the users or four login days, and unknown is not no', () => {
    const active = compile(activeByDefault);

    expect(active.answer({ active_user_rate: 8, login_frequency: 1 })).toBe('no');
    expect(active.answer({ active_user_rate: 8, login_frequency: 4 })).toBe('yes');
    expect(active.answer({ active_user_rate: 20 })).toBe('yes');
    expect(active.answer({ active_user_rate: null })).toBe('unknown');
  });
});

it('that does not apply gives its weight to others, whatever its policy', () => {
  const inapplicable = metric('goals', null, { state: 'not_applicable' });

  expect(counted(inapplicable, { missing: { kind: 'zero' } })).toMatchObject({
    normalised: null,
    state: 'not_applicable',
  });
});
