import { describe, expect, it } from 'vitest';
import { cronFault, isZone } from '../../src/config/rules/home.ts';

describe('cron expressions of five fields', () => {
  it.each([
    '0 5 * * *',
    '*/15 9-17 * * 1-5',
    '0 6 * * 1',
    '0,30 0 1,15 1-12/2 *',
    '0 0 * jan,JUL mon-fri',
    '59 23 31 12 7',
    '0 0 29 2 *',
  ])('%s is understood', (expression) => {
    expect(cronFault(expression)).toBeNull();
  });

  it.each([
    ['', 'it has 1 field'],
    ['0 5 * *', 'it has 4 fields, and there should be five'],
    ['0 0 5 * * *', 'it has 6 fields, and there should be five'],
    ['60 5 * * *', 'minute "60" is outside of 0 to 59'],
    ['0 24 * * *', 'hour "24" is outside of 0 to 23'],
    ['0 5 0 * *', 'day "0" is outside of 1 to 31'],
    ['0 5 * 13 *', 'month "13" is outside of 1 to 12'],
    ['0 5 * * 8', 'weekday "8" is outside of 0 to 7'],
    ['0 17-9 * * *', 'hour "17-9" has its range the wrong way round'],
    ['*/0 * * * *', 'minute "*/0" has a step that is no number'],
    ['0 5 L * *', 'day "L" is no number, range or *'],
    ['0 5 ? * *', 'day "?" is no number, range or *'],
    ['0 5 * * mon#2', 'weekday "mon#2" is no number, range or *'],
    ['a 5 * * *', 'minute "a" is no number, range or *'],
    ['1- 5 * * *', 'minute "1-" is no number, range or *'],
    ['0 5 30 2 *', 'that day never comes'],
    ['0 5 31 4 *', 'that day never comes'],
    ['@daily', 'it has 1 field'],
  ])('"%s" is refused: %s', (expression, says) => {
    expect(cronFault(expression)).toContain(says);
  });
});

describe('time zones', () => {
  it.each(['Asia/Tokyo', 'UTC', 'Europe/Berlin'])('%s exists', (name) => {
    expect(isZone(name)).toBe(true);
  });
  it.each(['Asia/Tokio', 'JST', '+09:00', ''])('"%s" does not', (name) => {
    expect(isZone(name)).toBe(false);
  });
});
