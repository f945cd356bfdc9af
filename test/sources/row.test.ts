// Which rows are facts and which are refused, where they name no account.

import { describe, expect, it } from 'vitest';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import { typeRow } from '../../src/sources/row.ts';
import { column, sourceSettings } from './settings.ts';

const days = { asOf: '2026-06-01', today: '2026-06-01' };
function typed(kind: string, holds: SourceSettings['holds'], company: string | null) {
  const settings = sourceSettings(
    kind,
    {},
    {
      holds,
      account: { column: 'company', kind: 'hubspot' },
      at: null,
      columns: { value: column('value', 'number') },
    },
  );
  return typeRow(settings, 'rows', { place: 'row 1', cells: { key: 'k', company, value: 1 } }, days);
}

describe('a row that names no account', () => {
  it.each([
    ['hubspot', 'contacts'],
    ['salesforce', 'contacts'],
    ['csv', 'contacts'],
    ['hubspot', 'events'],
    ['salesforce', 'events'],
  ] as const)('is a fact about nobody in %s %s: people without a company are everyday', (kind, holds) => {
    expect(typed(kind, holds, null)).toMatchObject({ record: { key: 'k', account: null }, rejected: null });
    expect(typed(kind, holds, '77')).toMatchObject({ record: { account: { kind: 'hubspot', value: '77' } } });
  });

  it.each(['csv', 'postgres', 'rest'] as const)(
    'is refused in events of %s, with the column and what to do',
    (kind) => {
      expect(typed(kind, 'events', null).rejected).toMatchObject({
        place: 'row 1',
        why: 'company is empty',
        fix: expect.stringContaining('name it or leave the row out'),
      });
    },
  );
});
