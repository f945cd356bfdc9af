import { describe, expect, test } from 'vitest';
import { pushableClock } from '../../src/sandbox/clock.ts';
import { type FieldDefinition, fitValue, refusal } from '../../src/sandbox/fields.ts';
import { RecordStore } from '../../src/sandbox/records.ts';

const fields: FieldDefinition[] = [
  { name: 'Name', label: 'Name', kind: 'text', length: 10, required: true },
  { name: 'Score', label: 'Score', kind: 'number', precision: 4, scale: 1 },
  { name: 'Band', label: 'Band', kind: 'option', restricted: true, options: [option('green'), option('red')] },
  { name: 'Tags', label: 'Tags', kind: 'options', restricted: true, options: [option('a'), option('b'), option('c')] },
  { name: 'Key', label: 'Key', kind: 'text', length: 40, unique: 'ignore_case' },
  { name: 'Due', label: 'Due', kind: 'date' },
  { name: 'At', label: 'At', kind: 'datetime' },
  { name: 'Alert', label: 'Alert', kind: 'boolean' },
  { name: 'Parent', label: 'Parent', kind: 'reference', referenceTo: ['Thing'] },
  { name: 'Fixed', label: 'Fixed', kind: 'text', readOnly: true },
];
function option(value: string) {
  return { value, label: value };
}

function newStore(options: { deletedHoldUnique?: boolean } = {}) {
  const clock = pushableClock('2026-11-21T00:00:00Z');
  const store = new RecordStore({ clock, ignoreCase: true, ...options });
  let count = 0;
  const nextId = () => `t${++count}`;
  store.define({ name: 'Thing', label: 'Thing', plural: 'Things', fields, nextId });
  return { store, clock };
}
function born(store: RecordStore, values: Record<string, unknown>): string {
  const outcome = store.insert('Thing', values, 'me');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusals));
  return outcome.record.id;
}
function kinds(outcome: ReturnType<RecordStore['insert']>): string[] {
  return outcome.ok ? [] : outcome.refusals.map((one) => one.kind);
}

describe('what may stand in a field', () => {
  test.each([
    ['a text that is too long', 'Name', 'x'.repeat(11), 'too_long'],
    ['a number as text', 'Score', '82.5', 'wrong_type'],
    ['a number with too many digits before the point', 'Score', 1000, 'out_of_range'],
    ['an option that is not on the list', 'Band', 'blue', 'bad_option'],
    ['one strange option among several', 'Tags', 'a;x', 'bad_option'],
    ['a day that is not in the calendar', 'Due', '2026-02-30', 'wrong_type'],
    ['an instant without a time', 'At', 'soon', 'wrong_type'],
    ['a boolean as text', 'Alert', 'true', 'wrong_type'],
    ['nothing where something must be', 'Name', null, 'required'],
    ['a reference that leads nowhere', 'Parent', 't99', 'bad_reference'],
    ['a field that the system keeps', 'Fixed', 'x', 'read_only'],
    ['a field that does not exist', 'Nope', 1, 'unknown_field'],
  ])('%s is refused', (_what, field, value, kind) => {
    const { store } = newStore();

    const outcome = store.insert('Thing', { Name: 'ok', [field]: value }, 'me');

    expect(kinds(outcome)).toEqual([kind]);
  });

  test('numbers are rounded to their scale, halves away from zero', () => {
    const field: FieldDefinition = { name: 'n', label: 'n', kind: 'number', precision: 4, scale: 1 };

    const values = [82.54, 82.55, -0.05, 999.94].map((value) => fitValue(field, value));

    expect(values).toEqual([{ value: 82.5 }, { value: 82.6 }, { value: -0.1 }, { value: 999.9 }]);
  });

  test('several options are kept once each, in the order of the definition', () => {
    const { store } = newStore();

    const id = born(store, { Name: 'x', Tags: 'c;a;c' });

    expect(store.get('Thing', id)?.values['Tags']).toBe('a;c');
  });

  test('an instant is kept in UTC, whatever zone it came in', () => {
    const { store } = newStore();

    const id = born(store, { Name: 'x', At: '2026-05-01T16:35:37.000+0900' });

    expect(store.get('Thing', id)?.values['At']).toBe('2026-05-01T07:35:37.000Z');
  });

  test('an empty text empties the field', () => {
    const { store } = newStore();
    const id = born(store, { Name: 'x', Key: 'k' });

    store.update('Thing', id, { Key: '' }, 'me');

    expect(store.get('Thing', id)?.values['Key']).toBeNull();
  });
});

describe('unique values', () => {
  test('a second record with the same key is refused and names the first, whatever the case', () => {
    const { store } = newStore();
    const first = born(store, { Name: 'x', Key: 'abc' });

    const outcome = store.insert('Thing', { Name: 'y', Key: 'ABC' }, 'me');

    expect(outcome).toMatchObject({ ok: false, refusals: [{ kind: 'duplicate', field: 'Key', otherId: first }] });
  });

  test('a record may keep its own key', () => {
    const { store } = newStore();
    const id = born(store, { Name: 'x', Key: 'abc' });

    expect(store.update('Thing', id, { Key: 'abc' }, 'me').ok).toBe(true);
  });

  test('a deleted record frees its key, or holds it where the store is told so', () => {
    const results = [false, true].map((deletedHoldUnique) => {
      const { store } = newStore({ deletedHoldUnique });
      store.remove('Thing', born(store, { Name: 'x', Key: 'abc' }), 'me');
      return store.insert('Thing', { Name: 'y', Key: 'abc' }, 'me').ok;
    });

    expect(results).toEqual([true, false]);
  });
});

describe('permissions', () => {
  test('a hidden field and a read-only one are told apart', () => {
    const { store } = newStore();
    store.setAccess((_by, _type, field) => (field.name === 'Score' ? 'none' : field.name === 'Band' ? 'read' : 'edit'));

    const outcome = store.insert('Thing', { Name: 'x', Score: 1, Band: 'green' }, 'me');

    expect(kinds(outcome)).toEqual(['hidden_field', 'no_permission']);
  });

  test('the system is asked for no permission but still keeps types', () => {
    const { store } = newStore();
    store.setAccess(() => 'none');

    const allowed = store.insert('Thing', { Name: 'x', Fixed: 'y' }, 'system', { asSystem: true });
    const refused = store.insert('Thing', { Name: 'x'.repeat(11) }, 'system', { asSystem: true });

    expect([allowed.ok, kinds(refused)]).toEqual([true, ['too_long']]);
  });
});

describe('the life of a record', () => {
  test('every kept change moves the stamp, a refused one does not', () => {
    const { store, clock } = newStore();
    const id = born(store, { Name: 'x' });
    const stamps = [store.get('Thing', id)?.stampedAt];

    clock.push(1000);
    store.update('Thing', id, { Band: 'blue' }, 'me');
    stamps.push(store.get('Thing', id)?.stampedAt);
    store.update('Thing', id, { Name: 'x' }, 'me');
    stamps.push(store.get('Thing', id)?.stampedAt);

    expect(stamps[1]).toBe(stamps[0]);
    expect(String(stamps[2]) > String(stamps[0])).toBe(true);
  });

  test('a touch moves only the stamp', () => {
    const { store, clock } = newStore();
    const id = born(store, { Name: 'x' });
    const before = store.get('Thing', id);

    clock.push(5000);
    store.touch('Thing', id);

    const after = store.get('Thing', id);
    expect(after?.modifiedAt).toBe(before?.modifiedAt);
    expect(after?.stampedAt).not.toBe(before?.stampedAt);
  });

  test('a deleted record is kept, hidden from the ordinary, and refuses changes', () => {
    const { store } = newStore();
    const id = born(store, { Name: 'x' });

    store.remove('Thing', id, 'me');

    expect([...store.all('Thing')]).toEqual([]);
    expect([...store.all('Thing', { deleted: true })].map((row) => row.id)).toEqual([id]);
    expect(kinds(store.update('Thing', id, { Name: 'y' }, 'me'))).toEqual(['gone']);
  });

  test('after a merge the loser points at the winner, references move and empty fields are filled', () => {
    const { store } = newStore();
    const [winner, loser] = [born(store, { Name: 'w' }), born(store, { Name: 'l', Score: 7 })];
    const child = born(store, { Name: 'c', Parent: loser });

    store.merge('Thing', winner, loser, 'me');

    expect(store.get('Thing', loser)).toMatchObject({ mergedInto: winner });
    expect(store.get('Thing', winner)?.values).toMatchObject({ Name: 'w', Score: 7 });
    expect(store.get('Thing', child)?.values['Parent']).toBe(winner);
    expect(store.survivorOf('Thing', loser)).toBe(winner);
  });

  test('a rollback leaves everything as it was, indexes included', () => {
    const { store } = newStore();
    const id = born(store, { Name: 'x', Key: 'old' });
    const mark = store.mark();

    store.update('Thing', id, { Key: 'new' }, 'me');
    born(store, { Name: 'y', Key: 'other' });
    store.rollback(mark);

    expect(store.findBy('Thing', 'Key', 'OLD').map((row) => row.id)).toEqual([id]);
    expect(store.findBy('Thing', 'Key', 'new')).toEqual([]);
    expect([...store.all('Thing')]).toHaveLength(1);
  });

  test("an admin's rule refuses with its own words until it is taken away", () => {
    const { store } = newStore();
    const drop = store.addRule('Thing', (after) =>
      after.values['Score'] === 0 ? [refusal('rule', null, null, { message: 'never zero' })] : [],
    );

    const refused = store.insert('Thing', { Name: 'x', Score: 0 }, 'me');
    drop();
    const allowed = store.insert('Thing', { Name: 'x', Score: 0 }, 'me');

    expect(refused).toMatchObject({ refusals: [{ kind: 'rule', message: 'never zero' }] });
    expect(allowed.ok).toBe(true);
  });

  test('a field that an admin drops takes its values along', () => {
    const { store } = newStore();
    const id = born(store, { Name: 'x', Score: 5 });

    store.dropField('thing', 'SCORE');

    expect(store.get('Thing', id)?.values).not.toHaveProperty('Score');
    expect(kinds(store.update('Thing', id, { Score: 1 }, 'me'))).toEqual(['unknown_field']);
  });

  test('names match whatever their case where the vendor has it so, and only there', () => {
    const { store } = newStore();
    const strict = new RecordStore({ clock: pushableClock('2026-11-21T00:00:00Z') });
    strict.define({ name: 'Thing', label: 'Thing', plural: 'Things', fields, nextId: () => 't1' });

    expect(store.insert('THING', { name: 'x' }, 'me').ok).toBe(true);
    expect(kinds(strict.insert('Thing', { name: 'x' }, 'me'))).toEqual(['unknown_field', 'required']);
  });
});

describe('the clock of the sandbox', () => {
  test('starts where it is told, and goes where it is pushed', () => {
    const clock = pushableClock('2026-11-21T00:00:00Z');

    expect(clock.now().slice(0, 16)).toBe('2026-11-21T00:00');
    expect(clock.push(86_400_000).slice(0, 10)).toBe('2026-11-22');
    expect(clock.push('2027-01-01T00:00:00Z')).toBe('2027-01-01T00:00:00.000Z');
  });
});
