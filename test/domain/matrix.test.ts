import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/domain/condition.ts';
import type { MatrixDefinition } from '../../src/domain/decisions.ts';
import { cellOf, compileMatrices } from '../../src/domain/matrix.ts';
import { leaf } from './models.ts';

const rows: MatrixDefinition['rows'] = {
  fact: 'dimension_usage',
  cuts: [
    { name: 'high', when: leaf('dimension_usage', 'at_least', 70) },
    { name: 'mid', when: leaf('dimension_usage', 'at_least', 40) },
    { name: 'low', when: leaf('dimension_usage', 'below', 40) },
  ],
};
const columns: MatrixDefinition['columns'] = {
  fact: 'nps',
  cuts: [
    { name: 'promoter', when: leaf('nps', 'at_least', 9) },
    { name: 'passive', when: leaf('nps', 'at_least', 7) },
    { name: 'detractor', when: leaf('nps', 'below', 7) },
    { name: 'no_answer', when: leaf('nps', 'missing', true) },
  ],
};
const cell = (value: string | number, en: string, ja: string) => ({ value, label: { en, ja } });

function valueOfCell(definition: Partial<MatrixDefinition>, facts: Facts) {
  const [compiled] = compileMatrices([{ name: 'm', rows, columns, cells: {}, ...definition }]);
  return compiled === undefined ? null : cellOf(compiled, facts);
}

describe('usage × NPS', () => {
  const cells = {
    'high/detractor': cell('using_unhappy', 'At-risk heavy user', '不満ヘビーユーザー'),
    'high/no_answer': cell('using_silent', 'Heavy user, no answer', '無回答ヘビーユーザー'),
  };

  it('80 and 4 is an at-risk heavy user', () => {
    expect(valueOfCell({ cells }, { dimension_usage: 80, nps: 4 })).toEqual({
      row: 'high',
      column: 'detractor',
      value: 'using_unhappy',
      label: { en: 'At-risk heavy user', ja: '不満ヘビーユーザー' },
    });
  });

  it('has a column for those who did not answer', () => {
    expect(valueOfCell({ cells }, { dimension_usage: 92, nps: null })?.value).toBe('using_silent');
  });

  it('is no cell where nobody knows the usage, or where the table is empty', () => {
    expect(valueOfCell({ cells }, { dimension_usage: null, nps: 4 })).toBeNull();
    expect(valueOfCell({ cells }, { dimension_usage: 50, nps: 4 })).toBeNull();
  });
});

it('usage 92 with sentiment 10 is using but unhappy, whatever the total', () => {
  const sentiment: MatrixDefinition['columns'] = {
    fact: 'dimension_sentiment',
    cuts: [
      { name: 'happy', when: leaf('dimension_sentiment', 'at_least', 50) },
      { name: 'unhappy', when: leaf('dimension_sentiment', 'below', 50) },
    ],
  };
  const cells = { 'high/unhappy': cell('using_unhappy', 'Using but unhappy', '不満ヘビーユーザー') };

  expect(valueOfCell({ columns: sentiment, cells }, { dimension_usage: 92, dimension_sentiment: 10 })?.value).toBe(
    'using_unhappy',
  );
});

it('touch × NPS gives the order of support: low touch and detractor first, high touch and promoter last', () => {
  const touch: MatrixDefinition['rows'] = {
    fact: 'dimension_engagement',
    cuts: [
      { name: 'high', when: leaf('dimension_engagement', 'at_least', 70) },
      { name: 'low', when: leaf('dimension_engagement', 'below', 40) },
    ],
  };
  const cells = { 'low/detractor': cell(1, 'first', '最優先'), 'high/promoter': cell(9, 'last', '最後') };

  expect(valueOfCell({ rows: touch, cells }, { dimension_engagement: 10, nps: 3 })?.value).toBe(1);
  expect(valueOfCell({ rows: touch, cells }, { dimension_engagement: 90, nps: 10 })?.value).toBe(9);
});
