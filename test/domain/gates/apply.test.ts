import { describe, expect, it } from 'vitest';
import { breakerGate } from '../../../src/domain/gates/breaker.ts';
import { canaryGate } from '../../../src/domain/gates/canary.ts';
import { clockGate } from '../../../src/domain/gates/clock.ts';
import { isPlain, limits } from './support.ts';

describe('G9 breaker', () => {
  it.each([
    [100, 5, 0, 'pass'],
    [100, 6, 0, 'stop'],
    [20, 1, 0, 'pass'],
    [20, 2, 0, 'stop'],
    [0, 0, 0, 'pass'],
    [100, 0, 2, 'pass'],
    [100, 0, 3, 'stop'],
  ] as const)('%i sent, %i rejected, %i unclear in a row → %s', (sent, rejected, unclearInRow, answer) => {
    const verdict = breakerGate({ sent, rejected, unclearInRow }, limits);

    expect(verdict).toMatchObject({ gate: 'G9', answer });
    expect(isPlain(verdict)).toBe(true);
  });

  it('lets one bad record of a small plan stand alone', () => {
    expect(breakerGate({ sent: 3, rejected: 1, unclearInRow: 0 }, limits).answer).toBe('pass');
    expect(breakerGate({ sent: 3, rejected: 2, unclearInRow: 0 }, limits).answer).toBe('stop');
  });
});

describe('G12 canary', () => {
  it('goes on when all records read back as written', () => {
    const verdict = canaryGate({ checked: 20, wrong: 0, examples: [] }, limits);

    expect(verdict).toMatchObject({ gate: 'G12', answer: 'pass', value: 0, limit: 0 });
    expect(isPlain(verdict)).toBe(true);
  });

  it('stops for a single record that does not', () => {
    const verdict = canaryGate({ checked: 20, wrong: 1, examples: ['001A: 60 instead of 68.4'] }, limits);

    expect(verdict).toMatchObject({ answer: 'stop', value: 1 });
    expect(verdict.says).toContain('001A: 60 instead of 68.4');
    expect(isPlain(verdict)).toBe(true);
  });
});

describe('G13 clock', () => {
  const now = '2026-11-21T05:00:00.000Z';

  it.each([
    [0, null, 'pass'],
    [120_000, null, 'pass'],
    [120_001, null, 'hold'],
    [-120_000, null, 'pass'],
    [-121_000, null, 'hold'],
    [0, '2026-11-21T05:00:00.000Z', 'pass'],
    [0, '2026-11-21T05:00:00.001Z', 'hold'],
    [0, '2026-11-20T05:00:00.000Z', 'pass'],
  ] as const)('%i ms apart, last run at %s → %s', (skewMs, lastRunAt, answer) => {
    const verdict = clockGate({ skewMs, now, lastRunAt }, limits);

    expect(verdict).toMatchObject({ gate: 'G13', answer });
    expect(isPlain(verdict)).toBe(true);
  });
});
