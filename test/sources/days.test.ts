// Days and points in time as people write them, and cursors that look back in the shape they came in.

import { describe, expect, it } from 'vitest';
import { lookedBack, parseDay, parseInstant } from '../../src/sources/days.ts';
import { typeCell } from '../../src/sources/row.ts';
import { column } from './settings.ts';

describe('a day', () => {
  it.each([
    ['2026-11-21', '2026-11-21'],
    ['２０２６－１１－２１', '2026-11-21'],
    ['2026年11月21日', '2026-11-21'],
    ['２０２６年１１月２１日', '2026-11-21'],
    ['2026年1月5日', '2026-01-05'],
    ['2026年11月21日 9:30', '2026-11-21'],
    ['2026年11月21日 9時30分', '2026-11-21'],
    ['R8.11.21', '2026-11-21'],
    ['Ｒ８．１１．２１', '2026-11-21'],
    ['r08/11/21', '2026-11-21'],
    ['令和8年11月21日', '2026-11-21'],
    ['令和元年5月1日', '2019-05-01'],
    ['R1.4.30', null],
    ['平成元年1月7日', null],
    ['平成31年4月30日', '2019-04-30'],
    // Contracts made before 2019 run until dates like this one.
    ['平成33年3月31日', '2021-03-31'],
    ['S64.1.7', '1989-01-07'],
    ['令和8年2月30日', null],
    ['R0.1.1', null],
    ['21/11/2026', null],
    ['11.21', null],
  ])('%s is %s without a declared format', (text, day) => {
    expect(parseDay(text, null)).toBe(day);
  });

  it('is counted from 1970 where unix is declared, and not otherwise', () => {
    expect(parseDay('1782864000', 'unix')).toBe('2026-07-01');
    expect(parseDay('1782864000000', 'unix_ms')).toBe('2026-07-01');
    expect(parseInstant('1782864000', 'unix')).toBe('2026-07-01T00:00:00.000Z');
    expect(parseDay('1782864000', null)).toBeNull();
    expect(parseInstant('soon', 'unix')).toBeNull();
  });
});

describe('a cell', () => {
  it('takes wide digits and Japanese ways to write a number', () => {
    expect(typeCell('１２，３４５', column('x', 'number')).value).toBe(12_345);
    expect(typeCell('¥1,200', column('x', 'number')).value).toBe(1_200);
    expect(typeCell('▲５', column('x', 'number')).problem).toContain('not a number');
  });

  it('becomes an international number where it is declared a phone', () => {
    const phone = column('tel', 'text', { format: 'phone' });

    expect(typeCell('０３－１２３４－５６７８', phone).value).toBe('+81312345678');
    expect(typeCell('03(1234)5678', phone).value).toBe('+81312345678');
    expect(typeCell('+44 20 7946 0018', phone).value).toBe('+442079460018');
    expect(typeCell('内線 12', phone).problem).toContain('phone');
  });

  it('is refused with a NUL byte in it, and never takes a word from the prototype', () => {
    expect(typeCell('a\0b', column('x', 'text')).problem).toContain('NUL');
    expect(typeCell('constructor', column('x', 'text', { map: { yes: true } }))).toMatchObject({
      value: null,
      unmapped: 'constructor',
    });
  });
});

describe('a cursor that looks back', () => {
  it.each([
    ['2026-06-01T10:00:00.000Z', '2026-06-01T09:55:00.000Z'],
    ['2026-06-01 00:02:00', '2026-05-31 23:57:00'],
    ['2026-06-01T10:00:00.123456+09:00', '2026-06-01T09:55:00.123456+09:00'],
    ['2026-06-01 10:00', '2026-06-01 09:55'],
    ['2026-06-01', '2026-05-31'],
    ['4711', '4709'],
    ['01J9ZZZ', '01J9ZZZ'],
  ])('%s goes back to %s', (at, earlier) => {
    expect(lookedBack(at, 300, 2)).toBe(earlier);
  });

  it('stays nothing where there is none', () => {
    expect(lookedBack(null, 300)).toBeNull();
  });
});
