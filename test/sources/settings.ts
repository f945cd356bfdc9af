// Source settings for tests: three columns named key, day and value.

import type { ColumnSettings, SourceSettings } from '../../src/domain/decisions.ts';

export function column(from: string, type: ColumnSettings['type'], more: Partial<ColumnSettings> = {}): ColumnSettings {
  return { from, type, format: null, required: false, map: null, min: null, max: null, ...more };
}
export function sourceSettings(
  kind: string,
  settings: Readonly<Record<string, unknown>>,
  more: Partial<SourceSettings> = {},
): SourceSettings {
  return {
    name: 'usage',
    kind,
    holds: 'events',
    settings,
    key: ['key'],
    account: { column: 'key', kind: 'account_id' },
    contact: null,
    at: 'day',
    columns: { value: column('value', 'number') },
    ids: {},
    freshWithinDays: null,
    lookbackSeconds: 300,
    rejectLimit: 0.01,
    label: { en: 'Usage', ja: '利用' },
    ...more,
  };
}
