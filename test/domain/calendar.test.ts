import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBusinessDays,
  addDays,
  businessCalendar,
  businessDaysIn,
  dayFrom,
  dayNumber,
  dayOf,
  daysBetween,
  isBusinessDay,
  monthsBetween,
  windowOf,
} from '../../src/domain/calendar.ts';

describe('plain days', () => {
  it('know leap years and the turn of the century', () => {
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
    expect(addDays('2023-02-28', 1)).toBe('2023-03-01');
    expect(addDays('2000-02-29', 365)).toBe('2001-02-28');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(dayNumber('1970-01-01')).toBe(0);
  });

  it('agree with the calendar of the language for two thousand years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -300_000, max: 400_000 }), (number) => {
        const day = dayFrom(number);
        expect(day).toBe(new Date(number * 86_400_000).toISOString().slice(0, 10));
        expect(dayNumber(day)).toBe(number);
      }),
    );
  });

  it('are counted from one to the other: from a last login on 1 December to 1 January it is 31', () => {
    expect(daysBetween('2025-12-01', '2026-01-01')).toBe(31);
    expect(daysBetween('2026-01-01', '2026-03-31')).toBe(89);
    expect(daysBetween('2026-01-01', '2025-12-31')).toBe(-1);
  });

  it('are no days when they are written otherwise', () => {
    for (const text of ['01-02-2026', '2026/01/02', '', '2026-13-01', '2026-02-29', '2026-04-31', 'soon'])
      expect(dayNumber(text)).toBeNaN();
  });

  it('make half-open windows: the first day belongs to it, the as-of day does not', () => {
    expect(windowOf('2026-01-29', 28)).toEqual({ from: '2026-01-01', to: '2026-01-29' });
  });
});

describe('whole months', () => {
  it.each([
    ['2024-04-01', '2026-01-01', 21],
    ['2024-04-02', '2026-01-01', 20],
    ['2026-01-31', '2026-02-28', 1],
    ['2026-01-15', '2026-01-15', 0],
    ['2026-03-01', '2026-01-01', -2],
  ])('from %s to %s are %d', (a, b, months) => {
    expect(monthsBetween(a, b)).toBe(months);
  });
});

describe('an instant in a zone', () => {
  it('belongs to the local day', () => {
    expect(dayOf('2026-01-01T14:59:59Z', 'Asia/Tokyo')).toBe('2026-01-01');
    expect(dayOf('2026-01-01T15:00:00Z', 'Asia/Tokyo')).toBe('2026-01-02');
    expect(dayOf('2026-01-02T00:30:00+09:00', 'Asia/Tokyo')).toBe('2026-01-02');
    expect(dayOf('2026-01-02T00:30:00.123+0900', 'UTC')).toBe('2026-01-01');
  });

  it('keeps to the clock changes of the zone, to the second', () => {
    // Berlin: +1 until 2026-03-29T01:00Z, +2 until 2026-10-25T01:00Z.
    expect(dayOf('2026-03-28T22:59:59Z', 'Europe/Berlin')).toBe('2026-03-28');
    expect(dayOf('2026-03-28T23:00:00Z', 'Europe/Berlin')).toBe('2026-03-29');
    expect(dayOf('2026-10-24T22:00:00Z', 'Europe/Berlin')).toBe('2026-10-25');
    expect(dayOf('2026-10-25T23:00:00Z', 'Europe/Berlin')).toBe('2026-10-26');
    expect(dayOf('2026-10-25T22:59:59Z', 'Europe/Berlin')).toBe('2026-10-25');
  });

  it('is placed right also when the very moment of a clock change is asked for first', () => {
    expect(dayOf('2026-03-29T01:00:00Z', 'Europe/Paris')).toBe('2026-03-29');
    expect(dayOf('2026-03-27T22:30:00Z', 'Europe/Paris')).toBe('2026-03-27');
  });

  it('agrees with Intl at random moments in zones with and without clock changes', () => {
    const zones = ['Asia/Tokyo', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const formats = new Map(zones.map((zone) => [zone, new Intl.DateTimeFormat('en-CA', { timeZone: zone })]));

    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1_000_000_000, max: 2_000_000_000 }),
        (zone, seconds) => {
          const instant = new Date(seconds * 1000);
          expect(dayOf(instant.toISOString(), zone)).toBe(formats.get(zone)?.format(instant));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may be a day already, and says so when it is neither', () => {
    expect(dayOf('2026-01-01', 'Asia/Tokyo')).toBe('2026-01-01');
    expect(() => dayOf('yesterday', 'Asia/Tokyo')).toThrow('neither a day nor an instant');
    expect(() => dayOf('2026-01-01Tsoon', 'Asia/Tokyo')).toThrow(RangeError);
  });
});

describe('business days', () => {
  const japan = businessCalendar({ country: 'JP', extra: ['2025-12-30', '2025-12-31'] });
  const plain = businessCalendar({ country: null, extra: [] });

  it('are Monday to Friday where no country is named', () => {
    expect(isBusinessDay(plain, '2026-01-01')).toBe(true);
    expect(isBusinessDay(plain, '2026-01-03')).toBe(false);
    expect(businessDaysIn(plain, '2026-01-05', '2026-01-12')).toBe(5);
  });

  it('leave out the holidays of the country and further free days', () => {
    expect(isBusinessDay(japan, '2026-01-01')).toBe(false);
    expect(isBusinessDay(japan, '2025-12-30')).toBe(false);
    expect(isBusinessDay(japan, '2025-12-29')).toBe(true);
    // Golden Week 2026: 29 April, 3 to 5 May, and 6 May in place of Sunday the 3rd.
    expect(businessDaysIn(japan, '2026-04-27', '2026-05-11')).toBe(6);
  });

  it('are counted on from a day, over weekends and holidays', () => {
    expect(addBusinessDays(japan, '2026-04-28', 3)).toBe('2026-05-07');
    expect(addBusinessDays(plain, '2026-01-02', 1)).toBe('2026-01-05');
    expect(addBusinessDays(plain, '2026-01-05', -1)).toBe('2026-01-02');
    expect(addBusinessDays(plain, '2026-01-03', 0)).toBe('2026-01-03');
  });

  it('of a window backwards are none', () => {
    expect(businessDaysIn(plain, '2026-01-12', '2026-01-05')).toBe(0);
  });
});
