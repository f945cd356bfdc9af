// Values in both directions.

import { describe, expect, it } from 'vitest';
import { fromSalesforce, toSalesforce } from '../../../src/crm/salesforce/convert.ts';
import type { FieldType } from '../../../src/domain/decisions.ts';
import type { Value } from '../../../src/domain/nouns.ts';

describe('a value of Salesforce', () => {
  it.each<[FieldType, unknown, Value, Value]>([
    ['number', 71.94, 71.9, 71.9],
    ['number', -0.04, 0, 0],
    ['percent', 87, 87, 87],
    ['currency', '120000', 120_000, 120_000],
    ['checkbox', true, true, true],
    ['checkbox', false, false, false],
    ['date', '2026-05-01', '2026-05-01', '2026-05-01'],
    ['datetime', '2026-05-01T07:35:37.000+0000', '2026-05-01T07:35:37Z', '2026-05-01T07:35:37.000+0000'],
    ['datetime', '2026-05-01T16:35:37.000+0900', '2026-05-01T07:35:37Z', '2026-05-01T07:35:37.000+0000'],
    ['picklist', 'green', 'green', 'green'],
    ['multi_picklist', 'seats;plan', 'plan;seats', 'plan;seats'],
    ['text', 'a', 'a', 'a'],
    ['long_text', 'a\r\nb', 'a\nb', 'a\nb'],
    ['long_text', '', null, null],
    ['number', null, null, null],
    ['datetime', 'soon', null, null],
  ])('of type %s crosses the border (%j)', (type, theirs, ours, back) => {
    const form = { type, digits: 1 };

    expect(fromSalesforce(theirs, form)).toEqual(ours);
    expect(toSalesforce(ours, form)).toEqual(back);
  });

  it('that is a checkbox knows no empty', () => {
    expect(toSalesforce(null, { type: 'checkbox', digits: 0 })).toBe(false);
  });
});
