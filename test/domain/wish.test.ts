import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldType } from '../../src/domain/decisions.ts';
import type { Value } from '../../src/domain/nouns.ts';
import { canonical, wishOf, wishRemarks } from '../../src/domain/wish.ts';
import { acme, field, mapping, outcome } from './outcomes.ts';

const trace = { answer: 'yes', kind: 'all', of: [] } as const;

describe('a wish', () => {
  it('holds the mapped words in their canonical form, and nothing else', () => {
    const fields = [
      field('health_score', { digits: 0 }),
      field('health_band', { type: 'picklist' }),
      field('health_scored_at', { type: 'datetime' }),
      field('no_such_word'),
    ];

    const wish = wishOf({ outcome: outcome(), account: acme, mapping: mapping(fields), locale: 'en' });

    expect(wish).toEqual({
      account: 'acme',
      crm: 'salesforce',
      object: 'account',
      target: '001A',
      fields: { health_score: 68, health_band: 'yellow', health_scored_at: '2026-03-02T00:00:00Z' },
    });
  });

  it('leaves out what is only read, and what people fill, whatever the mapping says', () => {
    const fields = [
      field('health_score'),
      field('health_band', { type: 'picklist', write: 'never' }),
      field('csm_pulse', { type: 'picklist', write: 'always' }),
    ];
    const account = { ...acme, attributes: { csm_pulse: 'bad' } };

    const wish = wishOf({
      outcome: outcome(),
      account,
      mapping: mapping(fields),
      locale: 'en',
      extra: { csm_pulse: 'good' },
    });

    expect(Object.keys(wish?.fields ?? {})).toEqual(['health_score']);
  });

  it('takes words that one account alone cannot know', () => {
    const fields = [field('support_priority_rank', { digits: 0 }), field('health_scored_at', { type: 'datetime' })];
    const extra = { support_priority_rank: 3, health_scored_at: '2026-03-02T05:00:12.345Z' };

    const wish = wishOf({ outcome: outcome(), account: acme, mapping: mapping(fields), locale: 'en', extra });

    expect(wish?.fields).toEqual({ support_priority_rank: 3, health_scored_at: '2026-03-02T05:00:12Z' });
  });

  it('empties a dimension that the model of the account does not have', () => {
    const fields = [field('dimension_value'), field('dimension_usage')];

    const wish = wishOf({ outcome: outcome(), account: acme, mapping: mapping(fields), locale: 'en' });

    expect(wish?.fields).toEqual({ dimension_value: null, dimension_usage: 70.6 });
  });

  it.each([
    ['an account that this CRM does not know', mapping([field('health_score')], { idKind: 'dynamics' })],
    ['a CRM without mapped account fields', mapping([])],
    ['a CRM that is only read', mapping([field('health_score', { write: 'never' })])],
  ])('is none for %s', (_, given) => {
    expect(wishOf({ outcome: outcome(), account: acme, mapping: given, locale: 'en' })).toBeNull();
  });

  it('leaves a remark where a person locked the touch model', () => {
    const segments = [{ name: 'touch_model', value: 'high', since: '2026-01-01', locked: true, trace }];
    const given = mapping([field('touch_model', { type: 'picklist' })]);

    const input = { outcome: outcome({ segments }), account: acme, mapping: given };

    expect(wishOf({ ...input, locale: 'en' })).toBeNull();
    expect(wishRemarks(input)).toMatchObject([
      { word: 'touch_model', kind: 'locked', says: expect.stringContaining('skipped_locked') },
    ]);
  });

  it('leaves a remark where the account has no record', () => {
    const given = mapping([field('health_score')], { crm: 'dynamics', idKind: 'dynamics' });

    expect(wishRemarks({ outcome: outcome(), account: acme, mapping: given })).toMatchObject([
      { kind: 'unmatched', crm: 'dynamics' },
    ]);
    expect(wishRemarks({ outcome: outcome(), account: acme, mapping: mapping([field('health_score')]) })).toEqual([]);
  });
});

describe('the canonical form', () => {
  it.each<[FieldType, Value, Value]>([
    ['number', 68.37, 68.4],
    ['number', 68.35, 68.4],
    ['number', -0.04, 0],
    ['number', '12.34', 12.3],
    ['number', '', null],
    ['number', 'many', null],
    ['number', true, null],
    ['number', Number.NaN, null],
    ['number', Number.POSITIVE_INFINITY, null],
    ['number', 0, 0],
    ['percent', 86.04, 86],
    ['currency', 1_200_000.04, 1_200_000],
    ['checkbox', true, true],
    ['checkbox', false, false],
    ['checkbox', null, false],
    ['checkbox', 'true', true],
    ['date', '2026-03-02', '2026-03-02'],
    ['date', '2026-03-02T10:00:00Z', '2026-03-02'],
    ['date', 'soon', null],
    ['date', 20_260_302, null],
    ['datetime', '2026-03-02', '2026-03-02T00:00:00Z'],
    ['datetime', '2026-03-02T10:00:00.123+09:00', '2026-03-02T01:00:00Z'],
    ['datetime', 'soon', null],
    ['picklist', 'red', 'red'],
    ['picklist', '', null],
    ['multi_picklist', 'seats;limit; seats', 'limit;seats'],
    ['multi_picklist', ';', null],
    ['text', '  two\nlines ', 'two lines'],
    ['text', ' ', null],
    ['text', 12, '12'],
    ['long_text', 'one  \r\ntwo\r\n', 'one\ntwo'],
    ['long_text', '', null],
    ['number', null, null],
    ['text', null, null],
  ])('of a %s: %j is %j', (type, value, expected) => {
    expect(canonical(value, field('x', { type }))).toBe(expected);
  });

  it('cuts a text at a word, with an ellipsis', () => {
    expect(canonical('seats are nearly full', field('x', { type: 'text', length: 12 }))).toBe('seats are…');
  });

  it('of a canonical value is that value', () => {
    const types: readonly FieldType[] = [
      'number',
      'percent',
      'currency',
      'checkbox',
      'date',
      'datetime',
      'picklist',
      'multi_picklist',
      'text',
      'long_text',
    ];
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc
        .date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2999-01-01') })
        .map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        value,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 30 }),
        (type, given, digits, length) => {
          const as = field('x', { type, digits, length });

          const once = canonical(given, as);

          expect(canonical(once, as)).toBe(once);
        },
      ),
    );
  });
});
