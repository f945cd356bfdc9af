// Values between our words and the wire: what comes back equals what was sent.

import { describe, expect, it } from 'vitest';
import {
  dayIn,
  dueInstant,
  fromHtml,
  fromWire,
  taskFromWire,
  taskToWire,
  toHtml,
  toWire,
} from '../../../src/crm/hubspot/convert.ts';
import type { FieldType } from '../../../src/domain/decisions.ts';
import type { Value } from '../../../src/domain/nouns.ts';
import { mapping, zone } from './stage.ts';

describe('values between our words and the wire', () => {
  it.each<readonly [FieldType, number, Value, string]>([
    ['number', 1, 71.5, '71.5'],
    ['number', 1, 71, '71'],
    ['number', 0, 100, '100'],
    ['number', 1, -0.04, '0'],
    ['percent', 0, 87, '87'],
    ['currency', 2, 120000.5, '120000.5'],
    ['checkbox', 0, true, 'true'],
    ['checkbox', 0, false, 'false'],
    ['date', 0, '2026-11-21', '2026-11-21'],
    ['datetime', 0, '2026-11-21T03:00:00Z', '2026-11-21T03:00:00Z'],
    ['picklist', 0, 'red', 'red'],
    ['multi_picklist', 0, 'plan;seats', 'plan;seats'],
    ['text', 0, 'a b', 'a b'],
    ['long_text', 0, 'a\nb', 'a\nb'],
  ])('%s with %s decimals: %s is sent as %s and comes back the same', (type, digits, value, wire) => {
    const kind = { type, digits };

    expect(toWire(value, kind)).toBe(wire);
    expect(fromWire(wire, kind)).toBe(typeof value === 'number' ? Number(wire) : value);
  });
  it('empty is null in every type, and null clears', () => {
    const types: readonly FieldType[] = [
      'text',
      'long_text',
      'number',
      'percent',
      'currency',
      'checkbox',
      'date',
      'datetime',
      'picklist',
      'multi_picklist',
    ];

    expect(
      types
        .flatMap((type) => [
          fromWire('', { type, digits: 0 }),
          fromWire(null, { type, digits: 0 }),
          fromWire(undefined, { type, digits: 0 }),
        ])
        .every((value) => value === null),
    ).toBe(true);
    expect(types.map((type) => toWire(null, { type, digits: 0 })).every((text) => text === '')).toBe(true);
  });
  it.each<readonly [FieldType, string, Value]>([
    ['datetime', '2026-11-21T03:00:00.123Z', '2026-11-21T03:00:00Z'],
    ['datetime', '1795230000000', '2026-11-21T03:00:00Z'],
    ['date', '1795219200000', '2026-11-21'],
    ['multi_picklist', ';seats;plan;seats', 'plan;seats'],
    ['multi_picklist', ';', null],
    ['number', '71.5000', 71.5],
    ['number', 'many', 'many'],
    ['checkbox', 'maybe', 'maybe'],
    ['long_text', 'a\r\nb\rc', 'a\nb\nc'],
  ])('%s shown as %s reads as %s', (type, wire, value) => {
    expect(fromWire(wire, { type, digits: 2 })).toBe(value);
  });
  it('never appends to a multi-checkbox', () => {
    expect(toWire(';seats;plan', { type: 'multi_picklist', digits: 0 })).toBe('plan;seats');
  });

  it.each([
    ['2026-12-01', 'Asia/Tokyo', '2026-12-01T08:00:00Z'],
    ['2026-12-01', 'UTC', '2026-12-01T17:00:00Z'],
    ['2026-07-01', 'America/New_York', '2026-07-01T21:00:00Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T21:00:00Z'],
    ['2026-12-01', 'Pacific/Kiritimati', '2026-12-01T03:00:00Z'],
  ])('a task due on %s in %s is due at %s, and reads as the same day', (day, where, instant) => {
    expect(dueInstant(day, where)).toBe(instant);
    expect(dayIn(instant, where)).toBe(day);
  });
  it('notes keep their lines and never become markup', () => {
    const text = '<b>5 > 3</b> & "more"\nnext &lt; line';

    expect(toHtml(text)).not.toContain('<b>');
    expect(fromHtml(toHtml(text))).toBe(text);
  });
  it('words of a task that no property is mapped for are left out', () => {
    const sent = taskToWire({ subject: 'a', state: 'open', target: '5' }, mapping.task!, zone);

    expect(sent).toEqual({ hs_task_subject: 'a' });
  });
  it('a task reads in our words, with priorities and days translated', () => {
    const shown = {
      hs_task_subject: 'a',
      hs_task_priority: 'LOW',
      hs_timestamp: '2026-12-01T16:00:00Z',
      kenko_snooze_until: '2026-12-24',
      kenko_score_when_created: '41.5',
    };

    expect(taskFromWire(shown, mapping.task!, zone)).toMatchObject({
      subject: 'a',
      priority: 'low',
      due_on: '2026-12-02',
      snooze_until: '2026-12-24',
      score_when_created: 41.5,
      body: null,
    });
  });
});
